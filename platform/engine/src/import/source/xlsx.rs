//! Rows of a spreadsheet, after its zip archive has proved to be harmless.
//!
//! Formula cells count as the values the file holds for them; nothing is computed.

use super::{Layout, Line, MAX_CELL, MAX_COLUMNS, at};
use crate::Result;
use crate::file::failure;
use akrab_model::Problem;
use akrab_model::problem::ProblemKind;
use calamine::{DataRef, ExcelDateTime, Reader, Xlsx};
use serde_json::Value as Json;
use std::fs::File;
use std::io::{BufReader, Read};
use std::path::Path;

const MAX_ENTRIES: usize = 2_000;
const MAX_ENTRY: u64 = 100 * 1024 * 1024;
const MAX_TOTAL: u64 = 300 * 1024 * 1024;
const MAX_RATIO: u64 = 200;
/// Shared texts are all held in memory while a sheet is read.
const MAX_TEXTS: u64 = 500_000;
const MAX_TEXT_BYTES: u64 = 32 * 1024 * 1024;
/// Small parts may be as dense as they like.
const RATIO_FROM: u64 = 1024 * 1024;

pub fn layout(path: &Path, sheet: Option<&str>) -> Result<Layout> {
    bounded(path)?;
    let book = open(path)?;
    let sheets = book.sheet_names();
    let sheet = match sheet {
        Some(wanted) => sheets.iter().find(|s| *s == wanted).ok_or_else(|| Problem::malformed("sheet_unknown"))?,
        None => sheets.first().ok_or_else(|| Problem::malformed("file_no_rows"))?,
    };
    Ok(Layout::Xlsx { sheet: sheet.clone(), sheets: sheets.clone() })
}

pub fn each(path: &Path, sheet: &str, sink: &mut dyn FnMut(Line) -> Result<bool>) -> Result<()> {
    bounded(path)?;
    let mut book = open(path)?;
    let mut reader = book.worksheet_cells_reader(sheet).map_err(broken)?;
    let mut line = Line::new(0, Vec::new());
    while let Some(cell) = reader.next_cell().map_err(broken)? {
        let (row, column) = cell.get_position();
        let (number, column) = (u64::from(row) + 1, column as usize);
        if number != line.number {
            if number < line.number {
                return Err(at("file_broken", number));
            }
            let done = std::mem::replace(&mut line, Line::new(number, Vec::new()));
            if done.number > 0 && !sink(done)? {
                return Ok(());
            }
        }
        let value = value_of(cell.get_value());
        if value.is_null() {
            continue;
        }
        if column >= MAX_COLUMNS {
            return Err(at("too_many_columns", number).with("max", MAX_COLUMNS));
        }
        if value.as_str().is_some_and(|s| s.len() > MAX_CELL) {
            return Err(at("cell_too_long", number).with("column", column + 1).with("max", MAX_CELL));
        }
        if line.cells.len() <= column {
            line.cells.resize(column + 1, Json::Null);
        }
        line.cells[column] = value;
    }
    if line.number > 0 {
        sink(line)?;
    }
    Ok(())
}

fn open(path: &Path) -> Result<Xlsx<BufReader<File>>> {
    let file = BufReader::new(File::open(path).map_err(failure)?);
    // a file made to harm must not end more than its own reading
    std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| Xlsx::new(file)))
        .map_err(|_| Problem::malformed("file_broken"))?
        .map_err(broken)
}

fn broken(error: calamine::XlsxError) -> Problem {
    Problem { cause: Some(error.to_string()), ..Problem::malformed("file_broken") }
}

fn value_of(cell: &DataRef<'_>) -> Json {
    let text = |s: &str| {
        let s = s.trim();
        if s.is_empty() { Json::Null } else { Json::String(s.into()) }
    };
    match cell {
        DataRef::Empty | DataRef::Error(_) => Json::Null,
        DataRef::Int(n) => Json::from(*n),
        DataRef::Float(x) if x.fract() == 0.0 && x.abs() < 1e15 => Json::from(*x as i64),
        DataRef::Float(x) => serde_json::Number::from_f64(*x).map_or(Json::Null, Json::Number),
        DataRef::Bool(b) => Json::from(*b),
        DataRef::DateTime(moment) => text(&written(moment)),
        DataRef::SharedString(s) => text(s),
        DataRef::String(s) | DataRef::DateTimeIso(s) | DataRef::DurationIso(s) => text(s),
    }
}

