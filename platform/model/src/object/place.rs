//! Where in an object file a fault stands.

use super::DeclError;

/// The line of a file at fault, as far as it can be found; the first when it cannot.
pub fn placed(fault: &DeclError, text: &str) -> usize {
    let at = |wanted: &str| text.lines().position(|line| line.contains(wanted));
    let marked = fault.mark.as_deref().and_then(at);
    let named = || {
        let field = fault.field.as_deref()?;
        let section = format!("fields.{field}]");
        at(&section).or_else(|| at(&format!("\"{field}\""))).or_else(|| at(field))
    };
    marked.or_else(named).map_or(1, |line| line + 1)
}
