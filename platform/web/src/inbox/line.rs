//! One line of the inbox: who did what, where, and the words themselves.

use crate::record::{shift, words};
use crate::ui::button::Button;
use crate::ui::timeline::{Deed, deed};
use crate::value::{Look, rich};
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
    let done = t.with(&format!("inbox-{}", notice.kind), &[("object", object.into())]);
    let href = words::href(source);
    let about = notice.about.as_ref().and_then(|(object, id, title)| Some((look.registry.object(object)?, *id, title)));
    deed(Deed {
        who: &who,
        unread: notice.unread,
        title: html! {
            @if notice.unread { span.ak-sr { (t.get("inbox-unread")) ": " } }
            b { (who) } " " span.ak-muted { (done) } " "
            a href=(href) { b { (source.title()) } }
            @if let Some((object, id, title)) = about { " " span.ak-muted { "· " a href=(look.href(object, id)) { (title) } } }
        },
        action: notice.unread.then(|| {
            html! {
                form method="post" action={ "/inbox/" (notice.id) "/read" } {
                    input type="hidden" name="csrf" value=(visit.csrf);
                    (Button::only_icon("check", t.get("inbox-read")).ghost().submit())
                }
            }
        }),
        time: format::time(look.local_micros(notice.at).time(), look.lang),
        body: said(look, notice),
    })
}

/// The changed fields, or the text of the entry.
fn said(look: &Look, notice: &Notice) -> Option<Markup> {
    let object = &notice.source.object;
    if let Some(text) = &notice.text {
        return Some(html! { (text) });
    }
    if let Some(change) = &notice.change {
        return shift::lines(look, object, change);
    }
    let field = object.decl.timeline.body.as_deref().and_then(|key| object.field(key))?;
    let body = if field.rich { rich::plain(notice.source.text(&field.key)) } else { notice.source.text(&field.key).to_string() };
    let cut: String = body.chars().take(LONGEST).collect();
    // a note of one line is its own title
    (!cut.is_empty() && body != notice.source.title()).then(|| html! { (cut) @if cut.len() < body.len() { "…" } })
}
