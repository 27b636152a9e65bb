//! What the chart of a report shows, whoever draws it: a page as SVG, a paper as vectors.

use super::{Key, Line, Mark, ReportTable, number};
use akrab_model::format::{self, Lang};
use akrab_model::report::{Chart, Grain};
use akrab_model::{FieldType, Value};
use jiff::civil::Date;
use rust_decimal::Decimal;
use rust_decimal::prelude::{FromPrimitive, ToPrimitive};

/// Series drawn at most; the table has all.
const MOST_SERIES: usize = 8;
/// Periods of the way to a number at most.
const WAY: usize = 12;
/// Steps of a heat map above nothing.
const HEATS: f64 = 4.0;

/// Marks along an axis and values over them.
#[derive(Debug, Clone, Default)]
pub struct Plot {
    /// Words of the marks, short and in full.
    pub marks: Vec<String>,
    pub full: Vec<String>,
    pub series: Vec<Row>,
}

/// One row of values, as long as the marks.
#[derive(Debug, Clone, Default)]
pub struct Row {
    pub label: String,
    pub values: Vec<Option<f64>>,
    /// Words of the values, in full and short.
    pub words: Vec<(String, String)>,
    /// Where each stands in the table.
    pub spots: Vec<Option<Spot>>,
}

/// A place of the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Spot {
    pub line: usize,
    pub below: Option<usize>,
    pub head: Option<usize>,
}

/// One number with what it is compared to.
#[derive(Debug, Clone, Default)]
pub struct Headline {
    /// The line it stands on; the totals without one.
    pub line: Option<usize>,
    pub value: Value,
    /// Change to the period before, in points or in percent.
    pub change: Option<(Decimal, Measured)>,
    /// Percent of the target.
    pub reached: Option<f64>,
    /// Values of the periods so far.
    pub way: Vec<Option<f64>>,
}

/// What a change is counted in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Measured {
    Points,
    Percent,
}

/// What the values along an axis are.
#[derive(Debug, Clone, Copy)]
pub struct Unit {
    kind: FieldType,
    plain: bool,
}

impl Unit {
    /// A value in as few letters as an axis has room for.
    pub fn words(self, value: f64, lang: Lang, currency: &str) -> String {
        let value = Decimal::from_f64(value).unwrap_or_default();
        match self.kind {
            FieldType::Money => format::money_short(value, currency, lang).trim_start_matches("Rp").trim().to_string(),
            FieldType::Percent => format::percent(value, lang),
            _ if self.plain => value.normalize().to_string(),
            _ => format::number(value, lang),
        }
    }
}

/// A value as a number to draw.
pub fn float(value: &Value) -> Option<f64> {
    number(value)?.to_f64()
}

impl ReportTable {
    /// One row of values: the first measure of every line.
    pub fn single(&self, lang: Lang, currency: &str) -> Plot {
        let known = |line: &Line| line.mark.key != Key::Others || number(self.cell(&line.cells, None, 0)).is_some();
        let lines: Vec<(usize, &Line)> =
            self.lines.iter().enumerate().filter(|(_, line)| self.report.chart != Chart::Donut || known(line)).collect();
        let values = lines.iter().map(|(_, line)| self.cell(&line.cells, None, 0));
        let words = |value| (self.value_words(0, value, false, lang, currency), self.value_words(0, value, true, lang, currency));
        let row = Row {
            label: self.measures.first().map_or("", |m| m.label.get(lang.as_str())).to_string(),
            values: values.clone().map(float).collect(),
            words: values.map(words).collect(),
            spots: lines.iter().map(|(n, _)| Some(Spot { line: *n, below: None, head: None })).collect(),
        };
        let full: Vec<String> = lines.iter().map(|(_, line)| self.line_words(0, &line.mark, lang, currency)).collect();
        Plot { marks: full.clone(), full, series: vec![row] }
    }

    /// Marks along the first grouping; series are the pivot, the second grouping or the measures.
    pub fn plot(&self, lang: Lang, currency: &str) -> Plot {
        let axis = self.axes.first();
        let short = |line: &Line| axis.map_or_else(String::new, |a| a.short(&line.mark, lang, currency));
        Plot {
            marks: self.lines.iter().map(short).collect(),
            full: self.lines.iter().map(|line| self.line_words(0, &line.mark, lang, currency)).collect(),
            series: self.rows(lang, currency),
        }
    }

