//! What time triggers: schedules, and dates of records. Each planned moment feeds its records once, whoever looks.

use super::live::Ready;
use super::{DateUnit, Rhythm, Trigger};
use crate::calendar::{Calendar, USUAL};
use crate::{Door, Engine, Result, Tx};
use akrab_model::FieldType;
use akrab_model::filter::{Filter, Op};
use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp, ToSpan, Zoned};
use std::sync::Arc;

/// A moment missed by longer than this is left out.
const LATE: i64 = 24 * 3_600 * 1_000_000;
/// Days a working day is looked for in.
const FAR: i64 = 800;
/// For distances in hours: how far behind now it is looked at most, so that what changes late is not late for long.
const BEHIND: i64 = 10 * 60 * 1_000_000;

impl Engine {
    /// Feeds what has come due by time since the last look; says how many flows that were.
    ///
    /// # Errors
    /// What the database answers.
    pub async fn pass_flows(&self) -> Result<usize> {
        let flows = self.flows();
        let timed = flows.standing.iter().filter(|s| !s.row.gone && !s.row.paused);
        let timed: Vec<Arc<Ready>> = timed.filter_map(|s| s.ready.clone()).filter(|ready| ready.flow.trigger.is_of_time()).collect();
        let mut fed = 0;
        for ready in timed {
            let ctx = self.system("flows", Door::Flow);
            let looked = ready.clone();
            let Some(planned) = self.read(&ctx, move |tx| tx.flow_planned(&looked)).await? else { continue };
            fed += usize::from(self.write(&ctx, move |tx| tx.flow_feed(&ready, &planned)).await?);
        }
        Ok(fed)
    }
}

/// What is to be fed.
struct Planned {
    at: i64,
    /// Which records, besides the flow's condition.
    filter: Option<Filter>,
    /// There are none: only how far it was looked is written.
    none: bool,
}

impl Tx<'_> {
    fn flow_feed(&mut self, ready: &Ready, planned: &Planned) -> Result<bool> {
        if !self.conn.flow_mark(ready.id, planned.at)? || planned.none || self.ctx.micros() - planned.at >= LATE {
            return Ok(false);
        }
        let filter = planned.filter.as_ref().map(|filter| filter.to_json().to_string());
        let added = self.conn.flow_feed_add(ready.id, ready.version, planned.at, filter.as_deref())?;
        self.effects.flows_go();
        Ok(added)
    }

    /// The last planned moment that has passed, if nobody fed it before.
    fn flow_planned(&mut self, ready: &Ready) -> Result<Option<Planned>> {
        let mark = self.conn.flow(&ready.key)?.map_or(i64::MAX, |row| row.mark);
        let now = self.engine.now();
        let planned = match &ready.flow.trigger {
            Trigger::Schedule { rhythm, day, at, calendar } => {
                let calendar = (*rhythm == Rhythm::WorkingDays).then(|| self.calendar(calendar.as_deref().unwrap_or(USUAL))).transpose()?;
                let fits = |date: Date| match rhythm {
                    Rhythm::Daily => true,
                    Rhythm::WorkingDays => calendar.as_ref().is_some_and(|c| c.is_working_day(date)),
                    Rhythm::Weekly => date.weekday().to_monday_zero_offset() == *day,
                    Rhythm::Monthly => date.day() == *day,
                };
                last(&now, at.time(), fits).map(|(moment, _)| Planned { at: moment, filter: None, none: false })
            }
            Trigger::Date { field, offset, unit: DateUnit::Hours, .. } => return self.flow_window(ready, field, *offset, mark, &now),
            Trigger::Date { field, offset, unit, at, calendar } => {
                let Some((moment, day)) = last(&now, at.time(), |_| true) else { return Ok(None) };
                let days = match unit {
                    DateUnit::WorkingDays => {
                        let calendar = self.calendar(calendar.as_deref().unwrap_or(USUAL))?;
                        working(&calendar, day, *offset)
                    }
                    _ => day.checked_sub(offset.days()).into_iter().collect(),
                };
                let kind = self.registry.object(&ready.flow.object).and_then(|o| o.field(field)).map(|f| f.kind);
                let filter = on_days(field, kind == Some(FieldType::DateTime), &days, &now);
                Some(Planned { at: moment, none: days.is_empty(), filter: Some(filter) })
            }
            _ => None,
        };
        Ok(planned.filter(|planned| planned.at > mark))
    }

    /// For distances in hours: the records whose moment lies between the last look and now.
    fn flow_window(&mut self, ready: &Ready, field: &str, offset: i64, mark: i64, now: &Zoned) -> Result<Option<Planned>> {
        let at = now.timestamp().as_microsecond();
        let back = SignedDuration::from_hours(-offset);
        let moved = |micros: i64| Timestamp::from_microsecond(micros).ok().and_then(|t| t.checked_add(back).ok()).map(|t| t.to_string());
        let (Some(from), Some(to)) = (moved(mark), moved(at)) else { return Ok(None) };
        let filter = Filter::All(vec![Filter::test(field, Op::Gt, from), Filter::test(field, Op::Lte, to)]);
        let Some(object) = self.registry.object(&ready.flow.object).cloned() else { return Ok(None) };
        let registry = self.registry.clone();
        let mut cond = filter.bind(&registry, &object, &self.env(), &self.rights.clone())?;
        if let Some(when) = &ready.when {
            cond = cond.and(when.bind(&registry, &object, &self.env(), &self.rights.clone())?);
        }
        let some = !self.conn.ids_after(&registry, &object, &cond, 0, 1)?.is_empty();
        let planned = Planned { at, filter: Some(filter), none: !some };
        Ok((some || at - mark > BEHIND).then_some(planned))
    }
}

