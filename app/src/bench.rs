//! Measures speed and memory of a server of its own, over the loopback, as its users feel them.

mod client;
mod customer;
mod dashboard;
mod engines;
mod flows;
mod import;
mod load;
mod report;
mod server;

use crate::config::Config;
use crate::stop::Stop;
use crate::workspace;
use akrab_engine::identity::{Origin, SignedIn};
use akrab_engine::{Ctx, Door, Engine, ListRequest};
use akrab_model::value::Input;
use load::Work;
use report::{Figure, Part};
use serde_json::json;
use server::Server;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

/// How long nothing is asked before idle memory is read.
const REST: Duration = Duration::from_secs(15);
const USER: &str = "bench@akrab.test";

/// What a measured client needs to get in.
struct Entry {
    cookie: String,
    token: String,
    /// Some of the accounts there are.
    accounts: Vec<i64>,
}

/// Measures everything and updates the table.
pub async fn run(config: &Config, contacts: usize, seconds: u64, rows: usize, out: &Path) -> Result<(), Stop> {
    let config = config.apart("bench");
    let engine = workspace::make(&config).await?;
    let entry = prepare(&engine, contacts).await?;
    let volume = volume(&engine).await?;
    engine.store().close().await;
    drop(engine);
    let span = Duration::from_secs(seconds.max(1));
    let server = Server::start(&config).await?;
    // what starts beside the first page has ended by then
    tokio::time::sleep(REST).await;
    let mut figures =
        vec![Figure::millis("start to first page", server.started, 500.0), Figure::megabytes("memory, idle", server.memory(), 60.0)];
    figures.extend(pages(&server, &entry, span).await?);
    figures.extend(writes(&server, &entry, span).await?);
    figures.push(Figure::megabytes("memory, highest under this load", server.peak(), 250.0));
    figures.extend(server.sizes(&entry.cookie).await?);
    drop(server);
    if rows > 0 {
        figures.push(import::measure(&config, rows, USER).await?);
    }
    report::show(&figures);
    report::write(out, Part::Program, config.database.is_some(), &volume, &figures)
}

/// Measures the engines that domains are built on, and updates their table.
pub async fn engines(config: &Config, seconds: u64, out: &Path) -> Result<(), Stop> {
    let config = config.apart("bench-engines");
    let engine = workspace::make(&config).await?;
    let figures = engines::measure(&engine, Duration::from_secs(seconds.max(1))).await?;
    engine.store().close().await;
    report::show(&figures);
    report::write(out, Part::Engines, config.database.is_some(), "one process, commits as durable as in service", &figures)
}

/// Measures a dashboard over the demonstration, and updates its table.
pub async fn dashboard(config: &Config, seconds: u64, out: &Path) -> Result<(), Stop> {
    let config = config.apart("bench-dashboard");
    let (volume, figures) = dashboard::measure(&config, Duration::from_secs(seconds.max(1))).await?;
    report::show(&figures);
    report::write(out, Part::Dashboard, config.database.is_some(), &volume, &figures)
}

/// Measures the page of a customer with a long history, and updates its table.
pub async fn customer(config: &Config, seconds: u64, out: &Path) -> Result<(), Stop> {
    let config = config.apart("bench-customer");
    let (volume, figures) = customer::measure(&config, Duration::from_secs(seconds.max(1))).await?;
    report::show(&figures);
    report::write(out, Part::Customer, config.database.is_some(), &volume, &figures)
}

/// Measures a flow that very many records trigger at once, and updates its table.
pub async fn flows(config: &Config, records: usize, seconds: u64, out: &Path) -> Result<(), Stop> {
    let config = config.apart("bench-flows");
    let figures = flows::measure(&config, records, Duration::from_secs(seconds.max(1))).await?;
    report::show(&figures);
    report::write(out, Part::Flows, config.database.is_some(), &flows::volume(records), &figures)
}

/// Makes the data and a user when they are missing.
async fn prepare(engine: &Engine, contacts: usize) -> Result<Entry, Stop> {
    let system = engine.system("measuring", Door::Command);
    let request = ListRequest { object: "contact".into(), ..ListRequest::default() };
    if engine.count(&system, request, false).await?.shown() == 0 {
        eprintln!("making {contacts} contacts and what belongs to them …");
        crate::generate::fill(engine, 1, contacts).await?;
        let mut settings = (*engine.settings()).clone();
        settings.company = "Bench".into();
        settings.ready = true;
        engine.save_settings(&system, settings).await?;
    }
    let entry = enter(engine).await?;
    Ok(Entry { accounts: accounts(engine, &system).await?, ..entry })
}

/// Lets a measured client in.
async fn enter(engine: &Engine) -> Result<Entry, Stop> {
    let system = engine.system("measuring", Door::Command);
    let user = match engine.people().by_email(USER).cloned() {
        Some(person) => person.id,
        None => {
            let role = engine.people().roles.iter().find(|r| r.is_administrator()).map(|r| r.id);
            let mut input = Input::new();
            for (key, value) in [("name", json!("Bench")), ("email", json!(USER)), ("role", json!(role))] {
                input.insert(key.into(), value);
            }
            engine.create(&system, "user", input).await?.id
        }
    };
    let bytes: [u8; 16] = engine.random();
    let password: String = bytes.iter().map(|b| format!("{b:02x}")).collect();
    engine.set_password(&system, user, &password).await?;
    let origin = Origin { ip: "127.0.0.1".into(), agent: "bench".into(), device: None };
    let cookie = match engine.sign_in(USER, &password, &origin).await? {
        SignedIn::Full { user, token, .. } | SignedIn::Code { user, token } => format!("akrab={user}.{token}"),
    };
    let token = engine.token_add(&system, user, "bench", false, Some(1)).await?;
    Ok(Entry { cookie, token, accounts: Vec::new() })
}

