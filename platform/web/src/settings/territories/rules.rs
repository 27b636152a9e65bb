//! The rules that place records, object by object, in the order in which they are asked.

use super::super::condition::{self, Condition};
use super::super::line::{Filled, Kind, Line, draw, read};
use super::super::{Errors, fault, faults, frame, show};
use crate::fail::{Fail, Reply};
use crate::flash::Flash;
use crate::form::Fields;
use crate::state::Web;
use crate::ui::button::Button;
use crate::ui::frame::content;
use crate::ui::table::plain_table;
use crate::ui::tag;
use crate::visit::Visit;
use akrab_engine::ListRequest;
use akrab_model::{FieldType, Object, Problem, Record};
use axum::Router;
use axum::extract::{Path, Query};
use axum::routing::{get, post};
use maud::{Markup, html};
use serde::Deserialize;
use serde_json::json;
use std::sync::Arc;

const LIST: &str = "/settings/territories";

pub(super) fn routes() -> Router<Web> {
    Router::new()
        .route("/settings/territories/rules/new", get(new).post(add))
        .route("/settings/territories/rules/{id}", get(edit).post(save))
        .route("/settings/territories/rules/{id}/delete", post(delete))
        .route("/settings/territories/rules/{id}/move", post(shift))
}

#[derive(Deserialize, Default)]
struct Asked {
    object: Option<String>,
    filter: Option<String>,
}

/// Objects whose records are placed.
fn objects(visit: &Visit) -> Vec<Arc<Object>> {
    visit.registry().objects().filter(|o| o.territory.is_some() && !o.decl.hidden).cloned().collect()
}

async fn all(visit: &Visit) -> Result<Vec<Record>, Fail> {
    let request = ListRequest {
        object: "territory_rule".into(),
        sort: vec!["object".into(), "position".into()],
        limit: 200,
        ..ListRequest::default()
    };
    Ok(visit.engine().list(&visit.ctx, request).await?.records)
}

/// The rules as the page of territories shows them.
pub(super) async fn list(visit: &Visit) -> Result<Markup, Fail> {
    let t = visit.t;
    let admin = visit.ctx.is_admin();
    let rules = all(visit).await?;
    let mut parts = Vec::new();
    for object in objects(visit) {
        let own: Vec<&Record> = rules.iter().filter(|rule| rule.text("object") == object.key).collect();
        if own.is_empty() {
            continue;
        }
        let mut rows = Vec::new();
        for (n, rule) in own.iter().enumerate() {
            let words = Condition::load(visit, object.clone(), condition::kept(rule)).await?.words();
            let href = format!("{LIST}/rules/{}", rule.id);
            let arrow = |icon: &str, key: &str, by: &str| {
                html! {
                    form method="post" action={ (href) "/move" } { (visit.token_field()) input type="hidden" name="by" value=(by); (Button::only_icon(icon, t.get(key)).ghost().submit()) }
                }
            };
            rows.push(vec![
                html! { (n + 1) },
                html! { @if admin { a.ak-link href=(href) { (rule.title()) } } @else { (rule.title()) } @if !rule.get("active").bool() { " " (tag(&t.get("rule-off"))) } },
                html! { (words) },
                html! { (destination(visit, &object, rule)) },
                html! { @if admin { span.ak-row { @if n > 0 { (arrow("arrow-up", "move-up", "-1")) } @if n + 1 < own.len() { (arrow("arrow-down", "move-down", "1")) } } } },
            ]);
        }
        let label = object.plural_label(visit.lang()).to_string();
        let heads = [t.get("rule-order"), t.get("rule-name"), t.get("rule-condition"), t.get("territory"), String::new()];
        let widths = [Some(64), None, None, Some(200), Some(90)];
        let heads: Vec<_> = heads.iter().zip(widths).map(|(head, width)| (head.as_str(), false, width)).collect();
        parts.push(html! { h3.ak-strong { (label) } (plain_table(&label, &heads, &rows, None)) });
    }
    Ok(html! {
        @if parts.is_empty() { p.ak-muted { (t.get("territory-rules-none")) } }
        @for part in &parts { (part) }
        @if admin { div { (Button::new(t.get("territory-rule-new")).icon("plus").href(format!("{LIST}/rules/new"))) } }
    })
}

