//! Reading with rights: lists, records, counts, groups, boards, timelines, history, search, hints.

mod agenda;
mod areas;
mod board;
mod figures;
mod get;
mod hint;
mod list;
mod network;
mod notice;
mod past;
mod recent;
mod request;
mod rolled;
mod search;
mod sought;
mod source;
mod timeline;
mod totals;
mod tree;
mod visit;
mod whole;

pub use agenda::{Agenda, AgendaRequest, Entry, MOST_ENTRIES, Moment};
pub use areas::{Area, AreaRequest, Areas, Figures as AreaFigures};
pub use board::{Board, BoardRequest, Lane};
pub(crate) use figures::Figures;
pub use hint::Hint;
pub use list::{List, ListRequest};
pub use network::{FARTHEST, Network, NetworkAsk, Node, Tie, has_network};
pub use notice::{Notice, Notices};
pub use past::{ChangeView, Past, Shift};
pub use search::Hit;
pub(crate) use sought::{Asked, Reach, Words};
pub use timeline::{Event, Timeline, TimelineRequest};
pub use totals::{GroupRow, Total};
pub use tree::{Branch, Tree};
pub(crate) use visit::Visits;
pub use whole::{Circle, Switch};

use akrab_model::{FieldIx, Object, Record, Value};
use akrab_store::Row;
use std::sync::Arc;

/// A stored row with its meaning.
pub(crate) fn record_of(object: &Arc<Object>, columns: &[FieldIx], row: Row) -> Record {
    let mut record = Record::new(object.clone(), row.id, row.version);
    record.deleted_at = row.deleted_at;
    for (ix, cell) in columns.iter().zip(row.cells) {
        record.put(*ix, Value::from_raw(object.at(*ix).kind, cell));
    }
    record
}
