//! Who asked to be erased: no name and no address, only the number of the record that was left behind, checksums by which a
//! person who comes back is recognised, what the law keeps and until when, and which entries of the histories were emptied.

use crate::cells::Cells;
use crate::conn::{Backend, Conn};
use crate::error::StoreError;
use crate::schema::{link_table, quote};
use akrab_model::{Field, Object, Raw};
use std::collections::HashMap;

pub(crate) const TABLES: &[&str] = &[
    "CREATE TABLE IF NOT EXISTS erased ({id}, object TEXT NOT NULL, record BIGINT NOT NULL, made_at BIGINT NOT NULL, at BIGINT NOT NULL, \
     actor BIGINT, until_at BIGINT, told TEXT NOT NULL)",
    "CREATE UNIQUE INDEX IF NOT EXISTS erased_record ON erased (object, record)",
    "CREATE TABLE IF NOT EXISTS erased_key (hash TEXT PRIMARY KEY, erased BIGINT NOT NULL) {clustered}",
    "CREATE TABLE IF NOT EXISTS law_lock (object TEXT NOT NULL, record BIGINT NOT NULL, until_at BIGINT, erased BIGINT NOT NULL, \
     PRIMARY KEY (object, record)) {clustered}",
    "CREATE TABLE IF NOT EXISTS blanked (kind TEXT NOT NULL, entry BIGINT NOT NULL, hash_before TEXT NOT NULL, hash_after TEXT NOT NULL, \
     erased BIGINT NOT NULL, PRIMARY KEY (kind, entry)) {clustered}",
    "CREATE TABLE IF NOT EXISTS erased_file (sha256 TEXT NOT NULL, place TEXT NOT NULL, PRIMARY KEY (sha256, place)) {clustered}",
];

/// Somebody who was erased. Times are microseconds UTC.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ErasedRow {
    /// Given when stored; ignored by [`Conn::erased_add`].
    pub id: i64,
    pub object: String,
    pub record: i64,
    /// When the record was made: tells it from another that has its number in another workspace.
    pub made_at: i64,
    pub at: i64,
    pub actor: Option<i64>,
    /// The law keeps documents until then.
    pub until_at: Option<i64>,
    /// JSON: how many records were emptied, removed and kept.
    pub told: String,
}

/// An entry of a history or of the audit trail that was emptied, with what the chain was before and after it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BlankedRow {
    /// `change` or `audit`.
    pub kind: String,
    pub entry: i64,
    pub before: String,
    pub after: String,
    pub erased: i64,
}

const COLUMNS: &str = "SELECT id, object, record, made_at, at, actor, until_at, told FROM erased";

/// Rows of other tables that tell of a record in words: emptied or dropped with it. `$1` is its object's key, `$2` its number.
const TRACES: &[&str] = &[
    "DELETE FROM notice_text WHERE notice IN (SELECT id FROM notice WHERE (object = $1 AND record = $2) OR (about_object = $1 AND about_record = $2))",
    "UPDATE confirmation SET said = '' WHERE object = $1 AND record = $2",
    "UPDATE merge SET body = '{}' WHERE object = $1 AND (winner = $2 OR loser = $2)",
    "DELETE FROM twin WHERE object = $1 AND (a = $2 OR b = $2)",
    "UPDATE hook_attempt SET request = '', answer = '' WHERE delivery IN (SELECT id FROM hook_delivery WHERE object = $1 AND record = $2)",
    "UPDATE hook_event SET body = '{}' WHERE object = $1 AND record = $2",
    "UPDATE inlet_call SET headers = '{}', body = '' WHERE object = $1 AND record = $2",
    "UPDATE flow_log SET input = '{}', result = '{}' WHERE run IN (SELECT id FROM flow_run WHERE object = $1 AND record = $2)",
    "DELETE FROM flow_mail WHERE run IN (SELECT id FROM flow_run WHERE object = $1 AND record = $2)",
    "UPDATE record_share SET note = '' WHERE object = $1 AND record = $2",
    "DELETE FROM favourite WHERE object = $1 AND record = $2",
    "DELETE FROM recent WHERE object = $1 AND record = $2",
];