/// A date, or date and time of day without a zone, as ISO 8601 writes it.
fn written(moment: &ExcelDateTime) -> String {
    if moment.is_duration() {
        let minutes = (moment.as_f64() * 24.0 * 60.0).round() as i64;
        return format!("{}:{:02}", minutes / 60, minutes % 60);
    }
    let (year, month, day, hour, minute, second, _) = moment.to_ymd_hms_milli();
    if (hour, minute, second) == (0, 0, 0) {
        format!("{year:04}-{month:02}-{day:02}")
    } else {
        format!("{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02}")
    }
}

/// Inflates every part into nothing and counts: names, sizes and ratios of the archive's own
/// directory prove nothing.
fn bounded(path: &Path) -> Result<()> {
    let large = |max: u64, entry: &str| Problem::new(ProblemKind::TooLarge, "zip_too_large").with("max", max).with("entry", entry);
    let bad = |e: zip::result::ZipError| Problem { cause: Some(e.to_string()), ..Problem::malformed("file_broken") };
    let size = std::fs::metadata(path).map_err(failure)?.len();
    let mut archive = zip::ZipArchive::new(BufReader::new(File::open(path).map_err(failure)?)).map_err(bad)?;
    if archive.len() > MAX_ENTRIES {
        return Err(Problem::new(ProblemKind::TooLarge, "zip_too_many_entries").with("max", MAX_ENTRIES));
    }
    let mut total = 0;
    let mut buffer = vec![0; 64 * 1024];
    for n in 0..archive.len() {
        let mut entry = archive.by_index(n).map_err(bad)?;
        let name = entry.name().to_string();
        let packed = entry.compressed_size().min(size).max(1);
        let mut inflated = 0;
        let mut promise = name.to_lowercase().ends_with("sharedstrings.xml").then(Promise::default);
        loop {
            let read = entry.read(&mut buffer).map_err(|_| Problem::malformed("file_broken"))? as u64;
            if read == 0 {
                break;
            }
            inflated += read;
            total += read;
            if let Some(promise) = &mut promise {
                promise.watch(&buffer[..read as usize]);
                if inflated > MAX_TEXT_BYTES || promise.texts > MAX_TEXTS {
                    return Err(Problem::new(ProblemKind::TooLarge, "too_many_texts").with("max", MAX_TEXTS));
                }
            }
            if inflated > MAX_ENTRY {
                return Err(large(MAX_ENTRY, &name));
            }
            if total > MAX_TOTAL {
                return Err(large(MAX_TOTAL, &name));
            }
            if inflated > RATIO_FROM && inflated / packed > MAX_RATIO {
                return Err(large(packed * MAX_RATIO, &name));
            }
        }
        if promise.is_some_and(|p| p.most > inflated / SHORTEST_STRING + 1) {
            return Err(Problem::malformed("file_broken"));
        }
    }
    Ok(())
}

/// Bytes of the shortest shared string.
const SHORTEST_STRING: u64 = "<si/>".len() as u64;

/// How many shared strings a part says it holds. Room for them is made before they are read, so that a
/// file must not promise more than it can hold.
#[derive(Default)]
struct Promise {
    most: u64,
    /// How many begin in what was seen.
    texts: u64,
    /// The end of what was seen, in case a name or number goes on behind it.
    tail: Vec<u8>,
}

impl Promise {
    const NAME: &[u8] = b"uniqueCount";
    const TEXT: &[u8] = b"<si";

    fn watch(&mut self, bytes: &[u8]) {
        // one that begins before the edge is seen whole behind it
        let edge = self.tail.len().saturating_sub(Self::TEXT.len() - 1);
        self.tail.extend_from_slice(bytes);
        self.texts += self.tail[edge..].windows(Self::TEXT.len()).filter(|w| *w == Self::TEXT).count() as u64;
        let mut from = 0;
        while let Some(at) = self.tail[from..].windows(Self::NAME.len()).position(|w| w == Self::NAME) {
            from += at + Self::NAME.len();
            let value = self.tail[from..].iter().skip_while(|b| matches!(b, b'=' | b'"' | b'\'' | b'+') || b.is_ascii_whitespace());
            let number =
                value.take_while(|b| b.is_ascii_digit()).fold(0_u64, |n, b| n.saturating_mul(10).saturating_add(u64::from(b - b'0')));
            self.most = self.most.max(number);
        }
        // long enough for a name, blanks and a number; what lies in it twice is counted as one
        let keep = self.tail.len().min(256);
        self.tail.drain(..self.tail.len() - keep);
    }
}
