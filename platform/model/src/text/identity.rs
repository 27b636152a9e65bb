//! Indonesian tax numbers (NPWP).

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
