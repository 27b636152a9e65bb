//! A signed-in browser without a network: it keeps its cookies and sends its CSRF token.

use crate::workspace::Workspace;
use akrab_engine::identity::{Origin, SignedIn};
use axum::body::{Body, BodyDataStream, to_bytes};
use axum::http::{Request, StatusCode, header};
use axum::response::Response;
use futures::StreamExt;
use std::time::Duration;
use tower::ServiceExt;

/// Where everybody is unless the test says otherwise.
const HOST: &str = "127.0.0.1";
pub const PASSWORD: &str = "Kopi-Toraja-2026!";

/// Somebody at a browser.
pub struct Browser {
    http: axum::Router,
    cookies: Vec<(String, String)>,
    csrf: String,
    host: String,
}

/// What an open page hears.
pub struct Line {
    body: BodyDataStream,
    read: String,
}

/// What came back.
pub struct Answer {
    pub status: StatusCode,
    pub location: String,
    pub html: String,
    pub headers: axum::http::HeaderMap,
}

impl Browser {
    /// Signs this user in.
    pub async fn of(w: &Workspace, user: i64) -> Browser {
        let person = w.engine.people().user(user).expect("the user exists").clone();
        w.engine.set_password(&w.system(), user, PASSWORD).await.expect("a password");
        let from = Origin { ip: "127.0.0.1".into(), agent: "test".into(), device: None };
        let SignedIn::Full { token, .. } = w.engine.sign_in(&person.email, PASSWORD, &from).await.expect("a session") else {
            panic!("a second factor was asked for")
        };
        let mut browser =
            Browser { http: w.http(), cookies: vec![("akrab".into(), format!("{user}.{token}"))], csrf: String::new(), host: HOST.into() };
        let page = browser.get("/accounts").await;
        let start = page.html.split("name=\"csrf\" content=\"").nth(1).expect("a CSRF token");
        browser.csrf = start.split('"').next().unwrap_or_default().into();
        browser
    }

    /// Somebody nobody knows yet, on the sign-in page.
    pub async fn guest(w: &Workspace) -> Browser {
        Browser::on(w.http()).await
    }
    /// As [`Browser::guest`], on a web part of the test's own.
    pub async fn on(http: axum::Router) -> Browser {
        let mut browser = Browser { http, cookies: Vec::new(), csrf: String::new(), host: HOST.into() };
        browser.look("/forgot").await;
        browser
    }
    /// Asks a web part of the test's own from now on.
    pub fn over(mut self, http: axum::Router) -> Browser {
        self.http = http;
        self
    }
    /// Knows the server by this name from now on.
    pub fn at(mut self, host: &str) -> Browser {
        self.host = host.into();
        self
    }
    /// Opens a page and takes its CSRF token.
    pub async fn look(&mut self, address: &str) -> Answer {
        let page = self.get(address).await;
        if let Some(start) = page.html.split("name=\"csrf\" content=\"").nth(1) {
            self.csrf = start.split('"').next().unwrap_or_default().into();
        }
        page
    }
    /// The token in the forms of a page.
    pub async fn form_token(&mut self, address: &str) -> String {
        let page = self.look(address).await;
        let token = page.html.split("name=\"csrf\" value=\"").nth(1).and_then(|s| s.split('"').next());
        token.expect("a form with a token").to_string()
    }
    /// Sends a form as a browser without script does.
    pub async fn submit(&mut self, address: &str, fields: &[(&str, &str)]) -> Answer {
        let csrf = self.csrf.clone();
        self.submit_with(&[], address, &[fields, &[("csrf", csrf.as_str())]].concat()).await
    }
    /// Sends exactly these headers and fields.
    pub async fn submit_with(&mut self, headers: &[(&str, &str)], address: &str, fields: &[(&str, &str)]) -> Answer {
        let encode = |text: &str| {
            text.bytes().map(|b| if b.is_ascii_alphanumeric() { (b as char).to_string() } else { format!("%{b:02X}") }).collect::<String>()
        };
        let form: Vec<String> = fields.iter().map(|(name, value)| format!("{}={}", encode(name), encode(value))).collect();
        let mut request = Request::post(address).header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        self.send(request, Body::from(form.join("&"))).await
    }
    /// Sends a form with files as a browser without script does: (name of the control, of the file, content).
    pub async fn submit_files(&mut self, address: &str, fields: &[(&str, &str)], files: &[(&str, &str, &[u8])]) -> Answer {
        let mut body = Vec::new();
        let csrf = self.csrf.clone();
        for (name, value) in fields.iter().copied().chain([("csrf", csrf.as_str())]) {
            body.extend(format!("--seam\r\ncontent-disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n").into_bytes());
        }
        for (name, file, content) in files {
            let head = format!("--seam\r\ncontent-disposition: form-data; name=\"{name}\"; filename=\"{file}\"\r\n");
            body.extend(format!("{head}content-type: application/octet-stream\r\n\r\n").into_bytes());
            body.extend_from_slice(content);
            body.extend_from_slice(b"\r\n");
        }
        body.extend_from_slice(b"--seam--\r\n");
        let request = Request::post(address).header("sec-fetch-site", "same-origin");
        self.send(request.header(header::CONTENT_TYPE, "multipart/form-data; boundary=seam"), Body::from(body)).await
    }
    /// Signs in through the page.
    pub async fn sign_in(&mut self, email: &str, password: &str) -> Answer {
        self.look("/sign-in").await;
        let answer = self.submit("/sign-in", &[("email", email), ("password", password)]).await;
        if answer.status == StatusCode::SEE_OTHER {
            self.look("/settings/profile").await;
        }
        answer
    }
    /// The value of a cookie.
    pub fn cookie(&self, name: &str) -> Option<&str> {
        self.cookies.iter().find(|(n, _)| n == name).map(|(_, value)| value.as_str())
    }
    /// Puts a cookie in by hand.
    pub fn set_cookie(&mut self, name: &str, value: &str) {
        self.cookies.retain(|(other, _)| other != name);
        self.cookies.push((name.into(), value.into()));
    }

