//! Days as typed: `besok`, `jumat`, `+3h`, `25/12`, `25 des 2026`.

use jiff::ToSpan;
use jiff::civil::{Date, Weekday};

use super::{ParseError, fold, short};
use crate::format::Lang;

/// Reads a day, seen from `today`.
///
/// A weekday is its next occurrence after today. A day and month without a year falls in this
/// year, or in the next when it would lie more than 60 days back. Two-digit years reach 20 years
/// ahead. The day comes before the month in both languages.
///
/// # Errors
/// `empty`, `too_long`, `not_a_date`, and `no_such_day` for the 31st of April or the year 12026.
pub fn parse(text: &str, today: Date, lang: Lang) -> Result<Date, ParseError> {
    let text = fold(short(text)?);
    // a day of any year, as address books write birthdays
    if text.starts_with("--") {
        return Err(ParseError::new("not_a_date"));
    }
    let found = relative(&text, today, lang).or_else(|| from_now(&text, today, lang)).or_else(|| written(&text, today));
    match found {
        Some(day) => day.ok_or(ParseError::new("no_such_day")),
        None => Err(ParseError::new("not_a_date")),
    }
}

/// `None`: another form; `Some(None)`: this form, but no such day.
type Found = Option<Option<Date>>;

fn relative(text: &str, today: Date, lang: Lang) -> Found {
    let days = match text {
        "hari ini" | "sekarang" | "today" | "now" | "hr ini" => 0,
        "besok" | "bsk" | "tomorrow" | "tmr" | "esok" => 1,
        "lusa" | "day after tomorrow" | "besok lusa" => 2,
        "kemarin" | "kmrn" | "yesterday" => -1,
        "kemarin dulu" | "day before yesterday" => -2,
        "minggu depan" | "next week" | "pekan depan" => 7,
        "minggu lalu" | "last week" | "pekan lalu" => -7,
        "bulan depan" | "next month" => return Some(today.checked_add(1.month()).ok()),
        "bulan lalu" | "last month" => return Some(today.checked_sub(1.month()).ok()),
        "tahun depan" | "next year" => return Some(today.checked_add(1.year()).ok()),
        "tahun lalu" | "last year" => return Some(today.checked_sub(1.year()).ok()),
        "awal bulan" | "start of month" => return Some(Some(today.first_of_month())),
        "akhir bulan" | "end of month" => return Some(Some(today.last_of_month())),
        "akhir tahun" | "end of year" => return Some(Some(today.last_of_year())),
        _ => return weekday_form(text, today, lang),
    };
    Some(today.checked_add(days.days()).ok())
}

/// `jumat`, `jumat depan`, `next friday`, `senin lalu`.
fn weekday_form(text: &str, today: Date, lang: Lang) -> Found {
    let after = |name: &str| weekday(name, lang);
    let monday = || today.checked_sub(i64::from(today.weekday().to_monday_zero_offset()).days()).ok();
    if let Some(day) = text.strip_suffix(" depan").or_else(|| text.strip_prefix("next ")).and_then(after) {
        // "Next Friday" is the Friday of the week after this one.
        let days = 7 + i64::from(day.to_monday_zero_offset());
        return Some(monday().and_then(|start| start.checked_add(days.days()).ok()));
    }
    if let Some(day) = text.strip_suffix(" ini").or_else(|| text.strip_prefix("this ")).and_then(after) {
        let days = i64::from(day.to_monday_zero_offset());
        return Some(monday().and_then(|start| start.checked_add(days.days()).ok()));
    }
    if let Some(day) = text.strip_suffix(" lalu").or_else(|| text.strip_prefix("last ")).and_then(after) {
        return Some(today.nth_weekday(-1, day).ok());
    }
    after(text).map(|day| today.nth_weekday(1, day).ok())
}

/// The weekday a folded name stands for, in either language, short or long.
pub(super) fn weekday(name: &str, lang: Lang) -> Option<Weekday> {
    let name = name.trim_end_matches('.');
    Some(match name {
        "senin" | "sen" | "monday" | "mon" => Weekday::Monday,
        "selasa" | "sel" | "tuesday" | "tue" | "tues" => Weekday::Tuesday,
        "rabu" | "rab" | "wednesday" | "wed" => Weekday::Wednesday,
        "kamis" | "kam" | "thursday" | "thu" | "thurs" => Weekday::Thursday,
        "jumat" | "jum'at" | "jum" | "friday" | "fri" => Weekday::Friday,
        "sabtu" | "sab" | "saturday" | "sat" => Weekday::Saturday,
        "minggu" | "min" | "ahad" | "sunday" => Weekday::Sunday,
        "sun" if lang == Lang::En => Weekday::Sunday,
        _ => return None,
    })
}

