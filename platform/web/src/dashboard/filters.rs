//! What narrows every report of a dashboard: a period, a person, a team.

use crate::list::address::push;
use crate::ui::chip::choice_chip;
use crate::ui::menu::menu_choice;
use crate::{Visit, filter::words};
use akrab_model::report::Report;
use akrab_model::{Object, Registry};
use maud::{Markup, html};
use serde_json::{Value as Json, json};

/// Periods offered.
const PERIODS: [&str; 9] =
    ["this_week", "this_month", "last_month", "this_quarter", "last_quarter", "this_year", "last_year", "last_30_days", "last_90_days"];
/// People offered by name at most.
const PEOPLE: usize = 60;

/// As it stands in the address.
#[derive(Debug, Clone, Default, serde::Deserialize)]
#[serde(default)]
pub struct Filters {
    pub period: String,
    /// `me`, `my_team` or an id.
    pub owner: String,
    pub team: String,
    /// Without the frame.
    pub full: String,
}

impl Filters {
    /// The condition for one report; none where nothing is chosen.
    pub fn of(&self, registry: &Registry, people: &akrab_engine::People, report: &Report) -> Option<Json> {
        let object = registry.object(&report.object)?;
        let mut tests = Vec::new();
        if !self.period.is_empty() {
            tests.push(json!({"field": report.period_field(), "op": "within", "value": self.period}));
        }
        if let Some(owner) = owner_of(object) {
            if !self.owner.is_empty() {
                tests.push(json!({"field": owner, "op": "in", "value": [self.owner]}));
            }
            if let Ok(team) = self.team.parse::<i64>() {
                let members: Vec<i64> = people.users().iter().filter(|p| p.team == Some(team)).map(|p| p.id).collect();
                tests.push(json!({"field": owner, "op": "in", "value": members}));
            }
        }
        match tests.len() {
            0 => None,
            1 => tests.pop(),
            _ => Some(json!({ "all": tests })),
        }
    }

    /// The address of a dashboard under these filters.
    pub fn href(&self, key: &str) -> String {
        self.on(format!("/dashboards/{key}"))
    }

    /// The same as a file.
    pub fn file(&self, key: &str, format: &str) -> String {
        Filters { full: String::new(), ..self.clone() }.on(format!("/dashboards/{key}/file?format={format}"))
    }

    fn on(&self, mut href: String) -> String {
        for (name, value) in [("period", &self.period), ("owner", &self.owner), ("team", &self.team), ("full", &self.full)] {
            if !value.is_empty() {
                push(&mut href, name, value);
            }
        }
        href
    }

    /// The chips that choose them.
    pub fn chips(&self, visit: &Visit, key: &str) -> Markup {
        let t = visit.t;
        let look = visit.look();
        let people = visit.engine().people();
        let all = t.get("dashboard-all");
        let period = words::relative(&look, &self.period).filter(|_| !self.period.is_empty()).unwrap_or_else(|| all.clone());
        let with_period = |word: &str| Filters { period: word.into(), ..self.clone() }.href(key);
        let with_owner = |word: &str| Filters { owner: word.into(), ..self.clone() }.href(key);
        let with_team = |word: &str| Filters { team: word.into(), ..self.clone() }.href(key);
        let owner = match self.owner.as_str() {
            "" => all.clone(),
            "me" => t.get("filter-me"),
            "my_team" => t.get("filter-my-team"),
            id => id.parse().ok().and_then(|id| people.name(id)).unwrap_or_default(),
        };
        let team = people.teams.iter().find(|(id, ..)| id.to_string() == self.team).map_or(all.clone(), |(_, name, _)| name.clone());
        html! {
            (choice_chip(&t.get("dashboard-period"), &period, html! {
                (menu_choice(&all, &with_period(""), self.period.is_empty()))
                @for word in PERIODS { (menu_choice(&words::relative(&look, word).unwrap_or_default(), &with_period(word), self.period == word)) }
            }))
            (choice_chip(&t.get("dashboard-owner"), &owner, html! {
                (menu_choice(&all, &with_owner(""), self.owner.is_empty()))
                (menu_choice(&t.get("filter-me"), &with_owner("me"), self.owner == "me"))
                (menu_choice(&t.get("filter-my-team"), &with_owner("my_team"), self.owner == "my_team"))
                @for person in people.users().into_iter().filter(|p| p.active).take(PEOPLE) {
                    @let id = person.id.to_string();
                    (menu_choice(&person.name, &with_owner(&id), self.owner == id))
                }
            }))
            @if !people.teams.is_empty() {
                (choice_chip(&t.get("dashboard-team"), &team, html! {
                    (menu_choice(&all, &with_team(""), self.team.is_empty()))
                    @for (id, name, _) in &people.teams { @let id = id.to_string(); (menu_choice(name, &with_team(&id), self.team == id)) }
                }))
            }
        }
    }
}

fn owner_of(object: &Object) -> Option<&str> {
    object.owner.map(|ix| object.at(ix).key.as_str())
}
