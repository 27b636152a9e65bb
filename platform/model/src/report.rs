//! Reports: figures over the records of an object, in groups. A report is written as TOML or JSON, bound to the
//! registry and to what the asker may read, worked out by the store and put together by the engine.
//!
//! Everything a report names is a field or a path of fields over links (`account.segment`), as in filters.

mod ask;
mod bind;
mod check;

pub use ask::{Cut, Figure, Local, Part, Place, Slice};
pub use bind::{Bound, BoundKey, BoundMeasure, Work};

use crate::object::Label;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

/// Groupings a report has at most; a pivot besides.
pub const MOST_GROUPS: usize = 2;
/// Measures a report has at most.
pub const MOST_MEASURES: usize = 12;
/// Groups shown at most; the rest is one line.
pub const MOST_LINES: usize = 1_000;
/// Edges of number bands at most.
pub const MOST_BANDS: usize = 30;

/// A file of reports and dashboards as a domain ships it (`domains/*/reports/*.toml`).
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ReportFile {
    pub reports: Vec<ReportDecl>,
    pub dashboards: Vec<DashboardDecl>,
}

/// A report that ships with a domain.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReportDecl {
    /// Unique among all reports.
    pub key: String,
    pub label: Label,
    /// One short line: what it shows.
    pub about: Label,
    pub show: Report,
}

/// A dashboard that ships with a domain.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DashboardDecl {
    /// Unique among all dashboards.
    pub key: String,
    pub label: Label,
    pub about: Label,
    /// Roles that begin with it.
    #[serde(default)]
    pub roles: Vec<String>,
    pub tiles: Vec<Tile>,
}

/// One place of a dashboard: a report and how much room it has.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tile {
    /// Key of a shipped report, or the id of a saved one.
    pub report: String,
    /// Columns of twelve.
    #[serde(default = "third")]
    pub width: u8,
    /// Twice as high.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub tall: bool,
}

fn third() -> u8 {
    4
}

/// What is asked: which records, in which groups, which figures, drawn how.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Report {
    /// Key of the object.
    pub object: String,
    #[serde(default, skip_serializing_if = "is_plain")]
    pub kind: Kind,
    /// Filter JSON; relative words in it stay relative.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub filter: Option<Json>,
    /// Up to two, the outer one first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub groups: Vec<Grouping>,
    /// Its values become columns.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pivot: Option<Grouping>,
    pub measures: Vec<Measure>,
    /// Key of a measure, `-` before it for the largest first; `key` for the order of the groups themselves.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sort: Option<String>,
    /// Groups shown; the rest is one line.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<usize>,
    #[serde(default)]
    pub chart: Chart,
    /// What the first measure should reach.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target: Option<Decimal>,
    /// Date field that a period chosen for a whole page means; the first dated grouping when absent, else the creation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub period: Option<String>,
    /// The records as they stood at the end of this day: `2026-10-01`, or the last day of a relative range (`last_month`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub as_of: Option<String>,
}

fn is_plain(kind: &Kind) -> bool {
    *kind == Kind::Plain
}

/// How the groups are read.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    #[default]
    Plain,
    /// Each step counts what reached it or went on beyond it; steps are the values of the first grouping in their order.
    Funnel,
    /// The first grouping says when something began, the pivot when something followed: columns are the periods between.
    Cohort,
}

/// A field the records are grouped by.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Grouping {
    pub field: String,
    /// Calendar unit of a date; a month when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<Grain>,
    /// Edges of bands of a number, rising.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub bands: Vec<Decimal>,
}

/// Calendar unit by which dates are grouped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Grain {
    Day,
    Week,
    Month,
    Quarter,
    Year,
    /// Monday to Sunday, of whatever week.
    Weekday,
    /// Hour of the day; of date-times alone.
    Hour,
}

impl Grain {
    pub const ALL: [Grain; 7] = [Grain::Day, Grain::Week, Grain::Month, Grain::Quarter, Grain::Year, Grain::Weekday, Grain::Hour];

