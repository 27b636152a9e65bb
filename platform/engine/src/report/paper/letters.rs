//! The letters of the standard fonts every reader of PDF has: their codes (WinAnsi and one more) and widths (Helvetica).
//!
//! They reach as far as the languages of Western Europe. Other Latin letters get their accents drawn ([`super::accents`]);
//! of letters of other scripts a `?` is left, and whoever writes is told.

use super::accents::{Mark, taken_apart};
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// A code that WinAnsi leaves free, for the ı every standard font has.
pub(super) const DOTLESS: u8 = 0x81;

/// Stands for what has no letter.
const MISSING: u8 = b'?';

/// Widths from code 32 on, in thousandths of the size.
#[rustfmt::skip]
const REGULAR: [u16; 224] = [
    278, 278, 355, 556, 556, 889, 667, 191, 333, 333, 389, 584, 278, 333, 278, 278,
    556, 556, 556, 556, 556, 556, 556, 556, 556, 556, 278, 278, 584, 584, 584, 556,
    1015, 667, 667, 722, 722, 667, 611, 778, 722, 278, 500, 667, 556, 833, 722, 778,
    667, 778, 722, 667, 611, 722, 667, 944, 667, 667, 611, 278, 278, 278, 469, 556,
    333, 556, 556, 500, 556, 556, 278, 556, 556, 222, 222, 500, 222, 833, 556, 556,
    556, 556, 333, 500, 278, 556, 500, 722, 500, 500, 500, 334, 260, 334, 584, 350,
    556, 278, 222, 556, 333, 1000, 556, 556, 333, 1000, 667, 333, 1000, 350, 611, 350,
    350, 222, 222, 333, 333, 350, 556, 1000, 333, 1000, 500, 333, 944, 350, 500, 667,
    278, 333, 556, 556, 556, 556, 260, 556, 333, 737, 370, 556, 584, 333, 737, 552,
    400, 549, 333, 333, 333, 576, 537, 278, 333, 333, 365, 556, 834, 834, 834, 611,
    667, 667, 667, 667, 667, 667, 1000, 722, 667, 667, 667, 667, 278, 278, 278, 278,
    722, 722, 778, 778, 778, 778, 778, 584, 778, 722, 722, 722, 722, 667, 667, 611,
    556, 556, 556, 556, 556, 556, 889, 500, 556, 556, 556, 556, 278, 278, 278, 278,
    556, 556, 556, 556, 556, 556, 556, 549, 611, 556, 556, 556, 556, 500, 556, 500,
];
#[rustfmt::skip]
const BOLD: [u16; 224] = [
    278, 333, 474, 556, 556, 889, 722, 238, 333, 333, 389, 584, 278, 333, 278, 278,
    556, 556, 556, 556, 556, 556, 556, 556, 556, 556, 333, 333, 584, 584, 584, 611,
    975, 722, 722, 722, 722, 667, 611, 778, 722, 278, 556, 722, 611, 833, 722, 778,
    667, 778, 722, 667, 611, 722, 667, 944, 667, 667, 611, 333, 278, 333, 584, 556,
    333, 556, 611, 556, 611, 556, 333, 611, 611, 278, 278, 556, 278, 889, 611, 611,
    611, 611, 389, 556, 333, 611, 556, 778, 556, 556, 500, 389, 280, 389, 584, 350,
    556, 278, 278, 556, 500, 1000, 556, 556, 333, 1000, 667, 333, 1000, 350, 611, 350,
    350, 278, 278, 500, 500, 350, 556, 1000, 333, 1000, 556, 333, 944, 350, 500, 667,
    278, 333, 556, 556, 556, 556, 280, 556, 333, 737, 370, 556, 584, 333, 737, 552,
    400, 549, 333, 333, 333, 576, 556, 278, 333, 333, 365, 556, 834, 834, 834, 611,
    722, 722, 722, 722, 722, 722, 1000, 722, 667, 667, 667, 667, 278, 278, 278, 278,
    722, 722, 778, 778, 778, 778, 778, 584, 778, 722, 722, 722, 722, 667, 667, 611,
    556, 556, 556, 556, 556, 556, 889, 556, 556, 556, 556, 556, 278, 278, 278, 278,
    611, 611, 611, 611, 611, 611, 611, 549, 611, 611, 611, 611, 611, 556, 611, 556,
];

