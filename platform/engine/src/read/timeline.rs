//! Timelines: what happened around a record. Entries are references; what they tell is read from
//! the source records with the actor's rights, so a correction shows everywhere at once.

use super::{ChangeView, record_of};
use crate::write::Tx;
use crate::{Access, Ctx, Engine, Result};
use akrab_model::{FieldIx, Record, RecordId};
use akrab_store::{Bin, Entry, TimelineQuery};
use std::collections::{BTreeMap, HashMap};

/// Which part of a timeline is wanted.
#[derive(Debug, Clone, Default)]
pub struct TimelineRequest {
    /// Kinds to show (`call`, `email`, `stage`, `changed` …); all when empty.
    pub kinds: Vec<String>,
    /// `next` of an earlier page.
    pub before: Option<(i64, i64)>,
    /// 50 when 0.
    pub limit: usize,
}

/// A page of a timeline.
#[derive(Debug, Clone, Default)]
pub struct Timeline {
    /// Open ones (planned, overdue), earliest first; only on the first page.
    pub upcoming: Vec<Event>,
    /// Past ones, newest first.
    pub events: Vec<Event>,
    pub next: Option<(i64, i64)>,
}

/// One entry.
#[derive(Debug, Clone)]
pub struct Event {
    pub id: i64,
    /// Microseconds UTC.
    pub at: i64,
    pub kind: String,
    pub source_object: String,
    /// The record it tells of, with the fields the actor may read.
    pub source: Record,
    pub change: Option<ChangeView>,
}

impl Engine {
    /// # Errors
    /// `not_found` when the record is out of sight.
    pub async fn timeline(&self, ctx: &Ctx, object: &str, id: RecordId, request: TimelineRequest) -> Result<Timeline> {
        let object = object.to_string();
        self.read(ctx, move |tx| tx.timeline(&object, id, &request)).await
    }
}

impl Tx<'_> {
    /// As [`Engine::timeline`].
    ///
    /// # Errors
    /// As [`Engine::timeline`].
    pub fn timeline(&mut self, object: &str, id: RecordId, request: &TimelineRequest) -> Result<Timeline> {
        let object = self.object(object)?;
        let cond = self.rights.cond(&object, Access::Read);
        let registry = self.registry.clone();
        self.conn.row(&registry, &object, id, &[], &cond, Bin::Any)?.ok_or_else(akrab_model::Problem::not_found)?;
        let limit = if request.limit == 0 { 50 } else { request.limit.min(200) };
        let query = |open, before, limit| TimelineQuery { kinds: request.kinds.clone(), open: Some(open), before, limit };
        let mut timeline = Timeline::default();
        if request.before.is_none() {
            let open = self.conn.timeline(&object.key, id, &query(true, None, 100))?;
            timeline.upcoming = self.events(&open)?;
            timeline.upcoming.reverse();
        }
        // entries out of the actor's sight do not shorten the page
        let mut before = request.before;
        while timeline.events.len() < limit {
            let entries = self.conn.timeline(&object.key, id, &query(false, before, limit))?;
            before = entries.last().filter(|_| entries.len() == limit).map(|e| (e.at, e.id));
            timeline.events.extend(self.events(&entries)?);
            if before.is_none() {
                break;
            }
        }
        if timeline.events.len() > limit {
            timeline.events.truncate(limit);
            before = timeline.events.last().map(|e| (e.at, e.id));
        }
        timeline.next = before;
        Ok(timeline)
    }

    fn events(&mut self, entries: &[Entry]) -> Result<Vec<Event>> {
        let mut wanted: BTreeMap<&str, Vec<i64>> = BTreeMap::new();
        for entry in entries {
            wanted.entry(&entry.source_object).or_default().push(entry.source_id);
        }
        let mut sources: HashMap<(String, i64), Record> = HashMap::new();
        for (object, mut ids) in wanted {
            ids.sort_unstable();
            ids.dedup();
            let Ok(object) = self.object(object) else { continue };
            let cond = self.rights.cond(&object, Access::Read);
            let columns: Vec<FieldIx> = self.rights.readable(&object).into_iter().filter(|ix| object.at(*ix).is_column()).collect();
            let registry = self.registry.clone();
            let rows = self.conn.rows(&registry, &object, &ids, &columns, &cond)?;
            let mut records: Vec<Record> = rows.iter().map(|row| record_of(&object, &columns, row)).collect();
            self.load_titles(&object, &mut records)?;
            sources.extend(records.into_iter().map(|r| ((object.key.clone(), r.id), r)));
        }
        let mut events = Vec::new();
        for entry in entries {
            let Some(source) = sources.get(&(entry.source_object.clone(), entry.source_id)) else { continue };
            let change = match entry.change_id {
                Some(id) => match self.conn.change(id)? {
                    Some(change) => Some(self.view(&source.object.clone(), &change)?),
                    None => None,
                },
                None => None,
            };
            // a change of nothing the actor may see is no event for him
            if change.as_ref().is_some_and(|c| c.shifts.is_empty()) {
                continue;
            }
            events.push(Event {
                id: entry.id,
                at: entry.at,
                kind: entry.kind.clone(),
                source_object: entry.source_object.clone(),
                source: source.clone(),
                change,
            });
        }
        Ok(events)
    }
}
