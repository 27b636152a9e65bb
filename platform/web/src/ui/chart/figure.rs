//! One large number: with its target, its change, its way so far.

use super::round;
use crate::ui::icon::icon_sized;
use maud::{Markup, html};

/// A number and what stands under it.
#[derive(Debug, Clone, Default)]
pub struct BigNumber {
    pub value: String,
    /// "dari bulan lalu", with the change before it: (upwards, words of the change).
    pub change: Option<(bool, String)>,
    pub detail: String,
    /// Percent reached, and words for it.
    pub reached: Option<(f64, String)>,
    /// Values of the periods so far, the last one now.
    pub way: Vec<Option<f64>>,
    pub href: Option<String>,
}

/// The number.
pub fn number(label: &str, n: &BigNumber) -> Markup {
    html! {
        div.ak-number {
            @match &n.href { Some(href) => { a.ak-number-value href=(href) { (n.value) } } None => { span.ak-number-value { (n.value) } } }
            p.ak-number-detail {
                @if let Some((up, words)) = &n.change { span.ak-number-change data-up[*up] { (icon_sized(if *up { "arrow-up" } else { "arrow-down" }, 12)) (words) } " " }
                (n.detail)
            }
            @if let Some((percent, words)) = &n.reached {
                svg.ak-reach width="100%" height="10" role="img" aria-label={ (label) ": " (words) } {
                    rect.ak-track width="100%" height="8" y="1" rx="4" {}
                    rect.ak-series data-series="0" width={ (round(percent.clamp(0.0, 100.0))) "%" } height="8" y="1" rx="4" {}
                }
                p.ak-small.ak-muted { (words) }
            } @else { (spark(&n.way)) }
        }
    }
}

/// A line without axes.
fn spark(values: &[Option<f64>]) -> Markup {
    let known: Vec<f64> = values.iter().flatten().copied().collect();
    let (low, high) = known.iter().fold((f64::MAX, f64::MIN), |(l, h), v| (l.min(*v), h.max(*v)));
    if known.len() < 2 {
        return html! {};
    }
    let y = |v: f64| if high > low { 34.0 - (v - low) / (high - low) * 28.0 } else { 20.0 };
    let slot = 96.0 / (values.len() - 1) as f64;
    let points: Vec<(f64, f64)> = values.iter().enumerate().filter_map(|(n, v)| Some((2.0 + n as f64 * slot, y((*v)?)))).collect();
    let path = points.iter().map(|(x, y)| format!("{} {}", round(x * 10.0), round(*y))).collect::<Vec<_>>().join("L");
    html! {
        svg.ak-spark width="100%" height="40" aria-hidden="true" {
            svg width="100%" height="40" viewBox="0 0 1000 40" preserveAspectRatio="none" { path.ak-line-mark data-series="0" d={ "M" (path) } vector-effect="non-scaling-stroke" {} }
            @if let Some((x, y)) = points.last() { circle.ak-point data-series="0" cx={ (round(*x)) "%" } cy=(round(*y)) r="3" {} }
        }
    }
}
