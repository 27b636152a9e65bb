//! Icons: Lucide, drawn from one sprite file so that a list of fifty rows carries no paths.
//!
//! To add one, put its Lucide name into `assets/src/icons.txt`.

use crate::assets::asset_url;
use maud::{Markup, PreEscaped, html};

include!(concat!(env!("OUT_DIR"), "/icons.rs"));

/// Drawn in place of a name the sprite does not have (workspaces may type any icon name).
const FALLBACK: &str = "circle";

/// An icon of 16 px (menus, side bar).
pub fn icon(name: &str) -> Markup {
    icon_sized(name, 16)
}

/// An icon of `px`: 15 in buttons, 12 to 14 in running text, 20 and more in heads.
pub fn icon_sized(name: &str, px: u8) -> Markup {
    let name = if has_icon(name) { name } else { FALLBACK };
    // dozens stand on each page: written at once, of parts that need no escaping
    PreEscaped(format!(
        "<svg class=\"ak-icon\" width=\"{px}\" height=\"{px}\" viewBox=\"0 0 24 24\" aria-hidden=\"true\"><use href=\"{}#{name}\"></use></svg>",
        asset_url("icons.svg"),
    ))
}

/// Whether the sprite has this icon.
pub fn has_icon(name: &str) -> bool {
    ICONS.binary_search(&name).is_ok()
}

/// The mark of the program: two circles that touch.
pub fn logo(px: u8) -> Markup {
    html! {
        svg.ak-logo width=(px) height=(px) viewBox="0 0 24 24" aria-hidden="true" {
            circle cx="15.4" cy="12" r="6.9" fill="none" stroke="currentColor" stroke-width="1.9" {}
            circle cx="8.2" cy="12" r="7.8" fill="currentColor" {}
        }
    }
}
