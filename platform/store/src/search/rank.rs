//! Which of two hits is the better one.

use super::{Wanted, words_of};
use akrab_model::text::fold;

/// Smaller is better: how the title matches, then how long it is.
pub(super) fn rank(title: &str, wanted: &Wanted) -> (u8, usize) {
    let folded = fold(title);
    let words: Vec<String> = words_of(&folded).collect();
    let typed: Vec<&str> = wanted.terms.iter().filter_map(|t| t.first()).flatten().map(String::as_str).collect();
    let joined = words.join(" ");
    let length = folded.chars().count();
    let phrase = typed.join(" ");
    let class = if joined == phrase {
        0
    } else if joined.starts_with(&phrase) {
        1
    } else if typed.iter().all(|t| words.iter().any(|w| w == t)) {
        2
    } else if typed.iter().all(|t| words.iter().any(|w| w.starts_with(t))) {
        3
    } else {
        4
    };
    (class, length)
}
