//! People who work with the program: list, invite, change, deactivate.

use super::line::{Filled, Kind, Line, read, sheet};
use super::{Errors, faults, frame, show, show_form};
use crate::fail::{Fail, Reply};
use crate::flash::Flash;
use crate::form::Fields;
use crate::route::{Router, get, post};
use crate::setup::languages;
use crate::ui::button::Button;
use crate::ui::status::{Status, status};
use crate::ui::table::plain_table;
use crate::ui::{avatar, tag};
use crate::visit::Visit;
use akrab_engine::Person;
use akrab_model::Problem;
use axum::extract::Path;
use maud::{Markup, html};
use std::sync::Arc;

#[inline(always)]
pub(super) fn routes() -> Router {
    Router::new()
        .route("/settings/users", get(page))
        .route("/settings/users/new", get(new).post(invite))
        .route("/settings/users/{id}", get(edit).post(save))
        .route("/settings/users/{id}/invite", post(invite_again))
        .route("/settings/users/{id}/sign-out", post(sign_out))
        .route("/settings/users/{id}/totp-off", post(drop_totp))
}

async fn page(visit: Visit) -> Reply {
    visit.object("user")?;
    let t = visit.t;
    let people = visit.engine().people();
    let teams = &people.teams;
    let heads = [t.get("person-name"), t.get("email"), t.get("role"), t.get("team"), t.get("state")];
    let heads: Vec<_> = heads.iter().map(|h| (h.as_str(), false, None)).collect();
    let row = |p: &&Arc<Person>| -> Vec<Markup> {
        let team = p.team.and_then(|id| teams.iter().find(|team| team.0 == id)).map_or("", |team| team.1.as_str());
        vec![
            html! { span.ak-row { (avatar::person(&p.name, 20)) a.ak-link href={ "/settings/users/" (p.id) } { (p.name) } @if p.id == visit.person.id { " " (tag(&t.get("you"))) } } },
            html! { (p.email) },
            html! { (p.role.name) },
            html! { @if team.is_empty() { span.ak-faint { "—" } } @else { (team) } },
            if p.active { status(Status::Ok, &t.get("active")) } else { status(Status::None, &t.get("inactive")) },
        ]
    };
    let rows: Vec<_> = people.users().iter().filter(|p| !p.program).map(row).collect();
    let mut frame = frame(&visit, &t.get("settings-users")).await;
    frame.beside_title = Some(tag(&t.number(rows.len() as i64)));
    if visit.ctx.is_admin() {
        frame.actions = Some(html! { (Button::new(t.get("user-invite")).icon("user-plus").primary().href("/settings/users/new")) });
    }
    show(&visit, &frame, plain_table(&t.get("settings-users"), &heads, &rows, None), false).await
}

fn lines(visit: &Visit, new: bool) -> Vec<Line> {
    let t = visit.t;
    let people = visit.engine().people();
    let roles = people.roles.iter().map(|r| (r.id.to_string(), r.name.clone())).collect();
    let none = (String::new(), t.get("no-team"));
    let teams = std::iter::once(none).chain(people.teams.iter().map(|(id, name, _)| (id.to_string(), name.clone()))).collect();
    let mut lines = vec![
        Line::new(t, "name", "person-name", Kind::Text).required(),
        Line::new(t, "email", "email", Kind::Email).required(),
        Line::new(t, "role", "role", Kind::Choice(roles)).required(),
        Line::new(t, "team", "team", Kind::Choice(teams)),
        Line::new(t, "language", "language", Kind::Choice(languages())),
    ];
    if !new {
        lines.push(Line::new(t, "active", "user-active", Kind::Check).hint(t.get("user-active-hint")));
    }
    lines
}

async fn new(visit: Visit) -> Reply {
    visit.require_admin()?;
    let role = visit.engine().people().usual_role().map(|r| r.id.to_string()).unwrap_or_default();
    let filled = Filled::default().set("role", role).set("language", visit.settings.lang.as_str());
    new_form(&visit, &filled, &Errors::new()).await
}

async fn new_form(visit: &Visit, filled: &Filled, errors: &Errors) -> Reply {
    let t = visit.t;
    let sends = visit.engine().sends_mail();
    let body = html! {
        p.ak-muted { (t.get(if sends { "user-invite-text" } else { "user-link-text" })) }
        (sheet(visit, "/settings/users/new", &lines(visit, true), (filled, errors), if sends { "user-invite-do" } else { "user-link-do" }, "/settings/users"))
    };
    show_form(visit, &t.get("user-invite"), body, errors).await
}

async fn invite(visit: Visit, fields: Fields) -> Reply {
    visit.require_admin()?;
    let input = read(&lines(&visit, true), &fields);
    match visit.engine().invite(&visit.ctx, input, visit.web.config.link_base()).await {
        Ok((_, link)) => invited(&visit, fields.text("email"), &link).await,
        Err(problem) => new_form(&visit, &Filled::typed(&fields), &faults(&visit, problem)?).await,
    }
}