fn destination(visit: &Visit, object: &Object, rule: &Record) -> String {
    match rule.link_title("territory") {
        Some(name) => name.to_string(),
        None => {
            let link = object.field(rule.text("via")).map_or_else(String::new, |f| f.label.get(visit.lang()).to_string());
            visit.t.with("territory-as", &[("link", link.into())])
        }
    }
}

fn lines(visit: &Visit, object: &Object) -> Vec<Line> {
    let t = visit.t;
    let registry = visit.registry();
    let links = object.fields.iter().filter(|f| f.kind == FieldType::Link && !f.system && !f.hidden);
    let links = links.filter(|f| f.to.is_some_and(|to| registry.at(to).territory.is_some()));
    let mut places = vec![(String::new(), "—".to_string())];
    places.extend(super::options(&visit.engine().people().sharing));
    places.extend(links.map(|f| (format!("as:{}", f.key), t.with("territory-as", &[("link", f.label.get(visit.lang()).into())]))));
    vec![
        Line::new(t, "name", "rule-name", Kind::Text).required(),
        Line::new(t, "place", "territory", Kind::Choice(places)).required().hint(t.get("territory-rule-hint")),
        Line::new(t, "active", "rule-active", Kind::Check),
    ]
}

async fn form(visit: &Visit, id: Option<i64>, condition: &Condition, title: &str, filled: &Filled, errors: &Errors) -> Reply {
    let t = visit.t;
    let here = id.map_or_else(|| format!("{LIST}/rules/new"), |id| format!("{LIST}/rules/{id}"));
    let object = &condition.object;
    let keep = [("object".to_string(), object.key.clone())];
    let body = html! {
        (condition.builder(visit, &here, &keep))
        p.ak-muted { (t.with("territory-rule-of", &[("records", object.plural_label(visit.lang()).to_lowercase().into())])) }
        form.ak-stack.ak-content-narrow method="post" action=(here) data-guard {
            (visit.token_field())
            input type="hidden" name="object" value=(object.key);
            (condition.line())
            (draw(t, &lines(visit, object), filled, errors))
            (super::super::line::buttons(t, Button::new(t.get("save")).primary(), LIST))
        }
        @if id.is_some() {
            form method="post" action={ (here) "/delete" } { (visit.token_field()) (Button::new(t.get("rule-delete")).danger().submit()) }
        }
    };
    let frame = frame(visit, title).await;
    show(visit, &frame, content(false, html! { div.ak-stack { (body) } }), !errors.is_empty()).await
}

fn object_of(visit: &Visit, key: &str) -> Result<Arc<Object>, Fail> {
    Ok(objects(visit).into_iter().find(|o| o.key == key).ok_or_else(Problem::not_found)?)
}

async fn new(visit: Visit, Query(asked): Query<Asked>) -> Reply {
    visit.require_admin()?;
    let t = visit.t;
    let Some(key) = asked.object else {
        let body = html! {
            p.ak-muted { (t.get("rule-of-what")) }
            div.ak-row.ak-gap-8.ak-wrap { @for object in objects(&visit) { (Button::new(object.plural_label(visit.lang())).icon(&object.decl.icon).href(format!("{LIST}/rules/new?object={}", object.key))) } }
        };
        return super::super::show_form(&visit, &t.get("territory-rule-new"), html! { div.ak-stack { (body) } }, &Errors::new()).await;
    };
    let object = object_of(&visit, &key)?;
    let filter = condition::typed(&visit, &object, asked.filter.as_deref().unwrap_or(""))?;
    let condition = Condition::load(&visit, object, filter).await?;
    let filled = Filled::default().set("active", "1");
    form(&visit, None, &condition, &t.get("territory-rule-new"), &filled, &Errors::new()).await
}

/// What the form says, as a record takes it.
fn input(visit: &Visit, object: &Object, fields: &Fields) -> Result<akrab_model::value::Input, Problem> {
    let mut input = read(&lines(visit, object), fields);
    let place = fields.text("place");
    input.remove("place");
    input.insert("object".into(), json!(object.key));
    input.insert("filter".into(), condition::input(visit, object, fields)?);
    input.insert("territory".into(), place.parse::<i64>().map_or(json!(null), |id| json!(id)));
    input.insert("via".into(), place.strip_prefix("as:").map_or(json!(null), |link| json!(link)));
    Ok(input)
}

