//! Charts drawn as SVG on the server: they need no script, print well, and every mark may be a link. Series differ by
//! pattern and dash as well as by colour; each chart stands with its table.

mod figure;
mod plot;
mod share;
mod tiles;

pub use figure::{BigNumber, number};
pub use plot::{columns, lines};
pub use share::{bars, donut, funnel};
pub use tiles::{Steps, Tile, steps, tiles};

use maud::{Markup, html};
use std::sync::Arc;

/// What a chart shows.
#[derive(Clone)]
pub struct Chart {
    /// What it is, for people who hear it.
    pub title: String,
    /// Words under the axis, short.
    pub marks: Vec<String>,
    /// The same in full.
    pub full: Vec<String>,
    pub series: Vec<Series>,
    /// Words of a value beside the axis.
    pub axis: Arc<dyn Fn(f64) -> String + Send + Sync>,
}

/// One row of values, as long as the marks.
#[derive(Clone, Debug, Default)]
pub struct Series {
    pub label: String,
    pub values: Vec<Option<f64>>,
    /// Words of the values, in full and short.
    pub words: Vec<(String, String)>,
    pub hrefs: Vec<Option<String>>,
}

impl Chart {
    fn full(&self, n: usize) -> &str {
        self.full.get(n).or(self.marks.get(n)).map_or("", String::as_str)
    }
}

impl Series {
    fn value(&self, n: usize) -> Option<f64> {
        self.values.get(n).copied().flatten()
    }
    fn word(&self, n: usize) -> &str {
        self.words.get(n).map_or("", |(full, _)| full)
    }
    fn short(&self, n: usize) -> &str {
        self.words.get(n).map_or("", |(_, short)| short)
    }
}

/// What the series are called, when there are several.
fn key(chart: &Chart) -> Markup {
    html! {
        @if chart.series.len() > 1 {
            ul.ak-key aria-hidden="true" { @for (n, series) in chart.series.iter().enumerate() { li { (sample(n, true)) (series.label) } } }
        }
    }
}

/// A piece of a series, as it looks in the chart.
pub(crate) fn sample(n: usize, line: bool) -> Markup {
    html! {
        svg.ak-sample width="18" height="12" aria-hidden="true" {
            rect.ak-series data-series=(n % 8) x="1" y="1" width="16" height="10" rx="2" {}
            @if line { path.ak-line-mark data-series=(n % 8) d="M0 6L18 6" {} }
        }
    }
}

/// The patterns series are told apart by; once on each page with charts.
pub fn patterns() -> Markup {
    html! {
        svg.ak-patterns width="0" height="0" aria-hidden="true" { defs {
            @for (id, colour) in [("ak-hatch-1", "1"), ("ak-hatch-4", "4")] {
                pattern id=(id) width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)" {
                    rect.ak-pattern-ground width="6" height="6" {}
                    rect.ak-pattern-mark data-colour=(colour) width="2.5" height="6" {}
                }
            }
            pattern id="ak-dots-1" width="6" height="6" patternUnits="userSpaceOnUse" {
                rect.ak-pattern-ground width="6" height="6" {}
                circle.ak-pattern-mark data-colour="1" cx="3" cy="3" r="1.5" {}
            }
            pattern id="ak-cross-4" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(-45)" {
                rect.ak-pattern-ground width="6" height="6" {}
                rect.ak-pattern-mark data-colour="4" width="1.6" height="6" {} rect.ak-pattern-mark data-colour="4" width="6" height="1.6" {}
            }
        } }
    }
}

/// Half-circle gauge: `percent` reached, a tick where the plan stands today.
pub fn gauge(label: &str, percent: u8, plan: Option<u8>) -> Markup {
    let point = |p: u8, r: f64| {
        let angle = std::f64::consts::PI * (1.0 - f64::from(p.min(100)) / 100.0);
        (64.0 + r * angle.cos(), 64.0 - r * angle.sin())
    };
    let (x, y) = point(percent, 55.0);
    html! {
        svg.ak-gauge width="128" height="72" viewBox="0 0 128 72" role="img" aria-label=(label) {
            path.ak-gauge-track d="M9 64A55 55 0 0 1 119 64" {}
            path.ak-gauge-value d={ "M9 64A55 55 0 0 1 " (round(x)) " " (round(y)) } {}
            @if let Some(plan) = plan {
                @let (x1, y1) = point(plan, 46.0);
                @let (x2, y2) = point(plan, 64.0);
                path.ak-gauge-plan d={ "M" (round(x1)) " " (round(y1)) "L" (round(x2)) " " (round(y2)) } {}
            }
            text x="64" y="58" text-anchor="middle" { (percent) "%" }
        }
    }
}

fn round(v: f64) -> f64 {
    (v * 10.0).round() / 10.0
}
