//! A record as a card.

use crate::filter::people::is_person;
use crate::list::rows;
use crate::ui::Status;
use crate::ui::avatar::{Shape, avatar_labelled};
use crate::ui::board::Card;
use crate::value::Look;
use akrab_model::object::BoardDecl;
use akrab_model::{Record, Value, format};
use jiff::civil::Date;

/// The card of a record, as its object's file says; `rotting` is the lane's limit in days.
pub fn card(look: &Look, decl: &BoardDecl, record: &Record, rotting: Option<i64>) -> Card {
    let object = &record.object;
    let words = |key: &Option<String>| {
        let field = key.as_deref().and_then(|key| object.field(key));
        field.map(|f| look.words(f, record)).unwrap_or_default()
    };
    let age = decl.since.as_deref().and_then(|key| day_of(look, record.get(key))).map(|day| days(day, look.today()));
    let href = format!("/{}/{}", object.plural, record.id);
    let owner =
        object.owner.map(|ix| object.at(ix)).filter(|f| is_person(look, f)).map(|f| look.words(f, record)).filter(|w| !w.is_empty());
    Card {
        id: record.id.to_string(),
        title: rows::title(look, record),
        move_url: format!("{href}/stage?version={}", record.version),
        subtitle: words(&decl.subtitle),
        amount: words(&decl.amount),
        date: decl.date.as_deref().and_then(|key| day_of(look, record.get(key))).map(|day| short(look, day)).unwrap_or_default(),
        tags: tags(look, decl, record),
        next: next(look, decl, record),
        age: age.map(|n| look.t.with("board-age", &[("n", n.into())])).unwrap_or_default(),
        rotting: matches!((age, rotting), (Some(age), Some(limit)) if limit > 0 && age >= limit),
        owner: owner.map(|name| avatar_labelled(Shape::Person, &name, 20)),
        href,
    }
}

fn tags(look: &Look, decl: &BoardDecl, record: &Record) -> Vec<String> {
    let Some(field) = decl.tags.as_deref().and_then(|key| record.object.field(key)) else { return Vec::new() };
    match record.get(&field.key) {
        Value::Keys(keys) => {
            keys.iter().map(|k| field.choice(k).map_or(k.as_str(), |c| c.label.get(look.key())).to_string()).take(3).collect()
        }
        Value::Null => Vec::new(),
        _ => vec![look.words(field, record)],
    }
}

/// The next step: overdue, today, planned, or none.
fn next(look: &Look, decl: &BoardDecl, record: &Record) -> Option<(Status, String, String)> {
    let text = decl.next.as_deref().map(|key| record.text(key).to_string()).unwrap_or_default();
    let day = decl.next_at.as_deref().and_then(|key| day_of(look, record.get(key)));
    let t = look.t;
    match day {
        None if text.is_empty() => None,
        None => Some((Status::Ok, text, String::new())),
        Some(day) => {
            let late = days(day, look.today());
            Some(if late > 0 {
                (Status::Late, String::new(), t.with("board-late", &[("n", late.into())]))
            } else {
                let when = format::relative_day(day, look.today(), look.lang);
                let when = if when.contains(char::is_numeric) { short(look, day) } else { when };
                let what = if text.is_empty() { t.get("board-step") } else { text };
                (if late == 0 { Status::Today } else { Status::Ok }, what, when)
            })
        }
    }
}

fn short(look: &Look, day: Date) -> String {
    let words = format::day_month(day, look.lang);
    if day.year() == look.today().year() || days(look.today(), day).abs() < 120 { words } else { format!("{words} {}", day.year()) }
}

fn day_of(look: &Look, value: &Value) -> Option<Date> {
    match value {
        Value::Date(day) => Some(*day),
        Value::Time(moment) => Some(look.local(*moment).date()),
        _ => None,
    }
}

/// Days from `from` to `to`.
fn days(from: Date, to: Date) -> i64 {
    akrab_model::value::codec::days(to) - akrab_model::value::codec::days(from)
}
