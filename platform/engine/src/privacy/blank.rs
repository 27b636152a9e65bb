//! What histories tell of somebody goes, and they can still be proven: of each emptied entry it is kept what the chain was
//! before and after it, and the trail itself says how many there are.

use crate::audit::chain;
use crate::{Result, Tx};
use akrab_model::{Field, Object, RecordId};
use akrab_store::{BlankedRow, Change};
use serde_json::{Map, Value as Json, json};
use std::collections::{BTreeMap, BTreeSet};

/// Changes hashed at once.
const BATCH: usize = 5_000;
/// All changes of a record.
const ALL: usize = 1_000_000;

/// Whether a field goes with the person: it is personal, or worked out of what is.
pub(super) fn personal(object: &Object, field: &Field) -> bool {
    let whole = field.part_of.as_deref().and_then(|key| object.decl.fields.get(key));
    let derived = field.confirms.is_none()
        && field.formula.is_none()
        && field.derived.iter().any(|key| object.field(key).is_some_and(|f| f.personal));
    field.personal || whole.is_some_and(|decl| decl.personal) || derived
}

impl Tx<'_> {
    /// Empties the histories of records, and entries of the audit trail about them or that name one of `texts`.
    pub(super) fn blank(&mut self, erased: i64, records: &[(String, RecordId)], texts: &[String]) -> Result<()> {
        let mut changes: BTreeMap<i64, String> = BTreeMap::new();
        for (key, id) in records {
            let object = self.object(key)?;
            for change in self.conn.changes(key, *id, None, ALL)? {
                if let Some(left) = without(&object, &change) {
                    changes.insert(change.id, left);
                }
            }
        }
        let mut rows = self.sealed(erased, &changes.keys().copied().collect())?;
        for (id, diff) in &changes {
            self.conn.change_blank(*id, diff)?;
        }
        let mut entries = BTreeMap::new();
        for (n, (key, id)) in records.iter().enumerate() {
            let texts = if n == 0 { texts } else { &[] };
            for (entry, before, after) in self.conn.audit_about(key, *id, texts)? {
                entries.insert(entry, (before, after));
            }
        }
        for (entry, (before, after)) in &entries {
            self.conn.audit_blank(*entry)?;
            rows.push(BlankedRow { kind: "audit".into(), entry: *entry, before: before.clone(), after: after.clone(), erased });
        }
        self.conn.blanked_put(&rows)?;
        let rows = self.conn.blanked_of(erased)?;
        let detail =
            json!({ "erasure": erased, "changes": changes.len(), "entries": entries.len(), "count": rows.len(), "sum": sum(&rows) });
        let (key, id) = records.first().map_or(("", 0), |(key, id)| (key.as_str(), *id));
        let row = self.engine.audit_row(&self.ctx, "erasure", Some((key, id)), detail);
        crate::audit::put(self.conn, &row)
    }

    /// Of changes that are sealed, what the chain was before and after each.
    fn sealed(&mut self, erased: i64, ids: &BTreeSet<i64>) -> Result<Vec<BlankedRow>> {
        let mut rows = Vec::new();
        for detail in self.conn.audit_details("seal")? {
            let Ok(seal) = serde_json::from_str::<Json>(&detail) else { continue };
            let (mut at, to) = (seal["after"].as_i64().unwrap_or_default(), seal["to"].as_i64().unwrap_or_default());
            if ids.range(at + 1..=to).next().is_none() {
                continue;
            }
            let known = self.conn.blanked_between("change", at + 1, to)?;
            let mut hash = String::new();
            while at < to {
                let found = self.conn.changes_after(at, BATCH)?;
                for change in found.iter().take_while(|change| change.id <= to) {
                    let before = hash;
                    let blanked = known.get(&change.id);
                    hash = blanked.map_or_else(|| chain::change(&before, change), |(_, after)| after.clone());
                    if ids.contains(&change.id) && blanked.is_none() {
                        rows.push(BlankedRow { kind: "change".into(), entry: change.id, before, after: hash.clone(), erased });
                    }
                    at = change.id;
                }
                if found.is_empty() || found.iter().any(|change| change.id > to) {
                    break;
                }
            }
        }
        Ok(rows)
    }
}

/// Over all that was emptied for one person.
pub(crate) fn sum(rows: &[BlankedRow]) -> String {
    let told: Vec<Json> = rows.iter().map(|row| json!([row.kind, row.entry, row.before, row.after])).collect();
    crate::identity::digest(&json!(told).to_string())
}

/// What is left of a change when nothing personal is told; nothing when it tells nothing personal anyway.
fn without(object: &Object, change: &Change) -> Option<String> {
    let diff: Map<String, Json> = serde_json::from_str(&change.diff).unwrap_or_default();
    if diff.keys().any(|key| key.starts_with('@')) {
        return Some("{}".into());
    }
    let all = diff.len();
    let left: Map<String, Json> =
        diff.into_iter().filter(|(key, _)| object.field(key).is_some_and(|field| !personal(object, field))).collect();
    (left.len() < all).then(|| Json::Object(left).to_string())
}
