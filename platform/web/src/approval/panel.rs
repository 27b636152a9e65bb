//! Approvals where people work: on the page of a record, and among what the day brings.

use super::words;
use crate::fail::encode;
use crate::ui::avatar::{Shape, avatar};
use crate::ui::button::Button;
use crate::ui::record::{NextAction, next_action};
use crate::ui::status::{Status, status_strong};
use crate::ui::tag::Tone;
use crate::ui::task::{person_line, task_section};
use crate::value::Look;
use crate::visit::Visit;
use akrab_engine::approval::{Approval, State, Verdict};
use akrab_model::{Label, Object};
use jiff::Timestamp;
use maud::{Markup, html};

/// Approvals of a record, and those that may be asked for.
#[derive(Debug, Default)]
pub struct Approvals {
    /// The newest of each rule.
    pub latest: Vec<Approval>,
    /// Rules by which an approval may be asked for: key and name.
    pub askable: Vec<(String, Label)>,
}

impl Approvals {
    /// # Errors
    /// What the database answers.
    pub fn load(tx: &mut akrab_engine::Tx, object: &std::sync::Arc<Object>, id: i64) -> akrab_engine::Result<Approvals> {
        let mut latest: Vec<Approval> = Vec::new();
        for one in tx.approvals_about(&object.key, id)? {
            if one.next.is_none()
                && !latest.iter().any(|known| known.rule == one.rule && (!one.rule.is_empty() || known.plan.name == one.plan.name))
            {
                latest.push(one);
            }
        }
        Ok(Approvals { latest, askable: tx.approvals_askable(object, id)? })
    }
}

/// A line for each approval of a record, with what may be done about it.
pub fn draw(look: &Look, object: &Object, id: i64, approvals: &Approvals) -> Markup {
    html! {
        @for (key, name) in &approvals.askable {
            (askable(look, object, id, key, name, approvals.latest.iter().find(|one| one.rule == *key)))
        }
        @for one in approvals.latest.iter().filter(|one| !approvals.askable.iter().any(|(key, _)| *key == one.rule)) { (line(look, one)) }
    }
}

/// What may be asked for, with what became of it the last time.
fn askable(look: &Look, object: &Object, id: i64, rule: &str, name: &Label, last: Option<&Approval>) -> Markup {
    let href = format!("/approvals/ask?object={}&id={id}&rule={}", encode(&object.key), encode(rule));
    let last = last.filter(|one| matches!(one.state, State::Refused | State::Returned | State::Expired));
    let name = name.get(look.key()).to_string();
    next_action(&NextAction {
        state: last.map_or(Status::Risk, |one| words::shape(one.state)),
        when: last.map_or_else(|| look.t.get("approval-needed"), |one| standing(look, one)),
        what: last.and_then(reason).map_or(name.clone(), |reason| format!("{name} · {}", reason.get(look.key()))),
        owner: None,
        actions: html! {
            @if let Some(one) = last {
                (Button::new(look.t.get("approval-details")).ghost().href(format!("/approvals/{}", one.id)).attr("data-dialog-href", format!("/approvals/{}", one.id)))
            }
            (Button::new(look.t.get("approval-ask")).icon("stamp").soft().href(href.clone()).attr("data-dialog-href", href))
        },
    })
}

/// Why it was refused or sent back.
fn reason(one: &Approval) -> Option<&Label> {
    one.decisions.last()?.reason.as_ref()
}

fn line(look: &Look, one: &Approval) -> Markup {
    let t = look.t;
    let name = one.plan.name.get(look.key());
    let value = words::value(look, one);
    let named = value.as_ref().is_some_and(|value| value.starts_with(name));
    let what = [Some(name.to_string()).filter(|_| !named), value].into_iter().flatten().collect::<Vec<_>>().join(" · ");
    let late = one.state == State::Waiting && one.due_at.is_some_and(|due| due < look.now.timestamp());
    next_action(&NextAction {
        state: if late { Status::Late } else { words::shape(one.state) },
        when: standing(look, one),
        what,
        owner: None,
        actions: html! {
            (verdicts(look, one))
            (Button::new(t.get("approval-details")).ghost().href(format!("/approvals/{}", one.id)).attr("data-dialog-href", format!("/approvals/{}", one.id)))
        },
    })
}

