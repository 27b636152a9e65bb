//! Rules by which events repeat (RFC 5545, 3.3.10), as far as people set them: every so many days, weeks, months or
//! years, on days of the week or of the month, so often or until a day. Any other rule is told and not guessed.

use super::ical::Moment;
use jiff::civil::{Date, Weekday};
use jiff::{Span, ToSpan};

/// More times are not made out of one event.
const MOST: usize = 400;

pub(super) struct Rule {
    every: Every,
    interval: i32,
    count: Option<usize>,
    until: Option<Date>,
    weekdays: Vec<Weekday>,
    month_days: Vec<i8>,
}

#[derive(Clone, Copy, PartialEq)]
enum Every {
    Day,
    Week,
    Month,
    Year,
}

impl Rule {
    /// None for a rule without an end, or with more to it than is understood here.
    pub fn read(text: &str, until: Option<Date>) -> Option<Rule> {
        let mut rule = Rule { every: Every::Day, interval: 1, count: None, until, weekdays: Vec::new(), month_days: Vec::new() };
        let mut named = false;
        for part in text.trim().split(';').filter(|p| !p.is_empty()) {
            let (name, value) = part.split_once('=')?;
            match name.to_ascii_uppercase().as_str() {
                "FREQ" => {
                    named = true;
                    rule.every = match value.to_ascii_uppercase().as_str() {
                        "DAILY" => Every::Day,
                        "WEEKLY" => Every::Week,
                        "MONTHLY" => Every::Month,
                        "YEARLY" => Every::Year,
                        _ => return None,
                    };
                }
                "INTERVAL" => rule.interval = value.parse().ok().filter(|n| (1..=1_000).contains(n))?,
                "COUNT" => rule.count = Some(value.parse().ok().filter(|n| *n > 0)?),
                "UNTIL" | "WKST" => {}
                "BYDAY" => rule.weekdays = value.split(',').map(weekday).collect::<Option<_>>()?,
                "BYMONTHDAY" => {
                    rule.month_days = value.split(',').map(|d| d.parse().ok().filter(|d| (1..=31).contains(d))).collect::<Option<_>>()?;
                }
                _ => return None,
            }
        }
        let fits = match rule.every {
            Every::Day => rule.weekdays.is_empty() && rule.month_days.is_empty(),
            Every::Week => rule.month_days.is_empty(),
            Every::Month => rule.weekdays.is_empty(),
            Every::Year => rule.weekdays.is_empty() && rule.month_days.is_empty(),
        };
        (named && fits && (rule.count.is_some() || rule.until.is_some())).then_some(rule)
    }

    /// All times of an event that begins with `first`; none when there are too many.
    pub fn times(&self, first: &Moment) -> Option<Vec<Moment>> {
        let begin = first.date();
        let wanted = self.count.unwrap_or(usize::MAX);
        let mut times = Vec::new();
        for step in 0..20_000 {
            let days = self.days(begin, step)?;
            let beyond = |day: &Date| self.until.is_some_and(|until| *day > until);
            if days.iter().all(beyond) && !days.is_empty() {
                return Some(times);
            }
            for day in days.into_iter().filter(|day| *day >= begin) {
                if beyond(&day) || times.len() == wanted {
                    return Some(times);
                }
                if times.len() == MOST {
                    return None;
                }
                times.push(first.on(day)?);
            }
            if times.len() >= wanted {
                return Some(times);
            }
        }
        Some(times)
    }

    /// The days of one turn; those that a month does not have are left out.
    fn days(&self, begin: Date, step: i32) -> Option<Vec<Date>> {
        let steps = step.checked_mul(self.interval)?;
        let moved = |date: Date, span: Span| date.checked_add(span).ok();
        Some(match self.every {
            Every::Day => vec![moved(begin, steps.days())?],
            Every::Week => {
                let monday = moved(begin, (-i32::from(begin.weekday().to_monday_zero_offset())).days())?;
                let week = moved(monday, steps.weeks())?;
                let own = [begin.weekday()];
                let wanted = if self.weekdays.is_empty() { &own[..] } else { &self.weekdays };
                let mut days: Vec<Date> =
                    wanted.iter().filter_map(|day| moved(week, i32::from(day.to_monday_zero_offset()).days())).collect();
                days.sort();
                days
            }
            Every::Month => {
                let month = moved(begin.first_of_month(), steps.months())?;
                let own = [begin.day()];
                let mut wanted = if self.month_days.is_empty() { own.to_vec() } else { self.month_days.clone() };
                wanted.sort_unstable();
                wanted.into_iter().filter_map(|day| Date::new(month.year(), month.month(), day).ok()).collect()
            }
            Every::Year => {
                let year = begin.year().checked_add(i16::try_from(steps).ok()?)?;
                Date::new(year, begin.month(), begin.day()).ok().into_iter().collect()
            }
        })
    }
}

fn weekday(text: &str) -> Option<Weekday> {
    Some(match text.trim().to_ascii_uppercase().as_str() {
        "MO" => Weekday::Monday,
        "TU" => Weekday::Tuesday,
        "WE" => Weekday::Wednesday,
        "TH" => Weekday::Thursday,
        "FR" => Weekday::Friday,
        "SA" => Weekday::Saturday,
        "SU" => Weekday::Sunday,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dates(rule: &str, first: &str) -> Option<Vec<String>> {
        let until = rule.split("UNTIL=").nth(1).and_then(|rest| rest.get(..8)?.parse().ok());
        let times = Rule::read(rule, until)?.times(&Moment::Day(first.parse().expect("a day")))?;
        Some(times.iter().map(|t| t.date().to_string()).collect())
    }

    #[test]
    fn rules_with_an_end_are_written_out() {
        let found = |rule: &str, first: &str| dates(rule, first).unwrap_or_else(|| panic!("{rule}"));
        assert_eq!(found("FREQ=DAILY;INTERVAL=2;COUNT=3", "2026-03-01"), ["2026-03-01", "2026-03-03", "2026-03-05"]);
        assert_eq!(found("FREQ=WEEKLY;BYDAY=FR,MO;UNTIL=20260313T235959Z", "2026-03-04"), ["2026-03-06", "2026-03-09", "2026-03-13"]);
        assert_eq!(found("FREQ=MONTHLY;COUNT=3", "2026-01-31"), ["2026-01-31", "2026-03-31", "2026-05-31"]);
        assert_eq!(found("FREQ=YEARLY;COUNT=2", "2024-02-29"), ["2024-02-29", "2028-02-29"]);
        assert_eq!(found("FREQ=MONTHLY;BYMONTHDAY=1,15;COUNT=3", "2026-03-10"), ["2026-03-15", "2026-04-01", "2026-04-15"]);
    }

    #[test]
    fn rules_without_an_end_or_beyond_us_are_told() {
        for rule in ["FREQ=DAILY", "FREQ=MONTHLY;BYDAY=1MO;COUNT=3", "FREQ=SECONDLY;COUNT=3", "FREQ=DAILY;COUNT=5000", "nonsense", ""] {
            assert_eq!(dates(rule, "2026-03-01"), None, "{rule}");
        }
    }
}
