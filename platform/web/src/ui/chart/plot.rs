//! Charts over an axis: standing bars, lines, areas. Places are percentages, so that they fill any width without script.

use super::{Chart, Series, round};
use crate::ui::element::Attrs;
use akrab_engine::report::plot::{self, Scale};
use maud::{Markup, html};

/// Height of the drawing, and of the words under it.
const HEIGHT: f64 = 226.0;
const FOOT: f64 = 22.0;
/// Room above the highest value, for its words.
const HEAD: f64 = 22.0;
/// Width in which lines are drawn before they are stretched.
const WIDE: f64 = 1_000.0;
/// Widths from which a chart has room for more marks under its axis, each with the room that is counted on. The style
/// sheet shows the marks of the width there is.
const WIDTHS: [(&str, usize); 3] = [("narrow", 220), ("middle", 400), ("wide", 700)];
/// Room of a letter and between two marks.
const LETTER: usize = 7;
const BETWEEN: usize = 10;
/// Widest bar in percent of the chart.
const BAR: f64 = 12.0;
/// Values are written beside their points up to so many.
const WORDED: usize = 14;

/// How far down a value stands.
fn y(scale: &Scale, value: f64) -> f64 {
    HEAD + (HEIGHT - HEAD) * (1.0 - scale.share(value))
}

/// Standing bars: beside one another, or one upon the other.
pub fn columns(chart: &Chart, stacked: bool) -> Markup {
    let sums = (0..chart.marks.len()).map(|n| chart.series.iter().filter_map(|s| s.value(n)).filter(|v| *v > 0.0).sum::<f64>());
    let all = chart.series.iter().flat_map(|s| s.values.iter().flatten().copied());
    let scale = if stacked { Scale::of(sums) } else { Scale::of(all) };
    let count = chart.marks.len().max(1) as f64;
    let slot = 100.0 / count;
    let lanes = if stacked { 1.0 } else { chart.series.len().max(1) as f64 };
    let bar = (slot * 0.66 / lanes).min(BAR);
    let worded = chart.series.len() == 1 && chart.marks.len() <= WORDED;
    frame(
        chart,
        &scale,
        html! {
            @for n in 0..chart.marks.len() {
                @let mut base = 0.0;
                @for (s, series) in chart.series.iter().enumerate() {
                    @if let Some(value) = series.value(n).filter(|v| *v != 0.0 && (!stacked || *v > 0.0)) {
                        @let x = n as f64 * slot + (slot - bar * lanes) / 2.0 + if stacked { 0.0 } else { s as f64 * bar };
                        @let (from, to) = if stacked { (base, base + value) } else { (value.min(0.0), value.max(0.0)) };
                        @let (top, bottom) = (y(&scale, to), y(&scale, from));
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
                        @let path = run.iter().map(|(n, v)| format!("{} {}", round(x(*n) * WIDE / 100.0), round(y(&scale, *v)))).collect::<Vec<_>>().join("L");
                        @if filled {
                            @let (first, last) = (run[0].0, run[run.len() - 1].0);
                            @let floor = round(y(&scale, scale.low.max(0.0)));
                            path.ak-area data-series=(s % 8) d={ "M" (round(x(first) * WIDE / 100.0)) " " (floor) "L" (path) "L" (round(x(last) * WIDE / 100.0)) " " (floor) "Z" } {}
                        }
                        path.ak-line-mark data-series=(s % 8) d={ "M" (path) } vector-effect="non-scaling-stroke" {}
                    }
                }
            }
            @for (s, series) in chart.series.iter().enumerate() {
                @for (n, value) in series.values.iter().enumerate().filter_map(|(n, v)| Some((n, (*v)?))) {
                    (linked(series, n, html! {
                        circle.ak-point data-series=(s % 8) cx={ (round(x(n))) "%" } cy=(round(y(&scale, value))) r=(if n + 1 == series.values.len() { 4 } else { 3 }) {
                            title { (chart.full(n)) ": " (series.label) " " (series.word(n)) }
                        }
                        @if worded(n, value) { text.ak-plot-value x={ (round(x(n))) "%" } y=(round(y(&scale, value) - 9.0)) text-anchor="middle" { (series.short(n)) } }
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
    let broadest = chart.marks.iter().map(|mark| mark.chars().count()).max().unwrap_or(1) * LETTER + BETWEEN;
    let written = WIDTHS.map(|(width, room)| (width, plot::written(chart.marks.len(), room / broadest)));
    let at = |n: usize| written.iter().filter(|(_, shown)| shown.contains(&n)).map(|(width, _)| *width).collect::<Vec<_>>().join(" ");
    let slot = 100.0 / chart.marks.len().max(1) as f64;
    let height = HEIGHT + FOOT;
    html! {
        (super::key(chart))
        div.ak-plot role="group" aria-label=(chart.title) {
            svg.ak-plot-scale width=(room) height=(height) aria-hidden="true" {
                @for (tick, words) in scale.ticks.iter().zip(&words) { text x=(room - 8) y=(round(y(scale, *tick) + 4.0)) text-anchor="end" { (words) } }
            }
            svg.ak-plot-area width="100%" height=(height) {
                @for tick in &scale.ticks { line.ak-rule data-zero[*tick == 0.0] x1="0" x2="100%" y1=(round(y(scale, *tick))) y2=(round(y(scale, *tick))) {} }
                (marks)
                @for (n, mark) in chart.marks.iter().enumerate().filter(|(n, _)| !at(*n).is_empty()) {
                    text.ak-plot-mark data-at=(at(n)) x={ (round((n as f64 + 0.5) * slot)) "%" } y=(height - 5.0) text-anchor="middle" { (mark) }
                }
            }
        }
    }
}
