//! Templates of mails: the list, and a template with its texts in both languages and what it makes of a record.

mod form;

use super::{Errors, faults, frame, show};
use crate::fail::Reply;
use crate::flash::Flash;
use crate::form::Fields;
use crate::route::{Router, get, post};
use crate::settings::calendars::key_for;
use crate::ui::button::Button;
use crate::ui::empty::{Empty, empty};
use crate::ui::frame::content;
use crate::ui::status::{Status, status};
use crate::ui::table::plain_table;
use crate::visit::Visit;
use akrab_engine::template::MailTemplate;
use akrab_model::problem::ProblemKind;
use akrab_model::{Label, Object};
use axum::extract::{Path, Query};
use form::Sheet;
use maud::{Markup, html};
use serde::Deserialize;
use std::sync::Arc;

const HERE: &str = "/settings/mail-templates";

#[inline(always)]
pub(super) fn routes() -> Router {
    Router::new()
        .route(HERE, get(page))
        .route("/settings/mail-templates/new", get(new).post(add))
        .route("/settings/mail-templates/{key}", get(edit).post(save))
        .route("/settings/mail-templates/{key}/retire", post(retire))
}

async fn page(visit: Visit) -> Reply {
    visit.require_admin()?;
    let t = visit.t;
    let templates = visit.read(|tx| tx.mail_templates()).await?;
    let mut frame = frame(&visit, &t.get("settings-mail-templates")).await;
    frame.actions = Some(html! { (Button::new(t.get("mail-template-new")).icon("plus").primary().href(format!("{HERE}/new"))) });
    let body = if templates.is_empty() {
        empty(&Empty { icon: "mail".into(), title: t.get("mail-templates-none"), text: t.get("mail-templates-text"), ..Empty::default() })
    } else {
        let heads = ["mail-template", "mail-template-for", "mail-template-subject", "approval-state"].map(|key| t.get(key));
        let widths = [Some(240), Some(150), None, Some(130)];
        let heads: Vec<_> = heads.iter().zip(widths).map(|(label, width)| (label.as_str(), false, width)).collect();
        let rows: Vec<Vec<Markup>> = templates
            .iter()
            .map(|kept| {
                let object = visit.registry().object(&kept.decl.object).map(|o| o.label(visit.lang()).to_string());
                vec![
                    html! { a.ak-link href={ (HERE) "/" (kept.key) } { (kept.name.get(visit.lang())) } },
                    html! { (object.unwrap_or_else(|| kept.decl.object.clone())) },
                    html! { (kept.decl.subject.get(visit.lang())) },
                    html! { @if kept.retired { (status(Status::None, &t.get("mail-template-off"))) } @else { (status(Status::Ok, &t.get("mail-template-on"))) } },
                ]
            })
            .collect();
        content(
            false,
            html! { div.ak-stack { p { (t.get("mail-templates-text")) } (plain_table(&t.get("settings-mail-templates"), &heads, &rows, None)) } },
        )
    };
    show(&visit, &frame, body, false).await
}

