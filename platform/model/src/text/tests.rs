//! What holds for any text: readers never panic, refuse with known codes, and read back what the
//! formats write.

use jiff::ToSpan;
use jiff::civil::date;
use rust_decimal::Decimal;

use super::*;
use crate::format::{self, Lang};

/// A small repeatable source of numbers; quality does not matter here.
struct Noise(u64);

impl Noise {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % limit
    }

    /// A text of pieces that readers look for, and of letters that take several bytes.
    fn text(&mut self) -> String {
        const PIECES: &[&str] = &[
            "0", "1", "7", "62", "812", "25", "12", "2026", ".", ",", "-", "+", "/", ":", "@", " ", "(", ")", "é", "İ", "ß", "\u{a0}",
            "日", "🙏", "\u{200b}", "Rp", "jt", "M", "m", "rb", "%", "jam", "j", "h", "besok", "jumat", "des", "lagi", "in ", "T", "Z",
            "ext", "dr.", "H.", "PT", "Tbk", "CV", ", S.E.", "https://", "mailto:", "tel:", "x", "Budi", "\u{301}", "'", "’", "\\", "#",
            "<", ">",
        ];
        (0..self.below(9)).map(|_| PIECES[self.below(PIECES.len() as u64) as usize]).collect()
    }
}

#[test]
fn nothing_panics_and_codes_are_known() {
    let mut noise = Noise(7);
    let now = date(2026, 11, 22).at(8, 0, 0, 0).to_zoned(jiff::tz::TimeZone::UTC).unwrap();
    for _ in 0..40_000 {
        let text = noise.text();
        let text = text.as_str();
        let mut errors = Vec::new();
        for lang in Lang::ALL {
            errors.extend([
                number::parse(text, lang).err(),
                money::parse(text, lang).err(),
                percent::parse(text, lang).err(),
                duration::parse(text, lang).err(),
                date::parse(text, now.date(), lang).err(),
                datetime::parse(text, &now, lang).err(),
            ]);
        }
        errors.extend([
            phone::parse(text, "ID").err(),
            phone::parse(text, "SG").err(),
            email::parse(text).err(),
            url::parse(text).err(),
            identity::parse(crate::object::NumberKind::Npwp, text, &identity::NumberRules::default().npwp).err(),
        ]);
        for error in errors.into_iter().flatten() {
            assert!(ParseError::CODES.contains(&error.code), "{} for {text:?}", error.code);
        }
        let person = person::parse(text);
        assert_eq!(person.name.is_empty(), text.trim().is_empty(), "{text:?}");
        let _ = (person::display(&person), person::initials(text), person::tidy(text));
        let _ = person::greeting(Some(text), text, Some(text), Lang::Id);
        let firm = company::parse(text);
        let _ = (company::display(&firm), company::key(text), words(text));
        let _ = (phone::display(text), phone::search_digits(text));
        assert_eq!(fold(&fold(text)), fold(text), "{text:?}");
    }
}

#[test]
fn what_is_written_is_read_back() {
    let mut noise = Noise(11);
    for _ in 0..5_000 {
        let cents = noise.below(1_000_000_000_000) as i64 - 300_000_000_000;
        let amount = Decimal::new(cents, 2);
        for lang in Lang::ALL {
            let written = format::decimal(amount, 2, lang);
            assert_eq!(number::parse(&written, lang), Ok(amount), "{written}");
            let written = format::money(amount, "IDR", lang);
            assert_eq!(money::parse(&written, lang), Ok(amount), "{written}");
        }
        let today = date(2026, 11, 22);
        let day = today.saturating_add((noise.below(40_000) as i64 - 30_000).days());
        for lang in Lang::ALL {
            for written in [format::date(day), format::date_long(day, lang), day.to_string()] {
                assert_eq!(date::parse(&written, today, lang), Ok(day), "{written}");
            }
        }
        let number = format!("+628{}{}", ["12", "57", "95"][noise.below(3) as usize], 1_000_000 + noise.below(90_000_000));
        if let Ok(phone) = phone::parse(&number, "ID") {
            assert_eq!(phone::parse(&phone::display(&phone.e164), "ID"), Ok(phone));
        }
        let minutes = noise.below(3_000) as u32;
        for lang in Lang::ALL {
            assert_eq!(duration::parse(&format::duration(minutes, lang), lang), Ok(minutes));
        }
    }
}
