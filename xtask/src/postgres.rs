//! A PostgreSQL cluster of one's own for the time of a test run.

use crate::machine::{self, free_port, is_root, scratch};
use crate::shell::{Outcome, command, run};
use std::path::PathBuf;
use std::process::Command;

/// A running cluster; stops and vanishes when dropped.
pub struct Cluster {
    bin: PathBuf,
    folder: PathBuf,
    user: Option<&'static str>,
    pub url: String,
}

impl Cluster {
    /// Makes and starts a cluster on a free loopback port.
    pub fn start() -> Outcome<Cluster> {
        let bin = machine::postgres()?;
        let folder = scratch("postgres")?;
        let user = is_root().then(account).transpose()?;
        if let Some(user) = user {
            machine::give(&folder, user)?;
        }
        let port = free_port()?;
        let mut cluster = Cluster { bin, folder, user, url: String::new() };
        let data = cluster.folder.join("data");
        run(cluster
            .program("initdb")
            .args(["--auth=trust", "--username=akrab", "--encoding=UTF8", "--locale=C", "--no-sync", "-D"])
            .arg(&data)
            .stdout(std::process::Stdio::null()))?;
        let options = format!(
            "-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={} -c max_connections=200 -c shared_buffers=256MB",
            cluster.folder.display()
        );
        let log = cluster.folder.join("log");
        run(cluster.program("pg_ctl").args(["-w", "-s", "-D"]).arg(&data).arg("-l").arg(log).args(["-o", &options, "start"]))?;
        cluster.url = format!("postgres://akrab@127.0.0.1:{port}/postgres");
        Ok(cluster)
    }

    /// One of the server's programs, run as the account that owns the cluster.
    fn program(&self, name: &str) -> Command {
        let path = self.bin.join(name);
        let mut program = match self.user {
            Some(user) => {
                let mut wrapped = command("runuser");
                wrapped.args(["-u", user, "--"]).arg(path);
                wrapped
            }
            None => command(&path.display().to_string()),
        };
        program.current_dir(&self.folder);
        program
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        let data = self.folder.join("data");
        let _ = run(self.program("pg_ctl").args(["-s", "-m", "immediate", "-D"]).arg(data).arg("stop"));
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

/// An account that may run the server when we are root.
fn account() -> Outcome<&'static str> {
    let known = std::fs::read_to_string("/etc/passwd").unwrap_or_default();
    ["postgres", "nobody"]
        .into_iter()
        .find(|name| known.lines().any(|l| l.starts_with(&format!("{name}:"))))
        .ok_or_else(|| "no account to run PostgreSQL under".into())
}
