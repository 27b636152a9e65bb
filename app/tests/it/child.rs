//! A script in Node that is talked to line by line.

use serde_json::Value as Json;
use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

/// Where the scripts and their libraries are.
const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/browser");

/// A running script.
pub struct Script {
    child: Child,
    to: Option<ChildStdin>,
    from: BufReader<ChildStdout>,
}

impl Script {
    /// Starts a script; none where its library was not installed.
    pub fn start(name: &str, library: &str) -> Option<Script> {
        if !std::path::Path::new(FOLDER).join("node_modules").join(library).exists() {
            eprintln!("skipped: npm ci was not run in app/tests/browser");
            return None;
        }
        let mut child =
            Command::new("node").arg(name).current_dir(FOLDER).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("node");
        let (to, from) = (child.stdin.take(), BufReader::new(child.stdout.take().expect("a pipe")));
        Some(Script { child, to, from })
    }
    /// Says a line and gives the next one that is answered.
    pub async fn ask(&mut self, line: Json) -> Json {
        let to = self.to.as_mut().expect("a pipe");
        writeln!(to, "{line}").expect("the script listens");
        // whoever answers the script runs beside this
        tokio::task::block_in_place(|| {
            let mut told = String::new();
            self.from.read_line(&mut told).expect("the script answers");
            serde_json::from_str(&told).unwrap_or_else(|e| panic!("{line}: {told:?}: {e}"))
        })
    }
}

impl Drop for Script {
    fn drop(&mut self) {
        drop(self.to.take());
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Serves the workspace on a port of this machine.
pub async fn serve(w: &crate::workspace::Workspace) -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let host = listener.local_addr().expect("an address").to_string();
    let http = w.http();
    tokio::spawn(async move { axum::serve(listener, http).await });
    host
}
