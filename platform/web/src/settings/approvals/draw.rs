//! The form of a rule: who, in which steps, from which figures on, and what it keeps back.

use super::Errors;
use super::read::value;
use crate::approval::words;
use crate::fail::Fail;
use crate::settings::condition::{Condition, Entry, of_json};
use crate::settings::line::buttons;
use crate::ui::button::Button;
use crate::ui::form::{self, Row, error, error_summary};
use crate::ui::input::{self, Input};
use crate::ui::setting::setting;
use crate::ui::table::plain_table;
use crate::value::Look;
use crate::visit::Visit;
use akrab_engine::approval::{ApprovalDecl, BandDecl, Guard, ReasonDecl, Rule, Start, StepDecl, Who};
use akrab_model::{Field, FieldType, Object, format};
use maud::{Markup, html};
use rust_decimal::Decimal;
use std::sync::Arc;

type Options = Vec<(String, String)>;

/// A rule on the bench.
pub struct Bench {
    /// Empty for a new one.
    pub key: String,
    pub decl: ApprovalDecl,
    pub version: i64,
    pub retired: bool,
    /// A condition was put together that is not kept yet.
    pub unsaved: bool,
    pub(super) look: Look,
    pub(super) object: Option<Arc<Object>>,
}

impl Bench {
    pub fn new(visit: &Visit, key: &str, decl: &ApprovalDecl, version: i64) -> Bench {
        let object = visit.registry().object(&decl.object).cloned();
        Bench { key: key.into(), decl: decl.clone(), version, retired: false, unsaved: false, look: visit.look(), object }
    }

    fn href(&self) -> String {
        if self.key.is_empty() { "/settings/approvals/new".into() } else { format!("/settings/approvals/{}", self.key) }
    }

    pub async fn draw(&self, visit: &Visit, tried: &str, errors: &Errors) -> Result<Markup, Fail> {
        let t = visit.t;
        let Some(object) = self.object.clone() else { return Err(akrab_model::Problem::not_found().into()) };
        let condition = Condition::load(visit, object.clone(), of_json(self.decl.when.as_ref())).await?;
        let (own, decl, key) = (object.key.clone(), self.decl.clone(), self.key.clone());
        let (calendars, stages, rule) = visit
            .read(move |tx| {
                let stages = tx.stage_names(&own)?;
                let rule = tx.approval_rule_check(if key.is_empty() { "new" } else { &key }, &decl).ok();
                Ok((tx.calendars()?, stages, rule))
            })
            .await?;
        let calendars: Options = calendars
            .iter()
            .filter(|c| !c.retired || c.key == self.decl.calendar)
            .map(|c| (c.key.clone(), c.name.get(visit.lang()).to_string()))
            .collect();
        Ok(html! {
            div.ak-stack.ak-approval-rule {
                @if self.unsaved { p role="status" { (t.get("approval-when-unsaved")) } }
                form.ak-stack method="post" action=(self.href()) data-guard {
                    (visit.token_field())
                    input type="hidden" name="object" value=(object.key);
                    input type="hidden" name="known" value=(self.version);
                    (error_summary(t, errors))
                    (setting(object.label(visit.lang()), &t.get("approval-for-text"), true, html! {
                        (form::columns(html! {
                            (self.row("name_id", "calendar-name-id", &self.decl.name.id, "", errors))
                            (self.row("name_en", "calendar-name-en", &self.decl.name.en, "", errors))
                        }))
                        (self.condition(&condition, errors))
                    }))
                    (setting(&t.get("approval-steps"), &t.get("approval-steps-text"), true, self.steps(&object, &calendars, errors)))
                    (setting(&t.get("approval-bands"), &t.get("approval-bands-text"), true, self.bands(&object, errors)))
                    (setting(&t.get("approval-guards"), &t.get("approval-guards-text"), true, self.guards(&object, &stages)))
                    (setting(&t.get("approval-reasons"), &t.get("approval-reasons-text"), true, self.reasons(errors)))
                    (buttons(t, Button::new(t.get("save")).primary(), "/settings/approvals"))
                }
                @if let (Some(rule), false) = (&rule, self.key.is_empty()) {
                    (setting(&t.get("approval-try"), &t.get("approval-try-text"), true, self.preview(visit, &object, rule, tried)))
                }
            }
        })
    }

    fn row(&self, name: &str, label: &str, value: &str, hint: &str, errors: &Errors) -> Markup {
        let error = error(errors, name);
        let hint = if hint.is_empty() { String::new() } else { self.look.t.get(hint) };
        form::row(self.look.t, &Row::new(self.look.t.get(label)).hint(hint).error(error), Input::new(name, value), input::text)
    }

