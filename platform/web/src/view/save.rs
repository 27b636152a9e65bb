//! Saving views.

use super::ask::{self, Asking, find, listing};
use crate::fail::field_message;
use crate::flash::Flash;
use crate::form::Fields;
use crate::list::address::Address;
use crate::{Fail, Reply, Visit};
use akrab_engine::view::{ViewDraft, ViewScope};
use akrab_model::Problem;
use akrab_model::problem::ProblemKind;
use axum::extract::{Path, Query};

type Pairs = Query<Vec<(String, String)>>;

fn scope_of(word: &str) -> ViewScope {
    match word {
        "team" => ViewScope::Team,
        "everyone" => ViewScope::Everyone,
        _ => ViewScope::Private,
    }
}

fn id_of(key: &str) -> Result<i64, Fail> {
    key.parse().map_err(|_| Problem::not_found().into())
}

/// The list as it stands becomes a new view.
pub async fn create(visit: Visit, Path(plural): Path<String>, Query(pairs): Pairs, fields: Fields) -> Reply {
    let listing = listing(&visit, &plural, &pairs).await?;
    let draft = ViewDraft { name: fields.text("name").into(), scope: scope_of(fields.text("scope")), state: listing.state.clone() };
    let (object, own) = (listing.object.clone(), draft.clone());
    match visit.write(move |tx| tx.create_view(&object, &own)).await {
        Ok(id) => visit.go(&format!("/{plural}?view={id}"), Flash::ok(visit.t.with("view-saved", &[("name", draft.name.trim().into())]))),
        Err(fail) => {
            let address = Address::read(&plural, &pairs);
            let title = visit.t.get("view-new");
            faulty(
                &visit,
                fail,
                Asking {
                    title: &title,
                    action: address.at(&format!("/{plural}/views")),
                    name: &draft.name,
                    scope: draft.scope,
                    error: None,
                    close: address.href(),
                },
            )
            .await
        }
    }
}

/// The changes of the list go into its view.
pub async fn replace(visit: Visit, Path((plural, key)): Path<(String, String)>, Query(pairs): Pairs) -> Reply {
    let listing = listing(&visit, &plural, &pairs).await?;
    let (object, id, state) = (listing.object.clone(), id_of(&key)?, listing.state.clone());
    visit.write(move |tx| tx.change_view(&object, id, |view| view.state = state.clone())).await?;
    let name = listing.view().name.get(visit.lang()).to_string();
    visit.go(&format!("/{plural}?view={key}"), Flash::ok(visit.t.with("view-saved", &[("name", name.into())])))
}

/// Another name or scope.
pub async fn rename(visit: Visit, Path((plural, key)): Path<(String, String)>, fields: Fields) -> Reply {
    let object = visit.object(&plural)?;
    let (id, name, scope) = (id_of(&key)?, fields.text("name").to_string(), scope_of(fields.text("scope")));
    let (own, own_name) = (object.clone(), name.clone());
    let saved = visit.write(move |tx| {
        tx.change_view(&own, id, |view| {
            view.name = own_name.clone();
            view.scope = scope;
        })
    });
    match saved.await {
        Ok(()) => visit.go(&format!("/{plural}?view={key}"), Flash::ok(visit.t.with("view-saved", &[("name", name.trim().into())]))),
        Err(fail) => {
            let title = visit.t.get("view-edit");
            faulty(
                &visit,
                fail,
                Asking {
                    title: &title,
                    action: format!("/{plural}/views/{key}/edit"),
                    name: &name,
                    scope,
                    error: None,
                    close: format!("/{plural}?view={key}"),
                },
            )
            .await
        }
    }
}

async fn faulty(visit: &Visit, fail: Fail, asking: Asking<'_>) -> Reply {
    match fail.problem.fields.first() {
        Some(fault) if fail.problem.kind == ProblemKind::Invalid => {
            ask::show(visit, Asking { error: Some(field_message(visit.t, fault)), ..asking }).await
        }
        _ => Err(fail),
    }
}

/// The roles ticked begin with this view.
pub async fn default(visit: Visit, Path((plural, key)): Path<(String, String)>, fields: Fields) -> Reply {
    let (object, view) = find(&visit, &plural, &key).await?;
    let roles: Vec<String> = fields.all("role").map(Into::into).collect();
    let own = key.clone();
    visit
        .write(move |tx| {
            for role in &roles {
                tx.set_default_view(&object, role, Some(&own))?;
            }
            Ok(())
        })
        .await?;
    let name = view.name.get(visit.lang()).to_string();
    visit.go(&format!("/{plural}?view={key}"), Flash::ok(visit.t.with("view-default-saved", &[("name", name.into())])))
}

/// One place to the left among the saved views.
pub async fn left(visit: Visit, Path((plural, key)): Path<(String, String)>) -> Reply {
    let object = visit.object(&plural)?;
    let id = id_of(&key)?;
    visit
        .write(move |tx| {
            let mut ids: Vec<i64> = tx.views(&object)?.iter().filter_map(|v| v.id).collect();
            if let Some(at) = ids.iter().position(|other| *other == id).filter(|at| *at > 0) {
                ids.swap(at, at - 1);
            }
            tx.order_views(&object, &ids)
        })
        .await?;
    visit.go(&format!("/{plural}?view={key}"), None)
}

/// Deletes a view; the records in it stay.
pub async fn delete(visit: Visit, Path((plural, key)): Path<(String, String)>) -> Reply {
    let (object, view) = find(&visit, &plural, &key).await?;
    let id = id_of(&key)?;
    visit.write(move |tx| tx.delete_view(&object, id)).await?;
    let name = view.name.get(visit.lang()).to_string();
    visit.go(&format!("/{plural}"), Flash::ok(visit.t.with("view-deleted", &[("name", name.into())])))
}
