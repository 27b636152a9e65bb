//! Sharing rules: records that match a condition are open to a role, a team, a territory or a person.

use super::condition::{self, Condition};
use super::line::{Filled, Kind, Line, buttons, draw, read};
use super::{Errors, faults, frame, show};
use crate::fail::{Fail, Reply};
use crate::flash::Flash;
use crate::form::Fields;
use crate::list::head;
use crate::state::Web;
use crate::ui::button::Button;
use crate::ui::empty::{Empty, empty};
use crate::ui::frame::content;
use crate::ui::table::plain_table;
use crate::ui::tag;
use crate::visit::Visit;
use akrab_engine::ListRequest;
use akrab_model::{Object, Problem, Record};
use axum::Router;
use axum::extract::{Path, Query};
use axum::routing::{get, post};
use maud::html;
use serde::Deserialize;
use serde_json::json;
use std::sync::Arc;

const LIST: &str = "/settings/sharing";
/// Links of a rule to whom it opens records, with the words before the name.
const TAKERS: [(&str, &str); 4] = [("to_role", "role"), ("to_team", "team"), ("to_territory", "territory"), ("to_user", "user")];

pub(super) fn routes() -> Router<Web> {
    Router::new()
        .route("/settings/sharing", get(page))
        .route("/settings/sharing/new", get(new).post(add))
        .route("/settings/sharing/{id}", get(edit).post(save))
        .route("/settings/sharing/{id}/delete", post(delete))
}

#[derive(Deserialize, Default)]
struct Asked {
    object: Option<String>,
    filter: Option<String>,
}

fn objects(visit: &Visit) -> Vec<Arc<Object>> {
    visit.registry().objects().filter(|o| !o.is_system() && !o.decl.hidden).cloned().collect()
}

fn object_of(visit: &Visit, key: &str) -> Result<Arc<Object>, Fail> {
    Ok(objects(visit).into_iter().find(|o| o.key == key).ok_or_else(Problem::not_found)?)
}

async fn page(visit: Visit) -> Reply {
    visit.object("sharing_rule")?;
    let t = visit.t;
    let admin = visit.ctx.is_admin();
    let request =
        ListRequest { object: "sharing_rule".into(), sort: vec!["object".into(), "name".into()], limit: 200, ..ListRequest::default() };
    let rules = visit.engine().list(&visit.ctx, request).await?.records;
    let mut rows = Vec::new();
    for rule in &rules {
        let Ok(object) = object_of(&visit, rule.text("object")) else { continue };
        let kept = condition::kept(rule);
        let words = Condition::load(&visit, object.clone(), kept.clone()).await?.words();
        let asked = ListRequest { object: object.key.clone(), filter: kept, ..ListRequest::default() };
        let count = visit
            .engine()
            .count(&visit.ctx, asked, false)
            .await
            .map_or_else(|_| t.get("rule-broken"), |n| head::count_words(&visit.look(), n));
        rows.push(vec![
            html! { @if admin { a.ak-link href={ (LIST) "/" (rule.id) } { (rule.title()) } } @else { (rule.title()) } @if !rule.get("active").bool() { " " (tag(&t.get("rule-off"))) } },
            html! { (object.plural_label(visit.lang())) },
            html! { (words) },
            html! { (taker(&visit, rule)) },
            html! { (t.get(if rule.text("level") == "edit" { "share-edit" } else { "share-read" })) },
            html! { (count) },
        ]);
    }
    let mut frame = frame(&visit, &t.get("settings-sharing")).await;
    if admin {
        frame.actions = Some(html! { (Button::new(t.get("sharing-new")).icon("plus").primary().href(format!("{LIST}/new"))) });
    }
    let heads = ["rule-name", "object", "rule-condition", "share-to", "share-level", "sharing-records"].map(|key| t.get(key));
    let heads: Vec<_> = heads.iter().enumerate().map(|(n, head)| (head.as_str(), n == 5, None)).collect();
    let none = Empty { icon: "share-2".into(), title: t.get("sharing-none"), text: t.get("sharing-empty"), ..Empty::default() };
    let body = html! { @if rows.is_empty() { (empty(&none)) } @else { (plain_table(&t.get("settings-sharing"), &heads, &rows, None)) } };
    show(&visit, &frame, body, false).await
}

