//! The table of a list: sticky head and first column, groups, totals. On a phone the same rows
//! become cards; each column says what place it takes there.

use super::icon::icon_sized;
use super::tag::nothing;
use crate::locale::Text;
use maud::{Markup, html};

/// Where a column stands in the card a row becomes on a phone.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Phone {
    /// Left out.
    #[default]
    Hidden,
    /// Second line, muted.
    Subtitle,
    /// Third line, strong.
    Field,
    /// Top right.
    Status,
    /// Bottom right.
    Meta,
}

/// How a column is sorted now, and what a click on its head asks for.
#[derive(Clone, Debug, Default)]
pub struct Sorting {
    /// `Some(true)` descending, `Some(false)` ascending, `None` not sorted by it.
    pub descending: Option<bool>,
    /// Address that sorts by this column next (asc, desc, none in turn).
    pub href: String,
    /// Address that adds it as a further key (Shift and click).
    pub add_href: String,
}

/// A column.
#[derive(Clone, Debug, Default)]
pub struct Column {
    /// Name of the field, for widths and order.
    pub key: String,
    /// Head.
    pub label: String,
    /// The head in full where the label is cut short; a tooltip.
    pub full: Option<String>,
    /// Width in px; the rest is shared out evenly.
    pub width: Option<u16>,
    /// Numbers stand right.
    pub numeric: bool,
    /// Sorting, when the column can be sorted by.
    pub sorting: Option<Sorting>,
    /// Place in the phone card.
    pub phone: Phone,
    /// Why none of its cells can be edited, in words.
    pub locked: Option<String>,
}

/// A cell.
#[derive(Clone, Default)]
pub struct Cell {
    /// Content; `None` shows a faint dash.
    pub content: Option<Markup>,
    /// Full text for the tooltip (full date, uncut name).
    pub title: Option<String>,
    /// Muted text for values of second rank.
    pub muted: bool,
    /// Address of the editor of this cell; none when it is read-only.
    pub edit: Option<String>,
    /// The editor is a dialog: one control in the cell would not hold the value.
    pub in_dialog: bool,
    /// Why it cannot be edited: a name of [`Table::locks`].
    pub locked: Option<&'static str>,
}

