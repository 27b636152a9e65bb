//! What stands in a window of days: calendars of any object.

use super::ListRequest;
use crate::write::Tx;
use crate::{Ctx, Engine, Result};
use akrab_model::filter::Op;
use akrab_model::object::{CalendarDecl, FieldRight};
use akrab_model::{Field, FieldProblem, FieldType, Filter, Object, Problem, Record, RecordId, Value};
use jiff::civil::Date;
use jiff::{Timestamp, ToSpan};
use serde_json::{Value as Json, json};
use std::sync::Arc;

/// Entries of a window at most.
pub const MOST_ENTRIES: usize = 500;
/// Longest window, in days.
pub const MOST_DAYS: i32 = 400;
/// Links read with each record.
const LINKS: usize = 2;
/// Rows read at once.
const PAGE: usize = 200;

/// What a calendar shall show.
#[derive(Debug, Clone)]
pub struct AgendaRequest {
    /// Key or plural of the object.
    pub object: String,
    pub filter: Option<Filter>,
    /// Words searched for.
    pub q: Option<String>,
    pub calendar: CalendarDecl,
    /// First day, and the day after the last, in the asker's time zone.
    pub from: Date,
    pub to: Date,
}

/// The records of a window, in order of time.
#[derive(Debug, Clone)]
pub struct Agenda {
    pub object: Arc<Object>,
    pub entries: Vec<Entry>,
    /// There are more than are shown.
    pub more: bool,
    /// What tells records apart, all there is of it, in its own order: key and words in both languages.
    pub kinds: Vec<(String, akrab_model::Label)>,
}

/// A record in a calendar.
#[derive(Debug, Clone)]
pub struct Entry {
    pub record: Record,
    pub start: Moment,
    /// The last day, or the moment it ends.
    pub end: Option<Moment>,
    /// Place among [`Agenda::kinds`].
    pub kind: Option<usize>,
    /// The asker may put it elsewhere; and make it longer or shorter.
    pub movable: bool,
    pub resizable: bool,
    /// What was due is done.
    pub done: bool,
}

/// A day, or a moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Moment {
    Day(Date),
    At(Timestamp),
}

impl Engine {
    /// The records that stand in a window of days.
    ///
    /// # Errors
    /// As [`Engine::list`]; `invalid` for fields that are no dates, and for a window that is none or too long.
    pub async fn agenda(&self, ctx: &Ctx, request: AgendaRequest) -> Result<Agenda> {
        self.read(ctx, move |tx| tx.agenda(&request)).await
    }
}

