//! What people make of a breach: taken note of, not before some day, not for this record; and whether it was useful.

use super::find::Broken;
use crate::rights::Access;
use crate::{Result, Tx};
use akrab_model::{FieldProblem, Problem, RecordId};
use akrab_store::{Bin, BreachRow};
use jiff::Timestamp;
use serde_json::json;

/// Longest reason, in characters.
const LONGEST: usize = 500;

/// What somebody says of a breach.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Saying {
    /// He has taken note; and, when he says so, whether it was useful to know.
    Seen { useful: Option<bool> },
    /// Nobody wants to hear of it before this moment.
    Until { until: Timestamp, note: String },
    /// It does not count for this record as long as the breach lasts.
    Mute { note: String },
    /// It counts again.
    Again,
}

impl Tx<'_> {
    /// Says something of a breach that there is now.
    ///
    /// # Errors
    /// `not_found` for a policy or record out of sight, or a record that keeps the policy; `forbidden` for who may not
    /// change the record; `invalid` without a reason, or for a time that is over.
    pub fn breach_say(&mut self, key: &str, id: RecordId, saying: &Saying) -> Result<Broken> {
        let (policy, conditions) = self.policy_known(key)?;
        let object = self.object(&policy.decl.object)?;
        self.load_for(&object, id, Access::Edit, Bin::Living)?;
        if !self.breaks(&object, &conditions, id)? {
            return Err(Problem::not_found());
        }
        let now = self.ctx.micros();
        if self.conn.breaches_by(key, &[id])?.is_empty() {
            // seen by somebody before the program has looked
            let person = self.owners_of(&object, &[id])?.get(&id).copied();
            let row =
                BreachRow { policy: key.into(), object: object.key.clone(), record: id, person, opened_at: now, ..BreachRow::default() };
            self.conn.breaches_open(&[row])?;
        }
        let mut row = self.conn.breaches_by(key, &[id])?.pop().ok_or_else(Problem::not_found)?;
        (row.seen_by, row.seen_at) = (self.ctx.author(), Some(now));
        match saying {
            Saying::Seen { useful } => row.useful = useful.or(row.useful),
            Saying::Until { until, note } => {
                if until.as_microsecond() <= now {
                    return Err(Problem::invalid(vec![FieldProblem::new("until", "policy_past")]));
                }
                (row.until_at, row.note) = (Some(until.as_microsecond()), reason(note)?);
            }
            Saying::Mute { note } => (row.muted, row.note) = (true, reason(note)?),
            Saying::Again => (row.until_at, row.muted, row.note) = (None, false, String::new()),
        }
        self.conn.breach_say(&row)?;
        let said = match saying {
            Saying::Seen { .. } => "seen",
            Saying::Until { .. } => "until",
            Saying::Mute { .. } => "mute",
            Saying::Again => "again",
        };
        let title = policy.decl.name.get(self.ctx.lang_key()).to_string();
        self.audit("breach", Some((&object.key, id)), json!({ "policy": key, "name": title, "said": said, "note": row.note }))?;
        // what is told of breaches hangs on no change of the record
        self.effects.told();
        Ok(Broken { policy, missing: Vec::new(), breach: Some(row) })
    }
}

fn reason(note: &str) -> Result<String> {
    let note = note.trim();
    if note.is_empty() {
        return Err(Problem::invalid(vec![FieldProblem::new("note", "required")]));
    }
    if note.chars().count() > LONGEST {
        return Err(Problem::invalid(vec![FieldProblem::new("note", "too_long").with("max", LONGEST)]));
    }
    Ok(note.into())
}
