//! The form of a policy: which records, what they must do, how grave a breach is and who hears of it.

use super::Errors;
use crate::fail::Fail;
use crate::policy::words;
use crate::process::words as lengths;
use crate::settings::condition::{Condition, Entry, of_json};
use crate::settings::line::buttons;
use crate::ui::button::Button;
use crate::ui::form::{self, Row, error, error_summary};
use crate::ui::input::{self, Input};
use crate::ui::setting::setting;
use crate::value::Look;
use crate::visit::Visit;
use akrab_engine::policy::{Must, PolicyDecl, Severity};
use akrab_model::{Field, FieldType, Object, Problem};
use maud::{Markup, html};
use std::sync::Arc;

type Options = Vec<(String, String)>;

/// A policy on the bench.
pub struct Bench {
    /// Empty for a new one.
    pub key: String,
    pub decl: PolicyDecl,
    pub version: i64,
    pub retired: bool,
    /// A condition was put together that is not kept yet.
    pub unsaved: bool,
    pub(super) look: Look,
    pub(super) object: Option<Arc<Object>>,
}

impl Bench {
    pub fn new(visit: &Visit, key: &str, decl: &PolicyDecl, version: i64) -> Bench {
        let object = visit.registry().object(&decl.object).cloned();
        Bench { key: key.into(), decl: decl.clone(), version, retired: false, unsaved: false, look: visit.look(), object }
    }

    fn href(&self) -> String {
        if self.key.is_empty() { "/settings/policies/new".into() } else { format!("/settings/policies/{}", self.key) }
    }

    pub async fn draw(&self, visit: &Visit, errors: &Errors) -> Result<Markup, Fail> {
        let t = visit.t;
        let Some(object) = self.object.clone() else { return Err(Problem::not_found().into()) };
        let calendars = visit.read(|tx| tx.calendars()).await?;
        let calendars: Options = calendars
            .iter()
            .filter(|c| !c.retired || c.key == self.decl.calendar)
            .map(|c| (c.key.clone(), c.name.get(visit.lang()).to_string()))
            .collect();
        let when = Condition::load(visit, object.clone(), of_json(self.decl.when.as_ref())).await?;
        let hold = match &self.decl.must {
            Must::Hold { filter } => Some(Condition::load(visit, object.clone(), of_json(Some(filter))).await?),
            _ => None,
        };
        let mut keepers: Options = vec![(String::new(), t.get("policy-no-keeper"))];
        keepers.extend(visit.engine().people().at_work().iter().map(|p| (p.email.clone(), p.name.clone())));
        let severities: Options =
            Severity::ALL.iter().map(|one| (one.key().to_string(), t.get(&format!("policy-severity-{}", one.key())))).collect();
        Ok(html! {
            div.ak-stack {
                @if self.unsaved { p role="status" { (t.get("approval-when-unsaved")) } }
                form.ak-stack method="post" action=(self.href()) data-guard {
                    (visit.token_field())
                    input type="hidden" name="object" value=(object.key);
                    input type="hidden" name="kind" value=(self.decl.must.kind());
                    input type="hidden" name="known" value=(self.version);
                    (error_summary(t, errors))
                    (setting(object.plural_label(visit.lang()), &t.get("policy-for-text"), true, html! {
                        (form::columns(html! {
                            (self.row("name_id", "calendar-name-id", &self.decl.name.id, "", errors))
                            (self.row("name_en", "calendar-name-en", &self.decl.name.en, "", errors))
                        }))
                        (when.row(&Entry { name: "when", label: t.get("policy-when"), error: error(errors, "when"), ..Entry::default() }))
                    }))
                    (setting(&t.get(&format!("policy-kind-{}", self.decl.must.kind())), &t.get(&format!("policy-kind-{}-text", self.decl.must.kind())), true, self.must(&object, &calendars, hold.as_ref(), errors)))
                    (setting(&t.get("policy-breach"), &t.get("policy-breach-text"), true, html! {
                        (form::columns(html! {
                            (form::row(t, &Row::new(t.get("policy-severity")), Input::new("severity", self.decl.severity.key()), |i| input::select(i, &severities)))
                            (form::row(t, &Row::new(t.get("policy-keeper")).hint(t.get("policy-keeper-hint")).error(error(errors, "keeper")), Input::new("keeper", &self.decl.keeper), |i| input::select(i, &keepers)))
                        }))
                        (form::columns(html! {
                            (self.row("advice_id", "policy-advice-id", &self.decl.advice.id, "policy-advice-hint", errors))
                            (self.row("advice_en", "policy-advice-en", &self.decl.advice.en, "", errors))
                        }))
                        div.ak-form-row { (input::checkbox("notify", "1", &t.get("policy-notify"), self.decl.notify)) div.ak-hint { (t.get("policy-notify-hint")) } }
                        (form::columns(html! {
                            (self.row("every", "policy-every", &self.decl.every.to_string(), "policy-every-hint", errors))
                            (self.row("calm", "policy-calm", &self.decl.calm.to_string(), "policy-calm-hint", errors))
                        }))
                    }))
                    (buttons(t, Button::new(t.get("save")).primary(), "/settings/policies"))
                }
            }
        })
    }

