//! How long an import takes, by the command people use.

use super::report::Figure;
use crate::config::Config;
use crate::stop::Stop;
use std::fmt::Write;
use std::process::{Command, Stdio};
use std::time::Instant;

/// Imports so many new contacts, with match keys, as an administrator. The search for duplicates behind it is a job of its own.
pub async fn measure(config: &Config, rows: usize, user: &str) -> Result<Figure, Stop> {
    let failed = |e: std::io::Error| Stop::failed(e.to_string());
    let file = config.data.join("bench-import.csv");
    // other rows in each run, so that each run creates
    let run = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).map_or(0, |d| d.as_secs());
    let mut table = String::from("name,phone,email,company,city\n");
    for n in 0..rows {
        let _ = writeln!(
            table,
            "Impor Uji {n},08{:010},uji{run}.{n}@impor.test,PT Impor {},Bandung",
            (run * 131 + n as u64) % 10_000_000_000,
            n % (rows / 5).max(1)
        );
    }
    std::fs::write(&file, table).map_err(failed)?;
    let mut command = Command::new(std::env::current_exe().map_err(failed)?);
    command
        .args(["import", "contact", "--no-wait"])
        .arg(&file)
        .args(["--as", user, "--match", "email", "--match", "phone", "--data"])
        .arg(&config.data);
    command.env("AKRAB_LOG", "warn").stdout(Stdio::null());
    if let Some(url) = &config.database {
        command.env("AKRAB_DATABASE", url).env("AKRAB_SCHEMA", &config.schema);
    }
    let began = Instant::now();
    let status = tokio::task::spawn_blocking(move || command.status()).await.map_err(|e| Stop::failed(e.to_string()))?.map_err(failed)?;
    let took = began.elapsed().as_secs_f64();
    let _ = std::fs::remove_file(&file);
    if !status.success() {
        return Err(Stop::failed("the measured import failed"));
    }
    Ok(Figure::seconds(&format!("import of {rows} rows"), took, 20.0 * rows as f64 / 100_000.0))
}
