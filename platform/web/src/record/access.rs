//! Who can see a record, and why: exactly what the queries let through.

use super::words;
use crate::fail::Reply;
use crate::ui::avatar::{Shape, avatar};
use crate::ui::button::Button;
use crate::ui::dialog::{Dialog, dialog};
use crate::value::Look;
use crate::visit::Visit;
use akrab_engine::Ground;
use akrab_engine::sharing::Seer;
use akrab_model::object::Scope;
use akrab_model::{Object, Record};
use axum::extract::Path;
use maud::{Markup, html};

/// `GET /{plural}/{id}/access`, for those who may share the record.
pub(super) async fn show(visit: Visit, Path((plural, id)): Path<(String, i64)>) -> Reply {
    let object = visit.object(&plural)?;
    let own = object.key.clone();
    let (record, seers) = visit.read(move |tx| Ok((tx.get(&own, id)?, tx.who_sees(&own, id)?))).await?;
    let title = visit.t.get("record-who-sees");
    let href = words::href(&record);
    let shares = format!("{href}/shares");
    let d = Dialog {
        id: "access",
        icon: Some("eye"),
        title: &title,
        body: html! {
            p.ak-muted { (visit.t.with("record-seen-by", &[("n", seers.len().into()), ("title", record.title().into())])) }
            // a long list is scrolled by keyboard too
            ul.ak-seers tabindex="0" aria-label=(title) { @for seer in &seers { (line(&visit, &object, &record, seer)) } }
        },
        footer: html! {
            span.ak-spacer {}
            (Button::new(visit.t.get("close")).ghost().href(href.clone()).flag("data-close", true))
            (Button::new(visit.t.get("share-open")).icon("share-2").primary().href(shares.clone()).attr("data-dialog-href", shares))
        },
        wide: false,
        close_href: &href,
    };
    visit.dialog(&title, dialog(visit.t, &d)).await
}

fn line(visit: &Visit, object: &Object, record: &Record, seer: &Seer) -> Markup {
    let t = visit.t;
    let reasons: Vec<String> = seer.why.iter().map(|why| reason(visit, record, seer, why)).collect();
    let hidden: Vec<&str> = seer.hidden.iter().filter_map(|key| Some(object.field(key)?.label.get(visit.lang()))).collect();
    html! {
        li.ak-related-row {
            (avatar(Shape::Person, &seer.person.name, 26))
            div.ak-two-lines {
                span { (seer.person.name) }
                @for reason in &reasons { div.ak-two-lines-detail { (reason) } }
                @if !hidden.is_empty() { div.ak-two-lines-detail { (t.with("record-without-fields", &[("fields", hidden.join(", ").into())])) } }
            }
            span.ak-related-end.ak-small.ak-muted { (t.get(if seer.edit { "record-may-edit" } else { "record-may-read" })) }
        }
    }
}

fn reason(visit: &Visit, record: &Record, seer: &Seer, why: &Ground) -> String {
    let t = visit.t;
    let person = &seer.person;
    match why {
        Ground::Role(scope) => {
            if words::owner(record) == Some(person.id) {
                return t.get("record-why-owner");
            }
            let role = ("role", person.role.name.as_str().into());
            let place = record.object.territory.and_then(|ix| record.at(ix).int());
            match scope {
                Scope::All => t.with("record-why-all", &[role]),
                Scope::Team => t.with("record-why-team", &[role]),
                Scope::Territory => {
                    let name = place.and_then(|id| person.sharing.name(id)).unwrap_or_default().to_string();
                    t.with("record-why-territory", &[role, ("territory", name.into())])
                }
                _ => t.with("record-why-tree", &[role]),
            }
        }
        Ground::Rule(_, name) => t.with("record-why-rule", &[("rule", name.as_str().into())]),
        Ground::Given => {
            let look = visit.look();
            let parts: Vec<String> = seer.given.iter().map(|given| super::shares::told(&look, given)).collect();
            parts.join(" · ")
        }
    }
}

/// When a share ends, in words: its last day where it ends with one, else the moment; "for good" for one that does not.
pub(crate) fn until_words(look: &Look, until: Option<jiff::Timestamp>) -> String {
    let Some(end) = until.map(|until| look.local(until)) else { return look.t.get("share-for-good") };
    let last = (end.time() == jiff::civil::Time::midnight()).then(|| end.date().yesterday().ok()).flatten();
    match last {
        Some(day) => look.t.with("share-through", &[("day", look.day_within(day).into())]),
        None => look.t.with("share-until", &[("when", look.moment_within(&end).into())]),
    }
}
