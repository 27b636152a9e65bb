//! The fields of an object: which there are, new ones, and what may be changed of them.

use super::super::condition::{Condition, Entry, carried, of_json, press};
use super::super::line::{Filled, Kind, Line, draw};
use super::super::{Errors, show_form};
use super::lines::lines;
use super::said::{MUST, VISIBLE, WANTED, change, filled, made, set};
use super::{Come, Target, choices, come, insert_field, label, lay_out, plan, tabbed};
use crate::fail::{Fail, Reply};
use crate::flash::Flash;
use crate::form::Fields;
use crate::ui::button::Button;
use crate::ui::form::columns;
use crate::ui::icon::icon_sized;
use crate::ui::status::{Status, status};
use crate::ui::table::plain_table;
use crate::ui::tag;
use crate::visit::Visit;
use akrab_engine::shape::Deed;
use akrab_model::object::FieldDecl;
use akrab_model::object::shape::{Part, RESERVED_FIELDS, free_key};
use akrab_model::{FieldType, Object, Problem};
use axum::extract::{Path, Query};
use maud::{Markup, html};
use serde::Deserialize;
use serde_json::Value as Json;
use std::sync::Arc;

/// Most fields that the short form takes by itself; the title stands in it besides.
const QUICK: usize = 6;
/// Most columns that the list takes by itself.
const COLUMNS: usize = 8;

/// Types offered, the usual ones first.
const TYPES: [FieldType; 24] = [
    FieldType::Text,
    FieldType::LongText,
    FieldType::Integer,
    FieldType::Decimal,
    FieldType::Money,
    FieldType::Percent,
    FieldType::Date,
    FieldType::DateTime,
    FieldType::Boolean,
    FieldType::Choice,
    FieldType::Choices,
    FieldType::Link,
    FieldType::Links,
    FieldType::Email,
    FieldType::Phone,
    FieldType::Url,
    FieldType::Address,
    FieldType::PersonName,
    FieldType::File,
    FieldType::Duration,
    FieldType::Score,
    FieldType::AutoNumber,
    FieldType::Formula,
    FieldType::Rollup,
];

pub(super) fn type_key(kind: FieldType) -> String {
    serde_json::to_value(kind).ok().and_then(|v| v.as_str().map(str::to_string)).unwrap_or_default()
}

pub(super) fn type_of(key: &str) -> Option<FieldType> {
    serde_json::from_value(key.into()).ok()
}

pub(super) fn type_words(visit: &Visit, kind: FieldType) -> String {
    visit.t.get(&format!("type-{}", type_key(kind).replace('_', "-")))
}

/// `GET /settings/objects/{key}`
pub(super) async fn list(visit: Visit, Path(key): Path<String>) -> Reply {
    let target = Target::of(&visit, &key)?;
    let t = visit.t;
    let heads = [
        (t.get("shape-field"), false, None),
        (t.get("shape-key"), false, Some(150)),
        (t.get("shape-type"), false, Some(170)),
        (t.get("shape-marks"), false, Some(320)),
        (String::new(), true, Some(120)),
    ];
    let heads: Vec<_> = heads.iter().map(|(words, right, width)| (words.as_str(), *right, *width)).collect();
    let decl = &target.object.decl;
    let rows: Vec<Vec<Markup>> = decl.fields.iter().map(|(key, field)| row(&visit, &target, key, field)).collect();
    let body = html! { (plain_table(&t.get("shape-fields"), &heads, &rows, None)) };
    let actions = html! {
        (Button::new(t.get("shape-open-list")).icon("list").ghost().href(format!("/{}", target.object.plural)))
        (Button::new(t.get("shape-new-field")).icon("plus").primary().href(target.href("/fields/new")))
    };
    tabbed(&visit, &target, "", Some(actions), body, &Errors::new()).await
}

