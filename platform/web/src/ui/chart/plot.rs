//! Charts over an axis: standing bars, lines, areas. Places are percentages, so that they fill any width without script.

use super::{Chart, Series, round};
use crate::ui::element::Attrs;
use maud::{Markup, html};

/// Height of the drawing, and of the words under it.
const HEIGHT: f64 = 226.0;
const FOOT: f64 = 22.0;
/// Room above the highest value, for its words.
const HEAD: f64 = 22.0;
/// Width in which lines are drawn before they are stretched.
const WIDE: f64 = 1_000.0;
/// Marks under the axis, at most.
const MARKS: usize = 13;
/// Values are written beside their points up to so many.
const WORDED: usize = 14;

/// Where values stand.
struct Scale {
    low: f64,
    high: f64,
    ticks: Vec<f64>,
}

impl Scale {
    fn of(values: impl Iterator<Item = f64>) -> Scale {
        let (mut low, mut high) = (0.0_f64, 0.0_f64);
        for value in values {
            (low, high) = (low.min(value), high.max(value));
        }
        let step = step((high - low) / 4.0);
        let (from, to) = ((low / step).floor() as i64, ((high / step).ceil() as i64).max((low / step).floor() as i64 + 1));
        let ticks: Vec<f64> = (from..=to).map(|n| n as f64 * step).collect();
        Scale { low: from as f64 * step, high: to as f64 * step, ticks }
    }
    fn y(&self, value: f64) -> f64 {
        HEAD + (HEIGHT - HEAD) * (1.0 - (value - self.low) / (self.high - self.low))
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

/// Standing bars: beside one another, or one upon the other.
pub fn columns(chart: &Chart, stacked: bool) -> Markup {
    let sums = (0..chart.marks.len()).map(|n| chart.series.iter().filter_map(|s| s.value(n)).filter(|v| *v > 0.0).sum::<f64>());
    let all = chart.series.iter().flat_map(|s| s.values.iter().flatten().copied());
    let scale = if stacked { Scale::of(sums) } else { Scale::of(all) };
    let count = chart.marks.len().max(1) as f64;
    let slot = 100.0 / count;
    let lanes = if stacked { 1.0 } else { chart.series.len().max(1) as f64 };
    let bar = slot * 0.66 / lanes;
    let worded = chart.series.len() == 1 && chart.marks.len() <= WORDED;
    frame(
        chart,
        &scale,
        html! {
            @for n in 0..chart.marks.len() {
                @let mut base = 0.0;
                @for (s, series) in chart.series.iter().enumerate() {
                    @if let Some(value) = series.value(n).filter(|v| *v != 0.0 && (!stacked || *v > 0.0)) {
                        @let x = n as f64 * slot + slot * 0.17 + if stacked { 0.0 } else { s as f64 * bar };
                        @let (from, to) = if stacked { (base, base + value) } else { (value.min(0.0), value.max(0.0)) };
                        @let (top, bottom) = (scale.y(to), scale.y(from));
                        ({ if stacked { base += value; } html! {} })
                        (linked(series, n, html! {
                            rect.ak-series data-series=(s % 8) x={ (round(x)) "%" } width={ (round(bar)) "%" } y=(round(top)) height=(round((bottom - top).max(1.0))) rx="2" {
                                title { (chart.full(n)) ": " (series.label) " " (series.word(n)) }
                            }
                            @if worded { text.ak-plot-value x={ (round(x + bar / 2.0)) "%" } y=(round(top - 5.0)) text-anchor="middle" { (series.short(n)) } }
                        }))
                    }
                }
            }
        },
    )
}

/// Lines; with `filled` down to the axis.
pub fn lines(chart: &Chart, filled: bool) -> Markup {
    let scale = Scale::of(chart.series.iter().flat_map(|s| s.values.iter().flatten().copied()));
    let slot = 100.0 / chart.marks.len().max(1) as f64;
    let x = |n: usize| (n as f64 + 0.5) * slot;
    let worded = |n: usize, value: f64| {
        // the last point, and the highest unless it is beside it
        let all = &chart.series[0].values;
        let highest = all.iter().flatten().copied().fold(f64::MIN, f64::max);
        let first_highest = all.iter().position(|v| *v == Some(highest));
        chart.series.len() == 1 && (n + 1 == all.len() || (value == highest && Some(n) == first_highest && n + 2 < all.len()))
    };
    frame(
        chart,
        &scale,
        html! {
            svg x="0" y="0" width="100%" height=(HEIGHT) viewBox={ "0 0 " (WIDE) " " (HEIGHT) } preserveAspectRatio="none" {
                @for (s, series) in chart.series.iter().enumerate() {
                    @for run in runs(series) {
                        @let path = run.iter().map(|(n, v)| format!("{} {}", round(x(*n) * WIDE / 100.0), round(scale.y(*v)))).collect::<Vec<_>>().join("L");
                        @if filled {
                            @let (first, last) = (run[0].0, run[run.len() - 1].0);
                            @let floor = round(scale.y(scale.low.max(0.0)));
                            path.ak-area data-series=(s % 8) d={ "M" (round(x(first) * WIDE / 100.0)) " " (floor) "L" (path) "L" (round(x(last) * WIDE / 100.0)) " " (floor) "Z" } {}
                        }
                        path.ak-line-mark data-series=(s % 8) d={ "M" (path) } vector-effect="non-scaling-stroke" {}
                    }
                }
            }
            @for (s, series) in chart.series.iter().enumerate() {
                @for (n, value) in series.values.iter().enumerate().filter_map(|(n, v)| Some((n, (*v)?))) {
                    (linked(series, n, html! {
                        circle.ak-point data-series=(s % 8) cx={ (round(x(n))) "%" } cy=(round(scale.y(value))) r=(if n + 1 == series.values.len() { 4 } else { 3 }) {
                            title { (chart.full(n)) ": " (series.label) " " (series.word(n)) }
                        }
                        @if worded(n, value) { text.ak-plot-value x={ (round(x(n))) "%" } y=(round(scale.y(value) - 9.0)) text-anchor="middle" { (series.short(n)) } }
                    }))
                }
            }
        },
    )
}

/// Points that follow one another without a gap.
fn runs(series: &Series) -> Vec<Vec<(usize, f64)>> {
    let mut runs: Vec<Vec<(usize, f64)>> = Vec::new();
    for (n, value) in series.values.iter().enumerate() {
        let Some(value) = value else { continue };
        match runs.last_mut().filter(|run| run.last().is_some_and(|(last, _)| last + 1 == n)) {
            Some(run) => run.push((n, *value)),
            None => runs.push(vec![(n, *value)]),
        }
    }
    runs
}

fn linked(series: &Series, n: usize, inner: Markup) -> Markup {
    match series.hrefs.get(n).and_then(Option::as_ref) {
        Some(href) => crate::ui::element::element("a", &Attrs::new().set("href", href.clone()), &inner),
        None => inner,
    }
}

fn frame(chart: &Chart, scale: &Scale, marks: Markup) -> Markup {
    let words: Vec<String> = scale.ticks.iter().map(|tick| (chart.axis)(*tick)).collect();
    let longest = words.iter().map(|w| w.chars().count()).max().unwrap_or(1);
    let room = 10 + longest * 6;
    let every = chart.marks.len().div_ceil(MARKS).max(1);
    let slot = 100.0 / chart.marks.len().max(1) as f64;
    let height = HEIGHT + FOOT;
    html! {
        (super::key(chart))
        div.ak-plot role="group" aria-label=(chart.title) {
            svg.ak-plot-scale width=(room) height=(height) aria-hidden="true" {
                @for (tick, words) in scale.ticks.iter().zip(&words) { text x=(room - 8) y=(round(scale.y(*tick) + 4.0)) text-anchor="end" { (words) } }
            }
            svg.ak-plot-area width="100%" height=(height) {
                @for tick in &scale.ticks { line.ak-rule data-zero[*tick == 0.0] x1="0" x2="100%" y1=(round(scale.y(*tick))) y2=(round(scale.y(*tick))) {} }
                (marks)
                @for (n, mark) in chart.marks.iter().enumerate().filter(|(n, _)| n % every == 0) {
                    text.ak-plot-mark data-odd[n / every % 2 == 1] x={ (round((n as f64 + 0.5) * slot)) "%" } y=(height - 5.0) text-anchor="middle" { (mark) }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn axes_end_at_round_numbers() {
        for (values, ticks) in [(vec![0.0, 7.0], 5), (vec![4.2e9], 4), (vec![-3.0, 9.0], 6), (vec![], 2), (vec![0.0], 2)] {
            let scale = Scale::of(values.iter().copied());
            assert!(scale.ticks.len() >= 2 && scale.ticks.len() <= 7, "{values:?} {:?} {ticks}", scale.ticks);
            assert!(values.iter().all(|v| *v >= scale.low && *v <= scale.high));
            assert!(scale.y(scale.high) < scale.y(scale.low));
        }
    }
}
