//! Teams and the teams above them.

use super::line::{Filled, Kind, Line, read, sheet};
use super::{Errors, faults, frame, show, show_form};
use crate::fail::Reply;
use crate::flash::Flash;
use crate::form::Fields;
use crate::route::{Router, get, post};
use crate::ui::button::Button;
use crate::ui::empty::{Empty, empty};
use crate::ui::table::plain_table;
use crate::visit::Visit;
use akrab_engine::ListRequest;
use akrab_model::Record;
use axum::extract::Path;
use maud::html;

#[inline(always)]
pub(super) fn routes() -> Router {
    Router::new()
        .route("/settings/teams", get(page))
        .route("/settings/teams/new", get(new).post(add))
        .route("/settings/teams/{id}", get(edit).post(save))
        .route("/settings/teams/{id}/delete", post(delete))
}

async fn page(visit: Visit) -> Reply {
    visit.object("team")?;
    let t = visit.t;
    let request = ListRequest { object: "team".into(), sort: vec!["name".into()], limit: 200, ..ListRequest::default() };
    let list = visit.engine().list(&visit.ctx, request).await?;
    let people = visit.engine().people();
    let heads = [t.get("team"), t.get("team-parent"), t.get("team-lead"), t.get("team-members")];
    let heads: Vec<_> = heads.iter().enumerate().map(|(n, h)| (h.as_str(), n == 3, None)).collect();
    let row = |(team, depth): &(&Record, usize)| {
        let members = people.users().iter().filter(|p| p.team == Some(team.id) && p.active).count();
        let title = |key: &str| team.link_title(key).unwrap_or("—").to_string();
        vec![
            html! { span.ak-row.ak-gap-4 { @for _ in 0..*depth { span.ak-tree-step aria-hidden="true" {} } a.ak-link href={ "/settings/teams/" (team.id) } { (team.title()) } } },
            html! { (title("parent")) },
            html! { (title("lead")) },
            html! { (members) },
        ]
    };
    let rows: Vec<_> = as_tree(&list.records).iter().map(row).collect();
    let mut frame = frame(&visit, &t.get("settings-teams")).await;
    if visit.ctx.is_admin() {
        frame.actions = Some(html! { (Button::new(t.get("team-new")).icon("plus").primary().href("/settings/teams/new")) });
    }
    let body = html! {
        @if rows.is_empty() { (empty(&Empty { icon: "network".into(), title: t.get("teams-none"), text: t.get("teams-empty"), ..Empty::default() })) } @else { (plain_table(&t.get("settings-teams"), &heads, &rows, None)) }
    };
    show(&visit, &frame, body, false).await
}

/// Teams below their parents, each with its depth. What has no way to the top stands at the end.
fn as_tree(teams: &[Record]) -> Vec<(&Record, usize)> {
    fn below<'t>(teams: &'t [Record], parent: Option<i64>, depth: usize, out: &mut Vec<(&'t Record, usize)>) {
        for team in teams.iter().filter(|t| t.link("parent").filter(|p| teams.iter().any(|o| o.id == *p)) == parent) {
            if depth < teams.len() {
                out.push((team, depth));
                below(teams, Some(team.id), depth + 1, out);
            }
        }
    }
    let mut out = Vec::new();
    below(teams, None, 0, &mut out);
    for team in teams {
        if !out.iter().any(|(known, _)| known.id == team.id) {
            out.push((team, 0));
        }
    }
    out
}

fn lines(visit: &Visit, own: Option<i64>) -> Vec<Line> {
    let t = visit.t;
    let people = visit.engine().people();
    let none = || std::iter::once((String::new(), "—".to_string()));
    let teams = none().chain(people.teams.iter().filter(|team| Some(team.0) != own).map(|(id, name, _)| (id.to_string(), name.clone())));
    let leads = none().chain(people.at_work().into_iter().map(|p| (p.id.to_string(), p.name.clone())));
    vec![
        Line::new(t, "name", "team-name", Kind::Text).required(),
        Line::new(t, "parent", "team-parent", Kind::Choice(teams.collect())).hint(t.get("team-parent-hint")),
        Line::new(t, "lead", "team-lead", Kind::Choice(leads.collect())),
    ]
}

async fn form(visit: &Visit, id: Option<i64>, title: &str, filled: &Filled, errors: &Errors) -> Reply {
    let t = visit.t;
    let here = id.map_or_else(|| "/settings/teams/new".to_string(), |id| format!("/settings/teams/{id}"));
    let body = html! {
        (sheet(visit, &here, &lines(visit, id), (filled, errors), "save", "/settings/teams"))
        @if id.is_some() {
            form method="post" action={ (here) "/delete" } { (visit.token_field()) (Button::new(t.get("team-delete")).danger().submit()) }
        }
    };
    show_form(visit, title, html! { div.ak-stack { (body) } }, errors).await
}

async fn new(visit: Visit) -> Reply {
    visit.require_admin()?;
    form(&visit, None, &visit.t.get("team-new"), &Filled::default(), &Errors::new()).await
}

async fn add(visit: Visit, fields: Fields) -> Reply {
    let input = read(&lines(&visit, None), &fields);
    match visit.engine().create(&visit.ctx, "team", input).await {
        Ok(_) => visit.go("/settings/teams", Flash::ok(visit.t.get("saved"))),
        Err(problem) => form(&visit, None, &visit.t.get("team-new"), &Filled::typed(&fields), &faults(&visit, problem)?).await,
    }
}

async fn edit(visit: Visit, Path(id): Path<i64>) -> Reply {
    visit.require_admin()?;
    let team = visit.engine().get(&visit.ctx, "team", id).await?;
    form(&visit, Some(id), team.title(), &Filled::record(&team, &["name", "parent", "lead"]), &Errors::new()).await
}

async fn save(visit: Visit, Path(id): Path<i64>, fields: Fields) -> Reply {
    let input = read(&lines(&visit, Some(id)), &fields);
    match visit.engine().update(&visit.ctx, "team", id, input, None).await {
        Ok(_) => visit.go("/settings/teams", Flash::ok(visit.t.get("saved"))),
        Err(problem) => form(&visit, Some(id), fields.text("name"), &Filled::typed(&fields), &faults(&visit, problem)?).await,
    }
}

async fn delete(visit: Visit, Path(id): Path<i64>) -> Reply {
    visit.engine().delete(&visit.ctx, "team", id, None).await?;
    visit.go("/settings/teams", Flash::ok(visit.t.get("deleted")).undo(format!("/teams/{id}/restore")))
}
