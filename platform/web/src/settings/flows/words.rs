//! A flow in words: its trigger, its conditions and its steps, as a sentence and as the titles of its cards.

use crate::fail::{Fail, field_message};
use crate::filter::words::{Titles, Wording, sentence, titles, walk};
use crate::value::Look;
use crate::visit::Visit;
use akrab_engine::People;
use akrab_engine::flow::{
    Arm, Assigning, Came, Content, DateUnit, Deed, Flow, Given, Lapse, MailTo, Rhythm, Step, Trigger, Until, Values, Who, tasks,
};
use akrab_model::problem::ProblemKind;
use akrab_model::{Field, FieldProblem, Filter, Object, Problem, Value};
use serde_json::Value as Json;
use std::collections::HashMap;
use std::sync::Arc;

/// Weekdays from Monday, as the words name them.
pub const DAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

/// Everything needed to put flows into words.
pub struct Teller {
    pub look: Look,
    pub people: Arc<People>,
    titles: Titles,
    /// Names of all flows by their keys.
    flows: HashMap<String, String>,
    /// Names of calendars by their keys.
    calendars: HashMap<String, String>,
    /// Key, name and object of every approval rule in force.
    pub approvals: Vec<(String, String, String)>,
    /// The same of every template of mails.
    pub templates: Vec<(String, String, String)>,
    /// Number, name and object of every public form.
    pub forms: Vec<(i64, String, String)>,
    /// Number, name and host of every webhook that flows may call.
    pub webhooks: Vec<(i64, String, String)>,
}

impl Teller {
    /// Reads the titles and names that these flows name.
    ///
    /// # Errors
    /// What the database answers.
    pub async fn load(visit: &Visit, flows: &[Flow]) -> Result<Teller, Fail> {
        let (look, own) = (visit.look(), flows.to_vec());
        let lang = visit.lang();
        let people = visit.engine().people();
        let read = visit.read(move |tx| {
            let mut known = Titles::new();
            for flow in &own {
                for (object, filter) in filters(&look, flow) {
                    known.extend(titles(&look, tx, &object, &filter)?);
                }
            }
            let calendars: HashMap<String, String> = tx.calendars()?.into_iter().map(|c| (c.key, c.name.get(lang).to_string())).collect();
            let flows: HashMap<String, String> = match tx.flow_list() {
                Ok(all) => all.into_iter().map(|view| (view.key, view.flow.name.get(lang).to_string())).collect(),
                Err(problem) if problem.kind == ProblemKind::Forbidden => HashMap::new(),
                Err(problem) => return Err(problem),
            };
            let rules = tx.approval_rules()?.into_iter().filter(|rule| !rule.retired);
            let approvals = rules.map(|rule| (rule.key, rule.name.get(lang).to_string(), rule.decl.object)).collect();
            let templates = tx.mail_templates()?.into_iter();
            let templates = templates.map(|kept| (kept.key, kept.name.get(lang).to_string(), kept.decl.object)).collect();
            Ok((known, calendars, flows, approvals, templates, tx.hooks_for_flows()?, tx.forms_for_flows()?))
        });
        let (titles, calendars, flows, approvals, templates, webhooks, forms) = read.await?;
        Ok(Teller { look: visit.look(), people, titles, flows, calendars, approvals, templates, webhooks, forms })
    }

    /// Key, name and object of a template.
    fn template(&self, key: &str) -> Option<&(String, String, String)> {
        self.templates.iter().find(|(known, ..)| known == key)
    }

    /// Titles of the records that conditions name.
    pub fn titles(&self) -> &Titles {
        &self.titles
    }

    /// The title of the record a value of a field points to.
    pub fn title(&self, field: &Field, value: &Value) -> Option<String> {
        self.titles.get(&(field.to?.0, value.int()?)).cloned()
    }

    /// Reads titles of more records: (object, condition that names them).
    ///
    /// # Errors
    /// What the database answers.
    pub async fn learn(&mut self, visit: &Visit, named: Vec<(Arc<Object>, Filter)>) -> Result<(), Fail> {
        let look = visit.look();
        let read = visit.read(move |tx| {
            let mut known = Titles::new();
            for (object, filter) in named {
                known.extend(titles(&look, tx, &object, &filter)?);
            }
            Ok(known)
        });
        self.titles.extend(read.await?);
        Ok(())
    }

