//! Showing and finding telephone numbers.

use super::plan;

/// Writes an E.164 number as a reader in Indonesia expects it; other text comes back unchanged.
///
/// ```
/// use akrab_model::text::phone::display;
/// assert_eq!(display("+6281234567890"), "0812-3456-7890");
/// assert_eq!(display("+62215551234"), "(021) 555-1234");
/// assert_eq!(display("+6561234567"), "+65 6123 4567");
/// ```
#[must_use]
pub fn display(e164: &str) -> String {
    let Some(digits) = e164.strip_prefix('+').filter(|d| d.len() >= 7 && d.bytes().all(|b| b.is_ascii_digit())) else {
        return e164.to_owned();
    };
    let Some(national) = digits.strip_prefix("62") else {
        let (country, rest) = digits.split_at(plan::country_length(digits));
        return format!("+{country} {}", grouped(rest, ' '));
    };
    if let Some(rest) = national.strip_prefix("800") {
        return format!("0800-{}", grouped(rest, '-'));
    }
    if let Some(rest) = national.strip_prefix("1500") {
        return format!("1500-{rest}");
    }
    if national.starts_with('8') && national.len() > 7 {
        let (operator, middle, last) = (&national[..3], &national[3..7], &national[7..]);
        return format!("0{operator}-{middle}-{last}");
    }
    match plan::area_length(national) {
        Some(area) => format!("(0{}) {}", &national[..area], grouped(&national[area..], '-')),
        None => format!("0{national}"),
    }
}

/// Parts digits into groups a person can hold: 555-1234, 2950-1234, 415 555 2671.
fn grouped(digits: &str, mark: char) -> String {
    let sizes: &[usize] = match digits.len() {
        0..=5 => &[5],
        6 => &[3, 3],
        7 => &[3, 4],
        8 => &[4, 4],
        9 => &[3, 3, 3],
        10 => &[3, 3, 4],
        11 => &[3, 4, 4],
        12 => &[4, 4, 4],
        _ => &[4, 4, 7],
    };
    let mut out = String::with_capacity(digits.len() + 2);
    let mut rest = digits;
    for size in sizes {
        let (head, tail) = rest.split_at((*size).min(rest.len()));
        if !out.is_empty() {
            out.push(mark);
        }
        out.push_str(head);
        rest = tail;
    }
    out
}

/// The digits to search by: without country 62, trunk zero or marks, so that every written form of
/// a number, and any part of it, is found inside the digits of the stored one.
///
/// ```
/// use akrab_model::text::phone::search_digits;
/// assert_eq!(search_digits("+6281234567890"), "81234567890");
/// assert_eq!(search_digits("0812-3456"), "8123456");
/// assert_eq!(search_digits("7890"), "7890");
/// ```
#[must_use]
pub fn search_digits(text: &str) -> String {
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    let plus = text.trim_start_matches(|c: char| c == '(' || c.is_whitespace()).starts_with('+');
    let bare = digits.strip_prefix("00").unwrap_or(&digits);
    let abroad = plus || bare.len() < digits.len();
    let national = match bare.strip_prefix("62") {
        Some(rest) if abroad || rest.starts_with('8') || rest.starts_with('0') || bare.len() >= 11 => rest,
        _ => bare,
    };
    national.trim_start_matches('0').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shown() {
        for (e164, want) in [
            ("+6281234567890", "0812-3456-7890"),
            ("+628123456789", "0812-3456-789"),
            ("+62811123456", "0811-1234-56"),
            ("+62812345678901", "0812-3456-78901"),
            ("+622129501234", "(021) 2950-1234"),
            ("+62274512345", "(0274) 512-345"),
            ("+624113612345", "(0411) 361-2345"),
            ("+6227112345", "(0271) 12345"),
            ("+621500046", "1500-046"),
            ("+628001234567", "0800-123-4567"),
            ("+14155552671", "+1 415 555 2671"),
            ("+60123456789", "+60 123 456 789"),
            ("+67077234567", "+670 7723 4567"),
            ("", ""),
            ("apa saja", "apa saja"),
        ] {
            assert_eq!(display(e164), want, "{e164}");
        }
    }

    #[test]
    fn found() {
        let stored = search_digits("+6281234567890");
        for typed in ["0812-3456-7890", "+62 812 3456 7890", "6281234567890", "0062812", "7890", "3456-7890", "0812", "0 812 3"] {
            assert!(stored.contains(&search_digits(typed)), "{typed}");
        }
        let landline = search_digits("+62215551234");
        for typed in ["021 555 1234", "(021) 555-1234", "5551234", "+62 21 5551234", "62215551234"] {
            assert!(landline.contains(&search_digits(typed)), "{typed}");
        }
        assert_eq!(search_digits("tanpa angka"), "");
    }
}
