//! Policies over the API: how they stand, what breaks them, and what is made of a breach.

use super::answer;
use super::ask::{Ask, Body};
use super::openapi::{READ, WRITE, answers, body, query};
use crate::{ApiCaller, Reply};
use akrab_engine::policy::{BreachRow, Saying, Severity, Standing, Whose};
use akrab_model::{FieldProblem, Problem};
use axum::extract::{Path, RawQuery};
use jiff::Timestamp;
use serde_json::{Map, Value as Json, json};

/// `GET /api/v1/policies`
pub async fn list(caller: ApiCaller, RawQuery(query): RawQuery) -> Reply {
    caller.ctx.require_whole()?;
    let ask = Ask::read(query.as_deref(), &["person", "team"])?;
    let whose = whose(&ask)?;
    let found = caller.read(move |tx| tx.policies_standing(whose)).await?;
    let lang = caller.ctx.lang_key();
    Ok(answer(200, &json!({ "data": found.iter().map(|one| told(one, lang)).collect::<Vec<_>>() })))
}

fn whose(ask: &Ask) -> Result<Whose, Problem> {
    Ok(match (ask.text("person").as_deref(), ask.parsed::<i64>("team")?) {
        (Some("none"), _) => Whose::Nobody,
        (Some(_), _) => Whose::Person(ask.parsed("person")?.unwrap_or_default()),
        (None, Some(team)) => Whose::Team(team),
        (None, None) => Whose::All,
    })
}

/// `GET /api/v1/policies/{policy}/breaches`
pub async fn breaches(caller: ApiCaller, Path(key): Path<String>, RawQuery(query): RawQuery) -> Reply {
    caller.ctx.require_whole()?;
    let ask = Ask::read(query.as_deref(), &["person", "team", "quiet", "after", "limit"])?;
    let limit = ask.parsed::<usize>("limit")?.unwrap_or(50);
    if !(1..=200).contains(&limit) {
        return Err(Problem::invalid(vec![FieldProblem::new("limit", "too_large").with("max", 200)]).into());
    }
    let (whose, after) = (whose(&ask)?, ask.parsed::<i64>("after")?);
    let quiet = ask.parsed::<bool>("quiet")?.unwrap_or(false);
    let page = caller.read(move |tx| tx.policy_records(&key, whose, quiet, after, limit)).await?;
    let data: Vec<Json> = page
        .records
        .iter()
        .map(|one| json!({"record": one.id, "title": one.title, "owner": one.owner, "breach": one.breach.as_ref().map(breach)}))
        .collect();
    Ok(answer(200, &json!({ "data": data, "next": page.next })))
}

/// `POST /api/v1/policies/{policy}/breaches/{record}`: `seen`, `until`, `mute` or `again`.
pub async fn say(caller: ApiCaller, Path((key, record)): Path<(String, String)>, RawQuery(query): RawQuery, asked: Body) -> Reply {
    caller.ctx.require_whole()?;
    Ask::read(query.as_deref(), &[])?;
    let id = super::read::record_id(&record)?;
    if let Some(key) = asked.map.keys().find(|key| !["say", "useful", "until", "note"].contains(&key.as_str())) {
        return Err(Problem::invalid(vec![FieldProblem::new(key, "unknown_field").with("field", key)]).into());
    }
    let text = |name: &str| asked.map.get(name).and_then(Json::as_str).unwrap_or_default().to_string();
    let saying = match text("say").as_str() {
        "seen" => Saying::Seen { useful: asked.map.get("useful").and_then(Json::as_bool) },
        "until" => {
            let until = text("until").parse::<Timestamp>().map_err(|_| Problem::invalid(vec![FieldProblem::new("until", "not_a_date")]))?;
            Saying::Until { until, note: text("note") }
        }
        "mute" => Saying::Mute { note: text("note") },
        "again" => Saying::Again,
        other => return Err(Problem::invalid(vec![FieldProblem::new("say", "unknown_choice").with("value", other)]).into()),
    };
    let said = caller.write(move |tx| tx.breach_say(&key, id, &saying)).await?;
    Ok(answer(200, &said.breach.as_ref().map_or(Json::Null, breach)))
}

