//! Drafts of calendars: written, looked at and changed by administrators, and counted by nobody until they are put in force.

use super::change::named;
use super::{Calendar, CalendarDecl};
use crate::versions::Kept;
use crate::{Result, Tx};
use akrab_model::{Label, Problem};

const DRAFT: &str = "calendar_draft";

impl Tx<'_> {
    /// Drafts that wait, by the key of their calendar.
    ///
    /// # Errors
    /// `forbidden` for anybody but administrators.
    pub fn calendar_drafts(&mut self) -> Result<Vec<Kept<CalendarDecl>>> {
        self.may_declare()?;
        Ok(self.kept_now(DRAFT, None)?.into_iter().filter(|kept: &Kept<CalendarDecl>| !kept.retired).collect())
    }

    /// The draft of a calendar; its version is that of the draft.
    ///
    /// # Errors
    /// As [`Tx::calendar_drafts`].
    pub fn calendar_draft(&mut self, key: &str) -> Result<Option<Kept<CalendarDecl>>> {
        Ok(self.calendar_drafts()?.into_iter().find(|kept| kept.key == key))
    }

    /// Keeps a draft. It may have faults that only what counts must not have, but its hours have to be readable.
    ///
    /// # Errors
    /// As [`Tx::calendar_save`].
    pub fn calendar_draft_save(&mut self, key: &str, name: &Label, decl: &CalendarDecl) -> Result<()> {
        self.may_declare()?;
        let mut faults = named(key, name);
        faults.extend(self.calendar_of(decl).err().map(|problem| problem.fields).unwrap_or_default());
        if !faults.is_empty() {
            return Err(Problem::invalid(faults));
        }
        self.keep_version(DRAFT, (key, name, decl), None, None, false).map(drop)
    }

    /// Throws a draft away, or takes it out of sight once it counts.
    ///
    /// # Errors
    /// `not_found`; `forbidden` for anybody but administrators.
    pub fn calendar_draft_drop(&mut self, key: &str) -> Result<()> {
        let kept = self.calendar_draft(key)?.ok_or_else(Problem::not_found)?;
        self.keep_version(DRAFT, (key, &kept.name, &kept.decl), None, None, true).map(drop)
    }

    /// Puts a draft in force.
    ///
    /// # Errors
    /// `not_found`; as [`Tx::calendar_save`].
    pub fn calendar_draft_publish(&mut self, key: &str) -> Result<()> {
        let kept = self.calendar_draft(key)?.ok_or_else(Problem::not_found)?;
        self.calendar_save(key, &kept.name, &kept.decl, None, None)?;
        self.calendar_draft_drop(key)
    }

    /// A calendar that is not kept, ready for questions.
    ///
    /// # Errors
    /// `invalid` with every fault and its place.
    pub fn calendar_of(&mut self, decl: &CalendarDecl) -> Result<Calendar> {
        let now = self.ctx.now.timestamp();
        decl.compile(&self.lists_at(now)?).map_err(Problem::invalid)
    }
}
