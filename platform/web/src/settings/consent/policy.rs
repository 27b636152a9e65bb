//! The policy of one purpose on one channel.

use super::super::calendars::{WEEK, date_of, errors_of, hours_words, week_of};
use super::super::line::{Filled, Kind, Line, buttons, draw};
use super::super::{Errors, show_form};
use super::{CHANNELS, channel_words};
use crate::fail::{Fail, Reply};
use crate::flash::Flash;
use crate::form::{Fields, one_of};
use crate::ui::button::Button;
use crate::visit::Visit;
use akrab_engine::contact::{FrequencyDecl, Mode, PolicyDecl, PolicyKept};
use akrab_model::{FieldProblem, Problem, format};
use axum::extract::Path;
use jiff::civil::Date;
use maud::html;

fn lines(visit: &Visit) -> Vec<Line> {
    let t = visit.t;
    let modes = ["skip", "defer"].map(|mode| (mode.to_string(), t.get(&format!("consent-mode-{mode}")))).to_vec();
    let mut lines = vec![
        Line::new(t, "needs_consent", "consent-needs-long", Kind::Check),
        Line::new(t, "transactional", "consent-transactional", Kind::Check).hint(t.get("consent-transactional-hint")),
        Line::new(t, "calls", "consent-calls", Kind::Check),
    ];
    lines.extend(WEEK.iter().map(|(day, key)| Line::new(t, day, key, Kind::Text)));
    if let Some(sunday) = lines.last_mut() {
        sunday.hint = t.get("consent-hours-hint");
    }
    lines.extend([
        Line::new(t, "not_on_holidays", "consent-not-on-holidays", Kind::Check),
        Line::new(t, "quiet", "consent-quiet", Kind::Text).hint(t.get("consent-quiet-hint")),
        Line::new(t, "most", "consent-most", Kind::Number),
        Line::new(t, "days", "consent-days", Kind::Number),
        Line::new(t, "mode", "consent-mode", Kind::Choice(modes)),
        Line::new(t, "attempts", "consent-attempts", Kind::Number),
        Line::new(t, "source", "holidays-source", Kind::Text),
        Line::new(t, "source_date", "holidays-source-date", Kind::Date),
    ]);
    lines
}

fn filled(policy: &PolicyDecl) -> Filled {
    let mut filled = Filled::default();
    let ticks = [
        ("needs_consent", policy.needs_consent),
        ("transactional", policy.transactional),
        ("calls", policy.calls),
        ("not_on_holidays", policy.not_on_holidays),
    ];
    for (name, _) in ticks.into_iter().filter(|(_, on)| *on) {
        filled = filled.set(name, "1");
    }
    for (day, hours) in policy.week.days() {
        filled = filled.set(day, hours_words(hours));
    }
    let number = |n: Option<u32>| n.map(|n| n.to_string()).unwrap_or_default();
    let cap = policy.frequency.as_ref();
    let mode = if cap.is_some_and(|cap| cap.mode == Mode::Defer) { "defer" } else { "skip" };
    let read = policy.source_date.as_deref().and_then(|date| date.parse::<Date>().ok()).map(format::date).unwrap_or_default();
    filled
        .set("quiet", policy.quiet.clone().unwrap_or_default())
        .set("most", number(cap.map(|cap| cap.most)))
        .set("days", number(cap.map(|cap| cap.days)))
        .set("mode", mode)
        .set("attempts", number(policy.attempts))
        .set("source", policy.source.clone())
        .set("source_date", read)
}

