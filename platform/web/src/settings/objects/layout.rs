//! The page of a record and quick create: which fields stand where, with a preview of both.
//!
//! What is arranged travels in the form as it is; each button is a press that answers with the page as it would be
//! then. Nothing is kept before Save, and no script is needed: where there is one, fields and sections are dragged, and
//! the page as it would be comes without leaving it.

use super::super::Errors;
use super::{Come, Target, come, field_words, placeable, plan, set_layout, tabbed};
use crate::fail::Reply;
use crate::flash::Flash;
use crate::form::Fields;
use crate::ui::button::Button;
use crate::ui::form::{self, Row};
use crate::ui::icon::icon_sized;
use crate::ui::input::{self, Input};
use crate::ui::section::{Field as Pair, section};
use crate::visit::Visit;
use akrab_engine::shape::Deed;
use akrab_model::object::{LayoutDecl, Panel, SectionDecl};
use akrab_model::{Label, Object};
use axum::extract::Path;
use maud::{Markup, html};

/// Most fields quick create shows.
const QUICK: usize = 7;
/// Most key figures of a record.
const FIGURES: usize = 6;

/// `GET /settings/objects/{key}/layout`
pub(super) async fn page(visit: Visit, Path(key): Path<String>) -> Reply {
    let target = Target::of(&visit, &key)?;
    let layout = target.object.decl.layout.clone();
    draw(&visit, &target, &layout, &Errors::new()).await
}

/// `POST /settings/objects/{key}/layout`: one press of a button, or Save.
pub(super) async fn save(visit: Visit, Path(key): Path<String>, fields: Fields) -> Reply {
    let target = Target::of(&visit, &key)?;
    let mut layout = read(&fields);
    if let Some(press) = fields.get("do") {
        pressed(&mut layout, press, &fields);
        return draw(&visit, &target, &layout, &Errors::new()).await;
    }
    let mut part = target.draft();
    set_layout(&mut part, layout.clone());
    let edit = target.edit(part, &fields, Deed::Layout, "");
    match come(&visit, edit, &fields).await? {
        Come::Done => visit.go(&target.href("/layout"), Flash::ok(visit.t.get("saved"))),
        Come::Plan(lines) => plan::page(&visit, target.object.plural_label(visit.lang()), &lines, &fields, &target.href("/layout")).await,
        Come::Faults(errors) => draw(&visit, &target, &layout, &errors).await,
    }
}

/// The layout as it stands in the form.
fn read(fields: &Fields) -> LayoutDecl {
    let list = |name: &str| fields.all(name).map(str::to_string).collect::<Vec<_>>();
    let count: usize = fields.text("sections").parse().unwrap_or(0);
    // sections were dragged into this order
    let mut order: Vec<usize> = fields.all("section").filter_map(|n| n.parse().ok()).filter(|n| *n < count).collect();
    order.extend((0..count.min(30)).filter(|n| !order.contains(n)).collect::<Vec<_>>());
    let sections = order.into_iter().take(30).map(|n| {
        let text = |suffix: &str| fields.text(&format!("s{n}_{suffix}")).to_string();
        let (id, en) = (text("id"), text("en"));
        let label = Label { id: if id.is_empty() { en.clone() } else { id.clone() }, en: if en.is_empty() { id } else { en } };
        SectionDecl { label, fields: list(&format!("s{n}_field")), closed: fields.ticked(&format!("s{n}_closed")) }
    });
    LayoutDecl {
        sections: sections.collect(),
        quick: list("quick"),
        chips: list("chips"),
        figures: list("figures"),
        related: list("related"),
    }
}

/// A list of the layout by its name in presses.
fn place<'l>(layout: &'l mut LayoutDecl, name: &str) -> Option<&'l mut Vec<String>> {
    match name {
        "quick" => Some(&mut layout.quick),
        "chips" => Some(&mut layout.chips),
        "figures" => Some(&mut layout.figures),
        "related" => Some(&mut layout.related),
        section => {
            let n: usize = section.strip_prefix('s')?.parse().ok()?;
            layout.sections.get_mut(n).map(|section| &mut section.fields)
        }
    }
}

