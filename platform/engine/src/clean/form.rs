//! One form for names, mails and addresses. Telephone numbers have one anyway, beside what was typed.

use akrab_model::object::Avatar;
use akrab_model::text::{company, person};
use akrab_model::{Field, FieldType, Object, Record, area};

/// Endings of mail addresses that are slips of the finger, and what was meant.
const SLIPS: &[(&str, &str)] = &[
    ("gmial.com", "gmail.com"),
    ("gmai.com", "gmail.com"),
    ("gmail.co", "gmail.com"),
    ("gmail.con", "gmail.com"),
    ("gamil.com", "gmail.com"),
    ("gnail.com", "gmail.com"),
    ("yaho.com", "yahoo.com"),
    ("yahoo.con", "yahoo.com"),
    ("yahoo.co.od", "yahoo.co.id"),
    ("yaho.co.id", "yahoo.co.id"),
    ("hotmial.com", "hotmail.com"),
    ("hotmail.con", "hotmail.com"),
    ("outlok.com", "outlook.com"),
];

/// Whether values of a field have a form of their own.
#[must_use]
pub fn is_cleaned(object: &Object, field: &Field) -> bool {
    let kinds = matches!(field.kind, FieldType::PersonName | FieldType::Email | FieldType::Text);
    kinds && field.writable() && !field.hidden && (field.kind != FieldType::Text || is_address(object, field) || is_company(object, field))
}

pub(super) fn is_address(object: &Object, field: &Field) -> bool {
    let whole = field.part_of.as_deref().and_then(|key| object.decl.fields.get(key));
    whole.is_some_and(|decl| decl.kind == FieldType::Address)
}

fn is_company(object: &Object, field: &Field) -> bool {
    object.decl.avatar == Avatar::Company && field.key == object.decl.title
}

/// A value in its form, and how it was written; nothing where it is in that form already.
pub(super) fn formed(object: &Object, field: &Field, record: &Record) -> Option<(String, String)> {
    let written = record.get(&field.key).text()?;
    let after = match field.kind {
        FieldType::PersonName => person::tidy(written).unwrap_or_else(|| written.to_string()),
        FieldType::Email => email(written),
        _ if is_company(object, field) => firm(written),
        _ if field.key.ends_with("_street") => street(written),
        _ if field.key.ends_with("_province") => {
            area::province_named(written).map_or_else(|| spaced(written), |found| found.name.to_string())
        }
        _ if field.key.ends_with("_city") => city(province(field, record), written),
        _ if field.key.ends_with("_postcode") => postcode(written).unwrap_or_else(|| written.to_string()),
        _ => named(written),
    };
    (!after.is_empty() && after != written).then(|| (written.to_string(), after))
}

fn spaced(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn named(text: &str) -> String {
    person::tidy(text).unwrap_or_else(|| text.to_string())
}

/// The province of the address a field is a part of, as it is written; empty when it is not said.
pub(super) fn province<'r>(field: &Field, record: &'r Record) -> &'r str {
    field.part_of.as_deref().map_or("", |whole| record.text(&format!("{whole}_province")))
}

/// `Sby` and `Kota Surabaya` are `Surabaya`; what lies in no province that is known is left to itself.
fn city(province: &str, written: &str) -> String {
    let within = area::province_named(province).map(|found| found.code);
    let known = within.is_some() || province.trim().is_empty();
    let found = area::regency_named(within, written).filter(|_| known);
    found.map_or_else(|| named(written), |found| found.usual().to_string())
}

/// The five digits of a postcode, a letter read as the digit it looks like; `None` for what is none even so.
pub(super) fn postcode(written: &str) -> Option<String> {
    let digit = |c: char| match c {
        'o' | 'O' => '0',
        'l' | 'I' => '1',
        c => c,
    };
    let code: String = written.chars().filter(|c| !c.is_whitespace() && !matches!(c, '.' | '-')).map(digit).collect();
    // the first digit is the region's, which is never 0
    (code.len() == 5 && code.bytes().all(|b| b.is_ascii_digit()) && !code.starts_with('0')).then_some(code)
}

fn email(text: &str) -> String {
    let text = text.trim().to_lowercase();
    let Some((local, domain)) = text.split_once('@') else { return text };
    let meant = SLIPS.iter().find(|(slip, _)| *slip == domain).map_or(domain, |(_, meant)| meant);
    format!("{local}@{meant}")
}

/// `sinar abadi, pt` is `PT Sinar Abadi`.
fn firm(text: &str) -> String {
    let mut parsed = company::parse(text);
    if let Some(tidied) = person::tidy(&parsed.core).filter(|_| parsed.core.split(' ').any(|word| word.chars().count() > 4)) {
        parsed.core = tidied;
    }
    company::display(&parsed)
}

/// `jln merdeka no.5 rt1/rw02` is `Jl. Merdeka No. 5 RT 001/RW 002`.
fn street(text: &str) -> String {
    let text = named(&spaced(text));
    let mut words: Vec<String> = Vec::new();
    for (n, word) in text.split(' ').enumerate() {
        let bare = word.trim_end_matches('.').to_lowercase();
        match bare.as_str() {
            "jl" | "jln" | "jalan" if n == 0 => words.push("Jl.".into()),
            "gg" | "gang" => words.push("Gg.".into()),
            "no" | "nomor" | "nomer" => words.push("No.".into()),
            _ => match bare.strip_prefix("no.").filter(|rest| rest.starts_with(|c: char| c.is_ascii_digit())) {
                Some(number) => words.extend(["No.".to_string(), number.to_uppercase()]),
                None => words.push(word.to_string()),
            },
        }
    }
    neighbours(&words.join(" "))
}

