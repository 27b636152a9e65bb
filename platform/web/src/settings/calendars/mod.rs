//! Business calendars: the list, one calendar with its week, and what it says when asked.

mod clocks;
mod holidays;
mod import;
mod overrides;
mod question;
mod read;

use super::line::{Filled, Kind, Line, sheet};
use super::{Errors, frame, show};
use crate::fail::Reply;
use crate::flash::Flash;
use crate::form::Fields;
use crate::route::{Router, get, post};
use crate::setup::zones;
use crate::ui::button::Button;
use crate::ui::frame::content;
use crate::ui::setting::setting;
use crate::ui::table::plain_table;
use crate::ui::tag;
use crate::visit::Visit;
use akrab_engine::Tx;
use akrab_engine::calendar::{CalendarDecl, HolidayListDecl, Kept, USUAL, Version, WeekDecl};
use akrab_model::Label;
use akrab_model::format;
use axum::extract::{Path, Query};
use maud::{Markup, html};
use question::Asked;
pub(crate) use question::why_table;
use read::DAYS;
pub(super) use read::{WEEK, date_of, errors_of, hours_words, is_own, key_for, label_of, week_of};

#[inline(always)]
pub(super) fn routes() -> Router {
    Router::new()
        .route("/settings/calendars", get(page))
        .route("/settings/calendars/new", get(new).post(add))
        .route("/settings/calendars/{key}", get(edit).post(save))
        .route("/settings/calendars/{key}/draft", post(sketch))
        .route("/settings/calendars/{key}/draft/drop", post(forget))
        .route("/settings/calendars/{key}/retire", post(retire))
        .route("/settings/calendars/{key}/hours/new", get(overrides::new).post(overrides::add))
        .route("/settings/calendars/{key}/hours/{n}", get(overrides::edit).post(overrides::save))
        .route("/settings/calendars/{key}/hours/{n}/delete", post(overrides::delete))
        .route("/settings/holidays/import", get(import::page).post(import::save))
        .route("/settings/holidays/new", get(holidays::new).post(holidays::add))
        .route("/settings/holidays/{key}", get(holidays::edit).post(holidays::save))
        .route("/settings/holidays/{key}/days", post(holidays::add_day))
        .route("/settings/holidays/{key}/days/{date}/delete", post(holidays::delete_day))
}

async fn page(visit: Visit) -> Reply {
    visit.require_admin()?;
    let t = visit.t;
    let (calendars, lists) = visit.read(|tx| Ok((tx.calendars()?, tx.holiday_lists()?))).await?;
    let mut frame = frame(&visit, &t.get("settings-calendars")).await;
    frame.actions = Some(html! { (Button::new(t.get("calendar-new")).icon("plus").primary().href("/settings/calendars/new")) });
    let body = html! {
        (setting(&t.get("calendars-title"), &t.get("calendars-text"), true, of_calendars(&visit, &calendars)))
        (setting(&t.get("holidays-title"), &t.get("holidays-text"), true, html! {
            (of_lists(&visit, &lists))
            div.ak-row.ak-gap-8 {
                (Button::new(t.get("holidays-import")).icon("download").href("/settings/holidays/import"))
                (Button::new(t.get("holidays-new")).icon("plus").ghost().href("/settings/holidays/new"))
            }
        }))
    };
    show(&visit, &frame, content(false, html! { div.ak-stack { (body) } }), false).await
}

fn of_calendars(visit: &Visit, calendars: &[Kept<CalendarDecl>]) -> Markup {
    let t = visit.t;
    let words = ["calendar-name", "time-zone", "calendar-week", "calendar-overrides", "calendar-lists"].map(|key| t.get(key));
    let widths = [Some(180), Some(130), None, Some(130), Some(110)];
    let heads: Vec<_> = words.iter().zip(widths).enumerate().map(|(n, (label, width))| (label.as_str(), n > 2, width)).collect();
    let row = |one: &Kept<CalendarDecl>| {
        vec![
            html! {
                a.ak-link href={ "/settings/calendars/" (one.key) } { (one.name.get(visit.lang())) }
                @if one.retired { " " (tag(&t.get("calendar-retired"))) }
            },
            html! { (one.decl.zone) },
            html! { (week_words(visit, &one.decl.week)) },
            html! { (t.number(one.decl.overrides.len() as i64)) },
            html! { (t.number(one.decl.holidays.len() as i64)) },
        ]
    };
    plain_table(&t.get("calendars-title"), &heads, &calendars.iter().map(row).collect::<Vec<_>>(), None)
}

