//! What makes one thing follow from the one before.

use crate::identity::digest;
use akrab_store::{AuditRow, Change};
use serde_json::json;

/// SHA-256, hexadecimal, over the hash of the entry before and everything this one says.
pub(crate) fn entry(last: &str, row: &AuditRow) -> String {
    let told =
        json!([last, row.n, row.at, row.actor, row.name, row.door, row.request, row.place, row.kind, row.object, row.record, row.detail]);
    digest(&told.to_string())
}

/// The same of a record's change.
pub(crate) fn change(last: &str, change: &Change) -> String {
    let c = change;
    digest(&json!([last, c.id, c.object, c.record, c.at, c.actor, c.door, c.request, c.kind, c.diff]).to_string())
}
