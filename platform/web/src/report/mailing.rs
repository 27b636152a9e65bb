//! Reports and dashboards by mail: who gets them, how often, from when.

use crate::fail::field_errors;
use crate::flash::Flash;
use crate::form::{Fields, one_of};
use crate::ui::button::Button;
use crate::ui::form::{Row, columns, error_summary, row};
use crate::ui::frame::content;
use crate::ui::input::{Input, multi_select, select};
use crate::{Reply, Visit};
use akrab_engine::report::mailing::{Mailing, Rhythm};
use akrab_model::problem::ProblemKind;
use akrab_model::{Problem, format};
use axum::extract::Path;
use jiff::civil::Weekday;
use maud::{Markup, html};

/// What is sent: a report or a dashboard.
#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Report,
    Dashboard,
}

impl Kind {
    fn of(word: &str) -> Result<Kind, Problem> {
        match word {
            "reports" => Ok(Kind::Report),
            "dashboards" => Ok(Kind::Dashboard),
            _ => Err(Problem::not_found()),
        }
    }
    fn word(self) -> &'static str {
        if self == Kind::Report { "reports" } else { "dashboards" }
    }
}

/// `GET /mailings/{kind}/{key}`.
pub async fn show(visit: Visit, Path((kind, key)): Path<(String, String)>) -> Reply {
    let mailing = Mailing { hour: 7, people: vec![visit.person.id], ..Mailing::default() };
    draw(&visit, Kind::of(&kind)?, &key, &mailing, None).await
}

/// `POST /mailings/{kind}/{key}`.
pub async fn order(visit: Visit, Path((kind, key)): Path<(String, String)>, fields: Fields) -> Reply {
    let kind = Kind::of(&kind)?;
    let rhythm: Rhythm = one_of("rhythm", fields.text("rhythm"))?;
    let day = if rhythm == Rhythm::Monthly { fields.text("month_day") } else { fields.text("week_day") };
    let mailing = Mailing {
        key: key.clone(),
        dashboard: kind == Kind::Dashboard,
        rhythm,
        day: day.parse().unwrap_or_default(),
        hour: fields.text("hour").parse().unwrap_or(7),
        people: fields.all("people").filter_map(|id| id.parse().ok()).collect(),
        base: visit.web.config.link_base().to_string(),
    };
    let own = mailing.clone();
    match visit.write(move |tx| tx.order_mailing(&own)).await {
        Ok(_) => visit.go(&format!("/mailings/{}/{key}", kind.word()), Flash::ok(visit.t.get("mailing-ordered"))),
        Err(fail) if fail.problem.kind == ProblemKind::Invalid => draw(&visit, kind, &key, &mailing, Some(fail.problem)).await,
        Err(fail) => Err(fail),
    }
}

/// `POST /mailings/{kind}/{key}/{id}/delete`.
pub async fn drop_one(visit: Visit, Path((kind, key, id)): Path<(String, String, i64)>) -> Reply {
    let kind = Kind::of(&kind)?;
    visit.write(move |tx| tx.drop_mailing(id)).await?;
    visit.go(&format!("/mailings/{}/{key}", kind.word()), Flash::ok(visit.t.get("mailing-stopped")))
}

async fn draw(visit: &Visit, kind: Kind, key: &str, mailing: &Mailing, problem: Option<Problem>) -> Reply {
    if visit.ctx.read_only {
        return Err(Problem::forbidden().into());
    }
    let t = visit.t;
    let own = key.to_string();
    let (name, orders) = visit
        .read(move |tx| {
            let name = if kind == Kind::Report { tx.report_entry(&own)?.name } else { tx.dashboard(&own)?.name };
            Ok((name, tx.mailings(kind == Kind::Dashboard, &own)?))
        })
        .await?;
    let name = name.get(visit.lang()).to_string();
    let mut frame = visit.frame(&t.get("mailing-title")).await;
    let title = if kind == Kind::Report { "reports-title" } else { "dashboards-title" };
    frame.breadcrumb.push(visit.crumb(title, &format!("/{}", kind.word())));
    frame.breadcrumb.push(crate::ui::frame::Crumb { label: name, href: Some(format!("/{}/{key}", kind.word())) });
    let errors = problem.as_ref().map(|p| field_errors(t, p)).unwrap_or_default();
    let body = content(
        true,
        html! {
            p.ak-muted { (t.get("mailing-purpose")) }
            @if !orders.is_empty() { ul.ak-mailings { @for (id, order) in &orders { (line(visit, kind, key, *id, order)) } } }
            (error_summary(t, &errors))
            (form(visit, kind, key, mailing))
        },
    );
    if problem.is_some() { visit.invalid(&frame, body) } else { visit.page(&frame, body) }
}

