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

fn is_address(object: &Object, field: &Field) -> bool {
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
        _ if field.key.ends_with("_city") => {
            let province = field.part_of.as_deref().map(|whole| record.text(&format!("{whole}_province")));
            let within = province.and_then(area::province_named).map(|found| found.code);
            let name = named(written);
            area::regency_named(within, written).map_or_else(|| name.clone(), |found| city(&name, found.name))
        }
        _ if field.key.ends_with("_postcode") => written.chars().filter(char::is_ascii_digit).collect(),
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

/// `Bandung` says enough, `Tanjungpinang` is spelled as `Kota Tanjung Pinang` is, and `Kab. Bandung` is written in full.
fn city(name: &str, whole: &str) -> String {
    let letters = |text: &str| text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect::<String>();
    let bare = whole.split_once(' ').map_or(whole, |(_, bare)| bare);
    let said = if letters(bare) == letters(name) {
        bare
    } else if whole.ends_with(name) {
        name
    } else {
        whole
    };
    said.to_string()
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

/// The neighbourhood: `rt.1 rw 02` is `RT 001/RW 002`.
fn neighbours(text: &str) -> String {
    let lower = text.to_lowercase();
    let found = lower.match_indices("rt").map(|(at, _)| at).find(|at| *at == 0 || !lower.as_bytes()[at - 1].is_ascii_alphanumeric());
    let read = |from: usize| -> Option<(u32, usize)> {
        let rest = &lower[from..];
        let skipped = rest.len() - rest.trim_start_matches([' ', '.', ':']).len();
        let digits: String = rest[skipped..].chars().take_while(char::is_ascii_digit).take(3).collect();
        Some((digits.parse().ok()?, from + skipped + digits.len()))
    };
    let whole = || -> Option<String> {
        let start = found?;
        let (rt, end) = read(start + 2)?;
        let between = lower[end..].len() - lower[end..].trim_start_matches([' ', '/', ',', '.', '-']).len();
        lower[end + between..].strip_prefix("rw")?;
        let (rw, end) = read(end + between + 2)?;
        Some(format!("{}RT {rt:03}/RW {rw:03}{}", text.get(..start)?, text.get(end..)?))
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
            ("Ruko Sentra Niaga", "Ruko Sentra Niaga"),
        ] {
            assert_eq!(street(written), form);
        }
    }

    #[test]
    fn cities_keep_how_much_is_said() {
        for (name, whole, form) in [
            ("Bandung", "Kota Bandung", "Bandung"),
            ("Tanjungpinang", "Kota Tanjung Pinang", "Tanjung Pinang"),
            ("Jakarta Selatan", "Kota Administrasi Jakarta Selatan", "Jakarta Selatan"),
            ("Kab. Bandung", "Kabupaten Bandung", "Kabupaten Bandung"),
        ] {
            assert_eq!(city(name, whole), form);
        }
    }

    #[test]
    fn firms_and_mails_have_one_form() {
        assert_eq!(firm("SINAR ABADI, PT"), "PT Sinar Abadi");
        assert_eq!(firm("PT. Graha Logistik"), "PT Graha Logistik");
        assert_eq!(email("Siti@GMIAL.com"), "siti@gmail.com");
    }
}
