//! One holiday list: every day with its switch, days added and taken out.

use super::super::line::{Filled, Kind, Line, draw, sheet};
use super::super::{Errors, frame, show, show_form};
use super::clocks;
use super::read::{date_of, errors_of, is_own, key_for, label_of};
use super::source_words;
use crate::fail::{Fail, Reply};
use crate::flash::Flash;
use crate::form::Fields;
use crate::locale::Text;
use crate::ui::button::Button;
use crate::ui::frame::content;
use crate::ui::setting::setting;
use crate::ui::table::plain_table;
use crate::ui::tag;
use crate::visit::Visit;
use akrab_engine::Tx;
use akrab_engine::calendar::{HolidayDecl, HolidayKind, HolidayListDecl, Kept};
use akrab_model::{FieldProblem, Problem, format};
use axum::extract::Path;
use jiff::civil::Date;
use maud::{Markup, html};

pub(super) fn kind_key(kind: HolidayKind) -> &'static str {
    match kind {
        HolidayKind::National => "holiday-national",
        HolidayKind::CutiBersama => "holiday-cuti-bersama",
        HolidayKind::Regional => "holiday-regional",
    }
}

/// The days of a table: a tick for each that is kept, and what follows it.
pub(super) fn days(visit: &Visit, caption: &str, days: &[HolidayDecl], more: impl Fn(&HolidayDecl) -> Markup) -> Markup {
    let t = visit.t;
    let words = ["holiday-kept", "calendar-day", "holiday-name", "holiday-kind"].map(|key| t.get(key));
    let widths = [Some(60), Some(170), None, Some(130)];
    let mut heads: Vec<_> = words.iter().zip(widths).map(|(label, width)| (label.as_str(), false, width)).collect();
    heads.push(("", true, Some(110)));
    let row = |day: &HolidayDecl| {
        let name = day.name.get(visit.lang());
        let date = day.date.parse::<Date>().ok();
        let words = date
            .map_or_else(|| day.date.clone(), |date| format!("{} {}", format::weekday(date.weekday(), visit.ctx.lang), format::date(date)));
        vec![
            html! { input.ak-check type="checkbox" name="on" value=(day.date) checked[day.is_on()] aria-label={ (words) " " (name) }; },
            html! { span.ak-num { (words) } },
            html! { (name) @if day.provisional { " " (tag(&t.get("holiday-provisional"))) } },
            html! { (t.get(kind_key(day.kind))) },
            more(day),
        ]
    };
    plain_table(caption, &heads, &days.iter().map(row).collect::<Vec<_>>(), None)
}

/// Switches every day as it was ticked.
pub(super) fn switch(days: &mut [HolidayDecl], fields: &Fields) {
    let on: Vec<&str> = fields.all("on").collect();
    for day in days {
        day.on = Some(on.contains(&day.date.as_str()));
    }
}

async fn kept(visit: &Visit, key: &str) -> Result<Kept<HolidayListDecl>, Fail> {
    visit.require_admin()?;
    let key = key.to_string();
    visit.read(move |tx| tx.holiday_list(&key)).await
}

fn new_lines(t: Text) -> [Line; 5] {
    [
        Line::new(t, "name_id", "calendar-name-id", Kind::Text).required_when(is_own(t, "id")),
        Line::new(t, "name_en", "calendar-name-en", Kind::Text).required_when(is_own(t, "en")),
        Line::new(t, "region", "holidays-region", Kind::Text),
        Line::new(t, "source", "holidays-source", Kind::Text).hint(t.get("holidays-source-hint")),
        Line::new(t, "source_date", "holidays-source-date", Kind::Date),
    ]
}

pub(super) async fn new(visit: Visit) -> Reply {
    visit.require_admin()?;
    new_form(&visit, &Filled::default(), &Errors::new()).await
}

async fn new_form(visit: &Visit, filled: &Filled, errors: &Errors) -> Reply {
    let body = sheet(visit, "/settings/holidays/new", &new_lines(visit.t), (filled, errors), "save", "/settings/calendars");
    show_form(visit, &visit.t.get("holidays-new"), body, errors).await
}

pub(super) async fn add(visit: Visit, fields: Fields) -> Reply {
    visit.require_admin()?;
    let read = match date_of(&visit, &fields, "source_date") {
        Ok(read) => read,
        Err(errors) => return new_form(&visit, &Filled::typed(&fields), &errors).await,
    };
    let list = HolidayListDecl {
        name: label_of(&fields),
        region: fields.text("region").into(),
        source: fields.text("source").into(),
        source_date: read.map(|day| day.to_string()),
        days: Vec::new(),
    };
    let saved = visit.write(move |tx| {
        let taken: Vec<String> = tx.holiday_lists()?.into_iter().map(|one| one.key).collect();
        let key = key_for(&list.name.en, "holidays", &taken);
        tx.holiday_list_save(&key, &list, Some(0))?;
        Ok(key)
    });
    match saved.await {
        Ok(key) => visit.go(&format!("/settings/holidays/{key}"), Flash::ok(visit.t.get("saved"))),
        Err(fail) => new_form(&visit, &Filled::typed(&fields), &errors_of(&visit, fail.problem)?).await,
    }
}

