//! The measured server: a process of its own, so that its memory is its own.

use super::client::Client;
use super::load::{self, Times, Work};
use super::report::Figure;
use crate::config::Config;
use crate::stop::Stop;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::{Duration, Instant};

/// A server that is not there by then has failed.
const PATIENCE: Duration = Duration::from_secs(30);

pub struct Server {
    child: Child,
    address: String,
    /// Milliseconds from start to the first page.
    pub started: f64,
    peak: Arc<AtomicU64>,
}

impl Server {
    pub async fn start(config: &Config) -> Result<Server, Stop> {
        let failed = |e: std::io::Error| Stop::failed(format!("the measured server cannot start: {e}"));
        let free = std::net::TcpListener::bind("127.0.0.1:0").map_err(failed)?.local_addr().map_err(failed)?;
        let address = free.to_string();
        let mut command = Command::new(std::env::current_exe().map_err(failed)?);
        command.args(["serve", "--listen", &address]).arg("--data").arg(&config.data).env("AKRAB_LOG", "warn").stdout(Stdio::null());
        if let Some(url) = &config.database {
            command.env("AKRAB_DATABASE", url).env("AKRAB_SCHEMA", &config.schema);
        }
        let began = Instant::now();
        let child = command.spawn().map_err(failed)?;
        while began.elapsed() < PATIENCE {
            if let Ok(mut client) = Client::open(&address).await
                && let Ok(answer) = client.send(b"GET /sign-in HTTP/1.1\r\nHost: localhost\r\n\r\n").await
                && answer.status == 200
            {
                let started = began.elapsed().as_secs_f64() * 1_000.0;
                return Ok(Server { child, address, started, peak: Arc::default() });
            }
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        Err(Stop::failed("the measured server did not answer"))
    }

    pub async fn load(&self, work: &Work, connections: usize, span: Duration) -> Result<Times, Stop> {
        let (peak, pid) = (self.peak.clone(), self.child.id());
        let watch = tokio::spawn(async move {
            loop {
                peak.fetch_max(memory(pid), Relaxed);
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
        });
        let times = load::run(&self.address, work, connections, span).await;
        watch.abort();
        times
    }

    /// Where it listens.
    pub fn address(&self) -> &str {
        &self.address
    }

    /// Resident memory now, in megabytes.
    pub fn memory(&self) -> f64 {
        memory(self.child.id()) as f64 / 1_024.0
    }
    /// The most seen under load.
    pub fn peak(&self) -> f64 {
        self.peak.load(Relaxed) as f64 / 1_024.0
    }

    /// What a list page weighs on the wire, with its scripts and styles.
    pub async fn sizes(&self, cookie: &str) -> Result<Vec<Figure>, Stop> {
        let failed = |e: std::io::Error| Stop::failed(e.to_string());
        let mut client = Client::open(&self.address).await.map_err(failed)?;
        let page = format!("GET /contacts HTTP/1.1\r\nHost: localhost\r\nCookie: {cookie}\r\n");
        client.send(format!("{page}\r\n").as_bytes()).await.map_err(failed)?;
        let html = String::from_utf8_lossy(client.body()).into_owned();
        let packed = client.send(format!("{page}Accept-Encoding: gzip\r\n\r\n").as_bytes()).await.map_err(failed)?.bytes;
        let mut weights = [0, 0];
        let mut seen: Vec<&str> = Vec::new();
        for asset in html.split(['"', '\'']).filter(|s| s.starts_with("/assets/")) {
            let kind = usize::from(asset.ends_with(".css"));
            if !(asset.ends_with(".js") || asset.ends_with(".css")) || seen.contains(&asset) {
                continue;
            }
            seen.push(asset);
            let request = format!("GET {asset} HTTP/1.1\r\nHost: localhost\r\nAccept-Encoding: gzip\r\n\r\n");
            weights[kind] += client.send(request.as_bytes()).await.map_err(failed)?.bytes;
        }
        let kilobytes = |bytes: usize| bytes as f64 / 1_024.0;
        Ok(vec![
            Figure::kilobytes("list page, packed", kilobytes(packed), 40.0),
            Figure::kilobytes("scripts it loads, packed", kilobytes(weights[0]), 75.0),
            Figure::kilobytes("styles it loads, packed", kilobytes(weights[1]), 40.0),
        ])
    }
}

/// The process ends with whoever measured it, also when measuring failed.
impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Resident memory of a process in KiB; 0 where the system does not tell.
fn memory(pid: u32) -> u64 {
    let Ok(status) = std::fs::read_to_string(format!("/proc/{pid}/status")) else { return 0 };
    let line = status.lines().find(|l| l.starts_with("VmRSS:"));
    line.and_then(|l| l.split_whitespace().nth(1)?.parse().ok()).unwrap_or(0)
}