fn of_lists(visit: &Visit, lists: &[Kept<HolidayListDecl>]) -> Markup {
    let t = visit.t;
    if lists.is_empty() {
        return html! { p.ak-muted { (t.get("holidays-none")) } };
    }
    let words = ["calendar-name", "holidays-region", "holidays-kept", "holidays-source"].map(|key| t.get(key));
    let widths = [Some(260), Some(90), Some(150), None];
    let heads: Vec<_> = words.iter().zip(widths).enumerate().map(|(n, (label, width))| (label.as_str(), n == 2, width)).collect();
    let row = |one: &Kept<HolidayListDecl>| {
        let kept = one.decl.days.iter().filter(|day| day.is_on()).count();
        vec![
            html! { a.ak-link href={ "/settings/holidays/" (one.key) } { (one.name.get(visit.lang())) } },
            html! { (one.decl.region) },
            html! { (t.with("holidays-count", &[("on", t.number(kept as i64).into()), ("of", t.number(one.decl.days.len() as i64).into())])) },
            html! { (source_words(visit, &one.decl)) },
        ]
    };
    plain_table(&t.get("holidays-title"), &heads, &lists.iter().map(row).collect::<Vec<_>>(), None)
}

/// Where a list comes from and when that was read.
fn source_words(visit: &Visit, list: &HolidayListDecl) -> String {
    let day = list.source_date.as_deref().and_then(|date| date.parse().ok()).map(format::date);
    // the list that comes with the program names its source in the reader's language
    let shipped = !list.source.is_empty() && list.source == HolidayListDecl::indonesia().source;
    let source = if shipped { visit.t.get("holidays-source-shipped") } else { list.source.clone() };
    let parts = [Some(source).filter(|s| !s.is_empty()), day.map(|day| visit.t.with("holidays-read-on", &[("day", day.into())]))];
    parts.into_iter().flatten().collect::<Vec<_>>().join(" · ")
}

/// "Sen–Kam 08:00-12:00, 13:00-17:00; Jum …": days of the same hours together.
pub(super) fn week_words(visit: &Visit, week: &WeekDecl) -> Markup {
    let days = week.days();
    let mut parts: Vec<(usize, usize, String)> = Vec::new();
    for (n, (_, hours)) in days.iter().enumerate() {
        let words = hours_words(hours);
        match parts.last_mut() {
            Some((_, last, known)) if *known == words && *last + 1 == n => *last = n,
            _ => parts.push((n, n, words)),
        }
    }
    let day = |n: usize| visit.t.get(&format!("weekday-{}", DAYS[n]));
    // as the hours are read, which is not how they are typed
    let read = |words: &str| match visit.lang() {
        "id" => words.replace(':', ".").replace('-', "–"),
        _ => words.replace('-', "–"),
    };
    html! {
        div { @for (from, to, words) in parts.iter().filter(|part| !part.2.is_empty()) {
            div { @if from == to { (day(*from)) } @else { (day(*from)) "–" (day(*to)) } " " span.ak-num { (read(words)) } }
        } }
        @if week.is_empty() { span.ak-muted { (visit.t.get("calendar-closed")) } }
    }
}

fn lines(visit: &Visit, zone: &str, lists: &[Kept<HolidayListDecl>], new: bool) -> Vec<Line> {
    let t = visit.t;
    let mut known = zones();
    if !known.iter().any(|(value, _)| value == zone) {
        known.push((zone.into(), zone.into()));
    }
    let mut lines = vec![
        Line::new(t, "name_id", "calendar-name-id", Kind::Text).required_when(is_own(t, "id")),
        Line::new(t, "name_en", "calendar-name-en", Kind::Text).required_when(is_own(t, "en")),
        Line::new(t, "zone", "time-zone", Kind::Choice(known)),
    ];
    lines.extend(WEEK.iter().map(|(day, key)| Line::new(t, day, key, Kind::Text)));
    if let Some(sunday) = lines.last_mut() {
        sunday.hint = t.get("calendar-hours-hint");
    }
    if !lists.is_empty() {
        let options = lists.iter().map(|list| (list.key.clone(), list.name.get(visit.lang()).to_string())).collect();
        lines.push(Line::new(t, "holidays", "calendar-lists", Kind::Several(options)));
    }
    if !new {
        lines.push(Line::new(t, "valid_from", "calendar-valid-from", Kind::Date).hint(t.get("calendar-valid-from-hint")));
    }
    lines
}

fn filled(name: &Label, decl: &CalendarDecl) -> Filled {
    let mut filled = Filled::default().set("name_id", name.id.clone()).set("name_en", name.en.clone()).set("zone", decl.zone.clone());
    for (day, hours) in decl.week.days() {
        filled = filled.set(day, hours_words(hours));
    }
    filled.several("holidays", &decl.holidays)
}

