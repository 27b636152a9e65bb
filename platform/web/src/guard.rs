//! What happens to every request and every answer: identity of the request, host and origin checks,
//! CSRF, time limit, panics, problems drawn, security headers, access log, figures.

use crate::cookie::{self, Keep};
use crate::fail::{self, Fail};
use crate::locale::Text;
use crate::state::Web;
use crate::ui::frame::Theme;
use akrab_model::Problem;
use akrab_model::problem::ProblemKind;
use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Uri, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use futures::FutureExt;
use sha2::{Digest, Sha256};
use std::net::{IpAddr, Ipv4Addr};
use std::panic::AssertUnwindSafe;
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

/// Largest JSON body or form, in bytes.
pub const BODY_LIMIT: usize = 1 << 20;
/// So long a page keeps its place among those that are worked on.
const TURN: Duration = Duration::from_millis(20);
/// So many times longer than others a request may take that brings a file.
const FILE_PATIENCE: u32 = 10;
/// Largest upload, in bytes.
pub const UPLOAD_LIMIT: usize = 25 << 20;

pub(crate) const CSP: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; font-src 'self'; \
    connect-src 'self'; manifest-src 'self'; base-uri 'none'; frame-ancestors 'none'; form-action 'self'";

/// Address of the connection's other end; set by [`crate::serve()`].
#[derive(Debug, Clone, Copy)]
pub struct Peer(pub IpAddr);

/// Reference of a request, in logs, error pages and answers (`X-Request-Id`).
#[derive(Debug, Clone)]
pub struct RequestId(pub String);

/// What is known about a request before anybody is recognised.
#[derive(Debug, Clone)]
pub struct Facts {
    pub id: String,
    pub method: Method,
    pub uri: Uri,
    pub headers: HeaderMap,
    /// Of the person, not of the proxy before us.
    pub ip: IpAddr,
    /// Random name of the browser (cookie).
    pub browser: String,
    /// Whom the session cookie names, true or not; 0 for nobody.
    pub cookie_user: i64,
    /// The answer is put into a page: only the inner HTML is wanted.
    pub fragment: bool,
    user: Arc<OnceLock<i64>>,
}

impl Facts {
    pub fn path(&self) -> &str {
        self.uri.path()
    }
    /// Path with query.
    pub fn address(&self) -> String {
        self.uri.path_and_query().map_or_else(|| "/".into(), ToString::to_string)
    }
    /// Whether JSON is wanted instead of HTML.
    pub fn wants_json(&self) -> bool {
        let accept = self.header("accept");
        is_for_programs(self.path()) || (accept.contains("json") && !accept.contains("text/html"))
    }
    /// A header as text; empty when absent.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|v| v.to_str().ok()).unwrap_or("")
    }
    /// The page the request came from, when it is one of ours.
    pub fn referer_path(&self) -> Option<String> {
        let uri: Uri = self.header("referer").parse().ok()?;
        let same = uri.authority().is_some_and(|a| a.as_str() == self.header("host"));
        if same { uri.path_and_query().map(ToString::to_string).filter(|path| is_own(path)) } else { None }
    }
    /// Words for somebody who is not signed in: chosen on the sign-in page, or the browser's language.
    pub fn guest_words(&self) -> Text {
        let chosen = cookie::plain(&self.headers, cookie::LANG);
        let chosen = chosen.or_else(|| cookie::plain(&self.headers, &format!("__Host-{}", cookie::LANG)));
        // of the languages a browser lists the first counts
        let wanted = chosen.unwrap_or_else(|| self.header("accept-language").split([',', ';']).next().unwrap_or_default());
        Text::new(wanted.parse().unwrap_or_default())
    }
    /// Theme for somebody who is not signed in.
    pub fn guest_theme(&self, web: &Web) -> Theme {
        theme(cookie::get(&web.config, &self.headers, cookie::THEME).unwrap_or(""))
    }
    /// Tells the access log who it was.
    pub(crate) fn seen_as(&self, user: i64) {
        self.user.get_or_init(|| user);
    }
    /// Token that forms of `user` (0 for nobody) in this browser must carry.
    pub fn csrf(&self, user: i64) -> String {
        let hash = Sha256::new().chain_update(b"csrf\0").chain_update(&self.browser).chain_update(user.to_be_bytes()).finalize();
        // hexadecimal, so that it reads the same in every encoding of a form
        hash[..20].iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

/// Whether this is an address of ours that a browser reads the way we do: browsers drop tabs and line
/// ends and take a second slash, of either kind, for another host.
pub(crate) fn is_own(address: &str) -> bool {
    let mut bytes = address.bytes();
    bytes.next() == Some(b'/')
        && !matches!(bytes.next(), Some(b'/' | b'\\'))
        && address.bytes().all(|b| b > b' ' && b != 0x7f && b != b'\\')
}

/// The theme by its name.
pub fn theme(name: &str) -> Theme {
    match name {
        "light" => Theme::Light,
        "dark" => Theme::Dark,
        _ => Theme::System,
    }
}

/// User and secret of the session cookie.
pub(crate) fn session_cookie<'h>(web: &Web, headers: &'h HeaderMap) -> Option<(i64, &'h str)> {
    let (user, token) = cookie::get(&web.config, headers, cookie::SESSION)?.split_once('.')?;
    Some((user.parse().ok()?, token))
}

