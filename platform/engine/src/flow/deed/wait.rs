//! Waiting: for time to pass, for a date, for something to hold.

use super::{At, Next, Took};
use crate::calendar::{Clocks, Moved};
use crate::flow::live::{Ready, is_about_itself};
use crate::flow::turn::fate;
use crate::flow::{LogRow, RunRow};
use crate::{Result, Tx};
use akrab_model::flow::{Deed, Else, Lapse, Place, Until};
use akrab_model::{Filter, Value};
use jiff::{Timestamp, Zoned};
use serde_json::{Value as Json, json};

/// Runs read at once when their clocks are worked out anew.
const CLOCKS: usize = 1_000;
/// What depends on more than the record itself is looked at again after so long, in microseconds.
const LOOK_AGAIN: i64 = 15 * 60 * 1_000_000;

impl Tx<'_> {
    pub(super) fn flow_wait(&mut self, at: &At<'_>, until: &Until) -> Result<Took> {
        let now = self.ctx.micros();
        // what the step has remembered since it began to wait
        let kept: Json = at.run.data.as_deref().and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default();
        let begun = kept["until"].as_i64();
        let since = kept["from"].as_i64().unwrap_or(now);
        let end = match begun {
            Some(end) => end,
            None => self.wait_end(at, until)?.as_microsecond(),
        };
        let (passed, moment) = (now >= end, json!(Timestamp::from_microsecond(end).unwrap_or(Timestamp::UNIX_EPOCH).to_string()));
        let wait = |due: i64, listens: bool| Took {
            next: Next::Wait { until: due, listens, data: json!({ "until": end, "from": since }).to_string(), tell: begun.is_none() },
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
            true => Some(self.calendar_once(lapse.calendar.as_deref().unwrap_or(crate::calendar::USUAL))?),
            false => None,
        };
        Ok(lapse.after(from, calendar.as_deref())?)
    }

    /// Waits that are counted in working time, by the calendars as they are now; those that moved are told in their logs.
    pub(crate) fn flow_clocks(&mut self, clocks: &mut Clocks) -> Result<Vec<Moved>> {
        let flows = self.engine.flows();
        let mut moved = Vec::new();
        for standing in flows.standing.iter().filter(|standing| !standing.row.gone) {
            let mut after = 0;
            loop {
                let runs = self.conn.flow_waiting(standing.row.id, after, CLOCKS)?;
                let Some(last) = runs.last() else { break };
                after = last.id;
                let (mut log, mut stand) = (Vec::new(), Vec::new());
                for run in runs {
                    let Some(ready) = flows.version(run.flow, run.version).cloned() else { continue };
                    let Some((run, one)) = self.flow_clock(clocks, run, &ready)? else { continue };
                    log.push(LogRow {
                        run: run.id,
                        seq: run.seq,
                        step: run.step.clone().unwrap_or_default(),
                        at: self.ctx.micros(),
                        state: fate::WAITS,
                        input: Some(json!({ "until": one.to.to_string(), "before": one.from.to_string() }).to_string()),
                        result: None,
                    });
                    stand.push(run);
                    moved.push(one);
                }
                self.conn.flow_tell(&log)?;
                self.conn.flow_stand(&stand)?;
            }
        }
        Ok(moved)
    }

    fn flow_clock(&mut self, clocks: &mut Clocks, mut run: RunRow, ready: &Ready) -> Result<Option<(RunRow, Moved)>> {
        let place: Place = run.place.as_deref().and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default();
        let Some(Deed::Wait(until)) = place.step(&ready.flow).map(|step| &step.deed) else { return Ok(None) };
        let lapse = match until {
            Until::Passed { lapse } | Until::Holds { most: lapse, .. } | Until::Date { lapse: Some(lapse), .. } => lapse,
            Until::Date { lapse: None, .. } => return Ok(None),
        };
        let kept: Json = run.data.as_deref().and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default();
        let (Some(end), Some(since)) = (kept["until"].as_i64(), kept["from"].as_i64()) else { return Ok(None) };
        if !lapse.unit.is_working() || !clocks.touches(end) {
            return Ok(None);
        }
        let zone = self.ctx.now.time_zone().clone();
        let from: Option<Zoned> = match until {
            Until::Date { field, .. } => {
                let (object, id) = place.child(&ready.flow).unwrap_or((run.object.as_str(), run.record));
                let Some(record) = self.find(object, id)? else { return Ok(None) };
                match self.follow(&record, field)?.map(|(record, field)| record.get(&field.key).clone()) {
                    Some(Value::Time(moment)) => Some(moment.to_zoned(zone)),
                    Some(Value::Date(day)) => day.to_zoned(zone).ok(),
                    _ => None,
                }
            }
            _ => Timestamp::from_microsecond(since).ok().map(|at| at.to_zoned(zone)),
        };
        let calendar = clocks.calendar(self, lapse.calendar.as_deref().unwrap_or(crate::calendar::USUAL));
        let (Some(from), Some(calendar)) = (from, calendar) else { return Ok(None) };
        let new = lapse.after(&from, Some(&calendar))?;
        let old = Timestamp::from_microsecond(end).unwrap_or(Timestamp::UNIX_EPOCH);
        if new == old {
            return Ok(None);
        }
        run.due = if run.due == end { new.as_microsecond() } else { run.due.min(new.as_microsecond()) };
        run.data = Some(json!({ "until": new.as_microsecond(), "from": since }).to_string());
        run.seq += 1;
        let (object, record, name) = (run.object.clone(), run.record, ready.flow.name.clone());
        let moved = Moved { kind: "flow", id: run.id, name, object, record, from: old, to: new };
        Ok(Some((run, moved)))
    }
}
