//! Records, pages, events and changes as JSON.

use akrab_engine::told::Told;
use akrab_engine::{ChangeView, Event, GroupRow, Hit, List, Total};
use akrab_model::{Count, Field, FieldIx, FieldType, Record, Value};
use serde_json::{Map, Value as Json, json};

/// A record: its fields by key, ids of links, and beside them the titles of what they point to.
pub fn record(record: &Record) -> Json {
    some(record, |_| true)
}

/// A record with those of its fields that are wanted.
fn some(record: &Record, wanted: impl Fn(FieldIx) -> bool) -> Json {
    let mut map = Map::new();
    map.insert("id".into(), json!(record.id));
    map.insert("version".into(), json!(record.version));
    let mut titles = Map::new();
    let told = |f: &&Field| record.has(&f.key) && record.object.field_ix(&f.key).is_some_and(&wanted);
    for field in record.object.fields.iter().filter(told) {
        let value = match record.get(&field.key) {
            Value::Links(rows) => Json::Array(rows.iter().map(|r| r.to_json(field)).collect()),
            Value::Null if matches!(field.kind, FieldType::Links | FieldType::Choices) => json!([]),
            value => value.to_json(),
        };
        map.insert(field.key.clone(), value);
        if let Some(title) = record.link_title(&field.key) {
            titles.insert(field.key.clone(), json!(title));
        }
    }
    map.insert("titles".into(), Json::Object(titles));
    if let Some(at) = record.deleted_at {
        map.insert("deleted_at".into(), moment(at));
    }
    Json::Object(map)
}

/// The columns that were asked for, no others: `{"data": […], "next": …, "previous": …, "count": …, "count_is": "exact"|"above"}`
pub fn page(list: &List, count: Option<Count>) -> Json {
    json!({
        "data": list.records.iter().map(|one| some(one, |ix| list.columns.contains(&ix))).collect::<Vec<_>>(),
        "next": list.next,
        "previous": list.previous,
        "count": count.map(Count::shown),
        "count_is": count.map(|c| if matches!(c, Count::Exact(_)) { "exact" } else { "above" }),
    })
}

pub fn hit(hit: &Hit) -> Json {
    let subtitle: Vec<Json> = hit
        .object
        .subtitle
        .iter()
        .map(|ix| {
            let key = &hit.object.at(*ix).key;
            hit.record.link_title(key).map_or_else(|| hit.record.get(key).to_json(), |t| json!(t))
        })
        .filter(|v| !v.is_null())
        .collect();
    json!({"object": hit.object.plural, "id": hit.record.id, "title": hit.record.title(), "subtitle": subtitle})
}

pub fn change(change: &ChangeView) -> Json {
    let shifts: Map<String, Json> = change.shifts.iter().map(|s| (s.field.clone(), json!({"old": s.old, "new": s.new}))).collect();
    let told = change.told.as_ref();
    json!({"id": change.id, "at": moment(change.at), "actor": change.actor, "actor_name": change.actor_name, "door": change.door, "kind": change.kind, "fields": shifts,
        "approval": told.and_then(Told::approval),
        "file": told.and_then(Told::file),
        "passed": told.and_then(Told::passed),
    })
}

pub fn event(event: &Event) -> Json {
    json!({
        "id": event.id,
        "at": moment(event.at),
        "kind": event.kind,
        "object": event.source.object.plural,
        "record": record(&event.source),
        "change": event.change.as_ref().map(change),
    })
}

pub fn group(group: &GroupRow) -> Json {
    json!({"key": group.key.to_json(), "title": group.title, "count": group.count, "totals": group.totals.iter().map(total).collect::<Vec<_>>()})
}

pub fn total(total: &Total) -> Json {
    json!({"function": total.function, "field": total.field, "value": total.value.to_json()})
}

fn moment(micros: i64) -> Json {
    json!(jiff::Timestamp::from_microsecond(micros).map(|t| t.to_string()).unwrap_or_default())
}
