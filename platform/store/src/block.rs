//! Addresses and numbers that are not to be used: who does not want to be called, and what is suppressed.

use crate::cells::Cells;
use crate::conn::Conn;
use crate::error::StoreError;
use akrab_model::Raw;

pub(crate) const TABLES: &[&str] = &["CREATE TABLE IF NOT EXISTS contact_block (list TEXT NOT NULL, address TEXT NOT NULL, \
     reason TEXT NOT NULL, note TEXT NOT NULL, at BIGINT NOT NULL, actor BIGINT, PRIMARY KEY (list, address)) {clustered}"];

/// An entry of such a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BlockRow {
    /// Which list: `do_not_call`, `suppressed`.
    pub list: String,
    /// In the form in which records keep it.
    pub address: String,
    /// Key of the reason.
    pub reason: String,
    pub note: String,
    /// Microseconds UTC.
    pub at: i64,
    pub actor: Option<i64>,
}

const COLUMNS: &str = "list, address, reason, note, at, actor";

impl Conn {
    /// Adds entries; those that are on the list already stay as they are. Gives how many are new.
    ///
    /// # Errors
    /// Those of the database.
    pub fn blocks_add(&mut self, rows: &[BlockRow]) -> Result<usize, StoreError> {
        let sql = "INSERT INTO contact_block (list, address, reason, note, at, actor) VALUES ($1, $2, $3, $4, $5, $6) \
                   ON CONFLICT (list, address) DO NOTHING";
        let mut added = 0;
        for row in rows {
            let cells = [
                row.list.as_str().into(),
                row.address.as_str().into(),
                row.reason.as_str().into(),
                row.note.as_str().into(),
                row.at.into(),
                row.actor.into(),
            ];
            added += self.execute(sql, &cells)?;
        }
        Ok(added as usize)
    }

    /// Takes an entry off a list; whether it was there.
    ///
    /// # Errors
    /// Those of the database.
    pub fn block_drop(&mut self, list: &str, address: &str) -> Result<bool, StoreError> {
        Ok(self.execute("DELETE FROM contact_block WHERE list = $1 AND address = $2", &[list.into(), address.into()])? > 0)
    }

    /// What stands on the lists about these addresses.
    ///
    /// # Errors
    /// Those of the database.
    pub fn blocks_of(&mut self, addresses: &[String]) -> Result<Vec<BlockRow>, StoreError> {
        if addresses.is_empty() {
            return Ok(Vec::new());
        }
        let places: Vec<String> = (1..=addresses.len()).map(|n| format!("${n}")).collect();
        let sql = format!(
            "SELECT {COLUMNS} FROM contact_block WHERE list IN ('do_not_call', 'suppressed') AND address IN ({}) ORDER BY list",
            places.join(", ")
        );
        let params: Vec<Raw> = addresses.iter().map(|address| address.as_str().into()).collect();
        Ok(self.query(&sql, &params)?.into_iter().map(row).collect())
    }

    /// Entries of a list by address, those that begin with `text`, behind `after`.
    ///
    /// # Errors
    /// Those of the database.
    pub fn blocks(&mut self, list: &str, text: &str, after: &str, limit: usize) -> Result<Vec<BlockRow>, StoreError> {
        let end = format!("{text}\u{10ffff}");
        let sql = format!(
            "SELECT {COLUMNS} FROM contact_block WHERE list = $1 AND address >= $2 AND address < $3 AND address > $4 ORDER BY address LIMIT {limit}"
        );
        Ok(self.query(&sql, &[list.into(), text.into(), end.as_str().into(), after.into()])?.into_iter().map(row).collect())
    }
}

fn row(row: Vec<Raw>) -> BlockRow {
    let mut c = Cells::new(row);
    BlockRow { list: c.text(), address: c.text(), reason: c.text(), note: c.text(), at: c.int(), actor: c.maybe_int() }
}
