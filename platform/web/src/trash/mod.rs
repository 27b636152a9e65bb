//! Deleting, and the ways out of the bin.

mod show;

use crate::fail::Reply;
use crate::flash::Flash;
use crate::form::Fields;
use crate::record::words;
use crate::route::{Router, get, post};
use crate::ui::dialog::{Confirm, confirm};
use crate::value::local_path;
use crate::visit::Visit;
use akrab_engine::{Access, ListRequest, Tx};
use akrab_model::filter::Op;
use akrab_model::object::Scope;
use akrab_model::{Filter, Object, Problem};
use axum::extract::Path;
use maud::html;

/// Days a record stays in the bin.
const KEPT_DAYS: i32 = 30;

/// Addresses around deletion.
#[inline(always)]
pub fn routes() -> Router {
    Router::new()
        .route("/{plural}/bin", get(show::page))
        .route("/{plural}/bin/restore", post(restore_many))
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
            if !tx.may(&own, Access::Delete, id)? {
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
    let restored = visit
        .write(move |tx| {
            tx.restore(&own, id)?;
            Ok(tx.get(&own, id)?.title().to_string())
        })
        .await;
    let flash = match restored {
        Ok(title) => Flash::ok(visit.t.with("bin-restored", &[("title", title.into())])),
        // somebody else was faster: it is there, which is what was wanted
        Err(fail) if fail.problem.code == "restored_already" => Flash::ok(crate::fail::message(visit.t, &fail.problem)),
        Err(fail) => return Err(fail),
    };
    // teams, roles and rules have no page of their own: back to the list of the settings
    if object.is_system() { visit.back("/settings", flash) } else { visit.go(&format!("/{}/{id}", object.plural), flash) }
}

/// `POST /{plural}/bin/restore` with `id`s.
async fn restore_many(visit: Visit, Path(plural): Path<String>, posted: Fields) -> Reply {
    let object = visit.object(&plural)?;
    let own = object.key.clone();
    let ids: Vec<i64> = posted.all("id").filter_map(|id| id.parse().ok()).take(200).collect();
    let t = visit.t;
    let bin = format!("/{}/bin", object.plural);
    if ids.is_empty() {
        return visit.go(&bin, Flash::bad(t.get("bin-nothing-chosen")));
    }
    let back = visit
        .write(move |tx| {
            let mut back = 0_i64;
            for id in &ids {
                match tx.restore(&own, *id) {
                    Ok(_) => back += 1,
                    // somebody else was faster
                    Err(problem) if problem == Problem::not_found() || problem.code == "restored_already" => {}
                    Err(problem) => return Err(problem),
                }
            }
            Ok(back)
        })
        .await?;
    visit.go(&bin, Flash::ok(t.with("bin-restored-many", &[("n", back.into())])))
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
