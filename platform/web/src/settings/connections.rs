//! Apps that act in one's own name: what they may do, when they last did, and ending it.

use super::{frame, show};
use crate::fail::Reply;
use crate::flash::Flash;
use crate::oauth::scope_words;
use crate::route::{Router, get, post};
use crate::ui::button::Button;
use crate::ui::empty::{Empty, empty};
use crate::ui::frame::content;
use crate::ui::setting::setting;
use crate::ui::table::plain_table;
use crate::visit::Visit;
use akrab_engine::oauth::Connection;
use akrab_model::{Problem, ProblemKind};
use axum::extract::Path;
use maud::{Markup, html};

#[inline(always)]
pub(super) fn routes() -> Router {
    Router::new().route("/settings/connections", get(page)).route("/settings/connections/{id}/end", post(end))
}

async fn page(visit: Visit) -> Reply {
    // what somebody else has allowed is nobody's business
    if visit.seeing.is_some() {
        return Err(Problem::new(ProblemKind::Forbidden, "seeing_as").into());
    }
    let t = visit.t;
    let connections = visit.read(|tx| tx.connections()).await?;
    let address = format!("{}/mcp", crate::oauth::issuer(&visit.web, &visit.facts));
    let list = if connections.is_empty() {
        empty(&Empty { icon: "plug".into(), title: t.get("connections-none"), text: t.get("connections-text"), ..Empty::default() })
    } else {
        html! { p.ak-muted { (t.get("connections-text")) } (table(&visit, &connections)) }
    };
    let body = html! {
        (list)
        (setting(&t.get("connections-mcp"), &t.get("connections-mcp-text"), true, html! {
            div.ak-row.ak-gap-8 { code.ak-mono { (address) } (Button::new(t.get("copy")).icon("copy").attr("data-copy", address.clone())) }
        }))
    };
    let frame = frame(&visit, &t.get("settings-connections")).await;
    show(&visit, &frame, content(false, html! { div.ak-stack { (body) } }), false).await
}

fn table(visit: &Visit, connections: &[Connection]) -> Markup {
    let (t, look) = (visit.t, visit.look());
    let heads = ["app", "connections-may", "connections-since", "last-used"].map(|key| t.get(key));
    let widths = [None, None, Some(170), Some(170)];
    let mut heads: Vec<_> = heads.iter().zip(widths).map(|(head, width)| (head.as_str(), false, width)).collect();
    heads.push(("", false, Some(130)));
    let moment = |at: jiff::Timestamp| look.moment_words(&look.local(at));
    let row = |one: &Connection| {
        vec![
            html! { b { (one.app) } @if one.registered { div.ak-faint { (t.get("app-by-itself")) } } },
            html! { @for words in scope_words(visit, &one.scopes) { div { (words) } } },
            html! { (moment(one.created_at)) },
            html! { (one.used_at.map_or_else(|| "—".to_string(), moment)) },
            html! { form method="post" action={ "/settings/connections/" (one.id) "/end" } { (visit.token_field()) (Button::new(t.get("connection-end")).ghost().submit()) } },
        ]
    };
    plain_table(&t.get("settings-connections"), &heads, &connections.iter().map(row).collect::<Vec<_>>(), None)
}

async fn end(visit: Visit, Path(id): Path<i64>) -> Reply {
    visit.write(move |tx| tx.connection_end(id)).await?;
    visit.go("/settings/connections", Flash::ok(visit.t.get("connection-ended")))
}
