//! Timelines: what happened around a record. Entries are references; what they tell is read from
//! the source records with the actor's rights, so a correction shows everywhere at once.

use super::ChangeView;
use super::source::News;
use crate::write::Tx;
use crate::{Access, Ctx, Engine, Result};
use akrab_model::{Problem, Record, RecordId};
use akrab_store::{Bin, Entry, TimelineQuery};
use std::collections::{BTreeMap, HashSet};

/// Entries one search looks at before it asks to go on.
const SEARCHED: usize = 12_000;

/// Which part of a timeline is wanted.
#[derive(Debug, Clone, Default)]
pub struct TimelineRequest {
    /// Kinds to show (`call`, `email`, `stage`, `changed` …); all when empty.
    pub kinds: Vec<String>,
    /// Records whose timelines are read along; what several of them tell stands there once.
    pub with: Vec<(String, RecordId)>,
    /// Nothing before this moment.
    pub since: Option<i64>,
    /// `next` of an earlier page.
    pub before: Option<(i64, i64)>,
    /// 50 when 0.
    pub limit: usize,
}

/// A page of a timeline.
#[derive(Debug, Clone, Default)]
pub struct Timeline {
    /// What somebody put on top; only on the first page.
    pub pinned: Vec<Event>,
    /// Open ones (planned, overdue), earliest first, those without a time last; only on the first page.
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

impl Event {
    /// Whether it stands where it was made, for want of a time of its own.
    pub fn is_undated(&self) -> bool {
        self.source.object.decl.timeline.at.as_deref().is_some_and(|key| self.source.get(key).is_null())
    }
}

/// What was told already, of several timelines.
#[derive(Default)]
struct Seen(HashSet<(String, RecordId, Option<i64>)>);

impl Seen {
    fn is_new(&mut self, entry: &Entry) -> bool {
        self.0.insert((entry.source_object.clone(), entry.source_id, entry.change_id))
    }
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
        self.timeline_of(object, id, request, None)
    }

    /// A page of the entries that `wanted` takes, however far back they lie. A page may come out
    /// short of entries and still have a next one: so many are looked at and no more.
    ///
    /// # Errors
    /// As [`Engine::timeline`].
    pub fn timeline_where(
        &mut self,
        object: &str,
        id: RecordId,
        request: &TimelineRequest,
        wanted: &dyn Fn(&Event) -> bool,
    ) -> Result<Timeline> {
        self.timeline_of(object, id, request, Some(wanted))
    }

