//! `akrab duplicates`: every pair of records that may be the same, into a file.

use crate::cli::DuplicatesArgs;
use crate::config::Config;
use crate::stop::{Stop, text};
use crate::workspace;
use akrab_engine::Door;
use akrab_engine::twin::TwinLine;
use akrab_web::twin::words;
use std::fs::File;
use std::io::{BufWriter, Write};

pub async fn run(config: &Config, args: DuplicatesArgs) -> Result<(), Stop> {
    crate::stop::writable_place(&args.out)?;
    let engine = workspace::open(config).await?;
    let ctx = workspace::actor(&engine, args.user.as_deref(), Door::Command)?;
    let object = ctx.object(&args.object)?;
    let found = engine.twins_found(&ctx, &object.key).await?;
    let (t, lang) = (text(&engine), ctx.lang.as_str());
    let told = |pair: &TwinLine| {
        let all = pair.reasons.iter().filter(|reason| reason.speaks_for()).map(|reason| words::reason(t, &object, reason, None, lang));
        all.collect::<Vec<_>>().join("; ")
    };
    let write = || -> std::io::Result<()> {
        let mut out = BufWriter::new(File::create(&args.out)?);
        writeln!(out, "a,b,score,reasons")?;
        for pair in &found.pairs {
            writeln!(out, "{},{},{:.4},{}", cell(&pair.a), cell(&pair.b), pair.score, cell(&told(pair)))?;
        }
        out.flush()
    };
    write().map_err(|e| Stop::failed(format!("{}: {e}", args.out.display())))?;
    let sure = found.pairs.iter().filter(|pair| pair.score >= found.threshold).count();
    println!("{} records, {} pairs, {sure} to merge", found.records, found.pairs.len());
    println!("threshold {:.4}", (f64::from(found.threshold) * 10_000.0).floor() / 10_000.0);
    Ok(())
}

/// A cell of a CSV file.
fn cell(text: &str) -> String {
    if text.contains([',', '"', '\n', '\r']) { format!("\"{}\"", text.replace('"', "\"\"")) } else { text.into() }
}
