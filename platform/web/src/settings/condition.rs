//! The condition of a rule: told in words, and put together with the builder of lists.
//!
//! A form carries its conditions as hidden inputs, each in a row with a button that opens the builder: beside the form where
//! there is a script, as a page of its own without one. Either way the form is posted as it is typed, [`press`] answers, and
//! nothing typed is lost or kept before Save.

use super::{Errors, faults, frame, show};
use crate::fail::{Fail, Reply};
use crate::filter::words::{Titles, Wording, sentence, titles};
use crate::filter::{builder, tree};
use crate::form::Fields;
use crate::ui::button::Button;
use crate::ui::form::error_summary;
use crate::ui::frame::{Crumb, content};
use crate::value::Look;
use crate::visit::Visit;
use akrab_model::filter::Op;
use akrab_model::{Filter, Object, Problem, Record, Value};
use maud::{Markup, html};
use serde_json::Value as Json;
use std::sync::Arc;

/// Name of the buttons that open the builder; their value is the name of the condition.
const OPEN: &str = "condition";
/// Said by the builder: the condition it was opened for, what was put together, and that all stays as it was.
const CAME: &str = "condition_for";
const TREE: &str = "condition_tree";
const STAY: &str = "condition_stay";

/// A condition over the records of an object.
pub(crate) struct Condition {
    pub object: Arc<Object>,
    pub filter: Option<Filter>,
    titles: Titles,
    look: Look,
}

/// What a rule keeps.
pub(crate) fn kept(rule: &Record) -> Option<Filter> {
    match rule.get("filter") {
        Value::Json(json) => Filter::from_json(json).ok().filter(|filter| !tree::is_empty(filter)),
        _ => None,
    }
}

/// What an address or a form says; nothing for a condition that cannot be read.
pub(crate) fn typed(visit: &Visit, object: &Object, text: &str) -> Result<Option<Filter>, Problem> {
    tree::read(&visit.registry(), object, &visit.look().parse_env(), text)
}

impl Condition {
    pub async fn load(visit: &Visit, object: Arc<Object>, filter: Option<Filter>) -> Result<Condition, Fail> {
        let (own, asked, look) = (object.clone(), filter.clone(), visit.look());
        let titles = match asked {
            Some(filter) => visit.read(move |tx| titles(&look, tx, &own, &filter)).await?,
            None => Titles::new(),
        };
        Ok(Condition { object, filter, titles, look: visit.look() })
    }

    pub fn json(&self) -> Option<Json> {
        self.filter.as_ref().map(Filter::to_json)
    }

    /// "Industri adalah Hotel, dan Kota adalah Bandung".
    pub fn words(&self) -> String {
        let wording = Wording { s: &self.look, object: &self.object, titles: &self.titles, whole: false };
        match &self.filter {
            None => self.look.t.with("rule-every", &[("records", self.object.plural_label(self.look.key()).to_lowercase().into())]),
            Some(filter @ Filter::All(_)) => {
                let parts: Vec<String> = tree::top(Some(filter)).iter().map(|item| sentence(&wording.of(item))).collect();
                parts.join(&format!(" {} ", self.look.t.get("filter-and")))
            }
            Some(filter) => sentence(&wording.of(filter)),
        }
    }

    /// The builder, open; applying it posts to `action` what is kept and the condition.
    async fn builder(&self, visit: &Visit, action: &str, keep: &[(String, String)]) -> Result<Markup, Fail> {
        let words = visit.read(|tx| Ok(builder::own_words(tx))).await?;
        let place = builder::Place { action, clear: "", csrf: Some(&visit.csrf), param: TREE, stay: Some(STAY) };
        Ok(builder::of_form(&self.look, &self.object, self.json().as_ref(), &visit.rights(), (&self.titles, &words), keep, &place))
    }

    /// The row of a form that tells the condition, carries it and opens the builder.
    pub fn row(&self, entry: &Entry<'_>) -> Markup {
        let words = if self.filter.is_none() && !entry.none.is_empty() { entry.none.clone() } else { self.words() };
        let open = Button::new(self.look.t.get("rule-condition-change")).icon("list-filter").submit_as(OPEN, entry.name);
        let open = open.attr("formmethod", "post").flag("formnovalidate", true).flag("data-condition", true);
        let open = if entry.action.is_empty() { open } else { open.attr("formaction", entry.action) };
        html! {
            div.ak-form-row id={ "f-" (entry.name) } {
                div.ak-label-line { span.ak-label { (entry.label) } }
                p .ak-muted[self.filter.is_none()] { (words) }
                @if let Some(json) = self.json() { input type="hidden" name=(entry.name) value=(json); }
                div { (open) }
                @if !entry.hint.is_empty() { div.ak-hint { (entry.hint) } }
                @if !entry.error.is_empty() { div.ak-error { (entry.error) } }
            }
        }
    }
}

