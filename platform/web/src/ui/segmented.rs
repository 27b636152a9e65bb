//! Segmented control: two to five ways to see the same thing.

use super::icon::icon_sized;
use maud::{Markup, html};

/// One segment.
#[derive(Clone, Debug, Default)]
pub struct Segment {
    /// Words; with an icon they become its label.
    pub label: String,
    /// Icon shown instead of the words.
    pub icon: Option<String>,
    /// Where it leads.
    pub href: String,
    /// Whether it is the one shown.
    pub current: bool,
}

impl Segment {
    /// A segment with words.
    pub fn new(label: impl Into<String>, href: impl Into<String>, current: bool) -> Self {
        Self { label: label.into(), icon: None, href: href.into(), current }
    }
    /// A segment with an icon.
    pub fn with_icon(icon: &str, label: impl Into<String>, href: impl Into<String>, current: bool) -> Self {
        Self { icon: Some(icon.to_owned()), ..Self::new(label, href, current) }
    }
}

/// Segments as links; `label` names the group.
pub fn segmented(label: &str, segments: &[Segment]) -> Markup {
    html! {
        nav.ak-segmented aria-label=(label) {
            @for segment in segments {
                a href=(segment.href) aria-current=[segment.current.then_some("true")]
                    title=[segment.icon.as_ref().map(|_| &segment.label)]
                    aria-label=[segment.icon.as_ref().map(|_| &segment.label)] {
                    @if let Some(name) = &segment.icon { (icon_sized(name, 14)) } @else { (segment.label) }
                }
            }
        }
    }
}
