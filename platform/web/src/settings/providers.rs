//! Providers of identity in the settings: who may sign in through which, and whose account that opens.

use super::line::{Filled, Kind, Line, sheet};
use super::{Errors, faults, frame, show, show_form};
use crate::fail::{Fail, Reply};
use crate::flash::Flash;
use crate::form::{Fields, one_of};
use crate::route::{Router, get, post};
use crate::sign_in::provider::{callback, left_at};
use crate::ui::button::Button;
use crate::ui::empty::{Empty, empty};
use crate::ui::frame::content;
use crate::ui::setting::setting;
use crate::ui::status::{Status, status};
use crate::ui::table::plain_table;
use crate::visit::Visit;
use akrab_engine::oidc::{Preset, ProviderDraft, ProviderView};
use akrab_model::Problem;
use axum::extract::{Path, Query};
use maud::{Markup, html};
use serde::Deserialize;

const HERE: &str = "/settings/sign-in";

#[inline(always)]
pub(super) fn routes() -> Router {
    Router::new()
        .route("/settings/sign-in", get(page))
        .route("/settings/sign-in/new", get(new).post(add))
        .route("/settings/sign-in/{id}", get(edit).post(save))
        .route("/settings/sign-in/{id}/delete", post(delete))
}

async fn page(visit: Visit) -> Reply {
    visit.require_admin()?;
    let t = visit.t;
    let providers = visit.read(|tx| tx.oidc_providers()).await?;
    let frame = frame(&visit, &t.get("settings-sign-in")).await;
    let starts = html! {
        @for preset in Preset::ALL {
            (Button::new(t.get(&format!("provider-new-{}", preset.key()))).icon("plus").href(format!("{HERE}/new?preset={}", preset.key())))
        }
    };
    let list = if providers.is_empty() {
        empty(&Empty {
            icon: "key-round".into(),
            title: t.get("provider-none"),
            text: t.get("provider-text"),
            actions: Some(starts),
            ..Empty::default()
        })
    } else {
        html! { p.ak-muted { (t.get("provider-text")) } (table(&visit, &providers)) div.ak-row.ak-gap-8 { (starts) } }
    };
    show(&visit, &frame, content(false, html! { div.ak-stack { (list) } }), false).await
}

fn table(visit: &Visit, providers: &[ProviderView]) -> Markup {
    let (t, look) = (visit.t, visit.look());
    let heads = ["provider-name", "provider-issuer", "webhook-state", "provider-people", "provider-heard"].map(|key| t.get(key));
    let widths = [None, None, Some(190), Some(100), Some(170)];
    let heads: Vec<_> = heads.iter().zip(widths).enumerate().map(|(n, (head, width))| (head.as_str(), n == 3, width)).collect();
    let row = |one: &ProviderView| {
        let state = match (one.draft.open, one.draft.only) {
            (false, _) => status(Status::None, &t.get("webhook-off")),
            (true, true) => status(Status::Ok, &t.get("provider-only-short")),
            (true, false) => status(Status::Ok, &t.get("provider-open")),
        };
        vec![
            html! { a.ak-link href={ (HERE) "/" (one.id) } { (one.draft.name) } },
            html! { span.ak-mono.ak-truncate { (one.draft.issuer) } },
            state,
            html! { (t.number(one.people)) },
            html! { (one.heard_at.map_or_else(|| "—".to_string(), |at| look.moment_words(&look.local(at)))) },
        ]
    };
    plain_table(&t.get("settings-sign-in"), &heads, &providers.iter().map(row).collect::<Vec<_>>(), None)
}

fn lines(visit: &Visit, new: bool, has_secret: bool) -> Vec<Line> {
    let t = visit.t;
    let people = visit.engine().people();
    let roles = people.roles.iter().filter(|role| !role.is_administrator()).map(|role| (role.id.to_string(), role.name.clone()));
    let roles: Vec<(String, String)> = std::iter::once((String::new(), "—".to_string())).chain(roles).collect();
    let mut lines = vec![Line::new(t, "name", "provider-name", Kind::Text).required().hint(t.get("provider-name-hint"))];
    if new {
        lines.push(Line::new(t, "issuer", "provider-issuer", Kind::Text).required().hint(t.get("provider-issuer-hint")));
    }
    let secret = if has_secret { "provider-secret-keep" } else { "provider-secret-hint" };
    lines.extend([
        Line::new(t, "client_id", "provider-client", Kind::Text).required(),
        Line::new(t, "secret", "provider-secret", Kind::Text).hint(t.get(secret)),
        Line::new(t, "domains", "provider-domains", Kind::Text).hint(t.get("provider-domains-hint")),
        Line::new(t, "link", "provider-link", Kind::Check).hint(t.get("provider-link-hint")),
        Line::new(t, "make", "provider-make", Kind::Check),
        Line::new(t, "role", "provider-role", Kind::Choice(roles)),
        Line::new(t, "trusts", "provider-trusts", Kind::Check).hint(t.get("provider-trusts-hint")),
        Line::new(t, "only", "provider-only", Kind::Check).hint(t.get("provider-only-hint")),
    ]);
    if !new {
        lines.push(Line::new(t, "open", "webhook-on", Kind::Check));
    }
    lines
}

fn draft(fields: &Fields, known: ProviderDraft) -> Result<ProviderDraft, Problem> {
    Ok(ProviderDraft {
        name: fields.text("name").into(),
        issuer: if known.issuer.is_empty() { fields.text("issuer").into() } else { known.issuer },
        preset: known.preset,
        client_id: fields.text("client_id").into(),
        link: fields.ticked("link"),
        make: fields.ticked("make"),
        role: fields.text("role").parse().ok(),
        domains: fields.text("domains").split([',', ' ', ';']).filter(|domain| !domain.is_empty()).map(str::to_string).collect(),
        trusts: fields.ticked("trusts"),
        only: fields.ticked("only"),
        open: fields.ticked("open"),
    })
}

