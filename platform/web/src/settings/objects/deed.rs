//! What a change did, place by place, in the words of the pages it was made on.

use super::field_words;
use crate::ui::table::plain_table;
use crate::visit::Visit;
use akrab_model::Object;
use akrab_model::object::shape::{BETWEEN, Place};
use maud::{Markup, html};
use serde_json::Value as Json;

/// Longest value shown.
const LONGEST: usize = 160;

/// Names after which an entry's own name follows.
const ENTRIES: [&str; 7] = ["fields", "changed", "columns", "choices", "sections", "views", "validations"];

/// Where it is: "Plate › Name of the field (English)".
pub(super) fn place(visit: &Visit, object: &Object, path: &[String]) -> String {
    let t = visit.t;
    let lang = visit.lang();
    let mut words: Vec<String> = Vec::new();
    let mut at = 0;
    while at < path.len() {
        let name = path[at].as_str();
        let within = &path[..at];
        let entry = path.get(at + 1).filter(|_| ENTRIES.contains(&name) && !within.iter().any(|part| part == "sections"));
        if let Some(key) = entry {
            match name {
                "fields" | "changed" if within.is_empty() => words.push(field_words(visit, &object.decl, object, key)),
                "choices" => words.push(format!("{} › {}", t.get("part-choices"), choice(object, within, key, lang))),
                _ => words.push(format!("{} › {}", t.get(&format!("part-{name}")), known(object, name, key, lang))),
            }
            at += 2;
            continue;
        }
        match name {
            "id" | "en" if at > 0 => {
                let language = t.get(if name == "id" { "language-indonesian" } else { "language-english" });
                if let Some(last) = words.last_mut() {
                    *last = format!("{last} ({language})");
                }
            }
            _ => words.push(t.find(&format!("part-{}", name.replace('_', "-")), &[]).unwrap_or_else(|| known(object, "", name, lang))),
        }
        at += 1;
    }
    words.join(" › ")
}

fn choice(object: &Object, within: &[String], key: &str, lang: &str) -> String {
    let field = within.last().and_then(|field| object.decl.fields.get(field));
    let choice = field.and_then(|field| field.choices.iter().find(|choice| choice.key == key));
    choice.map_or_else(|| key.to_string(), |choice| choice.label.get(lang).to_string())
}

/// An entry by its own words, if the object still has it.
fn known(object: &Object, list: &str, key: &str, lang: &str) -> String {
    if let Some((id, en)) = key.split_once(BETWEEN) {
        return if lang == "id" { id.into() } else { en.into() };
    }
    let label = match list {
        "views" => object.decl.views.iter().find(|view| view.key == key).map(|view| &view.label),
        "validations" => object.decl.validations.iter().find(|rule| rule.key == key).map(|rule| &rule.message),
        // the fields every object has are not declared
        _ => object.decl.fields.get(key).map(|field| &field.label).or_else(|| object.field(key).map(|field| &field.label)),
    };
    label.map_or_else(|| key.to_string(), |label| label.get(lang).to_string())
}

/// The places with what stood there before and after.
pub(super) fn table(visit: &Visit, object: &Object, places: &[Place]) -> Markup {
    let t = visit.t;
    let heads = [t.get("deed-place"), t.get("deed-before"), t.get("deed-after")];
    let heads: Vec<_> = heads.iter().map(|words| (words.as_str(), false, None)).collect();
    let side = |at: &Place, value: Option<&Json>| match value {
        None | Some(Json::Null) => html! { span.ak-faint { "—" } },
        Some(value) => html! { (shown(visit, object, at, value)) },
    };
    let mut rows: Vec<Vec<maud::Markup>> = Vec::new();
    if places.is_empty() {
        return html! { p.ak-muted { (t.get("deed-nothing")) } };
    }
    // which object it is about is no change
    for at in places.iter().filter(|at| at.path != ["object"]) {
        let words = if at.path.is_empty() { object.plural_label(visit.lang()).to_string() } else { place(visit, object, &at.path) };
        rows.push(vec![html! { (words) }, side(at, at.before.as_ref()), side(at, at.after.as_ref())]);
    }
    plain_table(&t.get("deed-places"), &heads, &rows, None)
}

/// A value as far as it can be said in one line.
fn shown(visit: &Visit, object: &Object, at: &Place, value: &Json) -> String {
    let t = visit.t;
    let lang = visit.lang();
    let named = |key: &str| {
        let (plain, mark) = key.strip_prefix('-').map_or((key, ""), |plain| (plain, " ↓"));
        let words = known(object, "", plain, lang);
        format!("{words}{mark}")
    };
    let last = at.path.last().map_or("", String::as_str);
    let text = match value {
        Json::Bool(true) => t.get("value-yes"),
        Json::Bool(false) => t.get("value-no"),
        Json::Number(number) => number.to_string(),
        Json::String(text) if last == "type" => t.get(&format!("type-{}", text.replace('_', "-"))),
        Json::String(text) if matches!(last, "by" | "field" | "title") => named(text),
        Json::String(text) => text.clone(),
        Json::Array(items) if items.iter().all(Json::is_string) => {
            items.iter().filter_map(Json::as_str).map(named).collect::<Vec<_>>().join(", ")
        }
        // an object made or taken away is told by what it is called
        Json::Object(map) => map
            .get("label")
            .or_else(|| map.get("message"))
            .or_else(|| map.get("reason"))
            .and_then(|label| label.get(lang).or_else(|| label.get("id")))
            .and_then(Json::as_str)
            .map_or_else(|| t.get("deed-set"), str::to_string),
        _ => t.get("deed-set"),
    };
    if text.chars().count() > LONGEST { text.chars().take(LONGEST).chain(['…']).collect() } else { text }
}
