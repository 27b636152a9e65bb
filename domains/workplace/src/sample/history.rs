//! Two years of business: which days are busy, and at what hours people talk.

use jiff::civil::{Date, Time, Weekday, date};
use jiff::tz::Offset;
use jiff::{Timestamp, ToSpan};

use super::dice::Dice;

/// Days of history.
const DAYS: usize = 730;

/// First days of Idulfitri.
const IDULFITRI: [Date; 8] = [
    date(2023, 4, 22),
    date(2024, 4, 10),
    date(2025, 3, 31),
    date(2026, 3, 20),
    date(2027, 3, 10),
    date(2028, 2, 27),
    date(2029, 2, 15),
    date(2030, 2, 5),
];

/// The share of all business done up to each day.
#[derive(Debug)]
pub(super) struct History {
    start: Date,
    shares: Vec<f64>,
}

impl History {
    pub(super) fn new(today: Date) -> Self {
        let start = today.saturating_sub((DAYS as i64).days());
        let mut sum = 0.0;
        let mut shares = Vec::with_capacity(DAYS);
        let mut day = start;
        for at in 0..DAYS {
            let growth = 0.6 + 0.8 * at as f64 / DAYS as f64;
            sum += growth * busyness(day);
            shares.push(sum);
            day = day.saturating_add(1.day());
        }
        shares.iter_mut().for_each(|share| *share /= sum);
        Self { start, shares }
    }

    /// The day by which this share (0 to 1) of all business was done.
    pub(super) fn day(&self, share: f64) -> Date {
        let at = self.shares.partition_point(|done| *done <= share).min(DAYS - 1);
        self.start.saturating_add((at as i64).days())
    }

    /// The share of business done before a day; `None` before the history begins.
    pub(super) fn share_before(&self, day: Date) -> Option<f64> {
        let at = i64::from(self.start.until(day).ok()?.get_days());
        match usize::try_from(at) {
            Err(_) => None,
            Ok(0) => Some(0.0),
            Ok(at) => Some(self.shares[(at - 1).min(DAYS - 1)]),
        }
    }
}

fn busyness(day: Date) -> f64 {
    if is_holiday(day) {
        return 0.04;
    }
    let week = match day.weekday() {
        Weekday::Monday => 1.1,
        Weekday::Friday => 0.9,
        Weekday::Saturday => 0.2,
        Weekday::Sunday => 0.02,
        _ => 1.0,
    };
    // Cafés and kitchens stock up before the feasts and the end of the year.
    let stocking = IDULFITRI.iter().any(|feast| (3..=24).contains(&days(day, *feast)));
    let season = match day.month() {
        _ if stocking => 1.35,
        1 => 0.85,
        11 | 12 => 1.2,
        _ => 1.0,
    };
    week * season
}

/// Whether Idulfitri lies within the next three months.
pub(super) fn is_before_feast(day: Date) -> bool {
    IDULFITRI.iter().any(|feast| (0..=92).contains(&days(day, *feast)))
}

/// Whether the country rests: fixed days and the week of Idulfitri.
pub(super) fn is_holiday(day: Date) -> bool {
    matches!((day.month(), day.day()), (1, 1) | (5, 1) | (6, 1) | (8, 17) | (12, 25 | 26))
        || IDULFITRI.iter().any(|feast| (-5..=2).contains(&days(day, *feast)))
}

fn days(from: Date, to: Date) -> i32 {
    from.until(to).map_or(0, |span| span.get_days())
}

/// A working day at or after this one.
pub(super) fn working_day(mut day: Date) -> Date {
    while is_holiday(day) || matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday) {
        day = day.saturating_add(1.day());
    }
    day
}

/// A moment of a day at a likely hour. `appointed` things begin at full quarters within office
/// hours; messages come at any minute and in the evening too.
pub(super) fn moment(day: Date, zone: i8, appointed: bool, dice: &mut Dice) -> Timestamp {
    let hour = if !appointed && dice.chance(9) {
        dice.between(18, 20)
    } else {
        const HOURS: &[(u32, i64)] = &[(6, 8), (16, 9), (20, 10), (14, 11), (4, 12), (13, 13), (16, 14), (12, 15), (7, 16)];
        dice.weighted(HOURS)
    };
    // On Fridays the hour before one o'clock belongs to prayer.
    let hour = if day.weekday() == Weekday::Friday && hour == 12 { 14 } else { hour };
    let minute = if appointed { dice.pick(&[0, 0, 0, 30, 30, 15, 45]) } else { dice.between(0, 59) };
    let time = Time::new(hour as i8, minute as i8, 0, 0).unwrap_or(Time::midnight());
    at(day, time, zone)
}

/// A wall-clock time so many hours ahead of UTC.
pub(super) fn at(day: Date, time: Time, zone: i8) -> Timestamp {
    Offset::constant(zone).to_timestamp(day.to_datetime(time)).unwrap_or(Timestamp::UNIX_EPOCH)
}
