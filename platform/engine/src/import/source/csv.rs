//! Rows of a delimited text.

use super::decode::{Decoded, problem_of};
use super::{Line, MAX_CELL, at, guess};
use crate::Result;
use crate::file::failure;
use akrab_model::Problem;
use serde_json::Value as Json;
use std::fs::File;
use std::path::Path;

pub fn each(path: &Path, encoding: &str, delimiter: char, sink: &mut dyn FnMut(Line) -> Result<bool>) -> Result<()> {
    let delimiter = u8::try_from(delimiter).map_err(|_| Problem::malformed("file_delimiter"))?;
    let file = File::open(path).map_err(failure)?;
    let text = Decoded::new(file, guess::named(encoding)?).guarded(delimiter);
    let mut reader = ::csv::ReaderBuilder::new().has_headers(false).flexible(true).delimiter(delimiter).from_reader(text);
    let mut record = ::csv::StringRecord::new();
    let mut first = true;
    while reader.read_record(&mut record).map_err(told)? {
        let number = record.position().map_or(0, ::csv::Position::line);
        // the hint some spreadsheets put before the header
        if std::mem::take(&mut first) && record.get(0).is_some_and(|c| c.starts_with("sep=")) {
            continue;
        }
        let mut cells = Vec::with_capacity(record.len());
        for (n, cell) in record.iter().enumerate() {
            if cell.len() > MAX_CELL {
                return Err(at("cell_too_long", number).with("column", n + 1).with("max", MAX_CELL));
            }
            let cell = crate::export::unguarded(cell.trim());
            cells.push(if cell.is_empty() { Json::Null } else { Json::String(cell.into()) });
        }
        if !sink(Line::new(number, cells))? {
            break;
        }
    }
    Ok(())
}

fn told(error: ::csv::Error) -> Problem {
    let line = error.position().map_or(0, ::csv::Position::line);
    match error.into_kind() {
        ::csv::ErrorKind::Io(e) => problem_of(e),
        _ => at("file_broken", line),
    }
}