fn told(one: &Standing, lang: &str) -> Json {
    let decl = &one.policy.decl;
    json!({"key": one.policy.key, "name": decl.name.get(lang), "object": decl.object, "severity": decl.severity.key(), "advice": decl.advice.get(lang),
        "must": decl.must, "broken": one.broken, "mine": one.mine, "quiet": one.quiet, "precision": one.precision(), "wants_review": one.wants_review()})
}

fn breach(b: &BreachRow) -> Json {
    let moment = |micros: i64| Timestamp::from_microsecond(micros).map(|at| at.to_string()).ok();
    json!({"since": moment(b.opened_at), "person": b.person, "told": b.told, "seen_by": b.seen_by, "seen_at": b.seen_at.and_then(moment),
        "useful": b.useful, "until": b.until_at.and_then(moment), "muted": b.muted, "note": b.note})
}

/// These addresses in the OpenAPI document.
pub(super) fn describe(paths: &mut Map<String, Json>) {
    let severities: Vec<&str> = Severity::ALL.iter().map(|one| one.key()).collect();
    let id = json!({"type": "integer", "minimum": 1, "maximum": i64::MAX});
    let person = query("person", "Id of a user: only his records; none for nobody's", json!({"type": "string", "maxLength": 20}));
    let team = query("team", "Id of a team: only its members' records", id.clone());
    let one = json!({"type": "object", "required": ["key", "name", "object", "severity", "broken", "mine", "quiet"], "properties": {
        "key": {"type": "string"}, "name": {"type": "string"}, "object": {"type": "string"}, "severity": {"enum": severities}, "advice": {"type": "string"},
        "must": {"type": "object"}, "broken": {"type": "integer"}, "mine": {"type": "integer"}, "quiet": {"type": "integer"},
        "precision": {"type": ["integer", "null"]}, "wants_review": {"type": "boolean"}}});
    let all = json!({"type": "object", "required": ["data"], "properties": {"data": {"type": "array", "items": one}}});
    paths.insert(
        "/api/v1/policies".into(),
        json!({"get": {"operationId": "policies", "tags": ["policies"], "summary": "Policies and how many records the user sees break them now",
            "parameters": [person, team], "responses": answers("200", all, READ)}}),
    );
    let key = json!({"name": "policy", "in": "path", "required": true, "schema": {"type": "string", "maxLength": 40}});
    let said = json!({"type": ["object", "null"], "properties": {
        "since": {"type": ["string", "null"], "format": "date-time"}, "person": {"type": ["integer", "null"]}, "told": {"type": "boolean"},
        "seen_by": {"type": ["integer", "null"]}, "seen_at": {"type": ["string", "null"]}, "useful": {"type": ["boolean", "null"]},
        "until": {"type": ["string", "null"]}, "muted": {"type": "boolean"}, "note": {"type": "string"}}});
    let record = json!({"type": "object", "required": ["record", "title"], "properties": {
        "record": {"type": "integer"}, "title": {"type": "string"}, "owner": {"type": ["integer", "null"]}, "breach": said}});
    let page = json!({"type": "object", "required": ["data", "next"], "properties": {"data": {"type": "array", "items": record}, "next": {"type": ["integer", "null"]}}});
    paths.insert(
        "/api/v1/policies/{policy}/breaches".into(),
        json!({"parameters": [key], "get": {"operationId": "breaches", "tags": ["policies"], "summary": "Records that break a policy now, by their id",
            "parameters": [
                person, team,
                query("quiet", "Those put off or left out instead of the others", json!({"type": "boolean"})),
                query("after", "Id of a record: those after it", id.clone()),
                query("limit", "Most records, 50 when absent", json!({"type": "integer", "minimum": 1, "maximum": 200})),
            ],
            "responses": answers("200", page, READ)}}),
    );
    let wanted = json!({"type": "object", "required": ["say"], "additionalProperties": false, "properties": {
        "say": {"enum": ["seen", "until", "mute", "again"]}, "useful": {"type": ["boolean", "null"]}, "until": {"type": "string", "maxLength": 40},
        "note": {"type": "string", "maxLength": 500}}});
    paths.insert(
        "/api/v1/policies/{policy}/breaches/{record}".into(),
        json!({"parameters": [key, {"name": "record", "in": "path", "required": true, "schema": id}],
            "post": {"operationId": "breach_say", "tags": ["policies"], "summary": "Take note of a breach, put it off, leave it out, or count it again",
            "requestBody": body(wanted), "responses": answers("200", said, WRITE)}}),
    );
}
