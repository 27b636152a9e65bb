//! Rich text: Markdown as it was written, drawn as HTML of a few elements.
//!
//! What stands in the record is the text itself: it is searched, exported, compared and edited without script like any
//! other. HTML within it is shown as the characters it is. What the renderer gives passes through an allow-list each
//! time it is drawn, so a stricter one holds for everything that was ever written.

use crate::ui::element::sanitised;
use akrab_engine::People;
use akrab_model::text::fold;
use ammonia::Builder;
use maud::{Markup, html};
use pulldown_cmark::{CowStr, Event, Options, Parser, Tag, TagEnd};
use std::collections::HashSet;
use std::sync::LazyLock;

/// Characters nobody writes: places of ticks and of names in the drawn text.
const TICK: [char; 2] = ['\u{e000}', '\u{e001}'];
const NAME: [char; 2] = ['\u{e002}', '\u{e003}'];

static ALLOWED: LazyLock<Builder<'static>> = LazyLock::new(|| {
    let mut allowed = Builder::empty();
    let tags = [
        "p",
        "br",
        "strong",
        "em",
        "del",
        "code",
        "pre",
        "blockquote",
        "ul",
        "ol",
        "li",
        "a",
        "h3",
        "h4",
        "h5",
        "hr",
        "table",
        "thead",
        "tbody",
        "tr",
        "th",
        "td",
    ];
    allowed
        .tags(HashSet::from(tags))
        .add_tag_attributes("a", ["href"])
        .add_tag_attributes("ol", ["start"])
        .url_schemes(HashSet::from(["http", "https", "mailto", "tel"]))
        .link_rel(Some("noopener noreferrer nofollow"))
        .set_tag_attribute_value("a", "target", "_blank");
    allowed
});

/// A task in a text, for whoever draws it: which one, whether it is done, and what it says.
pub struct Task {
    pub n: usize,
    pub done: bool,
    pub words: String,
}

fn options() -> Options {
    Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH | Options::ENABLE_TASKLISTS
}

/// The text as HTML. `tick` draws the box of a task.
pub fn markup(text: &str, people: &People, tick: &dyn Fn(&Task) -> Markup) -> Markup {
    let text = prepared(text);
    let names = Names::of(people, &text);
    let tasks = tasks(&text);
    let mut n = 0;
    let events = Parser::new_ext(&text, options()).map(|event| match event {
        // what looks like HTML is what somebody wrote
        Event::Html(text) | Event::InlineHtml(text) => Event::Text(text),
        Event::Start(Tag::Heading { level, id, classes, attrs }) => Event::Start(Tag::Heading { level: below(level), id, classes, attrs }),
        Event::End(TagEnd::Heading(level)) => Event::End(TagEnd::Heading(below(level))),
        Event::SoftBreak => Event::HardBreak,
        Event::TaskListMarker(_) => {
            n += 1;
            Event::Text(format!("{}{}{}", TICK[0], n - 1, TICK[1]).into())
        }
        // pictures of others would tell them who reads this
        Event::Start(Tag::Image { dest_url, title, id, .. }) => {
            Event::Start(Tag::Link { link_type: pulldown_cmark::LinkType::Inline, dest_url, title, id })
        }
        Event::End(TagEnd::Image) => Event::End(TagEnd::Link),
        Event::Text(text) => Event::Text(names.marked(text)),
        other => other,
    });
    let mut drawn = String::new();
    pulldown_cmark::html::push_html(&mut drawn, events);
    let clean = ALLOWED.clean(&drawn).to_string();
    html! { div.ak-rich { (pieces(&clean, &tasks, tick)) } }
}

/// The clean text with ticks and names in their places.
fn pieces(clean: &str, tasks: &[Task], tick: &dyn Fn(&Task) -> Markup) -> Markup {
    let mut out = String::new();
    let mut rest = clean;
    while let Some(at) = rest.find([TICK[0], NAME[0]]) {
        let (before, from) = rest.split_at(at);
        out.push_str(before);
        let is_tick = from.starts_with(TICK[0]);
        let end = if is_tick { TICK[1] } else { NAME[1] };
        let Some((inner, after)) = from[TICK[0].len_utf8()..].split_once(end) else { break };
        if is_tick {
            if let Some(task) = inner.parse::<usize>().ok().and_then(|n| tasks.get(n)) {
                out.push_str(&tick(task).0);
            }
        } else {
            // already clean, and without elements: names are text
            out.push_str("<span class=\"ak-mention\">");
            out.push_str(inner);
            out.push_str("</span>");
        }
        rest = after;
    }
    out.push_str(rest);
    sanitised(out)
}

