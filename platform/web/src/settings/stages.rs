//! Stages of a pipeline: their order, and what becomes of the records of one that goes.

use super::line::{Filled, Kind, Line, buttons, draw};
use super::{Errors, fault, faults, show_form};
use crate::fail::{Fail, Reply};
use crate::flash::Flash;
use crate::form::Fields;
use crate::ui::button::Button;
use crate::visit::Visit;
use akrab_engine::{Door, ListRequest, Result, Tx};
use akrab_model::filter::Op;
use akrab_model::value::Input;
use akrab_model::{Filter, Record};
use axum::extract::Path;
use maud::{Markup, html};
use serde_json::json;

/// Records moved together.
const BATCH: usize = 100;

/// `POST /settings/stages/{id}/move` with `by`: one place up or down among the stages of its sort.
pub(super) async fn shift(visit: Visit, Path(id): Path<i64>, fields: Fields) -> Reply {
    let up = fields.text("by") == "-1";
    visit
        .write(move |tx| {
            let stage = tx.get("stage", id)?;
            let mut stages = ordered(tx, stage.link("pipeline").unwrap_or(0))?;
            let Some(at) = stages.iter().position(|s| s.id == id) else { return Ok(()) };
            let to = if up { at.checked_sub(1) } else { Some(at + 1) };
            if let Some(to) = to.filter(|to| stages.get(*to).is_some_and(|s| is_open(s) == is_open(&stage))) {
                stages.swap(at, to);
            }
            number(tx, &stages)
        })
        .await?;
    visit.go("/settings/pipelines", None)
}

/// The two buttons of a stage.
pub(super) fn movers(visit: &Visit, stages: &[Record], at: usize) -> Markup {
    let stage = &stages[at];
    let same = |n: Option<usize>| n.and_then(|n| stages.get(n)).is_some_and(|other| is_open(other) == is_open(stage));
    let button = |by: &str, icon: &str, key: &str, on: bool| {
        html! {
            form method="post" action={ "/settings/stages/" (stage.id) "/move" } {
                (visit.token_field())
                input type="hidden" name="by" value=(by);
                (Button::only_icon(icon, visit.t.with(key, &[("name", stage.title().into())])).ghost().submit().flag("disabled", !on))
            }
        }
    };
    html! { span.ak-row { span.ak-spacer {}
        (button("-1", "arrow-up", "stage-up", same(at.checked_sub(1))))
        (button("1", "arrow-down", "stage-down", same(Some(at + 1))))
    } }
}

fn is_open(stage: &Record) -> bool {
    stage.text("category") == "open"
}

/// Open stages in their order, won and lost behind them.
fn ordered(tx: &mut Tx, pipeline: i64) -> Result<Vec<Record>> {
    let mut stages = tx.stages(pipeline)?;
    stages.sort_by_key(|stage| (!is_open(stage), stage.get("position").int().unwrap_or(0)));
    Ok(stages)
}

fn number(tx: &mut Tx, stages: &[Record]) -> Result<()> {
    for (n, stage) in stages.iter().enumerate() {
        let place = i64::try_from(n).unwrap_or(0);
        if stage.get("position").int() != Some(place) {
            let input: Input = [("position".to_string(), json!(place))].into_iter().collect();
            tx.update("stage", stage.id, &input, None)?;
        }
    }
    Ok(())
}

/// Gives the stages of a pipeline whole numbers in their order, a new one the place behind its like.
pub(super) fn put_in_order(tx: &mut Tx, pipeline: i64) -> Result<()> {
    let stages = ordered(tx, pipeline)?;
    number(tx, &stages)
}

/// How many records stand in a stage.
async fn count(visit: &Visit, stage: i64) -> Result<u64> {
    let ctx = visit.engine().system("how many records stand in a stage", Door::Page);
    visit.engine().read(&ctx, move |tx| Ok(records(tx, stage, 1)?.0)).await
}

