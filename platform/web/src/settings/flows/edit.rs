//! Changes made in the editor. Each is kept in the draft, which counts for nothing until it is published.

use super::form::Reader;
use crate::fail::{Fail, Reply};
use crate::flash::Flash;
use crate::form::Fields;
use crate::visit::Visit;
use akrab_engine::flow::{AfterApproval, Came, Deed, Flow, Spot, Step, Until, Way};
use akrab_model::problem::ProblemKind;
use akrab_model::{Filter, Problem};
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use serde_json::json;

type At = Path<String>;

fn href(key: &str, step: &str) -> String {
    if step.is_empty() { format!("/settings/flows/{key}") } else { format!("/settings/flows/{key}?step={}", crate::fail::encode(step)) }
}

/// Changes the draft of a flow.
async fn change<T: Send + 'static>(
    visit: &Visit,
    key: &str,
    known: Option<i64>,
    f: impl Fn(&mut Flow) -> Result<T, Problem> + Send + Sync + 'static,
) -> Result<T, Fail> {
    let key = key.to_string();
    visit
        .write(move |tx| {
            let mut flow = tx.flow_draft(&key)?.flow;
            let value = f(&mut flow)?;
            tx.flow_write_draft(&key, &flow, known)?;
            Ok(value)
        })
        .await
}

fn known(fields: &Fields) -> Option<i64> {
    fields.text("known").parse().ok()
}

/// What was typed cannot be taken: told where the person is.
fn refused(visit: &Visit, fail: Fail, back: &str) -> Reply {
    match fail.problem.kind {
        ProblemKind::Invalid | ProblemKind::Conflict => {
            let words = crate::fail::field_errors(visit.t, &fail.problem).into_iter().map(|(_, words)| words).collect::<Vec<_>>().join(" ");
            visit.go(back, Flash::bad(words))
        }
        _ => Err(fail),
    }
}

/// `POST /settings/flows/{key}/trigger`
pub(super) async fn trigger(visit: Visit, Path(key): At, fields: Fields) -> Reply {
    let (look, seen) = (visit.look(), known(&fields));
    let done = change(&visit, &key, seen, move |flow| {
        *flow = Reader { look: &look, fields: &fields }.trigger(flow.clone())?;
        Ok(())
    });
    match done.await {
        Ok(()) => visit.go(&href(&key, ""), Flash::ok(visit.t.get("flow-kept"))),
        Err(fail) => refused(&visit, fail, &href(&key, "")),
    }
}

/// `POST /settings/flows/{key}/step`
pub(super) async fn step(visit: Visit, Path(key): At, fields: Fields) -> Reply {
    let (look, seen, step) = (visit.look(), known(&fields), fields.text("step").to_string());
    let own = step.clone();
    let done = change(&visit, &key, seen, move |flow| {
        let object = flow.object_of(&own).to_string();
        let found = flow.find_mut(&own).ok_or_else(Problem::not_found)?;
        found.deed = Reader { look: &look, fields: &fields }.deed(found, &object)?;
        Ok(())
    });
    match done.await {
        Ok(()) => visit.go(&href(&key, &step), Flash::ok(visit.t.get("flow-kept"))),
        Err(fail) => refused(&visit, fail, &href(&key, &step)),
    }
}

/// `POST /settings/flows/{key}/condition`
pub(super) async fn condition(visit: Visit, Path(key): At, fields: Fields) -> Reply {
    let (step, at) = (fields.text("step").to_string(), fields.text("at").to_string());
    let (look, own) = (visit.look(), step.clone());
    let done = change(&visit, &key, None, move |flow| {
        let object = object_of_condition(flow, &own);
        let of = look.registry.object(&object).ok_or_else(Problem::not_found)?;
        let read = |text: &str| crate::filter::tree::read(&look.registry, of, &look.parse_env(), text);
        let mut filter = read(fields.get("filter").unwrap_or_default())?;
        // the form without script adds one condition at a time
        if !fields.text("add-value").is_empty() {
            let more = json!({ "field": fields.text("add-field"), "op": fields.text("add-op"), "value": fields.text("add-value") });
            filter = read(&more.to_string())?.map(|more| crate::filter::tree::and(filter.as_ref(), more)).or(filter);
        }
        put_condition(flow, &own, &at, filter.as_ref().map(Filter::to_json))
    });
    match done.await {
        Ok(()) => visit.go(&href(&key, &step), Flash::ok(visit.t.get("flow-kept"))),
        Err(fail) => refused(&visit, fail, &href(&key, &step)),
    }
}

