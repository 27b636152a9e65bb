//! An entry in words.

use crate::fail::Fail;
use crate::locale::Text;
use crate::record::shift;
use crate::settings::security::device;
use crate::value::{Look, label_of};
use crate::visit::Visit;
use akrab_engine::Shift;
use akrab_engine::audit::AuditRow;
use akrab_model::Object;
use jiff::Timestamp;
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
    let nameless: Vec<_> =
        rows.iter().zip(&details).map(|(row, detail)| row.record.filter(|_| kept_title(row, detail).is_none())).collect();
    let (shifts, titles) = visit
        .read(move |tx| {
            let mut all = Vec::with_capacity(diffs.len());
            let mut titles = Vec::with_capacity(diffs.len());
            for ((object, _), id) in diffs.iter().zip(nameless) {
                let object = tx.registry.object(object).filter(|object| !object.is_system()).map(|object| object.ix);
                // of former times: what it is called today, if whoever asks may know
                titles.push(match object.zip(id) {
                    Some((object, id)) => tx.titles_of(object, &[id])?.pop().map(|(_, title)| title),
                    None => None,
                });
            }
            for (object, diff) in diffs {
                let object = tx.registry.object(&object).cloned();
                all.push(match object.zip(diff) {
                    Some((object, Json::Object(diff))) => tx.shifts(&object, diff)?,
                    _ => Vec::new(),
                });
            }
            Ok((all, titles))
        })
        .await?;
    let look = visit.look();
    let mut told = Vec::with_capacity(rows.len());
    for (((row, detail), shifts), title) in rows.iter().zip(&details).zip(shifts).zip(titles) {
        let mut lines = Vec::new();
        if let Some(object) = visit.registry().object(&row.object) {
            for one in &shifts {
                lines.extend(changed(visit, &look, object, row, one).await?);
            }
        }
        told.push(Told {
            what: visit.t.get(&format!("audit-kind-{}", row.kind.replace('_', "-"))),
            about: about(visit, &look, (row, title.as_deref()), detail, &lines),
        });
    }
    Ok(told)
}

/// A changed field: label, before, after. Rights and conditions are told in words as well.
async fn changed(visit: &Visit, look: &Look, object: &Object, row: &AuditRow, one: &Shift) -> Result<Vec<(String, String, String)>, Fail> {
    if object.key == "role" && one.field == "rights" {
        return Ok(crate::settings::roles::compare::changed(visit, &one.old, &one.new));
    }
    let Some((label, old, new)) = shift::words(look, object, one) else { return Ok(Vec::new()) };
    if one.field != "filter" || !matches!(object.key.as_str(), "sharing_rule" | "territory_rule") {
        return Ok(vec![(label, old, new)]);
    }
    let (key, id) = (object.key.clone(), row.record.unwrap_or_default());
    // a rule that is gone leaves its condition as it was written
    let of = visit.read(move |tx| Ok(tx.get(&key, id).ok().map(|rule| rule.text("object").to_string()))).await?;
    let Some(of) = of.and_then(|key| visit.registry().object(&key).cloned()) else { return Ok(vec![(label, old, new)]) };
    let mut sides = Vec::new();
    for json in [&one.old, &one.new] {
        let filter = akrab_model::Filter::from_json(json).ok();
        sides.push(match filter {
            None => String::new(),
            filter => crate::settings::condition::Condition::load(visit, of.clone(), filter).await?.words(),
        });
    }
    let new = sides.pop().unwrap_or_default();
    Ok(vec![(label, sides.pop().unwrap_or_default(), new)])
}

/// The way by which it was done.
pub fn way(t: Text, row: &AuditRow) -> String {
    t.find(&format!("audit-door-{}", row.door), &[]).unwrap_or_default()
}

/// What the entry itself calls its record.
fn kept_title<'d>(row: &AuditRow, detail: &'d Map<String, Json>) -> Option<&'d str> {
    let text = |key: &str| detail.get(key).and_then(Json::as_str).filter(|title| !title.is_empty());
    // entries of former times name the record only where it was the matter itself
    text("record").or_else(|| text("title").filter(|_| is_of_record(&row.kind)))
}