/// Accounts from all over the workspace; some numbers between them may never have been given.
async fn accounts(engine: &Engine, system: &Ctx) -> Result<Vec<i64>, Stop> {
    let request = ListRequest { object: "account".into(), ..ListRequest::default() };
    let all = engine.count(system, request, true).await?.shown() as i64;
    let mut found = Vec::new();
    for n in 0..500 {
        let id = 1 + n * 7_919 % all.max(1);
        if engine.get(system, "account", id).await.is_ok() {
            found.push(id);
        }
    }
    Ok(found)
}

async fn volume(engine: &Engine) -> Result<String, Stop> {
    let system = engine.system("measuring", Door::Command);
    let mut parts = Vec::new();
    for object in ["contact", "account", "opportunity", "interaction"] {
        let request = ListRequest { object: object.into(), ..ListRequest::default() };
        parts.push(format!("{} {}", engine.count(&system, request, true).await?.shown(), engine.object(object)?.plural));
    }
    let entries = engine.read(&system, |tx| Ok(tx.conn.timeline_count()?)).await?;
    parts.push(format!("{entries} timeline entries"));
    Ok(parts.join(", "))
}

async fn pages(server: &Server, entry: &Entry, span: Duration) -> Result<Vec<Figure>, Stop> {
    let get = |paths: Vec<String>| Work::gets(paths, &[("Cookie", &entry.cookie), ("Accept-Encoding", "gzip")]);
    let filter = encoded(r#"{"field":"status","op":"is","value":"active"}"#);
    let lists =
        (0..4).map(|n| format!("/contacts?filter={filter}&sort={}", ["name", "-last_contact", "-created_at", "email"][n])).collect();
    let records = entry.accounts.iter().map(|id| format!("/accounts/{id}")).collect();
    let words = ["s", "bu", "har", "siti", "kopi s", "wijay", "081", "0812345", "pt su", "rahmawati", "7890", "santoso bud"];
    let searches = words.iter().map(|w| format!("/api/v1/search?q={}", encoded(w))).collect();
    let searches = Work::gets(searches, &[("Authorization", &format!("Bearer {}", entry.token))]);
    let list = server.load(&get(lists), 16, span).await?;
    let record = server.load(&get(records), 4, span).await?;
    let board = server.load(&get(vec!["/opportunities?view=pipeline".into()]), 4, span).await?;
    let search = server.load(&searches, 4, span).await?;
    let typed = ["name=Siti+Rahmawati&account=77", "phone=0812-3456-7890", "email=siti.rahmawati%40surel.test", "name=Budi+Santoso"];
    let hints = typed.iter().map(|typed| format!("/contacts/hints?{typed}")).collect();
    let hints = server.load(&get(hints), 1, span).await?;
    let report = server.load(&pivot(entry), 1, span).await?;
    Ok(vec![
        Figure::millis("list page of 50, filtered and sorted, 16 connections, p95", list.at(0.95), 15.0),
        Figure::rate("list pages a second", list.rate(), 1_200.0),
        Figure::millis("record page with timeline, p95", record.at(0.95), 12.0),
        Figure::millis("board, p95", board.at(0.95), 30.0),
        Figure::millis("search while typing, p95", search.at(0.95), 30.0),
        Figure::millis("duplicate hints while a contact is typed, p95", hints.at(0.95), 50.0),
        Figure::millis("pivot of all interactions by month and owner, worked out anew, p50", report.at(0.5), 1_000.0),
    ])
}

/// A report over all interactions, each time with another beginning before all of them, so that none is remembered.
fn pivot(entry: &Entry) -> Work {
    let body = |n: u64| {
        let begin = format!("19{:02}-{:02}-{:02}", n % 100, n / 100 % 12 + 1, n / 1_200 % 28 + 1);
        json!({"report": {"object": "interaction", "filter": {"field": "starts_at", "op": "gt", "value": begin},
            "groups": [{"field": "starts_at", "by": "month"}], "pivot": {"field": "owner"}, "measures": [{"key": "n"}]}})
        .to_string()
    };
    let token = format!("Bearer {}", entry.token);
    Work::posts("/api/v1/reports/answers", Arc::new(body), &[("Authorization", &token), ("Content-Type", "application/json")])
}

async fn writes(server: &Server, entry: &Entry, span: Duration) -> Result<Vec<Figure>, Stop> {
    let token = format!("Bearer {}", entry.token);
    let work = Work::posts(
        "/api/v1/contacts",
        Arc::new(|n| format!(r#"{{"name":"Uji Beban {n}"}}"#)),
        &[("Authorization", &token), ("Content-Type", "application/json")],
    );
    let one = server.load(&work, 1, span).await?;
    let many = server.load(&work, 64, span).await?;
    Ok(vec![
        Figure::millis("durable create by API, one connection, p50", one.at(0.5), 5.0),
        Figure::rate("durable creates a second, 64 connections", many.rate(), 1_500.0),
    ])
}

fn encoded(text: &str) -> String {
    text.bytes().map(|b| if b.is_ascii_alphanumeric() { char::from(b).to_string() } else { format!("%{b:02X}") }).collect()
}
