//! Approvals over the API: those there are, asking for one, deciding.

use super::ask::{Ask, Body, once};
use super::openapi::{READ, WRITE, answers, body, query};
use super::{answer, object_of};
use crate::form::one_of;
use crate::{ApiCaller, Reply};
use akrab_engine::approval::{Approval, ApprovalFilter, Decision, State, Verdict, Whose};
use akrab_engine::{Once, Tx};
use akrab_model::{FieldProblem, Problem};
use axum::extract::{Path, RawQuery};
use axum::http::{HeaderMap, HeaderValue};
use serde_json::{Map, Value as Json, json};

/// `GET /api/v1/approvals`
pub async fn list(caller: ApiCaller, RawQuery(query): RawQuery) -> Reply {
    caller.ctx.require_whole()?;
    let ask = Ask::read(query.as_deref(), &["whose", "state", "rule", "object", "person", "before", "limit"])?;
    let limit = ask.parsed::<usize>("limit")?.unwrap_or(50);
    if !(1..=200).contains(&limit) {
        return Err(Problem::invalid(vec![FieldProblem::new("limit", "too_large").with("max", 200)]).into());
    }
    let whose: Whose = match ask.text("whose") {
        Some(word) => one_of("whose", &word)?,
        None => Whose::All,
    };
    let state = ask.text("state").map(|key| State::of(&key).ok_or_else(|| no_such("state"))).transpose()?;
    let object = ask.text("object");
    let mut filter = ApprovalFilter {
        states: state.into_iter().collect(),
        rule: ask.text("rule"),
        person: ask.parsed("person")?,
        requester: (whose == Whose::Asked).then(|| caller.ctx.user_id()).flatten(),
        before: ask.before()?,
        limit,
        ..ApprovalFilter::default()
    };
    let (found, next) = caller
        .read(move |tx| {
            filter.object = object.map(|plural| object_of(tx, &plural)).transpose()?;
            if whose == Whose::Waiting { Ok((tx.approvals_waiting()?, None)) } else { tx.approvals_find(&filter) }
        })
        .await?;
    let lang = caller.ctx.lang_key();
    Ok(answer(200, &json!({ "data": found.iter().map(|one| told(one, lang)).collect::<Vec<_>>(), "next": next })))
}

fn no_such(name: &str) -> Problem {
    Problem::invalid(vec![FieldProblem::new(name, "unknown_choice")])
}

/// `GET /api/v1/approvals/{approval}`
pub async fn one(caller: ApiCaller, Path(id): Path<String>, RawQuery(query): RawQuery) -> Reply {
    caller.ctx.require_whole()?;
    Ask::read(query.as_deref(), &[])?;
    let id = super::read::record_id(&id)?;
    let found = caller.read(move |tx| tx.approval(id)).await?;
    Ok(answer(200, &told(&found, caller.ctx.lang_key())))
}

/// `POST /api/v1/approvals`: asks for one.
pub async fn ask(caller: ApiCaller, headers: HeaderMap, RawQuery(query): RawQuery, asked: Body) -> Reply {
    caller.ctx.require_whole()?;
    Ask::read(query.as_deref(), &[])?;
    known(&asked, &["object", "id", "rule", "note"])?;
    let once = once(&headers, "POST /api/v1/approvals", &asked.bytes)?;
    let (plural, rule, note) = (text(&asked, "object")?, text(&asked, "rule")?, text(&asked, "note")?);
    let id = asked.map.get("id").and_then(Json::as_i64).ok_or_else(|| Problem::invalid(vec![FieldProblem::new("id", "required")]))?;
    let lang = caller.ctx.lang_key();
    let write = move |tx: &mut Tx| {
        let object = object_of(tx, &plural)?;
        let made = tx.approval_ask(&object, id, &rule, &note, None)?;
        Ok(told(&tx.approval(made)?, lang))
    };
    kept(&caller, once, 201, write).await
}

