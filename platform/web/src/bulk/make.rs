//! A record about each of the chosen ones: a task for all of them at once.

use super::{records, show, spec, stored};
use crate::editor::Sheet;
use crate::record::teller::{Teller, tellers};
use crate::ui::button::Button;
use crate::ui::form::columns;
use crate::value::{Look, Typed};
use crate::{Form, Reply, Visit};
use akrab_engine::Rights;
use akrab_engine::bulk::{BulkChange, BulkSpec};
use akrab_model::problem::ProblemKind;
use akrab_model::{Object, Problem};
use axum::extract::Path;
use axum::http::StatusCode;
use maud::html;
use std::sync::Arc;

/// Objects of which one may be made about each chosen record: those that are to be done.
pub fn makes(look: &Look, object: &Object, rights: &Rights) -> Vec<Teller> {
    tellers(&look.registry, object).into_iter().filter(|teller| teller.is_task() && rights.may_create(&teller.object)).collect()
}

fn teller(visit: &Visit, object: &Object, name: &str) -> Result<Teller, Problem> {
    makes(&visit.look(), object, &visit.rights()).into_iter().find(|t| t.object.key == name).ok_or_else(Problem::not_found)
}

/// `POST /{plural}/bulk/make/{object}`
pub(super) async fn ask(visit: Visit, Path((plural, made)): Path<(String, String)>, Form(pairs): Form<Vec<(String, String)>>) -> Reply {
    let object = visit.object(&plural)?;
    let teller = teller(&visit, &object, &made)?;
    let spec = spec(&visit, &object, &pairs).await?;
    let (look, own) = (visit.look(), teller.object.clone());
    let sheet = visit.read(move |tx| Sheet::fresh(tx, look, own, Typed::default())).await?;
    draw(&visit, &object, &spec, &teller, sheet).await
}

async fn draw(visit: &Visit, object: &Arc<Object>, spec: &BulkSpec, teller: &Teller, sheet: Sheet) -> Reply {
    let t = visit.t;
    let change = BulkChange::Make { object: teller.object.key.clone(), via: teller.via.clone(), values: Default::default() };
    let met = visit.engine().bulk_preview(&visit.ctx, BulkSpec { change, ..spec.clone() }).await?;
    let made = teller.object.clone();
    // to what each is linked is known
    let links = &made.decl.timeline.on;
    let keys: Vec<String> = std::iter::once(&made.decl.title)
        .chain(made.decl.layout.quick.iter())
        .filter(|key| !links.contains(key))
        .cloned()
        .chain(sheet.errors.iter().map(|(name, _)| name.clone()))
        .collect();
    let fields = sheet.writable(&made, &keys);
    let count = t.number(met.allowed as i64);
    let name = made.label(visit.lang()).to_lowercase();
    let args = [("n", count.into()), ("records", records(visit, object).into()), ("made", name.into())];
    let title = t.with("bulk-make-title", &args);
    let body = html! {
        (stored(spec)?)
        input type="hidden" name="make" value=(made.key);
        (sheet.summary(&made.fields))
        (columns(html! { @for field in &fields { (sheet.row(field)) } }))
        p.ak-hint { (t.get("bulk-undo-promise")) }
    };
    let verb = Button::new(t.with("bulk-make-do", &args)).primary().submit();
    show(visit, object, &title, "square-check-big", "run", body, verb).await
}

/// Queues the job.
pub(super) async fn run(visit: &Visit, object: &Arc<Object>, spec: BulkSpec, typed: Typed) -> Reply {
    let teller = teller(visit, object, typed.text("make"))?;
    let made = teller.object.clone();
    let values = typed.input(made.fields.iter().filter(|f| typed.has(&f.key) && f.writable()));
    let change = BulkChange::Make { object: made.key.clone(), via: teller.via.clone(), values };
    match visit.engine().bulk_start(&visit.ctx, BulkSpec { change, ..spec.clone() }).await {
        Ok(job) => visit.go(&format!("/jobs/{job}"), None),
        Err(problem) if problem.kind == ProblemKind::Invalid => {
            let look = visit.look();
            let sheet = visit.read(move |tx| Sheet::load(tx, look, made, typed)).await?.faulty(&problem);
            let mut response = draw(visit, object, &spec, &teller, sheet).await?;
            *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
            Ok(response)
        }
        Err(problem) => Err(problem.into()),
    }
}
