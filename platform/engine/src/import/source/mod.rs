//! Tables in files: CSV, XLSX, vCard and iCalendar, read row by row within fixed limits.

pub(crate) mod content;
mod csv;
mod decode;
mod guess;
mod ical;
mod repeat;
mod vcard;
mod xlsx;

use super::links::is_number;
use crate::Result;
use crate::file::FileKind;
use akrab_model::problem::ProblemKind;
use akrab_model::{FieldProblem, Problem};
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use std::collections::HashSet;
use std::fs::File;
use std::io::Read;
use std::path::Path;
use tokio::sync::mpsc;

/// More columns, longer cells, longer rows or more rows than this are refused.
pub const MAX_COLUMNS: usize = 500;
pub const MAX_CELL: usize = 100_000;
pub const MAX_ROW: usize = 1024 * 1024;
pub const MAX_ROWS: u64 = 1_000_000;

/// Rows handed on, checked and written together.
pub const CHUNK: usize = 500;

/// How a file is to be read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "format")]
pub enum Layout {
    Csv {
        /// Name of the encoding as the web standards call it.
        encoding: String,
        delimiter: char,
    },
    Xlsx {
        sheet: String,
        sheets: Vec<String>,
    },
    /// Cards of an address book.
    Vcard {
        encoding: String,
    },
    /// Events and to-dos of a calendar.
    Ical {
        encoding: String,
    },
}

/// A row that is not blank, with its line (CSV) or row number (XLSX), counted from 1.
#[derive(Debug, Clone, PartialEq)]
pub struct Line {
    pub number: u64,
    /// Text as strings, numbers of spreadsheets as numbers, blank cells as null.
    pub cells: Vec<Json>,
    /// What the file has and the row has not, or has otherwise: code of a remark, and what it is about.
    pub said: Vec<(&'static str, String)>,
}

impl Line {
    pub fn new(number: u64, cells: Vec<Json>) -> Line {
        Line { number, cells, said: Vec::new() }
    }

    pub fn text(&self, column: usize) -> String {
        match self.cells.get(column) {
            Some(Json::String(s)) => s.clone(),
            None | Some(Json::Null) => String::new(),
            Some(other) => other.to_string(),
        }
    }
    fn is_blank(&self) -> bool {
        self.cells.iter().all(Json::is_null)
    }
}

/// What a file holds.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Shape {
    pub layout: Layout,
    pub header: Vec<String>,
    /// The first rows.
    pub samples: Vec<Vec<String>>,
    /// Rows below the header that are not blank.
    pub rows: u64,
    /// Columns in which some row has something.
    #[serde(skip)]
    pub filled: HashSet<usize>,
    /// Columns in which some row has something else than a number as records have it in another system.
    #[serde(skip)]
    pub worded: HashSet<usize>,
}

impl Shape {
    /// Whether no row has anything in this column.
    pub fn is_blank(&self, column: usize) -> bool {
        !self.filled.contains(&column)
    }

    /// Whether every row that has something in this column has a number there, such as records have it in another system.
    pub fn is_numbered(&self, column: usize) -> bool {
        self.filled.contains(&column) && !self.worded.contains(&column)
    }
}

/// Finds out how a file is to be read.
///
/// # Errors
/// `file_not_a_table`, `file_broken`, `sheet_unknown`, and the limits on zip files.
pub fn layout(path: &Path, sheet: Option<&str>) -> Result<Layout> {
    let mut head = [0; 1_024];
    let read = File::open(path).and_then(|mut f| f.read(&mut head)).map_err(crate::file::failure)?;
    match FileKind::of(&head[..read]) {
        FileKind::Zip => xlsx::layout(path, sheet),
        FileKind::Text if vcard::is_vcard(&head[..read]) => vcard::layout(path),
        FileKind::Text if ical::is_calendar(&head[..read]) => ical::layout(path),
        FileKind::Text => guess::layout(path),
        // UTF-16 without a mark looks like binary; a table of it has a zero in every pair
        FileKind::Unknown if guess::is_wide(&head[..read]) => guess::layout(path),
        FileKind::Unknown if head[..read].contains(&0) => Err(at("file_has_nul", line_of_nul(&head[..read]))),
        _ => Err(Problem::malformed("file_not_a_table")),
    }
}

