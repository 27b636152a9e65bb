//! The objects of the workspace: made, changed, laid out, hidden and removed by administrators.
//!
//! Each page changes one part of one object: it takes the part as it is kept, changes it, and hands it to [`come`],
//! which shows the plan first where the database has to do something.

mod alike;
mod choices;
mod deed;
mod field;
pub(in crate::settings) mod file;
mod hide;
mod layout;
mod lines;
mod list;
mod lists;
mod log;
mod object;
mod plan;
mod rules;
mod said;

use super::calendars::is_own;
use super::line::{Filled, Kind, Line};
use super::{Errors, frame, show};
use crate::fail::{Fail, Reply};
use crate::form::Fields;
use crate::locale::Text;
use crate::route::{Router, get, post};
use crate::ui::frame::content;
use crate::ui::tabs::{Tab, tab_bar};
use crate::ui::tag;
use crate::visit::Visit;
use akrab_engine::shape::{Deed, Edit};
use akrab_model::object::shape::{ObjectChange, Part};
use akrab_model::object::{BoardDecl, CalendarDecl, FieldDecl, Label, LayoutDecl, ObjectDecl, ViewDecl};
use akrab_model::{Object, Problem};
use maud::{Markup, html};
use plan::{Come, come};
use std::sync::Arc;

#[inline(always)]
pub(super) fn routes() -> Router {
    let base = "/settings/objects";
    let of = |rest: &str| format!("{base}/{{key}}{rest}");
    Router::new()
        .route(base, get(list::page))
        .route(&format!("{base}/new"), get(object::new).post(object::add))
        .route(&format!("{base}/export"), get(file::export))
        .route(&format!("{base}/log"), get(log::all))
        .route(&of(""), get(field::list))
        .route(&of("/general"), get(object::edit).post(object::save))
        .route(&of("/stages"), post(object::give_stages))
        .route(&of("/fields/new"), get(field::new).post(field::add))
        .route(&of("/fields/{field}"), get(field::edit).post(field::save))
        .route(&of("/fields/{field}/hide"), get(hide::ask_field).post(hide::field))
        .route(&of("/fields/{field}/show"), post(hide::show_field))
        .route(&of("/fields/{field}/remove"), get(hide::ask_remove_field).post(hide::remove_field))
        .route(&of("/layout"), get(layout::page).post(layout::save))
        .route(&of("/lists"), get(lists::page).post(lists::save))
        .route(&of("/rules"), get(rules::page).post(rules::save))
        .route(&of("/alike"), get(alike::page).post(alike::save))
        .route(&of("/log"), get(log::page))
        .route(&of("/log/{id}"), get(log::one))
        .route(&of("/log/{id}/revert"), get(log::one).post(log::revert))
        .route(&of("/hide"), get(hide::ask).post(hide::object))
        .route(&of("/show"), post(hide::show))
        .route(&of("/remove"), get(hide::ask_remove).post(hide::remove))
}

/// An object an administrator works on, with what is kept about it.
pub(super) struct Target {
    pub object: Arc<Object>,
    pub part: Option<Part>,
    pub version: i64,
}

impl Target {
    pub fn of(visit: &Visit, key: &str) -> Result<Target, Fail> {
        visit.require_admin()?;
        let world = visit.engine().world();
        let object = world.registry.object(key).filter(|o| !o.is_system()).cloned().ok_or_else(Problem::not_found)?;
        Ok(Target { part: world.shape.parts.get(key).cloned(), version: world.part_version(key), object })
    }
    pub fn key(&self) -> &str {
        &self.object.key
    }
    /// Made in the workspace.
    pub fn is_own(&self) -> bool {
        self.object.decl.own
    }
    /// Whether the workspace made this field.
    pub fn owns(&self, field: &str) -> bool {
        self.part.as_ref().is_some_and(|part| part.own_fields().any(|key| key == field))
    }
    pub fn href(&self, rest: &str) -> String {
        format!("/settings/objects/{}{rest}", self.object.key)
    }
    /// The part to be changed: as it is kept, or one that changes nothing yet.
    pub fn draft(&self) -> Part {
        self.part.clone().unwrap_or_else(|| Part::Change(Box::new(ObjectChange::of(&self.object.key))))
    }
    /// The edit that makes it `part`, from the version the form was drawn with.
    pub fn edit(&self, part: Part, fields: &Fields, deed: Deed, detail: &str) -> Edit {
        let version = fields.text("version").parse().unwrap_or(self.version);
        Edit { object: self.object.key.clone(), part: Some(part), version, deed, detail: detail.into() }
    }
    pub fn version_field(&self) -> Markup {
        html! { input type="hidden" name="version" value=(self.version); }
    }
}

/// What may be set of an object's looks, whether it was made here or shipped.
pub(super) fn set_layout(part: &mut Part, layout: LayoutDecl) {
    match part {
        Part::Own(decl) => decl.layout = layout,
        Part::Change(change) => change.layout = Some(layout),
    }
}

pub(super) fn set_views(part: &mut Part, views: Vec<ViewDecl>) {
    match part {
        Part::Own(decl) => decl.views = views,
        Part::Change(change) => change.views = Some(views),
    }
}

