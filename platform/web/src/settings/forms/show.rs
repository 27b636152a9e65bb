//! One form: where it is, how it is put into other sites, and what came in by it.

use super::{HERE, frame, show_page, state};
use crate::fail::Reply;
use crate::flash::Flash;
use crate::form::Fields;
use crate::ui::button::Button;
use crate::ui::frame::content;
use crate::ui::setting::setting;
use crate::ui::status::{Status, status};
use crate::ui::table::plain_table;
use crate::visit::Visit;
use akrab_engine::form::{FormView, SubmissionView};
use akrab_engine::inlet::CallState;
use axum::extract::{Path, Query};
use maud::{Markup, html};
use serde::Deserialize;
use serde_json::Value as Json;

const PAGE: usize = 50;
/// Values of a submission shown in its line.
const VALUES: usize = 3;

/// How far back is looked.
#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct Asked {
    before: Option<i64>,
}

pub(super) async fn page(visit: Visit, Path(id): Path<i64>, Query(asked): Query<Asked>) -> Reply {
    visit.require_admin()?;
    let t = visit.t;
    let (form, found) = visit.read(move |tx| Ok((tx.form(id)?, tx.form_submissions(id, asked.before, PAGE)?))).await?;
    let mut frame = frame(&visit, &form.draft.name).await;
    frame.actions = Some(html! {
        (Button::new(t.get("form-look")).icon("eye").href(address(&visit, &form)).attr("target", "_blank"))
        (Button::new(t.get("edit")).icon("pencil").primary().href(format!("{HERE}/{id}/edit")))
    });
    let body = html! {
        @if form.owner_gone { div.ak-notice data-tone="warn" role="status" { (t.get("form-owner-gone-text")) } }
        (setting(&t.get("form-about"), "", true, about(&visit, &form)))
        (setting(&t.get("form-embed"), &t.get("form-embed-text"), true, embedding(&visit, &form)))
        (setting(&t.get("form-api"), &t.get("form-api-text"), true, copied(&visit, &call(&visit, &form))))
        (setting(&t.get("form-submissions"), &t.get("form-submissions-text"), true, submissions(&visit, &form, &found)))
        form method="post" action={ (HERE) "/" (id) "/delete" } { (visit.token_field()) (Button::new(t.get("form-delete")).danger().submit()) }
    };
    show_page(&visit, &frame, content(false, html! { div.ak-stack { (body) } }), false).await
}

fn address(visit: &Visit, form: &FormView) -> String {
    format!("{}{}{}", crate::oauth::issuer(&visit.web, &visit.facts), crate::public::PLACE, form.key)
}

fn copied(visit: &Visit, text: &str) -> Markup {
    html! {
        div.ak-row.ak-gap-8 {
            code.ak-mono.ak-truncate { (text) }
            (Button::new(visit.t.get("copy")).icon("copy").attr("data-copy", text))
        }
    }
}

fn about(visit: &Visit, form: &FormView) -> Markup {
    let t = visit.t;
    let object = visit.registry().object(&form.draft.plan.object).map(|o| o.plural_label(visit.lang()).to_string());
    let lang = if form.draft.plan.lang == "en" { "English" } else { "Indonesia" };
    html! {
        dl.ak-fields {
            div.ak-field-pair { dt { (t.get("form-state")) } dd { (state(t, form)) } }
            div.ak-field-pair { dt { (t.get("form-address")) } dd { (copied(visit, &address(visit, form))) } }
            div.ak-field-pair { dt { (t.get("form-object")) } dd { (object.as_deref().unwrap_or("—")) } }
            div.ak-field-pair { dt { (t.get("form-owner")) } dd { (form.owner_name.as_deref().unwrap_or("—")) } }
            div.ak-field-pair { dt { (t.get("form-lang")) } dd { (lang) } }
            div.ak-field-pair { dt { (t.get("form-taken")) } dd { (t.number(form.taken)) } }
            @if form.refused > 0 { div.ak-field-pair { dt { (t.get("form-refused")) } dd { (t.number(form.refused)) } } }
        }
        form method="post" action={ (HERE) "/" (form.id) "/open" } {
            (visit.token_field())
            @if !form.draft.open { input type="hidden" name="open" value="1"; }
            @if form.draft.open { (Button::new(t.get("form-close-it")).icon("plug-zap").submit()) } @else { (Button::new(t.get("form-open-it")).icon("plug").submit()) }
        }
    }
}