    /// What begins a flow and under which condition.
    pub fn beginning(&self, flow: &Flow) -> String {
        let (when, condition) = (self.trigger(flow), self.conditions(flow));
        if condition.is_empty() { when } else { self.t("flow-when-and", &[("when", when), ("condition", condition)]) }
    }

    /// A step in lines of its own, with everything it says.
    pub fn lines(&self, flow: &Flow, step: &Step) -> Vec<String> {
        let object = flow.object_of(&step.key);
        let mut lines = vec![format!("{}: {}", self.kind(&step.deed), self.deed(&step.deed, object))];
        match &step.deed {
            Deed::Branch { arms } => {
                lines.extend(arms.iter().filter(|a| !a.is_otherwise()).map(|arm| self.arm_condition(flow, object, arm)))
            }
            Deed::Notify { text, .. } | Deed::Mail { text, template: None, .. } => {
                lines.extend(text.lines().map(|line| self.placed(object, line)))
            }
            Deed::Task { note: Some(note), .. } | Deed::Approval { note: Some(note), .. } => {
                lines.extend(note.lines().map(|line| self.placed(object, line)))
            }
            Deed::Webhook(calling) => {
                lines.push(format!("{} {}", calling.method.verb(), self.placed(object, &calling.path)));
                match &calling.content {
                    Content::Fields(fields) => {
                        lines.push(fields.iter().map(|path| self.field(object, path)).collect::<Vec<_>>().join(", "))
                    }
                    Content::Json(text) => lines.extend(text.lines().map(|line| self.placed(object, line))),
                }
                lines.extend(calling.headers.iter().map(|h| format!("{}: {}", h.name, self.placed(object, &h.value))));
            }
            Deed::Create { object: made, values, .. } => lines.push(self.values(object, made, values)),
            Deed::Each { object: child, when: Some(when), .. } => lines.push(self.condition(child, Some(when))),
            _ => {}
        }
        lines
    }

    fn t(&self, key: &str, args: &[(&str, String)]) -> String {
        let args: Vec<(&str, fluent_bundle::FluentValue)> = args.iter().map(|(name, value)| (*name, value.clone().into())).collect();
        self.look.t.with(key, &args)
    }

    pub fn object(&self, key: &str) -> Option<Arc<Object>> {
        self.look.registry.object(key).cloned()
    }

    fn label(&self, key: &str) -> String {
        self.object(key).map_or_else(|| key.to_string(), |o| o.label(self.look.key()).to_lowercase())
    }

    /// The label at the end of a path, links on the way included.
    pub fn field(&self, object: &str, path: &str) -> String {
        let found = self.object(object).and_then(|object| walk(&self.look, &object, path));
        found.map_or_else(|| path.to_string(), |(label, ..)| label)
    }

    /// A condition in words; empty for none.
    pub fn condition(&self, object: &str, when: Option<&Json>) -> String {
        let (Some(object), Some(Ok(filter))) = (self.object(object), when.map(Filter::from_json)) else { return String::new() };
        let wording = Wording { s: &self.look, object: &object, titles: &self.titles, whole: false };
        match &filter {
            // several at the top read as a list, without a bracket around them
            Filter::All(items) if !items.is_empty() => {
                let parts: Vec<String> = items.iter().map(|item| sentence(&wording.of(item))).collect();
                parts.join(&format!(" {} ", self.look.t.get("filter-and")))
            }
            filter => sentence(&wording.of(filter)),
        }
    }

    /// What an arm of a branch asks: of an approval, of the record, or both.
    pub fn arm_condition(&self, flow: &Flow, object: &str, arm: &Arm) -> String {
        let outcome = arm.outcome.as_ref().map(|outcome| self.came(flow, &outcome.step, outcome.is));
        let filter = Some(self.condition(object, arm.when.as_ref())).filter(|words| !words.is_empty());
        [outcome, filter].into_iter().flatten().collect::<Vec<_>>().join(&format!(" {} ", self.look.t.get("filter-and")))
    }

