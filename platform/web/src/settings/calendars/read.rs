//! Forms of calendars, read and answered.

use super::super::{Errors, faults};
use crate::fail::field_message;
use crate::form::Fields;
use crate::locale::Text;
use crate::visit::Visit;
use akrab_engine::calendar::{WeekDecl, is_key};
use akrab_model::problem::ProblemKind;
use akrab_model::{FieldProblem, Label, Problem, text};
use jiff::civil::Date;

/// Fields of the seven days and their names.
pub(in crate::settings) const WEEK: [(&str, &str); 7] = [
    ("mon", "weekday-mon"),
    ("tue", "weekday-tue"),
    ("wed", "weekday-wed"),
    ("thu", "weekday-thu"),
    ("fri", "weekday-fri"),
    ("sat", "weekday-sat"),
    ("sun", "weekday-sun"),
];

pub(super) const DAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

/// Hours as they are typed and shown: several a day with commas between.
pub(in crate::settings) fn hours_words(hours: &[String]) -> String {
    hours.join(", ")
}

pub(in crate::settings) fn label_of(fields: &Fields) -> Label {
    let (id, en) = (fields.text("name_id").trim(), fields.text("name_en").trim());
    // a firm that speaks one language writes a name once
    Label::new(if id.is_empty() { en } else { id }, if en.is_empty() { id } else { en })
}

/// Whether a name in this language is the one that has to be written: that of whoever fills the form in.
pub(in crate::settings) fn is_own(t: Text, lang: &str) -> bool {
    t.lang.as_str() == lang
}

/// The seven days of a form.
pub(in crate::settings) fn week_of(fields: &Fields) -> WeekDecl {
    let day = |name: &str| -> Vec<String> {
        let parts = fields.text(name).split([',', ';']).map(str::trim).filter(|part| !part.is_empty());
        parts.map(str::to_string).collect()
    };
    WeekDecl { mon: day("mon"), tue: day("tue"), wed: day("wed"), thu: day("thu"), fri: day("fri"), sat: day("sat"), sun: day("sun") }
}

/// A date as people type it; none when the field is empty.
pub(in crate::settings) fn date_of(visit: &Visit, fields: &Fields, name: &str) -> Result<Option<Date>, Errors> {
    let typed = fields.text(name);
    if typed.is_empty() {
        return Ok(None);
    }
    let fault = |code: &str| vec![(name.to_string(), field_message(visit.t, &FieldProblem::new(name, code)))];
    text::date::parse(typed, visit.ctx.now.date(), visit.ctx.lang).map(Some).map_err(|error| fault(error.code))
}

/// Faults beside the fields of the form: those of a day of the week at that day.
pub(in crate::settings) fn errors_of(visit: &Visit, mut problem: Problem) -> Result<Errors, Problem> {
    if problem.kind == ProblemKind::Stale {
        return Ok(vec![(String::new(), crate::fail::message(visit.t, &problem))]);
    }
    for fault in &mut problem.fields {
        let mut parts = fault.pointer.trim_start_matches('/').split('/');
        let mut place = parts.next().unwrap_or_default();
        if place == "overrides" {
            place = parts.nth(1).unwrap_or("from");
        }
        if place == "week" {
            place = parts.next().unwrap_or("mon");
        }
        fault.pointer = format!("/{place}");
    }
    faults(visit, problem)
}

/// A key made of a name, unlike those taken.
pub(in crate::settings) fn key_for(name: &str, otherwise: &str, taken: &[String]) -> String {
    let folded = text::fold(name);
    let plain: String = folded.chars().map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '_' }).collect();
    let plain: String = plain.trim_matches('_').chars().take(30).collect();
    let plain = if is_key(&plain) { plain } else { otherwise.to_string() };
    let more = (2..).map(|n| format!("{plain}_{n}"));
    std::iter::once(plain.clone()).chain(more).find(|key| !taken.contains(key)).unwrap_or(plain)
}
