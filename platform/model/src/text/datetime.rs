//! Moments as typed: `besok 10.00`, `14.30`, `jumat jam 2 siang`, ISO 8601.

use jiff::civil::{Date, Time};
use jiff::tz::{Offset, TimeZone};
use jiff::{Timestamp, ToSpan, Zoned};

use super::{ParseError, date, fold, short};
use crate::format::Lang;

/// The hour a day stands for when a person gives no time: the start of the working day.
pub const DEFAULT_HOUR: i8 = 9;

/// Reads a moment in the time zone of `now`.
///
/// A time alone is today's. A day alone is at [`DEFAULT_HOUR`], except the ISO form, which
/// machines write and which keeps its midnight. `WIB`, `WITA` and `WIT` after a time are heeded.
///
/// # Errors
/// `empty`, `too_long`, `not_a_time` (the time part is none), and those of [`date::parse`].
pub fn parse(text: &str, now: &Zoned, lang: Lang) -> Result<Zoned, ParseError> {
    let text = short(text)?;
    if let Some(moment) = iso(text, now) {
        return moment;
    }
    let text = fold(text);
    if matches!(text.as_str(), "sekarang" | "now") {
        return Ok(now.clone());
    }
    if let Some(moment) = from_now(&text, now) {
        return moment.ok_or(ParseError::new("no_such_day"));
    }
    let (text, zone) = zone(&text, now);
    let (day_text, time_text) = match split_time(text) {
        (day, "") => bare_hour(day, now.date(), lang).unwrap_or((day, "")),
        parts => parts,
    };
    let day = match day_text {
        "" => now.date(),
        other => date::parse(other, now.date(), lang)?,
    };
    let time = match time_text {
        "" => Some(Time::constant(DEFAULT_HOUR, 0, 0, 0)),
        other => time(other),
    };
    at(day, time.ok_or(ParseError::new("not_a_time"))?, zone, now)
}

fn at(day: Date, time: Time, zone: TimeZone, now: &Zoned) -> Result<Zoned, ParseError> {
    let moment = day.to_datetime(time).to_zoned(zone).map_err(|_| ParseError::new("no_such_day"))?;
    Ok(moment.with_time_zone(now.time_zone().clone()))
}

/// `2026-12-25`, `2026-12-25T10:00`, `2026-12-25 10:00:05+07:00`, `…Z`.
fn iso(text: &str, now: &Zoned) -> Option<Result<Zoned, ParseError>> {
    let bytes = text.as_bytes();
    let shaped = bytes.len() >= 10 && bytes[4] == b'-' && bytes[7] == b'-' && bytes[..4].iter().all(u8::is_ascii_digit);
    if !shaped || bytes.get(10).is_some_and(|b| !matches!(b, b'T' | b't' | b' ')) {
        return None;
    }
    if bytes.len() > 10 && !bytes[11..].contains(&b':') {
        return None;
    }
    if let Ok(instant) = text.parse::<Timestamp>() {
        return Some(Ok(instant.to_zoned(now.time_zone().clone())));
    }
    // Of the other ISO forms jiff reads a zone in brackets as well; only plain ones are wanted.
    let civil = text.parse::<jiff::civil::DateTime>().ok();
    Some(match civil {
        Some(civil) => at(civil.date(), civil.time(), now.time_zone().clone(), now),
        None => Err(ParseError::new(if bytes.len() == 10 { "no_such_day" } else { "not_a_time" })),
    })
}

/// `2 jam lagi`, `in 30 minutes`, `30 menit lalu`.
fn from_now(text: &str, now: &Zoned) -> Option<Option<Zoned>> {
    let after = ["dalam ", "in "].iter().find_map(|p| text.strip_prefix(p));
    let after = after.or_else(|| [" lagi", " from now"].iter().find_map(|s| text.strip_suffix(s)));
    let (sign, body) = match after {
        Some(body) => (1, body),
        None => (-1, [" yang lalu", " lalu", " ago"].iter().find_map(|s| text.strip_suffix(s))?),
    };
    let (count, unit) = body.trim().split_once(' ')?;
    let count = sign * count.parse::<i64>().ok().filter(|n| (0..1_000_000).contains(n))?;
    let span = match unit.trim() {
        "jam" | "hour" | "hours" => count.checked_mul(60)?.minutes(),
        "menit" | "minute" | "minutes" | "min" => count.minutes(),
        _ => return None,
    };
    Some(now.checked_add(span).ok())
}

