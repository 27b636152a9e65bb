//! The form of how a flow begins.

use super::{Options, Panel, word};
use crate::settings::flows::words::DAYS;
use crate::ui::form::{Row, error_summary, row};
use crate::ui::input::{self, Input, checkbox};
use akrab_engine::flow::{DateUnit, Rhythm, Trigger};
use akrab_model::{Field, FieldType, Object};
use maud::{Markup, html};
use serde_json::Value as Json;
use std::sync::Arc;

impl Panel<'_> {
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
            Trigger::Form { form } => {
                let mut options: Options = vec![(String::new(), self.t("flow-form-any"))];
                let own = self.teller.forms.iter().filter(|(.., of)| *of == object.key);
                options.extend(own.map(|(id, name, _)| (id.to_string(), name.clone())));
                let chosen = form.map(|id| id.to_string()).unwrap_or_default();
                html! {
                    (self.choose("flow-form", "form", &chosen, &options))
                    @if options.len() == 1 { p.ak-muted { a.ak-link href={ "/settings/forms/new?object=" (object.key) } { (self.t("form-new")) } } }
                }
            }
            Trigger::Created {} | Trigger::Became {} | Trigger::Button {} | Trigger::Called {} | Trigger::Webhook {} => html! {},
        }
    }
}
