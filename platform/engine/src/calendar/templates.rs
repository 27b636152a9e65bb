//! What a firm in Indonesia begins with.

use super::{CalendarDecl, HolidayKind, HolidayListDecl, OverrideDecl, WeekDecl};
use akrab_model::Label;
use jiff::ToSpan;
use jiff::civil::Date;

/// The usual calendar: an office week with the longer break on Friday, and no holidays until somebody asks for them.
pub fn usual(zone: &str) -> (Label, CalendarDecl) {
    let day = || vec!["08:00-12:00".to_string(), "13:00-17:00".to_string()];
    let friday = vec!["08:00-11:30".to_string(), "13:00-17:00".to_string()];
    let week = WeekDecl { mon: day(), tue: day(), wed: day(), thu: day(), fri: friday, ..WeekDecl::default() };
    (Label::new("Jam kantor", "Office hours"), CalendarDecl { zone: zone.into(), week, ..CalendarDecl::default() })
}

/// The national list that comes with the program, of these years.
pub fn indonesia(years: &[i16]) -> HolidayListDecl {
    let mut list = HolidayListDecl::indonesia();
    list.days.retain(|day| year_of(&day.date).is_some_and(|year| years.contains(&year)));
    list
}

/// Hours of Ramadan before the next Idul Fitri that the program knows of, from Monday to Friday. The month is bound to the
/// sight of the moon: whoever takes it over sets its days.
pub fn ramadan(today: Date) -> OverrideDecl {
    let feast = HolidayListDecl::indonesia()
        .days
        .into_iter()
        .filter(|day| {
            day.kind == HolidayKind::National && day.name.get("en").starts_with("Eid al-Fitr") && !day.name.get("en").contains("Second")
        })
        .filter_map(|day| day.date.parse::<Date>().ok())
        .find(|date| *date > today);
    let feast = feast.unwrap_or(today);
    let day = || vec!["08:00-15:00".to_string()];
    OverrideDecl {
        name: Label::new("Jam Ramadan", "Ramadan hours"),
        from: feast.saturating_sub(30.days()).to_string(),
        to: Some(feast.saturating_sub(1.day()).to_string()),
        closed: false,
        week: WeekDecl { mon: day(), tue: day(), wed: day(), thu: day(), fri: day(), ..WeekDecl::default() },
        also_on_holidays: false,
    }
}

fn year_of(date: &str) -> Option<i16> {
    date.get(..4)?.parse().ok()
}
