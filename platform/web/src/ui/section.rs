//! Sections of fields, each field editable in place.

use super::icon::icon_sized;
use super::tag::nothing;
use crate::locale::Text;
use maud::{Markup, html};

/// A field of a record.
#[derive(Clone, Default)]
pub struct Field {
    /// Label.
    pub label: String,
    /// Value; `None` shows a faint dash.
    pub value: Option<Markup>,
    /// Address of its editor; none when read-only.
    pub edit: Option<String>,
    /// Why it is read-only, or the hint of the field; a tooltip.
    pub hint: Option<String>,
    /// History of this field.
    pub history: Option<String>,
}

impl Field {
    /// A field with a value.
    pub fn new(label: impl Into<String>, value: Markup) -> Self {
        Self { label: label.into(), value: Some(value), ..Self::default() }
    }
    /// A field with text; empty text is an empty field.
    pub fn text(label: impl Into<String>, value: &str) -> Self {
        Self { label: label.into(), value: (!value.is_empty()).then(|| html! { (value) }), ..Self::default() }
    }
    /// Editable in place through `url`.
    #[must_use]
    pub fn edit(mut self, url: impl Into<String>) -> Self {
        self.edit = Some(url.into());
        self
    }
}

/// A foldable section of fields.
pub fn section(t: Text, title: &str, open: bool, fields: &[Field]) -> Markup {
    fold(title, open, field_list(t, fields))
}

/// A foldable section around anything.
pub fn fold(title: &str, open: bool, body: Markup) -> Markup {
    html! {
        details.ak-section open[open] data-remember-fold=(title) {
            summary { (icon_sized("chevron-down", 14)) h2 { (title) } }
            div.ak-section-body { (body) }
        }
    }
}

/// Labels left, values right.
pub fn field_list(t: Text, fields: &[Field]) -> Markup {
    html! { dl.ak-fields { @for field in fields { (field_pair(t, field)) } } }
}

/// Label and value of one field, also the fragment that replaces it after an edit.
pub fn field_pair(t: Text, field: &Field) -> Markup {
    html! {
        div.ak-field-pair {
            dt title=[field.hint.as_ref()] {
                @match &field.history {
                    Some(href) => { a href=(href) data-dialog-href=(href) { (field.label) } }
                    None => { (field.label) }
                }
            }
            dd data-edit=[field.edit.as_ref()] {
                @match &field.value { Some(value) => { (value) } None => { (nothing()) } }
                @if let Some(url) = &field.edit {
                    a.ak-cell-edit href=(url) aria-label=(t.with("edit-field", &[("name", field.label.as_str().into())])) { (icon_sized("pencil", 12)) }
                }
            }
        }
    }
}

/// A list of labels and figures, figures right (statistics, totals).
pub fn figure_list(rows: &[(&str, Markup)]) -> Markup {
    html! { dl.ak-fields.ak-fields-right { @for (label, value) in rows { div.ak-field-pair { dt { (label) } dd { (value) } } } } }
}
