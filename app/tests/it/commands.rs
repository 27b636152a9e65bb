//! Commands say what is wrong, where, and what to do; and what they say they did is done.

use crate::server::Server;
use crate::workspace::folder;
use std::path::Path;
use std::process::Output;

fn told(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

#[test]
fn wrong_input_is_told_with_what_to_do() {
    let folder = folder();
    let server = Server::prepared(&folder);
    let at = |name: &str| folder.join(name).display().to_string();
    let pet = "key = \"pet\"\nplural = \"pets\"\nlabel = { id = \"Hewan\", en = \"Pet\" }\n[fields.name]\ntype = \"txet\"\n";
    std::fs::create_dir_all(at("objects")).expect("a folder");
    std::fs::write(at("objects/pet.toml"), pet).expect("a file");
    std::fs::write(at("orang.csv"), "name,email\nSekar,sekar@contoh.test\n").expect("a file");
    let (csv, out, objects, gone) = (at("orang.csv"), at("nowhere/out"), at("objects"), at("gone.csv"));
    let place = folder.display().to_string();
    // the command, its exit code, and words of the answer
    let cases: &[(&[&str], i32, &[&str])] = &[
        (&["user", "add", "nobody"], 3, &["email", "@"]),
        (&["user", "add", "x@contoh.test", "--role", "king"], 3, &["king", "administrator"]),
        (&["user", "add", "x@contoh.test", "--team", "Utara"], 3, &["Utara"]),
        (&["user", "passwd", "x@contoh.test"], 3, &["x@contoh.test", "user list"]),
        (&["token", "add", "x@contoh.test"], 3, &["x@contoh.test", "user list"]),
        (&["token", "add", "admin@contoh.test", "--days", "0"], 2, &["--days"]),
        (&["import", "kontak", &csv], 3, &["kontak", "contact"]),
        (&["import", "contact", &gone], 3, &["gone.csv"]),
        (&["import", "contact", &place], 3, &["folder"]),
        (&["import", "contact", &csv, "--match", "umur"], 3, &["match"]),
        (&["import", "contact", &csv, "--columns", "name,umur"], 3, &["umur"]),
        (&["import", "contact", &csv, "--as", "x@contoh.test"], 3, &["user list"]),
        (&["export", "kontak"], 3, &["kontak", "contact"]),
        (&["export", "contact", "--columns", "umur"], 3, &["umur"]),
        (&["export", "contact", "--filter", "{"], 3, &["--filter"]),
        (&["export", "contact", "-o", &out], 3, &["nowhere"]),
        (&["backup", &out], 3, &["nowhere"]),
        (&["restore", &gone], 3, &["--replace"]),
        (&["restore", &gone, "--replace"], 3, &["gone.csv"]),
        (&["restore", &csv, "--replace"], 3, &["no backup"]),
        (&["check", &objects], 3, &["pet.toml:5", "txet"]),
        (&["check", &gone], 3, &["gone.csv", "folder"]),
        (&["schema", "drop"], 2, &["drop"]),
        (&["worker"], 3, &["PostgreSQL", "serve"]),
        (&["paint"], 2, &["paint"]),
    ];
    for (args, code, words) in cases {
        let output = server.command(args).output().expect("the program runs");
        let answer = told(&output);
        assert_eq!(output.status.code(), Some(*code), "akrab {args:?}: {answer}");
        assert!(words.iter().all(|word| answer.contains(word)), "akrab {args:?}: {answer}");
        assert!(!answer.contains("panicked") && !answer.contains("; ;"), "akrab {args:?}: {answer}");
    }
    assert!(server.run(&["user", "list"]).contains("admin@contoh.test"), "what was refused has moved nothing");
    for (name, value, word) in [
        ("AKRAB_JOBS", "two", "whole number"),
        ("AKRAB_KEY", "zz", "64 hexadecimal digits"),
        ("AKRAB_DATABASE", "mysql://x", "postgres://"),
        ("AKRAB_SMTP_URL", "smtp://localhost", "AKRAB_SMTP_FROM"),
        ("AKRAB_SMTP_FROM", "crm@contoh.test", "AKRAB_SMTP_URL"),
    ] {
        let output = server.command(&["doctor"]).env(name, value).output().expect("the program runs");
        assert!(output.status.code() != Some(0) && told(&output).contains(word), "{name}={value}: {}", told(&output));
    }
    std::fs::write(at("akrab.toml"), "jobs = 1\nlisen = \"x\"\n").expect("a file");
    let output = server.command(&["doctor"]).output().expect("the program runs");
    assert!(output.status.code() == Some(3) && told(&output).contains("akrab.toml:2"), "{}", told(&output));
    let _ = std::fs::remove_dir_all(&folder);
}

#[test]
fn every_fault_of_an_object_file_is_told_with_its_line() {
    let folder = folder();
    let server = Server::prepared(&folder);
    let objects = folder.join("objects");
    std::fs::create_dir_all(&objects).expect("a folder");
    let head = "key = \"pet\"\nplural = \"pets\"\nlabel = { id = \"H\", en = \"P\" }\nplural_label = { id = \"H\", en = \"P\" }\n\
        purpose = { id = \"H\", en = \"P\" }\nicon = \"paw-print\"\ngroup = \"sales\"\ntitle = \"name\"\n";
    let field =
        |key: &str, kind: &str, more: &str| format!("[fields.{key}]\ntype = \"{kind}\"\nlabel = {{ id = \"N\", en = \"N\" }}\n{more}\n");
    let name = field("name", "text", "");
    let visit = "rollup = { of = \"interaction\", via = \"account\", function = \"count\" }";
    // what stands after the eight lines of the head, and the line and words that are told
    let cases = [
        (field("name", "text", "min = 3"), ":9: field `name`", "numbers"),
        (field("name", "text", "result = \"money\""), ":9: field `name`", "“result”"),
        (field("name", "text", "pipeline = \"name\""), ":9: field `name`", "“pipeline”"),
        (format!("{name}{}", field("age", "integer", "max_length = 3")), ":13: field `age`", "texts"),
        (format!("{name}{}", field("seen", "rollup", visit)), ":13: field `seen`", "no link of “interaction”"),
        (
            format!("{name}{}", field("seen", "rollup", &visit.replace("interaction", "visit"))),
            ":13: field `seen`",
            "unknown object “visit”",
        ),
        (format!("{name}{}", field("size", "formula", "result = \"money\"\nformula = \"umur + 1\"")), ":13: field `size`", "umur"),
        (format!("{name}{}", field("size", "formula", "result = \"money\"\nformula = \"nosuch(1)\"")), ":13: field `size`", "“nosuch”"),
        (format!("{name}{}", field("size", "formula", "result = \"money\"\nformula = \"name\"")), ":13: field `size`", "to a number"),
        (format!("{name}[board]\nby = \"name\"\n"), ":14: ", "a stage or a choice"),
        (format!("{name}[board]\nby = \"umur\"\n"), ":14: ", "unknown field “umur”"),
        (format!("{name}[layout]\nrelated = [\"task.account\"]\n"), ":14: ", "no link to this object"),
        (
            format!(
                "{name}[[views]]\nkey = \"all\"\nlabel = {{ id = \"S\", en = \"A\" }}\nfilter = {{ field = \"umur\", op = \"is\", value = 1 }}\n"
            ),
            ":14: ",
            "The view “all”: There is no field “umur”.",
        ),
        (
            format!("open = {{ field = \"name\", op = \"gt\", value = \"x\" }}\n{name}"),
            ":9: ",
            "The condition “open”: “gt” cannot be used on this field.",
        ),
    ];
    for (text, line, words) in cases {
        std::fs::write(objects.join("pet.toml"), format!("{head}{text}")).expect("a file");
        let output = server.command(&["check", &objects.to_string_lossy()]).output().expect("the program runs");
        let answer = told(&output);
        assert_eq!(output.status.code(), Some(3), "{text}: {answer}");
        assert!(answer.contains(&format!("pet.toml{line}")) && answer.contains(words), "{text}: {answer}");
    }
    let _ = std::fs::remove_dir_all(&folder);
}

#[test]
fn an_option_weighs_more_than_the_environment_and_that_more_than_the_file() {
    let folder = folder();
    let server = Server::prepared(&folder);
    let doctor = |option: Option<&str>, environment: Option<&str>| {
        // the test's own option is left out, so that each source can be seen
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_akrab"));
        command.arg("doctor").arg("--data").arg(&folder).env("AKRAB_LOG", "warn").env_remove("AKRAB_DATABASE").env_remove("AKRAB_LISTEN");
        command.args(option.into_iter().flat_map(|o| ["--listen", o]));
        if let Some(value) = environment {
            command.env("AKRAB_LISTEN", value);
        }
        told(&command.output().expect("the program runs"))
    };
    drop(server);
    assert!(doctor(None, None).contains("127.0.0.1:8080"));
    std::fs::write(folder.join("akrab.toml"), "listen = \"127.0.0.1:9151\"\n").expect("a file");
    assert!(doctor(None, None).contains("127.0.0.1:9151"));
    assert!(doctor(None, Some("127.0.0.1:9152")).contains("127.0.0.1:9152"));
    assert!(doctor(Some("127.0.0.1:9153"), Some("127.0.0.1:9152")).contains("127.0.0.1:9153"));
    let _ = std::fs::remove_dir_all(&folder);
}

#[test]
fn the_schema_of_object_files_is_printed_and_written() {
    let folder = folder();
    let server = Server::prepared(&folder);
    let printed: serde_json::Value = serde_json::from_str(&server.run(&["check", "--schema"])).expect("a schema");
    assert!(printed["properties"]["fields"].is_object());
    let file = folder.join("object.schema.json");
    server.run(&["check", &format!("--schema={}", file.display())]);
    let written: serde_json::Value = serde_json::from_slice(&std::fs::read(&file).expect("a file")).expect("a schema");
    assert_eq!(written, printed);
    let _ = std::fs::remove_dir_all(&folder);
}

#[test]
fn a_workspace_is_saved_while_it_serves_and_brought_back_on_sqlite() {
    let folder = folder();
    let server = Server::new(&folder);
    saved_and_brought_back(&folder, server);
}

#[test]
fn a_workspace_is_saved_while_it_serves_and_brought_back_on_postgres() {
    let folder = folder();
    if let Some(server) = Server::on_postgres(&folder) {
        saved_and_brought_back(&folder, server);
    }
}

fn saved_and_brought_back(folder: &Path, mut server: Server) {
    let wire = server.wire.clone();
    let names = || {
        let answer = wire.call("GET", "/api/v1/contacts?columns=name&sort=name", &[], "").expect("an answer").json();
        answer["data"].as_array().into_iter().flatten().map(|r| r["name"].as_str().unwrap_or("").to_string()).collect::<Vec<_>>()
    };
    let add = |name: &str| {
        assert_eq!(wire.call("POST", "/api/v1/contacts", &[], &format!("{{\"name\":\"{name}\"}}")).expect("an answer").status, 201)
    };
    add("Sekar");
    let csv = folder.join("orang.csv");
    std::fs::write(&csv, "name\nTono\n").expect("a file");
    // its file hangs on the import's job, and is part of the backup
    let answer = server.run(&["import", "contact", &csv.display().to_string()]);
    assert!(answer.trim_end().ends_with("created 1, updated 0, skipped 0, refused 0"), "{answer}");
    let backup = folder.join("backup.akrab").display().to_string();
    let told = server.run(&["backup", &backup]);
    assert!(told.contains("1 files"), "{told}");
    add("Wulan");
    assert_eq!(names(), ["Sekar", "Tono", "Wulan"]);
    let refused = server.command(&["restore", &backup]).output().expect("the program runs");
    assert_eq!(refused.status.code(), Some(3), "a workspace is not replaced by accident");
    server.kill();
    let key = std::fs::read(folder.join("key")).expect("a key");
    server.run(&["restore", &backup, "--replace"]);
    server.start();
    assert_eq!(names(), ["Sekar", "Tono"], "as it was");
    add("Joko");
    assert_eq!(std::fs::read(folder.join("key")).expect("a key"), key, "the key stays");
    let exported = server.run(&["export", "contact", "--columns", "name"]);
    assert!(exported.contains("Tono") && exported.contains("Joko"), "{exported}");
    server.kill();
    let doctor = server.run(&["doctor"]);
    assert!(doctor.contains("database is undamaged"), "{doctor}");
    assert!(doctor.contains("database SQLite") || doctor.contains("database PostgreSQL"), "{doctor}");
    assert!(!doctor.contains(" 1 active administrators") && !doctor.contains(" 1 users"), "{doctor}");
    let members: Vec<&str> =
        doctor.lines().find(|line| line.contains("household_members")).unwrap_or_default().split_whitespace().collect();
    assert_eq!(members, ["ok", "household_members", "0"], "the count stands in a column of its own");
    // a second time: the names of the first are taken
    server.run(&["restore", &backup, "--replace"]);
    assert!(server.run(&["export", "contact", "--columns", "name"]).contains("Sekar"));
    let _ = std::fs::remove_dir_all(folder);
}

#[test]
fn a_worker_of_its_own_runs_what_the_server_queued() {
    let folder = folder();
    let Some(mut server) = Server::on_postgres(&folder) else { return };
    server.kill();
    server.start_with(&[("AKRAB_JOBS", "0")]);
    let csv = "name,email\nSekar,sekar@contoh.test\nTono,salah\n";
    let sent = server.wire.call("POST", "/api/v1/contacts/imports", &[("content-type", "text/csv")], csv).expect("an answer");
    let job = sent.json()["job"].as_i64().expect("a job");
    let state = || server.wire.call("GET", &format!("/api/v1/jobs/{job}"), &[], "").expect("an answer").json();
    assert_eq!(state()["state"], "ready", "the server leaves jobs alone");
    let mut worker = server.command(&["worker"]).spawn().expect("the worker starts");
    let end = std::time::Instant::now() + std::time::Duration::from_secs(60);
    while state()["state"] != "done" && std::time::Instant::now() < end {
        std::thread::sleep(std::time::Duration::from_millis(50));
    }
    let _ = worker.kill();
    let _ = worker.wait();
    let counts = state()["result"]["counts"].clone();
    assert_eq!((counts["created"].as_i64(), counts["refused"].as_i64()), (Some(1), Some(1)), "{}", state());
    let _ = std::fs::remove_dir_all(&folder);
}

#[test]
fn a_log_of_purchases_is_taken_in_by_one_command() {
    let folder = folder();
    let server = Server::prepared(&folder);
    let at = |name: &str, text: &str| {
        std::fs::write(folder.join(name), text).expect("a file");
        folder.join(name).display().to_string()
    };
    let log = at("pembelian.csv", "customer,date,usd\n62,1997-01-01,21.99\n422,1997-01-01,91.57\n62,1997-02-01,5.00\n");
    let refused = server.run(&["import", "order", &log]);
    assert!(refused.contains("created 0, updated 0, skipped 0, refused 3"), "{refused}");
    let answer = server.run(&["import", "order", &log, "--make", "account"]);
    assert!(answer.contains("account: 2 made beside") && answer.contains("created 3, updated 0, skipped 0, refused 0"), "{answer}");
    // by hand, whatever the columns are called
    let other = at("lain.csv", "a,b,c\n62,1997-03-01,7.00\n");
    let answer = server.run(&["import", "order", &other, "--columns", "account.external_key,ordered_on,amount"]);
    assert!(answer.contains("created 1, updated 0, skipped 0, refused 0"), "{answer}");
    let exported = server.run(&["export", "account", "--columns", "external_key,order_count"]);
    assert!(exported.contains("62,3") && exported.contains("422,1"), "{exported}");
    let _ = std::fs::remove_dir_all(&folder);
}
