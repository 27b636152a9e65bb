//! Files come in: several at once from a form, one by one from a script.

use super::feed::{Piece, feed};
use super::words;
use crate::fail::{Fail, Reply, field_message, message};
use crate::flash::Flash;
use crate::visit::Visit;
use akrab_engine::attachment::Attachment;
use akrab_engine::{Access, Ctx, Engine, FileMeta, Tx};
use akrab_model::problem::ProblemKind;
use akrab_model::{FieldProblem, Problem};
use axum::Json;
use axum::body::Body;
use axum::extract::multipart::{Field, MultipartError};
use axum::extract::{Multipart, Path};
use axum::response::IntoResponse;
use futures::StreamExt;
use serde_json::json;

/// Largest text beside a file, in bytes.
const TEXT: usize = 16 << 10;

/// Keeps the file in a field of a form as it comes.
///
/// # Errors
/// As [`Engine::file_put`]; `bad_form` when it breaks off.
pub(crate) async fn put(engine: &Engine, ctx: &Ctx, name: &str, field: &mut Field<'_>) -> Result<FileMeta, Fail> {
    let (sender, content) = feed();
    let limit = engine.settings().file_bytes();
    let fed = async move {
        let mut wanted = true;
        // what is refused is still read to its end: whoever sends hears the answer only then
        while let Some(bytes) = field.chunk().await? {
            wanted = wanted && sender.send(Piece::Bytes(bytes)).await.is_ok();
        }
        let _ = sender.send(Piece::End).await;
        Ok::<_, MultipartError>(())
    };
    let (fed, kept) = tokio::join!(fed, engine.file_put(ctx, name, content, limit));
    match (fed, kept) {
        (Ok(()), kept) => Ok(kept?),
        (Err(error), kept) => {
            if let Ok(kept) = kept {
                engine.file_forget(ctx, &kept).await?;
            }
            Err(unreadable(engine, &error).into())
        }
    }
}

/// As [`put`], for a file that is the whole body of a request.
///
/// # Errors
/// As [`put`].
pub(crate) async fn put_body(engine: &Engine, ctx: &Ctx, name: &str, body: Body) -> Result<FileMeta, Fail> {
    let (sender, content) = feed();
    let limit = engine.settings().file_bytes();
    let fed = async move {
        let (mut pieces, mut wanted) = (body.into_data_stream(), true);
        while let Some(bytes) = pieces.next().await {
            wanted = wanted && sender.send(Piece::Bytes(bytes?)).await.is_ok();
        }
        let _ = sender.send(Piece::End).await;
        Ok::<_, axum::Error>(())
    };
    let (fed, kept) = tokio::join!(fed, engine.file_put(ctx, name, content, limit));
    if fed.is_err() {
        if let Ok(kept) = kept {
            engine.file_forget(ctx, &kept).await?;
        }
        return Err(Problem::malformed("broken_body").into());
    }
    Ok(kept?)
}

pub(crate) fn unreadable(engine: &Engine, error: &MultipartError) -> Problem {
    match error.status().as_u16() {
        413 => Problem::new(ProblemKind::TooLarge, "file_too_large").with("max", engine.settings().file_mb),
        _ => Problem::malformed("bad_form"),
    }
}

/// Puts a file and hands it over; it is taken away again when it is refused.
pub(crate) async fn handed<T: Send + 'static>(
    engine: &Engine,
    ctx: &Ctx,
    file: &FileMeta,
    f: impl Fn(&mut Tx, i64) -> akrab_engine::Result<T> + Send + Sync + 'static,
) -> Result<T, Fail> {
    let id = file.id;
    match engine.write(ctx, move |tx| f(tx, id)).await {
        Ok(done) => Ok(done),
        Err(problem) => {
            engine.file_forget(ctx, file).await?;
            Err(problem.into())
        }
    }
}

/// Nobody sends a file for nothing: whoever may not edit the record hears so before.
async fn must_edit(visit: &Visit, plural: &str, id: i64) -> Result<String, Fail> {
    let object = visit.object(plural)?;
    let key = object.key.clone();
    let may = visit.read(move |tx| tx.get(&key, id).and_then(|record| tx.may(&record.object, Access::Edit, id))).await?;
    if may && !visit.ctx.read_only { Ok(object.key.clone()) } else { Err(Problem::forbidden().into()) }
}

