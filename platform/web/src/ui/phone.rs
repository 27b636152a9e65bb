//! What only a phone shows: the bottom bar of five.

use super::icon::icon_sized;
use crate::locale::Text;
use maud::{Markup, html};

/// Which of the five is current.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Place {
    /// The page people begin on.
    Home,
    /// Search.
    Search,
    /// Inbox.
    Inbox,
    /// Anything reached through the menu.
    #[default]
    Menu,
}

/// Addresses of the bottom bar.
#[derive(Clone, Debug, Default)]
pub struct BottomBar {
    /// The page people begin on: icon, name, address.
    pub home: (String, String, String),
    /// Search page.
    pub search: String,
    /// Choice of what to create.
    pub create: String,
    /// Inbox.
    pub inbox: String,
    /// Unread in the inbox.
    pub unread: Option<String>,
    /// The current one.
    pub current: Place,
}

/// The bottom bar.
pub fn bottom_bar(t: Text, bar: &BottomBar) -> Markup {
    html! {
        nav.ak-bottom id="bottom-bar" data-fresh aria-label=(t.get("bottom-bar")) {
            (item(&bar.home.0, &bar.home.1, &bar.home.2, None, bar.current == Place::Home, None))
            (item("search", &t.get("search"), &bar.search, None, bar.current == Place::Search, Some("data-palette-open")))
            a.ak-bottom-create href=(bar.create) data-create aria-label=(t.get("create")) { span { (icon_sized("plus", 20)) } }
            (item("inbox", &t.get("inbox"), &bar.inbox, bar.unread.as_deref(), bar.current == Place::Inbox, None))
            (item("menu", &t.get("menu"), "#sidebar", None, bar.current == Place::Menu, Some("data-sidebar-open")))
        }
    }
}

fn item(icon: &str, label: &str, href: &str, badge: Option<&str>, current: bool, hook: Option<&str>) -> Markup {
    html! {
        a href=(href) aria-current=[current.then_some("page")]
            data-palette-open[hook == Some("data-palette-open")] data-sidebar-open[hook == Some("data-sidebar-open")] {
            (icon_sized(icon, 20))
            @if let Some(badge) = badge { span.ak-badge { (badge) } }
            span { (label) }
        }
    }
}
