//! Buttons and links that look like buttons. One filled (`primary`) button per surface.

use super::element::{Attrs, element};
use super::icon::icon_sized;
use maud::{Markup, Render, html};

/// A button; splice it into `html!` as it is. Plain outline `<button type="button">` unless told otherwise.
#[derive(Clone, Debug, Default)]
pub struct Button {
    label: String,
    icon: Option<String>,
    icon_after: Option<String>,
    key: Option<String>,
    variant: &'static str,
    large: bool,
    icon_only: bool,
    kind: Kind,
    attrs: Attrs,
}

#[derive(Clone, Debug, Default)]
enum Kind {
    #[default]
    Button,
    Submit,
    Link(String),
}

impl Button {
    /// A button with its words.
    pub fn new(label: impl Into<String>) -> Self {
        Self { label: label.into(), variant: "outline", ..Self::default() }
    }

    /// A square button that shows only an icon; `label` is read out and shown as tooltip.
    pub fn only_icon(icon: &str, label: impl Into<String>) -> Self {
        Self { icon_only: true, ..Self::new(label).icon(icon) }
    }

    /// The one filled button of a surface.
    #[must_use]
    pub fn primary(self) -> Self {
        self.variant("primary")
    }
    /// Without line or fill, for secondary things in bars.
    #[must_use]
    pub fn ghost(self) -> Self {
        self.variant("ghost")
    }
    /// Tinted: the next best step.
    #[must_use]
    pub fn soft(self) -> Self {
        self.variant("soft")
    }
    /// Red words, for what destroys.
    #[must_use]
    pub fn danger(self) -> Self {
        self.variant("danger")
    }
    #[must_use]
    fn variant(mut self, variant: &'static str) -> Self {
        self.variant = variant;
        self
    }
    /// 36 px instead of 28 (sign-in, empty pages).
    #[must_use]
    pub fn large(mut self) -> Self {
        self.large = true;
        self
    }
    /// Icon before the words.
    #[must_use]
    pub fn icon(mut self, name: &str) -> Self {
        self.icon = Some(name.to_owned());
        self
    }
    /// Icon after the words.
    #[must_use]
    pub fn icon_after(mut self, name: &str) -> Self {
        self.icon_after = Some(name.to_owned());
        self
    }
    /// The key that does the same ("C", "Ctrl S"), shown as a key cap.
    #[must_use]
    pub fn key(mut self, key: &str) -> Self {
        self.key = Some(key.to_owned());
        self
    }
    /// Submits the form it stands in.
    #[must_use]
    pub fn submit(mut self) -> Self {
        self.kind = Kind::Submit;
        self
    }
    /// Submits with `name=value`.
    #[must_use]
    pub fn submit_as(self, name: &str, value: impl Into<String>) -> Self {
        self.submit().attr("name", name).attr("value", value)
    }
    /// A link.
    #[must_use]
    pub fn href(mut self, href: impl Into<String>) -> Self {
        self.kind = Kind::Link(href.into());
        self
    }
    /// Any further attribute or hook.
    #[must_use]
    pub fn attr(mut self, name: &str, value: impl Into<String>) -> Self {
        self.attrs = self.attrs.set(name, value);
        self
    }
    /// A bare attribute or hook when `on`.
    #[must_use]
    pub fn flag(mut self, name: &str, on: bool) -> Self {
        self.attrs = self.attrs.flag(name, on);
        self
    }
}

impl Render for Button {
    fn render(&self) -> Markup {
        let mut attrs = match &self.kind {
            Kind::Button => Attrs::new().set("type", "button"),
            Kind::Submit => Attrs::new().set("type", "submit"),
            Kind::Link(href) => Attrs::new().set("href", href.clone()),
        };
        attrs = attrs.set("class", if self.icon_only { "btn ak-btn-icon" } else { "btn" }).set("data-variant", self.variant);
        if self.large {
            attrs = attrs.set("data-size", "lg");
        }
        if self.icon_only {
            attrs = attrs.set("aria-label", self.label.clone()).set("title", self.label.clone());
        }
        let inner = html! {
            @if let Some(name) = &self.icon { (icon_sized(name, 15)) }
            @if !self.icon_only { span.ak-btn-label { (self.label) } }
            @if let Some(name) = &self.icon_after { (icon_sized(name, 15)) }
            @if let Some(key) = &self.key { kbd.kbd aria-hidden="true" { (key) } }
        };
        let tag = if matches!(self.kind, Kind::Link(_)) { "a" } else { "button" };
        element(tag, &attrs.and(self.attrs.clone()), &inner)
    }
}

/// A key cap.
pub fn key(name: &str) -> Markup {
    html! { kbd.kbd { (name) } }
}
