//! The frame of every page behind the sign-in: head, side bar, top bar, mounts for dialogs and toasts.

use super::dialog::MOUNT;
use super::icon::icon_sized;
use super::palette::{keyboard_help, palette};
use super::phone::{BottomBar, bottom_bar};
use super::sidebar::{Sidebar, sidebar};
use super::toast::{Toast, toast_region};
use crate::assets::asset_url;
use crate::locale::Text;
use maud::{DOCTYPE, Markup, html};

/// Light, dark or as the system is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Theme {
    /// As the system is.
    #[default]
    System,
    /// Light.
    Light,
    /// Dark.
    Dark,
}

impl Theme {
    /// Value of `data-theme`.
    pub fn name(self) -> &'static str {
        match self {
            Theme::System => "system",
            Theme::Light => "light",
            Theme::Dark => "dark",
        }
    }
}

/// How the top bar looks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum TopBar {
    /// 48 px, breadcrumb and bold title.
    #[default]
    Page,
    /// 48 px with a line below (settings, errors, dashboards).
    Lined,
    /// 44 px without title: the record's own head follows.
    Record,
    /// None: the page draws its own (Today).
    Own,
}

/// A step of the breadcrumb.
#[derive(Clone, Debug)]
pub struct Crumb {
    /// Words.
    pub label: String,
    /// Where; plain words without.
    pub href: Option<String>,
}

/// Everything around a page's content.
#[derive(Clone, Default)]
pub struct Frame {
    /// Language.
    pub t: Text,
    /// Theme.
    pub theme: Theme,
    /// Title of the page and of the browser tab.
    pub title: String,
    /// Steps before the title.
    pub breadcrumb: Vec<Crumb>,
    /// A bar over everything else on the page.
    pub banner: Option<Markup>,
    /// Top bar.
    pub top: TopBar,
    /// Right after the title: star, tag, muted words.
    pub beside_title: Option<Markup>,
    /// Right end of the top bar: the one filled button last.
    pub actions: Option<Markup>,
    /// Side bar.
    pub sidebar: Sidebar,
    /// The side bar is folded to icons (cookie `sidebar=folded`).
    pub sidebar_folded: bool,
    /// Bottom bar of the phone.
    pub bottom: BottomBar,
    /// CSRF token.
    pub csrf: String,
    /// Toast carried over a redirect.
    pub flash: Option<Toast>,
    /// Time zone of the person (IANA): from where days are counted.
    pub zone: Option<String>,
    /// Single-key shortcuts are on for this person.
    pub single_keys: bool,
    /// Quick create of this page's object, for `C`.
    pub create_href: Option<String>,
    /// Where the G keys lead: (key, address), e.g. ("h", "/inbox").
    pub go_keys: Vec<(char, String)>,
    /// Where the page hears of what others do.
    pub news: Option<String>,
    /// Keys that write an entry on the record in view, with what they write.
    pub entry_keys: Vec<(char, String)>,
}

impl Frame {
    /// The whole page.
    pub fn page(&self, body: Markup) -> Markup {
        let t = self.t;
        html! {
            (DOCTYPE)
            html lang=(t.lang.as_str()) data-theme=(self.theme.name()) data-sidebar=[self.sidebar_folded.then_some("folded")] {
                (head(t, &self.title, &self.csrf))
                body.ak-app data-single-keys=(if self.single_keys { "on" } else { "off" }) data-create-href=[self.create_href.as_ref()]
                    data-zone=[self.zone.as_ref()] data-news=[self.news.as_ref()] data-go=(self.go_map()) data-entry-keys=(self.entry_keys.iter().map(|(key, _)| key).collect::<String>()) {
                    a.ak-skip href="#main" { (t.get("skip-to-content")) }
                    (sidebar(t, &self.sidebar, &self.csrf))
                    main.ak-main id="main" tabindex="-1" {
                        @if let Some(banner) = &self.banner { (banner) }
                        (self.top_bar())
                        (body)
                    }
                    (bottom_bar(t, &self.bottom))
                    (palette(t, &self.sidebar.search))
                    (keyboard_help(t, &self.go_words(), &self.entry_keys))
                    (mounts(t, self.flash.as_ref(), &self.csrf))
                }
            }
        }
    }

    /// Where the G keys lead, in words: what the side bar calls it.
    fn go_words(&self) -> Vec<(char, String)> {
        let items = || self.sidebar.groups.iter().flat_map(|group| &group.items);
        let words = |href: &str| match items().find(|item| item.href == href) {
            Some(item) => Some(item.label.clone()),
            None => (href == self.sidebar.search).then(|| self.t.get("search-recent")),
        };
        self.go_keys.iter().filter_map(|(key, href)| Some((*key, words(href)?))).collect()
    }

    fn go_map(&self) -> String {
        self.go_keys.iter().map(|(key, href)| format!("{key}={href}")).collect::<Vec<_>>().join(" ")
    }

    fn top_bar(&self) -> Markup {
        let (class, show_title) = match self.top {
            TopBar::Page => ("ak-top", true),
            TopBar::Lined => ("ak-top ak-top-lined", true),
            TopBar::Record => ("ak-top ak-top-record", false),
            TopBar::Own => return html! {},
        };
        html! {
            header class=(class) {
                @if !self.breadcrumb.is_empty() {
                    nav.ak-crumbs aria-label=(self.t.get("breadcrumb")) {
                        @for (i, crumb) in self.breadcrumb.iter().enumerate() {
                            @if i > 0 { (icon_sized("chevron-right", 14)) }
                            @match &crumb.href { Some(href) => { a href=(href) { (crumb.label) } } None => { span { (crumb.label) } } }
                        }
                        @if show_title { (icon_sized("chevron-right", 14)) }
                    }
                }
                @if show_title { h1 { (self.title) } }
                @if let Some(beside) = &self.beside_title { (beside) }
                span.ak-spacer {}
                @if let Some(actions) = &self.actions { div.ak-top-actions { (actions) } }
            }
        }
    }
}

