//! Which fields a flow names: in its trigger, its conditions, its texts and in what its steps write.

use super::{Assigning, Content, Deed, Flow, Given, MailTo, Trigger, Until, Values, Who, paths, tasks};
use crate::Filter;
use crate::filter::{Mention, leads_to};
use crate::object::Registry;
use serde_json::Value as Json;

/// Gathers what is named, step by step.
struct Named<'a> {
    registry: &'a Registry,
    found: Vec<Mention>,
}

impl Flow {
    /// Whether the flow names a field of an object, or with none the object itself.
    pub fn uses(&self, registry: &Registry, object: &str, field: Option<&str>) -> bool {
        let mut named = Named { registry, found: Vec::new() };
        named.one(&self.object, "");
        named.when(&self.object, self.when.as_ref());
        match &self.trigger {
            Trigger::Changed { field, .. } | Trigger::Date { field, .. } => named.one(&self.object, field),
            _ => {}
        }
        for step in self.all_steps() {
            named.deed(self.object_of(&step.key), &step.deed);
        }
        for formula in self.formulas() {
            named.formula(&formula.object, &formula.text);
        }
        if let Some(text) = &self.formula {
            named.formula(&self.object, text);
        }
        leads_to(registry, &named.found, object, field)
    }
}

impl Named<'_> {
    fn one(&mut self, object: &str, path: &str) {
        self.found.push((object.into(), path.into()));
    }

    fn when(&mut self, object: &str, when: Option<&Json>) {
        if let Some(Ok(filter)) = when.map(Filter::from_json) {
            filter.mentions(object, &mut self.found);
        }
    }

    fn text(&mut self, object: &str, text: &str) {
        paths(text).for_each(|path| self.one(object, path));
    }

    fn who(&mut self, object: &str, who: &Who) {
        if let Who::Field(path) = who {
            self.one(object, path);
        }
    }

    /// Every word of an expression that is a field of the object.
    fn formula(&mut self, object: &str, text: &str) {
        let Some(of) = self.registry.object(object).cloned() else { return };
        let words = text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').filter(|word| of.field(word).is_some());
        words.for_each(|word| self.one(object, word));
    }

    fn values(&mut self, source: &str, target: &str, values: &Values) {
        for (key, given) in values {
            self.one(target, key);
            match given {
                Given::Value(Json::String(text)) => self.text(source, text),
                Given::From(path) => self.one(source, path),
                Given::Value(_) | Given::Formula(_) | Given::After(_) | Given::Empty => {}
            }
        }
    }

    fn deed(&mut self, object: &str, deed: &Deed) {
        match deed {
            Deed::Set { values } => self.values(object, object, values),
            Deed::Create { object: made, link, values } => {
                self.one(made, link.as_deref().unwrap_or(""));
                self.values(object, made, values);
            }
            Deed::Assign(Assigning::To { to }) => self.who(object, to),
            Deed::Assign(Assigning::RoundRobin { people } | Assigning::Load { people }) => {
                people.iter().for_each(|who| self.who(object, who));
            }
            Deed::Assign(Assigning::Rule { rules, otherwise }) => {
                for rule in rules {
                    self.when(object, Some(&rule.when));
                    self.who(object, &rule.to);
                }
                otherwise.iter().for_each(|who| self.who(object, who));
            }
            Deed::Task { title, note, to, values, .. } => {
                self.text(object, title);
                self.text(object, note.as_deref().unwrap_or(""));
                self.who(object, to);
                if let Some(target) = tasks(self.registry).map(|tasks| tasks.key.clone()) {
                    self.values(object, &target, values);
                }
            }
            Deed::Notify { to, text } => {
                to.iter().for_each(|who| self.who(object, who));
                self.text(object, text);
            }
            Deed::Mail { to, subject, text, .. } => {
                for to in to {
                    match to {
                        MailTo::Field(path) => self.one(object, path),
                        MailTo::Who(who) => self.who(object, who),
                        MailTo::Address(_) => {}
                    }
                }
                self.text(object, subject);
                self.text(object, text);
            }
            Deed::Webhook(calling) => {
                calling.texts().into_iter().for_each(|text| self.text(object, text));
                if let Content::Fields(fields) = &calling.content {
                    fields.iter().for_each(|path| self.one(object, path));
                }
            }
            Deed::Approval { note, .. } => self.text(object, note.as_deref().unwrap_or("")),
            Deed::Wait(Until::Date { field, .. }) => self.one(object, field),
            Deed::Wait(Until::Holds { when, .. }) => self.when(object, Some(when)),
            Deed::Branch { arms } => arms.iter().for_each(|arm| self.when(object, arm.when.as_ref())),
            Deed::Each { object: child, via, when, .. } => {
                self.one(child, via);
                self.when(child, when.as_ref());
            }
            _ => {}
        }
    }
}
