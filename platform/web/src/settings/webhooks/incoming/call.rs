//! One call: what came, what became of it, and doing it again.

use super::super::super::{frame, show as show_page};
use super::super::named::Named;
use super::show::{became, record};
use super::{HERE, call_state, note};
use crate::fail::Reply;
use crate::flash::Flash;
use crate::ui::button::Button;
use crate::ui::frame::{Crumb, content};
use crate::visit::Visit;
use akrab_engine::inlet::CallState;
use axum::extract::Path;
use maud::html;

pub(super) async fn page(visit: Visit, Path((inlet, id)): Path<(i64, i64)>) -> Reply {
    visit.require_admin()?;
    let (t, look) = (visit.t, visit.look());
    let (of, call, named) = visit
        .read(move |tx| {
            let call = tx.inlet_call(inlet, id)?;
            let named = Named::load(tx, became(&call).into_iter())?;
            Ok((tx.inlet(inlet)?, call, named))
        })
        .await?;
    let when = look.moment_words(&look.local(call.at));
    let mut frame = frame(&visit, &when).await;
    frame.breadcrumb.push(Crumb { label: of.draft.name.clone(), href: Some(format!("{HERE}/{inlet}")) });
    let registry = visit.registry();
    let object = of.plan.as_ref().and_then(|plan| registry.object(&plan.object));
    let refused = call.state == CallState::Refused;
    let pretty = serde_json::to_string_pretty(&call.body).unwrap_or_default();
    let body = html! {
        dl.ak-fields {
            div.ak-field-pair { dt { (t.get("inlet-became")) } dd { (call_state(t, call.state)) } }
            div.ak-field-pair { dt { (t.get("webhook-record")) } dd { (record(&visit, &call, &named)) } }
            div.ak-field-pair { dt { (t.get("ip-address")) } dd { span.ak-mono { (call.place) } } }
            @if let Some(name) = &call.name { div.ak-field-pair { dt { (t.get("inlet-known-by")) } dd { span.ak-mono { (name) } } } }
        }
        @if !call.notes.is_empty() {
            ul.ak-stack { @for one in &call.notes { li { (note(&visit, object.map(std::convert::AsRef::as_ref), one)) } } }
        }
        @if !refused && of.plan.is_some() {
            form method="post" action={ (HERE) "/" (inlet) "/calls/" (id) } {
                (visit.token_field()) (Button::new(t.get("inlet-again")).icon("rotate-ccw").submit())
            }
        }
        @if !call.headers.is_empty() { details.ak-stack { summary { (t.get("inlet-headers")) } pre.ak-pre tabindex="0" { (call.headers) } } }
        @if refused { p.ak-muted { (t.get("inlet-not-kept")) } }
        @else { details.ak-stack open { summary { (t.get("inlet-body")) } pre.ak-pre tabindex="0" { (pretty) } } }
    };
    show_page(&visit, &frame, content(false, html! { div.ak-stack { (body) } }), false).await
}

pub(super) async fn again(visit: Visit, Path((inlet, id)): Path<(i64, i64)>) -> Reply {
    visit.require_admin()?;
    let taken = visit.engine().inlet_again(&visit.ctx, inlet, id).await?;
    let words = visit.t.get(&format!("inlet-state-{}", taken.state.key()));
    let flash = if taken.state == CallState::Failed { Flash::bad(words) } else { Flash::ok(words) };
    visit.go(&format!("{HERE}/{inlet}/calls/{id}"), flash)
}
