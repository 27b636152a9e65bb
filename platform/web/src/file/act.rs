//! Names and descriptions, the bin, and earlier versions.

use super::list;
use crate::fail::{Reply, field_errors};
use crate::flash::Flash;
use crate::form::Fields;
use crate::ui::button::Button;
use crate::ui::dialog::{Dialog, dialog_form, foot};
use crate::ui::form::{Row, row};
use crate::ui::input::{self, Input};
use crate::visit::Visit;
use akrab_engine::attachment::{Attachment, Rewording};
use akrab_model::problem::ProblemKind;
use axum::extract::Path;
use axum::http::StatusCode;
use maud::{Markup, html};

type Place = Path<(String, i64, i64)>;

/// `GET /{plural}/{id}/attachments/{file}/edit`
pub(super) async fn ask(visit: Visit, Path((plural, id, file)): Place) -> Reply {
    let object = visit.object(&plural)?.key.clone();
    let found = visit.read(move |tx| tx.attachment(&object, id, file)).await?;
    let said = (found.name.clone(), found.description.clone());
    visit.dialog(&visit.t.get("file-reword"), form(&visit, &plural, id, &found, &said, &[])).await
}

fn form(visit: &Visit, plural: &str, id: i64, file: &Attachment, said: &(String, String), errors: &[(String, String)]) -> Markup {
    let t = visit.t;
    let error = |key: &str| errors.iter().find(|(field, _)| field == key).map(|(_, words)| words.clone()).unwrap_or_default();
    let close = list::back(plural, id, None);
    let name = Input::new("name", &said.0).required(true).autofocus().attr("maxlength", "120");
    let description = Input::new("description", &said.1).attr("maxlength", "2000");
    let d = Dialog {
        id: "file-edit",
        icon: Some("pencil"),
        title: &t.get("file-reword"),
        body: html! {
            (row(t, &Row::new(t.get("file-name")).error(error("name")), name, input::text))
            (row(t, &Row::new(t.get("file-description")).wide().error(error("description")), description, |i| input::textarea(i, 3)))
        },
        footer: foot(t, &close, Button::new(t.get("save")).primary().submit()),
        wide: false,
        close_href: &close,
    };
    dialog_form(t, &d, &format!("/{plural}/{id}/attachments/{}/edit", file.id), &visit.csrf)
}

/// `POST /{plural}/{id}/attachments/{file}/edit` with `name` and `description`.
pub(super) async fn reword(visit: Visit, Path((plural, id, file)): Place, fields: Fields) -> Reply {
    let object = visit.object(&plural)?.key.clone();
    let said = (fields.text("name").to_string(), fields.text("description").to_string());
    let to = Rewording { name: Some(said.0.clone()), description: Some(said.1.clone()) };
    let key = object.clone();
    match visit.write(move |tx| tx.attachment_reword(&key, id, file, &to)).await {
        Ok(_) => visit.go(&list::back(&plural, id, None), Flash::ok(visit.t.get("saved"))),
        Err(fail) if fail.problem.kind == ProblemKind::Invalid => {
            let errors = field_errors(visit.t, &fail.problem);
            let found = visit.read(move |tx| tx.attachment(&object, id, file)).await?;
            let mut answer = visit.dialog(&visit.t.get("file-reword"), form(&visit, &plural, id, &found, &said, &errors)).await?;
            *answer.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
            Ok(answer)
        }
        Err(fail) => Err(fail),
    }
}

/// `POST /{plural}/{id}/attachments/{file}/bin`
pub(super) async fn bin(visit: Visit, Path((plural, id, file)): Place) -> Reply {
    let object = visit.object(&plural)?.key.clone();
    let gone = visit.write(move |tx| tx.attachment_bin(&object, id, file, true)).await?;
    let flash = Flash::ok(visit.t.with("file-binned", &[("name", super::words::short(&gone.name).into())]));
    let undo = format!("/{plural}/{id}/attachments/{file}/restoration");
    visit.go(&list::back(&plural, id, None), flash.undo(undo))
}

/// `POST /{plural}/{id}/attachments/{file}/restoration`
pub(super) async fn restore(visit: Visit, Path((plural, id, file)): Place) -> Reply {
    let object = visit.object(&plural)?.key.clone();
    let back = visit.write(move |tx| tx.attachment_bin(&object, id, file, false)).await?;
    let flash = Flash::ok(visit.t.with("file-restored", &[("name", super::words::short(&back.name).into())]));
    visit.go(&list::back(&plural, id, None), flash)
}

/// `POST /{plural}/{id}/attachments/{file}/revisions/{revision}/restoration`
pub(super) async fn revert(visit: Visit, Path((plural, id, file, revision)): Path<(String, i64, i64, i64)>) -> Reply {
    let object = visit.object(&plural)?.key.clone();
    let now = visit.write(move |tx| tx.attachment_revert(&object, id, file, revision)).await?;
    let flash = Flash::ok(visit.t.with("file-reverted", &[("n", revision.into()), ("now", now.revision.into())]));
    visit.go(&list::back(&plural, id, None), flash)
}
