//! The program is killed while it writes: what it acknowledged is there, what it did not is whole or
//! absent, and an interrupted job goes on once.
//!
//! `AKRAB_KILL_ROUNDS` sets the number of kills (4 when absent); the seed of each is printed.

use crate::server::Server;
use crate::wire::Wire;
use crate::workspace::folder;
use serde_json::json;
use std::fmt::Write as _;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

const WRITERS: usize = 4;

/// A create that was sent: its key, and the id once it was acknowledged.
struct Sent {
    key: String,
    id: Option<i64>,
}

#[test]
fn nothing_acknowledged_is_lost_when_the_program_is_killed_on_sqlite() {
    let folder = folder();
    let server = Server::new(&folder);
    kills(&folder, server, 4);
}

#[test]
fn nothing_acknowledged_is_lost_when_the_program_is_killed_on_postgres() {
    let folder = folder();
    if let Some(server) = Server::on_postgres(&folder) {
        kills(&folder, server, 2);
    }
}

fn kills(folder: &std::path::Path, mut server: Server, rounds: u64) {
    let rounds: u64 = std::env::var("AKRAB_KILL_ROUNDS").ok().and_then(|n| n.parse().ok()).unwrap_or(rounds);
    let (mut acknowledged, mut lost) = (0, 0);
    for round in 0..rounds {
        let delay = Duration::from_millis(5 + chance(round) % 496);
        eprintln!("round {round}: killed after {} ms", delay.as_millis());
        let stop = AtomicBool::new(false);
        let journal: Vec<Sent> = thread::scope(|scope| {
            let writers: Vec<_> = (0..WRITERS)
                .map(|w| {
                    let (wire, stop) = (server.wire.clone(), &stop);
                    scope.spawn(move || write(&wire, round, w, stop))
                })
                .collect();
            thread::sleep(delay);
            server.kill();
            stop.store(true, Ordering::Relaxed);
            writers.into_iter().flat_map(|w| w.join().expect("a writer ends")).collect()
        });
        let restarted = Instant::now();
        server.start();
        assert!(restarted.elapsed() < Duration::from_secs(20), "round {round}: the restart took {:?}", restarted.elapsed());
        for sent in &journal {
            acknowledged += usize::from(sent.id.is_some());
            lost += usize::from(!verify(&server.wire, sent));
        }
    }
    server.kill();
    let doctor = server.run(&["doctor"]);
    assert!(doctor.contains("database is undamaged"), "{doctor}");
    eprintln!("{rounds} kills, {acknowledged} acknowledged creates, {lost} lost");
    assert!(acknowledged > 0, "no writer ever got an answer");
    assert_eq!(lost, 0);
    let _ = std::fs::remove_dir_all(folder);
}

/// Creates contacts until the server is gone; what it acknowledged is in the journal.
fn write(wire: &Wire, round: u64, writer: usize, stop: &AtomicBool) -> Vec<Sent> {
    let mut journal = Vec::new();
    for n in 0.. {
        let key = format!("bunuh-{round}-{writer}-{n}");
        let body = json!({"name": format!("Wulan {round} {writer} {n}"), "external_key": key, "note": "x".repeat(500)}).to_string();
        let answer = wire.call("POST", "/api/v1/contacts", &[("idempotency-key", &key)], &body);
        let over = answer.is_err() || stop.load(Ordering::Relaxed);
        let id = answer.ok().and_then(|r| if r.status == 201 { r.json()["id"].as_i64() } else { panic!("{r:?}") });
        journal.push(Sent { key, id });
        if over {
            break;
        }
    }
    journal
}

