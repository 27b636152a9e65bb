//! `GET /settings/flows`: every flow as a sentence, how it stands and how it goes.

use super::editor::state;
use super::words::Teller;
use super::{Errors, frame, show};
use crate::fail::Reply;
use crate::form::Fields;
use crate::settings::line::{Filled, Kind, Line, sheet};
use crate::ui::button::Button;
use crate::ui::empty::{Empty, empty};
use crate::ui::frame::content;
use crate::ui::status::{Status, status};
use crate::visit::Visit;
use akrab_engine::flow::{ActsAs, Flow, FlowView, Repeat, Trigger};
use akrab_model::{Label, Object};
use maud::{Markup, html};
use std::sync::Arc;

pub(super) async fn page(visit: Visit) -> Reply {
    visit.require_admin()?;
    let t = visit.t;
    let all = visit.read(|tx| tx.flow_list()).await?;
    let flows: Vec<Flow> = all.iter().map(|view| view.flow.clone()).collect();
    let teller = Teller::load(&visit, &flows).await?;
    let mut frame = frame(&visit, &t.get("settings-flows")).await;
    frame.actions = Some(html! {
        (Button::new(t.get("flow-import")).icon("import").href("/settings/flows/import"))
        @if !all.is_empty() { (Button::new(t.get("flow-export")).icon("download").href("/settings/flows/export")) }
        (Button::new(t.get("flow-new")).icon("plus").primary().href("/settings/flows/new"))
    });
    let body = if all.is_empty() {
        empty(&Empty { icon: "workflow".into(), title: t.get("flows-none"), text: t.get("flows-purpose"), ..Empty::default() })
    } else {
        content(false, html! { ul.ak-flow-all { @for view in &all { (line(&visit, &teller, view)) } } })
    };
    show(&visit, &frame, body, false).await
}

fn line(visit: &Visit, teller: &Teller, view: &FlowView) -> Markup {
    let t = visit.t;
    let base = format!("/settings/flows/{}", view.key);
    let many = |n: i64| if n > 10_000 { "10.000+".to_string() } else { t.number(n) };
    html! {
        li {
            div.ak-flow-line {
                div.ak-row.ak-gap-8 {
                    a.ak-strong href=(base) { (view.flow.name.get(visit.lang())) }
                    (state(visit, view))
                    @if view.draft && view.version > 0 { (crate::ui::tag(&t.get("flow-has-draft"))) }
                }
                p { (teller.sentence(&view.flow)) }
            }
            div.ak-flow-figures {
                @if view.done + view.going + view.failed == 0 { span.ak-faint { (t.get("flow-runs-none")) } }
                @if view.done > 0 { a href={ (base) "/runs" } { (status(Status::Ok, &t.with("flow-figure-done", &[("n", t.number(view.done).into())]))) } }
                @if view.going > 0 { a href={ (base) "/runs?state=going" } { (status(Status::Today, &t.with("flow-figure-going", &[("n", many(view.going).into())]))) } }
                @if view.failed > 0 { a href={ (base) "/runs?state=failed" } { (status(Status::Late, &t.with("flow-figure-failed", &[("n", many(view.failed).into())]))) } }
            }
        }
    }
}

/// Objects a flow can be about.
fn own_objects(visit: &Visit) -> Vec<Arc<Object>> {
    visit.registry().objects().filter(|o| !o.is_system() && !o.decl.hidden).cloned().collect()
}

fn lines(visit: &Visit) -> Vec<Line> {
    let mut objects: Vec<(String, String)> =
        own_objects(visit).into_iter().map(|o| (o.key.clone(), o.label(visit.lang()).to_string())).collect();
    objects.sort_by_key(|(_, words)| words.to_lowercase());
    let kinds = Trigger::all().iter().map(|tr| (tr.key().to_string(), visit.t.get(&format!("flow-trigger-{}", tr.key())))).collect();
    vec![
        Line::new(visit.t, "name_id", "flow-name-id", Kind::Text).required(),
        Line::new(visit.t, "name_en", "flow-name-en", Kind::Text),
        Line::new(visit.t, "object", "flow-object", Kind::Choice(objects)).hint(visit.t.get("flow-object-hint")),
        Line::new(visit.t, "on", "flow-begins", Kind::Choice(kinds)),
    ]
}

async fn form(visit: &Visit, filled: &Filled, errors: &Errors) -> Reply {
    let body = sheet(visit, "/settings/flows/new", &lines(visit), (filled, errors), "flow-make", "/settings/flows");
    crate::settings::show_form(visit, &visit.t.get("flow-new"), body, errors).await
}

/// `GET /settings/flows/new`
pub(super) async fn new(visit: Visit) -> Reply {
    visit.require_admin()?;
    let objects = own_objects(&visit);
    let object = visit.likely(&objects).map_or("", |object| object.key.as_str());
    form(&visit, &Filled::default().set("object", object), &Errors::new()).await
}

/// `POST /settings/flows/new`
pub(super) async fn add(visit: Visit, fields: Fields) -> Reply {
    let (id, en) = (fields.text("name_id").to_string(), fields.text("name_en").to_string());
    let trigger = Trigger::all().into_iter().find(|tr| tr.key() == fields.text("on")).unwrap_or(Trigger::Created {});
    let flow = Flow {
        name: Label { en: if en.is_empty() { id.clone() } else { en }, id },
        object: fields.text("object").into(),
        acts_as: ActsAs::Program,
        repeat: Repeat::Always,
        when: None,
        formula: None,
        trigger,
        steps: Vec::new(),
    };
    match visit.write(move |tx| tx.flow_make(&flow, None)).await {
        Ok(key) => visit.go(&format!("/settings/flows/{key}"), None),
        Err(fail) => form(&visit, &Filled::typed(&fields), &crate::settings::faults(&visit, fail.problem)?).await,
    }
}
