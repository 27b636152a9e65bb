//! Posted forms. The CSRF token was checked before (see [`crate::guard`]).

use crate::fail::Fail;
use crate::guard::{BODY_LIMIT, UPLOAD_LIMIT, too_large};
use crate::state::Web;
use crate::visit::Visit;
use akrab_model::problem::ProblemKind;
use akrab_model::{FieldProblem, Problem};
use axum::extract::multipart::MultipartError;
use axum::extract::rejection::FormRejection;
use axum::extract::{DefaultBodyLimit, FromRequest, FromRequestParts, Multipart, Request};
use axum::http::header;
use axum::response::IntoResponse;
use serde::de::DeserializeOwned;

/// A form read into `T`. Unknown names are ignored unless `T` denies them.
pub struct Form<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Form<T> {
    type Rejection = Fail;

    async fn from_request(req: Request, state: &S) -> Result<Self, Fail> {
        match axum::Form::<T>::from_request(req, state).await {
            Ok(axum::Form(value)) => Ok(Form(value)),
            Err(FormRejection::InvalidFormContentType(_)) => Err(Problem::malformed("not_a_form").into()),
            Err(rejection) => {
                let large = rejection.body_text().contains("length limit") || rejection.into_response().status() == 413;
                let problem = if large { too_large() } else { Problem::malformed("bad_form") };
                Err(problem.into())
            }
        }
    }
}

/// A value that is one of a few words; the usual one when nothing is said.
///
/// # Errors
/// `unknown_choice`.
pub fn one_of<T: DeserializeOwned + Default>(name: &str, value: &str) -> Result<T, Problem> {
    if value.is_empty() {
        return Ok(T::default());
    }
    serde_json::from_value(value.into()).map_err(|_| Problem::invalid(vec![FieldProblem::new(name, "unknown_choice").with("value", value)]))
}

/// A form whose names are only known at run time, in the order they were sent. Of a file its id is
/// given: it is kept as the signed-in person's before the handler sees the form.
#[derive(Debug, Clone, Default)]
pub struct Fields(pub Vec<(String, String)>);

impl Fields {
    /// The first value under `name`.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }
    /// The first value under `name`, trimmed; empty when absent.
    pub fn text(&self, name: &str) -> &str {
        self.get(name).unwrap_or("").trim()
    }
    /// All values under `name`.
    pub fn all<'f>(&'f self, name: &'f str) -> impl Iterator<Item = &'f str> {
        self.0.iter().filter(move |(key, _)| key == name).map(|(_, value)| value.as_str())
    }
    /// A tick box: sent at all.
    pub fn ticked(&self, name: &str) -> bool {
        self.get(name).is_some()
    }
}

impl FromRequest<Web> for Fields {
    type Rejection = Fail;

    async fn from_request(mut req: Request, web: &Web) -> Result<Self, Fail> {
        let kind = req.headers().get(header::CONTENT_TYPE).and_then(|v| v.to_str().ok()).unwrap_or("");
        if kind.starts_with("multipart/form-data") {
            return with_files(req, web).await;
        }
        // only files may be large
        DefaultBodyLimit::max(BODY_LIMIT).apply(&mut req);
        let Form(pairs) = Form::<Vec<(String, String)>>::from_request(req, web).await?;
        Ok(Fields(pairs))
    }
}

/// A form with files: each is kept at once, and its id stands under its name.
async fn with_files(req: Request, web: &Web) -> Result<Fields, Fail> {
    let (mut parts, body) = req.into_parts();
    let visit = Visit::from_request_parts(&mut parts, web).await?;
    let mut form = Multipart::from_request(Request::from_parts(parts, body), web).await.map_err(|_| Problem::malformed("bad_form"))?;
    let mut pairs = Vec::new();
    while let Some(field) = form.next_field().await.map_err(|e| unreadable(&e))? {
        let Some(name) = field.name().map(str::to_string) else { continue };
        let Some(file) = field.file_name().map(str::to_string) else {
            pairs.push((name, field.text().await.map_err(|e| unreadable(&e))?));
            continue;
        };
        let content = field.bytes().await.map_err(|e| unreadable(&e))?;
        // a control left alone sends a file without name or content
        if file.is_empty() && content.is_empty() {
            continue;
        }
        let kept = web.engine.file_put(&visit.ctx, &file, std::io::Cursor::new(content), UPLOAD_LIMIT as u64).await?;
        pairs.push((name, kept.id.to_string()));
    }
    Ok(Fields(pairs))
}

pub(crate) fn unreadable(error: &MultipartError) -> Problem {
    match error.status().as_u16() {
        413 => Problem::new(ProblemKind::TooLarge, "file_too_large").with("max", UPLOAD_LIMIT / 1024 / 1024),
        _ => Problem::malformed("bad_form"),
    }
}
