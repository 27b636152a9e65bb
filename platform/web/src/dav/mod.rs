//! Address books for telephones and mail programs: CardDAV (RFC 6352) over WebDAV, for reading.
//!
//! Each object whose records are people that can be reached is a book, with the cards its export makes; who signs in with a
//! token of his own finds what his role may take out of the program, and nothing can be changed from there.

mod ask;
mod book;
mod query;
mod xml;

use crate::fail::Fail;
use crate::guard::Facts;
use crate::route::{Router, any};
use crate::state::Web;
use akrab_engine::{Ctx, Door};
use akrab_model::{Problem, ProblemKind};
use ask::Ask;
use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use book::{Book, Caller};
use std::time::Instant;

/// Where the books are.
pub(crate) const PLACE: &str = "/dav";
/// Longest question, in bytes.
const LONGEST: usize = 1 << 20;
const METHODS: &str = "OPTIONS, GET, HEAD, PROPFIND, REPORT";

#[inline(always)]
pub(crate) fn routes() -> Router {
    let place = format!("{PLACE}/");
    Router::new()
        .route("/.well-known/carddav", any(found))
        .route(PLACE, any(answer))
        .route(&place, any(answer))
        .route(&format!("{PLACE}/{{*path}}"), any(answer))
}

/// Whether a program that knows only the server's name looks for its address book.
pub(crate) fn asks_for_it(facts: &Facts) -> bool {
    facts.path() == "/" && facts.method.as_str() == "PROPFIND"
}

/// Programs that know only the server's name ask here (RFC 6764).
pub(crate) async fn found(request: Request) -> Response {
    // an answer before the question was taken in breaks the line for some of them
    let _ = to_bytes(request.into_body(), LONGEST).await;
    (StatusCode::MOVED_PERMANENTLY, [(header::LOCATION, "/dav/")]).into_response()
}

async fn answer(State(web): State<Web>, request: Request) -> Response {
    let mut response = match told(&web, request).await {
        Ok(response) => response,
        Err(fail) => refused(&fail.problem),
    };
    let headers = response.headers_mut();
    headers.insert(HeaderName::from_static("dav"), HeaderValue::from_static("1, 3, addressbook"));
    response
}

/// A fault as such programs understand it.
fn refused(problem: &Problem) -> Response {
    let status = StatusCode::from_u16(problem.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    if status.is_server_error() {
        tracing::error!(code = problem.code, cause = problem.cause, "an address book was not served");
    }
    let body = match problem.code {
        "sync_token_over" => xml::fault("d:valid-sync-token"),
        "no_such_report" => xml::fault("d:supported-report"),
        _ => String::new(),
    };
    let mut response = (status, [(header::CONTENT_TYPE, xml::MIME)], body).into_response();
    if status == StatusCode::UNAUTHORIZED {
        response.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Basic realm=\"Akrab\", charset=\"UTF-8\""));
    }
    response
}

async fn told(web: &Web, request: Request) -> Result<Response, Fail> {
    let facts = request.extensions().get::<Facts>().cloned().ok_or_else(|| Problem::internal("a route outside the guard"))?;
    let method = request.method().as_str().to_string();
    // taken in before anything is answered: a line that is closed over an unread body breaks
    let body = to_bytes(request.into_body(), LONGEST).await.map_err(|_| Problem::malformed("broken_body"))?;
    if method == "OPTIONS" {
        return Ok((StatusCode::OK, [(header::ALLOW, METHODS)]).into_response());
    }
    let ctx = signed_in(web, &facts).await?;
    let depth = if facts.header("depth") == "0" { 0 } else { 1 };
    let path = facts.path().trim_start_matches(PLACE).trim_matches('/').to_string();
    let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
    let caller = Caller::new(web, ctx)?;
    match (method.as_str(), parts.as_slice()) {
        ("GET" | "HEAD", ["books", key, card]) => caller.card(&caller.book(key)?, card, facts.header("accept")).await,
        ("PROPFIND", parts) => {
            let ask = Ask::read(&body)?;
            caller.properties(parts, &ask, depth).await
        }
        ("REPORT", ["books", key]) => {
            let book: Book = caller.book(key)?;
            caller.report(&book, &Ask::read(&body)?).await
        }
        ("REPORT", _) => Err(Problem::new(ProblemKind::Forbidden, "no_such_report").into()),
        ("PUT" | "DELETE" | "PROPPATCH" | "MKCOL" | "MOVE" | "COPY" | "POST", _) => Err(Problem::forbidden().into()),
        _ => {
            let none = StatusCode::METHOD_NOT_ALLOWED;
            Ok(Response::builder().status(none).header(header::ALLOW, METHODS).body(Body::empty()).map_err(Problem::internal)?)
        }
    }
}

/// Whoever comes with his mail address and a token of his; he may only read.
async fn signed_in(web: &Web, facts: &Facts) -> Result<Ctx, Fail> {
    let unknown = || Fail::from(Problem::new(ProblemKind::Unauthenticated, "unauthenticated"));
    let sent = facts.header("authorization").split_once(' ').filter(|(scheme, _)| scheme.eq_ignore_ascii_case("basic"));
    let decoded = sent.and_then(|(_, text)| STANDARD.decode(text.trim()).ok()).and_then(|bytes| String::from_utf8(bytes).ok());
    let (name, secret) = decoded.as_deref().and_then(|text| text.split_once(':')).ok_or_else(unknown)?;
    let (token, person) = web.engine.token(secret).await?.ok_or_else(unknown)?;
    if !name.trim().eq_ignore_ascii_case(&person.email) {
        return Err(unknown());
    }
    facts.seen_as(person.id);
    if web.config.api_rate > 0 && !facts.ip.is_loopback() {
        web.pace.take(&token.id, web.config.api_rate, Instant::now())?;
    }
    let mut ctx = web.engine.ctx(&person, Door::Api, &facts.id);
    ctx.read_only = true;
    ctx.place = Some(facts.ip);
    Ok(ctx)
}
