//! What somebody may be contacted for, on his page: where he stands, and a change with its proof.

use super::load::Sight;
use super::words;
use crate::fail::{Reply, field_errors};
use crate::flash::Flash;
use crate::form::Fields;
use crate::locale::Text;
use crate::settings::consent::channel_words;
use crate::ui::button::Button;
use crate::ui::dialog::{self, Dialog, dialog_form};
use crate::ui::form::{self, Row};
use crate::ui::icon_sized;
use crate::ui::input::{self, Input};
use crate::ui::related::{Related, RelatedRow, related, related_row};
use crate::ui::status::{Status, status};
use crate::value::Look;
use crate::visit::Visit;
use akrab_engine::contact::{Consent, ConsentView, DO_NOT_CONTACT, PurposeState, Said};
use akrab_model::problem::ProblemKind;
use akrab_model::{Problem, Record};
use axum::extract::Path;
use axum::http::StatusCode;
use maud::{Markup, html};

type Errors = Vec<(String, String)>;

/// Where he stands, with the way to change it.
pub fn panel(sight: &Sight) -> Markup {
    let Some(view) = &sight.consent else { return html! {} };
    let look = &sight.look;
    let href = format!("{}/consent", sight.href());
    let mut rows: Vec<RelatedRow> = bar_row(look, &sight.record, sight.editable.contains(DO_NOT_CONTACT)).into_iter().collect();
    rows.extend(view.blocks.iter().map(|block| block_row(look, block)));
    rows.extend(view.purposes.iter().map(|purpose| RelatedRow {
        title: purpose.wording.get(look.key()).to_string(),
        detail: Some(html! { span.ak-consent-states { @for one in &purpose.channels { (status(shape(one.state, one.needs_consent), &channel_words(look.t, &one.channel))) " " } } }),
        ..RelatedRow::default()
    }));
    if view.purposes.is_empty() {
        rows.push(RelatedRow {
            title: look.t.get("contact-no-purposes"),
            detail: Some(no_purposes(look.t, sight.flows.admin)),
            ..RelatedRow::default()
        });
    }
    let shown = Related { title: look.t.get("contact-consent"), all_href: Some(href), rows, ..Related::default() };
    related(look.t, &shown)
}

/// Who sets purposes up, with the way there for whoever may.
fn no_purposes(t: Text, admin: bool) -> Markup {
    let words = t.get("contact-no-purposes-why");
    html! { @if admin { a.ak-link href="/settings/consent" { (words) } } @else { (words) } }
}

/// Whether somebody is to be contacted at all: since when, by whose word and why, with the way to change it.
fn bar_row(look: &Look, record: &Record, may: bool) -> Option<RelatedRow> {
    let object = &record.object;
    let field = object.field(DO_NOT_CONTACT).filter(|field| record.has(&field.key))?;
    let on = record.get(&field.key).bool();
    let beside = |part: &str| object.field(&format!("{DO_NOT_CONTACT}_{part}"));
    let words = |part: &str| beside(part).map(|field| look.words(field, record)).filter(|words| !words.is_empty());
    let told: Vec<String> = ["reason", "by", "at"].into_iter().filter(|_| on).filter_map(words).collect();
    let keys: Vec<&str> = std::iter::once(field).chain(beside("reason")).map(|field| field.key.as_str()).collect();
    let edit = format!("{}/edit?only={}", words::href(record), keys.join(","));
    let name = look.t.with("edit-field", &[("name", look.name(field).into())]);
    Some(RelatedRow {
        title: look.name(field).to_string(),
        detail: (!told.is_empty()).then(|| html! { (told.join(" · ")) }),
        end: Some(html! {
            (status(if on { Status::Late } else { Status::None }, &look.t.get(if on { "value-yes" } else { "value-no" })))
            @if may { a.ak-row-edit href=(edit) data-dialog-href=(edit) aria-label=(name) title=(name) { (icon_sized("pencil", 13)) } }
        }),
        ..RelatedRow::default()
    })
}

fn block_row(look: &Look, block: &akrab_engine::contact::BlockRow) -> RelatedRow {
    RelatedRow {
        title: look.t.get(&format!("block-{}", block.list.replace('_', "-"))),
        detail: Some(
            html! { (crate::settings::consent::shown(&block.address)) " · " (look.t.get(&format!("block-reason-{}", block.reason))) },
        ),
        end: Some(status(Status::Late, &look.t.get("block-blocked"))),
        ..RelatedRow::default()
    }
}

fn shape(state: Consent, needed: bool) -> Status {
    match state {
        Consent::Given => Status::Ok,
        Consent::Withdrawn => Status::Late,
        Consent::Unsaid if needed => Status::None,
        Consent::Unsaid => Status::Ok,
    }
}

/// `GET /{plural}/{id}/consent`
pub(super) async fn show(visit: Visit, Path((plural, id)): Path<(String, i64)>) -> Reply {
    draw(&visit, &plural, id, &Fields::default(), &Errors::new()).await
}