/// `up LIST FIELD`, `down LIST FIELD`, `out LIST FIELD`, `add LIST`, `section`, `section-up N`, `section-out N`.
fn pressed(layout: &mut LayoutDecl, press: &str, fields: &Fields) {
    let mut words = press.split(' ');
    let (deed, name, key) = (words.next().unwrap_or_default(), words.next().unwrap_or_default(), words.next().unwrap_or_default());
    let number: usize = name.parse().unwrap_or(usize::MAX);
    match deed {
        "section" => {
            layout.sections.push(SectionDecl { label: Label::new("Bagian baru", "New section"), fields: Vec::new(), closed: false })
        }
        "section-up" if number > 0 && number < layout.sections.len() => layout.sections.swap(number, number - 1),
        "section-out" if number < layout.sections.len() => drop(layout.sections.remove(number)),
        "add" => {
            let added = fields.text(&format!("add_{name}")).to_string();
            let in_section = name.starts_with('s');
            // a field stands in one section only
            if in_section && !added.is_empty() {
                layout.sections.iter_mut().for_each(|section| section.fields.retain(|f| *f != added));
            }
            if let Some(list) = place(layout, name).filter(|list| !added.is_empty() && !list.contains(&added)) {
                list.push(added);
            }
        }
        "up" | "down" | "out" => {
            let Some(list) = place(layout, name) else { return };
            let Some(at) = list.iter().position(|field| field == key) else { return };
            match deed {
                "up" if at > 0 => list.swap(at, at - 1),
                "down" if at + 1 < list.len() => list.swap(at, at + 1),
                "out" => drop(list.remove(at)),
                _ => {}
            }
        }
        _ => {}
    }
}

async fn draw(visit: &Visit, target: &Target, layout: &LayoutDecl, errors: &Errors) -> Reply {
    let t = visit.t;
    let object = &target.object;
    let body = html! {
        (form::error_summary(t, errors))
        div.ak-layout-editor {
            form.ak-stack method="post" action=(target.href("/layout")) data-places data-guard {
                (visit.token_field()) (target.version_field())
                input type="hidden" name="sections" value=(layout.sections.len());
                button.ak-sr type="submit" tabindex="-1" aria-hidden="true" { (t.get("save")) }
                div.ak-stack data-place-sections { @for (n, section) in layout.sections.iter().enumerate() { (section_box(visit, object, layout, n, section)) } }
                (rest(visit, object, layout))
                div { (Button::new(t.get("layout-section-new")).icon("plus").ghost().submit_as("do", "section")) }
                @for (name, words, most) in [("quick", "layout-quick", QUICK), ("chips", "layout-chips", 0), ("figures", "layout-figures", FIGURES)] {
                    fieldset.ak-form-group { legend { (t.get(words)) }
                        @if most > 0 { p.ak-hint { (t.with("layout-most", &[("n", (most as i64).into())])) } }
                        @let list = match name { "quick" => &layout.quick, "chips" => &layout.chips, _ => &layout.figures };
                        (entries(visit, object, name, list, &[]))
                    }
                }
                fieldset.ak-form-group { legend { (t.get("layout-related")) }
                    p.ak-hint { (t.get("layout-related-text")) }
                    (related(visit, object, &layout.related))
                }
                div.ak-row.ak-gap-8 { (Button::new(t.get("save")).primary().submit()) (Button::new(t.get("cancel")).ghost().href(target.href("/layout"))) }
            }
            aside.ak-layout-preview aria-label=(t.get("layout-preview")) { (preview(visit, object, layout)) }
        }
    };
    tabbed(visit, target, "layout", None, body, errors).await
}

