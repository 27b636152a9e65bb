//! One address: what it says, what calls become, its secret, and what came in.

use super::super::super::{Errors, faults, frame, once, show as show_page};
use super::super::named::Named;
use super::{HERE, becomes, call_state, state};
use crate::fail::Reply;
use crate::form::Fields;
use crate::ui::button::Button;
use crate::ui::form::{self, Row, error_summary};
use crate::ui::frame::content;
use crate::ui::input::{self, Input};
use crate::ui::segmented::{Segment, segmented};
use crate::ui::setting::setting;
use crate::ui::table::plain_table;
use crate::visit::Visit;
use akrab_engine::inlet::{CallState, CallView, InletView, Proof};
use akrab_model::Problem;
use axum::extract::{Path, Query};
use maud::{Markup, html};
use serde::Deserialize;

const PAGE: usize = 50;

/// Which calls are looked at.
#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct Asked {
    state: String,
    before: Option<i64>,
}

pub(super) async fn page(visit: Visit, Path(id): Path<i64>, Query(asked): Query<Asked>) -> Reply {
    visit.require_admin()?;
    draw(&visit, id, None, &asked, &Errors::new()).await
}

/// The page; with a secret that was just made, shown this once.
pub(super) async fn draw(visit: &Visit, id: i64, secret: Option<String>, asked: &Asked, errors: &Errors) -> Reply {
    let t = visit.t;
    let state = CallState::ALL.into_iter().find(|state| state.key() == asked.state);
    let before = asked.before;
    let (inlet, calls, named) = visit
        .read(move |tx| {
            let calls = tx.inlet_calls(id, state, before, PAGE)?;
            let named = Named::load(tx, calls.iter().filter_map(became))?;
            Ok((tx.inlet(id)?, calls, named))
        })
        .await?;
    let mut frame = frame(visit, &inlet.draft.name).await;
    frame.actions = Some(html! {
        (Button::new(t.get("edit")).icon("pencil").href(format!("{HERE}/{id}/edit")))
        (Button::new(t.get("inlet-map")).icon("git-commit-horizontal").primary().href(format!("{HERE}/{id}/mapping")))
    });
    let body = html! {
        @if let Some(secret) = &secret {
            (once(visit, "webhook-secret-once", secret, &format!("{HERE}/{id}")))
        }
        @if inlet.owner_gone { div.ak-notice data-tone="warn" role="status" { (t.get("inlet-owner-gone-text")) } }
        @if inlet.plan.is_none() && !calls.is_empty() { div.ak-notice role="status" { (t.get("inlet-undecided-text")) } }
        (setting(&t.get("inlet-about"), "", true, about(visit, &inlet)))
        (setting(&t.get("webhook-secret"), &t.get("inlet-secret-text"), true, of_secret(visit, &inlet, errors)))
        (setting(&t.get("inlet-calls"), &t.get("inlet-calls-text"), true, log(visit, &inlet, &calls, (&named, asked))))
        form method="post" action={ (HERE) "/" (id) "/delete" } { (visit.token_field()) (Button::new(t.get("webhook-delete")).danger().submit()) }
    };
    show_page(visit, &frame, content(false, html! { div.ak-stack { (body) } }), !errors.is_empty()).await
}

/// The address others call.
fn address(visit: &Visit, inlet: &InletView) -> String {
    format!("{}{}{}", crate::oauth::issuer(&visit.web, &visit.facts), crate::inlet::PLACE, inlet.key)
}

fn about(visit: &Visit, inlet: &InletView) -> Markup {
    let (t, look) = (visit.t, visit.look());
    let address = address(visit, inlet);
    let proof = t.get(&format!("inlet-proof-{}", inlet.draft.proof.key()));
    html! {
        dl.ak-fields {
            div.ak-field-pair { dt { (t.get("webhook-state")) } dd { (state(t, inlet)) } }
            div.ak-field-pair { dt { (t.get("webhook-url")) } dd { div.ak-row.ak-gap-8 { code.ak-mono.ak-truncate { (address) } (Button::new(t.get("copy")).icon("copy").attr("data-copy", address.clone())) } } }
            div.ak-field-pair { dt { (t.get("inlet-proof")) } dd { (proof) @if inlet.draft.proof != Proof::Standard { " · " span.ak-mono { (inlet.draft.header) } } } }
            div.ak-field-pair { dt { (t.get("inlet-known-by")) } dd { @if inlet.draft.known_by.is_empty() { (t.get(if inlet.draft.proof == Proof::Standard { "inlet-known-standard" } else { "inlet-known-not" })) } @else { span.ak-mono { (inlet.draft.known_by) } } } }
            div.ak-field-pair { dt { (t.get("inlet-becomes")) } dd { (becomes(visit, inlet)) } }
            div.ak-field-pair { dt { (t.get("webhook-owner")) } dd { (inlet.owner_name.as_deref().unwrap_or("—")) } }
            div.ak-field-pair { dt { (t.get("inlet-heard")) } dd { (inlet.heard_at.map_or_else(|| "—".to_string(), |at| look.moment_words(&look.local(at)))) } }
        }
    }
}

