//! What flows did: their runs, and what each step of a run was given and came to.

use super::frame;
use super::words::Teller;
use crate::fail::Reply;
use crate::flash::Flash;
use crate::ui::button::Button;
use crate::ui::frame::content;
use crate::ui::status::{Status, status, status_strong};
use crate::ui::table::plain_table;
use crate::ui::tabs::{Tab, pill_tabs};
use crate::visit::Visit;
use akrab_engine::flow::{Deed, Flow, LogView, RunAsk, RunState, RunView, StepFate};
use akrab_engine::work::WorkState;
use akrab_model::filter::Op;
use akrab_model::problem::ProblemKind;
use akrab_model::{FieldType, Filter, Object};
use axum::extract::{Path, Query};
use maud::{Markup, html};
use serde::Deserialize;
use serde_json::Value as Json;
use std::collections::HashMap;

const SHOWN: usize = 50;

#[derive(Deserialize, Default)]
pub(super) struct Asked {
    #[serde(default)]
    state: String,
    before: Option<i64>,
}

/// The states a list can be cut to: key of the address and of the words.
pub(crate) const STATES: [(&str, RunState); 4] =
    [("going", RunState::Going), ("done", RunState::Done), ("failed", RunState::Failed), ("cancelled", RunState::Cancelled)];

/// The key of a state.
pub(crate) fn state_key(state: RunState) -> &'static str {
    STATES.iter().find(|(_, known)| *known == state).map_or("going", |(key, _)| key)
}

/// `GET /settings/flows/{key}/runs`
pub(super) async fn page(visit: Visit, Path(key): Path<String>, Query(asked): Query<Asked>) -> Reply {
    visit.require_admin()?;
    let t = visit.t;
    let state = STATES.iter().find(|(word, _)| *word == asked.state).map(|(_, state)| *state);
    let (own, before) = (key.clone(), asked.before);
    let (view, found) =
        visit.read(move |tx| Ok((tx.flow_view(&own)?, tx.flow_runs(&own, &RunAsk { state, before, limit: SHOWN, record: None })?))).await?;
    let teller = Teller::load(&visit, std::slice::from_ref(&view.flow)).await?;
    let base = format!("/settings/flows/{key}");
    let tab = |word: &str| {
        let href = if word.is_empty() { format!("{base}/runs") } else { format!("{base}/runs?state={word}") };
        let words = t.get(&if word.is_empty() { "flow-runs-every".to_string() } else { format!("flow-run-{word}") });
        Tab::new(words, href, asked.state == word)
    };
    let counted = |tab: Tab, n: i64| if n > 0 { tab.count(t.number(n)) } else { tab };
    let tabs = [tab(""), counted(tab("going"), view.going), tab("done"), counted(tab("failed"), view.failed), tab("cancelled")];
    let mut frame = frame(&visit, &t.get("flow-runs")).await;
    frame.breadcrumb.push(crate::ui::frame::Crumb { label: view.flow.name.get(visit.lang()).into(), href: Some(base.clone()) });
    let post = |verb: &str, words: &str, icon: &str| {
        html! { form method="post" action={ (base) (verb) } { (visit.token_field()) (Button::new(t.get(words)).icon(icon).submit()) } }
    };
    frame.actions = Some(html! {
        @if view.failed > 0 { (post("/runs/again", "flow-again-all", "refresh-cw")) }
        @if view.going > 0 { (post("/runs/cancel", "flow-cancel-all", "ban")) }
    });
    let more = found.last().filter(|_| found.len() == SHOWN).map(|last| last.id);
    let body = html! {
        (pill_tabs(&t.get("flow-runs"), &tabs))
        @if found.is_empty() { p.ak-muted { (t.get("flow-runs-none")) } } @else { (table(&visit, &teller, &view.flow, &found)) }
        @if let Some(last) = more {
            a.ak-link href={ (base) "/runs?before=" (last) @if !asked.state.is_empty() { "&state=" (asked.state) } } { (t.get("flow-runs-older")) }
        }
    };
    visit.page(&frame, content(false, html! { div.ak-stack { (body) } }))
}

/// How a run stands, by shape and word.
pub(crate) fn standing(visit: &Visit, run: &RunView) -> Markup {
    let words = visit.t.get(standing_words(run));
    match run.state {
        RunState::Done => status(Status::Ok, &words),
        RunState::Failed => status_strong(Status::Late, &words),
        RunState::Cancelled => status(Status::None, &words),
        RunState::Going if run.waits => status(Status::Today, &words),
        RunState::Going => status(Status::New, &words),
    }
}

