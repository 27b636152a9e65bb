//! The table of a list: sticky head and first column, groups, totals. On a phone the same rows
//! become cards; each column says what place it takes there.

use super::icon::icon_sized;
use super::row::{Row, rows};
use crate::locale::Text;
use maud::{Markup, Render, html};

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

impl Phone {
    /// Value of `data-phone`.
    pub(super) fn name(self) -> Option<&'static str> {
        match self {
            Phone::Hidden => None,
            Phone::Subtitle => Some("subtitle"),
            Phone::Field => Some("field"),
            Phone::Status => Some("status"),
            Phone::Meta => Some("meta"),
        }
    }
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
    /// Number of the first row, and the count of all in words, for "3 of 1,284" in the side panel.
    pub place: Option<(u64, String)>,
    /// Rows can be ticked.
    pub selectable: bool,
    /// Rows of 28 px.
    pub compact: bool,
    /// Reasons why a cell is read-only: (name, words). A script puts the words to the cell.
    pub locks: Vec<(&'static str, String)>,
    /// Address that keeps column widths and order (POST `columns=key:width,…`).
    pub columns_url: Option<String>,
}

/// The table, written straight into the page.
pub fn table<'a>(t: Text, table: &'a Table) -> impl Render + 'a {
    Drawn(t, table)
}

struct Drawn<'a>(Text, &'a Table);

impl Render for Drawn<'_> {
    fn render_to(&self, out: &mut String) {
        let Self(t, table) = *self;
        let around = around(t, table).0;
        let (before, after) = around.split_once(ROWS).unwrap_or((&around, ""));
        out.push_str(before);
        rows(t, table, &table.lines).render_to(out);
        out.push_str(after);
    }
}

/// Stands for the rows while what is around them is drawn.
const ROWS: &str = "\u{1}";

fn around(t: Text, table: &Table) -> Markup {
    html! {
        div.ak-table-wrap id=[(!table.id.is_empty()).then_some(&table.id)] data-list
            data-columns-url=[table.columns_url.as_ref()] data-locks=[locks(&table.locks)]
            data-from=[table.place.as_ref().map(|(from, _)| from)] data-of=[table.place.as_ref().map(|(_, of)| of)] {
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
                    (ROWS)
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

/// "Load 145 more", also the fragment at the end of rows read on demand.
pub fn more_row(table: &Table, words: &str, href: &str) -> Markup {
    html! {
        tr.ak-more { td colspan=(table.columns.len() + 1) {
            a href=(href) hx-get=(href) hx-target="closest tr" hx-swap="outerHTML" { (icon_sized("chevron-down", 13)) (words) }
        } }
    }
}

pub(super) fn group_row(table: &Table, group: &Group) -> Markup {
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