fn zone<'a>(text: &'a str, now: &Zoned) -> (&'a str, TimeZone) {
    for (name, hours) in [(" wib", 7), (" wita", 8), (" wit", 9)] {
        if let Some(rest) = text.strip_suffix(name) {
            return (rest, TimeZone::fixed(Offset::constant(hours)));
        }
    }
    (text, now.time_zone().clone())
}

/// Cuts a text into its day part and its time part, either of which may be empty.
fn split_time(text: &str) -> (&str, &str) {
    for word in ["jam ", "pukul ", "pkl ", "pkl. ", "at ", "@"] {
        if let Some(rest) = text.strip_prefix(word) {
            return ("", rest.trim());
        }
        let marked = format!(" {}", word);
        if let Some((day, time)) = text.split_once(&marked) {
            return (day.trim_end_matches(','), time.trim());
        }
    }
    if time(text).is_some() {
        return ("", text);
    }
    // The time is the longest tail that reads as one: "besok 2 siang", "25/12 14.30".
    for (at, _) in text.match_indices(' ') {
        let (day, tail) = (text[..at].trim_end_matches(','), text[at..].trim());
        if time(tail).is_some() && !is_bare_number(tail) {
            return (day, tail);
        }
    }
    match text.rsplit_once(' ') {
        // A tail with a colon was meant as a time even when it is none ("besok 25:00").
        Some((day, tail)) if tail.contains(':') => (day.trim_end_matches(','), tail),
        None if text.contains(':') => ("", text),
        _ => (text, ""),
    }
}

/// "besok 9": after a day in words a bare number is an hour. What reads as a day with its number stays one.
fn bare_hour(text: &str, today: Date, lang: Lang) -> Option<(&str, &str)> {
    let (day, tail) = text.rsplit_once(' ')?;
    let hour = is_bare_number(tail) && time(tail).is_some() && !day.bytes().any(|b| b.is_ascii_digit());
    (hour && date::parse(text, today, lang).is_err() && date::parse(day, today, lang).is_ok()).then_some((day, tail))
}

fn is_bare_number(text: &str) -> bool {
    text.bytes().all(|b| b.is_ascii_digit())
}

fn time(text: &str) -> Option<Time> {
    let (clock, half) = half_of_day(text);
    if half == Half::None && is_bare_number(clock) && clock.len() > 2 {
        return None;
    }
    let mut parts = clock.split([':', '.']);
    let hour = small(parts.next()?)?;
    let minute = parts.next().map_or(Some(0), |m| (m.len() == 2).then(|| small(m)).flatten())?;
    let second = parts.next().map_or(Some(0), |s| (s.len() == 2).then(|| small(s)).flatten())?;
    if parts.next().is_some() {
        return None;
    }
    Time::new(half.hour(hour)?, minute, second, 0).ok()
}

