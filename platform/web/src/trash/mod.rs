//! Deleting, the bin, and the way out of it.

use crate::fail::Reply;
use crate::flash::Flash;
use crate::form::Fields;
use crate::record::words;
use crate::state::Web;
use crate::ui::button::Button;
use crate::ui::dialog::{Confirm, confirm};
use crate::ui::empty::{Empty, empty};
use crate::ui::frame::{Crumb, content};
use crate::ui::related::{RelatedRow, related_row};
use crate::value::local_path;
use crate::visit::Visit;
use akrab_engine::{Access, ListRequest, Tx};
use akrab_model::filter::Op;
use akrab_model::object::Scope;
use akrab_model::{Filter, Object, Problem, Record, format};
use axum::Router;
use axum::extract::{Path, Query};
use axum::routing::{get, post};
use maud::{Markup, html};
use serde::Deserialize;

/// Days a record stays in the bin.
const KEPT_DAYS: i32 = 30;

/// Addresses around deletion.
pub fn routes() -> Router<Web> {
    Router::new()
        .route("/{plural}/bin", get(show))
        .route("/{plural}/{id}/delete", get(ask).post(delete))
        .route("/{plural}/{id}/restore", post(restore))
        .route("/{plural}/{id}/purge", get(ask_purge).post(purge))
}

type Place = Path<(String, i64)>;

/// What hangs on a record: (words, count).
fn hanging(tx: &mut Tx, object: &Object, id: i64, lang: &str) -> Vec<(String, u64)> {
    let registry = tx.registry.clone();
    let mut found = Vec::new();
    for (child, via) in &object.children {
        let child = registry.at(*child);
        if child.is_system() || tx.rights.scope(child, Access::Read) == Scope::None {
            continue;
        }
        let field = child.at(*via);
        let request =
            ListRequest { object: child.key.clone(), filter: Some(Filter::test(&field.key, Op::Is, id)), ..ListRequest::default() };
        let count = tx.count(&request, false).map_or(0, |c| c.shown());
        if count > 0 {
            found.push((child.plural_label(lang).to_string(), count));
        }
    }
    found
}

/// `GET /{plural}/{id}/delete`: what hangs on it, before it goes.
async fn ask(visit: Visit, Path((plural, id)): Place) -> Reply {
    let object = visit.object(&plural)?;
    let (own, lang) = (object.clone(), visit.lang());
    let (record, hanging) = visit
        .read(move |tx| {
            let record = tx.get(&own.key, id)?;
            if !tx.rights.reaches(&own, Access::Delete, words::owner(&record)) {
                return Err(Problem::forbidden());
            }
            Ok((record, hanging(tx, &own, id, lang)))
        })
        .await?;
    let t = visit.t;
    let title = t.with("bin-ask", &[("title", record.title().into())]);
    let body = html! {
        p { (t.with("bin-ask-text", &[("days", KEPT_DAYS.into())])) }
        @if !hanging.is_empty() {
            p { (t.get("bin-hanging")) }
            ul.ak-bullets { @for (label, count) in &hanging { li { (label) ": " b.ak-num { (t.number(*count as i64)) } } } }
        }
        input type="hidden" name="version" value=(record.version);
    };
    let href = words::href(&record);
    let dialog = confirm(
        t,
        Confirm {
            id: "delete",
            title: &title,
            body,
            action: &format!("{href}/delete"),
            csrf: &visit.csrf,
            verb: &t.get("record-delete"),
            close_href: &href,
        },
    );
    visit.dialog(&title, dialog).await
}

/// `POST /{plural}/{id}/delete`
async fn delete(visit: Visit, Path((plural, id)): Place, posted: Fields) -> Reply {
    let object = visit.object(&plural)?;
    let version = posted.text("version").parse().ok();
    let own = object.key.clone();
    let title = visit
        .write(move |tx| {
            let record = tx.get(&own, id)?;
            tx.delete(&own, id, version)?;
            Ok(record.title().to_string())
        })
        .await?;
    let flash = Flash::ok(visit.t.with("bin-deleted", &[("title", title.into())])).undo(format!("/{}/{id}/restore", object.plural));
    visit.go(local_path(posted.text("back")).unwrap_or(&format!("/{}", object.plural)), flash)
}

