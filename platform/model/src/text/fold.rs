//! Folding: the form in which two texts that look alike to a reader are equal.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// Lower case, without accents, blanks single and trimmed: for search, sort keys and comparing.
///
/// ```
/// assert_eq!(akrab_model::text::fold("  Café  ÉLYSÉE "), "cafe elysee");
/// ```
#[must_use]
pub fn fold(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut blank = false;
    let mut push = |c: char| {
        if c.is_whitespace() {
            blank = true;
            return;
        }
        if blank && !out.is_empty() {
            out.push(' ');
        }
        blank = false;
        out.push(c);
    };
    if text.is_ascii() {
        text.bytes().for_each(|b| push(b.to_ascii_lowercase() as char));
    } else {
        for c in text.nfkd() {
            if is_combining_mark(c) || super::is_invisible(c) {
                continue;
            }
            match spelled_out(c) {
                Some(letters) => letters.chars().for_each(&mut push),
                None => c.to_lowercase().filter(|c| !is_combining_mark(*c)).for_each(&mut push),
            }
        }
    }
    out
}

/// Letters that have no accent to strip but a plain spelling all the same.
fn spelled_out(c: char) -> Option<&'static str> {
    Some(match c {
        'ß' | 'ẞ' => "ss",
        'æ' | 'Æ' => "ae",
        'œ' | 'Œ' => "oe",
        'ø' | 'Ø' => "o",
        'đ' | 'Đ' | 'ð' | 'Ð' => "d",
        'ł' | 'Ł' => "l",
        'ı' => "i",
        'þ' | 'Þ' => "th",
        '‘' | '’' | 'ʼ' | '`' | '´' => "'",
        '“' | '”' => "\"",
        '‐' | '‑' | '‒' | '–' | '—' | '−' => "-",
        _ => return None,
    })
}

/// The folded words of a text; an apostrophe joins ("Nur'aini" is one word), all other marks part.
///
/// ```
/// assert_eq!(akrab_model::text::words("Nur’aini, S.E. (Bandung)"), ["nuraini", "s", "e", "bandung"]);
/// ```
#[must_use]
pub fn words(text: &str) -> Vec<String> {
    let folded = fold(text);
    folded
        .split(|c: char| !c.is_alphanumeric() && c != '\'')
        .map(|word| if word.contains('\'') { word.replace('\'', "") } else { word.to_owned() })
        .filter(|word| !word.is_empty())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folding() {
        for (text, want) in [
            ("", ""),
            ("  Budi\u{a0} SANTOSO\t", "budi santoso"),
            ("Café Élysée", "cafe elysee"),
            ("Ångström Straße Łódź", "angstrom strasse lodz"),
            ("İstanbul", "istanbul"),
            ("Nur’aini", "nur'aini"),
            ("ＰＴ　Ｍａｊｕ", "pt maju"),
            ("a\u{200b}b é", "ab e"),
            ("2026–2027", "2026-2027"),
        ] {
            assert_eq!(fold(text), want, "{text:?}");
        }
    }

    #[test]
    fn splitting() {
        assert_eq!(words("PT. Maju-Bersama (Tbk)"), ["pt", "maju", "bersama", "tbk"]);
        assert_eq!(words("Ma'ruf O’Neill"), ["maruf", "oneill"]);
        assert_eq!(words(" ' - . "), Vec::<String>::new());
        assert_eq!(words("Kopi Gayo 250g"), ["kopi", "gayo", "250g"]);
    }
}
