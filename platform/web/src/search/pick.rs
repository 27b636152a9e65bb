//! `GET /pick/{object}?q=`: records for link pickers, the latest looked at first.

use crate::fail::Reply;
use crate::visit::Visit;
use akrab_engine::{ListRequest, Tx};
use akrab_model::filter::Op;
use akrab_model::object::FieldRight;
use akrab_model::text::fold;
use akrab_model::{Filter, Object, Record};
use axum::Json;
use axum::extract::{Path, Query};
use axum::response::IntoResponse;
use serde::{Deserialize, Serialize};
use std::collections::HashSet;

#[derive(Deserialize)]
pub(super) struct Asked {
    #[serde(default)]
    q: String,
    /// `object.field`: the link that is filled, which may take only some records.
    #[serde(default)]
    of: String,
    /// Whom something is handed to; that may be a service account.
    owner: Option<u8>,
}

/// One entry of a picker.
#[derive(Serialize)]
struct Found {
    value: String,
    label: String,
    /// Two fields that tell entries apart.
    detail: String,
}

const SHOWN: usize = 12;
/// Hits looked at where a link takes only some records.
const SEARCHED: usize = 200;
const WORDS: usize = 30;

/// `GET /pick/{object}/words/{field}?q=`: words people have added to a field.
pub(super) async fn words(visit: Visit, Path((name, field)): Path<(String, String)>, Query(asked): Query<Asked>) -> Reply {
    let words = visit.read(move |tx| tx.field_words(&name, &field, &asked.q, WORDS)).await?;
    let found: Vec<Found> = words.into_iter().map(|word| Found { value: word.clone(), label: word, detail: String::new() }).collect();
    Ok(Json(found).into_response())
}

pub(super) async fn show(visit: Visit, Path(name): Path<String>, Query(asked): Query<Asked>) -> Reply {
    let object = visit.ctx.object(&name)?;
    let look = visit.look();
    // whom records are handed to: the registry says which object its owner links lead to
    let owners = visit.registry().objects().find_map(|o| o.owner.and_then(|ix| o.at(ix).to));
    let offered = offered(&visit, &object, &asked.of);
    if owners == Some(object.ix) && (offered.is_none() || visit.rights().require_read(&object).is_err()) {
        return Ok(Json(people(&visit, &asked)).into_response());
    }
    visit.rights().require_read(&object)?;
    let records = visit.read(move |tx| find(tx, &object, asked.q.trim(), offered.as_ref())).await?;
    let found: Vec<Found> =
        records.iter().map(|r| Found { value: r.id.to_string(), label: r.title().to_string(), detail: look.subtitle(r) }).collect();
    Ok(Json(found).into_response())
}

/// What the link that is filled asks of the records it takes.
fn offered(visit: &Visit, object: &Object, of: &str) -> Option<Filter> {
    let (from, field) = of.split_once('.')?;
    let registry = visit.registry();
    let field = registry.object(from)?.field(field).filter(|field| field.to == Some(object.ix))?;
    Filter::from_json(field.must.as_ref()?).ok()
}

fn find(tx: &mut Tx, object: &Object, q: &str, offered: Option<&Filter>) -> akrab_engine::Result<Vec<Record>> {
    let mut request = ListRequest { object: object.key.clone(), columns: columns(tx, object), limit: SHOWN, ..ListRequest::default() };
    request.filter = offered.cloned();
    if !q.is_empty() {
        if object.decl.searchable {
            let wide = if offered.is_some() { SEARCHED } else { SHOWN };
            let hits = tx.search(q, Some(std::slice::from_ref(&object.key)), wide)?;
            let records: Vec<Record> = hits.into_iter().map(|hit| hit.record).collect();
            return among(tx, records, &request);
        }
        let title = Filter::test(&object.title_field().key, Op::Contains, q);
        request.filter = Some(Filter::All(offered.cloned().into_iter().chain([title]).collect()));
        return Ok(tx.list(&request)?.records);
    }
    let seen: Vec<Record> = tx.recents(50)?.into_iter().filter(|hit| hit.object.key == object.key).map(|hit| hit.record).collect();
    let mut records = among(tx, seen, &request)?;
    let known: HashSet<i64> = records.iter().map(|r| r.id).collect();
    request.sort = vec!["-updated_at".into()];
    records.extend(tx.list(&request)?.records.into_iter().filter(|r| !known.contains(&r.id)));
    records.truncate(SHOWN);
    Ok(records)
}

/// Those of these records that are offered, in their order, as many as are shown.
fn among(tx: &mut Tx, mut records: Vec<Record>, request: &ListRequest) -> akrab_engine::Result<Vec<Record>> {
    if let Some(offered) = &request.filter {
        let ids: Vec<i64> = records.iter().map(|record| record.id).collect();
        let known = Filter::test("id", Op::In, ids);
        let asked = ListRequest { filter: Some(Filter::All(vec![offered.clone(), known])), limit: SEARCHED, ..request.clone() };
        let fitting: HashSet<i64> = tx.list(&asked)?.records.iter().map(|record| record.id).collect();
        records.retain(|record| fitting.contains(&record.id));
    }
    records.truncate(SHOWN);
    Ok(records)
}

fn columns(tx: &Tx, object: &Object) -> Vec<String> {
    let shown = std::iter::once(object.title).chain(object.subtitle.iter().copied());
    shown.filter(|ix| tx.rights.field(object, *ix) > FieldRight::Hidden).map(|ix| object.at(ix).key.clone()).collect()
}

/// People come from memory, oneself first.
fn people(visit: &Visit, asked: &Asked) -> Vec<Found> {
    let wanted = fold(asked.q.trim());
    let people = visit.engine().people();
    let mut found: Vec<_> = people
        .users()
        .into_iter()
        .filter(|p| p.active && (!p.program || asked.owner.is_some()))
        .filter(|p| wanted.is_empty() || fold(&p.name).contains(&wanted) || p.email.contains(&wanted))
        .collect();
    // oneself first, then whose name or one of its words begins so
    let begins = |name: &str| fold(name).split(' ').any(|word| word.starts_with(&wanted));
    found.sort_by_key(|p| (p.id != visit.person.id || !wanted.is_empty(), !begins(&p.name)));
    found.truncate(20);
    found.into_iter().map(|p| Found { value: p.id.to_string(), label: p.name.clone(), detail: p.role.name.clone() }).collect()
}