    fn condition(&self, condition: &Condition, errors: &Errors) -> Markup {
        let t = self.look.t;
        html! {
            (condition.row(&Entry { name: "when", label: t.get("approval-when"), error: error(errors, "when"), ..Entry::default() }))
            details open[self.decl.formula.is_some()] {
                summary.ak-link { (t.get("approval-formula-open")) }
                (self.row("formula", "approval-formula", self.decl.formula.as_deref().unwrap_or(""), "approval-formula-hint", errors))
            }
        }
    }

    fn steps(&self, object: &Object, calendars: &Options, errors: &Errors) -> Markup {
        let t = self.look.t;
        let empty = |key| StepDecl { key, who: Vec::new(), need: 1, limit: None, remind: None, fallback: Vec::new() };
        let blank: Vec<StepDecl> = self.free_steps().into_iter().map(empty).collect();
        html! {
            @for (n, step) in self.decl.steps.iter().chain(&blank).enumerate() { (self.step(object, n, step, errors)) }
            (form::columns(html! {
                (form::row(t, &Row::new(t.get("approval-calendar")).hint(t.get("approval-calendar-hint")).error(error(errors, "calendar")), Input::new("calendar", &self.decl.calendar), |i| input::select(i, calendars)))
                (form::row(t, &Row::new(t.get("approval-start")), Input::new("start", if self.decl.start == Start::Saved { "saved" } else { "asked" }), |i| input::select(i, &[("asked".into(), t.get("approval-start-asked")), ("saved".into(), t.get("approval-start-saved"))])))
            }))
            (input::checkbox("four_eyes", "1", &t.get("approval-four-eyes"), self.decl.four_eyes))
        }
    }

    fn step(&self, object: &Object, n: usize, step: &StepDecl, errors: &Errors) -> Markup {
        let t = self.look.t;
        let name = |part: &str| format!("s{n}_{part}");
        let hours = |minutes: Option<u32>| {
            minutes.map(|m| format::number((Decimal::from(m) / Decimal::from(60)).round_dp(2), self.look.lang)).unwrap_or_default()
        };
        let many = |part: &str, label: &str, chosen: &[Who], with_stand_in: bool| {
            let chosen: Vec<String> = chosen.iter().map(ToString::to_string).collect();
            let options = self.people(object, with_stand_in, &chosen);
            let chosen: Vec<&str> = chosen.iter().map(String::as_str).collect();
            form::row(t, &Row::new(t.get(label)).error(error(errors, &name(part))), Input::new(&name(part), ""), |i| {
                input::multi_select(i, &options, &chosen)
            })
        };
        let number = |part: &str, label: &str, value: String, hint: &str| {
            let row =
                Row::new(t.get(label)).hint(if hint.is_empty() { String::new() } else { t.get(hint) }).error(error(errors, &name(part)));
            form::row(t, &row, Input::new(&name(part), &value).attr("inputmode", "decimal"), input::text)
        };
        let known = n < self.decl.steps.len();
        html! {
            fieldset.ak-form-group {
                legend { @if known { (t.with("approval-step-n", &[("n", (n + 1).into())])) } @else { (t.with("approval-step-more", &[("n", (n + 1).into())])) } }
                input type="hidden" name=(name("key")) value=(step.key);
                (form::columns(html! {
                    (many("who", "approval-who", &step.who, false))
                    (many("fallback", "approval-fallback", &step.fallback, true))
                    (number("limit", "approval-limit", hours(step.limit), "approval-limit-hint"))
                    (number("remind", "approval-remind", hours(step.remind), ""))
                    (number("votes", "approval-need", step.need.to_string(), "approval-need-hint"))
                }))
                @if known { (input::checkbox(&name("out"), "1", &t.get("approval-step-out"), false)) }
            }
        }
    }

