//! Who follows which record, and what people are to be told. What is told is read from its source
//! when somebody looks, so that nobody reads more than he may.

use crate::cells::Cells;
use crate::conn::Conn;
use crate::error::StoreError;
use akrab_model::Raw;

pub(crate) const TABLES: &[&str] = &[
    "CREATE TABLE IF NOT EXISTS follow (object TEXT NOT NULL, record BIGINT NOT NULL, person BIGINT NOT NULL, \
     PRIMARY KEY (object, record, person)) {clustered}",
    "CREATE TABLE IF NOT EXISTS notice ({id}, person BIGINT NOT NULL, at BIGINT NOT NULL, kind TEXT NOT NULL, \
     object TEXT NOT NULL, record BIGINT NOT NULL, about_object TEXT, about_record BIGINT, change_id BIGINT, actor BIGINT, read_at BIGINT)",
    "CREATE INDEX IF NOT EXISTS notice_person ON notice (person, id)",
    "CREATE INDEX IF NOT EXISTS notice_record ON notice (object, record)",
    "CREATE INDEX IF NOT EXISTS notice_about ON notice (about_object, about_record)",
    "CREATE INDEX IF NOT EXISTS notice_unread ON notice (person, read_at, id)",
    // who has been told something that no mail has taken along yet; without `due` the time is still to be found
    "CREATE TABLE IF NOT EXISTS notice_wait (person BIGINT PRIMARY KEY, since BIGINT NOT NULL, due BIGINT)",
    "CREATE TABLE IF NOT EXISTS notice_text (notice BIGINT PRIMARY KEY, text TEXT NOT NULL) {clustered}",
];

const COLUMNS: &str = "SELECT id, person, at, kind, object, record, about_object, about_record, change_id, actor, read_at FROM notice";

/// Something one person is to be told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoticeRow {
    /// Given when stored; ignored by [`Conn::notices_put`].
    pub id: i64,
    pub person: i64,
    /// Microseconds UTC.
    pub at: i64,
    /// `mention`, `assigned`, `changed` …
    pub kind: String,
    /// Where the content is.
    pub object: String,
    pub record: i64,
    /// The record it is about, when that is another one.
    pub about: Option<(String, i64)>,
    pub change_id: Option<i64>,
    /// Who did it.
    pub actor: Option<i64>,
    pub read_at: Option<i64>,
}

impl Conn {
    /// Somebody follows a record from now on.
    ///
    /// # Errors
    /// Those of the database.
    pub fn follow_put(&mut self, person: i64, object: &str, record: i64) -> Result<(), StoreError> {
        let sql = "INSERT INTO follow (object, record, person) VALUES ($1, $2, $3) ON CONFLICT (object, record, person) DO NOTHING";
        self.execute(sql, &[object.into(), Raw::Int(record), Raw::Int(person)]).map(|_| ())
    }

    /// Somebody follows a record no longer.
    ///
    /// # Errors
    /// Those of the database.
    pub fn follow_drop(&mut self, person: i64, object: &str, record: i64) -> Result<(), StoreError> {
        let sql = "DELETE FROM follow WHERE object = $1 AND record = $2 AND person = $3";
        self.execute(sql, &[object.into(), Raw::Int(record), Raw::Int(person)]).map(|_| ())
    }

    /// Who follows a record.
    ///
    /// # Errors
    /// Those of the database.
    pub fn followers(&mut self, object: &str, record: i64) -> Result<Vec<i64>, StoreError> {
        let rows = self.query("SELECT person FROM follow WHERE object = $1 AND record = $2", &[object.into(), Raw::Int(record)])?;
        Ok(rows.into_iter().filter_map(|c| c.first()?.int()).collect())
    }

