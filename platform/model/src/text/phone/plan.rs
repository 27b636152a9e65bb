//! Numbering plans: Indonesian area codes and lengths, and the countries of the world.

/// The shortest and longest national number with this beginning, or `None` when nothing begins so.
pub(super) fn lengths(national: &str) -> Option<(usize, usize)> {
    let second = national.as_bytes().get(1).copied()?;
    if national.starts_with("1500") {
        return Some((7, 7));
    }
    if national.starts_with("800") {
        return Some((8, 10));
    }
    if national.starts_with('8') {
        return matches!(second, b'1'..=b'3' | b'5' | b'7'..=b'9').then_some((9, 12));
    }
    let area = area_length(national)?;
    Some((area + 5, area + 8))
}

/// The digits of the area code a landline number begins with (2 or 3).
pub(super) fn area_length(national: &str) -> Option<usize> {
    let code = national.as_bytes();
    if matches!(code.get(..2)?, b"21" | b"22" | b"24" | b"31" | b"61") {
        return Some(2);
    }
    let third = code.get(2)?;
    let known: &[u8] = match &code[..2] {
        b"23" | b"25" => b"1234",
        b"26" => b"012345678",
        b"27" => b"123456",
        b"28" => b"0123456789",
        b"29" => b"12345678",
        b"32" => b"12345678",
        b"33" => b"1234568",
        b"34" => b"123",
        b"35" => b"12345678",
        b"36" => b"123568",
        b"37" => b"0123456",
        b"38" => b"0123456789",
        b"40" => b"1234589",
        b"41" => b"0134789",
        b"42" => b"0123678",
        b"43" => b"0124568",
        b"44" => b"3",
        b"45" => b"1234578",
        b"46" => b"12345",
        b"47" => b"134",
        b"48" => b"12456",
        b"51" => b"12356789",
        b"52" => b"25678",
        b"53" => b"12495678",
        b"54" => b"1234589",
        b"55" => b"123456",
        b"56" => b"12345678",
        b"62" => b"0123456789",
        b"63" => b"123456789",
        b"64" => b"123456",
        b"65" => b"0123456789",
        b"70" => b"2",
        b"71" | b"72" | b"75" => b"123456789",
        b"73" => b"0123456789",
        b"74" => b"12345678",
        b"76" => b"0123456789",
        b"77" => b"012356789",
        b"90" => b"12",
        b"91" => b"01345678",
        b"92" => b"0124679",
        b"95" => b"125678",
        b"96" => b"234679",
        b"97" => b"1579",
        b"98" => b"0123456",
        _ => return None,
    };
    known.contains(third).then_some(3)
}

/// Calling codes of the countries Indonesian firms trade with most.
pub(super) fn calling_code(country: &str) -> Option<&'static str> {
    Some(match country.to_ascii_uppercase().as_str() {
        "ID" => "62",
        "SG" => "65",
        "MY" => "60",
        "TH" => "66",
        "PH" => "63",
        "VN" => "84",
        "BN" => "673",
        "TL" => "670",
        "KH" => "855",
        "LA" => "856",
        "MM" => "95",
        "CN" => "86",
        "HK" => "852",
        "TW" => "886",
        "JP" => "81",
        "KR" => "82",
        "IN" => "91",
        "AU" => "61",
        "NZ" => "64",
        "US" | "CA" => "1",
        "GB" => "44",
        "NL" => "31",
        "DE" => "49",
        "FR" => "33",
        "IT" => "39",
        "ES" => "34",
        "CH" => "41",
        "AE" => "971",
        "SA" => "966",
        "QA" => "974",
        "EG" => "20",
        "TR" => "90",
        _ => return None,
    })
}

/// The digits of the country code an international number begins with (1 to 3).
pub(super) fn country_length(digits: &str) -> usize {
    const TWO: &[&str] = &[
        "20", "27", "30", "31", "32", "33", "34", "36", "39", "40", "41", "43", "44", "45", "46", "47", "48", "49", "51", "52", "53", "54",
        "55", "56", "57", "58", "60", "61", "62", "63", "64", "65", "66", "81", "82", "84", "86", "90", "91", "92", "93", "94", "95", "98",
    ];
    match digits.as_bytes().first() {
        Some(b'1' | b'7') => 1,
        _ if digits.get(..2).is_some_and(|two| TWO.contains(&two)) => 2,
        _ => 3,
    }
}

/// Whether a country answers to these first digits.
pub(super) fn is_country(digits: &str) -> bool {
    let code = digits.get(..country_length(digits)).unwrap_or(digits);
    let vacant = [
        "210", "215", "217", "219", "259", "384", "422", "425", "851", "854", "857", "858", "859", "884", "885", "887", "889", "978",
        "990", "997", "999",
    ];
    !(code.starts_with('0') || code.starts_with("28") || code.starts_with("83") || code.starts_with("89") || vacant.contains(&code))
}
