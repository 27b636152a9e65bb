//! Writing over the API. Each change runs once per `Idempotency-Key`.

use super::ask::{Ask, Body, if_match, once};
use super::read::{record_id, with_etag};
use super::{again, object_of, shape, strict, text};
use crate::{ApiCaller, Reply};
use akrab_engine::{Answer, Tx};
use akrab_model::{Record, RecordId};
use axum::extract::{Path, RawQuery};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::json;

pub async fn create(caller: ApiCaller, Path(object): Path<String>, RawQuery(query): RawQuery, headers: HeaderMap, body: Body) -> Reply {
    Ask::read(query.as_deref(), &[])?;
    let once = once(&headers, &format!("POST /{object}"), &body.bytes)?;
    let plural = object.clone();
    let answer = caller
        .write(move |tx| {
            let key = object_of(tx, &object)?;
            let answer = tx.once(once.as_ref(), |tx| {
                strict::kinds(tx, &key, &body.map)?;
                let id = tx.create(&key, &body.map)?;
                Ok((201, shape::record(&written(tx, &key, id)?).to_string()))
            })?;
            again::record(tx, &key, answer)
        })
        .await?;
    let id = field(&answer, "id");
    let mut response = kept(answer);
    if let Ok(value) = HeaderValue::from_str(&format!("/api/v1/{plural}/{id}")) {
        response.headers_mut().insert(header::LOCATION, value);
    }
    Ok(response)
}

pub async fn change(
    caller: ApiCaller,
    Path((object, id)): Path<(String, String)>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    body: Body,
) -> Reply {
    Ask::read(query.as_deref(), &[])?;
    let once = once(&headers, &format!("PATCH /{object}/{id}"), &body.bytes)?;
    let (id, version) = (record_id(&id)?, if_match(&headers)?);
    let answer = caller
        .write(move |tx| {
            let key = object_of(tx, &object)?;
            let answer = tx.once(once.as_ref(), |tx| {
                strict::kinds(tx, &key, &body.map)?;
                tx.update(&key, id, &body.map, version)?;
                Ok((200, shape::record(&written(tx, &key, id)?).to_string()))
            })?;
            again::record(tx, &key, answer)
        })
        .await?;
    Ok(kept(answer))
}

pub async fn delete(caller: ApiCaller, Path((object, id)): Path<(String, String)>, RawQuery(query): RawQuery, headers: HeaderMap) -> Reply {
    Ask::read(query.as_deref(), &[])?;
    let (id, version) = (record_id(&id)?, if_match(&headers)?);
    caller
        .write(move |tx| {
            let key = object_of(tx, &object)?;
            tx.delete(&key, id, version)
        })
        .await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// Actions of the object, and `restoration` from the bin.
pub async fn verb(
    caller: ApiCaller,
    Path((object, id, verb)): Path<(String, String, String)>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    body: Body,
) -> Reply {
    Ask::read(query.as_deref(), &[])?;
    let once = once(&headers, &format!("POST /{object}/{id}/{verb}"), &body.bytes)?;
    let (id, version) = (record_id(&id)?, if_match(&headers)?);
    let answer = caller
        .write(move |tx| {
            let key = object_of(tx, &object)?;
            let answer = tx.once(once.as_ref(), |tx| {
                tx.unchanged_since(&key, id, version)?;
                if verb == "restoration" {
                    tx.restore(&key, id)?;
                    return Ok((200, shape::record(&written(tx, &key, id)?).to_string()));
                }
                let outcome = tx.act(&key, id, &verb, &body.map)?;
                let made: Vec<_> =
                    outcome.made.iter().filter_map(|(o, id)| Some(json!({"object": tx.registry.object(o)?.plural, "id": id}))).collect();
                Ok((200, json!({"made": made}).to_string()))
            })?;
            again::record(tx, &key, answer)
        })
        .await?;
    Ok(kept(answer))
}

/// What was written, as far as the caller may see it now.
fn written(tx: &mut Tx, object: &str, id: RecordId) -> akrab_engine::Result<Record> {
    tx.get_own(object, id)
}

fn field(answer: &Answer, name: &str) -> i64 {
    serde_json::from_str::<serde_json::Value>(&answer.body).ok().and_then(|v| v[name].as_i64()).unwrap_or_default()
}

fn kept(answer: Answer) -> Response {
    let version = field(&answer, "version");
    let mut response = text(answer.status, answer.body);
    if answer.repeated {
        response.headers_mut().insert("idempotent-replayed", HeaderValue::from_static("true"));
    }
    if version > 0 { with_etag(response, version) } else { response }
}
