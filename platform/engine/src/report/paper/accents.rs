//! Accents that the standard fonts lack, drawn over and under their letters: Polish, Czech, Turkish, Vietnamese names are
//! written as they are, without a font of one's own. In thousandths of the size, from the base line upwards.

use super::ink::Leg;
use unicode_normalization::char::{compose, decompose_canonical};

/// What is drawn at a letter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sign {
    Grave,
    Acute,
    Circumflex,
    Tilde,
    Macron,
    Breve,
    Dot,
    Diaeresis,
    Hook,
    Ring,
    DoubleAcute,
    Caron,
    /// The caron of ď, ľ, ť, beside the letter.
    Apostrophe,
    Horn,
    DotBelow,
    CommaBelow,
    CommaAbove,
    Ogonek,
    LineBelow,
    /// Through ł and Ł.
    Slash,
    /// Through the stem of đ and ħ, of Đ, and of Ħ and ŧ.
    Bar,
}

/// A sign at the letter of this place.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Mark {
    pub at: usize,
    pub sign: Sign,
    letter: char,
    /// How many signs the letter has above it already.
    level: u8,
}

/// A letter as one that has a code, and the signs it lacks; none when a sign is not known.
pub(super) fn taken_apart(c: char, has_code: &dyn Fn(char) -> bool) -> Option<(char, Vec<(Sign, u8)>)> {
    if let Some((letter, sign)) = crossed(c) {
        return Some((letter, vec![(sign, 0)]));
    }
    let mut parts = Vec::new();
    decompose_canonical(c, |part| parts.push(part));
    let (&first, marks) = parts.split_first().filter(|(_, marks)| !marks.is_empty())?;
    let (mut letter, mut above, mut signs) = (first, 0, Vec::new());
    for mark in marks {
        if let Some(whole) = compose(letter, *mark).filter(|whole| has_code(*whole)) {
            letter = whole;
            above += 1;
            continue;
        }
        let sign = sign(first, *mark)?;
        signs.push((sign, above));
        above += u8::from(!is_below(sign));
    }
    // what stands over an i takes the place of its dot
    let letter = if letter == 'i' && signs.iter().any(|(sign, _)| !is_below(*sign)) { 'ı' } else { letter };
    has_code(letter).then_some((letter, signs))
}

/// Letters with a line through them have no parts.
fn crossed(c: char) -> Option<(char, Sign)> {
    Some(match c {
        'ł' => ('l', Sign::Slash),
        'Ł' => ('L', Sign::Slash),
        'đ' => ('d', Sign::Bar),
        'Đ' => ('D', Sign::Bar),
        'ħ' => ('h', Sign::Bar),
        'Ħ' => ('H', Sign::Bar),
        'ŧ' => ('t', Sign::Bar),
        'Ŧ' => ('T', Sign::Bar),
        _ => return None,
    })
}

fn sign(letter: char, mark: char) -> Option<Sign> {
    Some(match mark {
        '\u{300}' => Sign::Grave,
        '\u{301}' => Sign::Acute,
        '\u{302}' => Sign::Circumflex,
        '\u{303}' => Sign::Tilde,
        '\u{304}' => Sign::Macron,
        '\u{306}' => Sign::Breve,
        '\u{307}' => Sign::Dot,
        '\u{308}' => Sign::Diaeresis,
        '\u{309}' => Sign::Hook,
        '\u{30a}' => Sign::Ring,
        '\u{30b}' => Sign::DoubleAcute,
        '\u{30c}' if matches!(letter, 'd' | 't' | 'l' | 'L') => Sign::Apostrophe,
        '\u{30c}' => Sign::Caron,
        '\u{31b}' => Sign::Horn,
        '\u{323}' => Sign::DotBelow,
        '\u{327}' if letter == 'g' => Sign::CommaAbove,
        '\u{326}' | '\u{327}' => Sign::CommaBelow,
        '\u{328}' => Sign::Ogonek,
        '\u{331}' => Sign::LineBelow,
        _ => return None,
    })
}

fn is_below(sign: Sign) -> bool {
    matches!(
        sign,
        Sign::DotBelow | Sign::CommaBelow | Sign::Ogonek | Sign::LineBelow | Sign::Slash | Sign::Bar | Sign::Horn | Sign::Apostrophe
    )
}

impl Mark {
    pub fn new(at: usize, letter: char, (sign, level): (Sign, u8)) -> Mark {
        Mark { at, sign, letter, level }
    }

