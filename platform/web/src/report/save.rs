//! Saving, changing and deleting reports.

use super::kept::{Kept, Scope, id_of};
use super::{builder, form};
use crate::form::{Fields, one_of};
use crate::{Fail, Reply, Visit};
use akrab_engine::report::ReportDraft;
use akrab_model::Problem;
use axum::extract::Path;

fn draft(visit: &Visit, fields: &Fields) -> Result<ReportDraft, Problem> {
    Ok(ReportDraft {
        name: fields.text("name").into(),
        about: fields.text("about").into(),
        scope: one_of::<Scope>("scope", fields.text("scope"))?.0,
        report: form::read(&visit.look(), &fields.0)?,
    })
}

/// `POST /reports`: what the builder shows becomes a new report.
pub async fn create(visit: Visit, fields: Fields) -> Reply {
    save(visit, None, fields).await
}

/// `POST /reports/{key}`: what the builder shows goes into a saved report.
pub async fn change(visit: Visit, Path(key): Path<String>, fields: Fields) -> Reply {
    let id = id_of(&key)?;
    save(visit, Some(id), fields).await
}

async fn save(visit: Visit, id: Option<i64>, fields: Fields) -> Reply {
    let saved = async {
        let draft = draft(&visit, &fields)?;
        let id = visit
            .write(move |tx| match id {
                Some(id) => tx.change_report(id, &draft).map(|()| id),
                None => tx.create_report(&draft),
            })
            .await?;
        Ok::<_, Fail>(id.to_string())
    };
    let saved = saved.await;
    let (again, name) = (visit.clone(), fields.text("name"));
    Kept::Report.saved(&visit, name, saved, |problem| builder::faulty(again, &fields.0, problem)).await
}

/// `GET /reports/{key}/delete`.
pub async fn ask_delete(visit: Visit, Path(key): Path<String>) -> Reply {
    let own = key.clone();
    let entry = visit.read(move |tx| tx.report_entry(&own)).await?;
    Kept::Report.ask_delete(&visit, &key, entry.name.get(visit.lang()), entry.editable).await
}

/// `POST /reports/{key}/delete`.
pub async fn delete(visit: Visit, Path(key): Path<String>) -> Reply {
    let id = id_of(&key)?;
    visit.write(move |tx| tx.delete_report(id)).await?;
    Kept::Report.deleted(&visit)
}
