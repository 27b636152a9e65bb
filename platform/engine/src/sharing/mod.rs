//! Who sees more than his own: territories with the rules that place records in them, sharing rules, and
//! records given to somebody one by one.
//!
//! Everything here only ever adds to what a role reaches, and nothing to what a role may do: a record given
//! to somebody whose role may not read its object stays out of sight.

mod given;
mod hold;
mod job;
mod load;
mod place;
mod why;

pub use given::{Give, Given, Taker};
pub(crate) use hold::behaviours;
pub(crate) use job::schedule;
pub use job::{Moved, PlaceJob, PlaceReport};
pub use why::Seer;

use crate::people::Person;
use akrab_model::Filter;
use std::collections::{HashMap, HashSet};

/// A part of the market.
#[derive(Debug, Clone, PartialEq)]
pub struct Territory {
    pub id: i64,
    pub name: String,
    pub parent: Option<i64>,
    pub members: Vec<i64>,
}

/// A rule that places records of one object.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Placing {
    pub filter: Filter,
    pub to: Destination,
}

/// Where a placing rule leads.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Destination {
    Territory(i64),
    /// The territory of what this link points to.
    As(String),
}

/// Records of one object that match a filter are open to some people.
#[derive(Debug, Clone, PartialEq)]
pub struct SharingRule {
    pub id: i64,
    pub name: String,
    pub(crate) filter: Filter,
    pub edit: bool,
    pub(crate) to: Takers,
}

/// To whom a sharing rule opens records.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Takers {
    Role(i64),
    Teams(Vec<i64>),
    Territories(Vec<i64>),
    User(i64),
}

/// All of it, as kept in memory with the people.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Sharing {
    pub territories: Vec<Territory>,
    /// By object, in the order in which they are asked.
    pub(crate) placing: HashMap<String, Vec<Placing>>,
    /// By object.
    pub(crate) rules: HashMap<String, Vec<SharingRule>>,
    /// Whoever was given a record of an object: (object, user, team).
    pub(crate) takers: HashSet<(String, Option<i64>, Option<i64>)>,
}

impl Sharing {
    /// A territory and all below it.
    pub fn below(&self, root: i64) -> Vec<i64> {
        let mut found = vec![root];
        let mut next = 0;
        while next < found.len() {
            let parent = Some(found[next]);
            let more: Vec<i64> = self.territories.iter().filter(|t| t.parent == parent && !found.contains(&t.id)).map(|t| t.id).collect();
            found.extend(more);
            next += 1;
        }
        found
    }
    /// The name of a territory.
    pub fn name(&self, id: i64) -> Option<&str> {
        self.territories.iter().find(|t| t.id == id).map(|t| t.name.as_str())
    }
    /// Rules that open records of an object to this person.
    pub(crate) fn rules_for<'s>(&'s self, object: &str, person: &'s Person) -> impl Iterator<Item = &'s SharingRule> {
        self.rules.get(object).into_iter().flatten().filter(|rule| rule.to.fits(person))
    }
    /// Whether the person, or his team, was ever given a record of this object.
    pub(crate) fn takes(&self, object: &str, person: &Person) -> bool {
        let has = |user, team| self.takers.contains(&(object.to_string(), user, team));
        !self.takers.is_empty() && (has(Some(person.id), None) || (person.team.is_some() && has(None, person.team)))
    }
    /// Rules that place records of an object; empty for one that has none.
    pub(crate) fn placing(&self, object: &str) -> &[Placing] {
        self.placing.get(object).map_or(&[], Vec::as_slice)
    }
    /// Objects whose records go where this object's records go: (object, link).
    pub(crate) fn following<'s>(&'s self, links: &[(String, String)]) -> Vec<(&'s str, &'s str)> {
        let mut found = Vec::new();
        for (object, rules) in &self.placing {
            for rule in rules {
                if let Destination::As(link) = &rule.to
                    && links.iter().any(|(o, l)| o == object && l == link)
                    && !found.contains(&(object.as_str(), link.as_str()))
                {
                    found.push((object.as_str(), link.as_str()));
                }
            }
        }
        found.sort_unstable();
        found
    }
}

impl Takers {
    fn fits(&self, person: &Person) -> bool {
        match self {
            Takers::Role(role) => person.role.id == *role,
            Takers::Teams(teams) => person.team.is_some_and(|team| teams.contains(&team)),
            Takers::Territories(territories) => person.member_of.iter().any(|id| territories.contains(id)),
            Takers::User(user) => person.id == *user,
        }
    }
}