    /// What the approval of a step has come to.
    pub fn came(&self, flow: &Flow, step: &str, is: Came) -> String {
        let rule = match flow.find(step).map(|step| &step.deed) {
            Some(Deed::Approval { rule, .. }) => rule.as_str(),
            _ => "",
        };
        let name = self.approvals.iter().find(|(key, ..)| key == rule).map_or_else(|| step.to_string(), |(_, name, _)| name.clone());
        self.t(&format!("flow-came-{}", is.key().replace('_', "-")), &[("rule", name)])
    }

    /// Filter and formula together.
    fn conditions(&self, flow: &Flow) -> String {
        let filter = self.condition(&flow.object, flow.when.as_ref());
        let formula = flow.formula.as_ref().map(|text| self.t("flow-formula-holds", &[("formula", text.clone())]));
        [Some(filter).filter(|words| !words.is_empty()), formula]
            .into_iter()
            .flatten()
            .collect::<Vec<_>>()
            .join(&format!(" {} ", self.look.t.get("filter-and")))
    }

    /// "Bila peluang dibuat dan Nilai lebih dari Rp 500.000.000, maka …"
    pub fn sentence(&self, flow: &Flow) -> String {
        let (when, condition) = (self.trigger(flow), self.conditions(flow));
        let when = match (&flow.trigger, condition.is_empty()) {
            (_, true) => when,
            (Trigger::Became {}, false) => {
                self.t("flow-when-became-that", &[("object", self.label(&flow.object)), ("condition", condition)])
            }
            (trigger, false) if trigger.is_of_time() => self.t("flow-when-if", &[("when", when), ("condition", condition)]),
            (_, false) => self.t("flow-when-and", &[("when", when), ("condition", condition)]),
        };
        let steps = self.steps(flow, &flow.steps, &flow.object);
        if steps.is_empty() {
            self.t("flow-sentence-empty", &[("when", when)])
        } else {
            self.t("flow-sentence", &[("when", when), ("steps", steps)])
        }
    }

    fn steps(&self, flow: &Flow, steps: &[Step], object: &str) -> String {
        let phrases: Vec<String> = steps.iter().map(|step| self.phrase(flow, &step.deed, object)).collect();
        phrases.join(&self.look.t.get("flow-then"))
    }

    /// A step within a sentence.
    fn phrase(&self, flow: &Flow, deed: &Deed, object: &str) -> String {
        match deed {
            Deed::Branch { arms } => {
                let arm = |arm: &akrab_engine::flow::Arm| {
                    let steps = match self.steps(flow, &arm.steps, object) {
                        steps if steps.is_empty() => self.look.t.get("flow-do-nothing"),
                        steps => steps,
                    };
                    match arm.is_otherwise() {
                        false => self.t("flow-arm", &[("condition", self.arm_condition(flow, object, arm)), ("steps", steps)]),
                        true => self.t("flow-arm-else", &[("steps", steps)]),
                    }
                };
                arms.iter().filter(|a| !a.is_otherwise() || !a.steps.is_empty()).map(arm).collect::<Vec<_>>().join("; ")
            }
            Deed::Each { object: child, steps, limit, .. } => {
                let args = [("objects", self.label(child)), ("limit", limit.to_string()), ("steps", self.steps(flow, steps, child))];
                self.t("flow-do-each-steps", &args)
            }
            deed => self.deed(deed, object),
        }
    }

