//! `POST /settings/approvals/{key}/condition`: which records a rule is for, put together with the builder of lists. What was
//! typed in the rule's form goes along and comes back with the condition.

use super::read;
use crate::fail::Reply;
use crate::filter::builder;
use crate::filter::words::{Titles, titles};
use crate::form::Fields;
use crate::settings::{frame, show as show_settings};
use crate::ui::button::Button;
use crate::ui::frame::content;
use crate::visit::Visit;
use akrab_engine::approval::ApprovalDecl;
use akrab_model::{Filter, Problem};
use axum::extract::Path;
use maud::html;

/// Of a rule that is not kept yet.
pub(super) async fn of_new(visit: Visit, fields: Fields) -> Reply {
    visit.require_admin()?;
    draw(&visit, "/settings/approvals/new", &ApprovalDecl::default(), &fields).await
}

pub(super) async fn of_kept(visit: Visit, Path(key): Path<String>, fields: Fields) -> Reply {
    visit.require_admin()?;
    let wanted = key.clone();
    let kept = visit.read(move |tx| tx.approval_rule(&wanted)).await?;
    draw(&visit, &format!("/settings/approvals/{key}"), &kept.decl, &fields).await
}

async fn draw(visit: &Visit, action: &str, kept: &ApprovalDecl, fields: &Fields) -> Reply {
    let t = visit.t;
    let (decl, _) = read::decl(visit, fields, kept);
    let object = visit.registry().object(&decl.object).cloned().ok_or_else(Problem::not_found)?;
    let (look, own, when) = (visit.look(), object.clone(), decl.when.clone());
    let (titles, words) = visit
        .read(move |tx| {
            let titles = match when.as_ref().and_then(|when| Filter::from_json(when).ok()) {
                Some(filter) => titles(&look, tx, &own, &filter)?,
                None => Titles::new(),
            };
            Ok((titles, builder::own_words(tx)))
        })
        .await?;
    let typed = fields.0.iter().filter(|(name, _)| !matches!(name.as_str(), "csrf" | "when" | "filter" | "typed"));
    let keep: Vec<(String, String)> = typed.cloned().chain([("typed".to_string(), "1".to_string())]).collect();
    let part = builder::of_report(&visit.look(), &object, decl.when.as_ref(), &visit.rights(), &titles, &words, &keep, action, None);
    let mut frame = frame(visit, &t.get("approval-when")).await;
    let back = if action.ends_with("/new") { format!("{action}?object={}", object.key) } else { action.to_string() };
    frame.breadcrumb.push(visit.crumb("approval-rule", &back));
    let name = decl.name.get(visit.lang());
    let body = html! {
        div.ak-stack {
            @if !name.is_empty() { p { (t.with("approval-when-text", &[("name", name.into())])) } }
            div { (Button::new(t.get("approval-when-change")).icon("filter").href("#filter").flag("data-filter-open", true)) }
            div.ak-approval-when { (part) }
        }
    };
    show_settings(visit, &frame, content(false, body), false).await
}
