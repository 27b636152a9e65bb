//! Whether what is known is still right: asked on the record's page, answered with one press.

use super::load::Sight;
use crate::fail::{Reply, encode};
use crate::flash::Flash;
use crate::form::Fields;
use crate::ui::button::Button;
use crate::ui::dialog::{Dialog, dialog};
use crate::ui::record::{NextAction, next_action};
use crate::ui::status::{Status, status};
use crate::value::{Look, fields_of, label_of};
use crate::visit::Visit;
use akrab_engine::fresh::{Confirmation, Freshness};
use akrab_engine::{Access, Result, Tx};
use akrab_model::{FieldType, Record, format};
use axum::extract::Path;
use maud::{Markup, html};

/// What a record's page asks about.
#[derive(Default)]
pub struct Fresh {
    pub fields: Vec<Freshness>,
    /// What customers wrote and somebody has to accept.
    pub waiting: Vec<Confirmation>,
}

impl Fresh {
    /// # Errors
    /// What the database answers.
    pub fn load(tx: &mut Tx, record: &Record, may_edit: bool) -> Result<Fresh> {
        let fields = tx.freshness(record)?;
        if fields.is_empty() || !may_edit {
            return Ok(Fresh { fields, waiting: Vec::new() });
        }
        let mut waiting = tx.confirmations(&record.object.key, record.id)?;
        waiting.retain(|one| !one.waiting.is_empty());
        Ok(Fresh { fields, waiting })
    }
}

/// The oldest value nobody has confirmed for too long, and what customers wrote.
pub fn ask(sight: &Sight, csrf: &str) -> Markup {
    let (look, t) = (&sight.look, sight.look.t);
    let today = look.today();
    let base = sight.href();
    let mut stale: Vec<&Freshness> = sight.fresh.fields.iter().filter(|one| one.is_stale(today)).collect();
    stale.sort_by_key(|one| one.until);
    html! {
        @for request in &sight.fresh.waiting {
            (next_action(&NextAction {
                state: Status::Today,
                when: t.get("fresh-written"),
                what: written(look, &sight.record, request),
                owner: None,
                actions: html! {
                    @for (verdict, key) in [("accept", "fresh-accept"), ("decline", "fresh-decline")] {
                        form method="post" action={ (base) "/confirmation/" (request.id) } {
                            input type="hidden" name="csrf" value=(csrf);
                            input type="hidden" name="verdict" value=(verdict);
                            (if verdict == "accept" { Button::new(t.get(key)).soft().icon("check").submit() } else { Button::new(t.get(key)).ghost().submit() })
                        }
                    }
                },
            }))
        }
        @if let Some(first) = stale.first().filter(|_| sight.may_edit) {
            (next_action(&NextAction {
                state: Status::New,
                when: t.get("fresh-still-right"),
                what: format!("{} {} · {}", first.field.label.get(look.key()), value(look, &sight.record, first), confirmed(look, first)),
                owner: None,
                actions: html! {
                    (press(t, &base, &first.field.key, csrf))
                    @let edit = edit_href(&base, first);
                    (Button::new(t.get("fresh-change")).ghost().href(edit.clone()).attr("data-dialog-href", edit))
                    @if stale.len() > 1 { (Button::new(t.with("fresh-more", &[("n", (stale.len() as i64 - 1).into())])).ghost().href(format!("{base}/freshness")).attr("data-dialog-href", format!("{base}/freshness"))) }
                },
            }))
        }
    }
}

fn press(t: crate::locale::Text, base: &str, key: &str, csrf: &str) -> Markup {
    html! {
        form method="post" action={ (base) "/freshness" } {
            input type="hidden" name="csrf" value=(csrf);
            input type="hidden" name="field" value=(key);
            (Button::new(t.get("fresh-yes")).icon("check").soft().submit())
        }
    }
}

fn edit_href(base: &str, one: &Freshness) -> String {
    format!("{base}/edit?only={}&back={}", one.field.parts.join(","), encode(base))
}

/// A value as it is shown; of an address its parts.
pub(crate) fn value(look: &Look, record: &Record, one: &Freshness) -> String {
    let words = one.field.parts.iter().filter_map(|key| record.object.field(key)).map(|field| look.words(field, record));
    words.filter(|words| !words.is_empty()).collect::<Vec<_>>().join(", ")
}

