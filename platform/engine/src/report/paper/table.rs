//! The table of a report on paper: every line of it, its heads on each page, columns side by side as far as they fit.

use super::Reader;
use super::ink::{BLACK, Ink, RULE, SOFT, Type};
use super::letters::{self, width};
use super::sheets::Sheets;
use crate::report::{Line, ReportTable};
use akrab_model::Value;
use akrab_model::report::Chart;

const SIZE: f32 = 8.5;
const STEP: f32 = 11.0;
/// Room above and below the words of a line.
const PAD: f32 = 3.5;
/// Room between columns.
const GAP: f32 = 12.0;
const INDENT: f32 = 12.0;
/// Width of the words of groups, and of a head that could be written wider.
const NAMES: (f32, f32) = (80.0, 210.0);
const HEAD: f32 = 84.0;

/// A line as it is written.
struct Row {
    depth: usize,
    words: String,
    cells: Vec<String>,
    heats: Vec<u8>,
}

/// A table as it is written.
pub(super) struct Written {
    /// What the groups are called; none without groups.
    names: Option<String>,
    heads: Vec<String>,
    rows: Vec<Row>,
    total: Option<Row>,
    widths: Vec<f32>,
    first: f32,
}

impl Written {
    pub fn of(table: &ReportTable, reader: &Reader) -> Written {
        let (lang, currency) = (reader.lang, reader.currency.as_str());
        let depth = table.report.groups.len();
        let mut rows = Vec::new();
        for line in &table.lines {
            rows.push(row(table, line, 0, reader));
            rows.extend(line.below.iter().map(|inner| row(table, inner, 1, reader)));
        }
        let total = (table.lines.len() > 1 || depth == 0).then(|| Row {
            depth: 0,
            words: if depth == 0 { String::new() } else { lang.pick("Jumlah", "Total").into() },
            cells: cells(table, table.totals.iter(), reader),
            heats: Vec::new(),
        });
        let names = (depth > 0).then(|| table.axes.iter().take(depth).map(|axis| axis.words(lang)).collect::<Vec<_>>().join(" · "));
        let heads = table.cell_heads(lang, currency);
        let all = || rows.iter().chain(&total);
        let widths = heads.iter().enumerate().map(|(n, head)| {
            let widest = all().filter_map(|row| row.cells.get(n)).map(|cell| width(cell, SIZE, true)).fold(0.0, f32::max);
            let word = head.split(' ').map(|word| width(word, SIZE, true)).fold(0.0, f32::max);
            let tight = widest.max(word.min(HEAD * 1.5)) + GAP;
            (tight, tight.max(width(head, SIZE, true).min(HEAD) + GAP))
        });
        let (tight, loose): (Vec<f32>, Vec<f32>) = widths.unzip();
        let words = all().map(|row| width(&row.words, SIZE, true) + INDENT * row.depth as f32);
        let own = names.iter().map(|name| width(name, SIZE, true)).chain(words).fold(0.0, f32::max);
        let first = if depth == 0 { 0.0 } else { (own + GAP).clamp(NAMES.0, NAMES.1) };
        // heads break at every word before columns have to stand below one another
        let fits = first + loose.iter().sum::<f32>() <= Sheets::width_of(true);
        Written { names, heads, rows, total, widths: if fits { loose } else { tight }, first }
    }

    /// How wide it would like to be.
    pub fn wish(&self) -> f32 {
        self.first + self.widths.iter().sum::<f32>()
    }

    /// Columns that stand side by side: from, and up to but not including.
    fn blocks(&self, room: f32) -> Vec<(usize, usize)> {
        let (mut blocks, mut from, mut used) = (Vec::new(), 0, self.first);
        for (n, wide) in self.widths.iter().enumerate() {
            if n > from && used + wide > room {
                blocks.push((from, n));
                (from, used) = (n, self.first);
            }
            used += wide;
        }
        blocks.push((from, self.widths.len()));
        blocks
    }

    pub fn draw(&self, sheets: &mut Sheets, reader: &Reader) {
        let blocks = self.blocks(sheets.width());
        for (n, (from, to)) in blocks.iter().enumerate() {
            if blocks.len() > 1 {
                let words = reader.lang.pick("Kolom", "Columns");
                let of = reader.lang.pick("dari", "of");
                sheets.room(60.0);
                sheets.paragraph(Type::new(8.0).grey(), &format!("{words} {}–{to} {of} {}", from + 1, self.widths.len()));
            }
            self.block(sheets, reader, *from, *to);
            sheets.y += if n + 1 < blocks.len() { 14.0 } else { 4.0 };
        }
    }

    fn block(&self, sheets: &mut Sheets, reader: &Reader, from: usize, to: usize) {
        // narrow tables take some of the room there is, so that lines can be followed all the same
        let spare = (sheets.width() - self.first - self.widths[from..to].iter().sum::<f32>()).max(0.0);
        let (first, more) = if self.names.is_some() {
            (self.first + (spare * 0.4).min(120.0), (spare * 0.6 / (to - from).max(1) as f32).min(40.0))
        } else {
            (self.first, 20.0_f32.min(spare / (to - from).max(1) as f32))
        };
        let mut ends = Vec::new();
        let mut x = sheets.left() + first;
        for wide in &self.widths[from..to] {
            x += wide + more;
            ends.push((x, wide + more));
        }
        let grid = Grid { first, ends, from };
        sheets.room(grid.head_height(self) + 3.0 * (STEP + 2.0 * PAD));
        grid.head(self, sheets);
        for row in &self.rows {
            grid.row(self, sheets, row, SIZE, row.depth == 0 && self.rows.iter().any(|r| r.depth > 0));
        }
        if self.rows.is_empty() && self.names.is_some() {
            let words = reader.lang.pick("Tidak ada data yang cocok.", "No records match.");
            sheets.y += 4.0;
            sheets.paragraph(Type::new(SIZE).grey(), words);
        }
        if let Some(total) = &self.total {
            grid.row(self, sheets, total, SIZE, true);
        }
    }
}

