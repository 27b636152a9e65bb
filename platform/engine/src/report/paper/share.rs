//! Charts of parts as vectors: lying bars, funnels, rings, one large number.

use super::Reader;
use super::ink::{BLACK, SOFT, Type};
use super::letters;
use super::sheets::Sheets;
use crate::report::ReportTable;
use crate::report::plot::{Measured, Plot};
use akrab_model::Value;
use akrab_model::format;
use akrab_model::report::Grain;
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

/// Bars drawn at most; the table has all.
const MOST: usize = 24;
const WORDS: Type = Type::new(8.5);
const BAR: f32 = 17.0;

/// What the series are called, when there are several.
pub(super) fn key(sheets: &mut Sheets, plot: &Plot, as_lines: bool) {
    if plot.series.len() < 2 {
        return;
    }
    let face = Type::new(8.0);
    let mut x = sheets.left();
    for (n, row) in plot.series.iter().enumerate() {
        let words = letters::shortened(&row.label, face.size, false, 150.0);
        let wide = face.width(&words) + 34.0;
        if x + wide > sheets.right() && x > sheets.left() {
            sheets.y += 13.0;
            x = sheets.left();
        }
        let y = sheets.y;
        sample(sheets, x, y, n, as_lines);
        sheets.ink().text(x + 20.0, y + 8.0, face, &words);
        x += wide;
    }
    sheets.y += 18.0;
}

fn sample(sheets: &mut Sheets, x: f32, y: f32, n: usize, as_line: bool) {
    if as_line {
        sheets.ink().way(&[(x, y + 5.0), (x + 16.0, y + 5.0)], n);
    } else {
        sheets.ink().bar(x, y + 1.0, 15.0, 8.0, n);
    }
}

/// Lying bars with words before and values behind them; a tick where the target stands.
pub(super) fn bars(sheets: &mut Sheets, table: &ReportTable, plot: &Plot, reader: &Reader) {
    let Some(row) = plot.series.first() else { return };
    let target = table.report.target.and_then(|target| target.to_f64());
    let most = row.values.iter().flatten().copied().chain(target).fold(0.0_f64, f64::max);
    let shown = plot.full.len().min(MOST);
    let names = plot.full.iter().take(shown).map(|w| WORDS.width(w)).fold(0.0, f32::max).min(sheets.width() * 0.3) + 10.0;
    let values = row.words.iter().take(shown).map(|(_, short)| WORDS.width(short)).fold(0.0, f32::max) + 10.0;
    let room = sheets.width() - names - values;
    let part = |value: f64| if most > 0.0 { (value / most).max(0.0) as f32 * room } else { 0.0 };
    for n in 0..shown {
        sheets.room(BAR);
        let (left, y, right) = (sheets.left(), sheets.y, sheets.right());
        let ink = sheets.ink();
        ink.text(left, y + 11.0, WORDS, &letters::shortened(&plot.full[n], WORDS.size, false, names - 10.0));
        ink.rect(left + names, y + 3.0, room, 10.0, SOFT);
        ink.bar(left + names, y + 3.0, part(row.values[n].unwrap_or_default()), 10.0, 0);
        if let Some(target) = target {
            let x = left + names + part(target);
            ink.line((x, y), (x, y + BAR), 1.2, BLACK);
        }
        ink.text_end(right, y + 11.0, WORDS, &row.words[n].1);
        sheets.y += BAR;
    }
    if let Some(target) = table.report.target {
        let value = table.value_words(0, &Value::Dec(target), true, reader.lang, &reader.currency);
        let words = reader.lang.pick("Garis tegak: target", "Upright line: target");
        sheets.paragraph(Type::new(8.0).grey(), &format!("{words} {value}"));
    }
    rest(sheets, plot.full.len() - shown, reader);
}

fn rest(sheets: &mut Sheets, left_out: usize, reader: &Reader) {
    if left_out > 0 {
        let words = reader.lang.pick(format!("{left_out} kelompok lagi di tabel."), format!("{left_out} more groups in the table."));
        sheets.paragraph(Type::new(8.0).grey(), &words);
    }
}

/// Steps one below the other, with how much goes on from each.
pub(super) fn funnel(sheets: &mut Sheets, table: &ReportTable, plot: &Plot, reader: &Reader) {
    let Some(row) = plot.series.first() else { return };
    let most = row.values.iter().flatten().copied().fold(0.0_f64, f64::max);
    let shown = plot.full.len().min(MOST);
    let names = plot.full.iter().map(|w| WORDS.width(w)).fold(0.0, f32::max).min(sheets.width() * 0.28) + 12.0;
    let room = (sheets.width() - names) * 0.76;
    for n in 0..shown {
        sheets.room(BAR + 15.0);
        let (left, value) = (sheets.left(), row.values[n].unwrap_or_default());
        let before = n.checked_sub(1).and_then(|n| row.values[n]).filter(|v| *v > 0.0);
        if let Some(before) = before {
            let percent = (value / before * 100.0).round().clamp(0.0, 999.0);
            let mut words = reader.lang.pick(format!("{percent}% lanjut"), format!("{percent}% went on"));
            if let Some(lost) = table.lost_words(n - 1, reader.lang, &reader.currency) {
                words.push_str(&reader.lang.pick(format!(" · {lost} gugur"), format!(" · {lost} lost")));
            }
            let y = sheets.y;
            sheets.ink().text(left + names + 4.0, y + 9.0, Type::new(7.5).grey(), &words);
            sheets.y += 13.0;
        }
        let y = sheets.y;
        let wide = if most > 0.0 { (value / most) as f32 * room } else { 0.0 };
        let ink = sheets.ink();
        ink.text(left, y + 11.5, WORDS, &letters::shortened(&plot.full[n], WORDS.size, false, names - 12.0));
        ink.bar(left + names, y + 1.0, wide, BAR - 2.0, if n + 1 == plot.full.len() { 0 } else { 1 });
        ink.text(left + names + wide + 6.0, y + 11.5, WORDS.bold(), &row.words[n].1);
        sheets.y += BAR;
    }
    rest(sheets, plot.full.len() - shown, reader);
}

