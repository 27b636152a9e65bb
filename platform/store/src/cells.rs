//! Taking a row of the platform's own tables apart.

use akrab_model::Raw;

/// The cells of one row, read from the left.
pub(crate) struct Cells(std::vec::IntoIter<Raw>);

impl Cells {
    pub fn new(row: Vec<Raw>) -> Self {
        Self(row.into_iter())
    }
    pub fn int(&mut self) -> i64 {
        self.maybe_int().unwrap_or_default()
    }
    pub fn maybe_int(&mut self) -> Option<i64> {
        self.0.next()?.int()
    }
    pub fn text(&mut self) -> String {
        self.maybe_text().unwrap_or_default()
    }
    pub fn maybe_text(&mut self) -> Option<String> {
        self.0.next()?.into_text()
    }
}