/// A condition in a form.
#[derive(Default)]
pub(crate) struct Entry<'a> {
    /// Name of the hidden input that carries it.
    pub name: &'a str,
    pub label: String,
    /// What is said while there is none; that it is every record when empty.
    pub none: String,
    pub hint: String,
    pub error: String,
    /// Where the form is posted; where it is sent anyway when empty.
    pub action: &'a str,
}

/// The form to go on with, and whether it only came back from the builder, with what that sent put in its place; or the builder.
pub(crate) type Press = Result<(Fields, bool), Box<Reply>>;

/// What a condition is over and what its page is headed, by its name in the form.
pub(crate) type Over<'a> = &'a (dyn Fn(&str) -> Option<(Arc<Object>, String)> + Sync);

/// What was pressed in a form with conditions; `back` names the form.
pub(crate) async fn press(visit: &Visit, fields: Fields, over: Over<'_>, back: &str) -> Press {
    let open = fields.get(OPEN).map(str::to_string);
    let fresh = open.is_some();
    let Some(name) = open.or_else(|| fields.get(CAME).map(str::to_string)) else { return Ok((fields, false)) };
    let Some((object, title)) = over(&name) else { return Err(Box::new(Err(Problem::not_found().into()))) };
    if fresh {
        return Err(Box::new(page(visit, object, (&name, &title), &fields, back, None).await));
    }
    match put(visit, &object, &name, &fields) {
        Ok(fields) => Ok((fields, true)),
        Err(problem) => Err(Box::new(page(visit, object, (&name, &title), &fields, back, Some(problem)).await)),
    }
}

/// The form with what the builder sent.
fn put(visit: &Visit, object: &Object, name: &str, fields: &Fields) -> Result<Fields, Problem> {
    let mut all: Vec<(String, String)> = fields.0.iter().filter(|(key, _)| !is_builders(key)).cloned().collect();
    if fields.get(STAY).is_some() {
        return Ok(Fields(all));
    }
    let mut filter = typed(visit, object, fields.text(TREE))?;
    // the form without script adds one condition at a time
    let (field, value) = (fields.text("add-field"), fields.text("add-value"));
    let op = serde_json::from_value::<Op>(fields.text("add-op").into()).ok();
    if let Some(op) = op.filter(|op| !field.is_empty() && (!value.is_empty() || matches!(op, Op::Empty | Op::NotEmpty))) {
        let more = typed(visit, object, &Filter::test(field, op, value).to_json().to_string())?;
        filter = more.map(|more| tree::and(filter.as_ref(), more)).or(filter);
    }
    all.retain(|(key, _)| key != name);
    all.extend(filter.map(|filter| (name.to_string(), filter.to_json().to_string())));
    Ok(Fields(all))
}

/// Whether an input is the builder's own.
fn is_builders(name: &str) -> bool {
    matches!(name, "csrf" | "add-field" | "add-op" | "add-value" | OPEN | CAME | TREE | STAY)
}

/// The page with the builder for the condition `name` of a form.
async fn page(
    visit: &Visit,
    object: Arc<Object>,
    (name, title): (&str, &str),
    fields: &Fields,
    back: &str,
    problem: Option<Problem>,
) -> Reply {
    // what was refused stands there as it was put together
    let from = if problem.is_some() { TREE } else { name };
    let errors = problem.map(|problem| faults(visit, problem)).transpose()?.unwrap_or_default();
    let errors: Errors = errors.into_iter().map(|(_, words)| (String::new(), words)).collect();
    let condition = Condition::load(visit, object, carried(fields, from)).await?;
    let mut keep: Vec<(String, String)> = fields.0.iter().filter(|(key, _)| !is_builders(key)).cloned().collect();
    keep.push((CAME.into(), name.into()));
    let builder = condition.builder(visit, &visit.facts.address(), &keep).await?;
    let mut frame = frame(visit, title).await;
    frame.breadcrumb.push(Crumb { label: back.into(), href: None });
    let body = html! {
        div.ak-stack {
            (error_summary(visit.t, &errors))
            p.ak-muted { (visit.t.get("shape-condition-text")) }
            div.ak-approval-when { (builder) }
        }
    };
    show(visit, &frame, content(false, body), !errors.is_empty()).await
}

/// What a form carries under a name.
pub(crate) fn carried(fields: &Fields, name: &str) -> Option<Filter> {
    of_json(serde_json::from_str(fields.text(name)).ok().as_ref())
}

/// What is declared.
pub(crate) fn of_json(json: Option<&Json>) -> Option<Filter> {
    json.and_then(|json| Filter::from_json(json).ok())
}

/// The condition a form carries, as a record takes it.
pub(crate) fn input(visit: &Visit, object: &Object, fields: &Fields) -> Result<Json, Problem> {
    Ok(typed(visit, object, fields.text("filter"))?.map_or(Json::Null, |filter| filter.to_json()))
}
