//! Records as cards of an address book (vCard 3.0 and 4.0), with the same meaning of fields as when cards come in.

use super::known::Known;
use crate::import::source::content::{escaped, folded};
use akrab_model::object::Avatar;
use akrab_model::value::codec;
use akrab_model::{FieldType, Object, Record, Value};

/// Whether records of an object can be cards: somebody is reached by them.
pub fn fits(object: &Object) -> bool {
    object.fields.iter().any(|f| matches!(f.kind, FieldType::Phone | FieldType::Email) && !f.hidden)
}

/// One record as a card; `four` in the newer form. Only fields that were loaded are in it.
pub(super) fn card(record: &Record, known: &Known, four: bool, stamp: &str) -> String {
    let object = &record.object;
    let mut out = Lines(String::new());
    out.line("BEGIN", "VCARD");
    out.line("VERSION", if four { "4.0" } else { "3.0" });
    out.line("PRODID", "-//Akrab//Akrab//EN");
    out.line("UID", &format!("akrab-{}-{}", object.key, record.id));
    out.line("REV", stamp);
    name(record, &mut out, four);
    for (title, property) in [("Nickname", "NICKNAME"), ("Job title", "TITLE")] {
        out.text(property, &known.text(record, title));
    }
    out.text("ORG", &firm(record, known));
    reach(record, &mut out, four);
    let part = |ending: &str| {
        let field = object.fields.iter().find(|f| f.part_of.is_some() && f.key.ends_with(ending));
        field.map(|f| record.text(&f.key).to_string()).unwrap_or_default()
    };
    let street =
        [part("_street"), part("_village"), part("_district")].iter().filter(|p| !p.is_empty()).cloned().collect::<Vec<_>>().join(", ");
    let place = [String::new(), String::new(), street, part("_city"), part("_province"), part("_postcode"), String::new()];
    if place.iter().any(|p| !p.is_empty()) {
        out.line("ADR;TYPE=work", &place.map(|p| escaped(&p)).join(";"));
    }
    if let Some(Value::Date(day)) = known.value(record, "Date of birth") {
        let day = if four { day.strftime("%Y%m%d").to_string() } else { day.to_string() };
        out.line("BDAY", &day);
    }
    out.text("NOTE", &known.text(record, "Notes"));
    if let Some(Value::Keys(keys)) = known.value(record, "Tags") {
        let field = known.field(object, "Tags");
        let words = keys.iter().map(|key| field.and_then(|f| f.choice(key)).map_or(key.clone(), |c| c.label.get(&known.lang).to_string()));
        out.line("CATEGORIES", &words.map(|w| escaped(&w)).collect::<Vec<_>>().join(","));
    }
    out.line("END", "VCARD");
    out.0
}

fn name(record: &Record, out: &mut Lines, four: bool) {
    let object = &record.object;
    let title = record.title().to_string();
    if object.title_field().kind != FieldType::PersonName {
        out.text("FN", &title);
        out.line("N", &format!("{};;;;", escaped(&title)));
        if object.decl.avatar == Avatar::Company {
            out.line(if four { "KIND" } else { "X-ABShowAs" }, if four { "org" } else { "COMPANY" });
        }
        return;
    }
    let part = |ending: &str| record.text(&format!("{}{ending}", object.title_field().key)).to_string();
    let (prefix, suffix) = (part("_prefix"), part("_suffix"));
    let mut whole = if prefix.is_empty() { title.clone() } else { format!("{prefix} {title}") };
    if !suffix.is_empty() {
        whole = format!("{whole}, {suffix}");
    }
    out.text("FN", &whole);
    // one name is a name; telephones that want a family name get the last word
    let (given, family) = title.rsplit_once(' ').unwrap_or(("", &title));
    let before = [part("_honorific"), prefix].iter().filter(|p| !p.is_empty()).cloned().collect::<Vec<_>>().join(" ");
    out.line("N", &[family, given, "", &before, &suffix].map(escaped).join(";"));
}

/// Where somebody works: as it is written, or the linked firm.
fn firm(record: &Record, known: &Known) -> String {
    let object = &record.object;
    if object.decl.avatar == Avatar::Company {
        return record.title().to_string();
    }
    let written = known.text(record, "Company");
    if !written.is_empty() {
        return written;
    }
    known.firm.iter().filter_map(|key| record.link_title(key)).next().unwrap_or("").to_string()
}

fn reach(record: &Record, out: &mut Lines, four: bool) {
    let mut first = true;
    for field in record.object.fields.iter() {
        let text = record.text(&field.key);
        if text.is_empty() {
            continue;
        }
        match field.kind {
            FieldType::Phone => {
                let chat = field.used_for == Some(akrab_model::object::FieldUse::Chat);
                let kind = match (chat, std::mem::take(&mut first) && !chat) {
                    (true, _) => "CELL,X-WHATSAPP",
                    (false, true) => "CELL,PREF",
                    (false, false) => "CELL",
                };
                match four {
                    true => out.line(&format!("TEL;VALUE=uri;TYPE=\"{}\"", kind.to_lowercase()), &format!("tel:{text}")),
                    false => out.line(&format!("TEL;TYPE={kind}"), &escaped(text)),
                }
            }
            FieldType::Email => out.line(if four { "EMAIL" } else { "EMAIL;TYPE=INTERNET" }, &escaped(text)),
            FieldType::Url => out.line("URL", text),
            _ => {}
        }
    }
}

/// A moment in UTC as these files write it.
pub(super) fn moment(time: jiff::Timestamp) -> String {
    time.strftime("%Y%m%dT%H%M%SZ").to_string()
}

/// When a record was changed last.
pub(super) fn stamp(record: &Record, now: jiff::Timestamp) -> String {
    match record.get("updated_at") {
        Value::Time(time) => moment(*time),
        Value::Int(n) => jiff::Timestamp::from_microsecond(*n).map_or_else(|_| moment(now), moment),
        Value::Date(day) => codec::date_of(codec::days(*day)).map_or_else(|| moment(now), |d| d.strftime("%Y%m%dT000000Z").to_string()),
        _ => moment(now),
    }
}

/// What is being written.
pub(super) struct Lines(pub String);

impl Lines {
    pub fn line(&mut self, name: &str, value: &str) {
        self.0.push_str(&folded(&format!("{name}:{value}")));
    }
    /// A text, if there is any.
    pub fn text(&mut self, name: &str, text: &str) {
        if !text.is_empty() {
            self.line(name, &escaped(text));
        }
    }
}
