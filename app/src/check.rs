//! Checks object files and says where each fault stands.

use crate::config::Config;
use crate::stop::Stop;
use crate::workspace;
use akrab_engine::report::Library;
use akrab_model::object::{DeclError, placed};
use akrab_store::Target;
use akrab_web::fail;
use akrab_web::locale::{Lang, Text};
use std::path::Path;

/// Compiles the shipped object and report files together with those below `dir`, where a file replaces the
/// shipped one of its name; and looks whether the changes of the workspace fit them.
pub async fn run(config: &Config, dir: Option<&Path>) -> Result<(), Stop> {
    let owned =
        |files: Vec<(&str, &str)>| -> Vec<(String, String)> { files.into_iter().map(|(n, t)| (n.to_string(), t.to_string())).collect() };
    let (mut files, mut reports) = (owned(workspace::objects()), owned(workspace::reports()));
    if let Some(dir) = dir {
        let mut found = Vec::new();
        if !dir.is_dir() {
            return Err(Stop::refused(format!("{}: there is no such folder", dir.display())));
        }
        read(dir, &mut found).map_err(|e| Stop::refused(format!("{}: {e}", dir.display())))?;
        if found.is_empty() {
            return Err(Stop::refused(format!("{} holds no object files (*.toml)", dir.display())));
        }
        let (of_reports, found): (Vec<_>, Vec<_>) = found.into_iter().partition(|(path, _)| in_reports(path));
        reports.retain(|(name, _)| !of_reports.iter().any(|(path, _)| Path::new(path).file_name().is_some_and(|own| *own == **name)));
        reports.extend(of_reports);
        let own: Vec<_> =
            found.iter().filter_map(|(path, _)| Path::new(path).file_name().map(|n| n.to_string_lossy().into_owned())).collect();
        files.retain(|(name, _)| !own.contains(name));
        files.extend(found);
    }
    let texts: Vec<(&str, &str)> = files.iter().map(|(n, t)| (n.as_str(), t.as_str())).collect();
    let report_texts: Vec<(&str, &str)> = reports.iter().map(|(n, t)| (n.as_str(), t.as_str())).collect();
    match compiled(&texts, &report_texts) {
        Ok((objects, reports)) => {
            println!("{objects} objects, {reports} reports, no fault");
            own(config, &texts).await
        }
        Err(faults) => {
            let texts = [texts, report_texts].concat();
            for fault in &faults {
                println!("{}", told(fault, &texts));
            }
            Err(counted(faults.len()))
        }
    }
}

fn counted(faults: usize) -> Stop {
    Stop::refused(if faults == 1 { "1 fault".into() } else { format!("{faults} faults") })
}

/// What the workspace made and changed itself, where there is one.
async fn own(config: &Config, texts: &[(&str, &str)]) -> Result<(), Stop> {
    let there = match config.target() {
        Target::Sqlite { path } => path.exists(),
        Target::Postgres { .. } => true,
    };
    if !there {
        return Ok(());
    }
    let store = workspace::store(config).await?;
    let shipped = akrab_engine::engine::declarations(texts).map_err(|faults| counted(faults.len()))?;
    let world = akrab_engine::world::of(&store, &shipped).await;
    store.close().await;
    let world = world?;
    let faults: Vec<_> = world.left_out.iter().cloned().chain(world.unsound()).collect();
    for fault in &faults {
        println!("workspace: {}", fail::declared(Text::new(Lang::En), &world.registry, fault));
    }
    match (faults.len(), world.shape.parts.len()) {
        (0, 0) => Ok(()),
        (0, parts) => {
            println!("{parts} objects made or changed in the workspace, no fault");
            Ok(())
        }
        (faults, _) => Err(counted(faults)),
    }
}

/// Whether a file stands in a folder of reports.
fn in_reports(path: &str) -> bool {
    Path::new(path).parent().and_then(Path::file_name).is_some_and(|folder| folder == "reports")
}

/// How many objects and reports there are.
fn compiled(objects: &[(&str, &str)], reports: &[(&str, &str)]) -> Result<(usize, usize), Vec<DeclError>> {
    let registry = akrab_engine::engine::compile(objects)?;
    let library = Library::compile(reports, &registry)?;
    Ok((registry.objects().count(), library.reports.len()))
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
fn told(fault: &DeclError, texts: &[(&str, &str)]) -> String {
    let words = fail::field_message(Text::new(Lang::En), &fault.fault);
    if fault.file.rsplit_once(':').is_some_and(|(_, line)| line.bytes().all(|b| b.is_ascii_digit())) {
        return format!("{}: {words}", fault.file);
    }
    let text = texts.iter().find(|(name, _)| *name == fault.file).map_or("", |(_, text)| text);
    let field = fault.field.as_ref().map(|f| format!("field `{f}`: ")).unwrap_or_default();
    format!("{}:{}: {field}{words}", fault.file, placed(fault, text))
}
