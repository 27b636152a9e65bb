//! The inbox: where somebody was mentioned, what was handed to him, what happened to records he follows.

mod line;

use crate::fail::Reply;
use crate::route::{Router, get, post};
use crate::state::{Nav, Place};
use crate::ui::button::Button;
use crate::ui::empty::{Empty, empty};
use crate::ui::frame::content;
use crate::ui::sidebar::NavItem;
use crate::ui::tabs::{Tab, pill_tabs};
use crate::ui::timeline::day_head;
use crate::value::Look;
use crate::visit::Visit;
use akrab_engine::{Notices, Tx};
use axum::extract::{Path, Query};
use axum::response::Redirect;
use maud::{Markup, html};
use serde::Deserialize;

/// Addresses of the inbox.
#[inline(always)]
pub fn routes() -> Router {
    Router::new()
        .route("/inbox", get(show))
        .route("/inbox/read", post(read_all))
        .route("/inbox/{id}/read", post(read))
        .route("/notifications", get(async || Redirect::permanent("/inbox")))
}

/// Notices on a page.
const SHOWN: usize = 50;

#[derive(Deserialize)]
struct Asked {
    /// `unread`: only what was not read yet.
    show: Option<String>,
    /// `next` of an earlier page.
    before: Option<i64>,
}

/// Its entry in the side bar, with the number of unread things.
pub fn nav(tx: &mut Tx, look: &Look) -> Nav {
    let mut item = NavItem::new("inbox", look.t.get("inbox"), "/inbox");
    // a frame without its count is better than no page
    match tx.unread().unwrap_or(0) {
        0 => {}
        n @ 1..=99 => item = item.count(n.to_string(), true),
        _ => item = item.count("99+", true),
    }
    Nav { place: Place::Top, order: 10, item }
}

async fn show(visit: Visit, Query(asked): Query<Asked>) -> Reply {
    let only_unread = asked.show.as_deref() == Some("unread");
    let before = asked.before;
    let page = visit.read(move |tx| tx.notices(before, only_unread, SHOWN)).await?;
    let look = visit.look();
    let entries = list(&visit, &look, &page, only_unread);
    if visit.is_fragment() {
        return visit.fragment(entries, None);
    }
    let t = visit.t;
    let mut frame = visit.frame(&t.get("inbox")).await;
    let waiting = frame.bottom.unread.is_some();
    if waiting {
        frame.actions = Some(html! {
            form method="post" action="/inbox/read" { (visit.token_field()) (Button::new(t.get("inbox-read-all")).icon("check-check").submit()) }
        });
    }
    let tabs = [Tab::new(t.get("inbox-all"), "/inbox", !only_unread), Tab::new(t.get("inbox-unread"), "/inbox?show=unread", only_unread)];
    let body = if page.notices.is_empty() && before.is_none() {
        let (title, text) = if only_unread { ("inbox-none-unread", "inbox-none-unread-text") } else { ("inbox-none", "inbox-none-text") };
        empty(&Empty { icon: "inbox".into(), title: t.get(title), text: t.get(text), ..Empty::default() })
    } else {
        content(true, html! { div.ak-timeline.ak-inbox id="told" data-fresh { (entries) } })
    };
    visit.page(&frame, html! { div.ak-tools { (pill_tabs(&t.get("inbox"), &tabs)) } (body) })
}

fn list(visit: &Visit, look: &Look, page: &Notices, only_unread: bool) -> Markup {
    let mut last = None;
    let more = page.next.map(|next| format!("/inbox?before={next}{}", if only_unread { "&show=unread" } else { "" }));
    html! {
        @for notice in &page.notices {
            @let day = look.local_micros(notice.at).date();
            @if last.replace(day) != Some(day) { (day_head(&look.day_words(day))) }
            (line::draw(visit, look, notice))
        }
        @if let Some(href) = more { a.btn data-variant="outline" href=(href) hx-get=(href) hx-swap="outerHTML" { (look.t.get("record-older")) } }
    }
}

/// `POST /inbox/read`: everything up to now.
async fn read_all(visit: Visit) -> Reply {
    visit.write(|tx| tx.read_notice(None)).await?;
    visit.go("/inbox", None)
}

/// `POST /inbox/{id}/read`
async fn read(visit: Visit, Path(id): Path<i64>) -> Reply {
    visit.write(move |tx| tx.read_notice(Some(id))).await?;
    visit.back("/inbox", None)
}
