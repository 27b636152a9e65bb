//! People as values of filters: "me" and "my team" stay relative, others are named.

use crate::route::{Router, get};
use crate::value::Look;
use crate::{Reply, Visit};
use akrab_engine::Person;
use akrab_model::Field;
use akrab_model::object::Avatar;
use akrab_model::text::fold;
use axum::Json;
use axum::extract::Query;
use axum::response::IntoResponse;
use serde::Deserialize;
use serde_json::json;

/// Address of the picker.
pub const PEOPLE: &str = "/filter/people";

/// Most people offered at once.
const LIMIT: usize = 20;

/// Whether a field points to the people who work here.
pub fn is_person(look: &Look, field: &Field) -> bool {
    field.to.is_some_and(|to| {
        let target = look.registry.at(to);
        target.is_system() && target.decl.avatar == Avatar::Person
    })
}

#[inline(always)]
pub fn routes() -> Router {
    Router::new().route(PEOPLE, get(people))
}

#[derive(Deserialize)]
struct Asked {
    #[serde(default)]
    q: String,
}

async fn people(visit: Visit, Query(asked): Query<Asked>) -> Reply {
    let wanted = fold(&asked.q);
    let relative =
        [("me", "filter-me"), ("my_team", "filter-my-team")].map(|(value, key)| (value.to_string(), visit.t.get(key), String::new()));
    let people = visit.engine().people();
    // what a service account keeps is found under its name; its address is nobody's
    let detail = |p: &Person| if p.program { visit.t.get("settings-services") } else { p.email.clone() };
    let named = people.users().into_iter().filter(|p| p.active).map(|p| (p.id.to_string(), p.name.clone(), detail(p)));
    let found: Vec<_> = relative
        .into_iter()
        .chain(named)
        .filter(|(_, name, mail)| wanted.is_empty() || fold(name).contains(&wanted) || mail.contains(&wanted))
        .take(LIMIT)
        .map(|(value, label, detail)| json!({"value": value, "label": label, "detail": detail}))
        .collect();
    Ok(Json(found).into_response())
}
