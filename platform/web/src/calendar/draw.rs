//! The calendar as a page.

use super::{Shown, entry};
use crate::assets::asset_url;
use crate::filter::words::Titles;
use crate::list::address::{Address, push};
use crate::list::state::Listing;
use crate::list::tools;
use crate::ui::button::{Button, key};
use crate::ui::chart::sample;
use crate::ui::frame::tool_bar;
use crate::ui::menu::{menu, menu_choice, menu_head, menu_line};
use crate::ui::segmented::{Segment, segmented};
use crate::value::Look;
use crate::visit::Visit;
use akrab_engine::Rights;
use akrab_engine::view::Span;
use akrab_model::object::{CalendarDecl, FieldRight};
use akrab_model::{Field, FieldType};
use jiff::civil::Date;
use maud::{Markup, html};
use serde_json::{Value as Json, json};

/// Tool bar, the bar of the window, the entries and what their looks mean.
pub fn draw(visit: &Visit, listing: &Listing, rights: &Rights, titles: &Titles, shown: &Shown) -> Markup {
    let Some(calendar) = &listing.calendar else { return html! {} };
    let t = listing.look.t;
    let window = &shown.window;
    let list = window.span == Span::List;
    let own = listing.object.field(&calendar.start).is_some_and(|f| rights.may_create(&listing.object) && f.writable());
    let grid = (!list).then(|| data(listing, calendar, shown, own));
    html! {
        div.ak-hide-phone { (tool_bar(tools::start(listing, titles, html! {}), by(listing))) }
        div.ak-list {
            div.ak-list-main {
                (bar(listing, shown))
                @if shown.agenda.more { p.ak-notice.ak-calendar-more data-tone="warn" role="status" { (t.with("agenda-more", &[("n", t.number(shown.agenda.entries.len() as i64).into())])) } }
                @if grid.is_some() { link rel="stylesheet" href=(asset_url("calendar.css")); }
                div.ak-calendar data-calendar=(window.span.key()) data-open[window.open] data-entries=[grid.as_ref().map(|g| g.to_string())] {
                    (agenda(listing, calendar, shown))
                }
                (foot(visit, listing, calendar, shown))
            }
            aside.ak-peek id="peek" data-peek-panel aria-label=(t.get("peek")) hidden {}
        }
    }
}

/// What the script draws the grid of.
fn data(listing: &Listing, calendar: &CalendarDecl, shown: &Shown, create: bool) -> Json {
    let look = &listing.look;
    let window = &shown.window;
    let plural = &listing.object.plural;
    let timed = listing.object.field(&calendar.start).is_some_and(|f| f.kind == FieldType::DateTime);
    let entries: Vec<Json> = shown.agenda.entries.iter().map(|one| entry::data(look, calendar, &shown.agenda, one)).collect();
    let new = create.then(|| {
        let mut href = format!("/{plural}/new");
        push(&mut href, "back", &listing.address.href());
        push(&mut href, &calendar.start, "");
        href
    });
    let mut day = listing.address.with_span(Some(Span::Day), "").href();
    // the day is put behind
    if !day.ends_with("at=") {
        push(&mut day, "at", "");
    }
    let mut shift = String::from("?");
    for (name, key) in [
        ("from", Some(&calendar.start)),
        ("till", calendar.end.as_ref()),
        ("words", calendar.title.as_ref()),
        ("colour", calendar.colour.as_ref()),
    ] {
        if let Some(key) = key {
            push(&mut shift, name, key);
        }
    }
    json!({
        "entries": entries,
        "at": window.at.to_string(),
        "now": look.now.datetime().to_string(),
        "timed": timed,
        "lasting": calendar.end.is_some(),
        "lang": look.key(),
        "daysOff": shown.days_off.iter().map(|(day, name)| (day.to_string(), json!(name))).collect::<serde_json::Map<_, _>>(),
        "new": new,
        "day": day,
        "shift": shift.replacen("?&", "?", 1),
        "more": look.t.get("agenda-more-link"),
        "newWords": tools::new_words(look.t, &listing.object),
        "none": look.t.get("agenda-all-day"),
    })
}

