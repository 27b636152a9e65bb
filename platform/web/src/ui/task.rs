//! Lines of the Today page and of task lists.

use super::icon::icon_sized;
use super::tag::Tone;
use maud::{Markup, html};

/// A task line.
#[derive(Default)]
pub struct Task {
    /// Address that completes it (POST); empty for whoever may not.
    pub done_url: String,
    /// Label of the round tick.
    pub done_label: String,
    /// Icon of its kind.
    pub icon: String,
    /// What.
    pub title: String,
    /// Its page.
    pub href: String,
    /// About whom.
    pub about: String,
    /// Due, at the right.
    pub due: Option<Markup>,
    /// Already done.
    pub done: bool,
}

/// One task line.
pub fn task(task: &Task, csrf: &str) -> Markup {
    html! {
        li.ak-task {
            @if !task.done_url.is_empty() {
                form method="post" action=(task.done_url) hx-post=(task.done_url) hx-target="closest li" hx-swap="outerHTML" data-deed {
                    input type="hidden" name="csrf" value=(csrf);
                    button.ak-task-tick type="submit" data-done[task.done] aria-label=(task.done_label) title=(task.done_label) {
                        (icon_sized("check", 11))
                    }
                }
            }
            (icon_sized(&task.icon, 15))
            div.ak-task-words { a href=(task.href) { (task.title) } span { (task.about) } }
            @if let Some(due) = &task.due { span.ak-task-due { (due) } }
        }
    }
}

/// A section of a page: head with count and something at the right, lines below.
pub fn task_section(title: &str, count: &str, tone: Tone, end: Markup, lines: Markup) -> Markup {
    html! {
        section.ak-tasks {
            div.ak-panel-head { h2.ak-toned data-tone=(tone.name()) { (title) } span.ak-count { (count) } span.ak-spacer {} (end) }
            ul { (lines) }
        }
    }
}

/// A line with an avatar, two lines of words, details and buttons (calls, leads, approvals).
pub fn person_line(lead: Option<Markup>, title: &str, href: &str, detail: Markup, middle: Markup, end: Markup) -> Markup {
    html! {
        li.ak-person-line {
            @if let Some(lead) = lead { (lead) }
            div.ak-two-lines { a.ak-two-lines-title href=(href) { (title) } div.ak-two-lines-detail { (detail) } }
            div.ak-person-middle { (middle) }
            div.ak-person-end { (end) }
        }
    }
}

/// An appointment: time, a stroke that is filled while it is ahead, words.
pub fn appointment(time: &str, ahead: bool, title: &str, href: &str, detail: &str) -> Markup {
    html! {
        li.ak-appointment data-ahead[ahead] {
            span.ak-num { (time) }
            div.ak-two-lines { a.ak-two-lines-title href=(href) { (title) } div.ak-two-lines-detail { (detail) } }
        }
    }
}
