//! Which files there are. Their bytes lie outside the database: in the folder of files, named by their checksum,
//! or in a store elsewhere under the name in `file_place`.

use crate::cells::Cells;
use crate::conn::Conn;
use crate::error::StoreError;
use crate::schema::quote;
use akrab_model::{FieldType, Raw, Registry};

pub(crate) const TABLES: &[&str] = &[
    "CREATE TABLE IF NOT EXISTS file ({id}, sha256 TEXT NOT NULL, name TEXT NOT NULL, size BIGINT NOT NULL, \
     content_type TEXT NOT NULL, created_by BIGINT, created_at BIGINT NOT NULL)",
    "CREATE INDEX IF NOT EXISTS file_sha256 ON file (sha256)",
    "CREATE TABLE IF NOT EXISTS file_place (file BIGINT PRIMARY KEY, place TEXT NOT NULL) {clustered}",
    "CREATE INDEX IF NOT EXISTS file_place_place ON file_place (place)",
    "CREATE TABLE IF NOT EXISTS file_shelf (place TEXT PRIMARY KEY, at BIGINT NOT NULL) {clustered}",
];

/// A stored file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileRow {
    /// Given when stored; ignored by [`Conn::file_add`].
    pub id: i64,
    /// Lower-case hexadecimal checksum of the bytes; in the folder of files also where they lie.
    pub sha256: String,
    /// As it was called, cleaned.
    pub name: String,
    /// Bytes.
    pub size: i64,
    pub content_type: String,
    pub created_by: Option<i64>,
    /// Microseconds UTC.
    pub created_at: i64,
    /// The name of the bytes in a store elsewhere; none when they lie in the folder of files.
    pub place: Option<String>,
}

/// A file that no record holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LooseFile {
    pub id: i64,
    pub sha256: String,
    pub place: Option<String>,
}

const COLUMNS: &str = "SELECT f.id, f.sha256, f.name, f.size, f.content_type, f.created_by, f.created_at, p.place \
                       FROM file f LEFT JOIN file_place p ON p.file = f.id";

impl Conn {
    /// Stores a file's row and gives its id. The bytes must be safe on the disk before.
    ///
    /// # Errors
    /// Those of the database.
    pub fn file_add(&mut self, file: &FileRow) -> Result<i64, StoreError> {
        let sql = "INSERT INTO file (sha256, name, size, content_type, created_by, created_at) \
                   VALUES ($1, $2, $3, $4, $5, $6) RETURNING id";
        let params = [
            file.sha256.as_str().into(),
            file.name.as_str().into(),
            Raw::Int(file.size),
            file.content_type.as_str().into(),
            file.created_by.into(),
            Raw::Int(file.created_at),
        ];
        let rows = self.changing(sql, &params)?;
        let id = rows.first().and_then(|c| c.first()?.int()).ok_or_else(|| StoreError::other("a file was not stored"))?;
        if let Some(place) = &file.place {
            self.file_settle(id, Some(place))?;
        }
        Ok(id)
    }

    /// Says where the bytes of a file lie from now on.
    ///
    /// # Errors
    /// Those of the database.
    pub fn file_settle(&mut self, id: i64, place: Option<&str>) -> Result<(), StoreError> {
        self.execute("DELETE FROM file_place WHERE file = $1", &[Raw::Int(id)])?;
        let Some(place) = place else { return Ok(()) };
        self.execute("INSERT INTO file_place (file, place) VALUES ($1, $2)", &[Raw::Int(id), place.into()]).map(|_| ())
    }

    /// The file with this id.
    ///
    /// # Errors
    /// Those of the database.
    pub fn file(&mut self, id: i64) -> Result<Option<FileRow>, StoreError> {
        Ok(self.query_one(&format!("{COLUMNS} WHERE f.id = $1"), &[Raw::Int(id)])?.map(file_of))
    }

    /// The files with these ids; in no order.
    ///
    /// # Errors
    /// Those of the database.
    pub fn files(&mut self, ids: &[i64]) -> Result<Vec<FileRow>, StoreError> {
        let mut found = Vec::new();
        for part in ids.chunks(200) {
            let marks: Vec<String> = (1..=part.len()).map(|n| format!("${n}")).collect();
            let params: Vec<Raw> = part.iter().copied().map(Raw::Int).collect();
            let rows = self.query(&format!("{COLUMNS} WHERE f.id IN ({})", marks.join(", ")), &params)?;
            found.extend(rows.into_iter().map(file_of));
        }
        Ok(found)
    }

    /// How many files there are, and how many bytes they have together.
    ///
    /// # Errors
    /// Those of the database.
    pub fn files_size(&mut self) -> Result<(i64, i64), StoreError> {
        let row = self.query_one("SELECT count(*), CAST(COALESCE(SUM(size), 0) AS BIGINT) FROM file", &[])?;
        let mut c = Cells::new(row.unwrap_or_default());
        Ok((c.int(), c.int()))
    }

    /// How many files lie in a store elsewhere, and how many bytes they have together.
    ///
    /// # Errors
    /// Those of the database.
    pub fn files_elsewhere(&mut self) -> Result<(i64, i64), StoreError> {
        let sql = "SELECT count(*), CAST(COALESCE(SUM(f.size), 0) AS BIGINT) FROM file f JOIN file_place p ON p.file = f.id";
        let mut c = Cells::new(self.query_one(sql, &[])?.unwrap_or_default());
        Ok((c.int(), c.int()))
    }