/// Key of the words for how a run stands.
pub(crate) fn standing_words(run: &RunView) -> &'static str {
    match run.state {
        RunState::Done => "flow-run-done",
        RunState::Failed => "flow-run-failed",
        RunState::Cancelled => "flow-run-cancelled",
        RunState::Going if run.waits => "flow-run-waits",
        RunState::Going => "flow-run-going",
    }
}

/// Runs as a table.
pub(super) fn table(visit: &Visit, teller: &Teller, flow: &Flow, runs: &[RunView]) -> Markup {
    let t = visit.t;
    let look = &teller.look;
    let object = teller.object(&flow.object).map_or_else(String::new, |o| o.label(look.key()).to_string());
    let words = [t.get("flow-started"), object, t.get("flow-last-step"), t.get("flow-result"), t.get("flow-took")];
    let widths = [Some(120), Some(180), None, Some(120), Some(80)];
    let heads: Vec<_> = words.iter().zip(widths).enumerate().map(|(n, (label, width))| (label.as_str(), n == 4, width)).collect();
    let row = |run: &RunView| {
        let href = format!("/settings/flows/{}/runs/{}", run.flow, run.id);
        let at = run.step.as_deref().and_then(|key| flow.find(key));
        let place = teller.object(&run.object).map(|o| look.href(&o, run.record));
        vec![
            html! { a.ak-link href=(href) { (look.moment_words(&look.local(run.started))) } },
            html! { @match (&run.title, place) {
                (Some(title), Some(href)) => a href=(href) { b { (title) } },
                _ => span.ak-faint { "#" (run.record) },
            } },
            html! {
                @if run.state == RunState::Failed || (run.state == RunState::Cancelled && !run.told.is_null()) { span.ak-muted { (teller.told(&run.told)) } }
                @else if let Some(step) = at { (teller.deed(&step.deed, flow.object_of(&step.key))) }
                @if run.waits && asks(flow, run).is_none() { span.ak-muted { " " (t.with("flow-until-when", &[("when", look.moment_within(&look.local(run.due)).into())])) } }
            },
            standing(visit, run),
            html! { (took(visit, run)) },
        ]
    };
    html! { div.ak-audit { (plain_table(&t.get("flow-runs"), &heads, &runs.iter().map(row).collect::<Vec<_>>(), None)) } }
}

/// What a request for approval came to.
fn outcome(t: crate::locale::Text, came: &str) -> String {
    t.get(&match came {
        "not_needed" => "flow-approval-not-needed".to_string(),
        state => format!("approval-state-{state}"),
    })
}

/// For what a run waits that is not time: people who decide, or an answer.
fn asks(flow: &Flow, run: &RunView) -> Option<&'static str> {
    match run.step.as_deref().and_then(|key| flow.find(key)).map(|step| &step.deed) {
        Some(Deed::Approval { .. }) => Some("flow-waits-approval"),
        Some(Deed::Webhook(_)) => Some("flow-waits-webhook"),
        _ => None,
    }
}

fn took(visit: &Visit, run: &RunView) -> String {
    let Some(ended) = run.ended else { return String::new() };
    let seconds = ended.duration_since(run.started).as_secs().max(0);
    let (key, n) = match seconds {
        0..=90 => ("flow-seconds", seconds),
        91..=5_400 => ("flow-minutes", seconds / 60),
        5_401..=129_600 => ("flow-hours", seconds / 3_600),
        _ => ("flow-days", seconds / 86_400),
    };
    visit.t.with(key, &[("n", n.into())])
}