    /// Stores notices. A change of a record that the person has not read of yet takes the place of the earlier one.
    ///
    /// # Errors
    /// Those of the database.
    pub fn notices_put(&mut self, notices: &[NoticeRow]) -> Result<(), StoreError> {
        let drop = "DELETE FROM notice WHERE person = $1 AND read_at IS NULL AND kind = $2 AND object = $3 AND record = $4";
        let put = "INSERT INTO notice (person, at, kind, object, record, about_object, about_record, change_id, actor) \
                   VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
        let wait = "INSERT INTO notice_wait (person, since) VALUES ($1, $2) ON CONFLICT (person) DO NOTHING";
        let (mut waits, mut drops, mut rows) = (Vec::new(), Vec::new(), Vec::with_capacity(notices.len()));
        for n in notices {
            waits.push(vec![Raw::Int(n.person), Raw::Int(n.at)]);
            drops.push(vec![Raw::Int(n.person), n.kind.as_str().into(), n.object.as_str().into(), Raw::Int(n.record)]);
            rows.push(vec![
                Raw::Int(n.person),
                Raw::Int(n.at),
                n.kind.as_str().into(),
                n.object.as_str().into(),
                Raw::Int(n.record),
                n.about.as_ref().map(|(object, _)| object.as_str()).into(),
                n.about.as_ref().map(|(_, record)| *record).into(),
                n.change_id.into(),
                n.actor.into(),
            ]);
        }
        self.execute_many(wait, &waits)?;
        self.execute_many(drop, &drops)?;
        self.execute_many(put, &rows)
    }

    /// Tells people something in words.
    ///
    /// # Errors
    /// Those of the database.
    pub fn notices_say(&mut self, notices: &[(NoticeRow, &str)]) -> Result<(), StoreError> {
        let put = "INSERT INTO notice (person, at, kind, object, record, actor) VALUES ($1, $2, $3, $4, $5, $6)";
        let rows: Vec<Vec<Raw>> = notices
            .iter()
            .map(|(n, _)| {
                vec![n.person.into(), n.at.into(), n.kind.as_str().into(), n.object.as_str().into(), n.record.into(), n.actor.into()]
            })
            .collect();
        let ids = self.insert_many(put, &rows)?;
        let texts: Vec<Vec<Raw>> = ids.iter().zip(notices).map(|(id, (_, text))| vec![(*id).into(), (*text).into()]).collect();
        self.execute_many("INSERT INTO notice_text (notice, text) VALUES ($1, $2)", &texts)
    }

    /// The words of notices that have some.
    ///
    /// # Errors
    /// Those of the database.
    pub fn notice_texts(&mut self, ids: &[i64]) -> Result<Vec<(i64, String)>, StoreError> {
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let list: Vec<String> = ids.iter().map(ToString::to_string).collect();
        let rows = self.query(&format!("SELECT notice, text FROM notice_text WHERE notice IN ({})", list.join(", ")), &[])?;
        Ok(rows
            .into_iter()
            .map(|row| {
                let mut c = Cells::new(row);
                (c.int(), c.text())
            })
            .collect())
    }

    /// What a person was told, the newest first; older than the notice `before`, if given.
    ///
    /// # Errors
    /// Those of the database.
    pub fn notices(&mut self, person: i64, before: Option<i64>, unread: bool, limit: usize) -> Result<Vec<NoticeRow>, StoreError> {
        let only = if unread { " AND read_at IS NULL" } else { "" };
        let earlier = if before.is_some() { " AND id < $2" } else { "" };
        let mut params = vec![Raw::Int(person)];
        params.extend(before.map(Raw::Int));
        // a limit as a parameter would have SQLite plan the statement anew each time
        let sql = format!("{COLUMNS} WHERE person = $1{earlier}{only} ORDER BY id DESC LIMIT {limit}");
        let rows = self.query(&sql, &params)?;
        Ok(rows.into_iter().map(row).collect())
    }

    /// Marks what a person was told as read: one notice, or all up to now.
    ///
    /// # Errors
    /// Those of the database.
    pub fn notices_read(&mut self, person: i64, one: Option<i64>, at: i64) -> Result<u64, StoreError> {
        let mut params = vec![Raw::Int(person), Raw::Int(at)];
        let mut sql = String::from("UPDATE notice SET read_at = $2 WHERE person = $1 AND read_at IS NULL");
        if let Some(id) = one {
            sql.push_str(" AND id = $3");
            params.push(Raw::Int(id));
        }
        self.execute(&sql, &params)
    }

