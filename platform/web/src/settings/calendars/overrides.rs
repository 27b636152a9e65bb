//! Other hours on some dates: Ramadan, a stocktaking, a Saturday worked.

use super::super::line::{Filled, Kind, Line, sheet};
use super::super::{Errors, show_form};
use super::clocks;
use super::read::{WEEK, date_of, errors_of, hours_words, is_own, label_of, week_of};
use super::week_words;
use crate::fail::{Fail, Reply};
use crate::form::Fields;
use crate::ui::button::Button;
use crate::ui::table::plain_table;
use crate::ui::tag;
use crate::visit::Visit;
use akrab_engine::Tx;
use akrab_engine::calendar::{CalendarDecl, Kept, OverrideDecl, ramadan};
use akrab_model::{Problem, format};
use axum::extract::{Path, Query};
use jiff::civil::Date;
use maud::{Markup, html};
use serde::Deserialize;

/// The other hours of a calendar, with ways to add some.
pub(super) fn table(visit: &Visit, kept: &Kept<CalendarDecl>) -> Markup {
    let t = visit.t;
    let here = format!("/settings/calendars/{}/hours", kept.key);
    let words = ["calendar-name", "calendar-days", "calendar-hours"].map(|key| t.get(key));
    let widths = [Some(220), Some(210), None];
    let heads: Vec<_> = words.iter().zip(widths).map(|(label, width)| (label.as_str(), false, width)).collect();
    let row = |(n, over): (usize, &OverrideDecl)| {
        vec![
            html! {
                a.ak-link href={ (here) "/" (n) } { (over.name.get(visit.lang())) }
                @if over.also_on_holidays { " " (tag(&t.get("calendar-also-short"))) }
            },
            html! { (shown(&over.from)) @if let Some(to) = over.to.as_ref().filter(|to| **to != over.from) { " – " (shown(to)) } },
            html! { @if over.closed { (t.get("calendar-closed")) } @else { (week_words(visit, &over.week)) } },
        ]
    };
    let rows: Vec<_> = kept.decl.overrides.iter().enumerate().map(row).collect();
    html! {
        @if rows.is_empty() { p.ak-muted { (t.get("calendar-overrides-none")) } }
        @else { (plain_table(&t.get("calendar-overrides"), &heads, &rows, None)) }
        div.ak-row.ak-gap-8 {
            (Button::new(t.get("calendar-override-new")).icon("plus").href(format!("{here}/new")))
            (Button::new(t.get("calendar-override-ramadan")).ghost().href(format!("{here}/new?template=ramadan")))
        }
    }
}

/// A date of a declaration as people read it.
fn shown(date: &str) -> String {
    date.parse::<Date>().map_or_else(|_| date.to_string(), format::date)
}

fn lines(visit: &Visit) -> Vec<Line> {
    let t = visit.t;
    let mut lines = vec![
        Line::new(t, "name_id", "calendar-name-id", Kind::Text).required_when(is_own(t, "id")),
        Line::new(t, "name_en", "calendar-name-en", Kind::Text).required_when(is_own(t, "en")),
        Line::new(t, "from", "calendar-from", Kind::Date).required(),
        Line::new(t, "to", "calendar-to", Kind::Date).hint(t.get("calendar-to-hint")),
        Line::new(t, "closed", "calendar-closed-all", Kind::Check),
    ];
    lines.extend(WEEK.iter().map(|(day, key)| Line::new(t, day, key, Kind::Text)));
    lines.push(Line::new(t, "also_on_holidays", "calendar-also", Kind::Check).hint(t.get("calendar-also-hint")));
    lines
}

fn filled(over: &OverrideDecl) -> Filled {
    let mut filled = Filled::default().set("name_id", over.name.id.clone()).set("name_en", over.name.en.clone());
    filled = filled.set("from", shown(&over.from)).set("to", over.to.as_deref().map(shown).unwrap_or_default());
    for (day, hours) in over.week.days() {
        filled = filled.set(day, hours_words(hours));
    }
    for (name, on) in [("closed", over.closed), ("also_on_holidays", over.also_on_holidays)] {
        filled = if on { filled.set(name, "1") } else { filled };
    }
    filled
}

