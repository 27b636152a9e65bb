//! How an object's list and board begin: columns, order, and what a card shows.

use super::super::Errors;
use super::super::line::{Filled, Kind, Line, draw as draw_lines};
use super::{Come, Target, come, field_words, placeable, plan, set_board, set_calendar, set_views, tabbed};
use crate::fail::{Fail, Reply};
use crate::flash::Flash;
use crate::form::Fields;
use crate::ui::button::Button;
use crate::ui::icon::icon_sized;
use crate::visit::Visit;
use akrab_engine::shape::Deed;
use akrab_model::object::{BoardDecl, CalendarDecl, ViewDecl, ViewKind};
use akrab_model::{FieldType, Label, Object};
use axum::extract::Path;
use maud::html;
use serde_json::Value as Json;
use std::sync::Arc;

/// Said where no filter is wanted any more.
const NO_FILTER: &str = "-";

/// What stands in the form.
struct Looks {
    columns: Vec<String>,
    /// Views of the object, by their keys, in their order.
    view: String,
}

/// The view whose columns are arranged: the one asked for, or the first that is a table.
fn view<'o>(object: &'o Object, key: &str) -> Option<&'o ViewDecl> {
    let views = &object.decl.views;
    views.iter().find(|view| view.key == key).or_else(|| views.iter().find(|view| view.kind == ViewKind::Table)).or(views.first())
}

/// `GET /settings/objects/{key}/lists`
pub(super) async fn page(visit: Visit, Path(key): Path<String>) -> Reply {
    let target = Target::of(&visit, &key)?;
    let shown = view(&target.object, "");
    let columns = shown.map(|view| view.columns.clone()).unwrap_or_else(|| vec![target.object.decl.title.clone()]);
    let looks = Looks { columns, view: shown.map(|view| view.key.clone()).unwrap_or_default() };
    let filled = filled(&target.object, shown);
    draw(&visit, &target, &looks, &filled, &Errors::new()).await
}

fn filled(object: &Object, view: Option<&ViewDecl>) -> Filled {
    let mut filled = Filled::default();
    if let Some(view) = view {
        filled = filled.set("sort", view.sort.first().map_or("", String::as_str));
    }
    if let Some(board) = &object.decl.board {
        filled = filled.set("by", &board.by);
        let more = [
            ("amount", &board.amount),
            ("date", &board.date),
            ("subtitle", &board.subtitle),
            ("tags", &board.tags),
            ("since", &board.since),
            ("next", &board.next),
            ("next_at", &board.next_at),
        ];
        for (name, value) in more {
            if let Some(value) = value {
                filled = filled.set(name, value);
            }
        }
    }
    if let Some(calendar) = &object.decl.calendar {
        filled = filled.set("start", &calendar.start);
        for (name, value) in [("end", &calendar.end), ("colour", &calendar.colour)] {
            if let Some(value) = value {
                filled = filled.set(name, value);
            }
        }
    }
    filled
}

/// Fields of some types, with an empty choice before them.
fn of_types(visit: &Visit, object: &Object, fits: impl Fn(FieldType) -> bool) -> Vec<(String, String)> {
    let none = (String::new(), "—".to_string());
    let fields = object.fields.iter().filter(|f| !f.hidden && f.part_of.is_none() && fits(f.kind));
    std::iter::once(none).chain(fields.map(|f| (f.key.clone(), f.label.get(visit.lang()).to_string()))).collect()
}

fn sort_lines(visit: &Visit, object: &Object) -> Vec<Line> {
    let t = visit.t;
    let mut orders = vec![(String::new(), "—".to_string())];
    for field in object.fields.iter().filter(|f| !f.hidden && f.sortable() && f.part_of.is_none()) {
        let label = field.label.get(visit.lang());
        orders.push((field.key.clone(), format!("{label} ↑")));
        orders.push((format!("-{}", field.key), format!("{label} ↓")));
    }
    vec![Line::new(t, "sort", "lists-sort", Kind::Choice(orders))]
}

fn board_lines(visit: &Visit, object: &Object) -> Vec<Line> {
    use FieldType::{Choice, Choices, Date, DateTime, Link, Stage, Text};
    let t = visit.t;
    let moment = |kind| matches!(kind, Date | DateTime);
    vec![
        Line::new(t, "by", "lists-by", Kind::Choice(of_types(visit, object, |kind| matches!(kind, Stage | Choice)))),
        Line::new(t, "subtitle", "lists-subtitle", Kind::Choice(of_types(visit, object, |kind| matches!(kind, Link | Text | Choice)))),
        Line::new(t, "amount", "lists-amount", Kind::Choice(of_types(visit, object, FieldType::is_number))),
        Line::new(t, "date", "lists-date", Kind::Choice(of_types(visit, object, moment))),
        Line::new(t, "tags", "lists-tags", Kind::Choice(of_types(visit, object, |kind| matches!(kind, Choice | Choices)))),
        Line::new(t, "since", "lists-since", Kind::Choice(of_types(visit, object, moment))).hint(t.get("lists-since-hint")),
        Line::new(t, "next", "lists-next", Kind::Choice(of_types(visit, object, |kind| kind == Text))).hint(t.get("lists-next-hint")),
        Line::new(t, "next_at", "lists-next-at", Kind::Choice(of_types(visit, object, moment))),
    ]
}

