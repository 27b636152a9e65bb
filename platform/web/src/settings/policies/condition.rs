//! `GET /settings/policies/{key}/condition`: which records a policy is for, put together with the builder of lists.

use crate::fail::Reply;
use crate::settings::condition::Condition;
use crate::settings::{frame, show as show_settings};
use crate::ui::button::Button;
use crate::ui::frame::content;
use crate::visit::Visit;
use akrab_model::{Filter, Problem};
use axum::extract::{Path, RawQuery};
use axum::response::{IntoResponse, Redirect};
use maud::html;

pub(super) async fn show(visit: Visit, Path(key): Path<String>, RawQuery(query): RawQuery) -> Reply {
    visit.require_admin()?;
    let t = visit.t;
    // what was put together goes on to the form
    if let Some(filter) = query.as_deref().and_then(|q| q.split('&').find_map(|pair| pair.strip_prefix("filter="))) {
        return Ok(Redirect::to(&format!("/settings/policies/{key}?when={filter}")).into_response());
    }
    let wanted = key.clone();
    let kept = visit.read(move |tx| tx.policy_rule(&wanted)).await?;
    let object = visit.registry().object(&kept.decl.object).cloned().ok_or_else(Problem::not_found)?;
    let filter = kept.decl.when.as_ref().and_then(|when| Filter::from_json(when).ok());
    let condition = Condition::load(&visit, object, filter).await?;
    let action = format!("/settings/policies/{key}/condition");
    let mut frame = frame(&visit, &t.get("policy-when")).await;
    frame
        .breadcrumb
        .push(crate::ui::frame::Crumb { label: kept.name.get(visit.lang()).to_string(), href: Some(format!("/settings/policies/{key}")) });
    let body = html! {
        div.ak-stack {
            p { (condition.words()) }
            div { (Button::new(t.get("approval-when-change")).icon("filter").href("#filter").flag("data-filter-open", true)) }
            div.ak-approval-when { (condition.builder(&visit, &action, &[])) }
        }
    };
    show_settings(&visit, &frame, content(false, body), false).await
}
