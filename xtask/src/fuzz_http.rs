//! `cargo xtask fuzz-http`: schemathesis over the API's document and sqlmap over list and search,
//! against a demo of its own on the loopback.

use crate::browser::Demo;
use crate::machine;
use crate::shell::{self, Outcome, command, has, root};
use std::path::PathBuf;
use std::process::Command;

/// Cases of each operation.
const CASES: &str = "25";

/// `--only schemathesis` or `--only sqlmap` runs one of the two.
pub fn run(args: &[String]) -> Outcome {
    let only = args.iter().position(|a| a == "--only").and_then(|n| args.get(n + 1)).map(String::as_str);
    shell::run(command(env!("CARGO")).args(["build", "--quiet", "--package", "akrab"]))?;
    let demo = Demo::start()?;
    let token = demo.token()?;
    let mut faults = Vec::new();
    if only != Some("sqlmap") {
        faults.extend(schemathesis(&demo, &token).err());
    }
    if only != Some("schemathesis") {
        faults.extend(sqlmap(&demo, &token).err());
    }
    if faults.is_empty() { Ok(()) } else { Err(faults.join("\n")) }
}

/// A Python environment with schemathesis below `target/`.
fn tool() -> Outcome<PathBuf> {
    let folder = root().join("target/fuzz");
    let program = folder.join("bin/schemathesis");
    if !program.exists() {
        if !has("python3") {
            machine::install(&["python3", "python3-venv"], "Python 3")?;
        }
        shell::run(command("python3").args(["-m", "venv"]).arg(&folder))?;
        shell::run(Command::new(folder.join("bin/pip")).args(["install", "--quiet", "schemathesis>=4,<5"]))?;
    }
    Ok(program)
}

fn schemathesis(demo: &Demo, token: &str) -> Outcome {
    // an address beyond the server's line is refused as such, before its parameters are read
    let config = root().join("target/schemathesis.toml");
    let refusals = "[checks.negative_data_rejection]\nexpected-statuses = [400, 401, 403, 404, 405, 412, 413, 414, 415, 422, 429]\n";
    std::fs::write(&config, refusals).map_err(|e| e.to_string())?;
    let mut run = Command::new(tool()?);
    run.current_dir(root().join("target")).arg("--config-file").arg(&config).arg("run").arg(format!("{}/api/v1/openapi.json", demo.url));
    run.args(["--header", &format!("Authorization: Bearer {token}"), "--max-examples", CASES, "--seed", "1", "--workers", "2"]);
    run.args([
        "--exclude-checks",
        "positive_data_acceptance,missing_required_header,unsupported_method",
        "--continue-on-failure",
        "--request-timeout",
        "20",
    ]);
    shell::run(&mut run)
}

fn sqlmap(demo: &Demo, token: &str) -> Outcome {
    if !has("sqlmap") {
        machine::install(&["sqlmap"], "sqlmap")?;
    }
    let targets = [
        "/api/v1/contacts?sort=name&limit=5&columns=name",
        "/api/v1/contacts?filter=%7B%22field%22%3A%22name%22%2C%22op%22%3A%22contains%22%2C%22value%22%3A%22budi*%22%7D",
        "/api/v1/accounts?q=kopi&count=exact",
        "/api/v1/opportunities/groups?by=stage&totals=amount:sum",
        "/api/v1/search?q=kopi&limit=5",
    ];
    let folder = root().join("target/sqlmap");
    let mut found = Vec::new();
    for target in targets {
        println!("xtask: sqlmap {target}");
        let mut run = Command::new("sqlmap");
        run.args(["--url", &format!("{}{target}", demo.url), "--headers", &format!("Authorization: Bearer {token}")]);
        run.args([
            "--level",
            "3",
            "--risk",
            "2",
            "--batch",
            "--flush-session",
            "--disable-coloring",
            "--threads",
            "2",
            "--timeout",
            "20",
            "--retries",
            "0",
        ]);
        run.args(["--technique", "BEUST", "--time-sec", "2", "--skip", "User-Agent,Referer,Host,Cookie", "--output-dir"]).arg(&folder);
        let output = run.output().map_err(|e| format!("sqlmap: {e}"))?;
        let text = String::from_utf8_lossy(&output.stdout);
        if !text.contains("do not appear to be injectable") {
            found.push(format!(
                "sqlmap on {target}:\n{}",
                text.lines().rev().take(25).collect::<Vec<_>>().into_iter().rev().collect::<Vec<_>>().join("\n")
            ));
        }
    }
    if found.is_empty() { Ok(()) } else { Err(found.join("\n")) }
}
