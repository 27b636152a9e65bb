//! Numbers, money, shares and sizes.

use rust_decimal::{Decimal, RoundingStrategy};

use super::Lang;

const NBSP: char = '\u{a0}';

/// A number as it is, without trailing zeros: `1.234,5` / `1,234.5`.
#[must_use]
pub fn number(value: Decimal, lang: Lang) -> String {
    grouped(value.normalize(), lang)
}

/// A number with exactly so many decimals, halves rounded away from zero.
#[must_use]
pub fn decimal(value: Decimal, places: u32, lang: Lang) -> String {
    let mut rounded = round(value, places);
    rounded.rescale(places);
    grouped(rounded, lang)
}

/// An amount with its currency: `Rp 12.500.000`, `USD 1,200.50`; the blank does not break.
///
/// Rupiah show cents only when there are some; other currencies show two decimals, yen none.
#[must_use]
pub fn money(amount: Decimal, currency: &str, lang: Lang) -> String {
    let places = match currency {
        "JPY" | "KRW" | "VND" => 0,
        "IDR" if round(amount, 2).fract().is_zero() => 0,
        _ => 2,
    };
    with_currency(amount, currency, decimal(amount.abs(), places, lang))
}

/// A large amount in few signs: `Rp 1,24 M`, `Rp 310 jt` / `Rp 1.24 bn`, `Rp 310 mn`.
#[must_use]
pub fn money_short(amount: Decimal, currency: &str, lang: Lang) -> String {
    const STEPS: [(u32, &str, &str); 4] = [(3, "rb", "k"), (6, "jt", "mn"), (9, "M", "bn"), (12, "T", "tn")];
    let size = amount.abs();
    let mut shown = decimal(size, 0, lang);
    for (power, id, en) in STEPS {
        let step = Decimal::from(10_i64.pow(power));
        // Half a unit below a step already rounds up into it: 999.999.999 is 1 M, not 1.000 jt.
        if size < step - step / Decimal::from(2000) {
            break;
        }
        let scaled = size / step;
        let places = if scaled < Decimal::from(10) { 2 } else { u32::from(scaled < Decimal::from(100)) };
        shown = format!("{}{NBSP}{}", number(round(scaled, places), lang), lang.pick(id, en));
    }
    with_currency(amount, currency, shown)
}

fn with_currency(amount: Decimal, currency: &str, shown: String) -> String {
    let sign = if amount.is_sign_negative() && shown.contains(|c: char| ('1'..='9').contains(&c)) { "-" } else { "" };
    let symbol = if currency == "IDR" { "Rp" } else { currency };
    format!("{sign}{symbol}{NBSP}{shown}")
}

/// A share given in hundredths, at most two decimals: `12,5%`.
#[must_use]
pub fn percent(value: Decimal, lang: Lang) -> String {
    format!("{}%", number(round(value, 2), lang))
}

/// The size of a file in bytes, thousands of 1,024: `1,5 MB`.
#[must_use]
pub fn file_size(bytes: u64, lang: Lang) -> String {
    const UNITS: [&str; 5] = ["B", "KB", "MB", "GB", "TB"];
    let mut size = Decimal::from(bytes);
    let mut unit = 0;
    while size >= Decimal::from(1000) && unit + 1 < UNITS.len() {
        size /= Decimal::from(1024);
        unit += 1;
    }
    let places = u32::from(size < Decimal::from(10));
    format!("{}{NBSP}{}", number(round(size, places), lang), UNITS[unit])
}

fn round(value: Decimal, places: u32) -> Decimal {
    value.round_dp_with_strategy(places, RoundingStrategy::MidpointAwayFromZero)
}