    /// Its lines over a letter of this width that begins at 0.
    pub fn legs(self, wide: f32) -> Vec<Leg> {
        use Leg::{Curve, Line, To};
        let (x, small) = (wide / 2.0, self.letter.is_lowercase());
        let tall = !small || matches!(self.letter, 'b' | 'd' | 'f' | 'h' | 'i' | 'j' | 'k' | 'l' | 't');
        let top = if tall { 718.0 } else { 523.0 };
        let y = top + 75.0 + 185.0 * f32::from(self.level);
        // the second of two leans aside, so that lines keep their distance
        let (x, y) = if self.level > 0 && matches!(self.sign, Sign::Acute | Sign::Grave | Sign::Hook) { (x, y - 15.0) } else { (x, y) };
        match self.sign {
            Sign::Acute => vec![To(x - 45.0, y), Line(x + 55.0, y + 130.0)],
            Sign::Grave => vec![To(x + 45.0, y), Line(x - 55.0, y + 130.0)],
            Sign::Circumflex => vec![To(x - 115.0, y), Line(x, y + 125.0), Line(x + 115.0, y)],
            Sign::Caron => vec![To(x - 115.0, y + 125.0), Line(x, y), Line(x + 115.0, y + 125.0)],
            Sign::Tilde => vec![To(x - 140.0, y + 25.0), Curve([(x - 90.0, y + 150.0), (x + 90.0, y - 50.0), (x + 140.0, y + 85.0)])],
            Sign::Macron => vec![To(x - 140.0, y + 50.0), Line(x + 140.0, y + 50.0)],
            Sign::Breve => vec![To(x - 120.0, y + 125.0), Curve([(x - 100.0, y - 25.0), (x + 100.0, y - 25.0), (x + 120.0, y + 125.0)])],
            Sign::Dot => dot(x, y + 55.0),
            Sign::Diaeresis => [dot(x - 95.0, y + 55.0), dot(x + 95.0, y + 55.0)].concat(),
            Sign::Hook => vec![
                To(x - 65.0, y + 115.0),
                Curve([(x - 20.0, y + 185.0), (x + 95.0, y + 130.0), (x + 25.0, y + 60.0)]),
                Line(x + 10.0, y),
            ],
            Sign::Ring => {
                let (r, c) = (85.0, y + 75.0);
                let k = r * 0.552;
                vec![
                    To(x + r, c),
                    Curve([(x + r, c + k), (x + k, c + r), (x, c + r)]),
                    Curve([(x - k, c + r), (x - r, c + k), (x - r, c)]),
                    Curve([(x - r, c - k), (x - k, c - r), (x, c - r)]),
                    Curve([(x + k, c - r), (x + r, c - k), (x + r, c)]),
                ]
            }
            Sign::DoubleAcute => {
                vec![To(x - 115.0, y), Line(x - 35.0, y + 130.0), To(x + 25.0, y), Line(x + 105.0, y + 130.0)]
            }
            Sign::Apostrophe => vec![To(wide + 15.0, 725.0), Line(wide - 15.0, 560.0)],
            Sign::Horn => {
                let from = if small { wide - 80.0 } else { wide - 60.0 };
                vec![To(from, top - 45.0), Curve([(from + 110.0, top - 60.0), (from + 130.0, top + 20.0), (from + 105.0, top + 90.0)])]
            }
            Sign::DotBelow => dot(x, -150.0),
            Sign::LineBelow => vec![To(x - 140.0, -130.0), Line(x + 140.0, -130.0)],
            Sign::CommaBelow => vec![To(x + 35.0, -85.0), Line(x - 25.0, -225.0)],
            Sign::CommaAbove => vec![To(x - 25.0, y), Line(x + 35.0, y + 140.0)],
            Sign::Ogonek => {
                let x = if self.letter.eq_ignore_ascii_case(&'a') { wide - 65.0 } else { x + 40.0 };
                vec![To(x + 20.0, 5.0), Curve([(x - 70.0, -90.0), (x - 75.0, -225.0), (x + 75.0, -185.0)])]
            }
            Sign::Slash if small => vec![To(-25.0, 300.0), Line(wide + 25.0, 440.0)],
            Sign::Slash => vec![To(-20.0, 265.0), Line(330.0, 440.0)],
            Sign::Bar => match self.letter {
                'd' => vec![To(wide * 0.42, 605.0), Line(wide + 30.0, 605.0)],
                'h' => vec![To(-30.0, 605.0), Line(wide * 0.55, 605.0)],
                't' => vec![To(-5.0, 290.0), Line(wide + 5.0, 290.0)],
                'T' => vec![To(wide * 0.22, 350.0), Line(wide * 0.78, 350.0)],
                'H' => vec![To(-10.0, 565.0), Line(wide + 10.0, 565.0)],
                _ => vec![To(-30.0, 370.0), Line(wide * 0.52, 370.0)],
            },
        }
    }
}

/// A square point, as Helvetica has them.
fn dot(x: f32, y: f32) -> Vec<Leg> {
    vec![Leg::To(x, y - 48.0), Leg::Line(x, y + 48.0)]
}

/// How wide the lines of a sign are.
pub(super) fn stroke(sign: Sign, bold: bool) -> f32 {
    let thin: f32 = if bold { 100.0 } else { 66.0 };
    match sign {
        Sign::Dot | Sign::Diaeresis | Sign::DotBelow => thin.max(96.0),
        // thin enough to leave a hole
        Sign::Ring => thin * 0.75,
        _ => thin,
    }
}