/// Codes 128 to 159.
const ABOVE: [char; 32] = [
    '€', 'ı', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{8d}', 'Ž', '\u{8f}', '\u{90}', '‘', '’', '“', '”', '•', '–', '—',
    '˜', '™', 'š', '›', 'œ', '\u{9d}', 'ž', 'Ÿ',
];

/// A text in the codes of the fonts.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Encoded {
    pub codes: Vec<u8>,
    /// What is drawn over and under letters.
    pub marks: Vec<Mark>,
    /// A letter was missing.
    pub lost: bool,
}

/// A text in the codes of the fonts, with what has to be drawn besides.
pub(super) fn encoded(text: &str) -> Encoded {
    let (mut codes, mut marks, mut lost) = (Vec::with_capacity(text.len()), Vec::new(), false);
    for c in text.nfc() {
        if let Some(code) = code(c) {
            codes.push(code);
            continue;
        }
        if let Some((letter, signs)) = taken_apart(c, &|c| code(c).is_some())
            && let Some(code) = code(letter)
        {
            marks.extend(signs.into_iter().map(|sign| Mark::new(codes.len(), letter, sign)));
            codes.push(code);
            continue;
        }
        if let Some(spelled) = spelled(c) {
            codes.extend_from_slice(spelled.as_bytes());
            continue;
        }
        let bare: Option<Vec<u8>> = std::iter::once(c).nfkd().filter(|c| !is_combining_mark(*c)).map(code).collect();
        match bare {
            Some(bare) => codes.extend(bare),
            None => {
                codes.push(MISSING);
                lost = true;
            }
        }
    }
    Encoded { codes, marks, lost }
}

/// How wide these codes are, in thousandths of the size.
pub(super) fn advance(codes: &[u8], bold: bool) -> f32 {
    let widths = if bold { &BOLD } else { &REGULAR };
    let sum: u32 = codes.iter().map(|code| u32::from(widths.get(usize::from(code.saturating_sub(32))).copied().unwrap_or(556))).sum();
    sum as f32
}

fn code(c: char) -> Option<u8> {
    match c {
        ' '..='~' | '\u{a0}'..='ÿ' => u8::try_from(u32::from(c)).ok(),
        _ => ABOVE.iter().position(|a| *a == c).and_then(|n| u8::try_from(n + 128).ok()).filter(|_| u32::from(c) > 0xff),
    }
}

/// Signs that can be said with others.
fn spelled(c: char) -> Option<&'static str> {
    Some(match c {
        '≥' => ">=",
        '≤' => "<=",
        '→' => "->",
        '←' => "<-",
        '−' | '‐' | '‑' | '‒' => "-",
        'ʼ' | '′' => "'",
        '\t' | '\n' | '\r' | '\u{2002}'..='\u{200a}' | '\u{202f}' => " ",
        '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{feff}' => "",
        _ => return None,
    })
}

/// How wide a text is in points.
pub(super) fn width(text: &str, size: f32, bold: bool) -> f32 {
    advance(&encoded(text).codes, bold) * size / 1000.0
}

/// The lines a text takes in a width; words that are wider than that are cut.
pub(super) fn wrapped(text: &str, size: f32, bold: bool, room: f32) -> Vec<String> {
    let mut lines: Vec<String> = vec![String::new()];
    // blanks that do not break stay inside of words
    for word in text.split([' ', '\n']).filter(|word| !word.is_empty()) {
        let mut rest = word;
        loop {
            let line = &lines[lines.len() - 1];
            let whole = if line.is_empty() { rest.to_string() } else { format!("{line} {rest}") };
            let last = lines.len() - 1;
            if width(&whole, size, bold) <= room {
                lines[last] = whole;
                break;
            }
            if line.is_empty() {
                let cut = fitting(rest, size, bold, room);
                lines[last] = rest[..cut].to_string();
                rest = &rest[cut..];
                if rest.is_empty() {
                    break;
                }
            }
            lines.push(String::new());
        }
    }
    lines
}

