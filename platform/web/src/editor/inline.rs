//! One field of a record, edited where it stands.

use super::Sheet;
use crate::fail::Reply;
use crate::flash::Flash;
use crate::form::Fields;
use crate::record::words;
use crate::ui::icon::icon_sized;
use crate::value::{Typed, local_path};
use crate::visit::Visit;
use akrab_engine::Access;
use akrab_model::problem::ProblemKind;
use akrab_model::{Field, Object, Problem, Record};
use axum::extract::{Path, Query};
use axum::http::StatusCode;
use axum::response::IntoResponse;
use maud::{Markup, html};
use std::sync::Arc;

type Place = Path<(String, i64, String)>;

/// Where the value stands: `as=cell` in a table, beside its label otherwise.
#[derive(serde::Deserialize)]
pub(super) struct Shape {
    #[serde(default, rename = "as")]
    name: String,
}

impl Shape {
    fn is_cell(&self) -> bool {
        self.name == "cell"
    }
}

/// `GET /{plural}/{id}/fields/{field}`: the editor as a fragment, a small form as a page.
pub(super) async fn show(visit: Visit, Path((plural, id, key)): Place, Query(shape): Query<Shape>) -> Reply {
    let object = visit.object(&plural)?;
    if !visit.is_fragment() {
        return visit.go(&format!("/{}/{id}/edit?only={}", object.plural, crate::fail::encode(&key)), None);
    }
    let (sheet, record) = load(&visit, &object, id, &key, None).await?;
    let field = object.field(&key).ok_or_else(Problem::not_found)?;
    let was = sheet.typed.clone();
    visit.fragment(editor(&visit, &sheet, &record, field, &was, "", &shape), None)
}

/// `POST /{plural}/{id}/fields/{field}`
pub(super) async fn save(visit: Visit, Path((plural, id, key)): Place, Query(shape): Query<Shape>, Fields(pairs): Fields) -> Reply {
    let object = visit.object(&plural)?;
    let field = object.field(&key).filter(|f| f.writable()).ok_or_else(Problem::not_found)?;
    let typed = Typed::posted(pairs);
    let was = typed.under("was.");
    let guarded = was.has(&key) && !typed.has("overwrite");
    let input = typed.input([field]);
    let (own, name, s, before) = (object.clone(), key.clone(), visit.look(), was.clone());
    let saved = visit
        .write(move |tx| {
            let now = tx.get(&own.key, id)?;
            let field = own.field(&name).ok_or_else(Problem::not_found)?;
            if guarded && !Typed::of_record(&s, &now, [field]).same(&before, field) {
                return Err(Problem::stale());
            }
            let ((), change) = tx.changing(&own.key, id, |tx| tx.update(&own.key, id, &input, None).map(drop))?;
            Ok((tx.get(&own.key, id).ok(), change))
        })
        .await;
    match saved {
        Ok((record, change)) => {
            if !visit.is_fragment() {
                let back = local_path(typed.text("back")).map_or_else(|| format!("/{}/{id}", object.plural), str::to_string);
                let flash = Flash::ok(visit.t.get("record-saved"));
                return visit.go(&back, change.map_or(flash.clone(), |id| flash.undo_change(id)));
            }
            match record {
                Some(record) => {
                    let flash = Flash::ok(visit.t.with("record-field-saved", &[("field", visit.look().name(field).into())]));
                    let flash = change.map(|id| flash.undo_change(id));
                    visit.fragment(shown(&visit, &object, &record, field, &shape), flash)
                }
                None => visit.go(&format!("/{}", object.plural), None),
            }
        }
        Err(fail) if matches!(fail.problem.kind, ProblemKind::Invalid | ProblemKind::Stale) => {
            if !visit.is_fragment() && fail.problem.kind == ProblemKind::Stale {
                return Err(fail);
            }
            let (sheet, record) = load(&visit, &object, id, &key, Some(typed)).await?;
            let stale = fail.problem.kind == ProblemKind::Stale;
            let now = Typed::of_record(&sheet.look, &record, [field]);
            let message = if stale {
                visit.t.with("record-conflict-inline", &[("value", sheet.look.words(field, &record).into())])
            } else {
                fail.problem.fields.iter().map(|f| crate::fail::field_message(visit.t, f)).collect::<Vec<_>>().join(" ")
            };
            let body = if stale {
                let form = editor(&visit, &sheet, &record, field, &now, "", &shape);
                choice(&visit, form, &message, shown(&visit, &object, &record, field, &shape))
            } else {
                editor(&visit, &sheet, &record, field, &now, &message, &shape)
            };
            let status = if stale { StatusCode::PRECONDITION_FAILED } else { StatusCode::UNPROCESSABLE_ENTITY };
            Ok((status, body).into_response())
        }
        Err(fail) => Err(fail),
    }
}

