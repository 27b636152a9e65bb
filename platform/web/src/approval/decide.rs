//! Deciding: a dialog with what the decision needs, and the decision itself; many equal ones at once.

use super::words;
use crate::fail::{Reply, field_errors, message};
use crate::flash::Flash;
use crate::form::Fields;
use crate::ui::button::Button;
use crate::ui::dialog::{self, Dialog, dialog_form};
use crate::ui::form::{self, Row, error_summary};
use crate::ui::input::{self, Input};
use crate::visit::Visit;
use akrab_engine::approval::{Approval, Decision, State, Verdict};
use akrab_model::Problem;
use akrab_model::problem::ProblemKind;
use axum::extract::Path;
use axum::http::StatusCode;
use maud::{Markup, html};

type Errors = Vec<(String, String)>;

fn verdict_of(key: &str) -> Result<Verdict, Problem> {
    Verdict::of(key).ok_or_else(Problem::not_found)
}

/// `GET /approvals/{id}/{verdict}`
pub(super) async fn show(visit: Visit, Path((id, verdict)): Path<(i64, String)>) -> Reply {
    let verdict = verdict_of(&verdict)?;
    let one = visit.read(move |tx| tx.approval(id)).await?;
    ask(&visit, &one, verdict, &Fields::default(), &Errors::new()).await
}

async fn ask(visit: &Visit, one: &Approval, verdict: Verdict, typed: &Fields, errors: &Errors) -> Reply {
    let t = visit.t;
    let look = visit.look();
    let key = verdict.key();
    let title = t.with(&format!("approval-{key}-title"), &[("name", one.plan.name.get(visit.lang()).into())]);
    let back = look.href(&one.record.object, one.record.id);
    let step = typed.get("step").map_or_else(|| one.step.to_string(), str::to_string);
    let send = Button::new(t.get(&format!("approval-{key}"))).primary().submit();
    let d = Dialog {
        id: "approval-decide",
        icon: Some("badge-check"),
        title: &title,
        body: html! {
            (error_summary(t, errors))
            p { b { (one.record.title()) } @if let Some(value) = words::value(&look, one) { " · " (value) } }
            @if !one.note.is_empty() { p.ak-muted { (one.note) } }
            input type="hidden" name="step" value=(step);
            (says(visit, one, verdict, typed, errors))
        },
        footer: dialog::foot(t, &back, send),
        wide: false,
        close_href: &back,
    };
    let drawn = dialog_form(t, &d, &format!("/approvals/{}/{key}", one.id), &visit.csrf);
    let mut response = visit.dialog(&title, drawn).await?;
    if !errors.is_empty() {
        *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
    }
    Ok(response)
}

/// Reason, where one is due, and a note.
fn says(visit: &Visit, one: &Approval, verdict: Verdict, typed: &Fields, errors: &Errors) -> Markup {
    let reasons: Vec<(String, String)> = std::iter::once((String::new(), String::new()))
        .chain(one.plan.reasons.iter().map(|r| (r.key.clone(), r.label.get(visit.lang()).to_string())))
        .collect();
    words_asked(visit.t, &reasons, verdict, typed, errors)
}

/// The rows a decision asks for.
pub(super) fn words_asked(
    t: crate::locale::Text,
    reasons: &[(String, String)],
    verdict: Verdict,
    typed: &Fields,
    errors: &Errors,
) -> Markup {
    let error = |name: &str| errors.iter().find(|(field, _)| field == name).map(|(_, words)| words.clone()).unwrap_or_default();
    let note = if verdict.needs_reason() { "approval-explain" } else { "approval-note-free" };
    html! {
        @if verdict.needs_reason() {
            (form::row(t, &Row::new(t.get("approval-reason")).error(error("reason")), Input::new("reason", typed.text("reason")).required(true), |i| input::select(i, reasons)))
        }
        (form::row(t, &Row::new(t.get(note)).error(error("note")), Input::new("note", typed.text("note")).attr("maxlength", "2000"), |i| input::textarea(i, 3)))
    }
}

/// `POST /approvals/{id}/{verdict}`
pub(super) async fn take(visit: Visit, Path((id, verdict)): Path<(i64, String)>, fields: Fields) -> Reply {
    let verdict = verdict_of(&verdict)?;
    let decision = Decision::new(verdict).because(fields.text("reason"), fields.text("note")).of_step(fields.text("step").parse().ok());
    match visit.write(move |tx| tx.approval_decide(id, &decision)).await {
        Ok(state) => {
            let back = back(&visit, id).await?;
            let key = if state == State::Waiting { "approval-said-on" } else { "approval-said-done" };
            visit.back(
                &back,
                Flash::ok(visit.t.with(key, &[("state", visit.t.get(&format!("approval-state-{}", state.key())).to_lowercase().into())])),
            )
        }
        Err(fail) if fail.problem.kind == ProblemKind::Invalid => {
            let one = visit.read(move |tx| tx.approval(id)).await?;
            ask(&visit, &one, verdict, &fields, &field_errors(visit.t, &fail.problem)).await
        }
        // somebody was faster: the page shows how it stands by now
        Err(fail) if fail.problem.kind == ProblemKind::Conflict => {
            let back = back(&visit, id).await?;
            visit.back(&back, Flash::bad(message(visit.t, &fail.problem)))
        }
        Err(fail) => Err(fail),
    }
}