/// Whether a sent create is as it was acknowledged, or else whole or absent.
fn verify(wire: &Wire, sent: &Sent) -> bool {
    let filter = json!({"field": "external_key", "op": "is", "value": sent.key}).to_string();
    let found = wire.call("GET", &format!("/api/v1/contacts?filter={}", escape(&filter)), &[], "").expect("the server answers").json();
    let records = found["data"].as_array().cloned().unwrap_or_default();
    assert!(records.len() <= 1, "{} is there {} times", sent.key, records.len());
    let Some(record) = records.first() else {
        eprintln!("{} is not there{}", sent.key, if sent.id.is_some() { " though it was acknowledged" } else { "" });
        return sent.id.is_none();
    };
    let id = record["id"].as_i64().unwrap_or_default();
    assert!(sent.id.is_none_or(|s| s == id), "{} has another id", sent.key);
    assert_eq!(record["note"].as_str().map(str::len), Some(500), "{} is half there", sent.key);
    let history = wire.call("GET", &format!("/api/v1/contacts/{id}/history"), &[], "").expect("the server answers").json();
    assert_eq!(history["data"][0]["kind"], "create", "{} has no history", sent.key);
    let body = json!({"name": record["name"], "external_key": sent.key, "note": "x".repeat(500)}).to_string();
    if sent.id.is_some() {
        let again = wire.call("POST", "/api/v1/contacts", &[("idempotency-key", &sent.key)], &body).expect("the server answers");
        assert_eq!(again.json()["id"].as_i64(), Some(id), "the repeated request got another answer: {again:?}");
    }
    true
}

#[test]
fn an_import_that_was_killed_goes_on_once() {
    const ROWS: usize = 4_000;
    let folder = folder();
    let mut server = Server::prepared(&folder);
    let file = folder.join("orang.csv");
    let mut csv = String::from("name,email,external_key\n");
    for n in 0..ROWS {
        let _ = writeln!(csv, "Sekar Nomor {n},sekar{n}@contoh.co.id,impor-{n}");
    }
    std::fs::write(&file, csv).expect("the file is written");
    let path = file.display().to_string();
    let mut import = server
        .command(&["import", "contact", &path])
        .stdout(std::process::Stdio::null())
        .stderr(std::process::Stdio::null())
        .spawn()
        .expect("the import starts");
    // as soon as a step is in the database, which is open to a second process
    server.start();
    let wire = server.wire.clone();
    let ask = |path: &str| wire.call("GET", path, &[], "").expect("the server answers").json();
    let count = || ask("/api/v1/contacts?limit=1&count=exact&columns=name")["count"].as_u64();
    while count() == Some(0) && import.try_wait().is_ok_and(|over| over.is_none()) {
        thread::sleep(Duration::from_millis(5));
    }
    let _ = import.kill();
    let _ = import.wait();
    server.kill();
    server.start();
    let there = count();
    eprintln!("{there:?} rows were there when the import was killed");
    let end = Instant::now() + Duration::from_secs(120);
    loop {
        let job = ask("/api/v1/jobs?kind=import&limit=1")["data"][0].clone();
        if job["state"] == "done" {
            assert_eq!(job["result"]["counts"]["created"], ROWS, "{job}");
            break;
        }
        assert!(Instant::now() < end, "the import did not go on from {there:?}: {job}");
        thread::sleep(Duration::from_millis(100));
    }
    assert_eq!(count(), Some(ROWS as u64), "rows came twice or not at all");
    drop(server);
    let _ = std::fs::remove_dir_all(&folder);
}

/// What each record goes through: a figure that would tell a step done twice, and a record made for it.
const STEPS: &str = r#"
[[flows]]
key = "uji_bunuh"
name = { id = "Uji bunuh", en = "Kill test" }
object = "opportunity"
trigger = { on = "created" }

[[flows.steps]]
key = "s1"
do = "set"
values = { amount = { formula = "amount + 1.0" } }

[[flows.steps]]
key = "s2"
do = "branch"

[[flows.steps.arms]]
when = { field = "amount", op = "gt", value = 1 }

[[flows.steps.arms.steps]]
key = "s3"
do = "task"
title = "Hubungi {{name}}"

[[flows.steps]]
key = "s4"
do = "set"
values = { amount = { formula = "amount + 10.0" } }
"#;

