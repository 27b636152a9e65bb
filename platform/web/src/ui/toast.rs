//! Toasts: bottom left, five seconds, with Undo for whatever can be undone.

use super::button::Button;
use super::icon::icon_sized;
use super::tag::Tone;
use crate::locale::Text;
use maud::{Markup, html};

/// What happened, in one sentence.
#[derive(Clone, Debug, Default)]
pub struct Toast {
    /// The sentence.
    pub message: String,
    /// Neutral, ok or bad.
    pub tone: Tone,
    /// Address that undoes it by POST.
    pub undo: Option<String>,
    /// A place to look at: (words, address).
    pub link: Option<(String, String)>,
}

/// One toast. As an out-of-band fragment put it into [`toast_fragment`].
pub fn toast(t: Text, toast: &Toast, csrf: &str) -> Markup {
    let name = match toast.tone {
        Tone::Bad => "circle-alert",
        Tone::Warn => "triangle-alert",
        _ => "circle-check",
    };
    html! {
        div.ak-toast data-toast data-tone=(toast.tone.name()) role="status" {
            (icon_sized(name, 16))
            span.ak-toast-text { (toast.message) }
            @if let Some((words, href)) = &toast.link { a.ak-link href=(href) { (words) } }
            @if let Some(action) = &toast.undo {
                form method="post" action=(action) data-undo {
                    input type="hidden" name="csrf" value=(csrf);
                    button.ak-link type="submit" { (t.get("undo")) }
                }
            }
            (Button::only_icon("x", t.get("close")).ghost().flag("data-toast-close", true))
        }
    }
}

/// A toast appended to the toast region by any `htmx` answer.
pub fn toast_fragment(t: Text, what: &Toast, csrf: &str) -> Markup {
    html! { div hx-swap-oob="beforeend:#toasts" { (toast(t, what, csrf)) } }
}

/// The region all toasts live in; `flash` is the one carried over a redirect.
pub fn toast_region(t: Text, flash: Option<&Toast>, csrf: &str) -> Markup {
    html! {
        div.ak-toasts id="toasts" data-toasts {
            @if let Some(one) = flash { (toast(t, one, csrf)) }
        }
    }
}