/// Wraps all routes.
pub(crate) async fn guard(State(web): State<Web>, mut req: Request, next: Next) -> Response {
    let begin = Instant::now();
    let (facts, new_browser) = facts(&web, &req);
    req.extensions_mut().insert(facts.clone());
    req.extensions_mut().insert(RequestId(facts.id.clone()));
    let mut response = match check(&web, &facts, req).await {
        Ok(req) if crate::dav::asks_for_it(&facts) => crate::dav::found(req).await,
        Ok(req) => in_turn(&web, &facts, run(req, next, patience(&web, &facts))).await,
        Err(fail) => fail.into_response(),
    };
    if is_for_other_sites(facts.path()) {
        open_to_sites(&facts, &mut response);
    }
    if let Some(fail) = unread(&facts, &response) {
        response = fail.into_response();
    }
    if let Some(fail) = response.extensions_mut().remove::<Fail>() {
        response = fail::draw(&web, &facts, &fail).await;
    }
    if is_rejection(&facts, &response) {
        let large = response.status() == StatusCode::PAYLOAD_TOO_LARGE;
        let problem = if large { too_large() } else { Problem::malformed("bad_address") };
        let fail = Fail::with_status(problem, response.status());
        response = fail::draw(&web, &facts, &fail).await;
    }
    if new_browser && !is_static(facts.path()) && !facts.path().starts_with(crate::public::PLACE) && !is_for_programs(facts.path()) {
        response
            .headers_mut()
            .append(header::SET_COOKIE, cookie::set(&web.config, cookie::BROWSER, &facts.browser, Keep::For(400 * 86_400)));
    }
    dress(&web, &facts, &mut response);
    let took = begin.elapsed();
    let status = response.status().as_u16();
    web.metrics.count(status, took);
    let user = facts.user.get().copied();
    tracing::info!(target: "access", request = facts.id, method = %facts.method, path = logged(facts.path()), status, micros = took.as_micros() as u64, user, ip = %facts.ip);
    response
}

/// How long a request may take: telephones send large files slowly.
fn patience(web: &Web, facts: &Facts) -> Duration {
    let kind = facts.header("content-type");
    let brings = kind.starts_with("multipart/form-data") || facts.path().contains("/attachments");
    web.config.patience() * if brings && facts.method == Method::POST { FILE_PATIENCE } else { 1 }
}

