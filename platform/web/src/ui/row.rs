//! Rows of a table. They are the bulk of what a server draws, so they are written straight into the
//! page: no row and no cell makes a text of its own first.

use super::table::{Column, Line, Table, group_row, more_row};
use super::tag::nothing;
use crate::locale::Text;
use maud::{Markup, Render};
use std::sync::Arc;

/// What stands in a cell.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Content {
    /// A faint dash.
    #[default]
    Empty,
    /// Words.
    Text(String),
    /// Markup; the same one in all rows that show the same.
    Html(Arc<str>),
}

/// How a cell is edited.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Editor {
    /// Not at all, and nobody asks why.
    #[default]
    None,
    /// In place. Its address follows from the row's and the column's.
    InPlace,
    /// In a dialog at this address: one control in the cell would not hold the value.
    Dialog(String),
    /// Not, for the reason of this name among [`Table::locks`].
    Locked(&'static str),
}

/// A cell.
#[derive(Clone, Debug, Default)]
pub struct Cell {
    pub content: Content,
    /// Full text for the tooltip (full date, uncut name).
    pub title: Option<String>,
    /// Muted text for values of second rank.
    pub muted: bool,
    pub editor: Editor,
}

impl Cell {
    /// Markup.
    pub fn new(content: Markup) -> Self {
        Self { content: Content::Html(content.into_string().into()), ..Self::default() }
    }
    /// Plain text; empty text is an empty cell.
    pub fn text(text: impl Into<String>) -> Self {
        let text = text.into();
        if text.is_empty() { Self::default() } else { Self { content: Content::Text(text), ..Self::default() } }
    }
    /// Muted.
    #[must_use]
    pub fn muted(mut self) -> Self {
        self.muted = true;
        self
    }
    /// Edited so.
    #[must_use]
    pub fn editor(mut self, editor: Editor) -> Self {
        self.editor = editor;
        self
    }
    /// With a tooltip.
    #[must_use]
    pub fn title(mut self, title: impl Into<String>) -> Self {
        self.title = Some(title.into());
        self
    }
}

/// A row: one record.
#[derive(Clone, Debug, Default)]
pub struct Row {
    /// Id sent when it is selected.
    pub id: i64,
    /// Title: the link of the first column.
    pub title: String,
    /// Page of the record; its side panel is at `/peek` below.
    pub href: String,
    /// Avatar or icon before the title (20 px); the checkbox takes its place on hover.
    pub lead: Option<Markup>,
    /// Cells after the first column.
    pub cells: Vec<Cell>,
}

/// Lines of a table: all of them, or those that come later or in place of others.
pub fn rows<'a>(t: Text, table: &'a Table, lines: &'a [Line]) -> impl Render + 'a {
    Rows { pick: pick(t), table, lines }
}

struct Rows<'a> {
    /// The checkbox's name before and after the row's title.
    pick: (String, String),
    table: &'a Table,
    lines: &'a [Line],
}

/// Stands for the title while the words around it are fetched.
const TITLE: &str = "\u{1}";

/// The words of a row's checkbox, once for all rows.
fn pick(t: Text) -> (String, String) {
    let words = t.with("select-row", &[("name", TITLE.into())]);
    let (before, after) = words.split_once(TITLE).unwrap_or((&words, ""));
    (before.to_string(), after.to_string())
}

impl Render for Rows<'_> {
    fn render_to(&self, out: &mut String) {
        // about what they take: a text that grows is copied each time
        out.reserve(self.lines.len() * (400 + 150 * self.table.columns.len()));
        for line in self.lines {
            match line {
                Line::Row(row) => self.row(out, row),
                Line::Group(group) => out.push_str(&group_row(self.table, group).0),
                Line::More(words, href) => out.push_str(&more_row(self.table, words, href).0),
            }
        }
    }
}

