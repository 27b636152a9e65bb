//! What becomes of calls: the last one with a field beside each of its values, tried out before it counts.

use super::super::super::{Errors, faults, frame, show as show_page};
use super::{HERE, call_state, note};
use crate::fail::{Fail, Reply};
use crate::flash::Flash;
use crate::form::{Fields, one_of};
use crate::record::shift;
use crate::ui::button::Button;
use crate::ui::empty::{Empty, empty};
use crate::ui::form::{self, Row, error_summary};
use crate::ui::frame::{Crumb, content};
use crate::ui::input::{self, Input};
use crate::ui::setting::setting;
use crate::ui::table::plain_table;
use crate::visit::Visit;
use akrab_engine::inlet::{CallState, CallView, InletPlan, InletTrial, InletView, Leaf, Mapped, Offer};
use akrab_model::{Object, Problem};
use axum::extract::{Path, Query};
use maud::{Markup, html};
use serde::Deserialize;
use std::sync::Arc;

/// Rows for values that calls do not have.
const DEFAULTS: usize = 3;

#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct Asked {
    object: String,
}

/// Everything the page is drawn from.
struct Sheet {
    inlet: InletView,
    object: Arc<Object>,
    leaves: Vec<Leaf>,
    offer: Offer,
    plan: InletPlan,
}

pub(super) async fn page(visit: Visit, Path(id): Path<i64>, Query(asked): Query<Asked>) -> Reply {
    visit.require_admin()?;
    let (inlet, call) = visit.read(move |tx| Ok((tx.inlet(id)?, last(tx.inlet_calls(id, None, None, 50)?)))).await?;
    let Some(call) = call else { return nothing_yet(&visit, &inlet).await };
    let known = inlet.plan.clone().unwrap_or_default();
    let wanted = if asked.object.is_empty() { known.object.clone() } else { asked.object };
    if wanted.is_empty() {
        return choose(&visit, &inlet).await;
    }
    let fresh = wanted != known.object;
    let plan = if fresh { InletPlan { object: wanted.clone(), replace: true, ..InletPlan::default() } } else { known };
    let mut sheet = sheet(&visit, inlet, &call, plan).await?;
    if fresh {
        let guess = sheet.leaves.iter().zip(&sheet.offer.guess);
        sheet.plan.fields = guess.filter_map(|(leaf, field)| Some(Mapped { path: leaf.path.clone(), field: field.clone()? })).collect();
        let unique = sheet.object.fields.iter().filter(|field| field.unique && sheet.plan.fields.iter().any(|one| one.field == field.key));
        sheet.plan.match_by = unique.map(|field| field.key.clone()).take(1).collect();
    }
    draw(&visit, &sheet, None, &Errors::new()).await
}

/// The newest call that proved where it came from.
fn last(calls: Vec<CallView>) -> Option<CallView> {
    calls.into_iter().find(|call| call.state != CallState::Refused)
}

async fn sheet(visit: &Visit, inlet: InletView, call: &CallView, plan: InletPlan) -> Result<Sheet, Fail> {
    let object = visit.object(&plan.object)?;
    let mut leaves = call.leaves();
    // what is mapped stays, also when this call does not have it
    let missing = plan.fields.iter().filter(|one| !leaves.iter().any(|leaf| leaf.path == one.path));
    let missing: Vec<Leaf> = missing.map(|one| Leaf { path: one.path.clone(), sample: String::new() }).collect();
    leaves.extend(missing);
    let (owner, key, asked) = (inlet.draft.owner, object.key.clone(), leaves.clone());
    let offer = visit.read(move |tx| tx.inlet_offer(owner, &key, &asked)).await?;
    Ok(Sheet { inlet, object, leaves, offer, plan })
}

async fn framed(visit: &Visit, inlet: &InletView, body: Markup, faulty: bool) -> Reply {
    let mut frame = frame(visit, &visit.t.get("inlet-map")).await;
    frame.breadcrumb.push(Crumb { label: inlet.draft.name.clone(), href: Some(format!("{HERE}/{}", inlet.id)) });
    show_page(visit, &frame, content(false, html! { div.ak-stack { (body) } }), faulty).await
}

async fn nothing_yet(visit: &Visit, inlet: &InletView) -> Reply {
    let t = visit.t;
    let back = html! { (Button::new(t.get("inlet-back")).href(format!("{HERE}/{}", inlet.id))) };
    let body = Empty {
        icon: "webhook".into(),
        title: t.get("inlet-no-call"),
        text: t.get("inlet-no-call-text"),
        actions: Some(back),
        ..Empty::default()
    };
    framed(visit, inlet, empty(&body), false).await
}

fn objects(visit: &Visit) -> Vec<(String, String)> {
    let (registry, rights) = (visit.registry(), visit.rights());
    let shown = registry.objects().filter(|object| !object.is_system() && !object.decl.hidden && rights.may_create(object));
    shown.map(|object| (object.key.clone(), object.plural_label(visit.lang()).to_string())).collect()
}