/// "Menunggu Budi, batas Sel 18/08 16.00"; "Disetujui Budi, 17 Agu".
pub fn standing(look: &Look, one: &Approval) -> String {
    let t = look.t;
    let state = t.get(&format!("approval-state-{}", one.state.key()));
    if one.state != State::Waiting {
        let by = one.decisions.last().map(|d| words::in_place(t, &d.name, d.stands_for.as_deref()));
        let at = one.ended_at.map(|at| look.moment_words(&look.local(at)));
        return [Some(state), by, at].into_iter().flatten().collect::<Vec<_>>().join(" · ");
    }
    let whom = words::waited_for(one);
    let waits = if whom.is_empty() { t.get("approval-nobody") } else { t.with("approval-waits-for", &[("who", whom.into())]) };
    with_due(look, one, waits)
}

/// "Budi, Sari · batas besok 17.00".
pub(super) fn whom_and_when(look: &Look, one: &Approval) -> String {
    let whom = words::waited_for(one);
    with_due(look, one, if whom.is_empty() { look.t.get("approval-nobody") } else { whom })
}

fn with_due(look: &Look, one: &Approval, words: String) -> String {
    match one.due_at {
        Some(due) => format!("{words} · {}", look.t.with("approval-due", &[("when", due_words(look, due).into())])),
        None => words,
    }
}

pub(super) fn due_words(look: &Look, due: Timestamp) -> String {
    look.moment_within(&look.local(due))
}

/// Buttons for who may decide, in a line; a phone has room for the two that are pressed most.
pub fn verdicts(look: &Look, one: &Approval) -> Markup {
    buttons(look, one, true)
}

/// All of them, where the request has the page to itself.
pub(super) fn all_verdicts(look: &Look, one: &Approval) -> Markup {
    buttons(look, one, false)
}

fn buttons(look: &Look, one: &Approval, narrow: bool) -> Markup {
    if one.may_decide.is_none() {
        return html! {};
    }
    html! {
        @for verdict in Verdict::ALL {
            @let href = format!("/approvals/{}/{}", one.id, verdict.key());
            @let button = Button::new(look.t.get(&format!("approval-{}", verdict.key()))).href(href.clone()).attr("data-dialog-href", href.clone());
            @match verdict {
                Verdict::Approve => (button.icon("check").soft()),
                Verdict::Refuse => (button),
                Verdict::Return => span .ak-hide-phone[narrow] { (button.ghost()) },
            }
        }
    }
}

/// What waits for somebody's word, among the work of the day; nothing where nothing waits.
pub fn today(visit: &Visit, waiting: &[Approval]) -> Markup {
    if waiting.is_empty() {
        return html! {};
    }
    let look = visit.look();
    let all = html! { a.ak-link href="/approvals" { (visit.t.get("see-all")) } };
    task_section(
        &visit.t.get("approvals-waiting"),
        &waiting.len().to_string(),
        Tone::Neutral,
        all,
        html! {
            @for one in waiting.iter().take(SHOWN) { (waiting_line(&look, one, html! {})) }
        },
    )
}

/// Lines among the work of the day.
const SHOWN: usize = 8;

/// One request: who asks, for what, how much, until when.
pub(super) fn waiting_line(look: &Look, one: &Approval, lead: Markup) -> Markup {
    let t = look.t;
    let record = &one.record;
    let requester = one.requester.and_then(|id| look.people.name(id)).unwrap_or_else(|| t.get("record-by-system"));
    let name = one.plan.name.get(look.key()).to_string();
    // "Diskon · Diskon 16%" says one thing twice
    let value = words::value(look, one);
    let named = value.as_ref().is_some_and(|value| value.starts_with(&name));
    let detail = [Some(name).filter(|_| !named), value, Some(requester.clone())];
    let detail = detail.into_iter().flatten().collect::<Vec<_>>().join(" · ");
    let stands = one.may_decide.flatten().and_then(|id| look.people.name(id));
    let end = html! {
        @if let Some(due) = one.due_at {
            @if due < look.now.timestamp() { (status_strong(Status::Late, &due_words(look, due))) } @else { span.ak-num.ak-hide-phone { (due_words(look, due)) } }
        }
        (verdicts(look, one))
    };
    person_line(
        Some(html! { (lead) (avatar(Shape::Person, &requester, 26)) }),
        record.title(),
        &look.href(&record.object, record.id),
        html! { (detail) @if let Some(name) = stands { " · " (t.with("approval-in-place", &[("name", name.into())])) } },
        html! {},
        end,
    )
}
