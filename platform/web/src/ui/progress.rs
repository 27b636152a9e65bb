//! Progress bars, small meters and level bars. Widths come from attributes, never from styles.

use super::tag::Tone;
use maud::{Markup, html};

/// A bar from 0 to 100 with a label that is read out.
pub fn progress(label: &str, percent: u8, tone: Tone) -> Markup {
    html! { progress.ak-progress data-tone=(tone.name()) max="100" value=(percent.min(100)) aria-label=(label) { (percent) "%" } }
}

/// A bar with its figure behind it.
pub fn progress_with_figure(label: &str, percent: u8, tone: Tone) -> Markup {
    html! { span.ak-progress-row { (progress(label, percent, tone)) span.ak-num { (percent) "%" } } }
}

/// `filled` of `of` little blocks (risk, score).
pub fn blocks(filled: u8, of: u8, tone: Tone) -> Markup {
    let width = u32::from(of) * 11;
    html! {
        svg.ak-blocks data-tone=(tone.name()) width=(width) height="7" viewBox={ "0 0 " (width) " 7" } aria-hidden="true" {
            @for i in 0..of {
                rect.ak-block-on[i < filled] x=(u32::from(i) * 11) y="0" width="9" height="7" rx="2" {}
            }
        }
    }
}

/// Five rising bars, `level` of them filled (permissions); the word stands beside it.
pub fn level(level: u8) -> Markup {
    html! {
        svg.ak-level width="22" height="14" viewBox="0 0 22 14" aria-hidden="true" {
            @for i in 0..5_u8 {
                @let h = 3 + 2 * u32::from(i) + u32::from(i == 4);
                rect.ak-block-on[i < level] x=(f32::from(i) * 4.4) y=(14 - h) width="3" height=(h) rx=".8" {}
            }
        }
    }
}

/// Parts of a whole in one bar: (share, tone name "1" to "4" or "bad"); shares are summed up.
pub fn stacked(label: &str, parts: &[(u32, &str)]) -> Markup {
    let total: u32 = parts.iter().map(|p| p.0).sum::<u32>().max(1);
    let bars = parts.iter().scan(0.0_f64, |x, (share, tone)| {
        let (start, width) = (*x, f64::from(*share) * 1000.0 / f64::from(total));
        *x += width;
        Some((start, (width - 2.0).max(1.0), *tone))
    });
    html! {
        svg.ak-stacked viewBox="0 0 1000 10" preserveAspectRatio="none" role="img" aria-label=(label) {
            @for (x, width, tone) in bars { rect data-part=(tone) x=(x) y="0" width=(width) height="10" {} }
        }
    }
}
