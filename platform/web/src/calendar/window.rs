//! The days a calendar shows.

use crate::list::state::Listing;
use akrab_engine::view::Span;
use akrab_model::format;
use jiff::ToSpan;
use jiff::civil::Date;

/// A stretch of days.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    pub span: Span,
    /// Nobody chose the span: a phone shows the agenda then.
    pub open: bool,
    /// The day it is about: the first of its month, the Monday of its week.
    pub at: Date,
    /// First day shown, and the day after the last.
    pub from: Date,
    pub to: Date,
}

/// Days far from now have no calendar: nothing stands there, and dates end somewhere.
const YEARS: std::ops::RangeInclusive<i16> = 1900..=2200;

impl Window {
    /// The window of a list's address.
    pub fn of(listing: &Listing) -> Window {
        let today = listing.look.today();
        let at = listing.address.at.as_deref().and_then(|day| day.parse().ok());
        Window::around(listing.state.span, at.filter(|day: &Date| YEARS.contains(&day.year())).unwrap_or(today))
    }

    /// The window around a day. Weeks begin on Monday.
    pub fn around(span: Option<Span>, day: Date) -> Window {
        let plus = |day: Date, n: i32| day.checked_add(n.days()).unwrap_or(day);
        let monday = |day: Date| plus(day, -i32::from(day.weekday().to_monday_zero_offset()));
        let first = day.first_of_month();
        let next = day.last_of_month().tomorrow().unwrap_or(day);
        let (at, from, to) = match span.unwrap_or_default() {
            Span::Month => (first, monday(first), plus(monday(plus(next, -1)), 7)),
            Span::List => (first, first, next),
            Span::Week => (monday(day), monday(day), plus(monday(day), 7)),
            Span::Day => (day, day, plus(day, 1)),
        };
        Window { span: span.unwrap_or_default(), open: span.is_none(), at, from, to }
    }

    /// The day the stretch before or after is about.
    pub fn beside(&self, by: i32) -> Date {
        let moved = match self.span {
            Span::Month | Span::List => self.at.checked_add(by.months()),
            Span::Week => self.at.checked_add((by * 7).days()),
            Span::Day => self.at.checked_add(by.days()),
        };
        moved.ok().filter(|day| YEARS.contains(&day.year())).unwrap_or(self.at)
    }

    /// Each day shown.
    pub fn days(&self) -> impl Iterator<Item = Date> + use<> {
        let to = self.to;
        std::iter::successors(Some(self.from), |day| day.tomorrow().ok()).take_while(move |day| *day < to)
    }

    /// The day lies in the month the window is about.
    pub fn is_about(&self, day: Date) -> bool {
        !matches!(self.span, Span::Month | Span::List) || (day.year(), day.month()) == (self.at.year(), self.at.month())
    }

    /// `November 2026`, `16–22 Nov 2026`, `Senin, 16 November 2026`.
    pub fn words(&self, lang: format::Lang) -> String {
        match self.span {
            Span::Month | Span::List => format::month_year(self.at, lang),
            Span::Day => format::date_long(self.at, lang),
            Span::Week => {
                let last = self.to.yesterday().unwrap_or(self.to);
                let start =
                    if last.month() == self.from.month() { self.from.day().to_string() } else { format::day_month(self.from, lang) };
                format!("{start} – {} {}", format::day_month(last, lang), last.year())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn months_are_shown_in_whole_weeks_from_monday() {
        let month = Window::around(None, date(2026, 11, 22));
        assert_eq!((month.from, month.to, month.at), (date(2026, 10, 26), date(2026, 12, 7), date(2026, 11, 1)));
        assert_eq!((month.beside(1), month.beside(-1)), (date(2026, 12, 1), date(2026, 10, 1)));
        // February 2027 is four whole weeks
        let february = Window::around(Some(Span::Month), date(2027, 2, 14));
        assert_eq!((february.from, february.to), (date(2027, 2, 1), date(2027, 3, 1)));
        assert_eq!(february.days().count(), 28);
    }

    #[test]
    fn weeks_days_and_lists_have_their_own_ends() {
        let week = Window::around(Some(Span::Week), date(2026, 11, 22));
        assert_eq!((week.from, week.to), (date(2026, 11, 16), date(2026, 11, 23)));
        assert_eq!(week.words(format::Lang::Id), "16 – 22 Nov 2026");
        let day = Window::around(Some(Span::Day), date(2026, 11, 22));
        assert_eq!((day.from, day.to, day.beside(-1)), (date(2026, 11, 22), date(2026, 11, 23), date(2026, 11, 21)));
        let list = Window::around(Some(Span::List), date(2026, 11, 22));
        assert_eq!((list.from, list.to), (date(2026, 11, 1), date(2026, 12, 1)));
    }

    #[test]
    fn nothing_lies_beyond_the_years_there_are() {
        let last = Window::around(Some(Span::Day), date(2200, 12, 31));
        assert_eq!(last.beside(1), last.at);
    }
}