/// Texts that may hold an address or number of somebody wherever it came from; `$1` is a pattern.
const MENTIONS: &[&str] = &[
    "DELETE FROM idempotency WHERE response LIKE $1",
    "DELETE FROM job_note WHERE data LIKE $1",
    "UPDATE job SET result = NULL WHERE result LIKE $1",
    "UPDATE job SET payload = '{}' WHERE finished_at IS NOT NULL AND payload LIKE $1",
    "UPDATE job SET mark = NULL WHERE finished_at IS NOT NULL AND mark LIKE $1",
    "UPDATE inlet_call SET headers = '{}', body = '' WHERE body LIKE $1",
    "DELETE FROM contact_block WHERE address LIKE $1",
];

impl Conn {
    /// What is removed or replaced from here on is overwritten in the file, until the writer rests. PostgreSQL does so when it
    /// vacuums.
    ///
    /// # Errors
    /// Those of the database.
    pub fn overwrite(&mut self) -> Result<(), StoreError> {
        if self.backend() == Backend::Sqlite { self.script("PRAGMA secure_delete = ON") } else { Ok(()) }
    }

    /// Keeps that somebody was erased and gives its number.
    ///
    /// # Errors
    /// Those of the database.
    pub fn erased_add(&mut self, row: &ErasedRow) -> Result<i64, StoreError> {
        let sql =
            "INSERT INTO erased (object, record, made_at, at, actor, until_at, told) VALUES ($1, $2, $3, $4, $5, $6, $7) RETURNING id";
        let params = [
            row.object.as_str().into(),
            row.record.into(),
            row.made_at.into(),
            row.at.into(),
            row.actor.into(),
            row.until_at.into(),
            row.told.as_str().into(),
        ];
        let rows = self.changing(sql, &params)?;
        rows.first().and_then(|c| c.first()?.int()).ok_or_else(|| StoreError::other("an erasure was not stored"))
    }

    /// Says until when the law keeps documents of somebody, and what was done.
    ///
    /// # Errors
    /// Those of the database.
    pub fn erased_set(&mut self, id: i64, until_at: Option<i64>, told: &str) -> Result<(), StoreError> {
        self.execute("UPDATE erased SET until_at = $2, told = $3 WHERE id = $1", &[id.into(), until_at.into(), told.into()]).map(|_| ())
    }

    /// Everybody who was erased, the latest first.
    ///
    /// # Errors
    /// Those of the database.
    pub fn erased_all(&mut self) -> Result<Vec<ErasedRow>, StoreError> {
        Ok(self.query(&format!("{COLUMNS} ORDER BY id DESC"), &[])?.into_iter().map(row).collect())
    }

    /// Whether anybody was erased.
    ///
    /// # Errors
    /// Those of the database.
    pub fn erased_one(&mut self) -> Result<bool, StoreError> {
        Ok(self.query_one("SELECT id FROM erased LIMIT 1", &[])?.is_some())
    }

    /// What became of a record whose person was erased.
    ///
    /// # Errors
    /// Those of the database.
    pub fn erased_of(&mut self, object: &str, record: i64) -> Result<Option<ErasedRow>, StoreError> {
        let sql = format!("{COLUMNS} WHERE object = $1 AND record = $2");
        Ok(self.query_one(&sql, &[object.into(), record.into()])?.map(row))
    }

    /// Whether anybody is recognised when he comes back.
    ///
    /// # Errors
    /// Those of the database.
    pub fn erased_any(&mut self) -> Result<bool, StoreError> {
        Ok(self.query_one("SELECT hash FROM erased_key LIMIT 1", &[])?.is_some())
    }

    /// Keeps checksums by which somebody is recognised.
    ///
    /// # Errors
    /// Those of the database.
    pub fn erased_keys_put(&mut self, erased: i64, hashes: &[String]) -> Result<(), StoreError> {
        let sql = "INSERT INTO erased_key (hash, erased) VALUES ($1, $2) ON CONFLICT (hash) DO NOTHING";
        let rows: Vec<Vec<Raw>> = hashes.iter().map(|hash| vec![hash.as_str().into(), erased.into()]).collect();
        self.execute_many(sql, &rows)
    }

