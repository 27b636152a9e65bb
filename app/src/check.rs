//! Checks object files and says where each fault stands.

use crate::stop::Stop;
use crate::workspace;
use akrab_model::object::DeclError;
use std::path::Path;

/// Compiles the shipped object files together with those below `dir`; a file there replaces the
/// shipped one of its name.
pub fn run(dir: Option<&Path>) -> Result<(), Stop> {
    let mut files: Vec<(String, String)> = workspace::objects().into_iter().map(|(n, t)| (n.to_string(), t.to_string())).collect();
    if let Some(dir) = dir {
        let mut found = Vec::new();
        if !dir.is_dir() {
            return Err(Stop::refused(format!("{}: there is no such folder", dir.display())));
        }
        read(dir, &mut found).map_err(|e| Stop::refused(format!("{}: {e}", dir.display())))?;
        if found.is_empty() {
            return Err(Stop::refused(format!("{} holds no object files (*.toml)", dir.display())));
        }
        let own: Vec<_> =
            found.iter().filter_map(|(path, _)| Path::new(path).file_name().map(|n| n.to_string_lossy().into_owned())).collect();
        files.retain(|(name, _)| !own.contains(name));
        files.extend(found);
    }
    let texts: Vec<(&str, &str)> = files.iter().map(|(n, t)| (n.as_str(), t.as_str())).collect();
    match akrab_engine::engine::compile(&texts) {
        Ok(registry) => {
            println!("{} objects, no fault", registry.objects().count());
            Ok(())
        }
        Err(faults) => {
            for fault in &faults {
                println!("{}", placed(fault, &texts));
            }
            Err(Stop::refused(if faults.len() == 1 { "1 fault".into() } else { format!("{} faults", faults.len()) }))
        }
    }
}

/// The JSON Schema of object files, into a file or onto standard output.
pub fn schema(file: Option<&Path>) -> Result<(), Stop> {
    let text = serde_json::to_string_pretty(&akrab_model::object::json_schema()).map_err(|e| Stop::failed(e.to_string()))?;
    match file {
        None => println!("{text}"),
        Some(file) => {
            crate::stop::writable_place(file)?;
            std::fs::write(file, text + "\n").map_err(|e| Stop::failed(format!("{}: {e}", file.display())))?;
        }
    }
    Ok(())
}

fn read(dir: &Path, found: &mut Vec<(String, String)>) -> std::io::Result<()> {
    let mut entries: Vec<_> = std::fs::read_dir(dir)?.collect::<Result<_, _>>()?;
    entries.sort_by_key(std::fs::DirEntry::path);
    for entry in entries {
        let path = entry.path();
        if path.is_dir() {
            read(&path, found)?;
        } else if path.extension().is_some_and(|e| e == "toml") && path.file_name().is_none_or(|n| n != "Cargo.toml") {
            found.push((path.display().to_string(), std::fs::read_to_string(&path)?));
        }
    }
    Ok(())
}

/// `file:line: message`; the line of what is at fault where it can be found.
fn placed(fault: &DeclError, texts: &[(&str, &str)]) -> String {
    if fault.file.rsplit_once(':').is_some_and(|(_, line)| line.bytes().all(|b| b.is_ascii_digit())) {
        return format!("{}: {}", fault.file, fault.message);
    }
    let text = texts.iter().find(|(name, _)| *name == fault.file).map_or("", |(_, text)| text);
    let marked = fault.mark.as_deref().and_then(|mark| text.lines().position(|line| line.contains(mark)));
    let named = fault.field.as_deref().and_then(|field| {
        let section = format!("[fields.{field}]");
        let quoted = format!("\"{}\"", field);
        let at = |wanted: &str| text.lines().position(|line| line.contains(wanted));
        at(&section).or_else(|| at(&quoted)).or_else(|| at(field))
    });
    let field = fault.field.as_ref().map(|f| format!("field `{f}`: ")).unwrap_or_default();
    format!("{}:{}: {field}{}", fault.file, marked.or(named).map_or(1, |n| n + 1), fault.message)
}
