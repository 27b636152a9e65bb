//! Pages without the frame: sign-in, set-up, errors before anyone is known.

use super::frame::{Theme, head, mounts};
use super::icon::{icon_sized, logo};
use super::toast::Toast;
use crate::locale::{Lang, Text};
use maud::{DOCTYPE, Markup, html};

/// What a bare page needs.
#[derive(Clone, Default)]
pub struct Bare {
    /// Language.
    pub t: Text,
    /// Theme.
    pub theme: Theme,
    /// Title of the browser tab.
    pub title: String,
    /// CSRF token.
    pub csrf: String,
    /// Toast carried over a redirect.
    pub flash: Option<Toast>,
    /// Foot, left ("Akrab 1.0 · data tersimpan di server Anda").
    pub foot: String,
    /// Addresses that switch the language: Indonesian, English (GET).
    pub languages: Option<(String, String)>,
    /// Id of a half-filled form that takes part in switching the language: it is posted to the addresses above.
    pub language_form: Option<&'static str>,
    /// Address that switches the theme (GET `theme=light|dark|system`).
    pub theme_url: Option<String>,
}

/// A bare page.
pub fn bare(page: &Bare, body: Markup) -> Markup {
    let t = page.t;
    html! {
        (DOCTYPE)
        html lang=(t.lang.as_str()) data-theme=(page.theme.name()) {
            (head(t, &page.title, &page.csrf))
            body.ak-bare {
                main.ak-bare-main id="main" { (body) }
                footer.ak-bare-foot {
                    span { (page.foot) }
                    span.ak-spacer {}
                    (switches(page))
                }
                (mounts(t, page.flash.as_ref(), &page.csrf))
            }
        }
    }
}

/// Logo and card, as on the sign-in page. `below` stands under the card.
pub fn bare_card(card: Markup, below: Markup) -> Markup {
    html! {
        div.ak-brand { (logo(34)) span { "Akrab" } }
        div.ak-bare-card { (card) }
        div.ak-bare-below { (below) }
    }
}

/// A page for strangers: nothing but what they came for. In another site's frame it takes that site's ground.
pub fn open(t: Text, theme: Theme, title: &str, embedded: bool, body: Markup) -> Markup {
    html! {
        (DOCTYPE)
        html lang=(t.lang.as_str()) data-theme=(theme.name()) {
            (head(t, title, ""))
            body.ak-bare.ak-open data-embedded[embedded] { main.ak-bare-main id="main" { (body) } (mounts(t, None, "")) }
        }
    }
}

fn switches(page: &Bare) -> Markup {
    let t = page.t;
    html! {
        @if let Some((id, en)) = &page.languages {
            @if let Some(form) = page.language_form {
                div.ak-segmented role="group" aria-label=(t.get("language")) {
                    @for (lang, code, words, to) in [(Lang::Id, "id", "Indonesia", id), (Lang::En, "en", "English", en)] {
                        button type="submit" form=(form) formaction=(to) formnovalidate lang=(code) aria-pressed=[(t.lang == lang).then_some("true")] { (words) }
                    }
                }
            } @else { nav.ak-segmented aria-label=(t.get("language")) {
                a href=(id) hreflang="id" lang="id" aria-current=[(t.lang == Lang::Id).then_some("true")] { "Indonesia" }
                a href=(en) hreflang="en" lang="en" aria-current=[(t.lang == Lang::En).then_some("true")] { "English" }
            } }
        }
        @if let Some(url) = &page.theme_url {
            nav.ak-segmented aria-label=(t.get("theme")) {
                @for (theme, icon, key) in [(Theme::Light, "sun", "theme-light"), (Theme::Dark, "moon", "theme-dark"), (Theme::System, "monitor", "theme-system")] {
                    a href={ (url) "?theme=" (theme.name()) } data-theme-choice=(theme.name()) title=(t.get(key)) aria-label=(t.get(key))
                        aria-current=[(page.theme == theme).then_some("true")] { (icon_sized(icon, 14)) }
                }
            }
        }
    }
}
