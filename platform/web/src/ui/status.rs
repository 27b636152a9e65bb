//! Status: a shape and a word, so that it never depends on colour.

use maud::{Markup, html};

/// The six states anything in the program can be in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// ● fine, active, done.
    Ok,
    /// ○ new, not begun.
    New,
    /// ◐ today, running.
    Today,
    /// ▲ at risk.
    Risk,
    /// ◆ late, failed, refused.
    Late,
    /// dashed ring: nothing there.
    None,
}

impl Status {
    fn name(self) -> &'static str {
        match self {
            Status::Ok => "ok",
            Status::New => "new",
            Status::Today => "today",
            Status::Risk => "risk",
            Status::Late => "late",
            Status::None => "none",
        }
    }
}

/// Shape and word.
pub fn status(state: Status, word: &str) -> Markup {
    html! { span.ak-status data-status=(state.name()) { (dot(state)) span { (word) } } }
}

/// Shape and word, the word coloured too (late, today).
pub fn status_strong(state: Status, word: &str) -> Markup {
    html! { span.ak-status.ak-status-strong data-status=(state.name()) { (dot(state)) span { (word) } } }
}

/// The shape alone; the word must stand near by.
pub fn dot(state: Status) -> Markup {
    html! {
        svg.ak-dot data-status=(state.name()) width="10" height="10" viewBox="0 0 10 10" aria-hidden="true" {
            @match state {
                Status::Ok => { circle cx="5" cy="5" r="4.5" fill="currentColor" {} }
                Status::New => { circle cx="5" cy="5" r="3.75" fill="none" stroke="currentColor" stroke-width="2" {} }
                Status::Today => {
                    circle cx="5" cy="5" r="4.1" fill="none" stroke="currentColor" stroke-width="1.3" {}
                    path d="M5 .9a4.1 4.1 0 0 1 0 8.2z" fill="currentColor" {}
                }
                Status::Risk => { path d="M5 .9 9.7 9.2H.3z" fill="currentColor" {} }
                Status::Late => { path d="M5 0l5 5-5 5-5-5z" fill="currentColor" {} }
                Status::None => {
                    circle cx="5" cy="5" r="4.2" fill="none" stroke="currentColor" stroke-width="1.3" stroke-dasharray="1.6 1.7" {}
                }
            }
        }
    }
}
