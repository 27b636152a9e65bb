//! What a form asks, and what is said around it.

use akrab_model::value::Input;
use akrab_model::{Field, FieldType};
use serde::{Deserialize, Serialize};

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
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Asked {
    pub key: String,
    /// The field's own label when empty.
    pub label: String,
    pub required: bool,
}

/// A box people tick to be contacted, in the words of the purpose.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Tick {
    pub purpose: String,
    /// Nothing is taken without it.
    pub required: bool,
}

/// Whether strangers may be asked for a field: nothing that would show them records of the workspace or bring files in.
pub fn is_askable(field: &Field) -> bool {
    use FieldType::*;
    let kind = match field.kind {
        Text | LongText | Email | Phone | Url | Integer | Decimal | Money | Percent | Boolean | Date | Choice => true,
        Choices => !field.open,
        kind => kind.is_text(),
    };
    kind && field.writable() && !field.hidden && !field.system
}
