//! Taking a merge apart, and what stays where it is.

use crate::fail::Reply;
use crate::flash::Flash;
use crate::ui::button::Button;
use crate::ui::frame::{Crumb, content};
use crate::visit::Visit;
use akrab_engine::twin::Unmerged;
use akrab_model::Object;
use axum::extract::Path;
use maud::{Markup, html};

/// `GET /{plural}/merges/{merge}`
pub(super) async fn show(visit: Visit, Path((plural, merge)): Path<(String, i64)>) -> Reply {
    let object = visit.object(&plural)?;
    let told = visit.engine().unmerge_plan(&visit.ctx, &object.key, merge).await?;
    let own = object.key.clone();
    let winner = told.winner;
    let record = visit.read(move |tx| tx.get(&own, winner)).await?;
    let t = visit.t;
    let href = format!("/{}/{winner}", object.plural);
    let mut frame = visit.frame(&t.get("unmerge-title")).await;
    frame.breadcrumb = vec![
        Crumb { label: object.plural_label(visit.lang()).into(), href: Some(format!("/{}", object.plural)) },
        Crumb { label: record.title().into(), href: Some(href.clone()) },
    ];
    let body = html! {
        div.ak-stack {
            p { (t.with("unmerge-text", &[("winner", record.title().into()), ("loser", told.loser_title.as_str().into())])) }
            (stays(&visit, &object, &told, record.title()))
            form.ak-row.ak-gap-8 method="post" action={ "/" (object.plural) "/merges/" (merge) "/undo" } {
                input type="hidden" name="csrf" value=(visit.csrf);
                (Button::new(t.get("unmerge-do")).icon("undo-2").primary().submit())
                (Button::new(t.get("cancel")).ghost().href(href))
            }
        }
    };
    visit.page(&frame, content(true, body))
}

fn stays(visit: &Visit, object: &Object, told: &Unmerged, winner: &str) -> Markup {
    let t = visit.t;
    let label = |key: &str| object.field(key).map_or_else(|| key.to_string(), |field| field.label.get(visit.lang()).to_string());
    html! {
        @if !told.stay.is_empty() {
            div {
                p { b { (t.with("unmerge-stays", &[("winner", winner.into())])) } }
                ul.ak-list-plain {
                    @for (key, id, title) in &told.stay {
                        @if let Some(child) = visit.registry().object(key) {
                            li { a.ak-link href={ "/" (child.plural) "/" (id) } { (title) } " " span.ak-muted { (child.label(visit.lang())) } }
                        }
                    }
                }
            }
        }
        @if !told.kept.is_empty() {
            p { (t.with("unmerge-kept", &[("fields", told.kept.iter().map(|key| label(key)).collect::<Vec<_>>().join(", ").into())])) }
        }
    }
}

/// `POST /{plural}/merges/{merge}/undo`
pub(super) async fn save(visit: Visit, Path((plural, merge)): Path<(String, i64)>) -> Reply {
    let object = visit.object(&plural)?;
    let told = visit.engine().unmerge(&visit.ctx, &object.key, merge).await?;
    let t = visit.t;
    let said = match told.stay.len() {
        0 => t.get("unmerge-done"),
        n => t.with("unmerge-done-stay", &[("n", (n as i64).into())]),
    };
    let flash = Flash::ok(said).link(told.loser_title.clone(), format!("/{}/{}", object.plural, told.loser));
    visit.go(&format!("/{}/{}", object.plural, told.winner), flash)
}