/// The link is shown too: where no mail server is configured it must be handed over in person.
async fn invited(visit: &Visit, email: &str, link: &str) -> Reply {
    let t = visit.t;
    let sent = visit.engine().sends_mail();
    let body = html! {
        p { (t.with(if sent { "user-invited" } else { "user-link" }, &[("email", email.into())])) }
        p { code.ak-mono { (link) } " " (Button::new(t.get("copy")).icon("copy").attr("data-copy", link)) }
        div { (Button::new(t.get("continue")).primary().href("/settings/users")) }
    };
    show_form(visit, &t.get(if sent { "user-invited-title" } else { "user-link-title" }), html! { div.ak-stack { (body) } }, &Errors::new())
        .await
}

fn person(visit: &Visit, id: i64) -> Result<Arc<Person>, Fail> {
    visit.object("user")?;
    Ok(visit.engine().people().user(id).cloned().ok_or_else(Problem::not_found)?)
}

async fn edit(visit: Visit, Path(id): Path<i64>) -> Reply {
    let p = person(&visit, id)?;
    let filled = Filled::default().set("name", p.name.clone()).set("email", p.email.clone()).set("role", p.role.id.to_string());
    let filled = filled.set("team", p.team.map(|id| id.to_string()).unwrap_or_default()).set("language", p.language.clone());
    let filled = if p.active { filled.set("active", "1") } else { filled };
    edit_form(&visit, &p, &filled, &Errors::new()).await
}

async fn edit_form(visit: &Visit, person: &Person, filled: &Filled, errors: &Errors) -> Reply {
    let t = visit.t;
    let admin = visit.ctx.is_admin();
    let totp = admin && visit.engine().totp_state(person.id).await?.0;
    let here = format!("/settings/users/{}", person.id);
    let body = html! {
        (sheet(visit, &here, &lines(visit, false), (filled, errors), if admin { "save" } else { "" }, "/settings/users"))
        @if admin {
            div.ak-row.ak-gap-8.ak-wrap {
                form method="post" action={ (here) "/invite" } { (visit.token_field()) (Button::new(t.get(if visit.engine().sends_mail() { "user-invite-again" } else { "user-link-again" })).icon("mail").submit()) }
                form method="post" action={ (here) "/sign-out" } { (visit.token_field()) (Button::new(t.get("user-sign-out")).icon("log-out").submit()) }
                @if totp { form method="post" action={ (here) "/totp-off" } { (visit.token_field()) (Button::new(t.get("user-totp-off")).icon("shield-alert").submit()) } }
                @if person.active && person.id != visit.person.id { (super::see_as::button(visit, "user", person.id)) }
                (Button::new(t.get("record-history")).icon("history").href(format!("/users/{}/history", person.id)))
                @if person.active && person.id != visit.person.id { (Button::new(t.get("user-leave")).icon("user-x").danger().href(format!("{here}/leave"))) }
            }
        }
    };
    show_form(visit, &person.name, html! { div.ak-stack { (body) } }, errors).await
}

async fn save(visit: Visit, Path(id): Path<i64>, fields: Fields) -> Reply {
    let p = person(&visit, id)?;
    let input = read(&lines(&visit, false), &fields);
    match visit.engine().update(&visit.ctx, "user", id, input, None).await {
        Ok(_) => visit.go("/settings/users", Flash::ok(visit.t.get("saved"))),
        Err(problem) => edit_form(&visit, &p, &Filled::typed(&fields), &faults(&visit, problem)?).await,
    }
}

async fn invite_again(visit: Visit, Path(id): Path<i64>) -> Reply {
    let p = person(&visit, id)?;
    let link = visit.engine().invite_again(&visit.ctx, id, visit.web.config.link_base()).await?;
    invited(&visit, &p.email, &link).await
}

/// For somebody who has lost his phone and his recovery codes.
async fn drop_totp(visit: Visit, Path(id): Path<i64>) -> Reply {
    visit.require_admin()?;
    person(&visit, id)?;
    visit.engine().drop_totp(&visit.ctx, id).await?;
    visit.write(move |tx| tx.note("user", id, "totp_off")).await?;
    visit.go(&format!("/settings/users/{id}"), Flash::ok(visit.t.get("totp-dropped")))
}

async fn sign_out(visit: Visit, Path(id): Path<i64>) -> Reply {
    visit.require_admin()?;
    person(&visit, id)?;
    visit.engine().end_sessions(&visit.ctx, id, None).await?;
    visit.go(&format!("/settings/users/{id}"), Flash::ok(visit.t.get("session-end-done")))
}