/// Reads the whole file once: header, samples and the number of rows.
///
/// # Errors
/// As [`layout`] and [`each`].
pub fn inspect(path: &Path, sheet: Option<&str>) -> Result<Shape> {
    let layout = layout(path, sheet)?;
    let mut shape =
        Shape { layout: layout.clone(), header: Vec::new(), samples: Vec::new(), rows: 0, filled: HashSet::new(), worded: HashSet::new() };
    let mut first = true;
    each(path, &layout, &mut |line| {
        let texts = |line: &Line| (0..line.cells.len()).map(|n| line.text(n)).collect::<Vec<_>>();
        if std::mem::take(&mut first) {
            shape.header = texts(&line);
        } else {
            if shape.samples.len() < 5 {
                shape.samples.push(texts(&line));
            }
            shape.rows += 1;
            shape.filled.extend((0..line.cells.len()).filter(|n| !line.cells[*n].is_null()));
            let worded = |cell: &Json| match cell {
                Json::Null => false,
                Json::String(text) => !is_number(text),
                other => !is_number(&other.to_string()),
            };
            shape.worded.extend((0..line.cells.len()).filter(|n| worded(&line.cells[*n])));
        }
        Ok(true)
    })?;
    if first || shape.rows == 0 {
        return Err(Problem::malformed("file_no_rows"));
    }
    Ok(shape)
}

/// Hands every row that is not blank to `sink`, the header first, until it says false.
///
/// # Errors
/// A fault of the file with its place: `file_has_nul`, `file_broken_encoding`, `row_too_long`,
/// `too_many_columns`, `cell_too_long`, `too_many_rows`, `file_broken`.
pub fn each(path: &Path, layout: &Layout, sink: &mut dyn FnMut(Line) -> Result<bool>) -> Result<()> {
    let mut rows = 0;
    let mut guarded = |line: Line| {
        if line.cells.len() > MAX_COLUMNS {
            return Err(at("too_many_columns", line.number).with("max", MAX_COLUMNS));
        }
        if line.is_blank() {
            return Ok(true);
        }
        rows += 1;
        if rows > MAX_ROWS + 1 {
            return Err(at("too_many_rows", line.number).with("max", MAX_ROWS));
        }
        sink(line)
    };
    match layout {
        Layout::Csv { encoding, delimiter } => csv::each(path, encoding, *delimiter, &mut guarded),
        Layout::Xlsx { sheet, .. } => xlsx::each(path, sheet, &mut guarded),
        Layout::Vcard { encoding } => vcard::each(path, encoding, &mut guarded),
        Layout::Ical { encoding } => ical::each(path, encoding, &mut guarded),
    }
}

/// Reads the rows below the header in the background, in chunks, after the first `skip` of them.
pub fn stream(path: std::path::PathBuf, layout: Layout, skip: u64) -> mpsc::Receiver<Result<Vec<Line>>> {
    let (send, receive) = mpsc::channel(4);
    tokio::task::spawn_blocking(move || {
        let mut seen = 0;
        let mut chunk = Vec::with_capacity(CHUNK);
        let read = each(&path, &layout, &mut |line| {
            seen += 1;
            // the header, and what an earlier run has done
            if seen > skip + 1 {
                chunk.push(line);
            }
            Ok(chunk.len() < CHUNK || send.blocking_send(Ok(std::mem::take(&mut chunk))).is_ok())
        });
        // nobody listens any more when the job was stopped
        let _ = match read {
            Ok(()) if chunk.is_empty() => Ok(()),
            Ok(()) => send.blocking_send(Ok(chunk)),
            Err(problem) => send.blocking_send(Err(problem)),
        };
    });
    receive
}

/// A fault of the file at a line.
pub(crate) fn at(code: &'static str, line: u64) -> Problem {
    let place = FieldProblem::new(&format!("/line/{line}"), code).with("line", line);
    Problem::new(ProblemKind::Malformed, code).with("line", line).field(place)
}

fn line_of_nul(head: &[u8]) -> u64 {
    head.iter().take_while(|b| **b != 0).filter(|b| **b == b'\n').count() as u64 + 1
}
