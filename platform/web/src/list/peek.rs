//! The side panel: a record in short, beside its list.

use super::rows;
use crate::fail::Reply;
use crate::record::reach::Reach;
use crate::record::teller::kind_icon;
use crate::ui::bulk::peek_panel;
use crate::ui::button::Button;
use crate::ui::section::{self, field_list};
use crate::ui::timeline::{Entry, entry};
use crate::value::{Look, mark};
use crate::visit::Visit;
use akrab_engine::{Access, Event, Rights, Timeline, TimelineRequest, Tx};
use akrab_model::object::FieldRight;
use akrab_model::{Field, Record, Value};
use axum::extract::{Path, Query};
use axum::response::{IntoResponse, Redirect};
use maud::{Markup, html};
use serde::Deserialize;

/// Place of the record in the list it is opened from.
#[derive(Deserialize)]
pub struct Seat {
    n: Option<i64>,
    of: Option<String>,
}

/// Fields and timeline entries shown.
const FIELDS: usize = 9;
const EVENTS: usize = 6;

/// The panel as a fragment; without script the whole page.
pub async fn show(visit: Visit, Path((plural, id)): Path<(String, i64)>, Query(seat): Query<Seat>) -> Reply {
    if !visit.is_fragment() {
        return Ok(Redirect::to(&format!("/{plural}/{id}")).into_response());
    }
    let own = plural.clone();
    let (reach, record, timeline, reached) = visit
        .read(move |tx: &mut Tx| {
            if let Ok(object) = tx.object(&own) {
                tx.read_ahead("peek", &object, id);
            }
            let record = tx.get(&own, id)?;
            let timeline = tx.timeline(&own, id, &TimelineRequest { limit: EVENTS, ..TimelineRequest::default() })?;
            let reached = tx.may(&record.object.clone(), Access::Edit, id)?;
            Ok((Reach::load(tx, &record), record, timeline, reached))
        })
        .await?;
    let look = visit.look();
    let t = visit.t;
    let place = match (seat.n, seat.of) {
        (Some(n), Some(of)) => t.with("peek-place", &[("n", n.into()), ("of", of.into())]),
        _ => String::new(),
    };
    let href = format!("/{}/{id}", record.object.plural);
    let rights = visit.rights();
    let body = html! {
        div { (head(&visit, &look, &record, &reach)) (upcoming(&look, &timeline)) }
        div { (field_list(t, &fields(&look, &rights, &record, reached))) }
        div {
            div.ak-row.ak-gap-8 { h2.ak-strong { (t.get("peek-timeline")) } span.ak-spacer {} a.ak-link href=(href) { (t.get("see-all")) } }
            (story(&look, &timeline.events))
        }
    };
    visit.fragment(peek_panel(t, &place, &href, body), None)
}

fn head(visit: &Visit, look: &Look, record: &Record, reach: &Reach) -> Markup {
    let object = &record.object;
    let title = rows::title(look, record);
    let t = visit.t;
    html! {
        div.ak-row.ak-gap-12 {
            (mark(object, &title, 36))
            div.ak-col.ak-truncate {
                h2.ak-peek-title { a href=(look.href(object, record.id)) { (title) } }
                span.ak-muted.ak-truncate { (look.subtitle(record)) }
            }
        }
        div.ak-row.ak-gap-8.ak-peek-actions {
            @for way in reach.ways() { (way.on(Button::new(t.get(way.key)).icon(way.icon))) }
            (Button::new(t.get("list-edit")).icon("pencil").href(format!("/{}/{}/edit", object.plural, record.id)))
        }
    }
}

/// The next thing to do, when there is one.
fn upcoming(look: &Look, timeline: &Timeline) -> Markup {
    let Some(event) = timeline.upcoming.first() else { return html! {} };
    let when = look.local_micros(event.at);
    let late = when < look.now;
    html! {
        div.ak-notice.ak-peek-next data-tone=(if late { "bad" } else if when.date() == look.today() { "warn" } else { "neutral" }) {
            (crate::ui::icon(&event.source.object.decl.icon))
            b { (look.moment_words(&when)) } span.ak-truncate { (event.source.title()) }
        }
    }
}

/// The latest that happened.
fn story(look: &Look, events: &[Event]) -> Markup {
    let entries = events.iter().map(|event| {
        let source = &event.source;
        let body = source.object.decl.timeline.body.as_deref().map(|key| source.text(key)).filter(|text| !text.is_empty());
        let href = look.href(&source.object, source.id);
        let change = event.change.is_some();
        entry(&Entry {
            icon: kind_icon(&event.kind, &source.object),
            title: if change { changed(look, event) } else { rows::title(look, source) },
            href: (!change).then_some(href),
            body: body.filter(|_| !change).map(|text| html! { (text.chars().take(160).collect::<String>()) }),
            time: look.moment_words(&look.local_micros(event.at)),
            ..Entry::default()
        })
    });
    html! { ol.ak-entries { @for one in entries { (one) } } }
}

/// "Siti: Tahap, Nilai": who changed which fields.
fn changed(look: &Look, event: &Event) -> String {
    let Some(change) = &event.change else { return String::new() };
    let object = &event.source.object;
    let fields: Vec<&str> = change.shifts.iter().filter_map(|s| object.field(&s.field)).map(|f| f.label.get(look.key())).take(4).collect();
    let who = change.actor_name.clone().unwrap_or_else(|| "Akrab".into());
    look.t.with("peek-changed", &[("who", who.into()), ("fields", fields.join(", ").into())])
}

/// Figures, chips and the first fields of the layout, as far as they are filled or may be.
fn fields(look: &Look, rights: &Rights, record: &Record, reached: bool) -> Vec<section::Field> {
    let object = &record.object;
    let layout = &object.decl.layout;
    let sections = layout.sections.iter().flat_map(|s| &s.fields);
    let mut keys: Vec<&String> = layout.figures.iter().chain(&layout.chips).chain(sections).collect();
    let mut seen = std::collections::HashSet::new();
    keys.retain(|key| seen.insert(key.as_str()));
    let shown = keys.into_iter().filter_map(|key| object.field(key)).filter(|f| record.has(&f.key));
    shown
        .filter(|f| !matches!(record.get(&f.key), Value::Null) || f.choices.len() > 1)
        .take(FIELDS)
        .map(|f| pair(look, rights, record, f, reached))
        .collect()
}

fn pair(look: &Look, rights: &Rights, record: &Record, field: &Field, reached: bool) -> section::Field {
    let object = &record.object;
    let may = reached && field.writable() && object.field_ix(&field.key).is_some_and(|ix| rights.field(object, ix) == FieldRight::Edit);
    section::Field {
        label: field.label.get(look.key()).to_string(),
        value: look.markup(field, record),
        edit: (may && rows::inline(field)).then(|| format!("/{}/{}/fields/{}", object.plural, record.id, field.key)),
        hint: field.hint.as_ref().map(|h| h.get(look.key()).to_string()),
        history: None,
    }
}
