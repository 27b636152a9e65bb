//! How much room the files of a workspace may take.

use crate::{Result, Tx};
use akrab_model::Problem;
use akrab_model::problem::ProblemKind;

impl Tx<'_> {
    /// Refuses `more` bytes for which the workspace has no room left.
    pub(super) fn within_quota(&mut self, quota: Option<i64>, more: i64) -> Result<()> {
        let Some(quota) = quota else { return Ok(()) };
        // two who come at once do not both get the last room
        self.conn.alone("quota")?;
        let (_, used) = self.conn.files_size()?;
        if used.saturating_add(more) <= quota {
            return Ok(());
        }
        let mb = |bytes: i64| (bytes.max(0) + (1 << 20) - 1) >> 20;
        Err(Problem::new(ProblemKind::Full, "files_full").with("max", quota >> 20).with("used", mb(used)))
    }

    /// How many files the workspace keeps, and how many bytes they have together.
    ///
    /// # Errors
    /// What the database answers.
    pub fn files_size(&mut self) -> Result<(i64, i64)> {
        Ok(self.conn.files_size()?)
    }
}