impl Cell {
    /// Plain content.
    pub fn new(content: Markup) -> Self {
        Self { content: Some(content), ..Self::default() }
    }
    /// Plain text; empty text is an empty cell.
    pub fn text(text: &str) -> Self {
        if text.is_empty() { Self::default() } else { Self::new(html! { (text) }) }
    }
    /// Muted.
    #[must_use]
    pub fn muted(mut self) -> Self {
        self.muted = true;
        self
    }
    /// Editable in place through `url`.
    #[must_use]
    pub fn edit(mut self, url: impl Into<String>) -> Self {
        self.edit = Some(url.into());
        self
    }
    /// Editable in a dialog at `url`.
    #[must_use]
    pub fn dialog(mut self, url: impl Into<String>) -> Self {
        self.edit = Some(url.into());
        self.in_dialog = true;
        self
    }
    /// Read-only, for the reason of this name.
    #[must_use]
    pub fn locked(mut self, reason: Option<&'static str>) -> Self {
        self.locked = reason;
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
#[derive(Clone, Default)]
pub struct Row {
    /// Id sent when it is selected.
    pub id: String,
    /// Title: the link of the first column.
    pub title: String,
    /// Page of the record.
    pub href: String,
    /// Address of the side panel; without it a click opens the page.
    pub peek: Option<String>,
    /// Avatar or icon before the title (20 px); the checkbox takes its place on hover.
    pub lead: Option<Markup>,
    /// Cells after the first column.
    pub cells: Vec<Cell>,
}

/// A head above the rows of a group.
#[derive(Clone, Default)]
pub struct Group {
    /// Value of the group in words.
    pub label: String,
    /// Records in it.
    pub count: String,
    /// Whether its rows are shown.
    pub open: bool,
    /// Address that opens or folds it.
    pub href: String,
    /// Totals under the columns after the first.
    pub totals: Vec<Option<Markup>>,
}

/// One line of the body.
pub enum Line {
    /// A record.
    Row(Box<Row>),
    /// A group head.
    Group(Group),
    /// "Load 145 more": (words, address).
    More(String, String),
}

/// A whole table.
#[derive(Default)]
pub struct Table {
    /// Id of the element that is swapped.
    pub id: String,
    /// What the table shows, for people who hear it.
    pub caption: String,
    /// Head of the first column.
    pub first: Column,
    /// The other columns.
    pub columns: Vec<Column>,
    /// Body.
    pub lines: Vec<Line>,
    /// Totals of the whole result: the first column, then one per column.
    pub totals: Option<(Markup, Vec<Option<Markup>>)>,
    /// Rows can be ticked.
    pub selectable: bool,
    /// Rows of 28 px.
    pub compact: bool,
    /// Reasons why a cell is read-only: (name, words). A script puts the words to the cell.
    pub locks: Vec<(&'static str, String)>,
    /// Address that keeps column widths and order (POST `columns=key:width,…`).
    pub columns_url: Option<String>,
}

/// The table.
pub fn table(t: Text, table: &Table) -> Markup {
    html! {
        div.ak-table-wrap id=[(!table.id.is_empty()).then_some(&table.id)] data-list
            data-columns-url=[table.columns_url.as_ref()] data-locks=[locks(&table.locks)] {
            table.ak-table.ak-table-compact[table.compact] {
                caption.ak-sr { (table.caption) }
                colgroup {
                    col width=[table.first.width];
                    @for column in &table.columns { col width=[column.width]; }
                }
                thead { tr {
                    (head(t, &table.first, true, table.selectable))
                    @for column in &table.columns { (head(t, column, false, false)) }
                } }
                tbody {
                    @for line in &table.lines { (body_line(t, table, line)) }
                    // Takes the rest of the height, so that totals stand at the foot of a short list.
                    tr.ak-fill aria-hidden="true" { td colspan=(table.columns.len() + 1) {} }
                }
                @if let Some((first, totals)) = &table.totals {
                    tfoot { tr {
                        td { (first) }
                        @for (column, total) in table.columns.iter().zip(totals) {
                            td.ak-right[column.numeric] { span id={ "total-" (column.key) } { @if let Some(total) = total { (total) } } }
                        }
                    } }
                }
            }
        }
    }
}

fn locks(reasons: &[(&'static str, String)]) -> Option<String> {
    (!reasons.is_empty()).then(|| reasons.iter().map(|(name, words)| format!("{name}={words}")).collect::<Vec<_>>().join("\n"))
}

fn head(t: Text, column: &Column, first: bool, selectable: bool) -> Markup {
    let sorted = column.sorting.as_ref().and_then(|s| s.descending);
    let name = column.full.as_ref().unwrap_or(&column.label);
    let tip = column.locked.as_ref().map_or_else(|| name.clone(), |why| format!("{name}: {why}"));
    let aria = sorted.map(|down| if down { "descending" } else { "ascending" });
    html! {
        th scope="col" .ak-right[column.numeric] data-column=(column.key) title=(tip) aria-sort=[aria] {
            @if first && selectable {
                input.ak-check.ak-pick-page type="checkbox" data-pick-page aria-label=(t.get("select-page"));
            }
            @match &column.sorting {
                Some(sorting) => {
                    a.ak-sort href=(sorting.href) data-sort-add=(sorting.add_href) {
                        @if let Some(down) = sorted { (icon_sized(if down { "arrow-down" } else { "arrow-up" }, 12)) }
                        span.ak-truncate { (column.label) }
                    }
                }
                None => { span { span.ak-truncate { (column.label) } } }
            }
            span.ak-resize data-resize aria-hidden="true" {}
        }
    }
}

fn body_line(t: Text, table: &Table, line: &Line) -> Markup {
    match line {
        Line::Row(row) => table_row(t, table, row),
        Line::Group(group) => group_row(table, group),
        Line::More(words, href) => more_row(table, words, href),
    }
}

/// "Load 145 more", also the fragment at the end of rows read on demand.
pub fn more_row(table: &Table, words: &str, href: &str) -> Markup {
    html! {
        tr.ak-more { td colspan=(table.columns.len() + 1) {
            a href=(href) hx-get=(href) hx-target="closest tr" hx-swap="outerHTML" { (icon_sized("chevron-down", 13)) (words) }
        } }
    }
}

/// One row, also the fragment that replaces it after an edit.
pub fn table_row(t: Text, table: &Table, row: &Row) -> Markup {
    html! {
        tr.ak-line data-row=(row.id) data-href=(row.href) data-peek=[row.peek.as_ref()] {
            td.ak-first {
                div.ak-name {
                    span.ak-pick.ak-pick-only[row.lead.is_none()] {
                        @if let Some(lead) = &row.lead { (lead) }
                        @if table.selectable {
                            input.ak-check type="checkbox" name="id" value=(row.id) data-pick
                                aria-label=(t.with("select-row", &[("name", row.title.as_str().into())]));
                        }
                    }
                    a.ak-name-link href=(row.href) { (row.title) }
                }
            }
            @for (column, cell) in table.columns.iter().zip(&row.cells) { (table_cell(column, cell)) }
        }
    }
}

/// One cell, also the fragment that replaces it after an edit. The pencil of the cell under the
/// pointer comes from a script, so that fifty rows do not carry hundreds of them.
pub fn table_cell(column: &Column, cell: &Cell) -> Markup {
    let phone = match column.phone {
        Phone::Hidden => None,
        Phone::Subtitle => Some("subtitle"),
        Phone::Field => Some("field"),
        Phone::Status => Some("status"),
        Phone::Meta => Some("meta"),
    };
    html! {
        td .ak-right[column.numeric] .ak-muted[cell.muted] data-phone=[phone] data-empty[cell.content.is_none()]
            data-edit=[cell.edit.as_ref()] data-edit-dialog[cell.in_dialog] data-lock=[cell.locked]
            title=[cell.title.as_ref()] {
            @match &cell.content { Some(content) => { (content) } None => { (nothing()) } }
        }
    }
}

fn group_row(table: &Table, group: &Group) -> Markup {
    html! {
        tr.ak-group data-group {
            td.ak-first {
                span.ak-name {
                    a.ak-group-fold href=(group.href) aria-expanded=(group.open) {
                        (icon_sized(if group.open { "chevron-down" } else { "chevron-right" }, 14))
                        span.ak-sr { (group.label) }
                    }
                    @if table.selectable { input.ak-check type="checkbox" data-pick-group aria-label=(group.label); }
                    b { (group.label) } span.ak-count { (group.count) }
                }
            }
            @for (column, total) in table.columns.iter().zip(&group.totals) {
                td.ak-right[column.numeric] { @if let Some(total) = total { b { (total) } } }
            }
        }
    }
}

/// "Jumlah **Rp 38,4 M**" under a column.
pub fn total(label: &str, value: &str) -> Markup {
    html! { (label) " " b { (value) } }
}

/// A plain small table (lines of a document, remarks of an import) without list behaviour.
/// Heads are (label, numeric, width in px).
pub fn plain_table(caption: &str, heads: &[(&str, bool, Option<u16>)], rows: &[Vec<Markup>], foot: Option<Markup>) -> Markup {
    html! {
        div.ak-table-wrap.ak-table-plain tabindex="0" role="region" aria-label=(caption) {
            table.ak-table {
                caption.ak-sr { (caption) }
                colgroup { @for (_, _, width) in heads { col width=[width.as_ref()]; } }
                thead { tr { @for (label, numeric, _) in heads { th scope="col" .ak-right[*numeric] { (label) } } } }
                tbody {
                    @for row in rows { tr {
                        @for (content, head) in row.iter().zip(heads) { td .ak-right[head.1] data-label=(head.0) { (content) } }
                    } }
                }
                @if let Some(foot) = foot { tfoot { (foot) } }
            }
        }
    }
}
