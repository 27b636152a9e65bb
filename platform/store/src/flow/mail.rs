//! Mails that steps want sent.

use crate::cells::Cells;
use crate::conn::Conn;
use crate::error::StoreError;
use akrab_model::Raw;

/// A mail a step wants sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FlowMail {
    pub id: i64,
    pub run: i64,
    pub step: String,
    pub at: i64,
    pub address: String,
    pub subject: String,
    pub body: String,
}

impl Conn {
    /// Keeps mails that are to be sent; gives their numbers.
    ///
    /// # Errors
    /// Those of the database.
    pub fn flow_mails_add(&mut self, mails: &[FlowMail]) -> Result<Vec<i64>, StoreError> {
        let sql = "INSERT INTO flow_mail (run, step, at, address, subject, body) VALUES ($1, $2, $3, $4, $5, $6)";
        let rows: Vec<Vec<Raw>> = mails
            .iter()
            .map(|m| {
                vec![
                    m.run.into(),
                    m.step.as_str().into(),
                    m.at.into(),
                    m.address.as_str().into(),
                    m.subject.as_str().into(),
                    m.body.as_str().into(),
                ]
            })
            .collect();
        self.insert_many(sql, &rows)
    }

    /// A mail that is to be sent.
    ///
    /// # Errors
    /// Those of the database.
    pub fn flow_mail(&mut self, id: i64) -> Result<Option<FlowMail>, StoreError> {
        let row = self.query_one("SELECT id, run, step, at, address, subject, body FROM flow_mail WHERE id = $1", &[id.into()])?;
        Ok(row.map(|row| {
            let mut c = Cells::new(row);
            FlowMail { id: c.int(), run: c.int(), step: c.text(), at: c.int(), address: c.text(), subject: c.text(), body: c.text() }
        }))
    }
}