    fn rows(&self, lang: Lang, currency: &str) -> Vec<Row> {
        let row = |label: String, measure: usize, spot: &dyn Fn(usize, &Line) -> Option<Spot>| {
            let spots: Vec<Option<Spot>> = self.lines.iter().enumerate().map(|(n, line)| spot(n, line)).collect();
            let values: Vec<Value> = spots.iter().map(|spot| spot.map_or(Value::Null, |spot| self.at(spot, measure).clone())).collect();
            let brief = |value: &Value| float(value).map_or_else(String::new, |v| self.axis_words(v, lang, currency));
            Row {
                label,
                values: values.iter().map(float).collect(),
                words: values.iter().map(|v| (self.value_words(measure, v, false, lang, currency), brief(v))).collect(),
                spots,
            }
        };
        if !self.heads.is_empty() {
            let heads = self.heads.iter().enumerate().take(MOST_SERIES);
            let of = |(h, head): (usize, &Mark)| {
                row(self.head_words(head, lang, currency), 0, &|line, _| Some(Spot { line, below: None, head: Some(h) }))
            };
            return heads.map(of).collect();
        }
        let mut inner: Vec<&Mark> = Vec::new();
        for line in self.lines.iter().flat_map(|line| &line.below) {
            if !inner.contains(&&line.mark) {
                inner.push(&line.mark);
            }
        }
        if !inner.is_empty() {
            let of = |mark: &Mark| {
                let spot = |line: usize, outer: &Line| {
                    let below = outer.below.iter().position(|b| b.mark == *mark)?;
                    Some(Spot { line, below: Some(below), head: None })
                };
                row(self.line_words(1, mark, lang, currency), 0, &spot)
            };
            return inner.into_iter().take(MOST_SERIES).map(of).collect();
        }
        // measures of one kind share an axis
        let kind = self.measures.first().map(|m| m.kind);
        let alike = self.measures.iter().enumerate().filter(|(_, m)| Some(m.kind) == kind);
        let of = |(m, measure): (usize, &super::Column)| {
            row(measure.label.get(lang.as_str()).to_string(), m, &|line, _| Some(Spot { line, below: None, head: None }))
        };
        alike.map(of).collect()
    }

    /// The lines of a place, from the outermost inwards.
    pub fn lines_at(&self, spot: Spot) -> Vec<&Line> {
        let outer = self.lines.get(spot.line);
        let inner = outer.zip(spot.below).and_then(|(line, n)| line.below.get(n));
        outer.into_iter().chain(inner).collect()
    }

    fn at(&self, spot: Spot, measure: usize) -> &Value {
        self.lines_at(spot).last().map_or(&Value::Null, |line| self.cell(&line.cells, spot.head, measure))
    }

    /// A value beside the axis.
    pub fn axis_words(&self, value: f64, lang: Lang, currency: &str) -> String {
        self.unit().words(value, lang, currency)
    }

    /// What the values along the axis are.
    pub fn unit(&self) -> Unit {
        self.measures.first().map_or(Unit { kind: FieldType::Integer, plain: false }, |m| Unit { kind: m.kind, plain: m.plain })
    }

    /// The last period, its change to the one before, and the way so far; without periods the whole.
    pub fn headline(&self, today: Date) -> Headline {
        let dated = self.axes.first().and_then(super::Axis::grain).is_some_and(Grain::follows);
        let periods: Vec<usize> =
            self.lines.iter().enumerate().filter(|(_, l)| matches!(l.mark.key, Key::Period(..))).map(|(n, _)| n).collect();
        let begun = |n: &usize| matches!(self.lines[*n].mark.key, Key::Period(from, _) if from <= today);
        let last = periods.iter().rposition(begun).filter(|_| dated);
        let value = |place: usize| self.cell(&self.lines[periods[place]].cells, None, 0);
        let now = last.map_or_else(|| self.cell(&self.totals, None, 0), value);
        let before = last.and_then(|n| n.checked_sub(1)).map(value);
        let measured = match self.measures.first() {
            Some(m) if m.kind == FieldType::Percent => Measured::Points,
            _ => Measured::Percent,
        };
        let pair = before.and_then(|before| Some((number(now)?, number(before)?)));
        let pair = pair.filter(|(_, before)| measured == Measured::Points || !before.is_zero());
        let change = pair.map(|(now, before)| match measured {
            Measured::Points => ((now - before).round_dp(1), measured),
            Measured::Percent => (((now - before) / before.abs() * Decimal::ONE_HUNDRED).round(), measured),
        });
        let target = self.report.target.filter(|target| !target.is_zero());
        Headline {
            line: last.map(|n| periods[n]),
            value: now.clone(),
            change,
            reached: target.and_then(|target| (number(now)? / target * Decimal::ONE_HUNDRED).round().to_f64()),
            way: last.map(|n| ((n + 1).saturating_sub(WAY)..=n).map(|n| float(value(n))).collect()).unwrap_or_default(),
        }
    }

