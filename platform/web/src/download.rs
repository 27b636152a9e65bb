//! Files handed to a browser: always as attachments, never run in our origin.

use crate::Reply;
use crate::fail::encode;
use akrab_model::Problem;
use axum::body::{Body, Bytes};
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use futures::stream;
use tokio::io::AsyncReadExt;

/// A file of somebody's, opened as a page in spite of everything, can do nothing.
pub(crate) const CSP: &str = "default-src 'none'; sandbox; frame-ancestors 'none'";
/// Bytes read at once.
const PIECE: usize = 64 * 1024;

/// Sends an open file piece by piece.
///
/// # Errors
/// `internal` when its size cannot be told.
pub async fn file(content: std::fs::File, name: &str, mime: &str) -> Reply {
    let size = content.metadata().map_err(Problem::internal)?.len();
    let content = tokio::fs::File::from_std(content);
    let pieces = stream::try_unfold(content, |mut content| async move {
        let mut piece = vec![0; PIECE];
        let read = content.read(&mut piece).await?;
        piece.truncate(read);
        Ok::<_, std::io::Error>((read > 0).then(|| (Bytes::from(piece), content)))
    });
    let mut response = Body::from_stream(pieces).into_response();
    response.headers_mut().insert(header::CONTENT_LENGTH, HeaderValue::from(size));
    dress(&mut response, name, mime)?;
    Ok(response)
}

/// Sends what is in memory.
///
/// # Errors
/// `internal` for a name no header can carry.
pub fn bytes(content: Vec<u8>, name: &str, mime: &str) -> Reply {
    let mut response = content.into_response();
    dress(&mut response, name, mime)?;
    Ok(response)
}

fn dress(response: &mut Response, name: &str, mime: &str) -> Result<(), crate::Fail> {
    let plain: String = name.chars().map(|c| if c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_') { c } else { '_' }).collect();
    let place = format!("attachment; filename=\"{plain}\"; filename*=UTF-8''{}", encode(name));
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_DISPOSITION, HeaderValue::from_str(&place).map_err(Problem::internal)?);
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_str(mime).map_err(Problem::internal)?);
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(CSP));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(())
}
