//! What is wrong with a flow, and where: pointers are `trigger/…`, `when`, `steps/KEY/…`.

mod webhook;

use super::{Arm, Assigning, DateUnit, Deed, Flow, Given, Lapse, MailTo, Rhythm, Step, Trigger, Unit, Until, Values, Who, paths};
use crate::filter::{Env, Rights};
use crate::object::{FieldIx, FieldType, ObjectIx, Registry};
use crate::value::ParseEnv;
use crate::{Cond, Field, FieldProblem, Filter, Object};
use serde_json::Value as Json;
use std::collections::HashSet;

/// Steps a flow has at most, and lists within lists.
pub const MOST_STEPS: usize = 100;
const DEEPEST: usize = 5;
/// Records steps are taken for at most.
pub const MOST_CHILDREN: u32 = 500;
/// A run waits at most so long.
pub const LONGEST_WAIT_DAYS: i64 = 400;
const LONGEST_TEXT: usize = 10_000;
const LONGEST_LINE: usize = 250;
const MOST_PEOPLE: usize = 50;

/// What a flow is judged by.
pub struct Judge<'a> {
    pub registry: &'a Registry,
    pub env: Env,
    pub parse: ParseEnv,
    /// Keys of all flows and the objects they run for.
    pub flows: &'a [(String, String)],
    /// Whether there is such a user, team, role or calendar.
    pub knows: &'a dyn Fn(Known<'_>) -> bool,
}

