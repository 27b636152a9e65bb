//! A retention rule: what it is about, and what it would do now.

use super::super::line::{Filled, Kind, Line, sheet};
use super::super::{Errors, fault, faults, show_form};
use crate::fail::Reply;
use crate::flash::Flash;
use crate::form::Fields;
use crate::route::{Router, get, post};
use crate::visit::Visit;
use akrab_engine::privacy::{Retention, RetentionDecl};
use akrab_model::{FieldType, Label};
use axum::extract::Path;
use maud::html;

pub(super) fn routes() -> Router {
    Router::new().route("/settings/privacy/retention/{key}", get(page).post(save)).route("/settings/privacy/retention/{key}/end", post(end))
}

/// What a rule does, in words.
pub(super) fn what_words(what: Retention) -> &'static str {
    match what {
        Retention::Erase => "privacy-retention-erase",
        Retention::Bin => "privacy-retention-bin",
    }
}

const NEW: &str = "new";

fn lines(visit: &Visit) -> Vec<Line> {
    let t = visit.t;
    let registry = visit.registry();
    let lang = visit.lang();
    let own: Vec<_> = registry.objects().filter(|object| !object.is_system() && !object.decl.hidden).collect();
    let objects = own.iter().map(|o| (o.key.clone(), o.plural_label(lang).to_string())).collect();
    let mut since: Vec<(String, String)> = Vec::new();
    for object in &own {
        let dated = object.fields.iter().filter(|f| !f.hidden && matches!(f.kind, FieldType::Date | FieldType::DateTime));
        since.extend(dated.map(|f| (format!("{}.{}", object.key, f.key), format!("{}: {}", object.label(lang), f.label.get(lang)))));
    }
    let what = [Retention::Erase, Retention::Bin].map(|one| (key_of(one).to_string(), t.get(what_words(one)))).to_vec();
    let example = r#"{"field":"status","op":"is","value":"former"}"#;
    vec![
        Line::new(t, "name", "privacy-retention-name", Kind::Text).required(),
        Line::new(t, "object", "privacy-retention-object", Kind::Choice(objects)),
        Line::new(t, "since", "privacy-retention-since", Kind::Choice(since)),
        Line::new(t, "months", "privacy-retention-months", Kind::Number).required(),
        Line::new(t, "what", "privacy-retention-what", Kind::Choice(what)),
        Line::new(t, "filter", "privacy-retention-filter", Kind::Long)
            .hint(t.with("privacy-retention-filter-hint", &[("example", example.into())])),
        Line::new(t, "active", "privacy-retention-active", Kind::Check).hint(t.get("privacy-retention-active-hint")),
    ]
}

fn key_of(what: Retention) -> &'static str {
    match what {
        Retention::Erase => "erase",
        Retention::Bin => "bin",
    }
}

async fn page(visit: Visit, Path(key): Path<String>) -> Reply {
    visit.require_admin()?;
    if key == NEW {
        return form(&visit, &key, &Filled::default().set("months", "24"), &Errors::new()).await;
    }
    let own = key.clone();
    let rule = visit
        .read(move |tx| tx.retention_rules()?.into_iter().find(|rule| rule.key == own).ok_or_else(akrab_model::Problem::not_found))
        .await?;
    let decl = &rule.decl;
    let filter = decl.filter.as_ref().map(ToString::to_string).unwrap_or_default();
    let filled = Filled::default()
        .set("name", rule.name.get(visit.lang()))
        .set("object", decl.object.clone())
        .set("since", format!("{}.{}", decl.object, decl.since))
        .set("months", decl.months.to_string())
        .set("what", key_of(decl.what))
        .set("filter", filter)
        .set("active", if decl.active { "1" } else { "" });
    form(&visit, &key, &filled, &Errors::new()).await
}

async fn form(visit: &Visit, key: &str, filled: &Filled, errors: &Errors) -> Reply {
    let t = visit.t;
    let address = format!("/settings/privacy/retention/{key}");
    let body = html! {
        (sheet(visit, &address, &lines(visit), (filled, errors), "save", "/settings/privacy"))
        @if key != NEW {
            form method="post" action={ (address) "/end" } { (visit.token_field()) (crate::ui::button::Button::new(t.get("privacy-retention-retire")).ghost().submit()) }
        }
    };
    let title = if key == NEW { "privacy-retention-new" } else { "privacy-retention-change" };
    show_form(visit, &t.get(title), html! { div.ak-stack { (body) } }, errors).await
}

async fn save(visit: Visit, Path(key): Path<String>, fields: Fields) -> Reply {
    visit.require_admin()?;
    let Ok(months) = fields.text("months").parse() else {
        return form(&visit, &key, &Filled::typed(&fields), &fault(&visit, "months", "not_a_number")).await;
    };
    let text = fields.text("filter");
    let Ok(filter) = (if text.is_empty() { Ok(None) } else { serde_json::from_str(text).map(Some) }) else {
        return form(&visit, &key, &Filled::typed(&fields), &fault(&visit, "filter", "filter_not_json")).await;
    };
    let since = fields.text("since").split_once('.').filter(|(object, _)| *object == fields.text("object")).map_or("", |(_, field)| field);
    let decl = RetentionDecl {
        object: fields.text("object").into(),
        filter,
        since: since.into(),
        months,
        what: if fields.text("what") == "bin" { Retention::Bin } else { Retention::Erase },
        active: fields.ticked("active"),
    };
    let name = Label::new(fields.text("name"), fields.text("name"));
    let own = if key == NEW { format!("rule_{}", hex(&visit.engine().random::<4>())) } else { key.clone() };
    let saved = visit.write(move |tx| tx.retention_save(&own, &name, &decl, None, false));
    match saved.await {
        Ok(_) => visit.go("/settings/privacy", Flash::ok(visit.t.get("saved"))),
        Err(fail) => form(&visit, &key, &Filled::typed(&fields), &faults(&visit, fail.problem)?).await,
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

async fn end(visit: Visit, Path(key): Path<String>) -> Reply {
    visit.require_admin()?;
    let done = visit.write(move |tx| {
        let rule = tx.retention_rules()?.into_iter().find(|rule| rule.key == key).ok_or_else(akrab_model::Problem::not_found)?;
        tx.retention_save(&key, &rule.name, &rule.decl, Some(rule.version), true)
    });
    done.await?;
    visit.go("/settings/privacy", Flash::ok(visit.t.get("saved")))
}
