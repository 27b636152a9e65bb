//! A request of a signed-in person: proof of identity and everything a page needs.

use crate::cookie::{self, Keep};
use crate::fail::{Fail, Reply, unauthenticated};
use crate::flash::Flash;
use crate::frame::Told;
use crate::guard::{self, Facts};
use crate::locale::{Lang, Text};
use crate::settings::see_as::{self, SeeAs};
use crate::state::Web;
use crate::ui::dialog::standing;
use crate::ui::frame::{Crumb, Frame, Theme};
use crate::ui::toast::toast_fragment;
use akrab_engine::identity::Session;
use akrab_engine::{Ctx, Door, Engine, Person, Rights, Settings, Tx};
use akrab_model::problem::ProblemKind;
use akrab_model::{Object, Problem, Registry};
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Redirect};
use maud::{Markup, html};
use std::sync::{Arc, OnceLock};

/// A signed-in person asks for a page.
#[derive(Clone)]
pub struct Visit {
    pub web: Web,
    pub ctx: Ctx,
    pub person: Arc<Person>,
    /// Words of the person's language.
    pub t: Text,
    pub session: Session,
    /// Token every form carries.
    pub csrf: String,
    pub facts: Facts,
    pub settings: Arc<Settings>,
    /// An administrator looks with the eyes of somebody else: nothing can be changed.
    pub seeing: Option<SeeAs>,
    /// What the frame says, once it has been read.
    told: Arc<OnceLock<Told>>,
}

impl FromRequestParts<Web> for Visit {
    type Rejection = Fail;

    async fn from_request_parts(parts: &mut Parts, web: &Web) -> Result<Self, Fail> {
        let facts = parts.extensions.get::<Facts>().cloned().ok_or_else(|| Problem::internal("a route outside the guard"))?;
        let visit = Visit::find(web, &facts).await?.ok_or_else(unauthenticated)?;
        let looks = facts.method == Method::GET || facts.method == Method::HEAD || facts.path() == see_as::END;
        if visit.seeing.is_some() && !looks {
            return Err(Problem::new(ProblemKind::Forbidden, "seeing_as").into());
        }
        Ok(visit)
    }
}

/// The words' language for the engine's.
pub fn lang(lang: akrab_model::format::Lang) -> Lang {
    lang.pick(Lang::Id, Lang::En)
}

