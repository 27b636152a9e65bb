//! Conditions in the forms of the object manager: told in words, put together with the builder of lists. The button opens a
//! page with the builder; what was typed in the form goes along and comes back with the condition. Nothing is kept before Save.

use super::super::condition::{self, Condition};
use super::super::{Errors, faults, frame, show};
use crate::fail::{Fail, Reply};
use crate::form::Fields;
use crate::ui::button::Button;
use crate::ui::form::error_summary;
use crate::ui::frame::{Crumb, content};
use crate::visit::Visit;
use akrab_model::filter::Op;
use akrab_model::{Filter, Object, Problem};
use maud::{Markup, html};
use serde_json::Value as Json;
use std::sync::Arc;

/// Name of the buttons that open the builder; their value is the name of the condition.
const OPEN: &str = "condition";
/// Said by the builder: the condition it was opened for.
const CAME: &str = "condition_for";

/// A condition in a form.
pub(super) struct Entry<'a> {
    /// Name of the hidden input that carries it.
    pub name: &'a str,
    pub label: String,
    /// What is said while there is none.
    pub none: String,
    pub hint: String,
}

/// What a press of a form was about.
pub(super) enum Pressed {
    /// The builder is wanted for the condition of this name.
    Open(String),
    /// The form, with what the builder sent put in its place.
    Came(Fields),
}

/// What a form holds under a name.
pub(super) fn typed(fields: &Fields, name: &str) -> Option<Json> {
    serde_json::from_str(fields.text(name)).ok()
}

/// Its row in the form.
pub(super) async fn row(visit: &Visit, object: &Arc<Object>, entry: Entry<'_>, json: Option<&Json>) -> Result<Markup, Fail> {
    let filter = json.and_then(|json| Filter::from_json(json).ok());
    let words = match &filter {
        Some(_) => Condition::load(visit, object.clone(), filter.clone()).await?.words(),
        None => entry.none,
    };
    let t = visit.t;
    Ok(html! {
        div.ak-form-row id={ "f-" (entry.name) } {
            div.ak-label-line { span.ak-label { (entry.label) } }
            p .ak-muted[filter.is_none()] { (words) }
            @if let Some(json) = json { input type="hidden" name=(entry.name) value=(json); }
            div { (Button::new(t.get("rule-condition-change")).icon("list-filter").submit_as(OPEN, entry.name).flag("formnovalidate", true)) }
            @if !entry.hint.is_empty() { div.ak-hint { (entry.hint) } }
        }
    })
}

/// What was pressed, if it was about a condition; `of` gives the object of one by its name.
///
/// # Errors
/// `invalid` for a condition that cannot be read, with the name it was for.
pub(super) fn pressed(visit: &Visit, fields: &Fields, of: impl Fn(&str) -> Option<Arc<Object>>) -> Result<Option<Pressed>, Problem> {
    if let Some(name) = fields.get(OPEN) {
        return Ok(Some(Pressed::Open(name.to_string())));
    }
    let Some(name) = fields.get(CAME).map(str::to_string) else { return Ok(None) };
    let object = of(&name).ok_or_else(Problem::not_found)?;
    let mut filter = condition::typed(visit, &object, fields.text("filter"))?;
    // the form without script adds one condition at a time
    let (field, value) = (fields.text("add-field"), fields.text("add-value"));
    let op = serde_json::from_value::<Op>(fields.text("add-op").into()).ok();
    if let Some(op) = op.filter(|op| !field.is_empty() && (!value.is_empty() || matches!(op, Op::Empty | Op::NotEmpty))) {
        let more = condition::typed(visit, &object, &Filter::test(field, op, value).to_json().to_string())?;
        filter = more.map(|more| crate::filter::tree::with(filter.as_ref(), more)).or(filter);
    }
    let mut all: Vec<(String, String)> = fields.0.iter().filter(|(key, _)| !is_builders(key) && *key != name).cloned().collect();
    all.extend(filter.map(|filter| (name, filter.to_json().to_string())));
    Ok(Some(Pressed::Came(Fields(all))))
}

/// Whether an input is the builder's own.
fn is_builders(name: &str) -> bool {
    matches!(name, "csrf" | "filter" | "add-field" | "add-op" | "add-value" | OPEN | CAME)
}

/// The page with the builder for the condition `name` of a form.
pub(super) async fn builder(
    visit: &Visit,
    object: Arc<Object>,
    (name, title): (&str, &str),
    fields: &Fields,
    back: Crumb,
    problem: Option<Problem>,
) -> Reply {
    // what was refused stands there as it was put together
    let name_of_filter = if problem.is_some() { "filter" } else { name };
    let errors = problem.map(|problem| faults(visit, problem)).transpose()?.unwrap_or_default();
    let errors: Errors = errors.into_iter().map(|(_, words)| (String::new(), words)).collect();
    let filter = typed(fields, name_of_filter).and_then(|json| Filter::from_json(&json).ok());
    let condition = Condition::load(visit, object, filter).await?;
    let mut keep: Vec<(String, String)> = fields.0.iter().filter(|(key, _)| !is_builders(key)).cloned().collect();
    keep.push((CAME.into(), name.into()));
    let mut frame = frame(visit, title).await;
    frame.breadcrumb.push(back);
    let body = html! {
        div.ak-stack {
            (error_summary(visit.t, &errors))
            p.ak-muted { (visit.t.get("shape-condition-text")) }
            div.ak-approval-when { (condition.posted(visit, &visit.facts.address(), &keep)) }
        }
    };
    show(visit, &frame, content(false, body), !errors.is_empty()).await
}