/// Which object calls become records of.
fn chooser(visit: &Visit, inlet: &InletView, chosen: &str) -> Markup {
    let t = visit.t;
    html! {
        form.ak-row.ak-gap-8 method="get" action={ (HERE) "/" (inlet.id) "/mapping" } {
            label for="f-object" { (t.get("inlet-object")) }
            (input::select(&Input::new("object", chosen), &objects(visit)))
            (Button::new(t.get("inlet-object-choose")).submit())
        }
    }
}

async fn choose(visit: &Visit, inlet: &InletView) -> Reply {
    let body = html! { p.ak-muted { (visit.t.get("inlet-object-text")) } (chooser(visit, inlet, "")) };
    framed(visit, inlet, body, false).await
}

async fn draw(visit: &Visit, sheet: &Sheet, trial: Option<&InletTrial>, errors: &Errors) -> Reply {
    let t = visit.t;
    let here = format!("{HERE}/{}/mapping", sheet.inlet.id);
    let body = html! {
        (chooser(visit, &sheet.inlet, &sheet.object.key))
        (error_summary(t, errors))
        @if let Some(trial) = trial { (tried(visit, sheet, trial)) }
        form.ak-stack method="post" action=(here) data-guard {
            (visit.token_field())
            input type="hidden" name="object" value=(sheet.object.key);
            (setting(&t.get("inlet-values"), &t.get("inlet-values-text"), true, values(visit, sheet)))
            (setting(&t.get("inlet-defaults"), &t.get("inlet-defaults-text"), true, defaults(visit, sheet)))
            (setting(&t.get("inlet-rules"), &t.get("inlet-rules-text"), false, rules(visit, sheet)))
            div.ak-row.ak-gap-8 {
                (Button::new(t.get("save")).primary().submit().attr("name", "verb").attr("value", "save"))
                (Button::new(t.get("inlet-try")).icon("flask-conical").submit().attr("name", "verb").attr("value", "try"))
            }
        }
    };
    framed(visit, &sheet.inlet, body, !errors.is_empty()).await
}

/// Fields that may be filled: (key, words), with an empty one first.
fn fields(visit: &Visit, sheet: &Sheet, plain: bool) -> Vec<(String, String)> {
    let known = sheet.offer.fields.iter().filter_map(|key| sheet.object.field(key));
    let known = known.filter(|field| !plain || field.to.is_none());
    let labelled = known.map(|field| (field.key.clone(), field.label.get(visit.lang()).to_string()));
    std::iter::once((String::new(), visit.t.get("inlet-leave-out"))).chain(labelled).collect()
}

fn values(visit: &Visit, sheet: &Sheet) -> Markup {
    let (t, options) = (visit.t, fields(visit, sheet, false));
    let heads = ["inlet-place", "inlet-sample", "inlet-field"].map(|key| t.get(key));
    let heads: Vec<_> = heads.iter().zip([None, None, Some(280)]).map(|(head, width)| (head.as_str(), false, width)).collect();
    let row = |(n, leaf): (usize, &Leaf)| {
        let chosen = sheet.plan.fields.iter().find(|one| one.path == leaf.path).map_or("", |one| one.field.as_str());
        let choice = Input { name: "field".into(), id: format!("f-field-{n}"), ..Input::new("field", chosen) };
        vec![
            html! { input type="hidden" name="path" value=(leaf.path); span.ak-mono { (shown(&leaf.path)) } },
            html! { @if leaf.sample.is_empty() { "—" } @else { (leaf.sample) } },
            input::select(&choice.attr("aria-label", t.with("inlet-field-of", &[("place", shown(&leaf.path).into())])), &options),
        ]
    };
    plain_table(&t.get("inlet-values"), &heads, &sheet.leaves.iter().enumerate().map(row).collect::<Vec<_>>(), None)
}

/// `/data/items/0/name` as people read it: `data › items › 0 › name`.
fn shown(path: &str) -> String {
    path.split('/').skip(1).map(|part| part.replace("~1", "/").replace("~0", "~")).collect::<Vec<_>>().join(" › ")
}

fn defaults(visit: &Visit, sheet: &Sheet) -> Markup {
    let (t, options) = (visit.t, fields(visit, sheet, true));
    let known: Vec<(&String, String)> =
        sheet.plan.defaults.iter().map(|(key, value)| (key, value.as_str().map_or_else(|| value.to_string(), str::to_string))).collect();
    html! {
        @for n in 0..DEFAULTS.max(known.len()) {
            @let (key, value) = known.get(n).map_or(("", ""), |(key, value)| (key.as_str(), value.as_str()));
            div.ak-row.ak-gap-8 {
                (input::select(&Input { id: format!("f-default-{n}"), ..Input::new("default", key) }.attr("aria-label", t.get("inlet-field")), &options))
                (input::text(&Input { id: format!("f-value-{n}"), ..Input::new("value", value) }.attr("aria-label", t.get("inlet-value"))))
            }
        }
    }
}

