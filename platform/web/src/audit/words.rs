//! An entry in words.

use crate::fail::Fail;
use crate::locale::Text;
use crate::record::shift;
use crate::settings::security::device;
use crate::value::Look;
use crate::visit::Visit;
use akrab_engine::Shift;
use akrab_engine::audit::AuditRow;
use maud::{Markup, html};
use serde_json::{Map, Value as Json};

/// What an entry says.
pub struct Told {
    /// What was done.
    pub what: String,
    /// To what, and how far.
    pub about: Markup,
}

/// The entries in words, in their order.
pub async fn of(visit: &Visit, rows: &[AuditRow]) -> Result<Vec<Told>, Fail> {
    let details: Vec<Map<String, Json>> = rows.iter().map(|row| serde_json::from_str(&row.detail).unwrap_or_default()).collect();
    let diffs: Vec<_> = rows.iter().zip(&details).map(|(row, detail)| (row.object.clone(), detail.get("diff").cloned())).collect();
    let shifts = visit
        .read(move |tx| {
            let mut all = Vec::with_capacity(diffs.len());
            for (object, diff) in diffs {
                let object = tx.registry.object(&object).cloned();
                all.push(match object.zip(diff) {
                    Some((object, Json::Object(diff))) => tx.shifts(&object, diff)?,
                    _ => Vec::new(),
                });
            }
            Ok(all)
        })
        .await?;
    let look = visit.look();
    let one = |((row, detail), shifts): ((&AuditRow, &Map<String, Json>), Vec<Shift>)| Told {
        what: visit.t.get(&format!("audit-kind-{}", row.kind.replace('_', "-"))),
        about: about(visit, &look, row, detail, &shifts),
    };
    Ok(rows.iter().zip(&details).zip(shifts).map(one).collect())
}

/// The way by which it was done.
pub fn way(t: Text, row: &AuditRow) -> String {
    t.find(&format!("audit-door-{}", row.door), &[]).unwrap_or_default()
}

fn about(visit: &Visit, look: &Look, row: &AuditRow, detail: &Map<String, Json>, shifts: &[Shift]) -> Markup {
    let t = visit.t;
    let text = |key: &str| detail.get(key).and_then(Json::as_str).unwrap_or_default();
    let number = |key: &str| detail.get(key).and_then(Json::as_i64);
    let registry = visit.registry();
    let object = registry.object(&row.object);
    let object_of = |key: &str| registry.object(key).map_or_else(|| key.to_string(), |o| look.plural(o).to_string());
    let mut parts: Vec<Markup> = Vec::new();
    if let Some(name) = subject(visit, row, text("title")) {
        let label = object.map(|o| look.label(o).to_string()).unwrap_or_default();
        parts.push(html! { span.ak-muted { (label) } " " (name) });
    }
    if row.kind == "shape" {
        parts.push(html! { (t.get(&format!("shape-deed-{}", text("deed").replace('_', "-")))) });
    }
    if !text("object").is_empty() {
        parts.push(html! { (object_of(text("object"))) });
    }
    if !text("file").is_empty() {
        parts.push(html! { (text("file")) });
    }
    if let Some(rows) = number("rows") {
        parts.push(html! { (t.with("audit-rows", &[("n", rows.into())])) });
    }
    if detail.get("filter").is_some_and(|f| !f.is_null()) || !text("q").is_empty() {
        parts.push(html! { (t.get("audit-filtered")) });
    }
    if detail.contains_key("raw") {
        parts.push(html! { (t.get("audit-raw")) });
    }
    if !text("hint").is_empty() {
        parts.push(html! { (text("name")) " (" (text("hint")) "…)" });
    }
    if let Some(to) = number("to").filter(|_| row.kind == "hand_over").and_then(|id| visit.engine().people().name(id)) {
        parts.push(html! { (t.with("audit-to", &[("name", to.into())])) });
    }
    if let Some(Json::Object(records)) = detail.get("records") {
        for (key, n) in records {
            parts.push(html! { (t.number(n.as_i64().unwrap_or_default())) " " (object_of(key)) });
        }
    }
    if row.kind == "seal" {
        parts.push(html! { (t.with("audit-changes", &[("n", number("count").unwrap_or_default().into())])) });
    }
    if !text("agent").is_empty() {
        parts.push(html! { (device(t, text("agent"))) });
    }
    if row.kind == "shape" && !text("title").is_empty() {
        let field = registry.object(text("object")).and_then(|o| o.field(text("title"))).map(|f| f.label.get(look.key()).to_string());
        parts.push(html! { (field.unwrap_or_else(|| text("title").to_string())) });
    }
    if row.kind.starts_with("app_") {
        parts.push(html! { (text("title")) });
    }
    if ["passkey_", "identity_", "provider_", "service_"].iter().any(|start| row.kind.starts_with(start)) {
        parts.push(html! { (text("title")) });
    }
    if row.kind.starts_with("hook_") {
        let href = format!("/settings/webhooks/{}", number("hook").unwrap_or_default());
        parts.push(html! { @if row.kind == "hook_removed" { (text("title")) } @else { a.ak-link href=(href) { (text("title")) } } });
    }
    if row.kind.starts_with("form_") {
        let href = format!("/settings/forms/{}", number("form").unwrap_or_default());
        parts.push(html! { @if row.kind == "form_removed" { (text("title")) } @else { a.ak-link href=(href) { (text("title")) } } });
    }
    if row.kind.starts_with("inlet_") {
        let href = format!("/settings/webhooks/incoming/{}", number("inlet").unwrap_or_default());
        parts.push(html! { @if row.kind == "inlet_removed" { (text("title")) } @else { a.ak-link href=(href) { (text("title")) } } });
    }
    if let Some(job) = number("job") {
        parts.push(html! { a.ak-link href={ "/jobs/" (job) } { (t.get("audit-job")) } });
    }
    html! {
        @for (n, part) in parts.iter().enumerate() { @if n > 0 { " · " } (part) }
        @if let Some(object) = object {
            @for (label, old, new) in shifts.iter().filter_map(|s| shift::words(look, object, s)) {
                div { span.ak-muted { (label) } " " (shift::arrow(look, &old, &new)) }
            }
        }
        @if row.kind == "settings" { (settings(visit, look, detail)) }
    }
}

/// Name of what it was done to, unless that is whoever did it.
fn subject(visit: &Visit, row: &AuditRow, title: &str) -> Option<String> {
    let id = row.record?;
    let people = visit.engine().people();
    let named = match row.object.as_str() {
        "user" if row.actor == Some(id) => return None,
        "user" => people.name(id),
        "role" => people.roles.iter().find(|role| role.id == id).map(|role| role.name.clone()),
        _ => None,
    };
    named.or_else(|| Some(title.to_string())).filter(|name| !name.is_empty())
}

/// Settings that were changed, from what to what.
fn settings(visit: &Visit, look: &Look, detail: &Map<String, Json>) -> Markup {
    let label = |key: &str| match key {
        "company" => "setup-company",
        "lang" => "company-language",
        "currency" => "currency",
        "time_zone" => "time-zone",
        "country" => "audit-country",
        _ => "audit-ready",
    };
    let words = |value: &Json| value.as_str().map_or_else(|| value.to_string(), str::to_string);
    html! {
        @for (key, pair) in detail.iter().filter(|(_, pair)| pair.is_array()) {
            div {
                span.ak-muted { (visit.t.get(label(key))) }
                @if !pair[1].is_boolean() { " " (shift::arrow(look, &words(&pair[0]), &words(&pair[1]))) }
            }
        }
    }
}