/// "Tim Jawa dan di bawahnya".
fn taker(visit: &Visit, rule: &Record) -> String {
    let t = visit.t;
    let found = TAKERS.iter().find_map(|(key, words)| Some((*words, rule.link_title(key)?)));
    let Some((words, name)) = found else { return "—".into() };
    let deep = rule.get("below").bool() && matches!(words, "team" | "territory");
    t.with(if deep { "sharing-taker-below" } else { "sharing-taker" }, &[("kind", t.get(words).into()), ("name", name.into())])
}

fn lines(visit: &Visit) -> Vec<Line> {
    let t = visit.t;
    let people = visit.engine().people();
    let named = |key: &str, name: &str| t.with("sharing-taker", &[("kind", t.get(key).into()), ("name", name.trim().into())]);
    let mut takers = vec![(String::new(), "—".to_string())];
    takers.extend(people.roles.iter().filter(|r| !r.is_administrator()).map(|r| (format!("to_role:{}", r.id), named("role", &r.name))));
    takers.extend(people.teams.iter().map(|(id, name, _)| (format!("to_team:{id}"), named("team", name))));
    takers.extend(
        super::territory_options(&people.sharing).into_iter().map(|(id, name)| (format!("to_territory:{id}"), named("territory", &name))),
    );
    takers.extend(people.users().into_iter().filter(|p| p.active).map(|p| (format!("to_user:{}", p.id), named("user", &p.name))));
    let levels = [("read", "share-read"), ("edit", "share-edit")].map(|(value, key)| (value.to_string(), t.get(key)));
    vec![
        Line::new(t, "name", "rule-name", Kind::Text).required(),
        Line::new(t, "to", "share-to", Kind::Choice(takers)).required(),
        Line::new(t, "below", "sharing-below", Kind::Check).hint(t.get("sharing-below-hint")),
        Line::new(t, "level", "share-level", Kind::Choice(levels.to_vec())).hint(t.get("sharing-level-hint")),
        Line::new(t, "active", "rule-active", Kind::Check),
    ]
}

async fn form(visit: &Visit, id: Option<i64>, condition: &Condition, title: &str, filled: &Filled, errors: &Errors) -> Reply {
    let t = visit.t;
    let here = id.map_or_else(|| format!("{LIST}/new"), |id| format!("{LIST}/{id}"));
    let object = &condition.object;
    let keep = [("object".to_string(), object.key.clone())];
    let body = html! {
        (condition.builder(visit, &here, &keep))
        p.ak-muted { (t.with("sharing-rule-of", &[("records", object.plural_label(visit.lang()).to_lowercase().into())])) }
        form.ak-stack.ak-content-narrow method="post" action=(here) data-guard {
            (visit.token_field())
            input type="hidden" name="object" value=(object.key);
            (condition.line())
            (draw(t, &lines(visit), filled, errors))
            (buttons(t, Button::new(t.get("save")).primary(), LIST))
        }
        @if id.is_some() {
            form method="post" action={ (here) "/delete" } { (visit.token_field()) (Button::new(t.get("rule-delete")).danger().submit()) }
        }
    };
    let frame = frame(visit, title).await;
    show(visit, &frame, content(false, html! { div.ak-stack { (body) } }), !errors.is_empty()).await
}

async fn new(visit: Visit, Query(asked): Query<Asked>) -> Reply {
    visit.require_admin()?;
    let t = visit.t;
    let Some(key) = asked.object else {
        let body = html! {
            p.ak-muted { (t.get("rule-of-what")) }
            div.ak-row.ak-gap-8.ak-wrap { @for object in objects(&visit) { (Button::new(object.plural_label(visit.lang())).icon(&object.decl.icon).href(format!("{LIST}/new?object={}", object.key))) } }
        };
        return super::show_form(&visit, &t.get("sharing-new"), html! { div.ak-stack { (body) } }, &Errors::new()).await;
    };
    let object = object_of(&visit, &key)?;
    let filter = condition::typed(&visit, &object, asked.filter.as_deref().unwrap_or(""))?;
    let condition = Condition::load(&visit, object, filter).await?;
    form(&visit, None, &condition, &t.get("sharing-new"), &Filled::default().set("active", "1"), &Errors::new()).await
}

