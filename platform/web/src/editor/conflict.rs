//! Two people changed one record: nobody's change is lost without a word.

use super::Sheet;
use super::edit::was_fields;
use crate::fail::Fail;
use crate::record::words;
use crate::ui::button::Button;
use crate::ui::dialog::{self, Dialog, dialog_form};
use crate::ui::tag::nothing;
use crate::value::Typed;
use crate::visit::Visit;
use akrab_model::format;
use akrab_model::{Field, Object, Record};
use maud::{Markup, html};
use std::sync::Arc;

/// A field both have changed.
pub(super) struct Clash {
    pub key: String,
    /// "Siti, 2 menit lalu"; empty when it is not known.
    pub by: String,
}

/// The record as it stands now, and the fields that both sides have changed differently.
///
/// # Errors
/// As for reading the record.
pub(super) async fn compare(
    visit: &Visit,
    object: &Arc<Object>,
    id: i64,
    mine: &Typed,
    was: &Typed,
    changed: &[String],
) -> Result<(Record, Vec<Clash>), Fail> {
    let key = object.key.clone();
    let (record, history) = visit.read(move |tx| Ok((tx.get(&key, id)?, tx.history(&key, id, None)?))).await?;
    let s = visit.look();
    let theirs = Typed::of_record(&s, &record, object.fields.iter());
    let mut clashes = Vec::new();
    for field in changed.iter().filter_map(|key| object.field(key)) {
        if theirs.same(was, field) || theirs.same(mine, field) {
            continue;
        }
        let change = history.iter().find(|c| c.shifts.iter().any(|shift| shift.field == field.key));
        let by = change.map(|c| {
            let ago = format::relative(words::micros(c.at), visit.ctx.now.timestamp(), visit.ctx.lang);
            format!("{}, {ago}", c.actor_name.clone().unwrap_or_else(|| visit.t.get("record-by-system")))
        });
        clashes.push(Clash { key: field.key.clone(), by: by.unwrap_or_default() });
    }
    Ok((record, clashes))
}

/// For each clash: what it was, what they made of it, what I typed.
pub(super) fn draw(visit: &Visit, sheet: &Sheet, record: &Record, clashes: &[Clash], changed: &[String], back: &str) -> Markup {
    let t = visit.t;
    let object = &sheet.object;
    let theirs = Typed::of_record(&sheet.look, record, object.fields.iter());
    let fields: Vec<&Field> = changed.iter().filter_map(|key| object.field(key)).collect();
    let mut next = sheet.typed.under("was.");
    for field in &fields {
        next.take(&theirs, field);
    }
    let d = Dialog {
        id: "conflict",
        icon: Some("git-merge"),
        title: &t.get("record-conflict-title"),
        body: html! {
            p { (t.get("record-conflict-text")) }
            input type="hidden" name="version" value=(record.version);
            input type="hidden" name="fields" value=(changed.join(","));
            input type="hidden" name="back" value=(back);
            (was_fields(&next, &fields))
            @for field in &fields {
                @for (name, value) in sheet.typed.pairs_of(field) { input type="hidden" name=(name) value=(value); }
            }
            @for clash in clashes { @if let Some(field) = object.field(&clash.key) { (one(visit, sheet, record, clash, field)) } }
        },
        footer: dialog::foot(t, back, Button::new(t.get("record-save")).primary().submit().key("Ctrl S")),
        wide: true,
        close_href: back,
    };
    dialog_form(t, &d, &format!("{}/edit", words::href(record)), &visit.csrf)
}

fn one(visit: &Visit, sheet: &Sheet, record: &Record, clash: &Clash, field: &Field) -> Markup {
    let t = visit.t;
    let was = said(sheet, &sheet.typed.under("was."), field);
    let theirs = sheet.look.words(field, record);
    let mine = said(sheet, &sheet.typed, field);
    let name = format!("choice.{}", field.key);
    let shown = |words: String| html! { @if words.is_empty() { (nothing()) } @else { (words) } };
    html! {
        fieldset.ak-form-group {
            legend { (sheet.look.name(field)) @if !clash.by.is_empty() { " " span.ak-muted.ak-small { (t.with("record-conflict-by", &[("who", clash.by.as_str().into())])) } } }
            p.ak-small.ak-muted { (t.get("record-conflict-was")) " " (shown(was)) }
            label.ak-check-label {
                input.ak-check type="radio" name=(name) value="mine" checked;
                span { b { (t.get("keep-mine")) } " " (shown(mine)) }
            }
            label.ak-check-label {
                input.ak-check type="radio" name=(name) value="theirs";
                span { b { (t.get("take-theirs")) } " " (shown(theirs)) }
            }
        }
    }
}

/// What was typed, in words; as typed when it cannot be read.
fn said(sheet: &Sheet, typed: &Typed, field: &Field) -> String {
    let value = typed.value(field, &sheet.look.parse_env());
    let mut record = Record::new(sheet.object.clone(), 0, 0);
    for ((key, id), title) in &sheet.typed.titles {
        if let Some(ix) = sheet.object.field_ix(key) {
            record.call(ix, *id, title.as_str());
        }
    }
    record.set(field.key.clone(), value);
    let words = sheet.look.words(field, &record);
    if words.is_empty() { typed.text(&field.key).to_string() } else { words }
}