/// A ring with its parts named beside it.
pub(super) fn donut(sheets: &mut Sheets, plot: &Plot, reader: &Reader) {
    let Some(row) = plot.series.first() else { return };
    let value = |n: usize| row.values[n].unwrap_or_default().max(0.0);
    let total: f64 = (0..plot.full.len()).map(value).sum();
    let shown = plot.full.len().min(MOST);
    sheets.room((shown as f32 * 15.0).max(136.0));
    let (left, top) = (sheets.left(), sheets.y);
    let middle = (left + 66.0, top + 66.0);
    let mut from = 0.0_f64;
    if total > 0.0 {
        for n in 0..plot.full.len() {
            let to = from + value(n) / total;
            if value(n) > 0.0 {
                sheets.ink().ring(middle, 62.0, 36.0, (from as f32, to as f32), n);
            }
            from = to;
        }
    }
    let x = left + 160.0;
    let end = (x + 300.0).min(sheets.right());
    for n in 0..shown {
        let y = top + 4.0 + n as f32 * 15.0;
        let percent = if total > 0.0 { value(n) / total * 100.0 } else { 0.0 };
        sample(sheets, x, y, n, false);
        let ink = sheets.ink();
        ink.text(x + 22.0, y + 8.0, WORDS, &letters::shortened(&plot.full[n], WORDS.size, false, end - x - 150.0));
        ink.text_end(end - 34.0, y + 8.0, WORDS.bold(), &row.words[n].1);
        ink.text_end(end, y + 8.0, WORDS.grey(), &format!("{}%", percent.round()));
    }
    sheets.y = top + (shown as f32 * 15.0 + 6.0).max(134.0);
    rest(sheets, plot.full.len() - shown, reader);
}

/// One number: with its change, its target.
pub(super) fn number(sheets: &mut Sheets, table: &ReportTable, reader: &Reader) {
    let (lang, currency) = (reader.lang, reader.currency.as_str());
    let headline = table.headline(reader.at.date());
    let mut detail = Vec::new();
    if let Some((change, measured)) = headline.change {
        let size = format::number(change.abs(), lang);
        let sign = if change < Decimal::ZERO { "-" } else { "+" };
        let unit = match measured {
            Measured::Percent => "%".to_string(),
            Measured::Points => lang.pick(" poin", " points").to_string(),
        };
        let grain = table.axes.first().and_then(|axis| axis.grain()).unwrap_or(Grain::Month);
        detail.push(format!("{sign}{size}{unit} {}", than(grain, reader)));
    }
    if let Some(line) = headline.line.and_then(|n| table.lines.get(n)) {
        detail.push(table.line_words(0, &line.mark, lang, currency));
    }
    sheets.room(64.0);
    let (left, y) = (sheets.left(), sheets.y);
    let value = table.value_words(0, &headline.value, true, lang, currency);
    sheets.ink().text(left, y + 24.0, Type::new(26.0).bold(), &value);
    sheets.ink().text(left, y + 40.0, Type::new(9.0).grey(), &detail.join(" · "));
    sheets.y += 48.0;
    if let (Some(reached), Some(target)) = (headline.reached, table.report.target) {
        let y = sheets.y;
        let wide = sheets.width().min(300.0);
        sheets.ink().rect(left, y, wide, 7.0, SOFT);
        sheets.ink().bar(left, y, (reached.clamp(0.0, 100.0) / 100.0) as f32 * wide, 7.0, 0);
        let target = table.value_words(0, &Value::Dec(target), true, lang, currency);
        sheets.ink().text(
            left,
            y + 18.0,
            Type::new(8.0).grey(),
            &lang.pick(format!("{reached}% dari {target}"), format!("{reached}% of {target}")),
        );
        sheets.y += 26.0;
    }
    way(sheets, &headline.way);
}

/// The way to a number so far, without an axis.
fn way(sheets: &mut Sheets, values: &[Option<f64>]) {
    let known: Vec<f64> = values.iter().flatten().copied().collect();
    if known.len() < 2 {
        return;
    }
    sheets.room(46.0);
    let (low, high) = known.iter().fold((f64::MAX, f64::MIN), |(l, h), v| (l.min(*v), h.max(*v)));
    let (left, top, wide) = (sheets.left(), sheets.y, sheets.width().min(300.0));
    let y = |v: f64| if high > low { top + 34.0 - ((v - low) / (high - low)) as f32 * 28.0 } else { top + 20.0 };
    let slot = wide / (values.len() - 1) as f32;
    let points: Vec<(f32, f32)> = values.iter().enumerate().filter_map(|(n, v)| Some((left + n as f32 * slot, y((*v)?)))).collect();
    sheets.ink().way(&points, 0);
    if let Some((x, y)) = points.last() {
        sheets.ink().point(*x, *y, 0);
    }
    sheets.y += 46.0;
}

fn than(grain: Grain, reader: &Reader) -> &'static str {
    let (id, en) = match grain {
        Grain::Week => ("dari minggu sebelumnya", "from the week before"),
        Grain::Quarter => ("dari kuartal sebelumnya", "from the quarter before"),
        Grain::Year => ("dari tahun sebelumnya", "from the year before"),
        Grain::Day | Grain::Weekday | Grain::Hour => ("dari hari sebelumnya", "from the day before"),
        Grain::Month => ("dari bulan sebelumnya", "from the month before"),
    };
    reader.lang.pick(id, en)
}
