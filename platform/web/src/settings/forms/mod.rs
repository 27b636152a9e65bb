//! Public forms in the settings: put together with a preview, shown with their address, and what came in by them.

mod edit;
mod sheet;
mod show;
mod typed;

use super::{Errors, faults, frame, show as show_page};
use crate::fail::Reply;
use crate::locale::Text;
use crate::route::{Router, get, post};
use crate::ui::button::Button;
use crate::ui::empty::{Empty, empty};
use crate::ui::frame::content;
use crate::ui::status::{Status, status, status_strong};
use crate::ui::table::plain_table;
use crate::visit::Visit;
use akrab_engine::form::FormView;
use maud::{Markup, html};

/// Where the pages are.
const HERE: &str = "/settings/forms";

#[inline(always)]
pub(super) fn routes() -> Router {
    Router::new()
        .route("/settings/forms", get(page))
        .route("/settings/forms/new", get(edit::new).post(edit::add))
        .route("/settings/forms/{id}", get(show::page))
        .route("/settings/forms/{id}/edit", get(edit::edit).post(edit::save))
        .route("/settings/forms/{id}/open", post(show::open))
        .route("/settings/forms/{id}/delete", post(show::delete))
}

async fn page(visit: Visit) -> Reply {
    visit.require_admin()?;
    let t = visit.t;
    let forms = visit.read(|tx| tx.forms()).await?;
    let mut frame = frame(&visit, &t.get("settings-forms")).await;
    let new = || Button::new(t.get("form-new")).icon("plus").primary().href(format!("{HERE}/new"));
    let file_in = || Button::new(t.get("form-file-in")).icon("upload").ghost().href(format!("{HERE}/import"));
    let body = if forms.is_empty() {
        empty(&Empty {
            icon: "clipboard-list".into(),
            title: t.get("form-none"),
            text: t.get("form-text"),
            actions: Some(html! { (new().large()) (file_in().large()) }),
            ..Empty::default()
        })
    } else {
        frame.actions = Some(html! {
            (Button::new(t.get("form-file-out")).icon("download").ghost().href("/settings/transfer/export?part=forms"))
            (file_in())
            (new())
        });
        content(false, html! { div.ak-stack { p.ak-muted { (t.get("form-text")) } (table(&visit, &forms)) } })
    };
    show_page(&visit, &frame, body, false).await
}

fn table(visit: &Visit, forms: &[FormView]) -> Markup {
    let (t, look) = (visit.t, visit.look());
    let heads = ["form-name", "form-object", "form-owner", "form-state", "form-last", "form-taken"].map(|key| t.get(key));
    let widths = [None, Some(160), Some(150), Some(150), Some(170), Some(110)];
    let heads: Vec<_> = heads.iter().zip(widths).enumerate().map(|(n, (head, width))| (head.as_str(), n > 4, width)).collect();
    let row = |form: &FormView| {
        let object = visit.registry().object(&form.draft.plan.object).map(|o| o.plural_label(visit.lang()).to_string());
        vec![
            html! { a.ak-link href={ (HERE) "/" (form.id) } { (form.draft.name) } },
            html! { (object.as_deref().unwrap_or("—")) },
            html! { (form.owner_name.as_deref().unwrap_or("—")) },
            state(t, form),
            html! { (form.last.map_or_else(|| "—".to_string(), |at| look.moment_words(&look.local(at)))) },
            html! { (t.number(form.taken)) },
        ]
    };
    plain_table(&t.get("settings-forms"), &heads, &forms.iter().map(row).collect::<Vec<_>>(), None)
}

/// Whether it takes anything, by shape and word.
fn state(t: Text, form: &FormView) -> Markup {
    match form {
        form if !form.draft.open => status(Status::None, &t.get("form-closed")),
        form if form.owner_gone => status_strong(Status::Late, &t.get("inlet-owner-gone")),
        _ => status(Status::Ok, &t.get("form-opened")),
    }
}