fn day_lines(t: Text) -> [Line; 4] {
    let kinds = [HolidayKind::National, HolidayKind::CutiBersama, HolidayKind::Regional];
    let options = kinds.iter().map(|kind| (kind_key(*kind).to_string(), t.get(kind_key(*kind)))).collect();
    [
        Line::new(t, "date", "calendar-day", Kind::Date).required(),
        Line::new(t, "name_id", "calendar-name-id", Kind::Text).required_when(is_own(t, "id")),
        Line::new(t, "name_en", "calendar-name-en", Kind::Text).required_when(is_own(t, "en")),
        Line::new(t, "kind", "holiday-kind", Kind::Choice(options)),
    ]
}

pub(super) async fn edit(visit: Visit, Path(key): Path<String>) -> Reply {
    let kept = kept(&visit, &key).await?;
    one(&visit, &kept, &Filled::default(), &Errors::new()).await
}

async fn one(visit: &Visit, kept: &Kept<HolidayListDecl>, filled: &Filled, errors: &Errors) -> Reply {
    let t = visit.t;
    let here = format!("/settings/holidays/{}", kept.key);
    let out = |day: &HolidayDecl| {
        let words = t.with("holiday-remove", &[("day", day.date.as_str().into())]);
        html! { (Button::only_icon("trash-2", words).ghost().submit().attr("formaction", format!("{here}/days/{}/delete", day.date))) }
    };
    let source = source_words(visit, &kept.decl);
    let body = html! {
        @if !source.is_empty() { p.ak-muted { (source) } }
        @if kept.decl.days.is_empty() { p.ak-muted { (t.get("holidays-empty")) } }
        @else {
            form.ak-stack method="post" action=(here) data-guard {
                (visit.token_field())
                input type="hidden" name="known" value=(kept.version);
                p { (t.get("holidays-switch-text")) }
                div { (Button::new(t.get("save")).primary().submit()) }
                (days(visit, kept.decl.name.get(visit.lang()), &kept.decl.days, out))
            }
        }
        (setting(&t.get("holiday-new"), &t.get("holiday-new-text"), false, html! {
            form.ak-stack method="post" action={ (here) "/days" } {
                (visit.token_field())
                (draw(t, &day_lines(t), filled, errors))
                div { (Button::new(t.get("holiday-add")).icon("plus").submit()) }
            }
        }))
    };
    let frame = frame(visit, kept.decl.name.get(visit.lang())).await;
    show(visit, &frame, content(false, html! { div.ak-stack { (body) } }), !errors.is_empty()).await
}

pub(super) async fn save(visit: Visit, Path(key): Path<String>, fields: Fields) -> Reply {
    let mut kept = kept(&visit, &key).await?;
    let known = fields.text("known").parse().ok();
    switch(&mut kept.decl.days, &fields);
    keep(&visit, kept, known, &fields).await?
}

pub(super) async fn add_day(visit: Visit, Path(key): Path<String>, fields: Fields) -> Reply {
    let mut kept = kept(&visit, &key).await?;
    let before = kept.clone();
    let typed = Filled::typed(&fields);
    let date = match date_of(&visit, &fields, "date") {
        Ok(date) => date,
        Err(errors) => return one(&visit, &kept, &typed, &errors).await,
    };
    let name = label_of(&fields);
    let missing = [("date", date.is_none()), ("name_id", name.id.is_empty()), ("name_en", name.en.is_empty())];
    let faults: Vec<FieldProblem> = missing.iter().filter(|m| m.1).map(|m| FieldProblem::new(m.0, "required")).collect();
    let (Some(date), true) = (date, faults.is_empty()) else {
        return one(&visit, &kept, &typed, &errors_of(&visit, Problem::invalid(faults))?).await;
    };
    let kinds = [HolidayKind::National, HolidayKind::CutiBersama, HolidayKind::Regional];
    let kind = kinds.into_iter().find(|kind| kind_key(*kind) == fields.text("kind")).unwrap_or(HolidayKind::National);
    let date = date.to_string();
    if kept.decl.days.iter().any(|day| day.date == date) {
        let fault = FieldProblem::new("date", "calendar_holiday_twice").with("value", &date);
        return one(&visit, &kept, &typed, &errors_of(&visit, Problem::invalid(vec![fault]))?).await;
    }
    // whoever adds a day by hand means to keep it
    kept.decl.days.push(HolidayDecl { date, kind, name, provisional: false, on: Some(true) });
    let known = Some(kept.version);
    match keep(&visit, kept, known, &fields).await {
        Ok(reply) => reply,
        Err(problem) => one(&visit, &before, &typed, &errors_of(&visit, problem)?).await,
    }
}

pub(super) async fn delete_day(visit: Visit, Path((key, date)): Path<(String, String)>, fields: Fields) -> Reply {
    let mut kept = kept(&visit, &key).await?;
    if !kept.decl.days.iter().any(|day| day.date == date) {
        return Err(Problem::not_found().into());
    }
    kept.decl.days.retain(|day| day.date != date);
    let known = Some(kept.version);
    keep(&visit, kept, known, &fields).await?
}

async fn keep(visit: &Visit, mut kept: Kept<HolidayListDecl>, known: Option<i64>, fields: &Fields) -> Result<Reply, Problem> {
    kept.decl.days.sort_by(|a, b| a.date.cmp(&b.date));
    let back = format!("/settings/holidays/{}", kept.key);
    let change = move |tx: &mut Tx| tx.holiday_list_save(&kept.key, &kept.decl, known).map(drop);
    clocks::keep(visit, fields, None, &back, change).await
}
