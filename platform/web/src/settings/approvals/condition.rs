//! `GET /settings/approvals/{key}/condition`: which records a rule is for, put together with the builder of lists.

use crate::fail::Reply;
use crate::filter::builder;
use crate::filter::words::{Titles, titles};
use crate::settings::{frame, show as show_settings};
use crate::ui::button::Button;
use crate::ui::frame::content;
use crate::visit::Visit;
use akrab_model::Filter;
use axum::extract::Path;
use maud::html;

pub(super) async fn show(visit: Visit, Path(key): Path<String>) -> Reply {
    visit.require_admin()?;
    let t = visit.t;
    let look = visit.look();
    let wanted = key.clone();
    let (kept, object, titles, words) = visit
        .read(move |tx| {
            let kept = tx.approval_rule(&wanted)?;
            let object = tx.object(&kept.decl.object)?;
            let titles = match kept.decl.when.as_ref().and_then(|when| Filter::from_json(when).ok()) {
                Some(filter) => titles(&look, tx, &object, &filter)?,
                None => Titles::new(),
            };
            Ok((kept, object, titles, builder::own_words(tx)))
        })
        .await?;
    let action = format!("/settings/approvals/{key}");
    let part = builder::of_report(&visit.look(), &object, kept.decl.when.as_ref(), &visit.rights(), &titles, &words, &[], &action, None);
    let mut frame = frame(&visit, &t.get("approval-when")).await;
    frame.breadcrumb.push(visit.crumb("approval-rule", &action));
    let body = html! { div.ak-stack { p { (t.with("approval-when-text", &[("name", kept.name.get(visit.lang()).into())])) } div { (Button::new(t.get("approval-when-change")).icon("filter").href("#filter").flag("data-filter-open", true)) } div.ak-approval-when { (part) } } };
    show_settings(&visit, &frame, content(false, body), false).await
}
