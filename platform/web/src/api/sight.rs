//! What stands in a window of days, and what lies where, over the API.

use super::ask::Ask;
use super::openapi::{READ, answers, query};
use super::{answer, object_of, shape};
use crate::{ApiCaller, Reply};
use akrab_engine::{AgendaRequest, Area, AreaFigures, AreaRequest, Areas, Entry, Moment, Result};
use akrab_model::object::{CalendarDecl, MapDecl};
use akrab_model::{FieldProblem, Filter, Object, Problem};
use axum::extract::{Path, RawQuery};
use jiff::civil::Date;
use serde_json::{Value as Json, json};

const AGENDA: &[&str] = &["filter", "q", "from", "to", "start", "end", "colour"];
const AREAS: &[&str] = &["filter", "q", "place", "amount"];

fn required(name: &str) -> Problem {
    Problem::invalid(vec![FieldProblem::new(name, "required")])
}

/// `GET /api/v1/{object}/agenda`: from a day up to, not including, another.
pub async fn agenda(caller: ApiCaller, Path(object): Path<String>, RawQuery(query): RawQuery) -> Reply {
    let ask = Ask::read(query.as_deref(), AGENDA)?;
    let day = |name: &str| -> Result<Date> { ask.parsed::<Date>(name)?.ok_or_else(|| required(name)) };
    let (from, to) = (day("from")?, day("to")?);
    let body = caller
        .read(move |tx| {
            let list = ask.list(&object_of(tx, &object)?)?;
            let object = tx.object(&list.object)?;
            let usual = object.calendar();
            let start = ask.text("start").or(usual.as_ref().map(|c| c.start.clone())).ok_or_else(|| required("start"))?;
            // what belongs to another beginning is not taken over
            let usual = usual.filter(|c| c.start == start);
            let calendar = CalendarDecl {
                end: ask.text("end").or(usual.as_ref().and_then(|c| c.end.clone())),
                colour: ask.text("colour").or(usual.and_then(|c| c.colour)),
                title: None,
                start,
            };
            let agenda = tx.agenda(&AgendaRequest { object: list.object, filter: list.filter, q: list.q, calendar, from, to })?;
            let zone = tx.ctx.now.time_zone().iana_name().map(str::to_string);
            let kinds: Vec<&str> = agenda.kinds.iter().map(|(key, _)| key.as_str()).collect();
            Ok(json!({"data": agenda.entries.iter().map(|one| entry(one, &kinds)).collect::<Vec<_>>(), "more": agenda.more, "zone": zone}))
        })
        .await?;
    Ok(answer(200, &body))
}

fn entry(entry: &Entry, kinds: &[&str]) -> Json {
    let moment = |moment: Moment| match moment {
        Moment::Day(day) => json!(day.to_string()),
        Moment::At(at) => json!(at.to_string()),
    };
    json!({
        "id": entry.record.id,
        "title": entry.record.title(),
        "start": moment(entry.start),
        "end": entry.end.map(moment),
        "all_day": matches!(entry.start, Moment::Day(_)),
        "kind": entry.kind.and_then(|kind| kinds.get(kind)),
        "done": entry.done,
        "record": shape::record(&entry.record),
    })
}

/// `GET /api/v1/{object}/areas`: records by province and regency.
pub async fn areas(caller: ApiCaller, Path(object): Path<String>, RawQuery(query): RawQuery) -> Reply {
    let ask = Ask::read(query.as_deref(), AREAS)?;
    let body = caller
        .read(move |tx| {
            let list = ask.list(&object_of(tx, &object)?)?;
            let object = tx.object(&list.object)?;
            let usual = tx.registry.map_of(&object);
            let place = ask.text("place").or(usual.as_ref().map(|m| m.place.clone())).ok_or_else(|| required("place"))?;
            let map = MapDecl { place, amount: ask.text("amount") };
            Ok(told(&tx.areas(&AreaRequest { object: list.object, filter: list.filter, q: list.q, map })?))
        })
        .await?;
    Ok(answer(200, &body))
}

