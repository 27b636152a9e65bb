//! Which objects tell of a record in its timeline, and how an entry of theirs is written and shown.
//!
//! Nothing here knows an object by name: what an object declares under `timeline` decides.

use crate::value::rich;
use akrab_engine::links_about;
use akrab_model::object::{KindDecl, Way};
use akrab_model::value::Input;
use akrab_model::{Choice, Field, FieldType, Object, Record, Registry};
use serde_json::json;
use std::sync::Arc;

/// Icon of what is to be done, where nothing says more.
const TASK: &str = "square-check-big";
/// The key that writes something to be done.
const TASK_KEY: char = 't';

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
    kind: KindDecl,
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
        let decl = &teller.object.decl.timeline;
        if let Some(field) = teller.kind_field() {
            for (key, kind) in decl.kinds.iter().filter(|(_, kind)| kind.prompt.is_some()) {
                let Some(choice) = field.choice(key).cloned() else { continue };
                kinds.push(Writing {
                    icon: choice.icon.clone().unwrap_or_else(|| teller.object.decl.icon.clone()),
                    teller: teller.clone(),
                    choice: Some(choice),
                    key: key.clone(),
                    shortcut: kind.key,
                    kind: kind.clone(),
                });
            }
        } else if teller.is_task() && decl.prompt.is_some() {
            let kind = KindDecl { prompt: decl.prompt.clone(), moment: true, ..KindDecl::default() };
            let (key, icon) = (teller.object.key.clone(), TASK.to_string());
            tasks.push(Writing { teller, choice: None, key, icon, shortcut: Some(TASK_KEY), kind });
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
        self.kind.moment.then_some(at)
    }

    /// Further fields asked for with an entry of this kind.
    pub fn asks(&self) -> Vec<&Field> {
        let object = &self.teller.object;
        self.kind.asks.iter().filter_map(|key| object.field(key)).filter(|f| f.writable()).collect()
    }

    /// Fields that may be filled besides, whatever the kind.
    pub fn also(&self) -> Vec<&Field> {
        let object = &self.teller.object;
        let asked = |key: &&String| !self.kind.asks.contains(*key) && **key != self.teller.via;
        object.decl.timeline.also.iter().filter(asked).filter_map(|key| object.field(key)).filter(|f| f.writable()).collect()
    }

    /// Written with headings, lists and tasks; what somebody said is kept as it was said.
    pub fn is_rich(&self) -> bool {
        let body = self.teller.object.decl.timeline.body.as_deref().and_then(|key| self.teller.object.field(key));
        body.is_some_and(|field| field.rich) && !self.kind.quote
    }

    /// Words in the empty composer.
    pub fn prompt(&self, lang: &str) -> Option<&str> {
        self.kind.prompt.as_ref().map(|words| words.get(lang))
    }

    /// How the person is reached while this is written.
    pub fn way(&self) -> Option<Way> {
        self.kind.way
    }

    /// The record to make from a text about `record`. A short text is its title, a long one its
    /// body under its own first line.
    pub fn input(&self, record: &Record, text: &str, at: Option<&str>) -> Input {
        let object = &self.teller.object;
        let mut input = Input::new();
        let text = text.trim();
        let title = match self.is_rich() {
            true => first_line(&rich::plain(text)),
            false => first_line(text),
        };
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
        _ => "",
    };
    let field = object.decl.timeline.kind.as_deref().and_then(|key| object.field(key));
    let declared = field.and_then(|f| f.choice(kind)).and_then(|choice| choice.icon.clone());
    if known.is_empty() { declared.unwrap_or_else(|| object.decl.icon.clone()) } else { known.into() }
}

/// The icon of a task: that of a choice which says what sort of task it is.
pub fn task_icon(record: &Record) -> String {
    let object = &record.object;
    let choices = object.subtitle.iter().map(|ix| object.at(*ix)).filter_map(|f| f.choice(record.get(&f.key).text()?));
    choices.filter_map(|choice| choice.icon.clone()).next().unwrap_or_else(|| TASK.into())
}

/// Single keys that write an entry on the record in view, with what they write.
pub fn entry_keys(registry: &Registry, lang: &str) -> Vec<(char, String)> {
    let mut keys = Vec::new();
    for object in registry.objects().filter(|o| !o.decl.timeline.on.is_empty()) {
        let decl = &object.decl.timeline;
        if let Some(field) = decl.kind.as_deref().and_then(|key| object.field(key)) {
            let written = decl.kinds.iter().filter(|(_, kind)| kind.prompt.is_some());
            keys.extend(written.filter_map(|(key, kind)| Some((kind.key?, field.choice(key)?.label.get(lang).to_string()))));
        } else if decl.done.is_some() && decl.prompt.is_some() {
            keys.push((TASK_KEY, object.label(lang).to_string()));
        }
    }
    keys
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
