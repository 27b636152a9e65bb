//! The composer on top of a timeline: note, mail, WhatsApp, call, task, meeting.

use super::button::Button;
use super::element::{Attrs, element};
use super::icon::icon_sized;
use super::input::Input;
use super::menu::menu_around;
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
    /// Fields below the text, folded.
    pub more: Markup,
    /// Buttons before the send button.
    pub beside: Markup,
    /// To whom and within which limits.
    pub note: Markup,
    /// Where `@` finds people (JSON, `?q=`).
    pub mention: &'a str,
    /// Text is rich; where `/` finds templates (JSON, `?q=`).
    pub templates: Option<String>,
    /// Words on the send button.
    pub send: &'a str,
}

/// The composer. `Ctrl+Enter` sends.
pub fn composer(t: Text, c: &Composer<'_>) -> Markup {
    html! {
        form.ak-composer id="composer" method="post" action=(c.action) data-composer data-faulty[!c.fresh] data-draft=(c.draft_key)
            hx-post=(c.action) hx-target="#composer" hx-swap="outerHTML" {
            input type="hidden" name="csrf" value=(c.csrf);
            @let (shown, rest) = parted(c.tabs);
            div.ak-composer-kinds {
                nav.ak-pills aria-label=(t.get("composer-kinds")) { @for tab in shown { (pill(tab, "ak-pill")) } }
                @if !rest.is_empty() {
                    (menu_around(html! { (icon_sized("ellipsis", 15)) span.ak-sr { (t.get("composer-more-kinds")) } }, "ak-pill", "", html! {
                        @for tab in rest { (pill(tab, "ak-menu-item")) }
                    }))
                }
            }
            @for tab in c.tabs.iter().filter(|tab| tab.current) { input type="hidden" name="kind" value=(tab.kind); }
            (c.fields)
            (text(t, c))
            (c.more)
            div.ak-composer-foot {
                span.ak-composer-note { (c.note) }
                span.ak-spacer {}
                (c.beside)
                (Button::only_icon("at-sign", t.get("mention")).ghost().attr("data-insert", "@"))
                (Button::new(c.send).icon("send-horizontal").primary().submit())
            }
        }
    }
}

/// Kinds that stand side by side; the others are in a menu. The one that is written stands in the place of the last.
const SHOWN: usize = 7;

fn parted(tabs: &[ComposerTab]) -> (Vec<&ComposerTab>, Vec<&ComposerTab>) {
    let beyond = tabs.iter().position(|tab| tab.current).filter(|n| *n >= SHOWN);
    let first = SHOWN - usize::from(beyond.is_some());
    let (shown, rest): (Vec<_>, Vec<_>) = tabs.iter().enumerate().partition(|(n, _)| *n < first || Some(*n) == beyond);
    (shown.into_iter().map(|(_, tab)| tab).collect(), rest.into_iter().map(|(_, tab)| tab).collect())
}

fn pill(tab: &ComposerTab, class: &str) -> Markup {
    html! {
        a class=(class) href=(tab.href) hx-get=(tab.href) hx-target="#composer" hx-swap="outerHTML"
            data-composer-kind=(tab.kind) data-key=[tab.key] aria-current=[tab.current.then_some("true")] {
            (icon_sized(&tab.icon, 15)) span { (tab.label) }
        }
    }
}

fn text(t: Text, c: &Composer<'_>) -> Markup {
    let plain = Attrs::new().set("class", "ak-composer-text").set("name", "body").set("rows", "2").flag("data-autogrow", true);
    let plain = plain.set("data-mention", c.mention).set("placeholder", c.placeholder).set("aria-label", c.placeholder);
    let attrs = match &c.templates {
        Some(templates) => {
            rich(t).into_iter().fold(plain.set("data-rich", "").set("data-templates", templates.clone()), |a, (n, v)| a.set(n, v))
        }
        None => plain,
    };
    element("textarea", &attrs, &html! { (c.value) })
}

/// The words the editor needs, as attributes of the text it takes the place of.
pub fn rich_words(t: Text, input: Input) -> Input {
    rich(t).into_iter().fold(input, |input, (name, words)| input.attr(name, words))
}

fn rich(t: Text) -> Vec<(&'static str, String)> {
    let tools = ["bold", "italic", "strike", "heading", "bullets", "numbers", "checks", "link", "table", "quote"];
    let words: Vec<String> = tools.iter().map(|tool| format!("{tool}={}", t.get(&format!("rich-{tool}")))).collect();
    vec![("data-tools", words.join("\n")), ("data-tools-label", t.get("rich-tools")), ("data-link-ask", t.get("rich-link-ask"))]
}