    /// Who may be asked: roles, people, and who stands in a relation to the record.
    fn people(&self, object: &Object, stand_in: bool, chosen: &[String]) -> Options {
        let people = &self.look.people;
        let mut all: Vec<Who> = Vec::new();
        if stand_in {
            all.push(Who::StandIn);
        }
        for role in &people.roles {
            all.push(Who::Role { role: role.key.clone(), near: false });
            all.push(Who::Role { role: role.key.clone(), near: true });
        }
        all.push(Who::Lead);
        if object.owner.is_some() {
            all.push(Who::Owner);
        }
        let users = |field: &&Field| {
            field.kind == FieldType::Link
                && !field.system
                && !field.hidden
                && field.to.is_some_and(|to| self.look.registry.at(to).key == "user")
        };
        all.extend(object.fields.iter().filter(users).filter(|f| f.key != "owner").map(|f| Who::Field(f.key.clone())));
        all.extend(
            people
                .users()
                .iter()
                .filter(|p| (p.active && !p.program) || chosen.contains(&format!("user:{}", p.email)))
                .map(|p| Who::User(p.email.clone())),
        );
        all.iter().map(|who| (who.to_string(), words::who(self.look.t, people, Some(object), self.look.key(), who))).collect()
    }

    /// Keys of the rows for more steps: two levels can be written down at once, later one at a time.
    fn free_steps(&self) -> Vec<String> {
        let taken = |key: &str| self.decl.steps.iter().any(|step| step.key == key);
        let blank = 2_usize.saturating_sub(self.decl.steps.len()).max(1);
        (self.decl.steps.len() + 1..).map(|n| format!("step{n}")).filter(|key| !taken(key)).take(blank).collect()
    }

    fn bands(&self, object: &Object, errors: &Errors) -> Markup {
        let t = self.look.t;
        let numbers = object.fields.iter().filter(|f| f.kind.is_number() && !f.hidden && !f.system);
        let fields: Options = std::iter::once((String::new(), t.get("approval-field-none")))
            .chain(numbers.map(|f| (f.key.clone(), self.look.name(f).to_string())))
            .collect();
        let kind = self.decl.field.as_deref().and_then(|key| object.field(key)).map(|f| f.kind);
        let mut steps: Vec<(String, String)> =
            self.decl.steps.iter().map(|step| (step.key.clone(), words::step(&self.look, &self.look.people, Some(object), step))).collect();
        for key in self.free_steps() {
            steps.push((key, t.with("approval-step-more", &[("n", (steps.len() + 1).into())])));
        }
        let mut bands = self.decl.bands.clone();
        if bands.is_empty() {
            bands.push(BandDecl { from: "0".into(), ..BandDecl::default() });
        }
        let blank = 3_usize.saturating_sub(bands.len()).max(1);
        bands.extend(std::iter::repeat_n(BandDecl::default(), blank));
        let mut heads = vec![(t.get("approval-from"), Some(120)), (t.get("approval-to"), Some(120))];
        heads.extend(steps.iter().map(|(_, words)| (words.clone(), None)));
        let heads: Vec<_> = heads.iter().map(|(words, width)| (words.as_str(), false, *width)).collect();
        let rows: Vec<Vec<Markup>> = bands
            .iter()
            .enumerate()
            .map(|(n, band)| {
                let number = |part: &str, text: &str, label: &str| {
                    let name = format!("b{n}_{part}");
                    let error = error(errors, &name);
                    let i = Input::new(&name, &self.typed(kind, text)).attr("inputmode", "decimal").attr("aria-label", t.get(label)).invalid(!error.is_empty());
                    html! { (input::text(&i)) @if !error.is_empty() { div.ak-error id={ "f-" (name) "-error" } { (error) } } }
                };
                let mut cells = vec![
                    number("from", &band.from, "approval-from"),
                    number("to", band.to.as_deref().unwrap_or(""), "approval-to"),
                ];
                cells.extend(steps.iter().map(|(key, words)| {
                    html! { label.ak-check-label { input.ak-check type="checkbox" name={ "b" (n) "_steps" } value=(key) checked[band.steps.contains(key)]; span.ak-sr { (words) } } }
                }));
                cells
            })
            .collect();
        html! {
            (form::row(t, &Row::new(t.get("approval-field")).hint(t.get("approval-field-hint")).error(error(errors, "field")), Input::new("field", self.decl.field.as_deref().unwrap_or("")), |i| input::select(i, &fields)))
            div.ak-approval-bands { (plain_table(&t.get("approval-bands"), &heads, &rows, None)) }
            p.ak-hint { (t.get("approval-bands-hint")) }
        }
    }

    /// A number of a band as people write it; what could not be read stays as it was typed.
    fn typed(&self, kind: Option<FieldType>, text: &str) -> String {
        match (text.parse::<Decimal>(), kind) {
            (Err(_), _) => text.to_string(),
            (Ok(number), Some(FieldType::Percent)) => format::percent(number, self.look.lang),
            (Ok(number), _) => format::number(number, self.look.lang),
        }
    }

