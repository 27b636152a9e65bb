//! The bytes of a file, and pictures made of them.

use crate::download;
use crate::fail::Reply;
use crate::visit::Visit;
use akrab_engine::FileMeta;
use akrab_engine::file::PictureSize;
use akrab_model::Problem;
use axum::extract::{Path, Query};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;

/// Which version, and how large a picture.
#[derive(Deserialize)]
pub(super) struct Asked {
    revision: Option<i64>,
    size: Option<String>,
}

/// `GET /{plural}/{id}/attachments/{file}/content`: for saving, never for showing.
pub(super) async fn fetch(visit: Visit, Path((plural, id, file)): Path<(String, i64, i64)>, Query(asked): Query<Asked>) -> Reply {
    let object = visit.object(&plural)?.key.clone();
    let (found, file) = visit.read(move |tx| tx.attachment_file(&object, id, file, asked.revision)).await?;
    send(visit.engine(), &found.name, &file).await
}

/// `GET /{plural}/{id}/attachments/{file}/picture?size=small|large`
pub(super) async fn picture(visit: Visit, Path((plural, id, file)): Path<(String, i64, i64)>, Query(asked): Query<Asked>) -> Reply {
    let object = visit.object(&plural)?.key.clone();
    let size = if asked.size.as_deref() == Some("large") { PictureSize::Large } else { PictureSize::Small };
    let (_, file) = visit.read(move |tx| tx.attachment_file(&object, id, file, asked.revision)).await?;
    drawn(visit.engine(), &file, size, visit.facts.header("if-none-match")).await
}

/// Sends the content as an attachment.
///
/// # Errors
/// As [`akrab_engine::Engine::file_local`].
pub(crate) async fn send(engine: &akrab_engine::Engine, name: &str, file: &FileMeta) -> Reply {
    let path = engine.file_local(file).await?;
    let content = std::fs::File::open(path).map_err(Problem::internal)?;
    download::file(content, name, &file.content_type).await
}

/// Sends a picture. Browsers may keep it, but ask each time whether they still may show it.
///
/// # Errors
/// As [`akrab_engine::Engine::picture`].
pub(crate) async fn drawn(engine: &akrab_engine::Engine, file: &FileMeta, size: PictureSize, known: &str) -> Reply {
    let tag = format!("\"{}-{}\"", &file.sha256[..24.min(file.sha256.len())], size.key());
    let mut response = if known == tag {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        let path = engine.picture(file, size).await?;
        tokio::fs::read(path).await.map_err(Problem::internal)?.into_response()
    };
    dress(&mut response, &tag)?;
    Ok(response)
}

fn dress(response: &mut Response, tag: &str) -> Result<(), Problem> {
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("image/jpeg"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-cache"));
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(download::CSP));
    headers.insert(header::ETAG, HeaderValue::from_str(tag).map_err(Problem::internal)?);
    Ok(())
}