/// `<head>` shared by framed and bare pages.
pub(super) fn head(t: Text, title: &str, csrf: &str) -> Markup {
    html! {
        head {
            meta charset="utf-8";
            title { (title) " · Akrab" }
            meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover";
            meta name="csrf" content=(csrf);
            meta name="color-scheme" content="light dark";
            // settling would write `style` attributes, which the policy forbids
            meta name="htmx-config" content=r#"{"includeIndicatorCSS":false,"mode":"same-origin","defaultSettleDelay":0}"#;
            meta name="words" content=(script_words(t));
            link rel="icon" type="image/svg+xml" href=(asset_url("logo.svg"));
            link rel="preload" as="font" type="font/woff2" crossorigin href=(asset_url("inter.woff2"));
            link rel="stylesheet" href=(asset_url("app.css"));
            script type="module" src=(asset_url("app.js")) {}
        }
    }
}

/// The few sentences scripts say, as `key=words` lines.
fn script_words(t: Text) -> String {
    const KEYS: &[&str] = &[
        "js-lifted",
        "js-moved",
        "js-dropped",
        "js-returned",
        "js-unsaved",
        "js-failed",
        "js-offline",
        "js-changed",
        "js-copied",
        "js-saving",
        "js-millions",
        "js-billions",
        "js-thousands",
    ];
    KEYS.iter().map(|key| format!("{key}={}", t.get(key))).collect::<Vec<_>>().join("\n")
}

/// Where dialogs, toasts and announcements go.
pub(super) fn mounts(t: Text, flash: Option<&Toast>, csrf: &str) -> Markup {
    html! {
        div id=(MOUNT) data-dialog-mount {}
        (toast_region(t, flash, csrf))
        div.ak-sr id="live" aria-live="assertive" aria-atomic="true" {}
    }
}

/// The star that marks a favourite; a POST.
pub fn star(t: Text, action: &str, csrf: &str, on: bool) -> Markup {
    let label = t.get(if on { "favourite-remove" } else { "favourite-add" });
    html! {
        form.ak-star method="post" action=(action) hx-post=(action) hx-swap="outerHTML" {
            input type="hidden" name="csrf" value=(csrf);
            button.btn.ak-btn-icon type="submit" data-variant="ghost" aria-pressed=(on) aria-label=(label) title=(label) { (icon_sized("star", 16)) }
        }
    }
}

/// The bell that follows a record; a POST.
pub fn bell(t: Text, action: &str, csrf: &str, on: bool) -> Markup {
    let label = t.get(if on { "follow-remove" } else { "follow-add" });
    html! {
        form.ak-star method="post" action=(action) hx-post=(action) hx-swap="outerHTML" {
            input type="hidden" name="csrf" value=(csrf);
            button.btn.ak-btn-icon type="submit" data-variant="ghost" aria-pressed=(on) aria-label=(label) title=(label) {
                (icon_sized(if on { "bell-ring" } else { "bell-plus" }, 15))
            }
        }
    }
}

/// The bar with filters and view tools below the tabs.
pub fn tool_bar(start: Markup, end: Markup) -> Markup {
    html! { div.ak-tools { div.ak-tools-start { (start) } div.ak-tools-end { (end) } } }
}

/// "Unsaved changes: Save · Save as new · Reset" at the end of the view tabs.
pub fn unsaved_view(words: &str, buttons: Markup) -> Markup {
    html! { span.ak-unsaved { span.ak-unsaved-dot {} span { (words) } } (buttons) }
}

/// A page with a menu of its own beside its content (settings).
pub fn with_side_menu(label: &str, groups: &[super::sidebar::NavGroup], content: Markup) -> Markup {
    html! {
        div.ak-side-layout {
            nav.ak-side-menu aria-label=(label) {
                @for group in groups {
                    h2.ak-nav-head { (group.label) }
                    ul { @for item in &group.items {
                        li { a.ak-nav-item href=(item.href) aria-current=[item.current.then_some("page")] {
                            @if let super::sidebar::Lead::Icon(name) = &item.lead { (super::icon::icon(name)) }
                            span.ak-nav-label { (item.label) }
                        } }
                    } }
                }
            }
            div.ak-side-content { (content) }
        }
    }
}

/// A page of content with a panel at the right (`tinted`: on the side bar's ground).
pub fn with_side_panel(content: Markup, panel: Markup, tinted: bool) -> Markup {
    html! {
        div.ak-panel-layout {
            div.ak-panel-content { (content) }
            aside.ak-panel.ak-panel-tinted[tinted] { (panel) }
        }
    }
}

/// A scrolling page with the usual edge, for forms and texts; `narrow` keeps lines readable.
pub fn content(narrow: bool, body: Markup) -> Markup {
    html! { div.ak-content.ak-content-narrow[narrow] { (body) } }
}

/// The bar at the foot of an errand: promise left, buttons right.
pub fn foot_bar(start: Markup, end: Markup) -> Markup {
    html! { div.ak-foot { div.ak-foot-start { (start) } div.ak-foot-end { (end) } } }
}