fn told(visit: &Visit, fields: &Fields) -> Result<OverrideDecl, Errors> {
    let from = date_of(visit, fields, "from")?;
    let to = date_of(visit, fields, "to")?;
    Ok(OverrideDecl {
        name: label_of(fields),
        from: from.map(|day| day.to_string()).unwrap_or_default(),
        to: to.map(|day| day.to_string()),
        closed: fields.ticked("closed"),
        week: week_of(fields),
        also_on_holidays: fields.ticked("also_on_holidays"),
    })
}

async fn kept(visit: &Visit, key: &str) -> Result<Kept<CalendarDecl>, Fail> {
    visit.require_admin()?;
    let key = key.to_string();
    visit.read(move |tx| tx.calendar_kept(&key)).await
}

async fn form(visit: &Visit, key: &str, n: Option<usize>, filled: &Filled, errors: &Errors) -> Reply {
    let t = visit.t;
    let back = format!("/settings/calendars/{key}");
    let here = n.map_or_else(|| format!("{back}/hours/new"), |n| format!("{back}/hours/{n}"));
    let body = html! {
        div.ak-stack {
            (sheet(visit, &here, &lines(visit), (filled, errors), "save", &back))
            @if n.is_some() {
                form method="post" action={ (here) "/delete" } { (visit.token_field()) (Button::new(t.get("calendar-override-delete")).danger().submit()) }
            }
        }
    };
    show_form(visit, &t.get(if n.is_some() { "calendar-overrides" } else { "calendar-override-new" }), body, errors).await
}

#[derive(Deserialize, Default)]
pub(super) struct Template {
    #[serde(default)]
    template: String,
}

pub(super) async fn new(visit: Visit, Path(key): Path<String>, Query(with): Query<Template>) -> Reply {
    kept(&visit, &key).await?;
    let filled = if with.template == "ramadan" { filled(&ramadan(visit.ctx.now.date())) } else { Filled::default() };
    form(&visit, &key, None, &filled, &Errors::new()).await
}

pub(super) async fn add(visit: Visit, Path(key): Path<String>, fields: Fields) -> Reply {
    change(visit, key, None, fields).await
}

pub(super) async fn edit(visit: Visit, Path((key, n)): Path<(String, usize)>) -> Reply {
    let kept = kept(&visit, &key).await?;
    let over = kept.decl.overrides.get(n).ok_or_else(Problem::not_found)?;
    form(&visit, &key, Some(n), &filled(over), &Errors::new()).await
}

pub(super) async fn save(visit: Visit, Path((key, n)): Path<(String, usize)>, fields: Fields) -> Reply {
    change(visit, key, Some(n), fields).await
}

async fn change(visit: Visit, key: String, n: Option<usize>, fields: Fields) -> Reply {
    let mut kept = kept(&visit, &key).await?;
    let over = match told(&visit, &fields) {
        Ok(over) => over,
        Err(errors) => return form(&visit, &key, n, &Filled::typed(&fields), &errors).await,
    };
    match n {
        Some(n) => *kept.decl.overrides.get_mut(n).ok_or_else(Problem::not_found)? = over,
        None => kept.decl.overrides.push(over),
    }
    match keep(&visit, kept, &fields).await {
        Ok(reply) => reply,
        Err(problem) => form(&visit, &key, n, &Filled::typed(&fields), &errors_of(&visit, problem)?).await,
    }
}

pub(super) async fn delete(visit: Visit, Path((key, n)): Path<(String, usize)>, fields: Fields) -> Reply {
    let mut kept = kept(&visit, &key).await?;
    if n >= kept.decl.overrides.len() {
        return Err(Problem::not_found().into());
    }
    kept.decl.overrides.remove(n);
    keep(&visit, kept, &fields).await?
}

async fn keep(visit: &Visit, mut kept: Kept<CalendarDecl>, fields: &Fields) -> Result<Reply, Problem> {
    kept.decl.overrides.sort_by(|a, b| a.from.cmp(&b.from));
    let back = format!("/settings/calendars/{}", kept.key);
    let change = move |tx: &mut Tx| tx.calendar_save(&kept.key, &kept.name, &kept.decl, None, Some(kept.version)).map(drop);
    clocks::keep(visit, fields, None, &back, change).await
}
