//! The panel beside the picture: the form of what was chosen in it.

use super::words::{DAYS, Teller};
use crate::filter::fields::{CHILD, Choice, choices};
use crate::ui::button::Button;
use crate::ui::form::{Row, error_summary, row};
use crate::ui::icon::icon_sized;
use crate::ui::input::{self, Input, checkbox, multi_select, select};
use crate::value::input::Sheet;
use crate::value::{Look, Typed};
use crate::visit::Visit;
use akrab_engine::flow::{
    Arm, Assigning, Came, DateUnit, Deed, Flow, FlowDraft, Given, Lapse, MailTo, Rhythm, Step, Trigger, Unit, Until, Values, Who, fits,
    tasks,
};
use akrab_model::{Field, FieldType, Object, Value};
use maud::{Markup, html};
use serde_json::Value as Json;
use std::collections::HashMap;
use std::sync::Arc;

type Options = Vec<(String, String)>;

/// A panel with everything it needs.
pub struct Panel<'a> {
    pub visit: &'a Visit,
    pub teller: &'a Teller,
    pub key: &'a str,
    pub draft: &'a FlowDraft,
    /// Key of the step whose form is open; empty for the beginning.
    pub chosen: &'a str,
    /// The condition whose builder is on the page.
    pub at: &'a str,
    /// The flow as its form stands, typed or kept.
    pub flow: &'a Flow,
    /// Key, words and object of every flow.
    pub flows: &'a [(String, String, String)],
    /// Key and name of every calendar.
    pub calendars: &'a [(String, String)],
}

