//! The platform's own objects: user, team, role, pipeline, stage.

use akrab_model::object::{AdditionDecl, DeclError, ObjectDecl, add};

include!(concat!(env!("OUT_DIR"), "/objects.rs"));

/// Reads object files, and what files add to objects of `others` and of their own.
///
/// # Errors
/// Every file that is no valid declaration, with the place in it.
pub fn read(files: &[(&str, &str)], others: Vec<(String, ObjectDecl)>) -> Result<Vec<(String, ObjectDecl)>, Vec<DeclError>> {
    let (mut decls, mut additions) = (others, Vec::new());
    let mut faults = Vec::new();
    for (name, text) in files {
        let added = text.lines().any(|line| line.starts_with("adds_to"));
        let read = match added {
            true => toml::from_str::<AdditionDecl>(text).map(|addition| additions.push(((*name).to_string(), addition))),
            false => toml::from_str::<ObjectDecl>(text).map(|decl| decls.push(((*name).to_string(), decl))),
        };
        if let Err(error) = read {
            let (line, fault) = crate::written::fault(text, &error);
            faults.push(DeclError::new(&format!("{name}:{line}"), None, fault));
        }
    }
    if faults.is_empty() {
        add(&mut decls, additions)?;
    }
    if faults.is_empty() { Ok(decls) } else { Err(faults) }
}