/// Back and forth, what is shown, and how much of it.
fn bar(listing: &Listing, shown: &Shown) -> Markup {
    let t = listing.look.t;
    let window = &shown.window;
    let to = |day: Date| Address { at: Some(day.to_string()), ..listing.address.first_page() }.href();
    let segment = |span: Span, now: Span| {
        let at = if window.is_about(listing.look.today()) && span != window.span { listing.look.today() } else { window.at };
        let current = span == now;
        Segment::new(t.get(&format!("agenda-{}", span.key())), listing.address.with_span(Some(span), &at.to_string()).href(), current)
    };
    html! {
        div.ak-calendar-bar {
            (Button::only_icon("chevron-left", t.get(&format!("agenda-before-{}", window.span.key()))).ghost().href(to(window.beside(-1))))
            (Button::only_icon("chevron-right", t.get(&format!("agenda-after-{}", window.span.key()))).ghost().href(to(window.beside(1))))
            (Button::new(t.get("today")).href(to(listing.look.today())))
            h2 { (window.words(listing.look.lang)) }
            span.ak-spacer {}
            // a phone begins with the list
            @let begun = if window.open { Span::List } else { window.span };
            div.ak-hide-phone { (segmented(&t.get("agenda-span"), &Span::ALL.map(|span| segment(span, window.span)))) }
            div.ak-only-phone { (segmented(&t.get("agenda-span"), &Span::ALL.map(|span| segment(span, begun)))) }
        }
    }
}

/// The menu that chooses what the calendar goes by.
fn by(listing: &Listing) -> Markup {
    let start = listing.calendar.as_ref().and_then(|c| listing.object.field(&c.start));
    let words = start.map_or("", |f| f.label.get(listing.look.key()));
    menu(&listing.look.t.with("agenda-by-field", &[("field", words.into())]), Some("calendar-range"), choices(listing))
}

/// Everything the calendar may go by: its beginning, its end, what entries are called, what tells them apart.
pub fn choices(listing: &Listing) -> Markup {
    let Some(calendar) = &listing.calendar else { return html! {} };
    let t = listing.look.t;
    let object = &listing.object;
    let seen = |f: &&Field| {
        f.is_column() && !f.hidden && object.field_ix(&f.key).is_some_and(|ix| listing.look.rights.field(object, ix) > FieldRight::Hidden)
    };
    let own = || object.fields.iter().filter(seen);
    let at = || listing.address.first_page();
    let start = object.field(&calendar.start).map(|f| f.kind);
    let dated = |f: &&Field| matches!(f.kind, FieldType::Date | FieldType::DateTime);
    let ends = own().filter(|f| {
        (dated(f) && !f.system || f.kind == FieldType::Duration && start == Some(FieldType::DateTime)) && f.key != calendar.start
    });
    let named = own().filter(|f| {
        matches!(f.kind, FieldType::Text | FieldType::PersonName | FieldType::Link)
            && !f.system
            && f.part_of.is_none()
            && f.key != object.title_field().key
    });
    let told = own().filter(|f| matches!(f.kind, FieldType::Choice | FieldType::Stage) && f.part_of.is_none());
    let label = |f: &Field| f.label.get(listing.look.key()).to_string();
    html! {
        (menu_head(&t.get("agenda-start")))
        @for f in own().filter(dated) { (menu_choice(&label(f), &Address { start: Some(f.key.clone()), end: calendar.end.as_ref().filter(|end| **end == f.key).map(|_| String::new()).or(at().end), ..at() }.href(), f.key == calendar.start)) }
        (menu_line()) (menu_head(&t.get("agenda-end")))
        (menu_choice(&t.get("agenda-no-end"), &Address { end: Some(String::new()), ..at() }.href(), calendar.end.is_none()))
        @for f in ends { (menu_choice(&label(f), &Address { end: Some(f.key.clone()), ..at() }.href(), calendar.end.as_ref() == Some(&f.key))) }
        (menu_line()) (menu_head(&t.get("agenda-words")))
        (menu_choice(object.title_field().label.get(listing.look.key()), &Address { words: Some(String::new()), ..at() }.href(), calendar.title.is_none()))
        @for f in named { (menu_choice(&label(f), &Address { words: Some(f.key.clone()), ..at() }.href(), calendar.title.as_ref() == Some(&f.key))) }
        (menu_line()) (menu_head(&t.get("agenda-colour")))
        (menu_choice(&t.get("agenda-no-colour"), &Address { colour: Some(String::new()), ..at() }.href(), calendar.colour.is_none()))
        @for f in told { (menu_choice(&label(f), &Address { colour: Some(f.key.clone()), ..at() }.href(), calendar.colour.as_ref() == Some(&f.key))) }
    }
}