/// For routes that take files of records: as large as any workspace may allow, and a little for what stands around them.
/// What the workspace allows is judged while the file comes in.
pub(crate) fn file_limit() -> axum::extract::DefaultBodyLimit {
    axum::extract::DefaultBodyLimit::max(((akrab_engine::settings::FILE_MB as usize) << 20) + BODY_LIMIT)
}

/// An address or form that could not be read has been answered in bare English words of the framework.
fn unread(facts: &Facts, response: &Response) -> Option<Fail> {
    let bare = response.status() == StatusCode::BAD_REQUEST
        && response.extensions().get::<Fail>().is_none()
        && response.headers().get(header::CONTENT_TYPE).is_some_and(|kind| kind.as_bytes().starts_with(b"text/plain"));
    let asked = matches!(facts.method, Method::GET | Method::HEAD);
    bare.then(|| if asked { Problem::not_found() } else { Problem::malformed("bad_form") }.into())
}

/// A path as the log may keep it: without the secret of a mailed link, or of an address others call.
fn logged(path: &str) -> &str {
    match path {
        path if path.contains("/reset/") => "/reset/…",
        path if path.starts_with("/confirm/") => "/confirm/…",
        path if path.starts_with("/preferences/") => "/preferences/…",
        path if path.starts_with("/approvals/link/") => "/approvals/link/…",
        path if path.starts_with(crate::inlet::PLACE) => "/hooks/…",
        path => &path[..path.floor_char_boundary(LOGGED)],
    }
}

/// Bytes of a path the log keeps.
const LOGGED: usize = 1_000;

fn facts(web: &Web, req: &Request) -> (Facts, bool) {
    let peer = req.extensions().get::<Peer>().map_or(IpAddr::V4(Ipv4Addr::LOCALHOST), |p| p.0);
    let headers = req.headers().clone();
    let known = cookie::get(&web.config, &headers, cookie::BROWSER).filter(|v| v.len() == 24).map(str::to_string);
    let new_browser = known.is_none();
    let browser = known.unwrap_or_else(|| URL_SAFE_NO_PAD.encode(web.engine.random::<18>()));
    let fragment = headers.contains_key("hx-request") && !headers.contains_key("hx-boosted");
    let facts = Facts {
        id: web.reference(),
        method: req.method().clone(),
        uri: req.uri().clone(),
        ip: client_ip(web, peer, &headers),
        cookie_user: session_cookie(web, &headers).map_or(0, |(user, _)| user),
        headers,
        browser,
        fragment,
        user: Arc::default(),
    };
    (facts, new_browser)
}

/// The last address that no proxy of ours added.
fn client_ip(web: &Web, peer: IpAddr, headers: &HeaderMap) -> IpAddr {
    if !web.config.proxies.contains(&peer) {
        return peer;
    }
    let chain = headers.get_all("x-forwarded-for").iter().filter_map(|v| v.to_str().ok()).flat_map(|v| v.split(','));
    let chain: Vec<IpAddr> = chain.filter_map(|part| part.trim().parse().ok()).collect();
    chain.into_iter().rev().find(|ip| !web.config.proxies.contains(ip)).unwrap_or(peer)
}

/// Whether an extractor refused the address or the body in its own plain English.
fn is_rejection(facts: &Facts, response: &Response) -> bool {
    let plain = response.headers().get(header::CONTENT_TYPE).is_some_and(|v| v.as_bytes().starts_with(b"text/plain"));
    plain && !is_static(facts.path()) && matches!(response.status().as_u16(), 400 | 413 | 415 | 422)
}

/// Addresses where programs come with tokens or secrets, never a browser with its cookie.
fn is_for_programs(path: &str) -> bool {
    path.starts_with("/api/")
        || path.starts_with(crate::inlet::PLACE)
        || path.starts_with(crate::scim::PLACE)
        || path.starts_with(crate::dav::PLACE)
        || path == "/mcp"
        || path == crate::sign_in::provider::LEFT
        || path.starts_with("/.well-known/")
        || crate::oauth::PROGRAMS.contains(&path)
}

