//! The full form of a record, or of a few of its fields.

use super::Sheet;
use super::conflict::{self, Clash};
use super::create::sections;
use crate::fail::Reply;
use crate::flash::Flash;
use crate::form::Fields;
use crate::record::words;
use crate::ui::button::Button;
use crate::ui::dialog::{self, Dialog, dialog_form_files};
use crate::ui::form;
use crate::ui::frame::{content, foot_bar};
use crate::value::{Typed, local_path};
use crate::visit::Visit;
use akrab_model::problem::ProblemKind;
use akrab_model::{Field, FieldType, Object, Problem, Record};
use axum::extract::{Path, Query};
use axum::http::StatusCode;
use maud::{Markup, html};
use serde::Deserialize;
use std::sync::Arc;

#[derive(Deserialize)]
pub(super) struct Asked {
    /// Keys of the fields to show, with commas; all when absent.
    only: Option<String>,
    back: Option<String>,
}

/// A form of a record that exists.
pub(super) struct Editing {
    pub sheet: Sheet,
    pub record: Record,
    /// What the form was first drawn from: only what differs is written.
    pub was: Typed,
    /// Keys of the fields shown; all when empty.
    pub only: Vec<String>,
    pub back: String,
}

/// `GET /{plural}/{id}/edit`
pub(super) async fn show(visit: Visit, Path((plural, id)): Path<(String, i64)>, Query(asked): Query<Asked>) -> Reply {
    let object = visit.object(&plural)?;
    let s = visit.look();
    let only = asked.only.as_deref().unwrap_or("").split(',').filter(|k| !k.is_empty()).map(|key| meant(&object, key));
    let only: Option<Vec<String>> = only.collect();
    let back = asked.back.as_deref().and_then(local_path).map_or_else(|| format!("/{}/{id}", object.plural), str::to_string);
    let Some(only) = only else {
        let records = object.plural_label(visit.lang()).to_lowercase();
        return visit.go(&back, Flash::bad(visit.t.with("record-no-such-key", &[("records", records.into())])));
    };
    let own = object.clone();
    let (mut sheet, record) = visit
        .read(move |tx| {
            let record = tx.get(&own.key, id)?;
            if !tx.may(&own, akrab_engine::Access::Edit, id)? {
                return Err(Problem::forbidden());
            }
            let editable = tx.editable(&own);
            let typed = Typed::of_record(&s, &record, editable.iter().map(|ix| own.at(*ix)));
            Ok((Sheet::load(tx, s, own, typed)?.editing(id), record))
        })
        .await?;
    sheet.focus = only.first().cloned();
    let was = sheet.typed.clone();
    answer(&visit, &Editing { sheet, record, was, only, back }, StatusCode::OK).await
}

/// `@owner`, `@stage` and `@tags` stand for the object's own fields of that sort.
fn meant(object: &Object, key: &str) -> Option<String> {
    let found = match key {
        "@owner" => object.owner.map(|ix| object.at(ix)),
        "@stage" => object.fields.iter().find(|f| f.kind == FieldType::Stage),
        "@tags" => tags(object),
        key => return Some(key.to_string()),
    };
    found.map(|field| field.key.clone())
}

/// The field people tag records with: the first of several choices among the chips.
pub(crate) fn tags(object: &Object) -> Option<&Field> {
    object.decl.layout.chips.iter().filter_map(|key| object.field(key)).find(|f| f.kind == FieldType::Choices && f.writable())
}