/// The days on which something stands, one below the other.
fn agenda(listing: &Listing, calendar: &CalendarDecl, shown: &Shown) -> Markup {
    let look = &listing.look;
    let window = &shown.window;
    let mut days: std::collections::BTreeMap<Date, Vec<&akrab_engine::Entry>> = std::collections::BTreeMap::new();
    for one in &shown.agenda.entries {
        for day in entry::days(look, one, window.from, window.to).filter(|day| window.is_about(*day)) {
            days.entry(day).or_default().push(one);
        }
    }
    for (day, _) in shown.days_off.iter().filter(|(day, name)| !name.is_empty() && window.is_about(*day)) {
        days.entry(*day).or_default();
    }
    html! {
        div.ak-agenda data-agenda {
            @if days.is_empty() { p.ak-muted.ak-pad { (look.t.get("agenda-nothing")) } }
            @for (day, entries) in &days {
                section.ak-agenda-day data-today[*day == look.today()] aria-label=(look.day_words(*day)) {
                    h3 { time datetime=(day) { (look.day_words(*day)) } @if let Some(name) = off(shown, *day) { span.ak-day-off { (name) } } }
                    @if !entries.is_empty() { ul { @for one in entries { li { (entry::line(look, calendar, &shown.agenda, one)) } } } }
                }
            }
        }
    }
}

fn off(shown: &Shown, day: Date) -> Option<&str> {
    shown.days_off.iter().find(|(known, name)| *known == day && !name.is_empty()).map(|(_, name)| name.as_str())
}

/// What the looks mean, which keys move an entry, and whose hours they are.
fn foot(visit: &Visit, listing: &Listing, calendar: &CalendarDecl, shown: &Shown) -> Markup {
    let t = listing.look.t;
    let there = |n: &usize| shown.agenda.entries.iter().any(|one| one.kind == Some(*n));
    let kinds = (0..shown.agenda.kinds.len()).filter(there);
    let moves = shown.window.span != Span::List && shown.agenda.entries.iter().any(|one| one.movable);
    html! {
        div.ak-calendar-foot {
            @if let Some(field) = calendar.colour.as_deref().and_then(|key| listing.object.field(key)) {
                ul.ak-calendar-key aria-label=(field.label.get(listing.look.key())) {
                    @for n in kinds { li { (sample(entry::look_of(n), false)) (shown.agenda.kinds[n].1.get(listing.look.key())) } }
                }
            }
            span.ak-spacer {}
            @if let Some(words) = zone(visit, &listing.look) { span.ak-muted { (words) } }
            @if moves { span.ak-key-help.ak-hide-phone { (key("Alt ← →")) " " (t.get("move")) } }
        }
    }
}

/// Said when the person's hours are not those of the workspace.
fn zone(visit: &Visit, look: &Look) -> Option<String> {
    let own = look.now.time_zone().iana_name()?.to_string();
    let firm = visit.engine().settings().time_zone.clone();
    (own != firm).then(|| look.t.with("agenda-zone", &[("zone", own.into()), ("firm", firm.into())]))
}