/// Records of every object in a stage: how many, and the first of them as (object, field, id).
fn records(tx: &mut Tx, stage: i64, limit: usize) -> Result<(u64, Vec<(String, String, i64)>)> {
    let registry = tx.registry.clone();
    let children = registry.object("stage").map(|o| o.children.clone()).unwrap_or_default();
    let (mut count, mut found) = (0, Vec::new());
    for (object, field) in children {
        let object = registry.at(object);
        let key = &object.at(field).key;
        let filter = Some(Filter::test(key, Op::Is, stage));
        let request = ListRequest {
            object: object.key.clone(),
            filter,
            columns: vec![object.title_field().key.clone()],
            limit,
            ..ListRequest::default()
        };
        count += tx.count(&request, false)?.shown();
        found.extend(tx.list(&request)?.records.iter().map(|r| (object.key.clone(), key.clone(), r.id)));
    }
    Ok((count, found))
}

/// `GET /settings/stages/{id}/delete`: where its records go.
pub(super) async fn ask(visit: Visit, Path(id): Path<i64>) -> Reply {
    form(&visit, id, &Filled::default(), &Errors::new()).await
}

async fn form(visit: &Visit, id: i64, filled: &Filled, errors: &Errors) -> Reply {
    let t = visit.t;
    let stage = visit.engine().get(&visit.ctx, "stage", id).await?;
    let pipeline = stage.link("pipeline").unwrap_or(0);
    let others = visit.read(move |tx| tx.stages(pipeline)).await?;
    let others = others.iter().filter(|s| s.id != id).map(|s| (s.id.to_string(), s.title().to_string()));
    let n = count(visit, id).await?;
    let choices = std::iter::once((String::new(), String::new())).chain(others).collect();
    let lines = [Line::new(t, "to", "stage-move-to", Kind::Choice(choices)).required()];
    let body = html! {
        form.ak-stack method="post" action={ "/settings/stages/" (id) "/delete" } {
            (visit.token_field())
            @if n > 0 { p { (t.with("stage-delete-count", &[("n", (n as i64).into())])) } (draw(t, &lines, filled, errors)) }
            @else { p { (t.get("stage-delete-empty")) } }
            (buttons(t, Button::new(t.get("stage-delete")).danger(), &format!("/settings/stages/{id}")))
        }
    };
    show_form(visit, &t.with("stage-delete-title", &[("name", stage.title().into())]), body, errors).await
}

/// `POST /settings/stages/{id}/delete` with `to`, where records stand in it.
pub(super) async fn delete(visit: Visit, Path(id): Path<i64>, fields: Fields) -> Reply {
    let stage = visit.engine().get(&visit.ctx, "stage", id).await?;
    let pipeline = stage.link("pipeline").unwrap_or(0);
    let to: Option<i64> = fields.text("to").parse().ok();
    if count(&visit, id).await? > 0 {
        let Some(to) = to else { return form(&visit, id, &Filled::typed(&fields), &fault(&visit, "to", "required")).await };
        let known = visit.read(move |tx| tx.stages(pipeline)).await?;
        if to == id || !known.iter().any(|s| s.id == to) {
            return form(&visit, id, &Filled::typed(&fields), &fault(&visit, "to", "unknown_choice")).await;
        }
        if let Err(fail) = empty_out(&visit, id, to).await {
            return form(&visit, id, &Filled::typed(&fields), &at_target(faults(&visit, fail.problem)?)).await;
        }
    }
    visit.engine().delete(&visit.ctx, "stage", id, None).await?;
    visit.go("/settings/pipelines", Flash::ok(visit.t.get("deleted")))
}

/// What the target stage asks for is told beside the choice of it.
fn at_target(errors: Errors) -> Errors {
    errors.into_iter().take(1).map(|(_, words)| ("to".to_string(), words)).collect()
}

/// Moves every record of a stage to another, part by part.
async fn empty_out(visit: &Visit, from: i64, to: i64) -> std::result::Result<(), Fail> {
    loop {
        let moved = visit
            .write(move |tx| {
                let (_, found) = records(tx, from, BATCH)?;
                for (object, field, id) in &found {
                    let input: Input = [(field.clone(), json!(to))].into_iter().collect();
                    tx.update(object, *id, &input, None)?;
                }
                Ok(found.len())
            })
            .await?;
        if moved == 0 {
            return Ok(());
        }
    }
}
