//! Reports: figures in groups over any object, with the rights of whoever asks.
//!
//! A [`Report`] is bound to the registry (`model/src/report/bind.rs`), its groups are made concrete (`periods.rs`), the
//! store answers with one figure each per group (`store/src/records/report.rs`), and here they become a [`ReportTable`]:
//! ordered, cut to the largest with the rest on one line, with totals, shares, running totals, changes and formulas.

mod drill;
mod figure;
mod files;
mod fold;
mod grid;
mod library;
pub mod mailing;
mod order;
mod paper;
mod periods;
pub mod plot;
mod question;
mod saved;
mod sheet;
mod table;
mod words;

pub use files::{FileFormat, Narrow, Sentences};
pub use library::Library;
pub use saved::{Dashboard, DashboardDraft, MOST_TILES, ReportDraft, ReportEntry};

use crate::write::Tx;
use crate::{Ctx, Engine, Result};
use akrab_model::report::{Cut, Report};
use akrab_model::{Field, FieldType, Filter, Label, Object, Value};
use jiff::civil::Date;
use rust_decimal::Decimal;
use std::sync::Arc;

/// An answered report.
#[derive(Debug, Clone)]
pub struct ReportTable {
    pub report: Report,
    pub object: Arc<Object>,
    /// Groupings, then the pivot.
    pub axes: Vec<Axis>,
    /// Measures shown.
    pub measures: Vec<Column>,
    /// Values of the pivot, in order; empty without one.
    pub heads: Vec<Mark>,
    pub lines: Vec<Line>,
    /// As [`Line::cells`].
    pub totals: Vec<Value>,
    /// Records behind it.
    pub rows: i64,
    /// The day at whose end the records are shown; now when absent.
    pub as_of: Option<Date>,
}

/// A grouping or the pivot, as it was understood.
#[derive(Debug, Clone)]
pub struct Axis {
    pub path: String,
    /// Labels of the links walked and of the field.
    pub labels: Vec<Label>,
    pub field: Field,
    pub cut: Cut,
}

/// A measure as a column.
#[derive(Debug, Clone)]
pub struct Column {
    pub key: String,
    pub label: Label,
    pub kind: FieldType,
    /// Whole numbers without thousands mark, such as years.
    pub plain: bool,
}

/// A group: outer ones hold inner ones.
#[derive(Debug, Clone)]
pub struct Line {
    pub mark: Mark,
    /// Measure by measure for each head, then for all heads together.
    pub cells: Vec<Value>,
    /// At a step of a funnel: the measures of what was lost there. Empty elsewhere.
    pub lost: Vec<Value>,
    pub below: Vec<Line>,
}

/// What a group is.
#[derive(Debug, Clone, PartialEq)]
pub struct Mark {
    pub key: Key,
    /// What the linked record is called, as far as the asker may see it.
    pub title: Option<String>,
}

/// The value of a group.
#[derive(Debug, Clone, PartialEq)]
pub enum Key {
    /// No value, or none the asker may see.
    Empty,
    Value(Value),
    /// Up to, not including, the second day.
    Period(Date, Date),
    Before(Date),
    /// This day and later.
    Since(Date),
    /// From, and up to but not including.
    Band(Option<Decimal>, Option<Decimal>),
    /// Monday is 0.
    Weekday(i8),
    Hour(i8),
    /// So many units after the beginning.
    Elapsed(i64),
    /// All groups that have no line of their own.
    Others,
}

impl ReportTable {
    /// The value of a measure in a line: under a head, or over all heads together.
    pub fn cell<'t>(&self, cells: &'t [Value], head: Option<usize>, measure: usize) -> &'t Value {
        let block = head.unwrap_or(self.heads.len());
        cells.get(block * self.measures.len() + measure).unwrap_or(&Value::Null)
    }
    /// Its lines tell what was lost at each of them.
    pub fn tells_lost(&self) -> bool {
        self.lines.iter().any(|line| !line.lost.is_empty())
    }
    /// A record may stand in several of its groups.
    pub fn is_spread(&self) -> bool {
        self.axes.iter().any(|axis| axis.field.kind == FieldType::Choices)
    }
    /// The pivot, if there is one.
    pub fn pivot(&self) -> Option<&Axis> {
        self.axes.get(self.report.groups.len())
    }
}

/// A value as a number, where it is one.
pub fn number(value: &Value) -> Option<Decimal> {
    match value {
        Value::Int(_) | Value::Dec(_) => value.dec(),
        _ => None,
    }
}

impl Engine {
    /// Works a report out; `within` narrows it further.
    ///
    /// # Errors
    /// `not_found` object, `invalid` for what is unknown, hidden or makes no sense, `report_too_many_groups`.
    pub async fn report(&self, ctx: &Ctx, report: Report, within: Option<Filter>) -> Result<ReportTable> {
        self.read(ctx, move |tx| tx.report(&report, within.as_ref())).await
    }
}

impl Tx<'_> {
    /// As [`Engine::report`].
    ///
    /// # Errors
    /// As [`Engine::report`].
    pub fn report(&mut self, report: &Report, within: Option<&Filter>) -> Result<ReportTable> {
        let question = self.question(report, within)?;
        let kept = self.report_figures(&question)?;
        self.report_table(report, question, kept)
    }
}
