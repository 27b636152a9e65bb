//! The picture of a flow: its beginning, its steps as cards below one another, branches side by side.

use super::words::Teller;
use crate::ui::icon::icon_sized;
use akrab_engine::flow::{Deed, Flow, FlowDraft, Step};
use maud::{Markup, html};
use std::collections::HashMap;

/// What the picture is drawn of.
pub struct Canvas<'a> {
    pub teller: &'a Teller,
    pub key: &'a str,
    pub flow: &'a Flow,
    pub draft: &'a FlowDraft,
    /// How often each step was taken within thirty days.
    pub counts: &'a HashMap<String, i64>,
    /// The step whose form is open; empty for the beginning.
    pub chosen: &'a str,
    /// The spot a step is to be added at.
    pub spot: &'a str,
}

impl Canvas<'_> {
    fn t(&self, key: &str) -> String {
        self.teller.look.t.get(key)
    }

    pub fn draw(&self) -> Markup {
        let faulty = self.draft.faults.iter().any(|f| !f.pointer.starts_with("/steps/"));
        let condition = self.teller.condition(&self.flow.object, self.flow.when.as_ref());
        html! {
            div.ak-flow-canvas id="flow-canvas" role="region" aria-label=(self.t("flow-picture")) tabindex="0" data-flow-canvas {
                div.ak-flow-column {
                    a.ak-flow-card href=(self.href("")) aria-current=[(self.chosen.is_empty() && self.spot.is_empty()).then_some("true")] data-flow-card="" {
                        span.ak-flow-icon data-tone="accent" aria-hidden="true" { (icon_sized("zap", 16)) }
                        span.ak-two-lines { span.ak-two-lines-detail { (self.t("flow-trigger")) } b { (self.teller.trigger(self.flow)) } }
                        @if faulty { (fault(&self.t("flow-faulty"))) }
                    }
                    @if !condition.is_empty() || self.flow.formula.is_some() {
                        div.ak-flow-note { (icon_sized("list-filter", 13)) " "
                            (condition) @if let Some(formula) = &self.flow.formula { " " code { (formula) } }
                        }
                    }
                    (self.list(&self.flow.steps, "start", &self.flow.object))
                    div.ak-flow-end { (self.t("flow-over")) }
                }
            }
        }
    }

    fn href(&self, step: &str) -> String {
        format!("/settings/flows/{}?step={step}", self.key)
    }

    /// A list of steps with the spots between them.
    fn list(&self, steps: &[Step], spot: &str, object: &str) -> Markup {
        html! {
            (self.plus(spot))
            ol.ak-flow-list data-sortable={ "/settings/flows/" (self.key) "/order" } {
                @for step in steps {
                    li data-id=(step.key) {
                        (self.card(step, object))
                        (self.inside(step, object))
                        @if !matches!(step.deed, Deed::End {}) { (self.plus(&format!("after:{}", step.key))) }
                    }
                }
            }
        }
    }

    fn plus(&self, spot: &str) -> Markup {
        html! {
            div.ak-flow-plus {
                a href={ "/settings/flows/" (self.key) "?add=" (spot) } aria-label=(self.t("flow-add")) title=(self.t("flow-add"))
                    aria-current=[(self.spot == spot).then_some("true")] { (icon_sized("plus", 14)) }
            }
        }
    }

    fn card(&self, step: &Step, object: &str) -> Markup {
        let faulty = self.draft.faults.iter().any(|f| {
            f.pointer
                .strip_prefix("/steps/")
                .and_then(|rest| rest.strip_prefix(step.key.as_str()))
                .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        });
        let count = self.counts.get(&step.key).copied().unwrap_or(0);
        html! {
            a.ak-flow-card id={ "step-" (step.key) } href=(self.href(&step.key)) aria-current=[(self.chosen == step.key).then_some("true")]
                data-flow-card=(step.key) {
                span.ak-flow-icon aria-hidden="true" data-handle { (icon_sized(step.deed.icon(), 16)) }
                span.ak-two-lines { span.ak-two-lines-detail { (self.teller.kind(&step.deed)) } b { (self.teller.deed(&step.deed, object)) } }
                @if faulty { (fault(&self.t("flow-faulty"))) }
                @if count > 0 { span.ak-flow-count { (self.teller.look.t.number(count)) } }
            }
        }
    }

    /// What stands inside of a step: the arms of a branch, the steps for each record.
    fn inside(&self, step: &Step, object: &str) -> Markup {
        match &step.deed {
            Deed::Branch { arms } => html! {
                div.ak-flow-arms {
                    @for (n, arm) in arms.iter().enumerate() {
                        div.ak-flow-arm {
                            div.ak-flow-label {
                                @if arm.is_otherwise() { (self.t("flow-arm-otherwise")) } @else { (self.teller.arm_condition(self.flow, object, arm)) }
                            }
                            (self.list(&arm.steps, &format!("inside:{}:{n}", step.key), object))
                            @if !matches!(arm.steps.last().map(|s| &s.deed), Some(Deed::End {})) { span.ak-flow-tail aria-hidden="true" {} }
                        }
                    }
                }
            },
            Deed::Each { steps, object: child, when, .. } => html! {
                div.ak-flow-loop {
                    @let condition = self.teller.condition(child, when.as_ref());
                    @if !condition.is_empty() { div.ak-flow-label { (condition) } }
                    (self.list(steps, &format!("inside:{}:0", step.key), child))
                }
            },
            _ => html! {},
        }
    }
}

fn fault(words: &str) -> Markup {
    html! { span.ak-flow-fault title=(words) { (icon_sized("circle-alert", 15)) span.ak-sr { (words) } } }
}
