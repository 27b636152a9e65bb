//! The side bar: workspace, search, Today, Inbox, favourites, objects in groups, settings.

use super::avatar::{Shape, avatar};
use super::icon::{icon, icon_sized, logo};
use crate::locale::Text;
use maud::{Markup, html};

/// What stands before an item's words.
#[derive(Clone, Debug)]
pub enum Lead {
    /// An icon.
    Icon(String),
    /// An avatar (favourite records).
    Avatar(Shape, String),
}

/// One line of the side bar.
#[derive(Clone, Debug)]
pub struct NavItem {
    /// Icon or avatar.
    pub lead: Lead,
    /// Words.
    pub label: String,
    /// Where.
    pub href: String,
    /// Count, formatted.
    pub count: Option<String>,
    /// The count asks for attention (unread).
    pub hot: bool,
    /// Whether the page belongs to it.
    pub current: bool,
}

impl NavItem {
    /// An item with an icon.
    pub fn new(icon: &str, label: impl Into<String>, href: impl Into<String>) -> Self {
        Self { lead: Lead::Icon(icon.to_owned()), label: label.into(), href: href.into(), count: None, hot: false, current: false }
    }
    /// With a count.
    #[must_use]
    pub fn count(mut self, count: impl Into<String>, hot: bool) -> Self {
        self.count = Some(count.into());
        self.hot = hot;
        self
    }
    /// Marked as the current page.
    #[must_use]
    pub fn current(mut self, current: bool) -> Self {
        self.current = current;
        self
    }
}

/// Items under a heading. `key` is set where the order is changed by dragging (favourites): the
/// address the new order is posted to.
#[derive(Clone, Debug, Default)]
pub struct NavGroup {
    /// Heading; empty for the first items.
    pub label: String,
    /// Items.
    pub items: Vec<NavItem>,
    /// Address that keeps a new order (POST `order=…`).
    pub order_url: Option<String>,
}

/// The side bar's content.
#[derive(Clone, Debug, Default)]
pub struct Sidebar {
    /// Name of the workspace, without the legal form.
    pub workspace: String,
    /// Name of the company in full.
    pub company: String,
    /// Name of the person signed in.
    pub user: String,
    /// Entries of the workspace and user menu: (icon, words, address).
    pub user_menu: Vec<(String, String, String)>,
    /// Address that signs out (POST).
    pub sign_out: String,
    /// Search page.
    pub search: String,
    /// Groups from top to bottom.
    pub groups: Vec<NavGroup>,
    /// At the bottom (settings).
    pub bottom: Vec<NavItem>,
}

/// The side bar. On a phone it lies over the page and is opened by the bottom bar.
pub fn sidebar(t: Text, bar: &Sidebar, csrf: &str) -> Markup {
    html! {
        aside.ak-sidebar id="sidebar" {
            (head(t, bar, csrf))
            a.ak-nav-search href=(bar.search) data-palette-open {
                (icon("search")) span.ak-nav-label { (t.get("search-dots")) } kbd.kbd { "Ctrl K" }
            }
            nav.ak-nav id="navigation" data-fresh aria-label=(t.get("main-navigation")) {
                @for group in &bar.groups {
                    @if !group.label.is_empty() { h2.ak-nav-head { (group.label) } }
                    ul data-order-url=[group.order_url.as_ref()] { @for one in &group.items { (item(one)) } }
                }
            }
            ul.ak-nav-bottom { @for one in &bar.bottom { (item(one)) } }
            a.ak-sidebar-close href="#" aria-label=(t.get("close")) { (icon("x")) }
        }
        a.ak-sidebar-scrim href="#" tabindex="-1" aria-hidden="true" {}
    }
}

fn head(t: Text, bar: &Sidebar, csrf: &str) -> Markup {
    html! {
        details.ak-menu.ak-workspace data-menu {
            summary {
                (logo(20)) span.ak-workspace-name title=(bar.company) { (bar.workspace) }
                (icon_sized("chevrons-up-down", 14))
                span.ak-spacer {}
                (avatar(Shape::Person, &bar.user, 22))
                span.ak-sr { (t.get("account-menu")) }
            }
            div.ak-menu-list {
                div.ak-menu-head { b { (bar.user) } br; (bar.company) }
                @for (icon_name, words, href) in &bar.user_menu { a.ak-menu-item href=(href) { (icon(icon_name)) span { (words) } } }
                button.ak-menu-item type="button" data-keyboard-help { (icon("keyboard")) span { (t.get("keyboard-help")) } }
                hr.ak-menu-line;
                form method="post" action=(bar.sign_out) {
                    input type="hidden" name="csrf" value=(csrf);
                    button.ak-menu-item type="submit" { (icon("log-out")) span { (t.get("sign-out")) } }
                }
            }
        }
    }
}

fn item(one: &NavItem) -> Markup {
    html! {
        li { a.ak-nav-item href=(one.href) title=(one.label) aria-current=[one.current.then_some("page")] {
            @match &one.lead {
                Lead::Icon(name) => { (icon(name)) }
                Lead::Avatar(shape, name) => { (avatar(*shape, name, 16)) }
            }
            span.ak-nav-label { (one.label) }
            @if let Some(count) = &one.count { span.ak-nav-count.ak-nav-hot[one.hot] { (count) } }
        } }
    }
}
