//! An entry is put at another time, or made longer or shorter.

use super::entry;
use crate::fail::{field_message, message};
use crate::flash::Flash;
use crate::form::Fields;
use crate::record::shift as told;
use crate::{Fail, Reply, Visit};
use akrab_engine::{Agenda, AgendaRequest, Tx};
use akrab_model::object::CalendarDecl;
use akrab_model::problem::ProblemKind;
use akrab_model::value::Input;
use akrab_model::{FieldProblem, FieldType, Filter, Object, Problem};
use axum::extract::{Path, Query};
use axum::http::StatusCode;
use axum::response::IntoResponse;
use jiff::ToSpan;
use jiff::civil::DateTime;
use maud::{Markup, html};
use serde::Deserialize;
use serde_json::{Value as Json, json};
use std::sync::Arc;

/// What the calendar goes by.
#[derive(Deserialize, Clone)]
pub struct By {
    from: String,
    till: Option<String>,
    words: Option<String>,
    colour: Option<String>,
}

impl By {
    fn calendar(self) -> CalendarDecl {
        CalendarDecl { start: self.from, end: self.till, title: self.words, colour: self.colour }
    }
}

/// `POST /{plural}/{id}/when` with `start`, `end` and `version`: times as the person's clock shows them.
pub async fn shift(visit: Visit, Path((plural, id)): Path<(String, i64)>, Query(by): Query<By>, posted: Fields) -> Reply {
    let object = visit.object(&plural)?;
    let calendar = by.calendar();
    let (start, end) = (posted.text("start").to_string(), posted.text("end").to_string());
    let version = posted.text("version").parse().ok();
    let (own, by) = (object.clone(), calendar.clone());
    let moved = visit.write(move |tx| {
        let input = input(tx, &own, &by, &start, &end)?;
        let ((), change) = tx.changing(&own.key, id, |tx| tx.update(&own.key, id, &input, version).map(drop))?;
        Ok((now(tx, &own, &by, id)?, change))
    });
    let look = visit.look();
    match moved.await {
        Ok((agenda, change)) => {
            let words = agenda
                .entries
                .first()
                .map(|one| visit.t.with("agenda-moved", &[("name", one.record.title().into()), ("when", entry::whole(&look, one).into())]));
            let flash = Flash::ok(words.unwrap_or_else(|| visit.t.get("record-saved")));
            let flash = change.map_or(flash.clone(), |change| flash.undo_change(change));
            if !visit.is_fragment() {
                return visit.back(&format!("/{plural}/{id}"), flash);
            }
            visit.fragment(part(&visit, &calendar, &agenda), Some(flash))
        }
        Err(Fail { problem, .. }) if problem.kind == ProblemKind::Stale && visit.is_fragment() => {
            beaten(&visit, &object, &calendar, id, &problem).await
        }
        Err(Fail { problem, .. }) if problem.kind == ProblemKind::Invalid && visit.is_fragment() => {
            let words = problem.fields.iter().map(|fault| {
                let label = object.field(fault.field()).map(|f| format!("{}: ", look.name(f))).unwrap_or_default();
                format!("{label}{}", field_message(visit.t, fault))
            });
            let words = words.collect::<Vec<_>>().join(" ");
            let words = if words.is_empty() { message(visit.t, &problem) } else { words };
            let body = visit.fragment(html! {}, Some(Flash::bad(words)))?;
            Ok((StatusCode::UNPROCESSABLE_ENTITY, body).into_response())
        }
        Err(fail) => Err(fail),
    }
}

