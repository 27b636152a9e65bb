//! The steps of a longer errand (import, set-up).

use super::icon::icon_sized;
use maud::{Markup, html};

/// The steps; `current` counts from 0. A step done is a link when it has an address.
pub fn steps(label: &str, all: &[(String, Option<String>)], current: usize) -> Markup {
    html! {
        // on a phone the steps scroll sideways: the keyboard must reach them
        nav.ak-steps aria-label=(label) tabindex="0" { ol {
            @for (i, (words, href)) in all.iter().enumerate() {
                @let state = match i.cmp(&current) {
                    std::cmp::Ordering::Less => "done",
                    std::cmp::Ordering::Equal => "current",
                    std::cmp::Ordering::Greater => "ahead",
                };
                li data-state=(state) aria-current=[(i == current).then_some("step")] {
                    span.ak-step-mark { @if i < current { (icon_sized("check", 13)) } @else { (i + 1) } }
                    @match href { Some(href) if i < current => { a href=(href) { (words) } } _ => { span { (words) } } }
                }
            }
        } }
    }
}

/// An outcome of a dry run: an icon on its colour, words, a figure. `part` is "1" to "4" or "bad",
/// as in [`super::progress::stacked`].
pub fn outcome(part: &str, icon: &str, words: &str, figure: &str) -> Markup {
    html! {
        div.ak-outcome {
            div.ak-outcome-head { span.ak-outcome-mark data-part=(part) { (icon_sized(icon, 12)) } (words) }
            div.ak-outcome-figure { (figure) }
        }
    }
}
