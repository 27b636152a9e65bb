//! Service accounts in the settings: programs with a role and tokens of their own.

use super::line::{Filled, Kind, Line, sheet};
use super::{Errors, faults, frame, once, show, show_form};
use crate::fail::Reply;
use crate::flash::Flash;
use crate::form::Fields;
use crate::oauth::scope_words;
use crate::route::{Router, get, post};
use crate::ui::button::Button;
use crate::ui::empty::{Empty, empty};
use crate::ui::frame::content;
use crate::ui::setting::setting;
use crate::ui::status::{Status, status};
use crate::ui::table::plain_table;
use crate::visit::Visit;
use akrab_engine::Scopes;
use akrab_engine::identity::{ServiceDraft, ServiceToken, ServiceView};
use akrab_model::Problem;
use axum::extract::Path;
use maud::{Markup, html};

const HERE: &str = "/settings/services";

#[inline(always)]
pub(super) fn routes() -> Router {
    Router::new()
        .route("/settings/services", get(page))
        .route("/settings/services/new", get(new).post(add))
        .route("/settings/services/{id}", get(one).post(save))
        .route("/settings/services/{id}/tokens", post(add_token))
        .route("/settings/services/{id}/tokens/{token}/end", post(end_token))
}

async fn page(visit: Visit) -> Reply {
    visit.require_admin()?;
    let t = visit.t;
    let services = visit.read(|tx| tx.services()).await?;
    let mut frame = frame(&visit, &t.get("settings-services")).await;
    let new = || Button::new(t.get("service-new")).icon("plus").primary().href(format!("{HERE}/new"));
    let list = if services.is_empty() {
        empty(&Empty {
            icon: "bot".into(),
            title: t.get("service-none"),
            text: t.get("service-text"),
            actions: Some(html! { (new().large()) }),
            ..Empty::default()
        })
    } else {
        frame.actions = Some(html! { (new()) });
        html! { p.ak-muted { (t.get("service-text")) } (table(&visit, &services)) }
    };
    show(&visit, &frame, content(false, html! { div.ak-stack { (list) } }), false).await
}

fn table(visit: &Visit, services: &[ServiceView]) -> Markup {
    let (t, look) = (visit.t, visit.look());
    let heads = ["service-name", "service-about", "service-role", "webhook-state", "service-tokens", "last-used"].map(|key| t.get(key));
    let widths = [None, None, Some(150), Some(130), Some(90), Some(170)];
    let heads: Vec<_> = heads.iter().zip(widths).enumerate().map(|(n, (head, width))| (head.as_str(), n == 4, width)).collect();
    let row = |one: &ServiceView| {
        let used = one.tokens.iter().filter_map(|token| token.used_at).max();
        vec![
            html! { a.ak-link href={ (HERE) "/" (one.id) } { (one.name) } },
            html! { (one.about) },
            html! { (one.role_name) },
            if one.active { status(Status::Ok, &t.get("service-on")) } else { status(Status::None, &t.get("webhook-off")) },
            html! { (t.number(one.tokens.len() as i64)) },
            html! { (used.map_or_else(|| "—".to_string(), |at| look.moment_words(&look.local(at)))) },
        ]
    };
    plain_table(&t.get("settings-services"), &heads, &services.iter().map(row).collect::<Vec<_>>(), None)
}

fn lines(visit: &Visit, new: bool) -> Vec<Line> {
    let t = visit.t;
    let people = visit.engine().people();
    let roles = people.roles.iter().filter(|role| !role.is_administrator()).map(|role| (role.id.to_string(), role.name.clone())).collect();
    let mut lines = vec![
        Line::new(t, "name", "service-name", Kind::Text).required().hint(t.get("service-name-hint")),
        Line::new(t, "about", "service-about", Kind::Text),
        Line::new(t, "role", "service-role", Kind::Choice(roles)).required().hint(t.get("service-role-hint")),
    ];
    if !new {
        lines.push(Line::new(t, "active", "webhook-on", Kind::Check).hint(t.get("service-off-hint")));
    }
    lines
}

fn draft(fields: &Fields) -> ServiceDraft {
    ServiceDraft {
        name: fields.text("name").into(),
        about: fields.text("about").into(),
        role: fields.text("role").parse().unwrap_or(0),
        active: fields.ticked("active"),
    }
}

async fn draw_new(visit: &Visit, filled: &Filled, errors: &Errors) -> Reply {
    let body = sheet(visit, &format!("{HERE}/new"), &lines(visit, true), (filled, errors), "service-add", HERE);
    show_form(visit, &visit.t.get("service-new"), body, errors).await
}

async fn new(visit: Visit) -> Reply {
    visit.require_admin()?;
    draw_new(&visit, &Filled::default(), &Errors::new()).await
}

async fn add(visit: Visit, fields: Fields) -> Reply {
    visit.require_admin()?;
    let draft = draft(&fields);
    match visit.write(move |tx| tx.service_add(&draft)).await {
        Ok(id) => visit.go(&format!("{HERE}/{id}"), Flash::ok(visit.t.get("service-added"))),
        Err(fail) => {
            let errors = faults(&visit, fail.problem)?;
            draw_new(&visit, &Filled::typed(&fields), &errors).await
        }
    }
}

/// What the page shows once, and what was typed and is at fault.
#[derive(Default)]
struct Extra {
    secret: Option<String>,
    account: Option<(Filled, Errors)>,
    token: Option<(Filled, Errors)>,
}

async fn one(visit: Visit, Path(id): Path<i64>) -> Reply {
    visit.require_admin()?;
    draw(&visit, id, Extra::default()).await
}

