//! Apps of others, for administrators: registered by hand, or by themselves.

use super::line::{Filled, Kind, Line, sheet};
use super::{Errors, faults, frame, once, show, show_form};
use crate::fail::Reply;
use crate::flash::Flash;
use crate::form::Fields;
use crate::route::{Router, get, post};
use crate::ui::button::Button;
use crate::ui::empty::{Empty, empty};
use crate::ui::frame::content;
use crate::ui::setting::setting;
use crate::ui::table::plain_table;
use crate::visit::Visit;
use akrab_engine::Scopes;
use akrab_engine::oauth::{AppDraft, AppView};
use axum::extract::Path;
use maud::{Markup, html};

#[inline(always)]
pub(super) fn routes() -> Router {
    Router::new()
        .route("/settings/apps", get(page))
        .route("/settings/apps/new", get(new).post(add))
        .route("/settings/apps/{id}", get(edit).post(save))
        .route("/settings/apps/{id}/secret", post(secret))
        .route("/settings/apps/{id}/delete", post(delete))
}

async fn page(visit: Visit) -> Reply {
    visit.require_admin()?;
    let t = visit.t;
    let apps = visit.read(|tx| tx.apps()).await?;
    let mut frame = frame(&visit, &t.get("settings-apps")).await;
    let body = if apps.is_empty() {
        let actions = html! { (Button::new(t.get("app-new")).icon("plus").primary().large().href("/settings/apps/new")) };
        empty(&Empty {
            icon: "puzzle".into(),
            title: t.get("apps-none"),
            text: t.get("apps-text"),
            actions: Some(actions),
            ..Empty::default()
        })
    } else {
        frame.actions = Some(html! { (Button::new(t.get("app-new")).icon("plus").primary().href("/settings/apps/new")) });
        content(false, html! { div.ak-stack { p.ak-muted { (t.get("apps-text")) } (table(&visit, &apps)) } })
    };
    show(&visit, &frame, body, false).await
}

fn table(visit: &Visit, apps: &[AppView]) -> Markup {
    let (t, look) = (visit.t, visit.look());
    let heads = ["app", "app-by", "app-added", "app-people"].map(|key| t.get(key));
    let widths = [None, Some(220), Some(170), Some(120)];
    let heads: Vec<_> = heads.iter().zip(widths).enumerate().map(|(n, (head, width))| (head.as_str(), n == 3, width)).collect();
    let row = |app: &AppView| {
        let by = if app.registered { t.get("app-by-itself") } else { app.owner_name.clone().unwrap_or_else(|| "—".into()) };
        vec![
            html! { a.ak-link href={ "/settings/apps/" (app.id) } { (app.draft.name) } div.ak-faint.ak-truncate { (app.draft.redirects.first().map_or("", String::as_str)) } },
            html! { (by) },
            html! { (look.moment_words(&look.local(app.created_at))) },
            html! { (t.number(app.people)) },
        ]
    };
    plain_table(&t.get("settings-apps"), &heads, &apps.iter().map(row).collect::<Vec<_>>(), None)
}

fn lines(visit: &Visit, new: bool) -> Vec<Line> {
    let (t, registry, lang) = (visit.t, visit.registry(), visit.lang());
    let words = |name: &str| match name.split_once(':') {
        None => t.get(&format!("scope-{name}")),
        Some((key, verb)) => {
            let object = registry.object(key).map_or_else(String::new, |object| object.plural_label(lang).to_string());
            t.with(&format!("scope-one-{verb}"), &[("object", object.into())])
        }
    };
    let scopes = Scopes::names(&registry).into_iter().map(|name| (name.clone(), words(&name))).collect();
    let mut lines = vec![
        Line::new(t, "name", "app-name", Kind::Text).required(),
        Line::new(t, "redirects", "app-redirects", Kind::Text).required().hint(t.get("app-redirects-hint")),
        Line::new(t, "uri", "app-uri", Kind::Text).hint(t.get("app-uri-hint")),
        Line::new(t, "scopes", "app-scopes", Kind::Several(scopes)).hint(t.get("app-scopes-hint")),
    ];
    if new {
        let kinds = vec![("server".to_string(), t.get("app-kind-server")), ("device".to_string(), t.get("app-kind-device"))];
        lines.push(Line::new(t, "kind", "app-kind", Kind::Choice(kinds)).hint(t.get("app-kind-hint")));
    }
    lines
}

