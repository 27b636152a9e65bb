//! The tree a record stands in: what is above it, what is below, and figures over all of it.

use super::load::Sight;
use crate::ui::related::panel_head;
use akrab_model::FieldType;
use maud::{Markup, html};

pub fn draw(sight: &Sight) -> Markup {
    let Some(tree) = &sight.tree else { return html! {} };
    let look = &sight.look;
    let t = look.t;
    let object = &sight.object;
    let top = tree.above.len();
    let amount = |field: &akrab_model::Field, value: &akrab_model::Value| match value {
        akrab_model::Value::Dec(d) if field.kind == FieldType::Money => akrab_model::format::money_short(*d, &look.currency, look.lang),
        other => look.value_words(field, other, |_| None),
    };
    let first = object.decl.tree.as_ref().and_then(|tree| tree.figures.first()).and_then(|key| object.field(key));
    html! {
        section.ak-related {
            (panel_head(t, &t.get("record-tree"), (tree.below > 0).then(|| t.number(tree.below as i64)).as_deref(), None, None))
            ul.ak-tree {
                @for (depth, (id, title)) in tree.above.iter().enumerate() {
                    li.ak-tree-line { (indent(depth)) a.ak-link href=(look.href(object, *id)) { (title) } }
                }
                @for branch in &tree.branches {
                    li.ak-tree-line aria-current=[(branch.depth == 0).then_some("true")] {
                        (indent(top + branch.depth))
                        @if branch.depth == 0 { b.ak-truncate { (branch.title) } } @else { a.ak-link.ak-truncate href=(look.href(object, branch.id)) { (branch.title) } }
                        @if let Some(field) = first { span.ak-related-end { (amount(field, &branch.figure)) } }
                    }
                }
            }
            @if tree.below > 0 && !tree.totals.is_empty() {
                p.ak-tree-head { (t.get("record-tree-whole")) }
                dl.ak-tree-sums {
                    @for total in &tree.totals {
                        @if let Some(field) = total.field.as_deref().and_then(|key| object.field(key)) {
                            div { dt { (look.name(field)) } dd { (look.value_words(field, &total.value, |_| None)) } }
                        }
                    }
                }
            }
            @if tree.below + 1 > tree.branches.len() {
                p.ak-faint.ak-small { (t.with("record-tree-more", &[("n", t.number((tree.below + 1 - tree.branches.len()) as i64).into())])) }
            }
        }
    }
}

/// One step to the right for each level; deep trees stay readable.
fn indent(depth: usize) -> Markup {
    html! { @for _ in 0..depth.min(6) { span.ak-tree-step aria-hidden="true" {} } }
}
