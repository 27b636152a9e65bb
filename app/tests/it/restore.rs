//! A backup takes the place of a workspace whole or not at all.

use crate::server::Server;
use crate::workspace::folder;
use std::path::Path;
use std::process::Output;

/// Runs the program on SQLite, or on a schema of PostgreSQL.
fn run(server: &Server, postgres: Option<(&str, &str)>, args: &[&str]) -> Output {
    let mut command = server.command(args);
    if let Some((url, schema)) = postgres {
        command.env("AKRAB_DATABASE", url).env("AKRAB_SCHEMA", schema);
    }
    command.output().expect("the program runs")
}

fn told(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

/// How many entries the audit trail has, all of them sound.
fn entries(doctor: &Output) -> u64 {
    let told = told(doctor);
    let line = told.split("audit trail: ").nth(1).unwrap_or_else(|| panic!("{told}"));
    if line.starts_with("nothing") { 0 } else { line.split(' ').next().and_then(|n| n.parse().ok()).unwrap_or_else(|| panic!("{told}")) }
}

/// Restores a whole and a broken backup over a workspace with other people.
fn walk(folder: &Path, server: &Server, postgres: Option<(&str, &str)>) {
    let fine = |args: &[&str]| {
        let output = run(server, postgres, args);
        assert!(output.status.success(), "akrab {args:?}: {}", told(&output));
        told(&output)
    };
    let refused = |args: &[&str]| {
        let output = run(server, postgres, args);
        assert!(!output.status.success(), "akrab {args:?} was not refused: {}", told(&output));
    };
    let (whole, broken) = (folder.join("whole.akrab"), folder.join("broken.akrab"));
    let (whole_name, broken_name) = (whole.to_string_lossy(), broken.to_string_lossy());
    if postgres.is_some() {
        fine(&["user", "add", "admin@contoh.test", "--role", "administrator"]);
    }
    let begun = entries(&run(server, postgres, &["doctor"]));
    fine(&["backup", &whole_name]);
    refused(&["backup", &whole_name]);
    fine(&["backup", &whole_name, "--force"]);
    fine(&["user", "add", "baru@contoh.test", "--role", "sales"]);
    let bytes = std::fs::read(&whole).expect("the backup");
    // a cut archive, an archive of nonsense, and one whose database is cut
    for bytes in [bytes[..bytes.len() / 2].to_vec(), b"no backup at all".to_vec(), damaged(&whole)] {
        std::fs::write(&broken, bytes).expect("a broken backup");
        refused(&["restore", &broken_name, "--replace"]);
        assert!(fine(&["user", "list"]).contains("baru@contoh.test"), "the good workspace is untouched");
    }
    refused(&["restore", &whole_name]);
    fine(&["restore", &whole_name, "--replace"]);
    let people = fine(&["user", "list"]);
    assert!(people.contains("admin@contoh.test") && !people.contains("baru@contoh.test"), "{people}");
    assert_eq!(entries(&run(server, postgres, &["doctor"])), begun + 2, "the first backup and this restore are told: {begun}");
    // a second time, beside what the first one set aside and what a killed one has left
    if let Some((url, schema)) = postgres {
        let left = format!("{schema}_restore");
        let made = run(server, Some((url, &left)), &["user", "add", "sisa@contoh.test", "--role", "administrator"]);
        assert!(made.status.success(), "{}", told(&made));
    }
    fine(&["restore", &whole_name, "--replace"]);
    assert!(fine(&["user", "list"]).contains("admin@contoh.test"));
}

/// The backup with half of its database.
fn damaged(whole: &Path) -> Vec<u8> {
    use std::io::{Read, Write};
    let mut zip = zip::ZipArchive::new(std::fs::File::open(whole).expect("the backup")).expect("an archive");
    let mut database = Vec::new();
    zip.by_name("database").expect("the database").read_to_end(&mut database).expect("the database");
    let mut out = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    out.start_file("database", zip::write::SimpleFileOptions::default()).expect("an entry");
    out.write_all(&database[..database.len() / 2]).expect("half of it");
    out.finish().expect("an archive").into_inner()
}

#[test]
fn a_broken_backup_leaves_the_workspace_as_it_is() {
    let folder = folder();
    let server = Server::prepared(&folder);
    walk(&folder, &server, None);
    let _ = std::fs::remove_dir_all(&folder);
}

#[test]
fn a_broken_backup_leaves_the_schema_as_it_is() {
    let Some(url) = std::env::var("AKRAB_TEST_PG").ok().filter(|u| !u.is_empty()) else { return };
    let folder = folder();
    let server = Server::prepared(&folder);
    let schema = format!("it_restore_{}", std::process::id());
    walk(&folder, &server, Some((&url, &schema)));
    let other = folder.join("sqlite.akrab");
    let other = other.to_string_lossy();
    assert!(run(&server, None, &["user", "add", "satu@contoh.test", "--role", "sales"]).status.success());
    assert!(run(&server, None, &["backup", &other]).status.success());
    let output = run(&server, Some((&url, &schema)), &["restore", &other, "--replace"]);
    assert!(!output.status.success() && told(&output).contains("restored on SQLite alone"), "{}", told(&output));
    let _ = std::fs::remove_dir_all(&folder);
}

#[test]
fn a_backup_does_not_take_the_place_of_a_workspace_that_is_served() {
    let folder = folder();
    served(&folder, Server::new(&folder), "another akrab is serving");
}

#[test]
fn a_backup_does_not_take_the_place_of_a_schema_that_is_served() {
    let folder = folder();
    if let Some(server) = Server::on_postgres(&folder) {
        served(&folder, server, "akrab serve, process");
    }
}

fn served(folder: &Path, mut server: Server, word: &str) {
    let whole = folder.join("whole.akrab");
    server.run(&["backup", &whole.to_string_lossy()]);
    let output = run(&server, None, &["restore", &whole.to_string_lossy(), "--replace"]);
    assert!(!output.status.success() && told(&output).contains(word), "{}", told(&output));
    assert_eq!(server.wire.call("GET", "/health/ready", &[], "").map(|r| r.status).ok(), Some(200));
    server.kill();
    server.run(&["restore", &whole.to_string_lossy(), "--replace"]);
    drop(server);
    let _ = std::fs::remove_dir_all(folder);
}