    /// What the files with these ids are called; in no order.
    ///
    /// # Errors
    /// Those of the database.
    pub fn file_names(&mut self, ids: &[i64]) -> Result<Vec<(i64, String)>, StoreError> {
        let mut found = Vec::new();
        for part in ids.chunks(200) {
            let marks: Vec<String> = (1..=part.len()).map(|n| format!("${n}")).collect();
            let params: Vec<Raw> = part.iter().copied().map(Raw::Int).collect();
            let rows = self.query(&format!("SELECT id, name FROM file WHERE id IN ({})", marks.join(", ")), &params)?;
            found.extend(rows.into_iter().map(Cells::new).map(|mut c| (c.int(), c.text())));
        }
        Ok(found)
    }

    /// Files with ids above `after`, upwards.
    ///
    /// # Errors
    /// Those of the database.
    pub fn files_after(&mut self, after: i64, limit: usize) -> Result<Vec<FileRow>, StoreError> {
        let rows = self.query(&format!("{COLUMNS} WHERE f.id > $1 ORDER BY f.id LIMIT $2"), &[Raw::Int(after), Raw::Int(limit as i64)])?;
        Ok(rows.into_iter().map(file_of).collect())
    }

    /// Files with ids above `after`, stored before `before`, that no record holds, not even one in the bin, with
    /// their checksums; upwards.
    ///
    /// # Errors
    /// Those of the database.
    pub fn files_loose(&mut self, registry: &Registry, before: i64, after: i64, limit: usize) -> Result<Vec<LooseFile>, StoreError> {
        let mut sql = format!("{COLUMNS} WHERE f.id > $1 AND f.created_at < $2 AND f.id NOT IN (SELECT file FROM attachment_revision)");
        for object in registry.objects() {
            for field in object.fields.iter().filter(|f| f.kind == FieldType::File) {
                let (table, column) = (quote(&object.table), quote(&field.column));
                sql += &format!(" AND f.id NOT IN (SELECT {column} FROM {table} WHERE {column} IS NOT NULL)");
            }
        }
        let rows = self.query(&format!("{sql} ORDER BY f.id LIMIT $3"), &[Raw::Int(after), Raw::Int(before), Raw::Int(limit as i64)])?;
        Ok(rows.into_iter().map(file_of).map(|f| LooseFile { id: f.id, sha256: f.sha256, place: f.place }).collect())
    }

    /// Whether any row names these bytes in the folder of files; without one they are an orphan.
    ///
    /// # Errors
    /// Those of the database.
    pub fn file_named(&mut self, sha256: &str) -> Result<bool, StoreError> {
        let sql = "SELECT id FROM file WHERE sha256 = $1 AND id NOT IN (SELECT file FROM file_place) LIMIT 1";
        Ok(self.query_one(sql, &[sha256.into()])?.is_some())
    }

    /// Whether any row names bytes in a store elsewhere.
    ///
    /// # Errors
    /// Those of the database.
    pub fn file_placed(&mut self, place: &str) -> Result<bool, StoreError> {
        Ok(self.query_one("SELECT file FROM file_place WHERE place = $1 LIMIT 1", &[place.into()])?.is_some())
    }

    /// Notes a name before bytes are put under it in a store elsewhere: a crash must not leave any that nobody knows of.
    ///
    /// # Errors
    /// Those of the database.
    pub fn shelf_note(&mut self, place: &str, at: i64) -> Result<(), StoreError> {
        let sql = "INSERT INTO file_shelf (place, at) VALUES ($1, $2) ON CONFLICT (place) DO NOTHING";
        self.execute(sql, &[place.into(), Raw::Int(at)]).map(|_| ())
    }

    /// Nothing lies under this name any more.
    ///
    /// # Errors
    /// Those of the database.
    pub fn shelf_forget(&mut self, place: &str) -> Result<(), StoreError> {
        self.execute("DELETE FROM file_shelf WHERE place = $1", &[place.into()]).map(|_| ())
    }

    /// Names noted before `before` and behind `after` that no file has.
    ///
    /// # Errors
    /// Those of the database.
    pub fn shelf_orphans(&mut self, before: i64, after: &str, limit: usize) -> Result<Vec<String>, StoreError> {
        let sql = "SELECT place FROM file_shelf WHERE place > $1 AND at < $2 AND place NOT IN (SELECT place FROM file_place) \
                   ORDER BY place LIMIT $3";
        let rows = self.query(sql, &[after.into(), Raw::Int(before), Raw::Int(limit as i64)])?;
        Ok(rows.into_iter().map(|row| Cells::new(row).text()).collect())
    }

    /// Removes a file's row; its bytes become an orphan when no other row names them.
    ///
    /// # Errors
    /// Those of the database.
    pub fn file_drop(&mut self, id: i64) -> Result<(), StoreError> {
        self.execute("DELETE FROM file_place WHERE file = $1", &[Raw::Int(id)])?;
        self.execute("DELETE FROM file WHERE id = $1", &[Raw::Int(id)]).map(|_| ())
    }
}

fn file_of(row: Vec<Raw>) -> FileRow {
    let mut c = Cells::new(row);
    FileRow {
        id: c.int(),
        sha256: c.text(),
        name: c.text(),
        size: c.int(),
        content_type: c.text(),
        created_by: c.maybe_int(),
        created_at: c.int(),
        place: c.maybe_text(),
    }
}
