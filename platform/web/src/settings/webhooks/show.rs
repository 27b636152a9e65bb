//! One subscription: what it says, its secret, and what was sent.

use super::super::{frame, once, show as show_page};
use super::named::Named;
use super::{pattern_words, state};
use crate::api::hook_state_key;
use crate::fail::{Reply, field_message};
use crate::flash::Flash;
use crate::form::Fields;
use crate::ui::button::Button;
use crate::ui::frame::content;
use crate::ui::segmented::{Segment, segmented};
use crate::ui::setting::setting;
use crate::ui::status::{Status, status, status_strong};
use crate::ui::table::plain_table;
use crate::visit::Visit;
use akrab_engine::hook::{DeliveryView, EventKind, HookState, HookView};
use akrab_model::{FieldProblem, Problem};
use axum::extract::{Path, Query};
use maud::{Markup, html};
use serde::Deserialize;

const PAGE: usize = 50;

/// Which deliveries are looked at.
#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct Asked {
    state: String,
    before: Option<i64>,
}

impl Asked {
    fn state(&self) -> Option<HookState> {
        HookState::ALL.into_iter().find(|state| hook_state_key(*state) == self.state)
    }
}

pub(super) async fn page(visit: Visit, Path(id): Path<i64>, Query(asked): Query<Asked>) -> Reply {
    visit.require_admin()?;
    draw(&visit, id, None, &asked).await
}

/// The page; with a secret that was just made, shown this once.
pub(super) async fn draw(visit: &Visit, id: i64, secret: Option<String>, asked: &Asked) -> Reply {
    let t = visit.t;
    let (state, before) = (asked.state(), asked.before);
    let (hook, kinds, rows, named) = visit
        .read(move |tx| {
            let rows = tx.hook_deliveries(id, state, before, PAGE)?;
            let named = Named::load(tx, rows.iter().map(|row| (row.object.as_str(), row.record)))?;
            Ok((tx.hook(id)?, tx.event_kinds(), rows, named))
        })
        .await?;
    let mut frame = frame(visit, &hook.draft.name).await;
    frame.actions = Some(html! { (Button::new(t.get("edit")).icon("pencil").href(format!("/settings/webhooks/{id}/edit"))) });
    let body = html! {
        @if let Some(secret) = &secret {
            (once(visit, "webhook-secret-once", secret, &format!("/settings/webhooks/{id}")))
        }
        @if let Some(why) = &hook.why {
            div.ak-notice data-tone="warn" role="status" { (field_message(t, &FieldProblem::new("", why))) }
        }
        (setting(&t.get("webhook-about"), "", true, about(visit, &hook, &kinds)))
        (setting(&t.get("webhook-secret"), &t.get("webhook-secret-text"), true, of_secret(visit, &hook)))
        (setting(&t.get("webhook-deliveries"), &t.get("webhook-deliveries-text"), true, deliveries(visit, &hook, &kinds, &rows, (&named, asked))))
        form method="post" action={ "/settings/webhooks/" (id) "/delete" } { (visit.token_field()) (Button::new(t.get("webhook-delete")).danger().submit()) }
    };
    show_page(visit, &frame, content(false, html! { div.ak-stack { (body) } }), false).await
}

/// A button that does something to this subscription.
fn errand(visit: &Visit, id: i64, verb: &str, words: &str, icon: &str) -> Markup {
    html! {
        form method="post" action={ "/settings/webhooks/" (id) } {
            (visit.token_field())
            input type="hidden" name="verb" value=(verb);
            (Button::new(visit.t.get(words)).icon(icon).submit())
        }
    }
}

fn about(visit: &Visit, hook: &HookView, kinds: &[EventKind]) -> Markup {
    let (t, look) = (visit.t, visit.look());
    let moment = |at: Option<jiff::Timestamp>| at.map_or_else(|| "—".to_string(), |at| look.moment_words(&look.local(at)));
    let events: Vec<String> = hook.draft.events.iter().map(|pattern| pattern_words(visit, pattern, kinds)).collect();
    let records = if hook.draft.filter.is_some() { "webhook-records-some" } else { "webhook-records-all" };
    html! {
        dl.ak-fields {
            div.ak-field-pair { dt { (t.get("webhook-state")) } dd { (state(t, hook)) } }
            div.ak-field-pair { dt { (t.get("webhook-url")) } dd { span.ak-mono { (hook.draft.url) } } }
            div.ak-field-pair { dt { (t.get("webhook-events")) } dd { (events.join(", ")) } }
            div.ak-field-pair { dt { (t.get("webhook-records")) } dd { (t.get(records)) } }
            div.ak-field-pair { dt { (t.get("webhook-owner")) } dd { (hook.owner_name.as_deref().unwrap_or("—")) " " span.ak-muted { (t.get("webhook-owner-text")) } } }
            div.ak-field-pair { dt { (t.get("webhook-heard")) } dd { (moment(hook.heard_at)) } }
            @if hook.failing_since.is_some() { div.ak-field-pair { dt { (t.get("webhook-failing-since")) } dd { (moment(hook.failing_since)) } } }
        }
        div.ak-row.ak-gap-8 {
            @if hook.state == "on" {
                (errand(visit, hook.id, "test", "webhook-test", "send-horizontal"))
                (errand(visit, hook.id, "off", "webhook-turn-off", "plug-zap"))
            } @else {
                (errand(visit, hook.id, "on", "webhook-turn-on", "plug"))
            }
        }
    }
}

