//! Writing an entry.

use super::chain;
use crate::identity::Origin;
use crate::{Ctx, Engine, Result, Tx};
use akrab_model::{Cond, Object, RecordId};
use akrab_store::{AuditRow, Conn};
use jiff::Timestamp;
use serde_json::{Value as Json, json};

/// Adds an entry; number and hash are given here.
pub(crate) fn put(conn: &mut Conn, row: &AuditRow) -> Result<()> {
    let (n, last) = conn.audit_turn()?;
    let mut row = AuditRow { n, ..row.clone() };
    row.hash = chain::entry(&last, &row);
    Ok(conn.audit_add(&row)?)
}

/// Writes an entry about what a command does to the database as a whole, before anything else is read from it: `backup`,
/// `restore`.
///
/// # Errors
/// What the database answers, also where it is so old that it has no trail.
pub fn tell_command(conn: &mut Conn, at: Timestamp, kind: &str, detail: Json) -> Result<()> {
    let row = AuditRow {
        at: at.as_microsecond(),
        door: "command".into(),
        request: "command".into(),
        kind: kind.into(),
        detail: detail.to_string(),
        ..AuditRow::default()
    };
    put(conn, &row)
}

impl Engine {
    /// An entry about what `ctx` does.
    pub(crate) fn audit_row(&self, ctx: &Ctx, kind: &str, subject: Option<(&str, RecordId)>, detail: Json) -> AuditRow {
        AuditRow {
            at: ctx.micros(),
            actor: ctx.author(),
            name: ctx.author().and_then(|id| self.people().name(id)).unwrap_or_default(),
            door: ctx.door.key().into(),
            request: ctx.request.clone(),
            place: ctx.place.map(|ip| ip.to_string()).unwrap_or_default(),
            kind: kind.into(),
            object: subject.map(|(object, _)| object.into()).unwrap_or_default(),
            record: subject.map(|(_, id)| id),
            detail: detail.to_string(),
            ..AuditRow::default()
        }
    }

    /// An entry about somebody at the sign-in page. `user` is who he turned out to be, `typed` what he typed; he is
    /// named as the one who acted only when he has proven it.
    pub(crate) fn audit_stranger(&self, kind: &str, from: &Origin, user: Option<i64>, typed: &str, proven: bool) -> AuditRow {
        let known = user.filter(|_| proven).and_then(|id| self.people().name(id));
        AuditRow {
            at: self.now().timestamp().as_microsecond(),
            actor: user.filter(|_| proven),
            name: known.unwrap_or_else(|| typed.trim().chars().take(254).collect()),
            door: "page".into(),
            place: from.ip.clone(),
            kind: kind.into(),
            object: if user.is_some() { "user".into() } else { String::new() },
            record: user,
            detail: json!({ "agent": from.agent.chars().take(200).collect::<String>() }).to_string(),
            ..AuditRow::default()
        }
    }
}

impl Tx<'_> {
    /// Writes into the audit trail what is done in this transaction: `kind` is one of [`super::GROUPS`]' kinds. What a
    /// record is called is kept with it, to be found by it and to be known when the record is gone.
    ///
    /// # Errors
    /// What the database answers; then nothing of the transaction may stand.
    pub fn audit(&mut self, kind: &str, subject: Option<(&str, RecordId)>, mut detail: Json) -> Result<()> {
        if let (Some((object, id)), Some(detail)) = (subject, detail.as_object_mut())
            && let Some(object) = self.registry.object(object).filter(|object| !object.is_system()).cloned()
        {
            let registry = self.registry.clone();
            let called = self.conn.titles(&registry, &object, &[id], &Cond::True)?.pop();
            detail.extend(called.map(|(_, title)| ("record".to_string(), Json::from(title))));
        }
        let row = self.engine.audit_row(&self.ctx, kind, subject, detail);
        put(self.conn, &row)
    }

    /// The same of a change of one of the program's own records: people and their rights, or how the program is set up.
    pub(crate) fn audit_own(&mut self, object: &Object, id: RecordId, verb: &str, detail: Json) -> Result<()> {
        if !object.is_system() {
            return Ok(());
        }
        let area = if super::list::is_people(&object.key) { "people" } else { "setup" };
        self.audit(&format!("{area}_{verb}"), Some((&object.key, id)), detail)
    }
}