/// Where the columns of a block stand.
struct Grid {
    first: f32,
    /// Right end and width of each column.
    ends: Vec<(f32, f32)>,
    from: usize,
}

impl Grid {
    fn right(&self, sheets: &Sheets) -> f32 {
        self.ends.last().map_or(sheets.left() + self.first, |(x, _)| *x)
    }

    fn head_lines(&self, written: &Written) -> Vec<Vec<String>> {
        let heads = self.ends.iter().zip(&written.heads[self.from..]);
        heads.map(|((_, wide), head)| letters::wrapped(head, SIZE, true, wide - GAP + 0.5)).collect()
    }

    fn head_height(&self, written: &Written) -> f32 {
        let names = written.names.iter().map(|name| letters::wrapped(name, SIZE, true, self.first - GAP).len());
        let lines = self.head_lines(written).iter().map(Vec::len).chain(names).max().unwrap_or(1);
        lines as f32 * STEP + 2.0 * PAD
    }

    fn head(&self, written: &Written, sheets: &mut Sheets) {
        let (height, left, right, top) = (self.head_height(written), sheets.left(), self.right(sheets), sheets.y);
        let face = Type::new(SIZE).bold();
        let heads = self.head_lines(written);
        let ink = sheets.ink();
        ink.rect(left, top, right - left, height, SOFT);
        // words of heads stand on one line with the lowest
        let base = |lines: usize, n: usize| top + height - PAD - 2.5 - (lines - 1 - n) as f32 * STEP;
        if let Some(name) = &written.names {
            let lines = letters::wrapped(name, SIZE, true, self.first - GAP);
            for (n, line) in lines.iter().enumerate() {
                ink.text(left + 4.0, base(lines.len(), n), face, line);
            }
        }
        for ((x, _), lines) in self.ends.iter().zip(&heads) {
            for (n, line) in lines.iter().enumerate() {
                ink.text_end(x - 4.0, base(lines.len(), n), face, line);
            }
        }
        ink.line((left, top + height), (right, top + height), 0.8, RULE);
        sheets.y += height;
    }

    fn row(&self, written: &Written, sheets: &mut Sheets, row: &Row, size: f32, bold: bool) {
        let indent = 4.0 + INDENT * row.depth as f32;
        let lines = if self.first > 0.0 {
            letters::wrapped(&row.words, size, bold, self.first - GAP - INDENT * row.depth as f32)
        } else {
            Vec::new()
        };
        let height = lines.len().max(1) as f32 * STEP + 2.0 * PAD;
        if sheets.room(height) {
            self.head(written, sheets);
        }
        let (left, right, top) = (sheets.left(), self.right(sheets), sheets.y);
        let face = Type { bold, ..Type::new(size) };
        let ink = sheets.ink();
        if bold && row.depth == 0 && row.heats.is_empty() {
            ink.line((left, top), (right, top), 0.8, BLACK);
        }
        for (n, line) in lines.iter().enumerate() {
            ink.text(left + indent, top + PAD + 8.2 + n as f32 * STEP, face, line);
        }
        for (n, (x, wide)) in self.ends.iter().enumerate() {
            let heat = row.heats.get(self.from + n).copied().unwrap_or_default();
            if heat > 0 {
                ink.rect(x - wide + 2.0, top + 1.0, wide - 3.0, height - 2.0, Ink::heat(heat));
            }
            if let Some(cell) = row.cells.get(self.from + n) {
                ink.text_end(x - 4.0, top + PAD + 8.2, face, cell);
            }
        }
        ink.line((left, top + height), (right, top + height), 0.4, RULE);
        sheets.y += height;
    }
}

fn row(table: &ReportTable, line: &Line, depth: usize, reader: &Reader) -> Row {
    let heat = table.report.chart == Chart::Heat;
    let measures = table.measures.len();
    let shaded = |n: usize| table.heads.is_empty() || n / measures.max(1) < table.heads.len();
    let heats = line.cells.iter().enumerate().map(|(n, value)| if shaded(n) && n % measures.max(1) == 0 { table.heat(value) } else { 0 });
    Row {
        depth,
        words: table.line_words(depth, &line.mark, reader.lang, &reader.currency),
        cells: cells(table, line.cells.iter().chain(&line.lost), reader),
        heats: if heat { heats.collect() } else { Vec::new() },
    }
}

fn cells<'v>(table: &ReportTable, values: impl Iterator<Item = &'v Value>, reader: &Reader) -> Vec<String> {
    let measures = table.measures.len().max(1);
    values.enumerate().map(|(n, value)| table.value_words(n % measures, value, false, reader.lang, &reader.currency)).collect()
}
