//! Writing an export page by page, so that memory stays flat however many rows there are.

use super::cell::{Cell, link_id};
use super::column::Related;
use super::known::Known;
use super::{Bound, ExportFormat, ExportSpec, calendar, card};
use crate::file::failure;
use crate::{Result, Tx};
use akrab_model::problem::ProblemKind;
use akrab_model::{FieldIx, Problem, Query, Record, Value};
use rust_decimal::prelude::ToPrimitive;
use rust_xlsxwriter::{ExcelDateTime, Format, Workbook, Worksheet, XlsxError};
use serde_json::{Map, Value as Json};
use std::any::Any;
use std::borrow::Cow;
use std::io::{BufWriter, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

const PAGE: usize = 1_000;
/// Characters that a cell of a spreadsheet takes.
const LONGEST_CELL: usize = 32_767;
/// A spreadsheet holds no more rows.
const MAX_SHEET_ROWS: u64 = 1_048_575;

/// Writes everything and says how many rows.
pub(super) fn whole(tx: &mut Tx, spec: &ExportSpec, path: &Path) -> Result<u64> {
    let bound = tx.bind_export(spec)?;
    match spec.format {
        ExportFormat::Csv => csv(tx, spec, &bound, path),
        ExportFormat::Json => json(tx, &bound, path),
        ExportFormat::Vcard | ExportFormat::Vcard4 | ExportFormat::Ical => entries(tx, spec.format, &bound, path),
        // the sheet's rows go through a temporary file whose writer panics when there is no room
        ExportFormat::Xlsx => catch_unwind(AssertUnwindSafe(|| xlsx(tx, spec, &bound, path))).unwrap_or_else(|panic| Err(fallen(&*panic))),
    }
}

fn csv(tx: &mut Tx, spec: &ExportSpec, bound: &Bound, path: &Path) -> Result<u64> {
    let file = akrab_store::private::create_new(path).map_err(failure)?;
    let mut out = ::csv::Writer::from_writer(BufWriter::new(file));
    out.write_record(header(tx, bound)).map_err(told)?;
    let (lang, zone) = (tx.ctx.lang_key(), tx.ctx.now.time_zone().clone());
    let rows = pages(tx, bound, &mut |_, record, related| {
        let mut cells = vec![record.id.to_string()];
        for column in &bound.columns {
            let (field, at) = (column.field(), related.of(column, record));
            cells.push(at.map_or(Cell::Blank, |at| Cell::of(field, at, lang, &zone)).text(spec.raw).into_owned());
            cells.extend(field.to.map(|_| at.and_then(|at| link_id(field, at)).unwrap_or_default()));
        }
        out.write_record(&cells).map_err(told)
    })?;
    out.flush().map_err(failure)?;
    Ok(rows)
}

/// An array of objects, with values as the API gives them; links have their titles beside the ids.
fn json(tx: &mut Tx, bound: &Bound, path: &Path) -> Result<u64> {
    let file = akrab_store::private::create_new(path).map_err(failure)?;
    let mut out = BufWriter::new(file);
    out.write_all(b"[").map_err(failure)?;
    let rows = pages(tx, bound, &mut |n, record, related| {
        let mut map = Map::from_iter([("id".to_string(), Json::from(record.id))]);
        for column in &bound.columns {
            let (field, at) = (column.field(), related.of(column, record));
            let title = |at: &Record, id: i64| at.title_in(&field.key, id).map(str::to_string);
            let value = at.map(|at| match at.get(&field.key) {
                Value::Link(id) => serde_json::json!({ "id": id, "title": title(at, *id) }),
                Value::Links(links) => links
                    .iter()
                    .map(|link| {
                        let mut row = link.to_json(field);
                        row["title"] = serde_json::json!(title(at, link.to));
                        row
                    })
                    .collect(),
                value => value.to_json(),
            });
            map.insert(column.key.clone(), value.unwrap_or(Json::Null));
        }
        out.write_all(if n == 0 { b"\n" } else { b",\n" }).map_err(failure)?;
        serde_json::to_writer(&mut out, &map).map_err(|e| failure(e.into()))
    })?;
    out.write_all(b"\n]\n").map_err(failure)?;
    out.flush().map_err(failure)?;
    Ok(rows)
}

/// Cards or entries of a calendar: their form is given, so that all readable fields count, whichever are chosen.
fn entries(tx: &mut Tx, format: ExportFormat, bound: &Bound, path: &Path) -> Result<u64> {
    let file = akrab_store::private::create_new(path).map_err(failure)?;
    let mut out = BufWriter::new(file);
    let readable = tx.rights.readable(&bound.object);
    let known = Known::of(&tx.registry, &bound.object, &readable, tx.ctx.lang_key());
    let now = tx.ctx.now.timestamp();
    let (head, foot) = if format == ExportFormat::Ical { (calendar::head(), calendar::foot()) } else { Default::default() };
    out.write_all(head.as_bytes()).map_err(failure)?;
    let rows = pages(tx, bound, &mut |_, record, _| {
        let entry = match format {
            ExportFormat::Ical => calendar::entry(record, &known, now),
            format => card::card(record, &known, format == ExportFormat::Vcard4, &card::stamp(record, now)),
        };
        out.write_all(entry.as_bytes()).map_err(failure)
    })?;
    out.write_all(foot.as_bytes()).map_err(failure)?;
    out.flush().map_err(failure)?;
    Ok(rows)
}

fn xlsx(tx: &mut Tx, _spec: &ExportSpec, bound: &Bound, path: &Path) -> Result<u64> {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet_with_constant_memory();
    let (bold, day, moment) =
        (Format::new().set_bold(), Format::new().set_num_format("yyyy-mm-dd"), Format::new().set_num_format("yyyy-mm-dd hh:mm:ss"));
    for (n, title) in header(tx, bound).into_iter().enumerate() {
        sheet.write_string_with_format(0, n as u16, title, &bold).map_err(sheet_fault)?;
    }
    let (lang, zone) = (tx.ctx.lang_key(), tx.ctx.now.time_zone().clone());
    let rows = pages(tx, bound, &mut |n, record, related| {
        if n >= MAX_SHEET_ROWS {
            return Err(Problem::malformed("too_many_rows").with("max", MAX_SHEET_ROWS));
        }
        let row = n as u32 + 1;
        sheet.write_number(row, 0, record.id as f64).map_err(sheet_fault)?;
        let mut column = 1;
        for asked in &bound.columns {
            let (field, at) = (asked.field(), related.of(asked, record));
            let cell = at.map_or(Cell::Blank, |at| Cell::of(field, at, lang, &zone));
            put(sheet, row, column, &cell, (&day, &moment)).map_err(sheet_fault)?;
            column += 1;
            if field.to.is_some() {
                if let Some(id) = at.and_then(|at| link_id(field, at)).filter(|id| !id.is_empty()) {
                    sheet.write_string(row, column, id).map_err(sheet_fault)?;
                }
                column += 1;
            }
        }
        Ok(())
    })?;
    book.save(path).map_err(sheet_fault)?;
    Ok(rows)
}

fn put(sheet: &mut Worksheet, row: u32, column: u16, cell: &Cell, (day, moment): (&Format, &Format)) -> Result<(), XlsxError> {
    match cell {
        Cell::Blank => {}
        // a string cell is never run, whatever it begins with
        Cell::Text(text) => drop(sheet.write_string(row, column, fitting(text))?),
        Cell::Number(d) => match d.to_f64() {
            // a number of this many digits would lose some as a spreadsheet's number
            Some(x) if d.mantissa().unsigned_abs() < 1_000_000_000_000_000 => drop(sheet.write_number(row, column, x)?),
            _ => drop(sheet.write_string(row, column, akrab_model::value::plain(*d))?),
        },
        Cell::Date(d) if d.year() >= 1900 => {
            let date = ExcelDateTime::from_ymd(d.year() as u16, d.month() as u8, d.day() as u8)?;
            sheet.write_datetime_with_format(row, column, date, day)?;
        }
        Cell::Time(t) if t.year() >= 1900 => {
            let time = ExcelDateTime::from_ymd(t.year() as u16, t.month() as u8, t.day() as u8)?;
            let time = time.and_hms(t.hour() as u16, t.minute() as u8, f64::from(t.second()))?;
            sheet.write_datetime_with_format(row, column, time, moment)?;
        }
        early => drop(sheet.write_string(row, column, early.text(true).as_ref())?),
    }
    Ok(())
}

/// As much of a text as a cell of a spreadsheet takes.
fn fitting(text: &str) -> Cow<'_, str> {
    if text.chars().nth(LONGEST_CELL).is_none() {
        return Cow::Borrowed(text);
    }
    Cow::Owned(text.chars().take(LONGEST_CELL - 1).chain(['…']).collect())
}