    /// Who of these people was told of anything that is unread.
    ///
    /// # Errors
    /// Those of the database.
    pub fn notices_wait(&mut self, people: &[i64]) -> Result<Vec<i64>, StoreError> {
        let sql = format!("SELECT DISTINCT person FROM notice WHERE read_at IS NULL AND {}", self.one_of("person", "$1"));
        let people = self.list(people);
        Ok(self.query(&sql, &[people])?.into_iter().filter_map(|cells| cells.first()?.int()).collect())
    }

    /// Marks what a person was told about a record as read; says how much it was.
    ///
    /// # Errors
    /// Those of the database.
    pub fn notices_seen(&mut self, person: i64, object: &str, record: i64, at: i64) -> Result<u64, StoreError> {
        let sql = format!("UPDATE notice SET read_at = $4 WHERE {OF_RECORD}");
        self.execute(&sql, &[Raw::Int(person), object.into(), Raw::Int(record), Raw::Int(at)])
    }

    /// Forgets who followed a record that is gone for good, what was told of it and what stood on top of its timeline.
    ///
    /// # Errors
    /// Those of the database.
    pub fn notices_drop(&mut self, object: &str, record: i64) -> Result<(), StoreError> {
        for sql in [
            "DELETE FROM follow WHERE object = $1 AND record = $2",
            "DELETE FROM notice WHERE (object = $1 AND record = $2) OR (about_object = $1 AND about_record = $2)",
            "DELETE FROM timeline_pin WHERE (subject_object = $1 AND subject_id = $2) OR (source_object = $1 AND source_id = $2)",
        ] {
            self.execute(sql, &[object.into(), Raw::Int(record)])?;
        }
        Ok(())
    }

    /// Who has waited for a mail since before `fresh`, or is due by `now`: person, since when, and when it was put off to.
    ///
    /// # Errors
    /// Those of the database.
    pub fn notice_waits(&mut self, now: i64, fresh: i64, limit: usize) -> Result<Vec<(i64, i64, Option<i64>)>, StoreError> {
        let sql = format!(
            "SELECT person, since, due FROM notice_wait WHERE (due IS NULL AND since <= $1) OR due <= $2 ORDER BY person LIMIT {limit}"
        );
        let rows = self.query(&sql, &[Raw::Int(fresh), Raw::Int(now)])?;
        Ok(rows.into_iter().map(Cells::new).map(|mut c| (c.int(), c.int(), c.maybe_int())).collect())
    }

    /// Puts the mail of a person off, or ends the wait.
    ///
    /// # Errors
    /// Those of the database.
    pub fn notice_wait_end(&mut self, person: i64, later: Option<i64>) -> Result<(), StoreError> {
        match later {
            Some(due) => self.execute("UPDATE notice_wait SET due = $2 WHERE person = $1", &[Raw::Int(person), Raw::Int(due)])?,
            None => self.execute("DELETE FROM notice_wait WHERE person = $1", &[Raw::Int(person)])?,
        };
        Ok(())
    }

    /// Forgets notices older than `before`.
    ///
    /// # Errors
    /// Those of the database.
    pub fn notices_forget(&mut self, before: i64) -> Result<u64, StoreError> {
        self.execute("DELETE FROM notice WHERE at < $1", &[Raw::Int(before)])
    }
}

const OF_RECORD: &str = "person = $1 AND read_at IS NULL AND ((object = $2 AND record = $3) OR (about_object = $2 AND about_record = $3))";

fn row(row: Vec<Raw>) -> NoticeRow {
    let mut c = Cells::new(row);
    NoticeRow {
        id: c.int(),
        person: c.int(),
        at: c.int(),
        kind: c.text(),
        object: c.text(),
        record: c.int(),
        about: {
            let (object, record) = (c.maybe_text(), c.maybe_int());
            object.zip(record)
        },
        change_id: c.maybe_int(),
        actor: c.maybe_int(),
        read_at: c.maybe_int(),
    }
}
