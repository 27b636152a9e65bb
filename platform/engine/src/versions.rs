//! Declarations that people change in the settings, kept in versions: calendars, holiday lists, purposes, contact policies.
//! Each version has the moment from which it counts; what was kept before stays.

use crate::{Result, Tx};
use akrab_model::{FieldProblem, Label, Problem, RecordId};
use akrab_store::{DeclaredDraft, DeclaredVersion};
use jiff::Timestamp;
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::collections::BTreeMap;

/// A declaration as it is kept.
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

/// What is being written of a declaration and does not count yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sketch<D> {
    pub name: Label,
    pub decl: D,
    pub at: Timestamp,
    pub actor: Option<RecordId>,
}

impl Tx<'_> {
    /// What is being written of a declaration.
    pub(crate) fn sketch_of<D: DeserializeOwned>(&mut self, kind: &str, key: &str) -> Result<Option<Sketch<D>>> {
        let read = |draft: DeclaredDraft| {
            Ok(Sketch {
                name: serde_json::from_str(&draft.name).map_err(Problem::internal)?,
                decl: serde_json::from_str(&draft.decl).map_err(Problem::internal)?,
                at: Timestamp::from_microsecond(draft.at).map_err(Problem::internal)?,
                actor: draft.actor,
            })
        };
        self.conn.declared_draft(kind, key)?.map(read).transpose()
    }

    /// Keeps what is being written of a declaration; nothing of it counts.
    pub(crate) fn keep_sketch<D: Serialize>(&mut self, kind: &str, (key, name, decl): (&str, &Label, &D)) -> Result<()> {
        self.may_declare()?;
        let draft = DeclaredDraft {
            key: key.into(),
            name: serde_json::to_string(name).map_err(Problem::internal)?,
            decl: serde_json::to_string(decl).map_err(Problem::internal)?,
            at: self.ctx.micros(),
            actor: self.ctx.author(),
        };
        Ok(self.conn.declared_draft_put(kind, &draft)?)
    }

    /// Declarations of a kind as they count now, by key.
    pub(crate) fn kept_now<D: DeserializeOwned>(&mut self, kind: &str, key: Option<&str>) -> Result<Vec<Kept<D>>> {
        let now = self.ctx.now.timestamp();
        self.kept_at(kind, key, now)
    }

    /// Declarations of a kind as they counted at a moment, by key.
    pub(crate) fn kept_at<D: DeserializeOwned>(&mut self, kind: &str, key: Option<&str>, moment: Timestamp) -> Result<Vec<Kept<D>>> {
        in_force(self.conn.declared_versions(kind, key)?, moment)
    }

    /// Versions of a declaration, the latest first.
    pub(crate) fn versions_of(&mut self, kind: &str, key: &str) -> Result<Vec<Version>> {
        let moment = |micros: i64| Timestamp::from_microsecond(micros).unwrap_or(Timestamp::UNIX_EPOCH);
        let rows = self.conn.declared_versions(kind, Some(key))?;
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

    /// Only administrators change declarations.
    pub(crate) fn may_declare(&self) -> Result<()> {
        if self.ctx.is_admin() { Ok(()) } else { Err(Problem::forbidden()) }
    }

    /// Keeps a version, which counts from `from` on or at once. `known` is the version it was made from, 0 when there was
    /// none.
    pub(crate) fn keep_version<D: Serialize>(
        &mut self,
        kind: &str,
        (key, name, decl): (&str, &Label, &D),
        from: Option<Timestamp>,
        known: Option<i64>,
        retired: bool,
    ) -> Result<i64> {
        self.may_declare()?;
        // the past stays as it was
        if from.is_some_and(|from| from < self.ctx.now.timestamp()) {
            return Err(Problem::invalid(vec![FieldProblem::new("valid_from", "calendar_past")]));
        }
        self.alone(&format!("{kind} {key}"))?;
        let versions = self.conn.declared_versions(kind, Some(key))?;
        let now = self.ctx.micros();
        let present = versions.iter().filter(|v| v.valid_from <= now).max_by_key(|v| (v.valid_from, v.version)).map_or(0, |v| v.version);
        if known.is_some_and(|known| known != present) {
            return Err(Problem::stale());
        }
        let version = versions.first().map_or(1, |latest| latest.version + 1);
        self.conn.declared_version_add(
            kind,
            &DeclaredVersion {
                key: key.into(),
                version,
                name: serde_json::to_string(name).map_err(Problem::internal)?,
                decl: serde_json::to_string(decl).map_err(Problem::internal)?,
                retired,
                valid_from: from.map_or(now, Timestamp::as_microsecond),
                at: now,
                actor: self.ctx.author(),
            },
        )?;
        Ok(version)
    }
}

/// Of each key the version that counts at a moment: of those that have begun the one that began last.
fn in_force<D: DeserializeOwned>(rows: Vec<DeclaredVersion>, moment: Timestamp) -> Result<Vec<Kept<D>>> {
    let now = moment.as_microsecond();
    let mut found: BTreeMap<String, (Option<DeclaredVersion>, Option<(i64, Timestamp)>)> = BTreeMap::new();
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