/// As much of a text as fits, the end said with dots.
pub(super) fn shortened(text: &str, size: f32, bold: bool, room: f32) -> String {
    if width(text, size, bold) <= room {
        return text.to_string();
    }
    let cut = fitting(text, size, bold, room - width("…", size, bold));
    format!("{}…", text[..cut].trim_end())
}

/// The place up to which a text fits; after one letter at least.
fn fitting(text: &str, size: f32, bold: bool, room: f32) -> usize {
    let ends = text.char_indices().map(|(at, c)| at + c.len_utf8());
    let mut fits = text.chars().next().map_or(0, char::len_utf8);
    for end in ends {
        if width(&text[..end], size, bold) > room {
            break;
        }
        fits = end;
    }
    fits
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_have_their_codes_and_others_are_said_as_well_as_they_can_be() {
        let plain = |codes: &[u8]| Encoded { codes: codes.to_vec(), ..Encoded::default() };
        assert_eq!(encoded("Café “Kopi” – Rp\u{a0}5"), plain(b"Caf\xe9 \x93Kopi\x94 \x96 Rp\xa05"));
        assert_eq!(encoded("e\u{301}"), plain(&[0xe9]), "written in two signs");
        assert_eq!(encoded("北京 5"), Encoded { lost: true, ..plain(b"?? 5") });
        assert_eq!(encoded("\u{81}"), Encoded { lost: true, ..plain(b"?") });
    }

    #[test]
    fn accents_are_drawn_at_their_letters() {
        use crate::report::paper::accents::Sign;
        for (text, codes, signs) in [
            ("≥ Łódź", b">= L\xf3dz".as_slice(), vec![(3, Sign::Slash), (6, Sign::Acute)]),
            ("Nguyễn", b"Nguy\xean", vec![(4, Sign::Tilde)]),
            ("Đặng", b"Dang", vec![(0, Sign::Bar), (1, Sign::DotBelow), (1, Sign::Breve)]),
            ("Trượng", b"Truong", vec![(2, Sign::Horn), (3, Sign::Horn), (3, Sign::DotBelow)]),
            ("Çağrı", b"\xc7agr\x81", vec![(2, Sign::Breve)]),
            ("īį", b"\x81i", vec![(0, Sign::Macron), (1, Sign::Ogonek)]),
            (
                "Şişli Ģ ģ ť ő ų",
                b"Sisli G g t o u",
                vec![
                    (0, Sign::CommaBelow),
                    (2, Sign::CommaBelow),
                    (6, Sign::CommaBelow),
                    (8, Sign::CommaAbove),
                    (10, Sign::Apostrophe),
                    (12, Sign::DoubleAcute),
                    (14, Sign::Ogonek),
                ],
            ),
        ] {
            let found = encoded(text);
            let marks: Vec<_> = found.marks.iter().map(|mark| (mark.at, mark.sign)).collect();
            assert_eq!((found.codes.as_slice(), marks, found.lost), (codes, signs, false), "{text}");
        }
        // every Latin letter of Europe and Vietnam keeps its accents
        for c in ('\u{100}'..='\u{17e}').chain('\u{1ea0}'..='\u{1ef9}') {
            let found = encoded(&c.to_string());
            let bare = matches!(c, 'ĸ' | 'ŉ' | 'Ŋ' | 'ŋ' | 'Ĳ' | 'ĳ' | 'Ŀ' | 'ŀ');
            assert!(bare || !found.marks.is_empty() || found.codes.first().is_some_and(|code| *code >= 0x80), "{c}");
        }
    }

    #[test]
    fn texts_break_between_words_and_only_words_that_are_too_wide_within() {
        assert_eq!(width("Akrab", 10.0, false), (667 + 500 + 333 + 556 + 556) as f32 / 100.0);
        assert_eq!(wrapped("satu dua tiga", 10.0, false, 45.0), ["satu dua", "tiga"]);
        assert_eq!(wrapped("WWWW", 10.0, false, 20.0), ["WW", "WW"]);
        assert_eq!(wrapped("", 10.0, false, 20.0), [""]);
        assert!(shortened("Perpanjangan kontrak", 10.0, false, 50.0).ends_with('…'));
        assert!(width(&shortened("Perpanjangan kontrak", 10.0, false, 50.0), 10.0, false) <= 50.0);
    }
}
