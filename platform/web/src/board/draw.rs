//! The board as a page.

use super::card::card;
use crate::filter::words::Titles;
use crate::list::address::{Address, push};
use crate::list::state::Listing;
use crate::list::tools;
use crate::ui::board::{BoardColumn, BoardEnd, board, board_key};
use crate::ui::frame::tool_bar;
use crate::visit::Visit;
use akrab_engine::{Board, BoardRequest, Lane, Rights};
use akrab_model::filter::{Filter, Op};
use akrab_model::object::{BoardDecl, ViewKind};
use akrab_model::{Value, format};
use maud::{Markup, html};
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

/// Cards per lane before "load more".
pub const CARDS: usize = 20;

/// What the board asks the engine.
pub fn request(listing: &Listing) -> BoardRequest {
    BoardRequest {
        object: listing.object.key.clone(),
        filter: listing.filter.clone(),
        q: listing.address.q.clone(),
        pipeline: listing.state.pipeline,
        sort: listing.state.sort.clone(),
        per_lane: CARDS,
    }
}

/// Tool bar, columns, ends and the key.
pub fn draw(visit: &Visit, listing: &Listing, rights: &Rights, titles: &Titles, data: &Board) -> Markup {
    let t = visit.t;
    let Some(decl) = &listing.object.decl.board else { return html! {} };
    let (ends, lanes): (Vec<&Lane>, Vec<&Lane>) = data.lanes.iter().partition(|lane| lane.category != "open");
    let create = rights.may_create(&listing.object);
    let columns: Vec<BoardColumn> = lanes.iter().map(|lane| column(listing, decl, data, lane, create)).collect();
    let ends: Vec<BoardEnd> = ends.iter().map(|lane| end(listing, data, lane)).collect();
    let first = tools::pipeline_chip(listing, &data.pipelines, data.pipeline);
    html! {
        (tool_bar(tools::start(listing, titles, first), summary(listing, &lanes)))
        div.ak-list {
            div.ak-list-main { (board(t, &columns, &ends)) }
        }
        (board_key(t))
    }
}

/// "43 peluang · Rp 3,77 M · tertimbang Rp 1,98 M".
fn summary(listing: &Listing, lanes: &[&Lane]) -> Markup {
    let look = &listing.look;
    let count: u64 = lanes.iter().map(|lane| lane.count).sum();
    let total = |of: fn(&Lane) -> Option<Decimal>| lanes.iter().filter_map(|lane| of(lane)).reduce(|a, b| a + b);
    let short = |amount: Decimal| format::money_short(amount, &look.currency, look.lang);
    html! {
        span.ak-board-sum.ak-muted.ak-hide-phone {
            (look.t.number(i64::try_from(count).unwrap_or(i64::MAX))) " " (listing.records())
            @if let Some(sum) = total(|l| l.sum) { " · " b { (short(sum)) } }
            @if let Some(weighted) = total(|l| l.weighted) { " · " (look.t.get("board-weighted")) " " b { (short(weighted)) } }
        }
    }
}

fn column(listing: &Listing, decl: &BoardDecl, data: &Board, lane: &Lane, create: bool) -> BoardColumn {
    let look = &listing.look;
    let short = |amount: Decimal| format::money_short(amount, &look.currency, look.lang);
    let stage = key_text(&lane.key);
    let by = &listing.object.at(data.by).key;
    let rest = lane.count.saturating_sub(lane.cards.len() as u64);
    BoardColumn {
        label: label(listing, lane),
        count: lane.count,
        sum: lane.sum.map(short).unwrap_or_default(),
        weighted: lane.weighted.map(|w| format!("{} {}", look.t.get("board-weighted"), short(w))).unwrap_or_default(),
        // a stage without a probability has no bar of nothing
        percent: lane.probability.filter(|p| !p.is_zero()).and_then(|p| p.to_u8()),
        add_href: create.then(|| {
            let mut href = format!("/{}/new", listing.object.plural);
            push(&mut href, by, &stage);
            href
        }),
        cards: lane.cards.iter().map(|record| card(look, decl, record, lane.rotting_days)).collect(),
        more: (rest > 0).then(|| {
            (
                look.t.with("list-load-more", &[("n", i64::try_from(rest).unwrap_or(i64::MAX).into())]),
                more_href(listing, &stage, CARDS, None),
            )
        }),
        stage,
    }
}

/// Address of the next cards of a lane: `done` are shown, `after` is where they end.
pub fn more_href(listing: &Listing, stage: &str, done: usize, after: Option<&str>) -> String {
    let address = Address { after: after.map(Into::into), kind: Some(ViewKind::Board), from: None, ..listing.address.clone() };
    let mut href = address.at(&format!("{}/lane", address.base));
    push(&mut href, "stage", stage);
    push(&mut href, "done", &done.to_string());
    href
}

/// Name of a lane.
pub fn label(listing: &Listing, lane: &Lane) -> String {
    let choice = lane.choice.as_ref().map(|c| c.label.get(listing.look.key()).to_string());
    lane.title.clone().or(choice).unwrap_or_default()
}

fn end(listing: &Listing, data: &Board, lane: &Lane) -> BoardEnd {
    let look = &listing.look;
    let count = look.t.number(i64::try_from(lane.count).unwrap_or(i64::MAX));
    let sum = lane.sum.map(|s| format!(" · {}", format::money_short(s, &look.currency, look.lang))).unwrap_or_default();
    let by = &listing.object.at(data.by).key;
    let only = crate::filter::tree::with(listing.filter.as_ref(), Filter::test(by, Op::In, vec![key_text(&lane.key)]));
    BoardEnd {
        stage: key_text(&lane.key),
        label: label(listing, lane),
        count: lane.count,
        summary: format!("{count}{sum}"),
        icon: if lane.category == "won" { "trophy" } else { "circle-x" }.into(),
        href: listing.address.with_kind(ViewKind::Table).with_filter(Some(&only.to_json())).href(),
    }
}

/// A lane's key in an address or a form.
pub fn key_text(key: &Value) -> String {
    match key {
        Value::Text(key) => key.clone(),
        other => other.int().map(|id| id.to_string()).unwrap_or_default(),
    }
}
