//! The provinces as tiles that stand where they lie: a map that says how much, not how large.

use maud::{Markup, html};

/// Units of a tile with the space around it, and of the tile alone.
const STEP: u16 = 60;
const SIDE: u16 = 56;
/// Columns of the narrow drawing; what lies east of them stands below.
const HALF: u8 = 8;
/// Rows the eastern half is drawn below the western one, with a row between both, and its row without a tile.
const EAST: u8 = 8;
const GAP: u8 = 5;

/// A tile.
#[derive(Clone, Debug, Default)]
pub struct Tile {
    /// Column and row.
    pub at: (u8, u8),
    pub letters: String,
    /// In full, for people who hear it: "Jawa Timur: 184 companies".
    pub words: String,
    /// The figure, in as few letters as fit; none where there is nothing.
    pub short: String,
    /// Step of the figure, none for nothing.
    pub step: u8,
    pub href: Option<String>,
    pub current: bool,
}

/// What the steps of a map's tiles mean: from and to, in words.
pub type Steps = Vec<(String, String)>;

/// The tiles, wide and narrow: the room there is decides which of both is shown.
pub fn tiles(title: &str, tiles: &[Tile], grid: (u8, u8), steps: &Steps) -> Markup {
    html! {
        div.ak-tiles {
            (drawn("ak-tiles-wide", title, tiles, grid, None, &|at| at))
            (drawn("ak-tiles-narrow", title, tiles, (HALF, grid.1 + EAST - 2), Some(EAST), &|(x, y)| if x < HALF { (x, y) } else { (x - HALF, y + EAST - u8::from(y > GAP)) }))
            @if !steps.is_empty() {
                ol.ak-tiles-key { @for (n, (from, to)) in steps.iter().enumerate() { li { span data-heat=(n + 1) {} (from) @if from != to { "–" (to) } } } }
            }
        }
    }
}

fn drawn(
    class: &str,
    title: &str,
    tiles: &[Tile],
    (columns, rows): (u8, u8),
    cut: Option<u8>,
    place: &dyn Fn((u8, u8)) -> (u8, u8),
) -> Markup {
    html! {
        svg class=(class) viewBox={ "0 0 " (u16::from(columns) * STEP) " " (u16::from(rows) * STEP) } role="group" aria-label=(title) {
            // two halves of the country, not one
            @if let Some(row) = cut { @let y = u16::from(row) * STEP + STEP / 2; line.ak-tiles-cut x1="0" x2=(u16::from(columns) * STEP) y1=(y) y2=(y) {} }
            @for tile in tiles {
                @match &tile.href {
                    // its title names it; a label would have to begin with the letters and the figure
                    Some(href) => { a href=(href) aria-current=[tile.current.then_some("true")] { (face(tile, place(tile.at))) } }
                    None => { g role="img" aria-label=(tile.words) { (face(tile, place(tile.at))) } }
                }
            }
        }
    }
}

fn face(tile: &Tile, (x, y): (u8, u8)) -> Markup {
    let (left, top) = (u16::from(x) * STEP + (STEP - SIDE) / 2, u16::from(y) * STEP + (STEP - SIDE) / 2);
    let middle = left + SIDE / 2;
    html! {
        title { (tile.words) }
        rect x=(left) y=(top) width=(SIDE) height=(SIDE) rx="8" data-heat=(tile.step) {}
        text x=(middle) y=(top + 22) data-heat=(tile.step) { (tile.letters) }
        text.ak-tile-figure x=(middle) y=(top + 44) data-heat=(tile.step) { (tile.short) }
    }
}

/// Up to four steps of as many areas each, and where each value falls. Nothing is no step.
pub fn steps(values: &[f64], words: &dyn Fn(f64) -> String) -> (Vec<u8>, Steps) {
    let mut sorted: Vec<f64> = values.iter().copied().filter(|v| *v > 0.0).collect();
    sorted.sort_by(f64::total_cmp);
    let parts = sorted.len().min(4);
    // equal values fall into one step, the lower one
    let mut ends: Vec<f64> = (1..=parts).map(|n| sorted[sorted.len() * n / parts - 1]).collect();
    ends.dedup();
    let step = |value: f64| match ends.iter().position(|high| value <= *high) {
        Some(n) if value > 0.0 => n as u8 + 1,
        _ => 0,
    };
    let lowest = |n: usize| sorted.iter().copied().find(|v| n == 0 || *v > ends[n - 1]).unwrap_or_default();
    let named = ends.iter().enumerate().map(|(n, high)| (words(lowest(n)), words(*high)));
    (values.iter().map(|v| step(*v)).collect(), named.collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use akrab_model::area;

    #[test]
    fn the_row_left_out_of_the_east_is_empty() {
        assert!(area::provinces().iter().all(|p| p.tile.0 < HALF || p.tile.1 != GAP));
    }

    #[test]
    fn steps_hold_as_many_areas_each_and_equal_values_together() {
        let words = |v: f64| format!("{v}");
        let (places, names) = steps(&[0.0, 1.0, 2.0, 3.0, 400.0], &words);
        assert_eq!(places, [0, 1, 2, 3, 4]);
        assert_eq!(names.len(), 4);
        let (places, names) = steps(&[5.0, 5.0, 5.0, 5.0, 9.0], &words);
        assert!(places[..4].iter().all(|p| *p == places[0]) && places[4] > places[0], "{places:?} {names:?}");
        let (places, names) = steps(&[0.0, 0.0], &words);
        assert_eq!((places, names.len()), (vec![0, 0], 0));
        let (places, names) = steps(&[7.0], &words);
        assert_eq!(names, [("7".to_string(), "7".to_string())]);
        assert!(places[0] > 0);
    }
}
