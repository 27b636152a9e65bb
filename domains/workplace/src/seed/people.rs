//! The sample firm's teams and users.

use super::basics::{ids_by, input};
use crate::sample::{TEAMS, USERS, User};
use akrab_engine::{Result, Tx};
use akrab_model::RecordId;
use serde_json::json;

/// Password of every sample user. The demonstration prints it; nobody else has these users.
pub const PASSWORD: &str = "kopi-nusantara-2026";

/// The administrator's address, for whom every manual says `admin`.
const ADMIN: &str = "admin@akrab.test";

/// One user per role: name, address and role key.
pub fn sign_ins() -> Vec<(&'static str, &'static str, &'static str)> {
    let mut found: Vec<(&str, &str, &str)> = Vec::new();
    for user in &USERS {
        if !found.iter().any(|(_, _, role)| *role == user.role) {
            found.push((user.name, address(user), user.role));
        }
    }
    found
}

fn address(user: &User) -> &'static str {
    if user.role == "administrator" { ADMIN } else { user.email }
}

/// Makes teams and users where they are missing; the ids are in the order of the sample's users.
///
/// Who set the workspace up takes the sample administrator's place: the first day shows work of one's own.
pub(super) fn people(tx: &mut Tx) -> Result<Vec<RecordId>> {
    let lang = tx.ctx.lang;
    let roles = ids_by(tx, "role", "key")?;
    let mut known = ids_by(tx, "user", "email")?;
    let mut teams = ids_by(tx, "team", "name")?;
    for team in &TEAMS {
        let name = lang.pick(team.name_id, team.name_en);
        if !teams.iter().any(|(n, _)| n == name) {
            let id = tx.create("team", &input(&[("name", json!(name))]))?;
            teams.push((name.to_string(), id));
        }
    }
    let find = |list: &[(String, RecordId)], key: &str| list.iter().find(|(k, _)| k == key).map(|(_, id)| *id);
    let chief = tx.engine.people().administrator().map(|person| (person.id, person.team));
    for user in &USERS {
        if find(&known, address(user)).is_some() {
            continue;
        }
        let team = TEAMS.iter().find(|t| t.key == user.team).map(|t| lang.pick(t.name_id, t.name_en)).unwrap_or_default();
        if let Some((id, own)) = chief.filter(|_| user.role == "administrator") {
            if own.is_none() {
                tx.update("user", id, &input(&[("team", json!(find(&teams, team)))]), None)?;
            }
            known.push((address(user).to_string(), id));
            continue;
        }
        let id = tx.create(
            "user",
            &input(&[
                ("name", json!(user.name)),
                ("email", json!(address(user))),
                ("role", json!(find(&roles, user.role))),
                ("team", json!(find(&teams, team))),
                ("language", json!(lang.as_str())),
            ]),
        )?;
        known.push((address(user).to_string(), id));
    }
    Ok(USERS.iter().filter_map(|user| find(&known, address(user))).collect())
}
