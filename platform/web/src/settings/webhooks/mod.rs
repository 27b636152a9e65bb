//! Webhooks in the settings. Outgoing: who is told of what, whether the telling works, and what to do when it does not.
//! Incoming ones stand in a folder of their own.

mod delivery;
mod form;
mod incoming;
mod named;
mod show;

use super::{frame, show as show_page};
use crate::fail::Reply;
use crate::locale::Text;
use crate::route::{Router, get, post};
use crate::ui::button::Button;
use crate::ui::empty::{Empty, empty};
use crate::ui::frame::content;
use crate::ui::segmented::{Segment, segmented};
use crate::ui::status::{Status, status, status_strong};
use crate::ui::table::plain_table;
use crate::visit::Visit;
use akrab_engine::hook::{EventKind, FLOW, HookState, HookView};
use maud::{Markup, html};

#[inline(always)]
pub(super) fn routes() -> Router {
    Router::new()
        .route("/settings/webhooks", get(page))
        .merge(incoming::routes())
        .route("/settings/webhooks/new", get(form::new).post(form::add))
        .route("/settings/webhooks/{id}", get(show::page).post(show::verb))
        .route("/settings/webhooks/{id}/edit", get(form::edit).post(form::save))
        .route("/settings/webhooks/{id}/delete", post(form::delete))
        .route("/settings/webhooks/{id}/deliveries/{delivery}", get(delivery::page).post(delivery::replay))
}

/// An event in words: "Contact: created".
pub(crate) fn event_words(t: Text, lang: &str, kind: &EventKind) -> String {
    let verb = match &kind.label {
        Some(label) => label.get(lang).to_string(),
        None => t.get(&format!("webhook-event-{}", kind.verb.replace('_', "-"))),
    };
    format!("{}: {verb}", kind.object.label(lang))
}

/// A pattern in words, as far as it means something here.
fn pattern_words(visit: &Visit, pattern: &str, kinds: &[EventKind]) -> String {
    let (t, lang) = (visit.t, visit.lang());
    if pattern == "*" {
        return t.get("webhook-event-all");
    }
    if pattern == FLOW {
        return t.get("webhook-event-flow");
    }
    let (object, verb) = pattern.split_once('.').unwrap_or((pattern, ""));
    match (verb, visit.registry().object(object)) {
        ("*", Some(object)) => format!("{}: {}", object.label(lang), t.get("webhook-event-any")),
        _ => kinds.iter().find(|kind| kind.name() == pattern).map_or_else(|| pattern.to_string(), |kind| event_words(t, lang, kind)),
    }
}

/// The two kinds of webhooks, as a way from one to the other.
fn kinds(visit: &Visit, incoming: bool) -> Markup {
    let t = visit.t;
    let segments = [("webhook-outgoing", "/settings/webhooks", !incoming), ("webhook-incoming", incoming::HERE, incoming)]
        .map(|(key, href, here)| Segment::new(t.get(key), href, here));
    segmented(&t.get("settings-webhooks"), &segments)
}

async fn page(visit: Visit) -> Reply {
    visit.require_admin()?;
    let t = visit.t;
    let (hooks, events) = visit.read(|tx| Ok((tx.hooks()?, tx.event_kinds()))).await?;
    let mut frame = frame(&visit, &t.get("settings-webhooks")).await;
    let new = Button::new(t.get("webhook-new")).icon("plus").primary().href("/settings/webhooks/new");
    let body = if hooks.is_empty() {
        let actions = html! { (Button::new(t.get("webhook-new")).icon("plus").primary().large().href("/settings/webhooks/new")) };
        empty(&Empty {
            icon: "webhook".into(),
            title: t.get("webhook-none"),
            text: t.get("webhook-text"),
            actions: Some(actions),
            ..Empty::default()
        })
    } else {
        frame.actions = Some(html! { (new) });
        content(
            false,
            html! { div.ak-stack { (kinds(&visit, false)) p.ak-muted { (t.get("webhook-text")) } (table(&visit, &hooks, &events)) } },
        )
    };
    let body = if hooks.is_empty() {
        html! { (content(false, kinds(&visit, false))) (body) }
    } else {
        body
    };
    show_page(&visit, &frame, body, false).await
}

fn table(visit: &Visit, hooks: &[HookView], kinds: &[EventKind]) -> Markup {
    let t = visit.t;
    let heads =
        ["webhook-name", "webhook-events", "webhook-owner", "webhook-state", "webhook-waiting", "webhook-dead"].map(|key| t.get(key));
    let widths = [None, None, Some(150), Some(150), Some(100), Some(100)];
    let heads: Vec<_> = heads.iter().zip(widths).enumerate().map(|(n, (head, width))| (head.as_str(), n > 3, width)).collect();
    let row = |hook: &HookView| {
        let events: Vec<String> = hook.draft.events.iter().take(3).map(|pattern| pattern_words(visit, pattern, kinds)).collect();
        let more = hook.draft.events.len().saturating_sub(3);
        vec![
            html! { a.ak-link href={ "/settings/webhooks/" (hook.id) } { (hook.draft.name) } div.ak-faint.ak-truncate { (host(&hook.draft.url)) } },
            html! { (events.join(", ")) @if more > 0 { " " (t.with("webhook-more", &[("n", (more as i64).into())])) } },
            html! { (hook.owner_name.as_deref().unwrap_or("—")) },
            state(t, hook),
            html! { (t.number(hook.count(HookState::Waiting) + hook.count(HookState::Taken))) },
            html! { (t.number(hook.count(HookState::Dead))) },
        ]
    };
    plain_table(&t.get("settings-webhooks"), &heads, &hooks.iter().map(row).collect::<Vec<_>>(), None)
}

/// Scheme and host of an address: the rest may be a secret.
fn host(url: &str) -> String {
    let (scheme, rest) = url.split_once("://").unwrap_or(("", url));
    format!("{scheme}://{}", rest.split(['/', '?', '#']).next().unwrap_or_default())
}

/// Whether it works, by shape and word.
fn state(t: Text, hook: &HookView) -> Markup {
    match hook.state.as_str() {
        "stopped" => status_strong(Status::Late, &t.get("webhook-stopped")),
        "off" => status(Status::None, &t.get("webhook-off")),
        _ if hook.failing_since.is_some() => status(Status::Risk, &t.get("webhook-failing")),
        _ if hook.heard_at.is_none() => status(Status::New, &t.get("webhook-fresh")),
        _ => status(Status::Ok, &t.get("webhook-works")),
    }
}
