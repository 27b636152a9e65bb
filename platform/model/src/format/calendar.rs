//! Days, times and lengths of time.

use jiff::civil::{Date, Time, Weekday};
use jiff::{Timestamp, Zoned};

use super::Lang;

const MONTHS_ID: [&str; 12] =
    ["Januari", "Februari", "Maret", "April", "Mei", "Juni", "Juli", "Agustus", "September", "Oktober", "November", "Desember"];
const MONTHS_EN: [&str; 12] =
    ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"];
const SHORT_ID: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "Mei", "Jun", "Jul", "Agu", "Sep", "Okt", "Nov", "Des"];
const SHORT_EN: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

fn month(names: &[&'static str; 12], day: Date) -> &'static str {
    names[usize::from(day.month().unsigned_abs()) - 1]
}

/// The name of a weekday: `Kamis` / `Thursday`.
#[must_use]
pub fn weekday(day: Weekday, lang: Lang) -> &'static str {
    match day {
        Weekday::Monday => lang.pick("Senin", "Monday"),
        Weekday::Tuesday => lang.pick("Selasa", "Tuesday"),
        Weekday::Wednesday => lang.pick("Rabu", "Wednesday"),
        Weekday::Thursday => lang.pick("Kamis", "Thursday"),
        Weekday::Friday => lang.pick("Jumat", "Friday"),
        Weekday::Saturday => lang.pick("Sabtu", "Saturday"),
        Weekday::Sunday => lang.pick("Minggu", "Sunday"),
    }
}

/// `31/12/2026` in both languages.
#[must_use]
pub fn date(day: Date) -> String {
    format!("{:02}/{:02}/{:04}", day.day(), day.month(), day.year())
}

/// `Kamis, 19 November 2026` / `Thursday, 19 November 2026`.
#[must_use]
pub fn date_long(day: Date, lang: Lang) -> String {
    let names = lang.pick(&MONTHS_ID, &MONTHS_EN);
    format!("{}, {} {} {}", weekday(day.weekday(), lang), day.day(), month(names, day), day.year())
}

/// `Hari ini`, `Besok`, `Kemarin`, else `17/11/2026`.
#[must_use]
pub fn date_short(day: Date, today: Date, lang: Lang) -> String {
    match days_between(today, day) {
        0 => lang.pick("Hari ini", "Today").to_owned(),
        1 => lang.pick("Besok", "Tomorrow").to_owned(),
        -1 => lang.pick("Kemarin", "Yesterday").to_owned(),
        _ => date(day),
    }
}

/// `30 Nov`.
#[must_use]
pub fn day_month(day: Date, lang: Lang) -> String {
    format!("{} {}", day.day(), month(lang.pick(&SHORT_ID, &SHORT_EN), day))
}

/// `Nov`, for axes.
#[must_use]
pub fn month_short(day: Date, lang: Lang) -> &'static str {
    month(lang.pick(&SHORT_ID, &SHORT_EN), day)
}

/// `November 2026`, for headings and axes.
#[must_use]
pub fn month_year(day: Date, lang: Lang) -> String {
    format!("{} {}", month(lang.pick(&MONTHS_ID, &MONTHS_EN), day), day.year())
}

/// `14.00` / `14:00`.
#[must_use]
pub fn time(time: Time, lang: Lang) -> String {
    format!("{:02}{}{:02}", time.hour(), lang.pick('.', ':'), time.minute())
}

/// `31/12/2026 14.00`, in the zone of the moment.
#[must_use]
pub fn datetime(moment: &Zoned, lang: Lang) -> String {
    format!("{} {}", date(moment.date()), time(moment.time(), lang))
}

/// How far a day lies from today: `hari ini`, `2 hari lagi`, `3 bulan lalu`.
#[must_use]
pub fn relative_day(day: Date, today: Date, lang: Lang) -> String {
    match days_between(today, day) {
        0 => lang.pick("hari ini", "today").to_owned(),
        1 => lang.pick("besok", "tomorrow").to_owned(),
        -1 => lang.pick("kemarin", "yesterday").to_owned(),
        days => in_days(days, lang),
    }
}

/// How far a moment lies from now: `baru saja`, `5 menit lalu`, `2 hari lagi`.
#[must_use]
pub fn relative(moment: Timestamp, now: Timestamp, lang: Lang) -> String {
    let seconds = moment.as_second() - now.as_second();
    let minutes = seconds / 60;
    match minutes.abs() {
        0 => lang.pick("baru saja", "just now").to_owned(),
        1..=59 => ago(minutes, Unit::Minute, lang),
        60..=1439 => ago(minutes / 60, Unit::Hour, lang),
        _ => in_days(minutes / 1440, lang),
    }
}

fn days_between(from: Date, to: Date) -> i64 {
    from.until(to).map_or(0, |span| i64::from(span.get_days()))
}

fn in_days(days: i64, lang: Lang) -> String {
    match days.abs() {
        0..=13 => ago(days, Unit::Day, lang),
        14..=59 => ago(days / 7, Unit::Week, lang),
        60..=729 => ago(days * 12 / 365, Unit::Month, lang),
        _ => ago(days / 365, Unit::Year, lang),
    }
}