fn about(
    visit: &Visit,
    look: &Look,
    (row, today): (&AuditRow, Option<&str>),
    detail: &Map<String, Json>,
    lines: &[(String, String, String)],
) -> Markup {
    let t = visit.t;
    let text = |key: &str| detail.get(key).and_then(Json::as_str).unwrap_or_default();
    let number = |key: &str| detail.get(key).and_then(Json::as_i64);
    let registry = visit.registry();
    let object = registry.object(&row.object);
    let object_of = |key: &str| registry.object(key).map_or_else(|| key.to_string(), |o| look.plural(o).to_string());
    let mut parts: Vec<Markup> = Vec::new();
    if let Some((object, id)) = object.zip(row.record).filter(|(object, _)| !object.is_system()) {
        let title = kept_title(row, detail).or(today).map_or_else(|| format!("#{id}"), str::to_string);
        let gone = matches!(row.kind.as_str(), "purge");
        parts.push(html! { span.ak-muted { (look.label(object)) } " " @if gone { (title) } @else { a.ak-link href=(look.href(object, id)) { (title) } } });
        if !text("title").is_empty() && !is_of_record(&row.kind) {
            parts.push(html! { (text("title")) });
        }
    } else if let Some(name) = subject(visit, row, text("title")) {
        let label = object.map(|o| look.label(o).to_string()).unwrap_or_default();
        parts.push(html! { span.ak-muted { (label) } " " (name) });
    } else if row.record.is_none() && !text("title").is_empty() && !has_own_title(&row.kind) {
        parts.push(html! { (text("title")) });
    }
    parts.extend(deed(visit, look, row, detail));
    if row.kind == "shape" {
        parts.push(html! { (crate::settings::deed_name(t, text("deed"))) });
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
        // an address is one field to people
        let label = registry.object(text("object")).map_or("", |object| label_of(object, text("title"), look.key()));
        parts.push(html! { (if label.is_empty() { text("title") } else { label }) });
    }
    if row.record.is_some() && ["app_", "passkey_", "identity_", "service_"].iter().any(|start| row.kind.starts_with(start)) {
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
        @for (label, old, new) in lines { div { span.ak-muted { (label) } " " (shift::arrow(look, old, new)) } }
        @if row.kind == "settings" { (settings(visit, look, detail)) }
    }
}

/// Whether the title an entry keeps is that of its record.
fn is_of_record(kind: &str) -> bool {
    matches!(kind, "share" | "unshare" | "placed" | "purge")
}

/// Whether an entry's title is told in a way of its own.
fn has_own_title(kind: &str) -> bool {
    kind == "shape" || kind.starts_with("hook_") || kind.starts_with("inlet_")
}

/// How it was done: by which rule, to whom, with which reason, until when.
fn deed(visit: &Visit, look: &Look, row: &AuditRow, detail: &Map<String, Json>) -> Vec<Markup> {
    let t = visit.t;
    let text = |key: &str| detail.get(key).and_then(Json::as_str).unwrap_or_default();
    let number = |key: &str| detail.get(key).and_then(Json::as_i64);
    let mut told: Vec<String> = Vec::new();
    match row.kind.as_str() {
        "share" | "unshare" => {
            told.push(t.with("audit-to", &[("name", text("name").into())]));
            if row.kind == "share" {
                let edit = detail.get("edit").and_then(Json::as_bool).unwrap_or_default();
                told.push(t.get(if edit { "share-edit" } else { "share-read" }));
                told.push(crate::record::access::until_words(look, number("until").and_then(|at| Timestamp::from_microsecond(at).ok())));
            }
        }
        "deputy_named" | "deputy_ended" => {
            let name = number("to").and_then(|id| visit.engine().people().name(id)).unwrap_or_default();
            told.push(t.with("audit-to", &[("name", name.into())]));
            let day = |key: &str| text(key).parse().ok().map(|day| look.short_day(day));
            if let (Some(from), Some(until)) = (day("from"), day("until")) {
                told.push(format!("{from} – {until}"));
            } else if row.kind == "deputy_named" {
                told.push(t.get("deputy-late").to_lowercase());
            }
        }
        "breach" => {
            told.push(text("name").into());
            told.extend(t.find(&format!("audit-breach-{}", text("said")), &[]));
            told.push(text("note").into());
        }
        "process_passed" => told.push(text("stage").into()),
        kind if kind.starts_with("approval_") && row.record.is_some() => {
            told.push(text("name").into());
            told.extend(number("step").map(|n| t.with("approval-step-n", &[("n", n.into())])));
            let reason = detail.get("reason").and_then(|reason| reason.get(look.key())).and_then(Json::as_str);
            told.extend(reason.map(str::to_string));
            told.push(text("note").into());
            if !text("for").is_empty() {
                told.push(t.with("approval-in-place", &[("name", text("for").into())]));
            }
            if text("way") == "mail" {
                told.push(t.get("approval-by-mail"));
            }
        }
        "sending_rule" if !text("channel").is_empty() => told.push(t.get(&format!("consent-channel-{}", text("channel")))),
        _ => {}
    }
    if row.record.is_none() {
        told.extend(number("version").map(|n| t.with("audit-version", &[("n", n.into())])));
        let retired = detail.get("retired").and_then(Json::as_bool).unwrap_or_default();
        told.extend(retired.then(|| t.get("audit-retired")));
        let removed = detail.get("removed").and_then(Json::as_bool).unwrap_or_default();
        told.extend(removed.then(|| t.get("audit-kind-setup-delete")));
    }
    told.into_iter().filter(|words| !words.is_empty()).map(|words| html! { (words) }).collect()
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
