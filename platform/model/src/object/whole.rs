//! What the page of a record asks of others: who belongs to it, key figures, panels.

use super::decl::is_default;
use super::{Label, Tone};
use crate::query::AggregateFn;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

/// Records that belong to this one: a switch on its page takes them in, each once.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CircleDecl {
    pub key: String,
    pub label: Label,
    /// The object whose link `via` leads here. Of its own kind all below are taken, however deep.
    pub of: String,
    pub via: String,
    /// The link of that object to the one that belongs here, where it only names it.
    #[serde(default, skip_serializing_if = "is_default")]
    pub member: Option<String>,
    #[serde(default, rename = "where", skip_serializing_if = "is_default")]
    pub filter: Option<Json>,
    /// Further links to this record by which others count here with it, as what former members did while they belonged.
    #[serde(default, skip_serializing_if = "is_default")]
    pub links: Vec<String>,
}

/// One figure over the records asked for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MeasureDecl {
    pub function: AggregateFn,
    #[serde(default, skip_serializing_if = "is_default")]
    pub field: Option<String>,
    /// Which of them count (filter JSON).
    #[serde(default, rename = "where", skip_serializing_if = "is_default")]
    pub filter: Option<Json>,
    /// What it is called: of a row of a panel its label, of a line under a figure words around `{value}`.
    #[serde(default, skip_serializing_if = "is_default")]
    pub label: Option<Label>,
    #[serde(default, skip_serializing_if = "is_default")]
    pub tone: Tone,
}

/// A key figure in the head of a record, asked of other records when the page is opened.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FigureDecl {
    pub label: Label,
    /// Place among the others, small first.
    pub order: i32,
    /// The other object and its link that leads here.
    pub of: String,
    pub via: String,
    /// It stands there even when there is nothing, where others give way.
    #[serde(default, skip_serializing_if = "is_default")]
    pub always: bool,
    pub value: MeasureDecl,
    /// A second value beside it.
    #[serde(default, skip_serializing_if = "is_default")]
    pub also: Option<MeasureDecl>,
    /// The same over other records: by how much the value differs is told below it.
    #[serde(default, skip_serializing_if = "is_default")]
    pub before: Option<MeasureDecl>,
    /// Lines below it, the first that is not nothing.
    #[serde(default, skip_serializing_if = "is_default")]
    pub lines: Vec<MeasureDecl>,
}

/// A panel beside a record: rows of another object, or figures over them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PanelDecl {
    /// The other object's name when absent.
    #[serde(default, skip_serializing_if = "is_default")]
    pub label: Option<Label>,
    /// Place among the panels; those of `layout.related` stand at 10, 20, 30 ….
    pub order: i32,
    pub of: String,
    pub via: String,
    /// Which records it is about (filter JSON).
    #[serde(default, rename = "where", skip_serializing_if = "is_default")]
    pub filter: Option<Json>,
    #[serde(default, skip_serializing_if = "is_default")]
    pub sort: Vec<String>,
    /// Fields in the second line of a row.
    #[serde(default, skip_serializing_if = "is_default")]
    pub columns: Vec<String>,
    /// Those of them that are said with their label.
    #[serde(default, skip_serializing_if = "is_default")]
    pub named: Vec<String>,
    /// A date among them by which something is due: it is told how long ago that was.
    #[serde(default, skip_serializing_if = "is_default")]
    pub due: Option<String>,
    /// A number of days among them, told only where it is more than none.
    #[serde(default, skip_serializing_if = "is_default")]
    pub late: Option<String>,
    /// The field at its right.
    #[serde(default, skip_serializing_if = "is_default")]
    pub end: Option<String>,
    /// Figures instead of rows.
    #[serde(default, skip_serializing_if = "is_default")]
    pub figures: Vec<MeasureDecl>,
    /// One figure for each value of this choice, instead of rows.
    #[serde(default, skip_serializing_if = "is_default")]
    pub by: Option<String>,
    /// What is summed for each value.
    #[serde(default, skip_serializing_if = "is_default")]
    pub sum: Option<String>,
}
