//! A report as a sheet: CSV and XLSX.

use super::{Line, ReportTable, number};
use crate::Result;
use crate::export::guarded;
use akrab_model::format::{self, Lang};
use akrab_model::{FieldType, Problem, Value};
use rust_decimal::prelude::ToPrimitive;
use rust_xlsxwriter::{Format, Workbook, Worksheet, XlsxError};

/// A cell of the sheet.
enum Cell {
    Text(String),
    Number(rust_decimal::Decimal),
    Blank,
}

impl ReportTable {
    /// As comma-separated values; texts that a spreadsheet could run are kept from it.
    pub fn csv(&self, lang: Lang, currency: &str) -> Result<Vec<u8>> {
        let mut out = csv::Writer::from_writer(Vec::new());
        let (head, rows) = self.sheet(lang, currency);
        out.write_record(head.iter().map(|text| guarded(text).into_owned())).map_err(Problem::internal)?;
        for row in rows {
            let cells = row.into_iter().map(|cell| match cell {
                Cell::Text(text) => guarded(&text).into_owned(),
                Cell::Number(number) => number.normalize().to_string(),
                Cell::Blank => String::new(),
            });
            out.write_record(cells).map_err(Problem::internal)?;
        }
        out.into_inner().map_err(Problem::internal)
    }

    fn sheet(&self, lang: Lang, currency: &str) -> (Vec<String>, Vec<Vec<Cell>>) {
        let depth = self.report.groups.len();
        let mut head: Vec<String> = self.axes.iter().take(depth).map(|axis| axis.words(lang)).collect();
        head.extend(self.cell_heads(lang, currency));
        let mut rows = Vec::new();
        for line in &self.lines {
            self.put(&mut rows, Vec::new(), line, 0, lang, currency);
        }
        let total = (0..depth).map(|n| if n == 0 { Cell::Text(lang.pick("Jumlah", "Total").into()) } else { Cell::Blank });
        rows.push(total.chain(self.totals.iter().map(cell)).collect());
        (head, rows)
    }

    /// What the columns of figures are called: in the order of [`Line::cells`], then of [`Line::lost`].
    pub fn cell_heads(&self, lang: Lang, currency: &str) -> Vec<String> {
        let measures: Vec<&str> = self.measures.iter().map(|m| m.label.get(lang.as_str())).collect();
        let one = measures.len() == 1;
        let all = lang.pick("Semua", "All").to_string();
        let blocks = self.heads.iter().map(|mark| self.head_words(mark, lang, currency)).chain((!self.heads.is_empty()).then_some(all));
        let named = |words: String| measures.iter().map(move |m| if one { words.clone() } else { format!("{words} · {m}") });
        let lost = self.tells_lost().then(|| lang.pick("Gugur di tahap ini", "Lost at this step").to_string());
        match self.heads.is_empty() {
            true => measures.iter().map(|m| (*m).to_string()).chain(lost.into_iter().flat_map(named)).collect(),
            false => blocks.chain(lost).flat_map(named).collect(),
        }
    }

    fn put(&self, rows: &mut Vec<Vec<Cell>>, before: Vec<String>, line: &Line, depth: usize, lang: Lang, currency: &str) {
        let mut words = before;
        words.push(self.line_words(depth, &line.mark, lang, currency));
        if line.below.is_empty() {
            let names = words.iter().cloned().map(Cell::Text);
            let blank = (words.len()..self.report.groups.len()).map(|_| Cell::Blank);
            rows.push(names.chain(blank).chain(line.cells.iter().chain(&line.lost).map(cell)).collect());
        }
        for inner in &line.below {
            self.put(rows, words.clone(), inner, depth + 1, lang, currency);
        }
    }

    /// A value in words: in full, or short as in heads and charts.
    pub fn value_words(&self, measure: usize, value: &Value, short: bool, lang: Lang, currency: &str) -> String {
        let Some(column) = self.measures.get(measure) else { return String::new() };
        match (column.kind, value) {
            (_, Value::Null) => "—".into(),
            (_, Value::Date(day)) => format::date(*day),
            (_, Value::Time(at)) => format::date(at.to_zoned(jiff::tz::TimeZone::UTC).date()),
            (FieldType::Money, _) if short => number(value).map_or_else(String::new, |d| format::money_short(d, currency, lang)),
            (FieldType::Money, _) => number(value).map_or_else(String::new, |d| format::money(d, currency, lang)),
            (FieldType::Percent, _) => number(value).map_or_else(String::new, |d| format::percent(d.round_dp(1), lang)),
            _ if column.plain => number(value).map_or_else(String::new, |d| d.round().to_string()),
            (FieldType::Duration, Value::Int(minutes)) => format::duration(u32::try_from(*minutes).unwrap_or_default(), lang),
            _ => number(value).map_or_else(String::new, |d| format::number(d.round_dp(2), lang)),
        }
    }
}

/// Several reports as a workbook, a sheet each.
pub(super) fn book(tables: &[(&str, &ReportTable)], lang: Lang, currency: &str) -> Result<Vec<u8>> {
    let mut book = Workbook::new();
    let mut names = Vec::new();
    for (name, table) in tables {
        let name = sheet_name(name, &names);
        let sheet = book.add_worksheet();
        sheet.set_name(&name).map_err(Problem::internal)?;
        write(sheet, table, lang, currency).map_err(Problem::internal)?;
        names.push(name.to_lowercase());
    }
    book.save_to_buffer().map_err(Problem::internal)
}

/// Longest name of a sheet.
const NAME: usize = 31;

/// A name no other sheet has, without the signs a sheet's name may not hold.
fn sheet_name(name: &str, taken: &[String]) -> String {
    let clean: String = name.chars().map(|c| if "[]:*?/\\'".contains(c) { ' ' } else { c }).collect();
    let cut = |suffix: &str| clean.trim().chars().take(NAME - suffix.len()).chain(suffix.chars()).collect::<String>();
    let plain = if clean.trim().is_empty() { "1".to_string() } else { cut("") };
    let numbered = (2..).map(|n| cut(&format!(" {n}")));
    std::iter::once(plain).chain(numbered).find(|name| !taken.contains(&name.to_lowercase())).unwrap_or_default()
}

fn write(sheet: &mut Worksheet, table: &ReportTable, lang: Lang, currency: &str) -> std::result::Result<(), XlsxError> {
    let bold = Format::new().set_bold();
    let (head, rows) = table.sheet(lang, currency);
    for (n, title) in (0_u16..).zip(&head) {
        sheet.write_string_with_format(0, n, title, &bold)?;
        sheet.set_column_width(n, 18)?;
    }
    for (r, row) in (1_u32..).zip(rows) {
        for (c, cell) in (0_u16..).zip(row) {
            match cell {
                // a string cell is never run, whatever it begins with
                Cell::Text(text) => drop(sheet.write_string(r, c, text)?),
                Cell::Number(number) => drop(sheet.write_number(r, c, number.to_f64().unwrap_or_default())?),
                Cell::Blank => {}
            }
        }
    }
    Ok(())
}

fn cell(value: &Value) -> Cell {
    match value {
        Value::Date(day) => Cell::Text(day.to_string()),
        Value::Time(at) => Cell::Text(at.to_string()),
        value => number(value).map_or(Cell::Blank, Cell::Number),
    }
}
