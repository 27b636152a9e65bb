//! `/scim/v2/Users`.

use super::ask::Asked;
use super::filter::{PERSON, Place};
use super::meta::{USER, meta};
use super::patch::{Change, Deed, changes, truth};
use super::{Directory, Fault, Told, body, number, resource};
use akrab_engine::scim::{ScimPerson, ScimWish};
use axum::body::Bytes;
use axum::extract::{Path, Query};
use axum::http::StatusCode;
use axum::response::IntoResponse;
use serde_json::{Value as Json, json};

fn drawn(directory: &Directory, person: &ScimPerson) -> Json {
    let (given, family) = person.name.split_once(' ').unwrap_or((&person.name, ""));
    let mut told = json!({
        "schemas": [USER],
        "id": person.id.to_string(),
        "userName": person.email,
        "displayName": person.name,
        "name": { "formatted": person.name, "givenName": given, "familyName": family },
        "emails": [{ "value": person.email, "type": "work", "primary": true }],
        "active": person.active,
        "preferredLanguage": person.language,
        "meta": meta("User", &directory.place("Users", person.id), person.version, person.created_at, person.changed_at),
    });
    if let Some(external) = &person.external {
        told["externalId"] = external.as_str().into();
    }
    if !person.zone.is_empty() {
        told["timezone"] = person.zone.as_str().into();
    }
    if let Some((key, name)) = &person.role {
        told["roles"] = json!([{ "value": key, "display": name, "primary": true }]);
    }
    if let Some(team) = person.team {
        told["groups"] = json!([{ "value": team.to_string(), "$ref": directory.place("Groups", team), "type": "direct" }]);
    }
    told
}

pub(super) async fn list(directory: Directory, Query(asked): Query<Asked>) -> Told {
    let filter = asked.filter(PERSON)?;
    let people = directory.read(|tx| tx.scim_people()).await?;
    let mut found = Vec::new();
    for person in &people {
        let told = drawn(&directory, person);
        if filter.fits(&told) {
            found.push(told);
        }
    }
    Ok(asked.page(found))
}

pub(super) async fn show(directory: Directory, Path(id): Path<String>) -> Told {
    let id = number(&id)?;
    let person = directory.read(move |tx| tx.scim_person(id)).await?;
    let told = resource(StatusCode::OK, &drawn(&directory, &person));
    if directory.facts.header("if-none-match").trim() == format!("W/\"{}\"", person.version) {
        return Ok(StatusCode::NOT_MODIFIED.into_response());
    }
    Ok(told)
}

pub(super) async fn add(directory: Directory, bytes: Bytes) -> Told {
    let wish = whole(&body(&bytes)?)?;
    let person = directory.write(move |tx| tx.scim_add(&wish)).await?;
    Ok(resource(StatusCode::CREATED, &drawn(&directory, &person)))
}

pub(super) async fn put(directory: Directory, Path(id): Path<String>, bytes: Bytes) -> Told {
    let (id, version, wish) = (number(&id)?, directory.version()?, whole(&body(&bytes)?)?);
    // what is left out of a whole is the usual
    let wish = ScimWish { active: wish.active.or(Some(true)), external: wish.external.clone().or(Some(String::new())), ..wish };
    let person = directory.write(move |tx| tx.scim_change(id, &wish, version)).await?;
    Ok(resource(StatusCode::OK, &drawn(&directory, &person)))
}

pub(super) async fn patch(directory: Directory, Path(id): Path<String>, bytes: Bytes) -> Told {
    let (id, version, changes) = (number(&id)?, directory.version()?, changes(&body(&bytes)?)?);
    let person = directory.read(move |tx| tx.scim_person(id)).await?;
    let told = drawn(&directory, &person);
    let mut parts = Parts::default();
    for change in &changes {
        let value = if change.deed == Deed::Remove { &Json::Null } else { &change.value };
        if meant(change, &told)? {
            parts.take(&change.path, value)?;
        }
    }
    let wish = parts.wish();
    let person = directory.write(move |tx| tx.scim_change(id, &wish, version)).await?;
    Ok(resource(StatusCode::OK, &drawn(&directory, &person)))
}

