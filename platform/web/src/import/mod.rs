//! The import errand: upload, match columns, rules, trial, run. The last two are a job's page.

pub mod job;
mod map;
mod pattern;
mod rules;
mod upload;

use crate::locale::Text;
use crate::route::{Router, get, post};
use crate::router::upload_limit;
use crate::ui::steps::steps;
use crate::{Fail, Visit};
use akrab_engine::Access;
use akrab_model::object::Scope;
use akrab_model::{Object, Problem, Registry};
use maud::Markup;
use std::sync::Arc;

/// Addresses of the errand.
#[inline(always)]
pub fn routes() -> Router {
    Router::new()
        .route("/{plural}/import", get(upload::ask).post(upload::take).layer(upload_limit()))
        .route("/{plural}/import/pattern", get(pattern::ask).post(pattern::save))
        .route("/{plural}/import/pattern/removal", post(pattern::drop))
        .route("/{plural}/import/{file}", get(map::ask))
        .route("/{plural}/import/{file}/rules", post(rules::ask))
        .route("/{plural}/import/{file}/check", post(rules::check))
        .route("/{plural}/import/{file}/run", post(job::run))
}

/// The object, if the person may make or change records of it.
fn importable(visit: &Visit, plural: &str) -> Result<Arc<Object>, Fail> {
    let object = visit.object(plural)?;
    let rights = visit.rights();
    if object.plural != plural || object.is_system() {
        return Err(Problem::not_found().into());
    }
    if !rights.may_create(&object) && rights.scope(&object, Access::Edit) == Scope::None {
        return Err(Problem::forbidden().into());
    }
    Ok(object)
}

/// "Kota", "Perusahaan › Kota", "Perusahaan (ID)"
fn column_words(registry: &Registry, object: &Object, key: &str, lang: &str) -> String {
    let (link, of) = key.split_once('.').map_or((key, None), |(link, of)| (link, Some(of)));
    let Some(field) = object.field(link) else { return key.into() };
    let label = field.label.get(lang).to_string();
    if of == Some("id") {
        return format!("{label} (ID)");
    }
    match of.zip(field.to).and_then(|(of, to)| registry.at(to).field(of)) {
        Some(of) => format!("{label} › {}", of.label.get(lang)),
        None => label,
    }
}

/// Programs whose exports are known, as they call themselves.
fn system_name(key: &str) -> &'static str {
    match key {
        "hubspot" => "HubSpot",
        "salesforce" => "Salesforce",
        "zoho" => "Zoho CRM",
        "odoo" => "Odoo",
        "pipedrive" => "Pipedrive",
        "espocrm" => "EspoCRM",
        "google" => "Google Contacts",
        _ => "Outlook",
    }
}

/// The five steps; those before `current` lead back where they can.
fn errand(t: Text, object: &Object, file: Option<i64>, current: usize) -> Markup {
    let plural = &object.plural;
    let all = [
        (t.get("import-step-upload"), Some(format!("/{plural}/import"))),
        (t.get("import-step-map"), file.map(|f| format!("/{plural}/import/{f}"))),
        (t.get("import-step-rules"), None),
        (t.get("import-step-check"), None),
        (t.get("import-step-run"), None),
    ];
    steps(&t.get("import-steps"), &all, current)
}
