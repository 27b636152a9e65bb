//! Saved patterns: keeping one from a trial, choosing one for a file, deleting one.

use super::importable;
use crate::flash::Flash;
use crate::ui::button::Button;
use crate::ui::dialog::{self, Dialog, dialog_form};
use crate::ui::form::{Row, row};
use crate::ui::input::{Input, text};
use crate::ui::menu::{menu, menu_choice, menu_line};
use crate::{Form, Reply, Visit, fail};
use akrab_engine::import::{Inspection, Pattern};
use akrab_model::Object;
use akrab_model::problem::ProblemKind;
use axum::extract::{Path, Query};
use axum::http::StatusCode;
use maud::{Markup, html};
use serde::Deserialize;

#[derive(Deserialize)]
pub struct Asked {
    trial: i64,
    #[serde(default)]
    name: String,
}

/// The button on a trial.
pub fn button(visit: &Visit, object: &Object, trial: i64) -> Markup {
    let href = format!("/{}/import/pattern?trial={trial}", object.plural);
    html! { (Button::new(visit.t.get("import-pattern-save")).ghost().icon("bookmark").href(href.clone()).attr("data-dialog-href", href)) }
}

/// `GET /{plural}/import/pattern?trial=`
pub async fn ask(visit: Visit, Path(plural): Path<String>, Query(asked): Query<Asked>) -> Reply {
    let object = importable(&visit, &plural)?;
    draw(&visit, &object, &asked, "").await
}

async fn draw(visit: &Visit, object: &Object, asked: &Asked, error: &str) -> Reply {
    let t = visit.t;
    let title = t.get("import-pattern-save");
    let close = format!("/jobs/{}", asked.trial);
    let named = Row::new(t.get("import-pattern-name")).hint(t.get("import-pattern-hint")).error(error);
    let d = Dialog {
        id: "pattern",
        icon: Some("bookmark"),
        title: &title,
        body: html! {
            input type="hidden" name="trial" value=(asked.trial);
            (row(t, &named, Input::new("name", &asked.name).required(true).autofocus().attr("maxlength", "60"), text))
        },
        footer: dialog::foot(t, &close, Button::new(t.get("view-save")).primary().submit()),
        wide: false,
        close_href: &close,
    };
    visit.dialog(&title, dialog_form(t, &d, &format!("/{}/import/pattern", object.plural), &visit.csrf)).await
}

/// `POST /{plural}/import/pattern`
pub async fn save(visit: Visit, Path(plural): Path<String>, Form(asked): Form<Asked>) -> Reply {
    let object = importable(&visit, &plural)?;
    match visit.engine().import_pattern_save(&visit.ctx, asked.trial, &asked.name).await {
        Ok(()) => {
            let words = visit.t.with("import-pattern-saved", &[("name", asked.name.trim().into())]);
            visit.go(&format!("/jobs/{}", asked.trial), Flash::ok(words))
        }
        Err(problem) if problem.kind == ProblemKind::Invalid => {
            let error = problem.fields.first().map(|f| fail::field_message(visit.t, f)).unwrap_or_default();
            let mut response = draw(&visit, &object, &asked, &error).await?;
            *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
            Ok(response)
        }
        Err(problem) => Err(problem.into()),
    }
}

#[derive(Deserialize)]
pub struct Dropped {
    name: String,
    file: i64,
}

/// `POST /{plural}/import/pattern/removal`
pub async fn drop(visit: Visit, Path(plural): Path<String>, Form(dropped): Form<Dropped>) -> Reply {
    let object = importable(&visit, &plural)?;
    let name = dropped.name.clone();
    visit.write(move |tx| tx.pattern_drop(&object, &name)).await?;
    let words = visit.t.with("import-pattern-dropped", &[("name", dropped.name.into())]);
    visit.go(&format!("/{plural}/import/{}", dropped.file), Flash::ok(words))
}

/// Which pattern is laid over the file, and the others there are.
pub fn choice(visit: &Visit, plural: &str, found: &Inspection, all: &[Pattern]) -> Markup {
    let t = visit.t;
    if all.is_empty() {
        return html! {};
    }
    let now = found.pattern.as_ref().map_or("", |p| p.name.as_str());
    let href = |name: &str| format!("/{plural}/import/{}?pattern={}", found.file, fail::encode(name));
    html! {
        div.ak-notice.ak-pattern data-tone="neutral" {
            (crate::ui::icon("bookmark"))
            @if now.is_empty() { span { (t.get("import-pattern-none-chosen")) } } @else { span { (t.with("import-pattern-found", &[("name", now.into())])) } }
            span.ak-spacer {}
            (menu(&t.get("import-pattern-choose"), None, html! {
                (menu_choice(&t.get("import-pattern-none"), &href(""), now.is_empty()))
                (menu_line())
                @for pattern in all { (menu_choice(&pattern.name, &href(&pattern.name), pattern.name == now)) }
                @if !now.is_empty() {
                    (menu_line())
                    form method="post" action={ "/" (plural) "/import/pattern/removal" } {
                        (visit.token_field())
                        input type="hidden" name="name" value=(now);
                        input type="hidden" name="file" value=(found.file);
                        button.ak-menu-item type="submit" data-tone="bad" { (crate::ui::icon("trash-2")) span { (t.with("import-pattern-drop", &[("name", now.into())])) } }
                    }
                }
            }))
        }
    }
}