fn rules(visit: &Visit, sheet: &Sheet) -> Markup {
    let (t, plan) = (visit.t, &sheet.plan);
    let keys: Vec<(String, String)> = fields(visit, sheet, false).into_iter().filter(|(key, _)| !key.is_empty()).collect();
    let chosen: Vec<&str> = plan.match_by.iter().map(String::as_str).collect();
    let modes = ["both", "create", "update"].map(|key| (key.to_string(), t.get(&format!("inlet-mode-{key}"))));
    let mode = serde_json::to_value(plan.mode).ok().and_then(|mode| mode.as_str().map(str::to_string)).unwrap_or_default();
    let flows = sheet.offer.flows.iter().map(|(key, name)| (key.clone(), name.get(visit.lang()).to_string()));
    let flows: Vec<(String, String)> = std::iter::once((String::new(), t.get("inlet-flow-none"))).chain(flows).collect();
    html! {
        (form::row(t, &Row::new(t.get("inlet-match")).hint(t.get("inlet-match-hint")), Input::new("match", ""), |i| input::multi_select(i, &keys, &chosen)))
        (form::row(t, &Row::new(t.get("inlet-mode")), Input::new("mode", &mode), |i| input::select(i, &modes)))
        (input::checkbox("replace", "1", &t.get("inlet-replace"), plan.replace))
        (form::row(t, &Row::new(t.get("inlet-flow")).hint(t.get("inlet-flow-hint")), Input::new("flow", plan.flow.as_deref().unwrap_or("")), |i| input::select(i, &flows)))
    }
}

fn tried(visit: &Visit, sheet: &Sheet, trial: &InletTrial) -> Markup {
    let (t, look) = (visit.t, visit.look());
    let lines: Vec<_> = trial.shifts.iter().filter_map(|one| shift::words(&look, &sheet.object, one)).collect();
    html! {
        div.ak-tile role="status" {
            div.ak-col.ak-gap-8 {
                p.ak-row.ak-gap-8 { b { (t.get("inlet-tried")) } (call_state(t, trial.state)) @if !trial.title.is_empty() { (trial.title) } }
                @for (label, old, new) in &lines {
                    div { span.ak-muted { (label) } " " @if trial.state == CallState::Created { b { (new) } } @else { (shift::arrow(&look, old, new)) } }
                }
                @for one in &trial.notes { div { (note(visit, Some(sheet.object.as_ref()), one)) } }
                p.ak-muted { (t.get("inlet-tried-text")) }
            }
        }
    }
}

/// What the form says.
fn typed(fields: &Fields) -> Result<InletPlan, Problem> {
    let pairs = fields.all("path").zip(fields.all("field")).filter(|(_, field)| !field.is_empty());
    let defaults = fields.all("default").zip(fields.all("value")).filter(|(key, value)| !key.is_empty() && !value.trim().is_empty());
    Ok(InletPlan {
        object: fields.text("object").into(),
        fields: pairs.map(|(path, field)| Mapped { path: path.into(), field: field.into() }).collect(),
        defaults: defaults.map(|(key, value)| (key.to_string(), value.trim().into())).collect(),
        match_by: fields.all("match").filter(|key| !key.is_empty()).map(str::to_string).collect(),
        mode: one_of("mode", fields.text("mode"))?,
        replace: fields.ticked("replace"),
        flow: Some(fields.text("flow").to_string()).filter(|key| !key.is_empty()),
    })
}

pub(super) async fn save(visit: Visit, Path(id): Path<i64>, fields: Fields) -> Reply {
    visit.require_admin()?;
    let plan = typed(&fields)?;
    let done = if fields.text("verb") == "try" {
        let call = visit.read(move |tx| Ok(last(tx.inlet_calls(id, None, None, 50)?))).await?.ok_or_else(Problem::not_found)?.id;
        visit.engine().inlet_try(&visit.ctx, id, call, plan.clone()).await.map(Some).map_err(Fail::from)
    } else {
        let kept = plan.clone();
        visit.write(move |tx| tx.inlet_decide(id, Some(&kept))).await.map(|()| None)
    };
    let (trial, errors) = match done {
        Ok(None) => return visit.go(&format!("{HERE}/{id}"), Flash::ok(visit.t.get("saved"))),
        Ok(trial) => (trial, Errors::new()),
        Err(fail) => (None, faults(&visit, fail.problem)?),
    };
    let (inlet, call) = visit.read(move |tx| Ok((tx.inlet(id)?, last(tx.inlet_calls(id, None, None, 50)?)))).await?;
    let sheet = sheet(&visit, inlet, &call.ok_or_else(Problem::not_found)?, plan).await?;
    draw(&visit, &sheet, trial.as_ref(), &errors).await
}
