//! Who can see a record, and why.

use super::words;
use crate::fail::Reply;
use crate::ui::avatar::{Shape, avatar};
use crate::ui::button::Button;
use crate::ui::dialog::{Dialog, dialog};
use crate::visit::Visit;
use akrab_engine::{Access, Door, Person, Rights};
use akrab_model::Object;
use akrab_model::object::Scope;
use axum::extract::Path;
use maud::{Markup, html};
use std::sync::Arc;

/// `GET /{plural}/{id}/access`
pub(super) async fn show(visit: Visit, Path((plural, id)): Path<(String, i64)>) -> Reply {
    let object = visit.object(&plural)?;
    let own = object.key.clone();
    let record = visit.read(move |tx| tx.get(&own, id)).await?;
    let people = visit.engine().people();
    let owner = words::owner(&record);
    let seers: Vec<(Arc<Person>, String, bool)> = people
        .users()
        .into_iter()
        .filter(|person| person.active)
        .filter_map(|person| {
            let rights = Rights::new(visit.registry(), &visit.engine().ctx(person, Door::Page, &visit.ctx.request));
            rights.reaches(&object, Access::Read, owner).then(|| {
                let edits = rights.reaches(&object, Access::Edit, owner);
                (person.clone(), reason(&visit, &object, person, owner, &rights), edits)
            })
        })
        .collect();
    let title = visit.t.get("record-who-sees");
    let href = words::href(&record);
    let d = Dialog {
        id: "access",
        icon: Some("eye"),
        title: &title,
        body: html! {
            p.ak-muted { (visit.t.with("record-seen-by", &[("n", seers.len().into()), ("title", record.title().into())])) }
            // a long list is scrolled by keyboard too
            ul tabindex="0" aria-label=(title) { @for (person, why, edits) in &seers { (line(&visit, person, why, *edits)) } }
        },
        footer: html! { span.ak-spacer {} (Button::new(visit.t.get("close")).href(href.clone()).flag("data-close", true)) },
        wide: false,
        close_href: &href,
    };
    visit.dialog(&title, dialog(visit.t, &d)).await
}

fn line(visit: &Visit, person: &Person, why: &str, edits: bool) -> Markup {
    html! {
        li.ak-related-row {
            (avatar(Shape::Person, &person.name, 26))
            div.ak-two-lines { span { (person.name) } div.ak-two-lines-detail { (why) } }
            span.ak-related-end.ak-small.ak-muted { (visit.t.get(if edits { "record-may-edit" } else { "record-may-read" })) }
        }
    }
}

fn reason(visit: &Visit, object: &Object, person: &Person, owner: Option<i64>, rights: &Rights) -> String {
    let t = visit.t;
    if owner == Some(person.id) {
        return t.get("record-why-owner");
    }
    let role = [("role", person.role.name.as_str().into())];
    match rights.scope(object, Access::Read) {
        Scope::All => t.with("record-why-all", &role),
        Scope::Team => t.with("record-why-team", &role),
        _ => t.with("record-why-tree", &role),
    }
}