fn row(visit: &Visit, target: &Target, key: &str, field: &FieldDecl) -> Vec<Markup> {
    let t = visit.t;
    let changed = matches!(&target.part, Some(Part::Change(change)) if change.changed.contains_key(key));
    let marks = [
        (field.required, "shape-required"),
        (field.unique, "shape-unique"),
        (field.index, "shape-indexed"),
        (field.search, "shape-searched"),
        (field.remind, "shape-reminds"),
        (field.visible_when.is_some(), "shape-visible-when"),
        (field.required_when.is_some(), "shape-required-when"),
        (field.must.is_some(), "shape-must-mark"),
    ];
    vec![
        html! { a.ak-link href=(target.href(&format!("/fields/{key}"))) { (field.label.get(visit.lang())) } @if decl_title(target, key) { " " (tag(&t.get("shape-is-title"))) } },
        html! { code.ak-mono { (key) } },
        html! { (type_words(visit, field.kind)) @if let Some(to) = field.to.as_deref().and_then(|to| visit.registry().object(to).cloned()) { " → " (to.label(visit.lang())) } },
        html! { span.ak-row.ak-gap-4 { @for (_, words) in marks.iter().filter(|mark| mark.0) { (tag(&t.get(words))) } } },
        html! {
            @if field.hidden { (status(Status::None, &t.get("shape-hidden"))) }
            @else if target.owns(key) { (status(Status::New, &t.get("shape-own"))) }
            @else if changed { (status(Status::Today, &t.get("shape-changed"))) }
        },
    ]
}

fn decl_title(target: &Target, key: &str) -> bool {
    target.object.decl.title == key
}

#[derive(Deserialize)]
pub(super) struct Asked {
    #[serde(default, rename = "type")]
    kind: String,
    /// Of a link: the object it is to lead to.
    #[serde(default)]
    to: String,
}

/// `GET /settings/objects/{key}/fields/new`: first the type, of a link where it leads, then the rest.
pub(super) async fn new(visit: Visit, Path(key): Path<String>, Query(asked): Query<Asked>) -> Reply {
    let target = Target::of(&visit, &key)?;
    let t = visit.t;
    let Some(kind) = type_of(&asked.kind).filter(|kind| TYPES.contains(kind)) else {
        let types = TYPES.map(|kind| {
            let key = type_key(kind);
            (format!("?type={key}"), type_words(&visit, kind), t.get(&format!("type-{}-text", key.replace('_', "-"))))
        });
        return choose(&visit, &target, &t.get("shape-type-text"), &types).await;
    };
    let to = match kind {
        FieldType::Link | FieldType::Links => {
            let known = linkable(&visit);
            if !known.iter().any(|object| object.key == asked.to) {
                let lang = visit.lang();
                let way = |o: &Arc<Object>| {
                    let way = format!("?type={}&to={}", type_key(kind), o.key);
                    (way, o.label(lang).to_string(), o.purpose(lang).to_string())
                };
                return choose(&visit, &target, &t.get("shape-to"), &known.iter().map(way).collect::<Vec<_>>()).await;
            }
            vec![("to".to_string(), asked.to)]
        }
        _ => Vec::new(),
    };
    form(&visit, &target, None, kind, &Filled::default(), &Fields(to), &Errors::new()).await
}

/// A step on the way to a new field: one of these (rest of the address, words, what it is).
async fn choose(visit: &Visit, target: &Target, text: &str, ways: &[(String, String, String)]) -> Reply {
    let body = html! {
        p.ak-muted { (text) }
        ul.ak-type-list { @for (way, words, what) in ways {
            li { a href={ (target.href("/fields/new")) (way) } { b { (words) } span { (what) } } }
        } }
    };
    show_form(visit, &visit.t.get("shape-new-field"), html! { div.ak-stack { (body) } }, &Errors::new()).await
}

/// What a link may point to: the objects people work with by name, then people, teams and territories.
fn linkable(visit: &Visit) -> Vec<Arc<Object>> {
    let registry = visit.registry();
    let fits = |o: &&Arc<Object>| !o.decl.hidden && (!o.is_system() || matches!(o.key.as_str(), "user" | "team" | "territory"));
    let mut all: Vec<Arc<Object>> = registry.objects().filter(fits).cloned().collect();
    all.sort_by_key(|o| (o.is_system(), o.label(visit.lang()).to_lowercase()));
    all
}

