//! Every change of a record: who, when, by which way, from what to what; and the way back.

use crate::fail::{Reply, encode};
use crate::flash::Flash;
use crate::record::shift;
use crate::route::{Router, get, post};
use crate::ui::button::Button;
use crate::ui::dialog::{Dialog, dialog};
use crate::ui::frame::{Crumb, content};
use crate::ui::timeline::{Deed, day_head, deed};
use crate::value::Look;
use crate::visit::Visit;
use akrab_engine::told::Told;
use akrab_engine::{Access, ChangeView};
use akrab_model::{Object, format};
use axum::extract::{Path, Query};
use maud::{Markup, html};
use serde::Deserialize;

/// Addresses of histories.
#[inline(always)]
pub fn routes() -> Router {
    Router::new().route("/{plural}/{id}/history", get(show)).route("/changes/{id}/undo", post(undo))
}

#[derive(Deserialize)]
struct Asked {
    /// Only changes of this field.
    field: Option<String>,
    /// Changes before this one.
    before: Option<i64>,
    /// Only the changes, to be put below those already shown.
    part: Option<u8>,
}

/// `GET /{plural}/{id}/history`
async fn show(visit: Visit, Path((plural, id)): Path<(String, i64)>, Query(asked): Query<Asked>) -> Reply {
    let object = visit.object(&plural)?;
    let (own, field, before) = (object.clone(), asked.field.clone(), asked.before);
    let (record, past, may_edit) = visit
        .read(move |tx| {
            let past = tx.past(&own.key, id, field.as_deref(), before)?;
            // a record in the bin keeps its history
            let record = tx.get(&own.key, id).ok();
            let may_edit = record.is_some() && tx.may(&own, Access::Edit, id)?;
            Ok((record, past, may_edit))
        })
        .await?;
    let t = visit.t;
    let look = visit.look();
    let field = asked.field.as_deref().and_then(|key| object.field(key)).map(|f| look.name(f).to_string());
    let name = record.as_ref().map(|r| r.title().to_string()).unwrap_or_default();
    let title = match &field {
        Some(field) => t.with("history-of-field", &[("field", field.as_str().into())]),
        None => t.get("record-history"),
    };
    let href = format!("/{}/{id}", object.plural);
    let older = past.next.map(|before| {
        let field = asked.field.as_deref().map(|key| format!("&field={}", encode(key))).unwrap_or_default();
        format!("{href}/history?before={before}{field}")
    });
    let list = html! {
        (draw(&visit, &look, &object, &past.changes, may_edit))
        @if let Some(older) = &older {
            a.btn data-variant="outline" href=(older) hx-get={ (older) "&part=1" } hx-swap="outerHTML" { (t.get("record-older")) }
        }
    };
    if visit.is_fragment() && asked.part.is_some() {
        return visit.fragment(list, None);
    }
    if visit.is_fragment() {
        let d = Dialog {
            id: "history",
            icon: Some("history"),
            title: &title,
            body: list,
            footer: html! { span.ak-spacer {} (Button::new(t.get("close")).href(href.clone()).flag("data-close", true)) },
            wide: false,
            close_href: &href,
        };
        return visit.fragment(dialog(t, &d), None);
    }
    let mut frame = visit.frame(&title).await;
    frame.breadcrumb = vec![Crumb { label: object.plural_label(visit.lang()).into(), href: Some(format!("/{}", object.plural)) }];
    if record.is_some() {
        frame.breadcrumb.push(Crumb { label: name, href: Some(href.clone()) });
    }
    visit.page(&frame, content(true, list))
}

fn draw(visit: &Visit, look: &Look, object: &Object, changes: &[ChangeView], may_edit: bool) -> Markup {
    let mut last = None;
    html! {
        @if changes.is_empty() { p.ak-faint { (look.t.get("history-empty")) } }
        div.ak-timeline {
            @for change in changes.iter().filter(|change| tells(look, object, change)) {
                @let at = look.local_micros(change.at);
                @if last.replace(at.date()) != Some(at.date()) { (day_head(&look.day_words(at.date()))) }
                (line(visit, look, object, change, may_edit))
            }
        }
    }
}

/// A change of nothing but what the reader may not see, or of inner figures, has nothing to tell.
fn tells(look: &Look, object: &Object, change: &ChangeView) -> bool {
    change.kind != "update" || shift::told(object, change).into_iter().any(|one| shift::words(look, object, one).is_some())
}

fn line(visit: &Visit, look: &Look, object: &Object, change: &ChangeView, may_edit: bool) -> Markup {
    let t = look.t;
    let who = change.actor_name.clone().unwrap_or_else(|| t.get("record-by-system"));
    let done = t.find(&format!("history-{}", change.kind.replace('_', "-")), &[]).unwrap_or_default();
    let door = (change.door != "page").then(|| t.find(&format!("history-door-{}", change.door), &[])).flatten();
    let undoable = may_edit && change.kind == "update" && !change.shifts.is_empty();
    deed(Deed {
        who: &who,
        unread: false,
        title: html! { b { (who) } " " span.ak-muted { (done) @if let Some(door) = door { " · " (door) } } },
        action: undoable.then(|| {
            html! {
                form method="post" action={ "/changes/" (change.id) "/undo" } {
                    input type="hidden" name="csrf" value=(visit.csrf);
                    (Button::new(t.get("undo")).icon("undo-2").ghost().submit())
                }
            }
        }),
        time: format::time(look.local_micros(change.at).time(), look.lang),
        body: match &change.told {
            Some(Told::Passed(told)) => {
                let (title, detail) = crate::process::words::passed(look, object, told, &who);
                Some(html! { div { (title) } div.ak-muted { (detail) } })
            }
            Some(Told::Approval(told)) => {
                let (title, detail) = crate::approval::words::told(look, told, &who);
                Some(html! { div { (title) } div.ak-muted { (detail) } })
            }
            Some(Told::Merged(told)) => Some(html! { (told.title) }),
            Some(Told::File(file)) => Some(html! { (file.name) " " span.ak-muted { "· " (crate::file::words::deed(t, file)) } }),
            None => shift::lines(look, object, change),
        },
    })
}

/// `POST /changes/{id}/undo`
async fn undo(visit: Visit, Path(id): Path<i64>) -> Reply {
    let (object, record) = visit.engine().undo(&visit.ctx, id).await?;
    let object = visit.object(&object)?;
    let flash = Flash::ok(visit.t.get("history-undone"));
    let own = object.key.clone();
    let there = visit.read(move |tx| Ok(tx.get(&own, record).is_ok())).await?;
    let page = format!("/{}/{record}", object.plural);
    if there {
        return visit.back(&page, flash);
    }
    // a creation taken back: its page is gone
    let list = format!("/{}", object.plural);
    let back = visit.facts.referer_path().filter(|p| p.split('?').next() != Some(page.as_str()));
    visit.go(back.as_deref().unwrap_or(&list), flash)
}