async fn new(visit: Visit) -> Reply {
    visit.require_admin()?;
    let (_, decl) = akrab_engine::calendar::usual(&visit.settings.time_zone);
    new_form(&visit, &filled(&Label::new("", ""), &decl), &Errors::new()).await
}

async fn new_form(visit: &Visit, filled: &Filled, errors: &Errors) -> Reply {
    let lists = visit.read(|tx| tx.holiday_lists()).await?;
    let lines = lines(visit, &visit.settings.time_zone, &lists, true);
    let body = sheet(visit, "/settings/calendars/new", &lines, (filled, errors), "save", "/settings/calendars");
    super::show_form(visit, &visit.t.get("calendar-new"), body, errors).await
}

/// What the form says of a calendar; its other hours are changed elsewhere.
fn told(fields: &Fields, before: CalendarDecl) -> CalendarDecl {
    let lists: Vec<String> = fields.all("holidays").map(str::to_string).collect();
    CalendarDecl { zone: fields.text("zone").into(), week: week_of(fields), holidays: lists, ..before }
}

async fn add(visit: Visit, fields: Fields) -> Reply {
    visit.require_admin()?;
    let (name, decl) = (label_of(&fields), told(&fields, CalendarDecl::default()));
    let saved = visit.write(move |tx| {
        let taken: Vec<String> = tx.calendars()?.into_iter().map(|one| one.key).collect();
        let key = key_for(&name.en, "calendar", &taken);
        tx.calendar_save(&key, &name, &decl, None, Some(0))?;
        Ok(key)
    });
    match saved.await {
        Ok(key) => visit.go(&format!("/settings/calendars/{key}"), Flash::ok(visit.t.get("saved"))),
        Err(fail) => new_form(&visit, &Filled::typed(&fields), &errors_of(&visit, fail.problem)?).await,
    }
}

async fn edit(visit: Visit, Path(key): Path<String>, Query(asked): Query<Asked>) -> Reply {
    visit.require_admin()?;
    let kept = {
        let key = key.clone();
        visit.read(move |tx| tx.calendar_kept(&key)).await?
    };
    let draft = visit.read(move |tx| tx.calendar_draft(&key)).await?;
    let filled = draft.as_ref().map_or_else(|| filled(&kept.name, &kept.decl), |draft| filled(&draft.name, &draft.decl));
    one(&visit, &kept, &filled, &Errors::new(), &asked).await
}

/// `POST /settings/calendars/{key}/draft`: keeps what the form says without putting it in force.
async fn sketch(visit: Visit, Path(key): Path<String>, fields: Fields) -> Reply {
    visit.require_admin()?;
    let kept = {
        let key = key.clone();
        visit.read(move |tx| tx.calendar_kept(&key)).await?
    };
    let (name, decl) = (label_of(&fields), told(&fields, kept.decl.clone()));
    let here = format!("/settings/calendars/{key}");
    match visit.write(move |tx| tx.calendar_draft_keep(&key, &name, &decl)).await {
        Ok(()) => visit.go(&here, Flash::ok(visit.t.get("calendar-draft-kept"))),
        Err(fail) => one(&visit, &kept, &Filled::typed(&fields), &errors_of(&visit, fail.problem)?, &Asked::default()).await,
    }
}

/// `POST /settings/calendars/{key}/draft/drop`
async fn forget(visit: Visit, Path(key): Path<String>) -> Reply {
    let here = format!("/settings/calendars/{key}");
    visit.write(move |tx| tx.calendar_draft_drop(&key)).await?;
    visit.go(&here, Flash::ok(visit.t.get("calendar-draft-dropped")))
}