    /// How much was lost at a step of a funnel, in words; none where nothing was.
    pub fn lost_words(&self, line: usize, lang: Lang, currency: &str) -> Option<String> {
        let lost = self.lines.get(line)?.lost.first()?;
        float(lost).filter(|lost| *lost != 0.0)?;
        Some(self.value_words(0, lost, true, lang, currency))
    }

    /// The step of a value on a heat map: 0 for nothing, 4 for the most.
    pub fn heat(&self, value: &Value) -> u8 {
        let heads: Vec<Option<usize>> = if self.heads.is_empty() { vec![None] } else { (0..self.heads.len()).map(Some).collect() };
        let all = self.lines.iter().flat_map(|line| heads.iter().filter_map(|head| float(self.cell(&line.cells, *head, 0))));
        let most = all.fold(0.0_f64, f64::max);
        let value = float(value).unwrap_or_default();
        if most > 0.0 && value > 0.0 { (value / most * HEATS).ceil() as u8 } else { 0 }
    }
}

/// Where values stand along an axis.
#[derive(Debug, Clone, PartialEq)]
pub struct Scale {
    pub low: f64,
    pub high: f64,
    /// Round values from the lowest to the highest.
    pub ticks: Vec<f64>,
}

impl Scale {
    /// One that holds all of these, and nothing.
    pub fn of(values: impl Iterator<Item = f64>) -> Scale {
        let (mut low, mut high) = (0.0_f64, 0.0_f64);
        for value in values {
            (low, high) = (low.min(value), high.max(value));
        }
        let step = step((high - low) / 4.0);
        let (from, to) = ((low / step).floor() as i64, ((high / step).ceil() as i64).max((low / step).floor() as i64 + 1));
        let ticks: Vec<f64> = (from..=to).map(|n| n as f64 * step).collect();
        Scale { low: from as f64 * step, high: to as f64 * step, ticks }
    }

    /// How far up a value stands, from 0 to 1.
    pub fn share(&self, value: f64) -> f64 {
        (value - self.low) / (self.high - self.low)
    }
}

/// A round number not below `least`.
fn step(least: f64) -> f64 {
    if least <= 0.0 || !least.is_finite() {
        return 1.0;
    }
    let unit = 10_f64.powf(least.log10().floor());
    [1.0, 2.0, 2.5, 5.0, 10.0].into_iter().map(|n| n * unit).find(|n| *n >= least).unwrap_or(10.0 * unit)
}

/// The marks that are written so that none stands in another: the first, the last, and as many between them as there
/// is room for, evenly apart. `room` is how many fit.
pub fn written(count: usize, room: usize) -> Vec<usize> {
    if count <= room.max(1) {
        return (0..count).collect();
    }
    if room <= 2 {
        return vec![0, count - 1];
    }
    let every = (count - 1).div_ceil(room - 1);
    let mut shown: Vec<usize> = (0..count).step_by(every).collect();
    if shown.last() != Some(&(count - 1)) {
        // the last is always there; who stands too near it gives way
        if count - 1 - shown[shown.len() - 1] < every {
            shown.pop();
        }
        shown.push(count - 1);
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_are_round_and_few_and_hold_all_values() {
        for (values, ticks) in [
            (vec![0.0, 7.0], "small"),
            (vec![3_140_000_000.0, 12.0], "large"),
            (vec![-40.0, 90.0], "both"),
            (vec![0.0], "none"),
            (vec![0.03], "parts"),
        ] {
            let scale = Scale::of(values.iter().copied());
            assert!(scale.ticks.len() >= 2 && scale.ticks.len() <= 7, "{values:?} {:?} {ticks}", scale.ticks);
            assert!(values.iter().all(|v| *v >= scale.low && *v <= scale.high));
            assert!(scale.share(scale.high) > scale.share(scale.low));
        }
    }

    #[test]
    fn the_first_and_the_last_mark_are_always_written() {
        assert_eq!(written(3, 5), [0, 1, 2]);
        assert_eq!(written(12, 4), [0, 4, 11]);
        assert_eq!(written(13, 4), [0, 4, 8, 12]);
        assert_eq!(written(9, 2), [0, 8]);
        assert_eq!(written(0, 4), [0_usize; 0]);
        for (count, room) in (1..60).flat_map(|count| (1..20).map(move |room| (count, room))) {
            let shown = written(count, room);
            assert!(shown.len() <= room.max(2) && shown[0] == 0 && shown[shown.len() - 1] == count - 1, "{count} {room} {shown:?}");
        }
    }
}
