//! The palette (`Ctrl+K`) and the keyboard help.

use super::button::key;
use super::icon::icon_sized;
use crate::locale::Text;
use maud::{Markup, html};

/// The palette; results come from `search_url?q=` as [`results`].
pub fn palette(t: Text, search_url: &str) -> Markup {
    html! {
        dialog.ak-palette id="palette" data-palette data-search-url=(search_url) aria-label=(t.get("search")) {
            form method="get" action=(search_url) role="search" {
                (icon_sized("search", 18))
                input type="search" name="q" autocomplete="off" spellcheck="false" placeholder=(t.get("palette-placeholder"))
                    aria-label=(t.get("search")) role="combobox" aria-expanded="true" aria-controls="palette-results" aria-autocomplete="list";
                span.ak-small.ak-muted { (t.get("palette-scope")) }
                (key("Esc"))
            }
            div.ak-palette-results id="palette-results" data-palette-results role="listbox" aria-label=(t.get("search-results")) {}
            div.ak-palette-foot {
                span { (key("↑")) " " (key("↓")) " " (t.get("palette-choose")) }
                span { (key("Tab")) " " (t.get("palette-actions")) }
                span { (key("Ctrl")) " " (key("Enter")) " " (t.get("palette-new-tab")) }
                span.ak-spacer {}
                span.ak-num data-palette-count {}
            }
        }
    }
}

/// A hit or an action of the palette.
#[derive(Default)]
pub struct Hit {
    /// Avatar of 22 px or icon.
    pub lead: Option<Markup>,
    /// Name; the part that matched is marked by [`marked`].
    pub title: Option<Markup>,
    /// What tells it from others.
    pub detail: Option<Markup>,
    /// At the right.
    pub end: Option<Markup>,
    /// Where it leads.
    pub href: String,
    /// Address of the actions of this record, for `Tab`.
    pub actions_url: Option<String>,
    /// It is done by a POST to `href` with this CSRF token.
    pub post: Option<String>,
}

/// Groups of hits: (heading, hits). `count` is "6 hasil · 14 ms".
pub fn results(groups: &[(String, Vec<Hit>)], count: &str, empty: &str) -> Markup {
    html! {
        @for (heading, hits) in groups {
            div.ak-palette-group role="group" aria-label=(heading) {
                div.ak-palette-head aria-hidden="true" { (heading) }
                @for hit in hits {
                    @if let Some(csrf) = &hit.post {
                        form.ak-hit-form method="post" action=(hit.href) {
                            input type="hidden" name="csrf" value=(csrf);
                            button.ak-hit type="submit" role="option" aria-selected="false" data-hit { (content(hit)) }
                        }
                    } @else {
                        a.ak-hit role="option" aria-selected="false" href=(hit.href) data-hit data-actions-url=[hit.actions_url.as_ref()] { (content(hit)) }
                    }
                }
            }
        }
        @if groups.iter().all(|group| group.1.is_empty()) { p.ak-palette-none { (empty) } }
        span hidden data-palette-summary=(count) {}
    }
}

fn content(hit: &Hit) -> Markup {
    html! {
        span.ak-hit-lead { @if let Some(lead) = &hit.lead { (lead) } }
        @if let Some(title) = &hit.title { span.ak-hit-title { (title) } }
        @if let Some(detail) = &hit.detail { span.ak-hit-detail { (detail) } }
        span.ak-spacer {}
        @if let Some(end) = &hit.end { span.ak-hit-end { (end) } }
    }
}

/// `text` with every place that matches `query` marked, whatever the case.
pub fn marked(text: &str, query: &str) -> Markup {
    let query: Vec<char> = query.trim().chars().flat_map(char::to_lowercase).collect();
    let chars: Vec<char> = text.chars().collect();
    let mut parts: Vec<(bool, String)> = Vec::new();
    let mut at = 0;
    while at < chars.len() {
        let hit = !query.is_empty()
            && at + query.len() <= chars.len()
            && chars[at..at + query.len()].iter().zip(&query).all(|(c, q)| c.to_lowercase().eq(std::iter::once(*q)));
        let len = if hit { query.len() } else { 1 };
        let part: String = chars[at..at + len].iter().collect();
        match parts.last_mut() {
            Some((false, plain)) if !hit => plain.push_str(&part),
            _ => parts.push((hit, part)),
        }
        at += len;
    }
    html! {
        @for (hit, part) in &parts {
            @if *hit { mark { (part) } } @else { (part) }
        }
    }
}

const KEYS: &[(&str, &str)] = &[
    ("Ctrl K, /", "keys-search"),
    ("C", "keys-create"),
    ("J, K", "keys-next-previous"),
    ("Enter", "keys-open"),
    ("Space", "keys-peek"),
    ("X", "keys-select"),
    ("E", "keys-edit"),
    ("F2", "keys-cell"),
    ("Ctrl S", "keys-save"),
    ("Ctrl Enter", "keys-send"),
    ("Esc", "keys-cancel"),
    ("A", "keys-assign"),
    ("S", "keys-stage"),
    ("#", "keys-tag"),
    ("F", "keys-filter"),
    ("V", "keys-view"),
    ("Ctrl Z", "keys-undo"),
    ("[", "keys-sidebar"),
    ("?", "keys-help"),
];

/// Keys as caps; what does the same stands behind a "/".
fn key_words(t: Text, keys: &str) -> Markup {
    html! {
        @for (n, one) in keys.split(", ").enumerate() {
            @if n > 0 { " " span.ak-faint { "/" } " " }
            @for (n, cap) in one.split(' ').enumerate() {
                @if n > 0 { " " }
                (key(&if cap == "Space" { t.get("key-space") } else { cap.to_string() }))
            }
        }
    }
}

/// The keyboard help, opened by `?`. `go` says where G and a further key lead, `write` what a key writes on a record.
pub fn keyboard_help(t: Text, go: &[(char, String)], write: &[(char, String)]) -> Markup {
    let caps = write.iter().map(|(key, _)| key.to_uppercase().to_string()).collect::<Vec<_>>().join(", ");
    let words = write.iter().map(|(_, words)| words.as_str()).collect::<Vec<_>>().join(", ");
    html! {
        dialog.ak-dialog id="keyboard" data-dialog data-keep aria-labelledby="keyboard-title" {
            div.ak-dialog-head {
                (icon_sized("keyboard", 18)) h2 id="keyboard-title" { (t.get("keyboard-help")) }
                span.ak-spacer {}
                (super::Button::only_icon("x", t.get("close")).ghost().flag("data-close", true))
            }
            div.ak-dialog-body {
                dl.ak-keys {
                    @for (keys, words) in KEYS { div { dt { (t.get(words)) } dd { (key_words(t, keys)) } } }
                    @if !write.is_empty() { div { dt { (t.with("keys-write", &[("kinds", words.into())])) } dd { (key_words(t, &caps)) } } }
                }
                h3.ak-day { span { (t.get("keys-go")) } }
                dl.ak-keys { @for (letter, words) in go { div { dt { (words) } dd { (key("G")) " " (key(&letter.to_uppercase().to_string())) } } } }
                label.ak-check-label {
                    input.ak-check type="checkbox" data-single-keys-switch;
                    span { (t.get("single-keys")) }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn matches_are_marked_and_the_rest_escaped() {
        assert_eq!(marked("Bumi <Arjuna>", "arju").0, "Bumi &lt;<mark>Arju</mark>na&gt;");
        assert_eq!(marked("abc", "").0, "abc");
    }
}
