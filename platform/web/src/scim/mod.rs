//! The door of the company's directory: SCIM 2.0 at `/scim/v2`.
//!
//! Answers and faults have the forms of RFC 7644; habits of the large directories (operations in any case, truth as text,
//! paths with filters) are understood.

mod ask;
mod filter;
mod group;
mod meta;
mod patch;
mod user;

use crate::guard::Facts;
use crate::route::{Router, get};
use crate::state::Web;
use akrab_engine::Ctx;
use akrab_model::Problem;
use akrab_model::problem::ProblemKind;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Value as Json, json};
use std::time::Instant;

/// Where the door is.
pub(crate) const PLACE: &str = "/scim/v2";
const USERS: &str = "/scim/v2/Users";
/// Requests a minute.
const PACE: u32 = 3_000;

const ERROR: &str = "urn:ietf:params:scim:api:messages:2.0:Error";

#[inline(always)]
pub(crate) fn routes() -> Router {
    Router::new()
        .route("/scim/v2/ServiceProviderConfig", get(meta::config))
        .route("/scim/v2/ResourceTypes", get(meta::types))
        .route("/scim/v2/ResourceTypes/{name}", get(meta::one_type))
        .route("/scim/v2/Schemas", get(meta::schemas))
        .route("/scim/v2/Schemas/{name}", get(meta::one_schema))
        .route(USERS, get(user::list).post(user::add))
        .route(&format!("{USERS}/{{id}}"), get(user::show).put(user::put).patch(user::patch).delete(user::remove))
        .route("/scim/v2/Groups", get(group::list).post(group::add))
        .route("/scim/v2/Groups/{id}", get(group::show).put(group::put).patch(group::patch).delete(group::remove))
}

/// The directory, with its token.
pub(super) struct Directory {
    web: Web,
    ctx: Ctx,
    facts: Facts,
}

/// An answer in the directory's form, also when it is a fault.
pub(super) type Told = Result<Response, Fault>;

/// A fault in the directory's form.
pub(super) struct Fault {
    status: StatusCode,
    kind: Option<&'static str>,
    detail: String,
}

impl Fault {
    fn new(status: StatusCode, kind: Option<&'static str>, detail: impl Into<String>) -> Fault {
        Fault { status, kind, detail: detail.into() }
    }
    fn bad(kind: &'static str, detail: impl Into<String>) -> Fault {
        Fault::new(StatusCode::BAD_REQUEST, Some(kind), detail)
    }
    fn unknown() -> Fault {
        Fault::new(StatusCode::NOT_FOUND, None, "there is no such resource")
    }
}

impl From<Problem> for Fault {
    fn from(problem: Problem) -> Fault {
        let first = problem.fields.first();
        let detail = first.map_or_else(|| problem.code.to_string(), |fault| format!("{}: {}", fault.field(), fault.code));
        match problem.kind {
            ProblemKind::NotFound => Fault::unknown(),
            ProblemKind::Unauthenticated => Fault::new(StatusCode::UNAUTHORIZED, None, "the token is missing or has ended"),
            ProblemKind::Stale => Fault::new(StatusCode::PRECONDITION_FAILED, None, "changed since this version"),
            ProblemKind::Invalid if first.is_some_and(|fault| fault.code == "taken") => {
                Fault::new(StatusCode::CONFLICT, Some("uniqueness"), detail)
            }
            ProblemKind::Invalid if problem.code == "scim_administrator" => Fault::bad("mutability", detail),
            ProblemKind::Invalid => Fault::bad("invalidValue", detail),
            _ => {
                let status = StatusCode::from_u16(problem.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
                if status.is_server_error() {
                    tracing::error!(code = problem.code, cause = problem.cause, "the directory was not served");
                }
                Fault::new(status, None, detail)
            }
        }
    }
}

impl IntoResponse for Fault {
    fn into_response(self) -> Response {
        let mut body = json!({ "schemas": [ERROR], "status": self.status.as_u16().to_string(), "detail": self.detail });
        if let Some(kind) = self.kind {
            body["scimType"] = kind.into();
        }
        let mut response = told(self.status, &body);
        if self.status == StatusCode::UNAUTHORIZED {
            response.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer realm=\"akrab\""));
        }
        response
    }
}

fn told(status: StatusCode, body: &Json) -> Response {
    (status, [(header::CONTENT_TYPE, "application/scim+json")], body.to_string()).into_response()
}

/// A resource with its version, and where it is when it was just made.
fn resource(status: StatusCode, body: &Json) -> Response {
    let mut response = told(status, body);
    let put = |response: &mut Response, name, value: Option<&str>| {
        if let Some(value) = value.and_then(|value| HeaderValue::from_str(value).ok()) {
            response.headers_mut().insert(name, value);
        }
    };
    put(&mut response, header::ETAG, body["meta"]["version"].as_str());
    if status == StatusCode::CREATED {
        put(&mut response, header::LOCATION, body["meta"]["location"].as_str());
    }
    response
}

impl FromRequestParts<Web> for Directory {
    type Rejection = Fault;

    async fn from_request_parts(parts: &mut Parts, web: &Web) -> Result<Self, Fault> {
        let facts = parts.extensions.get::<Facts>().cloned().ok_or_else(|| Problem::internal("a route outside the guard"))?;
        let header = facts.header("authorization");
        let secret =
            header.split_once(' ').filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer")).map_or("", |(_, secret)| secret.trim());
        web.pace.take(&format!("scim {}", facts.ip), PACE, Instant::now())?;
        let ctx = web.engine.scim_enter(secret, &facts.id, facts.ip).await?;
        Ok(Directory { web: web.clone(), ctx, facts })
    }
}

impl Directory {
    /// The address of a resource.
    fn place(&self, kind: &str, id: i64) -> String {
        format!("{}{PLACE}/{kind}/{id}", crate::oauth::issuer(&self.web, &self.facts))
    }

    /// The version the directory has in mind; none when it says none.
    fn version(&self) -> Result<Option<i64>, Fault> {
        let wanted = self.facts.header("if-match").trim();
        if wanted.is_empty() || wanted == "*" {
            return Ok(None);
        }
        let number = wanted.trim_start_matches("W/").trim_matches('"').parse();
        number.map(Some).map_err(|_| Fault::new(StatusCode::PRECONDITION_FAILED, None, "changed since this version"))
    }

    async fn read<T: Send + 'static>(
        &self,
        f: impl FnOnce(&mut akrab_engine::Tx) -> akrab_engine::Result<T> + Send + 'static,
    ) -> Result<T, Fault> {
        Ok(self.web.engine.read(&self.ctx, f).await?)
    }

    async fn write<T: Send + 'static>(
        &self,
        f: impl Fn(&mut akrab_engine::Tx) -> akrab_engine::Result<T> + Send + Sync + 'static,
    ) -> Result<T, Fault> {
        Ok(self.web.engine.write(&self.ctx, f).await?)
    }
}

/// The body of a request.
fn body(bytes: &[u8]) -> Result<Json, Fault> {
    let read: Option<Json> = serde_json::from_slice(bytes).ok();
    read.filter(Json::is_object).ok_or_else(|| Fault::bad("invalidSyntax", "the body is no JSON object"))
}

/// The number in an address.
fn number(id: &str) -> Result<i64, Fault> {
    id.parse().map_err(|_| Fault::unknown())
}
