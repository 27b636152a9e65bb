//! The end of a flow, asked about before.

use crate::fail::Reply;
use crate::flash::Flash;
use crate::ui::dialog::{Confirm, confirm};
use crate::visit::Visit;
use akrab_model::problem::ProblemKind;
use axum::extract::Path;
use maud::html;

/// `GET /settings/flows/{key}/remove`
pub(super) async fn ask(visit: Visit, Path(key): Path<String>) -> Reply {
    visit.require_admin()?;
    let t = visit.t;
    let own = key.clone();
    let view = visit.read(move |tx| tx.flow_view(&own)).await?;
    let title = t.with("flow-remove-title", &[("name", view.flow.name.get(visit.lang()).into())]);
    let (action, close) = (format!("/settings/flows/{key}/remove"), format!("/settings/flows/{key}"));
    let dialog = Confirm {
        id: "flow-remove",
        title: &title,
        body: html! {
            p { (t.get("flow-remove-text")) }
            @if view.going > 0 { p { b { (t.with("flow-remove-going", &[("n", view.going.into())])) } } }
        },
        action: &action,
        csrf: &visit.csrf,
        verb: &t.get("flow-remove"),
        close_href: &close,
    };
    visit.dialog(&title, confirm(t, dialog)).await
}

/// `POST /settings/flows/{key}/remove`
pub(super) async fn remove(visit: Visit, Path(key): Path<String>) -> Reply {
    let own = key.clone();
    match visit.write(move |tx| tx.flow_remove(&own)).await {
        Ok(()) => visit.go("/settings/flows", Flash::ok(visit.t.get("flow-removed"))),
        Err(fail) if fail.problem.kind == ProblemKind::Conflict => {
            let words = crate::fail::field_errors(visit.t, &fail.problem).into_iter().map(|(_, words)| words).collect::<Vec<_>>().join(" ");
            visit.go(&format!("/settings/flows/{key}"), Flash::bad(words))
        }
        Err(fail) => Err(fail),
    }
}
