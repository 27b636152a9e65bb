//! Values that cannot be, and numbers far outside of the rest.

use super::form;
use akrab_model::object::Avatar;
use akrab_model::text::{email, fold, phone};
use akrab_model::{Field, FieldType, Object, Record, Value, area};
use jiff::civil::Date;
use rust_decimal::prelude::ToPrimitive;
use serde::{Deserialize, Serialize};

/// Why a value is odd.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Odd {
    /// A day of birth that has not come yet.
    BornLater,
    /// A day of birth more than 120 years ago.
    BornLongAgo,
    /// A day before 1900 or more than a hundred years ahead.
    DayFarOff,
    /// A number too short or of no country's plan.
    PhoneCannotBe,
    /// An address whose domain cannot be.
    EmailCannotBe,
    /// A postcode that has not five digits.
    PostcodeCannotBe,
    /// What people type to get on: `test`, `xxx`, `-`.
    Filler,
    /// A number far outside of the rest.
    FarOutside,
}

impl Odd {
    /// As it is named in words.
    #[must_use]
    pub const fn key(self) -> &'static str {
        match self {
            Odd::BornLater => "born-later",
            Odd::BornLongAgo => "born-long-ago",
            Odd::DayFarOff => "day-far-off",
            Odd::PhoneCannotBe => "phone-cannot-be",
            Odd::EmailCannotBe => "email-cannot-be",
            Odd::PostcodeCannotBe => "postcode-cannot-be",
            Odd::Filler => "filler",
            Odd::FarOutside => "far-outside",
        }
    }
}

/// Words that say nothing.
const FILLERS: &[&str] =
    &["test", "tes", "testing", "asdf", "asd", "qwerty", "xxx", "xx", "none", "na", "nama", "unknown", "tidak ada", "coba"];
/// Domains nobody has.
const NOBODYS: &[&str] = &["example.com", "example.org", "test.com", "email.com.com", "localhost", "domain.com", "asdf.com"];
/// Oldest age of anybody.
const OLDEST: i16 = 120;
/// So many values at least say what is usual.
const FEWEST: usize = 30;
/// So many deviations from the median are far outside.
const FAR: f64 = 6.0;

/// What is odd about a value by itself.
pub(super) fn odd(object: &Object, field: &Field, record: &Record, today: Date) -> Option<Odd> {
    match (field.kind, record.get(&field.key)) {
        (FieldType::Date, Value::Date(day)) => odd_day(is_birth(object, field), *day, today),
        (FieldType::Phone, Value::Text(text)) => phone::parse(text, "ID").is_err().then_some(Odd::PhoneCannotBe),
        (FieldType::Email, Value::Text(text)) => {
            let domain = text.rsplit('@').next().unwrap_or_default();
            (email::parse(text).is_err() || NOBODYS.contains(&domain)).then_some(Odd::EmailCannotBe)
        }
        (FieldType::PersonName, Value::Text(text)) => is_filler(text).then_some(Odd::Filler),
        (FieldType::Text, Value::Text(text)) if field.key == object.decl.title => is_filler(text).then_some(Odd::Filler),
        (FieldType::Text, Value::Text(text)) if is_postcode(object, field) => {
            let province = form::province(field, record);
            // other countries have codes of their own
            let here = province.trim().is_empty() || area::province_named(province).is_some();
            (here && form::postcode(text).is_none()).then_some(Odd::PostcodeCannotBe)
        }
        _ => None,
    }
}

fn is_postcode(object: &Object, field: &Field) -> bool {
    form::is_address(object, field) && field.key.ends_with("_postcode")
}

/// A personal day of a person, as a birthday is.
fn is_birth(object: &Object, field: &Field) -> bool {
    object.decl.avatar == Avatar::Person && field.personal
}

fn odd_day(birth: bool, day: Date, today: Date) -> Option<Odd> {
    if birth && day > today {
        return Some(Odd::BornLater);
    }
    if birth && today.year() - day.year() > OLDEST {
        return Some(Odd::BornLongAgo);
    }
    (day.year() < 1900 || day.year() > today.year() + 100).then_some(Odd::DayFarOff)
}

fn is_filler(text: &str) -> bool {
    let folded = fold(text);
    let letters: Vec<char> = folded.chars().filter(|c| c.is_alphanumeric()).collect();
    let same = letters.len() > 2 && letters.iter().all(|c| *c == letters[0]);
    letters.is_empty() || same || FILLERS.contains(&folded.trim())
}

/// Numbers of one field over all records, to see which lie far outside.
#[derive(Debug, Default, Clone)]
pub(super) struct Numbers(Vec<(i64, f64)>);

impl Numbers {
    /// Takes a record's number in.
    pub fn take(&mut self, id: i64, value: &Value) {
        let number = match value {
            Value::Int(n) => n.to_f64(),
            Value::Dec(d) => d.to_f64(),
            _ => None,
        };
        // amounts differ by factors, not by sums
        self.0.extend(number.filter(|n| *n != 0.0).map(|n| (id, n.signum() * n.abs().ln_1p())));
    }

    /// Records whose number lies far outside: by the median and the median of the deviations from it.
    pub fn outside(&self) -> Vec<i64> {
        if self.0.len() < FEWEST {
            return Vec::new();
        }
        let middle = median(self.0.iter().map(|(_, n)| *n).collect());
        let spread = median(self.0.iter().map(|(_, n)| (n - middle).abs()).collect()) * 1.4826;
        if spread <= f64::EPSILON {
            return Vec::new();
        }
        self.0.iter().filter(|(_, n)| (n - middle).abs() > FAR * spread).map(|(id, _)| *id).collect()
    }
}

fn median(mut all: Vec<f64>) -> f64 {
    all.sort_by(f64::total_cmp);
    all.get(all.len() / 2).copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn days_of_birth_are_within_a_life() {
        let today = date(2026, 3, 2);
        assert_eq!(odd_day(true, date(2026, 3, 3), today), Some(Odd::BornLater));
        assert_eq!(odd_day(true, date(1905, 1, 1), today), Some(Odd::BornLongAgo));
        assert_eq!(odd_day(true, date(1960, 5, 1), today), None);
        assert_eq!(odd_day(false, date(2026, 3, 3), today), None, "other days may lie ahead");
        assert_eq!(odd_day(false, date(1800, 1, 1), today), Some(Odd::DayFarOff));
    }

    #[test]
    fn one_number_of_many_lies_far_outside() {
        let mut numbers = Numbers::default();
        for n in 0..100 {
            numbers.take(n, &Value::Int(1_000_000 + n * 20_000));
        }
        numbers.take(100, &Value::Int(9_000_000_000_000));
        assert_eq!(numbers.outside(), [100]);
    }

    #[test]
    fn fillers_are_no_names() {
        for filler in ["-", "xxx", "Test", "aaaa", "TIDAK ADA"] {
            assert!(is_filler(filler), "{filler}");
        }
        for name in ["Aan", "Suharto", "Nana", "Test Driver Indonesia"] {
            assert!(!is_filler(name), "{name}");
        }
    }
}