/// The values that are written, from times as the person's clock shows them.
fn input(tx: &Tx, object: &Object, by: &CalendarDecl, start: &str, end: &str) -> akrab_engine::Result<Input> {
    if !tx.calendar_fits(object, by) {
        return Err(Problem::not_found());
    }
    let wrong = |key: &str| Problem::invalid(vec![FieldProblem::new(key, "wrong_type")]);
    let read = |key: &str, text: &str| -> akrab_engine::Result<DateTime> {
        let whole = if text.len() == 10 { format!("{text}T00:00:00") } else { text.trim_end_matches('Z').to_string() };
        whole.parse().map_err(|_| wrong(key))
    };
    let kind = |key: &str| object.field(key).map_or(FieldType::Text, |f| f.kind);
    let value = |key: &str, at: DateTime| -> akrab_engine::Result<Json> {
        Ok(match kind(key) {
            FieldType::Date => json!(at.date().to_string()),
            _ => json!(at.to_zoned(tx.ctx.now.time_zone().clone()).map_err(|_| wrong(key))?.timestamp().to_string()),
        })
    };
    let from = read(&by.start, start)?;
    let mut input = Input::new();
    input.insert(by.start.clone(), value(&by.start, from)?);
    if let Some(key) = by.end.as_ref().filter(|_| !end.is_empty()) {
        let mut till = read(key, end)?;
        if till <= from {
            return Err(Problem::invalid(vec![FieldProblem::new(key, "calendar_ends_before")]));
        }
        let json = match kind(key) {
            FieldType::Duration => json!(till.duration_since(from).as_mins()),
            kind => {
                // a calendar counts up to the day after the last
                let whole = kind == FieldType::Date && till.time() == jiff::civil::Time::midnight();
                if whole {
                    till = till.checked_sub(1.day()).unwrap_or(till);
                }
                value(key, till)?
            }
        };
        input.insert(key.clone(), json);
    }
    Ok(input)
}

/// The record as a calendar of its own shows it now.
fn now(tx: &mut Tx, object: &Arc<Object>, by: &CalendarDecl, id: i64) -> akrab_engine::Result<Agenda> {
    let record = tx.get(&object.key, id)?;
    let day = match record.get(&by.start) {
        akrab_model::Value::Date(day) => *day,
        akrab_model::Value::Time(at) => at.to_zoned(tx.ctx.now.time_zone().clone()).date(),
        _ => tx.ctx.now.date(),
    };
    tx.agenda(&AgendaRequest {
        object: object.key.clone(),
        filter: Some(Filter::test("id", akrab_model::filter::Op::Is, id)),
        q: None,
        calendar: by.clone(),
        from: day,
        to: day.tomorrow().unwrap_or(day),
    })
}

fn part(visit: &Visit, by: &CalendarDecl, agenda: &Agenda) -> Markup {
    let look = visit.look();
    html! { @if let Some(one) = agenda.entries.first() { div data-entry=(entry::data(&look, by, agenda, one)) {} } }
}

/// Somebody was faster: the entry as it is now, and who did what.
async fn beaten(visit: &Visit, object: &Arc<Object>, by: &CalendarDecl, id: i64, problem: &Problem) -> Reply {
    let (own, calendar) = (object.clone(), by.clone());
    let (agenda, history) = visit.read(move |tx| Ok((now(tx, &own, &calendar, id)?, tx.history(&own.key, id, None)?))).await?;
    let look = visit.look();
    let said = history.first().map(|change| {
        let shifts: Vec<_> = told::told(object, change).into_iter().filter_map(|s| told::words(&look, object, s)).collect();
        let what = shifts.iter().map(|(label, old, new)| format!("{label} {old} → {new}")).collect::<Vec<_>>().join(", ");
        (change.actor_name.clone().unwrap_or_else(|| visit.t.get("record-by-system")), what)
    });
    let name = agenda.entries.first().map(|one| one.record.title().to_string()).unwrap_or_default();
    let words = match said {
        Some((who, what)) if !what.is_empty() => {
            visit.t.with("agenda-beaten", &[("name", name.into()), ("who", who.into()), ("what", what.into())])
        }
        _ => message(visit.t, problem),
    };
    let mut response = visit.fragment(part(visit, by, &agenda), Some(Flash::bad(words)))?;
    *response.status_mut() = StatusCode::PRECONDITION_FAILED;
    Ok(response)
}