/// The neighbourhood: `rt.1 rw 02`, `RT 1/2` and `RT/RW 01/02` are `RT 001/RW 002`.
fn neighbours(text: &str) -> String {
    let lower = text.to_ascii_lowercase();
    let found = lower.match_indices("rt").map(|(at, _)| at).find(|at| *at == 0 || !lower.as_bytes()[at - 1].is_ascii_alphanumeric());
    let past = |from: usize, marks: &[char]| lower.len() - lower[from..].trim_start_matches(marks).len();
    let number = |from: usize| -> Option<(u32, usize)> {
        let from = past(from, &[' ', '.', ':']);
        let digits: String = lower[from..].chars().take_while(char::is_ascii_digit).collect();
        Some((digits.parse().ok().filter(|n| *n < 1_000)?, from + digits.len()))
    };
    let second = |from: usize| lower[from..].starts_with("rw").then_some(from + 2);
    let whole = || -> Option<String> {
        let start = found?;
        let both = second(past(start + 2, &[' ', '.', '/']));
        let (rt, end) = number(both.unwrap_or(start + 2))?;
        let next = past(end, &[' ', '/', ',', '.', '-']);
        let (rw, end) = match second(next) {
            Some(from) => number(from)?,
            None if lower[end..next].contains('/') => number(next)?,
            None => return None,
        };
        let ended = !lower[end..].starts_with(|c: char| c.is_alphanumeric());
        ended.then(|| Some(format!("{}RT {rt:03}/RW {rw:03}{}", text.get(..start)?, text.get(end..)?)))?
    };
    whole().unwrap_or_else(|| text.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn streets_have_one_form() {
        for (written, form) in [
            ("jln merdeka no.5 rt1/rw02", "Jl. Merdeka No. 5 RT 001/RW 002"),
            ("JALAN  SUDIRMAN NOMOR 12", "Jl. Sudirman No. 12"),
            ("Jl. Asia Afrika No. 8 RT 003/RW 010 Blok C", "Jl. Asia Afrika No. 8 RT 003/RW 010 Blok C"),
            ("Gang Kartini rt. 4, rw. 5", "Gg. Kartini RT 004/RW 005"),
            ("Jl. Melati No. 3 RT 08/05", "Jl. Melati No. 3 RT 008/RW 005"),
            ("Jl. Melati No. 3, RT 8 RW 5, Blok B", "Jl. Melati No. 3, RT 008/RW 005, Blok B"),
            ("Jl. Melati RT/RW: 008/005", "Jl. Melati RT 008/RW 005"),
            ("Jl. Melati RT 8", "Jl. Melati RT 8"),
            ("Jl. Melati RT 8/5A", "Jl. Melati RT 8/5A"),
            ("Jl. Smart 8/5", "Jl. Smart 8/5"),
            ("Ruko Sentra Niaga", "Ruko Sentra Niaga"),
        ] {
            assert_eq!(street(written), form);
        }
    }

    #[test]
    fn a_city_has_one_form() {
        for (province, written, form) in [
            ("", "Sby", "Surabaya"),
            ("", "Kota Bandung", "Bandung"),
            ("Jawa Barat", "bandung", "Bandung"),
            ("jabar", "Kab. Bandung", "Kabupaten Bandung"),
            ("", "Tanjungpinang", "Tanjung Pinang"),
            ("", "Kota Jakarta Selatan", "Jakarta Selatan"),
            ("", "JAKARTA SELATAN", "Jakarta Selatan"),
            ("DKI Jakarta", "Kota Administrasi Jakarta Selatan", "Jakarta Selatan"),
            ("", "Jkt Timur", "Jakarta Timur"),
            ("", "Ujung Pandang", "Makassar"),
            ("", "SPRINGFIELD", "Springfield"),
            ("Bayern", "Solo", "Solo"),
        ] {
            assert_eq!(city(province, written), form, "{written}, {province}");
        }
    }

    #[test]
    fn a_postcode_never_loses_a_letter() {
        for (written, code) in [
            ("40123", Some("40123")),
            ("40 123", Some("40123")),
            ("2o516", Some("20516")),
            ("6O758", Some("60758")),
            ("l2I90", Some("12190")),
            ("6r485", None),
            ("150a2", None),
            ("138u00", None),
            ("7o0783", None),
            ("6053", None),
            ("o2516", None),
        ] {
            assert_eq!(postcode(written).as_deref(), code, "{written}");
        }
    }

    #[test]
    fn firms_and_mails_have_one_form() {
        assert_eq!(firm("SINAR ABADI, PT"), "PT Sinar Abadi");
        assert_eq!(firm("PT. Graha Logistik"), "PT Graha Logistik");
        assert_eq!(email("Siti@GMIAL.com"), "siti@gmail.com");
    }
}