/// Addresses that scripts of other sites may call: assistants in browsers come there with tokens of their own, never with
/// a cookie of ours.
fn is_for_other_sites(path: &str) -> bool {
    path == akrab_engine::oauth::MCP || path.starts_with("/.well-known/oauth-") || crate::oauth::PROGRAMS.contains(&path)
}

/// Tells browsers that scripts of other sites may call here, without what says who somebody is to us.
fn open_to_sites(facts: &Facts, response: &mut Response) {
    let asks = facts.method == Method::OPTIONS && facts.headers.contains_key("access-control-request-method");
    if asks {
        *response = StatusCode::NO_CONTENT.into_response();
    }
    let headers = response.headers_mut();
    let mut set = |name: &'static str, value: &'static str| headers.insert(HeaderName::from_static(name), HeaderValue::from_static(value));
    set("access-control-allow-origin", "*");
    set("access-control-expose-headers", "www-authenticate, mcp-session-id, retry-after, x-request-id");
    set("cross-origin-resource-policy", "cross-origin");
    if asks {
        set("access-control-allow-methods", "GET, POST, DELETE, OPTIONS");
        set("access-control-allow-headers", "authorization, content-type, accept, mcp-protocol-version, mcp-session-id, last-event-id");
        set("access-control-max-age", "7200");
    }
}

fn is_static(path: &str) -> bool {
    path.starts_with("/assets/") || path.starts_with("/health/") || path == "/metrics"
}

async fn check(web: &Web, facts: &Facts, req: Request) -> Result<Request, Fail> {
    // a proxy before us and we might each believe another one
    if facts.headers.get_all(header::HOST).iter().count() > 1 {
        return Err(Problem::malformed("several_hosts").into());
    }
    if let Some(host) = web.config.host().filter(|_| !is_static(facts.path())) {
        let asked = facts.uri.authority().map_or_else(|| facts.header("host").to_string(), ToString::to_string);
        if !asked.eq_ignore_ascii_case(host) {
            return Err(Fail::with_status(Problem::malformed("unknown_host"), StatusCode::MISDIRECTED_REQUEST));
        }
    }
    let bearer = is_for_programs(facts.path()) || crate::dav::asks_for_it(facts);
    // nobody is signed in at a public form, and other sites may show it: there is nothing a stolen click could use
    let public = facts.path().starts_with(crate::public::PLACE);
    if matches!(*req.method(), Method::GET | Method::HEAD | Method::OPTIONS) || bearer || public {
        return Ok(req);
    }
    check_csrf(web, facts, req).await
}

/// A body over the limit.
pub(crate) fn too_large() -> Problem {
    Problem::new(ProblemKind::TooLarge, "too_large").with("max", format!("{} MB", BODY_LIMIT >> 20))
}

/// A request that took longer than anybody waits.
fn too_late() -> Problem {
    Problem::new(ProblemKind::Busy, "timeout")
}

fn csrf_problem() -> Fail {
    Problem::new(ProblemKind::Forbidden, "csrf").into()
}

/// Same origin as far as the browser tells, and the token of this browser and person.
async fn check_csrf(web: &Web, facts: &Facts, req: Request) -> Result<Request, Fail> {
    let told = same_origin(web, facts);
    if told == Some(false) {
        return Err(csrf_problem());
    }
    let wanted = facts.csrf(facts.cookie_user);
    let fits = |token: &str| token == wanted;
    let sent = facts.header("x-csrf-token");
    if fits(sent) {
        return Ok(req);
    }
    let kind = facts.header("content-type");
    if kind.starts_with("multipart/form-data") {
        // the token is inside a body that only the handler reads; the browser's word is taken
        return if told == Some(true) { Ok(req) } else { Err(csrf_problem()) };
    }
    if !kind.starts_with("application/x-www-form-urlencoded") {
        return Err(csrf_problem());
    }
    let (parts, body) = req.into_parts();
    // whoever sends his form byte by byte is not waited for longer than any other
    let sent = tokio::time::timeout(web.config.patience(), to_bytes(body, BODY_LIMIT)).await.map_err(|_| too_late())?;
    let bytes = sent.map_err(|_| too_large())?;
    let found =
        bytes.split(|b| *b == b'&').filter_map(|pair| pair.strip_prefix(b"csrf=")).filter_map(|v| std::str::from_utf8(v).ok()).any(fits);
    if found { Ok(Request::from_parts(parts, Body::from(bytes))) } else { Err(csrf_problem()) }
}

