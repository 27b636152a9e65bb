//! Putting a form together. Every change draws the page anew; nothing counts before it is saved.

use super::sheet::Sheet;
use super::typed::{fresh, read};
use super::{Errors, HERE, faults, frame, show_page};
use crate::fail::{Fail, Reply};
use crate::flash::Flash;
use crate::form::Fields;
use crate::settings::condition::{Condition, Press, of_json, press};
use crate::ui::button::Button;
use crate::ui::frame::{Crumb, content};
use crate::ui::input::{self, Input};
use crate::visit::Visit;
use akrab_engine::contact::Purpose;
use akrab_engine::form::FormDraft;
use akrab_model::{FieldType, Object};
use axum::extract::{Path, Query};
use maud::html;
use std::collections::HashMap;
use std::sync::Arc;

type Pairs = Vec<(String, String)>;

async fn purposes(visit: &Visit) -> Result<Vec<(String, Purpose)>, Fail> {
    let read = visit.read(|tx| {
        let mut found = Vec::new();
        for kept in tx.purposes()? {
            if !tx.policies(&kept.key)?.is_empty() {
                found.push((kept.key, kept.decl));
            }
        }
        Ok(found)
    });
    read.await
}

async fn draw(visit: &Visit, id: Option<i64>, draft: &FormDraft, errors: &Errors) -> Reply {
    let look = visit.look();
    let object = visit.object(&draft.plan.object)?;
    let purposes = purposes(visit).await?;
    let mut rules = HashMap::new();
    for (n, asked) in draft.plan.fields.iter().enumerate() {
        if let Some(target) = linked(visit, &object, &asked.key) {
            rules.insert(n, Condition::load(visit, target, of_json(asked.from.as_ref())).await?);
        }
    }
    let plan = draft.plan.clone();
    // a rule that cannot be read is told when the form is saved
    let offers = visit.read(move |tx| tx.form_offers(&plan)).await.unwrap_or_default();
    let sheet = Sheet { visit, look: &look, id, object: &object, draft, purposes: &purposes, offers: &offers, rules: &rules, errors };
    let title = if id.is_some() { visit.t.get("form-edit") } else { visit.t.get("form-new") };
    let mut frame = frame(visit, &title).await;
    if let Some(id) = id {
        frame.breadcrumb.push(Crumb { label: draft.name.clone(), href: Some(format!("{HERE}/{id}")) });
    }
    show_page(visit, &frame, content(false, sheet.draw()), !errors.is_empty()).await
}

/// The object a field that is a link points to.
fn linked(visit: &Visit, object: &Object, field: &str) -> Option<Arc<Object>> {
    let field = object.field(field).filter(|field| field.kind == FieldType::Link)?;
    Some(visit.registry().at(field.to?).clone())
}

/// A press about the records one of the links offers.
async fn pressed(visit: &Visit, fields: Fields, back: &str) -> Press {
    let plain = Fields(fields.0.iter().filter(|(name, _)| name == "object" || name.ends_with("_key")).cloned().collect());
    let over = |name: &str| {
        let object = visit.registry().object(plain.text("object")).cloned()?;
        let target = linked(visit, &object, plain.text(&format!("{}_key", name.strip_suffix("_from")?)))?;
        let records = target.plural_label(visit.lang()).to_lowercase();
        Some((target, visit.t.with("form-rule", &[("records", records.into())])))
    };
    press(visit, fields, &over, back).await
}

/// Which object a new form makes records of.
async fn choose(visit: &Visit) -> Reply {
    let t = visit.t;
    let (registry, rights) = (visit.registry(), visit.rights());
    let mut objects: Pairs = registry
        .objects()
        .filter(|object| !object.is_system() && !object.decl.hidden && rights.may_create(object))
        .map(|object| (object.key.clone(), object.plural_label(visit.lang()).to_string()))
        .collect();
    objects.sort_by_key(|(_, words)| words.to_lowercase());
    let body = html! {
        p.ak-muted { (t.get("form-object-text")) }
        form.ak-row.ak-gap-8 method="get" action={ (HERE) "/new" } {
            (input::select(&Input::new("object", "").attr("aria-label", t.get("form-object")), &objects))
            (Button::new(t.get("form-object-choose")).primary().submit())
        }
    };
    let frame = frame(visit, &t.get("form-new")).await;
    show_page(visit, &frame, content(true, html! { div.ak-stack { (body) } }), false).await
}

/// `GET /settings/forms/new`: as it is being put together, once an object was chosen.
pub(super) async fn new(visit: Visit, Query(pairs): Query<Pairs>) -> Reply {
    visit.require_admin()?;
    let fields = Fields(pairs);
    let Some(object) = visit.registry().object(fields.text("object")).cloned() else { return choose(&visit).await };
    let look = visit.look();
    let draft = if fields.ticked("typed") { read(&look, &fields) } else { fresh(&look, &object, visit.person.id) };
    draw(&visit, None, &draft, &Errors::new()).await
}

pub(super) async fn add(visit: Visit, fields: Fields) -> Reply {
    visit.require_admin()?;
    let (fields, came) = match pressed(&visit, fields, &visit.t.get("form-new")).await {
        Ok(form) => form,
        Err(page) => return *page,
    };
    let draft = read(&visit.look(), &fields);
    if came {
        return draw(&visit, None, &draft, &Errors::new()).await;
    }
    let own = draft.clone();
    match visit.write(move |tx| tx.form_add(&own)).await {
        Ok(id) => visit.go(&format!("{HERE}/{id}"), Flash::ok(visit.t.get("form-made"))),
        Err(fail) => draw(&visit, None, &draft, &faults(&visit, fail.problem)?).await,
    }
}

/// `GET /settings/forms/{id}/edit`
pub(super) async fn edit(visit: Visit, Path(id): Path<i64>, Query(pairs): Query<Pairs>) -> Reply {
    visit.require_admin()?;
    let form = visit.read(move |tx| tx.form(id)).await?;
    let fields = Fields(pairs);
    let draft = if fields.ticked("typed") { read(&visit.look(), &fields) } else { form.draft };
    draw(&visit, Some(id), &draft, &Errors::new()).await
}

pub(super) async fn save(visit: Visit, Path(id): Path<i64>, fields: Fields) -> Reply {
    visit.require_admin()?;
    let (fields, came) = match pressed(&visit, fields, &visit.t.get("form-edit")).await {
        Ok(form) => form,
        Err(page) => return *page,
    };
    let draft = read(&visit.look(), &fields);
    if came {
        return draw(&visit, Some(id), &draft, &Errors::new()).await;
    }
    let own = draft.clone();
    match visit.write(move |tx| tx.form_change(id, &own)).await {
        Ok(()) => visit.go(&format!("{HERE}/{id}"), Flash::ok(visit.t.get("saved"))),
        Err(fail) => draw(&visit, Some(id), &draft, &faults(&visit, fail.problem)?).await,
    }
}
