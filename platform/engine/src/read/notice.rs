//! The inbox: what somebody was told, read with the rights he has now.

use super::ChangeView;
use super::source::News;
use crate::Result;
use crate::write::Tx;
use akrab_model::{Object, Problem, Record, RecordId};
use akrab_store::NoticeRow;
use std::collections::HashMap;

/// One thing told.
#[derive(Debug, Clone)]
pub struct Notice {
    pub id: i64,
    /// Microseconds UTC.
    pub at: i64,
    /// `mention`, `assigned`, `changed`, `entry`, `done`; `said` for words of a flow.
    pub kind: String,
    pub unread: bool,
    /// Who did it.
    pub actor: Option<String>,
    /// Where the content is, with the fields the actor may read.
    pub source: Record,
    /// The record it is about, when that is another one: object key, id, title.
    pub about: Option<(String, RecordId, String)>,
    pub change: Option<ChangeView>,
    /// What is said, where it is not the record itself that tells.
    pub text: Option<String>,
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
        let Some(person) = self.ctx.person().cloned() else { return Ok(0) };
        // somebody may look with the eyes of another role
        self.figure(format!("unread {} {}", person.id, person.role.id), |tx| Ok((0, tx.count_unread(person.id)?)))
    }

    fn count_unread(&mut self, user: RecordId) -> Result<usize> {
        let rows = self.conn.notices(user, None, true, COUNTED)?;
        if rows.is_empty() {
            return Ok(0);
        }
        let seen = self.sources(&rows)?;
        // a change of nothing he may see is no news; where nothing is hidden from him none needs to be looked at
        let (sure, asked): (Vec<&NoticeRow>, Vec<&NoticeRow>) =
            rows.iter().filter(|row| seen.contains_key(&(row.object.clone(), row.record))).partition(|row| self.is_plain(row));
        let changes = self.changes_told(asked.iter().filter_map(|row| row.change_id))?;
        let mut count = sure.len();
        for row in asked {
            let Some(source) = seen.get(&(row.object.clone(), row.record)) else { continue };
            count += usize::from(self.news(source, row.change_id, &changes)?.is_some());
        }
        Ok(count)
    }

    /// Tells of no change, or of one of an object the actor may read every field of.
    fn is_plain(&self, row: &NoticeRow) -> bool {
        let open = |object: &Object| self.rights.readable(object).len() == object.fields.len();
        row.change_id.is_none() || self.object(&row.object).is_ok_and(|object| open(&object))
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
        let changes = self.changes_told(rows.iter().filter_map(|row| row.change_id))?;
        let said: Vec<i64> = rows.iter().filter(|row| row.kind == "said").map(|row| row.id).collect();
        let mut texts: HashMap<i64, String> = self.conn.notice_texts(&said)?.into_iter().collect();
        let mut notices = Vec::new();
        for row in rows {
            let Some(source) = sources.get(&(row.object.clone(), row.record)).cloned() else { continue };
            let Some(News { change }) = self.news(&source, row.change_id, &changes)? else { continue };
            let about = match &row.about {
                Some((object, id)) => self.title_of(object, *id)?.map(|title| (object.clone(), *id, title)),
                None => None,
            };
            let (mut kind, mut text) = (row.kind, texts.remove(&row.id));
            if let Some(key) = kind.strip_prefix(crate::policy::NOTICE) {
                let Some(name) = self.policy_name(key) else { continue };
                (kind, text) = ("policy".into(), Some(name));
            }
            notices.push(Notice {
                id: row.id,
                at: row.at,
                text,
                kind,
                unread: row.read_at.is_none(),
                actor: row.actor.and_then(|id| self.engine.people().name(id)),
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
        let wanted: Vec<(&str, RecordId)> = rows.iter().map(|row| (row.object.as_str(), row.record)).collect();
        let mut found = self.readable_sources(&wanted, false)?;
        found.retain(|_, record| record.deleted_at.is_none());
        Ok(found)
    }
}
