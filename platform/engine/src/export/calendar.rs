//! Records with dates as events and to-dos of a calendar (iCalendar).

use super::card::{Lines, moment, stamp};
use super::known::Known;
use crate::import::source::content::TASK;
use akrab_model::{Field, FieldType, Object, Record, Value};
use jiff::ToSpan;

/// The field that says when a record is: as its timeline has it, else the first date that lists can be sorted by.
pub(crate) fn begins(object: &Object) -> Option<&Field> {
    let dated = |f: &&Field| matches!(f.kind, FieldType::Date | FieldType::DateTime) && !f.hidden;
    let declared = object.decl.timeline.at.as_ref().and_then(|key| object.field(key)).filter(dated);
    let own = || object.fields.iter().filter(dated).filter(|f| !f.system && !f.read_only);
    declared.or_else(|| own().find(|f| f.index)).or_else(|| own().next())
}

/// Whether records of an object can stand in a calendar.
pub fn fits(object: &Object) -> bool {
    begins(object).is_some()
}

pub(super) fn head() -> String {
    let mut out = Lines(String::new());
    out.line("BEGIN", "VCALENDAR");
    out.line("VERSION", "2.0");
    out.line("PRODID", "-//Akrab//Akrab//EN");
    out.line("CALSCALE", "GREGORIAN");
    out.0
}

pub(super) fn foot() -> String {
    "END:VCALENDAR\r\n".into()
}

/// One record; what has an end to be ticked off, or no date at all, is a to-do.
pub(super) fn entry(record: &Record, known: &Known, now: jiff::Timestamp) -> String {
    let object = &record.object;
    let begin = begins(object).map(|f| record.get(&f.key)).filter(|v| !v.is_null());
    let done = object.decl.timeline.done.as_ref();
    let todo = done.is_some() || begin.is_none();
    let kind = if todo { TASK } else { "VEVENT" };
    let mut out = Lines(String::new());
    out.line("BEGIN", kind);
    out.line("UID", &format!("akrab-{}-{}", object.key, record.id));
    out.line("DTSTAMP", &stamp(record, now));
    if let Some(begin) = begin {
        when(&mut out, if todo { "DUE" } else { "DTSTART" }, begin);
        if !todo {
            end(&mut out, record, known, begin);
        }
    }
    if let Some(Value::Time(time)) = done.map(|key| record.get(key)) {
        out.line("COMPLETED", &moment(*time));
        out.line("STATUS", "COMPLETED");
    } else if todo {
        out.line("STATUS", "NEEDS-ACTION");
    }
    out.text("SUMMARY", record.title());
    out.text("DESCRIPTION", &known.text(record, "Description"));
    out.text("LOCATION", &known.text(record, "Location"));
    match known.text(record, "Priority").as_str() {
        "high" => out.line("PRIORITY", "1"),
        "normal" => out.line("PRIORITY", "5"),
        "low" => out.line("PRIORITY", "9"),
        _ => {}
    }
    out.line("END", kind);
    out.0
}

fn end(out: &mut Lines, record: &Record, known: &Known, begin: &Value) {
    match (known.value(record, "End"), begin) {
        // the end of a day is the next one
        (Some(Value::Date(day)), Value::Date(from)) if day >= from => {
            when(out, "DTEND", &Value::Date(day.checked_add(1.day()).unwrap_or(*day)));
        }
        (Some(until @ Value::Time(_)), Value::Time(_)) => when(out, "DTEND", until),
        _ => {
            let lasts = record.object.fields.iter().find(|f| f.kind == FieldType::Duration).and_then(|f| record.get(&f.key).int());
            if let (Some(minutes), Value::Time(_)) = (lasts.filter(|n| *n > 0), begin) {
                out.line("DURATION", &format!("PT{minutes}M"));
            }
        }
    }
}

fn when(out: &mut Lines, name: &str, value: &Value) {
    match value {
        Value::Date(day) => out.line(&format!("{name};VALUE=DATE"), &day.strftime("%Y%m%d").to_string()),
        Value::Time(time) => out.line(name, &moment(*time)),
        _ => {}
    }
}
