//! One delivery: what was sent, what was answered, and sending it again.

use super::super::{frame, show as show_page};
use super::named::Named;
use super::show::{delivery_state, kind_words};
use crate::fail::{Reply, field_message};
use crate::flash::Flash;
use crate::ui::button::Button;
use crate::ui::frame::content;
use crate::ui::setting::setting;
use crate::ui::status::{Status, status, status_strong};
use crate::visit::Visit;
use akrab_engine::hook::{AttemptView, HookState};
use akrab_model::FieldProblem;
use axum::extract::Path;
use maud::{Markup, html};

pub(super) async fn page(visit: Visit, Path((hook, id)): Path<(i64, i64)>) -> Reply {
    visit.require_admin()?;
    let (t, look) = (visit.t, visit.look());
    let (subscription, kinds, (row, attempts), named) = visit
        .read(move |tx| {
            let delivery = tx.hook_delivery(hook, id)?;
            let named = Named::load(tx, std::iter::once((delivery.0.object.as_str(), delivery.0.record)))?;
            Ok((tx.hook(hook)?, tx.event_kinds(), delivery, named))
        })
        .await?;
    let ended = matches!(row.state, HookState::Done | HookState::Dead | HookState::Left) || !attempts.is_empty();
    let over = ended && row.state != HookState::Taken && subscription.state == "on";
    let title = kind_words(&visit, &row.kind, &kinds);
    let mut frame = frame(&visit, &title).await;
    frame
        .breadcrumb
        .push(crate::ui::frame::Crumb { label: subscription.draft.name.clone(), href: Some(format!("/settings/webhooks/{hook}")) });
    let body = html! {
        dl.ak-fields {
            div.ak-field-pair { dt { (t.get("webhook-state")) } dd { (delivery_state(&visit, &row)) } }
            div.ak-field-pair { dt { (t.get("webhook-record")) } dd { (named.way(&visit, &row.object, row.record)) } }
            div.ak-field-pair { dt { (t.get("webhook-when")) } dd { (look.moment_words(&look.local(row.at))) } }
            div.ak-field-pair { dt { "webhook-id" } dd { span.ak-mono { (row.name) } } }
        }
        @if over {
            form method="post" action={ "/settings/webhooks/" (hook) "/deliveries/" (id) } {
                (visit.token_field()) (Button::new(t.get("webhook-replay")).icon("rotate-ccw").submit())
            }
        }
        @if attempts.is_empty() { p.ak-muted { (t.get("webhook-tries-none")) } }
        @for one in &attempts {
            (setting(&look.moment_words(&look.local(one.at)), "", true, tried(&visit, one)))
        }
    };
    show_page(&visit, &frame, content(false, html! { div.ak-stack { (body) } }), false).await
}

/// One try: how it ended, and both texts.
fn tried(visit: &Visit, one: &AttemptView) -> Markup {
    let t = visit.t;
    let took = t.with("webhook-took", &[("n", one.took.into())]);
    html! {
        p.ak-row.ak-gap-8 {
            @match (one.status, &one.code) {
                (Some(code), _) if (200..300).contains(&code) => { (status(Status::Ok, &code.to_string())) }
                (Some(code), _) => { (status_strong(Status::Late, &code.to_string())) }
                (None, Some(code)) => { (status_strong(Status::Late, &field_message(t, &FieldProblem::new("", code)))) }
                (None, None) => {}
            }
            span.ak-muted { (took) }
        }
        @if let Some(detail) = &one.detail { p.ak-muted { (detail) } }
        @if !one.request.is_empty() {
            details.ak-stack { summary { (t.get("webhook-request")) } pre.ak-pre tabindex="0" { (one.request) } }
        }
        @if !one.answer.is_empty() {
            details.ak-stack { summary { (t.get("webhook-answer")) } pre.ak-pre tabindex="0" { (one.answer) } }
        }
    }
}

pub(super) async fn replay(visit: Visit, Path((hook, id)): Path<(i64, i64)>) -> Reply {
    visit.require_admin()?;
    visit.write(move |tx| tx.hook_replay(hook, Some(id))).await?;
    visit.go(&format!("/settings/webhooks/{hook}/deliveries/{id}"), Flash::ok(visit.t.get("webhook-replayed-one")))
}
