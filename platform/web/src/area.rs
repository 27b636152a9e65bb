//! `GET /areas/{object}/{field}?q=`: what the part of an address that is typed may be.
//!
//! Provinces, regencies and cities come from the official list; districts, villages and postcodes from addresses the
//! workspace has, as far as whoever asks may read them.

use crate::fail::Reply;
use crate::route::{Router, get};
use crate::visit::Visit;
use akrab_engine::{ListRequest, Tx};
use akrab_model::area::{self, Regency};
use akrab_model::filter::Op;
use akrab_model::object::FieldRight;
use akrab_model::text::fold;
use akrab_model::{Filter, Problem};
use axum::Json;
use axum::extract::{Path, Query};
use axum::response::IntoResponse;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// Suggestions at once, and records looked through for them.
const SHOWN: usize = 12;
const READ: usize = 100;

#[inline(always)]
pub fn routes() -> Router {
    Router::new().route("/areas/{object}/{field}", get(show))
}

/// What is typed, and what the form says of the rest of the address.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Asked {
    q: String,
    city: String,
    province: String,
}

/// A suggestion; `province` is filled in with a city.
#[derive(Serialize)]
struct Found {
    value: String,
    province: String,
}

async fn show(visit: Visit, Path((object, field)): Path<(String, String)>, Query(asked): Query<Asked>) -> Reply {
    let object = visit.ctx.object(&object)?;
    visit.rights().require_read(&object)?;
    let part = field.rsplit_once('_').map_or("", |(_, part)| part).to_string();
    let wanted = fold(asked.q.trim());
    let found = match part.as_str() {
        "province" => area::provinces().iter().filter(|one| matches(one.name, &wanted)).map(|one| alone(one.name)).take(SHOWN).collect(),
        "city" => cities(&wanted, &asked.province),
        "district" | "village" | "postcode" => {
            let key = field.clone();
            visit.read(move |tx| known(tx, &key, &asked)).await?.into_iter().map(|value| alone(&value)).collect()
        }
        _ => return Err(Problem::not_found().into()),
    };
    let found: Vec<Found> = found;
    Ok(Json(found).into_response())
}

fn alone(value: &str) -> Found {
    Found { value: value.into(), province: String::new() }
}

/// Each word that is typed begins a word of the name.
fn matches(name: &str, wanted: &str) -> bool {
    let name = fold(name);
    wanted.split_whitespace().all(|word| name.split_whitespace().any(|part| part.starts_with(word)))
}

fn cities(wanted: &str, province: &str) -> Vec<Found> {
    let within = area::province_named(province).map(|one| one.code);
    let all = area::provinces().iter().filter(|one| within.is_none_or(|code| one.code == code));
    let found = |one: &'static Regency, province: &str| Found { value: one.name.into(), province: province.into() };
    all.flat_map(|one| area::regencies(one.code).filter(|city| matches(city.name, wanted)).map(|city| found(city, one.name)))
        .take(SHOWN)
        .collect()
}

/// Values of this part in addresses of the workspace, within the city if that is said.
fn known(tx: &mut Tx, key: &str, asked: &Asked) -> akrab_engine::Result<BTreeSet<String>> {
    let mut found = BTreeSet::new();
    let Some((whole, _)) = key.rsplit_once('_') else { return Ok(found) };
    for object in tx.registry.clone().objects().filter(|object| !object.is_system()) {
        let readable = |key: &str| object.field_ix(key).is_some_and(|ix| tx.rights.field(object, ix) > FieldRight::Hidden);
        let city = format!("{whole}_city");
        if !readable(key) || !readable(&city) || tx.rights.require_read(object).is_err() {
            continue;
        }
        let mut all = match asked.q.trim() {
            "" => vec![Filter::test(key, Op::NotEmpty, true)],
            typed => vec![Filter::test(key, Op::StartsWith, typed)],
        };
        if !asked.city.trim().is_empty() {
            all.push(Filter::test(&city, Op::Is, asked.city.trim()));
        }
        let request = ListRequest {
            object: object.key.clone(),
            filter: Some(Filter::All(all)),
            columns: vec![key.into()],
            limit: READ,
            ..ListRequest::default()
        };
        found.extend(tx.list(&request)?.records.iter().map(|record| record.text(key).to_string()).filter(|value| !value.is_empty()));
        if found.len() >= SHOWN {
            break;
        }
    }
    Ok(found.into_iter().take(SHOWN).collect())
}