fn figures(code: &str, name: &str, figures: AreaFigures, filter: Option<&Filter>) -> Json {
    json!({"code": code, "name": name, "count": figures.count, "sum": figures.sum.map(akrab_model::value::plain), "filter": filter.map(Filter::to_json)})
}

fn told(areas: &Areas) -> Json {
    let regency = |a: &Area<akrab_model::area::Regency>| figures(a.what.code, a.what.name, a.figures, Some(&a.filter));
    let province = |a: &Area<akrab_model::area::Province>| {
        let mut one = figures(a.what.code, a.what.name, a.figures, Some(&a.filter));
        one["iso"] = json!(a.what.iso);
        one["regencies"] = a.regencies.iter().map(regency).collect();
        one
    };
    json!({
        "data": areas.provinces.iter().map(province).collect::<Vec<_>>(),
        "unknown": areas.unknown.iter().take(100).map(|(words, f)| json!({"written": words, "count": f.count})).collect::<Vec<_>>(),
        "nowhere": areas.nowhere.count,
        "total": areas.total.count,
        "more": areas.more,
    })
}

/// The object's part of the OpenAPI document.
pub(super) fn describe(object: &Object) -> [(String, Json); 2] {
    let list = || {
        vec![
            query("filter", "Filter tree as JSON", json!({"type": "string", "maxLength": 20_000})),
            query("q", "Words to search for", json!({"type": "string", "maxLength": 200})),
        ]
    };
    let text = || json!({"type": "string", "maxLength": 200});
    let day = |name: &str, words: &str| json!({"name": name, "in": "query", "required": true, "description": words, "schema": {"type": "string", "format": "date"}});
    let mut window = list();
    window.extend([
        day("from", "First day, in your time zone"),
        day("to", "Day after the last one; at most 400 days later"),
        query("start", "Date field the records stand at; that of the calendar when left out", text()),
        query("end", "Date or duration field they end by", text()),
        query("colour", "Choice or stage given as kind", text()),
    ]);
    let mut places = list();
    places.extend([
        query("place", "Address: address, account.address; that of the map when left out", text()),
        query("amount", "Number field to sum up", text()),
    ]);
    let moment = json!({"type": "string", "description": "A day, or a moment in UTC"});
    let entry = json!({"type": "object", "required": ["id", "title", "start", "end", "all_day", "kind", "done", "record"], "properties": {
        "id": {"type": "integer"}, "title": {"type": "string"}, "start": moment, "end": {"type": ["string", "null"]},
        "all_day": {"type": "boolean"}, "kind": {"type": ["string", "null"]}, "done": {"type": "boolean"}, "record": {"type": "object"}}});
    let agenda = json!({"type": "object", "required": ["data", "more", "zone"], "properties": {
        "data": {"type": "array", "items": entry}, "more": {"type": "boolean"}, "zone": {"type": ["string", "null"]}}});
    let area = json!({"type": "object", "required": ["code", "name", "count", "sum", "filter"], "properties": {
        "code": {"type": "string"}, "iso": {"type": "string"}, "name": {"type": "string"}, "count": {"type": "integer"},
        "sum": {"type": ["string", "null"]}, "filter": {}, "regencies": {"type": "array"}}});
    let areas = json!({"type": "object", "required": ["data", "unknown", "nowhere", "total", "more"], "properties": {
        "data": {"type": "array", "items": area}, "unknown": {"type": "array"}, "nowhere": {"type": "integer"},
        "total": {"type": "integer"}, "more": {"type": "boolean"}}});
    let get = |name: &str, summary: &str, parameters: Vec<Json>, answer: Json| {
        let operation = json!({"operationId": format!("{}_{name}", object.key), "tags": [object.plural], "summary": summary,
            "parameters": parameters, "responses": answers("200", answer, READ)});
        (format!("/api/v1/{}/{name}", object.plural), json!({ "get": operation }))
    };
    [
        get("agenda", "Records of a window of days, at most 500", window, agenda),
        get("areas", "Records by province and regency", places, areas),
    ]
}