    /// The word in declarations and addresses.
    pub fn key(self) -> &'static str {
        match self {
            Grain::Day => "day",
            Grain::Week => "week",
            Grain::Month => "month",
            Grain::Quarter => "quarter",
            Grain::Year => "year",
            Grain::Weekday => "weekday",
            Grain::Hour => "hour",
        }
    }
    /// Follows the calendar, so that each group has one before it.
    pub fn follows(self) -> bool {
        !matches!(self, Grain::Weekday | Grain::Hour)
    }
}

/// One figure of every group.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Measure {
    /// Name within the report; formulas and the sort use it.
    pub key: String,
    /// Own words; worked out of function and field when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<Label>,
    #[serde(default)]
    pub function: Function,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
    /// Only of records that match this too: filter JSON.
    #[serde(default, rename = "where", skip_serializing_if = "Option::is_none")]
    pub only: Option<Json>,
    /// CEL over the keys of other measures, in place of function and field: `won / n * 100`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub formula: Option<String>,
    /// What a formula's result is.
    #[serde(default, rename = "as", skip_serializing_if = "Option::is_none")]
    pub result: Option<Unit>,
    #[serde(default, skip_serializing_if = "is_value")]
    pub show: Show,
    /// Worked out for formulas, not shown.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub hidden: bool,
}

fn is_value(show: &Show) -> bool {
    *show == Show::Value
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Function {
    #[default]
    Count,
    /// Different values.
    Distinct,
    Sum,
    Average,
    Median,
    Min,
    Max,
}

impl Function {
    pub const ALL: [Function; 7] =
        [Function::Count, Function::Distinct, Function::Sum, Function::Average, Function::Median, Function::Min, Function::Max];

    /// The word in declarations and addresses.
    pub fn key(self) -> &'static str {
        match self {
            Function::Count => "count",
            Function::Distinct => "distinct",
            Function::Sum => "sum",
            Function::Average => "average",
            Function::Median => "median",
            Function::Min => "min",
            Function::Max => "max",
        }
    }
    /// The figure of a whole follows from those of its parts.
    pub fn adds_up(self) -> bool {
        !matches!(self, Function::Distinct | Function::Median)
    }
}

/// How a measure's value is shown.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Show {
    #[default]
    Value,
    /// Percent of the whole column.
    Share,
    /// Sum of this group and all before it.
    Running,
    /// Difference to the period before.
    Change,
    /// The same in percent.
    Growth,
}

impl Show {
    pub const ALL: [Show; 5] = [Show::Value, Show::Share, Show::Running, Show::Change, Show::Growth];

    /// The word in declarations and addresses.
    pub fn key(self) -> &'static str {
        match self {
            Show::Value => "value",
            Show::Share => "share",
            Show::Running => "running",
            Show::Change => "change",
            Show::Growth => "growth",
        }
    }
}

/// What a formula gives.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unit {
    #[default]
    Number,
    Money,
    Percent,
}

/// How a report is drawn; its table is always there too.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Chart {
    #[default]
    Table,
    /// Lying bars.
    Bar,
    /// Standing bars.
    Column,
    Line,
    Area,
    /// Standing bars, one upon the other.
    Stacked,
    Funnel,
    Donut,
    Heat,
    /// One number, with its target.
    Number,
    /// Provinces as tiles that stand where they lie.
    Map,
}

impl Chart {
    pub const ALL: [Chart; 11] = [
        Chart::Table,
        Chart::Bar,
        Chart::Column,
        Chart::Line,
        Chart::Area,
        Chart::Stacked,
        Chart::Funnel,
        Chart::Donut,
        Chart::Heat,
        Chart::Number,
        Chart::Map,
    ];

    /// The word in declarations and addresses.
    pub fn key(self) -> &'static str {
        match self {
            Chart::Table => "table",
            Chart::Bar => "bar",
            Chart::Column => "column",
            Chart::Line => "line",
            Chart::Area => "area",
            Chart::Stacked => "stacked",
            Chart::Funnel => "funnel",
            Chart::Donut => "donut",
            Chart::Heat => "heat",
            Chart::Number => "number",
            Chart::Map => "map",
        }
    }
}

impl Report {
    /// The date field a period chosen for a whole page means.
    pub fn period_field(&self) -> &str {
        let dated = self.groups.iter().chain(&self.pivot).find(|g| g.by.is_some_and(Grain::follows));
        self.period.as_deref().or(dated.map(|g| g.field.as_str())).unwrap_or("created_at")
    }
}
