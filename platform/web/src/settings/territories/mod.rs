//! Territories: the tree, who looks after each, the rules that place records in them.

mod placing;
mod rules;

pub(crate) use placing::result;

use super::line::{Filled, Kind, Line, read, sheet};
use super::{Errors, faults, frame, show, show_form};
use crate::fail::Reply;
use crate::flash::Flash;
use crate::form::Fields;
use crate::route::{Router, get, post};
use crate::ui::button::Button;
use crate::ui::empty::{Empty, empty};
use crate::ui::setting::setting;
use crate::ui::table::plain_table;
use crate::visit::Visit;
use akrab_engine::sharing::{Sharing, Territory};
use akrab_model::Value;
use akrab_model::value::Input;
use axum::extract::Path;
use maud::{Markup, html};

#[inline(always)]
pub(super) fn routes() -> Router {
    Router::new()
        .route("/settings/territories", get(page))
        .route("/settings/territories/new", get(new).post(add))
        .route("/settings/territories/{id}", get(edit).post(save))
        .route("/settings/territories/{id}/delete", post(delete))
        .merge(rules::routes())
        .merge(placing::routes())
}

/// Territories below their parents, each with its depth. What has no way to the top stands at the end.
fn as_tree(all: &[Territory]) -> Vec<(&Territory, usize)> {
    fn below<'t>(all: &'t [Territory], parent: Option<i64>, depth: usize, out: &mut Vec<(&'t Territory, usize)>) {
        let mut here: Vec<&Territory> = all.iter().filter(|t| t.parent.filter(|p| all.iter().any(|o| o.id == *p)) == parent).collect();
        here.sort_by_key(|t| t.name.to_lowercase());
        for territory in here {
            if depth < all.len() {
                out.push((territory, depth));
                below(all, Some(territory.id), depth + 1, out);
            }
        }
    }
    let mut out = Vec::new();
    below(all, None, 0, &mut out);
    for territory in all {
        if !out.iter().any(|(known, _)| known.id == territory.id) {
            out.push((territory, 0));
        }
    }
    out
}

/// Territories to choose from, in the order of the tree: (id, name with its place).
pub(crate) fn options(sharing: &Sharing) -> Vec<(String, String)> {
    let tree = as_tree(&sharing.territories);
    tree.into_iter().map(|(t, depth)| (t.id.to_string(), format!("{}{}", "\u{2003}".repeat(depth), t.name))).collect()
}

async fn page(visit: Visit) -> Reply {
    visit.object("territory")?;
    let t = visit.t;
    let admin = visit.ctx.is_admin();
    let people = visit.engine().people();
    let mut frame = frame(&visit, &t.get("settings-territories")).await;
    if admin {
        frame.actions = Some(html! { (Button::new(t.get("territory-new")).icon("plus").primary().href("/settings/territories/new")) });
    }
    let sharing = people.sharing.clone();
    let heads = [(t.get("territory"), None), (t.get("territory-members"), None)];
    let heads: Vec<_> = heads.iter().map(|(head, width)| (head.as_str(), false, *width)).collect();
    let row = |(territory, depth): &(&Territory, usize)| {
        let names: Vec<String> =
            territory.members.iter().filter_map(|id| people.user(*id)).filter(|p| p.active).map(|p| p.name.clone()).collect();
        vec![
            html! { span.ak-row.ak-gap-4 { @for _ in 0..*depth { span.ak-tree-step aria-hidden="true" {} } a.ak-link href={ "/settings/territories/" (territory.id) } { (territory.name) } } },
            html! { @if names.is_empty() { (crate::ui::tag::nothing()) } @else { (names.join(", ")) } },
        ]
    };
    let rows: Vec<_> = as_tree(&sharing.territories).iter().map(row).collect();
    if rows.is_empty() {
        let none = Empty { icon: "map".into(), title: t.get("territories-none"), text: t.get("territories-empty"), ..Empty::default() };
        return show(&visit, &frame, empty(&none), false).await;
    }
    let rules: Markup = rules::list(&visit).await?;
    let body = html! {
        (setting(&t.get("territories-tree"), &t.get("territories-text"), true, plain_table(&t.get("settings-territories"), &heads, &rows, None)))
        (setting(&t.get("territory-rules"), &t.get("territory-rules-text"), true, rules))
        @if admin { (setting(&t.get("placing"), &t.get("placing-text"), true, placing::part(&visit).await?)) }
    };
    show(&visit, &frame, crate::ui::frame::content(false, html! { div.ak-stack { (body) } }), false).await
}

