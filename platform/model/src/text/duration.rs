//! Lengths of time in minutes.

use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

use super::{ParseError, fold, number, short};
use crate::format::Lang;

/// Reads `1j30m`, `1 jam 30 menit`, `90m`, `1:30`, `1,5 jam`, `2h`; a bare number is minutes.
///
/// # Errors
/// `empty`, `too_long`, `not_a_duration` (also when longer than a year or not whole minutes).
pub fn parse(text: &str, lang: Lang) -> Result<u32, ParseError> {
    let refused = ParseError::new("not_a_duration");
    let text = fold(short(text)?);
    if let Some((hours, minutes)) = text.split_once(':') {
        return clock(hours, minutes).ok_or(refused);
    }
    if matches!(text.as_str(), "setengah jam" | "half an hour") {
        return Ok(30);
    }
    let mut total = Decimal::ZERO;
    let mut last_unit = u32::MAX;
    let mut rest = text.as_str();
    while !rest.is_empty() {
        let letters = rest.find(char::is_alphabetic).unwrap_or(rest.len());
        let after = rest[letters..].find(|c: char| !c.is_alphabetic()).map_or(rest.len(), |n| letters + n);
        let unit = match &rest[letters..after] {
            // "1j30": what follows hours without a unit is minutes.
            "" => 1,
            name => minutes_of(name).ok_or(refused)?,
        };
        if unit >= last_unit {
            return Err(refused);
        }
        last_unit = unit;
        let count = number::unsigned(&rest[..letters], lang).map_err(|_| refused)?;
        total = count.checked_mul(Decimal::from(unit)).and_then(|m| total.checked_add(m)).ok_or(refused)?;
        rest = rest[after..].trim_start_matches(['.', ' ']);
    }
    whole_minutes(total).ok_or(refused)
}

const YEAR: u32 = 366 * 24 * 60;

fn whole_minutes(total: Decimal) -> Option<u32> {
    let rounded = total.round();
    (rounded == total && rounded <= Decimal::from(YEAR)).then(|| rounded.to_u32()).flatten()
}

fn clock(hours: &str, minutes: &str) -> Option<u32> {
    let digits = |s: &str, most: usize| !s.is_empty() && s.len() <= most && s.bytes().all(|b| b.is_ascii_digit());
    if !digits(hours, 4) || !digits(minutes, 2) || minutes.len() != 2 {
        return None;
    }
    let (hours, minutes): (u32, u32) = (hours.parse().ok()?, minutes.parse().ok()?);
    (minutes < 60).then_some(hours * 60 + minutes).filter(|total| *total <= YEAR)
}

fn minutes_of(unit: &str) -> Option<u32> {
    Some(match unit {
        "m" | "mnt" | "min" | "mins" | "menit" | "minute" | "minutes" => 1,
        "j" | "jam" | "h" | "hr" | "hrs" | "hour" | "hours" => 60,
        "d" | "day" | "days" | "hari" => 24 * 60,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cases() {
        for (text, want) in [
            ("1j30m", Ok(90)),
            ("1j 30m", Ok(90)),
            ("1j30", Ok(90)),
            ("1 jam 30 menit", Ok(90)),
            ("90m", Ok(90)),
            ("90", Ok(90)),
            ("45 mnt", Ok(45)),
            ("1:30", Ok(90)),
            ("0:05", Ok(5)),
            ("2h", Ok(120)),
            ("2 hours 15 min", Ok(135)),
            ("1,5 jam", Ok(90)),
            ("1.5h", Ok(90)),
            ("2 hari", Ok(2880)),
            ("setengah jam", Ok(30)),
            ("0", Ok(0)),
            ("", Err("empty")),
            ("1:60", Err("not_a_duration")),
            ("1:3", Err("not_a_duration")),
            ("30m1j", Err("not_a_duration")),
            ("5x", Err("not_a_duration")),
            ("jam", Err("not_a_duration")),
            ("-5m", Err("not_a_duration")),
            ("9999999999", Err("not_a_duration")),
            ("1,333 jam", Err("not_a_duration")),
        ] {
            assert_eq!(parse(text, Lang::Id).map_err(|e| e.code), want, "{text}");
        }
    }
}
