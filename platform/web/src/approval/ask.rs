//! Asking for an approval of a record.

use crate::fail::Reply;
use crate::flash::Flash;
use crate::form::Fields;
use crate::ui::button::Button;
use crate::ui::dialog::{self, Dialog, dialog_form};
use crate::ui::form::{self, Row};
use crate::ui::input::{self, Input};
use crate::visit::Visit;
use axum::extract::Query;
use maud::html;
use serde::Deserialize;

/// For what, and by which rule.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Wanted {
    object: String,
    id: i64,
    rule: String,
}

/// `GET /approvals/ask`
pub(super) async fn show(visit: Visit, Query(wanted): Query<Wanted>) -> Reply {
    let t = visit.t;
    let object = visit.object(&wanted.object)?;
    let (own, rule) = (object.key.clone(), wanted.rule.clone());
    let (record, kept) = visit.read(move |tx| Ok((tx.get(&own, wanted.id)?, tx.approval_rule(&rule)?))).await?;
    let title = t.with("approval-ask-title", &[("name", kept.name.get(visit.lang()).into())]);
    let back = format!("/{}/{}", object.plural, record.id);
    let d = Dialog {
        id: "approval-ask",
        icon: Some("stamp"),
        title: &title,
        body: html! {
            p { (t.with("approval-ask-text", &[("record", record.title().into())])) }
            input type="hidden" name="object" value=(object.key);
            input type="hidden" name="id" value=(record.id);
            input type="hidden" name="rule" value=(wanted.rule);
            (form::row(t, &Row::new(t.get("approval-note")).hint(t.get("approval-note-hint")), Input::new("note", "").attr("maxlength", "2000"), |i| input::textarea(i, 3)))
        },
        footer: dialog::foot(t, &back, Button::new(t.get("approval-ask")).icon("stamp").primary().submit()),
        wide: false,
        close_href: &back,
    };
    let drawn = dialog_form(t, &d, "/approvals/ask", &visit.csrf);
    visit.dialog(&title, drawn).await
}

/// `POST /approvals/ask`
pub(super) async fn ask(visit: Visit, fields: Fields) -> Reply {
    let object = visit.object(fields.text("object"))?;
    let id: i64 = fields.text("id").parse().map_err(|_| akrab_model::Problem::malformed("bad_form"))?;
    let (own, rule, note) = (object.key.clone(), fields.text("rule").to_string(), fields.text("note").to_string());
    visit.write(move |tx| tx.approval_ask(&own, id, &rule, &note, None)).await?;
    visit.go(&format!("/{}/{id}", object.plural), Flash::ok(visit.t.get("approval-asked-done")))
}