/// `POST /{plural}/{id}/edit`
pub(super) async fn save(visit: Visit, Path((plural, id)): Path<(String, i64)>, Fields(pairs): Fields) -> Reply {
    let object = visit.object(&plural)?;
    let typed = Typed::posted(pairs);
    let was = typed.under("was.");
    let mut version: Option<i64> = typed.text("version").parse().ok();
    let listed: Vec<String> = typed.text("fields").split(',').filter(|k| !k.is_empty()).map(str::to_string).collect();
    let back = local_path(typed.text("back")).map_or_else(|| format!("/{}/{id}", object.plural), str::to_string);
    let mut changed: Vec<String> = changes(&object, &typed, &was, &listed);
    changed.retain(|key| typed.text(&format!("choice.{key}")) != "theirs");
    if changed.is_empty() {
        return visit.go(&back, Flash::ok(visit.t.get("record-nothing-changed")));
    }
    let mut merged = false;
    for _ in 0..3 {
        let input = typed.input(changed.iter().filter_map(|key| object.field(key)));
        let key = object.key.clone();
        let saved = visit
            .write(move |tx| {
                let ((), change) = tx.changing(&key, id, |tx| tx.update(&key, id, &input, version).map(drop))?;
                // one may have handed it out of one's own sight
                Ok((tx.last_change(&key, id)?.is_some(), change))
            })
            .await;
        let fail = match saved {
            Ok((seen, change)) => {
                let words = visit.t.get(if merged { "record-saved-merged" } else { "record-saved" });
                let flash = Flash::ok(words);
                let back = if seen { back } else { format!("/{}", object.plural) };
                return visit.go(&back, change.map_or(flash.clone(), |id| flash.undo_change(id)));
            }
            Err(fail) => fail,
        };
        match fail.problem.kind {
            ProblemKind::Stale => {
                let (record, clashes) = conflict::compare(&visit, &object, id, &typed, &was, &changed).await?;
                if !clashes.is_empty() {
                    return clash(&visit, object, record, typed, &clashes, &changed, back).await;
                }
                version = Some(record.version);
                merged = true;
            }
            ProblemKind::Invalid => return refused(&visit, object, id, typed, was, listed, back, &fail.problem).await,
            _ => return Err(fail),
        }
    }
    Err(Problem::stale().into())
}

/// Keys of the fields that stand otherwise than when the form was drawn.
fn changes(object: &Object, typed: &Typed, was: &Typed, listed: &[String]) -> Vec<String> {
    let sent = |f: &Field| listed.contains(&f.key) || (listed.is_empty() && (typed.has(&f.key) || typed.rows(&f.key) > 0));
    let known = |f: &Field| was.has(&f.key) || was.rows(&f.key) > 0 || listed.contains(&f.key);
    object.fields.iter().filter(|f| f.writable() && sent(f) && (!known(f) || !typed.same(was, f))).map(|f| f.key.clone()).collect()
}

async fn clash(
    visit: &Visit,
    object: Arc<Object>,
    record: Record,
    typed: Typed,
    clashes: &[Clash],
    changed: &[String],
    back: String,
) -> Reply {
    let s = visit.look();
    let sheet = visit.read(move |tx| Sheet::load(tx, s, object, typed)).await?;
    let title = visit.t.get("record-conflict-title");
    let body = conflict::draw(visit, &sheet, &record, clashes, changed, &back);
    let mut response = visit.dialog(&title, body).await?;
    *response.status_mut() = StatusCode::PRECONDITION_FAILED;
    Ok(response)
}

#[expect(clippy::too_many_arguments, reason = "the whole state of a refused form")]
async fn refused(
    visit: &Visit,
    object: Arc<Object>,
    id: i64,
    typed: Typed,
    was: Typed,
    only: Vec<String>,
    back: String,
    problem: &Problem,
) -> Reply {
    let s = visit.look();
    let (sheet, record) = visit
        .read(move |tx| {
            let record = tx.get(&object.key, id)?;
            Ok((Sheet::load(tx, s, object, typed)?.editing(id), record))
        })
        .await?;
    let part = sheet.typed.has("part");
    let only = if part { only } else { Vec::new() };
    let editing = Editing { sheet: sheet.faulty(problem), record, was, only, back };
    answer(visit, &editing, StatusCode::UNPROCESSABLE_ENTITY).await
}

