//! Finding calendars and lists as they count now, or counted then.

use super::{Calendar, CalendarDecl, HolidayListDecl, USUAL, usual};
use crate::versions::{Kept, Version};
use crate::{Result, Tx};
use akrab_model::Problem;
use indexmap::IndexMap;
use jiff::Timestamp;
use std::sync::Arc;

pub(super) const CALENDAR: &str = "calendar";
pub(super) const HOLIDAYS: &str = "holidays";

impl Tx<'_> {
    /// A calendar as it counts now.
    ///
    /// # Errors
    /// `not_found`.
    pub fn calendar(&mut self, key: &str) -> Result<Calendar> {
        let now = self.ctx.now.timestamp();
        self.calendar_at(key, now)
    }

    /// As [`Tx::calendar`], asked for once in a transaction.
    ///
    /// # Errors
    /// As [`Tx::calendar`].
    pub(crate) fn calendar_once(&mut self, key: &str) -> Result<Arc<Calendar>> {
        if let Some(known) = self.known().calendars.get(key) {
            return Ok(known.clone());
        }
        let found = Arc::new(self.calendar(key)?);
        self.known().calendars.insert(key.into(), found.clone());
        Ok(found)
    }

    /// A calendar as it counted at a moment.
    ///
    /// # Errors
    /// `not_found`, also when there was none yet.
    pub fn calendar_at(&mut self, key: &str, moment: Timestamp) -> Result<Calendar> {
        let kept = self.calendars_at(Some(key), moment)?.pop().ok_or_else(Problem::not_found)?;
        let lists = self.lists_at(moment)?;
        kept.decl.compile(&lists).map_err(|faults| Problem::internal(format!("the calendar {key} has faults: {faults:?}")))
    }

    /// Calendars as they count now, by key.
    ///
    /// # Errors
    /// What the database answers.
    pub fn calendars(&mut self) -> Result<Vec<Kept<CalendarDecl>>> {
        let now = self.ctx.now.timestamp();
        self.calendars_at(None, now)
    }

    /// Holiday lists as they count now, by key.
    ///
    /// # Errors
    /// What the database answers.
    pub fn holiday_lists(&mut self) -> Result<Vec<Kept<HolidayListDecl>>> {
        self.kept_now(HOLIDAYS, None)
    }

    /// The calendar of this key as it counts now.
    ///
    /// # Errors
    /// `not_found`.
    pub fn calendar_kept(&mut self, key: &str) -> Result<Kept<CalendarDecl>> {
        let now = self.ctx.now.timestamp();
        self.calendars_at(Some(key), now)?.pop().ok_or_else(Problem::not_found)
    }

    /// The holiday list of this key as it counts now.
    ///
    /// # Errors
    /// `not_found`.
    pub fn holiday_list(&mut self, key: &str) -> Result<Kept<HolidayListDecl>> {
        self.kept_now(HOLIDAYS, Some(key))?.pop().ok_or_else(Problem::not_found)
    }

    /// Versions of a calendar, the latest first.
    ///
    /// # Errors
    /// What the database answers.
    pub fn calendar_versions(&mut self, key: &str) -> Result<Vec<Version>> {
        self.versions_of(CALENDAR, key)
    }

    /// Calendars at a moment; the usual one is there before anybody has kept a version of it.
    fn calendars_at(&mut self, key: Option<&str>, moment: Timestamp) -> Result<Vec<Kept<CalendarDecl>>> {
        let mut kept = self.kept_at(CALENDAR, key, moment)?;
        if key.is_none_or(|key| key == USUAL) && !kept.iter().any(|one| one.key == USUAL) {
            let (name, decl) = usual(&self.engine.settings().time_zone);
            kept.insert(0, Kept { key: USUAL.into(), name, decl, version: 0, retired: false, next: None });
        }
        Ok(kept)
    }

    /// Holiday lists at a moment, by key.
    pub(super) fn lists_at(&mut self, moment: Timestamp) -> Result<IndexMap<String, HolidayListDecl>> {
        let kept = self.kept_at(HOLIDAYS, None, moment)?;
        Ok(kept.into_iter().map(|list| (list.key, list.decl)).collect())
    }
}