/// `POST /api/v1/approvals/{approval}/{verb}`: `approve`, `refuse`, `return`, `withdraw`.
pub async fn verb(
    caller: ApiCaller,
    headers: HeaderMap,
    Path((id, verb)): Path<(String, String)>,
    RawQuery(query): RawQuery,
    asked: Body,
) -> Reply {
    caller.ctx.require_whole()?;
    Ask::read(query.as_deref(), &[])?;
    let number = super::read::record_id(&id)?;
    let once = once(&headers, &format!("POST /api/v1/approvals/{id}/{verb}"), &asked.bytes)?;
    let lang = caller.ctx.lang_key();
    if verb == "withdraw" {
        known(&asked, &[])?;
        let write = move |tx: &mut Tx| {
            tx.approval_withdraw(number)?;
            Ok(told(&tx.approval(number)?, lang))
        };
        return kept(&caller, once, 200, write).await;
    }
    let verdict = Verdict::of(&verb).ok_or_else(Problem::not_found)?;
    known(&asked, &["step", "reason", "note"])?;
    let step = match asked.map.get("step") {
        None | Some(Json::Null) => None,
        // the API counts from 1, as people do
        Some(step) => {
            Some(step.as_i64().filter(|n| *n > 0).ok_or_else(|| Problem::invalid(vec![FieldProblem::new("step", "wrong_type")]))? - 1)
        }
    };
    let decision = Decision::new(verdict).because(&text(&asked, "reason")?, &text(&asked, "note")?).of_step(step);
    let write = move |tx: &mut Tx| {
        tx.approval_decide(number, &decision)?;
        Ok(told(&tx.approval(number)?, lang))
    };
    kept(&caller, once, 200, write).await
}

/// Does it once under its key, where one is given. An answer given again is of the moment it is given.
async fn kept(
    caller: &ApiCaller,
    once: Option<Once>,
    status: u16,
    write: impl Fn(&mut Tx) -> akrab_engine::Result<Json> + Send + Sync + 'static,
) -> Reply {
    let lang = caller.ctx.lang_key();
    let answered = caller.write(move |tx| {
        let mut answered = tx.once(once.as_ref(), |tx| Ok((status, write(tx)?.to_string())))?;
        if answered.repeated {
            let first: Json = serde_json::from_str(&answered.body).unwrap_or_default();
            answered.body = told(&tx.approval(first["id"].as_i64().unwrap_or_default())?, lang).to_string();
        }
        Ok(answered)
    });
    let answered = answered.await?;
    let mut response = super::text(answered.status, answered.body);
    if answered.repeated {
        response.headers_mut().insert("idempotent-replayed", HeaderValue::from_static("true"));
    }
    Ok(response)
}

fn known(asked: &Body, names: &[&str]) -> Result<(), Problem> {
    match asked.map.keys().find(|key| !names.contains(&key.as_str())) {
        Some(key) => Err(Problem::invalid(vec![FieldProblem::new(key, "unknown_field").with("field", key)])),
        None => Ok(()),
    }
}

fn text(asked: &Body, name: &str) -> Result<String, Problem> {
    match asked.map.get(name) {
        None | Some(Json::Null) => Ok(String::new()),
        Some(Json::String(text)) => Ok(text.clone()),
        Some(_) => Err(Problem::invalid(vec![FieldProblem::new(name, "wrong_type")])),
    }
}

fn told(one: &Approval, lang: &str) -> Json {
    let seat = |open: bool| {
        let seats = one.seats.iter().filter(move |s| s.step == one.step && s.open == open);
        seats.map(|s| json!({"person": s.person, "name": s.name, "stands_for": s.stands_for})).collect::<Vec<_>>()
    };
    let decisions = one.decisions.iter().map(|d| {
        json!({
            "step": d.step + 1, "person": d.person, "name": d.name, "stands_for": d.stands_for, "verdict": d.verdict.key(),
            "reason": d.reason.as_ref().map(|r| r.get(lang)), "note": d.note, "at": d.at.to_string(), "door": d.door,
        })
    });
    json!({
        "id": one.id, "rule": one.rule, "name": one.plan.name.get(lang), "state": one.state.key(),
        "object": one.record.object.plural, "record": one.record.id, "title": one.record.title(),
        "value": one.value.map(|v| v.normalize().to_string()), "note": one.note, "requester": one.requester,
        "step": one.step + 1, "steps": one.plan.steps.len(), "asked_at": one.asked_at.to_string(),
        "due_at": one.due_at.map(|at| at.to_string()), "ended_at": one.ended_at.map(|at| at.to_string()), "fallback": one.fallen,
        "waits_for": seat(true), "decisions": decisions.collect::<Vec<_>>(),
        "reasons": one.plan.reasons.iter().map(|r| json!({"key": r.key, "label": r.label.get(lang)})).collect::<Vec<_>>(),
        "may_decide": one.may_decide.is_some(), "replaced_by": one.next,
    })
}