async fn again(visit: &Visit, id: Option<i64>, object: Arc<Object>, fields: &Fields, problem: Problem) -> Reply {
    let mut errors = faults(visit, problem)?;
    for (field, _) in errors.iter_mut().filter(|(field, _)| matches!(field.as_str(), "territory" | "via")) {
        *field = "place".into();
    }
    let filter = condition::typed(visit, &object, fields.text("filter")).unwrap_or_default();
    let condition = Condition::load(visit, object, filter).await?;
    form(visit, id, &condition, fields.text("name"), &Filled::typed(fields), &errors).await
}

async fn add(visit: Visit, fields: Fields) -> Reply {
    visit.require_admin()?;
    let object = object_of(&visit, fields.text("object"))?;
    if fields.text("place").is_empty() {
        let condition = Condition::load(&visit, object.clone(), condition::typed(&visit, &object, fields.text("filter"))?).await?;
        return form(
            &visit,
            None,
            &condition,
            &visit.t.get("territory-rule-new"),
            &Filled::typed(&fields),
            &fault(&visit, "place", "required"),
        )
        .await;
    }
    let last = all(&visit).await?.iter().filter(|r| r.text("object") == object.key).filter_map(|r| r.get("position").int()).max();
    let made = match input(&visit, &object, &fields) {
        Ok(mut input) => {
            input.insert("position".into(), json!(last.unwrap_or(0) + 1));
            visit.engine().create(&visit.ctx, "territory_rule", input).await
        }
        Err(problem) => Err(problem),
    };
    match made {
        Ok(_) => visit.go(LIST, Flash::ok(visit.t.get("territory-rule-saved"))),
        Err(problem) => again(&visit, None, object, &fields, problem).await,
    }
}

async fn edit(visit: Visit, Path(id): Path<i64>, Query(asked): Query<Asked>) -> Reply {
    visit.require_admin()?;
    let rule = visit.engine().get(&visit.ctx, "territory_rule", id).await?;
    let object = object_of(&visit, rule.text("object"))?;
    let filter = match &asked.filter {
        Some(text) => condition::typed(&visit, &object, text)?,
        None => condition::kept(&rule),
    };
    let condition = Condition::load(&visit, object, filter).await?;
    let place = match rule.link("territory") {
        Some(id) => id.to_string(),
        None => format!("as:{}", rule.text("via")),
    };
    form(&visit, Some(id), &condition, rule.title(), &Filled::record(&rule, &["name", "active"]).set("place", place), &Errors::new()).await
}

async fn save(visit: Visit, Path(id): Path<i64>, fields: Fields) -> Reply {
    visit.require_admin()?;
    let rule = visit.engine().get(&visit.ctx, "territory_rule", id).await?;
    let object = object_of(&visit, rule.text("object"))?;
    let saved = match input(&visit, &object, &fields) {
        Ok(input) => visit.engine().update(&visit.ctx, "territory_rule", id, input, None).await,
        Err(problem) => Err(problem),
    };
    match saved {
        Ok(_) => visit.go(LIST, Flash::ok(visit.t.get("territory-rule-saved"))),
        Err(problem) => again(&visit, Some(id), object, &fields, problem).await,
    }
}

async fn delete(visit: Visit, Path(id): Path<i64>) -> Reply {
    visit.engine().delete(&visit.ctx, "territory_rule", id, None).await?;
    visit.go(LIST, Flash::ok(visit.t.get("deleted")))
}

/// One place up or down: all rules of the object are numbered anew.
async fn shift(visit: Visit, Path(id): Path<i64>, fields: Fields) -> Reply {
    visit.require_admin()?;
    let rules = all(&visit).await?;
    let object = rules.iter().find(|rule| rule.id == id).map(|rule| rule.text("object").to_string()).ok_or_else(Problem::not_found)?;
    let mut order: Vec<i64> = rules.iter().filter(|rule| rule.text("object") == object).map(|rule| rule.id).collect();
    let at = order.iter().position(|one| *one == id).unwrap_or_default();
    let to = if fields.text("by") == "-1" { at.checked_sub(1) } else { Some(at + 1).filter(|to| *to < order.len()) };
    if let Some(to) = to {
        order.swap(at, to);
    }
    visit
        .write(move |tx| {
            for (n, rule) in order.iter().enumerate() {
                let input = json!({ "position": n + 1 }).as_object().cloned().unwrap_or_default();
                tx.update("territory_rule", *rule, &input, None)?;
            }
            Ok(())
        })
        .await?;
    visit.go(LIST, Flash::ok(visit.t.get("territory-rule-saved")))
}
