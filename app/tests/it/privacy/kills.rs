//! Killed in the middle of an erasure: before or after, never between.

use crate::server::Server;
use crate::workspace::folder;
use serde_json::{Value as Json, json};
use std::thread;
use std::time::Duration;

/// So many conversations make an erasure take a while.
const TALKS: usize = 150;

#[test]
fn a_kill_leaves_an_erasure_done_or_not_begun_on_sqlite() {
    let folder = folder();
    kills(Server::new(&folder), &folder);
}

#[test]
fn a_kill_leaves_an_erasure_done_or_not_begun_on_postgres() {
    let folder = folder();
    if let Some(server) = Server::on_postgres(&folder) {
        kills(server, &folder);
    }
}

fn kills(mut server: Server, folder: &std::path::Path) {
    let mut seen = [0, 0];
    for (round, delay) in [1, 6, 15, 400].into_iter().enumerate() {
        let contact = made(&server, "contacts", &json!({"name": format!("Wulandari {round}"), "email": format!("w{round}@contoh.test")}));
        for n in 0..TALKS {
            made(
                &server,
                "interactions",
                &json!({"channel": "call", "subject": format!("Wulandari {round} {n}"), "body": "Wulandari", "contact": contact}),
            );
        }
        let request = made(&server, "data_requests", &json!({"contact": contact, "kind": "deletion"}));
        let act = |wire: &crate::wire::Wire, verb: &str, body: &Json| {
            wire.call("POST", &format!("/api/v1/data_requests/{request}/{verb}"), &[], &body.to_string())
        };
        act(&server.wire, "identity", &json!({"proof": "KTP"})).expect("proven");
        thread::scope(|scope| {
            let wire = server.wire.clone();
            let asked = scope.spawn(move || act(&wire, "erasure", &json!({"sure": true})).is_ok());
            thread::sleep(Duration::from_millis(delay));
            server.kill();
            let _ = asked.join();
        });
        server.start();
        let get = |address: &str| server.wire.call("GET", address, &[], "").expect("the server answers").json();
        let filter = json!({"field": "contact", "op": "is", "value": contact}).to_string();
        let filter: String =
            filter.bytes().map(|b| if b.is_ascii_alphanumeric() { (b as char).to_string() } else { format!("%{b:02X}") }).collect();
        let talks = get(&format!("/api/v1/interactions?limit=200&filter={filter}"));
        let talks = talks["data"].as_array().cloned().unwrap_or_default();
        assert_eq!(talks.len(), TALKS, "none is lost");
        let named = talks
            .iter()
            .filter(|talk| talk["body"] == "Wulandari" && talk["subject"].as_str().is_some_and(|s| s.contains("Wulandari")))
            .count();
        let name = get(&format!("/api/v1/contacts/{contact}"))["name"].as_str().unwrap_or_default().to_string();
        let state = get(&format!("/api/v1/data_requests/{request}"))["state"].as_str().unwrap_or_default().to_string();
        let whole = (named, name.contains("Wulandari"), state.as_str());
        assert!(whole == (TALKS, true, "in_work") || whole == (0, false, "done"), "half of an erasure: {whole:?}");
        seen[usize::from(state == "done")] += 1;
    }
    eprintln!("killed before {} times, after {} times", seen[0], seen[1]);
    server.kill();
    assert!(server.run(&["doctor"]).contains("database is undamaged"));
    let _ = std::fs::remove_dir_all(folder);
}

fn made(server: &Server, plural: &str, body: &Json) -> i64 {
    let answer = server.wire.call("POST", &format!("/api/v1/{plural}"), &[], &body.to_string()).expect("the server answers");
    assert_eq!(answer.status, 201, "{answer:?}");
    answer.json()["id"].as_i64().expect("an id")
}
