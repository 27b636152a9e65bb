//! Numbers that Indonesian authorities give: NPWP, NIK, NITKU.

use super::{ParseError, short};
use crate::area;
use crate::object::NumberKind;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

/// What numbers of one kind look like. Authorities change it, so a workspace may.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NumberRule {
    /// How many digits they may have, ascending; any number of them when empty.
    pub lengths: Vec<u8>,
    /// Shorter ones gain zeros in front, up to the greatest length.
    pub fill: bool,
    /// What stands in it is looked at: province and day of birth of an identity card, the check digit of a tax number.
    pub inside: bool,
}

impl NumberRule {
    /// Most digits a number may have.
    pub const MOST: u8 = 30;

    fn new(lengths: &[u8], fill: bool, inside: bool) -> NumberRule {
        NumberRule { lengths: lengths.to_vec(), fill, inside }
    }

    /// "15, 16".
    #[must_use]
    pub fn lengths_text(&self) -> String {
        self.lengths.iter().map(u8::to_string).collect::<Vec<_>>().join(", ")
    }
}

/// The rules of all kinds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct NumberRules {
    /// Tax numbers: 16 digits; the old 15 gain their leading zero.
    pub npwp: NumberRule,
    /// Identity cards: 16 digits.
    pub nik: NumberRule,
    /// Places of business: the tax number of 16 digits and the place's six.
    pub nitku: NumberRule,
}

impl Default for NumberRules {
    fn default() -> Self {
        NumberRules {
            npwp: NumberRule::new(&[15, 16], true, true),
            nik: NumberRule::new(&[16], false, true),
            nitku: NumberRule::new(&[22], false, false),
        }
    }
}

impl NumberRules {
    /// The rule of a kind.
    #[must_use]
    pub fn of(&self, kind: NumberKind) -> &NumberRule {
        match kind {
            NumberKind::Npwp => &self.npwp,
            NumberKind::Nik => &self.nik,
            NumberKind::Nitku => &self.nitku,
        }
    }
}

/// Reads a number of a kind into its digits.
///
/// # Errors
/// `empty`, `too_long`; of the kind `letters` and `length`; where the rule looks inside, `nik_place` and `nik_day`,
/// `npwp_check` and `npwp_start`.
pub fn parse(kind: NumberKind, text: &str, rule: &NumberRule) -> Result<String, ParseError> {
    let (letters, length) = match kind {
        NumberKind::Npwp => ("npwp_letters", "npwp_length"),
        NumberKind::Nik => ("nik_letters", "nik_length"),
        NumberKind::Nitku => ("nitku_letters", "nitku_length"),
    };
    let mut digits = digits(text, letters)?;
    if !rule.lengths.is_empty() && !rule.lengths.iter().any(|length| usize::from(*length) == digits.len()) {
        return Err(ParseError::new(length));
    }
    if let Some(most) = rule.lengths.last().map(|most| usize::from(*most)).filter(|most| rule.fill && *most > digits.len()) {
        digits.insert_str(0, &"0".repeat(most - digits.len()));
    }
    match kind {
        NumberKind::Nik if rule.inside => person(&digits)?,
        NumberKind::Npwp if rule.inside => taxpayer(&digits)?,
        _ => {}
    }
    Ok(digits)
}

/// A tax number is one of the former fifteen digits, with a zero before them or without, the number of a person's identity
/// card, or one of those that have been given to firms since 2024 and begin with 10, of which no more is known.
fn taxpayer(digits: &str) -> Result<(), ParseError> {
    let former = match digits.len() {
        15 => digits,
        16 if digits.starts_with('0') => &digits[1..],
        16 if digits.starts_with("10") => return Ok(()),
        16 if area::province(&digits[..2]).is_some() => return person(digits),
        16 => return Err(ParseError::new("npwp_start")),
        // a length the workspace made up itself
        _ => return Ok(()),
    };
    let (body, check) = (&former[..8], former[8..9].parse());
    if body.bytes().all(|b| b == b'0') {
        return Err(ParseError::new("npwp_start"));
    }
    if check == Ok(npwp_check_digit(body)) { Ok(()) } else { Err(ParseError::new("npwp_check")) }
}

/// What stands in the number of an identity card: the province it was given in, the day of birth, on which 40 is added for
/// women, and a running number.
fn person(digits: &str) -> Result<(), ParseError> {
    if digits.len() < 12 {
        return Err(ParseError::new("nik_length"));
    }
    if area::province(&digits[..2]).is_none() {
        return Err(ParseError::new("nik_place"));
    }
    let part = |from: usize| digits[from..from + 2].parse::<i8>().unwrap_or_default();
    let day = if part(6) > 40 { part(6) - 40 } else { part(6) };
    // which century is not said; a leap day is one in either
    let born = |century: i16| Date::new(century + i16::from(part(10)), part(8), day).is_ok();
    if born(1900) || born(2000) { Ok(()) } else { Err(ParseError::new("nik_day")) }
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

    fn read(kind: NumberKind, text: &str) -> Result<String, &'static str> {
        parse(kind, text, NumberRules::default().of(kind)).map_err(|e| e.code)
    }

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
            assert_eq!(read(NumberKind::Nik, text).as_deref().map_err(|code| *code), want, "{text}");
        }
        assert_eq!(read(NumberKind::Nitku, "0012345678901000 000001").as_deref(), Ok("0012345678901000000001"));
        assert_eq!(read(NumberKind::Nitku, "0012345678901000"), Err("nitku_length"));
    }

    #[test]
    fn rules_may_change() {
        let longer = NumberRule { lengths: vec![16, 18], fill: true, inside: false };
        assert_eq!(parse(NumberKind::Npwp, "3174011205900001", &longer).as_deref(), Ok("003174011205900001"));
        let free = NumberRule { lengths: Vec::new(), fill: true, inside: false };
        assert_eq!(parse(NumberKind::Nik, "12-34", &free).as_deref(), Ok("1234"));
        let short = NumberRule { lengths: vec![6], fill: false, inside: true };
        assert_eq!(parse(NumberKind::Nik, "317401", &short).map_err(|e| e.code), Err("nik_length"));
    }

    #[test]
    fn tax_numbers() {
        for (text, want) in [
            ("01.234.567.4-901.000", Ok("0012345674901000")),
            ("012345674901000", Ok("0012345674901000")),
            ("0012345674901000", Ok("0012345674901000")),
            ("01.234.567.8-901.000", Err("npwp_check")),
            ("0012345678901000", Err("npwp_check")),
            ("1000000001234567", Ok("1000000001234567")),
            ("3174013002880001", Err("nik_day")),
            ("9999999999999999", Err("npwp_start")),
            ("00.000.000.0-000.000", Err("npwp_start")),
            ("3174 0112 0590 0001", Ok("3174011205900001")),
            ("12345", Err("npwp_length")),
            ("", Err("empty")),
            ("NPWP 01", Err("npwp_letters")),
        ] {
            assert_eq!(read(NumberKind::Npwp, text).as_deref().map_err(|code| *code), want, "{text}");
        }
        assert_eq!(npwp_check_digit("01234567"), 4, "01.234.567.4-901.000");
    }
}
