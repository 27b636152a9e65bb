//! What people may be written to and called for, and by which rules: purposes, and a policy for each channel.

mod blocks;
mod policy;

pub(crate) use blocks::shown;

use super::line::{Filled, Kind, Line, sheet};
use super::{Errors, faults, frame, show, show_form};
use crate::fail::Reply;
use crate::flash::Flash;
use crate::form::Fields;
use crate::locale::Text;
use crate::route::{Router, get, post};
use crate::router::upload_limit;
use crate::ui::button::Button;
use crate::ui::frame::content;
use crate::ui::setting::setting;
use crate::ui::table::plain_table;
use crate::visit::Visit;
use akrab_engine::calendar::is_key;
use akrab_engine::contact::{PolicyDecl, Preset, Purpose, presets};
use akrab_model::{FieldProblem, Label, Problem, format};
use axum::extract::Path;
use maud::{Markup, html};

#[inline(always)]
pub(super) fn routes() -> Router {
    Router::new()
        .route("/settings/consent", get(page))
        .route("/settings/consent/new", get(new).post(add))
        .route("/settings/consent/presets/{key}", get(preset).post(take))
        .route("/settings/consent/lists/{list}", get(blocks::page).post(blocks::add))
        .route("/settings/consent/lists/{list}/import", post(blocks::take).layer(upload_limit()))
        .route("/settings/consent/lists/{list}/remove", post(blocks::remove))
        .route("/settings/consent/{purpose}/{channel}", get(policy::edit).post(policy::save))
}

/// Channels a policy may be for. A domain that has others gives them words of their own.
const CHANNELS: [&str; 4] = ["phone", "whatsapp", "sms", "email"];

/// What a channel is called.
pub(crate) fn channel_words(t: Text, channel: &str) -> String {
    t.find(&format!("consent-channel-{channel}"), &[]).unwrap_or_else(|| channel.to_string())
}

/// The lawful basis of a purpose.
fn about(visit: &Visit, basis: &str) -> String {
    visit.t.find(&format!("consent-basis-{basis}"), &[]).unwrap_or_else(|| basis.to_string())
}

async fn page(visit: Visit) -> Reply {
    visit.require_admin()?;
    let t = visit.t;
    let purposes = visit
        .read(|tx| {
            let mut found = Vec::new();
            for purpose in tx.purposes()? {
                let policies = tx.policies(&purpose.key)?;
                found.push((purpose, policies));
            }
            Ok(found)
        })
        .await?;
    let body = html! {
        p { (t.get("consent-text")) }
        @if purposes.is_empty() {
            p.ak-muted { (t.get("consent-none")) }
        }
        @for (purpose, policies) in &purposes {
            (setting(purpose.decl.wording.get(visit.lang()), &about(&visit, &purpose.decl.basis), true, html! {
                (table(&visit, &purpose.key, policies))
                div.ak-row.ak-gap-8 {
                    @for channel in CHANNELS.iter().filter(|channel| !policies.iter().any(|(known, _)| known == *channel)) {
                        (Button::new(channel_words(visit.t, channel)).icon("plus").ghost().href(format!("/settings/consent/{}/{channel}", purpose.key)))
                    }
                }
            }))
        }
        (setting(&t.get("block-lists"), &t.get("block-lists-text"), true, blocks::links(&visit)))
        (setting(&t.get("consent-presets"), &t.get("consent-presets-text"), true, html! {
            div.ak-row.ak-gap-8 {
                @for preset in presets() {
                    (Button::new(preset.name.get(visit.lang())).href(format!("/settings/consent/presets/{}", preset.key)))
                }
            }
        }))
    };
    let mut frame = frame(&visit, &t.get("settings-consent")).await;
    frame.actions = Some(html! { (Button::new(t.get("consent-new")).icon("plus").primary().href("/settings/consent/new")) });
    show(&visit, &frame, content(false, html! { div.ak-stack { (body) } }), false).await
}

/// Policies by channel; each leads to its form when its purpose is kept.
fn table(visit: &Visit, purpose: &str, policies: &[(String, PolicyDecl)]) -> Markup {
    let t = visit.t;
    if policies.is_empty() {
        return html! { p.ak-muted { (t.get("consent-no-policy")) } };
    }
    let words =
        ["consent-channel", "consent-needs", "consent-hours", "consent-holidays", "consent-cap", "work-tries"].map(|key| t.get(key));
    let widths = [Some(130), Some(110), None, Some(110), Some(170), Some(110)];
    let heads: Vec<_> = words.iter().zip(widths).map(|(label, width)| (label.as_str(), false, width)).collect();
    let yes = |on: bool| t.get(if on { "yes" } else { "no" });
    let row = |(channel, policy): &(String, PolicyDecl)| {
        let cap = policy
            .frequency
            .as_ref()
            .map(|cap| t.with("consent-cap-words", &[("most", i64::from(cap.most).into()), ("days", i64::from(cap.days).into())]));
        vec![
            html! {
                @if purpose.is_empty() { (channel_words(visit.t, channel)) }
                @else { a.ak-link href={ "/settings/consent/" (purpose) "/" (channel) } { (channel_words(visit.t, channel)) } }
            },
            html! { (yes(policy.needs_consent)) },
            html! {
                @if policy.week.is_empty() { (t.get("consent-any-time")) } @else { (super::calendars::week_words(visit, &policy.week)) }
                @if let Some(quiet) = &policy.quiet { div.ak-muted { (t.with("consent-quiet-words", &[("hours", quiet.as_str().into())])) } }
            },
            html! { (yes(!policy.not_on_holidays)) },
            html! { @if policy.transactional { (t.get("consent-transactional-short")) } @else if let Some(cap) = cap { (cap) } @else { "—" } },
            html! { @if let Some(most) = policy.attempts { (most) } @else { "—" } },
        ]
    };
    plain_table(&t.get("settings-consent"), &heads, &policies.iter().map(row).collect::<Vec<_>>(), None)
}

