//! The condition of a rule: built with the builder of lists, told in words.

use crate::fail::Fail;
use crate::filter::words::{Titles, Wording, sentence, titles};
use crate::filter::{builder, tree};
use crate::form::Fields;
use crate::ui::button::Button;
use crate::ui::filter::builder_id;
use crate::value::Look;
use crate::visit::Visit;
use akrab_model::{Filter, Object, Problem, Record, Value};
use maud::{Markup, html};
use serde_json::Value as Json;
use std::sync::Arc;

/// A condition over the records of an object.
pub(crate) struct Condition {
    pub object: Arc<Object>,
    pub filter: Option<Filter>,
    titles: Titles,
    words: builder::OwnWords,
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
        let (titles, words) = visit
            .read(move |tx| {
                let found = match &asked {
                    Some(filter) => titles(&look, tx, &own, filter)?,
                    None => Titles::new(),
                };
                Ok((found, builder::own_words(tx)))
            })
            .await?;
        Ok(Condition { object, filter, titles, words, look: visit.look() })
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

    /// The builder; applying it puts the condition into the form's line, or comes back to `action` with what is kept.
    pub fn builder(&self, visit: &Visit, action: &str, keep: &[(String, String)]) -> Markup {
        self.builder_of("filter", visit, action, keep)
    }

    /// The same of a condition that goes under another name. What is typed in the form stays; without script it opens `action`.
    pub fn builder_of(&self, param: &str, visit: &Visit, action: &str, keep: &[(String, String)]) -> Markup {
        let (clear, into) = (builder::clear(action, keep), format!("#f-{param}"));
        let place = builder::Place { action, clear: &clear, csrf: None, open: false, param, into: Some(&into) };
        builder::of_form(&self.look, &self.object, self.json().as_ref(), &visit.rights(), (&self.titles, &self.words), keep, &place)
    }

    /// The builder, open; applying it posts to `action` what is kept and the condition.
    pub fn posted(&self, visit: &Visit, action: &str, keep: &[(String, String)]) -> Markup {
        let place = builder::Place { action, clear: "", csrf: Some(&visit.csrf), open: true, param: "filter", into: None };
        builder::of_form(&self.look, &self.object, self.json().as_ref(), &visit.rights(), (&self.titles, &self.words), keep, &place)
    }

    /// The condition in words with the button that opens the builder; goes with the form as `filter`.
    pub fn line(&self) -> Markup {
        self.line_of("filter", &self.look.t.get("rule-condition"), &self.words(), "")
    }

    /// The same where there has to be one: without it `none` is said.
    pub fn line_or(&self, none: &str) -> Markup {
        let words = if self.filter.is_none() { none.to_string() } else { self.words() };
        self.line_of("filter", &self.look.t.get("rule-condition"), &words, "")
    }

    /// The same under another name, with what is wrong with it.
    pub fn line_of(&self, param: &str, label: &str, words: &str, error: &str) -> Markup {
        let id = builder_id(param);
        html! {
            div.ak-form-row id={ "f-" (param) } {
                div.ak-label-line { span.ak-label { (label) } }
                p { (words) }
                div { (Button::new(self.look.t.get("rule-condition-change")).icon("list-filter").href(format!("#{id}")).attr("data-filter-open", id.clone())) }
                @if let Some(json) = self.json() { input type="hidden" name=(param) value=(json); }
                @if !error.is_empty() { div.ak-error { (error) } }
            }
        }
    }
}

/// The condition a form carries, as a record takes it.
pub(crate) fn input(visit: &Visit, object: &Object, fields: &Fields) -> Result<Json, Problem> {
    Ok(typed(visit, object, fields.text("filter"))?.map_or(Json::Null, |filter| filter.to_json()))
}