async fn load(visit: &Visit, object: &Arc<Object>, id: i64, key: &str, typed: Option<Typed>) -> Result<(Sheet, Record), crate::fail::Fail> {
    let (own, s, key) = (object.clone(), visit.look(), key.to_string());
    visit
        .read(move |tx| {
            let record = tx.get(&own.key, id)?;
            let field = own.field(&key).ok_or_else(Problem::not_found)?;
            let may = tx.may(&own, Access::Edit, id)? && tx.editable(&own).iter().any(|ix| own.at(*ix).key == key);
            if !may {
                return Err(Problem::forbidden());
            }
            let mut sheet = Typed::of_record(&s, &record, own.fields.iter().filter(|f| f.kind.is_link() || f.key == field.key));
            if let Some(typed) = &typed {
                sheet.take(typed, field);
            }
            Ok((Sheet::load(tx, s, own.clone(), sheet)?.editing(id), record))
        })
        .await
}

/// A form with one control; Enter and Tab save, Esc cancels.
fn editor(visit: &Visit, sheet: &Sheet, record: &Record, field: &Field, was: &Typed, message: &str, shape: &Shape) -> Markup {
    html! {
        form.ak-inline method="post" action={ (words::href(record)) "/fields/" (field.key) @if shape.is_cell() { "?as=cell" } } {
            input type="hidden" name="csrf" value=(visit.csrf);
            @for (name, value) in was.pairs_of(field) { input type="hidden" name={ "was." (name) } value=(value); }
            (sheet.bare(field))
            @if !message.is_empty() { div.ak-error role="alert" { (icon_sized("circle-alert", 13)) (message) } }
        }
    }
}

/// The value as it stands, where it stands.
fn shown(visit: &Visit, object: &Object, record: &Record, field: &Field, shape: &Shape) -> Markup {
    if shape.is_cell() { table_cell(visit, record, field) } else { cell(visit, object, record, field) }
}

/// Somebody else was faster: one's own input and their value, and a button for each.
fn choice(visit: &Visit, form: Markup, message: &str, theirs: Markup) -> Markup {
    html! {
        (form)
        p.ak-small.ak-toned.ak-inline-clash data-tone="bad" role="alert" { (message) }
        div.ak-row.ak-gap-4.ak-inline-choice {
            (crate::ui::Button::new(visit.t.get("keep-mine")).soft().flag("data-keep-mine", true))
            (crate::ui::Button::new(visit.t.get("take-theirs")).flag("data-take-theirs", true))
        }
        template { (theirs) }
    }
}

/// The inner HTML of a cell of a list.
fn table_cell(visit: &Visit, record: &Record, field: &Field) -> Markup {
    let cell = record.object.field_ix(&field.key).map(|ix| crate::list::cell::cell(&visit.look(), record, ix));
    html! { @if let Some(cell) = cell { (cell.content) } }
}

/// The inner HTML of a value that can be edited in place.
pub(crate) fn cell(visit: &Visit, object: &Object, record: &Record, field: &Field) -> Markup {
    let s = visit.look();
    if field.key == object.title_field().key {
        return html! { (words::full_title(record)) };
    }
    let label = visit.t.with("edit-field", &[("name", s.name(field).into())]);
    html! {
        @match s.markup(field, record) { Some(value) => { (value) } None => { (crate::ui::tag::nothing()) } }
        a.ak-cell-edit href={ (words::href(record)) "/fields/" (field.key) } aria-label=(label) { (icon_sized("pencil", 12)) }
    }
}