/// `+3h`, `-2w`, `3 hari lagi`, `in 3 days`, `2 weeks ago`.
fn from_now(text: &str, today: Date, lang: Lang) -> Found {
    let (back, body) = if let Some(body) = text.strip_prefix('+') {
        (false, body)
    } else if let Some(body) = text.strip_prefix('-') {
        (true, body)
    } else if let Some(body) = ["dalam ", "in "].iter().find_map(|p| text.strip_prefix(p)) {
        (false, body)
    } else if let Some(body) = [" lagi", " kemudian", " from now"].iter().find_map(|s| text.strip_suffix(s)) {
        (false, body)
    } else if let Some(body) = [" yang lalu", " lalu", " ago"].iter().find_map(|s| text.strip_suffix(s)) {
        (true, body)
    } else {
        return None;
    };
    let body = body.trim();
    let unit_at = body.find(|c: char| !c.is_ascii_digit()).unwrap_or(body.len());
    let count = body[..unit_at].parse::<i64>().ok().filter(|n| *n < 40_000)?;
    let count = if back { -count } else { count };
    let span = match (body[unit_at..].trim(), lang) {
        ("" | "h" | "hr" | "hari" | "d" | "day" | "days", _) => count.days(),
        ("m", Lang::Id) | ("w" | "mg" | "mgg" | "minggu" | "pekan" | "week" | "weeks", _) => count.weeks(),
        ("m", Lang::En) | ("b" | "bl" | "bln" | "bulan" | "mo" | "month" | "months", _) => count.months(),
        ("t" | "th" | "thn" | "tahun" | "y" | "year" | "years", _) if count.abs() < 10_000 => count.years(),
        _ => return None,
    };
    Some(today.checked_add(span).ok())
}

/// Numbers and month names.
fn written(text: &str, today: Date) -> Found {
    let text = text.strip_prefix("tanggal ").or_else(|| text.strip_prefix("tgl ")).unwrap_or(text);
    let parts: Vec<&str> = text.split([' ', '/', '-', '.', ',']).filter(|part| !part.is_empty()).collect();
    let parts = match parts.split_first() {
        Some((first, rest)) if rest.len() > 1 && weekday(first, Lang::En).is_some() => rest,
        _ => &parts[..],
    };
    match parts {
        [year, month, day] if year.len() == 4 && digits(year) => Some(civil(number(year)?, month_of(month)?, number(day)?)),
        [day, month, year] if digits(ordinal(day)) => Some(civil(year_of(year, today)?, month_of(month)?, number(ordinal(day))?)),
        [month, day, year] if named_month(month).is_some() => {
            Some(civil(year_of(year, today)?, named_month(month)?, number(ordinal(day))?))
        }
        [day, month] if digits(ordinal(day)) => Some(this_or_next(number(ordinal(day))?, month_of(month)?, today)),
        [month, day] => Some(this_or_next(number(ordinal(day))?, named_month(month)?, today)),
        [one] if one.len() == 8 && digits(one) => Some(civil(number(&one[..4])?, number(&one[4..6])?, number(&one[6..])?)),
        _ => None,
    }
}

fn digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit())
}

fn number(text: &str) -> Option<i32> {
    (digits(text) && text.len() <= 5).then(|| text.parse().ok()).flatten()
}

/// Drops the ending of "25th".
fn ordinal(text: &str) -> &str {
    ["st", "nd", "rd", "th"].iter().find_map(|end| text.strip_suffix(end)).unwrap_or(text)
}

fn month_of(text: &str) -> Option<i32> {
    named_month(text).or_else(|| number(text).filter(|_| text.len() <= 2))
}

fn named_month(name: &str) -> Option<i32> {
    Some(match name {
        "jan" | "januari" | "january" => 1,
        "feb" | "peb" | "februari" | "pebruari" | "february" => 2,
        "mar" | "mrt" | "maret" | "march" => 3,
        "apr" | "april" => 4,
        "mei" | "may" => 5,
        "jun" | "juni" | "june" => 6,
        "jul" | "juli" | "july" => 7,
        "agu" | "agt" | "ags" | "agus" | "agst" | "agustus" | "aug" | "august" => 8,
        "sep" | "sept" | "september" => 9,
        "okt" | "oktober" | "oct" | "october" => 10,
        "nov" | "nop" | "november" | "nopember" => 11,
        "des" | "desember" | "dec" | "december" => 12,
        _ => return None,
    })
}

fn year_of(text: &str, today: Date) -> Option<i32> {
    let year = number(text)?;
    match text.len() {
        4 | 5 => Some(year),
        2 => {
            let this = i32::from(today.year());
            let near = this - this.rem_euclid(100) + year;
            Some(if near > this + 20 {
                near - 100
            } else if near <= this - 80 {
                near + 100
            } else {
                near
            })
        }
        _ => None,
    }
}