    /// What begins the flow.
    pub fn trigger(&self, flow: &Flow) -> String {
        let object = || ("object", self.label(&flow.object));
        let field = |key: &str| ("field", self.field(&flow.object, key));
        match &flow.trigger {
            Trigger::Created {} => self.t("flow-when-created", &[object()]),
            Trigger::Changed { field: key, to: None } => self.t("flow-when-changed", &[object(), field(key)]),
            Trigger::Changed { field: key, to: Some(to) } => {
                let value = self.value(&flow.object, key, to);
                self.t("flow-when-changed-to", &[object(), field(key), ("value", value)])
            }
            Trigger::Became {} => self.t("flow-when-became", &[object()]),
            Trigger::Date { field: key, offset, unit, at, .. } => {
                let words = match unit {
                    DateUnit::Days => "days",
                    DateUnit::WorkingDays => "working-days",
                    DateUnit::Hours => "hours",
                };
                let far = self.look.t.with(&format!("flow-lapse-{words}"), &[("n", offset.unsigned_abs().into())]);
                let place = if *offset < 0 { "before" } else { "after" };
                match (*offset, unit) {
                    (0, _) => self.t("flow-when-date-on", &[object(), field(key), ("time", self.clock(&at.to_string()))]),
                    (_, DateUnit::Hours) => self.t(&format!("flow-when-hours-{place}"), &[object(), field(key), ("far", far)]),
                    _ => self.t(
                        &format!("flow-when-date-{place}"),
                        &[object(), field(key), ("far", far), ("time", self.clock(&at.to_string()))],
                    ),
                }
            }
            Trigger::Schedule { rhythm, day, at, .. } => {
                let time = ("time", self.clock(&at.to_string()));
                let day_word = |n: i8| self.look.t.get(&format!("weekday-{}", DAYS[usize::try_from(n).unwrap_or(0).min(6)]));
                match rhythm {
                    Rhythm::Daily => self.t("flow-when-daily", &[object(), time]),
                    Rhythm::WorkingDays => self.t("flow-when-working-days", &[object(), time]),
                    Rhythm::Weekly => self.t("flow-when-weekly", &[object(), time, ("day", day_word(*day))]),
                    Rhythm::Monthly => self.t("flow-when-monthly", &[object(), time, ("day", day.to_string())]),
                }
            }
            Trigger::Button {} => self.t("flow-when-button", &[object()]),
            Trigger::Called {} => self.t("flow-when-called", &[object()]),
            Trigger::Form { form: None } => self.t("flow-when-form-any", &[object()]),
            Trigger::Form { form: Some(form) } => {
                let name = self.forms.iter().find(|(id, ..)| id == form).map_or_else(|| format!("#{form}"), |(_, name, _)| name.clone());
                self.t("flow-when-form", &[object(), ("name", name)])
            }
            Trigger::Webhook {} => self.t("flow-when-webhook", &[object()]),
        }
    }

    fn clock(&self, at: &str) -> String {
        self.look.lang.pick(at.replace(':', "."), at.to_string())
    }

    /// A value of a field, as it is kept, in words.
    fn value(&self, object: &str, key: &str, json: &Json) -> String {
        let Some(field) = self.object(object).and_then(|o| o.field(key).cloned()) else { return json.to_string() };
        let value = field.parse(json, &self.look.parse_env().own()).unwrap_or_default();
        let title = |id| self.titles.get(&(field.to.map_or(0, |to| to.0), id)).cloned();
        self.look.value_words(&field, &value, title)
    }

    /// A length of time.
    pub fn lapse(&self, lapse: &Lapse) -> String {
        let words = self.look.t.with(&format!("flow-lapse-{}", lapse.unit.key().replace('_', "-")), &[("n", lapse.n.into())]);
        let mut out = match lapse.at.filter(|_| lapse.unit.is_of_days()) {
            Some(at) => self.t("flow-lapse-at", &[("lapse", words), ("time", self.clock(&at.to_string()))]),
            None => words,
        };
        if let Some(key) = lapse.calendar.as_ref().filter(|_| lapse.unit.is_working()) {
            let name = self.calendars.get(key).cloned().unwrap_or_else(|| key.clone());
            out = self.t("flow-lapse-by", &[("lapse", out), ("calendar", name)]);
        }
        out
    }

    /// People in words.
    pub fn who(&self, object: &str, who: &Who) -> String {
        let gone = || self.look.t.get("flow-somebody-gone");
        match who {
            Who::Owner => self.look.t.get("flow-who-owner"),
            Who::Creator => self.look.t.get("flow-who-creator"),
            Who::User(id) => self.people.name(*id).unwrap_or_else(gone),
            Who::Team(id) => match self.people.teams.iter().find(|(team, ..)| team == id) {
                Some((_, name, _)) => self.t("flow-who-team", &[("name", name.clone())]),
                None => gone(),
            },
            Who::Role(key) => match self.people.roles.iter().find(|role| role.key == *key) {
                Some(role) => self.t("flow-who-role", &[("name", role.name.clone())]),
                None => gone(),
            },
            Who::Field(path) => self.field(object, path),
        }
    }

    fn whole(&self, object: &str, who: &[Who]) -> String {
        who.iter().map(|who| self.who(object, who)).collect::<Vec<_>>().join(", ")
    }

