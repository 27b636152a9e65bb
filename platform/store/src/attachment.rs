//! Files that hang on records: what each is called, and its versions. Their bytes are told of in [`crate::file`].

use crate::cells::Cells;
use crate::conn::Conn;
use crate::error::StoreError;
use akrab_model::Raw;

pub(crate) const TABLES: &[&str] = &[
    "CREATE TABLE IF NOT EXISTS attachment ({id}, object BIGINT NOT NULL, record BIGINT NOT NULL, name TEXT NOT NULL, \
     description TEXT NOT NULL, file BIGINT NOT NULL, revision BIGINT NOT NULL, created_by BIGINT, created_at BIGINT NOT NULL, \
     updated_by BIGINT, updated_at BIGINT NOT NULL, deleted_by BIGINT, deleted_at BIGINT)",
    "CREATE INDEX IF NOT EXISTS attachment_record ON attachment (object, record)",
    "CREATE INDEX IF NOT EXISTS attachment_deleted ON attachment (deleted_at)",
    "CREATE TABLE IF NOT EXISTS attachment_revision (attachment BIGINT NOT NULL, revision BIGINT NOT NULL, file BIGINT NOT NULL, \
     actor BIGINT, at BIGINT NOT NULL, PRIMARY KEY (attachment, revision)) {clustered}",
    "CREATE INDEX IF NOT EXISTS attachment_revision_file ON attachment_revision (file)",
];

/// A file of a record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AttachmentRow {
    /// Given when stored; ignored by [`Conn::attachment_add`].
    pub id: i64,
    /// Key of the record's object.
    pub object: String,
    pub record: i64,
    pub name: String,
    pub description: String,
    /// The file of the present version.
    pub file: i64,
    /// Number of the present version, from 1.
    pub revision: i64,
    pub created_by: Option<i64>,
    /// Microseconds UTC, as all moments here.
    pub created_at: i64,
    pub updated_by: Option<i64>,
    pub updated_at: i64,
    pub deleted_by: Option<i64>,
    /// In the bin since then.
    pub deleted_at: Option<i64>,
}

/// A version of such a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RevisionRow {
    pub revision: i64,
    pub file: i64,
    pub actor: Option<i64>,
    pub at: i64,
}

const COLUMNS: &str = "SELECT id, record, name, description, file, revision, created_by, created_at, updated_by, updated_at, \
                       deleted_by, deleted_at FROM attachment";

impl Conn {
    /// Stores a new file of a record with its first version, and gives its id.
    ///
    /// # Errors
    /// Those of the database.
    pub fn attachment_add(&mut self, row: &AttachmentRow) -> Result<i64, StoreError> {
        let sql = "INSERT INTO attachment (object, record, name, description, file, revision, created_by, created_at, updated_by, updated_at) \
                   VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) RETURNING id";
        let params = [
            Raw::Int(self.name_made(&row.object)?),
            Raw::Int(row.record),
            row.name.as_str().into(),
            row.description.as_str().into(),
            Raw::Int(row.file),
            Raw::Int(row.revision),
            row.created_by.into(),
            Raw::Int(row.created_at),
            row.updated_by.into(),
            Raw::Int(row.updated_at),
        ];
        let rows = self.changing(sql, &params)?;
        let id = rows.first().and_then(|c| c.first()?.int()).ok_or_else(|| StoreError::other("a file was not stored"))?;
        let first = RevisionRow { revision: row.revision, file: row.file, actor: row.created_by, at: row.created_at };
        self.attachment_revision_add(id, &first)?;
        Ok(id)
    }

    /// Stores a further version.
    ///
    /// # Errors
    /// Those of the database.
    pub fn attachment_revision_add(&mut self, attachment: i64, row: &RevisionRow) -> Result<(), StoreError> {
        let sql = "INSERT INTO attachment_revision (attachment, revision, file, actor, at) VALUES ($1, $2, $3, $4, $5)";
        let params = [Raw::Int(attachment), Raw::Int(row.revision), Raw::Int(row.file), row.actor.into(), Raw::Int(row.at)];
        self.execute(sql, &params).map(|_| ())
    }

    /// Stores what may change of one.
    ///
    /// # Errors
    /// Those of the database.
    pub fn attachment_set(&mut self, row: &AttachmentRow) -> Result<(), StoreError> {
        let sql = "UPDATE attachment SET name = $2, description = $3, file = $4, revision = $5, updated_by = $6, updated_at = $7, \
                   deleted_by = $8, deleted_at = $9 WHERE id = $1";
        let params = [
            Raw::Int(row.id),
            row.name.as_str().into(),
            row.description.as_str().into(),
            Raw::Int(row.file),
            Raw::Int(row.revision),
            row.updated_by.into(),
            Raw::Int(row.updated_at),
            row.deleted_by.into(),
            row.deleted_at.into(),
        ];
        self.execute(sql, &params).map(|_| ())
    }