fn this_or_next(day: i32, month: i32, today: Date) -> Option<Date> {
    let year = i32::from(today.year());
    let oldest = today.checked_sub(60.days()).ok()?;
    match civil(year, month, day) {
        Some(date) if date >= oldest => Some(date),
        Some(_) => civil(year + 1, month, day),
        // The 29th of February waits for the next leap year.
        None => (month == 2 && day == 29).then(|| (year + 1..=year + 8).find_map(|y| civil(y, 2, 29))).flatten(),
    }
}

fn civil(year: i32, month: i32, day: i32) -> Option<Date> {
    let year = i16::try_from(year).ok().filter(|y| (1000..=9999).contains(y))?;
    Date::new(year, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    /// A Sunday.
    const TODAY: Date = date(2026, 11, 22);

    fn day(text: &str, lang: Lang) -> Result<String, &'static str> {
        parse(text, TODAY, lang).map(|d| d.to_string()).map_err(|e| e.code)
    }

    #[test]
    fn both_languages_alike() {
        for (text, want) in [
            ("hari ini", "2026-11-22"),
            ("Hari Ini", "2026-11-22"),
            ("besok", "2026-11-23"),
            ("lusa", "2026-11-24"),
            ("kemarin", "2026-11-21"),
            ("tomorrow", "2026-11-23"),
            ("yesterday", "2026-11-21"),
            ("jumat", "2026-11-27"),
            ("Jum'at", "2026-11-27"),
            ("senin", "2026-11-23"),
            ("minggu", "2026-11-29"),
            ("friday", "2026-11-27"),
            ("jumat depan", "2026-11-27"),
            ("next friday", "2026-11-27"),
            ("senin lalu", "2026-11-16"),
            ("minggu depan", "2026-11-29"),
            ("bulan depan", "2026-12-22"),
            ("akhir bulan", "2026-11-30"),
            ("+3h", "2026-11-25"),
            ("+3d", "2026-11-25"),
            ("+3", "2026-11-25"),
            ("+2w", "2026-12-06"),
            ("+ 2 minggu", "2026-12-06"),
            ("+1b", "2026-12-22"),
            ("-2d", "2026-11-20"),
            ("3 hari lagi", "2026-11-25"),
            ("in 3 days", "2026-11-25"),
            ("2 minggu lalu", "2026-11-08"),
            ("2 weeks ago", "2026-11-08"),
            ("25/12", "2026-12-25"),
            ("10/11", "2026-11-10"),
            ("5/1", "2027-01-05"),
            ("25/12/2026", "2026-12-25"),
            ("25-12-26", "2026-12-25"),
            ("25.12.2026", "2026-12-25"),
            ("2/3/85", "1985-03-02"),
            ("17/8/45", "2045-08-17"),
            ("17/8/47", "1947-08-17"),
            ("2026-12-25", "2026-12-25"),
            ("2026/12/5", "2026-12-05"),
            ("20261225", "2026-12-25"),
            ("25 des 2026", "2026-12-25"),
            ("25-Des-2026", "2026-12-25"),
            ("25 December", "2026-12-25"),
            ("25th December 2027", "2027-12-25"),
            ("Dec 25, 2026", "2026-12-25"),
            ("December 25", "2026-12-25"),
            ("Kamis, 19 November 2026", "2026-11-19"),
            ("1 Agustus", "2027-08-01"),
            ("29/2", "2028-02-29"),
            ("29 feb 2024", "2024-02-29"),
            ("tgl 5 januari", "2027-01-05"),
        ] {
            assert_eq!(day(text, Lang::Id).as_deref(), Ok(want), "id {text}");
            assert_eq!(day(text, Lang::En).as_deref(), Ok(want), "en {text}");
        }
        assert_eq!(day("+2m", Lang::Id).as_deref(), Ok("2026-12-06"));
        assert_eq!(day("+2m", Lang::En).as_deref(), Ok("2027-01-22"));
    }

    #[test]
    fn refusals() {
        for (text, code) in [
            ("", "empty"),
            ("nanti", "not_a_date"),
            ("--05-12", "not_a_date"),
            ("31/4/2026", "no_such_day"),
            ("29/2/2026", "no_such_day"),
            ("12/25/2026", "no_such_day"),
            ("1/1/12026", "no_such_day"),
            ("25/12/026", "not_a_date"),
            ("1/2/3/4", "not_a_date"),
            ("+99999999999h", "not_a_date"),
            ("25 foo 2026", "not_a_date"),
        ] {
            assert_eq!(day(text, Lang::Id), Err(code), "{text}");
        }
    }

    #[test]
    fn weekday_today_means_the_next_one() {
        assert_eq!(parse("jumat", date(2026, 11, 20), Lang::Id), Ok(date(2026, 11, 27)));
    }
}
