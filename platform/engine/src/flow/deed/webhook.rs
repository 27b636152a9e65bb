//! Calling an outside address. The call is put together and planned in the transaction of the step; the courier of the
//! webhooks signs and sends it, and its answer wakes the run.

use super::{At, Next, Took};
use crate::hook::{FLOW, FlowLetter, HookState};
use crate::identity::digest;
use crate::{Result, Tx};
use akrab_model::flow::{Calling, Content, OnMiss, Part, Piece, parts, pieces};
use akrab_model::{Field, Problem, ProblemKind, Value};
use akrab_store::{HookAttempt, HookDelivery, HookEvent, HookRow};
use serde_json::{Map, Value as Json, json};

/// The answer wakes the run; should it ever miss that, it looks again after so many microseconds.
const LOOK_AGAIN: i64 = 15 * 60 * 1_000_000;
/// Longest header, and largest body.
const HEADER: usize = 1_000;
const LARGEST: usize = 256 << 10;
/// So much of an answer stands in the log, in letters.
const ANSWER: usize = 300;

impl Tx<'_> {
    pub(super) fn flow_webhook(&mut self, at: &At<'_>, calling: &Calling) -> Result<Took> {
        // what the step has remembered since it planned its call
        let planned: Option<i64> = at.run.data.as_deref().and_then(|text| serde_json::from_str::<Json>(text).ok()?["delivery"].as_i64());
        let name = name(at);
        let known = match planned {
            Some(id) => self.conn.hook_delivery(id)?,
            None if at.trial => None,
            // a run that failed here and is tried again sends the same message, not another one
            None => self.conn.hook_letter(&name)?,
        };
        match (known, planned) {
            (Some((delivery, _)), None) if matches!(delivery.state, HookState::Dead | HookState::Left) => {
                self.conn.hook_again(delivery.hook, Some(delivery.id), self.ctx.micros())?;
                self.effects.told();
                Ok(self.waits(Json::Null, &delivery, true))
            }
            (Some((delivery, _)), _) => self.flow_answered(calling, &delivery),
            (None, Some(_)) => missed(calling, Problem::new(ProblemKind::Conflict, "flow_webhook_gone"), json!({})),
            (None, None) => self.flow_call(at, calling, name),
        }
    }

    /// Puts the call together and plans it.
    fn flow_call(&mut self, at: &At<'_>, calling: &Calling, name: String) -> Result<Took> {
        let engine = self.engine.clone();
        let hook = self.conn.hooks(None)?.into_iter().find(|hook| hook.id == calling.hook && engine.serves_flows(hook));
        let Some(hook) = hook else {
            return missed(calling, Problem::new(ProblemKind::Conflict, "flow_webhook_unknown"), json!({}));
        };
        let letter = self.flow_letter(at, calling)?;
        let headers: Vec<String> = letter.headers.iter().map(|(name, value)| format!("{name}: {value}")).collect();
        let address = format!("{}{}", open_part(&hook), letter.path);
        let mut input = json!({ "call-to": format!("{} {address}", letter.method.verb()), "call-body": letter.body });
        if !headers.is_empty() {
            input["call-headers"] = json!(headers);
        }
        if at.trial {
            return Ok(Took::told(input, json!({ "webhook": hook.name })));
        }
        let event = HookEvent {
            id: 0,
            name: name.clone(),
            kind: FLOW.into(),
            object: at.record.object.key.clone(),
            record: at.record.id,
            at: self.ctx.micros(),
            body: serde_json::to_string(&letter).map_err(Problem::internal)?,
        };
        self.conn.hook_tell(&event, &[hook.id])?;
        self.effects.told();
        let planned = self.conn.hook_letter(&name)?.ok_or_else(|| Problem::internal("a call of a flow was not kept"))?;
        Ok(self.waits(input, &planned.0, true))
    }

    fn waits(&self, input: Json, delivery: &HookDelivery, tell: bool) -> Took {
        let data = json!({ "delivery": delivery.id }).to_string();
        let next = Next::Wait { until: self.ctx.micros() + LOOK_AGAIN, listens: false, data, tell };
        Took { next, ..Took::told(input, json!({ "hook": delivery.hook, "delivery": delivery.id })) }
    }

    /// How far the call is, and what follows of it.
    fn flow_answered(&mut self, calling: &Calling, delivery: &HookDelivery) -> Result<Took> {
        let last = self.conn.hook_attempts(delivery.id, 1)?.pop();
        let mut result = json!({ "hook": delivery.hook, "delivery": delivery.id, "tries": delivery.attempts });
        if let Some(status) = last.as_ref().and_then(|last| last.status) {
            result["status"] = json!(status);
        }
        match delivery.state {
            HookState::Waiting | HookState::Taken => Ok(self.waits(Json::Null, delivery, false)),
            HookState::Done => {
                let answer = last.map(|last| answer(&last)).unwrap_or_default();
                if !answer.is_empty() {
                    result["answer"] = json!(answer);
                }
                Ok(Took::told(Json::Null, result))
            }
            HookState::Left => missed(calling, Problem::new(ProblemKind::Conflict, "flow_webhook_unknown"), result),
            HookState::Dead => {
                let problem = match last {
                    Some(HookAttempt { status: Some(status), .. }) => {
                        Problem::new(ProblemKind::Conflict, "flow_webhook_answer").with("status", status)
                    }
                    last => {
                        let detail = last.and_then(|last| last.detail.or(last.code)).unwrap_or_default();
                        Problem::new(ProblemKind::Conflict, "flow_webhook_silent").with("detail", detail)
                    }
                };
                missed(calling, problem, result)
            }
        }
    }

    /// The call with everything filled in.
    fn flow_letter(&mut self, at: &At<'_>, calling: &Calling) -> Result<FlowLetter> {
        let mut headers = Vec::new();
        for header in &calling.headers {
            // a header holds nothing but plain letters, and never the end of its line
            let letter = |c: char| if c.is_ascii_graphic() || c == ' ' { c } else { '?' };
            let value: String = self.flow_text(at, &header.value)?.chars().map(letter).take(HEADER).collect();
            headers.push((header.name.to_ascii_lowercase(), value.trim().to_string()));
        }
        let body = match &calling.content {
            Content::Fields(fields) => self.told_fields(at, fields)?,
            Content::Json(text) => self.told_json(at, text)?,
        };
        if body.len() > LARGEST {
            return Err(Problem::new(ProblemKind::Conflict, "flow_webhook_large").with("max", format!("{} KB", LARGEST >> 10)));
        }
        let path = self.told_path(at, &calling.path)?;
        Ok(FlowLetter { run: at.run.id, method: calling.method, path, headers, body, tries: calling.tries.into() })
    }

    /// Some fields, in the form in which all webhooks tell of records.
    fn told_fields(&mut self, at: &At<'_>, fields: &[String]) -> Result<String> {
        let mut record = Map::new();
        record.insert("id".into(), json!(at.record.id));
        for path in fields {
            record.insert(path.clone(), self.told_value(at, path)?);
        }
        let data = json!({ "object": at.record.object.plural, "id": at.record.id, "record": record });
        Ok(json!({ "type": format!("flow.{}", at.ready.key), "timestamp": self.ctx.now.timestamp(), "data": data }).to_string())
    }

    fn told_json(&mut self, at: &At<'_>, text: &str) -> Result<String> {
        let mut out = String::new();
        for piece in pieces(text) {
            match piece {
                Piece::Words(words) => out.push_str(words),
                Piece::Whole("id") => out.push_str(&at.record.id.to_string()),
                Piece::Whole(path) => out.push_str(&self.told_value(at, path)?.to_string()),
                Piece::Quoted(path) => {
                    let words = self.flow_text(at, &format!("{{{{{path}}}}}"))?;
                    let quoted = Json::String(words).to_string();
                    out.push_str(&quoted[1..quoted.len() - 1]);
                }
            }
        }
        Ok(out)
    }

    /// A field as programs read it.
    fn told_value(&mut self, at: &At<'_>, path: &str) -> Result<Json> {
        Ok(self.flow_path(at, path)?.map_or(Json::Null, |(field, value)| plain(&field, &value)))
    }

    /// What comes behind the address. What a field holds stays within its place: it can lead nowhere else.
    fn told_path(&mut self, at: &At<'_>, text: &str) -> Result<String> {
        let mut out = String::new();
        for part in parts(text) {
            match part {
                Part::Words(words) => out.push_str(words),
                Part::Field("id") => out.push_str(&at.record.id.to_string()),
                Part::Field(path) => {
                    let words = match self.told_value(at, path)? {
                        Json::Null => String::new(),
                        Json::String(text) => text,
                        other => other.to_string(),
                    };
                    out.extend(form_urlencoded::byte_serialize(words.as_bytes()).map(|part| part.replace('+', "%20")));
                }
            }
        }
        Ok(out)
    }
}