fn of_secret(visit: &Visit, hook: &HookView) -> Markup {
    let (t, look) = (visit.t, visit.look());
    html! {
        @if let Some(until) = hook.former_until {
            p { (t.with("webhook-former", &[("until", look.moment_within(&look.local(until)).into())])) }
        }
        (errand(visit, hook.id, "rotate", "webhook-rotate", "refresh-cw"))
    }
}

fn deliveries(visit: &Visit, hook: &HookView, kinds: &[EventKind], rows: &[DeliveryView], (named, asked): (&Named, &Asked)) -> Markup {
    let t = visit.t;
    let address = |state: &str, before: Option<i64>| {
        let before = before.map(|id| format!("&before={id}")).unwrap_or_default();
        format!("/settings/webhooks/{}?state={state}{before}", hook.id)
    };
    let tabs: Vec<Segment> =
        [("", "webhook-all"), ("waiting", "webhook-state-waiting"), ("dead", "webhook-state-dead"), ("done", "webhook-state-done")]
            .map(|(state, key)| Segment::new(t.get(key), address(state, None), asked.state == state))
            .to_vec();
    let older = rows.last().filter(|_| rows.len() == PAGE).map(|row| address(&asked.state, Some(row.id)));
    html! {
        div.ak-row.ak-gap-8 {
            (segmented(&t.get("webhook-deliveries"), &tabs))
            span.ak-spacer {}
            @if hook.state == "on" && hook.count(HookState::Dead) > 0 { (errand(visit, hook.id, "replay", "webhook-replay-all", "rotate-ccw")) }
        }
        @if rows.is_empty() { p.ak-muted { (t.get("webhook-deliveries-none")) } } @else { (table(visit, hook, kinds, rows, named)) }
        @if let Some(href) = older { p { (Button::new(t.get("jobs-older")).href(href)) } }
    }
}

fn table(visit: &Visit, hook: &HookView, kinds: &[EventKind], rows: &[DeliveryView], named: &Named) -> Markup {
    let (t, look) = (visit.t, visit.look());
    let heads = ["webhook-when", "webhook-event", "webhook-record", "webhook-state", "webhook-tries"].map(|key| t.get(key));
    let widths = [Some(160), None, Some(190), Some(190), Some(90)];
    let heads: Vec<_> = heads.iter().zip(widths).enumerate().map(|(n, (head, width))| (head.as_str(), n > 3, width)).collect();
    let line = |row: &DeliveryView| {
        vec![
            html! { a.ak-link href={ "/settings/webhooks/" (hook.id) "/deliveries/" (row.id) } { (look.moment_words(&look.local(row.at))) } },
            html! { (kind_words(visit, &row.kind, kinds)) },
            named.way(visit, &row.object, row.record),
            delivery_state(visit, row),
            html! { (t.number(row.attempts)) },
        ]
    };
    plain_table(&t.get("webhook-deliveries"), &heads, &rows.iter().map(line).collect::<Vec<_>>(), None)
}

/// What happened, in words.
pub(super) fn kind_words(visit: &Visit, kind: &str, kinds: &[EventKind]) -> String {
    if kind == akrab_engine::hook::TEST { visit.t.get("webhook-event-test") } else { pattern_words(visit, kind, kinds) }
}

/// Where it stands, and when it is tried next.
pub(super) fn delivery_state(visit: &Visit, row: &DeliveryView) -> Markup {
    let (t, look) = (visit.t, visit.look());
    let words = t.get(&format!("webhook-state-{}", hook_state_key(row.state)));
    match row.state {
        HookState::Done => status(Status::Ok, &words),
        HookState::Dead => status_strong(Status::Late, &words),
        HookState::Left => status(Status::None, &words),
        HookState::Taken => status(Status::Today, &words),
        HookState::Waiting if row.attempts > 0 => html! {
            (status(Status::Risk, &t.get("webhook-state-again")))
            div.ak-faint { (look.moment_words(&look.local(row.run_at))) }
        },
        HookState::Waiting => status(Status::New, &words),
    }
}

/// `POST /settings/webhooks/{id}` with the field `verb`.
pub(super) async fn verb(visit: Visit, Path(id): Path<i64>, fields: Fields) -> Reply {
    visit.require_admin()?;
    let (t, here) = (visit.t, format!("/settings/webhooks/{id}"));
    match fields.text("verb") {
        "test" => {
            visit.write(move |tx| tx.hook_test(id)).await?;
            visit.go(&here, Flash::ok(t.get("webhook-test-done")))
        }
        "rotate" => {
            let secret = visit.write(move |tx| tx.hook_rotate(id)).await?;
            draw(&visit, id, Some(secret), &Asked::default()).await
        }
        "replay" => {
            let n = visit.write(move |tx| tx.hook_replay(id, None)).await?;
            visit.go(&here, Flash::ok(t.with("webhook-replayed", &[("n", (n as i64).into())])))
        }
        verb @ ("on" | "off") => {
            let on = verb == "on";
            visit.write(move |tx| tx.hook_change(id, |draft| draft.on = on)).await?;
            visit.go(&here, Flash::ok(t.get(if on { "webhook-turned-on" } else { "webhook-turned-off" })))
        }
        _ => Err(Problem::not_found().into()),
    }
}
