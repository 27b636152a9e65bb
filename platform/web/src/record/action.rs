//! Declared actions: a button without inputs, a dialog with them.

use super::words;
use crate::editor::Sheet;
use crate::fail::{Fail, Reply};
use crate::flash::Flash;
use crate::form::Fields;
use crate::ui::button::Button;
use crate::ui::dialog::{self, Dialog, dialog_form};
use crate::ui::form;
use crate::value::{Typed, local_path};
use crate::visit::Visit;
use akrab_engine::ActionOutcome;
use akrab_model::object::ActionDecl;
use akrab_model::problem::ProblemKind;
use akrab_model::{Field, Object, Problem};
use axum::extract::{Path, Query};
use axum::http::StatusCode;
use maud::{Markup, html};
use serde::Deserialize;
use std::sync::Arc;

type Place = Path<(String, i64, String)>;

fn declared(object: &Object, key: &str) -> Result<ActionDecl, Fail> {
    Ok(object.decl.actions.iter().find(|a| a.key == key).cloned().ok_or_else(Problem::not_found)?)
}

/// `GET /{plural}/{id}/{action}`: the dialog with its inputs.
pub(super) async fn ask(visit: Visit, Path((plural, id, key)): Place) -> Reply {
    let object = visit.object(&plural)?;
    let action = declared(&object, &key)?;
    let (sheet, title) = load(&visit, &object, id, &action, Typed::default()).await?;
    let dialog = draw(&visit, &sheet, id, &action, &title);
    visit.dialog(action.label.get(visit.lang()), dialog).await
}

/// Where the answer goes.
#[derive(Deserialize)]
pub(super) struct Answered {
    /// The page stays: the line the action was called from goes, a toast comes.
    stay: Option<u8>,
}

/// `POST /{plural}/{id}/{action}`
pub(super) async fn run(visit: Visit, Path((plural, id, key)): Place, Query(answered): Query<Answered>, Fields(pairs): Fields) -> Reply {
    let object = visit.object(&plural)?;
    let action = declared(&object, &key)?;
    let typed = Typed::posted(pairs);
    let fields = visit.registry().inputs(&action);
    let mut input = typed.input(fields.iter().filter(|f| typed.has(&f.key)));
    input.retain(|_, value| !value.is_null());
    let (own, name) = (object.key.clone(), key.clone());
    let done = visit
        .write(move |tx| {
            let title = tx.get(&own, id)?.title().to_string();
            let (outcome, change) = tx.changing(&own, id, |tx| tx.act(&own, id, &name, &input))?;
            let made = first_made(tx, &outcome, (&own, id));
            Ok((title, made, change))
        })
        .await;
    match done {
        Ok((title, made, change)) => {
            let message =
                visit.t.with("record-action-title", &[("action", action.label.get(visit.lang()).into()), ("title", title.into())]);
            let flash = Flash::ok(message);
            // a change of the record alone can be taken back; one that made others cannot
            let flash = match (&made, change) {
                (None, Some(change)) => flash.undo_change(change),
                _ => flash,
            };
            let stays = answered.stay.is_some() || typed.has("stay");
            match made {
                _ if stays && visit.is_fragment() => visit.fragment(html! { li hidden {} }, Some(flash)),
                Some(address) => visit.go(&address, flash),
                None if stays => visit.back(&format!("/{}/{id}", object.plural), flash),
                None => visit.go(local_path(typed.text("back")).unwrap_or(&format!("/{}/{id}", object.plural)), flash),
            }
        }
        // what it became is there to look at
        Err(fail) if fail.problem.kind == ProblemKind::Conflict && !fail.problem.records.is_empty() => {
            let records = fail.problem.records.clone();
            let seen = visit.read(move |tx| Ok(records.iter().find_map(|(object, id)| tx.get(object, *id).ok()))).await?;
            let flash = Flash::bad(crate::fail::message(visit.t, &fail.problem));
            let flash = seen.iter().fold(flash, |flash, record| flash.link(record.title(), words::href(record)));
            visit.go(&format!("/{}/{id}", object.plural), flash)
        }
        Err(fail) if fail.problem.kind == ProblemKind::Invalid && !action.inputs.is_empty() => {
            let (sheet, title) = load(&visit, &object, id, &action, typed).await?;
            let dialog = draw(&visit, &sheet.faulty(&fail.problem), id, &action, &title);
            let mut response = visit.dialog(action.label.get(visit.lang()), dialog).await?;
            *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
            Ok(response)
        }
        Err(fail) => Err(fail),
    }
}

/// The page of the most telling other record, if the person may see it.
fn first_made(tx: &mut akrab_engine::Tx, outcome: &ActionOutcome, own: (&str, i64)) -> Option<String> {
    let others = outcome.made.iter().filter(|(object, id)| (object.as_str(), *id) != own);
    others.into_iter().find_map(|(object, id)| tx.get(object, *id).ok()).map(|record| words::href(&record))
}

async fn load(visit: &Visit, object: &Arc<Object>, id: i64, action: &ActionDecl, typed: Typed) -> Result<(Sheet, String), Fail> {
    let (own, look, action) = (object.clone(), visit.look(), action.clone());
    visit
        .read(move |tx| {
            let record = tx.get(&own.key, id)?;
            if !tx.offered(&own, id)?.iter().any(|a| a.key == action.key) {
                return Err(Problem::new(ProblemKind::Conflict, "action_not_now"));
            }
            let fields = tx.registry.inputs(&action);
            Ok((Sheet::of_inputs(tx, look, own, typed, &fields), record.title().to_string()))
        })
        .await
}

fn draw(visit: &Visit, sheet: &Sheet, id: i64, action: &ActionDecl, title: &str) -> Markup {
    let t = visit.t;
    let lang = visit.lang();
    let fields: Vec<Field> = visit.registry().inputs(action);
    let base = format!("/{}/{id}", sheet.object.plural);
    let heading = t.with("record-action-title", &[("action", action.label.get(lang).into()), ("title", title.into())]);
    let d = Dialog {
        id: "action",
        icon: Some(&action.icon),
        title: &heading,
        body: html! {
            (sheet.summary(&fields))
            (form::columns(html! { @for field in &fields { (sheet.row(field)) } }))
        },
        footer: dialog::foot(t, &base, Button::new(action.label.get(lang)).icon(&action.icon).primary().submit()),
        wide: false,
        close_href: &base,
    };
    dialog_form(t, &d, &format!("{base}/{}", action.key), &visit.csrf)
}