fn found(key: &str) -> Result<Preset, Problem> {
    presets().into_iter().find(|preset| preset.key == key).ok_or_else(Problem::not_found)
}

/// What a preset holds, before anything of it is taken over.
async fn preset(visit: Visit, Path(key): Path<String>) -> Reply {
    visit.require_admin()?;
    let (t, preset) = (visit.t, found(&key)?);
    let day = preset.source_date.parse().map_or_else(|_| preset.source_date.clone(), format::date);
    let body = html! {
        p { (t.get("consent-preset-text")) }
        p.ak-muted { (preset.source) " " (t.with("holidays-read-on", &[("day", day.into())])) }
        @for purpose in &preset.purposes {
            @let policies: Vec<(String, PolicyDecl)> = purpose.policies.iter().map(|(channel, policy)| (channel.clone(), policy.clone())).collect();
            (setting(purpose.wording.get(visit.lang()), &about(&visit, &purpose.basis), true, table(&visit, "", &policies)))
        }
        form method="post" action={ "/settings/consent/presets/" (key) } {
            (visit.token_field())
            (super::line::buttons(t, Button::new(t.get("consent-preset-do")).primary(), "/settings/consent"))
        }
    };
    let frame = frame(&visit, preset.name.get(visit.lang())).await;
    show(&visit, &frame, content(false, html! { div.ak-stack { (body) } }), false).await
}

async fn take(visit: Visit, Path(key): Path<String>) -> Reply {
    visit.require_admin()?;
    visit.write(move |tx| tx.preset_take(&key)).await?;
    visit.go("/settings/consent", Flash::ok(visit.t.get("saved")))
}

fn lines(visit: &Visit) -> [Line; 4] {
    let t = visit.t;
    let bases =
        ["consent", "contract", "law", "interest"].map(|basis| (basis.to_string(), t.get(&format!("consent-basis-{basis}")))).to_vec();
    [
        Line::new(t, "key", "consent-key", Kind::Text).required().hint(t.get("consent-key-hint")),
        Line::new(t, "wording_id", "consent-wording-id", Kind::Text).required(),
        Line::new(t, "wording_en", "consent-wording-en", Kind::Text).required(),
        Line::new(t, "basis", "consent-basis", Kind::Choice(bases)),
    ]
}

async fn new(visit: Visit) -> Reply {
    visit.require_admin()?;
    form(&visit, &Filled::default(), &Errors::new()).await
}

async fn form(visit: &Visit, filled: &Filled, errors: &Errors) -> Reply {
    let body = sheet(visit, "/settings/consent/new", &lines(visit), (filled, errors), "save", "/settings/consent");
    show_form(visit, &visit.t.get("consent-new"), body, errors).await
}

async fn add(visit: Visit, fields: Fields) -> Reply {
    visit.require_admin()?;
    let key = fields.text("key").to_string();
    let missing = ["wording_id", "wording_en"].into_iter().filter(|name| fields.text(name).is_empty());
    let mut found: Vec<FieldProblem> = missing.map(|name| FieldProblem::new(name, "required")).collect();
    if !is_key(&key) {
        found.insert(0, FieldProblem::new("key", "calendar_key"));
    }
    if !found.is_empty() {
        return form(&visit, &Filled::typed(&fields), &faults(&visit, Problem::invalid(found))?).await;
    }
    let purpose = Purpose { wording: Label::new(fields.text("wording_id"), fields.text("wording_en")), basis: fields.text("basis").into() };
    let saved = visit.write(move |tx| {
        if tx.purposes()?.iter().any(|known| known.key == key) {
            return Err(Problem::invalid(vec![FieldProblem::new("key", "taken")]));
        }
        tx.purpose_save(&key, &purpose, Some(0))
    });
    match saved.await {
        Ok(_) => visit.go("/settings/consent", Flash::ok(visit.t.get("saved"))),
        Err(fail) => form(&visit, &Filled::typed(&fields), &faults(&visit, fail.problem)?).await,
    }
}
