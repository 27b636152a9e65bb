//! Another program on this machine, called by webhooks.

use axum::extract::State;
use axum::http::{HeaderMap, Method, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use serde_json::Value as Json;
use std::sync::{Arc, Mutex};

/// Another program on this machine: keeps what it gets, and answers as it is told to.
#[derive(Clone)]
pub struct Receiver {
    pub port: u16,
    got: Arc<Mutex<Vec<Got>>>,
    answer: Arc<Mutex<(u16, Option<String>)>>,
}

#[derive(Clone, Debug)]
pub struct Got {
    pub method: Method,
    /// Path and query.
    pub target: String,
    pub headers: HeaderMap,
    pub body: String,
}

impl Got {
    pub fn header(&self, name: &str) -> String {
        self.headers.get(name).and_then(|v| v.to_str().ok()).unwrap_or_default().to_string()
    }
    pub fn json(&self) -> Json {
        serde_json::from_str(&self.body).expect("JSON")
    }
}

impl Receiver {
    pub async fn new() -> Receiver {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let receiver = Receiver { port, got: Arc::default(), answer: Arc::new(Mutex::new((200, None))) };
        let app = axum::Router::new().fallback(take).with_state(receiver.clone());
        tokio::spawn(async move { axum::serve(listener, app).await });
        receiver
    }
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}/kait?kunci=rahasia", self.port)
    }
    pub fn answers(&self, status: u16) {
        *self.answer.lock().expect("an answer") = (status, None);
    }
    pub fn sends_on(&self, location: &str) {
        *self.answer.lock().expect("an answer") = (307, Some(location.into()));
    }
    pub fn got(&self) -> Vec<Got> {
        self.got.lock().expect("what came").clone()
    }
    pub fn kinds(&self) -> Vec<String> {
        self.got().iter().map(|got| got.json()["type"].as_str().expect("a type").to_string()).collect()
    }
    pub fn forget(&self) {
        self.got.lock().expect("what came").clear();
    }
}

async fn take(State(receiver): State<Receiver>, method: Method, uri: Uri, headers: HeaderMap, body: String) -> Response {
    receiver.got.lock().expect("what came").push(Got { method, target: uri.to_string(), headers, body });
    let (status, location) = receiver.answer.lock().expect("an answer").clone();
    let mut response = (StatusCode::from_u16(status).expect("a status"), "diterima").into_response();
    if let Some(location) = location {
        response.headers_mut().insert(header::LOCATION, location.parse().expect("a header"));
    }
    response
}