fn embedding(visit: &Visit, form: &FormView) -> Markup {
    let plan = &form.draft.plan;
    if plan.origins.is_empty() {
        return html! { p.ak-muted { (visit.t.get("form-embed-none")) } };
    }
    let height = 240 + 84 * plan.fields.len();
    let title = plan.title.replace('&', "&amp;").replace('"', "&quot;");
    let code = format!(
        r#"<iframe src="{}?embed=1" title="{title}" width="100%" height="{height}" style="border:0"></iframe>"#,
        address(visit, form)
    );
    html! { (copied(visit, &code)) p.ak-muted { (visit.t.get("form-origins")) ": " (plan.origins.join(", ")) } }
}

/// How a program sends it, with the fields that are wanted.
fn call(visit: &Visit, form: &FormView) -> String {
    let wanted = form.draft.plan.fields.iter().filter(|asked| asked.required);
    let body: serde_json::Map<String, Json> = wanted.map(|asked| (asked.key.clone(), "…".into())).collect();
    format!("curl {} -H 'Content-Type: application/json' -d '{}'", address(visit, form), Json::Object(body))
}

fn submissions(visit: &Visit, form: &FormView, found: &[SubmissionView]) -> Markup {
    let (t, look) = (visit.t, visit.look());
    let heads = ["form-when", "form-record", "form-values", "form-place", "form-state"].map(|key| t.get(key));
    let widths = [Some(160), Some(220), None, Some(140), Some(150)];
    let heads: Vec<_> = heads.iter().zip(widths).map(|(head, width)| (head.as_str(), false, width)).collect();
    let line = |one: &SubmissionView| {
        vec![
            html! { (look.moment_words(&look.local(one.at))) },
            record(visit, one),
            html! { (values(one)) },
            html! { span.ak-mono { (one.place) } },
            match one.state {
                CallState::Refused => status(Status::Risk, &t.get("form-was-refused")),
                _ => status(Status::Ok, &t.get("form-was-taken")),
            },
        ]
    };
    let older = found.last().filter(|_| found.len() == PAGE).map(|last| format!("{HERE}/{}?before={}", form.id, last.id));
    html! {
        @if found.is_empty() { p.ak-muted { (t.get("form-submissions-none")) } }
        @else { (plain_table(&t.get("form-submissions"), &heads, &found.iter().map(line).collect::<Vec<_>>(), None)) }
        @if let Some(href) = older { p { (Button::new(t.get("jobs-older")).href(href)) } }
    }
}

fn record(visit: &Visit, one: &SubmissionView) -> Markup {
    let Some((key, id, title)) = &one.record else { return html! { "—" } };
    match (visit.registry().object(key), title) {
        (Some(object), Some(title)) => html! { a.ak-link href=(visit.look().href(object, *id)) { (title) } },
        _ => html! { span.ak-faint { "#" (id) } },
    }
}

/// The first things that were typed.
fn values(one: &SubmissionView) -> String {
    let words = |value: &Json| match value {
        Json::String(text) => text.trim().to_string(),
        Json::Number(n) => n.to_string(),
        _ => String::new(),
    };
    let all = one.values.as_object().into_iter().flat_map(|map| map.values()).map(words).filter(|text| !text.is_empty());
    all.take(VALUES).map(|text| text.chars().take(60).collect::<String>()).collect::<Vec<_>>().join(" · ")
}

/// `POST /settings/forms/{id}/open`: on or off.
pub(super) async fn open(visit: Visit, Path(id): Path<i64>, fields: Fields) -> Reply {
    visit.require_admin()?;
    let open = fields.ticked("open");
    visit
        .write(move |tx| {
            let draft = tx.form(id)?.draft;
            tx.form_change(id, &akrab_engine::form::FormDraft { open, ..draft })
        })
        .await?;
    visit.go(&format!("{HERE}/{id}"), Flash::ok(visit.t.get(if open { "form-opened-now" } else { "form-closed-now" })))
}

pub(super) async fn delete(visit: Visit, Path(id): Path<i64>) -> Reply {
    visit.require_admin()?;
    visit.write(move |tx| tx.form_remove(id)).await?;
    visit.go(HERE, Flash::ok(visit.t.get("deleted")))
}