pub(super) fn set_board(part: &mut Part, board: Option<BoardDecl>) {
    match part {
        Part::Own(decl) => decl.board = board,
        Part::Change(change) => change.board = board,
    }
}

pub(super) fn set_calendar(part: &mut Part, calendar: Option<CalendarDecl>) {
    match part {
        Part::Own(decl) => decl.calendar = calendar,
        Part::Change(change) => change.calendar = calendar,
    }
}

/// Puts a field the workspace made where people see it, if they laid the page out themselves.
pub(super) fn lay_out(part: &mut Part, key: &str) {
    let layout = match part {
        Part::Own(decl) => Some(&mut decl.layout),
        Part::Change(change) => change.layout.as_mut(),
    };
    if let Some(section) = layout.and_then(|layout| layout.sections.last_mut()).filter(|section| !section.fields.iter().any(|f| f == key)) {
        section.fields.push(key.to_string());
    }
}

pub(super) fn insert_field(part: &mut Part, key: &str, decl: FieldDecl) {
    match part {
        Part::Own(object) => drop(object.fields.insert(key.into(), decl)),
        Part::Change(change) => drop(change.fields.insert(key.into(), decl)),
    }
}

/// Both languages of a label; what is empty in one is taken from the other.
/// What was done to an object, by the word of its deed.
pub(crate) fn deed_name(t: Text, deed: &str) -> String {
    t.get(&format!("deed-{}", deed.replace('_', "-")))
}

pub(super) fn label(fields: &Fields, name: &str) -> Label {
    let (id, en) = (fields.text(&format!("{name}_id")), fields.text(&format!("{name}_en")));
    let or = |first: &str, second: &str| if first.is_empty() { second.to_string() } else { first.to_string() };
    Label { id: or(id, en), en: or(en, id) }
}

/// The lines of a label in both languages, that of the page first: it is enough. `names` are those of the Indonesian and the
/// English line.
pub(super) fn label_lines(t: Text, names: [&'static str; 2], key: &str, required: bool) -> [Line; 2] {
    let line = |name, language: &str| {
        let own = is_own(t, if language == "language-english" { "en" } else { "id" });
        let label = format!("{} ({})", t.get(key), t.get(language));
        Line { name, label, hint: String::new(), kind: Kind::Text, required: required && own, shown: None }
    };
    let mut lines = [line(names[0], "language-indonesian"), line(names[1], "language-english")];
    if is_own(t, "en") {
        lines.reverse();
    }
    lines
}

pub(super) fn fill_label(filled: Filled, names: [&str; 2], label: &Label) -> Filled {
    filled.set(names[0], &label.id).set(names[1], &label.en)
}

/// A page of an object: its tabs above, its content below.
pub(super) async fn tabbed(visit: &Visit, target: &Target, open: &str, actions: Option<Markup>, body: Markup, errors: &Errors) -> Reply {
    let t = visit.t;
    let tabs = [
        ("", "shape-fields"),
        ("general", "shape-general"),
        ("layout", "shape-layout"),
        ("lists", "shape-lists"),
        ("rules", "shape-rules"),
        ("alike", "shape-alike"),
        ("log", "shape-log"),
    ];
    let tabs: Vec<Tab> = tabs
        .iter()
        .map(|(place, words)| {
            let rest = if place.is_empty() { String::new() } else { format!("/{place}") };
            Tab::new(t.get(words), target.href(&rest), *place == open)
        })
        .collect();
    let mut frame = frame(visit, target.object.plural_label(visit.lang())).await;
    frame.beside_title = Some(html! {
        @if target.object.decl.hidden { (tag(&t.get("shape-hidden"))) }
        @else if target.is_own() { (tag(&t.get("shape-own"))) }
        @else if target.part.is_some() { (tag(&t.get("shape-changed"))) }
    });
    frame.actions = actions;
    let body = html! { (tab_bar(&t.get("shape-object"), &tabs, html! {}, html! {})) (content(false, html! { div.ak-stack { (body) } })) };
    show(visit, &frame, body, !errors.is_empty()).await
}

/// A field as it is called, with its key where two might be meant.
pub(super) fn field_words(visit: &Visit, decl: &ObjectDecl, object: &Object, key: &str) -> String {
    let lang = visit.lang();
    decl.fields
        .get(key)
        .map(|field| field.label.get(lang).to_string())
        .or_else(|| object.field(key).map(|field| field.label.get(lang).to_string()))
        .unwrap_or_else(|| key.to_string())
}

/// Fields of an object that can be placed, (key, words): whole addresses and names, nothing out of sight.
pub(super) fn placeable(visit: &Visit, object: &Object) -> Vec<(String, String)> {
    let declared = object
        .decl
        .fields
        .iter()
        .filter(|(_, field)| !field.hidden)
        .map(|(key, field)| (key.clone(), field.label.get(visit.lang()).to_string()));
    let system =
        object.fields.iter().filter(|f| f.system || f.key == "owner").map(|f| (f.key.clone(), f.label.get(visit.lang()).to_string()));
    declared.chain(system).collect()
}
