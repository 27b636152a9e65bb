//! Elements whose attributes are only known at run time (hooks, `hx-*`, `data-*`).

use maud::{Escaper, Markup, PreEscaped};
use std::fmt::Write;

/// Attributes collected in order; values are escaped when written.
#[derive(Clone, Debug, Default)]
pub struct Attrs(Vec<(String, Option<String>)>);

impl Attrs {
    /// No attributes.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds `name="value"`.
    #[must_use]
    pub fn set(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.0.push((name.into(), Some(value.into())));
        self
    }

    /// Adds `name="value"` when there is a value.
    #[must_use]
    pub fn maybe(self, name: &str, value: Option<impl Into<String>>) -> Self {
        match value {
            Some(value) => self.set(name, value),
            None => self,
        }
    }

    /// Adds a bare attribute (`required`, `data-dialog`) when `on`.
    #[must_use]
    pub fn flag(mut self, name: &str, on: bool) -> Self {
        if on {
            self.0.push((name.to_owned(), None));
        }
        self
    }

    /// Appends all of `other`.
    #[must_use]
    pub fn and(mut self, other: Attrs) -> Self {
        self.0.extend(other.0);
        self
    }

    fn write(&self, out: &mut String) {
        for (n, (name, value)) in self.0.iter().enumerate() {
            // what a page says of an input comes before what its kind brings along
            if self.0[..n].iter().any(|(before, _)| before == name) {
                continue;
            }
            out.push(' ');
            out.push_str(name);
            if let Some(value) = value {
                out.push_str("=\"");
                let _ = write!(Escaper::new(out), "{value}");
                out.push('"');
            }
        }
    }
}

/// `<tag …attrs>inner</tag>`.
pub fn element(tag: &str, attrs: &Attrs, inner: &Markup) -> Markup {
    let mut out = String::with_capacity(64 + inner.0.len());
    let _ = write!(out, "<{tag}");
    attrs.write(&mut out);
    let _ = write!(out, ">{}</{tag}>", inner.0);
    PreEscaped(out)
}

/// `<tag …attrs>` for elements without content (`input`).
pub fn void_element(tag: &str, attrs: &Attrs) -> Markup {
    let mut out = String::with_capacity(64);
    let _ = write!(out, "<{tag}");
    attrs.write(&mut out);
    out.push('>');
    PreEscaped(out)
}

/// A picture that the program itself has drawn as SVG. Never for anything that came from outside.
pub fn drawing(svg: &str) -> Markup {
    // an XML head has no place inside a page
    PreEscaped(svg[svg.find("<svg").unwrap_or(0)..].to_string())
}

/// HTML that has passed through an allow-list, with nothing but our own elements put into it.
pub(crate) fn sanitised(html: String) -> Markup {
    PreEscaped(html)
}

#[cfg(test)]
mod tests {
    use super::*;
    use maud::html;

    #[test]
    fn attribute_values_are_escaped() {
        let attrs = Attrs::new().set("title", "a\"<b>").flag("hidden", true);
        let html = element("p", &attrs, &html! { "x" }).0;
        assert_eq!(html, "<p title=\"a&quot;&lt;b&gt;\" hidden>x</p>");
    }
}