async fn form(
    visit: &Visit,
    target: &Target,
    key: Option<&str>,
    kind: FieldType,
    filled: &Filled,
    typed: &Fields,
    errors: &Errors,
) -> Reply {
    let t = visit.t;
    let own = key.is_none_or(|key| target.owns(key));
    let decl = key.and_then(|key| target.object.decl.fields.get(key));
    let here = match key {
        Some(key) => target.href(&format!("/fields/{key}")),
        None => {
            let to = typed.get("to").map(|to| format!("&to={to}")).unwrap_or_default();
            format!("{}?type={}{to}", target.href("/fields/new"), type_key(kind))
        }
    };
    let conditions =
        !matches!(kind, FieldType::Formula | FieldType::Rollup | FieldType::AutoNumber) && key.is_none_or(|key| !decl_title(target, key));
    let rows = Conditions::of(visit, target, kind, decl, typed).await?;
    let body = html! {
        form.ak-stack method="post" action=(here) data-guard {
            (visit.token_field()) (target.version_field())
            input type="hidden" name="type" value=(type_key(kind));
            @if let (None, Some(to)) = (key, typed.get("to")) { input type="hidden" name="to" value=(to); }
            // Enter saves; the buttons of the choices come after
            button.ak-sr type="submit" tabindex="-1" aria-hidden="true" { (t.get("save")) }
            p.ak-muted { (type_words(visit, kind)) @if let Some(to) = visit.registry().object(decl.and_then(|d| d.to.as_deref()).unwrap_or(typed.text("to"))) { " → " (to.label(visit.lang())) } }
            (columns(draw(t, &lines(visit, target, kind, key.is_none(), own), filled, errors)))
            @if matches!(kind, FieldType::Choice | FieldType::Choices) { (choices::editor(visit, decl, typed)) }
            @if kind == FieldType::Choices && own { (draw(t, &[Line::new(t, "open", "shape-open", Kind::Check)], filled, &Errors::new())) }
            @if let Some(must) = &rows.must { (must) }
            @if conditions {
                details.ak-section open[rows.said] {
                    summary { (icon_sized("chevron-down", 14)) h2 { (t.get("shape-conditions")) } }
                    div.ak-section-body.ak-stack { (rows.visible) (rows.wanted) }
                }
            } @else if let Some(decl) = decl {
                // what a file said is kept
                @for (name, json) in [(VISIBLE, &decl.visible_when), (WANTED, &decl.required_when)] {
                    @if let Some(json) = json { input type="hidden" name=(name) value=(json); }
                }
            }
            @if typed.get("type").is_some() && errors.is_empty() { p.ak-hint { (t.get("shape-unsaved")) } }
            div.ak-row.ak-gap-8 { (Button::new(t.get("save")).primary().submit()) (Button::new(t.get("cancel")).ghost().href(target.href(""))) }
        }
        @if let (Some(key), Some(decl)) = (key, decl) { (beside(visit, target, key, decl)) }
    };
    let title = decl.map_or_else(|| t.get("shape-new-field"), |decl| decl.label.get(visit.lang()).to_string());
    show_form(visit, &title, html! { div.ak-stack { (body) } }, errors).await
}

/// The rows of the conditions in a field's form: as typed, or else as declared.
struct Conditions {
    visible: Markup,
    wanted: Markup,
    /// Whether any of the two is said.
    said: bool,
    /// Of a link whose object is known.
    must: Option<Markup>,
}

