//! Small charts drawn as SVG. They carry words for people who hear them.

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

fn round(v: f64) -> f64 {
    (v * 10.0).round() / 10.0
}
