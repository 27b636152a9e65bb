//! Numbers that Indonesian authorities give: NPWP, NIK, NITKU.

use super::{ParseError, short};
use crate::area;
use crate::object::NumberKind;
use jiff::civil::Date;

/// Reads a number of this kind.
///
/// # Errors
/// As [`npwp`], [`nik`], [`nitku`].
pub fn parse(kind: NumberKind, text: &str) -> Result<String, ParseError> {
    match kind {
        NumberKind::Npwp => npwp(text),
        NumberKind::Nik => nik(text),
        NumberKind::Nitku => nitku(text),
    }
}

/// Reads the number of an identity card (NIK) into its 16 digits: the province it was given in, the day of birth, on
/// which 40 is added for women, and a running number.
///
/// # Errors
/// `empty`, `too_long`, `nik_letters`, `nik_length`, `nik_place`, `nik_day`.
pub fn nik(text: &str) -> Result<String, ParseError> {
    let digits = digits(text, "nik_letters")?;
    if digits.len() != 16 {
        return Err(ParseError::new("nik_length"));
    }
    if area::province(&digits[..2]).is_none() {
        return Err(ParseError::new("nik_place"));
    }
    let part = |from: usize| digits[from..from + 2].parse::<i8>().unwrap_or_default();
    let day = if part(6) > 40 { part(6) - 40 } else { part(6) };
    // which century is not said; a leap day is one in either
    let born = |century: i16| Date::new(century + i16::from(part(10)), part(8), day).is_ok();
    if born(1900) || born(2000) { Ok(digits) } else { Err(ParseError::new("nik_day")) }
}

/// Reads the number of a place of business (NITKU) into its 22 digits: the tax number of 16 and the place's six.
///
/// # Errors
/// `empty`, `too_long`, `nitku_letters`, `nitku_length`.
pub fn nitku(text: &str) -> Result<String, ParseError> {
    let digits = digits(text, "nitku_letters")?;
    if digits.len() == 22 { Ok(digits) } else { Err(ParseError::new("nitku_length")) }
}

/// Reads a tax number (NPWP) into its 16 digits; the old 15 digits gain their leading zero.
///
/// # Errors
/// `empty`, `too_long`, `npwp_letters`, `npwp_length`.
pub fn npwp(text: &str) -> Result<String, ParseError> {
    let digits = digits(text, "npwp_letters")?;
    match digits.len() {
        15 => Ok(format!("0{digits}")),
        16 => Ok(digits),
        _ => Err(ParseError::new("npwp_length")),
    }
}

/// The ninth digit of a firm's tax number in its old form, worked out of the eight before it.
#[must_use]
pub fn npwp_check_digit(body: &str) -> u32 {
    let weighed = body.bytes().filter(u8::is_ascii_digit).enumerate().map(|(at, b)| {
        let digit = u32::from(b - b'0');
        // every second digit is doubled
        let weighed = if at % 2 == 1 { digit * 2 } else { digit };
        weighed / 10 + weighed % 10
    });
    (10 - weighed.sum::<u32>() % 10) % 10
}

fn digits(text: &str, letters: &'static str) -> Result<String, ParseError> {
    let mut out = String::with_capacity(22);
    for c in short(text)?.chars() {
        match c {
            '0'..='9' => out.push(c),
            '.' | '-' | '–' | '/' | '\'' => {}
            c if c.is_whitespace() => {}
            _ => return Err(ParseError::new(letters)),
        }
    }
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identity_cards_and_places_of_business() {
        for (text, want) in [
            ("3578 0155 0890 0003", Ok("3578015508900003")),
            ("3174011502880001", Ok("3174011502880001")),
            ("3174012902880001", Ok("3174012902880001")),
            ("3174013002880001", Err("nik_day")),
            ("9974011502880001", Err("nik_place")),
            ("317401150288000", Err("nik_length")),
            ("NIK 3174", Err("nik_letters")),
        ] {
            assert_eq!(nik(text).as_deref().map_err(|e| e.code), want, "{text}");
        }
        assert_eq!(nitku("0012345678901000 000001").as_deref(), Ok("0012345678901000000001"));
        assert_eq!(nitku("0012345678901000").map_err(|e| e.code), Err("nitku_length"));
    }

    #[test]
    fn tax_numbers() {
        for (text, want) in [
            ("01.234.567.8-901.000", Ok("0012345678901000")),
            ("0012345678901000", Ok("0012345678901000")),
            ("3174 0112 0590 0001", Ok("3174011205900001")),
            ("12345", Err("npwp_length")),
            ("", Err("empty")),
            ("NPWP 01", Err("npwp_letters")),
        ] {
            assert_eq!(npwp(text).as_deref().map_err(|e| e.code), want, "{text}");
        }
        assert_eq!(npwp_check_digit("01234567"), 4, "01.234.567.4-901.000");
    }
}