    fn row(&self, name: &str, label: &str, value: &str, hint: &str, errors: &Errors) -> Markup {
        let t = self.look.t;
        let hint = if hint.is_empty() { String::new() } else { t.get(hint) };
        form::row(t, &Row::new(t.get(label)).hint(hint).error(error(errors, name)), Input::new(name, value), input::text)
    }

    fn options(&self, object: &Object, kinds: &dyn Fn(&Field) -> bool) -> Options {
        let shown = object.fields.iter().filter(|f| !f.hidden && f.part_of.is_none() && kinds(f));
        shown.map(|f| (f.key.clone(), self.look.name(f).to_string())).collect()
    }

    fn must(&self, object: &Object, calendars: &Options, hold: Option<&Condition>, errors: &Errors) -> Markup {
        let t = self.look.t;
        let select = |name: &str, label: &str, value: &str, options: &Options| {
            form::row(t, &Row::new(t.get(label)).error(error(errors, name)), Input::new(name, value), |i| input::select(i, options))
        };
        let dates = self.options(object, &|f| f.kind == FieldType::DateTime);
        let calendar = html! { (form::row(t, &Row::new(t.get("process-calendar")).hint(t.get("process-calendar-hint")).error(error(errors, "calendar")), Input::new("calendar", &self.decl.calendar), |i| input::select(i, calendars))) };
        match &self.decl.must {
            Must::Fields { fields } => {
                let options = self.options(object, &|f| !f.system && (f.is_column() || f.kind == FieldType::Links));
                let chosen: Vec<&str> = fields.iter().map(String::as_str).collect();
                form::row(
                    t,
                    &Row::new(t.get("policy-fields")).error(error(errors, "fields")),
                    Input::new("fields", &fields.join("\n")),
                    |i| input::multi_select(i, &options, &chosen),
                )
            }
            Must::Next { ahead } => html! {
                div.ak-form-row { (input::checkbox("ahead", "1", &t.get("policy-ahead"), *ahead)) div.ak-hint { (t.get("policy-ahead-hint")) } }
                @if !error(errors, "must").is_empty() { div.ak-error { (error(errors, "must")) } }
            },
            Must::Answer { from, by, within } => {
                let mut answers = vec![(String::new(), t.get("policy-any-entry"))];
                answers.extend(dates.iter().cloned());
                html! {
                    (form::columns(html! { (select("from", "policy-from", from, &dates)) (select("by", "policy-by", by, &answers)) }))
                    (self.limit(*within, errors))
                    (calendar)
                }
            }
            Must::Touch { within } => {
                html! { (self.limit(*within, errors)) (calendar) @if !error(errors, "must").is_empty() { div.ak-error { (error(errors, "must")) } } }
            }
            Must::Pace {} => html! {
                p.ak-text-13 { (words::must(&self.look, Some(object), &self.decl, None)) " " a.ak-link href="/settings/processes" { (t.get("settings-processes")) } }
                @if !error(errors, "must").is_empty() { div.ak-error { (error(errors, "must")) } }
            },
            Must::Hold { .. } => html! {
                @if let Some(hold) = hold { (hold.row(&Entry { name: "filter", label: t.get("rule-condition"), none: t.get("process-rule-none"), ..Entry::default() })) }
                @if !error(errors, "filter").is_empty() { div.ak-error { (error(errors, "filter")) } }
            },
            Must::Below { field, limit, clear } => {
                let numbers = self.options(object, &|f| f.kind.is_number());
                html! {
                    (select("field", "policy-field", field, &numbers))
                    (form::columns(html! {
                        (self.row("limit", "policy-limit", limit, "", errors))
                        (self.row("clear", "policy-clear", clear, "policy-clear-hint", errors))
                    }))
                }
            }
        }
    }

    fn limit(&self, limit: akrab_engine::process::Limit, errors: &Errors) -> Markup {
        let t = self.look.t;
        let (number, unit) = limit.parts();
        let unit = if limit.working { "w" } else { unit };
        form::columns(html! {
            (form::row(t, &Row::new(t.get("policy-within")).error(error(errors, "limit")), Input::new("limit", &number.to_string()), input::number))
            (form::row(t, &Row::new(t.get("process-unit")), Input::new("unit", unit), |i| input::select(i, &lengths::units(t))))
        })
    }
}