/// Something outside of the objects that a flow names.
#[derive(Debug, Clone, Copy)]
pub enum Known<'a> {
    Who(&'a Who),
    Calendar(&'a str),
    /// Key of an approval rule, and the object it has to be for.
    Approval(&'a str, &'a str),
    /// Key of a template of mails, and the object it has to be for.
    Template(&'a str, &'a str),
    /// Number of a public form, and the object it has to make records of.
    Form(i64, &'a str),
    /// Number of a webhook that flows may call.
    Webhook(i64),
}

/// A flow is written by those who may see everything.
struct All;

impl Rights for All {
    fn may_read(&self, _: ObjectIx, _: FieldIx) -> bool {
        true
    }
    fn guard(&self, _: ObjectIx) -> Cond {
        Cond::True
    }
}

/// Collects faults on the way.
struct Check<'a> {
    judge: &'a Judge<'a>,
    faults: Vec<FieldProblem>,
    /// Steps that ask for an approval, with the object of the records they are taken for.
    asks: Vec<(String, String)>,
}

impl Flow {
    /// Every fault, each with its place. Expressions are the engine's to judge: [`Flow::formulas`].
    pub fn check(&self, judge: &Judge<'_>) -> Vec<FieldProblem> {
        let mut check = Check { judge, faults: Vec::new(), asks: self.approvals() };
        for (pointer, words) in [("name_id", &self.name.id), ("name_en", &self.name.en)] {
            check.line(pointer, words);
        }
        let Some(object) = judge.registry.object(&self.object).filter(|o| !o.is_system() && !o.decl.hidden) else {
            check.fault("object", "flow_unknown_object");
            return check.faults;
        };
        check.trigger(self, object);
        if let Some(when) = &self.when {
            check.filter("when", object, when);
        }
        let steps = self.all_steps();
        if steps.is_empty() {
            check.fault("steps", "flow_no_steps");
        }
        if steps.len() > MOST_STEPS {
            check.faults.push(FieldProblem::new("steps", "too_many").with("max", MOST_STEPS));
        }
        let mut keys = HashSet::new();
        for step in &steps {
            if !is_step_key(&step.key) || !keys.insert(&step.key) {
                check.fault(&format!("steps/{}", step.key), "flow_step_key");
            }
        }
        check.list(&self.steps, object, 0);
        check.faults
    }

    /// Steps that ask for an approval, with the object of the records they are taken for.
    pub fn approvals(&self) -> Vec<(String, String)> {
        let asks = self.all_steps().into_iter().filter(|step| matches!(step.deed, Deed::Approval { .. }));
        asks.map(|step| (step.key.clone(), self.object_of(&step.key).to_string())).collect()
    }

    /// Every expression of the flow.
    pub fn formulas(&self) -> Vec<Formula> {
        let made = |place, object: &str, text: &String, into| Formula { place, object: object.into(), text: text.clone(), into };
        let mut found: Vec<_> = self.formula.iter().map(|text| made("formula".to_string(), &self.object, text, None)).collect();
        for step in self.all_steps() {
            let about = self.object_of(&step.key);
            let (target, values) = match &step.deed {
                Deed::Set { values } => (about, values),
                Deed::Create { object, values, .. } => (object.as_str(), values),
                Deed::Task { values, .. } => ("task", values),
                _ => continue,
            };
            for (key, given) in values {
                if let Given::Formula(text) = given {
                    found.push(made(format!("steps/{}/values/{key}", step.key), about, text, Some((target.to_string(), key.clone()))));
                }
            }
        }
        found
    }
}

/// An expression of a flow.
pub struct Formula {
    /// Where it stands: `formula`, `steps/KEY/values/FIELD`.
    pub place: String,
    /// Object whose fields it is about.
    pub object: String,
    pub text: String,
    /// Object and field it fills; none for a condition.
    pub into: Option<(String, String)>,
}

fn is_step_key(key: &str) -> bool {
    !key.is_empty() && key.len() <= 40 && key.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
}

/// The field at the end of a path over links.
pub(super) fn walk<'r>(registry: &'r Registry, object: &'r Object, path: &str) -> Option<&'r Field> {
    let mut at = object;
    let mut parts = path.split('.').peekable();
    let mut links = 0;
    while let Some(part) = parts.next() {
        let field = at.field(part).filter(|field| !field.hidden)?;
        if parts.peek().is_none() {
            return Some(field);
        }
        links += 1;
        if links > 3 {
            return None;
        }
        at = registry.at(field.to.filter(|_| field.kind.is_link())?);
    }
    None
}

impl Check<'_> {
    fn fault(&mut self, pointer: &str, code: &str) {
        self.faults.push(FieldProblem::new(&format!("/{pointer}"), code));
    }
    fn unknown(&mut self, pointer: &str, field: &str) {
        let code = if field.is_empty() { "required" } else { "unknown_field" };
        self.faults.push(FieldProblem::new(&format!("/{pointer}"), code).with("field", field));
    }

    fn line(&mut self, pointer: &str, words: &str) {
        if words.trim().is_empty() {
            self.fault(pointer, "required");
        } else if words.chars().count() > LONGEST_LINE {
            self.faults.push(FieldProblem::new(&format!("/{pointer}"), "too_long").with("max", LONGEST_LINE));
        }
    }

    fn trigger(&mut self, flow: &Flow, object: &Object) {
        match &flow.trigger {
            Trigger::Created {} | Trigger::Button {} | Trigger::Called {} | Trigger::Webhook {} => {}
            Trigger::Form { form } => {
                if let Some(form) = form
                    && !(self.judge.knows)(Known::Form(*form, &object.key))
                {
                    self.fault("trigger/form", "flow_form_unknown");
                }
            }
            Trigger::Changed { field, to } => match object.field(field).filter(|f| !f.system && !f.hidden) {
                None => self.unknown("trigger/field", field),
                Some(field) => {
                    if let Some(to) = to
                        && let Err(fault) = field.parse(to, &self.judge.parse)
                    {
                        self.faults.push(FieldProblem { pointer: "/trigger/to".into(), ..fault });
                    }
                }
            },
            Trigger::Became {} => {
                if flow.when.is_none() && flow.formula.is_none() {
                    self.fault("when", "flow_condition_wanted");
                }
            }
            Trigger::Date { field, offset, unit, calendar, .. } => {
                let dated = |f: &&Field| matches!(f.kind, FieldType::Date | FieldType::DateTime) && !f.hidden;
                match object.field(field).filter(dated) {
                    None => self.unknown("trigger/field", field),
                    Some(field) if *unit == DateUnit::Hours && field.kind == FieldType::Date => {
                        self.fault("trigger/unit", "flow_date_has_no_time");
                    }
                    Some(_) => {}
                }
                if offset.abs() > LONGEST_WAIT_DAYS {
                    self.faults.push(FieldProblem::new("/trigger/offset", "too_large").with("max", LONGEST_WAIT_DAYS));
                }
                self.calendar("trigger/calendar", calendar.as_deref());
            }
            Trigger::Schedule { rhythm, day, calendar, .. } => {
                let fits = match rhythm {
                    Rhythm::Weekly => (0..7).contains(day),
                    Rhythm::Monthly => (1..29).contains(day),
                    Rhythm::Daily | Rhythm::WorkingDays => true,
                };
                if !fits {
                    self.fault("trigger/day", "unknown_choice");
                }
                self.calendar("trigger/calendar", calendar.as_deref());
            }
        }
    }

    fn calendar(&mut self, pointer: &str, key: Option<&str>) {
        if let Some(key) = key
            && !(self.judge.knows)(Known::Calendar(key))
        {
            self.fault(pointer, "unknown_choice");
        }
    }

    fn filter(&mut self, pointer: &str, object: &Object, json: &Json) {
        let bound = Filter::from_json(json).and_then(|filter| filter.bind(self.judge.registry, object, &self.judge.env, &All));
        if let Err(problem) = bound {
            self.faults
                .extend(problem.fields.into_iter().map(|fault| FieldProblem { pointer: format!("/{pointer}{}", fault.pointer), ..fault }));
        }
    }

    fn list(&mut self, list: &[Step], object: &Object, depth: usize) {
        if depth > DEEPEST {
            self.fault("steps", "flow_too_deep");
            return;
        }
        for (n, step) in list.iter().enumerate() {
            let at = format!("steps/{}", step.key);
            if matches!(step.deed, Deed::End {}) && n + 1 < list.len() {
                self.fault(&at, "flow_end_not_last");
            }
            self.deed(&at, &step.deed, object, depth);
        }
    }

    fn deed(&mut self, at: &str, deed: &Deed, object: &Object, depth: usize) {
        let registry = self.judge.registry;
        match deed {
            Deed::Set { values } => {
                if values.is_empty() {
                    self.fault(&format!("{at}/values"), "flow_no_values");
                }
                self.values(at, object, object, values);
            }
            Deed::Create { object: made, link, values } => {
                let Some(made) = registry.object(made).filter(|o| !o.is_system() && !o.decl.hidden) else {
                    return self.fault(&format!("{at}/object"), "flow_unknown_object");
                };
                if let Some(link) = link
                    && made.field(link).is_none_or(|f| f.kind != FieldType::Link || f.to != Some(object.ix))
                {
                    self.unknown(&format!("{at}/link"), link);
                }
                self.values(at, object, made, values);
            }
            Deed::Assign(assigning) => self.assigning(at, assigning, object),
            Deed::Task { title, note, to, due, values } => {
                self.line(&format!("{at}/title"), title);
                self.text(&format!("{at}/title"), object, title);
                self.text(&format!("{at}/note"), object, note.as_deref().unwrap_or(""));
                self.who(&format!("{at}/to"), object, to);
                self.lapse(&format!("{at}/due"), due.as_ref());
                match tasks(registry) {
                    None => self.fault(at, "flow_no_tasks"),
                    Some(tasks) => self.values(at, object, tasks, values),
                }
            }
            Deed::Notify { to, text } => {
                self.people(&format!("{at}/to"), object, to);
                self.line(&format!("{at}/text"), text);
                self.text(&format!("{at}/text"), object, text);
            }
            Deed::Mail { to, template, subject, text } => self.mail(at, object, to, (template.as_deref(), subject, text)),
            Deed::Webhook(calling) => self.webhook(at, object, calling),
            Deed::Wait(until) => self.wait(at, object, until),
            Deed::Branch { arms } => {
                for (n, arm) in arms.iter().enumerate() {
                    if let Some(outcome) = &arm.outcome
                        && !self.asks.iter().any(|(step, of)| *step == outcome.step && *of == object.key)
                    {
                        self.fault(&format!("{at}/arms/{n}/outcome"), "flow_no_such_approval");
                    }
                    match &arm.when {
                        Some(when) => self.filter(&format!("{at}/arms/{n}/when"), object, when),
                        None if arm.is_otherwise() && n + 1 < arms.len() => {
                            self.fault(&format!("{at}/arms/{n}/when"), "flow_condition_wanted")
                        }
                        None => {}
                    }
                    self.list(&arm.steps, object, depth + 1);
                }
                if arms.iter().all(Arm::is_otherwise) {
                    self.fault(&format!("{at}/arms"), "flow_condition_wanted");
                }
            }
            Deed::Each { object: child, via, when, limit, steps } => {
                let Some(child) = registry.object(child).filter(|o| !o.is_system()) else {
                    return self.fault(&format!("{at}/object"), "flow_unknown_object");
                };
                if child.field(via).is_none_or(|f| f.kind != FieldType::Link || f.to != Some(object.ix)) {
                    self.unknown(&format!("{at}/via"), via);
                }
                if let Some(when) = when {
                    self.filter(&format!("{at}/when"), child, when);
                }
                if *limit == 0 || *limit > MOST_CHILDREN {
                    self.faults.push(FieldProblem::new(&format!("/{at}/limit"), "flow_limit").with("max", MOST_CHILDREN));
                }
                if steps.is_empty() {
                    self.fault(&format!("{at}/steps"), "flow_no_steps");
                }
                self.list(steps, child, depth + 1);
            }
            Deed::Run { flow } => match self.judge.flows.iter().find(|(key, _)| key == flow) {
                None => self.fault(&format!("{at}/flow"), if flow.is_empty() { "required" } else { "flow_unknown" }),
                Some((_, of)) if *of != object.key => self.fault(&format!("{at}/flow"), "flow_of_other_object"),
                Some(_) => {}
            },
            Deed::Approval { rule, .. } if rule.is_empty() => self.fault(&format!("{at}/rule"), "required"),
            Deed::Approval { rule, .. } if !(self.judge.knows)(Known::Approval(rule, &object.key)) => {
                self.fault(&format!("{at}/rule"), "flow_approval_unknown");
            }
            Deed::Approval { note, .. } => self.text(&format!("{at}/note"), object, note.as_deref().unwrap_or("")),
            Deed::End {} => {}
        }
    }

    fn assigning(&mut self, at: &str, assigning: &Assigning, object: &Object) {
        if object.owner.is_none() {
            self.fault(at, "flow_no_owner");
        }
        match assigning {
            Assigning::To { to } => self.who(&format!("{at}/to"), object, to),
            Assigning::RoundRobin { people } | Assigning::Load { people } => self.people(&format!("{at}/people"), object, people),
            Assigning::Rule { rules, otherwise } => {
                if rules.is_empty() {
                    self.fault(&format!("{at}/rules"), "flow_no_rules");
                }
                for (n, rule) in rules.iter().enumerate() {
                    self.filter(&format!("{at}/rules/{n}/when"), object, &rule.when);
                    self.who(&format!("{at}/rules/{n}/to"), object, &rule.to);
                }
                if let Some(who) = otherwise {
                    self.who(&format!("{at}/otherwise"), object, who);
                }
            }
        }
    }

    fn mail(&mut self, at: &str, object: &Object, to: &[MailTo], (template, subject, text): (Option<&str>, &str, &str)) {
        if to.is_empty() {
            self.fault(&format!("{at}/to"), "flow_no_people");
        }
        for to in to {
            let place = format!("{at}/to");
            match to {
                MailTo::Who(who) => self.who(&place, object, who),
                MailTo::Address(address) => {
                    if let Err(error) = crate::text::email::parse(address) {
                        self.fault(&place, error.code);
                    }
                }
                MailTo::Field(path) => {
                    if walk(self.judge.registry, object, path).is_none_or(|f| f.kind != FieldType::Email) {
                        self.unknown(&place, path);
                    }
                }
            }
        }
        if let Some(template) = template {
            if !(self.judge.knows)(Known::Template(template, &object.key)) {
                self.fault(&format!("{at}/template"), "flow_template_unknown");
            }
            return;
        }
        self.line(&format!("{at}/subject"), subject);
        self.text(&format!("{at}/subject"), object, subject);
        if text.trim().is_empty() {
            self.fault(&format!("{at}/text"), "required");
        }
        self.text(&format!("{at}/text"), object, text);
    }

    fn wait(&mut self, at: &str, object: &Object, until: &Until) {
        match until {
            Until::Passed { lapse } => self.lapse(&format!("{at}/lapse"), Some(lapse)),
            Until::Date { field, lapse } => {
                let dated = |f: &Field| matches!(f.kind, FieldType::Date | FieldType::DateTime);
                if !walk(self.judge.registry, object, field).is_some_and(dated) {
                    self.unknown(&format!("{at}/field"), field);
                }
                self.lapse(&format!("{at}/lapse"), lapse.as_ref());
            }
            Until::Holds { when, most, .. } => {
                self.filter(&format!("{at}/when"), object, when);
                self.lapse(&format!("{at}/most"), Some(most));
            }
        }
    }

    fn lapse(&mut self, at: &str, lapse: Option<&Lapse>) {
        let Some(lapse) = lapse else { return };
        let days = match lapse.unit {
            Unit::Minutes => i64::from(lapse.n) / (24 * 60),
            Unit::Hours => i64::from(lapse.n) / 24,
            Unit::Weeks => i64::from(lapse.n) * 7,
            Unit::WorkingHours => i64::from(lapse.n) / 8,
            Unit::Days | Unit::WorkingDays => i64::from(lapse.n),
        };
        if days > LONGEST_WAIT_DAYS {
            self.faults.push(FieldProblem::new(&format!("/{at}"), "flow_too_long").with("max", LONGEST_WAIT_DAYS));
        }
        self.calendar(at, lapse.calendar.as_deref());
    }

    fn people(&mut self, at: &str, object: &Object, people: &[Who]) {
        if people.is_empty() {
            self.fault(at, "flow_no_people");
        }
        if people.len() > MOST_PEOPLE {
            self.faults.push(FieldProblem::new(&format!("/{at}"), "too_many").with("max", MOST_PEOPLE));
        }
        people.iter().for_each(|who| self.who(at, object, who));
    }

    fn who(&mut self, at: &str, object: &Object, who: &Who) {
        match who {
            Who::Owner if object.owner.is_none() => self.fault(at, "flow_no_owner"),
            Who::Owner | Who::Creator => {}
            Who::Field(path) => {
                let registry = self.judge.registry;
                let person = |f: &Field| f.kind == FieldType::Link && f.to.is_some_and(|to| registry.at(to).key == "user");
                if !walk(registry, object, path).is_some_and(person) {
                    self.unknown(at, path);
                }
            }
            Who::User(_) | Who::Team(_) | Who::Role(_) => {
                if !(self.judge.knows)(Known::Who(who)) {
                    self.fault(at, "no_such_record");
                }
            }
        }
    }

    fn text(&mut self, at: &str, object: &Object, text: &str) {
        if text.chars().count() > LONGEST_TEXT {
            self.faults.push(FieldProblem::new(&format!("/{at}"), "too_long").with("max", LONGEST_TEXT));
        }
        for path in paths(text) {
            if path != "id" && walk(self.judge.registry, object, path).is_none() {
                self.unknown(at, path);
            }
        }
    }

    /// Values put into fields of `target`, told of a record of `source`.
    fn values(&mut self, at: &str, source: &Object, target: &Object, values: &Values) {
        for (key, given) in values {
            let at = format!("{at}/values/{key}");
            let Some(field) = target.field(key).filter(|f| !f.hidden) else {
                self.unknown(&at, key);
                continue;
            };
            if !field.writable() {
                self.fault(&at, "read_only");
                continue;
            }
            match given {
                Given::Empty if field.required => self.fault(&at, "required"),
                Given::Empty | Given::Formula(_) => {}
                Given::Value(Json::String(text)) if field.kind.is_text() || field.kind == FieldType::LongText => {
                    self.text(&at, source, text);
                }
                Given::Value(json) => {
                    if let Err(fault) = field.parse(json, &self.judge.parse) {
                        self.faults.push(FieldProblem { pointer: format!("/{at}"), ..fault });
                    }
                }
                Given::From(path) => match walk(self.judge.registry, source, path) {
                    None => self.unknown(&at, path),
                    Some(from) if !fits(from, field) => self.fault(&at, "wrong_type"),
                    Some(_) => {}
                },
                Given::After(lapse) => {
                    if !matches!(field.kind, FieldType::Date | FieldType::DateTime) {
                        self.fault(&at, "wrong_type");
                    }
                    self.lapse(&at, Some(lapse));
                }
            }
        }
    }
}

/// Whether a path over links leads to a field.
pub fn names_field(registry: &Registry, object: &Object, path: &str) -> bool {
    walk(registry, object, path).is_some()
}

/// Whether what one field holds can be put into another.
pub fn fits(from: &Field, to: &Field) -> bool {
    use FieldType::*;
    match (from.kind, to.kind) {
        (Link | Stage, Link | Stage) => from.to == to.to,
        (Links, Links) => from.to == to.to,
        (Links, _) | (_, Links) | (File, _) | (_, File) => false,
        (Date | DateTime, Date | DateTime) => true,
        (a, b) if a.is_number() && b.is_number() => true,
        (Choice, Choice) | (Choices, Choices) => true,
        (a, Text | LongText) => !a.is_link(),
        (a, b) => a == b,
    }
}

/// The object of things to be done: its records tell of others and are open until they are done.
pub fn tasks(registry: &Registry) -> Option<&std::sync::Arc<Object>> {
    registry.objects().find(|object| object.is_task())
}
