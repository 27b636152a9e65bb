//! Work that has to reach somebody outside: how far it is, at which rates it goes, and what of it needs a person.

use super::{frame, show};
use crate::fail::{Reply, field_message};
use crate::flash::Flash;
use crate::form::{Fields, one_of};
use crate::route::{Router, get, post};
use crate::ui::Tone;
use crate::ui::button::Button;
use crate::ui::frame::content;
use crate::ui::input::{self, Input, checkbox};
use crate::ui::progress::progress_with_figure;
use crate::ui::setting::setting;
use crate::ui::table::plain_table;
use crate::ui::tag;
use crate::visit::Visit;
use akrab_engine::work::{BatchView, ItemView, Route, Turn, WorkState};
use akrab_model::FieldProblem;
use axum::extract::{Path, Query};
use maud::{Markup, html};
use serde::Deserialize;

/// Batches on a page, and items of a batch.
const BATCHES: usize = 50;
const ITEMS: usize = 100;

#[inline(always)]
pub(super) fn routes() -> Router {
    Router::new()
        .route("/settings/work", get(page))
        .route("/settings/work/routes/{id}", post(rates))
        .route("/settings/work/{batch}", get(one))
        .route("/settings/work/{batch}/pause", post(pause))
        .route("/settings/work/{batch}/cancel", post(cancel))
        .route("/settings/work/{batch}/{unit}", post(turn))
}

#[derive(Deserialize, Default)]
struct From {
    before: Option<i64>,
    #[serde(default)]
    after: i64,
}

async fn page(visit: Visit, Query(from): Query<From>) -> Reply {
    visit.require_admin()?;
    let t = visit.t;
    let (routes, batches) = visit.read(move |tx| Ok((tx.work_routes()?, tx.work_batches(from.before, BATCHES)?))).await?;
    let body = html! {
        @if batches.is_empty() && routes.is_empty() { p.ak-muted { (t.get("work-none")) } }
        @if !batches.is_empty() { (setting(&t.get("work-batches"), &t.get("work-batches-text"), true, of_batches(&visit, &batches))) }
        @if let Some(last) = batches.last().filter(|_| batches.len() == BATCHES) {
            a.ak-link href={ "/settings/work?before=" (last.id) } { (t.get("work-older")) }
        }
        @if !routes.is_empty() { (setting(&t.get("work-routes"), &t.get("work-routes-text"), true, of_routes(&visit, &routes))) }
    };
    let frame = frame(&visit, &t.get("settings-work")).await;
    show(&visit, &frame, content(false, html! { div.ak-stack { (body) } }), false).await
}

/// The words of a queue; its key where the domain has none.
fn queue_words(visit: &Visit, queue: &str) -> String {
    visit.t.find(&format!("work-{}", queue.replace('_', "-")), &[]).unwrap_or_else(|| queue.to_string())
}

fn of_batches(visit: &Visit, batches: &[BatchView]) -> Markup {
    let t = visit.t;
    let words = ["work-batch", "work-queue", "work-progress", "work-failed", "work-unknown"].map(|key| t.get(key));
    let heads: Vec<_> = words.iter().enumerate().map(|(n, label)| (label.as_str(), n > 1, None)).collect();
    let figure = |n: i64| t.number(n);
    let row = |one: &BatchView| {
        let counts = &one.counts;
        vec![
            html! { a.ak-link href={ "/settings/work/" (one.id) } { (one.title) } @if one.paused { " " (tag(&t.get("work-paused"))) } },
            html! { (queue_words(visit, &one.queue)) },
            html! { (t.with("job-of", &[("done", figure(counts.over()).into()), ("total", figure(counts.all()).into())])) },
            html! { (figure(counts.of(WorkState::Failed))) },
            html! { (figure(counts.of(WorkState::Unknown))) },
        ]
    };
    plain_table(&t.get("work-batches"), &heads, &batches.iter().map(row).collect::<Vec<_>>(), None)
}

fn of_routes(visit: &Visit, routes: &[Route]) -> Markup {
    let t = visit.t;
    let rate = |name: &str, route: &Route, value: Option<i64>, key: &str| {
        let mut entry = Input::new(name, &value.map(|n| n.to_string()).unwrap_or_default()).attr("aria-label", t.get(key));
        entry.id = format!("f-{name}-{}", route.id);
        html! { label.ak-muted.ak-small { (t.get(key)) " " (input::number(&entry)) } }
    };
    html! {
        @for route in routes {
            form.ak-stack method="post" action={ "/settings/work/routes/" (route.id) } {
                (visit.token_field())
                div.ak-two-lines { b { (route.route) } div.ak-two-lines-detail { (queue_words(visit, &route.queue)) } }
                div.ak-row.ak-gap-8 {
                    (rate("per_minute", route, route.per_minute, "work-per-minute"))
                    (rate("per_day", route, route.per_day, "work-per-day"))
                    (checkbox("paused", "1", &t.get("work-paused"), route.paused))
                    (Button::new(t.get("save")).submit())
                }
            }
        }
    }
}

async fn rates(visit: Visit, Path(id): Path<i64>, fields: Fields) -> Reply {
    visit.require_admin()?;
    // what is no number is as wrong as zero
    let rate = |name: &str| Some(fields.text(name)).filter(|text| !text.is_empty()).map(|text| text.parse().unwrap_or(0));
    let (minute, day, paused) = (rate("per_minute"), rate("per_day"), fields.ticked("paused"));
    visit.write(move |tx| tx.work_rates(id, minute, day, paused)).await?;
    visit.go("/settings/work", Flash::ok(visit.t.get("saved")))
}

