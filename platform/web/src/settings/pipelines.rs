//! Pipelines and their stages.

use super::line::{Filled, Kind, Line, read, sheet};
use super::{Errors, faults, frame, show, show_form, stages};
use crate::fail::Reply;
use crate::flash::Flash;
use crate::form::Fields;
use crate::locale::Text;
use crate::route::{Router, get, post};
use crate::ui::button::Button;
use crate::ui::frame::content;
use crate::ui::status::{Status, status};
use crate::ui::table::plain_table;
use crate::ui::tag;
use crate::visit::Visit;
use akrab_engine::{Access, ListRequest};
use akrab_model::object::Scope;
use akrab_model::{Object, Record};
use axum::extract::{Path, Query};
use maud::{Markup, html};
use serde::Deserialize;
use std::sync::Arc;

#[inline(always)]
pub(super) fn routes() -> Router {
    Router::new()
        .route("/settings/pipelines", get(page))
        .route("/settings/pipelines/new", get(new).post(add))
        .route("/settings/pipelines/{id}", get(edit).post(save))
        .route("/settings/stages/new", get(new_stage).post(add_stage))
        .route("/settings/stages/{id}", get(edit_stage).post(save_stage))
        .route("/settings/stages/{id}/delete", get(stages::ask).post(stages::delete))
        .route("/settings/stages/{id}/move", post(stages::shift))
}

/// Objects that pass through stages.
fn staged(visit: &Visit) -> Vec<Arc<Object>> {
    let registry = visit.registry();
    registry.objects().filter(|o| !o.decl.hidden && o.fields.iter().any(|f| f.kind == akrab_model::FieldType::Stage)).cloned().collect()
}

fn may_edit(visit: &Visit) -> bool {
    visit.ctx.object("pipeline").is_ok_and(|o| visit.rights().scope(&o, Access::Edit) == Scope::All)
}

async fn page(visit: Visit) -> Reply {
    visit.object("pipeline")?;
    let t = visit.t;
    let request = ListRequest { object: "pipeline".into(), limit: 200, ..ListRequest::default() };
    let pipelines = visit.engine().list(&visit.ctx, request).await?.records;
    let mut pipelines_with_stages = Vec::new();
    for pipeline in pipelines {
        let id = pipeline.id;
        let stages = visit.read(move |tx| tx.stages(id)).await?;
        pipelines_with_stages.push((pipeline, stages));
    }
    let editable = may_edit(&visit);
    let body = html! {
        @for (pipeline, stages) in &pipelines_with_stages { (section(&visit, pipeline, stages, editable)) }
        @if pipelines_with_stages.is_empty() { p.ak-muted { (t.get("pipelines-empty")) } }
    };
    let mut frame = frame(&visit, &t.get("settings-pipelines")).await;
    if editable {
        frame.actions = Some(html! { (Button::new(t.get("pipeline-new")).icon("plus").primary().href("/settings/pipelines/new")) });
    }
    show(&visit, &frame, content(false, html! { div.ak-stack { (body) } }), false).await
}

/// Open, won or lost, by shape and word.
fn category(t: Text, key: &str) -> Markup {
    let shape = match key {
        "won" => Status::Ok,
        "lost" => Status::Late,
        _ => Status::New,
    };
    status(shape, &t.get(&format!("category-{key}")))
}