fn small(text: &str) -> Option<i8> {
    ((1..=2).contains(&text.len()) && is_bare_number(text)).then(|| text.parse().ok()).flatten()
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Half {
    None,
    Morning,
    Midday,
    Evening,
}

impl Half {
    fn hour(self, hour: i8) -> Option<i8> {
        match self {
            Half::None => Some(hour),
            _ if hour > 12 => Some(hour),
            Half::Morning => Some(if hour == 12 { 0 } else { hour }),
            // "11 siang" is before noon, "1 siang" after it.
            Half::Midday => Some(if hour >= 10 { hour } else { hour + 12 }),
            Half::Evening => Some(if hour == 12 { 12 } else { hour + 12 }),
        }
    }
}

fn half_of_day(text: &str) -> (&str, Half) {
    const NAMES: &[(&str, Half)] = &[
        ("pagi", Half::Morning),
        ("siang", Half::Midday),
        ("sore", Half::Evening),
        ("malam", Half::Evening),
        ("a.m.", Half::Morning),
        ("p.m.", Half::Evening),
        ("am", Half::Morning),
        ("pm", Half::Evening),
    ];
    NAMES.iter().find_map(|(name, half)| text.strip_suffix(name).map(|rest| (rest.trim_end(), *half))).unwrap_or((text, Half::None))
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    fn now() -> Zoned {
        let zone = TimeZone::fixed(Offset::constant(7));
        date(2026, 11, 22).at(8, 15, 0, 0).to_zoned(zone).unwrap()
    }

    fn moment(text: &str) -> Result<String, &'static str> {
        parse(text, &now(), Lang::Id).map(|z| z.datetime().to_string()).map_err(|e| e.code)
    }

    #[test]
    fn cases() {
        for (text, want) in [
            ("besok 10.00", "2026-11-23T10:00:00"),
            ("Besok, 10:30", "2026-11-23T10:30:00"),
            ("14.30", "2026-11-22T14:30:00"),
            ("14:30:15", "2026-11-22T14:30:15"),
            ("jam 10", "2026-11-22T10:00:00"),
            ("pukul 2 siang", "2026-11-22T14:00:00"),
            ("besok 2 siang", "2026-11-23T14:00:00"),
            ("besok jam 11 siang", "2026-11-23T11:00:00"),
            ("jumat jam 7 malam", "2026-11-27T19:00:00"),
            ("3pm", "2026-11-22T15:00:00"),
            ("12am", "2026-11-22T00:00:00"),
            ("tomorrow at 9", "2026-11-23T09:00:00"),
            ("besok 9", "2026-11-23T09:00:00"),
            ("jumat 14", "2026-11-27T14:00:00"),
            ("tomorrow 16", "2026-11-23T16:00:00"),
            ("25/12/2026 14.30", "2026-12-25T14:30:00"),
            ("25 des 2026 14.30", "2026-12-25T14:30:00"),
            ("25/12", "2026-12-25T09:00:00"),
            ("25 des 2026", "2026-12-25T09:00:00"),
            ("besok", "2026-11-23T09:00:00"),
            ("+3h", "2026-11-25T09:00:00"),
            ("2 jam lagi", "2026-11-22T10:15:00"),
            ("in 30 minutes", "2026-11-22T08:45:00"),
            ("30 menit lalu", "2026-11-22T07:45:00"),
            ("sekarang", "2026-11-22T08:15:00"),
            ("2026-12-25", "2026-12-25T00:00:00"),
            ("2026-12-25T10:00", "2026-12-25T10:00:00"),
            ("2026-12-25 10:00:30", "2026-12-25T10:00:30"),
            ("2026-12-25T10:00:00Z", "2026-12-25T17:00:00"),
            ("2026-12-25T10:00:00+09:00", "2026-12-25T08:00:00"),
            ("2026-12-25 14.30", "2026-12-25T14:30:00"),
            ("besok 10.00 WIB", "2026-11-23T10:00:00"),
            ("besok 10.00 WITA", "2026-11-23T09:00:00"),
            ("25.12", "2026-12-25T09:00:00"),
            ("25.12.2026", "2026-12-25T09:00:00"),
        ] {
            assert_eq!(moment(text).as_deref(), Ok(want), "{text}");
        }
    }

    #[test]
    fn refusals() {
        for (text, code) in [
            ("", "empty"),
            ("besok 25:00", "not_a_time"),
            ("25:99", "not_a_time"),
            ("jam sekian", "not_a_time"),
            ("nanti", "not_a_date"),
            ("2026-13-40", "no_such_day"),
            ("31/4/2026 10.00", "no_such_day"),
        ] {
            assert_eq!(moment(text), Err(code), "{text}");
        }
    }
}