fn state_key(state: WorkState) -> &'static str {
    match state {
        WorkState::Ready => "work-ready",
        WorkState::Leased => "work-leased",
        WorkState::Handing => "work-handing",
        WorkState::Done => "work-done",
        WorkState::Failed => "work-failed",
        WorkState::Unknown => "work-unknown",
        WorkState::Cancelled => "work-cancelled",
    }
}

async fn one(visit: Visit, Path(id): Path<i64>, Query(from): Query<From>) -> Reply {
    visit.require_admin()?;
    let t = visit.t;
    let (batch, unknown, failed) = visit
        .read(move |tx| {
            let unknown = tx.work_items(id, WorkState::Unknown, from.after, ITEMS)?;
            Ok((tx.work_batch(id)?, unknown, tx.work_items(id, WorkState::Failed, from.after, ITEMS)?))
        })
        .await?;
    let counts = &batch.counts;
    let percent = u8::try_from(counts.over() * 100 / counts.all().max(1)).unwrap_or(100);
    let waits = counts.of(WorkState::Ready) > 0;
    let last = [unknown.last(), failed.last()].into_iter().flatten().map(|item| item.unit).max();
    let body = html! {
        p.ak-muted { (queue_words(&visit, &batch.queue)) " · " (visit.look().moment_words(&visit.look().local(batch.created_at))) @if batch.paused { " " (tag(&t.get("work-paused"))) } }
        (progress_with_figure(&t.get("work-progress"), percent, Tone::Accent))
        dl.ak-fields.ak-fields-right {
            @for state in WorkState::ALL.into_iter().filter(|state| counts.of(*state) > 0) {
                div.ak-field-pair { dt { (t.get(state_key(state))) } dd { (t.number(counts.of(state))) } }
            }
        }
        div.ak-row.ak-gap-8 {
            @if waits || batch.paused {
                form method="post" action={ "/settings/work/" (id) "/pause" } {
                    (visit.token_field())
                    @if !batch.paused { input type="hidden" name="paused" value="1"; }
                    (Button::new(t.get(if batch.paused { "work-go-on" } else { "work-pause" })).submit())
                }
            }
            @if waits {
                form method="post" action={ "/settings/work/" (id) "/cancel" } { (visit.token_field()) (Button::new(t.get("work-cancel")).danger().submit()) }
            }
        }
        @if !unknown.is_empty() { (setting(&t.get("work-unknown"), &t.get("work-unknown-text"), true, of_items(&visit, id, &unknown))) }
        @if !failed.is_empty() { (setting(&t.get("work-failed"), &t.get("work-failed-text"), true, of_items(&visit, id, &failed))) }
        @if let Some(last) = last.filter(|_| unknown.len() == ITEMS || failed.len() == ITEMS) {
            a.ak-link href={ "/settings/work/" (id) "?after=" (last) } { (t.get("work-more")) }
        }
    };
    let frame = frame(&visit, &batch.title).await;
    show(&visit, &frame, content(false, html! { div.ak-stack { (body) } }), false).await
}

fn of_items(visit: &Visit, batch: i64, items: &[ItemView]) -> Markup {
    let t = visit.t;
    let words = ["work-unit", "work-tries", "work-why"].map(|key| t.get(key));
    let widths = [Some(110), Some(90), None];
    let mut heads: Vec<_> = words.iter().zip(widths).map(|(label, width)| (label.as_str(), false, width)).collect();
    heads.push(("", true, Some(310)));
    let button = |turn: &str, key: &str| html! { (Button::new(t.get(key)).ghost().submit().attr("name", "turn").attr("value", turn)) };
    let row = |item: &ItemView| {
        vec![
            html! { span.ak-num { (item.unit) } },
            html! { span.ak-num { (item.attempts) } },
            html! { (why(visit, item)) },
            html! {
                form.ak-row method="post" action={ "/settings/work/" (batch) "/" (item.unit) } {
                    (visit.token_field())
                    (button("again", "work-again"))
                    (button("arrived", "work-arrived"))
                    (button("leave", "work-leave"))
                }
            },
        ]
    };
    plain_table(&t.get("work-items"), &heads, &items.iter().map(row).collect::<Vec<_>>(), None)
}

/// Why an item stands where it stands.
fn why(visit: &Visit, item: &ItemView) -> String {
    let Some(code) = item.told["code"].as_str() else { return visit.t.get("work-gone") };
    let args = serde_json::from_value(item.told["args"].clone()).unwrap_or_default();
    field_message(visit.t, &FieldProblem { pointer: String::new(), code: code.into(), args })
}

async fn pause(visit: Visit, Path(batch): Path<i64>, fields: Fields) -> Reply {
    let paused = fields.ticked("paused");
    visit.write(move |tx| tx.work_pause(batch, paused)).await?;
    visit.go(&format!("/settings/work/{batch}"), Flash::ok(visit.t.get("saved")))
}

async fn cancel(visit: Visit, Path(batch): Path<i64>) -> Reply {
    let n = visit.write(move |tx| tx.work_cancel(batch)).await?;
    let words = visit.t.with("work-cancelled-n", &[("n", visit.t.number(n as i64).into())]);
    visit.go(&format!("/settings/work/{batch}"), Flash::ok(words))
}

async fn turn(visit: Visit, Path((batch, unit)): Path<(i64, i64)>, fields: Fields) -> Reply {
    let turn: Turn = one_of("turn", fields.text("turn"))?;
    visit.write(move |tx| tx.work_turn(batch, unit, turn)).await?;
    visit.go(&format!("/settings/work/{batch}"), Flash::ok(visit.t.get("saved")))
}
