//! A dashboard over the demonstration, looked at while the records it counts are being made.

use super::Entry;
use super::load::Work;
use super::report::Figure;
use super::server::Server;
use crate::config::Config;
use crate::stop::Stop;
use crate::workspace;
use akrab_engine::{Door, Engine};
use std::sync::Arc;
use std::time::Duration;

/// The dashboard that is asked for; it has at least so many reports.
const KEY: &str = "sales";
const REPORTS: usize = 8;

/// Makes the demonstration where it is missing, then asks for the page again and again; every write in between makes
/// what was counted before worthless, so each page counts anew.
pub async fn measure(config: &Config, span: Duration) -> Result<(String, Vec<Figure>), Stop> {
    let engine = workspace::make(config).await?;
    if engine.people().roles.is_empty() {
        akrab_workplace::seed::demo(&engine, 1).await?;
    }
    let entry = super::enter(&engine).await?;
    let tiles = tiles(&engine).await?;
    let volume = super::volume(&engine).await?;
    engine.store().close().await;
    drop(engine);
    let server = Server::start(config).await?;
    let (looks, creates) = (page(&entry), creates(&entry));
    let (pages, _) = tokio::try_join!(server.load(&looks, 1, span), server.load(&creates, 1, span))?;
    let name = |part: &str| format!("dashboard of {tiles} reports while opportunities are made, {part}");
    let figures = vec![Figure::millis(&name("p50"), pages.at(0.5), 300.0), Figure::millis(&name("p95"), pages.at(0.95), 300.0)];
    Ok((volume, figures))
}

/// Reports the dashboard has.
async fn tiles(engine: &Engine) -> Result<usize, Stop> {
    let system = engine.system("measuring", Door::Command);
    let tiles = engine.read(&system, |tx| tx.dashboard(KEY)).await?.tiles.len();
    if tiles < REPORTS {
        return Err(Stop::failed(format!("the dashboard {KEY} has {tiles} reports, {REPORTS} are to be measured")));
    }
    Ok(tiles)
}

fn page(entry: &Entry) -> Work {
    Work::gets(vec![format!("/dashboards/{KEY}")], &[("Cookie", &entry.cookie), ("Accept-Encoding", "gzip")])
}

fn creates(entry: &Entry) -> Work {
    Work::posts(
        "/api/v1/opportunities",
        Arc::new(|n| format!(r#"{{"name":"Uji Dasbor {n}","amount":"1000000"}}"#)),
        &[("Authorization", &format!("Bearer {}", entry.token)), ("Content-Type", "application/json")],
    )
}
