//! Bulk edit: choose a field, give its value, see how many it meets, run it as a job.

mod make;
mod tag;

pub use make::makes;
pub use tag::tagged;

use crate::export::Chosen;
use crate::route::{Router, post};
use crate::ui::button::Button;
use crate::ui::dialog::{self, Dialog, dialog_form};
use crate::ui::form::{Row, row};
use crate::ui::input::{self, Input};
use crate::value::Typed;
use crate::value::input::Sheet;
use crate::{Form, Reply, Visit, fail};
use akrab_engine::Tx;
use akrab_engine::bulk::{BulkChange, BulkPreview, BulkSpec};
use akrab_model::problem::ProblemKind;
use akrab_model::value::Input as Values;
use akrab_model::{Field, FieldType, Object, Problem};
use axum::extract::Path;
use axum::http::StatusCode;
use maud::{Markup, html};
use std::collections::HashMap;
use std::sync::Arc;

type Pairs = Form<Vec<(String, String)>>;

/// Addresses of bulk edits.
#[inline(always)]
pub fn routes() -> Router {
    Router::new()
        .route("/{plural}/bulk/edit", post(edit))
        .route("/{plural}/bulk/assign", post(assign))
        .route("/{plural}/bulk/tag", post(tag::ask))
        .route("/{plural}/bulk/make/{object}", post(make::ask))
        .route("/{plural}/bulk/delete", post(delete))
        .route("/{plural}/bulk/run", post(run))
}

/// `POST /{plural}/bulk/edit`: asks for the field, and with `field` for its value.
async fn edit(visit: Visit, Path(plural): Path<String>, Form(pairs): Pairs) -> Reply {
    let object = visit.object(&plural)?;
    let key = get(&pairs, "field").to_string();
    let spec = spec(&visit, &object, &pairs).await?;
    match object.field(&key) {
        None => choose(&visit, &object, &spec).await,
        Some(field) => ask_value(&visit, &object, field, &spec, &Typed::default(), &HashMap::new()).await,
    }
}

/// `POST /{plural}/bulk/assign`: the owner alone.
async fn assign(visit: Visit, Path(plural): Path<String>, Form(pairs): Pairs) -> Reply {
    let object = visit.object(&plural)?;
    let spec = spec(&visit, &object, &pairs).await?;
    let owner = object.owner.map(|ix| object.at(ix)).ok_or_else(Problem::not_found)?;
    ask_value(&visit, &object, owner, &spec, &Typed::default(), &HashMap::new()).await
}

/// `POST /{plural}/bulk/delete`: asks before the records go to the bin.
async fn delete(visit: Visit, Path(plural): Path<String>, Form(pairs): Pairs) -> Reply {
    let t = visit.t;
    let object = visit.object(&plural)?;
    let spec = BulkSpec { change: BulkChange::Delete, ..spec(&visit, &object, &pairs).await? };
    let met = visit.engine().bulk_preview(&visit.ctx, spec.clone()).await?;
    let records = records(&visit, &object);
    let title = t.with("bulk-delete-title", &[("n", t.number(met.allowed as i64).into()), ("records", records.into())]);
    let body = html! { (stored(&spec)?) (meets(&visit, met)) p { (t.get("bulk-delete-text")) } };
    let verb = Button::new(t.with("bulk-delete-do", &[("n", t.number(met.allowed as i64).into())])).danger().submit();
    show(&visit, &object, &title, "trash-2", "run", body, verb).await
}

/// `POST /{plural}/bulk/run`: queues the job.
async fn run(visit: Visit, Path(plural): Path<String>, Form(pairs): Pairs) -> Reply {
    let object = visit.object(&plural)?;
    let mut spec: BulkSpec = serde_json::from_str(get(&pairs, "spec")).map_err(|_| Problem::malformed("bad_form"))?;
    spec.object.clone_from(&object.key);
    let field = object.field(get(&pairs, "field")).cloned();
    let typed = Typed::posted(pairs.clone());
    if !get(&pairs, "tag").is_empty() {
        return tag::run(&visit, &object, spec, &pairs).await;
    }
    if !get(&pairs, "make").is_empty() {
        return make::run(&visit, &object, spec, typed).await;
    }
    if let (BulkChange::Set(_), Some(field)) = (&spec.change, &field) {
        let mut values: Values = typed.input([field]);
        // an empty value is meant: it empties the field
        values.entry(field.key.clone()).or_insert(serde_json::Value::Null);
        spec.change = BulkChange::Set(values);
    }
    match (visit.engine().bulk_start(&visit.ctx, spec.clone()).await, &field) {
        (Ok(job), _) => visit.go(&format!("/jobs/{job}"), None),
        (Err(problem), Some(field)) if problem.kind == ProblemKind::Invalid => {
            let errors = fail::field_errors(visit.t, &problem).into_iter().collect();
            let mut response = ask_value(&visit, &object, field, &spec, &typed, &errors).await?;
            *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
            Ok(response)
        }
        (Err(problem), _) => Err(problem.into()),
    }
}

