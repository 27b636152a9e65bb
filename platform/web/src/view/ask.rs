//! The dialogs about views.

use crate::list::address::Address;
use crate::list::state::Listing;
use crate::ui::button::Button;
use crate::ui::dialog::{self, Dialog, dialog_form};
use crate::ui::form::{Row, row};
use crate::ui::input::{Input, radios, text};
use crate::{Fail, Reply, Visit};
use akrab_engine::view::{View, ViewScope, may_give};
use akrab_model::{Object, Problem};
use axum::extract::{Path, Query};
use maud::{Markup, html};
use std::sync::Arc;

type Pairs = Query<Vec<(String, String)>>;

/// What a dialog asks: its name, what it posts to, what stands in it.
pub struct Asking<'a> {
    pub title: &'a str,
    pub action: String,
    pub name: &'a str,
    pub scope: ViewScope,
    pub error: Option<String>,
    pub close: String,
}

/// Saves the list as it stands as a new view.
pub async fn new(visit: Visit, Path(plural): Path<String>, Query(pairs): Pairs) -> Reply {
    visit.object(&plural)?;
    let address = Address::read(&plural, &pairs);
    let asking = Asking {
        title: &visit.t.get("view-new"),
        action: address.at(&format!("/{plural}/views")),
        name: "",
        scope: ViewScope::Private,
        error: None,
        close: address.href(),
    };
    show(&visit, asking).await
}

/// A copy of a view, under a name of its own.
pub async fn copy(visit: Visit, Path((plural, key)): Path<(String, String)>) -> Reply {
    let (_, view) = find(&visit, &plural, &key).await?;
    let address = Address::read(&plural, &[("view".into(), key)]);
    let name = visit.t.with("view-copy-name", &[("name", view.name.get(visit.lang()).into())]);
    let asking = Asking {
        title: &visit.t.get("view-duplicate"),
        action: address.at(&format!("/{plural}/views")),
        name: &name,
        scope: ViewScope::Private,
        error: None,
        close: address.href(),
    };
    show(&visit, asking).await
}

/// Name and scope of a saved view.
pub async fn edit(visit: Visit, Path((plural, key)): Path<(String, String)>) -> Reply {
    let (_, view) = find(&visit, &plural, &key).await?;
    if !view.editable {
        return Err(Problem::forbidden().into());
    }
    let asking = Asking {
        title: &visit.t.get("view-edit"),
        action: format!("/{plural}/views/{key}/edit"),
        name: view.name.get(visit.lang()),
        scope: view.scope.unwrap_or(ViewScope::Private),
        error: None,
        close: format!("/{plural}?view={key}"),
    };
    show(&visit, asking).await
}

/// Draws the dialog; with an error as a faulty form.
///
/// # Errors
/// As [`Visit::page`].
pub async fn show(visit: &Visit, asking: Asking<'_>) -> Reply {
    let t = visit.t;
    let scopes = [(ViewScope::Private, "view-private"), (ViewScope::Team, "view-team"), (ViewScope::Everyone, "view-everyone")];
    let options: Vec<(String, String)> =
        scopes.iter().filter(|(scope, _)| may_give(&visit.ctx, *scope)).map(|(scope, key)| (scope.key().to_string(), t.get(key))).collect();
    let faulty = asking.error.is_some();
    let name = Row::new(t.get("view-name")).error(asking.error.unwrap_or_default());
    let d = Dialog {
        id: "view",
        icon: Some("layout-list"),
        title: asking.title,
        body: html! {
            (row(t, &name, Input::new("name", asking.name).required(true).autofocus().attr("maxlength", "60"), text))
            fieldset.ak-form-group { legend { (t.get("view-scope")) } (radios("scope", &options, asking.scope.key())) }
        },
        footer: buttons(visit, &asking.close),
        wide: false,
        close_href: &asking.close,
    };
    let markup = dialog_form(t, &d, &asking.action, &visit.csrf);
    let mut response = visit.dialog(asking.title, markup).await?;
    if faulty {
        *response.status_mut() = axum::http::StatusCode::UNPROCESSABLE_ENTITY;
    }
    Ok(response)
}

/// With which view each role begins.
pub async fn default(visit: Visit, Path((plural, key)): Path<(String, String)>) -> Reply {
    visit.require_admin()?;
    let (_, view) = find(&visit, &plural, &key).await?;
    let t = visit.t;
    let people = visit.engine().people();
    let title = t.with("view-default-title", &[("name", view.name.get(visit.lang()).into())]);
    let close = format!("/{plural}?view={key}");
    let d = Dialog {
        id: "view-default",
        icon: Some("users-round"),
        title: &title,
        body: html! {
            p.ak-muted { (t.get("view-default-text")) }
            @for role in &people.roles { (crate::ui::input::checkbox("role", &role.key, &role.name, false)) }
        },
        footer: buttons(&visit, &close),
        wide: false,
        close_href: &close,
    };
    visit.dialog(&title, dialog_form(t, &d, &format!("/{plural}/views/{key}/default"), &visit.csrf)).await
}

fn buttons(visit: &Visit, close: &str) -> Markup {
    dialog::foot(visit.t, close, Button::new(visit.t.get("view-save")).primary().submit())
}

/// A view the person may open.
pub async fn find(visit: &Visit, plural: &str, key: &str) -> Result<(Arc<Object>, View), Fail> {
    let object = visit.object(plural)?;
    let (own, key) = (object.clone(), key.to_string());
    let view = visit.read(move |tx| tx.views(&own)?.into_iter().find(|v| v.key == key).ok_or_else(Problem::not_found)).await?;
    Ok((object, view))
}

/// The list an address shows, for saving it.
pub async fn listing(visit: &Visit, plural: &str, pairs: &[(String, String)]) -> Result<Listing, Fail> {
    let object = visit.object(plural)?;
    let (look, address) = (visit.look(), Address::read(plural, pairs));
    visit.read(move |tx| Listing::resolve(tx, &look, object, address, None)).await
}
