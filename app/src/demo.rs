//! A workspace with a sample firm's two years, ready to sign in to.

use crate::config::Config;
use crate::stop::Stop;
use crate::{lock, serve, workspace};
use akrab_engine::twin::can_match;
use akrab_engine::{Door, Engine};
use akrab_workplace::{sample, seed};
use std::io::Write;
use std::time::Instant;

/// Everybody's demonstration looks the same.
const SEED: u64 = 1;

/// Makes the demonstration when it is not there yet, prints address and sign-ins, serves.
pub async fn run(config: &Config) -> Result<(), Stop> {
    let listener = serve::listen(config).await?;
    let config = config.apart("demo");
    let _lock = lock::take(&config, "demo").await?;
    let engine = prepare(&config).await?;
    serve::take_over(&config, &engine).await?;
    let mut out = std::io::stdout();
    let _ = writeln!(out, "\n  {}\n\n  {:<28}{:<22}Role", serve::address(&listener), "E-mail", "Password");
    for (_, email, role) in seed::sign_ins() {
        let _ = writeln!(out, "  {email:<28}{:<22}{role}", seed::PASSWORD);
    }
    let _ = writeln!(out, "\n  Data: {}   Stop: Ctrl+C\n", config.data.display());
    // nothing comes in where a sample firm is at work
    serve::on(&config, listener, engine).await.map(drop)
}

async fn prepare(config: &Config) -> Result<Engine, Stop> {
    let engine = workspace::make(config).await?;
    if engine.settings().ready {
        return Ok(engine);
    }
    let engine = if engine.is_fresh() { engine } else { afresh(config, engine).await? };
    let began = Instant::now();
    eprintln!("Making the sample firm {} …", sample::FIRM);
    let mut settings = (*engine.settings()).clone();
    settings.company = sample::FIRM.into();
    let system = engine.system("the demonstration", Door::Command);
    engine.save_settings(&system, settings.clone()).await?;
    seed::demo(&engine, SEED).await?;
    // as after its first night
    for object in engine.registry().objects().filter(|object| can_match(object)) {
        engine.twins_start(&system, &object.key).await?;
    }
    // only a whole demonstration counts as made
    settings.ready = true;
    engine.save_settings(&system, settings).await?;
    eprintln!("Done in {:.1} s.", began.elapsed().as_secs_f32());
    Ok(engine)
}

/// A demonstration that was interrupted while being made is thrown away.
async fn afresh(config: &Config, engine: Engine) -> Result<Engine, Stop> {
    engine.store().close().await;
    drop(engine);
    if config.database.is_some() {
        return Err(Stop::failed(format!("the schema {} holds half a demonstration; drop it and start again", config.schema)));
    }
    std::fs::remove_dir_all(config.workspace()).map_err(|e| Stop::failed(format!("{}: {e}", config.workspace().display())))?;
    workspace::make(config).await
}
