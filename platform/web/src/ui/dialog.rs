//! Dialogs. A dialog is also a page: its link works without script, and script loads the same
//! address into the dialog mount.

use super::button::Button;
use super::icon::icon_sized;
use crate::locale::Text;
use maud::{Markup, Render, html};

/// Id of the element every dialog fragment is swapped into.
pub const MOUNT: &str = "dialog-mount";

/// A dialog.
pub struct Dialog<'a> {
    /// Id, so that `aria-labelledby` and tests find it.
    pub id: &'a str,
    /// Icon before the title.
    pub icon: Option<&'a str>,
    /// The question or the name of the form.
    pub title: &'a str,
    /// Content; usually the fields.
    pub body: Markup,
    /// Buttons, the main one last.
    pub footer: Markup,
    /// 640 px by default, `wide` 880.
    pub wide: bool,
    /// Where the × leads without script.
    pub close_href: &'a str,
}

/// The dialog. Script opens it; on a page of its own it stands open ([`standing`]).
pub fn dialog(t: Text, d: &Dialog<'_>) -> Markup {
    dialog_around(
        t,
        d,
        html! {
            div.ak-dialog-body { (d.body) }
            @if !d.footer.0.is_empty() { div.ak-dialog-foot { (d.footer) } }
        },
    )
}

/// The buttons of a dialog: Cancel, which leads to `close`, and at the end what it is for.
pub fn foot(t: Text, close: &str, main: impl Render) -> Markup {
    html! {
        span.ak-spacer {}
        (Button::new(t.get("cancel")).ghost().href(close).flag("data-close", true))
        (main)
    }
}

/// A dialog whose body and footer are one form; `attrs` hooks are set by the caller through `form`.
pub fn dialog_form(t: Text, d: &Dialog<'_>, action: &str, csrf: &str) -> Markup {
    form_dialog(t, d, action, csrf, None)
}

/// As [`dialog_form`], for a form that takes files when `files` says so.
pub fn dialog_form_files(t: Text, d: &Dialog<'_>, action: &str, csrf: &str, files: bool) -> Markup {
    form_dialog(t, d, action, csrf, files.then_some("multipart/form-data"))
}

fn form_dialog(t: Text, d: &Dialog<'_>, action: &str, csrf: &str, coding: Option<&str>) -> Markup {
    dialog_around(
        t,
        d,
        html! {
            form.ak-dialog-form method="post" action=(action) enctype=[coding] data-dialog-form data-guard novalidate {
                input type="hidden" name="csrf" value=(csrf);
                div.ak-dialog-body { (d.body) }
                div.ak-dialog-foot { (d.footer) }
            }
        },
    )
}

/// The sign-in over a page whose session has ended; nothing typed on the page is lost.
pub fn dialog_sign_in(t: Text, d: &Dialog<'_>, action: &str, csrf: &str) -> Markup {
    dialog_around(
        t,
        d,
        html! {
            form.ak-dialog-form method="post" action=(action) data-dialog-form data-sign-in novalidate {
                input type="hidden" name="csrf" value=(csrf);
                div.ak-dialog-body { (d.body) }
                div.ak-dialog-foot { (d.footer) }
            }
        },
    )
}

fn dialog_around(t: Text, d: &Dialog<'_>, inner: Markup) -> Markup {
    html! {
        dialog.ak-dialog.ak-dialog-wide[d.wide] id=(d.id) data-dialog aria-labelledby={ (d.id) "-title" } {
            div.ak-dialog-head {
                @if let Some(name) = d.icon { (icon_sized(name, 18)) }
                h2 id={ (d.id) "-title" } { (d.title) }
                span.ak-spacer {}
                (Button::only_icon("x", t.get("close")).ghost().href(d.close_href).flag("data-close", true))
            }
            (inner)
        }
    }
}

/// A dialog as the content of a page: open as it comes, so that it is seen without script.
pub fn standing(mut dialog: Markup) -> Markup {
    dialog.0 = dialog.0.replacen("<dialog ", "<dialog open ", 1);
    dialog
}

/// A question before something that cannot be undone.
pub struct Confirm<'a> {
    pub id: &'a str,
    pub title: &'a str,
    pub body: Markup,
    /// Where the form goes when the answer is yes.
    pub action: &'a str,
    pub csrf: &'a str,
    /// The word on the button that does it.
    pub verb: &'a str,
    pub close_href: &'a str,
}

/// The dialog that asks.
pub fn confirm(t: Text, c: Confirm<'_>) -> Markup {
    let d = Dialog {
        id: c.id,
        icon: Some("triangle-alert"),
        title: c.title,
        body: c.body,
        footer: foot(t, c.close_href, Button::new(c.verb).danger().submit()),
        wide: false,
        close_href: c.close_href,
    };
    dialog_form(t, &d, c.action, c.csrf)
}