/// Puts group and decimal marks into the plain digits of a number.
fn grouped(value: Decimal, lang: Lang) -> String {
    let (group, point) = lang.pick(('.', ','), (',', '.'));
    let plain = value.abs().to_string();
    let (whole, fraction) = plain.split_once('.').unwrap_or((&plain, ""));
    let mut out = String::with_capacity(plain.len() * 4 / 3 + 2);
    if value.is_sign_negative() && !value.is_zero() {
        out.push('-');
    }
    for (at, digit) in whole.chars().enumerate() {
        if at > 0 && (whole.len() - at).is_multiple_of(3) {
            out.push(group);
        }
        out.push(digit);
    }
    if !fraction.is_empty() {
        out.push(point);
        out.push_str(fraction);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dec(text: &str) -> Decimal {
        Decimal::from_str_exact(text).unwrap()
    }

    fn spaced(text: String) -> String {
        text.replace(NBSP, " ")
    }

    #[test]
    fn numbers() {
        for (value, id, en) in [
            ("0", "0", "0"),
            ("-0", "0", "0"),
            ("999", "999", "999"),
            ("1000", "1.000", "1,000"),
            ("1234567.5", "1.234.567,5", "1,234,567.5"),
            ("-1234.50", "-1.234,5", "-1,234.5"),
            ("0.05", "0,05", "0.05"),
        ] {
            assert_eq!(number(dec(value), Lang::Id), id);
            assert_eq!(number(dec(value), Lang::En), en);
        }
        assert_eq!(decimal(dec("2.345"), 2, Lang::Id), "2,35");
        assert_eq!(decimal(dec("2"), 2, Lang::En), "2.00");
        assert_eq!(decimal(dec("-0.001"), 2, Lang::En), "0.00");
        assert_eq!(percent(dec("12.5"), Lang::Id), "12,5%");
        assert_eq!(percent(dec("33.3333"), Lang::En), "33.33%");
    }

    #[test]
    fn amounts() {
        for (value, currency, id, en) in [
            ("12500000", "IDR", "Rp 12.500.000", "Rp 12,500,000"),
            ("25000.5", "IDR", "Rp 25.000,50", "Rp 25,000.50"),
            ("0.001", "IDR", "Rp 0", "Rp 0"),
            ("-5000", "IDR", "-Rp 5.000", "-Rp 5,000"),
            ("1200.5", "USD", "USD 1.200,50", "USD 1,200.50"),
            ("1200", "JPY", "JPY 1.200", "JPY 1,200"),
        ] {
            assert_eq!(spaced(money(dec(value), currency, Lang::Id)), id);
            assert_eq!(spaced(money(dec(value), currency, Lang::En)), en);
        }
        assert!(money(dec("1"), "IDR", Lang::Id).contains(NBSP));
    }

    #[test]
    fn short_amounts() {
        for (value, id, en) in [
            ("0", "Rp 0", "Rp 0"),
            ("950", "Rp 950", "Rp 950"),
            ("25000", "Rp 25 rb", "Rp 25 k"),
            ("1500000", "Rp 1,5 jt", "Rp 1.5 mn"),
            ("310000000", "Rp 310 jt", "Rp 310 mn"),
            ("310400000", "Rp 310 jt", "Rp 310 mn"),
            ("45250000", "Rp 45,3 jt", "Rp 45.3 mn"),
            ("1240000000", "Rp 1,24 M", "Rp 1.24 bn"),
            ("999400000", "Rp 999 jt", "Rp 999 mn"),
            ("999999999", "Rp 1 M", "Rp 1 bn"),
            ("2000000000000", "Rp 2 T", "Rp 2 tn"),
            ("-1500000", "-Rp 1,5 jt", "-Rp 1.5 mn"),
        ] {
            assert_eq!(spaced(money_short(dec(value), "IDR", Lang::Id)), id);
            assert_eq!(spaced(money_short(dec(value), "IDR", Lang::En)), en);
        }
    }

    #[test]
    fn sizes() {
        for (bytes, want) in [(0, "0 B"), (999, "999 B"), (1024, "1 KB"), (1_572_864, "1,5 MB"), (20_000_000, "19 MB")] {
            assert_eq!(spaced(file_size(bytes, Lang::Id)), want);
        }
    }
}