fn section(visit: &Visit, pipeline: &Record, stages: &[Record], editable: bool) -> Markup {
    let t = visit.t;
    let object = visit.registry().object(pipeline.text("object")).map(|o| o.plural_label(visit.lang()).to_string()).unwrap_or_default();
    let heads = [
        ("stage", false),
        ("stage-category", false),
        ("stage-probability", true),
        ("stage-rotting", true),
        ("stage-gate", false),
        ("stage-order", true),
    ];
    let heads: Vec<(String, bool)> = heads.iter().map(|(key, right)| (t.get(key), *right)).collect();
    let heads: Vec<_> = heads.iter().map(|(label, right)| (label.as_str(), *right, None)).collect();
    let fields = visit.registry().object(pipeline.text("object")).cloned();
    let rows: Vec<Vec<Markup>> = stages
        .iter()
        .enumerate()
        .map(|(at, stage)| {
            let gate = match stage.get("gate") {
                akrab_model::Value::Json(serde_json::Value::Array(keys)) => keys
                    .iter()
                    .filter_map(|k| k.as_str())
                    .map(|key| fields.as_ref().and_then(|o| o.field(key)).map_or(key, |f| f.label.get(visit.lang())).to_string())
                    .collect::<Vec<_>>()
                    .join(", "),
                _ => String::new(),
            };
            let number = |key: &str| stage.get(key).dec().map_or_else(|| "—".to_string(), |d| d.normalize().to_string());
            vec![
                html! { @if editable { a.ak-link href={ "/settings/stages/" (stage.id) } { (stage.title()) } } @else { (stage.title()) } },
                category(t, stage.text("category")),
                html! { (number("probability")) "%" },
                html! { (number("rotting_days")) },
                html! { @if gate.is_empty() { span.ak-faint { "—" } } @else { (gate) } },
                html! { @if editable { (stages::movers(visit, stages, at)) } },
            ]
        })
        .collect();
    html! {
        section.ak-stack {
            div.ak-row.ak-gap-8 {
                h2.ak-strong { (pipeline.title()) } (tag(&object))
                @if !pipeline.get("active").bool() { (tag(&t.get("inactive"))) }
                span.ak-spacer {}
                @if editable {
                    (Button::new(t.get("stage-new")).icon("plus").ghost().href(format!("/settings/stages/new?pipeline={}", pipeline.id)))
                    (Button::new(t.get("edit")).icon("pencil").ghost().href(format!("/settings/pipelines/{}", pipeline.id)))
                }
            }
            (plain_table(pipeline.title(), &heads, &rows, None))
        }
    }
}

fn lines(visit: &Visit, new: bool) -> Vec<Line> {
    let t = visit.t;
    let objects = staged(visit).iter().map(|o| (o.key.clone(), o.plural_label(visit.lang()).to_string())).collect();
    let mut lines = vec![
        Line::new(t, "name", "pipeline-name", Kind::Text).required(),
        Line::new(t, "position", "position", Kind::Number),
        Line::new(t, "active", "pipeline-active", Kind::Check),
    ];
    if new {
        lines.insert(1, Line::new(t, "object", "pipeline-object", Kind::Choice(objects)).required());
    }
    lines
}

async fn form(visit: &Visit, id: Option<i64>, title: &str, filled: &Filled, errors: &Errors) -> Reply {
    let here = id.map_or_else(|| "/settings/pipelines/new".to_string(), |id| format!("/settings/pipelines/{id}"));
    let body = sheet(visit, &here, &lines(visit, id.is_none()), (filled, errors), "save", "/settings/pipelines");
    show_form(visit, title, body, errors).await
}

async fn new(visit: Visit) -> Reply {
    visit.object("pipeline")?;
    form(&visit, None, &visit.t.get("pipeline-new"), &Filled::default().set("active", "1").set("position", "0"), &Errors::new()).await
}

async fn add(visit: Visit, fields: Fields) -> Reply {
    let input = read(&lines(&visit, true), &fields);
    match visit.engine().create(&visit.ctx, "pipeline", input).await {
        Ok(_) => visit.go("/settings/pipelines", Flash::ok(visit.t.get("saved"))),
        Err(problem) => form(&visit, None, &visit.t.get("pipeline-new"), &Filled::typed(&fields), &faults(&visit, problem)?).await,
    }
}

async fn edit(visit: Visit, Path(id): Path<i64>) -> Reply {
    let record = visit.engine().get(&visit.ctx, "pipeline", id).await?;
    form(&visit, Some(id), record.title(), &Filled::record(&record, &["name", "position", "active"]), &Errors::new()).await
}

async fn save(visit: Visit, Path(id): Path<i64>, fields: Fields) -> Reply {
    let input = read(&lines(&visit, false), &fields);
    match visit.engine().update(&visit.ctx, "pipeline", id, input, None).await {
        Ok(_) => visit.go("/settings/pipelines", Flash::ok(visit.t.get("saved"))),
        Err(problem) => form(&visit, Some(id), fields.text("name"), &Filled::typed(&fields), &faults(&visit, problem)?).await,
    }
}

const STAGE: [&str; 5] = ["name", "probability", "category", "rotting_days", "gate"];

