//! The form of a subscription.

use super::super::line::{Filled, Kind, Line, sheet};
use super::super::{Errors, faults, show_form};
use super::{event_words, show};
use crate::fail::{Fail, Reply};
use crate::flash::Flash;
use crate::form::Fields;
use crate::visit::Visit;
use akrab_engine::Tx;
use akrab_engine::hook::{FLOW, HookDraft};
use akrab_model::Problem;
use axum::extract::{Path, Query};
use serde_json::Value as Json;

/// Records of which view: the filter there is stays as it is.
const KEEP: &str = "keep";

/// Choices of a form: (value, words).
struct Choices {
    events: Vec<(String, String)>,
    views: Vec<(String, String)>,
}

async fn choices(visit: &Visit, filtered: bool) -> Result<Choices, Fail> {
    let (t, lang) = (visit.t, visit.lang());
    let (kinds, found) = visit
        .read(move |tx| {
            let kinds = tx.event_kinds();
            let mut views = Vec::new();
            let mut seen = std::collections::BTreeSet::new();
            for object in kinds.iter().map(|kind| kind.object.clone()).filter(|object| !object.is_system()) {
                if seen.insert(object.key.clone()) {
                    let filtering = tx.views(&object)?.into_iter().filter(|view| view.state.filter.is_some());
                    views.extend(filtering.map(|view| {
                        (format!("{}/{}", object.key, view.key), format!("{}: {}", object.plural_label(lang), view.name.get(lang)))
                    }));
                }
            }
            Ok((kinds, views))
        })
        .await?;
    let mut events = vec![("*".to_string(), t.get("webhook-event-all")), (FLOW.to_string(), t.get("webhook-event-flow-may"))];
    let mut before = String::new();
    for kind in &kinds {
        if kind.object.key != before {
            before.clone_from(&kind.object.key);
            events.push((format!("{before}.*"), format!("{}: {}", kind.object.label(lang), t.get("webhook-event-any"))));
        }
        events.push((kind.name(), event_words(t, lang, kind)));
    }
    let first = std::iter::once((String::new(), t.get("webhook-records-all")));
    let kept = filtered.then(|| (KEEP.to_string(), t.get("webhook-records-keep")));
    Ok(Choices { events, views: first.chain(kept).chain(found).collect() })
}

fn lines(visit: &Visit, choices: Choices) -> [Line; 5] {
    let t = visit.t;
    [
        Line::new(t, "name", "webhook-name", Kind::Text).required().hint(t.get("webhook-name-hint")),
        Line::new(t, "target_url", "webhook-url", Kind::Text).required().hint(t.get("webhook-url-hint")),
        Line::new(t, "events", "webhook-events", Kind::Several(choices.events)).required().hint(t.get("webhook-events-hint")),
        Line::new(t, "filter", "webhook-records", Kind::Choice(choices.views)).hint(t.get("webhook-records-hint")),
        Line::new(t, "on", "webhook-on", Kind::Check),
    ]
}

async fn draw(visit: &Visit, id: Option<i64>, title: &str, filtered: bool, filled: &Filled, errors: &Errors) -> Reply {
    let here = id.map_or_else(|| "/settings/webhooks/new".to_string(), |id| format!("/settings/webhooks/{id}/edit"));
    let back = id.map_or_else(|| "/settings/webhooks".to_string(), |id| format!("/settings/webhooks/{id}"));
    let lines = lines(visit, choices(visit, filtered).await?);
    let verb = if id.is_some() { "save" } else { "webhook-add" };
    show_form(visit, title, sheet(visit, &here, &lines, (filled, errors), verb, &back), errors).await
}

/// `GET /settings/webhooks/new`; with `events`, these are ticked already.
pub(super) async fn new(visit: Visit, Query(asked): Query<Vec<(String, String)>>) -> Reply {
    visit.require_admin()?;
    let events: Vec<String> = asked.into_iter().filter(|(name, _)| name == "events").map(|(_, event)| event).collect();
    let filled = Filled::default().set("on", "1").several("events", &events);
    draw(&visit, None, &visit.t.get("webhook-new"), false, &filled, &Errors::new()).await
}

/// What was typed, over what there is.
fn typed(tx: &mut Tx, fields: &Fields, kept: Option<Json>) -> akrab_engine::Result<HookDraft> {
    let filter = match fields.text("filter") {
        "" => None,
        KEEP => kept,
        view => {
            let (object, key) = view.split_once('/').ok_or_else(Problem::not_found)?;
            let object = tx.object(object)?;
            let found = tx.views(&object)?.into_iter().find(|view| view.key == key);
            found.ok_or_else(Problem::not_found)?.state.filter
        }
    };
    Ok(HookDraft {
        name: fields.text("name").into(),
        url: fields.text("target_url").into(),
        events: fields.all("events").map(str::to_string).collect(),
        filter,
        on: fields.ticked("on"),
    })
}

pub(super) async fn add(visit: Visit, fields: Fields) -> Reply {
    visit.require_admin()?;
    let given = fields.clone();
    let made = visit.write(move |tx| {
        let draft = typed(tx, &given, None)?;
        tx.hook_add(&draft)
    });
    match made.await {
        Ok((id, secret)) => show::draw(&visit, id, Some(secret), &show::Asked::default()).await,
        Err(fail) => {
            let errors = faults(&visit, fail.problem)?;
            draw(&visit, None, &visit.t.get("webhook-new"), false, &Filled::typed(&fields), &errors).await
        }
    }
}

pub(super) async fn edit(visit: Visit, Path(id): Path<i64>) -> Reply {
    visit.require_admin()?;
    let hook = visit.read(move |tx| tx.hook(id)).await?;
    let HookDraft { name, url, events, filter, on } = hook.draft;
    let filled = Filled::default().set("name", &name).set("target_url", url).several("events", &events);
    let filled = if on { filled.set("on", "1") } else { filled };
    let filled = if filter.is_some() { filled.set("filter", KEEP) } else { filled };
    draw(&visit, Some(id), &name, filter.is_some(), &filled, &Errors::new()).await
}

pub(super) async fn save(visit: Visit, Path(id): Path<i64>, fields: Fields) -> Reply {
    visit.require_admin()?;
    let given = fields.clone();
    let saved = visit.write(move |tx| {
        let kept = tx.hook(id)?.draft.filter;
        let draft = typed(tx, &given, kept)?;
        tx.hook_change(id, |known| *known = draft)
    });
    match saved.await {
        Ok(()) => visit.go(&format!("/settings/webhooks/{id}"), Flash::ok(visit.t.get("saved"))),
        Err(fail) => {
            let filtered = visit.read(move |tx| tx.hook(id)).await?.draft.filter.is_some();
            let errors = faults(&visit, fail.problem)?;
            draw(&visit, Some(id), fields.text("name"), filtered, &Filled::typed(&fields), &errors).await
        }
    }
}

pub(super) async fn delete(visit: Visit, Path(id): Path<i64>) -> Reply {
    visit.require_admin()?;
    visit.write(move |tx| tx.hook_remove(id)).await?;
    visit.go("/settings/webhooks", Flash::ok(visit.t.get("deleted")))
}
