//! Reading territories and rules into memory. A rule nobody can understand any more opens and places nothing.

use super::{Destination, Placing, Sharing, SharingRule, Takers, Territory};
use crate::Result;
use crate::people::{below, rows};
use akrab_model::{Filter, Record, Registry, Value};
use akrab_store::Conn;
use std::collections::HashMap;

impl Sharing {
    /// Reads all of it from the database; `teams` are (id, name, parent).
    pub(crate) fn load(conn: &mut Conn, registry: &Registry, teams: &[(i64, String, Option<i64>)]) -> Result<Sharing> {
        let mut sharing = Sharing { territories: territories(conn, registry)?, ..Sharing::default() };
        let mut rules = rows(conn, registry, "territory_rule")?;
        rules.sort_by_key(|rule| (rule.get("position").int().unwrap_or_default(), rule.id));
        for rule in rules.iter().filter(|rule| rule.get("active").bool()) {
            let to = match (rule.link("territory"), rule.text("via")) {
                (Some(id), _) => Destination::Territory(id),
                (None, via) if !via.is_empty() => Destination::As(via.into()),
                _ => continue,
            };
            if let Some(filter) = filter(rule) {
                sharing.placing.entry(rule.text("object").into()).or_default().push(Placing { filter, to });
            }
        }
        for rule in rows(conn, registry, "sharing_rule")?.iter().filter(|rule| rule.get("active").bool()) {
            let Some((filter, to)) = filter(rule).zip(takers(rule, teams, &sharing)) else { continue };
            let edit = rule.text("level") == "edit";
            let rule_of = SharingRule { id: rule.id, name: rule.text("name").into(), filter, edit, to };
            sharing.rules.entry(rule.text("object").into()).or_default().push(rule_of);
        }
        sharing.takers = conn.share_takers()?.into_iter().collect();
        Ok(sharing)
    }
}

/// The condition of a rule; one without any fits every record.
pub(super) fn filter(rule: &Record) -> Option<Filter> {
    match rule.get("filter") {
        Value::Json(json) => Filter::from_json(json).ok(),
        _ => Some(Filter::All(Vec::new())),
    }
}

fn takers(rule: &Record, teams: &[(i64, String, Option<i64>)], sharing: &Sharing) -> Option<Takers> {
    let deep = rule.get("below").bool();
    if let Some(role) = rule.link("to_role") {
        return Some(Takers::Role(role));
    }
    if let Some(team) = rule.link("to_team") {
        return Some(Takers::Teams(if deep { below(teams, team) } else { vec![team] }));
    }
    if let Some(territory) = rule.link("to_territory") {
        return Some(Takers::Territories(if deep { sharing.below(territory) } else { vec![territory] }));
    }
    rule.link("to_user").map(Takers::User)
}

fn territories(conn: &mut Conn, registry: &Registry) -> Result<Vec<Territory>> {
    let found = rows(conn, registry, "territory")?;
    let Some(object) = registry.object("territory") else { return Ok(Vec::new()) };
    let ids: Vec<i64> = found.iter().map(|t| t.id).collect();
    let mut members = match object.field_ix("members") {
        Some(field) if !ids.is_empty() => conn.links(registry, object, field, &ids)?,
        _ => HashMap::new(),
    };
    let of = |t: &Record| Territory {
        id: t.id,
        name: t.text("name").into(),
        parent: t.link("parent"),
        members: members.remove(&t.id).unwrap_or_default().into_iter().map(|link| link.to).collect(),
    };
    Ok(found.iter().map(of).collect())
}
