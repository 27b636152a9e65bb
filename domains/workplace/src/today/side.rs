//! The right side: the month, new leads, appointments.

use super::load::{Day, Month, Occasion};
use akrab_customers::keys::important_date;
use akrab_model::{Record, Value, format};
use akrab_sales::keys::{LEAD, lead};
use akrab_web::Visit;
use akrab_web::ui::avatar::{Shape, avatar};
use akrab_web::ui::button::Button;
use akrab_web::ui::chart::gauge;
use akrab_web::ui::related::panel_head;
use akrab_web::ui::section::figure_list;
use akrab_web::ui::task::{appointment, person_line};
use maud::{Markup, html};
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

pub fn draw(visit: &Visit, day: &Day) -> Markup {
    let t = visit.t;
    let all = format!(
        "/leads?filter={}",
        akrab_web::fail::encode(r#"{"all":[{"field":"status","op":"is","value":"new"},{"field":"owner","op":"empty"}]}"#)
    );
    html! {
        @if let Some(month) = &day.month { section.ak-hide-phone { (figures(visit, day, month)) } }
        @if !day.leads.is_empty() {
            section {
                (panel_head(t, &t.get("today-leads"), Some(&t.number(day.lead_count as i64)), Some(&all), None))
                ul { @for record in &day.leads { (lead_line(visit, day, record)) } }
            }
        }
        @if !day.agenda.is_empty() {
            section {
                (panel_head(t, &t.get("today-agenda"), Some(&day.agenda.len().to_string()), None, None))
                ul {
                    @for one in &day.agenda {
                        (appointment(&format::time(one.at.time(), day.look.lang), one.at > day.look.now, one.record.title(), &format!("/{}/{}", one.record.object.plural, one.record.id), &one.whom))
                    }
                }
            }
        }
        @if !day.occasions.is_empty() {
            section {
                (panel_head(t, &t.get("today-occasions"), Some(&day.occasions.len().to_string()), Some("/important_dates?view=coming"), None))
                ul { @for one in &day.occasions { (occasion_line(visit, day, one)) } }
            }
        }
    }
}

/// Whose day it is and when, with the way to the greeting drafted for it.
fn occasion_line(visit: &Visit, day: &Day, one: &Occasion) -> Markup {
    let name = one.record.link_title(important_date::CONTACT).unwrap_or_default();
    let href = match one.record.link(important_date::CONTACT) {
        Some(contact) => format!("/contacts/{contact}"),
        None => format!("/important_dates/{}", one.record.id),
    };
    let when = format::relative_day(one.on, day.look.today(), day.look.lang);
    let end = html! {
        span.ak-small.ak-muted { (when) }
        @if let Some(draft) = one.draft {
            (Button::only_icon("gift", visit.t.with("today-greeting", &[("name", name.into())])).href(format!("/greetings/{draft}")))
        }
    };
    let detail = html! { (one.record.title()) " · " (day.look.short_day(one.on)) };
    person_line(Some(avatar(Shape::Person, name, 26)), name, &href, detail, html! {}, end)
}

/// The month for a phone, above the tasks.
pub fn phone_figures(visit: &Visit, day: &Day) -> Markup {
    html! {
        @if let Some(month) = &day.month {
            div.ak-only-phone.ak-today-month { div.ak-tile { (panel_head(visit.t, &month_title(visit, day), None, None, None)) (reached(visit, day, month)) } }
        }
    }
}

fn figures(visit: &Visit, day: &Day, month: &Month) -> Markup {
    let t = visit.t;
    let look = &day.look;
    let money = |amount: Decimal| html! { (format::money_short(amount, &look.currency, look.lang)) };
    html! {
        (panel_head(t, &month_title(visit, day), None, None, None))
        (reached(visit, day, month))
        (figure_list(&[
            (&t.get("today-closing"), money(month.closing)),
            (&t.with("today-open", &[("n", t.number(month.open_count as i64).into())]), money(month.open)),
            (&t.get("today-weighted"), money(month.weighted)),
        ]))
    }
}

/// "Menang bulan November".
fn month_title(visit: &Visit, day: &Day) -> String {
    let month = format::month_year(day.look.today(), day.look.lang);
    visit.t.with("today-month", &[("month", month.split(' ').next().unwrap_or("").into())])
}

/// What was won of everything that closes this month: no invented target.
fn reached(visit: &Visit, day: &Day, month: &Month) -> Markup {
    let t = visit.t;
    let look = &day.look;
    let whole = month.won + month.closing;
    let percent = if whole.is_zero() { 0 } else { (month.won * Decimal::ONE_HUNDRED / whole).round().to_u8().unwrap_or(100) };
    if whole.is_zero() {
        return html! { p.ak-text-13.ak-muted { (t.get("today-none-closing")) } };
    }
    let short = |amount: Decimal| format::money_short(amount, &look.currency, look.lang);
    let of_what = t.with("today-gauge", &[("n", percent.into()), ("whole", short(whole).into())]);
    let left = look.today().last_of_month().day() - look.today().day();
    html! {
        div.ak-row.ak-gap-16 {
            (gauge(&of_what, percent, None))
            div {
                div.ak-figure { (format::money(month.won, &look.currency, look.lang)) }
                div.ak-small.ak-muted { (t.with("today-gauge-of", &[("whole", short(whole).into())])) }
                div.ak-small.ak-muted { (t.with("today-won", &[("n", (month.won_count as i64).into())])) }
                div.ak-small.ak-muted { (t.with("today-days-left", &[("n", i64::from(left).into())])) }
            }
        }
    }
}

fn lead_line(visit: &Visit, day: &Day, record: &Record) -> Markup {
    let t = visit.t;
    let look = &day.look;
    let words = |key: &str| record.object.field(key).map(|f| look.words(f, record)).unwrap_or_default();
    let detail: Vec<String> =
        [words(lead::COMPANY), words(lead::CITY), words(lead::SOURCE)].into_iter().filter(|w| !w.is_empty()).collect();
    let age = match record.get(lead::CAPTURED_AT) {
        Value::Time(at) => format::relative(*at, look.now.timestamp(), look.lang),
        _ => String::new(),
    };
    let end = html! {
        span.ak-small.ak-right.ak-num { span.ak-muted { (age) } @if let Some(score) = record.get(lead::SCORE).int() { br; b { (t.with("today-score", &[("n", score.into())])) } } }
        @if day.open.contains(&(LEAD, record.id)) {
            form method="post" action={ "/today/leads/" (record.id) "/take" } {
                input type="hidden" name="csrf" value=(visit.csrf);
                (Button::new(t.get("today-take")).submit())
            }
        }
    };
    person_line(
        Some(avatar(Shape::Person, record.title(), 26)),
        record.title(),
        &format!("/leads/{}", record.id),
        html! { (detail.join(" · ")) },
        html! {},
        end,
    )
}
