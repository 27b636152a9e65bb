//! Date ranges that move with the day: `today`, `this_month`, `last_30_days`, `next_2_weeks`.

use jiff::civil::{Date, Weekday};
use jiff::{Span, ToSpan};

/// A half-open range of days: from the first day up to, not including, the last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Range {
    pub from: Date,
    pub to: Date,
}

/// A part of the calendar that comes again: every Monday, every day from nine to ten.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Recurring {
    /// Monday is 0.
    Weekday(i8),
    Hour(i8),
}

impl Recurring {
    /// `weekday_0` is Monday, `hour_9` the time from nine to ten.
    pub fn of(word: &str) -> Option<Recurring> {
        let (unit, number) = word.split_once('_')?;
        let number = number.parse().ok()?;
        match unit {
            "weekday" => Some(Recurring::Weekday(number)).filter(|_| (0..7).contains(&number)),
            "hour" => Some(Recurring::Hour(number)).filter(|_| (0..24).contains(&number)),
            _ => None,
        }
    }
    /// The word for it.
    pub fn word(self) -> String {
        match self {
            Recurring::Weekday(n) => format!("weekday_{n}"),
            Recurring::Hour(n) => format!("hour_{n}"),
        }
    }
}

impl Range {
    /// Resolves a word against `today`. Weeks begin on Monday. `last_N_days` ends with today,
    /// `next_N_days` begins with tomorrow. `None` when the word is unknown.
    pub fn resolve(word: &str, today: Date) -> Option<Range> {
        let day = |n: i64| today.checked_add(Span::new().try_days(n).ok()?).ok();
        let days = |from: Date, n: i32| Some(Range { from, to: from.checked_add(n.days()).ok()? });
        let month = today.first_of_month();
        let week = day(-i64::from(today.weekday().since(Weekday::Monday)))?;
        let year = Date::new(today.year(), 1, 1).ok()?;
        let quarter = Date::new(today.year(), (today.month() - 1) / 3 * 3 + 1, 1).ok()?;
        let span = |from: Date, span: Span| Some(Range { from, to: from.checked_add(span).ok()? });
        let back = |from: Date, by: Span| from.checked_sub(by).ok();
        match word {
            "today" => days(today, 1),
            "yesterday" => days(day(-1)?, 1),
            "tomorrow" => days(day(1)?, 1),
            "this_week" => days(week, 7),
            "last_week" => days(back(week, 7.days())?, 7),
            "next_week" => days(week.checked_add(7.days()).ok()?, 7),
            "this_month" => span(month, 1.month()),
            "last_month" => span(back(month, 1.month())?, 1.month()),
            "next_month" => span(month.checked_add(1.month()).ok()?, 1.month()),
            "this_quarter" => span(quarter, 3.months()),
            "last_quarter" => span(back(quarter, 3.months())?, 3.months()),
            "next_quarter" => span(quarter.checked_add(3.months()).ok()?, 3.months()),
            "this_year" => span(year, 1.year()),
            "last_year" => span(back(year, 1.year())?, 1.year()),
            "next_year" => span(year.checked_add(1.year()).ok()?, 1.year()),
            "past" => Some(Range { from: Date::MIN, to: today }),
            "future" => Some(Range { from: day(1)?, to: Date::MAX }),
            _ => counted(word, today),
        }
    }
}

fn counted(word: &str, today: Date) -> Option<Range> {
    let mut parts = word.split('_');
    let (direction, number, unit) = (parts.next()?, parts.next()?.parse::<i64>().ok()?, parts.next()?);
    if parts.next().is_some() || !(1..=3_650).contains(&number) {
        return None;
    }
    let span = match unit {
        "days" => Span::new().try_days(number),
        "weeks" => Span::new().try_weeks(number),
        "months" => Span::new().try_months(number),
        _ => return None,
    }
    .ok()?;
    let tomorrow = today.tomorrow().ok()?;
    match direction {
        "last" => Some(Range { from: tomorrow.checked_sub(span).ok()?, to: tomorrow }),
        "next" => Some(Range { from: tomorrow, to: tomorrow.checked_add(span).ok()? }),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn words_become_days() {
        let today = date(2026, 11, 19); // Thursday
        let cases = [
            ("today", date(2026, 11, 19), date(2026, 11, 20)),
            ("yesterday", date(2026, 11, 18), date(2026, 11, 19)),
            ("this_week", date(2026, 11, 16), date(2026, 11, 23)),
            ("next_week", date(2026, 11, 23), date(2026, 11, 30)),
            ("this_month", date(2026, 11, 1), date(2026, 12, 1)),
            ("last_quarter", date(2026, 7, 1), date(2026, 10, 1)),
            ("this_year", date(2026, 1, 1), date(2027, 1, 1)),
            ("last_30_days", date(2026, 10, 21), date(2026, 11, 20)),
            ("next_2_weeks", date(2026, 11, 20), date(2026, 12, 4)),
        ];
        for (word, from, to) in cases {
            assert_eq!(Range::resolve(word, today), Some(Range { from, to }), "{word}");
        }
        for wrong in ["", "last", "last_0_days", "last_x_days", "next_3_moons", "last_3_days_ago"] {
            assert_eq!(Range::resolve(wrong, today), None, "{wrong}");
        }
    }

    #[test]
    fn what_comes_again_has_a_word() {
        for part in [Recurring::Weekday(0), Recurring::Weekday(6), Recurring::Hour(0), Recurring::Hour(23)] {
            assert_eq!(Recurring::of(&part.word()), Some(part));
        }
        for wrong in ["weekday_7", "hour_24", "hour_-1", "hour", "day_3", "hour_1_2"] {
            assert_eq!(Recurring::of(wrong), None, "{wrong}");
        }
    }
}
