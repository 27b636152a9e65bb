//! What a view remembers.

use akrab_model::object::{CalendarDecl, MapDecl, Object, ViewDecl, ViewKind};
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

/// The state of a list or board, as stored with a view.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Default)]
#[serde(default)]
pub struct ViewState {
    pub kind: ViewKind,
    pub columns: Vec<ColumnState>,
    /// Filter JSON; relative words in it stay relative.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub filter: Option<Json>,
    pub sort: Vec<String>,
    /// `segment`, `closed_on:month`
    #[serde(skip_serializing_if = "Option::is_none")]
    pub group: Option<String>,
    /// `amount:sum`
    pub totals: Vec<String>,
    /// Fields offered as quick filters.
    pub quick: Vec<String>,
    /// Pipeline of a board.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pipeline: Option<i64>,
    /// What stands where in a calendar; as the object says when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub calendar: Option<CalendarDecl>,
    /// How much of a calendar is shown at once.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub span: Option<Span>,
    /// What a map counts where; as the object says when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub map: Option<MapDecl>,
    /// Rows of 28 px instead of 36.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub compact: bool,
}

/// How much of a calendar is shown at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Default)]
#[serde(rename_all = "snake_case")]
pub enum Span {
    #[default]
    Month,
    Week,
    Day,
    /// The days of a month on which something stands, one below the other.
    List,
}

impl Span {
    pub const ALL: [Span; 4] = [Span::Month, Span::Week, Span::Day, Span::List];

    /// The word in addresses.
    pub fn key(self) -> &'static str {
        match self {
            Span::Month => "month",
            Span::Week => "week",
            Span::Day => "day",
            Span::List => "list",
        }
    }
    /// The span of this word.
    pub fn of(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|span| span.key() == key)
    }
}

/// One column.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ColumnState {
    pub key: String,
    /// In px; shared out evenly when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub width: Option<u16>,
}

impl ColumnState {
    /// Reads `city` or `city:120`.
    pub fn parse(text: &str) -> Self {
        match text.split_once(':') {
            Some((key, width)) => Self { key: key.into(), width: width.parse().ok().filter(|w| (40..=1200).contains(w)) },
            None => Self { key: text.into(), width: None },
        }
    }
    /// Reads `city:120,phone`.
    pub fn parse_all(text: &str) -> Vec<Self> {
        text.split(',').map(str::trim).filter(|part| !part.is_empty()).map(Self::parse).collect()
    }
    /// As [`ColumnState::parse`] reads it.
    pub fn text(&self) -> String {
        self.width.map_or_else(|| self.key.clone(), |width| format!("{}:{width}", self.key))
    }
}

impl ViewState {
    /// The state of a shipped view.
    pub fn of_decl(decl: &ViewDecl) -> Self {
        Self {
            kind: decl.kind,
            columns: decl.columns.iter().map(|key| ColumnState { key: key.clone(), width: None }).collect(),
            filter: decl.filter.clone(),
            sort: decl.sort.clone(),
            group: decl.group.clone(),
            totals: decl.totals.clone(),
            quick: decl.quick.clone(),
            pipeline: None,
            calendar: None,
            span: None,
            map: None,
            compact: false,
        }
    }

    /// What an object shows that ships no view: its first fields.
    pub fn of_object(object: &Object) -> Self {
        let shown = object.fields.iter().filter(|f| f.is_column() && !f.system && f.part_of.is_none() && f.key != object.title_field().key);
        Self {
            columns: shown.take(7).map(|f| ColumnState { key: f.key.clone(), width: None }).collect(),
            sort: vec![object.title_field()].into_iter().filter(|f| f.sortable()).map(|f| f.key.clone()).collect(),
            ..Self::default()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_read_as_written() {
        let columns = ColumnState::parse_all("city:120, phone,note:5");
        assert_eq!(columns.iter().map(ColumnState::text).collect::<Vec<_>>(), ["city:120", "phone", "note"]);
    }
}
