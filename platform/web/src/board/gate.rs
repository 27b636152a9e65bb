//! What a stage asks for before it lets a record in.

use crate::fail::{field_message, message};
use crate::form::Fields;
use crate::ui::button::Button;
use crate::ui::dialog::{self, Dialog, dialog_form_files};
use crate::ui::form::error_summary;
use crate::value::{Typed, local_path};
use crate::{Reply, Visit};
use akrab_model::object::FieldRight;
use akrab_model::problem::FieldProblem;
use akrab_model::{Field, Object, Problem, Record};
use axum::http::StatusCode;
use maud::{Markup, html};
use std::collections::HashMap;
use std::sync::Arc;

/// Fields the dialog has asked for before.
pub fn asked(object: &Object, posted: &Fields) -> Vec<String> {
    posted.all("asked").filter(|key| object.field(key).is_some_and(Field::writable)).map(Into::into).collect()
}

/// Whether every fault can be mended by typing something in.
pub fn askable(object: &Object, problem: &Problem) -> bool {
    let own = |key: &str| object.field(key).is_some_and(|f| f.writable() && object.decl.board.as_ref().is_none_or(|b| b.by != key));
    !problem.fields.is_empty() && problem.fields.iter().all(|f| own(f.field()) || is_rule(f))
}

/// What a process map asks for and no field can be typed for: it is named in the dialog.
fn is_rule(fault: &FieldProblem) -> bool {
    matches!(fault.code.as_str(), "process_entry" | "process_exit" | "process_path")
}

/// The page the move was asked for from: where the answer leads and where the dialog closes to.
pub fn way_back(visit: &Visit, object: &Object, id: i64, posted: &Fields) -> String {
    let here = format!("/{}/{id}", object.plural);
    // the dialog may stand in a page of its own, at an address that is no page
    let asked_from = visit.facts.referer_path().filter(|path| !path.starts_with(&format!("{here}/stage")));
    local_path(posted.text("back")).map(str::to_string).or(asked_from).unwrap_or(here)
}

/// The dialog with the missing fields (422); where nothing that could be typed would open the way, it only says why.
///
/// # Errors
/// What the database answers.
pub async fn ask(visit: &Visit, object: &Arc<Object>, id: i64, stage: &str, posted: &Fields, problem: &Problem) -> Reply {
    let t = visit.t;
    let mut keys = asked(object, posted);
    for key in problem.fields.iter().flat_map(|fault| [Some(fault.field()), instead(fault)]).flatten() {
        if !keys.iter().any(|known| known == key) {
            keys.push(key.to_string());
        }
    }
    let rights = visit.rights();
    let by = object.decl.board.as_ref().map(|b| b.by.clone()).unwrap_or_default();
    keys.retain(|key| *key != by && object.field_ix(key).is_some_and(|ix| rights.field(object, ix) == FieldRight::Edit));
    let own = object.key.clone();
    let record = visit.read(move |tx| tx.get(&own, id)).await?;
    let shut = keys.is_empty() || problem.fields.iter().any(|fault| fault.code == "process_path");
    let title = t.with(if shut { "gate-shut" } else { "gate-title" }, &[("name", record.title().into())]);
    let first = posted.text("gate").is_empty();
    let rules: Vec<String> = problem.fields.iter().filter(|f| is_rule(f)).map(|f| field_message(t, f)).collect();
    let faults: Vec<(String, String)> =
        problem.fields.iter().filter(|f| !is_rule(f)).map(|f| (f.field().to_string(), field_message(t, f))).collect();
    let look = visit.look();
    let label = |key: &str| object.field(key).map(|field| look.name(field)).unwrap_or_default();
    let told: Vec<_> = faults.iter().map(|(key, words)| (key.clone(), format!("{}: {words}", label(key)))).collect();
    let needed: Vec<&str> = problem.fields.iter().filter(|fault| instead(fault).is_none()).map(FieldProblem::field).collect();
    let close = way_back(visit, object, id, posted);
    let unmet = html! {
        @if !rules.is_empty() {
            ul.ak-process-rules.ak-process-unmet { @for words in &rules { li { (crate::ui::icon_sized("circle-x", 15)) span { (words) } } } }
        }
    };
    if shut {
        return explain(visit, &title, &close, html! { (unmet) @if rules.is_empty() { p { (message(t, problem)) } } }).await;
    }
    let body = html! {
        (unmet)
        @if first { p.ak-muted { (t.get("gate-text")) } } @else if !told.is_empty() { (error_summary(t, &told)) }
        input type="hidden" name="stage" value=(stage);
        input type="hidden" name="gate" value="1";
        input type="hidden" name="back" value=(close);
        (rows(visit, &record, &keys, &needed, posted, if first { &[] } else { &faults }))
    };
    let files = keys.iter().filter_map(|key| object.field(key)).any(|f| f.kind == akrab_model::FieldType::File);
    let d = Dialog {
        id: "gate",
        icon: Some("list-checks"),
        title: &title,
        body,
        footer: dialog::foot(t, &close, Button::new(t.get("gate-save")).primary().submit()),
        wide: false,
        close_href: &close,
    };
    let action = format!("/{}/{id}/stage?version={}", object.plural, record.version);
    let mut response = visit.dialog(&title, dialog_form_files(t, &d, &action, &visit.csrf, files)).await?;
    *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
    Ok(response)
}

/// Why a record cannot go there.
async fn explain(visit: &Visit, title: &str, close: &str, body: Markup) -> Reply {
    let d = Dialog {
        id: "gate",
        icon: Some("list-checks"),
        title,
        body,
        footer: html! {
            span.ak-spacer {}
            (Button::new(visit.t.get("close")).primary().href(close).flag("data-close", true))
        },
        wide: false,
        close_href: close,
    };
    let mut response = visit.dialog(title, dialog::dialog(visit.t, &d)).await?;
    *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
    Ok(response)
}

/// The field that may be filled instead of the one at fault.
fn instead(fault: &FieldProblem) -> Option<&str> {
    fault.args.iter().find(|(name, _)| name == "or").map(|(_, key)| key.as_str())
}

/// One row per field asked for, with what was typed; the `needed` ones are marked.
fn rows(visit: &Visit, record: &Record, keys: &[String], needed: &[&str], posted: &Fields, faults: &[(String, String)]) -> Markup {
    let (look, object) = (visit.look(), &record.object);
    let marked = |field: &Field| Field { required: field.required || needed.contains(&field.key.as_str()), ..field.clone() };
    let fields: Vec<Field> = keys.iter().filter_map(|key| object.field(key)).map(marked).collect();
    let typed = if posted.ticked("gate") { Typed::posted(posted.0.clone()) } else { Typed::of_record(&look, record, &fields) };
    let errors: HashMap<String, String> = faults.iter().cloned().collect();
    let sheet = crate::value::input::Sheet {
        look: &look,
        object: &object.key,
        typed: &typed,
        errors: &errors,
        focus: keys.first().map(String::as_str),
        templates: None,
    };
    html! {
        @for field in &fields {
            input type="hidden" name="asked" value=(field.key);
            (sheet.row(field))
        }
    }
}
