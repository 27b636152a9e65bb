//! The panel beside the picture: the form of what was chosen in it.

mod assigning;
mod parts;
mod steps;
mod trigger;
mod values;
mod webhook;

use super::words::Teller;
use crate::ui::button::Button;
use crate::ui::form::{Row, error_summary, row};
use crate::ui::icon::icon_sized;
use crate::ui::input::{Input, select};
use crate::value::Look;
use crate::visit::Visit;
use akrab_engine::flow::{Deed, Flow, FlowDraft, Step};
use maud::{Markup, html};
use serde_json::Value as Json;

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
}

/// A word as declarations have it.
pub fn word<T: serde::Serialize>(value: &T) -> String {
    serde_json::to_value(value).ok().and_then(|v| v.as_str().map(str::to_string)).unwrap_or_default()
}
