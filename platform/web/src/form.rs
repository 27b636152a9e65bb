//! Posted forms. The CSRF token was checked before (see [`crate::guard`]).

use crate::fail::Fail;
use akrab_model::Problem;
use akrab_model::problem::ProblemKind;
use axum::extract::rejection::FormRejection;
use axum::extract::{FromRequest, Request};
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
                let too_large = rejection.body_text().contains("length limit") || rejection.into_response().status() == 413;
                let problem = if too_large { Problem::new(ProblemKind::TooLarge, "too_large") } else { Problem::malformed("bad_form") };
                Err(problem.into())
            }
        }
    }
}

/// A form whose names are only known at run time, in the order they were sent.
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

impl<S: Send + Sync> FromRequest<S> for Fields {
    type Rejection = Fail;

    async fn from_request(req: Request, state: &S) -> Result<Self, Fail> {
        let Form(pairs) = Form::<Vec<(String, String)>>::from_request(req, state).await?;
        Ok(Fields(pairs))
    }
}
