//! The board: columns of cards that move by mouse, touch and keyboard.

use super::button::{Button, key};
use super::icon::icon_sized;
use super::progress::progress;
use super::status::{Status, dot};
use super::tag::Tone;
use crate::locale::Text;
use maud::{Markup, html};

/// A column: one stage.
#[derive(Default)]
pub struct BoardColumn {
    /// Value posted when a card is dropped here.
    pub stage: String,
    /// Name.
    pub label: String,
    /// Cards in it, all of them.
    pub count: u64,
    /// Sum, short ("Rp 1,24 M").
    pub sum: String,
    /// Weighted sum in words ("tertimbang Rp 618 jt").
    pub weighted: String,
    /// Probability in percent, shown as a bar.
    pub percent: Option<u8>,
    /// Where a card is added.
    pub add_href: Option<String>,
    /// Cards.
    pub cards: Vec<Card>,
    /// "Load 8 more": (words, address).
    pub more: Option<(String, String)>,
}

/// A card.
#[derive(Default)]
pub struct Card {
    /// Record id.
    pub id: String,
    /// Title and its page.
    pub title: String,
    /// Page of the record.
    pub href: String,
    /// Second line (account).
    pub subtitle: String,
    /// Amount, in full.
    pub amount: String,
    /// Close date, short.
    pub date: String,
    /// Tags.
    pub tags: Vec<String>,
    /// Next activity: state, what (may be cut), when (never cut).
    pub next: Option<(Status, String, String)>,
    /// Age in the stage ("8 hr").
    pub age: String,
    /// Longer in the stage than it should be: tinted, with an hourglass.
    pub rotting: bool,
    /// Owner's avatar.
    pub owner: Option<Markup>,
    /// Address the new stage is posted to as `stage=…`.
    pub move_url: String,
}

/// A folded end of the board (won, lost): a place to drop, and a link to what lies there.
pub struct BoardEnd {
    /// Value posted when a card is dropped here.
    pub stage: String,
    /// Name.
    pub label: String,
    /// Records that lie there, all of them.
    pub count: u64,
    /// "31 · Rp 2,06 M".
    pub summary: String,
    /// Icon.
    pub icon: String,
    /// The list of what lies there.
    pub href: String,
}

/// The board.
pub fn board(t: Text, columns: &[BoardColumn], ends: &[BoardEnd]) -> Markup {
    html! {
        div.ak-board data-board {
            @for column in columns { (board_column(t, column)) }
            @if !ends.is_empty() {
                div.ak-board-ends {
                    @for end in ends {
                        a.ak-board-end href=(end.href) data-board-end data-stage=(end.stage) data-label=(end.label) data-count=(end.count) {
                            (icon_sized(&end.icon, 15)) span { b { (end.label) } " " (end.summary) }
                        }
                    }
                }
            }
        }
    }
}

fn board_column(t: Text, column: &BoardColumn) -> Markup {
    html! {
        section.ak-column aria-label=(column.label) data-fold-column=(column.stage) {
            header.ak-column-head {
                div.ak-column-title {
                    h2 { (column.label) } span.ak-count data-count=(column.count) { (t.number(i64::try_from(column.count).unwrap_or(i64::MAX))) }
                    span.ak-spacer {}
                    (Button::only_icon("chevrons-right", t.with("board-fold", &[("name", column.label.as_str().into())])).ghost()
                        .flag("data-fold", true).attr("aria-expanded", "true"))
                    @if let Some(href) = &column.add_href {
                        (Button::only_icon("plus", t.with("add-to", &[("name", column.label.as_str().into())])).ghost()
                            .href(href.clone()).attr("data-dialog-href", href.clone()))
                    }
                }
                div.ak-column-sums { b { (column.sum) } " " span { (column.weighted) } }
                @if let Some(percent) = column.percent {
                    div.ak-column-bar { (progress(&t.get("probability"), percent, Tone::Accent)) span.ak-num { (percent) "%" } }
                }
            }
            div.ak-cards data-board-column data-stage=(column.stage) data-label=(column.label) {
                @for one in &column.cards { (card(t, one)) }
            }
            (more_line(&column.stage, column.more.as_ref(), false))
        }
    }
}

/// "Load 8 more" under a column; `fresh` puts it in the place of the one before it, or takes that away.
pub fn more_line(stage: &str, more: Option<&(String, String)>, fresh: bool) -> Markup {
    html! {
        div id={ "more-" (stage) } hx-swap-oob=[fresh.then_some("true")] {
            @if let Some((words, href)) = more {
                a.ak-column-more href=(href) hx-get=(href) hx-target="previous .ak-cards" hx-swap="beforeend" { (words) }
            }
        }
    }
}

/// One card, also the fragment that replaces it.
pub fn card(t: Text, c: &Card) -> Markup {
    html! {
        article.ak-card.ak-card-rotting[c.rotting] tabindex="0" data-card=(c.id) data-href=(c.href)
            data-move-url=(c.move_url) {
            a.ak-card-title href=(c.href) { (c.title) }
            div.ak-card-subtitle { (c.subtitle) }
            div.ak-card-facts {
                b { (c.amount) } span.ak-spacer {}
                @if !c.date.is_empty() { span.ak-card-date { (icon_sized("calendar", 13)) (c.date) } }
            }
            @if !c.tags.is_empty() { div.ak-card-tags { @for one in &c.tags { span.ak-tag { (one) } } } }
            div.ak-card-foot {
                @match &c.next {
                    Some((state, what, when)) => { span.ak-status.ak-card-next data-status=[next_tone(*state)] { (dot(*state)) @if !what.is_empty() { span.ak-truncate { (what) } } span.ak-nowrap { (when) } } }
                    None => { span.ak-status { (dot(Status::None)) span { (t.get("no-activity")) } } }
                }
                span.ak-spacer {}
                span.ak-card-age { @if c.rotting { (icon_sized("hourglass", 13)) } (c.age) }
                @if let Some(owner) = &c.owner { (owner) }
            }
        }
    }
}

fn next_tone(state: Status) -> Option<&'static str> {
    match state {
        Status::Late => Some("late"),
        Status::Today => Some("today"),
        _ => None,
    }
}

/// The line under a board: what the shapes mean and which keys move a card.
pub fn board_key(t: Text) -> Markup {
    html! {
        div.ak-board-key {
            span.ak-status { (dot(Status::None)) (t.get("no-activity")) }
            span.ak-status { (dot(Status::Ok)) (t.get("activity-planned")) }
            span.ak-status { (dot(Status::Today)) (t.get("today")) }
            span.ak-status { (dot(Status::Late)) (t.get("late")) }
            span.ak-status.ak-toned data-tone="warn" { (icon_sized("hourglass", 13)) (t.get("rotting")) }
            span.ak-spacer {}
            span.ak-key-help { (key(&t.get("key-space"))) " " (t.get("lift")) }
            span.ak-key-help { (key("← →")) " " (t.get("move")) }
            span.ak-key-help { (key("Esc")) " " (t.get("key-cancel")) }
        }
    }
}
