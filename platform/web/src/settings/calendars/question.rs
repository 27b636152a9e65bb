//! A calendar asked: when is it due, and why then.

use super::super::Errors;
use super::super::line::{Filled, Kind, Line, draw};
use crate::fail::{field_message, message};
use crate::ui::button::Button;
use crate::ui::table::plain_table;
use crate::visit::Visit;
use akrab_engine::calendar::{Calendar, DayCount, Reason};
use akrab_model::{FieldProblem, Problem, format, text};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, Zoned};
use maud::{Markup, html};
use serde::Deserialize;

/// The question as it stands in the address.
#[derive(Deserialize, Default, Clone)]
#[serde(default)]
pub(super) struct Asked {
    at: String,
    n: String,
    unit: String,
}

/// The question's form, and the answer to what was asked.
pub(super) fn panel(visit: &Visit, calendar: &Calendar, here: &str, asked: &Asked) -> Markup {
    let t = visit.t;
    let units = ["minutes", "hours", "days"].map(|unit| (unit.to_string(), t.get(&format!("calendar-unit-{unit}")))).to_vec();
    let lines = [
        Line::new(t, "at", "calendar-try-at", Kind::Text).required(),
        Line::new(t, "n", "calendar-try-n", Kind::Number).required(),
        Line::new(t, "unit", "calendar-try-unit", Kind::Choice(units)),
    ];
    let now = visit.ctx.now.with_time_zone(calendar.zone().clone());
    let or = |given: &str, usual: String| if given.is_empty() { usual } else { given.to_string() };
    let filled = Filled::default()
        .set("at", or(&asked.at, format::datetime(&now, visit.ctx.lang)))
        .set("n", or(&asked.n, "4".into()))
        .set("unit", or(&asked.unit, "hours".into()));
    let answer = (!asked.at.is_empty()).then(|| answer(visit, calendar, &now, asked));
    let errors = answer.as_ref().and_then(|a| a.as_ref().err().cloned()).unwrap_or_default();
    html! {
        form.ak-stack id="try" method="get" action={ (here) "#try" } {
            (draw(t, &lines, &filled, &errors))
            div { (Button::new(t.get("calendar-try-do")).icon("calculator").submit()) }
        }
        @if let Some(Ok(answer)) = answer { (answer) }
    }
}

fn answer(visit: &Visit, calendar: &Calendar, now: &Zoned, asked: &Asked) -> Result<Markup, Errors> {
    let beside = |field: &str, code: &str| vec![(field.to_string(), field_message(visit.t, &FieldProblem::new(field, code)))];
    let start = text::datetime::parse(&asked.at, now, visit.ctx.lang).map_err(|e| beside("at", e.code))?.timestamp();
    let n: i64 = asked.n.trim().parse().ok().filter(|n| (1..=100_000).contains(n)).ok_or_else(|| beside("n", "out_of_range"))?;
    let told = |error: akrab_engine::calendar::CalendarError| vec![("at".to_string(), message(visit.t, &Problem::from(error)))];
    let due = match asked.unit.as_str() {
        "days" => {
            let days = u32::try_from(n).map_err(|_| beside("n", "out_of_range"))?;
            let day = calendar.add_working_days(calendar.date(start), days).map_err(told)?;
            calendar.last_second(day).map_err(told)?
        }
        "minutes" => calendar.add(start, SignedDuration::from_mins(n)).map_err(told)?,
        _ => calendar.add(start, SignedDuration::from_hours(n)).map_err(told)?,
    };
    let why = calendar.why(start, due).map_err(told)?;
    Ok(shown(visit, calendar, due, &why))
}

/// Days of the working shown at most.
const MOST: usize = 60;

fn shown(visit: &Visit, calendar: &Calendar, due: Timestamp, why: &[DayCount]) -> Markup {
    let moment = due.to_zoned(calendar.zone().clone());
    let due = format!("{} {}", format::weekday(moment.date().weekday(), visit.ctx.lang), format::datetime(&moment, visit.ctx.lang));
    html! {
        p role="status" { (visit.t.get("calendar-due")) " " b { (due) } }
        (why_table(visit, calendar.zone(), why))
    }
}

/// The working behind a due time: each day, what was counted of it, what kept it closed.
pub(crate) fn why_table(visit: &Visit, zone: &TimeZone, why: &[DayCount]) -> Markup {
    let t = visit.t;
    let local = |at: Timestamp| at.to_zoned(zone.clone());
    let words = ["calendar-day", "calendar-counted", "calendar-reason"].map(|key| t.get(key));
    let heads: Vec<_> = words.iter().map(|label| (label.as_str(), false, None)).collect();
    let row = |day: &DayCount| {
        let spans: Vec<String> = day
            .counted
            .iter()
            .map(|span| {
                let time = |at| format::time(local(at).time(), visit.ctx.lang);
                format!("{}–{}", time(span.from), time(span.to))
            })
            .collect();
        let reason = match &day.reason {
            Reason::Week => t.get("calendar-reason-week"),
            Reason::Override(name) => name.get(visit.lang()).to_string(),
            Reason::Holiday(holiday) => t.with("calendar-reason-holiday", &[("name", holiday.name.get(visit.lang()).into())]),
        };
        vec![
            html! { (format::weekday(day.date.weekday(), visit.ctx.lang)) " " (format::date(day.date)) },
            html! { @if spans.is_empty() { span.ak-muted { (t.get("calendar-skipped")) } } @else { span.ak-num { (spans.join(", ")) } } },
            html! { (reason) },
        ]
    };
    let rows: Vec<_> = why.iter().take(MOST).map(row).collect();
    html! {
        (plain_table(&t.get("calendar-why"), &heads, &rows, None))
        @if why.len() > MOST { p.ak-muted { (t.with("calendar-why-more", &[("n", (why.len() - MOST).into())])) } }
    }
}
