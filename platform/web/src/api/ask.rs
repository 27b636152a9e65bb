//! Reading requests strictly: unknown parameters, wrong types and broken bodies are told with their place.

use crate::Fail;
use crate::form::one_of;
use crate::guard::too_large;
use akrab_engine::{ListRequest, Once, Result};
use akrab_model::value::Input;
use akrab_model::{FieldProblem, Filter, Problem};
use axum::extract::FromRequest;
use axum::extract::Request;
use axum::http::{HeaderMap, StatusCode, header};
use bytes::Bytes;
use serde::de::DeserializeOwned;
use serde_json::Value as Json;
use std::collections::HashMap;
use std::str::FromStr;

/// Longest value of a parameter, in characters; a filter has bounds of its own.
const LONGEST: usize = 4_000;
const LONGEST_OF: [(&str, usize); 18] = [
    ("filter", usize::MAX),
    ("q", 200),
    ("sort", 200),
    ("by", 200),
    ("name", 200),
    ("sheet", 200),
    ("kind", 60),
    ("event", 200),
    ("state", 60),
    ("before", 60),
    ("kinds", 1_000),
    ("objects", 1_000),
    ("totals", 1_000),
    ("start", 200),
    ("end", 200),
    ("colour", 200),
    ("place", 200),
    ("amount", 200),
];

/// Query parameters, each at most once and known by name.
pub struct Ask(HashMap<String, String>);

impl Ask {
    /// # Errors
    /// `unknown_parameter`, `repeated_parameter`, `too_long`.
    pub fn read(query: Option<&str>, known: &[&str]) -> Result<Ask> {
        let mut map = HashMap::new();
        let refuse = |code, name: &str| Problem::malformed(code).field(FieldProblem::new(name, code).with("field", name));
        for (name, value) in form_urlencoded::parse(query.unwrap_or("").as_bytes()) {
            if !known.contains(&name.as_ref()) {
                return Err(refuse("unknown_parameter", &name));
            }
            let most = LONGEST_OF.iter().find(|(known, _)| *known == name).map_or(LONGEST, |(_, most)| *most);
            if value.chars().count() > most {
                return Err(Problem::invalid(vec![FieldProblem::new(&name, "too_long").with("max", most)]));
            }
            if map.insert(name.to_string(), value.into_owned()).is_some() {
                return Err(refuse("repeated_parameter", &name));
            }
        }
        Ok(Ask(map))
    }
    pub fn text(&self, name: &str) -> Option<String> {
        self.0.get(name).filter(|v| !v.is_empty()).cloned()
    }
    pub fn words(&self, name: &str) -> Vec<String> {
        self.0.get(name).into_iter().flat_map(|v| v.split(',')).map(str::trim).filter(|v| !v.is_empty()).map(Into::into).collect()
    }
    /// # Errors
    /// `invalid` with the parameter as pointer.
    pub fn parsed<T: FromStr>(&self, name: &str) -> Result<Option<T>> {
        match self.0.get(name) {
            None => Ok(None),
            Some(value) => value.parse().map(Some).map_err(|_| Problem::invalid(vec![FieldProblem::new(name, "wrong_type")])),
        }
    }

    /// # Errors
    /// `unknown_choice` for what is none of the words it takes.
    pub fn one_of<T: DeserializeOwned + Default>(&self, name: &str) -> Result<T> {
        one_of(name, self.0.get(name).map_or("", String::as_str))
    }

    /// The id `before` which a page ends.
    ///
    /// # Errors
    /// `invalid` for what is no id.
    pub fn before(&self) -> Result<Option<i64>> {
        match self.parsed("before")? {
            Some(id) if id < 1 => Err(Problem::invalid(vec![FieldProblem::new("before", "too_small").with("min", 1)])),
            before => Ok(before),
        }
    }

    /// The list a request means.
    ///
    /// # Errors
    /// Faults of filter and limit.
    pub fn list(&self, object: &str) -> Result<ListRequest> {
        let limit = self.parsed::<usize>("limit")?;
        if limit == Some(0) {
            return Err(Problem::invalid(vec![FieldProblem::new("limit", "too_small").with("min", 1)]));
        }
        Ok(ListRequest {
            object: object.into(),
            filter: self.text("filter").map(|f| filter(&f)).transpose().map_err(at_filter)?,
            q: self.text("q"),
            sort: self.words("sort"),
            columns: self.words("columns"),
            limit: limit.unwrap_or(50),
            after: self.text("after"),
            bin: self.parsed("bin")?.unwrap_or(false),
            editable: false,
        })
    }
}