impl Visit {
    /// The object among these that somebody most likely means: the one of the page he comes from, or the first of the side bar.
    pub fn likely<'o>(&self, objects: &'o [Arc<Object>]) -> Option<&'o Arc<Object>> {
        let from = self.facts.referer_path().unwrap_or_default();
        let plural = from.trim_start_matches('/').split(['/', '?']).next().unwrap_or_default();
        let first = || objects.iter().min_by_key(|object| (self.web.place_of(&object.decl.group), object.decl.order));
        objects.iter().find(|object| object.plural == plural).or_else(first)
    }

    /// Recognises the person by the session cookie.
    ///
    /// # Errors
    /// What the database answers.
    pub async fn find(web: &Web, facts: &Facts) -> akrab_engine::Result<Option<Visit>> {
        let Some((user, token)) = guard::session_cookie(web, &facts.headers) else { return Ok(None) };
        let Some((session, person)) = web.engine.session(token).await?.filter(|(s, _)| s.user == user) else { return Ok(None) };
        facts.seen_as(person.id);
        let csrf = facts.csrf(person.id);
        let (seeing, person) = match SeeAs::find(web, facts, &person) {
            Some((seeing, eyes)) => (Some(seeing), eyes),
            None => (None, person),
        };
        let mut ctx = web.engine.ctx(&person, Door::Page, &facts.id);
        ctx.read_only = seeing.is_some();
        ctx.looks = session.looks;
        ctx.mark.clone_from(&session.mark);
        ctx.place = Some(facts.ip);
        Ok(Some(Visit {
            t: Text::new(lang(ctx.lang)),
            csrf,
            settings: web.engine.settings(),
            web: web.clone(),
            facts: facts.clone(),
            ctx,
            person,
            session,
            seeing,
            told: Arc::default(),
        }))
    }

    pub fn engine(&self) -> &Engine {
        &self.web.engine
    }
    pub fn registry(&self) -> Arc<Registry> {
        self.ctx.registry().clone()
    }
    pub fn rights(&self) -> Rights {
        Rights::new(self.registry(), &self.ctx)
    }
    /// The object by key or plural, if the person may read any of its records.
    ///
    /// # Errors
    /// `not_found` for an unknown one and for one out of reach.
    pub fn object(&self, name: &str) -> Result<Arc<Object>, Fail> {
        let object = self.ctx.object(name)?;
        self.rights().require_read(&object)?;
        Ok(object)
    }
    /// Label language of declarations: `id` or `en`.
    pub fn lang(&self) -> &'static str {
        self.ctx.lang_key()
    }
    /// Only the inner HTML is wanted.
    pub fn is_fragment(&self) -> bool {
        self.facts.fragment
    }
    pub fn theme(&self) -> Theme {
        guard::theme(&self.person.theme)
    }

    /// Reads with the person's rights. The first reading of a page takes along what its frame says:
    /// one way to the database less.
    ///
    /// # Errors
    /// What `f` answers.
    pub async fn read<T: Send + 'static>(&self, f: impl FnOnce(&mut Tx) -> akrab_engine::Result<T> + Send + 'static) -> Result<T, Fail> {
        let page = self.facts.method == Method::GET && !self.is_fragment();
        self.read_along(page, f).await
    }

    async fn read_along<T: Send + 'static>(
        &self,
        frame: bool,
        f: impl FnOnce(&mut Tx) -> akrab_engine::Result<T> + Send + 'static,
    ) -> Result<T, Fail> {
        if !frame || self.told.get().is_some() {
            return Ok(self.engine().read(&self.ctx, f).await?);
        }
        let (told, look, features) = (self.told.clone(), self.look(), self.web.features.clone());
        let read = move |tx: &mut Tx| {
            let found = f(tx)?;
            told.get_or_init(|| Told::read(tx, &look, &features));
            Ok(found)
        };
        Ok(self.engine().read(&self.ctx, read).await?)
    }

    /// What the frame says, read now unless a reading took it along.
    pub(crate) async fn told(&self) -> Told {
        if self.told.get().is_none() {
            // a page without the counts of its frame is better than none
            let _ = self.read_along(true, |_| Ok(())).await;
        }
        self.told.get().cloned().unwrap_or_default()
    }
    /// Writes in one transaction with the person's rights; `f` may run twice.
    ///
    /// # Errors
    /// What `f` answers; then nothing is written.
    pub async fn write<T: Send + 'static>(
        &self,
        f: impl Fn(&mut Tx) -> akrab_engine::Result<T> + Send + Sync + 'static,
    ) -> Result<T, Fail> {
        Ok(self.engine().write(&self.ctx, f).await?)
    }

    /// The frame with side bar, menus and the toast of the last errand; set top bar and actions on it.
    pub async fn frame(&self, title: &str) -> Frame {
        crate::frame::framed(self, title).await
    }
    /// A step of the breadcrumb by its message key.
    pub fn crumb(&self, key: &str, href: &str) -> Crumb {
        Crumb { label: self.t.get(key), href: Some(href.into()) }
    }

    /// The page, or only `body` when a fragment is wanted.
    ///
    /// # Errors
    /// Never; so that handlers can end with it.
    pub fn page(&self, frame: &Frame, body: Markup) -> Reply {
        if self.is_fragment() {
            return Ok(body.into_response());
        }
        let mut response = frame.page(body).into_response();
        if frame.flash.is_some() {
            response.headers_mut().append(header::SET_COOKIE, cookie::set(&self.web.config, cookie::FLASH, "", Keep::Never));
        }
        Ok(response)
    }

    /// A page whose form has faults (422).
    ///
    /// # Errors
    /// As [`Visit::page`].
    pub fn invalid(&self, frame: &Frame, body: Markup) -> Reply {
        let mut response = self.page(frame, body)?;
        *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
        Ok(response)
    }

    /// A dialog: alone for scripts, on a page of its own without.
    ///
    /// # Errors
    /// As [`Visit::page`].
    pub async fn dialog(&self, title: &str, dialog: Markup) -> Reply {
        let frame = self.frame(title).await;
        self.page(&frame, if self.is_fragment() { dialog } else { standing(dialog) })
    }

    /// A fragment with a toast beside it.
    ///
    /// # Errors
    /// As [`Visit::page`].
    pub fn fragment(&self, body: Markup, flash: Option<Flash>) -> Reply {
        Ok(html! {
            (body)
            @if let Some(flash) = flash { (toast_fragment(self.t, &flash.toast(), &self.csrf)) }
        }
        .into_response())
    }

    /// On to `address` with a toast: 303, or `HX-Redirect` for scripts.
    ///
    /// # Errors
    /// As [`Visit::page`].
    pub fn go(&self, address: &str, flash: impl Into<Option<Flash>>) -> Reply {
        let mut response = if self.is_fragment() {
            let mut response = StatusCode::OK.into_response();
            let target = HeaderValue::from_str(address).map_err(Problem::internal)?;
            response.headers_mut().insert("hx-redirect", target);
            response
        } else {
            Redirect::to(address).into_response()
        };
        if let Some(flash) = flash.into() {
            response.headers_mut().append(header::SET_COOKIE, flash.cookie(&self.web.config));
        }
        Ok(response)
    }

    /// Back to the page the form stood on, or to `otherwise`.
    ///
    /// # Errors
    /// As [`Visit::page`].
    pub fn back(&self, otherwise: &str, flash: impl Into<Option<Flash>>) -> Reply {
        let address = self.facts.referer_path().unwrap_or_else(|| otherwise.into());
        self.go(&address, flash)
    }

    /// A form field that carries the CSRF token.
    pub fn token_field(&self) -> Markup {
        html! { input type="hidden" name="csrf" value=(self.csrf); }
    }

    /// Only administrators go on.
    ///
    /// # Errors
    /// `forbidden`.
    pub fn require_admin(&self) -> Result<(), Fail> {
        if self.ctx.is_admin() { Ok(()) } else { Err(Problem::forbidden().into()) }
    }
}