/// `GET /settings/flows/{key}/runs/{run}`
pub(super) async fn one(visit: Visit, Path((key, run)): Path<(String, i64)>) -> Reply {
    visit.require_admin()?;
    let t = visit.t;
    let (view, flow, log) = visit.read(move |tx| tx.flow_run_view(run)).await?;
    let mut teller = Teller::load(&visit, std::slice::from_ref(&flow)).await?;
    let links = named(&teller, &flow, &log);
    teller.learn(&visit, links).await?;
    let look = &teller.look;
    let states = mails(&visit, &log).await?;
    let base = format!("/settings/flows/{key}");
    let mut frame = frame(&visit, &t.with("flow-run", &[("n", run.to_string().into())])).await;
    frame.breadcrumb.push(crate::ui::frame::Crumb { label: flow.name.get(visit.lang()).into(), href: Some(base.clone()) });
    frame.breadcrumb.push(crate::ui::frame::Crumb { label: t.get("flow-runs"), href: Some(format!("{base}/runs")) });
    let post = |verb: &str, words: &str, icon: &str| {
        html! { form method="post" action={ (base) "/runs/" (run) (verb) } { (visit.token_field()) (Button::new(t.get(words)).icon(icon).submit()) } }
    };
    frame.actions = Some(html! {
        @if view.state == RunState::Failed { (post("/again", "flow-again", "refresh-cw")) }
        @if matches!(view.state, RunState::Failed | RunState::Going) { (post("/cancel", "flow-cancel", "ban")) }
    });
    let object = teller.object(&view.object);
    let body = html! {
        div.ak-row.ak-gap-12.ak-flow-run-head {
            (standing(&visit, &view))
            @if let (Some(title), Some(object)) = (&view.title, &object) { a.ak-link href=(look.href(object, view.record)) { (title) } }
            span.ak-muted { (t.with("flow-run-facts", &[("version", view.version.into()), ("when", look.moment_within(&look.local(view.started)).into())])) }
        }
        @if !view.told.is_null() { div.ak-notice data-tone="bad" { (crate::ui::icon("circle-alert")) span { (teller.told(&view.told)) } } }
        @if view.waits { div.ak-notice { (crate::ui::icon("hourglass")) span { @if let Some(words) = asks(&flow, &view) { (t.get(words)) } @else { (t.with("flow-goes-on", &[("when", look.moment_within(&look.local(view.due)).into())])) } } } }
        (log_lines(&visit, &teller, &flow, &log, Some(&states)))
    };
    visit.page(&frame, content(true, html! { div.ak-stack { (body) } }))
}

/// Where the mails of the log stand.
async fn mails(visit: &Visit, log: &[LogView]) -> Result<HashMap<i64, WorkState>, crate::Fail> {
    let wanted: Vec<(i64, Vec<i64>)> = log
        .iter()
        .filter_map(|e| Some((e.result["batch"].as_i64()?, e.result["mails"].as_array()?.iter().filter_map(Json::as_i64).collect())))
        .collect();
    visit
        .read(move |tx| {
            let mut found = HashMap::new();
            for (batch, ids) in wanted {
                found.extend(tx.flow_mail_states(batch, &ids)?);
            }
            Ok(found)
        })
        .await
}

/// The object whose fields the input of an entry is about.
fn target_of(teller: &Teller, flow: &Flow, entry: &LogView) -> Option<std::sync::Arc<Object>> {
    let made = entry.result["object"].as_str().and_then(|key| teller.object(key));
    made.or_else(|| teller.object(flow.object_of(&entry.step)))
}

/// The records that stand in the input of a log.
pub(super) fn named(teller: &Teller, flow: &Flow, log: &[LogView]) -> Vec<(std::sync::Arc<Object>, Filter)> {
    let mut found = Vec::new();
    for entry in log {
        let (Some(target), Some(input)) = (target_of(teller, flow, entry), entry.input.as_object()) else { continue };
        for (key, value) in input.iter().filter(|(_, value)| !value.is_null()) {
            if target.field(key).is_some_and(|f| f.kind.is_link()) {
                found.push((target.clone(), Filter::test(key, Op::Is, value.clone())));
            }
        }
    }
    found
}

/// The log, step by step. Without the states of mails it is one of a trial: what it made is not there.
pub(super) fn log_lines(visit: &Visit, teller: &Teller, flow: &Flow, log: &[LogView], mails: Option<&HashMap<i64, WorkState>>) -> Markup {
    let t = visit.t;
    let look = &teller.look;
    html! {
        ol.ak-flow-log {
            @for entry in log {
                @let step = flow.find(&entry.step);
                li {
                    span.ak-flow-icon aria-hidden="true" { (crate::ui::icon_sized(step.map_or("circle-dashed", |s| s.deed.icon()), 16)) }
                    div {
                        div.ak-row.ak-gap-8 {
                            b { @match step { Some(step) => (teller.deed(&step.deed, flow.object_of(&step.key))), None => (t.get("flow-step-gone-kind")) } }
                            span.ak-spacer {}
                            (fate(visit, entry.fate))
                            span.ak-muted.ak-num.ak-small { (akrab_model::format::time(look.local(entry.at).time(), look.lang)) }
                        }
                        @if matches!(entry.fate, StepFate::Failed | StepFate::Again) { p.ak-error { (teller.told(&entry.result)) } }
                        @else {
                            (given(teller, flow, entry))
                            (came(visit, teller, entry, mails))
                        }
                    }
                }
            }
        }
        @if log.is_empty() { p.ak-muted { (t.get("flow-log-none")) } }
    }
}