#[test]
fn a_flow_killed_five_times_does_each_step_once_on_sqlite() {
    let folder = folder();
    let server = Server::new(&folder);
    flow_kills(&folder, server);
}

#[test]
fn a_flow_killed_five_times_does_each_step_once_on_postgres() {
    let folder = folder();
    if let Some(server) = Server::on_postgres(&folder) {
        flow_kills(&folder, server);
    }
}

fn flow_kills(folder: &std::path::Path, mut server: Server) {
    let records: usize = std::env::var("AKRAB_KILL_RECORDS").ok().and_then(|n| n.parse().ok()).unwrap_or(1_500);
    let post = |server: &Server, path: &str, body: &serde_json::Value| {
        let answer = server.wire.call("POST", path, &[], &body.to_string()).expect("the server answers");
        assert!(answer.status < 300, "{path}: {answer:?}");
        answer.json()
    };
    let get = |server: &Server, path: &str| server.wire.call("GET", path, &[], "").expect("the server answers").json();
    post(&server, "/api/v1/flows", &json!({ "toml": STEPS }));
    post(&server, "/api/v1/flows/uji_bunuh/resume", &json!({}));
    for first in (0..records).step_by(500) {
        let operation = |n: usize| json!({"op": "create", "object": "opportunities", "data": {"name": format!("P{n}"), "amount": 100}});
        let operations: Vec<_> = (first..(first + 500).min(records)).map(operation).collect();
        post(&server, "/api/v1/batch", &json!({ "operations": operations }));
    }
    let begun = |server: &Server| get(server, "/api/v1/flows/uji_bunuh");
    for round in 0..5 {
        let delay = Duration::from_millis(20 + chance(round) % 200);
        thread::sleep(delay);
        server.kill();
        server.start();
        eprintln!("round {round}: killed after {} ms, {} left", delay.as_millis(), begun(&server)["going"]);
    }
    let end = Instant::now() + Duration::from_secs(300);
    while begun(&server)["going"] != 0 {
        assert!(Instant::now() < end, "the flow does not come to its end: {}", begun(&server));
        thread::sleep(Duration::from_millis(50));
    }
    let flow = begun(&server);
    assert_eq!((flow["done"].as_u64(), flow["failed"].as_u64()), (Some(records as u64), Some(0)), "{flow}");
    let count = |object: &str, filter: serde_json::Value| {
        let path = format!("/api/v1/{object}?limit=1&count=exact&filter={}", escape(&filter.to_string()));
        get(&server, &path)["count"].as_u64().unwrap_or(0)
    };
    let amount = |value: u64| count("opportunities", json!({"field": "amount", "op": "is", "value": value}));
    assert_eq!(amount(111), records as u64, "each step is done once");
    assert_eq!(count("tasks", json!({"field": "subject", "op": "starts_with", "value": "Hubungi P"})), records as u64);
    let one = get(&server, "/api/v1/flows/uji_bunuh/runs?limit=1")["data"][0]["id"].clone();
    let log = get(&server, &format!("/api/v1/flows/uji_bunuh/runs/{one}"))["log"].clone();
    let steps: Vec<_> = log.as_array().into_iter().flatten().map(|e| e["step"].as_str().unwrap_or_default().to_string()).collect();
    assert_eq!(steps, ["s1", "s2", "s3", "s4"]);
    server.kill();
    let _ = std::fs::remove_dir_all(folder);
}

/// The same for the same round.
fn chance(round: u64) -> u64 {
    let mut x = round.wrapping_add(1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    x ^= x >> 31;
    x = x.wrapping_mul(0xBF58_476D_1CE4_E5B9);
    x ^ (x >> 29)
}

/// Percent-encodes a query value.
pub fn escape(text: &str) -> String {
    text.bytes().map(|b| if b.is_ascii_alphanumeric() { char::from(b).to_string() } else { format!("%{b:02X}") }).collect()
}
