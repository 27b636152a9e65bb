//! Who acts for somebody in approvals: for the days he is away, or whenever an answer of his is late.

use super::line::{Filled, Kind, Line, sheet};
use super::{Errors, faults, frame, show};
use crate::fail::Reply;
use crate::flash::Flash;
use crate::form::Fields;
use crate::route::{Router, get, post};
use crate::settings::calendars::date_of;
use crate::ui::button::Button;
use crate::ui::frame::content;
use crate::ui::setting::setting;
use crate::ui::status::{Status, status};
use crate::ui::table::plain_table;
use crate::visit::Visit;
use akrab_engine::approval::Deputy;
use akrab_model::filter::Op;
use akrab_model::{Filter, Problem, format};
use axum::extract::{Path, Query};
use maud::{Markup, html};
use serde::Deserialize;

#[inline(always)]
pub(super) fn routes() -> Router {
    Router::new().route("/settings/deputies", get(page).post(add)).route("/settings/deputies/{id}/end", post(end))
}

/// Whose deputies; an administrator may look after those of others.
#[derive(Debug, Clone, Copy, Default, Deserialize)]
struct Whose {
    person: Option<i64>,
}

fn whose(visit: &Visit, asked: Option<i64>) -> i64 {
    asked.filter(|_| visit.ctx.is_admin()).unwrap_or(visit.person.id)
}

fn href(visit: &Visit, person: i64) -> String {
    if person == visit.person.id { "/settings/deputies".into() } else { format!("/settings/deputies?person={person}") }
}

async fn page(visit: Visit, Query(asked): Query<Whose>) -> Reply {
    draw(&visit, whose(&visit, asked.person), &Filled::default(), &Errors::new()).await
}

fn lines(visit: &Visit, person: i64) -> [Line; 4] {
    let t = visit.t;
    let people = visit.engine().people();
    let others: Vec<(String, String)> = std::iter::once((String::new(), String::new()))
        .chain(people.at_work().iter().filter(|p| p.id != person).map(|p| (p.id.to_string(), p.name.clone())))
        .collect();
    let kinds = ["away", "late"].map(|key| (key.to_string(), t.get(&format!("deputy-{key}")))).to_vec();
    [
        Line::new(t, "deputy", "deputy-who", Kind::Choice(others)).required(),
        Line::new(t, "kind", "deputy-when", Kind::Choice(kinds)),
        Line::new(t, "from", "deputy-from", Kind::Date).hint(t.get("deputy-days-hint")).shown_when(away()),
        Line::new(t, "to", "deputy-to", Kind::Date).shown_when(away()),
    ]
}

/// Days are for those who are away.
fn away() -> Filter {
    Filter::test("kind", Op::Is, "away")
}

async fn draw(visit: &Visit, person: i64, filled: &Filled, errors: &Errors) -> Reply {
    let t = visit.t;
    let people = visit.engine().people();
    let known = visit.read(move |tx| tx.deputies(person)).await?;
    let action = href(visit, person);
    let body = html! {
        div.ak-stack {
            p { (t.get("deputies-text")) }
            @if visit.ctx.is_admin() {
                form.ak-row.ak-gap-8 method="get" action="/settings/deputies" {
                    @let options: Vec<(String, String)> = people.users().iter().map(|p| (p.id.to_string(), p.name.clone())).collect();
                    (crate::ui::input::select(&crate::ui::input::Input::new("person", &person.to_string()).attr("aria-label", t.get("deputy-of")), &options))
                    (Button::new(t.get("open")).submit())
                }
            }
            @if known.is_empty() { p.ak-muted { (t.get("deputies-none")) } } @else { (table(visit, &known)) }
            (setting(&t.get("deputy-new"), &t.get("deputy-new-text"), false, sheet(visit, &action, &lines(visit, person), (filled, errors), "save", "")))
        }
    };
    let frame = frame(visit, &t.get("settings-deputies")).await;
    show(visit, &frame, content(false, body), !errors.is_empty()).await
}

fn table(visit: &Visit, known: &[Deputy]) -> Markup {
    let t = visit.t;
    let people = visit.engine().people();
    let heads = ["deputy-who", "deputy-when", "approval-state"].map(|key| t.get(key));
    let end = String::new();
    let heads: Vec<_> = heads
        .iter()
        .chain([&end])
        .zip([Some(220), None, Some(140), Some(120)])
        .map(|(label, width)| (label.as_str(), false, width))
        .collect();
    let row = |one: &Deputy| {
        vec![
            html! { (people.name(one.deputy).unwrap_or_default()) },
            html! { @match one.days { Some((from, to)) => { (format::date(from)) " – " (format::date(to)) }, None => (t.get("deputy-late")) } },
            html! { @if one.now || one.days.is_none() { (status(Status::Ok, &t.get("deputy-on"))) } @else { (status(Status::New, &t.get("deputy-soon"))) } },
            html! { form method="post" action={ "/settings/deputies/" (one.id) "/end" } { (visit.token_field()) (Button::new(t.get("deputy-end")).ghost().submit()) } },
        ]
    };
    plain_table(&t.get("settings-deputies"), &heads, &known.iter().map(row).collect::<Vec<_>>(), None)
}

async fn add(visit: Visit, Query(asked): Query<Whose>, fields: Fields) -> Reply {
    let person = whose(&visit, asked.person);
    let filled = Filled::typed(&fields);
    let days = match (date_of(&visit, &fields, "from"), date_of(&visit, &fields, "to")) {
        (Err(errors), _) | (_, Err(errors)) => return draw(&visit, person, &filled, &errors).await,
        (Ok(from), Ok(to)) => (from, to),
    };
    let days = match (fields.text("kind"), days) {
        ("late", _) => None,
        (_, (Some(from), Some(to))) => Some((from, to)),
        (_, (from, _)) => {
            let missing = if from.is_none() { "from" } else { "to" };
            return draw(&visit, person, &filled, &super::fault(&visit, missing, "required")).await;
        }
    };
    let Ok(deputy) = fields.text("deputy").parse::<i64>() else {
        return draw(&visit, person, &filled, &super::fault(&visit, "deputy", "required")).await;
    };
    match visit.write(move |tx| tx.deputy_name(person, deputy, days)).await {
        Ok(_) => visit.go(&href(&visit, person), Flash::ok(visit.t.get("saved"))),
        Err(fail) => draw(&visit, person, &filled, &faults(&visit, fail.problem)?).await,
    }
}

async fn end(visit: Visit, Path(id): Path<i64>) -> Reply {
    visit.write(move |tx| tx.deputy_end(id)).await.map_err(|fail| match fail.problem.code {
        "forbidden" => Problem::not_found().into(),
        _ => fail,
    })?;
    visit.back("/settings/deputies", Flash::ok(visit.t.get("saved")))
}
