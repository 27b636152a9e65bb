//! Avatars: people are round, companies square; initials on one of six tints chosen from the name.

use akrab_model::text::person as people;
use maud::{Markup, html};

/// Round or square.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// People.
    Person,
    /// Companies, branches, anything that is not a person.
    Company,
}

/// Forms and kinds of business that say nothing about which one it is.
const GENERIC: &[&str] = &[
    "pt",
    "cv",
    "ud",
    "fa",
    "firma",
    "tbk",
    "toko",
    "hotel",
    "kafe",
    "cafe",
    "kedai",
    "warung",
    "koperasi",
    "kop",
    "kopi",
    "restoran",
    "resto",
    "minimarket",
    "klinik",
    "yayasan",
    "apotek",
    "bengkel",
    "the",
    "inc",
    "ltd",
    "llc",
];

/// A person's avatar of `px` (16, 20, 24, 26, 28, 36, 40, 44, 48).
pub fn person(name: &str, px: u8) -> Markup {
    avatar(Shape::Person, name, px)
}

/// A company's avatar.
pub fn company(name: &str, px: u8) -> Markup {
    avatar(Shape::Company, name, px)
}

/// An avatar with initials. It is decoration: the name stands beside it or in `title`.
pub fn avatar(shape: Shape, name: &str, px: u8) -> Markup {
    // titles say nothing about who it is
    let bare = (shape == Shape::Person).then(|| people::parse(name).name);
    avatar_bare(shape, bare.as_deref().unwrap_or(name), px)
}

/// As [`avatar`], of a name known to be without titles.
pub fn avatar_bare(shape: Shape, name: &str, px: u8) -> Markup {
    let square = shape == Shape::Company;
    html! {
        span.ak-avatar.ak-avatar-square[square].{ "ak-tint-" (tint(name)) }.{ "ak-avatar-" (px) } aria-hidden="true" {
            (initials(shape, name))
        }
    }
}

/// An avatar that stands alone: the name is its label and its tooltip.
pub fn avatar_labelled(shape: Shape, name: &str, px: u8) -> Markup {
    html! { span.ak-avatar-alone title=(name) { (avatar(shape, name, px)) span.ak-sr { (name) } } }
}

/// One or two letters: the first two telling words of the name.
pub fn initials(shape: Shape, name: &str) -> String {
    let words: Vec<&str> = name.split(|c: char| !c.is_alphanumeric()).filter(|w| !w.is_empty()).collect();
    let telling: Vec<&str> = match shape {
        Shape::Person => words.clone(),
        Shape::Company => words.iter().copied().filter(|w| !GENERIC.contains(&w.to_lowercase().as_str())).collect(),
    };
    let chosen = if telling.is_empty() { &words } else { &telling };
    chosen.iter().take(2).filter_map(|w| w.chars().next()).flat_map(char::to_uppercase).collect()
}

/// Which of the six tints a name has: the same everywhere and for ever.
pub fn tint(name: &str) -> u32 {
    name.bytes().fold(7_u32, |sum, byte| sum.wrapping_mul(31).wrapping_add(u32::from(byte))) % 6
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn initials_skip_words_every_company_has() {
        assert_eq!(initials(Shape::Company, "PT Karya Boga Lestari"), "KB");
        assert_eq!(initials(Shape::Company, "Kedai Rindang"), "R");
        assert_eq!(initials(Shape::Company, "Toko Kopi"), "TK");
        assert_eq!(initials(Shape::Person, "Ratna Dewi"), "RD");
        assert_eq!(initials(Shape::Person, ""), "");
    }
}
