//! News that find people where they are: by mail, within the hours they chose, and reminders of what is due.

mod mail;
mod remind;

pub use mail::NoticeMail;
pub use remind::Remind;

pub(crate) use mail::is_due as is_mail_due;
pub(crate) use remind::is_due as is_reminder_due;

use crate::{Door, Engine, Person};
use jiff::{Timestamp, ToSpan, Zoned};
use std::sync::Arc;

/// When somebody gets news by mail.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum MailNews {
    /// A few minutes after news of the kinds he chose, unless he has read of it by then.
    #[default]
    Soon,
    /// Everything unread, in the morning.
    Daily,
    Never,
}

impl MailNews {
    /// By its key in the user's record.
    pub fn of(key: Option<&str>) -> Self {
        match key {
            Some("daily") => MailNews::Daily,
            Some("never") => MailNews::Never,
            _ => MailNews::Soon,
        }
    }
    /// Its key in the user's record.
    pub fn key(self) -> &'static str {
        match self {
            MailNews::Soon => "soon",
            MailNews::Daily => "daily",
            MailNews::Never => "never",
        }
    }
}

/// The hour of the morning digest, and of reminders of what is planned for a day.
const MORNING: i8 = 7;

/// Kinds of news as people choose them for their mail: message key `mail-kind-<kind>`.
pub const KINDS: [&str; 11] = ["mention", "assigned", "due", "shared", "said", "approval", "policy", "written", "entry", "changed", "done"];
/// What comes by mail soon until somebody chooses otherwise.
const USUAL_KINDS: [&str; 8] = ["mention", "assigned", "due", "shared", "said", "approval", "policy", "written"];

/// The kinds in a person's record; the usual ones until he has chosen.
pub(crate) fn kinds_of(chosen: &akrab_model::Value) -> Vec<&'static str> {
    let chosen = match chosen {
        akrab_model::Value::Keys(keys) if !keys.is_empty() => keys.iter().map(String::as_str).collect(),
        _ => USUAL_KINDS.to_vec(),
    };
    KINDS.into_iter().filter(|kind| chosen.contains(kind)).collect()
}

/// The kind a piece of news belongs to.
fn kind_of(notice: &str) -> &str {
    notice.split_once('-').map_or(notice, |(kind, _)| kind)
}

/// When a mail of its own about such news goes to a person; none where he wants no mail. What he did not choose to have soon
/// comes in the morning.
pub(crate) fn mail_time(engine: &Engine, person: &Arc<Person>, kind: &str) -> Option<Timestamp> {
    let now = engine.ctx(person, Door::Job, "mail time").now;
    let soon = person.mail_news == MailNews::Soon && person.mail_kinds.contains(&kind);
    let at = match person.mail_news {
        MailNews::Never => return None,
        _ if soon => now,
        _ => next(&now, MORNING).unwrap_or(now),
    };
    Some(quiet_until(&at, person.quiet).unwrap_or(at).timestamp())
}

/// The next moment the clock shows `hour`, after `now`.
fn next(now: &Zoned, hour: i8) -> Option<Zoned> {
    let on = |date: jiff::civil::Date| date.at(hour, 0, 0, 0).to_zoned(now.time_zone().clone()).ok();
    on(now.date()).filter(|at| at > now).or_else(|| on(now.date().checked_add(1.day()).ok()?))
}

/// When the quiet hours end, if it is quiet `now`.
fn quiet_until(now: &Zoned, quiet: Option<(i8, i8)>) -> Option<Zoned> {
    let (from, to) = quiet?;
    let hour = now.hour();
    let within = if from < to { (from..to).contains(&hour) } else { hour >= from || hour < to };
    if within { next(now, to) } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(hour: i8, minute: i8) -> Zoned {
        jiff::civil::date(2026, 11, 19).at(hour, minute, 0, 0).in_tz("Asia/Jakarta").unwrap()
    }

    #[test]
    fn quiet_hours_may_pass_midnight() {
        let until = |hour, quiet| quiet_until(&at(hour, 30), Some(quiet)).map(|z| z.datetime().to_string());
        assert_eq!(until(23, (21, 7)).as_deref(), Some("2026-11-20T07:00:00"));
        assert_eq!(until(3, (21, 7)).as_deref(), Some("2026-11-19T07:00:00"));
        assert_eq!(until(7, (21, 7)), None, "the end does not count");
        assert_eq!(until(12, (12, 13)).as_deref(), Some("2026-11-19T13:00:00"));
        assert_eq!(until(20, (21, 7)), None);
        assert_eq!(quiet_until(&at(3, 0), None), None);
    }

    #[test]
    fn kinds_are_the_usual_ones_until_somebody_chooses() {
        assert_eq!(kinds_of(&akrab_model::Value::Null), USUAL_KINDS);
        let chosen = akrab_model::Value::Keys(vec!["changed".into(), "unknown".into()]);
        assert_eq!(kinds_of(&chosen), ["changed"]);
        assert_eq!((kind_of("approval-asked"), kind_of("due")), ("approval", "due"));
    }

    #[test]
    fn the_morning_is_the_next_one() {
        assert_eq!(next(&at(6, 59), 7).unwrap().datetime().to_string(), "2026-11-19T07:00:00");
        assert_eq!(next(&at(7, 0), 7).unwrap().datetime().to_string(), "2026-11-20T07:00:00");
    }
}