async fn stage_lines(visit: &Visit, pipeline: i64) -> Result<Vec<Line>, crate::Fail> {
    let t = visit.t;
    let record = visit.engine().get(&visit.ctx, "pipeline", pipeline).await?;
    let object = visit.ctx.object(record.text("object"))?;
    let fields = object
        .fields
        .iter()
        .filter(|f| f.writable() && !f.hidden)
        .map(|f| (f.key.clone(), f.label.get(visit.lang()).to_string()))
        .collect();
    let categories = ["open", "won", "lost"].map(|key| (key.to_string(), t.get(&format!("category-{key}")))).to_vec();
    Ok(vec![
        Line::new(t, "name", "stage-name", Kind::Text).required(),
        Line::new(t, "probability", "stage-probability", Kind::Number).hint(t.get("stage-probability-hint")),
        Line::new(t, "category", "stage-category", Kind::Choice(categories)),
        Line::new(t, "rotting_days", "stage-rotting", Kind::Number).hint(t.get("stage-rotting-hint")),
        Line::new(t, "gate", "stage-gate", Kind::Several(fields)).hint(t.get("stage-gate-hint")),
    ])
}

async fn stage_form(visit: &Visit, id: Option<i64>, pipeline: i64, title: &str, filled: &Filled, errors: &Errors) -> Reply {
    let t = visit.t;
    let here = id.map_or_else(|| format!("/settings/stages/new?pipeline={pipeline}"), |id| format!("/settings/stages/{id}"));
    let lines = stage_lines(visit, pipeline).await?;
    let body = html! {
        (sheet(visit, &here, &lines, (filled, errors), "save", "/settings/pipelines"))
        @if let Some(id) = id {
            div { (Button::new(t.get("stage-delete")).danger().href(format!("/settings/stages/{id}/delete"))) }
        }
    };
    show_form(visit, title, html! { div.ak-stack { (body) } }, errors).await
}

#[derive(Deserialize)]
struct Of {
    pipeline: i64,
}

async fn new_stage(visit: Visit, Query(of): Query<Of>) -> Reply {
    let filled = Filled::default().set("category", "open").set("probability", "0");
    stage_form(&visit, None, of.pipeline, &visit.t.get("stage-new"), &filled, &Errors::new()).await
}

async fn add_stage(visit: Visit, Query(of): Query<Of>, fields: Fields) -> Reply {
    let mut input = read(&stage_lines(&visit, of.pipeline).await?, &fields);
    input.insert("pipeline".into(), of.pipeline.into());
    // behind the others; numbered anew right away
    input.insert("position".into(), 10_000.into());
    let made = visit
        .engine()
        .write(&visit.ctx, move |tx| {
            tx.create("stage", &input)?;
            stages::put_in_order(tx, of.pipeline)
        })
        .await;
    match made {
        Ok(()) => visit.go("/settings/pipelines", Flash::ok(visit.t.get("saved"))),
        Err(problem) => {
            stage_form(&visit, None, of.pipeline, &visit.t.get("stage-new"), &Filled::typed(&fields), &faults(&visit, problem)?).await
        }
    }
}

async fn edit_stage(visit: Visit, Path(id): Path<i64>) -> Reply {
    let stage = visit.engine().get(&visit.ctx, "stage", id).await?;
    stage_form(&visit, Some(id), stage.link("pipeline").unwrap_or(0), stage.title(), &Filled::record(&stage, &STAGE), &Errors::new()).await
}

async fn save_stage(visit: Visit, Path(id): Path<i64>, fields: Fields) -> Reply {
    let stage = visit.engine().get(&visit.ctx, "stage", id).await?;
    let pipeline = stage.link("pipeline").unwrap_or(0);
    let input = read(&stage_lines(&visit, pipeline).await?, &fields);
    let saved = visit
        .engine()
        .write(&visit.ctx, move |tx| {
            tx.update("stage", id, &input, None)?;
            stages::put_in_order(tx, pipeline)
        })
        .await;
    match saved {
        Ok(()) => visit.go("/settings/pipelines", Flash::ok(visit.t.get("saved"))),
        Err(problem) => stage_form(&visit, Some(id), pipeline, stage.title(), &Filled::typed(&fields), &faults(&visit, problem)?).await,
    }
}