/// A box that shows how a task stands and cannot be ticked.
pub fn still(task: &Task) -> Markup {
    html! { input.ak-tick type="checkbox" disabled checked[task.done]; }
}

/// The tasks of a text, in their order.
pub fn tasks(text: &str) -> Vec<Task> {
    let text = prepared(text);
    let (mut found, mut open) = (Vec::<Task>::new(), false);
    for event in Parser::new_ext(&text, options()) {
        match event {
            Event::TaskListMarker(done) => {
                found.push(Task { n: found.len(), done, words: String::new() });
                open = true;
            }
            Event::Text(text) | Event::Code(text) if open => {
                if let Some(task) = found.last_mut() {
                    task.words.push_str(&text);
                }
            }
            Event::SoftBreak | Event::HardBreak if open => {
                if let Some(task) = found.last_mut() {
                    task.words.push(' ');
                }
            }
            Event::End(TagEnd::Item | TagEnd::Paragraph) | Event::Start(Tag::List(_)) => open = false,
            _ => {}
        }
    }
    found
}

/// The text with a task ticked or not; none when there is no such task.
pub fn ticked(text: &str, n: usize, done: bool) -> Option<String> {
    let mut seen = 0;
    for (event, range) in Parser::new_ext(text, options()).into_offset_iter() {
        if !matches!(event, Event::TaskListMarker(_)) {
            continue;
        }
        if seen == n {
            let mark = if done { "[x]" } else { "[ ]" };
            return Some(format!("{}{mark}{}", &text[..range.start], &text[range.end..]));
        }
        seen += 1;
    }
    None
}

/// The words alone: for titles, lists and searches.
pub fn plain(text: &str) -> String {
    let text = prepared(text);
    let mut out = String::new();
    for event in Parser::new_ext(&text, options()) {
        match event {
            Event::Text(text) | Event::Code(text) | Event::Html(text) | Event::InlineHtml(text) => out.push_str(&text),
            Event::SoftBreak | Event::HardBreak | Event::End(TagEnd::Paragraph | TagEnd::Heading(_) | TagEnd::Item | TagEnd::TableRow)
                if !out.ends_with('\n') && !out.is_empty() =>
            {
                out.push('\n');
            }
            Event::End(TagEnd::TableCell) => out.push(' '),
            _ => {}
        }
    }
    out.trim().to_string()
}

/// A page has its own headings above those of a text.
fn below(level: pulldown_cmark::HeadingLevel) -> pulldown_cmark::HeadingLevel {
    use pulldown_cmark::HeadingLevel::{H1, H2, H3, H4, H5};
    match level {
        H1 => H3,
        H2 => H4,
        _ => H5,
    }
}

/// The text without a heading on top that says what the title says.
pub fn below_title<'t>(text: &'t str, title: &str) -> &'t str {
    let (first, rest) = text.trim_start().split_once('\n').unwrap_or((text, ""));
    if first.starts_with('#') && plain(first) == title { rest.trim_start_matches('\n') } else { text }
}

/// What people write as plain text and Markdown would take for something else: a line of dashes below a line is the
/// end of a letter, not a heading. The marks of this module do not come from outside.
fn prepared(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 8);
    let mut before = "";
    for line in text.lines() {
        let bare = line.trim();
        let rule = !bare.is_empty() && (bare.bytes().all(|b| b == b'-') || bare.bytes().all(|b| b == b'='));
        if rule && !before.trim().is_empty() && !before.contains('|') {
            out.push('\\');
            out.push_str(bare);
        } else {
            out.extend(line.chars().filter(|c| !(TICK[0]..=NAME[1]).contains(c)));
        }
        out.push('\n');
        before = line;
    }
    out
}

/// Names of people that stand behind an `@`.
struct Names(Vec<String>);

impl Names {
    fn of(people: &People, text: &str) -> Names {
        if !text.contains('@') {
            return Names(Vec::new());
        }
        let mut names: Vec<String> = people.users().iter().map(|p| fold(&p.name)).filter(|name| !name.is_empty()).collect();
        names.sort_by_key(|name| std::cmp::Reverse(name.len()));
        Names(names)
    }