async fn one(visit: &Visit, kept: &Kept<CalendarDecl>, filled: &Filled, errors: &Errors, asked: &Asked) -> Reply {
    let t = visit.t;
    let key = kept.key.clone();
    let (lists, versions, calendar, draft) =
        visit.read(move |tx| Ok((tx.holiday_lists()?, tx.calendar_versions(&key)?, tx.calendar(&key)?, tx.calendar_draft(&key)?))).await?;
    let here = format!("/settings/calendars/{}", kept.key);
    let lines = lines(visit, &kept.decl.zone, &lists, false);
    let form = html! {
        form.ak-stack method="post" action=(here) data-guard {
            (visit.token_field())
            input type="hidden" name="known" value=(kept.version);
            (super::line::draw(t, &lines, filled, errors))
            div.ak-row.ak-gap-8 {
                (Button::new(t.get(if draft.is_some() { "calendar-draft-use" } else { "save" })).primary().submit())
                (Button::new(t.get("calendar-draft-keep")).submit().attr("formaction", format!("{here}/draft")))
                (Button::new(t.get("cancel")).ghost().href("/settings/calendars"))
            }
        }
    };
    let body = html! {
        @if let Some(draft) = &draft {
            @let by = draft.actor.and_then(|id| visit.engine().people().name(id)).unwrap_or_else(|| t.get("job-by-program"));
            form.ak-row.ak-gap-8 method="post" action={ (here) "/draft/drop" } {
                (visit.token_field())
                (tag(&t.get("flow-draft")))
                span role="status" { (t.with("calendar-draft", &[("by", by.into()), ("when", visit.look().moment_within(&visit.look().local(draft.at)).into())])) }
                (Button::new(t.get("flow-discard")).ghost().submit())
            }
        }
        @if let Some((_, begins)) = kept.next {
            p.ak-muted { (t.with("calendar-next", &[("when", visit.look().moment_within(&visit.look().local(begins)).into())])) }
        }
        (setting(&t.get("calendar-week"), &t.get("calendar-week-text"), false, form))
        (setting(&t.get("calendar-overrides"), &t.get("calendar-overrides-text"), true, overrides::table(visit, kept)))
        (setting(&t.get("calendar-try"), &t.get("calendar-try-text"), true, question::panel(visit, &calendar, &here, asked)))
        (setting(&t.get("calendar-versions"), &t.get("calendar-versions-text"), true, of_versions(visit, &versions)))
        @if kept.key != USUAL {
            form method="post" action={ (here) "/retire" } {
                (visit.token_field())
                @if !kept.retired { input type="hidden" name="retired" value="1"; }
                (Button::new(t.get(if kept.retired { "calendar-bring-back" } else { "calendar-retire" })).submit())
            }
        }
    };
    let frame = frame(visit, kept.name.get(visit.lang())).await;
    show(visit, &frame, content(false, html! { div.ak-stack { (body) } }), !errors.is_empty()).await
}

fn of_versions(visit: &Visit, versions: &[Version]) -> Markup {
    let t = visit.t;
    if versions.is_empty() {
        return html! { p.ak-muted { (t.get("calendar-versions-none")) } };
    }
    let words = ["calendar-version", "calendar-valid-from", "calendar-kept-by"].map(|key| t.get(key));
    let heads: Vec<_> = words.iter().map(|label| (label.as_str(), false, None)).collect();
    let (look, people) = (visit.look(), visit.engine().people());
    let row = |one: &Version| {
        let by = one.actor.and_then(|id| people.name(id)).unwrap_or_else(|| t.get("job-by-program"));
        vec![
            html! { span.ak-num { (one.version) } @if one.retired { " " (tag(&t.get("calendar-retired"))) } },
            html! { (look.moment_words(&look.local(one.valid_from))) },
            html! { (by) ", " (look.moment_words(&look.local(one.at))) },
        ]
    };
    plain_table(&t.get("calendar-versions"), &heads, &versions.iter().take(20).map(row).collect::<Vec<_>>(), None)
}

async fn save(visit: Visit, Path(key): Path<String>, fields: Fields) -> Reply {
    visit.require_admin()?;
    let kept = {
        let key = key.clone();
        visit.read(move |tx| tx.calendar_kept(&key)).await?
    };
    let from = match date_of(&visit, &fields, "valid_from") {
        Ok(day) => day.and_then(|day| day.to_zoned(visit.settings.zone()).ok()).map(|begin| begin.timestamp()),
        Err(errors) => return one(&visit, &kept, &Filled::typed(&fields), &errors, &Asked::default()).await,
    };
    let (name, decl, known) = (label_of(&fields), told(&fields, kept.decl.clone()), fields.text("known").parse().ok());
    let own = key.clone();
    let change = move |tx: &mut Tx| {
        tx.calendar_save(&own, &name, &decl, from, known)?;
        tx.calendar_draft_drop(&own)
    };
    match clocks::keep(&visit, &fields, from, &format!("/settings/calendars/{key}"), change).await {
        Ok(reply) => reply,
        Err(problem) => one(&visit, &kept, &Filled::typed(&fields), &errors_of(&visit, problem)?, &Asked::default()).await,
    }
}

async fn retire(visit: Visit, Path(key): Path<String>, fields: Fields) -> Reply {
    let retired = fields.ticked("retired");
    let here = format!("/settings/calendars/{key}");
    visit.write(move |tx| tx.calendar_retire(&key, retired)).await?;
    visit.go(&here, Flash::ok(visit.t.get("saved")))
}
