//! Finding calendars and lists as they count now, or counted then.

use super::{Calendar, CalendarDecl, HolidayListDecl, USUAL, usual};
use crate::{Result, Tx};
use akrab_model::{Label, Problem, RecordId};
use akrab_store::CalendarVersion;
use indexmap::IndexMap;
use jiff::Timestamp;
use serde::de::DeserializeOwned;
use std::collections::BTreeMap;

pub(super) const CALENDAR: &str = "calendar";
pub(super) const HOLIDAYS: &str = "holidays";

/// A calendar ([`CalendarDecl`]) or a holiday list ([`HolidayListDecl`]) as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept<D> {
    pub key: String,
    pub name: Label,
    pub decl: D,
    pub version: i64,
    /// Not offered any more; what uses it goes on.
    pub retired: bool,
    /// A later version, and when it begins to count.
    pub next: Option<(i64, Timestamp)>,
}

/// One version of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Version {
    pub version: i64,
    pub retired: bool,
    pub valid_from: Timestamp,
    pub at: Timestamp,
    pub actor: Option<RecordId>,
}

impl Tx<'_> {
    /// A calendar as it counts now.
    ///
    /// # Errors
    /// `not_found`.
    pub fn calendar(&mut self, key: &str) -> Result<Calendar> {
        let now = self.ctx.now.timestamp();
        self.calendar_at(key, now)
    }

    /// A calendar as it counted at a moment.
    ///
    /// # Errors
    /// `not_found`, also when there was none yet.
    pub fn calendar_at(&mut self, key: &str, moment: Timestamp) -> Result<Calendar> {
        let kept = self.kept_at(Some(key), moment)?.pop().ok_or_else(Problem::not_found)?;
        let lists = self.lists_at(moment)?;
        kept.decl.compile(&lists).map_err(|faults| Problem::internal(format!("the calendar {key} has faults: {faults:?}")))
    }

    /// Calendars as they count now, by key.
    ///
    /// # Errors
    /// What the database answers.
    pub fn calendars(&mut self) -> Result<Vec<Kept<CalendarDecl>>> {
        let now = self.ctx.now.timestamp();
        self.kept_at(None, now)
    }

    /// Holiday lists as they count now, by key.
    ///
    /// # Errors
    /// What the database answers.
    pub fn holiday_lists(&mut self) -> Result<Vec<Kept<HolidayListDecl>>> {
        let now = self.ctx.now.timestamp();
        in_force(self.conn.calendar_versions(HOLIDAYS, None)?, now)
    }

    /// The calendar of this key as it counts now.
    ///
    /// # Errors
    /// `not_found`.
    pub fn calendar_kept(&mut self, key: &str) -> Result<Kept<CalendarDecl>> {
        let now = self.ctx.now.timestamp();
        self.kept_at(Some(key), now)?.pop().ok_or_else(Problem::not_found)
    }

    /// The holiday list of this key as it counts now.
    ///
    /// # Errors
    /// `not_found`.
    pub fn holiday_list(&mut self, key: &str) -> Result<Kept<HolidayListDecl>> {
        let now = self.ctx.now.timestamp();
        in_force(self.conn.calendar_versions(HOLIDAYS, Some(key))?, now)?.pop().ok_or_else(Problem::not_found)
    }

    /// Versions of a calendar, the latest first.
    ///
    /// # Errors
    /// What the database answers.
    pub fn calendar_versions(&mut self, key: &str) -> Result<Vec<Version>> {
        let moment = |micros: i64| Timestamp::from_microsecond(micros).unwrap_or(Timestamp::UNIX_EPOCH);
        let rows = self.conn.calendar_versions(CALENDAR, Some(key))?;
        Ok(rows
            .into_iter()
            .map(|row| Version {
                version: row.version,
                retired: row.retired,
                valid_from: moment(row.valid_from),
                at: moment(row.at),
                actor: row.actor,
            })
            .collect())
    }

    /// Calendars at a moment; the usual one is there before anybody has kept a version of it.
    fn kept_at(&mut self, key: Option<&str>, moment: Timestamp) -> Result<Vec<Kept<CalendarDecl>>> {
        let mut kept = in_force(self.conn.calendar_versions(CALENDAR, key)?, moment)?;
        if key.is_none_or(|key| key == USUAL) && !kept.iter().any(|one| one.key == USUAL) {
            let (name, decl) = usual(&self.engine.settings().time_zone);
            kept.insert(0, Kept { key: USUAL.into(), name, decl, version: 0, retired: false, next: None });
        }
        Ok(kept)
    }

    /// Holiday lists at a moment, by key.
    pub(super) fn lists_at(&mut self, moment: Timestamp) -> Result<IndexMap<String, HolidayListDecl>> {
        let kept = in_force(self.conn.calendar_versions(HOLIDAYS, None)?, moment)?;
        Ok(kept.into_iter().map(|list| (list.key, list.decl)).collect())
    }
}

/// Of each key the version that counts at a moment: of those that have begun the one that began last.
fn in_force<D: DeserializeOwned>(rows: Vec<CalendarVersion>, moment: Timestamp) -> Result<Vec<Kept<D>>> {
    let now = moment.as_microsecond();
    let mut found: BTreeMap<String, (Option<CalendarVersion>, Option<(i64, Timestamp)>)> = BTreeMap::new();
    for row in rows {
        let (present, next) = found.entry(row.key.clone()).or_default();
        if row.valid_from > now {
            let begins = Timestamp::from_microsecond(row.valid_from).map_err(Problem::internal)?;
            if next.is_none_or(|(_, known)| begins < known) {
                *next = Some((row.version, begins));
            }
        } else if present.as_ref().is_none_or(|known| (row.valid_from, row.version) > (known.valid_from, known.version)) {
            *present = Some(row);
        }
    }
    let kept = found.into_iter().filter_map(|(_, (present, next))| Some((present?, next)));
    kept.map(|(row, next)| {
        Ok(Kept {
            name: serde_json::from_str(&row.name).map_err(Problem::internal)?,
            decl: serde_json::from_str(&row.decl).map_err(Problem::internal)?,
            key: row.key,
            version: row.version,
            retired: row.retired,
            next,
        })
    })
    .collect()
}
