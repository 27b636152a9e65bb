//! Indonesian identity numbers: NPWP, NIK, NITKU and NIB.

use super::{ParseError, short};

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

/// Whether the check digit of a firm's NPWP (those with a leading zero) is right. A wrong one is
/// worth a question to the person typing, not a refusal: old papers carry exceptions.
#[must_use]
pub fn npwp_checks(npwp16: &str) -> bool {
    let Some(old) = npwp16.strip_prefix('0').filter(|d| d.len() == 15 && d.bytes().all(|b| b.is_ascii_digit())) else {
        return npwp16.len() == 16;
    };
    let sum: u32 = old
        .bytes()
        .take(9)
        .enumerate()
        .map(|(at, b)| {
            let digit = u32::from(b - b'0');
            // Nine digits, the last one the check digit: every second one from the right is doubled.
            let weighed = if at % 2 == 1 { digit * 2 } else { digit };
            weighed / 10 + weighed % 10
        })
        .sum();
    sum.is_multiple_of(10)
}

/// Reads a citizen number (NIK): 16 digits with a province and a birth date in them.
///
/// # Errors
/// `empty`, `too_long`, `nik_letters`, `nik_length`, `nik_region`, `nik_date`.
pub fn nik(text: &str) -> Result<String, ParseError> {
    let digits = digits(text, "nik_letters")?;
    if digits.len() != 16 {
        return Err(ParseError::new("nik_length"));
    }
    let pair = |at: usize| digits[at..at + 2].parse::<u8>().unwrap_or(0);
    if !matches!(pair(0), 11..=21 | 31..=36 | 51..=53 | 61..=65 | 71..=76 | 81 | 82 | 91..=97) {
        return Err(ParseError::new("nik_region"));
    }
    // Women's days are raised by forty.
    let day = if pair(6) > 40 { pair(6) - 40 } else { pair(6) };
    let longest = match pair(8) {
        2 => 29,
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => 0,
    };
    if day == 0 || day > longest {
        return Err(ParseError::new("nik_date"));
    }
    Ok(digits)
}

/// Reads a place-of-business number (NITKU): 22 digits.
///
/// # Errors
/// `empty`, `too_long`, `nitku_letters`, `nitku_length`.
pub fn nitku(text: &str) -> Result<String, ParseError> {
    exactly(text, 22, "nitku_letters", "nitku_length")
}

/// Reads a business number (NIB): 13 digits.
///
/// # Errors
/// `empty`, `too_long`, `nib_letters`, `nib_length`.
pub fn nib(text: &str) -> Result<String, ParseError> {
    exactly(text, 13, "nib_letters", "nib_length")
}

/// Hides all but the last four characters, for roles that may not see the whole.
#[must_use]
pub fn masked(number: &str) -> String {
    let hidden = number.chars().count().saturating_sub(4);
    number.chars().enumerate().map(|(at, c)| if at < hidden { '•' } else { c }).collect()
}

fn exactly(text: &str, length: usize, letters: &'static str, wrong: &'static str) -> Result<String, ParseError> {
    let digits = digits(text, letters)?;
    if digits.len() == length { Ok(digits) } else { Err(ParseError::new(wrong)) }
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
        assert!(npwp_checks("0012345674901000"), "old form 01.234.567.4-901.000");
        assert!(!npwp_checks("0012345678901000"));
        assert!(npwp_checks("3174011205900001"));
        assert!(!npwp_checks("31740"));
    }

    #[test]
    fn citizen_numbers() {
        for (text, want) in [
            ("3174011205900001", Ok("3174011205900001")),
            ("3174015205900001", Ok("3174015205900001")),
            ("9904011205900001", Err("nik_region")),
            ("3174013202900001", Err("nik_date")),
            ("3174013002900001", Err("nik_date")),
            ("3174011213900001", Err("nik_date")),
            ("317401120590000", Err("nik_length")),
            ("31740112059O0001", Err("nik_letters")),
        ] {
            assert_eq!(nik(text).as_deref().map_err(|e| e.code), want, "{text}");
        }
    }

    #[test]
    fn others() {
        assert_eq!(nitku("0012345678901000000000").map(|n| n.len()), Ok(22));
        assert_eq!(nitku("1").unwrap_err().code, "nitku_length");
        assert_eq!(nib("9120001234567").as_deref(), Ok("9120001234567"));
        assert_eq!(masked("3174011205900001"), "••••••••••••0001");
        assert_eq!(masked("12"), "12");
    }
}
