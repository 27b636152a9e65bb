//! A request of a program: a bearer token with its rights.

use crate::fail::{Fail, unauthenticated};
use crate::guard::Facts;
use crate::locale::Text;
use crate::state::Web;
use crate::visit::lang;
use akrab_engine::oauth::API;
use akrab_engine::{Ctx, Door, Tx};
use akrab_model::Problem;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;

/// A program asks, with the rights of the token's user.
#[derive(Clone)]
pub struct ApiCaller {
    pub web: Web,
    pub ctx: Ctx,
    pub t: Text,
    pub facts: Facts,
    /// Names the token in idempotency keys and limits.
    pub token: String,
}

impl FromRequestParts<Web> for ApiCaller {
    type Rejection = Fail;

    async fn from_request_parts(parts: &mut Parts, web: &Web) -> Result<Self, Fail> {
        let facts = parts.extensions.get::<Facts>().cloned().ok_or_else(|| Problem::internal("a route outside the guard"))?;
        Self::find(web, &facts, Door::Api, API).await
    }
}

impl ApiCaller {
    /// Whoever comes with the request's token through `door`, if it counts at `place`.
    ///
    /// # Errors
    /// `unauthenticated`, `too_many_requests`.
    pub(crate) async fn find(web: &Web, facts: &Facts, door: Door, place: &str) -> Result<Self, Fail> {
        let header = facts.header("authorization");
        let secret = match header.split_once(' ') {
            Some((scheme, secret)) if scheme.eq_ignore_ascii_case("bearer") => secret.trim(),
            _ => return Err(unauthenticated().into()),
        };
        let bearer = web.engine.bearer(secret, place).await?.ok_or_else(unauthenticated)?;
        facts.seen_as(bearer.person.id);
        // programs on this machine are the operator's own
        if web.config.api_rate > 0 && !facts.ip.is_loopback() {
            web.pace.take(&bearer.id, web.config.api_rate, std::time::Instant::now())?;
        }
        let mut ctx = web.engine.ctx(&bearer.person, door, &facts.id);
        ctx.read_only = bearer.read_only;
        ctx.scopes = bearer.scopes;
        ctx.place = Some(facts.ip);
        Ok(Self { t: Text::new(lang(ctx.lang)), web: web.clone(), ctx, facts: facts.clone(), token: bearer.id })
    }
    /// Reads with the token's rights.
    ///
    /// # Errors
    /// What `f` answers.
    pub async fn read<T: Send + 'static>(&self, f: impl FnOnce(&mut Tx) -> akrab_engine::Result<T> + Send + 'static) -> Result<T, Fail> {
        Ok(self.web.engine.read(&self.ctx, f).await?)
    }
    /// Writes in one transaction with the token's rights; `f` may run twice.
    ///
    /// # Errors
    /// `forbidden` for a token that may only read, and what `f` answers.
    pub async fn write<T: Send + 'static>(
        &self,
        f: impl Fn(&mut Tx) -> akrab_engine::Result<T> + Send + Sync + 'static,
    ) -> Result<T, Fail> {
        Ok(self.web.engine.write(&self.ctx, f).await?)
    }
}
