//! Inputs. Each is a plain form control; script only adds comfort (money read back in full,
//! search in a link picker, several choices as tags).

use super::element::{Attrs, element, void_element};
use super::icon::icon_sized;
use crate::locale::Text;
use maud::{Markup, html};

/// What every input knows.
#[derive(Clone, Debug, Default)]
pub struct Input {
    /// Name in the form.
    pub name: String,
    /// Id; [`super::form::row`] points its label here. Defaults to `f-NAME`.
    pub id: String,
    /// Value as typed.
    pub value: String,
    /// Hint inside the empty field.
    pub placeholder: String,
    /// Must be filled in.
    pub required: bool,
    /// Has an error: read out with the message of its row.
    pub invalid: bool,
    /// Has a hint below it.
    pub described: bool,
    /// Gets the focus when the form opens.
    pub autofocus: bool,
    /// Further attributes and hooks.
    pub attrs: Attrs,
}

impl Input {
    /// An input with its name and value.
    pub fn new(name: &str, value: &str) -> Self {
        Self { name: name.to_owned(), id: format!("f-{name}"), value: value.to_owned(), ..Self::default() }
    }
    /// Must be filled in.
    #[must_use]
    pub fn required(mut self, on: bool) -> Self {
        self.required = on;
        self
    }
    /// Has an error.
    #[must_use]
    pub fn invalid(mut self, on: bool) -> Self {
        self.invalid = on;
        self
    }
    /// Gets the focus.
    #[must_use]
    pub fn autofocus(mut self) -> Self {
        self.autofocus = true;
        self
    }
    /// Hint inside the empty field.
    #[must_use]
    pub fn placeholder(mut self, words: &str) -> Self {
        self.placeholder = words.to_owned();
        self
    }
    /// Any further attribute or hook.
    #[must_use]
    pub fn attr(mut self, name: &str, value: impl Into<String>) -> Self {
        self.attrs = self.attrs.set(name, value);
        self
    }

    fn shared(&self, class: &str) -> Attrs {
        let mut described = Vec::new();
        if self.invalid {
            described.push(format!("{}-error", self.id));
        }
        if self.described {
            described.push(format!("{}-hint", self.id));
        }
        Attrs::new()
            .set("class", class)
            .set("id", self.id.clone())
            .set("name", self.name.clone())
            .flag("required", self.required)
            .flag("autofocus", self.autofocus)
            .maybe("aria-invalid", self.invalid.then_some("true"))
            .maybe("aria-describedby", (!described.is_empty()).then(|| described.join(" ")))
            .maybe("placeholder", (!self.placeholder.is_empty()).then(|| self.placeholder.clone()))
            .and(self.attrs.clone())
    }

    fn typed(&self, kind: &str, more: Attrs) -> Markup {
        void_element("input", &self.shared("ak-input").set("type", kind).set("value", self.value.clone()).and(more))
    }
}

/// One line of text.
pub fn text(i: &Input) -> Markup {
    i.typed("text", Attrs::new())
}

/// Several lines; grows with its content.
pub fn textarea(i: &Input, rows: u8) -> Markup {
    let attrs = i.shared("ak-input ak-textarea").set("rows", rows.to_string()).set("data-autogrow", "");
    // The first newline after the tag is dropped by browsers.
    element("textarea", &attrs, &html! { "\n" (i.value) })
}

/// A whole or decimal number, typed as the language writes it.
pub fn number(i: &Input) -> Markup {
    i.typed("text", Attrs::new().set("inputmode", "decimal").set("autocomplete", "off"))
}

/// Money: takes `1,5jt`, `1.500.000`; shows at once how it was understood.
pub fn money(i: &Input, currency: &str) -> Markup {
    html! {
        span.ak-input-wrap {
            (i.typed("text", Attrs::new().set("inputmode", "decimal").set("autocomplete", "off").set("data-money", currency)))
            output.ak-input-read data-money-read for=(i.id) {}
        }
    }
}

/// A date: takes `besok`, `jumat`, `25/12`; a calendar opens from the icon. `iso` is the value for it.
pub fn date(t: Text, i: &Input, iso: &str) -> Markup {
    html! {
        span.ak-input-wrap data-date {
            (i.typed("text", Attrs::new().set("autocomplete", "off").set("data-date-text", "")))
            output.ak-input-read data-date-read for=(i.id) {}
            span.ak-date-pick { (icon_sized("calendar", 15))
                input type="date" tabindex="-1" value=(iso) data-date-picker aria-label=(t.get("open-calendar"));
            }
        }
    }
}

/// Date and time: takes `besok 10.00`, `25/12 14.30`; the calendar sets the day and leaves the time.
pub fn date_time(t: Text, i: &Input, iso: &str) -> Markup {
    html! { span.ak-date-time data-date-time { (date(t, i, iso)) } }
}

