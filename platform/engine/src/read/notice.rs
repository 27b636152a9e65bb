//! The inbox: what somebody was told, read with the rights he has now.

use super::{ChangeView, record_of};
use crate::write::Tx;
use crate::{Access, Result};
use akrab_model::{FieldIx, Problem, Record, RecordId};
use akrab_store::NoticeRow;
use std::collections::{BTreeMap, HashMap};

/// One thing told.
#[derive(Debug, Clone)]
pub struct Notice {
    pub id: i64,
    /// Microseconds UTC.
    pub at: i64,
    /// `mention`, `assigned`, `changed`, `entry`, `done`.
    pub kind: String,
    pub unread: bool,
    /// Who did it.
    pub actor: Option<String>,
    /// Where the content is, with the fields the actor may read.
    pub source: Record,
    /// The record it is about, when that is another one: object key, id, title.
    pub about: Option<(String, RecordId, String)>,
    pub change: Option<ChangeView>,
}

/// A page of an inbox.
#[derive(Debug, Clone, Default)]
pub struct Notices {
    pub notices: Vec<Notice>,
    /// `before` of the next page.
    pub next: Option<i64>,
}

/// Unread ones counted at most.
const COUNTED: usize = 100;

impl Tx<'_> {
    /// What the actor was told, the newest first. What lies out of his sight by now is left out.
    ///
    /// # Errors
    /// What the database answers.
    pub fn notices(&mut self, before: Option<i64>, unread: bool, limit: usize) -> Result<Notices> {
        let Some(user) = self.ctx.user_id() else { return Ok(Notices::default()) };
        let mut page = Notices { notices: Vec::new(), next: before };
        while page.notices.len() < limit {
            let rows = self.conn.notices(user, page.next, unread, limit)?;
            page.next = rows.last().filter(|_| rows.len() == limit).map(|row| row.id);
            let found = self.read_notices(rows)?;
            page.notices.extend(found);
            if page.next.is_none() {
                break;
            }
        }
        if page.notices.len() > limit {
            page.notices.truncate(limit);
            page.next = page.notices.last().map(|n| n.id);
        }
        Ok(page)
    }

    /// How many unread things wait for the actor; counting stops at a hundred.
    ///
    /// # Errors
    /// What the database answers.
    pub fn unread(&mut self) -> Result<usize> {
        let Some(user) = self.ctx.user_id() else { return Ok(0) };
        let rows = self.conn.notices(user, None, true, COUNTED)?;
        if rows.is_empty() {
            return Ok(0);
        }
        let seen = self.sources(&rows)?;
        Ok(rows.iter().filter(|row| seen.contains_key(&(row.object.clone(), row.record))).count())
    }

    /// Marks one notice, or all of the actor's, as read.
    ///
    /// # Errors
    /// What the database answers.
    pub fn read_notice(&mut self, id: Option<i64>) -> Result<()> {
        let user = self.ctx.user_id().ok_or_else(Problem::forbidden)?;
        let at = self.ctx.micros();
        self.conn.notices_read(user, id, at)?;
        Ok(())
    }

    /// Whether the actor follows a record.
    ///
    /// # Errors
    /// What the database answers.
    pub fn is_following(&mut self, object: &str, id: RecordId) -> Result<bool> {
        let Some(user) = self.ctx.user_id() else { return Ok(false) };
        Ok(self.conn.followers(object, id)?.contains(&user))
    }

    /// The actor follows a record, or no longer does; says whether he does now.
    ///
    /// # Errors
    /// `not_found` for a record out of sight.
    pub fn toggle_follow(&mut self, object: &str, id: RecordId) -> Result<bool> {
        let user = self.ctx.user_id().ok_or_else(Problem::forbidden)?;
        let object = self.object(object)?;
        self.get(&object.key, id)?;
        let on = !self.is_following(&object.key, id)?;
        if on {
            self.conn.follow_put(user, &object.key, id)?;
        } else {
            self.conn.follow_drop(user, &object.key, id)?;
        }
        Ok(on)
    }

    fn read_notices(&mut self, rows: Vec<NoticeRow>) -> Result<Vec<Notice>> {
        let sources = self.sources(&rows)?;
        let mut notices = Vec::new();
        for row in rows {
            let Some(source) = sources.get(&(row.object.clone(), row.record)).cloned() else { continue };
            let change = match row.change_id {
                Some(id) => match self.conn.change(id)? {
                    Some(change) => Some(self.view(&source.object.clone(), &change)?),
                    None => None,
                },
                None => None,
            };
            // a change of nothing the reader may see is no news for him
            if change.as_ref().is_some_and(|c| c.shifts.is_empty()) {
                continue;
            }
            let about = match &row.about {
                Some((object, id)) => self.title_of(object, *id)?.map(|title| (object.clone(), *id, title)),
                None => None,
            };
            let people = self.engine.people();
            notices.push(Notice {
                id: row.id,
                at: row.at,
                kind: row.kind,
                unread: row.read_at.is_none(),
                actor: row.actor.and_then(|id| people.user(id).map(|p| p.name.clone())),
                source,
                about,
                change,
            });
        }
        Ok(notices)
    }

    fn title_of(&mut self, object: &str, id: RecordId) -> Result<Option<String>> {
        let Ok(object) = self.object(object) else { return Ok(None) };
        Ok(self.titles_of(object.ix, &[id])?.pop().map(|(_, title)| title))
    }

    /// The living records behind these notices, as far as the actor may read them.
    fn sources(&mut self, rows: &[NoticeRow]) -> Result<HashMap<(String, RecordId), Record>> {
        let mut wanted: BTreeMap<&str, Vec<i64>> = BTreeMap::new();
        for row in rows {
            wanted.entry(&row.object).or_default().push(row.record);
        }
        let mut found = HashMap::new();
        for (key, mut ids) in wanted {
            ids.sort_unstable();
            ids.dedup();
            let Ok(object) = self.object(key) else { continue };
            let cond = self.rights.cond(&object, Access::Read);
            let columns: Vec<FieldIx> = self.rights.readable(&object).into_iter().filter(|ix| object.at(*ix).is_column()).collect();
            let registry = self.registry.clone();
            let rows = self.conn.rows(&registry, &object, &ids, &columns, &cond)?;
            let records = rows.iter().filter(|row| row.deleted_at.is_none()).map(|row| record_of(&object, &columns, row));
            found.extend(records.map(|r| ((key.to_string(), r.id), r)));
        }
        Ok(found)
    }
}