fn of_secret(visit: &Visit, inlet: &InletView, errors: &Errors) -> Markup {
    let (t, look) = (visit.t, visit.look());
    html! {
        (error_summary(t, errors))
        @if let Some(until) = inlet.former_until {
            p { (t.with("inlet-former", &[("until", look.moment_within(&look.local(until)).into())])) }
        }
        form.ak-stack.ak-content-narrow method="post" action={ (HERE) "/" (inlet.id) } {
            (visit.token_field())
            input type="hidden" name="verb" value="rotate";
            (form::row(t, &Row::new(t.get("inlet-secret-own")).hint(t.get("inlet-secret-own-hint")), Input::new("secret", "").attr("autocomplete", "off"), input::text))
            div { (Button::new(t.get("webhook-rotate")).icon("refresh-cw").submit()) }
        }
    }
}

fn log(visit: &Visit, inlet: &InletView, calls: &[CallView], (named, asked): (&Named, &Asked)) -> Markup {
    let t = visit.t;
    let address = |state: &str, before: Option<i64>| {
        let before = before.map(|id| format!("&before={id}")).unwrap_or_default();
        format!("{HERE}/{}?state={state}{before}", inlet.id)
    };
    let states = ["", "created", "updated", "failed", "refused"];
    let words = |state: &str| if state.is_empty() { t.get("webhook-all") } else { t.get(&format!("inlet-state-{state}")) };
    let tabs = states.map(|state| Segment::new(words(state), address(state, None), asked.state == state)).to_vec();
    let older = calls.last().filter(|_| calls.len() == PAGE).map(|call| address(&asked.state, Some(call.id)));
    html! {
        (segmented(&t.get("inlet-calls"), &tabs))
        @if calls.is_empty() { p.ak-muted { (t.get("inlet-calls-none")) } } @else { (table(visit, inlet, calls, named)) }
        @if let Some(href) = older { p { (Button::new(t.get("jobs-older")).href(href)) } }
    }
}

fn table(visit: &Visit, inlet: &InletView, calls: &[CallView], named: &Named) -> Markup {
    let (t, look) = (visit.t, visit.look());
    let heads = ["webhook-when", "inlet-became", "webhook-record", "inlet-reason"].map(|key| t.get(key));
    let widths = [Some(160), Some(170), Some(190), None];
    let heads: Vec<_> = heads.iter().zip(widths).map(|(head, width)| (head.as_str(), false, width)).collect();
    let registry = visit.registry();
    let line = |call: &CallView| {
        let object = inlet.plan.as_ref().and_then(|plan| registry.object(&plan.object));
        vec![
            html! { a.ak-link href={ (HERE) "/" (inlet.id) "/calls/" (call.id) } { (look.moment_words(&look.local(call.at))) } },
            call_state(t, call.state),
            record(visit, call, named),
            html! { @if let Some(first) = call.notes.first() { (super::note(visit, object.map(std::convert::AsRef::as_ref), first)) } },
        ]
    };
    plain_table(&t.get("inlet-calls"), &heads, &calls.iter().map(line).collect::<Vec<_>>(), None)
}

/// The record a call became: object and id.
pub(super) fn became(call: &CallView) -> Option<(&str, i64)> {
    call.record.as_ref().map(|(object, id)| (object.as_str(), *id))
}

/// A way to it.
pub(super) fn record(visit: &Visit, call: &CallView, named: &Named) -> Markup {
    became(call).map_or_else(|| html! { "—" }, |(object, id)| named.way(visit, object, id))
}

/// `POST …/{id}` with the field `verb`.
pub(super) async fn verb(visit: Visit, Path(id): Path<i64>, fields: Fields) -> Reply {
    visit.require_admin()?;
    if fields.text("verb") != "rotate" {
        return Err(Problem::not_found().into());
    }
    let secret = Some(fields.text("secret").to_string()).filter(|secret| !secret.is_empty());
    match visit.write(move |tx| tx.inlet_rotate(id, secret.as_deref())).await {
        Ok(secret) => draw(&visit, id, Some(secret), &Asked::default(), &Errors::new()).await,
        Err(fail) => {
            let errors = faults(&visit, fail.problem)?;
            draw(&visit, id, None, &Asked::default(), &errors).await
        }
    }
}
