//! Parts of forms that several kinds of steps have.

use super::{Options, Panel};
use crate::filter::fields::{CHILD, Choice, choices};
use crate::ui::form::{Row, row};
use crate::ui::input::{self, Input, multi_select};
use akrab_engine::flow::{Lapse, Unit, Who};
use akrab_model::{FieldType, Object};
use maud::{Markup, html};
use std::sync::Arc;

impl Panel<'_> {
    pub(super) fn objects(&self) -> Options {
        let mut all: Options = self
            .look()
            .registry
            .objects()
            .filter(|o| !o.is_system() && !o.decl.hidden)
            .map(|o| (o.key.clone(), o.label(self.look().key()).to_string()))
            .collect();
        all.sort_by_key(|(_, words)| words.to_lowercase());
        all
    }

    /// Everybody a step can be for.
    pub(super) fn people(&self, object: &Arc<Object>) -> Options {
        let look = self.look();
        let mut all: Options = Vec::new();
        if object.owner.is_some() {
            all.push(("owner".into(), self.t("flow-who-owner")));
        }
        all.push(("creator".into(), self.t("flow-who-creator")));
        for choice in self.paths(object) {
            let person = choice.field.as_ref().is_some_and(|f| crate::filter::people::is_person(look, f) && f.kind == FieldType::Link);
            let own = object.owner.is_some_and(|ix| object.at(ix).key == choice.key) || choice.key == "created_by";
            if person && !own {
                all.push((format!("field:{}", choice.key), choice.label));
            }
        }
        let people = &self.teller.people;
        all.extend(people.at_work().iter().map(|p| (format!("user:{}", p.id), p.name.clone())));
        all.extend(people.teams.iter().map(|(id, ..)| (format!("team:{id}"), self.teller.who("", &Who::Team(*id)))));
        all.extend(people.roles.iter().map(|role| (format!("role:{}", role.key), self.teller.who("", &Who::Role(role.key.clone())))));
        all
    }

    pub(super) fn several(&self, label: &str, name: &str, options: &Options, chosen: &[String]) -> Markup {
        let chosen: Vec<&str> = chosen.iter().map(String::as_str).collect();
        self.row(label, Input::new(name, ""), |i| multi_select(i, options, &chosen))
    }

    /// Fields of the record and of those it is linked to.
    pub(super) fn paths(&self, object: &Arc<Object>) -> Vec<Choice> {
        choices(self.look(), object, &self.look().rights).into_iter().filter(|c| !c.key.starts_with(CHILD)).collect()
    }

    /// Buttons that put a field into the text above them.
    pub(super) fn insert(&self, object: &Arc<Object>) -> Markup {
        let own = self.paths(object).into_iter().filter(|c| !matches!(c.kind, FieldType::File | FieldType::Links | FieldType::Json));
        html! {
            details.ak-flow-insert {
                summary { (self.t("flow-insert")) }
                div { @for choice in own.take(80) {
                    button.ak-tag type="button" data-insert={ "{{" (choice.key) "}}" } title={ "{{" (choice.key) "}}" } { (choice.label) }
                } }
            }
        }
    }

    pub(super) fn lapse(&self, name: &str, label: &str, lapse: Option<&Lapse>) -> Markup {
        let units: Options =
            Unit::ALL.iter().map(|u| (u.key().to_string(), self.t(&format!("flow-unit-{}", u.key().replace('_', "-"))))).collect();
        let unit = lapse.map_or(Unit::Days, |l| l.unit);
        let n = lapse.map(|l| l.n.to_string()).unwrap_or_default();
        let part = |part: &str| format!("{name}_{part}");
        html! {
            div.ak-flow-pair {
                (self.row(label, Input::new(&part("n"), &n), input::number))
                (self.choose("flow-unit", &part("unit"), unit.key(), &units))
            }
            @if unit.is_of_days() {
                (row(self.look().t, &Row::new(self.t("flow-at")).hint(self.t("flow-at-hint")), Input::new(&part("at"), &lapse.and_then(|l| l.at).map(|at| at.to_string()).unwrap_or_default()).attr("type", "time"), input::text))
            }
            @if unit.is_working() { (self.calendar_row(&part("calendar"), lapse.and_then(|l| l.calendar.as_deref()))) }
        }
    }

    pub(super) fn calendar_row(&self, name: &str, value: Option<&str>) -> Markup {
        self.choose("flow-calendar", name, value.unwrap_or(akrab_engine::calendar::USUAL), self.calendars)
    }
}