/// What the form says; notices are the preset's.
fn told(visit: &Visit, fields: &Fields, before: PolicyDecl) -> Result<PolicyDecl, Errors> {
    let wrong = |name: &str| {
        errors_of(visit, Problem::invalid(vec![FieldProblem::new(name, "out_of_range").with("min", 1).with("max", u32::MAX)]))
            .unwrap_or_default()
    };
    let number = |name: &str| match fields.text(name) {
        "" => Ok(None),
        text => text.parse::<u32>().ok().filter(|n| *n > 0).map(Some).ok_or_else(|| wrong(name)),
    };
    let mode = one_of::<Mode>("mode", fields.text("mode")).map_err(|_| wrong("mode"))?;
    let frequency = match (number("most")?, number("days")?) {
        (Some(most), Some(days)) => Some(FrequencyDecl { most, days, mode }),
        (None, None) => None,
        (None, _) => return Err(wrong("most")),
        (_, None) => return Err(wrong("days")),
    };
    Ok(PolicyDecl {
        needs_consent: fields.ticked("needs_consent"),
        transactional: fields.ticked("transactional"),
        calls: fields.ticked("calls"),
        week: week_of(fields),
        not_on_holidays: fields.ticked("not_on_holidays"),
        quiet: Some(fields.text("quiet").to_string()).filter(|hours| !hours.is_empty()),
        attempts: number("attempts")?,
        frequency,
        source: fields.text("source").into(),
        source_date: date_of(visit, fields, "source_date")?.map(|day| day.to_string()),
        ..before
    })
}

/// The policy as it counts now, if there is one.
async fn kept(visit: &Visit, purpose: &str, channel: &str) -> Result<Option<PolicyKept>, Fail> {
    visit.require_admin()?;
    if !CHANNELS.contains(&channel) {
        return Err(Problem::not_found().into());
    }
    let (purpose, channel) = (purpose.to_string(), channel.to_string());
    visit
        .read(move |tx| {
            if !tx.purposes()?.iter().any(|known| known.key == purpose) {
                return Err(Problem::not_found());
            }
            Ok(tx.policy(&purpose, &channel).ok())
        })
        .await
}

pub(super) async fn edit(visit: Visit, Path((purpose, channel)): Path<(String, String)>) -> Reply {
    let kept = kept(&visit, &purpose, &channel).await?;
    let version = kept.as_ref().map_or(0, |kept| kept.version);
    let filled = filled(&kept.map(|kept| kept.decl).unwrap_or_default());
    form(&visit, (&purpose, &channel), version, &filled, &Errors::new()).await
}

async fn form(visit: &Visit, (purpose, channel): (&str, &str), version: i64, filled: &Filled, errors: &Errors) -> Reply {
    let t = visit.t;
    let own = purpose.to_string();
    let known = visit.read(move |tx| Ok(tx.purposes()?.into_iter().find(|known| known.key == own))).await?;
    let wording = known.as_ref().map_or("", |known| known.decl.wording.get(visit.lang()));
    let body = html! {
        form.ak-stack method="post" action={ "/settings/consent/" (purpose) "/" (channel) } data-guard {
            (visit.token_field())
            input type="hidden" name="known" value=(version);
            (draw(t, &lines(visit), filled, errors))
            (buttons(t, Button::new(t.get("save")).primary(), "/settings/consent"))
        }
    };
    show_form(visit, &channel_words(visit.t, channel), html! { div.ak-stack { p.ak-muted { (wording) } (body) } }, errors).await
}

pub(super) async fn save(visit: Visit, Path((purpose, channel)): Path<(String, String)>, fields: Fields) -> Reply {
    let kept = kept(&visit, &purpose, &channel).await?;
    let known = fields.text("known").parse().unwrap_or(0);
    let policy = match told(&visit, &fields, kept.map(|kept| kept.decl).unwrap_or_default()) {
        Ok(policy) => policy,
        Err(errors) => return form(&visit, (&purpose, &channel), known, &Filled::typed(&fields), &errors).await,
    };
    let place = (purpose.clone(), channel.clone());
    let saved = visit.write(move |tx| tx.policy_save(&place.0, &place.1, &policy, Some(known)));
    match saved.await {
        Ok(_) => visit.go("/settings/consent", Flash::ok(visit.t.get("saved"))),
        Err(fail) => form(&visit, (&purpose, &channel), known, &Filled::typed(&fields), &errors_of(&visit, fail.problem)?).await,
    }
}
