//! What a form asks, and what is said around it.

use akrab_model::value::Input;
use akrab_model::{Field, FieldType, Registry};
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

/// Everything about a form but its name and address.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct FormPlan {
    pub object: String,
    /// `id` or `en`: the language of the page.
    pub lang: String,
    pub title: String,
    pub intro: String,
    pub fields: Vec<Asked>,
    /// Values every record has that nobody is asked for.
    pub fixed: Input,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tick: Option<Tick>,
    /// Words of the button; those of the program when empty.
    pub button: String,
    pub thanks: String,
    /// Where the browser goes afterwards; the words of thanks when empty.
    pub next: String,
    /// Sites that may show the form within their pages: `https://contoh.co.id`.
    pub origins: Vec<String>,
}

/// A field that is asked for.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Asked {
    pub key: String,
    /// The field's own label when empty.
    pub label: String,
    pub required: bool,
    /// Of a link: which records strangers may choose from, a filter (JSON) over the object it points to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<Json>,
}

/// A box people tick to be contacted, in the words of the purpose.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Tick {
    pub purpose: String,
    /// Nothing is taken without it.
    pub required: bool,
}

/// Whether strangers may be asked for a field. Of links they see what the form names, and never people of the company.
pub fn is_askable(registry: &Registry, field: &Field) -> bool {
    match field.kind {
        FieldType::Link => may_be_set(field) && field.to.is_some_and(|to| !registry.at(to).is_system()),
        FieldType::File | FieldType::DateTime => may_be_set(field),
        _ => is_typed(field),
    }
}

/// Whether the value of a field is typed or ticked.
pub fn is_typed(field: &Field) -> bool {
    use FieldType::*;
    let kind = match field.kind {
        Text | LongText | Email | Phone | Url | Integer | Decimal | Money | Percent | Boolean | Date | Choice => true,
        Choices => !field.open,
        kind => kind.is_text(),
    };
    kind && may_be_set(field)
}

/// Whether a field takes values at all.
fn may_be_set(field: &Field) -> bool {
    field.writable() && !field.hidden && !field.system
}