impl Tx<'_> {
    /// As [`Engine::agenda`].
    ///
    /// # Errors
    /// As [`Engine::agenda`].
    pub fn agenda(&mut self, request: &AgendaRequest) -> Result<Agenda> {
        let object = self.object(&request.object)?;
        let days = request.from.until(request.to).map_or(0, |span| span.get_days());
        if !(1..=MOST_DAYS).contains(&days) {
            return Err(Problem::invalid(vec![FieldProblem::new("to", "calendar_window").with("max", MOST_DAYS)]));
        }
        let fields = self.calendar_fields(&object, &request.calendar)?;
        let mut rows: Vec<Record> = Vec::new();
        let mut editable = std::collections::HashSet::new();
        let mut more = false;
        for (within, sort) in self.windows(&fields, request)? {
            let (found, may, rest) = self.window(&object, request, &fields, within, sort)?;
            more |= rest;
            editable.extend(may);
            rows.extend(found);
        }
        let kinds = match fields.colour {
            Some(field) => self.calendar_kinds(&object, field)?,
            None => Vec::new(),
        };
        let may = |field: &Field| {
            field.writable() && object.field_ix(&field.key).is_some_and(|ix| self.rights.field(&object, ix) == FieldRight::Edit)
        };
        let (moves, resizes) = (may(fields.start), fields.end.is_some_and(may));
        // an end that cannot be moved along holds its beginning
        let moves = moves && fields.end.is_none_or(|end| end.kind == FieldType::Duration || may(end));
        let done = object.decl.timeline.done.as_deref();
        let mut entries: Vec<Entry> = rows
            .into_iter()
            .filter_map(|record| {
                let start = moment(record.get(&fields.start.key))?;
                let end = fields.end.and_then(|field| end(start, record.get(&field.key)));
                let key = fields.colour.map(|field| key_of(record.get(&field.key)));
                let mine = editable.contains(&record.id) && !self.ctx.read_only;
                Some(Entry {
                    kind: key.and_then(|key| kinds.iter().position(|(known, _)| *known == key)),
                    movable: moves && mine,
                    resizable: resizes && mine,
                    done: done.is_some_and(|key| !matches!(record.get(key), Value::Null)),
                    start,
                    end,
                    record,
                })
            })
            .filter(|entry| self.stands_in(entry, request.from))
            .collect();
        entries.sort_by_key(|entry| (self.instant(entry.start), entry.record.id));
        more |= entries.len() > MOST_ENTRIES;
        entries.truncate(MOST_ENTRIES);
        Ok(Agenda { object, entries, more, kinds })
    }

    /// Whether a calendar of the actor's may go by these fields.
    pub fn calendar_fits(&self, object: &Object, calendar: &CalendarDecl) -> bool {
        self.calendar_fields(object, calendar).is_ok()
    }

    /// Checks that a calendar may go by these fields, and that the actor may read them.
    ///
    /// # Errors
    /// `invalid` with the entry at fault.
    pub(crate) fn calendar_fields<'o>(&self, object: &'o Object, calendar: &CalendarDecl) -> Result<Fields<'o>> {
        use FieldType::{Choice, Date, DateTime, Duration, Stage};
        let field = |entry: &str, key: &str, fits: &dyn Fn(FieldType) -> bool| -> Result<&'o Field> {
            let field = object.at(self.readable_field(object, key, entry)?);
            let fits = field.is_column() && fits(field.kind);
            if fits { Ok(field) } else { Err(Problem::invalid(vec![FieldProblem::new(entry, "wrong_type").with("field", key)])) }
        };
        let maybe = |entry: &str, key: &Option<String>, fits: &dyn Fn(FieldType) -> bool| {
            key.as_deref().map(|key| field(entry, key, fits)).transpose()
        };
        let start = field("start", &calendar.start, &|kind| matches!(kind, Date | DateTime))?;
        Ok(Fields {
            start,
            // a day has no hours that something could take
            end: maybe("end", &calendar.end, &|kind| matches!(kind, Date | DateTime) || kind == Duration && start.kind == DateTime)?,
            title: maybe("title", &calendar.title, &|_| true)?,
            colour: maybe("colour", &calendar.colour, &|kind| matches!(kind, Choice | Stage))?,
        })
    }

    /// What is asked for: what begins in the window, and what began before it and reaches into it.
    fn windows(&self, fields: &Fields, request: &AgendaRequest) -> Result<Vec<(Filter, String)>> {
        let at = |field: &Field, day: Date| -> Result<Json> {
            Ok(match field.kind {
                FieldType::Date => json!(day.to_string()),
                _ => json!(self.midnight(day)?.to_string()),
            })
        };
        let start = fields.start;
        let test = |field: &Field, op, value| Filter::test(&field.key, op, value);
        let lasts = fields.end.is_some_and(|f| f.kind == FieldType::Duration);
        // what lasts some hours may have begun the day before
        let first = if lasts { request.from.yesterday().unwrap_or(request.from) } else { request.from };
        let inside = Filter::All(vec![test(start, Op::Gte, at(start, first)?), test(start, Op::Lt, at(start, request.to)?)]);
        let mut windows = vec![(inside, start.key.clone())];
        if let Some(end) = fields.end.filter(|_| !lasts) {
            let over = vec![test(start, Op::Lt, at(start, request.from)?), test(end, Op::Gte, at(end, request.from)?)];
            windows.push((Filter::All(over), end.key.clone()));
        }
        Ok(windows)
    }

    #[allow(clippy::type_complexity, reason = "what a list answers")]
    fn window(
        &mut self,
        object: &Arc<Object>,
        request: &AgendaRequest,
        fields: &Fields,
        within: Filter,
        sort: String,
    ) -> Result<(Vec<Record>, std::collections::HashSet<RecordId>, bool)> {
        let named = [Some(fields.start), fields.end, fields.title, fields.colour].into_iter().flatten().map(|f| f.key.clone());
        let seen = |key: &String| object.field_ix(key).is_some_and(|ix| self.rights.field(object, ix) > FieldRight::Hidden);
        let beside = object.subtitle.iter().map(|ix| object.at(*ix).key.clone()).chain(object.decl.timeline.done.clone());
        // whom it is about: the first links
        let links = object.fields.iter().filter(|f| f.kind == FieldType::Link && !f.system && !f.hidden && f.key != "owner");
        let beside = beside.chain([object.title_field().key.clone()]).chain(links.take(LINKS).map(|f| f.key.clone())).filter(seen);
        let mut columns: Vec<String> = named.chain(beside).collect();
        columns.sort();
        columns.dedup();
        let filter = match &request.filter {
            Some(own) => Filter::All(vec![own.clone(), within]),
            None => within,
        };
        let mut ask = ListRequest {
            object: object.key.clone(),
            filter: Some(filter),
            q: request.q.clone(),
            sort: vec![sort],
            columns,
            limit: PAGE,
            after: None,
            bin: false,
            editable: true,
        };
        let (mut found, mut editable) = (Vec::new(), std::collections::HashSet::new());
        loop {
            let page = self.list(&ask)?;
            found.extend(page.records);
            editable.extend(page.editable);
            match page.next {
                Some(_) if found.len() > MOST_ENTRIES => return Ok((found, editable, true)),
                Some(next) => ask.after = Some(next),
                None => return Ok((found, editable, false)),
            }
        }
    }

    fn midnight(&self, day: Date) -> Result<Timestamp> {
        let zoned = day.to_zoned(self.ctx.now.time_zone().clone());
        zoned
            .map(|at| at.timestamp())
            .map_err(|_| Problem::invalid(vec![FieldProblem::new("from", "calendar_window").with("max", MOST_DAYS)]))
    }

    /// The instant a day begins or a moment is, to put them in order.
    fn instant(&self, moment: Moment) -> Timestamp {
        match moment {
            Moment::Day(day) => self.midnight(day).unwrap_or(Timestamp::MIN),
            Moment::At(at) => at,
        }
    }

    /// Whether an entry has not ended before the window begins.
    fn stands_in(&self, entry: &Entry, from: Date) -> bool {
        let day = |moment| match moment {
            Moment::Day(day) => day,
            Moment::At(at) => at.to_zoned(self.ctx.now.time_zone().clone()).date(),
        };
        let ends = match entry.end {
            // what ends at midnight does not reach into the day
            Some(Moment::At(at)) if self.instant(entry.start) < at => day(Moment::At(at.checked_sub(1.microsecond()).unwrap_or(at))),
            Some(end) => day(end),
            None => day(entry.start),
        };
        ends.max(day(entry.start)) >= from
    }

    /// What tells records apart by this field.
    fn calendar_kinds(&mut self, object: &Object, field: &Field) -> Result<Vec<(String, akrab_model::Label)>> {
        if field.kind == FieldType::Choice {
            return Ok(field.choices.iter().map(|choice| (choice.key.clone(), choice.label.clone())).collect());
        }
        let mut kinds = Vec::new();
        for pipeline in self.pipelines_of(&object.key)? {
            for stage in self.stages(pipeline)? {
                kinds.push((stage.id.to_string(), akrab_model::Label::new(stage.title(), stage.title())));
            }
        }
        Ok(kinds)
    }
}

/// The fields of a calendar, found.
pub(crate) struct Fields<'o> {
    pub start: &'o Field,
    pub end: Option<&'o Field>,
    pub title: Option<&'o Field>,
    pub colour: Option<&'o Field>,
}

fn moment(value: &Value) -> Option<Moment> {
    match value {
        Value::Date(day) => Some(Moment::Day(*day)),
        Value::Time(at) => Some(Moment::At(*at)),
        _ => None,
    }
}

/// When something ends that begins then: at its end, or after as many minutes as it takes. Nothing ends before it begins.
fn end(start: Moment, value: &Value) -> Option<Moment> {
    match (start, value) {
        (Moment::At(at), Value::Int(minutes)) if *minutes > 0 => at.checked_add((*minutes).minutes()).ok().map(Moment::At),
        (Moment::At(from), Value::Time(at)) => (*at > from).then_some(Moment::At(*at)),
        (Moment::Day(from), Value::Date(day)) => (*day >= from).then_some(Moment::Day(*day)),
        (_, value) => moment(value),
    }
}

fn key_of(value: &Value) -> String {
    match value {
        Value::Text(key) => key.clone(),
        other => other.int().map(|id| id.to_string()).unwrap_or_default(),
    }
}
