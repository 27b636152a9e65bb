//! `GET /approvals/{id}`: one request with its steps, what was said, and why it is due when it is.

use super::{panel, words};
use crate::fail::Reply;
use crate::settings::calendars::why_table;
use crate::ui::button::Button;
use crate::ui::dialog::{Dialog, dialog};
use crate::ui::frame::content;
use crate::ui::section::fold;
use crate::ui::status::{Status, status};
use crate::value::Look;
use crate::visit::Visit;
use akrab_engine::approval::{Approval, State, Verdict};
use akrab_engine::calendar::DayCount;
use axum::extract::Path;
use maud::{Markup, html};

pub(super) async fn show(visit: Visit, Path(id): Path<i64>) -> Reply {
    let t = visit.t;
    let (one, why) = visit
        .read(move |tx| {
            let one = tx.approval(id)?;
            let why = if one.state == State::Waiting { tx.approval_why(&one)? } else { Vec::new() };
            Ok((one, why))
        })
        .await?;
    let look = visit.look();
    let title = t.with("approval-title", &[("name", one.plan.name.get(visit.lang()).into()), ("record", one.record.title().into())]);
    let href = look.href(&one.record.object, one.record.id);
    let body = draw(&visit, &look, &one, &why);
    let buttons = html! {
        @if one.may_withdraw {
            form method="post" action={ "/approvals/" (id) "/withdraw" } { (visit.token_field()) (Button::new(t.get("approval-withdraw")).ghost().submit()) }
        }
        @if one.state == State::Waiting && visit.ctx.is_admin() {
            (Button::new(t.get("approval-move")).ghost().href(format!("/approvals/{id}/move")).attr("data-dialog-href", format!("/approvals/{id}/move")))
        }
        (panel::all_verdicts(&look, &one))
    };
    if visit.is_fragment() {
        let d = Dialog {
            id: "approval",
            icon: Some("badge-check"),
            title: &title,
            body,
            footer: html! { span.ak-spacer {} (buttons) },
            wide: true,
            close_href: &href,
        };
        return visit.fragment(dialog(t, &d), None);
    }
    let mut frame = visit.frame(&title).await;
    frame.breadcrumb.push(visit.crumb("approvals", "/approvals?whose=all"));
    frame.actions = Some(buttons);
    visit.page(&frame, content(true, body))
}

fn draw(visit: &Visit, look: &Look, one: &Approval, why: &[DayCount]) -> Markup {
    let t = visit.t;
    let record = &one.record;
    let requester = one.requester.and_then(|id| look.people.name(id)).unwrap_or_else(|| t.get("record-by-system"));
    let facts = [
        (
            "approval-record",
            html! { a.ak-link href=(look.href(&record.object, record.id)) { (record.title()) } " " span.ak-muted { (look.label(&record.object)) } },
        ),
        (
            "approval-state",
            html! { (words::state(t, one.state)) @if one.state == State::Waiting { " " span.ak-muted { (panel::whom_and_when(look, one)) } } },
        ),
        ("approval-requester", html! { (requester) " · " (look.moment_words(&look.local(one.asked_at))) }),
    ];
    html! {
        div.ak-stack {
            dl.ak-facts {
                @for (key, value) in &facts { dt { (t.get(key)) } dd { (value) } }
                @if let Some(value) = words::value(look, one) { dt { (t.get("approval-value")) } dd { (value) } }
                @if !one.note.is_empty() { dt { (t.get("approval-note")) } dd { (one.note) } }
                @if one.next.is_some() { dt { (t.get("approval-replaced")) } dd { @if let Some(next) = one.next { a.ak-link href={ "/approvals/" (next) } { (t.get("approval-replaced-by")) } } } }
            }
            (steps(visit, look, one))
            @if !why.is_empty() {
                (fold(&t.get("approval-why"), false, why_table(visit, look.now.time_zone(), why)))
            }
        }
    }
}

/// The steps one after the other, each with what was said and who is waited for.
fn steps(visit: &Visit, look: &Look, one: &Approval) -> Markup {
    let t = visit.t;
    html! {
        ol.ak-approval-steps {
            @for (n, step) in one.plan.steps.iter().enumerate() {
                @let said: Vec<_> = one.decisions.iter().filter(|d| d.step == n).collect();
                @let (shape, key) = standing(one, n);
                li {
                    div.ak-row.ak-gap-8 {
                        b { (words::step(look, &look.people, Some(&one.record.object), step)) }
                        (status(shape, &t.get(key)))
                    }
                    @for d in said {
                        div {
                            (words::in_place(t, &d.name, d.stands_for.as_deref())) " "
                            span.ak-muted { (t.get(&format!("approval-said-{}", d.verdict.key()))) " · " (look.moment_words(&look.local(d.at))) @if d.door == "mail" { " · " (t.get("approval-by-mail")) } }
                            @if d.reason.is_some() || !d.note.is_empty() {
                                div { @if let Some(reason) = &d.reason { (reason.get(visit.lang())) } @if d.reason.is_some() && !d.note.is_empty() { ": " } (d.note) }
                            }
                        }
                    }
                    @if n == one.step && one.state == State::Waiting {
                        @let whom = words::waited_for(one);
                        div.ak-muted {
                            @if whom.is_empty() { (t.get("approval-nobody")) } @else { (t.with("approval-waits-for", &[("who", whom.into())])) }
                            @if one.fallen { " · " (t.get("approval-fallen")) }
                            @if let Some(due) = one.due_at { " · " (t.with("approval-due", &[("when", panel::due_words(look, due).into())])) }
                        }
                    }
                }
            }
        }
    }
}

fn standing(one: &Approval, n: usize) -> (Status, &'static str) {
    let stopped = one.decisions.iter().find(|d| d.step == n && d.verdict != Verdict::Approve).map(|d| d.verdict);
    match one.state {
        _ if stopped == Some(Verdict::Return) => (Status::Today, "approval-state-returned"),
        _ if stopped.is_some() => (Status::Late, "approval-state-refused"),
        State::Approved => (Status::Ok, "approval-step-done"),
        _ if n < one.step => (Status::Ok, "approval-step-done"),
        State::Waiting if n == one.step => (Status::Today, "approval-step-now"),
        State::Expired if n == one.step => (Status::Late, "approval-state-expired"),
        State::Waiting => (Status::New, "approval-step-later"),
        _ => (Status::None, "approval-step-none"),
    }
}
