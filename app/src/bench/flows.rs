//! A flow that very many records trigger at once, worked off by a server that people go on using.

use super::load::Work;
use super::report::Figure;
use super::server::Server;
use super::{Entry, accounts};
use crate::config::Config;
use crate::stop::Stop;
use crate::workspace;
use akrab_engine::flow::Flow;
use akrab_engine::{Ctx, Door, Engine, ListRequest, Settings};
use akrab_model::Filter;
use akrab_model::filter::Op;
use akrab_model::value::Input;
use serde_json::json;
use std::time::{Duration, Instant};

/// Records made in one transaction.
const AT_ONCE: usize = 500;
/// Steps each run takes.
const STEPS: f64 = 5.0;
/// Times a server is killed in the midst of the runs, the one that people use among them.
const KILLS: usize = 5;

/// Makes the records, then watches a server work their runs off while pages are asked for.
pub async fn measure(config: &Config, records: usize, span: Duration) -> Result<Vec<Figure>, Stop> {
    let engine = workspace::make(config).await?;
    let system = engine.system("measuring", Door::Command);
    if engine.people().roles.is_empty() {
        akrab_workplace::seed::basics(&engine).await?;
        let settings = Settings { company: "Bench".into(), ready: true, ..(*engine.settings()).clone() };
        engine.save_settings(&system, settings).await?;
    }
    let entry = super::enter(&engine).await?;
    let name = format!("Uji alur {}", u64::from_le_bytes(engine.random()));
    let flow = flow(&name)?;
    let key = engine
        .write(&system, move |tx| {
            let key = tx.flow_make(&flow, None)?;
            tx.flow_publish(&key)?;
            Ok(key)
        })
        .await?;
    let began = Instant::now();
    for first in (0..records).step_by(AT_ONCE) {
        let (name, last) = (name.clone(), (first + AT_ONCE).min(records));
        engine
            .write(&system, move |tx| {
                let object = tx.object("opportunity")?;
                let mut drafts = Vec::with_capacity(AT_ONCE);
                for n in first..last {
                    let input: Input = [("name".into(), json!(format!("{name} {n}"))), ("amount".into(), json!(100))].into_iter().collect();
                    drafts.push(tx.prepare_new(&object, &input)?);
                }
                tx.insert(&object, drafts).map(|_| ())
            })
            .await?;
    }
    let begun = records as f64 / began.elapsed().as_secs_f64();
    let entry = Entry { accounts: accounts(&engine, &system).await?, ..entry };
    engine.store().close().await;
    drop(engine);
    let server = Server::start(config).await?;
    let watched = Instant::now();
    let paths = ["/opportunities?type=table", "/contacts", "/tasks", "/accounts"].map(String::from).to_vec();
    let gets = Work::gets(paths, &[("Cookie", &entry.cookie), ("Accept-Encoding", "gzip")]);
    let token = format!("Bearer {}", entry.token);
    let posts = Work::posts(
        "/api/v1/contacts",
        std::sync::Arc::new(|n| format!(r#"{{"name":"Uji Alur {n}"}}"#)),
        &[("Authorization", &token), ("Content-Type", "application/json")],
    );
    let (pages, writes) = tokio::try_join!(server.load(&gets, 2, span), server.load(&posts, 1, span))?;
    let memory = server.peak();
    let seconds = watched.elapsed().as_secs_f64();
    drop(server);
    let meanwhile = progress(config, &key).await?;
    // a server that is dropped is killed, each time with other runs in its hands
    for round in 1..KILLS {
        let server = Server::start(config).await?;
        tokio::time::sleep(Duration::from_millis(700 + 310 * round as u64)).await;
        drop(server);
    }
    let engine = workspace::make(config).await?;
    let before = taken(&engine, &system, &key).await?;
    // the rest with nobody in the way; what was cut off is taken up as after any crash
    let alone = Instant::now();
    engine.flow_drain().await?;
    let rest = taken(&engine, &system, &key).await? - before;
    let alone = alone.elapsed().as_secs_f64();
    proven(&engine, &system, &name, records).await?;
    engine.store().close().await;
    let mut figures = vec![
        Figure::rate("records a second that begin a run as they are made", begun, 1_000.0),
        Figure::rate("steps a second while people use the program", meanwhile / seconds, 2_000.0),
    ];
    if rest > 10_000.0 {
        figures.push(Figure::rate("steps a second with nobody else", rest / alone, 2_000.0));
    }
    figures.extend([
        Figure::millis("list pages meanwhile, p95", pages.at(0.95), 100.0),
        Figure::millis("list pages meanwhile, p99", pages.at(0.99), 100.0),
        Figure::millis("durable create by API meanwhile, p95", writes.at(0.95), 100.0),
        Figure::megabytes("memory, highest meanwhile", memory, 250.0),
    ]);
    Ok(figures)
}

/// A field set, a way taken, a record made, a look whether something holds, a field set once more.
fn flow(name: &str) -> Result<Flow, Stop> {
    let body = json!({
        "name": { "id": name, "en": name }, "object": "opportunity", "trigger": { "on": "created" },
        "when": { "field": "name", "op": "starts_with", "value": name },
        "steps": [
            { "key": "s1", "do": "set", "values": { "amount": { "formula": "amount + 1.0" } } },
            { "key": "s2", "do": "branch", "arms": [
                { "when": { "field": "amount", "op": "gt", "value": 50 }, "steps": [{ "key": "s3", "do": "task", "title": "Hubungi {{name}}", "due": { "n": 2, "unit": "working_days" } }] },
                { "steps": [{ "key": "s4", "do": "end" }] } ] },
            { "key": "s5", "do": "wait", "until": "holds", "when": { "field": "amount", "op": "is", "value": 101 }, "most": { "n": 1, "unit": "days" } },
            { "key": "s6", "do": "set", "values": { "next_step": { "value": "Sudah dihubungi" } } },
        ],
    });
    serde_json::from_value(body).map_err(|e| Stop::failed(e.to_string()))
}

/// Steps taken so far.
async fn taken(engine: &Engine, system: &Ctx, key: &str) -> Result<f64, Stop> {
    let key = key.to_string();
    let counts = engine.read(system, move |tx| tx.flow_counts(&key)).await?;
    Ok(counts.iter().filter(|(step, _)| !step.is_empty()).map(|(_, n)| *n as f64).sum())
}

/// Steps taken so far by a server that is gone.
async fn progress(config: &Config, key: &str) -> Result<f64, Stop> {
    let engine = workspace::make(config).await?;
    let system = engine.system("measuring", Door::Command);
    let steps = taken(&engine, &system, key).await?;
    engine.store().close().await;
    Ok(steps)
}

/// Each record went through each step once.
async fn proven(engine: &Engine, system: &Ctx, name: &str, records: usize) -> Result<(), Stop> {
    let count = async |object: &str, filter: Vec<Filter>| -> Result<u64, Stop> {
        let request = ListRequest { object: object.into(), filter: Some(Filter::All(filter)), ..ListRequest::default() };
        Ok(engine.count(system, request, true).await?.shown())
    };
    let named = |field: &str, start: &str| Filter::test(field, Op::StartsWith, format!("{start}{name}"));
    let figures = vec![named("name", ""), Filter::test("amount", Op::Is, 101), Filter::test("next_step", Op::Is, "Sudah dihubungi")];
    let (through, made) = (count("opportunity", figures).await?, count("task", vec![named("subject", "Hubungi ")]).await?);
    if through == records as u64 && made == records as u64 {
        return Ok(());
    }
    Err(Stop::failed(format!("{records} records, but {through} went through and {made} have what is made for them")))
}

/// Steps of all runs, for the words above the table.
pub fn volume(records: usize) -> String {
    format!(
        "{records} records at once, {} steps; the server was killed {KILLS} times in their midst, and afterwards each record had gone \
         through each step once",
        records as f64 * STEPS
    )
}
