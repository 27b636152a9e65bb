//! Percentages.

use rust_decimal::Decimal;

use super::{ParseError, number, short};
use crate::format::Lang;

/// Reads `12,5%`, `12.5 persen` or `12,5`; the answer counts hundredths (12.5 for 12.5 %).
///
/// # Errors
/// `empty`, `too_long`, `not_a_percent`, `number_grouping`, `number_too_large`.
pub fn parse(text: &str, lang: Lang) -> Result<Decimal, ParseError> {
    let text = short(text)?;
    let lower = text.to_lowercase();
    let body = ["%", "persen", "percent", "pct"]
        .iter()
        .find_map(|unit| lower.strip_suffix(unit))
        .or_else(|| lower.strip_prefix('%'))
        .unwrap_or(&lower);
    number::parse(body, lang).map_err(|error| match error.code {
        "not_a_number" | "empty" => ParseError::new("not_a_percent"),
        _ => error,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cases() {
        for (text, want) in [
            ("12,5%", Ok("12.5")),
            ("12.5 %", Ok("12.5")),
            ("10 persen", Ok("10")),
            ("10 Percent", Ok("10")),
            ("-3%", Ok("-3")),
            ("7", Ok("7")),
            ("%", Err("not_a_percent")),
            ("sepuluh", Err("not_a_percent")),
            ("", Err("empty")),
        ] {
            let got = parse(text, Lang::Id).map(|n| n.to_string());
            assert_eq!(got.as_deref().map_err(|e| e.code), want, "{text}");
        }
    }
}