fn objects(visit: &Visit) -> Vec<Arc<Object>> {
    let mut all: Vec<Arc<Object>> = visit.registry().objects().filter(|o| !o.is_system() && !o.decl.hidden).cloned().collect();
    all.sort_by_key(|o| o.plural_label(visit.lang()).to_lowercase());
    all
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Asked {
    object: String,
    /// The record it is tried with; the latest one when empty.
    record: String,
}

/// `GET /settings/mail-templates/new`: what it tells of first, then the template.
async fn new(visit: Visit, Query(asked): Query<Asked>) -> Reply {
    visit.require_admin()?;
    let t = visit.t;
    let Some(object) = visit.registry().object(&asked.object).cloned() else {
        let body = html! {
            p.ak-muted { (t.get("mail-template-choose-object")) }
            div.ak-type-list {
                @for object in objects(&visit) {
                    a href={ (HERE) "/new?object=" (object.key) } { b { (object.plural_label(visit.lang())) } span { (object.purpose(visit.lang())) } }
                }
            }
        };
        let frame = frame(&visit, &t.get("mail-template-new")).await;
        return show(&visit, &frame, content(true, html! { div.ak-stack { (body) } }), false).await;
    };
    let template = MailTemplate { object: object.key.clone(), ..MailTemplate::default() };
    Sheet::new("", template, 0).page(&visit, &asked.record, &Errors::new()).await
}

/// What the form says.
fn typed(fields: &Fields) -> MailTemplate {
    let text = |name: &str| fields.get(name).unwrap_or_default().replace("\r\n", "\n").trim().to_string();
    let label = |part: &str| {
        let (id, en) = (text(&format!("{part}_id")), text(&format!("{part}_en")));
        Label::new(&id, &en)
    };
    let name = label("name");
    let name = if name.en.is_empty() { Label::new(&name.id, &name.id) } else { name };
    MailTemplate { name, object: text("object"), subject: label("subject"), text: label("text") }
}

async fn add(visit: Visit, fields: Fields) -> Reply {
    visit.require_admin()?;
    let template = typed(&fields);
    let mut sheet = Sheet::new("", template.clone(), 0);
    if fields.ticked("try") {
        sheet.unsaved = true;
        return sheet.page(&visit, fields.text("record"), &Errors::new()).await;
    }
    let saved = visit.write(move |tx| {
        let taken: Vec<String> = tx.mail_templates()?.into_iter().map(|kept| kept.key).collect();
        let key = key_for(&template.name.en, "template", &taken);
        tx.mail_template_save(&key, &template, Some(0))?;
        Ok(key)
    });
    match saved.await {
        Ok(key) => visit.go(&format!("{HERE}/{key}"), Flash::ok(visit.t.get("saved"))),
        Err(fail) => {
            let errors = faults(&visit, fail.problem)?;
            sheet.unsaved = true;
            sheet.page(&visit, fields.text("record"), &errors).await
        }
    }
}

async fn edit(visit: Visit, Path(key): Path<String>, Query(asked): Query<Asked>) -> Reply {
    visit.require_admin()?;
    let wanted = key.clone();
    let kept = visit.read(move |tx| tx.mail_template(&wanted)).await?;
    let sheet = Sheet { retired: kept.retired, ..Sheet::new(&key, kept.decl, kept.version) };
    sheet.page(&visit, &asked.record, &Errors::new()).await
}

async fn save(visit: Visit, Path(key): Path<String>, fields: Fields) -> Reply {
    visit.require_admin()?;
    let (template, known) = (typed(&fields), fields.text("known").parse().unwrap_or_default());
    let wanted = key.clone();
    let kept = visit.read(move |tx| tx.mail_template(&wanted)).await?;
    let template = MailTemplate { object: kept.decl.object.clone(), ..template };
    let sheet = Sheet { retired: kept.retired, unsaved: template != kept.decl, ..Sheet::new(&key, template.clone(), known) };
    if fields.ticked("try") {
        return sheet.page(&visit, fields.text("record"), &Errors::new()).await;
    }
    let name = key.clone();
    match visit.write(move |tx| tx.mail_template_save(&name, &template, Some(known))).await {
        Ok(_) => visit.go(&format!("{HERE}/{key}"), Flash::ok(visit.t.get("saved"))),
        Err(fail) => {
            let errors = match fail.problem.kind {
                ProblemKind::Stale => vec![(String::new(), crate::fail::message(visit.t, &fail.problem))],
                _ => faults(&visit, fail.problem)?,
            };
            sheet.page(&visit, fields.text("record"), &errors).await
        }
    }
}

/// `POST /settings/mail-templates/{key}/retire`: out of use with `on`, back without.
async fn retire(visit: Visit, Path(key): Path<String>, fields: Fields) -> Reply {
    visit.require_admin()?;
    let on = fields.ticked("on");
    visit.write(move |tx| tx.mail_template_retire(&key, on)).await?;
    visit.go(HERE, Flash::ok(visit.t.get("saved")))
}