    /// Whom a checksum is of.
    ///
    /// # Errors
    /// Those of the database.
    pub fn erased_key(&mut self, hash: &str) -> Result<Option<i64>, StoreError> {
        Ok(self.query_one("SELECT erased FROM erased_key WHERE hash = $1", &[hash.into()])?.map(|row| Cells::new(row).int()))
    }

    /// The checksums of somebody.
    ///
    /// # Errors
    /// Those of the database.
    pub fn erased_keys(&mut self, erased: i64) -> Result<Vec<String>, StoreError> {
        let rows = self.query("SELECT hash FROM erased_key WHERE erased = $1 ORDER BY hash", &[erased.into()])?;
        Ok(rows.into_iter().map(|row| Cells::new(row).text()).collect())
    }

    /// Forgets one checksum: who has it may come back.
    ///
    /// # Errors
    /// Those of the database.
    pub fn erased_key_drop(&mut self, hash: &str) -> Result<(), StoreError> {
        self.execute("DELETE FROM erased_key WHERE hash = $1", &[hash.into()]).map(|_| ())
    }

    /// Locks a record until a moment, or for good.
    ///
    /// # Errors
    /// Those of the database.
    pub fn law_lock_put(&mut self, object: &str, record: i64, until_at: Option<i64>, erased: i64) -> Result<(), StoreError> {
        let sql = "INSERT INTO law_lock (object, record, until_at, erased) VALUES ($1, $2, $3, $4) \
                   ON CONFLICT (object, record) DO UPDATE SET until_at = excluded.until_at, erased = excluded.erased";
        self.execute(sql, &[object.into(), record.into(), until_at.into(), erased.into()]).map(|_| ())
    }

    /// Whether a record is locked, and until when.
    ///
    /// # Errors
    /// Those of the database.
    pub fn law_lock(&mut self, object: &str, record: i64) -> Result<Option<Option<i64>>, StoreError> {
        let sql = "SELECT until_at FROM law_lock WHERE object = $1 AND record = $2";
        Ok(self.query_one(sql, &[object.into(), record.into()])?.map(|row| Cells::new(row).maybe_int()))
    }

    /// The first of these records that is locked.
    ///
    /// # Errors
    /// Those of the database.
    pub fn law_locked(&mut self, object: &str, records: &[i64]) -> Result<Option<i64>, StoreError> {
        let (among, list) = (self.one_of("record", "$2"), self.list(records));
        let sql = format!("SELECT record FROM law_lock WHERE object = $1 AND {among} LIMIT 1");
        Ok(self.query_one(&sql, &[object.into(), list])?.map(|row| Cells::new(row).int()))
    }

    /// The records, also in the bin, that link to one by a field.
    ///
    /// # Errors
    /// Those of the database.
    pub fn children_ids(&mut self, child: &Object, field: &Field, id: i64) -> Result<Vec<i64>, StoreError> {
        let sql = if field.is_column() {
            format!("SELECT id FROM {} WHERE {} = $1 ORDER BY id", quote(&child.table), quote(&field.column))
        } else {
            format!("SELECT DISTINCT from_id FROM {} WHERE to_id = $1 ORDER BY from_id", quote(&link_table(child, field)))
        };
        Ok(self.query(&sql, &[id.into()])?.into_iter().map(|row| Cells::new(row).int()).collect())
    }

    /// Empties what other tables tell of a record in words.
    ///
    /// # Errors
    /// Those of the database.
    pub fn traces_drop(&mut self, object: &str, record: i64) -> Result<(), StoreError> {
        for sql in TRACES {
            self.execute(sql, &[object.into(), record.into()])?;
        }
        Ok(())
    }

    /// Empties what names an address or a number, wherever it came from.
    ///
    /// # Errors
    /// Those of the database.
    pub fn mentions_drop(&mut self, text: &str) -> Result<(), StoreError> {
        let pattern = format!("%{}%", text.replace(['%', '_', '\\'], "_"));
        for sql in MENTIONS {
            self.execute(sql, &[pattern.as_str().into()])?;
        }
        Ok(())
    }

