//! Import and export from the command line.

use crate::cli::{ExportArgs, ImportArgs};
use crate::config::Config;
use crate::stop::{Stop, text};
use crate::workspace;
use akrab_engine::export::ExportSpec;
use akrab_engine::import::{ImportReport, LOOKED_AT, Note};
use akrab_engine::{Ctx, Door, Engine, JobState, JobView, Worker};
use akrab_model::FieldProblem;
use akrab_web::fail;
use akrab_web::locale::Text;
use indicatif::{ProgressBar, ProgressStyle};
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;
use tokio::sync::watch;

/// Largest file taken.
const LARGEST: u64 = 4 << 30;
const LOOK: Duration = Duration::from_millis(150);

pub async fn import(config: &Config, args: ImportArgs) -> Result<(), Stop> {
    let file = File::open(&args.file).map_err(|e| Stop::refused(format!("{}: {e}", args.file.display())))?;
    if args.file.is_dir() {
        return Err(Stop::refused(format!("{} is a folder; name a CSV, XLSX, vCard or iCalendar file", args.file.display())));
    }
    let engine = workspace::open(config).await?;
    known(&engine, &args.object)?;
    let ctx = workspace::actor(&engine, args.user.as_deref(), Door::Import)?;
    let name = args.file.file_name().map_or_else(|| "import".into(), |n| n.to_string_lossy().into_owned());
    let kept = engine.file_put(&ctx, &name, file, LARGEST).await?;
    let mut spec = engine.import_guess(&ctx, &args.object, kept.id, args.sheet.clone()).await?;
    if let Some(columns) = &args.columns {
        spec.map_by_hand(columns);
    }
    if !args.match_by.is_empty() {
        spec.match_by = args.match_by.iter().map(|set| set.split(',').map(|f| f.trim().to_string()).collect()).collect();
    }
    spec.on_match = args.mode.on_match();
    if !args.make.is_empty() {
        spec.make.clone_from(&args.make);
    }
    if let Some(system) = &spec.system {
        eprintln!("this looks like an export of {system}");
    }
    let job = engine.import_start(&ctx, spec, args.dry_run).await?;
    // runs it here, unless a server on the same workspace takes it first
    let (tell, told) = watch::channel(false);
    let worker = tokio::spawn({
        let engine = engine.clone();
        async move { Worker::new(&engine, 1).run(told).await }
    });
    let ended = follow(&engine, &ctx, job, &args).await;
    let _ = tell.send(true);
    let _ = worker.await;
    ended
}

/// Shows how far an import is, and what it came to.
async fn follow(engine: &Engine, ctx: &Ctx, job: i64, args: &ImportArgs) -> Result<(), Stop> {
    let (view, report) = over(engine, ctx, job).await?;
    if view.state != JobState::Done {
        return Err(Stop::failed(format!("the import ended early: {}", view.error.unwrap_or_else(|| "stopped".into()))));
    }
    errors(engine, ctx, job, args, &report, text(engine)).await?;
    let c = report.counts;
    let tail = if args.dry_run { " (dry run: nothing was written)" } else { "" };
    for (object, made) in &report.made {
        println!("{object}: {made} made beside");
    }
    println!("created {}, updated {}, skipped {}, refused {}{tail}", c.created, c.updated, c.skipped + c.unchanged + c.asked, c.refused);
    if report.alike > 0 {
        let among = if c.rows > LOOKED_AT { format!(", among the first {LOOKED_AT}") } else { String::new() };
        println!("rows that are likely somebody who is there already: {}{among}", report.alike);
    }
    if args.no_wait { Ok(()) } else { duplicates(engine, ctx, &report).await }
}

/// Waits for the search behind an import, and says how many pairs wait for somebody.
async fn duplicates(engine: &Engine, ctx: &Ctx, report: &ImportReport) -> Result<(), Stop> {
    let found = loop {
        let found = engine.import_twins(ctx, report).await?;
        if found.iter().all(|one| one.waiting.is_some()) {
            break found;
        }
        tokio::time::sleep(LOOK).await;
    };
    for one in found {
        let (Some(waiting @ 1..), Some(object)) = (one.waiting, engine.registry().object(&one.object).cloned()) else { continue };
        println!("{}: {waiting} likely duplicates wait, see /{}/duplicates", one.object, object.plural);
    }
    Ok(())
}