/// What the browser says about where the request came from; nothing when it says nothing.
pub(crate) fn same_origin(web: &Web, facts: &Facts) -> Option<bool> {
    match facts.header("sec-fetch-site") {
        "same-origin" | "none" => return Some(true),
        "" => {}
        _ => return Some(false),
    }
    let origin = facts.header("origin");
    if origin.is_empty() {
        return None;
    }
    let host = web.config.host().unwrap_or_else(|| facts.header("host"));
    Some(origin.split_once("://").is_some_and(|(_, from)| from.eq_ignore_ascii_case(host)))
}

/// Works on pages in the order they were asked for, a few at once: all at once would make each wait for
/// all others. What takes long gives up its place, so that nobody waits for it.
async fn in_turn(web: &Web, facts: &Facts, work: impl Future<Output = Response>) -> Response {
    let looks = matches!(facts.method, Method::GET | Method::HEAD) && !is_static(facts.path());
    let place = if looks { web.places.acquire().await.ok() } else { None };
    if place.is_none() {
        return work.await;
    }
    let mut work = std::pin::pin!(work);
    match tokio::time::timeout(TURN, work.as_mut()).await {
        Ok(response) => response,
        Err(_) => {
            drop(place);
            work.await
        }
    }
}

async fn run(req: Request, next: Next, patience: Duration) -> Response {
    match tokio::time::timeout(patience, AssertUnwindSafe(next.run(req)).catch_unwind()).await {
        Ok(Ok(response)) => response,
        Ok(Err(panic)) => {
            let cause = panic.downcast_ref::<String>().map(String::as_str).or_else(|| panic.downcast_ref::<&str>().copied());
            Fail::from(Problem::internal(cause.unwrap_or("panic"))).into_response()
        }
        Err(_) => Fail::from(too_late()).into_response(),
    }
}

fn dress(web: &Web, facts: &Facts, response: &mut Response) {
    let page = response.headers().get(header::CONTENT_TYPE).is_some_and(|v| v.as_bytes().starts_with(b"text/html"));
    let headers = response.headers_mut();
    let closed = !headers.contains_key(header::CONTENT_SECURITY_POLICY);
    let mut set = |name: HeaderName, value: &str| {
        if !headers.contains_key(&name)
            && let Ok(value) = HeaderValue::from_str(value)
        {
            headers.insert(name, value);
        }
    };
    set(header::CONTENT_SECURITY_POLICY, CSP);
    set(header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    // who may frame a public form stands in its own policy
    if !facts.path().starts_with(crate::public::PLACE) || closed {
        set(header::X_FRAME_OPTIONS, "DENY");
    }
    set(header::REFERRER_POLICY, "same-origin");
    set(HeaderName::from_static("cross-origin-opener-policy"), "same-origin");
    set(HeaderName::from_static("cross-origin-resource-policy"), "same-origin");
    set(HeaderName::from_static("permissions-policy"), "camera=(), microphone=(), geolocation=(self), payment=()");
    set(HeaderName::from_static("x-request-id"), &facts.id);
    if web.config.is_https() {
        set(header::STRICT_TRANSPORT_SECURITY, "max-age=31536000");
    }
    if page || !is_static(facts.path()) {
        set(header::CACHE_CONTROL, "no-store");
    }
    if page {
        set(header::VARY, "hx-request");
    }
}