    /// The one with this id, if it hangs on this record.
    ///
    /// # Errors
    /// Those of the database.
    pub fn attachment(&mut self, object: &str, record: i64, id: i64) -> Result<Option<AttachmentRow>, StoreError> {
        let Some(name) = self.name_known(object)? else { return Ok(None) };
        let sql = format!("{COLUMNS} WHERE id = $1 AND object = $2 AND record = $3");
        Ok(self.query_one(&sql, &[Raw::Int(id), Raw::Int(name), Raw::Int(record)])?.map(|row| attachment_of(object, row)))
    }

    /// The files of a record by name, or those of it that lie in the bin.
    ///
    /// # Errors
    /// Those of the database.
    pub fn attachments(&mut self, object: &str, record: i64, binned: bool) -> Result<Vec<AttachmentRow>, StoreError> {
        let Some(name) = self.name_known(object)? else { return Ok(Vec::new()) };
        let state = if binned { "IS NOT NULL" } else { "IS NULL" };
        let sql = format!("{COLUMNS} WHERE object = $1 AND record = $2 AND deleted_at {state} ORDER BY id DESC LIMIT 1000");
        let rows = self.query(&sql, &[Raw::Int(name), Raw::Int(record)])?;
        Ok(rows.into_iter().map(|row| attachment_of(object, row)).collect())
    }

    /// How many files a record has.
    ///
    /// # Errors
    /// Those of the database.
    pub fn attachments_count(&mut self, object: &str, record: i64) -> Result<i64, StoreError> {
        let Some(name) = self.name_known(object)? else { return Ok(0) };
        let sql = "SELECT count(*) FROM attachment WHERE object = $1 AND record = $2 AND deleted_at IS NULL";
        let row = self.query_one(sql, &[Raw::Int(name), Raw::Int(record)])?;
        Ok(row.and_then(|row| row.first()?.int()).unwrap_or_default())
    }

    /// The versions of one, the newest first.
    ///
    /// # Errors
    /// Those of the database.
    pub fn attachment_revisions(&mut self, attachment: i64) -> Result<Vec<RevisionRow>, StoreError> {
        let sql = "SELECT revision, file, actor, at FROM attachment_revision WHERE attachment = $1 ORDER BY revision DESC";
        let rows = self.query(sql, &[Raw::Int(attachment)])?;
        let read = |row: Vec<Raw>| {
            let mut c = Cells::new(row);
            RevisionRow { revision: c.int(), file: c.int(), actor: c.maybe_int(), at: c.int() }
        };
        Ok(rows.into_iter().map(read).collect())
    }

    /// Removes all files of a record that is gone; their bytes go when nobody names them any more.
    ///
    /// # Errors
    /// Those of the database.
    pub fn attachments_drop(&mut self, object: &str, record: i64) -> Result<(), StoreError> {
        let Some(name) = self.name_known(object)? else { return Ok(()) };
        let own = [Raw::Int(name), Raw::Int(record)];
        let revisions = "DELETE FROM attachment_revision WHERE attachment IN (SELECT id FROM attachment WHERE object = $1 AND record = $2)";
        self.execute(revisions, &own)?;
        self.execute("DELETE FROM attachment WHERE object = $1 AND record = $2", &own).map(|_| ())
    }

    /// Removes what has lain in the bin since before `before`; says how many.
    ///
    /// # Errors
    /// Those of the database.
    pub fn attachments_purge(&mut self, before: i64) -> Result<u64, StoreError> {
        let old = [Raw::Int(before)];
        let revisions = "DELETE FROM attachment_revision WHERE attachment IN (SELECT id FROM attachment WHERE deleted_at < $1)";
        self.execute(revisions, &old)?;
        let gone = self.changing("DELETE FROM attachment WHERE deleted_at < $1 RETURNING id", &old)?;
        Ok(gone.len() as u64)
    }
}

fn attachment_of(object: &str, row: Vec<Raw>) -> AttachmentRow {
    let mut c = Cells::new(row);
    AttachmentRow {
        id: c.int(),
        object: object.into(),
        record: c.int(),
        name: c.text(),
        description: c.text(),
        file: c.int(),
        revision: c.int(),
        created_by: c.maybe_int(),
        created_at: c.int(),
        updated_by: c.maybe_int(),
        updated_at: c.int(),
        deleted_by: c.maybe_int(),
        deleted_at: c.maybe_int(),
    }
}
