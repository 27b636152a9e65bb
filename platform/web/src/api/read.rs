//! Reading over the API.

use super::ask::Ask;
use super::{answer, object_of, shape};
use crate::{ApiCaller, Reply};
use akrab_engine::TimelineRequest;
use akrab_model::query::Bucket;
use akrab_model::{FieldProblem, Problem, ProblemKind};
use axum::extract::{Path, RawQuery};
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Redirect, Response};
use serde_json::{Value as Json, json};

const LIST: &[&str] = &["filter", "q", "sort", "columns", "limit", "after", "count", "bin"];

pub async fn list(caller: ApiCaller, Path(object): Path<String>, RawQuery(query): RawQuery) -> Reply {
    let ask = Ask::read(query.as_deref(), LIST)?;
    let count = match ask.text("count").as_deref() {
        None | Some("capped") => Some(false),
        Some("exact") => Some(true),
        Some("none") => None,
        Some(_) => return Err(Problem::invalid(vec![FieldProblem::new("count", "unknown_choice")]).into()),
    };
    let body = caller
        .read(move |tx| {
            let request = ask.list(&object_of(tx, &object)?)?;
            let page = tx.list(&request)?;
            // a page that is the whole result needs no counting
            let whole = page.next.is_none() && page.previous.is_none() && request.after.is_none();
            let count = match count {
                Some(_) if whole => Some(akrab_model::Count::Exact(page.records.len() as u64)),
                Some(exact) => Some(tx.count(&request, exact)?),
                None => None,
            };
            Ok(shape::page(&page, count))
        })
        .await?;
    Ok(answer(200, &body))
}

pub async fn one(caller: ApiCaller, Path((object, id)): Path<(String, String)>, RawQuery(query): RawQuery) -> Reply {
    Ask::read(query.as_deref(), &[])?;
    let id = record_id(&id)?;
    let found = caller
        .read(move |tx| {
            let key = object_of(tx, &object)?;
            match tx.get(&key, id) {
                // it has gone into another
                Err(problem) if problem.kind == ProblemKind::NotFound => match tx.merged_into(&key, id)? {
                    Some(winner) => Ok(Err(format!("/api/v1/{}/{winner}", tx.object(&key)?.plural))),
                    None => Err(problem),
                },
                found => Ok(Ok(found?)),
            }
        })
        .await?;
    let record = match found {
        Ok(record) => record,
        Err(winner) => return Ok(Redirect::temporary(&winner).into_response()),
    };
    Ok(with_etag(answer(200, &shape::record(&record)), record.version))
}

pub async fn history(caller: ApiCaller, Path((object, id)): Path<(String, String)>, RawQuery(query): RawQuery) -> Reply {
    let ask = Ask::read(query.as_deref(), &["before"])?;
    let (id, before) = (record_id(&id)?, ask.before()?);
    let changes = caller
        .read(move |tx| {
            let key = object_of(tx, &object)?;
            tx.history(&key, id, before)
        })
        .await?;
    Ok(answer(200, &json!({"data": changes.iter().map(shape::change).collect::<Vec<_>>()})))
}

pub async fn timeline(caller: ApiCaller, Path((object, id)): Path<(String, String)>, RawQuery(query): RawQuery) -> Reply {
    let ask = Ask::read(query.as_deref(), &["kinds", "before", "limit"])?;
    let place = |text: String| text.split_once('.').and_then(|(at, id)| Some((at.parse().ok()?, id.parse().ok()?)));
    let before = match ask.text("before") {
        Some(text) => Some(place(text).ok_or_else(|| Problem::malformed("malformed_cursor"))?),
        None => None,
    };
    let limit = ask.parsed("limit")?.unwrap_or(50);
    if !(1..=200).contains(&limit) {
        return Err(Problem::invalid(vec![FieldProblem::new("limit", "too_large").with("max", 200)]).into());
    }
    let request = TimelineRequest { kinds: ask.words("kinds"), before, limit, ..TimelineRequest::default() };
    let id = record_id(&id)?;
    let timeline = caller
        .read(move |tx| {
            let key = object_of(tx, &object)?;
            tx.timeline(&key, id, &request)
        })
        .await?;
    let events = |events: &[akrab_engine::Event]| events.iter().map(shape::event).collect::<Vec<Json>>();
    Ok(answer(
        200,
        &json!({
            "upcoming": events(&timeline.upcoming),
            "data": events(&timeline.events),
            "next": timeline.next.map(|(at, id)| format!("{at}.{id}")),
        }),
    ))
}

pub async fn totals(caller: ApiCaller, Path(object): Path<String>, RawQuery(query): RawQuery) -> Reply {
    let ask = Ask::read(query.as_deref(), &["filter", "q", "totals"])?;
    let body = caller
        .read(move |tx| {
            let request = ask.list(&object_of(tx, &object)?)?;
            tx.totals(&request, &ask.words("totals"))
        })
        .await?;
    Ok(answer(200, &json!({"data": body.iter().map(shape::total).collect::<Vec<_>>()})))
}

pub async fn groups(caller: ApiCaller, Path(object): Path<String>, RawQuery(query): RawQuery) -> Reply {
    let ask = Ask::read(query.as_deref(), &["filter", "q", "by", "bucket", "totals"])?;
    let by = ask.text("by").ok_or_else(|| Problem::invalid(vec![FieldProblem::new("by", "required")]))?;
    let bucket = match ask.text("bucket").as_deref() {
        None => None,
        Some("day") => Some(Bucket::Day),
        Some("month") => Some(Bucket::Month),
        Some("year") => Some(Bucket::Year),
        Some(_) => return Err(Problem::invalid(vec![FieldProblem::new("bucket", "unknown_choice")]).into()),
    };
    let groups = caller
        .read(move |tx| {
            let request = ask.list(&object_of(tx, &object)?)?;
            tx.groups(&request, &by, bucket, &ask.words("totals"))
        })
        .await?;
    Ok(answer(200, &json!({"data": groups.iter().map(shape::group).collect::<Vec<_>>()})))
}

pub async fn search(caller: ApiCaller, RawQuery(query): RawQuery) -> Reply {
    let ask = Ask::read(query.as_deref(), &["q", "limit", "objects"])?;
    let q = ask.text("q").ok_or_else(|| Problem::invalid(vec![FieldProblem::new("q", "required")]))?;
    let limit = ask.parsed::<usize>("limit")?.unwrap_or(20);
    if !(1..=100).contains(&limit) {
        return Err(Problem::invalid(vec![FieldProblem::new("limit", "too_large").with("max", 100)]).into());
    }
    let plurals = ask.words("objects");
    let hits = caller
        .read(move |tx| {
            let keys = plurals.iter().map(|p| object_of(tx, p)).collect::<akrab_engine::Result<Vec<_>>>()?;
            tx.search(&q, (!keys.is_empty()).then_some(keys.as_slice()), limit)
        })
        .await?;
    Ok(answer(200, &json!({"data": hits.iter().map(shape::hit).collect::<Vec<_>>()})))
}

/// # Errors
/// `not_found` for what can be no id.
pub(super) fn record_id(text: &str) -> akrab_engine::Result<i64> {
    text.parse().ok().filter(|id| *id > 0).ok_or_else(Problem::not_found)
}

pub(super) fn with_etag(mut response: Response, version: i64) -> Response {
    if let Ok(value) = HeaderValue::from_str(&format!("\"{version}\"")) {
        response.headers_mut().insert(header::ETAG, value);
    }
    response
}