/// What the form says, as a record takes it. A rule without a condition would open everything: that is for roles.
fn input(visit: &Visit, object: &Object, fields: &Fields) -> Result<akrab_model::value::Input, Problem> {
    let mut input = read(&lines(visit), fields);
    input.remove("to");
    if fields.text("level").is_empty() {
        input.insert("level".into(), json!("read"));
    }
    let (key, id) = fields.text("to").split_once(':').unwrap_or_default();
    for (taker, _) in TAKERS {
        let chosen = id.parse::<i64>().ok().filter(|_| taker == key);
        input.insert(taker.into(), chosen.map_or(json!(null), |id| json!(id)));
    }
    input.insert("object".into(), json!(object.key));
    input.insert("filter".into(), condition::input(visit, object, fields)?);
    Ok(input)
}

async fn again(visit: &Visit, id: Option<i64>, object: Arc<Object>, fields: &Fields, problem: Problem) -> Reply {
    let mut errors = faults(visit, problem)?;
    for (field, _) in errors.iter_mut().filter(|(field, _)| field.starts_with("to_")) {
        *field = "to".into();
    }
    let filter = condition::typed(visit, &object, fields.text("filter")).unwrap_or_default();
    let condition = Condition::load(visit, object, filter).await?;
    form(visit, id, &condition, &visit.t.get("sharing-new"), &Filled::typed(fields), &errors).await
}

async fn add(visit: Visit, fields: Fields) -> Reply {
    visit.require_admin()?;
    let object = object_of(&visit, fields.text("object"))?;
    let made = match input(&visit, &object, &fields) {
        Ok(input) => visit.engine().create(&visit.ctx, "sharing_rule", input).await,
        Err(problem) => Err(problem),
    };
    match made {
        Ok(_) => visit.go(LIST, Flash::ok(visit.t.get("saved"))),
        Err(problem) => again(&visit, None, object, &fields, problem).await,
    }
}

async fn edit(visit: Visit, Path(id): Path<i64>, Query(asked): Query<Asked>) -> Reply {
    visit.require_admin()?;
    let rule = visit.engine().get(&visit.ctx, "sharing_rule", id).await?;
    let object = object_of(&visit, rule.text("object"))?;
    let filter = match &asked.filter {
        Some(text) => condition::typed(&visit, &object, text)?,
        None => condition::kept(&rule),
    };
    let condition = Condition::load(&visit, object, filter).await?;
    let to = TAKERS.iter().find_map(|(key, _)| Some(format!("{key}:{}", rule.link(key)?))).unwrap_or_default();
    let filled = Filled::record(&rule, &["name", "below", "level", "active"]).set("to", to);
    form(&visit, Some(id), &condition, rule.title(), &filled, &Errors::new()).await
}

async fn save(visit: Visit, Path(id): Path<i64>, fields: Fields) -> Reply {
    visit.require_admin()?;
    let rule = visit.engine().get(&visit.ctx, "sharing_rule", id).await?;
    let object = object_of(&visit, rule.text("object"))?;
    let saved = match input(&visit, &object, &fields) {
        Ok(input) => visit.engine().update(&visit.ctx, "sharing_rule", id, input, None).await,
        Err(problem) => Err(problem),
    };
    match saved {
        Ok(_) => visit.go(LIST, Flash::ok(visit.t.get("saved"))),
        Err(problem) => again(&visit, Some(id), object, &fields, problem).await,
    }
}

async fn delete(visit: Visit, Path(id): Path<i64>) -> Reply {
    visit.engine().delete(&visit.ctx, "sharing_rule", id, None).await?;
    visit.go(LIST, Flash::ok(visit.t.get("deleted")))
}
