//! Asking a customer whether what is known of him is right: what is asked, and the link that asks it.

use super::freshness::is_simple;
use super::reach::Reach;
use crate::fail::{Reply, encode, field_errors};
use crate::flash::Flash;
use crate::form::Fields;
use crate::ui::button::Button;
use crate::ui::dialog::{self, Dialog, dialog_form};
use crate::ui::form::error_summary;
use crate::ui::input::checkbox;
use crate::ui::status::{Status, status};
use crate::visit::Visit;
use akrab_engine::fresh::{Confirmation, ConfirmationState, Freshness};
use akrab_model::problem::ProblemKind;
use akrab_model::{Problem, Record, format};
use axum::extract::Path;
use axum::http::StatusCode;
use maud::{Markup, html};

type Errors = Vec<(String, String)>;

/// `GET /{plural}/{id}/confirmation`
pub(super) async fn show(visit: Visit, Path((plural, id)): Path<(String, i64)>) -> Reply {
    draw(&visit, &plural, id, None, &Errors::new()).await
}

/// `POST /{plural}/{id}/confirmation`
pub(super) async fn make(visit: Visit, Path((plural, id)): Path<(String, i64)>, fields: Fields) -> Reply {
    let object = visit.object(&plural)?;
    let own = object.key.clone();
    let asked: Vec<String> = fields.all("fields").map(str::to_string).collect();
    match visit.write(move |tx| tx.confirmation_ask(&own, id, &asked)).await {
        Ok((_, secret)) => {
            let link = format!("{}{}{secret}", visit.web.config.link_base().trim_end_matches('/'), crate::public::CONFIRM);
            draw(&visit, &plural, id, Some(link), &Errors::new()).await
        }
        Err(fail) if fail.problem.kind == ProblemKind::Invalid => {
            let errors = field_errors(visit.t, &fail.problem);
            draw(&visit, &plural, id, None, &errors).await
        }
        Err(fail) => Err(fail),
    }
}

/// `POST /{plural}/{id}/confirmation/{request}`
pub(super) async fn settle(visit: Visit, Path((plural, id, request)): Path<(String, i64, i64)>, fields: Fields) -> Reply {
    let own = visit.object(&plural)?.key.clone();
    let accept = fields.text("verdict") == "accept";
    visit.write(move |tx| tx.confirmation_settle(&own, id, request, accept)).await?;
    let words = visit.t.get(if accept { "fresh-accepted" } else { "fresh-declined" });
    visit.go(&format!("/{plural}/{id}"), Flash::ok(words))
}

async fn draw(visit: &Visit, plural: &str, id: i64, link: Option<String>, errors: &Errors) -> Reply {
    let object = visit.object(plural)?;
    let own = object.key.clone();
    let read = visit.read(move |tx| {
        let record = tx.get(&own, id)?;
        if !tx.may(&record.object.clone(), akrab_engine::Access::Edit, id)? {
            return Err(Problem::forbidden());
        }
        Ok((tx.freshness(&record)?, tx.confirmations(&own, id)?, record))
    });
    let (fresh, asked, record) = read.await?;
    let fresh: Vec<Freshness> = fresh.into_iter().filter(|one| is_simple(&object, &one.field.key)).collect();
    let t = visit.t;
    let href = format!("/{plural}/{id}");
    let action = format!("{href}/confirmation");
    let d = Dialog {
        id: "confirmation",
        icon: Some("send-horizontal"),
        title: &t.with("fresh-ask-of", &[("name", record.title().into())]),
        body: html! {
            @match &link {
                Some(link) => (made(visit, &record, link)),
                None => { p { (t.get("fresh-ask-text")) } (error_summary(t, errors)) (choices(visit, &fresh)) },
            }
            (past(visit, &record, &asked))
        },
        footer: match link {
            Some(_) => html! { span.ak-spacer {} (Button::new(t.get("close")).href(href.clone()).flag("data-close", true)) },
            None => dialog::foot(t, &href, Button::new(t.get("fresh-make")).icon("link").primary().submit()),
        },
        wide: false,
        close_href: &href,
    };
    let mut response = visit.dialog(&t.get("fresh-ask"), dialog_form(t, &d, &action, &visit.csrf)).await?;
    if !errors.is_empty() {
        *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
    }
    Ok(response)
}

fn choices(visit: &Visit, fresh: &[Freshness]) -> Markup {
    html! { div.ak-stack { @for one in fresh { (checkbox("fields", &one.field.key, one.field.label.get(visit.lang()), true)) } } }
}

/// The link, shown this once, and the ways to send it.
fn made(visit: &Visit, record: &Record, link: &str) -> Markup {
    let t = visit.t;
    let reach = Reach::of(record);
    let company = visit.settings.company.as_str();
    let text = t.with("fresh-letter", &[("name", record.title().into()), ("company", company.into()), ("link", link.into())]);
    let subject = t.with("fresh-letter-subject", &[("company", company.into())]);
    html! {
        div.ak-stack {
            p { (t.get("fresh-made-text")) }
            div.ak-notice data-tone="ok" { code.ak-mono.ak-truncate { (link) } span.ak-spacer {} (Button::new(t.get("copy")).icon("copy").attr("data-copy", link)) }
            div.ak-row.ak-gap-8 {
                @if let Some(chat) = reach.chat() { (Button::new(t.get("record-whatsapp")).icon("message-circle").href(format!("{}?text={}", chat.href, encode(&text))).attr("target", "_blank").attr("rel", "noopener")) }
                @if let Some(mail) = reach.mail() { (Button::new(t.get("record-mail")).icon("mail").href(format!("{}?subject={}&body={}", mail.href, encode(&subject), encode(&text)))) }
            }
        }
    }
}

/// What he was asked before.
fn past(visit: &Visit, record: &Record, asked: &[Confirmation]) -> Markup {
    let (t, look) = (visit.t, visit.look());
    let names = |one: &Confirmation| {
        let label = |key: &String| crate::value::label_of(&record.object, key, visit.lang()).to_string();
        one.fields.iter().map(label).collect::<Vec<_>>().join(", ")
    };
    let shape = |state: ConfirmationState| match state {
        ConfirmationState::Sent => Status::New,
        ConfirmationState::Confirmed | ConfirmationState::Changed => Status::Ok,
        ConfirmationState::Ended => Status::None,
    };
    html! {
        @if !asked.is_empty() {
            h3.ak-strong { (t.get("fresh-asked-before")) }
            ul.ak-given { @for one in asked { li.ak-related-row {
                div.ak-two-lines {
                    span { (names(one)) }
                    div.ak-two-lines-detail {
                        (look.moment_words(&look.local(one.made_at)))
                        @if let Some(name) = one.made_by.and_then(|id| look.people.name(id)) { " · " (name) }
                        " · " (t.with("fresh-link-until", &[("day", format::date(look.local(one.until).date()).into())]))
                    }
                }
                span.ak-related-end { (status(shape(one.state), &t.get(&format!("fresh-state-{}", one.state.key())))) }
            } } }
        }
    }
}