fn secret(fields: &Fields) -> Option<String> {
    Some(fields.text("secret").to_string()).filter(|secret| !secret.is_empty())
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Wish {
    preset: String,
}

fn copied(visit: &Visit, address: &str) -> Markup {
    html! { div.ak-row.ak-gap-8 { code.ak-mono { (address) } (Button::new(visit.t.get("copy")).icon("copy").attr("data-copy", address)) } }
}

/// What has to be entered at the provider.
fn notes(visit: &Visit, preset: Preset) -> Markup {
    let t = visit.t;
    html! {
        p { (t.get(&format!("provider-steps-{}", preset.key()))) }
        (copied(visit, &callback(&visit.web, &visit.facts)))
        p { (t.get("provider-left")) }
        (copied(visit, &left_at(&visit.web, &visit.facts)))
        @if preset != Preset::Other { p.ak-muted { (t.get("provider-shape")) } }
    }
}

async fn draw_new(visit: &Visit, preset: Preset, filled: &Filled, errors: &Errors) -> Reply {
    let t = visit.t;
    let action = format!("{HERE}/new?preset={}", preset.key());
    let body = html! {
        (setting(&t.get("provider-callback"), "", true, notes(visit, preset)))
        (sheet(visit, &action, &lines(visit, true, false), (filled, errors), "provider-add", HERE))
    };
    show_form(visit, &t.get(&format!("provider-new-{}", preset.key())), body, errors).await
}

async fn new(visit: Visit, Query(wish): Query<Wish>) -> Reply {
    visit.require_admin()?;
    let preset = one_of::<Preset>("preset", &wish.preset)?;
    let filled = match preset {
        Preset::Google => Filled::default().set("name", "Google").set("issuer", "https://accounts.google.com"),
        Preset::Microsoft => Filled::default().set("name", "Microsoft").set("issuer", "https://login.microsoftonline.com/TENANT/v2.0"),
        Preset::Other => Filled::default(),
    };
    draw_new(&visit, preset, &filled.set("link", "1"), &Errors::new()).await
}

async fn add(visit: Visit, Query(wish): Query<Wish>, fields: Fields) -> Reply {
    visit.require_admin()?;
    let preset = one_of::<Preset>("preset", &wish.preset)?;
    let draft = draft(&fields, ProviderDraft { preset, ..ProviderDraft::default() })?;
    let draft = ProviderDraft { open: true, ..draft };
    let done = match visit.engine().oidc_judge(&visit.ctx, &draft).await {
        Ok(()) => {
            let secret = secret(&fields);
            visit.write(move |tx| tx.oidc_add(&draft, secret.as_deref())).await
        }
        Err(problem) => Err(Fail::from(problem)),
    };
    match done {
        Ok(_) => visit.go(HERE, Flash::ok(visit.t.get("provider-added"))),
        Err(fail) => {
            let errors = faults(&visit, fail.problem)?;
            draw_new(&visit, preset, &Filled::typed(&fields), &errors).await
        }
    }
}

async fn draw(visit: &Visit, one: &ProviderView, filled: &Filled, errors: &Errors) -> Reply {
    let t = visit.t;
    let here = format!("{HERE}/{}", one.id);
    let body = html! {
        dl.ak-fields {
            div.ak-field-pair { dt { (t.get("provider-issuer")) } dd { span.ak-mono { (one.draft.issuer) } } }
            div.ak-field-pair { dt { (t.get("provider-people")) } dd { (t.number(one.people)) } }
        }
        (setting(&t.get("provider-callback"), "", true, notes(visit, one.draft.preset)))
        (sheet(visit, &here, &lines(visit, false, one.has_secret), (filled, errors), "save", HERE))
        (setting(&t.get("provider-delete"), &t.get("provider-delete-text"), true, html! {
            form method="post" action={ (here) "/delete" } { (visit.token_field()) (Button::new(t.get("provider-delete")).danger().submit()) }
        }))
    };
    show_form(visit, &one.draft.name, body, errors).await
}

async fn edit(visit: Visit, Path(id): Path<i64>) -> Reply {
    visit.require_admin()?;
    let one = visit.read(move |tx| tx.oidc_provider(id)).await?;
    let draft = &one.draft;
    let mut filled = Filled::default().set("name", &draft.name).set("client_id", &draft.client_id).set("domains", draft.domains.join(", "));
    filled = filled.set("role", draft.role.map(|role| role.to_string()).unwrap_or_default());
    for (name, on) in [("link", draft.link), ("make", draft.make), ("trusts", draft.trusts), ("only", draft.only), ("open", draft.open)] {
        filled = if on { filled.set(name, "1") } else { filled };
    }
    draw(&visit, &one, &filled, &Errors::new()).await
}

async fn save(visit: Visit, Path(id): Path<i64>, fields: Fields) -> Reply {
    visit.require_admin()?;
    let one = visit.read(move |tx| tx.oidc_provider(id)).await?;
    let (draft, secret) = (draft(&fields, one.draft.clone())?, secret(&fields));
    match visit.write(move |tx| tx.oidc_change(id, &draft, secret.as_deref())).await {
        Ok(()) => visit.go(HERE, Flash::ok(visit.t.get("saved"))),
        Err(fail) => {
            let errors = faults(&visit, fail.problem)?;
            draw(&visit, &one, &Filled::typed(&fields), &errors).await
        }
    }
}

async fn delete(visit: Visit, Path(id): Path<i64>) -> Reply {
    visit.require_admin()?;
    visit.write(move |tx| tx.oidc_remove(id)).await?;
    visit.go(HERE, Flash::ok(visit.t.get("deleted")))
}
