//! The form of who becomes responsible, and by which rule.

use super::{Options, Panel};
use akrab_engine::flow::{Assigning, Who};
use akrab_model::{FieldType, Object};
use maud::{Markup, html};
use serde_json::Value as Json;
use std::sync::Arc;

impl Panel<'_> {
    pub(super) fn assigning(&self, assigning: &Assigning, object: &Arc<Object>) -> Markup {
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
}
