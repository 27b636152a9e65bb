//! What tells that two records are one: fields that must be unique together, and hints while somebody types.

use super::super::Errors;
use super::{Come, Target, come, field_words, plan, tabbed};
use crate::fail::Reply;
use crate::flash::Flash;
use crate::form::Fields;
use crate::ui::button::Button;
use crate::ui::form::{self, Row};
use crate::ui::input::{self, Input};
use crate::visit::Visit;
use akrab_engine::shape::Deed;
use akrab_model::object::DuplicateDecl;
use akrab_model::object::shape::Part;
use akrab_model::{FieldType, Label};
use axum::extract::Path;
use maud::{Markup, html};

/// What stands in the form.
struct Alike {
    unique: Vec<Vec<String>>,
    hints: Vec<DuplicateDecl>,
}

/// Sets the workspace made; those shipped stay beside them.
fn own(target: &Target) -> Vec<Vec<String>> {
    match &target.part {
        Some(Part::Own(decl)) => decl.unique.clone(),
        Some(Part::Change(change)) => change.unique.clone(),
        None => Vec::new(),
    }
}

/// `GET /settings/objects/{key}/alike`
pub(super) async fn page(visit: Visit, Path(key): Path<String>) -> Reply {
    let target = Target::of(&visit, &key)?;
    let alike = Alike { unique: own(&target), hints: target.object.decl.duplicates.clone() };
    draw(&visit, &target, &alike, &Errors::new()).await
}

async fn draw(visit: &Visit, target: &Target, alike: &Alike, errors: &Errors) -> Reply {
    let t = visit.t;
    let kept = own(target);
    let words = |key: &String| field_words(visit, &target.object.decl, &target.object, key);
    let shipped: Vec<String> = target
        .object
        .decl
        .unique
        .iter()
        .filter(|set| !kept.contains(set) && set.iter().all(|key| target.object.field(key).is_some_and(|f| !f.hidden)))
        .map(|set| set.iter().map(words).collect::<Vec<_>>().join(" + "))
        .collect();
    let empty = Vec::new();
    let nothing = DuplicateDecl { fields: Vec::new(), reason: Label::default() };
    let body = html! {
        form.ak-stack method="post" action=(target.href("/alike")) data-guard {
            (visit.token_field()) (target.version_field())
            button.ak-sr type="submit" tabindex="-1" aria-hidden="true" { (t.get("save")) }
            (form::error_summary(t, errors))
            fieldset.ak-form-group { legend { (t.get("alike-unique")) }
                p.ak-hint { (t.get("alike-unique-text")) }
                @for set in &shipped { p.ak-muted { (set) } }
                @for (n, set) in alike.unique.iter().chain([&empty]).enumerate() {
                    (fields_row(visit, target, &format!("u{n}"), &t.get(if set.is_empty() { "alike-unique-new" } else { "alike-unique-set" }), set))
                }
            }
            fieldset.ak-form-group { legend { (t.get("alike-hints")) }
                p.ak-hint { (t.get("alike-hints-text")) }
                @for (n, hint) in alike.hints.iter().chain([&nothing]).enumerate() { (hint_box(visit, target, n, hint)) }
            }
            div.ak-row.ak-gap-8 { (Button::new(t.get("save")).primary().submit()) }
        }
    };
    tabbed(visit, target, "alike", None, body, errors).await
}

/// The fields of one set or hint; without any it says nothing.
fn fields_row(visit: &Visit, target: &Target, name: &str, label: &str, chosen: &[String]) -> Markup {
    use FieldType::{Address, Choices, File, Json, Links, LongText};
    let fits = |kind: FieldType| !matches!(kind, LongText | Json | File | Choices | Links | Address);
    let mut options: Vec<(String, String)> = target
        .object
        .fields
        .iter()
        .filter(|f| (!f.hidden && !f.system && f.is_column() && fits(f.kind)) || chosen.contains(&f.key))
        .filter(|f| chosen.contains(&f.key) || f.part_of.is_none() || !f.read_only)
        .map(|f| (f.key.clone(), f.label.get(visit.lang()).to_string()))
        .collect();
    // those that are chosen stand first, in their order
    options.sort_by_key(|(key, _)| chosen.iter().position(|chosen| chosen == key).unwrap_or(usize::MAX));
    let chosen: Vec<&str> = chosen.iter().map(String::as_str).collect();
    form::row(visit.t, &Row::new(label.to_string()), Input::new(name, ""), |i| input::multi_select(i, &options, &chosen))
}

fn hint_box(visit: &Visit, target: &Target, n: usize, hint: &DuplicateDecl) -> Markup {
    let t = visit.t;
    let words = |language: &str| format!("{} ({})", t.get("alike-reason"), t.get(language));
    let row = |suffix: &str, label: String, value: &str| {
        form::row(t, &Row::new(label), Input::new(&format!("h{n}_{suffix}"), value), input::text)
    };
    html! {
        fieldset.ak-form-group { legend { @if hint.fields.is_empty() { (t.get("alike-hint-new")) } @else { (hint.reason.get(visit.lang())) } }
            (fields_row(visit, target, &format!("h{n}_field"), &t.get("alike-fields"), &hint.fields))
            (form::columns(html! {
                (row("id", words("language-indonesian"), &hint.reason.id))
                (row("en", words("language-english"), &hint.reason.en))
            }))
        }
    }
}

fn read(fields: &Fields) -> Alike {
    let list = |name: &str| fields.all(name).filter(|key| !key.is_empty()).map(str::to_string).collect::<Vec<_>>();
    let count = |prefix: &str, suffix: &str| {
        let last = fields.0.iter().filter_map(|(name, _)| name.strip_prefix(prefix)?.strip_suffix(suffix)?.parse::<usize>().ok()).max();
        last.map_or(0, |last| (last + 1).min(100))
    };
    let unique = (0..count("u", "")).map(|n| list(&format!("u{n}"))).filter(|set| !set.is_empty()).collect();
    let mut hints = Vec::new();
    for n in 0..count("h", "_id") {
        let named = list(&format!("h{n}_field"));
        let (id, en) = (fields.text(&format!("h{n}_id")).to_string(), fields.text(&format!("h{n}_en")).to_string());
        if named.is_empty() {
            continue;
        }
        let reason = Label { id: if id.is_empty() { en.clone() } else { id.clone() }, en: if en.is_empty() { id } else { en } };
        hints.push(DuplicateDecl { fields: named, reason });
    }
    Alike { unique, hints }
}

/// `POST /settings/objects/{key}/alike`
pub(super) async fn save(visit: Visit, Path(key): Path<String>, fields: Fields) -> Reply {
    let target = Target::of(&visit, &key)?;
    let alike = read(&fields);
    let mut part = target.draft();
    match &mut part {
        Part::Own(decl) => (decl.unique, decl.duplicates) = (alike.unique.clone(), alike.hints.clone()),
        Part::Change(change) => {
            change.unique.clone_from(&alike.unique);
            if alike.hints != target.object.decl.duplicates {
                change.duplicates = Some(alike.hints.clone());
            }
        }
    }
    let edit = target.edit(part, &fields, Deed::Alike, "");
    match come(&visit, edit, &fields).await? {
        Come::Done => visit.go(&target.href("/alike"), Flash::ok(visit.t.get("saved"))),
        Come::Plan(lines) => plan::page(&visit, target.object.plural_label(visit.lang()), &lines, &fields, &target.href("/alike")).await,
        Come::Faults(errors) => {
            let errors: Errors = errors.into_iter().map(|(_, words)| (String::new(), words)).collect();
            draw(&visit, &target, &alike, &errors).await
        }
    }
}
