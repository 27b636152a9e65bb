//! Small words about a record that several screens need.

use akrab_engine::Engine;
use akrab_model::{Record, RecordId};
use jiff::Timestamp;

/// The page of a record.
pub fn href(record: &Record) -> String {
    format!("/{}/{}", record.object.plural, record.id)
}

/// Whose right decides: the owner, or who made a record nobody owns.
pub fn owner(record: &Record) -> Option<RecordId> {
    match record.object.owner {
        Some(ix) => record.link(&record.object.at(ix).key),
        None => record.link("created_by"),
    }
}

/// A moment kept in microseconds.
pub fn micros(at: i64) -> Timestamp {
    Timestamp::from_microsecond(at).unwrap_or(Timestamp::UNIX_EPOCH)
}

/// An unpredictable name for one drawing of a form.
pub fn token(engine: &Engine) -> String {
    engine.random::<16>().iter().map(|byte| format!("{byte:02x}")).collect()
}
