//! `GET /{plural}/{id}`

use super::load::{Asked, Sight};
use super::{body, head, place, words};
use crate::fail::Reply;
use crate::ui::button::Button;
use crate::ui::frame::{Crumb, TopBar, bell};
use crate::visit::Visit;
use akrab_model::ProblemKind;
use axum::extract::{Path, Query};
use maud::html;

pub(super) async fn show(visit: Visit, Path((plural, id)): Path<(String, i64)>, Query(mut asked): Query<Asked>) -> Reply {
    let object = visit.object(&plural)?;
    asked.list = place::query(&visit, &object, asked.list.as_deref());
    let (own, look) = (object.clone(), visit.look());
    let found = visit.read(move |tx| Sight::load(tx, look, own, id, asked)).await;
    let sight = match found {
        // the addresses of a record that went into another lead there
        Err(fail) if fail.problem.kind == ProblemKind::NotFound => match visit.engine().merged_into(&visit.ctx, &object.key, id).await? {
            Some(winner) => return visit.go(&format!("/{}/{winner}", object.plural), None),
            None => return Err(fail),
        },
        found => found?,
    };
    visit.engine().looked_at(&visit.ctx, &object.key, id);
    let mut frame = visit.frame(&words::full_title(&sight.record)).await;
    frame.top = TopBar::Record;
    frame.create_href = Some(format!("/create?object={}&id={id}", object.key));
    frame.breadcrumb = vec![
        Crumb { label: object.plural_label(visit.lang()).into(), href: Some(format!("/{}", object.plural)) },
        Crumb { label: words::full_title(&sight.record), href: None },
    ];
    crate::live::on(&mut frame, &format!("{}/{id}", object.key));
    frame.actions = Some(html! {
        span.ak-here id="here" aria-live="polite" {}
        (place::draw(&sight))
        (bell(visit.t, &format!("{}/follow", sight.href()), &visit.csrf, sight.following))
        (Button::only_icon("link", visit.t.get("record-copy-link")).ghost().attr("data-copy", address(&visit, &sight.href())))
        (head::rest(&sight, &visit.csrf))
    });
    let page = html! { div.ak-part id="record-head" data-fresh { (head::draw(&sight, &visit.csrf)) } (body::draw(&sight, &visit.csrf)) (crate::file::list::target(&sight)) };
    visit.page(&frame, page)
}

/// The whole address, for pasting elsewhere.
fn address(visit: &Visit, path: &str) -> String {
    match &visit.web.config.base_url {
        Some(base) => format!("{}{path}", base.trim_end_matches('/')),
        None => format!("http://{}{path}", visit.facts.header("host")),
    }
}