/// E-mail address.
pub fn email(i: &Input) -> Markup {
    i.typed("email", Attrs::new().set("autocomplete", "off"))
}

/// Telephone number, kept as typed.
pub fn phone(i: &Input) -> Markup {
    i.typed("tel", Attrs::new().set("autocomplete", "off"))
}

/// Password with a button that shows it; `autocomplete` is `current-password` or `new-password`.
pub fn password(t: Text, i: &Input, autocomplete: &str) -> Markup {
    html! {
        span.ak-input-wrap {
            (i.typed("password", Attrs::new().set("autocomplete", autocomplete)))
            button.ak-input-button type="button" data-reveal hidden aria-label=(t.get("show-password")) { (icon_sized("eye", 15)) }
        }
    }
}

/// A file, chosen or dropped; a script shows its name in the words of the page.
pub fn file(t: Text, i: &Input, accept: &str) -> Markup {
    html! {
        span.ak-file-pick data-file-pick {
            (void_element("input", &i.shared("ak-input ak-file").set("type", "file").set("accept", accept)))
            span.ak-file-words aria-hidden="true" { (icon_sized("upload", 15)) span data-file-name { (t.get("choose-file")) } }
        }
    }
}

/// A file, dropped or chosen, in a page that is about nothing else. The browser's own words stay
/// hidden: they follow its language, not the person's.
pub fn file_drop(t: Text, i: &Input, accept: &str) -> Markup {
    html! {
        div.ak-drop {
            (icon_sized("file-up", 20))
            div.ak-two-lines aria-hidden="true" {
                b data-file-name { (t.get("file-choose")) }
                div.ak-two-lines-detail.ak-drop-empty { (t.get("file-drop")) }
                div.ak-two-lines-detail.ak-drop-full { (t.get("file-chosen")) }
            }
            (void_element("input", &i.shared("ak-drop-input").set("type", "file").set("accept", accept).set("data-file", "")))
        }
    }
}

/// A choice: options are (value, words). An empty value with empty words makes it clearable.
pub fn select(i: &Input, options: &[(String, String)]) -> Markup {
    html! {
        span.ak-select {
            (element("select", &i.shared("ak-input"), &options_of(options, &[i.value.as_str()])))
            (icon_sized("chevron-down", 15))
        }
    }
}

/// Several choices.
pub fn multi_select(i: &Input, options: &[(String, String)], chosen: &[&str]) -> Markup {
    let attrs = i.shared("ak-input").flag("multiple", true).set("data-multi", "");
    element("select", &attrs, &options_of(options, chosen))
}

fn options_of(options: &[(String, String)], chosen: &[&str]) -> Markup {
    html! { @for (value, words) in options { option value=(value) selected[chosen.contains(&value.as_str())] { (words) } } }
}

/// How a link picker finds records.
#[derive(Clone, Debug, Default)]
pub struct LinkSource {
    /// `GET url?q=` answers `[{"value","label","detail"}]`, recent ones for an empty `q`.
    pub search_url: String,
    /// Quick-create dialog; "+ Create 'X'" opens it with `?name=X`.
    pub create_url: Option<String>,
    /// Words of the chosen record.
    pub label: String,
    /// Several may be chosen: (value, words).
    pub chosen: Option<Vec<(String, String)>>,
}

/// A link to another record: search from the first letter, never a full list.
pub fn link_picker(t: Text, i: &Input, source: &LinkSource) -> Markup {
    let attrs = i
        .shared("ak-input")
        .set("data-link-picker", source.search_url.clone())
        .set("data-create-label", t.get("create-named"))
        .set("data-none-label", t.get("nothing-found"))
        .maybe("data-create-url", source.create_url.clone())
        .flag("multiple", source.chosen.is_some());
    let options = match &source.chosen {
        Some(chosen) => html! { @for (value, words) in chosen { option value=(value) selected { (words) } } },
        None => html! { option value="" {} @if !i.value.is_empty() { option value=(i.value) selected { (source.label) } } },
    };
    element("select", &attrs, &options)
}

/// A tick box with its words.
pub fn checkbox(name: &str, value: &str, label: &str, checked: bool) -> Markup {
    html! {
        label.ak-check-label {
            input.ak-check type="checkbox" name=(name) value=(value) checked[checked];
            span { (label) }
        }
    }
}

/// Radio buttons, one below the other; options are (value, words).
pub fn radios(name: &str, options: &[(String, String)], chosen: &str) -> Markup {
    html! {
        @for (value, words) in options {
            label.ak-check-label { input.ak-check type="radio" name=(name) value=(value) checked[value == chosen]; span { (words) } }
        }
    }
}
