//! What an import came to.

use super::ImportSpec;
use super::later::Later;
use crate::{Result, Tx};
use akrab_model::FieldProblem;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Notes shown with the report itself.
pub(super) const FIRST: usize = 50;

/// Rows of a trial that are held against the records there are.
pub const LOOKED_AT: u64 = 2_000;

/// Rows by what became of them. Every row is in exactly one of `created` … `refused`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Counts {
    pub rows: u64,
    pub created: u64,
    pub updated: u64,
    /// Matched a record and changed nothing.
    pub unchanged: u64,
    /// Left out by the rules.
    pub skipped: u64,
    /// Matched, and a person is to decide.
    pub asked: u64,
    pub refused: u64,
    /// Rows kept without a value that could not be read; they are among the others too.
    pub blanked: u64,
    /// Rows kept with a value that hardly is what was meant; they are among the others too.
    pub doubted: u64,
}

impl Counts {
    pub fn add(&mut self, other: &Counts) {
        self.rows += other.rows;
        self.created += other.created;
        self.updated += other.updated;
        self.unchanged += other.unchanged;
        self.skipped += other.skipped;
        self.asked += other.asked;
        self.refused += other.refused;
        self.blanked += other.blanked;
        self.doubted += other.doubted;
    }
}

/// What became of the row a note tells of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    Refused,
    Skipped,
    Asked,
    /// Kept without this value.
    Blanked,
    /// Kept as it is, and worth a look.
    Kept,
}

/// Something to look at in one row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Note {
    /// Line of a CSV file, row of a sheet, from 1.
    pub line: u64,
    pub verdict: Verdict,
    /// Key of the field at fault, when it is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
    /// What the file has there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
    /// Message key `problem-<code>`.
    pub code: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub args: Vec<(String, String)>,
}

impl Note {
    /// About something that came by another way than a file.
    pub(crate) fn about(verdict: Verdict, problem: &FieldProblem) -> Note {
        Note::of(1, verdict, None, problem)
    }
    pub(super) fn of(line: u64, verdict: Verdict, value: Option<String>, problem: &FieldProblem) -> Note {
        let field = Some(problem.field().to_string()).filter(|f| !f.is_empty());
        let value = value.filter(|v| !v.is_empty()).map(|v| v.chars().take(120).collect());
        Note { line, verdict, field, value, code: problem.code.clone(), args: problem.args.clone() }
    }
}

/// One matched record and what the import does to it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChangeSample {
    pub line: u64,
    pub title: String,
    /// (field key, before, after) as the API writes values.
    pub fields: Vec<(String, serde_json::Value, serde_json::Value)>,
}

/// The result of an import job, or of its trial.
#[derive(Debug, Clone, Serialize, Deserialize, Default)]
#[serde(default)]
pub struct ImportReport {
    pub dry: bool,
    pub file_name: String,
    pub header: Vec<String>,
    pub counts: Counts,
    pub notes: u64,
    /// Notes by their verdict.
    pub by_verdict: BTreeMap<Verdict, u64>,
    /// The first notes; [`crate::Engine::import_notes`] gives all.
    pub first: Vec<Note>,
    pub samples: Vec<ChangeSample>,
    /// Linked records that were made beside the rows, by object.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub made: BTreeMap<String, u64>,
    /// New rows of a trial that likely are somebody who is there already, among the first [`LOOKED_AT`].
    pub alike: u64,
    /// The search for duplicates that was queued behind a run.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub search: Option<i64>,
    pub spec: Option<ImportSpec>,
}

/// What one chunk leaves in the job's notes.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct ChunkNote {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<Note>,
    /// History entries written, in order; what undo takes back.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub changes: Vec<i64>,
    /// Links to be set when every row is in.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub later: Vec<Later>,
}

/// The first `limit` notes of a job, of these verdicts; of all when none is named.
pub(super) fn notes(tx: &mut Tx, job: i64, verdicts: &[Verdict], limit: usize) -> Result<Vec<Note>> {
    let mut notes = Vec::new();
    let mut after = -1;
    while notes.len() < limit {
        let found = tx.conn.job_notes(job, after, 20)?;
        let Some(last) = found.last() else { break };
        after = last.0;
        for (_, data) in &found {
            let chunk: ChunkNote = serde_json::from_str(data).unwrap_or_default();
            notes.extend(chunk.notes.into_iter().filter(|n| verdicts.is_empty() || verdicts.contains(&n.verdict)));
        }
    }
    notes.truncate(limit);
    Ok(notes)
}