fn fate(visit: &Visit, fate: StepFate) -> Markup {
    let t = visit.t;
    match fate {
        StepFate::Done => status(Status::Ok, &t.get("flow-fate-done")),
        StepFate::Waits => status(Status::Today, &t.get("flow-fate-waits")),
        StepFate::Again => status(Status::Risk, &t.get("flow-fate-again")),
        StepFate::Failed => status_strong(Status::Late, &t.get("flow-fate-failed")),
    }
}

/// What a step was given, once worked out.
fn given(teller: &Teller, flow: &Flow, entry: &LogView) -> Markup {
    let Some(input) = entry.input.as_object().filter(|input| !input.is_empty()) else { return html! {} };
    let target = target_of(teller, flow, entry);
    html! {
        dl.ak-flow-given { @for (key, value) in input { @if !value.is_null() {
            div { dt { (label(teller, target.as_deref(), key)) } dd { (shown(teller, target.as_deref(), key, value)) } }
        } } }
    }
}

fn label(teller: &Teller, target: Option<&Object>, key: &str) -> String {
    let words = teller.look.t.find(&format!("flow-given-{key}"), &[]);
    let field = target.and_then(|o| o.field(key)).map(|f| f.label.get(teller.look.key()).to_string());
    field.or(words).unwrap_or_else(|| key.to_string())
}

fn shown(teller: &Teller, target: Option<&Object>, key: &str, value: &Json) -> String {
    let look = &teller.look;
    if let Some(field) = target.and_then(|o| o.field(key)) {
        let read = field.parse(value, &look.parse_env().own()).unwrap_or_default();
        let title = |id: i64| {
            let person = field.to.is_some_and(|to| look.registry.at(to).key == "user") && field.kind == FieldType::Link;
            if person { teller.people.name(id) } else { teller.title(field, &read).or_else(|| Some(format!("#{id}"))) }
        };
        return look.value_words(field, &read, title);
    }
    match value {
        Json::String(text) => text.parse::<jiff::Timestamp>().map_or_else(|_| text.clone(), |at| look.moment_words(&look.local(at))),
        Json::Array(items) => items.iter().map(|i| i.as_str().map_or_else(|| i.to_string(), str::to_string)).collect::<Vec<_>>().join(", "),
        other => other.to_string(),
    }
}

/// What came of a step.
fn came(visit: &Visit, teller: &Teller, entry: &LogView, mails: Option<&HashMap<i64, WorkState>>) -> Markup {
    let t = visit.t;
    let result = &entry.result;
    let record = result["object"].as_str().and_then(|key| teller.object(key)).zip(result["id"].as_i64().filter(|id| *id > 0));
    html! {
        @if let Some((object, id)) = record.filter(|_| mails.is_some()) { a.ak-link href=(teller.look.href(&object, id)) { (object.label(teller.look.key())) " #" (id) } }
        @if let Some(name) = result["name"].as_str() { p { (t.with("flow-came-owner", &[("name", name.into())])) } }
        @if let Some(people) = result["people"].as_array() {
            p { @if people.is_empty() { (t.get("flow-came-nobody")) } @else { (people.iter().filter_map(Json::as_str).collect::<Vec<_>>().join(", ")) } }
        }
        @if let Some(ids) = result["mails"].as_array() {
            @if ids.is_empty() && entry.input["to"].as_array().is_some_and(Vec::is_empty) { p { (t.get("flow-came-no-address")) } }
            @for id in ids.iter().filter_map(Json::as_i64) {
                @let state = mails.and_then(|known| known.get(&id).copied()).unwrap_or(WorkState::Ready);
                p { (t.with("flow-came-mail", &[("state", t.get(&format!("work-{}", work_word(state))).into())]))
                    @if let Some(batch) = result["batch"].as_i64() { " " a.ak-link href={ "/settings/work/" (batch) } { (t.get("flow-came-ledger")) } }
                }
            }
        }
        (answered(teller, result))
        @if result["arm"].is_null() && entry.kind == Some("branch") { p { (t.get("flow-came-no-arm")) } }
        @if let Some(n) = result["arm"].as_u64() { p { (t.with("flow-came-arm", &[("n", (n + 1).into())])) } }
        @if let Some(n) = result["records"].as_u64() { p { (t.with("flow-came-records", &[("n", n.into())])) @if result["more"] == true { " " (t.get("flow-came-more")) } } }
        @if let Some(came) = result["outcome"].as_str() { p { (outcome(t, came)) } }
        @if let Some(id) = result["approval"].as_i64() { p { a.ak-link href={ "/approvals/" (id) } { (t.get("flow-came-approval")) } } }
        @if let Some(held) = result["held"].as_bool() { p { (t.get(if held { "flow-came-held" } else { "flow-came-not-held" })) } }
        @if let Some(run) = result["run"].as_i64().filter(|id| *id > 0) { p { (t.with("flow-came-run", &[("n", run.to_string().into())])) } }
    }
}

