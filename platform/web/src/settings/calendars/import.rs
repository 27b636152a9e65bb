//! The national holidays that come with the program: looked at first, and taken over as ticked.

use super::super::{frame, show};
use super::clocks;
use super::holidays::{days, switch};
use super::source_words;
use crate::fail::{Fail, Reply};
use crate::form::Fields;
use crate::ui::button::Button;
use crate::ui::frame::content;
use crate::ui::input::checkbox;
use crate::ui::tag;
use crate::visit::Visit;
use akrab_engine::Tx;
use akrab_engine::calendar::{HolidayDecl, HolidayListDecl, Kept, USUAL, indonesia};
use maud::html;

/// Key of the list the days go into.
const LIST: &str = "indonesia";

/// Years the program knows.
const YEARS: std::ops::RangeInclusive<i16> = 2025..=2028;

/// `GET /settings/holidays/import?year=2026&year=2027`
pub(super) async fn page(visit: Visit) -> Reply {
    visit.require_admin()?;
    let t = visit.t;
    let years = asked(&visit);
    let (list, _) = merged(&visit, &years).await?;
    let calendars = visit.read(|tx| tx.calendars()).await?;
    let present: Vec<String> =
        present(&visit).await?.map(|kept| kept.decl.days.into_iter().map(|day| day.date).collect()).unwrap_or_default();
    let known = |day: &HolidayDecl| html! { @if present.contains(&day.date) { (tag(&t.get("holidays-known"))) } };
    let body = html! {
        p { (t.get("holidays-import-text")) }
        p.ak-muted { (source_words(&visit, &list)) }
        form.ak-stack method="get" action="/settings/holidays/import" {
            div.ak-row.ak-gap-8 { @for year in YEARS { (checkbox("year", &year.to_string(), &year.to_string(), years.contains(&year))) } }
            div { (Button::new(t.get("holidays-years")).submit()) }
        }
        form.ak-stack method="post" action="/settings/holidays/import" {
            (visit.token_field())
            @for year in &years { input type="hidden" name="year" value=(year); }
            (days(&visit, &t.get("holidays-import"), &list.days, known))
            fieldset.ak-form-group {
                legend { (t.get("holidays-attach")) }
                @for one in calendars.iter().filter(|one| !one.retired) {
                    (checkbox("calendar", &one.key, one.name.get(visit.lang()), one.key == USUAL || one.decl.holidays.iter().any(|key| key == LIST)))
                }
            }
            div.ak-row.ak-gap-8 {
                (Button::new(t.get("holidays-import-do")).primary().submit())
                (Button::new(t.get("cancel")).ghost().href("/settings/calendars"))
            }
        }
    };
    let frame = frame(&visit, &t.get("holidays-import")).await;
    show(&visit, &frame, content(false, html! { div.ak-stack { (body) } }), false).await
}

/// Years named in the address; this one and the next when none is.
fn asked(visit: &Visit) -> Vec<i16> {
    let query = visit.facts.uri.query().unwrap_or_default();
    let named: Vec<i16> =
        query.split('&').filter_map(|part| part.strip_prefix("year=")?.parse().ok()).filter(|year| YEARS.contains(year)).collect();
    let now = visit.ctx.now.year();
    if named.is_empty() { [now, now + 1].into_iter().filter(|year| YEARS.contains(year)).collect() } else { named }
}

async fn present(visit: &Visit) -> Result<Option<Kept<HolidayListDecl>>, Fail> {
    let lists = visit.read(|tx| tx.holiday_lists()).await?;
    Ok(lists.into_iter().find(|list| list.key == LIST))
}

/// The days of these years as they come with the program; days that are in the list keep their switch.
async fn merged(visit: &Visit, years: &[i16]) -> Result<(HolidayListDecl, Option<Kept<HolidayListDecl>>), Fail> {
    let mut list = indonesia(years);
    let kept = present(visit).await?;
    for day in &mut list.days {
        let before = kept.as_ref().and_then(|kept| kept.decl.days.iter().find(|known| known.date == day.date));
        day.on = Some(before.map_or(day.is_on(), HolidayDecl::is_on));
    }
    Ok((list, kept))
}

/// `POST /settings/holidays/import` with the days `on` and the calendars that keep them.
pub(super) async fn save(visit: Visit, fields: Fields) -> Reply {
    visit.require_admin()?;
    let years: Vec<i16> = fields.all("year").filter_map(|year| year.parse().ok()).collect();
    let (mut list, kept) = merged(&visit, &years).await?;
    switch(&mut list.days, &fields);
    let known = kept.as_ref().map_or(0, |kept| kept.version);
    if let Some(kept) = kept {
        let others = kept.decl.days.into_iter().filter(|day| !list.days.iter().any(|new| new.date == day.date)).collect::<Vec<_>>();
        list.name = kept.decl.name;
        list.days.extend(others);
    }
    list.days.sort_by(|a, b| a.date.cmp(&b.date));
    let calendars: Vec<String> = fields.all("calendar").map(str::to_string).collect();
    let change = move |tx: &mut Tx| tx.holiday_list_import(LIST, &list, Some(known), &calendars);
    clocks::keep(&visit, &fields, None, &format!("/settings/holidays/{LIST}"), change).await?
}