    /// Forgets words of the search that no record has any more.
    ///
    /// # Errors
    /// Those of the database.
    pub fn words_forget(&mut self, words: &[String]) -> Result<(), StoreError> {
        for word in words {
            if self.search(&[vec![word.clone()]], None, 1)?.is_empty() {
                self.execute("DELETE FROM search_word WHERE word = $1", &[word.as_str().into()])?;
            }
        }
        Ok(())
    }

    /// Puts something else in the place of what a change told.
    ///
    /// # Errors
    /// Those of the database.
    pub fn change_blank(&mut self, id: i64, diff: &str) -> Result<(), StoreError> {
        self.execute("UPDATE change SET diff = $2 WHERE id = $1", &[id.into(), diff.into()]).map(|_| ())
    }

    /// Entries of the audit trail about a record or that name one of these texts: number, hash before, and its own.
    ///
    /// # Errors
    /// Those of the database.
    pub fn audit_about(&mut self, object: &str, record: i64, texts: &[String]) -> Result<Vec<(i64, String, String)>, StoreError> {
        let mut params: Vec<Raw> = vec![object.into(), record.into()];
        let mut named = String::new();
        for text in texts {
            params.push(format!("%{}%", text.replace(['%', '_', '\\'], "_")).into());
            named += &format!(" OR a.detail LIKE ${}", params.len());
        }
        let sql = format!(
            "SELECT a.n, COALESCE(b.hash, ''), a.hash FROM audit a LEFT JOIN audit b ON b.n = a.n - 1 \
             WHERE a.kind <> 'seal' AND a.kind <> 'erasure' AND a.detail <> '{{}}' AND ((a.object = $1 AND a.record = $2){named}) ORDER BY a.n"
        );
        let rows = self.query(&sql, &params)?;
        Ok(rows.into_iter().map(Cells::new).map(|mut c| (c.int(), c.text(), c.text())).collect())
    }

    /// Empties an entry of the audit trail; its hash stays.
    ///
    /// # Errors
    /// Those of the database.
    pub fn audit_blank(&mut self, n: i64) -> Result<(), StoreError> {
        self.execute("UPDATE audit SET detail = '{}' WHERE n = $1", &[n.into()]).map(|_| ())
    }

    /// What the entries of one kind of the audit trail say.
    ///
    /// # Errors
    /// Those of the database.
    pub fn audit_details(&mut self, kind: &str) -> Result<Vec<String>, StoreError> {
        let rows = self.query("SELECT detail FROM audit WHERE kind = $1 ORDER BY n", &[kind.into()])?;
        Ok(rows.into_iter().map(|row| Cells::new(row).text()).collect())
    }

    /// Keeps which entries were emptied; those that were before stay as they are told.
    ///
    /// # Errors
    /// Those of the database.
    pub fn blanked_put(&mut self, rows: &[BlankedRow]) -> Result<(), StoreError> {
        let sql = "INSERT INTO blanked (kind, entry, hash_before, hash_after, erased) VALUES ($1, $2, $3, $4, $5)";
        let rows: Vec<Vec<Raw>> = rows
            .iter()
            .map(|r| vec![r.kind.as_str().into(), r.entry.into(), r.before.as_str().into(), r.after.as_str().into(), r.erased.into()])
            .collect();
        self.execute_many(sql, &rows)
    }

    /// Emptied entries of a kind between two numbers, both among them: what the chain was before and after each.
    ///
    /// # Errors
    /// Those of the database.
    pub fn blanked_between(&mut self, kind: &str, from: i64, to: i64) -> Result<HashMap<i64, (String, String)>, StoreError> {
        let sql = "SELECT entry, hash_before, hash_after FROM blanked WHERE kind = $1 AND entry >= $2 AND entry <= $3";
        let rows = self.query(sql, &[kind.into(), from.into(), to.into()])?;
        Ok(rows.into_iter().map(Cells::new).map(|mut c| (c.int(), (c.text(), c.text()))).collect())
    }

