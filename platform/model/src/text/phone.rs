//! Telephone numbers: read in any written form, kept in E.164, shown as people write them.

mod plan;
mod show;

pub use show::{display, search_digits};

use super::{ParseError, short};

/// A telephone number in its one normal form.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Phone {
    /// `+` and 7 to 15 digits, the country first.
    pub e164: String,
}

impl Phone {
    /// Whether the number is an Indonesian mobile one, so that a chat can be offered.
    #[must_use]
    pub fn is_mobile(&self) -> bool {
        self.e164.starts_with("+628") && !self.e164.starts_with("+62800")
    }
}

/// Reads one number. Numbers without a country belong to `default_country` (ISO 3166 alpha-2).
///
/// Indonesian numbers are checked against the numbering plan: 9–12 digits for mobiles, a known
/// area code for landlines. Others need `+`, the country and 7–15 digits.
///
/// # Errors
/// `empty`, `too_long`, `phone_letters`, `phone_extension`, `phone_several`, `phone_too_short`,
/// `phone_too_long`, `phone_prefix`, `phone_no_area`, `phone_country`.
pub fn parse(text: &str, default_country: &str) -> Result<Phone, ParseError> {
    let text = bare(short(text)?);
    refuse_more_than_one(text)?;
    let (plus, digits) = digits(text)?;
    if digits.len() < 4 {
        return Err(ParseError::new("phone_too_short"));
    }
    if digits.len() > 20 {
        return Err(ParseError::new("phone_too_long"));
    }
    let e164 = if plus {
        international(&digits)?
    } else if let Some(abroad) = digits.strip_prefix("00").filter(|rest| !rest.starts_with('0')) {
        international(abroad)?
    } else if default_country.eq_ignore_ascii_case("ID") {
        indonesian(&digits)?
    } else {
        let country = plan::calling_code(default_country).ok_or(ParseError::new("phone_country"))?;
        let national = if country == "39" { &digits[..] } else { digits.trim_start_matches('0') };
        international(&format!("{country}{national}"))?
    };
    Ok(Phone { e164 })
}

/// Drops the wrappings of links and labels.
fn bare(text: &str) -> &str {
    let mut text = text;
    for prefix in ["https://", "http://", "wa.me/", "tel:", "whatsapp:", "telp.", "telp", "hp.", "hp:", "wa:"] {
        if text.get(..prefix.len()).is_some_and(|head| head.eq_ignore_ascii_case(prefix)) {
            text = text[prefix.len()..].trim_start_matches([' ', ':']);
        }
    }
    text
}

fn refuse_more_than_one(text: &str) -> Result<(), ParseError> {
    let lower = text.to_ascii_lowercase();
    let digits = |part: &str| part.bytes().filter(u8::is_ascii_digit).count();
    for mark in ["ext", "ekst", "pes", "psw", " x", "#", "intern"] {
        if let Some((before, after)) = lower.split_once(mark)
            && digits(before) >= 4
            && digits(after) > 0
        {
            return Err(ParseError::new("phone_extension"));
        }
    }
    for mark in ["/", ",", ";", "\n", "|", "&", " atau ", " or ", " dan ", " and "] {
        if let Some((before, after)) = lower.split_once(mark)
            && digits(before) >= 4
            && digits(after) > 0
        {
            return Err(ParseError::new("phone_several"));
        }
    }
    if lower.matches('+').count() > 1 {
        return Err(ParseError::new("phone_several"));
    }
    Ok(())
}

/// The digits alone, and whether a plus stood before them.
fn digits(text: &str) -> Result<(bool, String), ParseError> {
    let mut out = String::with_capacity(16);
    let mut plus = false;
    for c in text.chars() {
        match c {
            '0'..='9' => out.push(c),
            '+' | '＋' if out.is_empty() => plus = true,
            '.' | '-' | '(' | ')' | '‐' | '‑' | '–' | '—' | '/' | '\'' | '_' => {}
            c if c.is_whitespace() || super::is_invisible(c) => {}
            _ => return Err(ParseError::new("phone_letters")),
        }
    }
    Ok((plus, out))
}

fn international(digits: &str) -> Result<String, ParseError> {
    if let Some(national) = digits.strip_prefix("62") {
        // "+62 (0) 812 …": the trunk zero is often left standing.
        return check_indonesian(national.trim_start_matches('0'));
    }
    if !plan::is_country(digits) {
        return Err(ParseError::new("phone_country"));
    }
    match digits.len() {
        0..=6 => Err(ParseError::new("phone_too_short")),
        7..=15 => Ok(format!("+{digits}")),
        _ => Err(ParseError::new("phone_too_long")),
    }
}