impl Conditions {
    async fn of(visit: &Visit, target: &Target, kind: FieldType, decl: Option<&FieldDecl>, typed: &Fields) -> Result<Conditions, Fail> {
        let t = visit.t;
        // a form that was sent says all of them, and none by leaving it out
        let sent = typed.get("type").is_some();
        let pick = |name: &str, declared: Option<&Json>| if sent { carried(typed, name) } else { of_json(declared) };
        let row = async |name, key: &str, declared: Option<&Json>| {
            let condition = Condition::load(visit, target.object.clone(), pick(name, declared)).await?;
            let entry = Entry { name, label: t.get(key), none: t.get("shape-always"), ..Entry::default() };
            Ok::<_, Fail>((condition.filter.is_some(), condition.row(&entry)))
        };
        let (shown, visible) = row(VISIBLE, "shape-visible-when", decl.and_then(|d| d.visible_when.as_ref())).await?;
        let (required, wanted) = row(WANTED, "shape-required-when", decl.and_then(|d| d.required_when.as_ref())).await?;
        let must = match over(visit, target, decl, typed, MUST).filter(|_| matches!(kind, FieldType::Link | FieldType::Links)) {
            Some((object, label)) => {
                let condition = Condition::load(visit, object, pick(MUST, decl.and_then(|d| d.must.as_ref()))).await?;
                Some(condition.row(&Entry { name: MUST, label, hint: t.get("shape-must-hint"), ..Entry::default() }))
            }
            None => None,
        };
        Ok(Conditions { visible, wanted, said: shown || required, must })
    }
}

/// What the condition `name` of a field's form is over, and what it is called.
fn over(visit: &Visit, target: &Target, decl: Option<&FieldDecl>, fields: &Fields, name: &str) -> Option<(Arc<Object>, String)> {
    let words = |key: &str| visit.t.get(key);
    match name {
        VISIBLE => Some((target.object.clone(), words("shape-visible-when"))),
        WANTED => Some((target.object.clone(), words("shape-required-when"))),
        MUST => {
            let to = decl.and_then(|decl| decl.to.as_deref()).unwrap_or_else(|| fields.text("to"));
            Some((visit.registry().object(to)?.clone(), words("shape-must")))
        }
        _ => None,
    }
}

/// What else can be done with a field.
fn beside(visit: &Visit, target: &Target, key: &str, decl: &FieldDecl) -> Markup {
    let t = visit.t;
    let at = |rest: &str| target.href(&format!("/fields/{key}/{rest}"));
    html! {
        @if !decl_title(target, key) {
            div.ak-row.ak-gap-8 {
                @if decl.hidden {
                    form method="post" action=(at("show")) { (visit.token_field()) (Button::new(t.get("shape-show")).icon("eye").submit()) }
                    @if target.owns(key) { (Button::new(t.get("shape-remove")).danger().href(at("remove"))) }
                } @else { (Button::new(t.get("shape-hide-field")).danger().href(at("hide"))) }
            }
        }
    }
}

/// `POST /settings/objects/{key}/fields/new`
pub(super) async fn add(visit: Visit, Path(object): Path<String>, fields: Fields) -> Reply {
    let target = Target::of(&visit, &object)?;
    let kind = type_of(fields.text("type")).filter(|kind| TYPES.contains(kind)).unwrap_or(FieldType::Text);
    if fields.get("choice").is_some() {
        return form(&visit, &target, None, kind, &Filled::typed(&fields), &choices::arranged(&fields), &Errors::new()).await;
    }
    let to = Fields(vec![("to".to_string(), fields.text("to").to_string())]);
    let about = |name: &str| over(&visit, &target, None, &to, name);
    let (fields, came) = match press(&visit, fields, &about, &visit.t.get("shape-new-field")).await {
        Ok(form) => form,
        Err(page) => return *page,
    };
    if came {
        return form(&visit, &target, None, kind, &Filled::typed(&fields), &fields, &Errors::new()).await;
    }
    let mut decl = FieldDecl::new(kind, label(&fields, "label"));
    made(&visit.registry(), kind, &fields, &mut decl);
    set(kind, &fields, &mut decl);
    let own = target.object.decl.fields.len();
    let taken =
        |key: &str| RESERVED_FIELDS.contains(&key) || target.object.field(key).is_some() || target.object.decl.fields.contains_key(key);
    let key = match fields.text("key") {
        "" => free_key(decl.label.get(visit.lang()), taken),
        typed => typed.to_string(),
    };
    let mut part = target.draft();
    insert_field(&mut part, &key, decl);
    lay_out(&mut part, &key);
    show(&mut part, &key, kind);
    let edit = target.edit(part, &fields, Deed::NewField, &key);
    match come(&visit, edit, &fields).await? {
        Come::Done => visit.go(&target.href(""), Flash::ok(visit.t.with("shape-field-made", &[("n", (own as i64 + 1).into())]))),
        Come::Plan(lines) => plan::page(&visit, &visit.t.get("shape-new-field"), &lines, &fields, &target.href("")).await,
        Come::Faults(errors) => form(&visit, &target, None, kind, &Filled::typed(&fields), &fields, &beside_lines(errors)).await,
    }
}