    fn timeline_of(
        &mut self,
        object: &str,
        id: RecordId,
        request: &TimelineRequest,
        wanted: Option<&dyn Fn(&Event) -> bool>,
    ) -> Result<Timeline> {
        let object = self.object(object)?;
        self.must_see(&object, id, Bin::Any)?;
        let limit = if request.limit == 0 { 50 } else { request.limit.min(200) };
        let query = |open: bool, before, limit| TimelineQuery {
            kinds: request.kinds.clone(),
            open: Some(open),
            since: request.since.filter(|_| !open),
            before,
            limit,
        };
        let others = request.with.iter().map(|(object, id)| (object.as_str(), *id));
        let subjects: Vec<(&str, RecordId)> = std::iter::once((object.key.as_str(), id)).chain(others).collect();
        let mut seen = Seen::default();
        let mut timeline = Timeline::default();
        if request.before.is_none() {
            let mut open = self.conn.timelines(&subjects, &query(true, None, 200))?;
            open.retain(|entry| seen.is_new(entry));
            timeline.upcoming = self.events(&open)?;
            timeline.upcoming.reverse();
            // what has no time of its own waits behind what has
            timeline.upcoming.sort_by_key(Event::is_undated);
            timeline.upcoming.retain(|event| wanted.is_none_or(|w| w(event)));
            if wanted.is_none() && request.kinds.is_empty() {
                timeline.pinned = self.pinned(&object.key, id)?;
            }
        }
        // of several records the same may be told on both sides of where a page ends: that moment is looked at again
        let told = request.before.filter(|_| subjects.len() > 1);
        let mut before = told.map_or(request.before, |(at, _)| Some((at, i64::MAX)));
        // entries out of the actor's sight do not shorten the page
        let (batch, mut looked_at) = (if wanted.is_some() { 500 } else { limit }, 0);
        while timeline.events.len() < limit {
            let mut entries = self.conn.timelines(&subjects, &query(false, before, batch))?;
            before = entries.last().filter(|_| entries.len() == batch).map(|e| (e.at, e.id));
            looked_at += entries.len();
            if subjects.len() > 1 {
                entries.retain(|entry| seen.is_new(entry) && told.is_none_or(|told| (entry.at, entry.id) < told));
            }
            timeline.events.extend(self.events(&entries)?.into_iter().filter(|event| wanted.is_none_or(|w| w(event))));
            if before.is_none() || looked_at >= SEARCHED {
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

    /// What stands on top of a timeline and the actor may read.
    fn pinned(&mut self, object: &str, id: RecordId) -> Result<Vec<Event>> {
        let pins = self.conn.pins((object, id))?;
        let mut found = Vec::new();
        for (source_object, source_id) in pins {
            let entry = self.conn.timeline_told((object, id), (&source_object, source_id))?;
            found.extend(entry.filter(|e| !e.open));
        }
        self.events(&found)
    }

    /// Puts an entry on top of a record's timeline for everybody, or takes it down.
    ///
    /// # Errors
    /// `not_found` for a record or an entry out of sight, `forbidden` for who may not edit the record.
    pub fn pin_entry(&mut self, object: &str, id: RecordId, source: (&str, RecordId), on: bool) -> Result<()> {
        let object = self.object(object)?;
        self.load_for(&object, id, Access::Edit, Bin::Living)?;
        let source_object = self.object(source.0)?;
        let source = (source_object.key.as_str(), source.1);
        if !on {
            return Ok(self.conn.pin_drop((&object.key, id), source)?);
        }
        self.get(source.0, source.1)?;
        self.conn.timeline_told((&object.key, id), source)?.ok_or_else(Problem::not_found)?;
        let at = self.ctx.micros();
        Ok(self.conn.pin_put((&object.key, id), source, at)?)
    }

    /// How many entries of each kind the actor finds in a record's timeline. Changes of fields hidden
    /// from him count with the rest where his role hides any.
    ///
    /// # Errors
    /// `not_found` when the record is out of sight.
    pub fn timeline_counts(&mut self, object: &str, id: RecordId) -> Result<Vec<(String, u64)>> {
        self.timeline_counts_with(object, id, &[])
    }

    /// As [`Tx::timeline_counts`], with the timelines of others read along: what several of them tell counts once.
    ///
    /// # Errors
    /// `not_found` when the record is out of sight.
    pub fn timeline_counts_with(&mut self, object: &str, id: RecordId, with: &[(String, RecordId)]) -> Result<Vec<(String, u64)>> {
        let object = self.object(object)?;
        self.must_see(&object, id, Bin::Any)?;
        let registry = self.registry.clone();
        let others = with.iter().map(|(object, id)| (object.as_str(), *id));
        let subjects: Vec<(&str, RecordId)> = std::iter::once((object.key.as_str(), id)).chain(others).collect();
        let own = |o: &akrab_model::Object| subjects.iter().any(|(key, _)| *key == o.key);
        let telling = registry.objects().filter(|o| own(o) || !o.decl.timeline.on.is_empty());
        let reach: Vec<String> = telling.map(|o| format!("{:?}", self.rights.cond(o, Access::Read))).collect();
        self.figure(format!("timeline {subjects:?} {reach:?}"), |tx| {
            let mut counts: BTreeMap<String, u64> = BTreeMap::new();
            for source in tx.conn.timeline_sources(&subjects)? {
                let Ok(source) = tx.object(&source) else { continue };
                let cond = tx.rights.cond(&source, Access::Read);
                for (kind, n) in tx.conn.timeline_counts(&registry, &subjects, &source, &cond)? {
                    *counts.entry(kind).or_default() += n;
                }
            }
            Ok((counts.values().sum(), counts.into_iter().collect::<Vec<_>>()))
        })
    }

    fn events(&mut self, entries: &[Entry]) -> Result<Vec<Event>> {
        let wanted: Vec<(&str, RecordId)> = entries.iter().map(|entry| (entry.source_object.as_str(), entry.source_id)).collect();
        let mut sources = self.readable_sources(&wanted, true)?;
        // a record in the bin still tells of itself, and so does one that went into another
        let own = |object: &str, id| entries.iter().any(|e| e.subject_object == object && e.subject_id == id);
        sources.retain(|(object, id), record| record.deleted_at.is_none_or(|at| at < 0) || own(object, *id));
        let changes = self.changes_told(entries.iter().filter_map(|entry| entry.change_id))?;
        let mut events = Vec::new();
        for entry in entries {
            let Some(source) = sources.get(&(entry.source_object.clone(), entry.source_id)) else { continue };
            let Some(News { change }) = self.news(source, entry.change_id, &changes)? else { continue };
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
