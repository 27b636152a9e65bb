//! Charts over an axis as vectors: standing bars, lines, areas.

use super::ink::{BLACK, RULE, Type};
use super::sheets::Sheets;
use super::{Reader, share};
use crate::report::ReportTable;
use crate::report::plot::{Plot, Row, Scale, written};
use akrab_model::report::Chart;

/// Height of the drawing, of the words under it, of those above its highest value.
const HEIGHT: f32 = 170.0;
const FOOT: f32 = 16.0;
const HEAD: f32 = 14.0;
/// Widest bar.
const BAR: f32 = 54.0;
const SMALL: Type = Type::new(7.5);

/// The chart of a report; none for a plain table, nor for a heat map, which is its own table.
pub(super) fn draw(sheets: &mut Sheets, table: &ReportTable, reader: &Reader) {
    let (lang, currency) = (reader.lang, reader.currency.as_str());
    let kind = table.report.chart;
    if kind == Chart::Number {
        return share::number(sheets, table, reader);
    }
    if table.lines.is_empty() {
        return;
    }
    match kind {
        Chart::Table | Chart::Heat | Chart::Number => return,
        Chart::Bar | Chart::Map => share::bars(sheets, table, &table.single(lang, currency), reader),
        Chart::Funnel => share::funnel(sheets, table, &table.single(lang, currency), reader),
        Chart::Donut => share::donut(sheets, &table.single(lang, currency), reader),
        Chart::Column | Chart::Stacked | Chart::Line | Chart::Area => over_axis(sheets, table, &table.plot(lang, currency), reader),
    }
    sheets.y += 14.0;
}

/// Where a chart stands.
struct Frame<'a> {
    plot: &'a Plot,
    scale: Scale,
    left: f32,
    right: f32,
    top: f32,
    bottom: f32,
}

impl Frame<'_> {
    fn y(&self, value: f64) -> f32 {
        self.bottom - (self.bottom - self.top - HEAD) * self.scale.share(value) as f32
    }
    fn slot(&self) -> f32 {
        (self.right - self.left) / self.plot.marks.len().max(1) as f32
    }
    fn x(&self, n: usize) -> f32 {
        self.left + (n as f32 + 0.5) * self.slot()
    }
}

fn over_axis(sheets: &mut Sheets, table: &ReportTable, plot: &Plot, reader: &Reader) {
    let kind = table.report.chart;
    let stacked = kind == Chart::Stacked;
    let at = |row: &Row, n: usize| row.values.get(n).copied().flatten();
    let sums = (0..plot.marks.len()).map(|n| plot.series.iter().filter_map(|row| at(row, n)).filter(|v| *v > 0.0).sum::<f64>());
    let all = plot.series.iter().flat_map(|row| row.values.iter().flatten().copied());
    let scale = if stacked { Scale::of(sums) } else { Scale::of(all) };
    let words: Vec<String> = scale.ticks.iter().map(|tick| table.axis_words(*tick, reader.lang, &reader.currency)).collect();
    let aside = words.iter().map(|word| SMALL.width(word)).fold(0.0, f32::max) + 8.0;
    sheets.room(HEIGHT + FOOT + 16.0 * (1.0 + plot.series.len() as f32 / 4.0));
    share::key(sheets, plot, matches!(kind, Chart::Line | Chart::Area));
    let (left, right, top) = (sheets.left() + aside, sheets.right(), sheets.y);
    let frame = Frame { plot, scale, left, right, top, bottom: top + HEIGHT };
    let ink = sheets.ink();
    for (tick, word) in frame.scale.ticks.iter().zip(&words) {
        let y = frame.y(*tick);
        ink.line((left, y), (right, y), if *tick == 0.0 { 0.9 } else { 0.4 }, RULE);
        ink.text_end(left - 6.0, y + 2.6, SMALL.grey(), word);
    }
    let widest = plot.marks.iter().map(|mark| SMALL.width(mark)).fold(0.0, f32::max) + 8.0;
    for n in written(plot.marks.len(), ((right - left) / widest.max(1.0)) as usize) {
        ink.text_middle(frame.x(n), frame.bottom + 11.0, SMALL.grey(), &plot.marks[n]);
    }
    if matches!(kind, Chart::Line | Chart::Area) {
        lines(sheets, &frame, kind == Chart::Area)
    } else {
        columns(sheets, &frame, stacked)
    }
    sheets.y = top + HEIGHT + FOOT;
}

fn columns(sheets: &mut Sheets, frame: &Frame<'_>, stacked: bool) {
    let plot = frame.plot;
    let lanes = if stacked { 1.0 } else { plot.series.len().max(1) as f32 };
    let bar = (frame.slot() * 0.66 / lanes).min(BAR);
    let ink = sheets.ink();
    for n in 0..plot.marks.len() {
        let begin = frame.x(n) - bar * lanes / 2.0;
        let mut base = 0.0;
        for (s, row) in plot.series.iter().enumerate() {
            let Some(value) = row.values[n].filter(|v| *v != 0.0 && (!stacked || *v > 0.0)) else { continue };
            let (from, to) = if stacked { (base, base + value) } else { (value.min(0.0), value.max(0.0)) };
            let x = if stacked { begin } else { begin + s as f32 * bar };
            let (top, bottom) = (frame.y(to), frame.y(from));
            ink.bar(x, top, bar, (bottom - top).max(0.6), s);
            base += if stacked { value } else { 0.0 };
            let word = &row.words[n].1;
            if plot.series.len() == 1 && SMALL.width(word) <= frame.slot() {
                ink.text_middle(x + bar / 2.0, top - 3.5, SMALL.bold(), word);
            }
        }
    }
}

fn lines(sheets: &mut Sheets, frame: &Frame<'_>, filled: bool) {
    let plot = frame.plot;
    let floor = frame.y(frame.scale.low.max(0.0));
    let ink = sheets.ink();
    for (s, row) in plot.series.iter().enumerate() {
        let known: Vec<Option<(f32, f32)>> = row.values.iter().enumerate().map(|(n, v)| v.map(|v| (frame.x(n), frame.y(v)))).collect();
        for run in known.split(Option::is_none).filter(|run| !run.is_empty()) {
            let points: Vec<(f32, f32)> = run.iter().flatten().copied().collect();
            if filled {
                let (first, last) = (points[0].0, points[points.len() - 1].0);
                let under: Vec<(f32, f32)> = std::iter::once((first, floor)).chain(points.iter().copied()).chain([(last, floor)]).collect();
                ink.area(&under, s);
            }
            ink.way(&points, s);
        }
        for (x, y) in known.into_iter().flatten() {
            ink.point(x, y, s);
        }
        if let (1, Some((n, value))) = (plot.series.len(), row.values.iter().enumerate().rev().find_map(|(n, v)| Some((n, (*v)?)))) {
            let word = &row.words[n].1;
            let x = frame.x(n).min(frame.right - SMALL.width(word) / 2.0);
            ink.text_middle(x, frame.y(value) - 6.0, Type { tone: BLACK, ..SMALL.bold() }, word);
        }
    }
}
