//! Ties in panels: a line names the other end, what it is to this record, and since when.

use super::load::Sight;
use super::panel::Panel;
use super::words;
use crate::ui::icon_sized;
use crate::ui::related::RelatedRow;
use crate::value::{Look, shape};
use akrab_model::object::TieDecl;
use akrab_model::{Field, Object, Record, Value};
use jiff::civil::Date;
use maud::html;

/// The ends of a tie between records of one object.
pub fn alike(object: &Object) -> Option<[&str; 2]> {
    let tie = object.decl.tie.as_ref()?;
    let ends = tie.ends.each_ref().map(String::as_str);
    let to = ends.map(|end| object.field(end).and_then(|field| field.to));
    (to[0] == to[1]).then_some(ends)
}

/// The declaration of a tie, and which of its ends the link `via` is.
pub fn side<'o>(object: &'o Object, via: &str) -> Option<(&'o TieDecl, usize)> {
    let tie = object.decl.tie.as_ref()?;
    Some((tie, tie.ends.iter().position(|end| end == via)?))
}

/// Fields a line needs.
pub fn fields(object: &Object) -> Vec<&Field> {
    let tie = object.decl.tie.iter().flat_map(|tie| tie.ends.iter().chain(&tie.kind).chain(&tie.shows));
    let period = object.decl.period.iter().flat_map(|period| [&period.from, &period.to]);
    tie.chain(period).filter_map(|key| object.field(key)).collect()
}

/// Whether a record counts on a day; one without a period always does.
pub fn counts(record: &Record, day: Date) -> bool {
    let Some(period) = &record.object.decl.period else { return true };
    let on = |key: &str| if let Value::Date(day) = record.get(key) { Some(*day) } else { None };
    on(&period.from).is_none_or(|from| from <= day) && on(&period.to).is_none_or(|to| to >= day)
}

/// `sejak 1 Feb 2025`, `1 Jan 2024 – 30 Jun 2026`; nothing where no day is known.
pub fn period(look: &Look, record: &Record) -> String {
    let Some(period) = &record.object.decl.period else { return String::new() };
    let on = |key: &str| if let Value::Date(day) = record.get(key) { Some(look.calendar_day(*day)) } else { None };
    match (on(&period.from), on(&period.to)) {
        (None, None) => String::new(),
        (Some(from), None) => look.t.with("tie-since", &[("day", from.into())]),
        (None, Some(to)) => look.t.with("tie-until", &[("day", to.into())]),
        (Some(from), Some(to)) => format!("{from} – {to}"),
    }
}

/// What the other end is to the one at `side`.
pub fn kind<'o>(record: &'o Record, side: usize, lang: &str) -> Option<&'o str> {
    let tie = record.object.decl.tie.as_ref()?;
    let choice = record.object.field(tie.kind.as_deref()?)?.choice(record.text(tie.kind.as_deref()?))?;
    Some(match (side, &choice.other) {
        (1, Some(other)) => other.get(lang),
        _ => choice.label.get(lang),
    })
}

/// The line of a tie; none for records that are no ties.
pub fn row(sight: &Sight, panel: &Panel, record: &Record) -> Option<RelatedRow> {
    let look = &sight.look;
    let object = &panel.object;
    let (tie, mut here) = side(object, &panel.via)?;
    if alike(object).is_some() && record.link(&tie.ends[here]) != Some(sight.record.id) {
        here = 1 - here;
    }
    let end = object.field(&tie.ends[1 - here])?;
    let target = look.registry.at(end.to?);
    let id = record.link(&end.key)?;
    let title = record.link_title(&end.key);
    // what only names the record says nothing
    let bare = [&object.decl.label.id, &object.decl.label.en];
    let own = tie.shows.iter().filter_map(|key| object.field(key)).map(|field| look.words(field, record));
    let told: Vec<String> = kind(record, here, look.key())
        .map(String::from)
        .into_iter()
        .chain(own)
        .chain([period(look, record)])
        .filter(|words| !words.is_empty() && !bare.contains(&words))
        .collect();
    let edit = format!("{}/edit", words::href(record));
    let name = look.t.with("edit-field", &[("name", look.label(object).into())]);
    Some(RelatedRow {
        lead: shape(target).is_some().then(|| look.avatar(target, title.unwrap_or_default(), 26)),
        title: title.map_or_else(|| look.t.get("value-out-of-sight"), Into::into),
        href: title.map(|_| look.href(target, id)).unwrap_or_default(),
        detail: (!told.is_empty()).then(|| html! { (told.join(" · ")) }),
        end: sight.creatable.contains(&object.key).then(
            || html! { a.ak-row-edit href=(edit) data-dialog-href=(edit) aria-label=(name) title=(name) { (icon_sized("pencil", 13)) } },
        ),
    })
}
