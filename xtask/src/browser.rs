//! The browser tests: Node drives Chromium over a demo of its own.

use crate::machine::{free_port, scratch};
use crate::shell::{self, Outcome, command, root};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

/// Runs a script of `app/tests/browser` against a fresh demo.
pub fn drive(chromium: &Path, script: &str, args: &[String]) -> Outcome {
    let folder = root().join("app/tests/browser");
    if !folder.join("node_modules").exists() {
        shell::run(command("npm").args(["ci", "--no-audit", "--no-fund", "--loglevel=error"]).current_dir(&folder))?;
    }
    shell::run(command(env!("CARGO")).args(["build", "--quiet", "--package", "akrab"]))?;
    let demo = Demo::start()?;
    let mut node = Command::new("node");
    node.arg(folder.join(script)).args(args).current_dir(root());
    node.env("AKRAB_URL", &demo.url).env("AKRAB_DEMO_OUT", &demo.output).env("CHROMIUM", chromium);
    // the pictures also show the first set-up and a workspace without data
    let fresh = if script == "shots.mjs" { Some(Demo::fresh()?) } else { None };
    if let Some(fresh) = &fresh {
        node.env("AKRAB_FRESH_URL", &fresh.url);
    }
    shell::run(&mut node)
}

/// The browser part of the test run.
pub fn run(chromium: &Path) -> Outcome {
    drive(chromium, "walk.mjs", &[])
}

/// A demo server; ends when dropped.
pub struct Demo {
    child: Child,
    pub url: String,
    /// What the demo printed: address and sign-ins.
    output: PathBuf,
    folder: PathBuf,
}

impl Demo {
    /// Starts one on a free loopback port, with the binary built last.
    pub fn start() -> Outcome<Demo> {
        Self::begin("demo")
    }

    /// A server on an empty folder, before its first set-up.
    pub fn fresh() -> Outcome<Demo> {
        Self::begin("serve")
    }

    fn begin(verb: &str) -> Outcome<Demo> {
        let folder = scratch(verb)?;
        let port = free_port()?;
        let output = folder.join("printed.txt");
        let printed = std::fs::File::create(&output).map_err(|e| e.to_string())?;
        let log = std::fs::File::create(folder.join("log.txt")).map_err(|e| e.to_string())?;
        let mut command = Command::new(binary());
        if verb == "serve" {
            // nothing listens there: mails stay jobs
            command.env("AKRAB_SMTP_URL", "smtp://127.0.0.1:9").env("AKRAB_SMTP_FROM", "akrab@kopi-baru.test");
        }
        let child = command
            .args([verb, "--listen", &format!("127.0.0.1:{port}"), "--data"])
            .arg(folder.join("data"))
            .stdin(Stdio::null())
            .stdout(printed)
            .stderr(log)
            .spawn()
            .map_err(|e| format!("`akrab {verb}` does not start: {e}"))?;
        let mut demo = Demo { child, url: format!("http://127.0.0.1:{port}"), output, folder };
        demo.wait(port)?;
        Ok(demo)
    }

    /// An API token of the administrator.
    pub fn token(&self) -> Outcome<String> {
        let mut command = Command::new(binary());
        command.args(["token", "add", "admin@akrab.test", "--data"]).arg(self.folder.join("data/demo")).stdin(Stdio::null());
        let output = command.output().map_err(|e| e.to_string())?;
        if output.status.success() {
            Ok(String::from_utf8_lossy(&output.stdout).trim().to_string())
        } else {
            Err(String::from_utf8_lossy(&output.stderr).into_owned())
        }
    }

    /// Until the server answers; at most two minutes, for a debug build fills its demo slowly.
    fn wait(&mut self, port: u16) -> Outcome {
        for _ in 0..1_200 {
            if ready(port) {
                return Ok(());
            }
            if let Ok(Some(status)) = self.child.try_wait() {
                let log = std::fs::read_to_string(self.folder.join("log.txt")).unwrap_or_default();
                return Err(format!("the demo ended with {status}:\n{log}"));
            }
            std::thread::sleep(std::time::Duration::from_millis(100));
        }
        Err("the demo did not answer within two minutes".into())
    }
}

/// Whether the server says so itself: the address is taken long before the demo is filled.
fn ready(port: u16) -> bool {
    use std::io::{Read, Write};
    let Ok(mut socket) = std::net::TcpStream::connect(("127.0.0.1", port)) else { return false };
    let _ = socket.set_read_timeout(Some(std::time::Duration::from_secs(2)));
    let mut answer = [0; 12];
    socket.write_all(b"GET /health/live HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n").is_ok()
        && socket.read_exact(&mut answer).is_ok()
        && answer.ends_with(b"200")
}

/// The program as built last.
fn binary() -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), Into::into).join("debug/akrab")
}

impl Drop for Demo {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}