/// `POST /{plural}/{id}/consent`
pub(super) async fn save(visit: Visit, Path((plural, id)): Path<(String, i64)>, fields: Fields) -> Reply {
    let object = visit.object(&plural)?;
    let own = object.key.clone();
    let (purpose, channel) = fields.text("what").split_once('/').map(|(p, c)| (p.to_string(), c.to_string())).unwrap_or_default();
    let (given, note) = (fields.text("said") == "yes", fields.text("note").to_string());
    match visit.write(move |tx| tx.consent_by_hand(&own, id, &purpose, &channel, given, &note)).await {
        Ok(_) => visit.go(&format!("/{plural}/{id}"), Flash::ok(visit.t.get("contact-consent-kept"))),
        Err(fail) if fail.problem.kind == ProblemKind::Invalid => {
            let errors = field_errors(visit.t, &fail.problem);
            draw(&visit, &plural, id, &fields, &errors).await
        }
        Err(fail) => Err(fail),
    }
}

/// `POST /{plural}/{id}/preferences`: a link by which he says it himself.
pub(super) async fn link(visit: Visit, Path((plural, id)): Path<(String, i64)>) -> Reply {
    let own = visit.object(&plural)?.key.clone();
    let read = visit.write(move |tx| {
        let secret = tx.preferences_link(&own, id)?;
        Ok((secret, tx.get(&own, id)?))
    });
    let (secret, record) = read.await?;
    let t = visit.t;
    let link = format!("{}{}{secret}", visit.web.config.link_base().trim_end_matches('/'), crate::public::PREFER);
    let href = words::href(&record);
    let d = Dialog {
        id: "preferences",
        icon: Some("link"),
        title: &t.with("prefer-of", &[("name", record.title().into())]),
        body: html! { div.ak-stack {
            p { (t.get("prefer-made")) }
            div.ak-notice data-tone="ok" { code.ak-mono.ak-truncate { (link) } span.ak-spacer {} (Button::new(t.get("copy")).icon("copy").attr("data-copy", link.clone())) }
        } },
        footer: html! { span.ak-spacer {} (Button::new(t.get("close")).href(href.clone()).flag("data-close", true)) },
        wide: false,
        close_href: &href,
    };
    visit.dialog(&t.get("prefer-link"), dialog::dialog(t, &d)).await
}

async fn draw(visit: &Visit, plural: &str, id: i64, fields: &Fields, errors: &Errors) -> Reply {
    let object = visit.object(plural)?;
    let own = object.key.clone();
    let read = visit.read(move |tx| {
        let known = tx.object(&own)?;
        let record = tx.get(&own, id)?;
        let view = tx.consent_view(&own, id, true)?.ok_or_else(Problem::not_found)?;
        Ok((record, view, tx.may(&known, akrab_engine::Access::Edit, id)?))
    });
    let (record, view, may) = read.await?;
    let mut response = visit.dialog(&visit.t.get("contact-consent"), body(visit, &record, &view, may, (fields, errors))).await?;
    if !errors.is_empty() {
        *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
    }
    Ok(response)
}

fn body(visit: &Visit, record: &Record, view: &ConsentView, may: bool, (fields, errors): (&Fields, &Errors)) -> Markup {
    let t = visit.t;
    let href = words::href(record);
    let action = format!("{href}/consent");
    let title = t.with("contact-consent-of", &[("name", record.title().into())]);
    let d = Dialog {
        id: "consent",
        icon: Some("shield-check"),
        title: &title,
        body: html! {
            @if let Some(row) = bar_row(&visit.look(), record, may) { ul.ak-given { (related_row(&row)) } }
            @if view.purposes.is_empty() { div.ak-notice data-tone="neutral" { b { (t.get("contact-no-purposes")) } span { (no_purposes(t, visit.ctx.is_admin())) } } }
            @if !view.blocks.is_empty() { ul.ak-given { @for block in &view.blocks {
                li.ak-related-row { div.ak-two-lines { span { (crate::settings::consent::shown(&block.address)) } div.ak-two-lines-detail { (t.get(&format!("block-reason-{}", block.reason))) @if !block.note.is_empty() { " · “" (block.note) "”" } } }
                    span.ak-related-end { (status(Status::Late, &t.get(&format!("block-{}", block.list.replace('_', "-"))))) } }
            } } }
            @for purpose in &view.purposes { (purpose_lines(visit, purpose)) }
            @if may && !view.purposes.is_empty() { h3.ak-strong { (t.get("contact-consent-change")) } (form::error_summary(t, errors)) (inputs(visit, view, fields, errors)) }
            (past(visit, view))
            // the same form, sent elsewhere
            @if may && !view.purposes.is_empty() { (Button::new(t.get("prefer-link")).icon("link").soft().submit().attr("formaction", format!("{href}/preferences")).flag("formnovalidate", true)) }
        },
        footer: if may && !view.purposes.is_empty() {
            dialog::foot(t, &href, Button::new(t.get("contact-consent-keep")).primary().submit())
        } else {
            html! { span.ak-spacer {} (Button::new(t.get("close")).ghost().href(href.clone()).flag("data-close", true)) }
        },
        wide: true,
        close_href: &href,
    };
    dialog_form(t, &d, &action, &visit.csrf)
}

