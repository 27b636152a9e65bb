//! Menus: a `<details>` that works without script; script adds closing and arrow keys.

use super::icon::{icon, icon_sized};
use maud::{Markup, html};

/// The "⋯" button with its menu.
pub fn more_menu(label: &str, items: Markup) -> Markup {
    menu_around(html! { (icon_sized("ellipsis", 16)) span.ak-sr { (label) } }, "btn ak-btn-icon", "outline", items)
}

/// The "⋯" button without a line, for bars.
pub fn more_menu_ghost(label: &str, items: Markup) -> Markup {
    menu_around(html! { (icon_sized("ellipsis", 16)) span.ak-sr { (label) } }, "btn ak-btn-icon", "ghost", items)
}

/// A button with words that opens a menu.
pub fn menu(label: &str, icon_name: Option<&str>, items: Markup) -> Markup {
    let trigger = html! {
        @if let Some(name) = icon_name { (icon_sized(name, 15)) }
        span.ak-btn-label { (label) }
        (icon_sized("chevron-down", 14))
    };
    menu_around(trigger, "btn", "ghost", items)
}

/// A menu around any trigger; `class` and `variant` dress the trigger.
pub fn menu_around(trigger: Markup, class: &str, variant: &str, items: Markup) -> Markup {
    html! {
        details.ak-menu data-menu {
            summary class=(class) data-variant=(variant) { (trigger) }
            div.ak-menu-list { (items) }
        }
    }
}

/// A link in a menu.
pub fn menu_link(icon_name: &str, label: &str, href: &str) -> Markup {
    html! { a.ak-menu-item href=(href) { (icon(icon_name)) span { (label) } } }
}

/// A link in a menu that shows whether it is chosen.
pub fn menu_choice(label: &str, href: &str, chosen: bool) -> Markup {
    html! {
        a.ak-menu-item href=(href) aria-current=[chosen.then_some("true")] {
            span { (label) } @if chosen { span.ak-spacer {} (icon_sized("check", 14)) }
        }
    }
}

/// A POST in a menu; `danger` colours what destroys.
pub fn menu_post(icon_name: &str, label: &str, action: &str, csrf: &str, danger: bool) -> Markup {
    html! {
        form method="post" action=(action) {
            input type="hidden" name="csrf" value=(csrf);
            button.ak-menu-item type="submit" data-tone=[danger.then_some("bad")] { (icon(icon_name)) span { (label) } }
        }
    }
}

/// A line between groups of items.
pub fn menu_line() -> Markup {
    html! { hr.ak-menu-line; }
}

/// A heading above a group of items.
pub fn menu_head(label: &str) -> Markup {
    html! { div.ak-menu-head { (label) } }
}