/// The last moment not after now at this time of a day that fits.
fn last(now: &Zoned, at: jiff::civil::Time, fits: impl Fn(Date) -> bool) -> Option<(i64, Date)> {
    (0..=62).find_map(|back| {
        let day = now.date().checked_sub(i64::from(back).days()).ok().filter(|day| fits(*day))?;
        let moment = day.to_datetime(at).to_zoned(now.time_zone().clone()).ok().filter(|moment| moment <= now)?;
        Some((moment.timestamp().as_microsecond(), day))
    })
}

/// The days that lie so many working days before (a distance above zero) or behind `day`. On a day off nothing is due; days
/// off between two working days belong to the one before them.
fn working(calendar: &Calendar, day: Date, offset: i64) -> Vec<Date> {
    if offset == 0 {
        return vec![day];
    }
    if !calendar.is_working_day(day) {
        return Vec::new();
    }
    let mut found = Vec::new();
    let mut counted = 0;
    let mut at = day;
    for _ in 0..FAR {
        // after a date the day itself is the last one counted, before it the first
        counted += i64::from(calendar.is_working_day(at));
        let Ok(next) = at.checked_add(if offset > 0 { (-1).days() } else { 1.days() }) else { break };
        if counted > offset.abs() {
            break;
        }
        if counted == offset.abs() {
            found.push(next);
        }
        at = next;
    }
    found
}

/// Records whose field lies on one of these days.
fn on_days(field: &str, timed: bool, days: &[Date], now: &Zoned) -> Filter {
    if !timed {
        return Filter::test(field, Op::In, days.iter().map(Date::to_string).collect::<Vec<_>>());
    }
    let start = |day: Date| day.to_zoned(now.time_zone().clone()).map(|z| z.timestamp().to_string()).unwrap_or_default();
    let within = |day: &Date| {
        let next = day.tomorrow().unwrap_or(*day);
        Filter::All(vec![Filter::test(field, Op::Gte, start(*day)), Filter::test(field, Op::Lt, start(next))])
    };
    Filter::Any(days.iter().map(within).collect())
}