/// The object the condition of a step is about.
pub(super) fn object_of_condition(flow: &Flow, step: &str) -> String {
    match flow.find(step).map(|step| &step.deed) {
        Some(Deed::Each { object, .. }) => object.clone(),
        Some(_) => flow.object_of(step).to_string(),
        None => flow.object.clone(),
    }
}

/// The condition of a step, or of the flow itself.
pub(super) fn condition_of<'f>(flow: &'f Flow, step: &str, at: &str) -> Option<&'f serde_json::Value> {
    match flow.find(step).map(|step| &step.deed) {
        None => flow.when.as_ref(),
        Some(Deed::Branch { arms }) => arms.get(at.parse::<usize>().ok()?)?.when.as_ref(),
        Some(Deed::Each { when, .. }) => when.as_ref(),
        Some(Deed::Wait(Until::Holds { when, .. })) => Some(when),
        Some(_) => None,
    }
}

fn put_condition(flow: &mut Flow, step: &str, at: &str, filter: Option<serde_json::Value>) -> Result<(), Problem> {
    match flow.find_mut(step) {
        None => flow.when = filter,
        Some(Step { deed: Deed::Branch { arms }, .. }) => {
            let arm = at.parse::<usize>().ok().and_then(|n| arms.get_mut(n)).ok_or_else(Problem::not_found)?;
            arm.when = filter;
        }
        Some(Step { deed: Deed::Each { when, .. }, .. }) => *when = filter,
        Some(Step { deed: Deed::Wait(Until::Holds { when, .. }), .. }) => {
            *when = filter.unwrap_or_else(|| json!({ "all": [] }));
        }
        Some(_) => return Err(Problem::not_found()),
    }
    Ok(())
}

fn spot(word: &str) -> Option<Spot> {
    let mut parts = word.split(':');
    match (parts.next()?, parts.next(), parts.next()) {
        ("start", ..) => Some(Spot::Start),
        ("after", Some(key), _) => Some(Spot::After(key.into())),
        ("inside", Some(key), Some(n)) => Some(Spot::Inside(key.into(), n.parse().ok()?)),
        _ => None,
    }
}

/// `POST /settings/flows/{key}/add`
pub(super) async fn add(visit: Visit, Path(key): At, fields: Fields) -> Reply {
    let deed = Deed::all().into_iter().find(|deed| deed.key() == fields.text("kind")).ok_or_else(Problem::not_found)?;
    let at = spot(fields.text("spot")).ok_or_else(Problem::not_found)?;
    let made = change(&visit, &key, None, move |flow| flow.insert(&at, deed.clone()).ok_or_else(Problem::not_found)).await?;
    visit.go(&href(&key, &made), None)
}

/// `POST /settings/flows/{key}/move`: one place up or down.
pub(super) async fn shift(visit: Visit, Path(key): At, fields: Fields) -> Reply {
    let (step, way) = (fields.text("step").to_string(), if fields.text("way") == "up" { Way::Up } else { Way::Down });
    let own = step.clone();
    change(&visit, &key, None, move |flow| Ok(flow.shift(&own, way))).await?;
    visit.go(&href(&key, &step), None)
}

/// `POST /settings/flows/{key}/order`: the steps of one list as they were dragged.
pub(super) async fn order(visit: Visit, Path(key): At, fields: Fields) -> Reply {
    let keys: Vec<String> = fields.all("order").map(str::to_string).collect();
    let done = change(&visit, &key, None, move |flow| Ok(flow.order(&keys))).await?;
    Ok(if done { StatusCode::NO_CONTENT } else { StatusCode::CONFLICT }.into_response())
}

