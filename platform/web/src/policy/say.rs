//! What somebody makes of a breach.

use super::records;
use crate::fail::{Reply, field_errors};
use crate::flash::Flash;
use crate::form::Fields;
use crate::ui::button::Button;
use crate::ui::dialog::{self, Dialog, dialog_form};
use crate::ui::form::{self, Row, error_summary};
use crate::ui::input::{self, Input};
use crate::value::local_path;
use crate::visit::Visit;
use akrab_engine::policy::Saying;
use akrab_model::problem::ProblemKind;
use akrab_model::{FieldProblem, Problem};
use axum::extract::{Path, Query};
use jiff::ToSpan;
use maud::html;
use serde::Deserialize;

/// Where the dialog was opened.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct From {
    back: String,
}

/// `GET /policies/{key}/{id}`
pub(super) async fn ask(visit: Visit, Path((key, id)): Path<(String, i64)>, Query(from): Query<From>) -> Reply {
    let errors = Vec::new();
    draw(&visit, &key, id, &from.back, &Fields::default(), &errors).await
}

async fn draw(visit: &Visit, key: &str, id: i64, back: &str, typed: &Fields, errors: &[(String, String)]) -> Reply {
    let (t, lang) = (visit.t, visit.lang());
    let (policy, object, must) = records::policy(visit, key).await?;
    let own = object.key.clone();
    let record = visit.read(move |tx| tx.get(&own, id)).await?;
    let close = local_path(back).map_or_else(|| format!("/policies/{key}"), str::to_string);
    let what = [
        ("seen", "policy-say-seen"),
        ("useless", "policy-say-useless"),
        ("day", "policy-say-day"),
        ("week", "policy-say-week"),
        ("mute", "policy-say-mute"),
        ("again", "policy-say-again"),
    ];
    let options: Vec<(String, String)> = what.iter().map(|(key, words)| ((*key).to_string(), t.get(words))).collect();
    let chosen = if typed.text("what").is_empty() { "seen" } else { typed.text("what") };
    let error = |name: &str| errors.iter().find(|(k, _)| k == name).map(|(_, words)| words.clone()).unwrap_or_default();
    let title = t.with("policy-say-title", &[("name", record.title().into())]);
    let d = Dialog {
        id: "breach",
        icon: Some("shield-alert"),
        title: &title,
        body: html! {
            p { b { (policy.decl.name.get(lang)) } ": " (must) }
            @if !policy.decl.advice.get(lang).is_empty() { p.ak-muted { (policy.decl.advice.get(lang)) } }
            (error_summary(t, errors))
            input type="hidden" name="back" value=(close);
            (input::radios("what", &options, chosen))
            (form::row(t, &Row::new(t.get("policy-note")).hint(t.get("policy-note-hint")).error(error("note")), Input::new("note", typed.text("note")).attr("maxlength", "500"), |i| input::textarea(i, 2)))
        },
        footer: dialog::foot(t, &close, Button::new(t.get("policy-say-do")).primary().submit()),
        wide: false,
        close_href: &close,
    };
    let drawn = dialog_form(t, &d, &format!("/policies/{key}/{id}"), &visit.csrf);
    let mut response = visit.dialog(&title, drawn).await?;
    if !errors.is_empty() {
        *response.status_mut() = axum::http::StatusCode::UNPROCESSABLE_ENTITY;
    }
    Ok(response)
}

/// `POST /policies/{key}/{id}` with `what` and `note`.
pub(super) async fn take(visit: Visit, Path((key, id)): Path<(String, i64)>, fields: Fields) -> Reply {
    let note = fields.text("note").to_string();
    let after = |days: i64| visit.ctx.now.checked_add(days.days()).map(|z| z.timestamp()).map_err(Problem::internal);
    let saying = match fields.text("what") {
        "seen" => Saying::Seen { useful: Some(true) },
        "useless" => Saying::Seen { useful: Some(false) },
        "day" => Saying::Until { until: after(1)?, note },
        "week" => Saying::Until { until: after(7)?, note },
        "mute" => Saying::Mute { note },
        "again" => Saying::Again,
        other => return Err(Problem::invalid(vec![FieldProblem::new("what", "unknown_choice").with("value", other)]).into()),
    };
    let name = key.clone();
    let back = local_path(fields.text("back")).map_or_else(|| format!("/policies/{key}"), str::to_string);
    match visit.write(move |tx| tx.breach_say(&name, id, &saying).map(drop)).await {
        Ok(()) => visit.go(&back, Flash::ok(visit.t.get("policy-said"))),
        Err(fail) if fail.problem.kind == ProblemKind::Invalid => {
            let errors = field_errors(visit.t, &fail.problem);
            draw(&visit, &key, id, &back, &fields, &errors).await
        }
        Err(fail) => Err(fail),
    }
}