/// `akrab_id`, then the labels; links have their id beside them.
fn header(tx: &Tx, bound: &Bound) -> Vec<String> {
    let lang = tx.ctx.lang_key();
    let mut titles = vec![crate::import::ID_COLUMN.to_string()];
    for column in &bound.columns {
        titles.push(column.title(lang).to_string());
        if column.field().to.is_some() {
            titles.push(format!("{} (ID)", column.title(lang)));
        }
    }
    titles
}

/// Hands every record to `sink` with its place, and says how many there were.
pub(super) fn pages(tx: &mut Tx, bound: &Bound, sink: &mut dyn FnMut(u64, &Record, &Related) -> Result<()>) -> Result<u64> {
    let mut own: Vec<FieldIx> = Vec::new();
    for column in &bound.columns {
        let first = column.path.first().copied().unwrap_or(column.field);
        if !own.contains(&first) {
            own.push(first);
        }
    }
    let cells: Vec<FieldIx> = own.iter().copied().filter(|ix| bound.object.at(*ix).is_column()).collect();
    let mut query = Query {
        object: bound.object.ix,
        columns: cells.clone(),
        cond: bound.cond.clone(),
        sort: bound.sort.clone(),
        limit: PAGE,
        after: None,
        bin: false,
        titles: Vec::new(),
    };
    let mut rows = 0;
    loop {
        let page = tx.page(&bound.object, query.clone(), bound.words.as_ref(), Some(usize::MAX))?;
        let mut records: Vec<Record> = page.rows.into_iter().map(|row| crate::read::record_of(&bound.object, &cells, row)).collect();
        tx.load_some_links(&bound.object, &own, &mut records)?;
        tx.load_titles(&bound.object, &mut records)?;
        let related = tx.related(&bound.columns, &records)?;
        for record in &records {
            sink(rows, record, &related)?;
            rows += 1;
        }
        match page.next {
            Some(next) => query.after = Some(next),
            None => return Ok(rows),
        }
    }
}

fn told(error: ::csv::Error) -> Problem {
    match error.into_kind() {
        ::csv::ErrorKind::Io(e) => failure(e),
        other => Problem::internal(format!("{other:?}")),
    }
}

fn sheet_fault(error: XlsxError) -> Problem {
    match error {
        XlsxError::IoError(e) => failure(e),
        other => {
            let told = std::error::Error::source(&other).map_or_else(|| format!("{other:?}"), |cause| format!("{other:?} {cause:?}"));
            if is_full(&told) { full(told) } else { Problem::internal(told) }
        }
    }
}

fn fallen(panic: &(dyn Any + Send)) -> Problem {
    let told = panic.downcast_ref::<String>().cloned().or_else(|| panic.downcast_ref::<&str>().map(ToString::to_string));
    let told = told.unwrap_or_else(|| "an export panicked".into());
    if is_full(&told) { full(told) } else { Problem::internal(told) }
}

/// Whether an error of the system, as it writes itself, says that there is no room.
fn is_full(told: &str) -> bool {
    ["StorageFull", "QuotaExceeded"].iter().any(|kind| told.contains(kind))
}

fn full(told: String) -> Problem {
    Problem { cause: Some(told), ..Problem::new(ProblemKind::Full, "disk_full") }
}