fn draft(fields: &Fields, confidential: bool) -> AppDraft {
    let scopes: Vec<&str> = fields.all("scopes").collect();
    AppDraft {
        name: fields.text("name").into(),
        uri: fields.text("uri").into(),
        redirects: fields.text("redirects").split_whitespace().map(str::to_string).collect(),
        scopes: (!scopes.is_empty()).then(|| scopes.join(" ")),
        confidential,
    }
}

async fn new(visit: Visit) -> Reply {
    visit.require_admin()?;
    let body = sheet(&visit, "/settings/apps/new", &lines(&visit, true), (&Filled::default(), &Errors::new()), "app-add", "/settings/apps");
    show_form(&visit, &visit.t.get("app-new"), body, &Errors::new()).await
}

async fn add(visit: Visit, fields: Fields) -> Reply {
    visit.require_admin()?;
    let wanted = draft(&fields, fields.text("kind") != "device");
    match visit.write(move |tx| tx.app_add(&wanted)).await {
        Ok((id, secret)) => draw(&visit, &id, secret, None).await,
        Err(fail) => {
            let errors = faults(&visit, fail.problem)?;
            let filled = Filled::typed(&fields);
            let body = sheet(&visit, "/settings/apps/new", &lines(&visit, true), (&filled, &errors), "app-add", "/settings/apps");
            show_form(&visit, &visit.t.get("app-new"), body, &errors).await
        }
    }
}

async fn edit(visit: Visit, Path(id): Path<String>) -> Reply {
    visit.require_admin()?;
    draw(&visit, &id, None, None).await
}

/// The page of an app; with a secret that was just made, shown this once, or with what was typed and is at fault.
async fn draw(visit: &Visit, id: &str, secret: Option<String>, typed: Option<(Filled, Errors)>) -> Reply {
    let (t, wanted) = (visit.t, id.to_string());
    let app = visit.read(move |tx| tx.app(&wanted)).await?;
    let here = format!("/settings/apps/{id}");
    let scopes: Vec<String> = app.draft.scopes.iter().flat_map(|names| names.split_whitespace()).map(str::to_string).collect();
    let stored = Filled::default().set("name", &app.draft.name).set("uri", &app.draft.uri).set("redirects", app.draft.redirects.join(" "));
    let (filled, errors) = typed.unwrap_or_else(|| (stored.several("scopes", &scopes), Errors::new()));
    let faulty = !errors.is_empty();
    let errand =
        |verb: &str, button: Button| html! { form method="post" action={ (here) "/" (verb) } { (visit.token_field()) (button.submit()) } };
    let body = html! {
        @if let Some(secret) = &secret {
            (once(visit, "app-secret-once", secret, &here))
        }
        @if app.registered { p.ak-muted { (t.get("app-by-itself")) } }
        dl.ak-fields {
            div.ak-field-pair { dt { "client_id" } dd { span.ak-mono { (app.id) } } }
            div.ak-field-pair { dt { (t.get("app-people")) } dd { (t.number(app.people)) } }
        }
        (sheet(visit, &here, &lines(visit, false), (&filled, &errors), "save", "/settings/apps"))
        @if app.draft.confidential {
            (setting(&t.get("app-secret"), &t.get("app-secret-text"), true, errand("secret", Button::new(t.get("app-secret-new")).icon("refresh-cw"))))
        }
        (setting(&t.get("app-delete"), &t.get("app-delete-text"), true, errand("delete", Button::new(t.get("app-delete")).danger())))
    };
    let frame = frame(visit, &app.draft.name).await;
    show(visit, &frame, content(false, html! { div.ak-stack { (body) } }), faulty).await
}

async fn save(visit: Visit, Path(id): Path<String>, fields: Fields) -> Reply {
    visit.require_admin()?;
    let (wanted, of) = (draft(&fields, false), id.clone());
    match visit.write(move |tx| tx.app_change(&of, &wanted)).await {
        Ok(()) => visit.go("/settings/apps", Flash::ok(visit.t.get("saved"))),
        Err(fail) => {
            let errors = faults(&visit, fail.problem)?;
            draw(&visit, &id, None, Some((Filled::typed(&fields), errors))).await
        }
    }
}

async fn secret(visit: Visit, Path(id): Path<String>) -> Reply {
    visit.require_admin()?;
    let of = id.clone();
    let secret = visit.write(move |tx| tx.app_secret(&of)).await?;
    draw(&visit, &id, Some(secret), None).await
}

async fn delete(visit: Visit, Path(id): Path<String>) -> Reply {
    visit.require_admin()?;
    visit.write(move |tx| tx.app_remove(&id)).await?;
    visit.go("/settings/apps", Flash::ok(visit.t.get("deleted")))
}