    pub fn mail_to(&self, object: &str, to: &MailTo) -> String {
        match to {
            MailTo::Address(address) => address.clone(),
            MailTo::Field(path) => self.field(object, path),
            MailTo::Who(who) => self.who(object, who),
        }
    }

    /// What the kind of a step is called.
    pub fn kind(&self, deed: &Deed) -> String {
        match deed {
            // things to be done are called as this workspace calls them
            Deed::Task { .. } => tasks(&self.look.registry).map_or_else(String::new, |o| o.label(self.look.key()).to_string()),
            deed => self.look.t.get(&format!("flow-step-{}", deed.key())),
        }
    }

    /// What a step does, in a few words.
    pub fn deed(&self, deed: &Deed, object: &str) -> String {
        match deed {
            Deed::Set { values } => self.t("flow-do-set", &[("values", self.values(object, object, values))]),
            Deed::Create { object: made, .. } => self.t("flow-do-create", &[("object", self.label(made))]),
            Deed::Assign(Assigning::To { to }) => self.t("flow-do-assign-to", &[("who", self.who(object, to))]),
            Deed::Assign(Assigning::RoundRobin { people }) => self.t("flow-do-assign-turns", &[("who", self.whole(object, people))]),
            Deed::Assign(Assigning::Load { people }) => self.t("flow-do-assign-load", &[("who", self.whole(object, people))]),
            Deed::Assign(Assigning::Rule { rules, .. }) => self.look.t.with("flow-do-assign-rules", &[("n", rules.len().into())]),
            Deed::Task { title, to, .. } => {
                let task = tasks(&self.look.registry).map_or_else(String::new, |o| o.label(self.look.key()).to_lowercase());
                self.t("flow-do-task", &[("deed", task), ("title", self.placed(object, title)), ("who", self.who(object, to))])
            }
            Deed::Notify { to, .. } => self.t("flow-do-notify", &[("who", self.whole(object, to))]),
            Deed::Mail { to, subject, template, .. } => {
                let whom = to.iter().map(|to| self.mail_to(object, to)).collect::<Vec<_>>().join(", ");
                let named = template.as_ref().map(|key| self.template(key).map_or_else(|| key.clone(), |(_, name, _)| name.clone()));
                self.t("flow-do-mail", &[("subject", named.unwrap_or_else(|| self.placed(object, subject))), ("who", whom)])
            }
            Deed::Approval { rule, .. } => {
                let name = self.approvals.iter().find(|(key, ..)| key == rule).map_or_else(|| rule.clone(), |(_, name, _)| name.clone());
                self.t("flow-do-approval", &[("rule", name)])
            }
            Deed::Webhook(calling) => {
                let name = self.webhooks.iter().find(|(id, ..)| *id == calling.hook).map(|(_, name, _)| name.clone());
                self.t("flow-do-webhook", &[("name", name.unwrap_or_else(|| self.look.t.get("flow-hook-missing")))])
            }
            Deed::Wait(Until::Passed { lapse }) => self.t("flow-do-wait", &[("lapse", self.lapse(lapse))]),
            Deed::Wait(Until::Date { field, lapse: None }) => self.t("flow-do-wait-date", &[("field", self.field(object, field))]),
            Deed::Wait(Until::Date { field, lapse: Some(lapse) }) => {
                self.t("flow-do-wait-date-after", &[("field", self.field(object, field)), ("lapse", self.lapse(lapse))])
            }
            Deed::Wait(Until::Holds { when, most, .. }) => {
                let args = [("condition", self.condition(object, Some(when))), ("lapse", self.lapse(most))];
                self.t("flow-do-wait-holds", &args)
            }
            Deed::Branch { arms } => self.look.t.with("flow-do-branch", &[("n", arms.len().into())]),
            Deed::Each { object: child, limit, .. } => {
                self.t("flow-do-each", &[("objects", self.label(child)), ("limit", limit.to_string())])
            }
            Deed::Run { flow } => {
                let name = self.flows.get(flow).cloned().unwrap_or_else(|| flow.clone());
                self.t("flow-do-run", &[("flow", name)])
            }
            Deed::End {} => self.look.t.get("flow-do-end"),
        }
    }

