//! The built program as a process of its own, to be killed and started again.

use crate::wire::Wire;
use std::fs::File;
use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// A workspace folder and whoever serves it.
pub struct Server {
    folder: PathBuf,
    /// Address and schema of a PostgreSQL database; SQLite in the folder when absent.
    postgres: Option<(String, String)>,
    child: Option<Child>,
    pub wire: Wire,
}

impl Server {
    /// Makes a workspace with one administrator in `folder` and serves it.
    pub fn new(folder: &Path) -> Server {
        let server = Server::prepared(folder);
        let mut server = server;
        server.start();
        server
    }

    /// The workspace without a process.
    pub fn prepared(folder: &Path) -> Server {
        Server::prepared_on(folder, None)
    }

    /// As [`Server::new`] on PostgreSQL; `None` when no server is at hand.
    pub fn on_postgres(folder: &Path) -> Option<Server> {
        let mut server = Server::prepared_on(folder, Some(schema(folder)?));
        server.start();
        Some(server)
    }

    fn prepared_on(folder: &Path, postgres: Option<(String, String)>) -> Server {
        let port = TcpListener::bind("127.0.0.1:0").and_then(|l| l.local_addr()).expect("a free port").port();
        let mut server = Server {
            folder: folder.into(),
            postgres,
            child: None,
            wire: Wire { address: SocketAddr::from(([127, 0, 0, 1], port)), token: String::new() },
        };
        server.run(&["user", "add", "admin@contoh.test", "--role", "administrator"]);
        server.wire.token = server.run(&["token", "add", "admin@contoh.test"]).trim().to_string();
        server
    }

    pub fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_akrab"));
        command.args(args).arg("--data").arg(&self.folder).args(["--listen", &self.wire.address.to_string()]);
        command.env("AKRAB_PASSWORD", "kuda-hijau-lompat-pagar").env("AKRAB_LOG", "warn").env_remove("AKRAB_DATABASE");
        command.env("AKRAB_JOB_LEASE", "2");
        if let Some((url, schema)) = &self.postgres {
            command.env("AKRAB_DATABASE", url).env("AKRAB_SCHEMA", schema);
        }
        command.stdin(Stdio::null());
        command
    }

    /// Runs a command to its end; gives what it printed.
    pub fn run(&self, args: &[&str]) -> String {
        let output = self.command(args).output().expect("the program runs");
        assert!(
            output.status.success(),
            "akrab {args:?}: {}\n{}",
            String::from_utf8_lossy(&output.stdout),
            String::from_utf8_lossy(&output.stderr)
        );
        String::from_utf8_lossy(&output.stdout).into_owned()
    }

    /// Starts to serve and waits until it answers.
    pub fn start(&mut self) {
        self.start_with(&[]);
    }

    /// As [`Server::start`], with more in its environment.
    pub fn start_with(&mut self, environment: &[(&str, &str)]) {
        let log = File::options().create(true).append(true).open(self.log()).expect("a log");
        let child = self
            .command(&["serve"])
            .envs(environment.iter().copied())
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()
            .expect("the program starts");
        self.child = Some(child);
        let end = Instant::now() + Duration::from_secs(60);
        while Instant::now() < end {
            if self.wire.call("GET", "/health/ready", &[], "").is_ok_and(|r| r.status == 200) {
                return;
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        panic!("the server does not answer:\n{}", std::fs::read_to_string(self.log()).unwrap_or_default());
    }

    fn log(&self) -> PathBuf {
        std::env::temp_dir().join(format!("akrab-it-{}-{}.log", std::process::id(), self.wire.address.port()))
    }

    /// Ends the process at once, as a power switch would.
    pub fn kill(&mut self) {
        if let Some(mut child) = self.child.take() {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

/// A schema of one's own on the server of the tests.
fn schema(folder: &Path) -> Option<(String, String)> {
    let Some(url) = std::env::var("AKRAB_TEST_PG").ok().filter(|u| !u.is_empty()) else {
        eprintln!("skipped: AKRAB_TEST_PG names no PostgreSQL server");
        return None;
    };
    let name = folder.file_name().and_then(|n| n.to_str()).unwrap_or_default().replace(['-', '.'], "_");
    Some((url, format!("it_{name}")))
}

impl Drop for Server {
    fn drop(&mut self) {
        self.kill();
        let _ = std::fs::remove_file(self.log());
    }
}
