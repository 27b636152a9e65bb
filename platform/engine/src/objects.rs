//! The platform's own objects: user, team, role, pipeline, stage.

use akrab_model::object::{DeclError, ObjectDecl};

include!(concat!(env!("OUT_DIR"), "/objects.rs"));

/// Reads object files.
///
/// # Errors
/// Every file that is no valid declaration, with the place in it.
pub fn read(files: &[(&str, &str)]) -> Result<Vec<(String, ObjectDecl)>, Vec<DeclError>> {
    let mut decls = Vec::new();
    let mut faults = Vec::new();
    for (name, text) in files {
        match toml::from_str::<ObjectDecl>(text) {
            Ok(decl) => decls.push(((*name).to_string(), decl)),
            Err(error) => {
                let (line, fault) = crate::written::fault(text, &error);
                faults.push(DeclError::new(&format!("{name}:{line}"), None, fault));
            }
        }
    }
    if faults.is_empty() { Ok(decls) } else { Err(faults) }
}