fn get<'p>(pairs: &'p [(String, String)], name: &str) -> &'p str {
    pairs.iter().find(|(key, _)| key == name).map_or("", |(_, value)| value.trim())
}

async fn spec(visit: &Visit, object: &Arc<Object>, pairs: &[(String, String)]) -> Result<BulkSpec, crate::Fail> {
    let kept = get(pairs, "spec");
    if !kept.is_empty() {
        let spec: BulkSpec = serde_json::from_str(kept).map_err(|_| Problem::malformed("bad_form"))?;
        return Ok(BulkSpec { object: object.key.clone(), ..spec });
    }
    let chosen = Chosen::read(visit, object, pairs, false).await?;
    Ok(BulkSpec { object: object.key.clone(), ids: chosen.ids, filter: chosen.filter, q: chosen.q, change: BulkChange::default() })
}

fn stored(spec: &BulkSpec) -> Result<Markup, Problem> {
    let text = serde_json::to_string(spec).map_err(Problem::internal)?;
    Ok(html! { input type="hidden" name="spec" value=(text); })
}

fn records(visit: &Visit, object: &Object) -> String {
    object.plural_label(visit.lang()).to_lowercase()
}

/// "128 dari 130 kontak bisa Anda ubah."
fn meets(visit: &Visit, met: BulkPreview) -> Markup {
    let t = visit.t;
    html! {
        @if met.allowed < met.matching {
            p.ak-muted { (t.with("bulk-meets", &[("allowed", t.number(met.allowed as i64).into()), ("matching", t.number(met.matching as i64).into())])) }
        }
    }
}

async fn choose(visit: &Visit, object: &Arc<Object>, spec: &BulkSpec) -> Reply {
    let t = visit.t;
    let met = visit.engine().bulk_preview(&visit.ctx, spec.clone()).await?;
    let own = object.clone();
    let editable = visit.read(move |tx: &mut Tx| Ok(tx.editable(&own))).await?;
    let fields = editable
        .iter()
        .map(|ix| object.at(*ix))
        .filter(|f| !f.unique && !matches!(f.kind, FieldType::File | FieldType::Json | FieldType::PersonName | FieldType::Links));
    // nothing is proposed: what is saved by haste changes many records
    let none = (String::new(), t.get("bulk-choose"));
    let options: Vec<(String, String)> =
        std::iter::once(none).chain(fields.map(|f| (f.key.clone(), f.label.get(visit.lang()).to_string()))).collect();
    let title = t.with("bulk-title", &[("n", t.number(met.allowed as i64).into()), ("records", records(visit, object).into())]);
    let body = html! {
        (stored(spec)?)
        (meets(visit, met))
        (row(t, &Row::new(t.get("bulk-field")), Input::new("field", "").required(true), |i| input::select(i, &options)))
    };
    show(visit, object, &title, "pencil", "edit", body, Button::new(t.get("import-next")).primary().submit()).await
}

async fn ask_value(
    visit: &Visit,
    object: &Arc<Object>,
    field: &Field,
    spec: &BulkSpec,
    typed: &Typed,
    errors: &HashMap<String, String>,
) -> Reply {
    let t = visit.t;
    let met = visit.engine().bulk_preview(&visit.ctx, spec.clone()).await?;
    let look = visit.look();
    let sheet = Sheet { look: &look, object: &object.key, typed, errors, focus: Some(&field.key), templates: None };
    let count = t.number(met.allowed as i64);
    let title = t.with("bulk-title", &[("n", count.clone().into()), ("records", records(visit, object).into())]);
    let body = html! {
        (stored(spec)?)
        input type="hidden" name="field" value=(field.key);
        (meets(visit, met))
        (sheet.row(field))
        p.ak-hint { (t.get("bulk-undo-promise")) }
    };
    let verb = Button::new(t.with("bulk-do", &[("n", count.into()), ("records", records(visit, object).into())])).primary().submit();
    show(visit, object, &title, "pencil", "run", body, verb).await
}

async fn show(visit: &Visit, object: &Object, title: &str, icon: &str, verb: &str, body: Markup, button: Button) -> Reply {
    let t = visit.t;
    let close = format!("/{}", object.plural);
    let footer = dialog::foot(t, &close, button);
    let d = Dialog { id: "bulk-dialog", icon: Some(icon), title, body, footer, wide: false, close_href: &close };
    visit.dialog(title, dialog_form(t, &d, &format!("/{}/bulk/{verb}", object.plural), &visit.csrf)).await
}
