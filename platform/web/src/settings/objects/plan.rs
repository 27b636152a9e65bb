//! What the database has to do for a change, shown before it is done.

use super::super::{Errors, faults, frame, show};
use crate::fail::{Fail, Reply};
use crate::form::Fields;
use crate::locale::Text;
use crate::ui::button::Button;
use crate::ui::frame::content;
use crate::ui::status::{Status, status};
use crate::ui::table::plain_table;
use crate::visit::Visit;
use akrab_engine::shape::{Edit, PlanLine};
use maud::{Markup, html};

/// What came of a form.
pub enum Come {
    /// It is done.
    Done,
    /// It would be done by this; somebody has to say yes.
    Plan(Vec<PlanLine>),
    /// It cannot be done.
    Faults(Errors),
}

/// Does an edit, or says what it would do when the database has to change and nobody has said yes yet.
pub async fn come(visit: &Visit, edit: Edit, fields: &Fields) -> Result<Come, Fail> {
    let edits = [edit];
    let told = match visit.engine().shape_try(&visit.ctx, &edits).await {
        Ok(outlook) => outlook.lines,
        Err(problem) => return Ok(Come::Faults(faults(visit, problem)?)),
    };
    if !told.is_empty() && !fields.ticked("sure") {
        return Ok(Come::Plan(told));
    }
    match visit.engine().shape_apply(&visit.ctx, &edits).await {
        Ok(_) => Ok(Come::Done),
        Err(problem) => Ok(Come::Faults(faults(visit, problem)?)),
    }
}

/// The page that shows a plan; its form carries everything that was typed.
pub async fn page(visit: &Visit, title: &str, lines: &[PlanLine], fields: &Fields, back: &str) -> Reply {
    let t = visit.t;
    let body = html! {
        p { (t.get("plan-text")) }
        (table(t, lines))
        form.ak-row.ak-gap-8 method="post" action=(visit.facts.address()) {
            (visit.token_field())
            @for (name, value) in fields.0.iter().filter(|(name, _)| name != "csrf" && name != "sure") { input type="hidden" name=(name) value=(value); }
            (Button::new(t.get("plan-apply")).primary().submit_as("sure", "1"))
            (Button::new(t.get("cancel")).ghost().href(back))
        }
    };
    let frame = frame(visit, title).await;
    show(visit, &frame, content(false, html! { div.ak-stack { (body) } }), false).await
}

/// The steps of a plan in words.
pub fn table(t: Text, lines: &[PlanLine]) -> Markup {
    let heads = [(t.get("plan-step"), false), (t.get("plan-name"), false), (t.get("plan-rows"), true), (t.get("plan-when"), false)];
    let heads: Vec<_> = heads.iter().map(|(words, right)| (words.as_str(), *right, None)).collect();
    let rows: Vec<Vec<Markup>> = lines
        .iter()
        .map(|line| {
            let name = if line.name.is_empty() { line.table.clone() } else { line.name.clone() };
            vec![
                html! { (t.get(&format!("plan-{}", line.kind.replace('_', "-")))) },
                html! { code.ak-mono { (name) } },
                html! { @if line.rows > 0 { (t.number(line.rows as i64)) } @else { span.ak-faint { "—" } } },
                html! { @if line.later { (status(Status::New, &t.get("plan-later"))) } @else { (status(Status::Ok, &t.get("plan-now"))) } },
            ]
        })
        .collect();
    plain_table(&t.get("plan-title"), &heads, &rows, None)
}
