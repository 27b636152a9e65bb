//! Incoming webhooks in the settings: the addresses, what becomes of calls, and what came in.

mod call;
mod form;
mod mapping;
mod show;

use super::super::{frame, show as show_page};
use super::kinds;
use crate::fail::{Reply, field_message};
use crate::locale::Text;
use crate::route::{Router, get, post};
use crate::ui::button::Button;
use crate::ui::empty::{Empty, empty};
use crate::ui::frame::content;
use crate::ui::status::{Status, status, status_strong};
use crate::ui::table::plain_table;
use crate::visit::Visit;
use akrab_engine::import::{Note, Verdict};
use akrab_engine::inlet::{CallState, InletView};
use akrab_model::{FieldProblem, Object};
use maud::{Markup, html};

/// Where the pages are.
pub(super) const HERE: &str = "/settings/webhooks/incoming";

#[inline(always)]
pub(super) fn routes() -> Router {
    Router::new()
        .route("/settings/webhooks/incoming", get(page))
        .route("/settings/webhooks/incoming/new", get(form::new).post(form::add))
        .route("/settings/webhooks/incoming/{id}", get(show::page).post(show::verb))
        .route("/settings/webhooks/incoming/{id}/edit", get(form::edit).post(form::save))
        .route("/settings/webhooks/incoming/{id}/delete", post(form::delete))
        .route("/settings/webhooks/incoming/{id}/mapping", get(mapping::page).post(mapping::save))
        .route("/settings/webhooks/incoming/{id}/calls/{call}", get(call::page).post(call::again))
}

async fn page(visit: Visit) -> Reply {
    visit.require_admin()?;
    let t = visit.t;
    let inlets = visit.read(|tx| tx.inlets()).await?;
    let mut frame = frame(&visit, &t.get("webhook-incoming")).await;
    let new = || Button::new(t.get("inlet-new")).icon("plus").primary().href(format!("{HERE}/new"));
    let list = if inlets.is_empty() {
        empty(&Empty {
            icon: "webhook".into(),
            title: t.get("inlet-none"),
            text: t.get("inlet-text"),
            actions: Some(html! { (new().large()) }),
            ..Empty::default()
        })
    } else {
        frame.actions = Some(html! { (new()) });
        html! { p.ak-muted { (t.get("inlet-text")) } (table(&visit, &inlets)) }
    };
    show_page(&visit, &frame, content(false, html! { div.ak-stack { (kinds(&visit, true)) (list) } }), false).await
}

fn table(visit: &Visit, inlets: &[InletView]) -> Markup {
    let (t, look) = (visit.t, visit.look());
    let heads = ["webhook-name", "inlet-becomes", "webhook-owner", "webhook-state", "inlet-heard", "webhook-dead"].map(|key| t.get(key));
    let widths = [None, Some(180), Some(150), Some(170), Some(170), Some(100)];
    let heads: Vec<_> = heads.iter().zip(widths).enumerate().map(|(n, (head, width))| (head.as_str(), n > 4, width)).collect();
    let row = |inlet: &InletView| {
        vec![
            html! { a.ak-link href={ (HERE) "/" (inlet.id) } { (inlet.draft.name) } },
            html! { (becomes(visit, inlet)) },
            html! { (inlet.owner_name.as_deref().unwrap_or("—")) },
            state(t, inlet),
            html! { (inlet.heard_at.map_or_else(|| "—".to_string(), |at| look.moment_words(&look.local(at)))) },
            html! { (t.number(inlet.failed)) },
        ]
    };
    plain_table(&t.get("settings-webhooks"), &heads, &inlets.iter().map(row).collect::<Vec<_>>(), None)
}

/// What calls become, in a word.
fn becomes(visit: &Visit, inlet: &InletView) -> String {
    let object = inlet.plan.as_ref().and_then(|plan| visit.registry().object(&plan.object).cloned());
    object.map_or_else(|| visit.t.get("inlet-undecided"), |object| object.plural_label(visit.lang()).to_string())
}

/// Whether it works, by shape and word.
fn state(t: Text, inlet: &InletView) -> Markup {
    match inlet {
        inlet if !inlet.draft.open => status(Status::None, &t.get("webhook-off")),
        inlet if inlet.owner_gone => status_strong(Status::Late, &t.get("inlet-owner-gone")),
        inlet if inlet.plan.is_none() => status(Status::New, &t.get("inlet-undecided")),
        inlet if inlet.heard_at.is_none() => status(Status::New, &t.get("inlet-unheard")),
        _ => status(Status::Ok, &t.get("webhook-works")),
    }
}

/// What became of a call, by shape and word.
fn call_state(t: Text, state: CallState) -> Markup {
    let words = t.get(&format!("inlet-state-{}", state.key()));
    match state {
        CallState::Created | CallState::Updated => status(Status::Ok, &words),
        CallState::Unchanged | CallState::Skipped => status(Status::None, &words),
        CallState::Kept => status(Status::New, &words),
        CallState::Failed => status_strong(Status::Late, &words),
        CallState::Refused => status(Status::Risk, &words),
    }
}

/// A note in words, with its field before it.
fn note(visit: &Visit, object: Option<&Object>, note: &Note) -> Markup {
    let field = note.field.as_deref().and_then(|key| object?.field(key)).map(|field| field.label.get(visit.lang()).to_string());
    let fault = FieldProblem { args: note.args.clone(), ..FieldProblem::new(note.field.as_deref().unwrap_or(""), &note.code) };
    html! {
        @if note.verdict == Verdict::Kept { span.ak-muted { (visit.t.get("inlet-doubt")) } " " }
        @if let Some(label) = field { b { (label) } ": " }
        (field_message(visit.t, &fault))
        @if let Some(value) = &note.value { " " span.ak-mono { "“" (value) "”" } }
    }
}