fn lines(visit: &Visit, own: Option<i64>) -> Vec<Line> {
    let t = visit.t;
    let people = visit.engine().people();
    let none = std::iter::once((String::new(), "—".to_string()));
    let below = own.map(|id| people.sharing.below(id)).unwrap_or_default();
    let above = options(&people.sharing).into_iter().filter(|(id, _)| !below.iter().any(|b| b.to_string() == *id));
    let members = people.at_work().into_iter().map(|p| (p.id.to_string(), p.name.clone()));
    vec![
        Line::new(t, "name", "territory-name", Kind::Text).required(),
        Line::new(t, "parent", "territory-parent", Kind::Choice(none.chain(above).collect())).hint(t.get("territory-parent-hint")),
        Line::new(t, "members", "territory-members", Kind::Several(members.collect())).hint(t.get("territory-members-hint")),
        Line::new(t, "description", "territory-about", Kind::Text),
    ]
}

fn input(visit: &Visit, own: Option<i64>, fields: &Fields) -> Input {
    let mut input = read(&lines(visit, own), fields);
    let members: Vec<i64> = fields.all("members").filter_map(|id| id.parse().ok()).collect();
    input.insert("members".into(), members.into());
    input
}

async fn form(visit: &Visit, id: Option<i64>, title: &str, filled: &Filled, errors: &Errors) -> Reply {
    let t = visit.t;
    let here = id.map_or_else(|| "/settings/territories/new".to_string(), |id| format!("/settings/territories/{id}"));
    let body = html! {
        (sheet(visit, &here, &lines(visit, id), (filled, errors), "save", "/settings/territories"))
        @if id.is_some() {
            form method="post" action={ (here) "/delete" } { (visit.token_field()) (Button::new(t.get("territory-delete")).danger().submit()) }
        }
    };
    show_form(visit, title, html! { div.ak-stack { (body) } }, errors).await
}

async fn new(visit: Visit) -> Reply {
    visit.require_admin()?;
    form(&visit, None, &visit.t.get("territory-new"), &Filled::default(), &Errors::new()).await
}

async fn add(visit: Visit, fields: Fields) -> Reply {
    match visit.engine().create(&visit.ctx, "territory", input(&visit, None, &fields)).await {
        Ok(_) => visit.go("/settings/territories", Flash::ok(visit.t.get("saved"))),
        Err(problem) => form(&visit, None, &visit.t.get("territory-new"), &Filled::typed(&fields), &faults(&visit, problem)?).await,
    }
}

async fn edit(visit: Visit, Path(id): Path<i64>) -> Reply {
    visit.require_admin()?;
    let territory = visit.engine().get(&visit.ctx, "territory", id).await?;
    let members: Vec<String> = match territory.get("members") {
        Value::Links(rows) => rows.iter().map(|row| row.to.to_string()).collect(),
        _ => Vec::new(),
    };
    let filled = Filled::record(&territory, &["name", "parent", "description"]).several("members", &members);
    form(&visit, Some(id), territory.title(), &filled, &Errors::new()).await
}

async fn save(visit: Visit, Path(id): Path<i64>, fields: Fields) -> Reply {
    match visit.engine().update(&visit.ctx, "territory", id, input(&visit, Some(id), &fields), None).await {
        Ok(_) => visit.go("/settings/territories", Flash::ok(visit.t.get("saved"))),
        Err(problem) => form(&visit, Some(id), fields.text("name"), &Filled::typed(&fields), &faults(&visit, problem)?).await,
    }
}

async fn delete(visit: Visit, Path(id): Path<i64>) -> Reply {
    visit.engine().delete(&visit.ctx, "territory", id, None).await?;
    visit.go("/settings/territories", Flash::ok(visit.t.get("deleted")).undo(format!("/territories/{id}/restore")))
}
