//! Batches: what their units have in common stands once.

use crate::cells::Cells;
use crate::conn::Conn;
use crate::error::StoreError;
use akrab_model::Raw;

/// What the items of a batch have in common.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WorkBatch {
    pub id: i64,
    pub queue: String,
    pub key: String,
    pub title: String,
    /// JSON.
    pub payload: String,
    pub subject: Option<(String, i64)>,
    pub paused: bool,
    pub created_at: i64,
    pub actor: Option<i64>,
}

const BATCH: &str = "id, queue, key, title, payload, subject_object, subject_id, paused, created_at, actor";

impl Conn {
    /// The batch of this key, made when it is new.
    ///
    /// # Errors
    /// Those of the database.
    pub fn work_batch_made(&mut self, new: &WorkBatch) -> Result<WorkBatch, StoreError> {
        if let Some(known) = self.work_batch_keyed(&new.queue, &new.key)? {
            return Ok(known);
        }
        let sql = "INSERT INTO work_batch (queue, key, title, payload, subject_object, subject_id, created_at, actor) \
                   VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (queue, key) DO NOTHING";
        let params = [
            new.queue.as_str().into(),
            new.key.as_str().into(),
            new.title.as_str().into(),
            new.payload.as_str().into(),
            new.subject.as_ref().map(|s| s.0.clone()).into(),
            new.subject.as_ref().map(|s| s.1).into(),
            new.created_at.into(),
            new.actor.into(),
        ];
        self.execute(sql, &params)?;
        self.work_batch_keyed(&new.queue, &new.key)?.ok_or_else(|| StoreError::other("a batch was not stored"))
    }

    /// The batch of this key.
    ///
    /// # Errors
    /// Those of the database.
    pub fn work_batch_keyed(&mut self, queue: &str, key: &str) -> Result<Option<WorkBatch>, StoreError> {
        let sql = format!("SELECT {BATCH} FROM work_batch WHERE queue = $1 AND key = $2");
        Ok(self.query_one(&sql, &[queue.into(), key.into()])?.map(batch))
    }

    /// One batch.
    ///
    /// # Errors
    /// Those of the database.
    pub fn work_batch(&mut self, id: i64) -> Result<Option<WorkBatch>, StoreError> {
        Ok(self.query_one(&format!("SELECT {BATCH} FROM work_batch WHERE id = $1"), &[id.into()])?.map(batch))
    }

    /// Batches, the latest first.
    ///
    /// # Errors
    /// Those of the database.
    pub fn work_batches(&mut self, before: Option<i64>, limit: usize) -> Result<Vec<WorkBatch>, StoreError> {
        let sql = format!("SELECT {BATCH} FROM work_batch WHERE id < $1 ORDER BY id DESC LIMIT $2");
        Ok(self.query(&sql, &[before.unwrap_or(i64::MAX).into(), (limit as i64).into()])?.into_iter().map(batch).collect())
    }

    /// Lets a batch rest, or go on.
    ///
    /// # Errors
    /// Those of the database.
    pub fn work_batch_pause(&mut self, id: i64, paused: bool) -> Result<bool, StoreError> {
        Ok(self.execute("UPDATE work_batch SET paused = $2 WHERE id = $1", &[id.into(), paused.into()])? > 0)
    }

    /// Says that the units of a batch are records of an object, contacted for a purpose.
    ///
    /// # Errors
    /// Those of the database.
    pub fn work_purpose(&mut self, batch: i64, people: &str, purpose: &str) -> Result<(), StoreError> {
        let sql = "INSERT INTO work_purpose (batch, people, purpose) VALUES ($1, $2, $3) ON CONFLICT (batch) DO NOTHING";
        self.execute(sql, &[batch.into(), people.into(), purpose.into()]).map(|_| ())
    }
}

fn batch(row: Vec<Raw>) -> WorkBatch {
    let mut c = Cells::new(row);
    WorkBatch {
        id: c.int(),
        queue: c.text(),
        key: c.text(),
        title: c.text(),
        payload: c.text(),
        subject: subject(c.maybe_text(), c.maybe_int()),
        paused: c.int() != 0,
        created_at: c.int(),
        actor: c.maybe_int(),
    }
}

fn subject(object: Option<String>, id: Option<i64>) -> Option<(String, i64)> {
    Some((object?, id?))
}