/// A number dialled or typed within Indonesia.
fn indonesian(digits: &str) -> Result<String, ParseError> {
    if let Some(national) = digits.strip_prefix("62")
        && digits.len() >= 10
    {
        // The country without its plus. Area codes 0620–0629 begin alike, so that a number which
        // fits only them is still read as theirs.
        let with_country = check_indonesian(national.trim_start_matches('0'));
        if with_country.is_ok() || national.starts_with('8') {
            return with_country;
        }
    }
    if digits.starts_with('0') {
        return check_indonesian(digits.trim_start_matches('0'));
    }
    // Spreadsheets drop the leading zero; a shorter number merely lacks its area.
    if digits.starts_with('8') || digits.starts_with("1500") || digits.len() >= 9 {
        return check_indonesian(digits);
    }
    Err(ParseError::new("phone_no_area"))
}

/// Checks the national significant number (without trunk zero or country).
fn check_indonesian(national: &str) -> Result<String, ParseError> {
    let (shortest, longest) =
        plan::lengths(national).ok_or(ParseError::new(if national.len() < 5 { "phone_too_short" } else { "phone_prefix" }))?;
    if national.len() < shortest {
        Err(ParseError::new("phone_too_short"))
    } else if national.len() > longest {
        Err(ParseError::new("phone_too_long"))
    } else {
        Ok(format!("+62{national}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn indonesian_forms() {
        for (text, want) in [
            ("0812-3456-7890", "+6281234567890"),
            ("0812 3456 7890", "+6281234567890"),
            ("+62 812 3456 7890", "+6281234567890"),
            ("+62 (0) 812 3456 7890", "+6281234567890"),
            ("(+62) 812.3456.7890", "+6281234567890"),
            ("6281234567890", "+6281234567890"),
            ("006281234567890", "+6281234567890"),
            ("81234567890", "+6281234567890"),
            ("62811123456", "+62811123456"),
            ("0811123456", "+62811123456"),
            ("(0812) 2848781", "+628122848781"),
            ("085744923248", "+6285744923248"),
            ("tel:+62-812-3456-7890", "+6281234567890"),
            ("https://wa.me/6281234567890", "+6281234567890"),
            ("WA: 0812 3456 7890", "+6281234567890"),
            ("\u{202a}+62 812-3456-7890\u{202c}", "+6281234567890"),
            ("0812–3456–7890", "+6281234567890"),
            ("(021) 555-1234", "+62215551234"),
            ("021-29501234", "+622129501234"),
            ("622129501234", "+622129501234"),
            ("0274 512345", "+62274512345"),
            ("+62 361 234567", "+62361234567"),
            ("0411-3612345", "+624113612345"),
            ("0622 412345", "+62622412345"),
            ("1500046", "+621500046"),
            ("08001234567", "+628001234567"),
            ("215551234", "+62215551234"),
        ] {
            assert_eq!(parse(text, "ID").map(|p| p.e164).as_deref(), Ok(want), "{text}");
        }
    }

    #[test]
    fn foreign_forms() {
        for (text, country, want) in [
            ("+65 6123 4567", "ID", "+6561234567"),
            ("0065 6123 4567", "ID", "+6561234567"),
            ("+1 (415) 555-2671", "ID", "+14155552671"),
            ("6123 4567", "SG", "+6561234567"),
            ("012-345 6789", "MY", "+60123456789"),
            ("+62 812 3456 7890", "SG", "+6281234567890"),
            ("+670 7723 4567", "ID", "+67077234567"),
        ] {
            assert_eq!(parse(text, country).map(|p| p.e164).as_deref(), Ok(want), "{text}");
        }
    }

    #[test]
    fn refusals() {
        for (text, code) in [
            ("", "empty"),
            ("081", "phone_too_short"),
            ("0812345", "phone_too_short"),
            ("0852-2372-9", "phone_too_short"),
            ("08123456789012", "phone_too_long"),
            ("0812345678x", "phone_letters"),
            ("tidak ada", "phone_letters"),
            ("021-5551234 ext 12", "phone_extension"),
            ("021-5551234 pes. 12", "phone_extension"),
            ("021 5551234 x12", "phone_extension"),
            ("08123456789 / 08571234567", "phone_several"),
            ("021-5551234/35", "phone_several"),
            ("08123456789, 08571234567", "phone_several"),
            ("08123456789 atau 08571234567", "phone_several"),
            ("5551234", "phone_no_area"),
            ("0841234567", "phone_prefix"),
            ("0991234567", "phone_prefix"),
            ("+999 123456789", "phone_country"),
            ("+65 612", "phone_too_short"),
            ("+65 6123456789012345", "phone_too_long"),
            ("021 123", "phone_too_short"),
        ] {
            assert_eq!(parse(text, "ID").unwrap_err().code, code, "{text}");
        }
        assert_eq!(parse("6123 4567", "??").unwrap_err().code, "phone_country");
    }

    #[test]
    fn mobile_or_not() {
        assert!(parse("0812-3456-7890", "ID").unwrap().is_mobile());
        assert!(!parse("021 5551234", "ID").unwrap().is_mobile());
        assert!(!parse("+65 8123 4567", "ID").unwrap().is_mobile());
    }
}