/// `POST /{plural}/{id}/restore`
async fn restore(visit: Visit, Path((plural, id)): Place) -> Reply {
    let object = visit.object(&plural)?;
    let own = object.key.clone();
    let title = visit
        .write(move |tx| {
            tx.restore(&own, id)?;
            Ok(tx.get(&own, id)?.title().to_string())
        })
        .await?;
    visit.go(&format!("/{}/{id}", object.plural), Flash::ok(visit.t.with("bin-restored", &[("title", title.into())])))
}

/// `GET /{plural}/{id}/purge`: nothing brings it back, so it is asked again.
async fn ask_purge(visit: Visit, Path((plural, id)): Place) -> Reply {
    visit.require_admin()?;
    let object = visit.object(&plural)?;
    let record = visit.engine().get_binned(&visit.ctx, &object.key, id).await?;
    let t = visit.t;
    let title = t.with("bin-purge-ask", &[("title", record.title().into())]);
    let bin = format!("/{}/bin", object.plural);
    let body = html! { p { (t.get("bin-purge-text")) } };
    let dialog = confirm(
        t,
        Confirm {
            id: "purge",
            title: &title,
            body,
            action: &format!("/{}/{id}/purge", object.plural),
            csrf: &visit.csrf,
            verb: &t.get("bin-purge"),
            close_href: &bin,
        },
    );
    visit.dialog(&title, dialog).await
}

/// `POST /{plural}/{id}/purge`
async fn purge(visit: Visit, Path((plural, id)): Place) -> Reply {
    visit.require_admin()?;
    let object = visit.object(&plural)?;
    visit.engine().purge(&visit.ctx, &object.key, id).await?;
    visit.go(&format!("/{}/bin", object.plural), Flash::ok(visit.t.get("bin-purged")))
}

#[derive(Deserialize)]
struct Asked {
    after: Option<String>,
}

/// `GET /{plural}/bin`
async fn show(visit: Visit, Path(plural): Path<String>, Query(asked): Query<Asked>) -> Reply {
    let object = visit.object(&plural)?;
    let request = ListRequest {
        object: object.key.clone(),
        bin: true,
        sort: vec!["-updated_at".into()],
        after: asked.after,
        limit: 50,
        ..ListRequest::default()
    };
    let list = visit.engine().list(&visit.ctx, request).await?;
    let t = visit.t;
    let mut frame = visit.frame(&t.get("bin-title")).await;
    frame.breadcrumb = vec![Crumb { label: object.plural_label(visit.lang()).into(), href: Some(format!("/{}", object.plural)) }];
    let body = if list.records.is_empty() {
        empty(&Empty {
            icon: "trash-2".into(),
            title: t.get("bin-empty"),
            text: t.with("bin-text", &[("days", KEPT_DAYS.into())]),
            ..Empty::default()
        })
    } else {
        content(
            true,
            html! {
                p.ak-muted { (t.with("bin-text", &[("days", KEPT_DAYS.into())])) }
                ul { @for record in &list.records { (line(&visit, &object, record)) } }
                @if let Some(next) = &list.next { p { (Button::new(t.get("next-page")).href(format!("/{}/bin?after={next}", object.plural))) } }
            },
        )
    };
    visit.page(&frame, body)
}

fn line(visit: &Visit, object: &Object, record: &Record) -> Markup {
    let t = visit.t;
    let look = visit.look();
    let href = words::href(record);
    let deleted = record.deleted_at.map(|at| format::relative(words::micros(at), look.now.timestamp(), look.lang)).unwrap_or_default();
    let second = [look.subtitle(record), t.with("bin-deleted-at", &[("when", deleted.into())])];
    let second: Vec<&str> = second.iter().map(String::as_str).filter(|w| !w.is_empty()).collect();
    let end = html! {
        form method="post" action={ (href) "/restore" } {
            input type="hidden" name="csrf" value=(visit.csrf);
            (Button::new(t.get("bin-restore")).icon("undo-2").submit())
        }
        @if visit.ctx.is_admin() { (Button::only_icon("trash-2", t.get("bin-purge")).ghost().href(format!("{href}/purge")).attr("data-dialog-href", format!("{href}/purge"))) }
    };
    related_row(&RelatedRow {
        lead: Some(look.avatar(object, record.title(), 26)),
        title: record.title().to_string(),
        href: format!("{href}/history"),
        detail: Some(html! { (second.join(" · ")) }),
        end: Some(html! { span.ak-row.ak-gap-4 { (end) } }),
    })
}