async fn draw(visit: &Visit, id: i64, extra: Extra) -> Reply {
    let t = visit.t;
    let one = visit.read(move |tx| tx.service(id)).await?;
    let here = format!("{HERE}/{id}");
    let stored = Filled::default().set("name", &one.name).set("about", &one.about).set("role", one.role.to_string());
    let stored = if one.active { stored.set("active", "1") } else { stored };
    let faulty = extra.account.is_some() || extra.token.is_some();
    let (filled, errors) = extra.account.unwrap_or_else(|| (stored, Errors::new()));
    let (typed, wrong) = extra.token.unwrap_or_else(|| (Filled::default().set("days", "90"), Errors::new()));
    let body = html! {
        @if let Some(secret) = &extra.secret {
            (once(visit, "token-once", secret, &here))
        }
        (setting(&t.get("service-tokens"), &t.get("service-tokens-text"), true, html! {
            @if !one.tokens.is_empty() { (tokens(visit, &one)) }
            @if one.active {
                div.ak-content-narrow { (sheet(visit, &format!("{here}/tokens"), &token_lines(visit), (&typed, &wrong), "token-add", "")) }
            }
        }))
        (setting(&t.get("service-account"), "", false, sheet(visit, &here, &lines(visit, false), (&filled, &errors), "save", HERE)))
    };
    let frame = frame(visit, &one.name).await;
    show(visit, &frame, content(false, html! { div.ak-stack { (body) } }), faulty).await
}

fn token_lines(visit: &Visit) -> Vec<Line> {
    let (t, registry, lang) = (visit.t, visit.registry(), visit.lang());
    let words = |name: &str| match name.split_once(':') {
        None => t.get(&format!("scope-{name}")),
        Some((key, verb)) => {
            let object = registry.object(key).map_or_else(String::new, |object| object.plural_label(lang).to_string());
            t.with(&format!("scope-one-{verb}"), &[("object", object.into())])
        }
    };
    let scopes = Scopes::names(&registry).into_iter().map(|name| (name.clone(), words(&name))).collect();
    let lives = ["30", "90", "365", ""]
        .map(|days| (days.to_string(), days.parse::<i64>().map_or_else(|_| t.get("never"), |n| t.with("days", &[("n", n.into())]))));
    vec![
        Line::new(t, "token", "token-name", Kind::Text).required().hint(t.get("token-name-hint")),
        Line::new(t, "scopes", "token-scope", Kind::Several(scopes)).required().hint(t.get("service-scopes-hint")),
        Line::new(t, "days", "token-expires", Kind::Choice(lives.to_vec())),
    ]
}

fn tokens(visit: &Visit, one: &ServiceView) -> Markup {
    let (t, look) = (visit.t, visit.look());
    let moment = |at: jiff::Timestamp| look.moment_words(&look.local(at));
    let heads = [t.get("token-name"), t.get("token-scope"), t.get("token-hint"), t.get("token-expires"), t.get("last-used"), String::new()];
    let heads: Vec<_> = heads.iter().map(|head| (head.as_str(), false, None)).collect();
    let row = |token: &ServiceToken| {
        vec![
            html! { (token.name) },
            html! { (scope_words(visit, &token.scopes).join(", ")) },
            html! { span.ak-mono { (token.hint) "…" } },
            html! { (token.expires_at.map_or_else(|| t.get("never"), moment)) },
            html! { (token.used_at.map_or_else(|| "—".to_string(), moment)) },
            html! { form method="post" action={ (HERE) "/" (one.id) "/tokens/" (token.id) "/end" } { (visit.token_field()) (Button::new(t.get("token-end")).ghost().submit()) } },
        ]
    };
    plain_table(&t.get("service-tokens"), &heads, &one.tokens.iter().map(row).collect::<Vec<_>>(), None)
}

async fn save(visit: Visit, Path(id): Path<i64>, fields: Fields) -> Reply {
    visit.require_admin()?;
    let draft = draft(&fields);
    match visit.write(move |tx| tx.service_change(id, &draft)).await {
        Ok(()) => visit.go(HERE, Flash::ok(visit.t.get("saved"))),
        Err(fail) => {
            let account = Some((Filled::typed(&fields), faults(&visit, fail.problem)?));
            draw(&visit, id, Extra { account, ..Extra::default() }).await
        }
    }
}

async fn add_token(visit: Visit, Path(id): Path<i64>, fields: Fields) -> Reply {
    visit.require_admin()?;
    let days = Some(fields.text("days")).filter(|days| !days.is_empty()).map(str::parse::<i64>).transpose();
    let days = days.map_err(|_| Problem::malformed("bad_form"))?;
    let (name, scopes) = (fields.text("token").to_string(), fields.all("scopes").collect::<Vec<_>>().join(" "));
    match visit.write(move |tx| tx.service_token_add(id, &name, &scopes, days)).await {
        Ok(secret) => draw(&visit, id, Extra { secret: Some(secret), ..Extra::default() }).await,
        Err(fail) => {
            let token = Some((Filled::typed(&fields), faults(&visit, fail.problem)?));
            draw(&visit, id, Extra { token, ..Extra::default() }).await
        }
    }
}

async fn end_token(visit: Visit, Path((id, token)): Path<(i64, String)>) -> Reply {
    visit.require_admin()?;
    visit.write(move |tx| tx.service_token_end(id, &token)).await?;
    visit.go(&format!("{HERE}/{id}"), Flash::ok(visit.t.get("token-ended")))
}