async fn back(visit: &Visit, id: i64) -> Result<String, crate::Fail> {
    let one = visit.read(move |tx| tx.approval(id)).await?;
    Ok(visit.look().href(&one.record.object, one.record.id))
}

/// `POST /approvals/{id}/withdraw`
pub(super) async fn withdraw(visit: Visit, Path(id): Path<i64>) -> Reply {
    visit.write(move |tx| tx.approval_withdraw(id)).await?;
    let back = back(&visit, id).await?;
    visit.back(&back, Flash::ok(visit.t.get("approval-withdrawn-done")))
}

/// `POST /approvals/bulk` with `id=NUMBER.STEP` for each and one `verdict`.
pub(super) async fn many(visit: Visit, fields: Fields) -> Reply {
    let t = visit.t;
    let verdict = verdict_of(fields.text("verdict"))?;
    let chosen: Vec<(i64, i64)> = fields
        .all("id")
        .filter_map(|id| id.split_once('.'))
        .filter_map(|(id, step)| Some((id.parse().ok()?, step.parse().ok()?)))
        .collect();
    if chosen.is_empty() {
        return visit.go("/approvals", Flash::bad(t.get("approval-none-chosen")));
    }
    let (mut done, mut refused) = (0, None);
    for (id, step) in chosen {
        let decision = Decision::new(verdict).because(fields.text("reason"), "").of_step(Some(step));
        match visit.write(move |tx| tx.approval_decide(id, &decision)).await {
            Ok(_) => done += 1,
            Err(fail) if matches!(fail.problem.kind, ProblemKind::Internal | ProblemKind::Busy | ProblemKind::Full) => return Err(fail),
            Err(fail) => refused = refused.or(field_errors(t, &fail.problem).pop().map(|(_, words)| words)),
        }
    }
    let told = t.with("approval-many-done", &[("n", done.into())]);
    visit.go("/approvals", refused.map_or_else(|| Flash::ok(told.clone()), |words| Flash::bad(format!("{told} {words}"))))
}

/// `GET /approvals/{id}/move`: to whom the step is handed.
pub(super) async fn ask_move(visit: Visit, Path(id): Path<i64>) -> Reply {
    visit.require_admin()?;
    let one = visit.read(move |tx| tx.approval(id)).await?;
    draw_move(&visit, &one, &Errors::new()).await
}

async fn draw_move(visit: &Visit, one: &Approval, errors: &Errors) -> Reply {
    let t = visit.t;
    let people = visit.engine().people();
    let options: Vec<(String, String)> = people.at_work().iter().map(|p| (p.id.to_string(), p.name.clone())).collect();
    let back = format!("/approvals/{}", one.id);
    let error = errors.first().map(|(_, words)| words.clone()).unwrap_or_default();
    let d = Dialog {
        id: "approval-move",
        icon: Some("user-round-cog"),
        title: &t.get("approval-move-title"),
        body: html! {
            p { (t.get("approval-move-text")) }
            (form::row(t, &Row::new(t.get("approval-approver")).error(error), Input::new("person", ""), |i| input::select(i, &options)))
        },
        footer: dialog::foot(t, &back, Button::new(t.get("approval-move")).primary().submit()),
        wide: false,
        close_href: &back,
    };
    let drawn = dialog_form(t, &d, &format!("/approvals/{}/move", one.id), &visit.csrf);
    let mut response = visit.dialog(&t.get("approval-move-title"), drawn).await?;
    if !errors.is_empty() {
        *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
    }
    Ok(response)
}

/// `POST /approvals/{id}/move`
pub(super) async fn move_to(visit: Visit, Path(id): Path<i64>, fields: Fields) -> Reply {
    let person: i64 = fields.text("person").parse().map_err(|_| Problem::malformed("bad_form"))?;
    match visit.write(move |tx| tx.approval_move(id, person)).await {
        Ok(()) => {
            let back = back(&visit, id).await?;
            visit.go(&back, Flash::ok(visit.t.get("saved")))
        }
        Err(fail) if fail.problem.kind == ProblemKind::Invalid => {
            let one = visit.read(move |tx| tx.approval(id)).await?;
            draw_move(&visit, &one, &field_errors(visit.t, &fail.problem)).await
        }
        Err(fail) => Err(fail),
    }
}