pub(super) async fn remove(directory: Directory, Path(id): Path<String>) -> Told {
    let id = number(&id)?;
    directory.write(move |tx| tx.scim_remove(id)).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// Whether the value a change chooses is one that is kept here: people have one address and one role.
fn meant(change: &Change, person: &Json) -> Result<bool, Fault> {
    let Some(which) = &change.which else { return Ok(true) };
    let name = change.path.split('.').next().unwrap_or_default();
    if !["emails", "roles", "groups"].contains(&name) {
        return Ok(true);
    }
    let there = person[name].as_array().is_some_and(|all| all.iter().any(|one| which.fits(one)));
    // of somebody without a role any may be added; a second address is let pass like all that is not kept
    let first = change.deed == Deed::Add && person[name].as_array().is_none_or(Vec::is_empty);
    match there || first {
        true => Ok(true),
        false if change.deed == Deed::Add => Ok(false),
        false => Err(Fault::bad("noTarget", format!("there is no such value of {name}"))),
    }
}

fn whole(body: &Json) -> Result<ScimWish, Fault> {
    let mut parts = Parts::default();
    for (name, value) in body.as_object().into_iter().flatten() {
        parts.take(&Place::read(name)?.name, value)?;
    }
    Ok(parts.wish())
}

/// Parts of a name as they come.
#[derive(Default)]
struct Parts {
    wish: ScimWish,
    /// The sign-in name, which is an address here; another one counts only when there is no address.
    user_name: Option<String>,
    display: Option<String>,
    given: Option<String>,
    family: Option<String>,
}

impl Parts {
    /// Takes one attribute; what this program does not keep is let pass.
    fn take(&mut self, path: &str, value: &Json) -> Result<(), Fault> {
        let text = || match value {
            Json::Null => Ok(String::new()),
            Json::String(text) => Ok(text.clone()),
            _ => Err(Fault::bad("invalidValue", format!("{path} is text"))),
        };
        match path {
            "username" => self.user_name = Some(text()?),
            "displayname" => self.display = Some(text()?),
            "name.formatted" => self.display = self.display.take().or(Some(text()?)),
            "name.givenname" => self.given = Some(text()?),
            "name.familyname" => self.family = Some(text()?),
            "name" => {
                for (name, value) in value.as_object().into_iter().flatten() {
                    self.take(&format!("name.{}", name.to_lowercase()), value)?;
                }
            }
            "emails.value" => self.wish.email = Some(text()?),
            "emails" => {
                let all = match value {
                    Json::Array(all) => all.clone(),
                    one => vec![one.clone()],
                };
                let first = all.iter().find(|one| one["primary"] == true || one["primary"] == "true").or(all.first());
                if let Some(address) = first.and_then(|one| one["value"].as_str()) {
                    self.wish.email = Some(address.into());
                }
            }
            "active" => self.wish.active = Some(truth(value)?),
            "externalid" => self.wish.external = Some(text()?),
            "preferredlanguage" | "locale" => self.wish.language = Some(text()?),
            "timezone" => self.wish.zone = Some(text()?),
            "roles" | "roles.value" => {
                let first = value.as_array().and_then(|all| all.first()).unwrap_or(value);
                self.wish.role = first["value"].as_str().or(first.as_str()).map(str::to_string);
            }
            _ => {}
        }
        Ok(())
    }

    fn wish(mut self) -> ScimWish {
        let address = self.user_name.filter(|name| name.contains('@'));
        // people sign in with the address the directory knows them by
        self.wish.email = address.or(self.wish.email);
        let joined = [self.given, self.family].into_iter().flatten().filter(|part| !part.trim().is_empty()).collect::<Vec<_>>().join(" ");
        self.wish.name = self.display.filter(|name| !name.trim().is_empty()).or((!joined.is_empty()).then_some(joined));
        self.wish
    }
}
