//! Flows of the workspace, out into a file and in again.

use crate::cli::FlowCommand;
use crate::config::Config;
use crate::stop::{Stop, writable_place};
use crate::workspace;
use akrab_engine::Door;
use std::path::Path;

pub async fn run(config: &Config, what: FlowCommand) -> Result<(), Stop> {
    match what {
        FlowCommand::Export { file, flow } => export(config, &file, flow).await,
        FlowCommand::Import { file, dry_run } => import(config, &file, dry_run).await,
    }
}

async fn export(config: &Config, file: &Path, flow: Option<String>) -> Result<(), Stop> {
    let printed = file == Path::new("-");
    if !printed {
        writable_place(file)?;
    }
    let engine = workspace::open(config).await?;
    let ctx = engine.system("export of the flows", Door::Command);
    let text = engine.read(&ctx, move |tx| tx.flow_export(flow.as_deref())).await;
    engine.store().close().await;
    let text = text?;
    if printed {
        print!("{text}");
        return Ok(());
    }
    std::fs::write(file, &text).map_err(|e| Stop::failed(format!("{}: {e}", file.display())))?;
    println!("{} flows", text.lines().filter(|line| *line == "[[flows]]").count());
    Ok(())
}

async fn import(config: &Config, file: &Path, dry: bool) -> Result<(), Stop> {
    let text = std::fs::read_to_string(file).map_err(|e| Stop::refused(format!("{}: {e}", file.display())))?;
    let engine = workspace::open(config).await?;
    let come = engine.flow_import(&engine.system("import of flows", Door::Command), &text, dry).await;
    engine.store().close().await;
    let come = come?;
    for one in &come {
        let what = match (one.new, one.changed) {
            (true, _) => "new, rests until it is let go on",
            (false, true) => "changed",
            (false, false) => "the same",
        };
        println!("{}: {what}", one.key);
    }
    if come.is_empty() {
        println!("nothing to do");
    }
    if dry {
        println!("dry run: nothing was changed");
    }
    Ok(())
}