fn confirmed(look: &Look, one: &Freshness) -> String {
    let at = one.at.map(|at| look.local(at).date());
    at.map_or_else(
        || look.t.get("fresh-never"),
        |day| {
            let days = i64::from((look.today() - day).get_days());
            look.t.with("fresh-since", &[("day", format::date(day).into()), ("n", days.into())])
        },
    )
}

/// What a customer wrote: field and new value.
fn written(look: &Look, record: &Record, request: &Confirmation) -> String {
    let env = look.parse_env().own();
    let one = |(key, json): (&String, &serde_json::Value)| {
        let field = record.object.field(key)?;
        let value = field.parse(json, &env).ok()?;
        let words = look.value_words(field, &value, |_| None);
        Some(format!("{}: {}", look.name(field), if words.is_empty() { look.t.get("fresh-emptied") } else { words }))
    };
    request.waiting.iter().filter_map(one).collect::<Vec<_>>().join(" · ")
}

/// `GET /{plural}/{id}/freshness`
pub(super) async fn show(visit: Visit, Path((plural, id)): Path<(String, i64)>) -> Reply {
    let object = visit.object(&plural)?;
    let own = object.key.clone();
    let read = visit.read(move |tx| {
        let record = tx.get(&own, id)?;
        let may = tx.may(&record.object.clone(), Access::Edit, id)?;
        Ok((Fresh::load(tx, &record, may)?, record, may))
    });
    let (fresh, record, may) = read.await?;
    let (t, look, base) = (visit.t, visit.look(), format!("/{plural}/{id}"));
    let asking = format!("{base}/confirmation");
    let d = Dialog {
        id: "freshness",
        icon: Some("calendar-clock"),
        title: &t.with("fresh-of", &[("name", record.title().into())]),
        body: html! {
            ul.ak-given { @for one in &fresh.fields { (line(&look, &record, one, may.then_some(visit.csrf.as_str()))) } }
        },
        footer: html! {
            span.ak-spacer {}
            (Button::new(t.get("close")).ghost().href(base.clone()).flag("data-close", true))
            @if may { (Button::new(t.get("fresh-ask")).icon("send-horizontal").primary().href(asking.clone()).attr("data-dialog-href", asking)) }
        },
        wide: true,
        close_href: &base,
    };
    visit.dialog(&t.get("fresh-title"), dialog(t, &d)).await
}

fn line(look: &Look, record: &Record, one: &Freshness, csrf: Option<&str>) -> Markup {
    let t = look.t;
    let stale = one.is_stale(look.today());
    let (state, words) = match (one.filled, stale, one.field.days) {
        (false, ..) => (Status::None, "fresh-empty"),
        (_, _, 0) => (Status::None, "fresh-unasked"),
        (_, true, _) => (Status::Today, "fresh-stale"),
        (_, false, _) => (Status::Ok, "fresh-fresh"),
    };
    let base = look.href(&record.object, record.id);
    html! {
        li.ak-related-row {
            div.ak-two-lines {
                span { b { (one.field.label.get(look.key())) } @if one.filled { " · " (value(look, record, one)) } }
                @if one.filled { div.ak-two-lines-detail { (confirmed(look, one)) @if let Some(until) = one.until.filter(|_| one.field.days > 0) { " · " (t.with("fresh-until", &[("day", format::date(until).into())])) } } }
            }
            span.ak-related-end { (status(state, &t.get(words))) }
            @if let Some(csrf) = csrf.filter(|_| one.filled) { (press(t, &base, &one.field.key, csrf)) }
        }
    }
}

/// `POST /{plural}/{id}/freshness`
pub(super) async fn confirm(visit: Visit, Path((plural, id)): Path<(String, i64)>, fields: Fields) -> Reply {
    let object = visit.object(&plural)?;
    let (own, keys) = (object.key.clone(), vec![fields.text("field").to_string()]);
    let words = label_of(&object, fields.text("field"), visit.lang()).to_string();
    visit.write(move |tx| tx.confirm(&own, id, &keys)).await?;
    visit.back(&format!("/{plural}/{id}"), Flash::ok(visit.t.with("fresh-kept", &[("name", words.into())])))
}

/// Kinds of fields a short form can ask a customer for.
pub(crate) fn is_simple(object: &akrab_model::Object, key: &str) -> bool {
    fields_of(object, key).iter().all(|field| !matches!(field.kind, FieldType::Links | FieldType::Link | FieldType::File | FieldType::Json))
}
