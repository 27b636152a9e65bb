//! Whether the trail is whole.

use super::chain;
use super::seal::Seal;
use crate::{Ctx, Engine, Result};
use akrab_model::Problem;
use akrab_store::Conn;

/// What came out.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AuditVerdict {
    /// Entries that follow from each other.
    pub entries: i64,
    /// Hash of the last of them: kept elsewhere, it proves all of them.
    pub head: String,
    /// Changes of records that are as they were sealed.
    pub changes: i64,
    /// Entries and changes that were emptied because somebody was erased.
    pub erased: i64,
    pub fault: Option<AuditFault>,
}

/// Where the trail is not what it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AuditFault {
    /// This entry, or the hash of the one before, was changed.
    Entry(i64),
    /// This entry is missing.
    Missing(i64),
    /// Changes of records between these ids were changed, added or dropped since entry `n` sealed them.
    Changes { n: i64, after: i64, to: i64 },
}

/// Rows read at once.
const BATCH: usize = 5_000;

impl Engine {
    /// Reads the whole trail, and all sealed changes, and says whether they are as they were written.
    ///
    /// # Errors
    /// What the database answers.
    pub async fn audit_verify(&self, ctx: &Ctx) -> Result<AuditVerdict> {
        self.read(ctx, |tx| tx.one_moment(|tx| verify(tx.conn))).await
    }
}

fn verify(conn: &mut Conn) -> Result<AuditVerdict> {
    let mut found = AuditVerdict::default();
    loop {
        let rows = conn.audit_after(found.entries, BATCH)?;
        let blanked = conn.blanked_between("audit", found.entries + 1, found.entries + BATCH as i64)?;
        for row in &rows {
            if row.n != found.entries + 1 {
                found.fault = Some(AuditFault::Missing(found.entries + 1));
            } else if row.hash
                != blanked.get(&row.n).map_or_else(
                    || chain::entry(&found.head, row),
                    |(before, after)| {
                        // emptied since: what the chain was before and after it is kept
                        if *before == found.head { after.clone() } else { String::new() }
                    },
                )
            {
                found.fault = Some(AuditFault::Entry(row.n));
            } else if row.kind == "seal" {
                let seal: Seal = serde_json::from_str(&row.detail).map_err(Problem::internal)?;
                match unbroken(conn, &seal)? {
                    true => found.changes += seal.count,
                    false => found.fault = Some(AuditFault::Changes { n: row.n, after: seal.after, to: seal.to }),
                }
            }
            if row.kind == "erasure" && found.fault.is_none() {
                match emptied(conn, &row.detail)? {
                    Some(count) => found.erased += count,
                    None => found.fault = Some(AuditFault::Entry(row.n)),
                }
            }
            if found.fault.is_some() {
                return Ok(found);
            }
            found.entries = row.n;
            found.head.clone_from(&row.hash);
        }
        if rows.len() < BATCH {
            break;
        }
    }
    // nothing may have been emptied that no erasure speaks of
    if conn.blanked_count()? != found.erased {
        found.fault = Some(AuditFault::Entry(found.entries));
    }
    // entries taken from the end leave no gap, but the counter knows of them
    if conn.audit_count()? > found.entries {
        found.fault = Some(AuditFault::Missing(found.entries + 1));
    }
    Ok(found)
}

/// How many entries an erasure speaks of, if they are those that are kept of it.
fn emptied(conn: &mut Conn, detail: &str) -> Result<Option<i64>> {
    let detail: serde_json::Value = serde_json::from_str(detail).map_err(Problem::internal)?;
    let rows = conn.blanked_of(detail["erasure"].as_i64().unwrap_or_default())?;
    let same = detail["count"] == rows.len() && detail["sum"] == crate::privacy::sum(&rows);
    Ok(same.then_some(rows.len() as i64))
}

/// Whether the changes a seal speaks of are those there are.
fn unbroken(conn: &mut Conn, seal: &Seal) -> Result<bool> {
    let mut now = Seal { after: seal.after, to: seal.after, ..Seal::default() };
    let blanked = conn.blanked_between("change", seal.after + 1, seal.to)?;
    while now.to < seal.to {
        let changes = conn.changes_after(now.to, BATCH)?;
        for change in changes.iter().take_while(|change| change.id <= seal.to) {
            now.hash = match blanked.get(&change.id) {
                None => chain::change(&now.hash, change),
                Some((before, after)) if *before == now.hash => after.clone(),
                Some(_) => return Ok(false),
            };
            now.to = change.id;
            now.count += 1;
        }
        if changes.is_empty() || changes.iter().any(|change| change.id > seal.to) {
            break;
        }
    }
    Ok(now == *seal)
}
