//! The choices of a field: their words, colours and order, and which are no longer offered.

use crate::form::Fields;
use crate::settings::calendars::is_own;
use crate::ui::button::Button;
use crate::ui::icon::icon_sized;
use crate::visit::Visit;
use akrab_model::object::shape::free_key;
use akrab_model::object::{FieldDecl, Tone};
use akrab_model::{Choice, Label};
use maud::{Markup, html};

const TONES: [(&str, Tone); 7] = [
    ("neutral", Tone::Neutral),
    ("new", Tone::New),
    ("ok", Tone::Ok),
    ("today", Tone::Today),
    ("risk", Tone::Risk),
    ("late", Tone::Late),
    ("none", Tone::None),
];

/// Empty rows at the end.
const ROOM: usize = 3;

/// One row of the editor.
#[derive(Default, Clone)]
struct Entry {
    key: String,
    id: String,
    en: String,
    tone: String,
    retired: bool,
}

fn typed(fields: &Fields) -> Vec<Entry> {
    let all = |name: &str| fields.all(name).map(str::to_string).collect::<Vec<_>>();
    let (keys, ids, ens, tones, retired) = (all("c_key"), all("c_id"), all("c_en"), all("c_tone"), all("c_retired"));
    let at = |list: &[String], n: usize| list.get(n).cloned().unwrap_or_default();
    (0..ids.len())
        .map(|n| Entry { key: at(&keys, n), id: at(&ids, n), en: at(&ens, n), tone: at(&tones, n), retired: at(&retired, n) == "1" })
        .collect()
}

fn declared(decl: &FieldDecl) -> Vec<Entry> {
    let tone = |tone: Tone| TONES.iter().find(|t| t.1 == tone).map_or("neutral", |t| t.0).to_string();
    decl.choices
        .iter()
        .map(|c| Entry { key: c.key.clone(), id: c.label.id.clone(), en: c.label.en.clone(), tone: tone(c.tone), retired: c.retired })
        .collect()
}

/// The editor, with what was typed or else with what is declared.
pub(super) fn editor(visit: &Visit, decl: Option<&FieldDecl>, fields: &Fields) -> Markup {
    let t = visit.t;
    let mut entries = if fields.get("c_id").is_some() { typed(fields) } else { decl.map(declared).unwrap_or_default() };
    entries.retain(|entry| !(entry.key.is_empty() && entry.id.is_empty() && entry.en.is_empty()));
    let count = entries.len();
    // the language of the page first: it is enough
    let words = |entry: &Entry| {
        let mut both = [("c_id", entry.id.clone(), "language-indonesian"), ("c_en", entry.en.clone(), "language-english")];
        if is_own(t, "en") {
            both.reverse();
        }
        both
    };
    entries.extend(std::iter::repeat_n(Entry::default(), ROOM));
    html! {
        fieldset.ak-form-group { legend { (t.get("shape-choices")) }
            p.ak-hint { (t.get("shape-choices-text")) }
            ol.ak-choice-list data-sortable="" {
                @for (n, entry) in entries.iter().enumerate() {
                    li {
                        span data-handle aria-hidden="true" { (icon_sized("grip-vertical", 14)) }
                        input type="hidden" name="c_key" value=(entry.key);
                        @for (name, value, language) in words(entry) {
                            input.ak-input name=(name) value=(value) placeholder=(t.get(language)) aria-label={ (t.get("shape-choice")) " " (n + 1) " (" (t.get(language)) ")" };
                        }
                        span.ak-select { select.ak-input name="c_tone" aria-label=(t.get("shape-tone")) {
                            @for (key, _) in TONES { option value=(key) selected[key == entry.tone] { (t.get(&format!("tone-{key}"))) } }
                        } (icon_sized("chevron-down", 13)) }
                        span.ak-select { select.ak-input name="c_retired" aria-label=(t.get("shape-offered")) {
                            option value="" { (t.get("shape-offered")) } option value="1" selected[entry.retired] { (t.get("shape-retired")) }
                        } (icon_sized("chevron-down", 13)) }
                        span.ak-row {
                            (Button::only_icon("arrow-up", t.get("shape-up")).ghost().submit_as("choice", format!("up {n}")).flag("disabled", n == 0 || n >= count))
                            (Button::only_icon("arrow-down", t.get("shape-down")).ghost().submit_as("choice", format!("down {n}")).flag("disabled", n + 1 >= count))
                        }
                    }
                }
            }
            div { (Button::new(t.get("shape-choice-more")).icon("plus").ghost().submit_as("choice", "more")) }
        }
    }
}

/// The form after one of the editor's buttons was pressed.
pub(super) fn arranged(fields: &Fields) -> Fields {
    let mut entries = typed(fields);
    let (deed, at) = fields.text("choice").split_once(' ').unwrap_or(("more", "0"));
    let at: usize = at.parse().unwrap_or(0);
    match deed {
        "up" if at > 0 && at < entries.len() => entries.swap(at, at - 1),
        "down" if at + 1 < entries.len() => entries.swap(at, at + 1),
        _ => {}
    }
    let mut all: Vec<(String, String)> = fields.0.iter().filter(|(name, _)| !name.starts_with("c_") && name != "choice").cloned().collect();
    for entry in entries {
        let retired = if entry.retired { "1" } else { "" };
        for (name, value) in
            [("c_key", entry.key), ("c_id", entry.id), ("c_en", entry.en), ("c_tone", entry.tone), ("c_retired", retired.into())]
        {
            all.push((name.into(), value));
        }
    }
    Fields(all)
}

/// The choices typed, in their order; a choice there was keeps its key and its icon, and one left out is retired.
pub(super) fn read(fields: &Fields, before: &[Choice]) -> Vec<Choice> {
    let mut choices: Vec<Choice> = Vec::new();
    for entry in typed(fields) {
        if entry.id.trim().is_empty() && entry.en.trim().is_empty() {
            continue;
        }
        let or = |first: &str, second: &str| if first.trim().is_empty() { second.trim().to_string() } else { first.trim().to_string() };
        let label = Label { id: or(&entry.id, &entry.en), en: or(&entry.en, &entry.id) };
        let known = before.iter().find(|choice| choice.key == entry.key);
        let taken = |key: &str| choices.iter().chain(before).any(|choice| choice.key == key);
        let key = known.map_or_else(|| free_key(&label.en, taken), |choice| choice.key.clone());
        let tone = TONES.iter().find(|tone| tone.0 == entry.tone).map_or(Tone::Neutral, |tone| tone.1);
        let kept = known.map(|choice| (choice.icon.clone(), choice.other.clone(), choice.turns.clone())).unwrap_or_default();
        choices.push(Choice { key, label, tone, icon: kept.0, retired: entry.retired, other: kept.1, turns: kept.2 });
    }
    let gone: Vec<Choice> = before.iter().filter(|old| !choices.iter().any(|choice| choice.key == old.key)).cloned().collect();
    choices.extend(gone.into_iter().map(|choice| Choice { retired: true, ..choice }));
    choices
}