    /// "Prioritas: Tinggi, Catatan kosong".
    fn values(&self, source: &str, target: &str, values: &Values) -> String {
        let one = |(key, given): (&String, &Given)| {
            let name = self.field(target, key);
            match given {
                Given::Empty => self.t("flow-value-empty", &[("field", name)]),
                Given::Value(json @ Json::String(text)) => {
                    let known = self.object(target).and_then(|o| o.field(key).cloned());
                    let plain = known.is_some_and(|f| f.kind.is_text() || f.kind == akrab_model::FieldType::LongText);
                    let words = if plain { self.placed(source, text) } else { self.value(target, key, json) };
                    self.t("flow-value-is", &[("field", name), ("value", words)])
                }
                Given::Value(json) => self.t("flow-value-is", &[("field", name), ("value", self.value(target, key, json))]),
                Given::From(path) => self.t("flow-value-from", &[("field", name), ("from", self.field(source, path))]),
                Given::Formula(text) => self.t("flow-value-is", &[("field", name), ("value", text.clone())]),
                Given::After(lapse) => self.t("flow-value-after", &[("field", name), ("lapse", self.lapse(lapse))]),
            }
        };
        values.iter().map(one).collect::<Vec<_>>().join(", ")
    }

    /// A text with the labels of what it names: "Hubungi ‹Perusahaan › Nama›".
    fn placed(&self, object: &str, text: &str) -> String {
        use akrab_engine::flow::{Part, parts};
        let part = |part: Part<'_>| match part {
            Part::Words(words) => words.to_string(),
            Part::Field(path) => format!("‹{}›", self.field(object, path)),
        };
        parts(text).into_iter().map(part).collect()
    }

    /// A problem kept with a run or a log, in words.
    pub fn told(&self, told: &Json) -> String {
        let code = told["code"].as_str().unwrap_or("internal");
        let args = |json: &Json| serde_json::from_value::<Vec<(String, String)>>(json.clone()).unwrap_or_default();
        let faults: Vec<FieldProblem> = serde_json::from_value(told["fields"].clone()).unwrap_or_default();
        if !faults.is_empty() {
            let named = |fault: &FieldProblem| format!("{}: {}", fault.field(), field_message(self.look.t, fault));
            return faults.iter().map(named).collect::<Vec<_>>().join(" ");
        }
        let mut fault = FieldProblem::new("", code);
        fault.args = args(&told["args"]);
        field_message(self.look.t, &fault)
    }
}

/// Every condition of a flow with the object it is about.
fn filters(look: &Look, flow: &Flow) -> Vec<(Arc<Object>, Filter)> {
    let mut found = Vec::new();
    let mut add = |object: &str, json: &Json| {
        if let (Some(object), Ok(filter)) = (look.registry.object(object), Filter::from_json(json)) {
            found.push((object.clone(), filter));
        }
    };
    if let Some(when) = &flow.when {
        add(&flow.object, when);
    }
    // a value is looked up like a condition on it
    let same = |field: &str, value: &Json| serde_json::json!({ "field": field, "op": "is", "value": value });
    if let Trigger::Changed { field, to: Some(to) } = &flow.trigger {
        add(&flow.object, &same(field, to));
    }
    for step in flow.all_steps() {
        let object = flow.object_of(&step.key);
        match &step.deed {
            Deed::Branch { arms } => arms.iter().filter_map(|arm| arm.when.as_ref()).for_each(|when| add(object, when)),
            Deed::Each { object: child, when: Some(when), .. } => add(child, when),
            Deed::Wait(Until::Holds { when, .. }) => add(object, when),
            Deed::Assign(Assigning::Rule { rules, .. }) => rules.iter().for_each(|rule| add(object, &rule.when)),
            Deed::Set { values } => values.iter().for_each(|(key, given)| {
                if let Given::Value(json) = given {
                    add(object, &same(key, json));
                }
            }),
            Deed::Create { object: made, values, .. } => values.iter().for_each(|(key, given)| {
                if let Given::Value(json) = given {
                    add(made, &same(key, json));
                }
            }),
            _ => {}
        }
    }
    found
}

/// A problem as people read it beside a form.
pub fn fault_words(look: &Look, problem: &Problem) -> Vec<(String, String)> {
    crate::fail::field_errors(look.t, problem)
}