/// A new field of an object made here stands at once in its short form and in its list, while there is room.
fn show(part: &mut Part, key: &str, kind: FieldType) {
    use FieldType::*;
    let Part::Own(decl) = part else { return };
    if decl.layout.quick.len() < QUICK && !matches!(kind, Formula | Rollup | AutoNumber | LongText | Links | Address | File) {
        decl.layout.quick.push(key.into());
    }
    if let Some(view) = decl.views.first_mut()
        && view.columns.len() < COLUMNS
        && !matches!(kind, LongText | Links | Address | File)
    {
        let last = view.columns.iter().position(|column| matches!(column.as_str(), "owner" | "updated_at")).unwrap_or(view.columns.len());
        view.columns.insert(last, key.into());
    }
}

/// Faults of a declaration stand beside the line they are about.
fn beside_lines(errors: Errors) -> Errors {
    errors.into_iter().map(|(name, words)| (if name == "fields" { String::new() } else { name }, words)).collect()
}

/// `GET /settings/objects/{key}/fields/{field}`
pub(super) async fn edit(visit: Visit, Path((object, key)): Path<(String, String)>) -> Reply {
    let target = Target::of(&visit, &object)?;
    let decl = target.object.decl.fields.get(&key).cloned().ok_or_else(Problem::not_found)?;
    form(&visit, &target, Some(&key), decl.kind, &filled(&decl), &Fields::default(), &Errors::new()).await
}

/// `POST /settings/objects/{key}/fields/{field}`
pub(super) async fn save(visit: Visit, Path((object, key)): Path<(String, String)>, fields: Fields) -> Reply {
    let target = Target::of(&visit, &object)?;
    let decl = target.object.decl.fields.get(&key).cloned().ok_or_else(Problem::not_found)?;
    let kind = decl.kind;
    if fields.get("choice").is_some() {
        return form(&visit, &target, Some(&key), kind, &Filled::typed(&fields), &choices::arranged(&fields), &Errors::new()).await;
    }
    let about = |name: &str| over(&visit, &target, Some(&decl), &Fields::default(), name);
    let (fields, came) = match press(&visit, fields, &about, decl.label.get(visit.lang())).await {
        Ok(form) => form,
        Err(page) => return *page,
    };
    if came {
        return form(&visit, &target, Some(&key), kind, &Filled::typed(&fields), &fields, &Errors::new()).await;
    }
    let mut part = target.draft();
    match part.own_field(&key) {
        Some(own) => set(kind, &fields, own),
        None => change(&mut part, &key, &decl, &fields),
    }
    let edit = target.edit(part, &fields, Deed::Field, &key);
    match come(&visit, edit, &fields).await? {
        Come::Done => visit.go(&target.href(""), Flash::ok(visit.t.get("saved"))),
        Come::Plan(lines) => plan::page(&visit, decl.label.get(visit.lang()), &lines, &fields, &target.href("")).await,
        Come::Faults(errors) => form(&visit, &target, Some(&key), kind, &Filled::typed(&fields), &fields, &beside_lines(errors)).await,
    }
}