/// `POST /{plural}/{id}/attachments` with any number of `file`s, and `description` before them.
pub(super) async fn add(visit: Visit, Path((plural, id)): Path<(String, i64)>, form: Multipart) -> Reply {
    let object = must_edit(&visit, &plural, id).await?;
    let made = each(&visit, form, move |tx, file, text| tx.attach(&object, id, file, text)).await?;
    answer(&visit, &plural, id, made)
}

/// `POST /{plural}/{id}/attachments/{file}/revisions` with one `file`.
pub(super) async fn revise(visit: Visit, Path((plural, id, attachment)): Path<(String, i64, i64)>, form: Multipart) -> Reply {
    let object = must_edit(&visit, &plural, id).await?;
    let made = each(&visit, form, move |tx, file, _| tx.attach_again(&object, id, attachment, file)).await?;
    answer(&visit, &plural, id, made)
}

/// What became of the files of a form.
#[derive(Default)]
struct Taken {
    kept: Vec<Attachment>,
    refused: Vec<(String, Fail)>,
}

async fn each(
    visit: &Visit,
    mut form: Multipart,
    keep: impl Fn(&mut Tx, i64, &str) -> akrab_engine::Result<Attachment> + Send + Sync + Clone + 'static,
) -> Result<Taken, Fail> {
    let engine = visit.engine();
    let bad = |error: MultipartError| unreadable(engine, &error);
    let (mut taken, mut description) = (Taken::default(), String::new());
    while let Some(mut field) = form.next_field().await.map_err(bad)? {
        let Some(name) = field.file_name().map(str::to_string) else {
            if field.name() == Some("description") {
                description = text(&mut field).await.map_err(bad)?;
            }
            continue;
        };
        // a control left alone sends a file without a name
        if name.is_empty() {
            continue;
        }
        let done = async {
            let file = put(engine, &visit.ctx, &name, &mut field).await?;
            let (keep, said) = (keep.clone(), description.clone());
            handed(engine, &visit.ctx, &file, move |tx, file| keep(tx, file, &said)).await
        };
        match done.await {
            Ok(attachment) => taken.kept.push(attachment),
            Err(fail) if fail.problem.kind == ProblemKind::Internal => return Err(fail),
            Err(fail) => taken.refused.push((name, fail)),
        }
    }
    if taken.kept.is_empty() && taken.refused.is_empty() {
        return Err(Problem::invalid(vec![FieldProblem::new("file", "required")]).into());
    }
    Ok(taken)
}

async fn text(field: &mut Field<'_>) -> Result<String, MultipartError> {
    let mut bytes = Vec::new();
    while let Some(piece) = field.chunk().await? {
        bytes.extend_from_slice(&piece[..piece.len().min(TEXT.saturating_sub(bytes.len()))]);
    }
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// A script is told of its file; a form goes back to the files, with what was refused and why.
fn answer(visit: &Visit, plural: &str, id: i64, mut taken: Taken) -> Reply {
    let t = visit.t;
    let said = |fail: &Fail| {
        let said: Vec<String> = fail.problem.fields.iter().map(|f| field_message(t, f)).collect();
        if said.is_empty() { message(t, &fail.problem) } else { said.join(" ") }
    };
    if visit.facts.wants_json() {
        return Ok(match taken.refused.pop() {
            Some((_, fail)) => (fail.status(), Json(json!({ "detail": said(&fail) }))).into_response(),
            None => Json(json!(taken.kept)).into_response(),
        });
    }
    let told = |(name, fail): &(String, Fail)| format!("{}: {}", words::short(name), said(fail));
    let flash = if taken.refused.is_empty() {
        Flash::ok(t.with("file-added", &[("n", taken.kept.len().into())]))
    } else {
        Flash::bad(taken.refused.iter().map(told).collect::<Vec<_>>().join(" "))
    };
    visit.go(&format!("/{plural}/{id}?tab=files"), flash)
}
