//! Fills the workspace with realistic data for load tests.

use crate::config::Config;
use crate::stop::Stop;
use crate::{transfer, workspace};
use akrab_engine::Engine;
use akrab_workplace::seed::{self, Volume};

pub async fn run(config: &Config, contacts: usize, seed: u64) -> Result<(), Stop> {
    let engine = workspace::open(config).await?;
    let made = fill(&engine, seed, contacts).await?;
    engine.store().close().await;
    println!("{made} records made");
    Ok(())
}

/// Fills an open workspace and shows how far that is; gives the number of records made.
pub async fn fill(engine: &Engine, seed: u64, contacts: usize) -> Result<u64, Stop> {
    let bar = transfer::bar(0);
    let shown = bar.clone();
    let progress = move |done: usize, total: usize| {
        shown.set_length(total as u64);
        shown.set_position(done as u64);
    };
    seed::fill(engine, seed, Volume::Contacts(contacts), &progress).await?;
    let made = bar.length().unwrap_or_default();
    bar.finish_and_clear();
    Ok(made)
}
