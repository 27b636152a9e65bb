//! A changed field in words: "Tahap Kualifikasi → Penawaran".

use crate::value::Look;
use akrab_engine::{ChangeView, Shift};
use akrab_model::{FieldType, Object, Value};
use maud::{Markup, html};

/// Longest text shown of a value.
const LONGEST: usize = 80;

/// Label, old and new value of a changed field; `None` for fields that no longer exist.
pub fn words(look: &Look, object: &Object, shift: &Shift) -> Option<(String, String, String)> {
    let field = object.field(&shift.field)?;
    let side = |new: bool| {
        let value = shift.value(object, new, &look.parse_env());
        let title = if new { &shift.new_title } else { &shift.old_title };
        let words = match (&value, field.kind) {
            (Value::Links(rows), _) => look.t.with("record-links-count", &[("n", rows.len().into())]),
            (_, FieldType::Link | FieldType::Stage | FieldType::File) => look.value_words(field, &value, |_| title.clone()),
            _ => look.value_words(field, &value, |_| None),
        };
        short(&words)
    };
    Some((look.name(field).to_string(), side(false), side(true)))
}

/// "Kualifikasi → **Penawaran**"; an empty side is told in words.
pub fn arrow(look: &Look, old: &str, new: &str) -> Markup {
    let empty = look.t.get("record-value-empty");
    let or = |words: &str| if words.is_empty() { empty.clone() } else { words.to_string() };
    html! { (or(old)) " → " b { (or(new)) } }
}

/// Each field of a change worth telling of: label, old and new value. None when there is nothing to tell.
pub fn lines(look: &Look, object: &Object, change: &ChangeView) -> Option<Markup> {
    let lines: Vec<_> = told(object, change).into_iter().filter_map(|s| words(look, object, s)).collect();
    let line = |(label, old, new): &(String, String, String)| html! { div { span.ak-muted { (label) } " " (arrow(look, old, new)) } };
    (!lines.is_empty()).then(|| html! { @for one in &lines { (line(one)) } })
}

/// The fields of a change worth telling of, a stage first.
pub fn told<'c>(object: &Object, change: &'c ChangeView) -> Vec<&'c Shift> {
    let field = |s: &&Shift| object.field(&s.field).filter(|f| !f.quiet);
    let mut told: Vec<&Shift> = change.shifts.iter().filter(|s| field(s).is_some()).collect();
    // what follows from others goes without saying
    if told.iter().any(|s| field(s).is_some_and(|f| f.writable())) {
        told.retain(|s| field(s).is_some_and(|f| f.formula.is_none() && f.rollup.is_none()));
    }
    told.sort_by_key(|s| field(s).is_none_or(|f| f.kind != FieldType::Stage));
    told
}

fn short(words: &str) -> String {
    let line = words.replace('\n', " ");
    if line.chars().count() <= LONGEST {
        return line;
    }
    let cut: String = line.chars().take(LONGEST).collect();
    format!("{}…", cut.trim_end())
}