/// These addresses in the OpenAPI document.
pub(super) fn describe(paths: &mut Map<String, Json>) {
    let states: Vec<&str> = State::ALL.iter().map(|state| state.key()).collect();
    let (id, text) =
        (json!({"type": "integer", "minimum": 1, "maximum": i64::MAX}), |max: i64| json!({"type": "string", "maxLength": max}));
    let moment = json!({"type": ["string", "null"], "format": "date-time"});
    let one = json!({"type": "object", "required": ["id", "rule", "name", "state", "object", "record", "title", "step", "steps", "asked_at", "waits_for", "decisions", "may_decide"], "properties": {
        "id": {"type": "integer"}, "rule": {"type": "string"}, "name": {"type": "string"}, "state": {"enum": states}, "object": {"type": "string"},
        "record": {"type": "integer"}, "title": {"type": "string"}, "value": {"type": ["string", "null"]}, "note": {"type": "string"},
        "requester": {"type": ["integer", "null"]}, "step": {"type": "integer"}, "steps": {"type": "integer"}, "asked_at": {"type": "string", "format": "date-time"},
        "due_at": moment, "ended_at": moment, "fallback": {"type": "boolean"}, "waits_for": {"type": "array"}, "decisions": {"type": "array"},
        "reasons": {"type": "array"}, "may_decide": {"type": "boolean"}, "replaced_by": {"type": ["integer", "null"]}}});
    let page = json!({"type": "object", "required": ["data", "next"], "properties": {"data": {"type": "array", "items": one}, "next": {"type": ["integer", "null"]}}});
    let key = json!({"$ref": "#/components/parameters/idempotency_key"});
    let wanted = json!({"type": "object", "required": ["object", "id", "rule"], "additionalProperties": false, "properties": {
        "object": text(60), "id": id, "rule": text(60), "note": text(2_000)}});
    paths.insert(
        "/api/v1/approvals".into(),
        json!({
            "get": {"operationId": "approvals", "tags": ["approvals"], "summary": "Approvals about records the user may see, newest first",
                "parameters": [
                    query("whose", "waiting: those the user may decide now; asked: those he asked for; all when absent", json!({"enum": ["waiting", "asked", "all"]})),
                    query("state", "Only those in this state", json!({"enum": states})),
                    query("rule", "Key of a rule", text(60)),
                    query("object", "Plural key of an object", text(60)),
                    query("person", "Id of a user who may or might have decided", id.clone()),
                    query("before", "Id of an approval: those before it", id.clone()),
                    query("limit", "Most approvals, 50 when absent", json!({"type": "integer", "minimum": 1, "maximum": 200})),
                ],
                "responses": answers("200", page, READ)},
            "post": {"operationId": "approval_ask", "tags": ["approvals"], "summary": "Ask for the approval of a record by a rule",
                "parameters": [key], "requestBody": body(wanted), "responses": answers("201", one.clone(), WRITE)},
        }),
    );
    let path = json!([{"name": "approval", "in": "path", "required": true, "schema": id}]);
    paths.insert(
        "/api/v1/approvals/{approval}".into(),
        json!({"parameters": path, "get": {"operationId": "approval", "tags": ["approvals"], "summary": "Where an approval stands, who is waited for, what was said",
            "responses": answers("200", one.clone(), READ)}}),
    );
    let verbs = [
        ("approve", "Say yes, in one's own name or that of somebody one acts for"),
        ("refuse", "Say no, with one of the rule's reasons"),
        ("return", "Send it back to be mended, with one of the rule's reasons"),
        ("withdraw", "Take back what one has asked for"),
    ];
    for (verb, summary) in verbs {
        let mut properties = json!({});
        if verb != "withdraw" {
            properties = json!({"step": {"type": ["integer", "null"], "minimum": 1}, "reason": text(60), "note": text(2_000)});
        }
        let mut asked = body(json!({"type": "object", "additionalProperties": false, "properties": properties}));
        asked["required"] = json!(false);
        paths.insert(
            format!("/api/v1/approvals/{{approval}}/{verb}"),
            json!({"parameters": path, "post": {"operationId": format!("approval_{verb}"), "tags": ["approvals"], "summary": summary,
                "parameters": [key], "requestBody": asked, "responses": answers("200", one.clone(), WRITE)}}),
        );
    }
}
