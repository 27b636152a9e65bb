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

/// The steps of a plan in words; one that several tables need stands there once, with all of them.
pub fn table(t: Text, lines: &[PlanLine]) -> Markup {
    let heads = [
        (t.get("plan-step"), false),
        (t.get("plan-name"), false),
        (t.get("plan-table"), false),
        (t.get("plan-rows"), true),
        (t.get("plan-when"), false),
    ];
    let heads: Vec<_> = heads.iter().map(|(words, right)| (words.as_str(), *right, None)).collect();
    let rows: Vec<Vec<Markup>> = together(lines)
        .into_iter()
        .map(|(line, tables)| {
            let count: u64 = tables.iter().map(|line| line.rows).sum();
            vec![
                html! { (t.get(&format!("plan-{}", line.kind.replace('_', "-")))) },
                html! { @if line.name.is_empty() { span.ak-faint { "—" } } @else { code.ak-mono { (line.name) } } },
                html! { @for (n, line) in tables.iter().enumerate() { @if n > 0 { ", " } code.ak-mono { (line.table) } } },
                html! { @if count > 0 { (t.number(count as i64)) } @else { span.ak-faint { "—" } } },
                html! { @if line.later { (status(Status::New, &t.get("plan-later"))) } @else { (status(Status::Ok, &t.get("plan-now"))) } },
            ]
        })
        .collect();
    plain_table(&t.get("plan-title"), &heads, &rows, None)
}

/// Steps that differ in nothing but the table are one, where the first of them stands.
fn together(lines: &[PlanLine]) -> Vec<(&PlanLine, Vec<&PlanLine>)> {
    let mut found: Vec<(&PlanLine, Vec<&PlanLine>)> = Vec::new();
    for line in lines {
        let same =
            |first: &PlanLine| !line.name.is_empty() && (first.kind, &first.name, first.later) == (line.kind, &line.name, line.later);
        match found.iter_mut().find(|(first, _)| same(first)) {
            Some((_, tables)) => tables.push(line),
            None => found.push((line, vec![line])),
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_column_of_several_tables_is_one_step_that_names_them_all() {
        let line = |kind, table: &str, name: &str| PlanLine { kind, table: table.into(), name: name.into(), rows: 1, later: false };
        let lines = [
            line("create_table", "vehicle", ""),
            line("add_column", "task", "x_vehicle"),
            line("create_table", "depot", ""),
            line("add_column", "interaction", "x_vehicle"),
        ];
        let told: Vec<(&str, Vec<&str>)> = together(&lines)
            .iter()
            .map(|(line, tables)| (line.name.as_str(), tables.iter().map(|line| line.table.as_str()).collect()))
            .collect();
        assert_eq!(told, [("", vec!["vehicle"]), ("x_vehicle", vec!["task", "interaction"]), ("", vec!["depot"])]);
    }
}