fn purpose_lines(visit: &Visit, purpose: &PurposeState) -> Markup {
    let (t, look) = (visit.t, visit.look());
    html! {
        h3.ak-strong { (purpose.wording.get(visit.lang())) }
        ul.ak-given { @for one in &purpose.channels {
            li.ak-related-row {
                div.ak-two-lines {
                    span { (channel_words(t, &one.channel)) }
                    @if let Some(said) = &one.last { div.ak-two-lines-detail { (proof(visit, &look, said)) } }
                }
                span.ak-related-end { (status(shape(one.state, one.needs_consent), &t.get(state_key(one.state, one.needs_consent)))) }
            }
        } }
    }
}

fn state_key(state: Consent, needed: bool) -> &'static str {
    match state {
        Consent::Given => "contact-consent-given",
        Consent::Withdrawn => "contact-consent-withdrawn",
        Consent::Unsaid if needed => "contact-consent-unsaid",
        Consent::Unsaid => "contact-consent-unneeded",
    }
}

/// When, where and how it was said, and in which words.
fn proof(visit: &Visit, look: &Look, said: &Said) -> String {
    let t = visit.t;
    let source = t.find(&format!("contact-source-{}", said.source.replace('_', "-")), &[]).unwrap_or_else(|| said.source.clone());
    let by = said.actor.and_then(|id| visit.engine().people().name(id));
    let version = said.evidence["version"].as_i64().map(|n| t.with("contact-wording-version", &[("n", n.into())]));
    let note = said.evidence["note"].as_str().map(|note| format!("“{note}”"));
    let form = said.evidence["form"].as_str().map(str::to_string);
    [Some(look.moment_words(&look.local(said.at))), Some(source), by, note, form, version]
        .into_iter()
        .flatten()
        .collect::<Vec<_>>()
        .join(" · ")
}

fn inputs(visit: &Visit, view: &ConsentView, fields: &Fields, errors: &Errors) -> Markup {
    let t = visit.t;
    let what: Vec<(String, String)> = view
        .purposes
        .iter()
        .flat_map(|purpose| {
            let words = purpose.wording.get(visit.lang()).to_string();
            purpose
                .channels
                .iter()
                .map(move |one| (format!("{}/{}", purpose.key, one.channel), format!("{} · {words}", channel_words(t, &one.channel))))
        })
        .collect();
    let said = [("yes", "contact-consent-yes"), ("no", "contact-consent-no")].map(|(value, key)| (value.to_string(), t.get(key)));
    let error = |name: &str| errors.iter().find(|(field, _)| field == name).map(|(_, words)| words.clone()).unwrap_or_default();
    let row = |name: &str, key: &str| Row::new(t.get(key)).error(error(name));
    html! {
        (form::row(t, &row("what", "contact-consent-what").wide(), Input::new("what", fields.text("what")), |i| input::select(i, &what)))
        (form::columns(html! {
            (form::row(t, &row("said", "contact-consent-said"), Input::new("said", fields.text("said")), |i| input::select(i, &said)))
            (form::row(t, &row("note", "contact-consent-note").hint(t.get("contact-consent-note-hint")), Input::new("note", fields.text("note")).attr("maxlength", "500").required(true), input::text))
        }))
    }
}

/// What he said before, and what was decided lately with its reason.
fn past(visit: &Visit, view: &ConsentView) -> Markup {
    let (t, look) = (visit.t, visit.look());
    let when = |micros: i64| look.moment_words(&look.local_micros(micros));
    html! {
        @if !view.history.is_empty() {
            details { summary { (t.get("contact-consent-history")) }
                ul.ak-given { @for said in &view.history { li.ak-related-row { div.ak-two-lines {
                    span { (channel_words(t, &said.channel)) " · " (t.get(if said.given { "contact-consent-given" } else { "contact-consent-withdrawn" })) }
                    div.ak-two-lines-detail { (proof(visit, &look, said)) }
                    @if let Some(words) = said.evidence["wording"][visit.lang()].as_str() { div.ak-two-lines-detail { "“" (words) "”" } }
                } } } }
            }
        }
        @if !view.decisions.is_empty() {
            details { summary { (t.get("contact-decisions")) }
                ul.ak-given { @for one in &view.decisions { li.ak-related-row { div.ak-two-lines {
                    span { (channel_words(t, &one.channel)) " · " (one.reason.as_deref().map_or_else(|| t.get("contact-sent"), |reason| t.get(&format!("contact-reason-{}", reason.replace('_', "-"))))) }
                    div.ak-two-lines-detail { (when(one.at)) @if let Some(until) = one.until { " · " (t.with("contact-until", &[("when", when(until).into())])) } }
                } } } }
            }
        }
    }
}
