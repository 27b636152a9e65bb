//! Values that can be kept but hardly are what was meant: a remark each, never a refusal.

use akrab_model::value::ParseEnv;
use akrab_model::{Field, FieldProblem, FieldType};

/// Where most people have their mail.
const COMMON: [&str; 10] = [
    "gmail.com",
    "yahoo.com",
    "yahoo.co.id",
    "outlook.com",
    "outlook.co.id",
    "hotmail.com",
    "icloud.com",
    "ymail.com",
    "rocketmail.com",
    "live.com",
];
/// Real ones that read like a slip.
const REAL: [&str; 4] = ["mail.com", "email.com", "gmx.com", "love.com"];

/// What is odd about a cell that could be read.
pub(super) fn doubt(field: &Field, text: &str, env: &ParseEnv) -> Option<FieldProblem> {
    let text = text.trim();
    match field.kind {
        FieldType::Email => meant(text).map(|domain| FieldProblem::new(&field.key, "email_slip").with("domain", domain)),
        _ if env.country == "ID" && field.part_of.is_some() && field.key.ends_with("_postcode") => {
            let five = text.len() == 5 && text.bytes().all(|b| b.is_ascii_digit());
            (!five).then(|| FieldProblem::new(&field.key, "postcode_odd"))
        }
        _ => None,
    }
}

/// The usual domain an address misses by one letter.
fn meant(address: &str) -> Option<&'static str> {
    let domain = address.rsplit_once('@')?.1.to_lowercase();
    if COMMON.contains(&domain.as_str()) || REAL.contains(&domain.as_str()) {
        return None;
    }
    COMMON.into_iter().find(|common| one_off(&domain, common))
}

/// One letter more, less, another, or two neighbours in the wrong order.
fn one_off(a: &str, b: &str) -> bool {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let same = a.iter().zip(&b).take_while(|(x, y)| x == y).count();
    let (left, right) = (&a[same..], &b[same..]);
    match a.len().cmp(&b.len()) {
        std::cmp::Ordering::Equal => {
            left.get(1..) == right.get(1..) || (left.len() > 1 && left[0] == right[1] && left[1] == right[0] && left[2..] == right[2..])
        }
        std::cmp::Ordering::Less => right.get(1..) == Some(left),
        std::cmp::Ordering::Greater => left.get(1..) == Some(right),
    }
}

#[cfg(test)]
mod tests {
    use super::meant;

    #[test]
    fn a_slip_in_a_usual_domain_is_seen() {
        for slip in ["budi@gmial.com", "budi@gmai.com", "budi@gmaill.com", "budi@gmail.con", "budi@GMAIK.com"] {
            assert_eq!(meant(slip), Some("gmail.com"), "{slip}");
        }
        assert_eq!(meant("budi@yahoo.co.di"), Some("yahoo.co.id"));
        for fine in ["budi@gmail.com", "budi@mail.com", "budi@kopi.co.id", "budi@gmail.co.id", "budi@x.com"] {
            assert_eq!(meant(fine), None, "{fine}");
        }
    }
}
