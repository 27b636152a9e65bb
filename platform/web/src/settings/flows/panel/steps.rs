//! The forms of the steps, one for each kind.

use super::{Options, Panel, word};
use crate::ui::button::Button;
use crate::ui::form::{Row, row};
use crate::ui::input::{self, Input};
use akrab_engine::flow::{Arm, Came, Deed, MailTo, Step, Until, Who, tasks};
use akrab_model::{FieldType, Object};
use maud::{Markup, html};
use std::sync::Arc;

impl Panel<'_> {
    pub(super) fn step_form(&self, step: &Step, object: &Arc<Object>) -> Markup {
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
            Deed::Webhook(calling) => form(true, self.webhook(calling, object)),
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

    /// Fields of a new record that can point to this one.
    fn links(&self, target: &Object, object: &Object) -> Options {
        let fitting = target.fields.iter().filter(|f| f.kind == FieldType::Link && f.to == Some(object.ix) && f.writable());
        std::iter::once((String::new(), "—".to_string()))
            .chain(fitting.map(|f| (f.key.clone(), f.label.get(self.look().key()).to_string())))
            .collect()
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
}
