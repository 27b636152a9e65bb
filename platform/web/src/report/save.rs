//! Saving, changing and deleting reports.

use super::{builder, form};
use crate::flash::Flash;
use crate::form::{Fields, one_of};
use crate::ui::dialog::{Confirm, confirm};
use crate::{Fail, Reply, Visit};
use akrab_engine::report::ReportDraft;
use akrab_model::Problem;
use akrab_model::problem::ProblemKind;
use axum::extract::Path;
use maud::html;

fn id_of(key: &str) -> Result<i64, Fail> {
    key.parse().map_err(|_| Problem::not_found().into())
}

fn draft(visit: &Visit, fields: &Fields) -> Result<ReportDraft, Problem> {
    Ok(ReportDraft {
        name: fields.text("name").into(),
        about: fields.text("about").into(),
        scope: one_of::<Scope>("scope", fields.text("scope"))?.0,
        report: form::read(&visit.look(), &fields.0)?,
    })
}

/// The word of a scope in a form.
#[derive(serde::Deserialize)]
#[serde(transparent)]
pub(crate) struct Scope(pub akrab_engine::view::ViewScope);

impl Default for Scope {
    fn default() -> Self {
        Scope(akrab_engine::view::ViewScope::Private)
    }
}

/// `POST /reports`: what the builder shows becomes a new report.
pub async fn create(visit: Visit, fields: Fields) -> Reply {
    let saved = async {
        let draft = draft(&visit, &fields)?;
        let own = draft.clone();
        let id = visit.write(move |tx| tx.create_report(&own)).await?;
        Ok::<_, Fail>((id.to_string(), draft.name))
    };
    match saved.await {
        Ok((key, name)) => done(&visit, &key, &name),
        Err(fail) if fail.problem.kind == ProblemKind::Invalid => builder::faulty(visit, &fields.0, fail.problem).await,
        Err(fail) => Err(fail),
    }
}

/// `POST /reports/{key}`: what the builder shows goes into a saved report.
pub async fn change(visit: Visit, Path(key): Path<String>, fields: Fields) -> Reply {
    let id = id_of(&key)?;
    let saved = async {
        let draft = draft(&visit, &fields)?;
        let own = draft.clone();
        visit.write(move |tx| tx.change_report(id, &own)).await?;
        Ok::<_, Fail>(draft.name)
    };
    match saved.await {
        Ok(name) => done(&visit, &key, &name),
        Err(fail) if fail.problem.kind == ProblemKind::Invalid => builder::faulty(visit, &fields.0, fail.problem).await,
        Err(fail) => Err(fail),
    }
}

fn done(visit: &Visit, key: &str, name: &str) -> Reply {
    visit.go(&format!("/reports/{key}"), Flash::ok(visit.t.with("report-saved", &[("name", name.trim().into())])))
}

/// `GET /reports/{key}/delete`.
pub async fn ask_delete(visit: Visit, Path(key): Path<String>) -> Reply {
    let t = visit.t;
    let own = key.clone();
    let entry = visit.read(move |tx| tx.report_entry(&own)).await?;
    if !entry.editable {
        return Err(Problem::forbidden().into());
    }
    let title = t.with("report-delete-title", &[("name", entry.name.get(visit.lang()).into())]);
    let (action, close) = (format!("/reports/{key}/delete"), format!("/reports/{key}"));
    let dialog = Confirm {
        id: "report-delete",
        title: &title,
        body: html! { p { (t.get("report-delete-text")) } },
        action: &action,
        csrf: &visit.csrf,
        verb: &t.get("bulk-delete"),
        close_href: &close,
    };
    visit.dialog(&title, confirm(t, dialog)).await
}

/// `POST /reports/{key}/delete`.
pub async fn delete(visit: Visit, Path(key): Path<String>) -> Reply {
    let id = id_of(&key)?;
    visit.write(move |tx| tx.delete_report(id)).await?;
    visit.go("/reports", Flash::ok(visit.t.get("report-deleted")))
}