impl Panel<'_> {
    fn look(&self) -> &Look {
        &self.teller.look
    }
    fn t(&self, key: &str) -> String {
        self.look().t.get(key)
    }
    pub fn href(&self, rest: &str) -> String {
        format!("/settings/flows/{}{rest}", self.key)
    }

    /// Faults below a place, in words.
    fn faults(&self, place: &str) -> Vec<(String, String)> {
        let below = |pointer: &str| pointer == place || pointer.strip_prefix(place).is_some_and(|rest| rest.starts_with('/'));
        let found = self.draft.faults.iter().filter(|fault| below(&fault.pointer));
        found.map(|fault| (String::new(), crate::fail::field_message(self.look().t, fault))).collect()
    }

    fn row(&self, label: &str, input: Input, draw: impl FnOnce(&Input) -> Markup) -> Markup {
        row(self.look().t, &Row::new(self.t(label)), input, draw)
    }
    fn choose(&self, label: &str, name: &str, value: &str, options: &[(String, String)]) -> Markup {
        self.row(label, Input::new(name, value), |i| select(i, options))
    }

    /// A form whose fields follow from one another: each change draws it anew, the button keeps it.
    fn form(&self, step: &str, action: &str, live: bool, body: Markup) -> Markup {
        html! {
            form.ak-stack.ak-flow-form id="flow-form" method="get" action=(self.href("")) data-live=[live.then_some("#flow-panel")] {
                input type="hidden" name="csrf" value=(self.visit.csrf);
                input type="hidden" name="step" value=(step);
                input type="hidden" name="typed" value="1";
                input type="hidden" name="known" value=(self.draft.at);
                (body)
                div.ak-row.ak-gap-8 {
                    (Button::new(self.t("save")).primary().submit().attr("formmethod", "post").attr("formaction", self.href(action)).attr("data-key", "Ctrl+S"))
                    @if live { noscript { (Button::new(self.t("flow-redraw")).submit()) } }
                }
            }
        }
    }

    /// How the flow begins.
    pub fn trigger(&self) -> Markup {
        let flow = self.flow;
        let object = self.teller.object(&flow.object);
        let kinds: Options = Trigger::all().iter().map(|t| (t.key().to_string(), self.t(&format!("flow-trigger-{}", t.key())))).collect();
        let repeats = ["always", "idle", "once"].map(|k| (k.to_string(), self.t(&format!("flow-repeat-{k}"))));
        let acts = ["program", "publisher"].map(|k| (k.to_string(), self.t(&format!("flow-acts-{k}"))));
        let (repeat, acts_as) = (word(&flow.repeat), word(&flow.acts_as));
        let faults = ["/name_id", "/name_en", "/object", "/trigger", "/when", "/formula", "/steps"].iter().flat_map(|place| match *place {
            // those of single steps stand at their own forms
            "/steps" => self
                .draft
                .faults
                .iter()
                .filter(|f| f.pointer == "/steps")
                .map(|f| (String::new(), crate::fail::field_message(self.look().t, f)))
                .collect(),
            place => self.faults(place),
        });
        let faults: Vec<_> = faults.collect();
        html! {
            (self.head("zap", &self.t("flow-trigger"), None))
            div.ak-flow-panel-body {
                (error_summary(self.look().t, &faults))
                (self.condition("when", &flow.object, flow.when.as_ref()))
                (self.form("", "/trigger", true, html! {
                    (self.choose("flow-begins", "on", flow.trigger.key(), &kinds))
                    @if let Some(object) = &object { (self.trigger_fields(&flow.trigger, object)) }
                    (row(self.look().t, &Row::new(self.t("flow-formula")).hint(self.t("flow-formula-hint")), Input::new("formula", flow.formula.as_deref().unwrap_or("")), input::text))
                    (self.choose("flow-repeat", "repeat", &repeat, &repeats))
                    (self.choose("flow-acts", "acts_as", &acts_as, &acts))
                    (self.row("flow-name-id", Input::new("name_id", &flow.name.id).required(true), input::text))
                    (self.row("flow-name-en", Input::new("name_en", &flow.name.en), input::text))
                }))
            }
        }
    }

    fn trigger_fields(&self, trigger: &Trigger, object: &Arc<Object>) -> Markup {
        let key = self.look().key();
        let labelled = |f: &Field| (f.key.clone(), f.label.get(key).to_string());
        match trigger {
            Trigger::Changed { field, to } => {
                let mut options: Options = vec![(String::new(), String::new())];
                options.extend(object.fields.iter().filter(|f| !f.system && !f.hidden && !f.quiet).map(labelled));
                let known = object.field(field);
                html! {
                    (self.choose("flow-field", "field", field, &options))
                    @if let Some(known) = known {
                        (checkbox("only_to", "1", &self.t("flow-only-to"), to.is_some()))
                        @if to.is_some() { (self.control(object, known, "to", to.as_ref().unwrap_or(&Json::Null))) }
                    }
                }
            }
            Trigger::Date { field, offset, unit, at, calendar } => {
                let mut options: Options = vec![(String::new(), String::new())];
                options.extend(
                    object.fields.iter().filter(|f| !f.hidden && matches!(f.kind, FieldType::Date | FieldType::DateTime)).map(labelled),
                );
                let units =
                    ["days", "working_days", "hours"].map(|u| (u.to_string(), self.t(&format!("flow-unit-{}", u.replace('_', "-")))));
                let sides = ["before", "after"].map(|s| (s.to_string(), self.t(&format!("flow-side-{s}"))));
                let side = if *offset > 0 { "after" } else { "before" };
                html! {
                    div.ak-flow-pair {
                        (self.row("flow-distance", Input::new("offset", &offset.abs().to_string()), input::number))
                        (self.choose("flow-unit", "unit", &word(unit), &units))
                    }
                    (self.choose("flow-side", "side", side, &sides))
                    (self.choose("flow-field", "field", field, &options))
                    @if *unit != DateUnit::Hours { (self.row("flow-at", Input::new("at", &at.to_string()).attr("type", "time"), input::text)) }
                    @if *unit == DateUnit::WorkingDays { (self.calendar_row("calendar", calendar.as_deref())) }
                }
            }
            Trigger::Schedule { rhythm, day, at, calendar } => {
                let rhythms = ["daily", "working_days", "weekly", "monthly"]
                    .map(|r| (r.to_string(), self.t(&format!("flow-rhythm-{}", r.replace('_', "-")))));
                let days: Options = DAYS.iter().enumerate().map(|(n, d)| (n.to_string(), self.t(&format!("weekday-{d}")))).collect();
                html! {
                    (self.choose("flow-rhythm", "rhythm", &word(rhythm), &rhythms))
                    @if *rhythm == Rhythm::Weekly { (self.choose("flow-day", "day", &day.to_string(), &days)) }
                    @if *rhythm == Rhythm::Monthly { (self.row("flow-month-day", Input::new("month_day", &day.to_string()), input::number)) }
                    (self.row("flow-at", Input::new("at", &at.to_string()).attr("type", "time"), input::text))
                    @if *rhythm == Rhythm::WorkingDays { (self.calendar_row("calendar", calendar.as_deref())) }
                }
            }
            Trigger::Created {} | Trigger::Became {} | Trigger::Button {} | Trigger::Called {} | Trigger::Webhook {} => html! {},
        }
    }

    fn calendar_row(&self, name: &str, value: Option<&str>) -> Markup {
        self.choose("flow-calendar", name, value.unwrap_or(akrab_engine::calendar::USUAL), self.calendars)
    }

    fn head(&self, icon: &str, title: &str, step: Option<&Step>) -> Markup {
        let act = |verb: &str, icon: &str, label: &str, way: &str| {
            html! {
                form method="post" action=(self.href(verb)) {
                    (self.visit.token_field())
                    input type="hidden" name="step" value=(step.map_or("", |s| s.key.as_str()));
                    input type="hidden" name="way" value=(way);
                    (Button::only_icon(icon, self.t(label)).ghost().submit())
                }
            }
        };
        html! {
            div.ak-flow-panel-head {
                span.ak-flow-icon aria-hidden="true" { (icon_sized(icon, 16)) }
                h2 { (title) }
                span.ak-spacer {}
                @if step.is_some() {
                    (act("/move", "arrow-up", "flow-up", "up")) (act("/move", "arrow-down", "flow-down", "down"))
                    (act("/copy", "copy", "flow-copy", "")) (act("/delete", "trash-2", "flow-delete", ""))
                }
            }
        }
    }

    /// A condition in words, with the button that opens its builder.
    fn condition(&self, at: &str, object: &str, when: Option<&Json>) -> Markup {
        let words = self.teller.condition(object, when);
        html! {
            div.ak-form-row {
                div.ak-label-line { span.ak-label { (self.t("flow-condition")) } }
                div.ak-flow-condition {
                    @if words.is_empty() { span.ak-faint { (self.t("flow-condition-none")) } } @else { span { (words) } }
                    (Button::new(self.t(if words.is_empty() { "flow-condition-add" } else { "flow-condition-change" })).icon("list-filter").href(format!("?step={}&at={at}#filter", self.chosen())).flag("data-filter-open", at == self.at))
                }
            }
        }
    }

    fn chosen(&self) -> String {
        crate::fail::encode(self.chosen)
    }

    /// The kinds of steps that can be put at a spot.
    pub fn add(&self, spot: &str) -> Markup {
        html! {
            (self.head("plus", &self.t("flow-add"), None))
            form.ak-flow-kinds method="post" action=(self.href("/add")) {
                (self.visit.token_field())
                input type="hidden" name="spot" value=(spot);
                @for deed in Deed::all() {
                    button type="submit" name="kind" value=(deed.key()) {
                        span.ak-flow-icon aria-hidden="true" { (icon_sized(deed.icon(), 16)) }
                        span.ak-two-lines { b { (self.teller.kind(&deed)) } span.ak-two-lines-detail { (self.t(&format!("flow-about-{}", deed.key()))) } }
                    }
                }
            }
        }
    }

    /// The form of a step.
    pub fn step(&self, step: &Step) -> Markup {
        let object_key = self.flow.object_of(&step.key).to_string();
        let object = self.teller.object(&object_key);
        let faults = self.faults(&format!("/steps/{}", step.key));
        html! {
            (self.head(step.deed.icon(), &self.teller.kind(&step.deed), Some(step)))
            div.ak-flow-panel-body {
                (error_summary(self.look().t, &faults))
                @if let Some(object) = &object { (self.step_form(step, object)) }
            }
        }
    }

    fn step_form(&self, step: &Step, object: &Arc<Object>) -> Markup {
        let form = |live: bool, body: Markup| self.form(&step.key, "/step", live, body);
        match &step.deed {
            Deed::Set { values } => form(true, self.values(object, object, values)),
            Deed::Create { object: made, link, values } => {
                let target = self.teller.object(made);
                let mut objects: Options = vec![(String::new(), String::new())];
                objects.extend(self.objects());
                form(
                    true,
                    html! {
                        (self.choose("flow-object", "object", made, &objects))
                        @if let Some(target) = &target {
                            (self.choose("flow-link", "link", link.as_deref().unwrap_or(""), &self.links(target, object)))
                            (self.values(object, target, values))
                        }
                    },
                )
            }
            Deed::Assign(assigning) => form(true, self.assigning(assigning, object)),
            Deed::Task { title, note, to, due, values } => {
                let people = self.people(object);
                form(
                    true,
                    html! {
                        (row(self.look().t, &Row::new(self.t("flow-task-title")), Input::new("title", title).required(true), input::text))
                        (self.choose("flow-for", "to", &to.word(), &people))
                        (self.lapse("due", "flow-due", due.as_ref()))
                        (self.row("flow-note", Input::new("note", note.as_deref().unwrap_or("")), |i| input::textarea(i, 3)))
                        (self.insert(object))
                        @if let Some(tasks) = tasks(&self.look().registry) { (self.values(object, tasks, values)) }
                    },
                )
            }
            Deed::Notify { to, text } => form(
                false,
                html! {
                    (self.several("flow-to", "to", &self.people(object), &to.iter().map(Who::word).collect::<Vec<_>>()))
                    (self.row("flow-text", Input::new("text", text).required(true), |i| input::textarea(i, 3)))
                    (self.insert(object))
                },
            ),
            Deed::Mail { to, template, subject, text } => form(true, self.mail(object, to, (template.as_deref(), subject, text))),
            Deed::Wait(until) => html! {
                @if let Until::Holds { when, .. } = until { (self.condition("when", &object.key, Some(when))) }
                (form(true, self.wait(until, object)))
            },
            Deed::Branch { arms } => html! {
                @for (n, arm) in arms.iter().enumerate() {
                    div.ak-flow-arm-form {
                        b { @if arm.is_otherwise() && n + 1 == arms.len() { (self.t("flow-arm-otherwise")) } @else { (self.look().t.with("flow-arm-n", &[("n", (n + 1).into())])) } }
                        @if !arm.is_otherwise() || n + 1 < arms.len() {
                            (self.condition(&n.to_string(), &object.key, arm.when.as_ref()))
                            (self.outcome(step, n, arm, object))
                        }
                        @if arms.len() > 1 {
                            form method="post" action=(self.href("/arm")) {
                                (self.visit.token_field())
                                input type="hidden" name="step" value=(step.key);
                                input type="hidden" name="remove" value=(n);
                                (Button::new(self.t("flow-arm-remove")).ghost().danger().submit())
                            }
                        }
                    }
                }
                form method="post" action=(self.href("/arm")) {
                    (self.visit.token_field())
                    input type="hidden" name="step" value=(step.key);
                    (Button::new(self.t("flow-arm-add")).icon("plus").submit())
                }
            },
            Deed::Each { object: child, via, when, limit, .. } => {
                let mut options: Options = vec![(String::new(), String::new())];
                for (of, field) in &object.children {
                    let of = self.look().registry.at(*of);
                    if !of.is_system() && of.at(*field).kind == FieldType::Link {
                        let words = format!("{} ({})", of.plural_label(self.look().key()), of.at(*field).label.get(self.look().key()));
                        options.push((format!("{}.{}", of.key, of.at(*field).key), words));
                    }
                }
                html! {
                    @if !child.is_empty() { (self.condition("when", child, when.as_ref())) }
                    (form(false, html! {
                        (self.choose("flow-children", "children", &format!("{child}.{via}"), &options))
                        (row(self.look().t, &Row::new(self.t("flow-limit")).hint(self.t("flow-limit-hint")), Input::new("limit", &limit.to_string()), input::number))
                    }))
                }
            }
            Deed::Run { flow } => {
                let mut options: Options = vec![(String::new(), String::new())];
                options.extend(
                    self.flows
                        .iter()
                        .filter(|(key, _, of)| key != self.key && *of == object.key)
                        .map(|(key, name, _)| (key.clone(), name.clone())),
                );
                form(false, self.choose("flow-which", "flow", flow, &options))
            }
            Deed::Approval { rule, note, otherwise } => {
                let fitting = self.teller.approvals.iter().filter(|(.., of)| *of == object.key);
                let mut options: Options = vec![(String::new(), String::new())];
                options.extend(fitting.map(|(key, name, _)| (key.clone(), name.clone())));
                let elses = ["end", "go_on"].map(|key| (key.to_string(), self.t(&format!("flow-else-{}", key.replace('_', "-")))));
                form(
                    false,
                    html! {
                        (self.choose("flow-approval-rule", "rule", rule, &options))
                        (self.choose("flow-approval-else", "else", &word(otherwise), &elses))
                        (self.row("flow-approval-note", Input::new("note", note.as_deref().unwrap_or("")), |i| input::textarea(i, 3)))
                        (self.insert(object))
                    },
                )
            }
            Deed::End {} => html! { p.ak-muted { (self.t("flow-about-end")) } },
        }
    }

    /// What an arm asks of the approvals of the flow, where it has any.
    fn outcome(&self, step: &Step, n: usize, arm: &Arm, object: &Object) -> Markup {
        let asks = self.flow.approvals();
        let mut options: Options = vec![(String::new(), self.t("flow-outcome-none"))];
        for (key, _) in asks.iter().filter(|(_, of)| *of == object.key) {
            options.extend(Came::ALL.map(|is| (format!("{key}:{}", is.key()), self.teller.came(self.flow, key, is))));
        }
        let chosen = arm.outcome.as_ref().map(|outcome| format!("{}:{}", outcome.step, outcome.is.key())).unwrap_or_default();
        html! {
            @if options.len() > 1 || !chosen.is_empty() {
                form.ak-flow-outcome method="post" action=(self.href("/arm")) {
                    (self.visit.token_field())
                    input type="hidden" name="step" value=(step.key);
                    input type="hidden" name="arm" value=(n);
                    (self.choose("flow-outcome", "outcome", &chosen, &options))
                    (Button::new(self.t("save")).submit())
                }
            }
        }
    }

    fn objects(&self) -> Options {
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

    /// Fields of a new record that can point to this one.
    fn links(&self, target: &Object, object: &Object) -> Options {
        let fitting = target.fields.iter().filter(|f| f.kind == FieldType::Link && f.to == Some(object.ix) && f.writable());
        std::iter::once((String::new(), "—".to_string()))
            .chain(fitting.map(|f| (f.key.clone(), f.label.get(self.look().key()).to_string())))
            .collect()
    }

    /// Everybody a step can be for.
    fn people(&self, object: &Arc<Object>) -> Options {
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

    fn several(&self, label: &str, name: &str, options: &Options, chosen: &[String]) -> Markup {
        let chosen: Vec<&str> = chosen.iter().map(String::as_str).collect();
        self.row(label, Input::new(name, ""), |i| multi_select(i, options, &chosen))
    }

    /// Fields of the record and of those it is linked to.
    fn paths(&self, object: &Arc<Object>) -> Vec<Choice> {
        choices(self.look(), object, &self.look().rights).into_iter().filter(|c| !c.key.starts_with(CHILD)).collect()
    }

    /// Buttons that put a field into the text above them.
    fn insert(&self, object: &Arc<Object>) -> Markup {
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

    fn mail(&self, object: &Arc<Object>, to: &[MailTo], (template, subject, text): (Option<&str>, &str, &str)) -> Markup {
        let mut options: Options =
            self.paths(object).into_iter().filter(|c| c.kind == FieldType::Email).map(|c| (format!("mail:{}", c.key), c.label)).collect();
        options.extend(self.people(object));
        let chosen: Vec<String> = to
            .iter()
            .filter_map(|to| match to {
                MailTo::Field(path) => Some(format!("mail:{path}")),
                MailTo::Who(who) => Some(who.word()),
                MailTo::Address(_) => None,
            })
            .collect();
        let fitting = self.teller.templates.iter().filter(|(.., of)| *of == object.key);
        let templates: Options = std::iter::once((String::new(), self.t("flow-template-none")))
            .chain(fitting.map(|(key, name, _)| (key.clone(), name.clone())))
            .collect();
        let typed: Vec<&str> = to.iter().filter_map(|to| if let MailTo::Address(a) = to { Some(a.as_str()) } else { None }).collect();
        html! {
            (self.several("flow-to", "to", &options, &chosen))
            (row(self.look().t, &Row::new(self.t("flow-addresses")).hint(self.t("flow-addresses-hint")), Input::new("addresses", &typed.join(", ")), input::text))
            @if templates.len() > 1 || template.is_some() { (self.choose("flow-template", "template", template.unwrap_or(""), &templates)) }
            @match template {
                // what was written before stays, should the template be given up again
                Some(key) => {
                    input type="hidden" name="subject" value=(subject);
                    input type="hidden" name="text" value=(text);
                    p { a.ak-link href={ "/settings/mail-templates/" (key) } { (self.t("flow-template-open")) } }
                }
                None => {
                    (self.row("flow-subject", Input::new("subject", subject).required(true), input::text))
                    (self.row("flow-text", Input::new("text", text).required(true), |i| input::textarea(i, 8)))
                    (self.insert(object))
                }
            }
        }
    }

    fn lapse(&self, name: &str, label: &str, lapse: Option<&Lapse>) -> Markup {
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

    fn wait(&self, until: &Until, object: &Arc<Object>) -> Markup {
        let kinds = ["passed", "date", "holds"].map(|k| (k.to_string(), self.t(&format!("flow-until-{k}"))));
        let dated: Options = self
            .paths(object)
            .into_iter()
            .filter(|c| matches!(c.kind, FieldType::Date | FieldType::DateTime))
            .map(|c| (c.key, c.label))
            .collect();
        let elses = ["go_on", "end"].map(|k| (k.to_string(), self.t(&format!("flow-else-{}", k.replace('_', "-")))));
        let key = match until {
            Until::Passed { .. } => "passed",
            Until::Date { .. } => "date",
            Until::Holds { .. } => "holds",
        };
        html! {
            (self.choose("flow-until", "until", key, &kinds))
            @match until {
                Until::Passed { lapse } => (self.lapse("lapse", "flow-how-long", Some(lapse))),
                Until::Date { field, lapse } => {
                    (self.choose("flow-field", "field", field, &std::iter::once((String::new(), String::new())).chain(dated).collect::<Vec<_>>()))
                    (self.lapse("lapse", "flow-after-it", lapse.as_ref()))
                }
                Until::Holds { most, otherwise, .. } => {
                    (self.lapse("lapse", "flow-at-most", Some(most)))
                    (self.choose("flow-else", "else", &word(otherwise), &elses))
                }
            }
        }
    }

    fn assigning(&self, assigning: &Assigning, object: &Arc<Object>) -> Markup {
        let kinds = ["round_robin", "load", "to", "rule"].map(|k| (k.to_string(), self.t(&format!("flow-by-{}", k.replace('_', "-")))));
        let people = self.people(object);
        let (key, chosen) = match assigning {
            Assigning::To { .. } => ("to", Vec::new()),
            Assigning::RoundRobin { people } => ("round_robin", people.iter().map(Who::word).collect()),
            Assigning::Load { people } => ("load", people.iter().map(Who::word).collect()),
            Assigning::Rule { .. } => ("rule", Vec::new()),
        };
        html! {
            (self.choose("flow-by", "by", key, &kinds))
            @match assigning {
                Assigning::To { to } => (self.choose("flow-for", "to", &to.word(), &people)),
                Assigning::Rule { rules, otherwise } => {
                    @let empty = akrab_engine::flow::Rule { when: Json::Null, to: Who::Creator };
                    @for (n, rule) in rules.iter().chain([&empty]).enumerate() { (self.rule(n, rule, object, &people)) }
                    @let none: Options = std::iter::once((String::new(), self.t("flow-rule-nobody"))).chain(people.clone()).collect();
                    (self.choose("flow-rule-otherwise", "otherwise", &otherwise.as_ref().map(Who::word).unwrap_or_default(), &none))
                }
                _ => (self.several("flow-people", "people", &people, &chosen)),
            }
        }
    }

    /// "Industri adalah Hotel → Siti": simple tests are changed here, others keep what they say.
    fn rule(&self, n: usize, rule: &akrab_engine::flow::Rule, object: &Arc<Object>, people: &Options) -> Markup {
        let name = |part: &str| format!("r{n}_{part}");
        let field = rule.when["field"].as_str().unwrap_or("");
        let simple = rule.when.is_null()
            || (rule.when["op"] == "is"
                && rule.when["value"].is_string()
                && object.field(field).is_some_and(|f| f.kind == FieldType::Choice));
        let mut fields: Options = vec![(String::new(), self.t("flow-rule-new"))];
        fields.extend(
            object
                .fields
                .iter()
                .filter(|f| f.kind == FieldType::Choice && !f.hidden)
                .map(|f| (f.key.clone(), f.label.get(self.look().key()).to_string())),
        );
        let to: Options = std::iter::once((String::new(), self.t("flow-rule-remove"))).chain(people.clone()).collect();
        html! {
            div.ak-flow-value {
                @if simple {
                    (self.choose("flow-rule-if", &name("field"), field, &fields))
                    @if let Some(of) = object.field(field) {
                        @let options: Options = of.choices.iter().map(|c| (c.key.clone(), c.label.get(self.look().key()).to_string())).collect();
                        (self.choose("flow-rule-is", &name("value"), rule.when["value"].as_str().unwrap_or(""), &options))
                        (self.choose("flow-for", &name("to"), &rule.to.word(), &to))
                    }
                } @else {
                    input type="hidden" name=(name("when")) value=(rule.when.to_string());
                    p { (self.teller.condition(&object.key, Some(&rule.when))) }
                    (self.choose("flow-for", &name("to"), &rule.to.word(), &to))
                }
            }
        }
    }

    /// Rows of field and value, the last one for one more.
    fn values(&self, source: &Arc<Object>, target: &Arc<Object>, values: &Values) -> Markup {
        let key = self.look().key();
        let mut fields: Options = vec![(String::new(), self.t("flow-value-new"))];
        fields.extend(
            target
                .fields
                .iter()
                .filter(|f| f.writable() && !f.hidden && f.kind != FieldType::Links && f.kind != FieldType::File)
                .map(|f| (f.key.clone(), f.label.get(key).to_string())),
        );
        html! {
            fieldset.ak-builder-part {
                legend { (self.t("flow-values")) }
                @for (n, (key, given)) in values.iter().enumerate() { (self.value(n, source, target, key, given, &fields)) }
                (self.choose("flow-field", &format!("v{}_field", values.len()), "", &fields))
            }
        }
    }

    fn value(&self, n: usize, source: &Arc<Object>, target: &Arc<Object>, key: &str, given: &Given, fields: &Options) -> Markup {
        let Some(field) = target.field(key) else { return html! {} };
        let name = |part: &str| format!("v{n}_{part}");
        let dated = matches!(field.kind, FieldType::Date | FieldType::DateTime);
        let hows: Options = ["value", "from", "formula", "after", "empty"]
            .iter()
            .filter(|how| {
                (**how != "after" || dated) && (**how != "formula" || field.to.is_none()) && (**how != "empty" || !field.required)
            })
            .map(|how| ((*how).to_string(), self.t(&format!("flow-how-{how}"))))
            .collect();
        let how = match given {
            Given::Value(_) => "value",
            Given::From(_) => "from",
            Given::Formula(_) => "formula",
            Given::After(_) => "after",
            Given::Empty => "empty",
        };
        html! {
            div.ak-flow-value {
                div.ak-flow-pair {
                    (self.choose("flow-field", &name("field"), key, fields))
                    (self.choose("flow-how", &name("how"), how, &hows))
                }
                @match given {
                    Given::Value(json) => (self.control(target, field, &name("value"), json)),
                    Given::From(path) => {
                        @let fitting: Options = self.paths(source).into_iter().filter(|c| c.field.as_ref().is_some_and(|f| fits(f, field))).map(|c| (c.key, c.label)).collect();
                        (self.choose("flow-from", &name("from"), path, &std::iter::once((String::new(), String::new())).chain(fitting).collect::<Vec<_>>()))
                    }
                    Given::Formula(text) => (row(self.look().t, &Row::new(self.t("flow-formula")).hint(self.t("flow-formula-value-hint")), Input::new(&name("formula"), text), input::text)),
                    Given::After(lapse) => (self.lapse(&name("after"), "flow-how-long", Some(lapse))),
                    Given::Empty => {}
                }
            }
        }
    }

    /// The control of a field's value under a name of its own.
    fn control(&self, object: &Object, field: &Field, name: &str, json: &Json) -> Markup {
        let look = self.look();
        let control = Field { key: name.into(), required: false, ..field.clone() };
        let mut typed = Typed::default();
        let text = field.kind.is_text() || field.kind == FieldType::LongText;
        match field.parse(json, &look.parse_env().own()) {
            Ok(value) if !text => {
                if let (Value::Link(id), Some(title)) = (&value, self.teller.title(field, &value)) {
                    typed.titles.insert((name.to_string(), *id), title);
                }
                typed.put(look, &control, &value);
            }
            _ => typed.set(name, json.as_str().map_or_else(|| json.to_string(), str::to_string)),
        }
        let errors = HashMap::new();
        let sheet = Sheet { look, object: &object.key, typed: &typed, errors: &errors, focus: None, templates: None };
        row(look.t, &Row::new(self.t("flow-value")), Input::new(name, ""), |_| sheet.bare(&control))
    }
}

/// A word as declarations have it.
pub fn word<T: serde::Serialize>(value: &T) -> String {
    serde_json::to_value(value).ok().and_then(|v| v.as_str().map(str::to_string)).unwrap_or_default()
}