fn line(visit: &Visit, kind: Kind, key: &str, id: i64, order: &Mailing) -> Markup {
    let t = visit.t;
    let people = visit.engine().people();
    let names: Vec<String> = order.people.iter().filter_map(|id| people.name(*id)).collect();
    html! {
        li {
            span.ak-two-lines { b { (when(visit, order)) } span.ak-two-lines-detail { (names.join(", ")) } }
            span.ak-spacer {}
            form method="post" action={ "/mailings/" (kind.word()) "/" (key) "/" (id) "/delete" } { (visit.token_field()) (Button::new(t.get("mailing-stop")).submit()) }
        }
    }
}

/// "Setiap Senin, 07.00".
fn when(visit: &Visit, order: &Mailing) -> String {
    let (t, lang) = (visit.t, visit.ctx.lang);
    let hour = format::time(jiff::civil::time(order.hour, 0, 0, 0), lang);
    let weekday = Weekday::from_monday_zero_offset(order.day).unwrap_or(Weekday::Monday);
    match order.rhythm {
        Rhythm::Daily => t.with("mailing-daily", &[("hour", hour.into())]),
        Rhythm::Workdays => t.with("mailing-workdays", &[("hour", hour.into())]),
        Rhythm::Weekly => t.with("mailing-weekly", &[("day", format::weekday(weekday, lang).into()), ("hour", hour.into())]),
        Rhythm::Monthly => t.with("mailing-monthly", &[("day", i64::from(order.day).into()), ("hour", hour.into())]),
    }
}

fn form(visit: &Visit, kind: Kind, key: &str, mailing: &Mailing) -> Markup {
    let (t, lang) = (visit.t, visit.ctx.lang);
    let word = serde_json::to_value(mailing.rhythm).ok().and_then(|v| v.as_str().map(str::to_string)).unwrap_or_default();
    let rhythms: Vec<_> =
        ["daily", "workdays", "weekly", "monthly"].map(|r| (r.to_string(), t.get(&format!("mailing-rhythm-{r}")))).to_vec();
    let days: Vec<_> = (0..7_i8)
        .filter_map(|n| Some((n.to_string(), format::weekday(Weekday::from_monday_zero_offset(n).ok()?, lang).to_string())))
        .collect();
    let dates: Vec<_> = (1..29).map(|n| (n.to_string(), n.to_string())).collect();
    let hours: Vec<_> = (0..24_i8).map(|n| (n.to_string(), format::time(jiff::civil::time(n, 0, 0, 0), lang))).collect();
    let people = visit.engine().people();
    let all: Vec<_> = people.at_work().into_iter().map(|p| (p.id.to_string(), p.name.clone())).collect();
    let chosen: Vec<String> = mailing.people.iter().map(i64::to_string).collect();
    let chosen: Vec<&str> = chosen.iter().map(String::as_str).collect();
    let monthly = mailing.rhythm == Rhythm::Monthly;
    let (week_day, month_day) = if monthly { (0, mailing.day.max(1)) } else { (mailing.day, 1) };
    html! {
        form.ak-stack method="post" action={ "/mailings/" (kind.word()) "/" (key) } data-guard {
            (visit.token_field())
            (row(t, &Row::new(t.get("mailing-people")).hint(t.get("mailing-people-hint")), Input::new("people", "").required(true), |i| multi_select(i, &all, &chosen)))
            (columns(html! {
                (row(t, &Row::new(t.get("mailing-rhythm")), Input::new("rhythm", &word), |i| select(i, &rhythms)))
                (row(t, &Row::new(t.get("mailing-hour")), Input::new("hour", &mailing.hour.to_string()), |i| select(i, &hours)))
                (row(t, &Row::new(t.get("mailing-week-day")).hint(t.get("mailing-week-day-hint")), Input::new("week_day", &week_day.to_string()), |i| select(i, &days)))
                (row(t, &Row::new(t.get("mailing-month-day")).hint(t.get("mailing-month-day-hint")), Input::new("month_day", &month_day.to_string()), |i| select(i, &dates)))
            }))
            div { (Button::new(t.get("mailing-order")).icon("send-horizontal").primary().large().submit()) }
        }
    }
}
