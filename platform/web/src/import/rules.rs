//! Step three: how rows find their records, and what they may do to them.

use super::{errand, importable};
use crate::form::Fields;
use crate::ui::button::Button;
use crate::ui::form::{error_summary, group};
use crate::ui::frame::{content, foot_bar};
use crate::ui::input::{checkbox, radios};
use crate::{Reply, Visit, fail};
use akrab_engine::import::{ImportSpec, Inspection, Mode, OnBadValue, OnMatch};
use akrab_model::problem::ProblemKind;
use akrab_model::{Object, Problem};
use axum::extract::Path;
use maud::{Markup, html};

/// `POST /{plural}/import/{file}/rules`: the columns are matched, the rules are asked for.
pub async fn ask(visit: Visit, Path((plural, file)): Path<(String, i64)>, fields: Fields) -> Reply {
    let object = importable(&visit, &plural)?;
    page(&visit, &object, file, &fields, &[]).await
}

async fn page(visit: &Visit, object: &Object, file: i64, fields: &Fields, errors: &[(String, String)]) -> Reply {
    let t = visit.t;
    let plural = &object.plural;
    let found = visit.engine().import_inspect(&visit.ctx, &object.key, file, sheet(fields)).await?;
    let columns = columns(fields, found.shape.header.len());
    let mut frame = visit.frame(&t.get("import-title")).await;
    frame.breadcrumb.push(crate::ui::frame::Crumb { label: object.plural_label(visit.lang()).into(), href: Some(format!("/{plural}")) });
    let body = html! {
        (errand(t, object, Some(file), 2))
        form.ak-errand method="post" action={ "/" (plural) "/import/" (file) "/check" } {
            (visit.token_field())
            @if let Some(sheet) = sheet(fields) { input type="hidden" name="sheet" value=(sheet); }
            @for (n, key) in columns.iter().enumerate() { input type="hidden" name={ "c" (n) } value=(key.as_deref().unwrap_or("")); }
            (content(true, html! { (error_summary(t, errors)) (questions(visit, object, &found, &columns)) }))
            (foot_bar(
                html! { (t.get("import-check-promise")) },
                html! {
                    (Button::new(t.get("go-back")).ghost().href(format!("/{plural}/import/{file}")))
                    (Button::new(t.get("import-check")).primary().submit())
                },
            ))
        }
    };
    if errors.is_empty() { visit.page(&frame, body) } else { visit.invalid(&frame, body) }
}

fn questions(visit: &Visit, object: &Object, found: &Inspection, columns: &[Option<String>]) -> Markup {
    let t = visit.t;
    let sets = offered(object, found, columns);
    let named = |keys: [&str; 4]| {
        keys.iter().map(|k| ((*k).to_string(), t.get(&format!("import-match-{}", k.replace('_', "-"))))).collect::<Vec<_>>()
    };
    html! {
        (group(&t.get("import-match-by"), html! {
            @if sets.is_empty() { p.ak-muted { (t.get("import-match-by-none")) } }
            @for set in &sets { (checkbox("match", &set.join(","), &words(visit, object, set), true)) }
        }))
        (group(&t.get("import-if-matching"), radios("on_match", &named(["fill_empty", "update", "skip", "ask"]), "fill_empty")))
        (group(&t.get("import-mode"), radios("mode", &["both", "create", "update"].map(|m| (m.to_string(), t.get(&format!("import-mode-{m}")))), "both")))
        (group(&t.get("import-bad"), radios("on_bad_value", &[
            ("refuse".to_string(), t.get("import-bad-refuse")),
            ("blank_and_note".to_string(), t.get("import-bad-blank")),
        ], "refuse")))
    }
}

/// Sets that are mapped now: what was guessed, else the title alone.
fn offered(object: &Object, found: &Inspection, columns: &[Option<String>]) -> Vec<Vec<String>> {
    let mapped = |key: &String| columns.iter().flatten().any(|c| c == key);
    let mut sets: Vec<Vec<String>> = found.match_by.iter().filter(|set| set.iter().all(mapped)).cloned().collect();
    if sets.is_empty() && mapped(&object.decl.title) {
        sets.push(vec![object.decl.title.clone()]);
    }
    sets
}

/// "Telepon + Nama"
pub fn words(visit: &Visit, object: &Object, set: &[String]) -> String {
    let label = |key: &String| object.field(key).map_or_else(|| key.clone(), |f| f.label.get(visit.lang()).to_string());
    set.iter().map(label).collect::<Vec<_>>().join(" + ")
}

/// `POST /{plural}/import/{file}/check`: starts the trial.
pub async fn check(visit: Visit, Path((plural, file)): Path<(String, i64)>, fields: Fields) -> Reply {
    let object = importable(&visit, &plural)?;
    let count = fields.0.iter().filter_map(|(name, _)| name.strip_prefix('c')?.parse::<usize>().ok()).max().map_or(0, |n| n + 1);
    let spec = ImportSpec {
        object: object.key.clone(),
        file,
        sheet: sheet(&fields),
        columns: columns(&fields, count),
        match_by: fields.all("match").map(|set| set.split(',').map(String::from).collect()).collect(),
        mode: told::<Mode>(&fields, "mode")?,
        on_match: told::<OnMatch>(&fields, "on_match")?,
        on_bad_value: told::<OnBadValue>(&fields, "on_bad_value")?,
    };
    match visit.engine().import_start(&visit.ctx, spec, true).await {
        Ok(job) => visit.go(&format!("/jobs/{job}"), None),
        Err(problem) if problem.kind == ProblemKind::Invalid => {
            page(&visit, &object, file, &fields, &fail::field_errors(visit.t, &problem)).await
        }
        Err(problem) => Err(problem.into()),
    }
}

fn sheet(fields: &Fields) -> Option<String> {
    Some(fields.text("sheet").to_string()).filter(|s| !s.is_empty())
}

fn columns(fields: &Fields, count: usize) -> Vec<Option<String>> {
    (0..count.min(500)).map(|n| Some(fields.text(&format!("c{n}")).to_string()).filter(|k| !k.is_empty())).collect()
}

fn told<T: serde::de::DeserializeOwned + Default>(fields: &Fields, name: &str) -> Result<T, Problem> {
    match fields.text(name) {
        "" => Ok(T::default()),
        value => serde_json::from_value(value.into())
            .map_err(|_| Problem::invalid(vec![akrab_model::FieldProblem::new(name, "unknown_choice").with("value", value)])),
    }
}