fn filter(text: &str) -> Result<Filter> {
    let filter = Filter::parse(text)?;
    match serde_json::from_str(text).ok().and_then(|json| unsaid(&json, String::new())) {
        Some(place) => Err(Problem::invalid(vec![FieldProblem::new(&place, "filter_no_value")])),
        None => Ok(filter),
    }
}

/// The place of the first value that a condition compares with and does not say; null has to be said too.
fn unsaid(json: &Json, at: String) -> Option<String> {
    match json {
        Json::Object(map) => {
            let compares = map.get("op").is_some_and(|op| op != "empty" && op != "not_empty");
            if compares && !map.contains_key("value") {
                return Some(at + "/value");
            }
            map.iter().filter(|(key, _)| *key != "value").find_map(|(key, inner)| unsaid(inner, format!("{at}/{key}")))
        }
        Json::Array(items) => items.iter().enumerate().find_map(|(n, item)| unsaid(item, format!("{at}/{n}"))),
        _ => None,
    }
}

fn at_filter(mut problem: Problem) -> Problem {
    for field in &mut problem.fields {
        field.pointer = format!("/filter{}", field.pointer.trim_end_matches('/'));
    }
    problem
}

/// A JSON object as body; an empty body is an empty object.
pub struct Body {
    pub map: Input,
    /// As it came, for the idempotency digest.
    pub bytes: Bytes,
}

impl<S: Send + Sync> FromRequest<S> for Body {
    type Rejection = Fail;

    async fn from_request(request: Request, state: &S) -> std::result::Result<Self, Fail> {
        let kind = request.headers().get(header::CONTENT_TYPE).and_then(|v| v.to_str().ok()).unwrap_or("").to_string();
        let bytes = Bytes::from_request(request, state).await.map_err(|e| {
            if e.status() == StatusCode::PAYLOAD_TOO_LARGE {
                Fail::from(too_large())
            } else {
                Fail::from(Problem::malformed("broken_body"))
            }
        })?;
        if bytes.is_empty() {
            return Ok(Body { map: Input::new(), bytes });
        }
        if kind.split(';').next().unwrap_or("").trim() != "application/json" {
            return Err(Fail::with_status(Problem::malformed("media_type"), StatusCode::UNSUPPORTED_MEDIA_TYPE));
        }
        match serde_json::from_slice(&bytes) {
            Ok(Json::Object(map)) => {
                super::strict::body(&bytes)?;
                Ok(Body { map, bytes })
            }
            Ok(_) => Err(Problem::invalid(vec![FieldProblem::new("/", "wrong_type")]).into()),
            Err(e) => Err(Problem::malformed("not_json")
                .field(FieldProblem::new("/", "not_json").with("line", e.line()).with("column", e.column()))
                .into()),
        }
    }
}

/// The version named by `If-Match`.
///
/// # Errors
/// `invalid` for anything but one strong ETag of ours or `*`.
pub fn if_match(headers: &HeaderMap) -> Result<Option<i64>> {
    let Some(value) = headers.get(header::IF_MATCH) else { return Ok(None) };
    let text = value.to_str().unwrap_or("").trim();
    if text == "*" {
        return Ok(None);
    }
    let version = text.strip_prefix('"').and_then(|t| t.strip_suffix('"')).and_then(|t| t.parse().ok());
    version.map(Some).ok_or_else(|| Problem::invalid(vec![FieldProblem::new("If-Match", "malformed_etag")]))
}

/// The `Idempotency-Key`, bound to everything asked.
///
/// # Errors
/// `invalid` for a malformed key.
pub fn once(headers: &HeaderMap, what: &str, body: &[u8]) -> Result<Option<Once>> {
    let Some(key) = headers.get("idempotency-key") else { return Ok(None) };
    let precondition = headers.get(header::IF_MATCH).map_or(&[][..], |v| v.as_bytes());
    Once::new(key.to_str().unwrap_or(""), &[what.as_bytes(), precondition, body]).map(Some)
}