fn calendar_lines(visit: &Visit, object: &Object) -> Vec<Line> {
    use FieldType::{Choice, Date, DateTime, Duration, Stage};
    let t = visit.t;
    vec![
        Line::new(t, "start", "lists-start", Kind::Choice(of_types(visit, object, |kind| matches!(kind, Date | DateTime)))),
        Line::new(t, "end", "lists-end", Kind::Choice(of_types(visit, object, |kind| matches!(kind, Date | DateTime | Duration)))),
        Line::new(t, "colour", "lists-colour", Kind::Choice(of_types(visit, object, |kind| matches!(kind, Stage | Choice)))),
    ]
}

/// Views that filter, shipped and saved: key, words, filter. One put together in the list is taken over from there.
async fn filters(visit: &Visit, object: &Arc<Object>) -> Result<Vec<(String, String, Json)>, Fail> {
    if object.decl.hidden {
        return Ok(Vec::new());
    }
    let (lang, own) = (visit.lang(), object.clone());
    let views = visit.read(move |tx| tx.views(&own)).await?;
    Ok(views.into_iter().filter_map(|view| Some((view.key, view.name.get(lang).to_string(), view.state.filter?))).collect())
}

fn filter_lines(visit: &Visit, object: &Object, looks: &Looks, filters: &[(String, String, Json)]) -> Vec<Line> {
    let t = visit.t;
    let now = view(object, &looks.view).and_then(|view| view.filter.as_ref());
    let mut options = vec![(String::new(), t.get(if now.is_some() { "lists-filter-kept" } else { "lists-filter-none" }))];
    if now.is_some() {
        options.push((NO_FILTER.into(), t.get("lists-filter-none")));
    }
    options.extend(filters.iter().map(|(key, words, _)| (key.clone(), t.with("lists-filter-of", &[("view", words.as_str().into())]))));
    vec![Line::new(t, "filter", "lists-filter", Kind::Choice(options)).hint(t.get("lists-filter-hint"))]
}

async fn draw(visit: &Visit, target: &Target, looks: &Looks, filled: &Filled, errors: &Errors) -> Reply {
    let t = visit.t;
    let object = &target.object;
    let offered: Vec<(String, String)> = placeable(visit, object).into_iter().filter(|(key, _)| !looks.columns.contains(key)).collect();
    let filters = filters(visit, object).await?;
    let name = view(object, &looks.view).map_or_else(|| t.get("lists-all"), |view| view.label.get(visit.lang()).to_string());
    let body = html! {
        form.ak-stack method="post" action=(target.href("/lists")) {
            (visit.token_field()) (target.version_field())
            input type="hidden" name="view" value=(looks.view);
            button.ak-sr type="submit" tabindex="-1" aria-hidden="true" { (t.get("save")) }
            (crate::ui::form::error_summary(t, errors))
            fieldset.ak-form-group { legend { (t.with("lists-columns", &[("view", name.into())])) }
                ol.ak-place-list { @for (n, key) in looks.columns.iter().enumerate() {
                    @let words = field_words(visit, &object.decl, object, key);
                    li {
                        input type="hidden" name="column" value=(key);
                        span.ak-truncate { (words) } span.ak-spacer {}
                        (Button::only_icon("arrow-up", t.with("layout-up", &[("field", words.as_str().into())])).ghost().submit_as("do", format!("up {key}")).flag("disabled", n == 0))
                        (Button::only_icon("arrow-down", t.with("layout-down", &[("field", words.as_str().into())])).ghost().submit_as("do", format!("down {key}")).flag("disabled", n + 1 == looks.columns.len()))
                        (Button::only_icon("x", t.with("layout-out", &[("field", words.as_str().into())])).ghost().submit_as("do", format!("out {key}")).flag("disabled", *key == object.decl.title))
                    }
                } }
                div.ak-row.ak-gap-8 {
                    span.ak-select { select.ak-input name="add" aria-label=(t.get("layout-add")) { option value="" { (t.get("layout-add")) } @for (key, words) in &offered { option value=(key) { (words) } } } (icon_sized("chevron-down", 15)) }
                    (Button::new(t.get("layout-add-do")).ghost().submit_as("do", "add"))
                }
                (draw_lines(t, &sort_lines(visit, object), filled, &Errors::new()))
                (draw_lines(t, &filter_lines(visit, object, looks, &filters), filled, &Errors::new()))
            }
            fieldset.ak-form-group { legend { (t.get("lists-board")) }
                p.ak-hint { (t.get("lists-board-text")) }
                (draw_lines(t, &board_lines(visit, object), filled, &Errors::new()))
            }
            fieldset.ak-form-group { legend { (t.get("type-calendar")) }
                p.ak-hint { (t.get("lists-calendar-text")) }
                (draw_lines(t, &calendar_lines(visit, object), filled, &Errors::new()))
            }
            div.ak-row.ak-gap-8 { (Button::new(t.get("save")).primary().submit()) (Button::new(t.get("cancel")).ghost().href(target.href("/lists"))) }
        }
    };
    tabbed(visit, target, "lists", None, body, errors).await
}

