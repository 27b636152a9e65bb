//! Who changed which object when, and back again.

use super::super::{Errors, faults, frame, show};
use super::{Target, tabbed};
use crate::fail::Reply;
use crate::flash::Flash;
use crate::ui::button::Button;
use crate::ui::frame::content;
use crate::ui::table::plain_table;
use crate::visit::Visit;
use akrab_engine::shape::Told;
use axum::extract::Path;
use maud::{Markup, html};

/// Entries shown at once.
const MOST: usize = 200;

fn table(visit: &Visit, told: &[Told], whole: bool) -> Markup {
    let t = visit.t;
    let (people, registry, look) = (visit.engine().people(), visit.registry(), visit.look());
    let heads = [
        (t.get("job-when"), false),
        (t.get("object"), false),
        (t.get("shape-deed"), false),
        (t.get("job-who"), false),
        (String::new(), true),
    ];
    let heads: Vec<_> = heads.iter().map(|(words, right)| (words.as_str(), *right, None)).collect();
    let line = |told: &Told| {
        let object = registry.object(&told.object);
        let name = object.map_or_else(|| told.object.clone(), |o| o.plural_label(visit.lang()).to_string());
        let field = object
            .and_then(|o| o.decl.fields.get(&told.detail))
            .map_or_else(|| told.detail.clone(), |f| f.label.get(visit.lang()).to_string());
        let who = told.actor.and_then(|id| people.user(id)).map_or_else(|| t.get("job-by-program"), |p| p.name.clone());
        vec![
            html! { (look.moment_words(&look.local(told.at))) },
            html! { (name) },
            html! { (t.get(&format!("deed-{}", told.deed.replace('_', "-")))) @if !field.is_empty() && told.deed != "revert" { ": " (field) } },
            html! { (who) },
            html! { @if !whole { form method="post" action={ "/settings/objects/" (told.object) "/log/" (told.id) "/revert" } { (visit.token_field()) (Button::new(t.get("shape-revert")).icon("undo-2").ghost().submit()) } } },
        ]
    };
    let rows: Vec<Vec<Markup>> = told.iter().map(line).collect();
    html! {
        @if rows.is_empty() { p.ak-muted { (t.get("shape-log-empty")) } } @else { (plain_table(&t.get("shape-log"), &heads, &rows, None)) }
        @if !whole && !rows.is_empty() { p.ak-muted.ak-small { (t.get("shape-revert-text")) } }
    }
}

/// `GET /settings/objects/{key}/log`
pub(super) async fn page(visit: Visit, Path(key): Path<String>) -> Reply {
    let target = Target::of(&visit, &key)?;
    let told = visit.engine().shape_log(&visit.ctx, Some(&key), None, MOST).await?;
    tabbed(&visit, &target, "log", None, table(&visit, &told, false), &Errors::new()).await
}

/// `GET /settings/objects/log`
pub(super) async fn all(visit: Visit) -> Reply {
    visit.require_admin()?;
    let told = visit.engine().shape_log(&visit.ctx, None, None, MOST).await?;
    let frame = frame(&visit, &visit.t.get("shape-log")).await;
    show(&visit, &frame, content(false, html! { div.ak-stack { (table(&visit, &told, true)) } }), false).await
}

/// `POST /settings/objects/{key}/log/{id}/revert`
pub(super) async fn revert(visit: Visit, Path((key, id)): Path<(String, i64)>) -> Reply {
    let target = Target::of(&visit, &key)?;
    let edit = visit.engine().shape_revert(&visit.ctx, id).await?;
    match visit.engine().shape_apply(&visit.ctx, &[edit]).await {
        Ok(_) => visit.go(&target.href("/log"), Flash::ok(visit.t.get("shape-reverted"))),
        Err(problem) => {
            let words = faults(&visit, problem)?.into_iter().map(|(_, words)| words).collect::<Vec<_>>().join(" ");
            visit.go(&target.href("/log"), Flash::bad(words))
        }
    }
}
