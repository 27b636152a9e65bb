//! The whole workspace as one archive that any installation of this program takes in, on either database: records
//! with their ids and links, history, timeline, files, settings, own objects, flows, people without their secrets.
//!
//! A zip with a manifest, a line of JSON per row and the files by their checksums; `README.md` in it says how to
//! read it. What is written is one moment of the database. What comes in is read wholly and checked before a row
//! is put anywhere ([`Checked`]), and goes into a workspace where nobody works yet.

mod arrive;
mod bring;
mod cell;
mod check;
mod job;
mod write;

pub use arrive::{Arrival, ArrivalJob, ArrivalReport, LARGEST};
pub use bring::bring;
pub use check::Checked;
pub use job::{ArchiveJob, ArchiveReport};

use akrab_model::Problem;
use akrab_model::problem::ProblemKind;
use cell::Kind;
use serde::{Deserialize, Serialize};

/// Raised when an archive is laid out in a way that older programs cannot read.
const VERSION: u32 = 1;
const MANIFEST: &str = "manifest.json";
const README: &str = "README.md";

/// What an archive says of itself.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Manifest {
    pub akrab_workspace: u32,
    /// Version of the program that wrote it.
    pub program: String,
    pub made_at: String,
    pub company: String,
    /// What is in it beside the manifest and its explanation.
    pub entries: Vec<Entry>,
    /// What stayed behind: tables with the reason.
    #[serde(default)]
    pub left: Vec<(String, String)>,
}

/// One file of the archive.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Entry {
    pub name: String,
    pub bytes: u64,
    pub sha256: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub table: Option<Table>,
}

/// A table as lines of JSON.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Table {
    pub table: String,
    pub rows: u64,
    /// The largest id ever given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_id: Option<i64>,
    pub columns: Vec<Column>,
}

/// A column: its name in the lines, its name in the database, what it holds.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Column {
    pub name: String,
    pub column: String,
    pub kind: Kind,
    /// Stored as text; else as a 64-bit number.
    pub text: bool,
}

impl Manifest {
    /// Records of the workspace, people and settings too.
    pub fn records(&self) -> u64 {
        self.entries.iter().filter(|e| e.name.starts_with("objects/")).filter_map(|e| Some(e.table.as_ref()?.rows)).sum()
    }
    pub fn files(&self) -> usize {
        self.entries.iter().filter(|e| e.name.starts_with("files/")).count()
    }
}

/// An archive that cannot be taken: what is wrong with which of its entries.
fn refused(code: &'static str, entry: &str) -> Problem {
    Problem::new(ProblemKind::Malformed, code).with("entry", entry)
}

fn at_line(entry: &str, line: u64) -> Problem {
    refused("archive_line", entry).with("line", line)
}
