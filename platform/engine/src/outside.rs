//! Calling other people's servers. Which addresses may be called, and how, is a connector's business; that all calls
//! go through it is this one's.

use bytes::Bytes;
use futures::future::BoxFuture;
use std::time::Duration;

/// A question to a server that is not ours.
#[derive(Debug, Clone)]
pub struct Call {
    /// `GET`, `POST` …
    pub method: &'static str,
    pub url: String,
    pub headers: Vec<(String, String)>,
    pub body: Bytes,
    /// Redirects followed at most; with none, an answer that redirects is an answer.
    pub redirects: u8,
    /// Longest time for all of it.
    pub patience: Duration,
    /// Most of an answer that is read, in bytes.
    pub most: usize,
}

impl Call {
    /// Asks for an address: three redirects, ten seconds, five megabytes.
    pub fn get(url: impl Into<String>) -> Call {
        Call {
            method: "GET",
            url: url.into(),
            headers: Vec::new(),
            body: Bytes::new(),
            redirects: 3,
            patience: Duration::from_secs(10),
            most: 5 << 20,
        }
    }
}

/// What was answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Heard {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
    /// False when the answer was longer than was read.
    pub whole: bool,
}

impl Heard {
    /// A header by its name, in any case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }
}

/// Why nothing was heard.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Missed {
    /// Stable code; message key `problem-<code>`.
    pub code: &'static str,
    /// The part at fault, or what the network says: for those who run the server.
    pub detail: String,
}

impl Missed {
    pub fn new(code: &'static str, detail: impl ToString) -> Missed {
        Missed { code, detail: detail.to_string() }
    }
}

/// Reaches nobody: for workspaces that are cut off.
pub struct Nowhere;

impl Outside for Nowhere {
    fn judge(&self, _: &str) -> Result<(), Missed> {
        Ok(())
    }
    fn call(&self, call: Call) -> BoxFuture<'_, Result<Heard, Missed>> {
        Box::pin(async move { Err(Missed::new("outside_unreachable", call.url)) })
    }
}

/// The way out.
pub trait Outside: Send + Sync {
    /// Judges an address as far as that is possible without asking for it.
    ///
    /// # Errors
    /// `outside_url`, `outside_port`, `outside_private`.
    fn judge(&self, url: &str) -> Result<(), Missed>;
    /// Calls it.
    ///
    /// # Errors
    /// Why it may not be called, or nothing was heard.
    fn call(&self, call: Call) -> BoxFuture<'_, Result<Heard, Missed>>;
}
