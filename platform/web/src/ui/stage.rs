//! The stage path of a record, and the gate that leads to the next stage.

use super::icon::icon_sized;
use super::progress::progress;
use super::tag::{Tone, tag_toned};
use maud::{Markup, html};

/// Where a stage stands relative to the record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StageState {
    /// Left behind.
    Done,
    /// The record is here.
    Current,
    /// Still ahead.
    Ahead,
}

/// A step of the path.
pub struct StageStep {
    /// Name.
    pub label: String,
    /// Days spent, limit or target in words.
    pub detail: String,
    /// Done, current, ahead.
    pub state: StageState,
    /// Where the record is moved here (POST with `stage`).
    pub value: String,
}

/// The path: every step is a button of one form; `end` holds won and lost.
pub fn stage_path(label: &str, action: &str, csrf: &str, steps: &[StageStep], end: Markup) -> Markup {
    html! {
        form.ak-path method="post" action=(action) data-stage-form aria-label=(label) {
            input type="hidden" name="csrf" value=(csrf);
            input type="hidden" name="page" value="1";
            ol {
                @for step in steps {
                    @let (state, icon) = match step.state {
                        StageState::Done => ("done", "check"),
                        StageState::Current => ("current", "circle-dot"),
                        StageState::Ahead => ("ahead", "circle"),
                    };
                    li { button type="submit" name="stage" value=(step.value) data-state=(state)
                        aria-current=[(step.state == StageState::Current).then_some("step")] {
                        (icon_sized(icon, 15))
                        span.ak-path-words { b { (step.label) } span { (step.detail) } }
                    } }
                }
            }
            div.ak-path-end { (end) }
        }
    }
}

/// One thing asked for before the next stage.
pub struct GateItem {
    /// What.
    pub label: String,
    /// What is known about it.
    pub detail: String,
    /// Met.
    pub met: bool,
    /// Where it is done: (words, address).
    pub link: Option<(String, String)>,
}

/// The checklist before the next stage. `count` is "3 dari 5".
pub fn gate(title: &str, count: &str, items: &[GateItem]) -> Markup {
    let met = items.iter().filter(|item| item.met).count();
    let percent = u8::try_from(met * 100 / items.len().max(1)).unwrap_or(100);
    let tone = if met == items.len() { Tone::Ok } else { Tone::Warn };
    html! {
        section.ak-gate {
            div.ak-panel-head { h2 { (title) } span.ak-spacer {} (tag_toned(count, tone)) }
            (progress(title, percent, Tone::Accent))
            ul { @for item in items {
                li data-met[item.met] {
                    (icon_sized(if item.met { "circle-check" } else { "circle-dashed" }, 16))
                    div.ak-two-lines { span.ak-gate-label { (item.label) } div.ak-two-lines-detail { (item.detail) } }
                    @if let Some((words, href)) = &item.link { a.ak-link href=(href) data-dialog-href=(href) { (words) } }
                }
            } }
        }
    }
}