/// What a call to an outside address came to, and the way to its tries.
fn answered(teller: &Teller, result: &Json) -> Markup {
    let t = teller.look.t;
    let Some((hook, delivery)) = result["hook"].as_i64().zip(result["delivery"].as_i64()) else { return html! {} };
    html! {
        p {
            @if let Some(code) = result["status"].as_i64() { (t.with("flow-came-status", &[("status", code.to_string().into())])) " " }
            @if let Some(n) = result["tries"].as_i64().filter(|n| *n > 1) { (t.with("flow-came-tries", &[("n", n.into())])) " " }
            a.ak-link href={ "/settings/webhooks/" (hook) "/deliveries/" (delivery) } { (t.get("flow-came-delivery")) }
        }
        @if result["missed"].is_object() { p.ak-error { (teller.told(&result["missed"])) " " (t.get("flow-came-went-on")) } }
        @if let Some(answer) = result["answer"].as_str() { p.ak-muted { (answer) } }
    }
}

fn work_word(state: WorkState) -> &'static str {
    match state {
        WorkState::Ready => "ready",
        WorkState::Leased => "leased",
        WorkState::Handing => "handing",
        WorkState::Done => "done",
        WorkState::Failed => "failed",
        WorkState::Unknown => "unknown",
        WorkState::Cancelled => "cancelled",
    }
}

/// `POST /settings/flows/{key}/runs/again`
pub(super) async fn again(visit: Visit, Path(key): Path<String>) -> Reply {
    let own = key.clone();
    let n = visit.write(move |tx| tx.flow_retry_all(&own)).await?;
    visit.go(&format!("/settings/flows/{key}/runs"), Flash::ok(visit.t.with("flow-again-done", &[("n", n.into())])))
}

/// `POST /settings/flows/{key}/runs/cancel`
pub(super) async fn cancel(visit: Visit, Path(key): Path<String>) -> Reply {
    let own = key.clone();
    let n = visit.write(move |tx| tx.flow_cancel_all(&own)).await?;
    visit.go(&format!("/settings/flows/{key}/runs"), Flash::ok(visit.t.with("flow-cancel-done", &[("n", n.into())])))
}

fn turned(visit: &Visit, key: &str, run: i64, done: Result<(), crate::Fail>, words: &str) -> Reply {
    let back = format!("/settings/flows/{key}/runs/{run}");
    match done {
        Ok(()) => visit.go(&back, Flash::ok(visit.t.get(words))),
        Err(fail) if fail.problem.kind == ProblemKind::Conflict => {
            visit.go(&back, Flash::bad(crate::fail::field_errors(visit.t, &fail.problem).remove(0).1))
        }
        Err(fail) => Err(fail),
    }
}

/// `POST /settings/flows/{key}/runs/{run}/again`
pub(super) async fn one_again(visit: Visit, Path((key, run)): Path<(String, i64)>) -> Reply {
    let done = visit.write(move |tx| tx.flow_retry(run)).await;
    turned(&visit, &key, run, done, "flow-again-one")
}

/// `POST /settings/flows/{key}/runs/{run}/cancel`
pub(super) async fn one_cancel(visit: Visit, Path((key, run)): Path<(String, i64)>) -> Reply {
    let done = visit.write(move |tx| tx.flow_cancel(run)).await;
    turned(&visit, &key, run, done, "flow-cancel-one")
}
