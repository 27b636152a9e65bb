//! Faults in declarations: what is wrong, and where.

use super::{list, over, week};
use crate::Label;
use crate::calendar::{CalendarDecl, HolidayListDecl, Hours};
use indexmap::IndexMap;

fn told(decl: &CalendarDecl, lists: &IndexMap<String, HolidayListDecl>) -> Vec<String> {
    let faults = decl.compile(lists).expect_err("faults");
    faults.iter().map(|fault| format!("{} {}", fault.pointer, fault.code)).collect()
}

fn of_week(hours: &str) -> Vec<String> {
    told(&CalendarDecl { week: week(hours), ..CalendarDecl::default() }, &IndexMap::new())
}

#[test]
fn hours_are_read_as_people_write_them() {
    for (text, shown) in [
        ("08:00-12:00", "08:00-12:00"),
        ("8.00 – 12.00", "08:00-12:00"),
        ("20:00-04:00", "20:00-04:00"),
        ("00:00-24:00", "00:00-24:00"),
        ("22:00-00:00", "22:00-24:00"),
    ] {
        assert_eq!(text.parse::<Hours>().map(|hours| hours.to_string()), Ok(shown.to_string()), "{text}");
    }
    for wrong in
        ["", "08:00", "08:00-08:00", "24:00-02:00", "08:00-25:00", "08:60-09:00", "8-12", "08:00-12:00-13:00", "+8:00-09:00", "08:0-09:00"]
    {
        assert!(wrong.parse::<Hours>().is_err(), "{wrong}");
    }
}

#[test]
fn faults_say_what_and_where() {
    assert_eq!(of_week("mon 08:00-12:00 9-10; tue x"), ["/week/mon/1 calendar_hours", "/week/tue/0 calendar_hours"]);
    assert_eq!(of_week("mon 13:00-17:00 08:00-13:30"), ["/week/mon/0 calendar_hours_overlap"]);
    assert_eq!(of_week("sun 20:00-04:00; mon 13:00-17:00 03:00-12:00"), ["/week/mon/1 calendar_hours_overlap"]);
    assert_eq!(of_week(&format!("mon{}", " 08:00-09:00".repeat(25))), ["/week/mon too_many"]);
    assert_eq!(of_week(""), ["/week calendar_never_opens"]);
}

#[test]
fn every_fault_is_told_at_once() {
    let mut unsaid = over("2026-08-18", "2026-08-19", "");
    unsaid.closed = false;
    let mut both = over("2026-09-01", "2026-09-30", "mon 08:00-09:00");
    both.closed = true;
    let decl = CalendarDecl {
        zone: "Asia/Jakata".into(),
        week: week(super::OFFICE),
        overrides: vec![
            unsaid,
            both,
            over("2026-10-02", "2026-10-01", "mon-sun 08:00-09:00"),
            over("2026-13-01", "besok", "mon 08:00-09:00"),
            over("2026-09-30", "2026-09-30", "wed 08:00-09:00"),
            over("2026-08-22", "2026-08-22", "fri 08:00-09:00"),
        ],
        holidays: vec!["list".into(), "daerah".into()],
    };
    let expected = [
        "/zone unknown_time_zone",
        "/overrides/0/week calendar_override_empty",
        "/overrides/1/closed calendar_override_closed",
        "/overrides/2/to calendar_days_reversed",
        "/overrides/3/from calendar_date",
        "/overrides/3/to calendar_date",
        "/overrides/5/week calendar_override_idle",
        "/overrides/4/from calendar_overrides_overlap",
        "/holidays/0/days/1/date calendar_holiday_twice",
        "/holidays/0/days/2/date calendar_date",
        "/holidays/1 calendar_holiday_list",
    ];
    assert_eq!(told(&decl, &list(&["2026-08-17", "2026-08-17", "17/08/2026"])), expected);
}

#[test]
fn declarations_are_read_and_written_alike() {
    let mut decl = CalendarDecl { week: week(super::OFFICE), holidays: vec!["id".into()], ..CalendarDecl::default() };
    decl.overrides.push(over("2026-02-18", "2026-03-19", "mon-fri 08:00-15:00"));
    decl.overrides[0].name = Label::new("Jam Ramadan", "Ramadan hours");
    let text = serde_json::to_string(&decl).expect("JSON");
    assert_eq!(serde_json::from_str::<CalendarDecl>(&text).expect("the same"), decl);
    let unknown = serde_json::from_str::<CalendarDecl>(r#"{"week": {"senin": ["08:00-12:00"]}}"#).expect_err("an unknown day");
    assert!(unknown.to_string().contains("senin"), "{unknown}");
    let schema = serde_json::to_string(&schemars::schema_for!(CalendarDecl)).expect("a schema");
    assert!(schema.contains("also_on_holidays"));
}
