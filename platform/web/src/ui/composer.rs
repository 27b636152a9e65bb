//! The composer on top of a timeline: note, mail, WhatsApp, call, task, meeting.

use super::button::Button;
use super::icon::icon_sized;
use crate::locale::Text;
use maud::{Markup, html};

/// One kind of entry one can write.
pub struct ComposerTab {
    /// Value of the `kind` field.
    pub kind: String,
    /// Icon.
    pub icon: String,
    /// Words.
    pub label: String,
    /// Address that shows the composer for this kind.
    pub href: String,
    /// Single key that presses it.
    pub key: Option<char>,
    /// Whether it is chosen.
    pub current: bool,
}

/// A composer.
pub struct Composer<'a> {
    /// Name the draft is kept under in this browser tab.
    pub draft_key: &'a str,
    /// Where it is posted.
    pub action: &'a str,
    /// CSRF token.
    pub csrf: &'a str,
    /// Kinds.
    pub tabs: &'a [ComposerTab],
    /// Text so far.
    pub value: &'a str,
    /// Nothing was refused: a page that holds it may show everything else anew.
    pub fresh: bool,
    /// Hint in the empty field.
    pub placeholder: &'a str,
    /// Further fields of this kind (subject, due date, person).
    pub fields: Markup,
    /// To whom and within which limits.
    pub note: Markup,
    /// Where `@` finds people (JSON, `?q=`).
    pub mention: &'a str,
    /// Words on the send button.
    pub send: &'a str,
}

/// The composer. `Ctrl+Enter` sends.
pub fn composer(t: Text, c: &Composer<'_>) -> Markup {
    html! {
        form.ak-composer id="composer" method="post" action=(c.action) data-composer data-faulty[!c.fresh] data-draft=(c.draft_key)
            hx-post=(c.action) hx-target="#composer" hx-swap="outerHTML" {
            input type="hidden" name="csrf" value=(c.csrf);
            nav.ak-pills aria-label=(t.get("composer-kinds")) {
                @for tab in c.tabs {
                    a.ak-pill href=(tab.href) hx-get=(tab.href) hx-target="#composer" hx-swap="outerHTML"
                        data-composer-kind=(tab.kind) data-key=[tab.key] aria-current=[tab.current.then_some("true")] {
                        (icon_sized(&tab.icon, 15)) (tab.label)
                    }
                }
            }
            @for tab in c.tabs.iter().filter(|tab| tab.current) { input type="hidden" name="kind" value=(tab.kind); }
            (c.fields)
            textarea.ak-composer-text name="body" rows="2" data-autogrow data-mention=(c.mention) placeholder=(c.placeholder) aria-label=(c.placeholder) { (c.value) }
            div.ak-composer-foot {
                span.ak-composer-note { (c.note) }
                span.ak-spacer {}
                (Button::only_icon("at-sign", t.get("mention")).ghost().attr("data-insert", "@"))
                (Button::new(c.send).icon("send-horizontal").primary().submit())
            }
        }
    }
}