fn section_box(visit: &Visit, object: &Object, layout: &LayoutDecl, n: usize, section: &SectionDecl) -> Markup {
    let t = visit.t;
    let placed: Vec<&String> = layout.sections.iter().flat_map(|s| &s.fields).collect();
    html! {
        fieldset.ak-form-group.ak-place-section { legend { span.ak-place-grip data-section-handle title=(t.get("layout-drag")) aria-hidden="true" { (icon_sized("grip-vertical", 14)) } (section.label.get(visit.lang())) }
            input type="hidden" name="section" value=(n);
            div.ak-row.ak-gap-8 {
                input.ak-input name={ "s" (n) "_id" } value=(section.label.id) aria-label={ (t.get("layout-section")) " (" (t.get("language-indonesian")) ")" };
                input.ak-input name={ "s" (n) "_en" } value=(section.label.en) aria-label={ (t.get("layout-section")) " (" (t.get("language-english")) ")" };
                (Button::only_icon("arrow-up", t.get("layout-section-up")).ghost().submit_as("do", format!("section-up {n}")).flag("disabled", n == 0))
                (Button::only_icon("trash-2", t.get("layout-section-out")).ghost().submit_as("do", format!("section-out {n}")))
            }
            (input::checkbox(&format!("s{n}_closed"), "1", &t.get("layout-closed"), section.closed))
            (entries(visit, object, &format!("s{n}"), &section.fields, &placed))
        }
    }
}

/// The fields of a list with their buttons, and one to add another; `elsewhere` are offered last.
fn entries(visit: &Visit, object: &Object, name: &str, list: &[String], elsewhere: &[&String]) -> Markup {
    let input_name = if name.starts_with('s') { format!("{name}_field") } else { name.to_string() };
    let mut offered: Vec<(String, String)> = placeable(visit, object).into_iter().filter(|(key, _)| !list.contains(key)).collect();
    offered.sort_by_key(|(key, _)| elsewhere.contains(&key));
    let placed: Vec<(String, String)> = list.iter().map(|key| (key.clone(), field_words(visit, &object.decl, object, key))).collect();
    html! {
        (place_list(visit, name, &input_name, &placed))
        (adder(visit, name, &offered))
    }
}

/// A list whose entries are moved by their buttons, or dragged.
fn place_list(visit: &Visit, name: &str, input_name: &str, entries: &[(String, String)]) -> Markup {
    let t = visit.t;
    html! {
        ol.ak-place-list data-place=(name) data-name=(input_name) {
            @for (n, (key, words)) in entries.iter().enumerate() {
                li data-key=(key) {
                    input type="hidden" name=(input_name) value=(key);
                    span.ak-place-grip data-handle title=(t.get("layout-drag")) aria-hidden="true" { (icon_sized("grip-vertical", 14)) }
                    span.ak-truncate { (words) } span.ak-spacer {}
                    (Button::only_icon("arrow-up", t.with("layout-up", &[("field", words.as_str().into())])).ghost().submit_as("do", format!("up {name} {key}")).flag("disabled", n == 0))
                    (Button::only_icon("arrow-down", t.with("layout-down", &[("field", words.as_str().into())])).ghost().submit_as("do", format!("down {name} {key}")).flag("disabled", n + 1 == entries.len()))
                    (Button::only_icon("x", t.with("layout-out", &[("field", words.as_str().into())])).ghost().submit_as("do", format!("out {name} {key}")))
                }
            }
        }
    }
}

/// Fields that stand in no section, to be dragged into one; one dragged here leaves its section.
fn rest(visit: &Visit, object: &Object, layout: &LayoutDecl) -> Markup {
    let t = visit.t;
    let placed = |key: &String| layout.sections.iter().any(|section| section.fields.contains(key));
    let left: Vec<(String, String)> = placeable(visit, object).into_iter().filter(|(key, _)| !placed(key)).collect();
    html! {
        fieldset.ak-form-group { legend { (t.get("layout-rest")) }
            p.ak-hint { (t.get("layout-rest-text")) }
            ol.ak-place-list data-place="rest" {
                @for (key, words) in &left { li data-key=(key) {
                    input type="hidden" value=(key);
                    span.ak-place-grip data-handle title=(t.get("layout-drag")) aria-hidden="true" { (icon_sized("grip-vertical", 14)) }
                    span.ak-truncate { (words) }
                } }
            }
        }
    }
}