    pub async fn get(&mut self, address: &str) -> Answer {
        self.send(Request::get(address), Body::empty()).await
    }
    /// As a script asks for a part of a page.
    pub async fn fragment(&mut self, address: &str) -> Answer {
        self.send(Request::get(address).header("hx-request", "true"), Body::empty()).await
    }
    /// As a script posts a form.
    pub async fn post(&mut self, address: &str, form: &str) -> Answer {
        let request = Request::post(address).header("hx-request", "true").header("x-csrf-token", &self.csrf);
        self.send(request.header(header::CONTENT_TYPE, "application/x-www-form-urlencoded"), Body::from(form.to_string())).await
    }

    /// As a script of another site calls: without a cookie, told from where.
    pub async fn call(&mut self, method: &str, origin: &str, address: &str, body: &str) -> Answer {
        let request = Request::builder().method(method).uri(address).header("origin", origin).header("sec-fetch-site", "cross-site");
        let request = request.header(header::ACCEPT, "application/json").header(header::CONTENT_TYPE, "application/json");
        self.send(request, Body::from(body.to_string())).await
    }

    /// As a page that stays open to hear of what others do.
    pub async fn line(&self, address: &str) -> Line {
        let response = self.answer(Request::get(address), Body::empty()).await;
        assert_eq!(response.status(), StatusCode::OK, "{address}");
        Line { body: response.into_body().into_data_stream(), read: String::new() }
    }

    /// Only the status, of an answer that may have no end.
    pub async fn status(&self, address: &str) -> StatusCode {
        self.answer(Request::get(address), Body::empty()).await.status()
    }

    async fn answer(&self, request: axum::http::request::Builder, body: Body) -> Response {
        let cookies: Vec<String> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let request = request.header("host", &self.host).header(header::COOKIE, cookies.join("; ")).body(body).expect("a request");
        self.http.clone().oneshot(request).await.expect("an answer")
    }

    async fn send(&mut self, request: axum::http::request::Builder, body: Body) -> Answer {
        let response = self.answer(request, body).await;
        for set in response.headers().get_all(header::SET_COOKIE) {
            let Some((name, value)) = set.to_str().ok().and_then(|s| s.split(';').next()?.split_once('=')) else { continue };
            self.cookies.retain(|(other, _)| other != name);
            self.cookies.push((name.into(), value.into()));
        }
        let named = |name: &str| response.headers().get(name).and_then(|v| v.to_str().ok()).map(str::to_string);
        let location = named("location").or_else(|| named("hx-redirect")).unwrap_or_default();
        let status = response.status();
        let headers = response.headers().clone();
        let bytes = to_bytes(response.into_body(), 4 << 20).await.expect("a body");
        Answer { status, location, html: String::from_utf8_lossy(&bytes).into_owned(), headers }
    }
}

impl Line {
    /// The next event of this kind; others before it are passed over.
    pub async fn hear(&mut self, kind: &str) -> String {
        loop {
            let (heard, data) = self.next().await;
            if heard == kind {
                return data;
            }
        }
    }

    async fn next(&mut self) -> (String, String) {
        loop {
            if let Some((event, rest)) = self.read.split_once("\n\n") {
                let part = |name: &str| event.lines().filter_map(|line| line.strip_prefix(name)).collect::<Vec<_>>().join("\n");
                let told = (part("event: "), part("data: "));
                self.read = rest.to_string();
                if !told.0.is_empty() {
                    return told;
                }
                continue;
            }
            let part = tokio::time::timeout(Duration::from_secs(60), self.body.next()).await.expect("news within a minute");
            self.read.push_str(&String::from_utf8_lossy(&part.expect("the line stays open").expect("readable")));
        }
    }
}

impl Answer {
    /// Titles of the rows, in their order.
    pub fn rows(&self) -> Vec<String> {
        let links = self.html.split("class=\"ak-name-link\"").skip(1);
        links.filter_map(|part| part.split_once('>')?.1.split('<').next().map(str::to_string)).collect()
    }
    /// Address of the link with this `rel`.
    pub fn rel(&self, rel: &str) -> Option<String> {
        let tag = self.html.split("<a ").find(|tag| tag.split('>').next().is_some_and(|t| t.contains(&format!("rel=\"{rel}\""))))?;
        Some(tag.split("href=\"").nth(1)?.split('"').next()?.replace("&amp;", "&"))
    }
}
