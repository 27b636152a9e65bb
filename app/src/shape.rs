//! Objects, fields and layouts of the workspace's own, out into a file and in again.

use crate::cli::ShapeCommand;
use crate::config::Config;
use crate::stop::{Stop, writable_place};
use crate::workspace;
use akrab_engine::Door;
use std::path::Path;

pub async fn run(config: &Config, what: ShapeCommand) -> Result<(), Stop> {
    match what {
        ShapeCommand::Export { file, object } => export(config, &file, object.as_deref()).await,
        ShapeCommand::Import { file, dry_run } => import(config, &file, dry_run).await,
    }
}

async fn export(config: &Config, file: &Path, object: Option<&str>) -> Result<(), Stop> {
    let printed = file == Path::new("-");
    if !printed {
        writable_place(file)?;
    }
    let engine = workspace::open(config).await?;
    let text = engine.shape_export(&engine.system("export of the objects", Door::Command), object)?;
    let objects = engine.world().shape.parts.len();
    engine.store().close().await;
    if printed {
        print!("{text}");
        return Ok(());
    }
    std::fs::write(file, text).map_err(|e| Stop::failed(format!("{}: {e}", file.display())))?;
    println!("{objects} objects of the workspace's own or changed by it");
    Ok(())
}

async fn import(config: &Config, file: &Path, dry: bool) -> Result<(), Stop> {
    let text = std::fs::read_to_string(file).map_err(|e| Stop::refused(format!("{}: {e}", file.display())))?;
    let engine = workspace::open(config).await?;
    let ctx = engine.system("import of objects", Door::Command);
    let come = engine.shape_import(&ctx, &text, dry).await;
    if come.is_ok() && !dry {
        // a server on the same workspace may have taken it
        akrab_engine::Worker::new(&engine, 1).drain().await?;
    }
    engine.store().close().await;
    let come = come?;
    for touched in &come.touched {
        let what = if touched.new { "new object" } else { "changed" };
        let fields = [("new fields", &touched.new_fields), ("changed fields", &touched.changed_fields)];
        let fields = fields.iter().filter(|(_, keys)| !keys.is_empty()).map(|(words, keys)| format!("; {words}: {}", keys.join(", ")));
        println!("{}: {what}{}", touched.object, fields.collect::<String>());
    }
    for line in &come.outlook.lines {
        let name = if line.name.is_empty() { &line.table } else { &line.name };
        println!("  {} {name}", line.kind.replace('_', " "));
    }
    if come.touched.is_empty() {
        println!("nothing to do");
    }
    if dry {
        println!("dry run: nothing was changed");
    }
    Ok(())
}