    fn marked<'t>(&self, text: CowStr<'t>) -> CowStr<'t> {
        if self.0.is_empty() || !text.contains('@') {
            return text;
        }
        let mut out = String::new();
        let mut rest: &str = &text;
        while let Some(at) = rest.find('@') {
            let (before, from) = rest.split_at(at);
            out.push_str(before);
            let address = before.ends_with(char::is_alphanumeric);
            match self.length(&from[1..]).filter(|_| !address) {
                Some(length) => {
                    out.push(NAME[0]);
                    out.push_str(&from[..=length]);
                    out.push(NAME[1]);
                    rest = &from[1 + length..];
                }
                None => {
                    out.push('@');
                    rest = &from[1..];
                }
            }
        }
        out.push_str(rest);
        out.into()
    }

    /// Bytes of the longest name `text` begins with.
    fn length(&self, text: &str) -> Option<usize> {
        let ends = text.char_indices().map(|(at, c)| at + c.len_utf8()).take(60);
        let fits = |end: usize| {
            let whole = text[end..].chars().next().is_none_or(|c| !c.is_alphanumeric());
            // folding forgets blanks at the end: they are no part of the name
            whole && !text[..end].ends_with(char::is_whitespace) && self.0.contains(&fold(&text[..end]))
        };
        ends.filter(|end| fits(*end)).max()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drawn(text: &str) -> String {
        markup(text, &People::default(), &still).into_string()
    }

    #[test]
    fn formats_are_drawn_and_nothing_else_is() {
        let page =
            drawn("# Rapat\n\n**Penting** dan *miring*\nbaris dua\n\n- [ ] kirim\n- [x] telepon\n\n| a | b |\n|---|---|\n| 1 | 2 |\n");
        for part in ["<h3>Rapat</h3>", "<strong>Penting</strong>", "<br>", "type=\"checkbox\"", "checked", "<td>1</td>"] {
            assert!(page.contains(part), "{part}: {page}");
        }
        for (text, never) in [
            ("<script>alert(1)</script>", "<script"),
            ("<img src=x onerror=alert(1)>", "<img"),
            ("[a](javascript:alert(1))", "javascript:"),
            ("[a](data:text/html,x)", "data:"),
            ("![a](https://example.com/x.png)", "<img"),
            ("<a hx-get='/x' id=y class=z>", "<a hx"),
            ("`<b>`", "<b>"),
            ("\u{e000}0\u{e001} \u{e002}<i>\u{e003}", "\u{e000}"),
        ] {
            let page = drawn(text);
            assert!(!page.contains(never), "{text}: {page}");
        }
        assert!(drawn("[a](https://contoh.test)").contains("rel=\"noopener noreferrer nofollow\""));
        assert!(drawn("Terima kasih\n--\nSiti").contains("--"), "the end of a letter is no heading");
    }

    #[test]
    fn a_task_is_ticked_where_it_stands() {
        let text = "Hari ini:\n\n1. [ ] bukan tugas ini\n- [ ] satu\n  - [x] di dalamnya\n- [ ] dua **tebal**\n";
        let found = tasks(text);
        let words: Vec<&str> = found.iter().map(|t| t.words.as_str()).collect();
        assert_eq!(words, ["bukan tugas ini", "satu", "di dalamnya", "dua tebal"]);
        let done = ticked(text, 3, true).unwrap();
        assert!(done.ends_with("- [x] dua **tebal**\n") && done.starts_with(&text[..40]));
        assert_eq!(ticked(&done, 3, false).as_deref(), Some(text));
        assert_eq!(ticked(text, 4, true), None);
    }

    #[test]
    fn a_name_ends_where_it_ends() {
        let names = Names(vec!["siti aminah".into(), "siti".into()]);
        for (text, length) in [("Siti Aminah  tolong", Some(11)), ("siti, tolong", Some(4)), ("Sitiana", None)] {
            assert_eq!(names.length(text), length, "{text}");
        }
    }

    #[test]
    fn the_words_are_left_without_their_marks() {
        assert_eq!(plain("# Rapat *besar*\n\n- [ ] kirim [contoh](https://a.test)"), "Rapat besar\nkirim contoh");
    }
}