fn pressed(columns: &mut Vec<String>, press: &str, fields: &Fields) {
    let (deed, key) = press.split_once(' ').unwrap_or((press, ""));
    let at = columns.iter().position(|column| column == key);
    match (deed, at) {
        ("up", Some(at)) if at > 0 => columns.swap(at, at - 1),
        ("down", Some(at)) if at + 1 < columns.len() => columns.swap(at, at + 1),
        ("out", Some(at)) => drop(columns.remove(at)),
        ("add", _) if !fields.text("add").is_empty() => columns.push(fields.text("add").to_string()),
        _ => {}
    }
}

/// `POST /settings/objects/{key}/lists`: one press of a button, or Save.
pub(super) async fn save(visit: Visit, Path(key): Path<String>, fields: Fields) -> Reply {
    let target = Target::of(&visit, &key)?;
    let mut looks = Looks { columns: fields.all("column").map(str::to_string).collect(), view: fields.text("view").into() };
    if let Some(press) = fields.get("do") {
        pressed(&mut looks.columns, press, &fields);
        return draw(&visit, &target, &looks, &Filled::typed(&fields), &Errors::new()).await;
    }
    let object = &target.object;
    let mut views = object.decl.views.clone();
    let sort: Vec<String> = Some(fields.text("sort")).filter(|sort| !sort.is_empty()).map(str::to_string).into_iter().collect();
    match views.iter_mut().find(|view| view.key == looks.view) {
        Some(view) => {
            view.columns.clone_from(&looks.columns);
            // a second key the form does not show stays behind the same first one
            if view.sort.first() != sort.first() {
                view.sort = sort;
            }
        }
        None => views.insert(0, all(looks.columns.clone(), sort)),
    }
    let chosen = fields.text("filter");
    let place = views.iter().position(|view| view.key == looks.view).unwrap_or(0);
    if chosen == NO_FILTER {
        views[place].filter = None;
    } else if let Some((_, _, filter)) = filters(&visit, object).await?.into_iter().find(|(key, ..)| key == chosen) {
        views[place].filter = Some(filter);
    }
    let mut part = target.draft();
    set_views(&mut part, views);
    let board = board(&fields);
    if board != object.decl.board {
        set_board(&mut part, board);
    }
    let calendar = calendar(object, &fields);
    if calendar != object.decl.calendar {
        set_calendar(&mut part, calendar);
    }
    let edit = target.edit(part, &fields, Deed::Views, "");
    match come(&visit, edit, &fields).await? {
        Come::Done => visit.go(&target.href("/lists"), Flash::ok(visit.t.get("saved"))),
        Come::Plan(lines) => plan::page(&visit, object.plural_label(visit.lang()), &lines, &fields, &target.href("/lists")).await,
        Come::Faults(errors) => draw(&visit, &target, &looks, &Filled::typed(&fields), &errors).await,
    }
}

fn all(columns: Vec<String>, sort: Vec<String>) -> ViewDecl {
    ViewDecl {
        key: "everything".into(),
        label: Label::new("Semua", "All"),
        kind: ViewKind::Table,
        columns,
        filter: None,
        sort,
        group: None,
        totals: Vec::new(),
        quick: Vec::new(),
    }
}

fn board(fields: &Fields) -> Option<BoardDecl> {
    let text = |name: &str| Some(fields.text(name)).filter(|text| !text.is_empty()).map(str::to_string);
    let by = text("by")?;
    Some(BoardDecl {
        by,
        subtitle: text("subtitle"),
        amount: text("amount"),
        date: text("date"),
        tags: text("tags"),
        since: text("since"),
        next: text("next"),
        next_at: text("next_at"),
    })
}

fn calendar(object: &Object, fields: &Fields) -> Option<CalendarDecl> {
    let text = |name: &str| Some(fields.text(name)).filter(|text| !text.is_empty()).map(str::to_string);
    let title = object.decl.calendar.as_ref().and_then(|calendar| calendar.title.clone());
    Some(CalendarDecl { start: text("start")?, end: text("end"), colour: text("colour"), title })
}
