//! Files of the workspace: where they lie, whether they are sound, from one place to the other.

use crate::cli::{FilePlace, FilesCommand};
use crate::config::Config;
use crate::stop::Stop;
use crate::workspace;
use akrab_engine::file::FileCheck;
use akrab_engine::{Ctx, Door, Engine};

pub async fn run(config: &Config, what: FilesCommand) -> Result<(), Stop> {
    let engine = workspace::open(config).await?;
    let ctx = engine.system("files", Door::Command);
    let done = match what {
        FilesCommand::List => list(&engine, &ctx).await,
        FilesCommand::Check => check(&engine, &ctx).await,
        FilesCommand::Move { to } => change(&engine, &ctx, to).await,
    };
    engine.store().close().await;
    done
}

async fn list(engine: &Engine, ctx: &Ctx) -> Result<(), Stop> {
    let kept = engine.files_kept(ctx).await?;
    println!("data folder: {}", told(kept.here));
    match engine.files_elsewhere() {
        Some((name, new)) => println!("{name}: {}{}", told(kept.elsewhere), if new { "; new files go there" } else { "" }),
        None if kept.elsewhere.0 > 0 => println!("a store that is not configured any more: {}", told(kept.elsewhere)),
        None => {}
    }
    Ok(())
}

async fn check(engine: &Engine, ctx: &Ctx) -> Result<(), Stop> {
    let found = engine.files_check(ctx).await?;
    for line in lines(&found) {
        println!("{line}");
    }
    println!("{} files are as they came", found.sound);
    if found.broken.is_empty() { Ok(()) } else { Err(Stop::failed(format!("{} files are damaged or gone", found.broken.len()))) }
}

/// What is wrong, a line for each file.
pub fn lines(found: &FileCheck) -> Vec<String> {
    found.broken.iter().map(|(id, name, what)| format!("file {id} ({name}): {what}")).collect()
}

async fn change(engine: &Engine, ctx: &Ctx, to: FilePlace) -> Result<(), Stop> {
    let Some((name, _)) = engine.files_elsewhere() else {
        return Err(Stop::refused("no store of files is configured: [s3] in akrab.toml, or AKRAB_S3_BUCKET and the rest"));
    };
    let elsewhere = matches!(to, FilePlace::S3);
    let report = |moved: &akrab_engine::file::FilesMoved| {
        if moved.files.is_multiple_of(100) {
            eprintln!("{} files so far", moved.files);
        }
    };
    let moved = engine.files_move(ctx, elsewhere, report).await?;
    let place = if elsewhere { name } else { "the data folder".into() };
    println!("{} files ({}) are now in {place}", moved.files, size(moved.bytes));
    Ok(())
}

fn told((files, bytes): (u64, u64)) -> String {
    format!("{files} files, {}", size(bytes))
}

/// Megabytes with one digit behind the point.
pub fn size(bytes: u64) -> String {
    let tenths = bytes * 10 / (1 << 20);
    format!("{}.{} MB", tenths / 10, tenths % 10)
}
