//! Called from build scripts: reads `objects/*.toml` and `reports/*.toml` beside the manifest and writes `objects.rs`
//! into the build's output folder, with the files' texts and one module of field keys per object.
//! A misspelt field in Rust then does not compile.

use std::fmt::Write;
use std::path::Path;
use std::{env, fs};

/// Generates `$OUT_DIR/objects.rs`: `OBJECTS` and `REPORTS` (file name and text of each file) and a
/// constant with the key of each object and a module with those of its fields.
///
/// # Panics
/// When a file cannot be read or is no TOML; the build stops with the file's name.
pub fn generate() {
    let root = env::var("CARGO_MANIFEST_DIR").expect("cargo sets the manifest folder");
    let mut list = String::new();
    let mut modules = String::new();
    for (name, path, table) in files(&Path::new(&root).join("objects")) {
        let _ = writeln!(list, "    ({name:?}, include_str!({path:?})),");
        let adds = table.contains_key("adds_to");
        // what is added to an object of another domain goes by the name of its file
        let stem = name.trim_end_matches(".toml");
        let key = if adds { Some(stem) } else { table.get("key").and_then(|k| k.as_str()) };
        let key = key.unwrap_or_else(|| panic!("{name}: `key` is missing"));
        if !adds {
            let _ = writeln!(modules, "/// Key of the object `{key}`.\npub const {}: &str = {key:?};", key.to_uppercase());
        }
        let _ = writeln!(modules, "/// Field keys of `{key}`.\npub mod {key} {{");
        for field in table.get("fields").and_then(|f| f.as_table()).into_iter().flat_map(|t| t.keys()) {
            let _ = writeln!(modules, "    pub const {}: &str = {field:?};", field.to_uppercase());
        }
        if !adds && table.get("owned").and_then(|o| o.as_bool()).unwrap_or(true) {
            modules.push_str("    pub const OWNER: &str = \"owner\";\n");
        }
        modules.push_str("}\n");
    }
    let mut reports = String::new();
    for (name, path, _) in files(&Path::new(&root).join("reports")) {
        let _ = writeln!(reports, "    ({name:?}, include_str!({path:?})),");
    }
    let out = format!(
        "/// Object files of this crate: name and text.\npub const OBJECTS: &[(&str, &str)] = &[\n{list}];\n\
         /// Report files of this crate: name and text.\npub const REPORTS: &[(&str, &str)] = &[\n{reports}];\n{modules}"
    );
    let target = Path::new(&env::var("OUT_DIR").expect("cargo sets the output folder")).join("objects.rs");
    fs::write(target, out).expect("the output folder can be written");
}

/// The TOML files of a folder in order: name, path, content.
fn files(folder: &Path) -> Vec<(String, String, toml::Table)> {
    // cargo takes a missing path for a changed one at every build: then watch where it would appear
    let watched = if folder.is_dir() { folder } else { folder.parent().unwrap_or(folder) };
    println!("cargo:rerun-if-changed={}", watched.display());
    let mut files: Vec<_> = fs::read_dir(folder).into_iter().flatten().flatten().map(|e| e.path()).collect();
    files.retain(|f| f.extension().is_some_and(|e| e == "toml"));
    files.sort();
    let read = |file: std::path::PathBuf| {
        let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let text = fs::read_to_string(&file).unwrap_or_else(|e| panic!("{name}: {e}"));
        let table = text.parse().unwrap_or_else(|e| panic!("{name}: {e}"));
        (name, file.display().to_string(), table)
    };
    files.into_iter().map(read).collect()
}
