//! Waiting: for time to pass, for a date, for something to hold.

use super::{At, Next, Took};
use crate::flow::live::is_about_itself;
use crate::{Result, Tx};
use akrab_model::flow::{Else, Lapse, Until};
use akrab_model::{Filter, Value};
use jiff::{Timestamp, Zoned};
use serde_json::{Value as Json, json};

/// What depends on more than the record itself is looked at again after so long, in microseconds.
const LOOK_AGAIN: i64 = 15 * 60 * 1_000_000;

impl Tx<'_> {
    pub(super) fn flow_wait(&mut self, at: &At<'_>, until: &Until) -> Result<Took> {
        let now = self.ctx.micros();
        // what the step has remembered since it began to wait
        let begun: Option<i64> = at.run.data.as_deref().and_then(|text| serde_json::from_str::<Json>(text).ok()?["until"].as_i64());
        let end = match begun {
            Some(end) => end,
            None => self.wait_end(at, until)?.as_microsecond(),
        };
        let (passed, moment) = (now >= end, json!(Timestamp::from_microsecond(end).unwrap_or(Timestamp::UNIX_EPOCH).to_string()));
        let wait = |due: i64, listens: bool| Took {
            next: Next::Wait { until: due, listens, data: json!({ "until": end }).to_string(), tell: begun.is_none() },
            ..Took::told(json!({ "until": moment }), Json::Null)
        };
        let over = |result: Json| Took::told(json!({ "until": moment }), result);
        let Until::Holds { when, otherwise, .. } = until else {
            return Ok(if passed || at.trial { over(json!({ "waited": begun.is_some() })) } else { wait(end, false) });
        };
        if self.holds(&at.record.object, &at.record, when)? {
            return Ok(over(json!({ "held": true })));
        }
        if passed || at.trial {
            let next = if *otherwise == Else::End { Next::End } else { Next::Pass };
            return Ok(Took { next, ..over(json!({ "held": false })) });
        }
        let alone = is_about_itself(&Filter::from_json(when)?);
        Ok(wait(if alone { end } else { end.min(now + LOOK_AGAIN) }, true))
    }

    /// When the waiting is over at the latest.
    fn wait_end(&mut self, at: &At<'_>, until: &Until) -> Result<Timestamp> {
        let now = self.ctx.now.clone();
        match until {
            Until::Passed { lapse } | Until::Holds { most: lapse, .. } => self.flow_moment(lapse, &now),
            Until::Date { field, lapse } => {
                let from: Option<Zoned> = match self.flow_path(at, field)? {
                    Some((_, Value::Time(moment))) => Some(moment.to_zoned(now.time_zone().clone())),
                    Some((_, Value::Date(day))) => day.to_zoned(now.time_zone().clone()).ok(),
                    _ => None,
                };
                let Some(from) = from else { return Ok(now.timestamp()) };
                match lapse {
                    Some(lapse) => self.flow_moment(lapse, &from),
                    None => Ok(from.timestamp()),
                }
            }
        }
    }

    /// The moment so long after another.
    pub(in crate::flow) fn flow_moment(&mut self, lapse: &Lapse, from: &Zoned) -> Result<Timestamp> {
        let calendar = match lapse.unit.is_working() {
            true => Some(self.calendar(lapse.calendar.as_deref().unwrap_or(crate::calendar::USUAL))?),
            false => None,
        };
        Ok(lapse.after(from, calendar.as_ref())?)
    }
}
