//! What is asked of an object: which rows, which columns, which order, how many.

use crate::filter::Cond;
use crate::object::{FieldIx, ObjectIx};
use crate::value::Raw;
use serde::{Deserialize, Serialize};

/// Sort key: a sortable field of the object itself. A link sorts by the title of what it points to.
#[derive(Debug, Clone, PartialEq)]
pub struct Sort {
    pub field: FieldIx,
    pub descending: bool,
    /// For a link: whose titles are shown. The others sort as if there were no link.
    pub guard: Cond,
}

impl Sort {
    /// A sort by a field that is no link, or by a link whose titles everybody sees.
    pub fn by(field: FieldIx, descending: bool) -> Sort {
        Sort { field, descending, guard: Cond::True }
    }
}

/// A column to read: a field of the object itself. Links give ids; titles are read beside.
pub type Column = FieldIx;

/// Where a page begins: the sort values and id of the last row before it.
/// Nulls come last in either direction.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Cursor {
    /// Stored sort values (folded for folded text), one per sort key; a link, which always comes first, has
    /// two, the title and the id of what it points to.
    pub keys: Vec<Raw>,
    pub id: i64,
    /// Read towards the beginning: gives the page that ends just before this row.
    #[serde(default)]
    pub back: bool,
}

/// A page of rows.
#[derive(Debug, Clone)]
pub struct Query {
    pub object: ObjectIx,
    pub columns: Vec<Column>,
    /// Bound condition with the permission filter inside.
    pub cond: Cond,
    /// At most two; ties end with the id, in the direction of the last key.
    pub sort: Vec<Sort>,
    pub limit: usize,
    pub after: Option<Cursor>,
    /// The bin instead of the living rows; without a sort what was deleted last comes first.
    pub bin: bool,
    /// Links whose titles are read with the rows where that costs less than asking for them afterwards.
    pub titles: Vec<Linked>,
}

impl Query {
    /// Whether rows come in the order in which they were deleted, the latest first.
    pub fn lately_gone(&self) -> bool {
        self.bin && self.sort.is_empty()
    }
}

/// A link whose title a page would show.
#[derive(Debug, Clone)]
pub struct Linked {
    /// Its place among [`Query::columns`].
    pub column: usize,
    /// What it points to.
    pub to: ObjectIx,
    /// Whose titles are shown.
    pub guard: Cond,
}

/// Rows as stored, in the order of `Query::columns`.
#[derive(Debug, Clone, Default)]
pub struct Page {
    pub rows: Vec<Row>,
    /// Present when more rows follow.
    pub next: Option<Cursor>,
    /// Present when rows come before.
    pub previous: Option<Cursor>,
    /// Titles of linked records that came with the rows: some of those asked for, or none.
    pub titles: Vec<(ObjectIx, i64, String)>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    pub id: i64,
    pub version: i64,
    pub deleted_at: Option<i64>,
    pub cells: Vec<Raw>,
}

/// How many rows match.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Count {
    Exact(u64),
    /// More than this many.
    Above(u64),
}

impl Count {
    /// Counting stops here unless an exact count is asked for.
    pub const CAP: u64 = 10_000;
    pub fn shown(self) -> u64 {
        match self {
            Count::Exact(n) | Count::Above(n) => n,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum AggregateFn {
    Count,
    /// Rows whose field is not empty.
    Filled,
    Sum,
    Avg,
    Min,
    Max,
}

impl AggregateFn {
    /// The name in declarations, filters and addresses.
    pub fn key(self) -> &'static str {
        match self {
            AggregateFn::Count => "count",
            AggregateFn::Filled => "filled",
            AggregateFn::Sum => "sum",
            AggregateFn::Avg => "avg",
            AggregateFn::Min => "min",
            AggregateFn::Max => "max",
        }
    }
}

/// One figure over the whole result.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Aggregate {
    pub function: AggregateFn,
    /// Absent for `Count`.
    pub field: Option<FieldIx>,
}

/// Calendar bucket of a date or date-time group.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Bucket {
    Day,
    Month,
    Year,
}

/// Group of a result: the stored key (bucket start in days for dates) and its figures.
#[derive(Debug, Clone, PartialEq)]
pub struct Group {
    pub key: Raw,
    pub count: u64,
    /// In the order asked for; averages are rounded to the stored unit.
    pub figures: Vec<Raw>,
}
