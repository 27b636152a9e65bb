//! The timeline: upcoming first, then newest first by day.

use super::avatar::{Shape, avatar};
use super::icon::icon_sized;
use super::tag::Tone;
use maud::{Markup, html};

/// One entry.
#[derive(Default)]
pub struct Entry {
    /// Icon of its kind.
    pub icon: String,
    /// Colours the icon: warn for today, bad for late.
    pub tone: Tone,
    /// The bold words.
    pub title: String,
    /// Address of what it is about.
    pub href: Option<String>,
    /// Muted words after the title.
    pub detail: Option<Markup>,
    /// Text below.
    pub body: Option<Markup>,
    /// Text below is quoted speech: full colour instead of muted.
    pub quote: bool,
    /// Time or due words at the right.
    pub time: String,
    /// Colours the time.
    pub time_tone: Tone,
    /// Buttons shown on hover and focus (done, edit, pin).
    pub actions: Option<Markup>,
}

/// A day and what happened on it.
pub struct Day {
    /// "Akan datang", "Hari ini, Kamis 19 November".
    pub label: String,
    /// Its entries.
    pub entries: Vec<Entry>,
}

/// The timeline.
pub fn timeline(days: &[Day]) -> Markup {
    html! {
        div.ak-timeline {
            @for day in days {
                section {
                    (day_head(&day.label))
                    ol.ak-entries { @for one in &day.entries { (entry(one)) } }
                }
            }
        }
    }
}

/// What somebody did, told under a day: with the face of the doer.
pub struct Deed<'a> {
    /// Who.
    pub who: &'a str,
    /// Not read yet.
    pub unread: bool,
    /// Who did what, and to what.
    pub title: Markup,
    /// Button shown on hover and focus.
    pub action: Option<Markup>,
    /// Time of day.
    pub time: String,
    /// Words below.
    pub body: Option<Markup>,
}

/// One deed.
pub fn deed(d: Deed<'_>) -> Markup {
    html! {
        div.ak-entry data-unread[d.unread] {
            (avatar(Shape::Person, d.who, 24))
            div.ak-entry-main {
                div.ak-entry-head {
                    div.ak-entry-title { (d.title) }
                    @if let Some(action) = d.action { span.ak-entry-actions { (action) } }
                    span.ak-entry-time { (d.time) }
                }
                @if let Some(body) = d.body { div.ak-entry-body { (body) } }
            }
        }
    }
}

/// A line with the name of a day.
pub fn day_head(label: &str) -> Markup {
    html! { h3.ak-day { span { (label) } } }
}

/// One entry, also the fragment that is put on top after composing.
pub fn entry(e: &Entry) -> Markup {
    html! {
        li.ak-entry {
            span.ak-entry-icon data-tone=(e.tone.name()) { (icon_sized(&e.icon, 14)) }
            div.ak-entry-main {
                div.ak-entry-head {
                    div.ak-entry-title {
                        @match &e.href { Some(href) => { a href=(href) { b { (e.title) } } } None => { b { (e.title) } } }
                        @if let Some(detail) = &e.detail { " " span.ak-muted { (detail) } }
                    }
                    @if let Some(actions) = &e.actions { span.ak-entry-actions { (actions) } }
                    span.ak-entry-time.ak-toned data-tone=(e.time_tone.name()) { (e.time) }
                }
                @if let Some(body) = &e.body { div.ak-entry-body.ak-muted[!e.quote] { (body) } }
            }
        }
    }
}