#[derive(Clone, Copy)]
enum Unit {
    Minute,
    Hour,
    Day,
    Week,
    Month,
    Year,
}

fn ago(count: i64, unit: Unit, lang: Lang) -> String {
    let size = count.abs();
    let (id, one, many) = match unit {
        Unit::Minute => ("menit", "minute", "minutes"),
        Unit::Hour => ("jam", "hour", "hours"),
        Unit::Day => ("hari", "day", "days"),
        Unit::Week => ("minggu", "week", "weeks"),
        Unit::Month => ("bulan", "month", "months"),
        Unit::Year => ("tahun", "year", "years"),
    };
    let unit = lang.pick(id, if size == 1 { one } else { many });
    match (lang, count < 0) {
        (Lang::Id, true) => format!("{size} {unit} lalu"),
        (Lang::Id, false) => format!("{size} {unit} lagi"),
        (Lang::En, true) => format!("{size} {unit} ago"),
        (Lang::En, false) => format!("in {size} {unit}"),
    }
}

/// A length of time: `1 jam 30 menit` / `1 hour 30 minutes`.
#[must_use]
pub fn duration(minutes: u32, lang: Lang) -> String {
    let (hours, rest) = (minutes / 60, minutes % 60);
    let part = |count: u32, id: &str, one: &str, many: &str| format!("{count} {}", lang.pick(id, if count == 1 { one } else { many }));
    let hours_text = part(hours, "jam", "hour", "hours");
    let minutes_text = part(rest, "menit", "minute", "minutes");
    match (hours, rest) {
        (0, _) => minutes_text,
        (_, 0) => hours_text,
        _ => format!("{hours_text} {minutes_text}"),
    }
}

#[cfg(test)]
mod tests {
    use jiff::ToSpan;
    use jiff::civil;

    use super::*;

    const DAY: Date = civil::date(2026, 11, 19);

    #[test]
    fn days() {
        assert_eq!(date(civil::date(2026, 2, 3)), "03/02/2026");
        assert_eq!(date_long(DAY, Lang::Id), "Kamis, 19 November 2026");
        assert_eq!(date_long(civil::date(2026, 8, 17), Lang::En), "Monday, 17 August 2026");
        assert_eq!(day_month(civil::date(2026, 12, 30), Lang::Id), "30 Des");
        assert_eq!(month_year(civil::date(2026, 8, 1), Lang::Id), "Agustus 2026");
        for (offset, id, en) in
            [(0, "Hari ini", "Today"), (1, "Besok", "Tomorrow"), (-1, "Kemarin", "Yesterday"), (-2, "17/11/2026", "17/11/2026")]
        {
            let day = DAY.checked_add(i64::from(offset).days()).unwrap();
            assert_eq!(date_short(day, DAY, Lang::Id), id);
            assert_eq!(date_short(day, DAY, Lang::En), en);
        }
    }

    #[test]
    fn times() {
        assert_eq!(time(civil::time(14, 0, 0, 0), Lang::Id), "14.00");
        assert_eq!(time(civil::time(9, 5, 0, 0), Lang::En), "09:05");
        let moment = DAY.at(14, 0, 0, 0).to_zoned(jiff::tz::TimeZone::UTC).unwrap();
        assert_eq!(datetime(&moment, Lang::Id), "19/11/2026 14.00");
    }

    #[test]
    fn distances() {
        let now = Timestamp::from_second(1_800_000_000).unwrap();
        for (seconds, id, en) in [
            (0, "baru saja", "just now"),
            (-30, "baru saja", "just now"),
            (-300, "5 menit lalu", "5 minutes ago"),
            (60, "1 menit lagi", "in 1 minute"),
            (-7200, "2 jam lalu", "2 hours ago"),
            (2 * 86_400, "2 hari lagi", "in 2 days"),
            (-21 * 86_400, "3 minggu lalu", "3 weeks ago"),
            (-90 * 86_400, "2 bulan lalu", "2 months ago"),
            (-800 * 86_400, "2 tahun lalu", "2 years ago"),
        ] {
            let moment = Timestamp::from_second(now.as_second() + seconds).unwrap();
            assert_eq!(relative(moment, now, Lang::Id), id);
            assert_eq!(relative(moment, now, Lang::En), en);
        }
        assert_eq!(relative_day(civil::date(2026, 11, 21), DAY, Lang::Id), "2 hari lagi");
        assert_eq!(relative_day(civil::date(2026, 11, 18), DAY, Lang::En), "yesterday");
        assert_eq!(relative_day(civil::date(2027, 11, 19), DAY, Lang::Id), "12 bulan lagi");
    }

    #[test]
    fn lengths() {
        assert_eq!(duration(90, Lang::Id), "1 jam 30 menit");
        assert_eq!(duration(61, Lang::En), "1 hour 1 minute");
        assert_eq!(duration(120, Lang::Id), "2 jam");
        assert_eq!(duration(0, Lang::Id), "0 menit");
    }
}
