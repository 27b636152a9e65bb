//! `/scim/v2/Groups`: teams.

use super::ask::Asked;
use super::filter::TEAM;
use super::meta::{GROUP, meta};
use super::patch::{Change, Deed, changes};
use super::{Directory, Fault, Told, body, number, resource};
use akrab_engine::scim::{ScimTeam, TeamWish};
use axum::body::Bytes;
use axum::extract::{Path, Query};
use axum::http::StatusCode;
use axum::response::IntoResponse;
use serde_json::{Value as Json, json};

fn drawn(directory: &Directory, team: &ScimTeam, members: bool) -> Json {
    let mut told = json!({
        "schemas": [GROUP],
        "id": team.id.to_string(),
        "displayName": team.name,
        "meta": meta("Group", &directory.place("Groups", team.id), team.version, None, None),
    });
    if let Some(external) = &team.external {
        told["externalId"] = external.as_str().into();
    }
    if members {
        let one = |(id, name): &(i64, String)| json!({ "value": id.to_string(), "display": name, "$ref": directory.place("Users", *id), "type": "User" });
        told["members"] = team.members.iter().map(one).collect();
    }
    told
}

pub(super) async fn list(directory: Directory, Query(asked): Query<Asked>) -> Told {
    let (filter, members) = (asked.filter(TEAM)?, !asked.excludes("members"));
    let mut found = Vec::new();
    for team in &directory.read(|tx| tx.scim_teams()).await? {
        if filter.fits(&drawn(&directory, team, true)) {
            found.push(drawn(&directory, team, members));
        }
    }
    Ok(asked.page(found))
}

pub(super) async fn show(directory: Directory, Path(id): Path<String>, Query(asked): Query<Asked>) -> Told {
    let id = number(&id)?;
    let team = directory.read(move |tx| tx.scim_team(id)).await?;
    Ok(resource(StatusCode::OK, &drawn(&directory, &team, !asked.excludes("members"))))
}

pub(super) async fn add(directory: Directory, bytes: Bytes) -> Told {
    let wish = whole(&body(&bytes)?)?;
    let team = directory.write(move |tx| tx.scim_team_add(&wish)).await?;
    Ok(resource(StatusCode::CREATED, &drawn(&directory, &team, true)))
}

pub(super) async fn put(directory: Directory, Path(id): Path<String>, bytes: Bytes) -> Told {
    let (id, version, wish) = (number(&id)?, directory.version()?, whole(&body(&bytes)?)?);
    let wish = TeamWish { members: wish.members.clone().or(Some(Vec::new())), ..wish };
    let team = directory.write(move |tx| tx.scim_team_change(id, &wish, version)).await?;
    Ok(resource(StatusCode::OK, &drawn(&directory, &team, true)))
}

pub(super) async fn patch(directory: Directory, Path(id): Path<String>, bytes: Bytes) -> Told {
    let (id, version) = (number(&id)?, directory.version()?);
    let changes = changes(&body(&bytes)?)?;
    let team = directory.read(move |tx| tx.scim_team(id)).await?;
    let members = drawn(&directory, &team, true)["members"].clone();
    let mut wish = TeamWish::default();
    for change in &changes {
        take(&mut wish, change, &members)?;
    }
    let team = directory.write(move |tx| tx.scim_team_change(id, &wish, version)).await?;
    Ok(resource(StatusCode::OK, &drawn(&directory, &team, true)))
}

pub(super) async fn remove(directory: Directory, Path(id): Path<String>) -> Told {
    let id = number(&id)?;
    directory.write(move |tx| tx.scim_team_remove(id)).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

fn whole(body: &Json) -> Result<TeamWish, Fault> {
    let mut wish = TeamWish {
        name: body["displayName"].as_str().map(str::to_string),
        external: body["externalId"].as_str().map(str::to_string),
        ..TeamWish::default()
    };
    if let Some(all) = body.get("members") {
        wish.members = Some(members(all)?);
    }
    Ok(wish)
}

fn take(wish: &mut TeamWish, change: &Change, present: &Json) -> Result<(), Fault> {
    match (change.path.as_str(), change.deed) {
        ("displayname", Deed::Add | Deed::Replace) => wish.name = change.value.as_str().map(str::to_string),
        ("externalid", _) => wish.external = Some(change.value.as_str().unwrap_or_default().into()),
        ("members", Deed::Add) => wish.add.extend(members(&change.value)?),
        ("members", Deed::Replace) => wish.members = Some(members(&change.value)?),
        ("members", Deed::Remove) => match &change.which {
            // whoever is no member is gone already
            Some(which) if which.value().is_some() => wish.remove.push(number(which.value().unwrap_or_default())?),
            Some(which) => {
                let chosen = present.as_array().into_iter().flatten().filter(|one| which.fits(one)).cloned().collect();
                wish.remove.extend(members(&Json::Array(chosen))?);
            }
            None if change.value.is_null() => wish.members = Some(Vec::new()),
            None => wish.remove.extend(members(&change.value)?),
        },
        _ => {}
    }
    Ok(())
}

fn members(value: &Json) -> Result<Vec<i64>, Fault> {
    let all = match value {
        Json::Array(all) => all.clone(),
        Json::Null => Vec::new(),
        one => vec![one.clone()],
    };
    let one = |member: &Json| {
        member["value"].as_str().and_then(|id| id.parse().ok()).ok_or_else(|| Fault::bad("invalidValue", "a member has the id of a user"))
    };
    all.iter().map(one).collect()
}
