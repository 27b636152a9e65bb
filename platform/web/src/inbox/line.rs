//! One line of the inbox: who did what, where, and the words themselves.

use crate::record::{shift, words};
use crate::ui::avatar::{Shape, avatar};
use crate::ui::button::Button;
use crate::value::Look;
use crate::visit::Visit;
use akrab_engine::Notice;
use akrab_model::format;
use maud::{Markup, html};

/// Longest part of a text shown.
const LONGEST: usize = 240;

pub fn draw(visit: &Visit, look: &Look, notice: &Notice) -> Markup {
    let t = look.t;
    let source = &notice.source;
    let who = notice.actor.clone().unwrap_or_else(|| t.get("record-by-system"));
    let object = source.object.label(look.key());
    let deed = t.with(&format!("inbox-{}", notice.kind), &[("object", object.into())]);
    let href = words::href(source);
    let about = notice.about.as_ref().and_then(|(object, id, title)| Some((look.registry.object(object)?, *id, title)));
    html! {
        div.ak-entry data-unread[notice.unread] {
            (avatar(Shape::Person, &who, 24))
            div.ak-entry-main {
                div.ak-entry-head {
                    div.ak-entry-title {
                        @if notice.unread { span.ak-sr { (t.get("inbox-unread")) ": " } }
                        b { (who) } " " span.ak-muted { (deed) } " "
                        a href=(href) { b { (source.title()) } }
                        @if let Some((object, id, title)) = about { " " span.ak-muted { "· " a href=(look.href(object, id)) { (title) } } }
                    }
                    @if notice.unread {
                        span.ak-entry-actions {
                            form method="post" action={ "/inbox/" (notice.id) "/read" } {
                                input type="hidden" name="csrf" value=(visit.csrf);
                                (Button::only_icon("check", t.get("inbox-read")).ghost().submit())
                            }
                        }
                    }
                    span.ak-entry-time { (format::time(look.local_micros(notice.at).time(), look.lang)) }
                }
                (said(look, notice))
            }
        }
    }
}

/// The changed fields, or the text of the entry.
fn said(look: &Look, notice: &Notice) -> Markup {
    let object = &notice.source.object;
    if let Some(change) = &notice.change {
        let lines: Vec<_> = shift::told(object, change).into_iter().filter_map(|s| shift::words(look, object, s)).collect();
        return html! {
            @if !lines.is_empty() {
                div.ak-entry-body { @for (label, old, new) in &lines { div { span.ak-muted { (label) } " " (shift::arrow(look, old, new)) } } }
            }
        };
    }
    let body = object.decl.timeline.body.as_deref().map_or("", |key| notice.source.text(key));
    let cut: String = body.chars().take(LONGEST).collect();
    html! { @if !cut.is_empty() { div.ak-entry-body { (cut) @if cut.len() < body.len() { "…" } } } }
}
