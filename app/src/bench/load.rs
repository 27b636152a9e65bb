//! Many connections that ask without a pause, and the times they waited.

use super::client::Client;
use crate::stop::Stop;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::{Duration, Instant};

/// Makes the body of the n-th request.
type Body = Arc<dyn Fn(u64) -> String + Send + Sync>;

/// What is asked again and again.
#[derive(Clone)]
pub struct Work {
    method: &'static str,
    paths: Arc<Vec<String>>,
    head: String,
    body: Option<Body>,
}

impl Work {
    pub fn gets(paths: Vec<String>, headers: &[(&str, &str)]) -> Work {
        Work { method: "GET", paths: Arc::new(paths), head: head(headers), body: None }
    }
    pub fn posts(path: &str, body: Body, headers: &[(&str, &str)]) -> Work {
        Work { method: "POST", paths: Arc::new(vec![path.into()]), head: head(headers), body: Some(body) }
    }
    fn request(&self, n: u64) -> String {
        let body = self.body.as_ref().map(|make| make(n)).unwrap_or_default();
        let length = if self.body.is_some() { format!("Content-Length: {}\r\n", body.len()) } else { String::new() };
        let path = &self.paths[n as usize % self.paths.len()];
        format!("{} {path} HTTP/1.1\r\nHost: localhost\r\n{}{length}\r\n{body}", self.method, self.head)
    }
}

fn head(headers: &[(&str, &str)]) -> String {
    headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect()
}

/// Times of all answers, sorted.
pub struct Times {
    micros: Vec<u64>,
    span: Duration,
}

impl Times {
    /// The time within which this share of all answers came, in milliseconds.
    pub fn at(&self, share: f64) -> f64 {
        let place = ((self.micros.len() as f64 * share).ceil() as usize).clamp(1, self.micros.len().max(1)) - 1;
        self.micros.get(place).map_or(0.0, |m| *m as f64 / 1_000.0)
    }
    pub fn rate(&self) -> f64 {
        self.micros.len() as f64 / self.span.as_secs_f64()
    }
}

/// Asks for `span` over so many connections, after a short run to warm up.
pub async fn run(address: &str, work: &Work, connections: usize, span: Duration) -> Result<Times, Stop> {
    // numbers go on from run to run, so that no created record is made twice
    static NEXT: AtomicU64 = AtomicU64::new(0);
    let begin = Instant::now() + Duration::from_millis(500);
    let end = begin + span;
    let tasks: Vec<_> = (0..connections)
        .map(|_| {
            let (address, work) = (address.to_string(), work.clone());
            tokio::spawn(async move {
                let mut client = Client::open(&address).await.map_err(|e| e.to_string())?;
                let mut times = Vec::new();
                loop {
                    let started = Instant::now();
                    if started >= end {
                        return Ok::<_, String>(times);
                    }
                    let request = work.request(NEXT.fetch_add(1, Relaxed));
                    let answer = client.send(request.as_bytes()).await.map_err(|e| e.to_string())?;
                    if !(200..300).contains(&answer.status) {
                        let line = request.lines().next().unwrap_or_default().to_string();
                        return Err(format!(
                            "{line} was answered {}: {}",
                            answer.status,
                            String::from_utf8_lossy(client.body()).chars().take(300).collect::<String>()
                        ));
                    }
                    if started >= begin {
                        times.push(started.elapsed().as_micros() as u64);
                    }
                }
            })
        })
        .collect();
    let mut micros = Vec::new();
    for task in tasks {
        micros.extend(task.await.map_err(|e| Stop::failed(e.to_string()))?.map_err(Stop::failed)?);
    }
    micros.sort_unstable();
    Ok(Times { micros, span })
}
