//! Lines of a settings form: declared once, drawn with what is stored or what was typed.

use super::Errors;
use crate::form::Fields;
use crate::locale::Text;
use crate::ui::button::Button;
use crate::ui::form::{self, Row, error_summary};
use crate::ui::input::{self, Input};
use crate::visit::Visit;
use akrab_model::{Filter, Record, Value};
use maud::{Markup, html};
use std::collections::HashMap;

/// How a line is filled in.
pub enum Kind {
    Text,
    /// Several lines of text.
    Long,
    Email,
    Number,
    /// As people write dates; a calendar opens beside it.
    Date,
    /// (value, words)
    Choice(Vec<(String, String)>),
    Several(Vec<(String, String)>),
    /// A tick box.
    Check,
}

/// A line of a form.
pub struct Line {
    pub name: &'static str,
    pub label: String,
    pub hint: String,
    pub kind: Kind,
    pub required: bool,
    /// Shown only while this holds of what stands in the form.
    pub shown: Option<Filter>,
}

impl Line {
    pub fn new(t: Text, name: &'static str, key: &str, kind: Kind) -> Self {
        Self { name, label: t.get(key), hint: String::new(), kind, required: false, shown: None }
    }
    pub fn required(mut self) -> Self {
        self.required = true;
        self
    }
    /// Required where `so`.
    pub fn required_when(self, so: bool) -> Self {
        if so { self.required() } else { self }
    }
    /// Shown only while this holds of what stands in the form; the server judges by itself.
    pub fn shown_when(mut self, holds: Filter) -> Self {
        self.shown = Some(holds);
        self
    }
    pub fn hint(mut self, words: String) -> Self {
        self.hint = words;
        self
    }
}

/// What a form is filled with: name → values.
#[derive(Default)]
pub struct Filled(HashMap<String, Vec<String>>);

impl Filled {
    pub fn typed(fields: &Fields) -> Self {
        let mut filled = Self::default();
        for (name, value) in &fields.0 {
            filled.0.entry(name.clone()).or_default().push(value.clone());
        }
        filled
    }
    pub fn set(mut self, name: &str, value: impl Into<String>) -> Self {
        self.0.insert(name.into(), vec![value.into()]);
        self
    }
    /// Several values under one name.
    pub fn several(mut self, name: &str, values: &[String]) -> Self {
        self.0.insert(name.into(), values.to_vec());
        self
    }
    /// What a record holds under `names`.
    pub fn record(record: &Record, names: &[&str]) -> Self {
        let mut filled = Self::default();
        for name in names {
            let values = match record.get(name) {
                Value::Null | Value::Bool(false) => continue,
                Value::Bool(true) => vec!["1".into()],
                Value::Int(n) | Value::Link(n) => vec![n.to_string()],
                Value::Dec(d) => vec![akrab_model::value::plain(*d)],
                Value::Text(text) => vec![text.clone()],
                Value::Json(serde_json::Value::Array(all)) => all.iter().filter_map(|v| v.as_str().map(str::to_string)).collect(),
                _ => continue,
            };
            filled.0.insert((*name).into(), values);
        }
        filled
    }
    fn first(&self, name: &str) -> &str {
        self.0.get(name).and_then(|all| all.first()).map_or("", String::as_str)
    }
}

/// All lines with the summary of errors on top.
pub fn draw(t: Text, lines: &[Line], filled: &Filled, errors: &Errors) -> Markup {
    html! {
        (error_summary(t, errors))
        @for line in lines { (one(t, line, filled, errors)) }
    }
}

/// A whole form: its lines, a button with the verb (none who may only look), and Cancel where it leads back.
pub fn sheet(visit: &Visit, action: &str, lines: &[Line], (filled, errors): (&Filled, &Errors), verb: &str, back: &str) -> Markup {
    let t = visit.t;
    html! {
        form.ak-stack method="post" action=(action) data-guard {
            (visit.token_field())
            (draw(t, lines, filled, errors))
            @if !verb.is_empty() { (buttons(t, Button::new(t.get(verb)).primary(), back)) }
        }
    }
}

/// The button that sends a form, and Cancel where it leads back.
pub fn buttons(t: Text, send: Button, back: &str) -> Markup {
    html! {
        div.ak-row.ak-gap-8 {
            (send.submit())
            @if !back.is_empty() { (Button::new(t.get("cancel")).ghost().href(back)) }
        }
    }
}

fn one(t: Text, line: &Line, filled: &Filled, errors: &Errors) -> Markup {
    match &line.shown {
        Some(holds) => html! { div.ak-when data-shown-when=(holds.to_json()) { (row(t, line, filled, errors)) } },
        None => row(t, line, filled, errors),
    }
}

fn row(t: Text, line: &Line, filled: &Filled, errors: &Errors) -> Markup {
    if matches!(line.kind, Kind::Check) {
        return html! {
            div.ak-form-row id={ "f-" (line.name) } {
                (input::checkbox(line.name, "1", &line.label, !filled.first(line.name).is_empty()))
                @if !line.hint.is_empty() { div.ak-hint { (line.hint) } }
            }
        };
    }
    let error = errors.iter().find(|(name, _)| name == line.name).map(|(_, words)| words.clone()).unwrap_or_default();
    let row = Row::new(line.label.clone()).hint(line.hint.clone()).error(error);
    let entry = Input::new(line.name, filled.first(line.name)).required(line.required);
    form::row(t, &row, entry, |i| match &line.kind {
        Kind::Text | Kind::Check => input::text(i),
        Kind::Long => input::textarea(i, 8),
        Kind::Email => input::email(i),
        Kind::Number => input::number(i),
        Kind::Date => input::date(t, i, ""),
        Kind::Choice(options) => input::select(i, options),
        Kind::Several(options) => {
            let chosen: Vec<&str> = filled.0.get(line.name).map(|all| all.iter().map(String::as_str).collect()).unwrap_or_default();
            input::multi_select(i, options, &chosen)
        }
    })
}

/// Reads the lines back as input of a record; empty is null.
pub fn read(lines: &[Line], fields: &Fields) -> akrab_model::value::Input {
    let mut input = akrab_model::value::Input::new();
    for line in lines {
        let text = fields.text(line.name);
        let value = match &line.kind {
            Kind::Check => serde_json::Value::Bool(fields.ticked(line.name)),
            Kind::Several(_) => fields.all(line.name).filter(|value| !value.is_empty()).collect::<Vec<_>>().into(),
            _ if text.is_empty() => serde_json::Value::Null,
            _ => text.into(),
        };
        input.insert(line.name.into(), value);
    }
    input
}
