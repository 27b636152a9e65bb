//! Words for the chosen records: which to add, which to take off.

use super::{get, meets, records, show, spec, stored};
use crate::ui::button::Button;
use crate::ui::form::{Row, error_summary, row};
use crate::ui::input::Input;
use crate::value::Typed;
use crate::value::input::Sheet;
use crate::{Form, Reply, Visit, fail};
use akrab_engine::Rights;
use akrab_engine::bulk::{BulkChange, BulkSpec};
use akrab_model::object::FieldRight;
use akrab_model::problem::ProblemKind;
use akrab_model::{Field, FieldIx, Object, Problem};
use axum::extract::Path;
use axum::http::StatusCode;
use maud::html;
use std::collections::HashMap;
use std::sync::Arc;

/// The field whose words may be put on records: the first open one the person may change.
pub fn tagged<'o>(object: &'o Object, rights: &Rights) -> Option<&'o Field> {
    let may = |n: usize| rights.field(object, FieldIx(n as u16)) == FieldRight::Edit;
    object.fields.iter().enumerate().find(|(n, f)| f.open && f.writable() && may(*n)).map(|(_, f)| f)
}

/// `POST /{plural}/bulk/tag`
pub(super) async fn ask(visit: Visit, Path(plural): Path<String>, Form(pairs): Form<Vec<(String, String)>>) -> Reply {
    let object = visit.object(&plural)?;
    let spec = spec(&visit, &object, &pairs).await?;
    draw(&visit, &object, &spec, &Typed::default(), &[]).await
}

async fn draw(visit: &Visit, object: &Arc<Object>, spec: &BulkSpec, typed: &Typed, faults: &[(String, String)]) -> Reply {
    let t = visit.t;
    let field = tagged(object, &visit.rights()).ok_or_else(Problem::forbidden)?;
    let met = visit.engine().bulk_preview(&visit.ctx, spec.clone()).await?;
    let look = visit.look();
    let errors = HashMap::new();
    let sheet = Sheet { look: &look, object: &object.key, typed, errors: &errors, focus: None, templates: None };
    let count = t.number(met.allowed as i64);
    let title = t.with("bulk-tag-title", &[("n", count.clone().into()), ("records", records(visit, object).into())]);
    let control = |name: &str| {
        row(t, &Row::new(t.get(&format!("bulk-tag-{name}"))).wide(), Input::new(name, ""), |i| sheet.several(field, i, &typed.all(name)))
    };
    let body = html! {
        (stored(spec)?)
        input type="hidden" name="tag" value=(field.key);
        (error_summary(t, faults))
        (meets(visit, met))
        div.ak-form { (control("add")) (control("remove")) }
        p.ak-hint { (t.get("bulk-undo-promise")) }
    };
    let verb = Button::new(t.with("bulk-do", &[("n", count.into()), ("records", records(visit, object).into())])).primary().submit();
    show(visit, object, &title, "tag", "run", body, verb).await
}

/// Queues the job.
pub(super) async fn run(visit: &Visit, object: &Arc<Object>, spec: BulkSpec, pairs: &[(String, String)]) -> Reply {
    let words = |name: &str| -> Vec<String> {
        let typed = pairs.iter().filter(|(key, _)| key == name).flat_map(|(_, value)| value.split([',', ';']));
        typed.map(str::trim).filter(|word| !word.is_empty()).map(Into::into).collect()
    };
    let change = BulkChange::Tag { field: get(pairs, "tag").into(), add: words("add"), remove: words("remove") };
    let asked = BulkSpec { change, ..spec.clone() };
    match visit.engine().bulk_start(&visit.ctx, asked).await {
        Ok(job) => visit.go(&format!("/jobs/{job}"), None),
        Err(problem) if problem.kind == ProblemKind::Invalid => {
            let mut response = draw(visit, object, &spec, &Typed::posted(pairs.to_vec()), &fail::field_errors(visit.t, &problem)).await?;
            *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
            Ok(response)
        }
        Err(problem) => Err(problem.into()),
    }
}