/// Panels of records that point here: those shown, and those that could be.
fn related(visit: &Visit, object: &Object, shown: &[String]) -> Markup {
    let registry = visit.registry();
    let lang = visit.lang();
    let words = |place: &str| -> Option<String> {
        let panel = Panel::of(place)?;
        let child = registry.object(panel.object).filter(|child| !child.decl.hidden)?;
        let view = panel.of_view(child).map(|view| format!(" ({})", view.label.get(lang))).unwrap_or_default();
        let link = child.field(panel.via).filter(|f| !f.hidden)?.label.get(lang);
        Some(format!("{} · {link}{view}", child.plural_label(lang)))
    };
    let mut places: Vec<String> = Vec::new();
    for child in registry.objects().filter(|child| !child.is_system() && !child.decl.hidden) {
        let links = child.fields.iter().filter(|f| f.to == Some(object.ix) && !f.system && !f.hidden && f.part_of.is_none());
        places.extend(links.map(|link| format!("{}.{}", child.key, link.key)));
    }
    let offered: Vec<(String, String)> =
        places.into_iter().filter(|place| !shown.contains(place)).filter_map(|place| Some((place.clone(), words(&place)?))).collect();
    let shown: Vec<(String, String)> = shown.iter().map(|place| (place.clone(), words(place).unwrap_or_else(|| place.clone()))).collect();
    html! {
        (place_list(visit, "related", "related", &shown))
        (adder(visit, "related", &offered))
    }
}

/// The choice of what to add to a list.
fn adder(visit: &Visit, name: &str, offered: &[(String, String)]) -> Markup {
    let t = visit.t;
    html! {
        @if !offered.is_empty() {
            div.ak-row.ak-gap-8 {
                span.ak-select { select.ak-input name={ "add_" (name) } aria-label=(t.get("layout-add")) {
                    option value="" { (t.get("layout-add")) }
                    @for (key, words) in offered { option value=(key) { (words) } }
                } (icon_sized("chevron-down", 15)) }
                (Button::new(t.get("layout-add-do")).ghost().submit_as("do", format!("add {name}")))
            }
        }
    }
}

/// What a related panel is headed.
fn panel_words(visit: &Visit, place: &str) -> Option<String> {
    let registry = visit.registry();
    let child = registry.object(place.split('.').next()?)?;
    Some(child.plural_label(visit.lang()).to_string())
}

/// The record's page and quick create as they would be.
fn preview(visit: &Visit, object: &Object, layout: &LayoutDecl) -> Markup {
    let t = visit.t;
    let words = |key: &String| field_words(visit, &object.decl, object, key);
    let seen = |key: &&String| object.decl.fields.get(*key).is_none_or(|field| !field.hidden);
    let mut quick: Vec<String> = vec![object.decl.title.clone()];
    quick.extend(layout.quick.iter().filter(|key| **key != object.decl.title).cloned());
    let required = object
        .decl
        .fields
        .iter()
        .filter(|(key, field)| field.required && !quick.contains(key))
        .map(|(key, _)| key.clone())
        .collect::<Vec<_>>();
    quick.extend(required);
    quick.truncate(QUICK);
    html! {
        h2.ak-strong { (t.get("layout-preview-page")) }
        div.ak-tile {
            div.ak-row.ak-gap-8 { (icon_sized(&object.decl.icon, 18)) b { (object.label(visit.lang())) } }
            div.ak-row.ak-gap-4 { @for key in layout.chips.iter().filter(seen) { (crate::ui::tag(&words(key))) } }
            @for part in &layout.sections {
                @let pairs: Vec<Pair> = part.fields.iter().filter(seen).map(|key| Pair::text(words(key), "…")).collect();
                (section(t, part.label.get(visit.lang()), !part.closed, &pairs))
            }
            @for place in &layout.related { @if let Some(words) = panel_words(visit, place) { div.ak-row.ak-gap-8.ak-muted { (icon_sized("list", 14)) (words) } } }
        }
        h2.ak-strong { (t.get("layout-preview-quick")) }
        div.ak-tile.ak-stack {
            @for key in quick.iter().filter(|key| seen(key)) {
                (form::row(t, &Row::new(words(key)), Input { id: format!("preview-{key}"), ..Input::new("", "") }.attr("disabled", ""), input::text))
            }
        }
    }
}
