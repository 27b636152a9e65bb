//! Small charts drawn as SVG: gauge, sparkline, bar. They carry words for people who hear them.

use maud::{Markup, html};

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

/// A line without axes; `bad` colours a fall.
pub fn sparkline(label: &str, values: &[f64], width: u16, height: u16, bad: bool) -> Markup {
    let low = values.iter().copied().fold(f64::INFINITY, f64::min);
    let high = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let span = if high > low { high - low } else { 1.0 };
    let step = f64::from(width - 6) / (values.len().max(2) - 1) as f64;
    let points: Vec<(f64, f64)> = values
        .iter()
        .enumerate()
        .map(|(i, v)| (3.0 + i as f64 * step, f64::from(height) - 3.0 - (v - low) / span * f64::from(height - 6)))
        .collect();
    let line = points.iter().map(|(x, y)| format!("{},{}", round(*x), round(*y))).collect::<Vec<_>>().join(" ");
    html! {
        svg.ak-spark data-tone=[bad.then_some("bad")] width=(width) height=(height) viewBox={ "0 0 " (width) " " (height) } role="img" aria-label=(label) {
            polyline points=(line) {}
            @if let Some((x, y)) = points.last() { circle cx=(round(*x)) cy=(round(*y)) r="2" {} }
        }
    }
}

/// A bar of `share` percent with an optional target tick.
pub fn bar(label: &str, share: u8, target: Option<u8>) -> Markup {
    html! {
        svg.ak-bar viewBox="0 0 1000 20" preserveAspectRatio="none" role="img" aria-label=(label) {
            rect.ak-bar-track x="0" y="4" width="1000" height="12" rx="3" {}
            rect.ak-bar-value x="0" y="4" width=(u32::from(share.min(100)) * 10) height="12" rx="3" {}
            @if let Some(target) = target { rect.ak-bar-target x=(u32::from(target.min(99)) * 10) y="0" width="5" height="20" {} }
        }
    }
}

fn round(v: f64) -> f64 {
    (v * 10.0).round() / 10.0
}
