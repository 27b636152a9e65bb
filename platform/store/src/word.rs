//! Words people added to fields that take more than their declared choices.

use crate::cells::Cells;
use crate::conn::Conn;
use crate::error::StoreError;

pub(crate) const TABLES: &[&str] =
    &["CREATE TABLE IF NOT EXISTS field_word (object TEXT NOT NULL, field TEXT NOT NULL, folded TEXT NOT NULL, \
     word TEXT NOT NULL, PRIMARY KEY (object, field, folded)) {clustered}"];

impl Conn {
    /// How a word is written that reads like `folded`, if anybody has used it.
    ///
    /// # Errors
    /// Those of the database.
    pub fn word_get(&mut self, object: &str, field: &str, folded: &str) -> Result<Option<String>, StoreError> {
        let sql = "SELECT word FROM field_word WHERE object = $1 AND field = $2 AND folded = $3";
        let row = self.query_one(sql, &[object.into(), field.into(), folded.into()])?;
        Ok(row.and_then(|r| Cells::new(r).maybe_text()))
    }

    /// Remembers a word; one that reads the same stays as it is.
    ///
    /// # Errors
    /// Those of the database.
    pub fn word_put(&mut self, object: &str, field: &str, folded: &str, word: &str) -> Result<(), StoreError> {
        let sql = "INSERT INTO field_word (object, field, folded, word) VALUES ($1, $2, $3, $4) \
                   ON CONFLICT (object, field, folded) DO NOTHING";
        self.execute(sql, &[object.into(), field.into(), folded.into(), word.into()]).map(|_| ())
    }

    /// The words of a field in their order.
    ///
    /// # Errors
    /// Those of the database.
    pub fn word_list(&mut self, object: &str, field: &str, limit: usize) -> Result<Vec<String>, StoreError> {
        let sql = format!("SELECT word FROM field_word WHERE object = $1 AND field = $2 ORDER BY folded LIMIT {limit}");
        let rows = self.query(&sql, &[object.into(), field.into()])?;
        Ok(rows.into_iter().map(|r| Cells::new(r).text()).collect())
    }
}
