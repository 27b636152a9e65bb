//! Rows of fields and what is put into them.

use super::{Options, Panel};
use crate::ui::form::{Row, row};
use crate::ui::input::{self, Input};
use crate::value::Typed;
use crate::value::input::Sheet;
use akrab_engine::flow::{Given, Values, fits};
use akrab_model::{Field, FieldType, Object, Value};
use maud::{Markup, html};
use serde_json::Value as Json;
use std::collections::HashMap;
use std::sync::Arc;

impl Panel<'_> {
    /// Rows of field and value, the last one for one more.
    pub(super) fn values(&self, source: &Arc<Object>, target: &Arc<Object>, values: &Values) -> Markup {
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
    pub(super) fn control(&self, object: &Object, field: &Field, name: &str, json: &Json) -> Markup {
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