impl Rows<'_> {
    fn row(&self, out: &mut String, row: &Row) {
        let id = row.id.to_string();
        out.push_str("<tr class=\"ak-line\"");
        attribute(out, "data-row", &id);
        attribute(out, "data-href", &row.href);
        out.push_str("><td class=\"ak-first\"><div class=\"ak-name\"><span class=\"ak-pick");
        match &row.lead {
            Some(lead) => {
                out.push_str("\">");
                out.push_str(&lead.0);
            }
            None => out.push_str(" ak-pick-only\">"),
        }
        if self.table.selectable {
            out.push_str("<input class=\"ak-check\" type=\"checkbox\" name=\"id\"");
            attribute(out, "value", &id);
            out.push_str(" data-pick aria-label=\"");
            [self.pick.0.as_str(), &row.title, &self.pick.1].iter().for_each(|part| escape(out, part));
            out.push_str("\">");
        }
        out.push_str("</span><a class=\"ak-name-link\"");
        attribute(out, "href", &row.href);
        out.push('>');
        escape(out, &row.title);
        out.push_str("</a></div></td>");
        for (column, cell) in self.table.columns.iter().zip(&row.cells) {
            write_cell(out, column, cell);
        }
        out.push_str("</tr>");
    }
}

/// One cell. The pencil of the cell under the pointer comes from a script, so that fifty rows do not
/// carry hundreds of them.
fn write_cell(out: &mut String, column: &Column, cell: &Cell) {
    out.push_str(match (column.numeric, cell.muted) {
        (false, false) => "<td",
        (true, false) => "<td class=\"ak-right\"",
        (false, true) => "<td class=\"ak-muted\"",
        (true, true) => "<td class=\"ak-right ak-muted\"",
    });
    if let Some(place) = column.phone.name() {
        attribute(out, "data-phone", place);
    }
    if cell.content == Content::Empty {
        out.push_str(" data-empty");
    }
    match &cell.editor {
        Editor::None => {}
        Editor::InPlace => out.push_str(" data-edit"),
        Editor::Dialog(address) => {
            attribute(out, "data-edit", address);
            out.push_str(" data-edit-dialog");
        }
        Editor::Locked(reason) => attribute(out, "data-lock", reason),
    }
    if let Some(title) = &cell.title {
        attribute(out, "title", title);
    }
    out.push('>');
    cell.content.render_to(out);
    out.push_str("</td>");
}

impl Render for Content {
    fn render_to(&self, out: &mut String) {
        match self {
            Content::Empty => out.push_str(&nothing().0),
            Content::Text(words) => escape(out, words),
            Content::Html(markup) => out.push_str(markup),
        }
    }
}

fn attribute(out: &mut String, name: &str, value: &str) {
    out.push(' ');
    out.push_str(name);
    out.push_str("=\"");
    escape(out, value);
    out.push('"');
}

/// As maud escapes, in whole pieces instead of letter by letter.
fn escape(out: &mut String, text: &str) {
    let mut from = 0;
    for (at, byte) in text.bytes().enumerate() {
        let with = match byte {
            b'&' => "&amp;",
            b'<' => "&lt;",
            b'>' => "&gt;",
            b'"' => "&quot;",
            _ => continue,
        };
        out.push_str(&text[from..at]);
        out.push_str(with);
        from = at + 1;
    }
    out.push_str(&text[from..]);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::locale::Lang;
    use maud::html;

    fn drawn(row: Row) -> String {
        let columns = vec![Column { numeric: true, ..Column::default() }];
        let table = Table { columns, selectable: true, ..Table::default() };
        rows(Text::new(Lang::Id), &table, &[Line::Row(Box::new(row))]).render().0
    }

    #[test]
    fn every_text_of_a_row_is_escaped() {
        let evil = "<b a=\"1\">&amp; 'é'</b>";
        let cell = Cell::text(evil).title(evil).editor(Editor::Dialog(evil.into()));
        let page = drawn(Row { id: 7, title: evil.into(), href: format!("/x/7?{evil}"), lead: None, cells: vec![cell] });
        let safe = html! { (evil) }.0;
        assert!(!page.contains("<b"), "{page}");
        assert_eq!(
            page.matches(safe.as_str()).count(),
            7,
            "in the link, its name, the box, the row, the cell, its tooltip, its editor: {page}"
        );
    }

    #[test]
    fn an_empty_cell_says_that_it_is() {
        let page = drawn(Row { id: 7, cells: vec![Cell::text("")], ..Row::default() });
        assert!(
            page.ends_with("<td class=\"ak-right\" data-empty><span class=\"ak-faint\" aria-hidden=\"true\">—</span></td></tr>"),
            "{page}"
        );
        assert!(page.contains("value=\"7\" data-pick aria-label=\"Pilih \""), "{page}");
    }
}
