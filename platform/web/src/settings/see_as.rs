//! Looking at the product as a role or a person: for administrators, read-only, kept in the history.

use crate::cookie::{self, Keep};
use crate::fail::Reply;
use crate::form::Fields;
use crate::guard::Facts;
use crate::locale::Text;
use crate::route::{Router, post};
use crate::state::Web;
use crate::ui::button::Button;
use crate::ui::icon::icon_sized;
use crate::visit::Visit;
use akrab_engine::{Ctx, Door, Engine, Person, Tx};
use akrab_model::Problem;
use axum::http::header;
use maud::{Markup, html};
use serde_json::json;
use std::sync::Arc;

#[inline(always)]
pub(super) fn routes() -> Router {
    Router::new().route("/see-as", post(begin)).route(END, post(end))
}

/// The one thing besides signing out that may be sent while looking with somebody else's eyes.
pub(crate) const END: &str = "/see-as/end";

/// With whose eyes an administrator looks.
#[derive(Debug, Clone)]
pub struct SeeAs {
    /// The administrator himself.
    pub by: Arc<Person>,
    /// `user` or `role`, and its id.
    pub object: &'static str,
    pub id: i64,
    /// Its name.
    pub name: String,
    /// For a role: whose records and team are one's own meanwhile; none when nobody has the role.
    pub through: Option<String>,
}

impl SeeAs {
    /// What the cookie asks for, if this person may. It only ever takes rights away: all of an
    /// administrator's but reading, and those the other does not have.
    pub(crate) fn find(web: &Web, facts: &Facts, person: &Arc<Person>) -> Option<(SeeAs, Arc<Person>)> {
        if !person.role.is_administrator() || !person.active {
            return None;
        }
        let (object, id) = cookie::get(&web.config, &facts.headers, cookie::SEE_AS)?.split_once('.')?;
        let id: i64 = id.parse().ok()?;
        let people = web.engine.people();
        let mut through = None;
        let eyes = match object {
            "user" => Person { language: person.language.clone(), theme: person.theme.clone(), ..(**people.user(id)?).clone() },
            _ => {
                let role = people.roles.iter().find(|role| role.id == id)?.clone();
                // what is "own" and "my team" must be somebody's who has the role, best of one who has a team
                let bearers = || people.at_work().into_iter().filter(|p| p.role.id == id);
                let bearer = bearers().filter(|p| p.team.is_some()).min_by_key(|p| p.id).or_else(|| bearers().min_by_key(|p| p.id));
                through = bearer.map(|p| p.name.clone());
                let whose = bearer.unwrap_or(person);
                Person { role, language: person.language.clone(), theme: person.theme.clone(), ..(**whose).clone() }
            }
        };
        let (object, name) = if object == "user" { ("user", eyes.name.clone()) } else { ("role", eyes.role.name.clone()) };
        Some((SeeAs { by: person.clone(), object, id, name, through }, Arc::new(eyes)))
    }

    /// The administrator's own context.
    fn ctx(&self, engine: &Engine, request: &str) -> Ctx {
        engine.ctx(&self.by, Door::Page, request)
    }
}

/// `POST /see-as` with `user` or `role`.
async fn begin(visit: Visit, fields: Fields) -> Reply {
    visit.require_admin()?;
    let object = if fields.text("user").is_empty() { "role" } else { "user" };
    let id: i64 = fields.text(object).parse().map_err(|_| Problem::malformed("bad_form"))?;
    let begun = move |tx: &mut Tx| {
        tx.note(object, id, "see_as")?;
        tx.audit("see_as", Some((object, id)), json!({}))
    };
    visit.write(begun).await?;
    let mut response = visit.go("/", None)?;
    let value = cookie::set(&visit.web.config, cookie::SEE_AS, &format!("{object}.{id}"), Keep::For(3_600));
    response.headers_mut().append(header::SET_COOKIE, value);
    Ok(response)
}

/// `POST /see-as/end`
async fn end(visit: Visit) -> Reply {
    let mut back = "/".to_string();
    if let Some(seeing) = &visit.seeing {
        let (object, id) = (seeing.object, seeing.id);
        let ctx = seeing.ctx(visit.engine(), &visit.ctx.request);
        // what was looked at may be gone by now: the way back stays open
        let ended = move |tx: &mut Tx| {
            tx.audit("see_as_end", Some((object, id)), json!({}))?;
            tx.note(object, id, "see_as_end")
        };
        let noted = visit.engine().write(&ctx, ended).await;
        if noted.is_ok() {
            back = format!("/settings/{object}s/{id}");
        }
    }
    let mut response = visit.go(&back, None)?;
    response.headers_mut().append(header::SET_COOKIE, cookie::set(&visit.web.config, cookie::SEE_AS, "", Keep::Never));
    Ok(response)
}

/// The bar over every page meanwhile.
pub(crate) fn banner(visit: &Visit) -> Option<Markup> {
    let seeing = visit.seeing.as_ref()?;
    let t = visit.t;
    let key = if seeing.object == "user" { "see-as-user" } else { "see-as-role" };
    Some(html! {
        div.ak-see-as role="status" {
            (icon_sized("eye", 15))
            span { b { (t.with(key, &[("name", seeing.name.as_str().into())])) } " " (whose(t, seeing)) (t.get("see-as-text")) }
            span.ak-spacer {}
            form method="post" action=(END) { (visit.token_field()) (Button::new(t.get("see-as-end")).icon("x").submit()) }
        }
    })
}

/// Whose records a role calls its own.
fn whose(t: Text, seeing: &SeeAs) -> String {
    match &seeing.through {
        Some(name) => format!("{} ", t.with("see-as-through", &[("name", name.as_str().into())])),
        None if seeing.object == "role" => format!("{} ", t.get("see-as-through-nobody")),
        None => String::new(),
    }
}

/// The button that begins it.
pub(super) fn button(visit: &Visit, object: &str, id: i64) -> Markup {
    let key = if object == "user" { "see-as-this-user" } else { "see-as-this-role" };
    html! {
        form method="post" action="/see-as" {
            (visit.token_field())
            input type="hidden" name=(object) value=(id);
            (Button::new(visit.t.get(key)).icon("eye").submit())
        }
    }
}