/// `POST /settings/flows/{key}/copy`
pub(super) async fn copy(visit: Visit, Path(key): At, fields: Fields) -> Reply {
    let step = fields.text("step").to_string();
    let made = change(&visit, &key, None, move |flow| flow.copy(&step).ok_or_else(Problem::not_found)).await?;
    visit.go(&href(&key, &made), None)
}

/// `POST /settings/flows/{key}/delete`
pub(super) async fn delete(visit: Visit, Path(key): At, fields: Fields) -> Reply {
    let step = fields.text("step").to_string();
    change(&visit, &key, None, move |flow| flow.remove(&step).ok_or_else(Problem::not_found).map(drop)).await?;
    visit.go(&href(&key, ""), Flash::ok(visit.t.get("flow-step-gone")))
}

/// `POST /settings/flows/{key}/arm`: one more, one less, or what one asks of an approval.
pub(super) async fn arm(visit: Visit, Path(key): At, fields: Fields) -> Reply {
    let (step, remove) = (fields.text("step").to_string(), fields.text("remove").parse::<usize>().ok());
    let own = step.clone();
    let asked = match fields.get("outcome") {
        Some(_) => Some((fields.text("arm").parse::<usize>().map_err(|_| Problem::not_found())?, outcome(fields.text("outcome"))?)),
        None => None,
    };
    change(&visit, &key, None, move |flow| {
        Ok(match (asked.clone(), remove) {
            (Some((n, outcome)), _) => match flow.find_mut(&own).map(|step| &mut step.deed) {
                Some(Deed::Branch { arms }) if n < arms.len() => {
                    arms[n].outcome = outcome;
                    true
                }
                _ => false,
            },
            (None, Some(n)) => flow.remove_arm(&own, n),
            (None, None) => flow.add_arm(&own),
        })
    })
    .await?;
    visit.go(&href(&key, &step), None)
}

/// `STEP:OUTCOME` of the form; nothing for none.
fn outcome(text: &str) -> Result<Option<AfterApproval>, Problem> {
    let Some((step, is)) = text.split_once(':') else { return Ok(None) };
    let is = Came::ALL.into_iter().find(|came| came.key() == is).ok_or_else(Problem::not_found)?;
    Ok(Some(AfterApproval { step: step.into(), is }))
}

/// `POST /settings/flows/{key}/publish`
pub(super) async fn publish(visit: Visit, Path(key): At) -> Reply {
    let own = key.clone();
    match visit.write(move |tx| tx.flow_publish(&own)).await {
        Ok(version) => visit.go(&href(&key, ""), Flash::ok(visit.t.with("flow-published", &[("version", version.into())]))),
        // each fault stands at its step
        Err(fail) if fail.problem.kind == ProblemKind::Invalid => visit.go(&href(&key, ""), Flash::bad(visit.t.get("flow-has-faults"))),
        Err(fail) => refused(&visit, fail, &href(&key, "")),
    }
}

/// `POST /settings/flows/{key}/discard`
pub(super) async fn discard(visit: Visit, Path(key): At) -> Reply {
    let own = key.clone();
    match visit.write(move |tx| tx.flow_drop_draft(&own)).await {
        Ok(()) => visit.go(&href(&key, ""), Flash::ok(visit.t.get("flow-discarded"))),
        Err(fail) => refused(&visit, fail, &href(&key, "")),
    }
}

/// `POST /settings/flows/{key}/pause`
pub(super) async fn pause(visit: Visit, Path(key): At, fields: Fields) -> Reply {
    let (own, paused) = (key.clone(), fields.ticked("paused"));
    visit.write(move |tx| tx.flow_pause(&own, paused)).await?;
    visit.back(&href(&key, ""), Flash::ok(visit.t.get(if paused { "flow-rests-now" } else { "flow-goes-now" })))
}
