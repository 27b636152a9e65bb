//! Amounts of money as typed: `1,5jt`, `Rp 25.000,50`, `1.5m`, `2 miliar 250 juta`.

use rust_decimal::Decimal;

use super::{ParseError, number, short};
use crate::format::Lang;

/// Reads an amount in the workspace's own currency, exactly.
///
/// Suffixes of both languages are understood. `m` is a million in both; a capital `M` written by
/// an Indonesian is *miliar* (10⁹). Amounts may be joined: `1 miliar 250 juta`.
///
/// # Errors
/// `empty`, `too_long`, `not_a_number`, `number_grouping`, `number_too_large`, and
/// `money_currency` when another currency is named.
pub fn parse(text: &str, lang: Lang) -> Result<Decimal, ParseError> {
    let text = short(text)?;
    let (negative, body) = number::sign(text);
    let body = strip_currency(body)?;
    // A sign may also stand between the currency and the amount: "Rp -5.000".
    let (inner, body) = number::sign(body);
    let amount = sum_terms(strip_dash(body), lang)?;
    Ok(if negative || inner { -amount } else { amount })
}

/// Names of currencies people type by habit and that this field cannot hold.
const FOREIGN: &[&str] =
    &["USD", "US$", "SGD", "S$", "EUR", "JPY", "CNY", "MYR", "RM", "AUD", "A$", "GBP", "HKD", "THB", "$", "€", "£", "¥"];

fn strip_currency(text: &str) -> Result<&str, ParseError> {
    let mut rest = text.trim();
    if let Some(after) = strip_start(rest, "Rp").or_else(|| strip_start(rest, "IDR")) {
        rest = after.strip_prefix('.').unwrap_or(after).trim_start();
    } else if let Some(before) = strip_end(rest, "rupiah").or_else(|| strip_end(rest, "IDR")) {
        rest = before.trim_end();
    }
    for name in FOREIGN {
        if strip_start(rest, name).is_some_and(|after| !after.starts_with(char::is_alphabetic))
            || strip_end(rest, name).is_some_and(|before| before.ends_with(|c: char| c.is_ascii_digit() || c == ' '))
        {
            return Err(ParseError::new("money_currency"));
        }
    }
    Ok(rest)
}

fn strip_start<'a>(text: &'a str, prefix: &str) -> Option<&'a str> {
    let head = text.get(..prefix.len())?;
    head.eq_ignore_ascii_case(prefix).then(|| &text[prefix.len()..])
}

fn strip_end<'a>(text: &'a str, suffix: &str) -> Option<&'a str> {
    let at = text.len().checked_sub(suffix.len())?;
    text.get(at..)?.eq_ignore_ascii_case(suffix).then(|| &text[..at])
}

/// Drops the closing dash of "25.000,-".
fn strip_dash(text: &str) -> &str {
    let bare = text.trim_end();
    for dash in [",-", ".-", ",--", ",–", ",="] {
        if let Some(before) = bare.strip_suffix(dash) {
            return before;
        }
    }
    bare
}

fn sum_terms(text: &str, lang: Lang) -> Result<Decimal, ParseError> {
    let not_a_number = ParseError::new("not_a_number");
    let mut rest = text.trim();
    let mut total = Decimal::ZERO;
    let mut last_scale: Option<u32> = None;
    while !rest.is_empty() {
        let letters = rest.find(char::is_alphabetic).unwrap_or(rest.len());
        let after = rest[letters..].find(|c: char| !c.is_alphabetic()).map_or(rest.len(), |n| letters + n);
        let (digits, suffix) = (&rest[..letters], &rest[letters..after]);
        let scale = if suffix.is_empty() { 0 } else { scale(suffix, lang).ok_or(not_a_number)? };
        // Joined terms must fall: "2 juta 500 ribu", never "500 ribu 2 juta" or "1 juta 500".
        if last_scale.is_some_and(|last| scale >= last || suffix.is_empty()) {
            return Err(not_a_number);
        }
        last_scale = Some(scale);
        let term = number::unsigned(digits, lang)?.checked_mul(Decimal::from(10_i64.pow(scale)));
        total = term.and_then(|t| total.checked_add(t)).ok_or(ParseError::new("number_too_large"))?;
        rest = rest[after..].trim_start_matches('.').trim_start();
    }
    if last_scale.is_none() { Err(not_a_number) } else { Ok(total.normalize()) }
}

/// The power of ten a suffix stands for.
fn scale(suffix: &str, lang: Lang) -> Option<u32> {
    if suffix == "M" && lang == Lang::Id {
        return Some(9);
    }
    Some(match suffix.to_ascii_lowercase().as_str() {
        "rb" | "ribu" | "k" | "thousand" => 3,
        "jt" | "jut" | "juta" | "m" | "mn" | "mio" | "mln" | "million" => 6,
        "mlr" | "mil" | "miliar" | "milyar" | "miliard" | "milyard" | "b" | "bn" | "billion" => 9,
        "t" | "tn" | "triliun" | "trilyun" | "trillion" => 12,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts() {
        for (text, id, en) in [
            ("1,5jt", "1500000", "1500000"),
            ("1.5jt", "1500000", "1500000"),
            ("1.500.000", "1500000", "1500000"),
            ("1.5m", "1500000", "1500000"),
            ("1,5 M", "1500000000", "1500000"),
            ("1.5M", "1500000000", "1500000"),
            ("Rp 25.000,50", "25000.5", "25000.5"),
            ("Rp25.000", "25000", "25"),
            ("Rp. 25.000,-", "25000", "25"),
            ("rp 1.250.000,00", "1250000", "1250000"),
            ("IDR 750.000,00", "750000", "750000"),
            ("25rb", "25000", "25000"),
            ("25 ribu", "25000", "25000"),
            ("2 miliar", "2000000000", "2000000000"),
            ("2 milyar rupiah", "2000000000", "2000000000"),
            ("2 miliar 250 juta", "2250000000", "2250000000"),
            ("2jt500rb", "2500000", "2500000"),
            ("3T", "3000000000000", "3000000000000"),
            ("250k", "250000", "250000"),
            ("2b", "2000000000", "2000000000"),
            ("1.2bn", "1200000000", "1200000000"),
            ("-5jt", "-5000000", "-5000000"),
            ("Rp -5jt", "-5000000", "-5000000"),
            ("(2.500.000)", "-2500000", "-2500000"),
            ("0", "0", "0"),
            ("Rp\u{a0}12.500.000", "12500000", "12500000"),
        ] {
            assert_eq!(parse(text, Lang::Id).map(|n| n.to_string()).as_deref(), Ok(id), "id {text}");
            assert_eq!(parse(text, Lang::En).map(|n| n.to_string()).as_deref(), Ok(en), "en {text}");
        }
    }

    #[test]
    fn refusals() {
        for (text, code) in [
            ("", "empty"),
            ("Rp", "not_a_number"),
            ("mahal", "not_a_number"),
            ("jt", "not_a_number"),
            ("USD 100", "money_currency"),
            ("$100", "money_currency"),
            ("100 SGD", "money_currency"),
            ("1 juta 500", "not_a_number"),
            ("500 ribu 2 juta", "not_a_number"),
            ("1.50.000", "number_grouping"),
            ("99999999999999999999999999999 T", "number_too_large"),
        ] {
            assert_eq!(parse(text, Lang::Id).unwrap_err().code, code, "{text}");
        }
    }
}
