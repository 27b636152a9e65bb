//! An entry of a calendar: as data for the script, and as a line of the agenda.

use crate::list::rows;
use crate::ui::chart::sample;
use crate::value::Look;
use akrab_engine::{Agenda, Entry, Moment};
use akrab_model::object::CalendarDecl;
use akrab_model::{FieldType, format};
use jiff::civil::{Date, DateTime};
use maud::{Markup, html};
use serde_json::{Value as Json, json};

/// Kinds that look different from each other.
const LOOKS: usize = 8;

/// How the kind of an entry looks.
pub fn look_of(kind: usize) -> usize {
    kind % LOOKS
}

/// What it is called: its title, or the field the calendar goes by.
fn title(look: &Look, calendar: &CalendarDecl, entry: &Entry) -> String {
    let record = &entry.record;
    let own = calendar.title.as_deref().and_then(|key| record.object.field(key)).map(|field| look.words(field, record));
    own.filter(|words| !words.is_empty()).unwrap_or_else(|| rows::title(look, record))
}

fn local(look: &Look, moment: Moment) -> DateTime {
    match moment {
        Moment::Day(day) => day.to_datetime(jiff::civil::Time::midnight()),
        Moment::At(at) => look.local(at).datetime(),
    }
}

fn day(look: &Look, moment: Moment) -> Date {
    local(look, moment).date()
}

/// Words of its kind, if it has one.
pub fn kind_words<'a>(look: &Look, agenda: &'a Agenda, entry: &Entry) -> Option<&'a str> {
    entry.kind.and_then(|kind| agenda.kinds.get(kind)).map(|(_, label)| label.get(look.key()))
}

/// The entry as the script draws it: days end with the day after the last, as calendars count.
pub fn data(look: &Look, calendar: &CalendarDecl, agenda: &Agenda, entry: &Entry) -> Json {
    let whole = matches!(entry.start, Moment::Day(_));
    let end = entry.end.map(|end| match (whole, end) {
        (true, end) => day(look, end).tomorrow().unwrap_or_else(|_| day(look, end)).to_string(),
        (false, Moment::Day(last)) => last.tomorrow().unwrap_or(last).to_datetime(jiff::civil::Time::midnight()).to_string(),
        (false, at) => local(look, at).to_string(),
    });
    let kind = kind_words(look, agenda, entry);
    let object = &entry.record.object;
    let words = [when(look, entry), kind.unwrap_or_default().to_string(), beside(look, calendar, entry)];
    json!({
        "id": entry.record.id.to_string(),
        "title": title(look, calendar, entry),
        "start": if whole { day(look, entry.start).to_string() } else { local(look, entry.start).to_string() },
        "end": end,
        "allDay": whole,
        "look": entry.kind.map(look_of),
        "words": words.into_iter().filter(|words| !words.is_empty()).collect::<Vec<_>>().join(" · "),
        "href": format!("/{}/{}", object.plural, entry.record.id),
        "version": entry.record.version,
        "moves": entry.movable,
        "resizes": entry.resizable,
        "done": entry.done,
    })
}

/// What tells it apart besides: its subtitle without what the calendar says already, and whom it is about.
fn beside(look: &Look, calendar: &CalendarDecl, entry: &Entry) -> String {
    let record = &entry.record;
    let object = &record.object;
    let said = [Some(&calendar.start), calendar.end.as_ref(), calendar.title.as_ref(), calendar.colour.as_ref()];
    let own = object.subtitle.iter().map(|ix| object.at(*ix));
    let links = object
        .fields
        .iter()
        .filter(|f| f.kind == FieldType::Link && !f.system && Some(f.key.as_str()) != object.owner.map(|ix| object.at(ix).key.as_str()));
    let mut seen = std::collections::HashSet::new();
    let fields = own.chain(links).filter(|f| !said.contains(&Some(&f.key)) && record.has(&f.key) && seen.insert(f.key.clone()));
    fields.map(|f| look.words(f, record)).filter(|words| !words.is_empty()).take(2).collect::<Vec<_>>().join(" · ")
}

/// `09.00–10.30`, `22 Nov – 24 Nov`; nothing for one whole day.
fn when(look: &Look, entry: &Entry) -> String {
    let (from, to) = (local(look, entry.start), entry.end.map(|end| local(look, end)));
    let time = |at: DateTime| format::time(at.time(), look.lang);
    let short = |at: DateTime| format::day_month(at.date(), look.lang);
    match (entry.start, to) {
        (Moment::Day(_), Some(to)) if to.date() > from.date() => format!("{} – {}", short(from), short(to)),
        (Moment::Day(_), _) => String::new(),
        (_, Some(to)) if to.date() == from.date() => format!("{}–{}", time(from), time(to)),
        (_, Some(to)) => format!("{} {} – {} {}", short(from), time(from), short(to), time(to)),
        (_, None) => time(from),
    }
}

/// `22 Nov 09.00–10.30`, `22 Nov`: the day with it.
pub fn whole(look: &Look, entry: &Entry) -> String {
    let words = when(look, entry);
    let first = look.short_day(day(look, entry.start));
    // what lasts over several days names them itself
    let spans = entry.end.is_some_and(|end| day(look, end) > day(look, entry.start));
    if spans { words } else { format!("{first} {words}").trim_end().to_string() }
}

/// The days of the window an entry stands on.
pub fn days(look: &Look, entry: &Entry, from: Date, to: Date) -> impl Iterator<Item = Date> + use<> {
    let first = day(look, entry.start);
    let last = match entry.end {
        // what ends at midnight is over by then
        Some(Moment::At(at)) if local(look, Moment::At(at)).time() == jiff::civil::Time::midnight() => {
            day(look, Moment::At(at)).yesterday().unwrap_or(first)
        }
        Some(end) => day(look, end),
        None => first,
    };
    let until = last.max(first);
    std::iter::successors(Some(first.max(from)), |day| day.tomorrow().ok()).take_while(move |day| *day <= until && *day < to)
}

/// A line of the agenda.
pub fn line(look: &Look, calendar: &CalendarDecl, agenda: &Agenda, entry: &Entry) -> Markup {
    let record = &entry.record;
    let subtitle = beside(look, calendar, entry);
    html! {
        a.ak-agenda-entry href={ "/" (record.object.plural) "/" (record.id) } data-peek-href={ "/" (record.object.plural) "/" (record.id) } data-done[entry.done] {
            span.ak-agenda-time.ak-num { (when(look, entry)) }
            @if let Some(kind) = entry.kind { (sample(look_of(kind), false)) }
            span.ak-agenda-words {
                span.ak-strong.ak-truncate { (title(look, calendar, entry)) }
                span.ak-muted.ak-small.ak-truncate {
                    @if let Some(kind) = kind_words(look, agenda, entry) { (kind) @if !subtitle.is_empty() { " · " } }
                    (subtitle)
                }
            }
            @if entry.done { span.ak-muted.ak-small { (look.t.get("agenda-done")) } }
        }
    }
}