/// Refuses a name that is no object's, with those there are.
fn known(engine: &Engine, object: &str) -> Result<(), Stop> {
    if engine.object(object).is_ok() {
        return Ok(());
    }
    let registry = engine.registry();
    let names: Vec<&str> = registry.objects().filter(|o| !o.is_system()).map(|o| o.key.as_str()).collect();
    Err(Stop::refused(format!("no object {object}; there are {}", names.join(", "))))
}

/// The import once it has ended, with a bar until then.
async fn over(engine: &Engine, ctx: &Ctx, job: i64) -> Result<(JobView, ImportReport), Stop> {
    let bar = bar(0);
    let ended = loop {
        let (view, report) = engine.import_report(ctx, job).await?;
        if let Some(total) = view.total {
            bar.set_length(total.max(0) as u64);
        }
        bar.set_position(view.done.max(0) as u64);
        if view.finished_at.is_some() {
            break (view, report);
        }
        tokio::time::sleep(LOOK).await;
    };
    bar.finish_and_clear();
    Ok(ended)
}

/// A bar on standard error that shows itself only to people.
pub fn bar(total: u64) -> ProgressBar {
    let style =
        ProgressStyle::with_template("{bar:32} {human_pos}/{human_len}  {per_sec}  {eta}").unwrap_or_else(|_| ProgressStyle::default_bar());
    ProgressBar::new(total).with_style(style)
}

async fn errors(engine: &Engine, ctx: &Ctx, job: i64, args: &ImportArgs, report: &ImportReport, words: Text) -> Result<(), Stop> {
    if report.counts.refused == 0 {
        return Ok(());
    }
    for note in engine.import_notes(ctx, job, 0, 10).await? {
        eprintln!("line {}: {}{}", note.line, note.field.as_ref().map(|f| format!("{f}: ")).unwrap_or_default(), word(words, &note));
    }
    let file = args.errors.clone().unwrap_or_else(|| with_suffix(&args.file));
    let table = engine.import_errors(ctx, job, move |note| word(words, note)).await?;
    std::fs::write(&file, table).map_err(|e| Stop::failed(format!("{}: {e}", file.display())))?;
    eprintln!("refused rows: {}", file.display());
    Ok(())
}

fn word(words: Text, note: &Note) -> String {
    let mut problem = FieldProblem::new(note.field.as_deref().unwrap_or(""), &note.code);
    problem.args = note.args.clone();
    fail::field_message(words, &problem)
}

fn with_suffix(file: &Path) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(".errors.csv");
    name.into()
}

pub async fn export(config: &Config, args: ExportArgs) -> Result<(), Stop> {
    let filter =
        args.filter.as_deref().map(serde_json::from_str).transpose().map_err(|e| Stop::refused(format!("--filter is no JSON: {e}")))?;
    if let Some(file) = &args.output {
        crate::stop::writable_place(file)?;
    }
    let engine = workspace::open(config).await?;
    known(&engine, &args.object)?;
    let ctx = workspace::actor(&engine, args.user.as_deref(), Door::Command)?;
    let spec = ExportSpec { object: args.object, filter, columns: args.columns, format: args.format.export(), ..ExportSpec::default() };
    let made = engine.export(&ctx, spec).await?;
    let copied = copy(&made.path, args.output.as_deref());
    engine.export_done(&made);
    match copied {
        // whoever reads has seen enough
        Err(e) if e.kind() == std::io::ErrorKind::BrokenPipe => return Ok(()),
        copied => copied.map_err(|e| Stop::failed(format!("the export cannot be written: {e}")))?,
    }
    eprintln!("{} rows", made.rows);
    Ok(())
}

fn copy(from: &Path, to: Option<&Path>) -> std::io::Result<()> {
    let mut from = File::open(from)?;
    let mut to: Box<dyn Write> = match to {
        Some(path) => Box::new(BufWriter::new(File::create(path)?)),
        None => Box::new(std::io::stdout().lock()),
    };
    std::io::copy(&mut from, &mut to)?;
    to.flush()
}
