//! What a contact policy promises: the order of the reasons, hours where the recipient is, caps that look back.

use super::*;
use crate::calendar::{WIB, WIT, WeekDecl, find_zone};
use jiff::civil::date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;

fn at(text: &str) -> Timestamp {
    text.parse().expect("a moment")
}

fn facts(zone: &str, sends: Sends<'static>) -> Facts<'static> {
    Facts {
        do_not_contact: false,
        consent: Consent::Given,
        do_not_call: false,
        suppressed: false,
        zone: find_zone(zone).expect("a zone"),
        sends,
        attempts: 0,
        until: None,
        over_budget: false,
    }
}

fn offers() -> PolicyDecl {
    let day = || vec!["08:00-18:00".to_string()];
    let week = WeekDecl { mon: day(), tue: day(), wed: day(), thu: day(), fri: day(), sat: day(), ..WeekDecl::default() };
    let frequency = Some(FrequencyDecl { most: 2, days: 7, mode: Mode::Defer });
    PolicyDecl {
        needs_consent: true,
        calls: true,
        week,
        not_on_holidays: true,
        quiet: Some("12:00-13:00".into()),
        attempts: Some(3),
        frequency,
        ..PolicyDecl::default()
    }
}

fn policy() -> Policy {
    offers().compile([date(2026, 8, 17)]).expect("a policy")
}

/// Everything against it at once, taken away one by one, leaves the reasons in their order.
#[test]
fn the_first_reason_is_told() {
    let sends: Vec<Timestamp> = vec![at("2026-08-16T03:00:00Z"), at("2026-08-16T04:00:00Z")];
    // a holiday, at night
    let night = at("2026-08-17T15:00:00Z");
    let day = at("2026-08-18T03:00:00Z");
    let mut told = Vec::new();
    let mut facts = Facts {
        do_not_contact: true,
        consent: Consent::Withdrawn,
        do_not_call: true,
        suppressed: true,
        sends: &sends,
        attempts: 3,
        until: Some(at("2026-08-01T00:00:00Z")),
        over_budget: true,
        ..facts(WIB, &[])
    };
    let reason = |decision: Decision| match decision {
        Decision::Refused { reason } | Decision::Deferred { reason, .. } => Some(reason),
        Decision::Allowed => None,
    };
    let policy = policy();
    told.extend(reason(policy.decide(&facts, night)));
    facts.do_not_contact = false;
    told.extend(reason(policy.decide(&facts, night)));
    facts.consent = Consent::Unsaid;
    told.extend(reason(policy.decide(&facts, night)));
    facts.consent = Consent::Given;
    told.extend(reason(policy.decide(&facts, night)));
    facts.do_not_call = false;
    told.extend(reason(policy.decide(&facts, night)));
    facts.suppressed = false;
    told.extend(reason(policy.decide(&facts, night)));
    told.extend(reason(policy.decide(&facts, at("2026-08-18T15:00:00Z"))));
    told.extend(reason(policy.decide(&facts, at("2026-08-18T05:30:00Z"))));
    told.extend(reason(policy.decide(&facts, day)));
    facts.attempts = 0;
    told.extend(reason(policy.decide(&facts, day)));
    facts.sends = &[];
    told.extend(reason(policy.decide(&facts, day)));
    facts.until = None;
    told.extend(reason(policy.decide(&facts, day)));
    facts.over_budget = false;
    assert_eq!(policy.decide(&facts, day), Decision::Allowed);
    use Reason::*;
    let all = [
        DoNotContact,
        ConsentWithdrawn,
        NoConsent,
        DoNotCall,
        SuppressedAddress,
        PublicHoliday,
        OutsideHours,
        QuietHours,
        AttemptCap,
        FrequencyCap,
        WindowClosed,
        OverBudget,
    ];
    assert_eq!(told, all);
    assert!(told.is_sorted());
}

#[test]
fn hours_are_the_recipients_own() {
    let policy = policy();
    // 07:30 in Jakarta, 09:30 in Jayapura
    let early = at("2026-08-18T00:30:00Z");
    assert_eq!(policy.decide(&facts(WIT, &[]), early), Decision::Allowed);
    let until = at("2026-08-18T01:00:00Z");
    assert_eq!(policy.decide(&facts(WIB, &[]), early), Decision::Deferred { reason: Reason::OutsideHours, until });
    // Saturday evening: Sunday is closed and Monday a holiday
    let late = at("2026-08-15T12:00:00Z");
    assert_eq!(
        policy.decide(&facts(WIB, &[]), late),
        Decision::Deferred { reason: Reason::OutsideHours, until: at("2026-08-18T01:00:00Z") }
    );
}

#[test]
fn what_belongs_to_an_order_is_not_capped() {
    let service =
        PolicyDecl { transactional: true, frequency: Some(FrequencyDecl { most: 1, days: 1, mode: Mode::Skip }), ..PolicyDecl::default() };
    let policy = service.compile([]).expect("a policy");
    let now = at("2026-08-18T15:00:00Z");
    let sends = [now];
    let facts = Facts { consent: Consent::Unsaid, sends: &sends, ..facts(WIB, &[]) };
    assert_eq!(policy.decide(&facts, now), Decision::Allowed);
    let withdrawn = Facts { consent: Consent::Withdrawn, ..facts.clone() };
    assert_eq!(policy.decide(&withdrawn, now), Decision::Refused { reason: Reason::ConsentWithdrawn });
    assert_eq!(policy.looks_back(now), None);
}

#[test]
fn presets_are_sound_and_say_where_they_come_from() {
    for preset in presets() {
        assert!(!preset.source.is_empty() && preset.source_date.parse::<jiff::civil::Date>().is_ok());
        for purpose in &preset.purposes {
            for (channel, policy) in &purpose.policies {
                assert!(policy.compile([]).is_ok(), "{} {channel}", purpose.key);
            }
        }
    }
    assert_eq!(zone_of_province("papua barat"), Some("Asia/Jayapura"));
    assert_eq!(zone_of_province("Bali"), Some("Asia/Makassar"));
    assert_eq!(zone_of_province("Jawa Barat"), Some("Asia/Jakarta"));
    assert_eq!(zone_of_province("Bayern"), None);
    assert!(offers().compile([]).is_ok());
    let faulty =
        PolicyDecl { quiet: Some("noon".into()), frequency: Some(FrequencyDecl { most: 0, days: 7, mode: Mode::Skip }), ..offers() };
    assert_eq!(faulty.compile([]).expect_err("faults").len(), 2);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    /// However sends are asked for, no window of the cap ever holds more than it allows, and a deferred one goes as early as
    /// it may: a moment before it would have been one too many.
    #[test]
    fn no_window_holds_more_than_the_cap(asks in proptest::collection::vec(0i64..4_000, 1..60), most in 1u32..4, days in 1u32..6) {
        let decl = PolicyDecl { frequency: Some(FrequencyDecl { most, days, mode: Mode::Defer }), ..PolicyDecl::default() };
        let policy = decl.compile([]).expect("a policy");
        let begin = at("2026-08-18T00:00:00Z");
        let window = SignedDuration::from_hours(i64::from(days) * 24);
        let mut sends: Vec<Timestamp> = Vec::new();
        let mut now = begin;
        for minutes in asks {
            now = now.checked_add(SignedDuration::from_mins(minutes)).expect("a moment");
            let facts = Facts { zone: TimeZone::UTC, sends: &sends, ..facts(WIB, &[]) };
            let fits = |at: Timestamp| sends.iter().filter(|s| **s > at.checked_sub(window).expect("a moment") && **s <= at).count() < most as usize;
            match policy.decide(&facts, now) {
                Decision::Allowed => {
                    prop_assert!(fits(now));
                    sends.push(now);
                }
                Decision::Deferred { reason, until } => {
                    prop_assert_eq!(reason, Reason::FrequencyCap);
                    prop_assert!(!fits(now) && until > now && fits(until));
                    prop_assert!(!fits(until.checked_sub(SignedDuration::from_micros(1)).expect("a moment")));
                    now = until;
                    sends.push(now);
                }
                Decision::Refused { reason } => prop_assert!(false, "{reason:?}"),
            }
        }
    }
}

/// What is put off is put off to the first quarter of an hour that is allowed: no earlier one is, wherever clocks change.
#[test]
fn the_next_time_is_the_first_one_allowed() {
    let whole = || vec!["00:00-24:00".to_string()];
    let plain = PolicyDecl { week: WeekDecl { sat: vec!["22:07-03:10".into()], ..WeekDecl::default() }, ..PolicyDecl::default() };
    let rest = PolicyDecl { quiet: Some("20:00-08:00".into()), ..PolicyDecl::default() };
    let never =
        PolicyDecl { week: WeekDecl { mon: whole(), ..WeekDecl::default() }, quiet: Some("00:00-24:00".into()), ..PolicyDecl::default() };
    let off = (1..=20).map(|day| date(2026, 8, day));
    for decl in [offers(), plain, rest, never] {
        let policy = decl.compile(off.clone()).expect("a policy");
        for zone in [WIB, WIT, "Europe/Berlin", "Asia/Kathmandu"] {
            let facts = facts(zone, &[]);
            for n in 0..400_i64 {
                let now = at("2026-03-27T00:00:00Z") + SignedDuration::from_mins(n * 673);
                let until = match policy.decide(&facts, now) {
                    Decision::Allowed => continue,
                    Decision::Deferred { until, .. } => Some(until),
                    Decision::Refused { .. } => None,
                };
                let first = now.as_second().div_euclid(900) + 1;
                let quarters = (first..first + 31 * 96).map(|n| Timestamp::from_second(n * 900).expect("a moment"));
                let found = quarters.into_iter().find(|at| policy.decide(&facts, *at) == Decision::Allowed);
                assert_eq!(until, found, "{zone} {now} {decl:?}");
            }
        }
    }
}