    /// What was emptied for somebody, in order.
    ///
    /// # Errors
    /// Those of the database.
    pub fn blanked_of(&mut self, erased: i64) -> Result<Vec<BlankedRow>, StoreError> {
        let sql = "SELECT kind, entry, hash_before, hash_after, erased FROM blanked WHERE erased = $1 ORDER BY kind, entry";
        let rows = self.query(sql, &[erased.into()])?.into_iter().map(Cells::new);
        Ok(rows.map(|mut c| BlankedRow { kind: c.text(), entry: c.int(), before: c.text(), after: c.text(), erased: c.int() }).collect())
    }

    /// How many entries were emptied.
    ///
    /// # Errors
    /// Those of the database.
    pub fn blanked_count(&mut self) -> Result<i64, StoreError> {
        let row = self.query_one("SELECT count(*) FROM blanked", &[])?;
        Ok(row.and_then(|row| row.first()?.int()).unwrap_or_default())
    }

    /// The files that hang on a record, every version, also in the bin.
    ///
    /// # Errors
    /// Those of the database.
    pub fn attachment_files(&mut self, object: &str, record: i64) -> Result<Vec<i64>, StoreError> {
        let Some(name) = self.name_known(object)? else { return Ok(Vec::new()) };
        let sql = "SELECT DISTINCT r.file FROM attachment_revision r JOIN attachment a ON a.id = r.attachment WHERE a.object = $1 AND a.record = $2";
        Ok(self.query(sql, &[name.into(), record.into()])?.into_iter().map(|row| Cells::new(row).int()).collect())
    }

    /// Drops files nobody may have any more; their bytes are taken away afterwards, by [`Conn::erased_files`].
    ///
    /// # Errors
    /// Those of the database.
    pub fn files_erase(&mut self, ids: &[i64]) -> Result<(), StoreError> {
        for file in self.files(ids)? {
            let sql = "INSERT INTO erased_file (sha256, place) VALUES ($1, $2) ON CONFLICT (sha256, place) DO NOTHING";
            self.execute(sql, &[file.sha256.as_str().into(), file.place.as_deref().unwrap_or_default().into()])?;
            self.file_drop(file.id)?;
        }
        Ok(())
    }

    /// Bytes that have to be taken away: checksum, and name in a store elsewhere.
    ///
    /// # Errors
    /// Those of the database.
    pub fn erased_files(&mut self) -> Result<Vec<(String, String)>, StoreError> {
        let rows = self.query("SELECT sha256, place FROM erased_file", &[])?;
        Ok(rows.into_iter().map(Cells::new).map(|mut c| (c.text(), c.text())).collect())
    }

    /// These bytes are gone.
    ///
    /// # Errors
    /// Those of the database.
    pub fn erased_file_done(&mut self, sha256: &str, place: &str) -> Result<(), StoreError> {
        self.execute("DELETE FROM erased_file WHERE sha256 = $1 AND place = $2", &[sha256.into(), place.into()]).map(|_| ())
    }

    /// Kind of ended jobs of these kinds, and what they were given and made, JSON.
    ///
    /// # Errors
    /// Those of the database.
    pub fn ended_jobs(&mut self, kinds: &[&str]) -> Result<Vec<(String, String, String)>, StoreError> {
        let places: Vec<String> = (1..=kinds.len()).map(|n| format!("${n}")).collect();
        let params: Vec<Raw> = kinds.iter().map(|kind| (*kind).into()).collect();
        let sql = format!(
            "SELECT kind, payload, COALESCE(result, '') FROM job WHERE finished_at IS NOT NULL AND kind IN ({})",
            places.join(", ")
        );
        Ok(self.query(&sql, &params)?.into_iter().map(Cells::new).map(|mut c| (c.text(), c.text(), c.text())).collect())
    }
}

fn row(row: Vec<Raw>) -> ErasedRow {
    let mut c = Cells::new(row);
    ErasedRow {
        id: c.int(),
        object: c.text(),
        record: c.int(),
        made_at: c.int(),
        at: c.int(),
        actor: c.maybe_int(),
        until_at: c.maybe_int(),
        told: c.text(),
    }
}
