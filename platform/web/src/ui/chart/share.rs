//! Charts of parts: lying bars, funnels, rings.

use super::{Chart, round};
use maud::{Markup, html};

/// Widest bar of a funnel in percent: its number stands behind it.
const WIDEST: f64 = 76.0;

/// Lying bars with words before and values behind them; a tick where the target stands.
pub fn bars(chart: &Chart, target: Option<(f64, &str)>) -> Markup {
    let Some(series) = chart.series.first() else { return html! {} };
    let most = series.values.iter().flatten().copied().chain(target.map(|(value, _)| value)).fold(0.0_f64, f64::max);
    let width = |value: f64| if most > 0.0 { round((value / most * 100.0).max(0.0)) } else { 0.0 };
    html! {
        ul.ak-bars aria-label=(chart.title) {
            @for n in 0..chart.marks.len() {
                li {
                    (words(chart, n))
                    svg width="100%" height="22" aria-hidden="true" {
                        rect.ak-track width="100%" height="14" y="4" rx="3" {}
                        rect.ak-series data-series="0" width={ (width(series.value(n).unwrap_or_default())) "%" } height="14" y="4" rx="3" {}
                        @if let Some((value, _)) = target { line.ak-tick x1={ (width(value)) "%" } x2={ (width(value)) "%" } y1="0" y2="22" {} }
                    }
                    span.ak-bar-value { (series.short(n)) }
                }
            }
        }
        @if let Some((_, words)) = target { p.ak-small.ak-muted { (words) } }
    }
}

/// Steps one below the other, with how much goes on from each: `onward` words the percentage of a step.
pub fn funnel(chart: &Chart, onward: &dyn Fn(usize, u32) -> Markup) -> Markup {
    let Some(series) = chart.series.first() else { return html! {} };
    let most = series.values.iter().flatten().copied().fold(0.0_f64, f64::max);
    html! {
        ol.ak-funnel aria-label=(chart.title) {
            @for n in 0..chart.marks.len() {
                @let value = series.value(n).unwrap_or_default();
                @let before = n.checked_sub(1).and_then(|n| series.value(n)).filter(|v| *v > 0.0);
                @if let Some(before) = before { li.ak-funnel-step { span { "↓ " (onward(n - 1, (value / before * 100.0).round().clamp(0.0, 999.0) as u32)) } } }
                li {
                    (words(chart, n))
                    @let width = if most > 0.0 { round(value / most * WIDEST) } else { 0.0 };
                    svg width="100%" height="26" aria-hidden="true" {
                        rect.ak-series data-series=(if n + 1 == chart.marks.len() { 0 } else { 1 }) width={ (width) "%" } height="26" rx="3" {}
                        text.ak-funnel-value x={ (width) "%" } dx="9" y="18" { (series.short(n)) }
                    }
                    span.ak-sr { (series.word(n)) }
                }
            }
        }
    }
}

/// A ring with its parts named beside it.
pub fn donut(chart: &Chart) -> Markup {
    let Some(series) = chart.series.first() else { return html! {} };
    let total: f64 = series.values.iter().flatten().filter(|v| **v > 0.0).sum();
    let share = |n: usize| if total > 0.0 { series.value(n).unwrap_or_default().max(0.0) / total * 100.0 } else { 0.0 };
    html! {
        div.ak-donut {
            svg width="152" height="152" viewBox="0 0 152 152" role="img" aria-label=(chart.title) {
                circle.ak-donut-track cx="76" cy="76" r="56" {}
                @let mut from = 0.0;
                @for n in 0..chart.marks.len() {
                    @if share(n) > 0.0 {
                        circle.ak-donut-part data-series=(n % 8) cx="76" cy="76" r="56" pathLength="100" transform="rotate(-90 76 76)"
                            stroke-dasharray={ (round((share(n) - 0.6).max(0.4))) " 100" } stroke-dashoffset=(round(-from)) { title { (chart.full(n)) ": " (series.word(n)) } }
                        ({ from += share(n); html! {} })
                    }
                }
            }
            ul.ak-donut-key {
                @for n in 0..chart.marks.len() { li {
                    (super::sample(n, false)) (words(chart, n))
                    span.ak-spacer {} b.ak-num { (series.short(n)) } span.ak-muted.ak-num { (share(n).round() as u32) "%" }
                } }
            }
        }
    }
}

/// The words of a mark, a link where there is somewhere to go.
fn words(chart: &Chart, n: usize) -> Markup {
    let words = chart.full(n);
    match chart.series.first().and_then(|s| s.hrefs.get(n)).and_then(Option::as_ref) {
        Some(href) => html! { a.ak-bar-words.ak-truncate href=(href) title=(words) { (words) } },
        None => html! { span.ak-bar-words.ak-truncate title=(words) { (words) } },
    }
}