fn plain(field: &Field, value: &Value) -> Json {
    match value {
        Value::Links(rows) => rows.iter().map(|row| row.to_json(field)).collect(),
        value => value.to_json(),
    }
}

/// The `webhook-id`: the same for whatever is sent by this step of this run for this record.
fn name(at: &At<'_>) -> String {
    let record = &at.record;
    let whole = digest(&format!("flow {} {} {} {} {}", at.run.id, at.run.started, at.step.key, record.object.key, record.id));
    format!("msg_{}", &whole[..32])
}

/// Scheme and host of an address: the rest may be a secret.
fn open_part(hook: &HookRow) -> String {
    let (scheme, rest) = hook.url.split_once("://").unwrap_or(("https", &hook.url));
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let more = if rest.len() > host.len() + 1 { "/…" } else { "" };
    format!("{scheme}://{host}{more}")
}

/// The beginning of what was answered, without its headers.
fn answer(last: &HookAttempt) -> String {
    let body = last.answer.split_once("\n\n").map_or("", |(_, body)| body);
    body.trim().chars().take(ANSWER).collect()
}

/// The call came to nothing: the run fails by it, or says so and goes on.
fn missed(calling: &Calling, problem: Problem, mut result: Json) -> Result<Took> {
    match calling.otherwise {
        OnMiss::Fail => Err(problem),
        OnMiss::GoOn => {
            result["missed"] = json!({ "code": problem.code, "args": problem.args, "fields": [] });
            Ok(Took::told(Json::Null, result))
        }
    }
}
