//! Plain numbers as typed in either language.

use rust_decimal::Decimal;

use super::{ParseError, short};
use crate::format::Lang;

/// Reads `1.234,56` (Indonesian) or `1,234.56` (English) exactly.
///
/// A form that can mean only one thing is taken in both languages: `1.5`, `1,234.56`, `1.500.000`.
/// Only `1.500` and `1,500` depend on the language.
///
/// # Errors
/// `empty`, `too_long`, `not_a_number`, `number_grouping`, `number_too_large`.
pub fn parse(text: &str, lang: Lang) -> Result<Decimal, ParseError> {
    let (negative, body) = sign(short(text)?);
    let number = unsigned(body, lang)?;
    Ok(if negative { -number } else { number })
}

/// Splits off a sign; accountants' brackets count as minus.
pub(super) fn sign(text: &str) -> (bool, &str) {
    if let Some(inner) = text.strip_prefix('(').and_then(|t| t.strip_suffix(')')) {
        return (true, inner.trim());
    }
    for minus in ['-', '−', '–'] {
        if let Some(rest) = text.strip_prefix(minus) {
            return (true, rest.trim_start());
        }
    }
    (false, text.strip_prefix('+').map_or(text, str::trim_start))
}

/// Reads digits with group and decimal marks and nothing else.
pub(super) fn unsigned(text: &str, lang: Lang) -> Result<Decimal, ParseError> {
    let text = text.trim();
    if text.is_empty() || !text.contains(|c: char| c.is_ascii_digit()) {
        return Err(ParseError::new("not_a_number"));
    }
    let marks = |mark: char| text.matches(mark).count();
    let (dots, commas) = (marks('.'), marks(','));
    let decimal = decimal_mark(text, dots, commas, lang);
    let (whole, fraction) = match decimal {
        Some(mark) => text.rsplit_once(mark).unwrap_or((text, "")),
        None => (text, ""),
    };
    let group = match decimal {
        Some('.') => ',',
        Some(_) => '.',
        None if dots > 0 => '.',
        None => ',',
    };
    let mut digits = String::with_capacity(text.len());
    push_groups(&mut digits, whole, group)?;
    if !fraction.is_empty() {
        if !fraction.bytes().all(|b| b.is_ascii_digit()) {
            return Err(ParseError::new("not_a_number"));
        }
        digits.push('.');
        digits.push_str(fraction.trim_end_matches('0'));
    }
    Decimal::from_str_exact(digits.trim_end_matches('.')).map_err(|_| ParseError::new("number_too_large"))
}

/// Which mark parts whole and fraction, if any.
fn decimal_mark(text: &str, dots: usize, commas: usize, lang: Lang) -> Option<char> {
    let single = |mark: char, groups: bool| {
        let (whole, after) = text.split_once(mark).unwrap_or((text, ""));
        let could_group = after.len() == 3 && (1..=3).contains(&whole.len()) && !whole.starts_with('0');
        if could_group && groups { None } else { Some(mark) }
    };
    match (dots, commas) {
        (1, 0) => single('.', lang == Lang::Id),
        (0, 1) => single(',', lang == Lang::En),
        (_, 0) | (0, _) => None,
        _ => {
            if text.rfind('.') > text.rfind(',') {
                Some('.')
            } else {
                Some(',')
            }
        }
    }
}

/// Appends the digits of a whole part whose groups, if there are any, must be of three.
fn push_groups(digits: &mut String, whole: &str, mark: char) -> Result<(), ParseError> {
    if whole.is_empty() {
        digits.push('0');
        return Ok(());
    }
    let is_group = |c: char| c == mark || c.is_whitespace() || c == '_';
    let single = !whole.contains(is_group);
    let mut first = true;
    for part in whole.split(is_group) {
        if !part.bytes().all(|b| b.is_ascii_digit()) {
            return Err(ParseError::new("not_a_number"));
        }
        let fits = if first { single || (1..=3).contains(&part.len()) } else { part.len() == 3 };
        if !fits {
            return Err(ParseError::new("number_grouping"));
        }
        digits.push_str(part);
        first = false;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_languages() {
        for (text, id, en) in [
            ("0", "0", "0"),
            ("1500", "1500", "1500"),
            ("1.500", "1500", "1.5"),
            ("1,500", "1.5", "1500"),
            ("1.5", "1.5", "1.5"),
            ("1,5", "1.5", "1.5"),
            ("0.500", "0.5", "0.5"),
            (",5", "0.5", "0.5"),
            ("1.500.000", "1500000", "1500000"),
            ("1,500,000", "1500000", "1500000"),
            ("1.234,56", "1234.56", "1234.56"),
            ("1,234.56", "1234.56", "1234.56"),
            ("1 500 000", "1500000", "1500000"),
            ("1\u{a0}500,25", "1500.25", "1500.25"),
            ("-12,75", "-12.75", "-12.75"),
            ("−3", "-3", "-3"),
            ("(1.000.000)", "-1000000", "-1000000"),
            ("+7", "7", "7"),
            ("12345.678", "12345.678", "12345.678"),
            ("79228162514264337593543950335", "79228162514264337593543950335", "79228162514264337593543950335"),
        ] {
            assert_eq!(parse(text, Lang::Id).map(|n| n.to_string()).as_deref(), Ok(id), "id {text}");
            assert_eq!(parse(text, Lang::En).map(|n| n.to_string()).as_deref(), Ok(en), "en {text}");
        }
    }

    #[test]
    fn refusals() {
        for (text, code) in [
            ("", "empty"),
            ("  ", "empty"),
            ("abc", "not_a_number"),
            ("12a", "not_a_number"),
            ("1.50.000", "number_grouping"),
            ("15 00", "number_grouping"),
            ("1,2.3,4", "not_a_number"),
            ("--5", "not_a_number"),
            ("792281625142643375935439503360", "number_too_large"),
            ("1e9", "not_a_number"),
        ] {
            assert_eq!(parse(text, Lang::Id).unwrap_err().code, code, "{text}");
        }
        assert_eq!(parse(&"1".repeat(200), Lang::Id).unwrap_err().code, "too_long");
    }
}
