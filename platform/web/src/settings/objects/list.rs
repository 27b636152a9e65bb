//! All objects, and what of them is the workspace's own.

use super::super::{frame, show};
use crate::fail::Reply;
use crate::ui::button::Button;
use crate::ui::icon::icon_sized;
use crate::ui::status::{Status, status};
use crate::ui::table::plain_table;
use crate::visit::Visit;
use akrab_model::Object;
use akrab_model::object::shape::Part;
use maud::{Markup, html};
use std::sync::Arc;

/// `GET /settings/objects`
pub(super) async fn page(visit: Visit) -> Reply {
    visit.require_admin()?;
    let t = visit.t;
    let world = visit.engine().world();
    let mut objects: Vec<&Arc<Object>> = world.registry.objects().filter(|o| !o.is_system()).collect();
    objects.sort_by_key(|o| (visit.web.place_of(&o.decl.group), o.decl.order));
    let heads = [
        (t.get("object"), false),
        (t.get("shape-key"), false),
        (t.get("shape-group"), false),
        (t.get("shape-fields"), true),
        (t.get("shape-state"), false),
    ];
    let heads: Vec<_> = heads.iter().map(|(words, right)| (words.as_str(), *right, None)).collect();
    let rows: Vec<Vec<Markup>> = objects.iter().map(|object| line(&visit, object, world.shape.parts.get(&object.key))).collect();
    let left = &world.left_out;
    let body = html! {
        @if !left.is_empty() {
            div.ak-notice data-tone="bad" { (crate::ui::icon("triangle-alert")) div {
                b { (t.get("shape-left-out")) }
                ul { @for fault in left { li { (crate::fail::declared(t, &world.registry, fault)) } } }
            } }
        }
        (plain_table(&t.get("settings-objects"), &heads, &rows, None))
        div.ak-pad.ak-note-below { p.ak-muted.ak-small { (t.get("shape-about")) } }
    };
    let mut frame = frame(&visit, &t.get("settings-objects")).await;
    frame.actions = Some(html! {
        (Button::new(t.get("shape-log")).icon("history").ghost().href("/settings/objects/log"))
        (Button::new(t.get("shape-import")).icon("import").ghost().href("/settings/objects/import"))
        @if !world.shape.parts.is_empty() { (Button::new(t.get("shape-export")).icon("download").ghost().href("/settings/objects/export")) }
        (Button::new(t.get("shape-new-object")).icon("plus").primary().href("/settings/objects/new"))
    });
    show(&visit, &frame, body, false).await
}

fn line(visit: &Visit, object: &Object, part: Option<&Part>) -> Vec<Markup> {
    let t = visit.t;
    let own = part.map_or(0, |part| part.own_fields().count());
    let fields = object.decl.fields.len();
    vec![
        html! { span.ak-row.ak-gap-8 { (icon_sized(&object.decl.icon, 15)) a.ak-link href={ "/settings/objects/" (object.key) } { (object.plural_label(visit.lang())) } } },
        html! { code.ak-mono { (object.key) } },
        html! { (t.find(&format!("group-{}", object.decl.group), &[]).unwrap_or_else(|| object.decl.group.clone())) },
        html! { @if own > 0 && own < fields { (t.with("shape-fields-own", &[("n", (fields as i64).into()), ("own", (own as i64).into())])) } @else { (fields) } },
        html! {
            @if object.decl.hidden { (status(Status::None, &t.get("shape-hidden"))) }
            @else if object.decl.own { (status(Status::New, &t.get("shape-own"))) }
            @else if part.is_some() { (status(Status::Today, &t.get("shape-changed"))) }
            @else { span.ak-faint { (t.get("shape-shipped")) } }
        },
    ]
}