    fn guards(&self, object: &Object, stages: &[String]) -> Markup {
        let t = self.look.t;
        let mut all: Vec<Guard> = Vec::new();
        if object.fields.iter().any(|f| f.kind == FieldType::Stage) {
            all.extend(["won", "lost"].map(|key| Guard::Category(key.into())));
            all.extend(stages.iter().map(|name| Guard::Stage(name.clone())));
        }
        all.extend(object.decl.actions.iter().map(|action| Guard::Action(action.key.clone())));
        let states = object.fields.iter().filter(|f| f.kind == FieldType::Choice && !f.system && !f.hidden);
        for field in states {
            all.extend(field.choices.iter().map(|c| Guard::Value { field: field.key.clone(), value: c.key.clone() }));
        }
        // what is kept but no longer offered stays readable
        all.extend(self.decl.guards.iter().filter(|guard| !all.contains(guard)).cloned().collect::<Vec<_>>());
        let options: Options = all.iter().map(|guard| (guard.to_string(), words::guard(&self.look, Some(object), guard))).collect();
        let chosen: Vec<String> = self.decl.guards.iter().map(ToString::to_string).collect();
        let chosen: Vec<&str> = chosen.iter().map(String::as_str).collect();
        let fields: Options = object
            .fields
            .iter()
            .filter(|f| f.writable() && !f.hidden && f.kind != FieldType::Links)
            .map(|f| (f.key.clone(), self.look.name(f).to_string()))
            .collect();
        let void: Vec<&str> = self.decl.void_on.iter().map(String::as_str).collect();
        html! {
            (form::row(t, &Row::new(t.get("approval-guard")).hint(t.get("approval-guard-hint")), Input::new("guards", ""), |i| input::multi_select(i, &options, &chosen)))
            (form::row(t, &Row::new(t.get("approval-void")).hint(t.get("approval-void-hint")), Input::new("void_on", ""), |i| input::multi_select(i, &fields, &void)))
        }
    }

    fn reasons(&self, errors: &Errors) -> Markup {
        let t = self.look.t;
        let empty = ReasonDecl::default();
        html! {
            @let error = error(errors, "reasons");
            @if !error.is_empty() { div.ak-error id="f-reasons" { (error) } }
            div.ak-approval-reasons {
                @for (n, reason) in self.decl.reasons.iter().chain([&empty]).enumerate() {
                    input type="hidden" name={ "r" (n) "_key" } value=(reason.key);
                    (input::text(&Input::new(&format!("r{n}_id"), &reason.label.id).attr("aria-label", t.get("approval-reason-id")).placeholder(&t.get("approval-reason-id"))))
                    (input::text(&Input::new(&format!("r{n}_en"), &reason.label.en).attr("aria-label", t.get("approval-reason-en")).placeholder(&t.get("approval-reason-en"))))
                }
            }
        }
    }

    /// What the rule says: every band in words, and of a number that is tried.
    fn preview(&self, visit: &Visit, object: &Object, rule: &Rule, tried: &str) -> Markup {
        let t = self.look.t;
        let field = rule.decl.field.as_deref();
        let kind = field.and_then(|key| object.field(key)).map(|f| f.kind);
        let whom = |steps: &[StepDecl]| {
            let names: Vec<String> = steps.iter().map(|step| words::step(&self.look, &self.look.people, Some(object), step)).collect();
            if names.is_empty() { t.get("approval-no-step") } else { names.join(" → ") }
        };
        let answer = (!tried.is_empty()).then(|| match value(visit, kind, tried) {
            Some(number) => format!("{} → {}", words::number(&self.look, Some(object), field, number), whom(&rule.steps(Some(number)))),
            None => t.get("problem-not-a-number"),
        });
        html! {
            ul.ak-use-list {
                @for band in &rule.bands {
                    @let steps: Vec<StepDecl> = band.steps.iter().filter_map(|n| rule.decl.steps.get(*n).cloned()).collect();
                    li { (words::band(&self.look, Some(object), rule, band)) " → " b { (whom(&steps)) } }
                }
            }
            @if field.is_some() {
                form.ak-row.ak-gap-8 id="try" method="get" action={ (self.href()) "#try" } {
                    (input::text(&Input::new("try", tried).attr("aria-label", t.get("approval-try-number")).placeholder(&t.get("approval-try-number"))))
                    (Button::new(t.get("approval-try-do")).icon("calculator").submit())
                }
                @if let Some(answer) = answer { p role="status" { b { (answer) } } }
            }
        }
    }
}