async fn answer(visit: &Visit, editing: &Editing, status: StatusCode) -> Reply {
    let title = visit.t.with("record-edit-title", &[("title", editing.record.title().into())]);
    let mut response = if visit.is_fragment() || !editing.only.is_empty() {
        visit.dialog(&title, as_dialog(visit, editing, &title)).await?
    } else {
        let mut frame = visit.frame(&title).await;
        let object = &editing.sheet.object;
        frame.breadcrumb = vec![
            crate::ui::frame::Crumb { label: object.plural_label(visit.lang()).into(), href: Some(format!("/{}", object.plural)) },
            crate::ui::frame::Crumb { label: editing.record.title().into(), href: Some(words::href(&editing.record)) },
        ];
        frame.title = visit.t.get("record-edit");
        visit.page(&frame, as_page(visit, editing))?
    };
    *response.status_mut() = status;
    Ok(response)
}

fn address(editing: &Editing) -> String {
    format!("{}/edit", words::href(&editing.record))
}

fn shown<'o>(editing: &Editing, object: &'o Object) -> Vec<(String, Vec<&'o Field>)> {
    if editing.only.is_empty() {
        sections(&editing.sheet, object)
    } else {
        let mut keys = editing.only.clone();
        keys.extend(editing.sheet.errors.iter().map(|(name, _)| name.split('.').next().unwrap_or(name).to_string()));
        vec![(String::new(), editing.sheet.writable(object, &keys))]
    }
}

fn as_dialog(visit: &Visit, editing: &Editing, title: &str) -> Markup {
    let t = visit.t;
    let object = editing.sheet.object.clone();
    let parts = shown(editing, &object);
    let d = Dialog {
        id: "edit",
        icon: Some("pencil"),
        title,
        body: html! {
            (hidden(editing, &parts))
            (editing.sheet.summary(&object.fields))
            @for (label, fields) in &parts {
                @if label.is_empty() { (form::columns(rows(&editing.sheet, fields))) } @else { (form::group(label, rows(&editing.sheet, fields))) }
            }
        },
        footer: dialog::foot(t, &editing.back, Button::new(t.get("record-save")).primary().submit().key("Ctrl S")),
        wide: editing.only.is_empty(),
        close_href: &editing.back,
    };
    dialog_form_files(t, &d, &address(editing), &visit.csrf, parts.iter().any(|(_, fields)| super::takes_files(fields)))
}

fn as_page(visit: &Visit, editing: &Editing) -> Markup {
    let t = visit.t;
    let object = editing.sheet.object.clone();
    let parts = shown(editing, &object);
    let coding = parts.iter().any(|(_, fields)| super::takes_files(fields)).then_some("multipart/form-data");
    html! {
        form.ak-form-page method="post" action=(address(editing)) enctype=[coding] data-guard novalidate {
            input type="hidden" name="csrf" value=(visit.csrf);
            (hidden(editing, &parts))
            (content(true, html! {
                (editing.sheet.summary(&object.fields))
                @for (label, fields) in &parts { (form::group(label, rows(&editing.sheet, fields))) }
            }))
            (foot_bar(html! { span.ak-muted.ak-small { (t.get("record-edit-hint")) } }, html! {
                (Button::new(t.get("cancel")).ghost().href(editing.back.clone()))
                (Button::new(t.get("record-save")).primary().submit().key("Ctrl S"))
            }))
        }
    }
}

fn rows(sheet: &Sheet, fields: &[&Field]) -> Markup {
    html! { @for field in fields { (sheet.row(field)) } }
}

/// What the form was drawn from, so that only changes are written and clashes are seen.
fn hidden(editing: &Editing, parts: &[(String, Vec<&Field>)]) -> Markup {
    let fields: Vec<&Field> = parts.iter().flat_map(|(_, fields)| fields.iter().copied()).collect();
    let keys: Vec<&str> = fields.iter().map(|f| f.key.as_str()).collect();
    html! {
        input type="hidden" name="version" value=(editing.record.version);
        input type="hidden" name="fields" value=(keys.join(","));
        input type="hidden" name="back" value=(editing.back);
        @if !editing.only.is_empty() { input type="hidden" name="part" value="1"; }
        (was_fields(&editing.was, &fields))
    }
}

pub(super) fn was_fields(was: &Typed, fields: &[&Field]) -> Markup {
    html! {
        @for field in fields {
            @for (name, value) in was.pairs_of(field) { input type="hidden" name={ "was." (name) } value=(value); }
        }
    }
}
