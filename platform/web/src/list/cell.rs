//! Values in table cells: short, the whole in the tooltip.

use crate::filter::people::is_person;
use crate::record::words::is_late;
use crate::ui::avatar::{Shape, avatar_labelled};
use crate::ui::row::Cell;
use crate::ui::status::{Status, status_strong};
use crate::ui::tag::tag;
use crate::value::{Look, state, toned};
use akrab_model::format;
use akrab_model::{FieldIx, FieldType, Record, Value};
use maud::html;
use std::cell::RefCell;
use std::collections::HashMap;

/// Longest text in a cell, in characters.
const LONGEST: usize = 80;

/// Cells of many rows: what repeats from row to row, a choice or a linked record, is drawn once.
pub struct Cells<'a> {
    look: &'a Look,
    /// By field and by place of the choice, or id of the linked record.
    drawn: RefCell<HashMap<(FieldIx, i64), Cell>>,
}

impl<'a> Cells<'a> {
    pub fn new(look: &'a Look) -> Self {
        Self { look, drawn: RefCell::default() }
    }

    /// As [`cell`].
    pub fn cell(&self, record: &Record, ix: FieldIx) -> Cell {
        let field = record.object.at(ix);
        let again = match record.at(ix) {
            Value::Text(key) if field.kind == FieldType::Choice => field.choices.iter().position(|c| c.key == *key).map(|n| n as i64),
            Value::Link(id) => Some(*id),
            _ => None,
        };
        let Some(again) = again else { return cell(self.look, record, ix) };
        self.drawn.borrow_mut().entry((ix, again)).or_insert_with(|| cell(self.look, record, ix)).clone()
    }
}

/// The value of a field as a cell without editor.
pub fn cell(look: &Look, record: &Record, ix: FieldIx) -> Cell {
    let field = record.object.at(ix);
    let words = || look.words(field, record);
    match record.at(ix) {
        Value::Null => Cell::default(),
        // nothing added up is nothing
        Value::Dec(sum) if field.rollup.is_some() && sum.is_zero() => Cell::default(),
        Value::Int(0) if field.rollup.is_some() => Cell::default(),
        Value::Text(key) if field.kind == FieldType::Choice => match field.choice(key) {
            // beside shapes a plain choice stands in line with their words
            Some(choice) if toned(field) && state(choice.tone).is_none() => {
                Cell::new(html! { span.ak-status { span.ak-dot {} span { (choice.label.get(look.key())) } } })
            }
            Some(choice) => Cell::new(look.choice(choice)),
            None => Cell::text(key.as_str()),
        },
        Value::Int(_) if field.kind == FieldType::File => Cell::new(look.file(field, record)).title(words()),
        Value::Keys(keys) => Cell::new(html! {
            @for key in keys { (tag(field.choice(key).map_or(key, |c| c.label.get(look.key())))) " " }
        }),
        Value::Date(day) => day_cell(look, *day).title(format::date_long(*day, look.lang)),
        Value::Time(moment) => {
            let local = look.local(*moment);
            let full = format!("{}, {}", format::date_long(local.date(), look.lang), format::time(local.time(), look.lang));
            if is_late(record, field, look.now.timestamp()) {
                let day = format::date_short(local.date(), look.today(), look.lang);
                return Cell::new(status_strong(Status::Late, &day)).title(full);
            }
            day_cell(look, local.date()).title(full)
        }
        Value::Link(_) if is_person(look, field) => Cell::new(avatar_labelled(Shape::Person, &words(), 20)),
        Value::Link(_) if field.kind == FieldType::Stage => Cell::new(tag(&words())),
        Value::Link(_) | Value::Links(_) => long(words()),
        Value::Text(_) | Value::Json(_) => long(words()).muted(),
        Value::Bool(false) => Cell::text(words()).muted(),
        _ => Cell::text(words()),
    }
}

fn long(words: String) -> Cell {
    if words.len() <= LONGEST || words.chars().count() <= LONGEST {
        return Cell::text(words);
    }
    let short: String = words.chars().take(LONGEST).collect();
    let title: String = words.chars().take(600).collect();
    Cell::text(format!("{}…", short.replace('\n', " "))).title(title)
}

/// Near days in words, the others in digits and muted.
fn day_cell(look: &Look, day: jiff::civil::Date) -> Cell {
    let words = format::date_short(day, look.today(), look.lang);
    let far = words.starts_with(|c: char| c.is_ascii_digit());
    let cell = Cell::text(words);
    if far { cell.muted() } else { cell }
}
