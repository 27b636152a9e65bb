//! New versions of calendars and lists. What was kept before stays.

use super::find::{CALENDAR, HOLIDAYS};
use super::{CalendarDecl, HolidayListDecl, USUAL};
use crate::versions::Sketch;
use crate::{Result, Tx};
use akrab_model::{FieldProblem, Label, Problem, ProblemKind};
use jiff::Timestamp;
use serde_json::json;

/// Whether this can be the key of a calendar or list: small letters, digits and underscores, a letter first.
pub fn is_key(key: &str) -> bool {
    let rest = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_';
    key.len() <= 40 && key.bytes().next().is_some_and(|b| b.is_ascii_lowercase()) && key.bytes().all(rest)
}

impl Tx<'_> {
    /// Keeps a version of a calendar; it counts from `from` on, or at once. `known` is the version it was made from, 0
    /// when there was none.
    ///
    /// # Errors
    /// `forbidden` for anybody but administrators, `invalid` with every fault and its place, `stale` when somebody kept
    /// another version meanwhile.
    pub fn calendar_save(
        &mut self,
        key: &str,
        name: &Label,
        decl: &CalendarDecl,
        from: Option<Timestamp>,
        known: Option<i64>,
    ) -> Result<i64> {
        self.calendar_check(key, name, decl, from)?;
        self.kept_calendar(key, name, decl, from, known, false)
    }

    fn calendar_check(&mut self, key: &str, name: &Label, decl: &CalendarDecl, from: Option<Timestamp>) -> Result<()> {
        self.may_declare()?;
        let begin = from.unwrap_or(self.ctx.now.timestamp());
        let mut faults = named(key, name);
        faults.extend(decl.compile(&self.lists_at(begin)?).err().unwrap_or_default());
        if faults.is_empty() { Ok(()) } else { Err(Problem::invalid(faults)) }
    }

    /// What is being written of a calendar and is not in force.
    ///
    /// # Errors
    /// `forbidden` for anybody but administrators.
    pub fn calendar_draft(&mut self, key: &str) -> Result<Option<Sketch<CalendarDecl>>> {
        self.may_declare()?;
        self.sketch_of(CALENDAR, key)
    }

    /// Keeps what is being written of a calendar; no clock moves until it is saved as a version.
    ///
    /// # Errors
    /// `not_found`; else as [`Tx::calendar_save`].
    pub fn calendar_draft_keep(&mut self, key: &str, name: &Label, decl: &CalendarDecl) -> Result<()> {
        self.calendar_check(key, name, decl, None)?;
        self.calendar_kept(key)?;
        self.keep_sketch(CALENDAR, (key, name, decl))
    }

    /// Forgets what was being written of a calendar.
    ///
    /// # Errors
    /// `forbidden` for anybody but administrators.
    pub fn calendar_draft_drop(&mut self, key: &str) -> Result<()> {
        self.may_declare()?;
        Ok(self.conn.declared_draft_drop(CALENDAR, key)?)
    }

    /// Keeps a version of a holiday list. Every calendar that has it has to stay sound.
    ///
    /// # Errors
    /// As [`Tx::calendar_save`].
    pub fn holiday_list_save(&mut self, key: &str, decl: &HolidayListDecl, known: Option<i64>) -> Result<i64> {
        self.may_declare()?;
        let mut faults = named(key, &decl.name);
        faults.extend(decl.check());
        if !faults.is_empty() {
            return Err(Problem::invalid(faults));
        }
        let version = self.keep_version(HOLIDAYS, (key, &decl.name, decl), None, known, false)?;
        let title = decl.name.get(self.ctx.lang_key());
        self.audit("holidays", None, json!({ "title": title, "holidays": key, "version": version, "days": decl.days.len() }))?;
        Ok(version)
    }

    /// Keeps a list and lets `calendars` keep its days.
    ///
    /// # Errors
    /// As [`Tx::calendar_save`].
    pub fn holiday_list_import(&mut self, key: &str, decl: &HolidayListDecl, known: Option<i64>, calendars: &[String]) -> Result<()> {
        self.holiday_list_save(key, decl, known)?;
        for name in calendars {
            let mut kept = self.calendar_kept(name)?;
            if !kept.decl.holidays.iter().any(|known| known == key) {
                kept.decl.holidays.push(key.into());
                self.calendar_save(name, &kept.name, &kept.decl, None, Some(kept.version))?;
            }
        }
        Ok(())
    }

    /// Takes a calendar out of what is offered, or brings it back. What uses it goes on.
    ///
    /// # Errors
    /// As [`Tx::calendar_save`]; `calendar_usual` for the usual one.
    pub fn calendar_retire(&mut self, key: &str, retired: bool) -> Result<i64> {
        self.may_declare()?;
        if retired && key == USUAL {
            return Err(Problem::new(ProblemKind::Conflict, "calendar_usual"));
        }
        let kept = self.calendar_kept(key)?;
        self.kept_calendar(key, &kept.name, &kept.decl, None, None, retired)
    }

    fn kept_calendar(
        &mut self,
        key: &str,
        name: &Label,
        decl: &CalendarDecl,
        from: Option<Timestamp>,
        known: Option<i64>,
        retired: bool,
    ) -> Result<i64> {
        let version = self.keep_version(CALENDAR, (key, name, decl), from, known, retired)?;
        let detail = json!({
            "title": name.get(self.ctx.lang_key()), "calendar": key, "version": version, "retired": retired, "from": from,
        });
        self.audit("calendar", None, detail)?;
        Ok(version)
    }
}

fn named(key: &str, name: &Label) -> Vec<FieldProblem> {
    let mut faults = Vec::new();
    if !is_key(key) {
        faults.push(FieldProblem::new("key", "calendar_key"));
    }
    for (field, words) in [("name_id", name.get("id")), ("name_en", name.get("en"))] {
        if words.trim().is_empty() {
            faults.push(FieldProblem::new(field, "required"));
        }
    }
    faults
}
