//! Which objects tell of a record in its timeline, and how an entry of theirs is written and shown.
//!
//! Nothing here knows an object by name: what an object declares under `timeline` decides.

use akrab_engine::links_about;
use akrab_model::value::Input;
use akrab_model::{Choice, Field, FieldType, Object, Record, Registry};
use serde_json::json;
use std::sync::Arc;

/// Kinds people write most, in the order of the composer: key, icon, single key.
const WRITTEN: [(&str, &str, Option<char>); 6] = [
    ("note", "notebook-pen", Some('n')),
    ("whatsapp", "message-circle", Some('w')),
    ("email", "mail", Some('m')),
    ("call", "phone", Some('l')),
    ("meeting", "calendar", None),
    ("visit", "map-pin", None),
];

/// An object whose records appear in the timelines of another.
#[derive(Clone)]
pub struct Teller {
    pub object: Arc<Object>,
    /// Its link to the record told of.
    pub via: String,
}

/// Something that can be written on a record's page.
#[derive(Clone)]
pub struct Writing {
    pub teller: Teller,
    /// The choice of the kind field; none for objects that are done or not (tasks).
    pub choice: Option<Choice>,
    /// Name in addresses.
    pub key: String,
    pub icon: String,
    pub shortcut: Option<char>,
}

/// Objects that tell of `subject`, through a link of theirs.
pub fn tellers(registry: &Registry, subject: &Object) -> Vec<Teller> {
    let mut found = Vec::new();
    for object in registry.objects() {
        let links = object.decl.timeline.on.iter().filter_map(|key| object.field(key));
        if let Some(via) = links.filter(|f| f.to == Some(subject.ix)).min_by_key(|f| f.kind == FieldType::Links) {
            found.push(Teller { object: object.clone(), via: via.key.clone() });
        }
    }
    found
}

impl Teller {
    fn kind_field(&self) -> Option<&Field> {
        self.object.decl.timeline.kind.as_deref().and_then(|key| self.object.field(key))
    }
    /// Its records are open until a field is filled: they are tasks.
    pub fn is_task(&self) -> bool {
        self.object.decl.timeline.done.is_some()
    }
}

/// What can be written on a record of `subject`, in the order of the composer.
pub fn writings(registry: &Registry, subject: &Object) -> Vec<Writing> {
    let mut kinds = Vec::new();
    let mut tasks = Vec::new();
    for teller in tellers(registry, subject) {
        if let Some(field) = teller.kind_field() {
            for (key, icon, shortcut) in WRITTEN {
                if let Some(choice) = field.choice(key) {
                    kinds.push(Writing {
                        teller: teller.clone(),
                        choice: Some(choice.clone()),
                        key: key.into(),
                        icon: icon.into(),
                        shortcut,
                    });
                }
            }
        } else if teller.is_task() {
            let (key, icon) = (teller.object.key.clone(), "square-check-big".to_string());
            tasks.push(Writing { teller, choice: None, key, icon, shortcut: Some('t') });
        }
    }
    let place = kinds.len().min(4);
    kinds.splice(place..place, tasks);
    kinds
}

impl Writing {
    pub fn label(&self, lang: &str) -> String {
        match &self.choice {
            Some(choice) => choice.label.get(lang).to_string(),
            None => self.teller.object.label(lang).to_string(),
        }
    }

    /// The field that places the entry in time, when it is asked for.
    pub fn moment(&self) -> Option<&Field> {
        let at = self.teller.object.decl.timeline.at.as_deref().and_then(|key| self.teller.object.field(key)).filter(|f| f.writable())?;
        (self.choice.is_none() || matches!(self.key.as_str(), "meeting" | "visit" | "call")).then_some(at)
    }

    /// Further fields asked for with an entry of this kind.
    pub fn asks(&self) -> Vec<&Field> {
        let object = &self.teller.object;
        let keys = object.decl.timeline.asks.get(&self.key).into_iter().flatten();
        keys.filter_map(|key| object.field(key)).filter(|f| f.writable()).collect()
    }

    /// The record to make from a text about `record`. A short text is its title, a long one its
    /// body under its own first line.
    pub fn input(&self, record: &Record, text: &str, at: Option<&str>) -> Input {
        let object = &self.teller.object;
        let mut input = Input::new();
        let text = text.trim();
        let title = first_line(text);
        input.insert(object.title_field().key.clone(), json!(title));
        if let Some(body) = object.decl.timeline.body.as_deref().filter(|_| title != text) {
            input.insert(body.into(), json!(text));
        }
        if let (Some(choice), Some(key)) = (&self.choice, &object.decl.timeline.kind) {
            input.insert(key.clone(), json!(choice.key));
        }
        if let (Some(at), Some(field)) = (at.filter(|a| !a.trim().is_empty()), self.teller.object.decl.timeline.at.as_deref()) {
            input.insert(field.into(), json!(at));
        }
        input.extend(links_about(object, &self.teller.via, record));
        input
    }
}

/// At most eighty characters of the first line, cut between words.
fn first_line(text: &str) -> String {
    const LONGEST: usize = 80;
    let line = text.lines().next().unwrap_or("").trim();
    if line.chars().count() <= LONGEST {
        return line.to_string();
    }
    let cut: String = line.chars().take(LONGEST).collect();
    let whole = cut.rsplit_once(' ').map_or(cut.as_str(), |(head, _)| head);
    format!("{whole}…")
}

/// The icon of a timeline entry's kind.
pub fn kind_icon(kind: &str, object: &Object) -> String {
    let known = match kind {
        "created" => "circle-plus",
        "changed" => "pencil",
        "stage" => "arrow-right-left",
        "sms" | "chat" => "message-square",
        "web" => "globe",
        "letter" => "mail-open",
        "social" => "share-2",
        "event" => "calendar-days",
        _ => WRITTEN.iter().find(|(key, ..)| *key == kind).map_or("", |(_, icon, _)| icon),
    };
    if known.is_empty() { object.decl.icon.clone() } else { known.to_string() }
}

/// The icon of a task: that of its kind, where one of its telling fields is a known kind.
pub fn task_icon(record: &Record) -> String {
    let object = &record.object;
    let kinds = object.subtitle.iter().map(|ix| object.at(*ix)).filter(|f| f.kind == FieldType::Choice);
    kinds
        .filter_map(|f| record.get(&f.key).text())
        .find_map(|kind| WRITTEN.iter().find(|(key, ..)| *key == kind).map(|(_, icon, _)| (*icon).to_string()))
        .unwrap_or_else(|| "square-check-big".into())
}

#[cfg(test)]
mod tests {
    use super::first_line;

    #[test]
    fn a_long_line_is_cut_between_words() {
        assert_eq!(first_line("Telepon Lestari\nsoal harga"), "Telepon Lestari");
        let long = "kata ".repeat(40);
        let cut = first_line(&long);
        assert!(cut.chars().count() <= 81 && cut.ends_with("kata…"));
    }
}
