//! Writing: authorise → normalise → validate → rules → one transaction of rows, roll-ups, history,
//! timeline and search.

mod act;
mod between;
mod condition;
mod draft;
mod exact;
mod fill;
mod formula;
pub(crate) mod fresh;
mod keep;
mod load;
mod once;
mod open;
mod remove;
mod rollup;
mod save;
mod sound;
mod stage;
mod tell;
mod trace;
mod undo;
mod words;

pub(crate) use between::DEEPEST;
pub(crate) use formula::{Expression, check_condition, formula_number, is_condition_true};
pub use formula::{FormulaFault, Formulas};
pub(crate) use once::KEPT_HOURS;
pub use once::{Answer, Once};
pub(crate) use sound::known_names;
pub(crate) use trace::diff;
pub(crate) use trace::subjects;
pub use words::search_terms;
pub(crate) use words::{search_entry, searched};

use crate::behaviour::{Behaviour, Draft, Origin};
use crate::ctx::Ctx;
use crate::people;
use crate::rights::{Access, Rights};
use crate::{Engine, Result};
use akrab_model::filter::{Env, Is, Test};
use akrab_model::object::FieldRight;
use akrab_model::value::ParseEnv;
use akrab_model::{Cond, FieldIx, Object, ObjectIx, Problem, Query, Raw, Record, RecordId, Registry, Value};
use akrab_store::{Bin, Conn};
use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// One transaction with the rights of its context. Reading and writing verbs hang on it; what a
/// verb calls on the same `Tx` belongs to the same transaction.
pub struct Tx<'a> {
    pub conn: &'a mut Conn,
    pub engine: Engine,
    pub ctx: Ctx,
    pub registry: Arc<Registry>,
    pub rights: Rights,
    /// In a transaction that writes.
    pub(crate) writing: bool,
    /// Shared with what runs in the same transaction under other rights.
    pub(crate) effects: Arc<Effects>,
    /// What is written was not asked of anybody, as when the form of values is mended: nothing becomes fresh by it.
    pub(crate) unasked: bool,
    /// Ids of the history entries written so far, for whoever may want to undo them.
    pub(crate) changes: Vec<i64>,
    /// Facts found out in this transaction that need not be asked for again.
    pub(crate) known: Arc<Mutex<Known>>,
}

/// More records than this are not looked at for one question.
const MOST_AMONG: usize = 20_000;

/// What one transaction has learnt.
#[derive(Default)]
pub(crate) struct Known {
    /// Records that exist; with `true` those the actor may also see.
    pub targets: HashSet<(ObjectIx, RecordId, bool)>,
    /// Unique values that nobody in the database has: (object, field, comparable value).
    pub free: HashSet<(ObjectIx, FieldIx, Raw)>,
    /// Answers to [`Tx::find_by`] asked for beforehand: field → comparable value → the oldest record.
    pub found: HashMap<(ObjectIx, FieldIx), HashMap<Raw, Option<RecordId>>>,
    /// Whether anybody was erased who would be recognised.
    pub erased: Option<bool>,
    /// Whether anybody was erased at all.
    pub gone: Option<bool>,
    /// Titles already read, none where the actor may not see the record; only in transactions that read.
    pub titles: HashMap<(ObjectIx, RecordId), Option<String>>,
    /// Calendars as they count now, by key.
    pub calendars: HashMap<String, Arc<akrab_model::calendar::Calendar>>,
    /// Living records the actor was seen to see; only in transactions that read.
    pub seen: HashSet<(ObjectIx, RecordId)>,
    /// What the actor reaches; only in transactions that read.
    pub reach: HashMap<(ObjectIx, Access), crate::read::Reach>,
}

/// What has to be told to the rest of the program once the transaction is committed.
#[derive(Default)]
pub(crate) struct Effects {
    people: AtomicBool,
    queued: AtomicBool,
    told: AtomicBool,
    flows: AtomicBool,
    erased: AtomicBool,
}

impl Effects {
    /// Users, teams or roles were changed.
    pub fn people_changed(&self) {
        self.people.store(true, Ordering::Relaxed);
    }
    /// A job was queued.
    pub fn queued(&self) {
        self.queued.store(true, Ordering::Relaxed);
    }
    /// Something was written for those who listen.
    pub fn told(&self) {
        self.told.store(true, Ordering::Relaxed);
    }
    /// Runs of flows have begun or may go on.
    pub fn flows_go(&self) {
        self.flows.store(true, Ordering::Relaxed);
    }
    /// Somebody was erased: files and the list of the erased follow.
    pub fn erased(&self) {
        self.erased.store(true, Ordering::Relaxed);
    }
    fn take_in(&self, other: &Effects) {
        self.erased.fetch_or(other.erased.load(Ordering::Relaxed), Ordering::Relaxed);
        self.flows.fetch_or(other.flows.load(Ordering::Relaxed), Ordering::Relaxed);
        self.people.fetch_or(other.people.load(Ordering::Relaxed), Ordering::Relaxed);
        self.queued.fetch_or(other.queued.load(Ordering::Relaxed), Ordering::Relaxed);
        self.told.fetch_or(other.told.load(Ordering::Relaxed), Ordering::Relaxed);
    }
}

/// What a committed transaction means for the rest of the program.
pub(crate) struct Finished {
    pub people: bool,
    pub queued: bool,
    pub told: bool,
    pub flows: bool,
    pub erased: bool,
}

impl<'a> Tx<'a> {
    pub(crate) fn new(conn: &'a mut Conn, engine: Engine, ctx: Ctx) -> Self {
        let registry = ctx.registry().clone();
        let rights = Rights::new(registry.clone(), &ctx);
        Tx {
            conn,
            engine,
            ctx,
            registry,
            rights,
            writing: false,
            effects: Arc::default(),
            unasked: false,
            changes: Vec::new(),
            known: Arc::default(),
        }
    }

    /// The same transaction with the program's own rights. What it changes is told in the name of whoever acts.
    pub fn as_system(&mut self, reason: &'static str) -> Tx<'_> {
        let mut ctx = self.engine.system(reason, self.ctx.door);
        ctx.now = self.ctx.now.clone();
        ctx.request = self.ctx.request.clone();
        ctx.world = self.ctx.world.clone();
        ctx.behalf = self.ctx.author();
        ctx.cause.clone_from(&self.ctx.cause);
        self.acting(ctx)
    }

    /// The same transaction with the rights of another context.
    pub(crate) fn acting(&mut self, ctx: Ctx) -> Tx<'_> {
        let rights = Rights::new(self.registry.clone(), &ctx);
        // what is made under other rights is not followed here
        self.known().found.clear();
        Tx {
            conn: self.conn,
            engine: self.engine.clone(),
            ctx,
            registry: self.registry.clone(),
            rights,
            writing: self.writing,
            effects: self.effects.clone(),
            unasked: self.unasked,
            changes: Vec::new(),
            known: Arc::default(),
        }
    }

    /// The object by key or plural.
    ///
    /// # Errors
    /// `not_found`.
    pub fn object(&self, name: &str) -> Result<Arc<Object>> {
        self.registry.object(name).or_else(|| self.registry.by_plural(name)).cloned().ok_or_else(Problem::not_found)
    }

    pub(crate) fn finish(self) -> Result<Finished> {
        let people = self.effects.people.load(Ordering::Relaxed);
        if people {
            people::bump(self.conn)?;
        }
        let on = |effect: &AtomicBool| effect.load(Ordering::Relaxed);
        Ok(Finished {
            people,
            queued: on(&self.effects.queued),
            told: on(&self.effects.told),
            flows: on(&self.effects.flows),
            erased: on(&self.effects.erased),
        })
    }

    /// Runs `f` so that its failure undoes only what `f` did.
    ///
    /// # Errors
    /// What `f` answers.
    pub(crate) fn attempt<T>(&mut self, f: impl FnOnce(&mut Tx) -> Result<T>) -> Result<T> {
        let (engine, ctx, registry, rights) = (self.engine.clone(), self.ctx.clone(), self.registry.clone(), self.rights.clone());
        let known = self.known.clone();
        let done = self.conn.attempt(|conn| -> Result<_> {
            let mut tx = Tx {
                conn,
                engine,
                ctx,
                registry,
                rights,
                writing: self.writing,
                effects: Arc::default(),
                unasked: self.unasked,
                changes: Vec::new(),
                known,
            };
            let value = f(&mut tx)?;
            Ok((value, tx.effects, tx.changes))
        });
        let (value, effects, changes) = done?;
        self.effects.take_in(&effects);
        self.changes.extend(changes);
        Ok(value)
    }

    /// Runs `f` with the objects as they are to be after this transaction.
    ///
    /// # Errors
    /// What `f` answers.
    pub(crate) fn in_world<T>(&mut self, world: Arc<crate::World>, f: impl FnOnce(&mut Tx) -> Result<T>) -> Result<T> {
        let ctx = Ctx { world, ..self.ctx.clone() };
        let mut tx = Tx::new(self.conn, self.engine.clone(), ctx);
        (tx.writing, tx.effects) = (self.writing, self.effects.clone());
        let value = f(&mut tx)?;
        let changes = std::mem::take(&mut tx.changes);
        self.changes.extend(changes);
        Ok(value)
    }

    /// Runs `f` so that all it reads is of one moment.
    ///
    /// # Errors
    /// What `f` answers.
    pub(crate) fn one_moment<T>(&mut self, f: impl FnOnce(&mut Tx) -> Result<T>) -> Result<T> {
        let (engine, ctx) = (self.engine.clone(), self.ctx.clone());
        self.conn.one_moment(|conn| f(&mut Tx::new(conn, engine, ctx)))
    }

    /// The moment and person filters are bound to.
    pub fn env(&self) -> Env {
        let person = self.ctx.person();
        Env { now: self.ctx.now.clone(), me: person.map(|p| p.id), team: person.map(|p| p.team_members.clone()).unwrap_or_default() }
    }

    pub fn parse_env(&self) -> ParseEnv {
        self.ctx.parse_env(&self.engine.settings())
    }

    pub(crate) fn behaviours(&self, object: &str) -> Vec<Arc<dyn Behaviour>> {
        self.engine.inner.behaviours.iter().filter(|b| b.object() == object).cloned().collect()
    }

    /// Loads a record for change: locked, whole, unseen is `not_found`, seen but not permitted is `forbidden`.
    pub(crate) fn load_for(&mut self, object: &Arc<Object>, id: RecordId, access: Access, bin: Bin) -> Result<Record> {
        self.conn.lock(object, id)?;
        let columns: Vec<_> = object.columns().map(|(ix, _)| ix).collect();
        let seen = self.rights.cond(object, Access::Read);
        let registry = self.registry.clone();
        let row = self.conn.row(&registry, object, id, &columns, &seen, bin)?.ok_or_else(Problem::not_found)?;
        let mut record = crate::read::record_of(object, &columns, row);
        if access != Access::Read {
            if !self.may(object, access, id)? {
                return Err(Problem::forbidden());
            }
            self.check_locked(object, &[id])?;
        }
        self.load_links(object, std::slice::from_mut(&mut record))?;
        Ok(record)
    }

    /// As [`Tx::load_for`], several living records at once, in the order of `ids`, none twice.
    pub(crate) fn load_all_for(&mut self, object: &Arc<Object>, ids: &[RecordId], access: Access) -> Result<Vec<Record>> {
        self.conn.lock_all(object, ids)?;
        let columns: Vec<_> = object.columns().map(|(ix, _)| ix).collect();
        let seen = self.rights.cond(object, Access::Read);
        let registry = self.registry.clone();
        let rows = self.conn.rows(&registry, object, ids, &columns, &seen)?;
        if rows.len() != ids.len() || rows.iter().any(|row| row.deleted_at.is_some()) {
            return Err(Problem::not_found());
        }
        let may = self.may_among(object, access, ids)?;
        if ids.iter().any(|id| !may.contains(id)) {
            return Err(Problem::forbidden());
        }
        self.check_locked(object, ids)?;
        let mut records: Vec<Record> = rows.into_iter().map(|row| crate::read::record_of(object, &columns, row)).collect();
        self.load_links(object, &mut records)?;
        Ok(records)
    }

    /// From here on what is done is told as coming from there.
    pub(crate) fn stand_for(&mut self, origin: &Origin) {
        self.ctx.request.clone_from(&origin.request);
        self.ctx.cause.clone_from(&origin.cause);
    }

    /// As [`Tx::stand_for`], for a draft among several.
    pub(crate) fn stand_for_draft(&mut self, draft: &Draft) {
        if let Some(origin) = &draft.origin {
            self.stand_for(origin);
        }
    }

    /// Whether the actor may do this to a record, living or not.
    ///
    /// # Errors
    /// What the database answers.
    pub fn may(&mut self, object: &Object, access: Access, id: RecordId) -> Result<bool> {
        Ok(self.may_among(object, access, &[id])?.contains(&id))
    }

    /// To which of these records the actor may do this.
    ///
    /// # Errors
    /// What the database answers.
    pub fn may_among(&mut self, object: &Object, access: Access, ids: &[RecordId]) -> Result<HashSet<RecordId>> {
        match self.rights.cond(object, access) {
            Cond::True => Ok(ids.iter().copied().collect()),
            Cond::False => Ok(HashSet::new()),
            cond => {
                let registry = self.registry.clone();
                Ok(self.conn.rows(&registry, object, ids, &[], &cond)?.into_iter().map(|row| row.id).collect())
            }
        }
    }

    /// Until the change is committed nobody else is alone with `what`: who asks for it waits, and then sees
    /// what was done. For rules that look at several records.
    ///
    /// # Errors
    /// `busy` when the wait is too long.
    pub fn alone(&mut self, what: &str) -> Result<()> {
        Ok(self.conn.alone(what)?)
    }

    /// The oldest living record whose `field` is `value`, among those the actor may see; none by a field that is
    /// hidden from him, which could be guessed otherwise.
    ///
    /// # Errors
    /// `not_found` for an unknown object or field, and what the database answers.
    pub fn find_by(&mut self, object: &str, field: &str, value: &Value) -> Result<Option<RecordId>> {
        let object = self.object(object)?;
        let by = object.field_ix(field).ok_or_else(Problem::not_found)?;
        if self.rights.field(&object, by) == FieldRight::Hidden {
            return Ok(None);
        }
        let value = object.at(by).comparable(value.to_raw());
        if let Some(found) = self.known().found.get(&(object.ix, by)).and_then(|known| known.get(&value)) {
            return Ok(*found);
        }
        let test = Cond::Test(Test { path: Vec::new(), object: object.ix, field: by, is: Is::Eq(value.clone()) });
        let cond = test.and(self.rights.cond(&object, Access::Read));
        let registry = self.registry.clone();
        if let Some(found) = self.conn.ids_after(&registry, &object, &cond, 0, 1)?.first() {
            return Ok(Some(*found));
        }
        match crate::twin::names_one(&object, by) {
            true => self.former(&object, by, &value),
            false => Ok(None),
        }
    }

    /// Asks in one question what [`Tx::find_by`] will be asked for each of `values`; it remembers the answers
    /// until records with such values are made or changed.
    ///
    /// # Errors
    /// As [`Tx::find_by`].
    pub fn foresee(&mut self, object: &str, field: &str, values: impl IntoIterator<Item = Value>) -> Result<()> {
        let object = self.object(object)?;
        let by = object.field_ix(field).ok_or_else(Problem::not_found)?;
        if self.rights.field(&object, by) == FieldRight::Hidden {
            return Ok(());
        }
        let values: HashSet<Raw> = values.into_iter().map(|v| object.at(by).comparable(v.to_raw())).collect();
        let mut known: HashMap<Raw, Option<RecordId>> = values.iter().map(|v| (v.clone(), None)).collect();
        let rows = self.among(&object, by, values.into_iter().collect(), vec![by])?;
        if rows.len() == MOST_AMONG {
            return Ok(());
        }
        for (id, cells) in rows {
            let Some(cell) = cells.into_iter().next() else { continue };
            let oldest = known.entry(object.at(by).comparable(cell)).or_default();
            *oldest = Some(oldest.map_or(id, |before| before.min(id)));
        }
        let seen: Vec<RecordId> = known.values().flatten().copied().collect();
        let mut facts = self.known();
        facts.targets.extend(seen.into_iter().flat_map(|id| [(object.ix, id, false), (object.ix, id, true)]));
        facts.found.insert((object.ix, by), known);
        Ok(())
    }

    /// Living records whose `by` is one of `values`, as far as the actor may see them: (id, `columns`);
    /// no more than [`MOST_AMONG`].
    ///
    /// # Errors
    /// What the database answers.
    pub(crate) fn among(
        &mut self,
        object: &Arc<Object>,
        by: FieldIx,
        values: Vec<Raw>,
        columns: Vec<FieldIx>,
    ) -> Result<Vec<(RecordId, Vec<Raw>)>> {
        if values.is_empty() {
            return Ok(Vec::new());
        }
        let values: Vec<Raw> = values.into_iter().map(|v| object.at(by).comparable(v)).collect::<BTreeSet<_>>().into_iter().collect();
        let test = Cond::Test(Test { path: Vec::new(), object: object.ix, field: by, is: Is::In(values.clone()) });
        let cond = test.and(self.rights.cond(object, Access::Read));
        let query = Query {
            object: object.ix,
            columns: columns.clone(),
            cond,
            sort: Vec::new(),
            limit: MOST_AMONG,
            after: None,
            bin: false,
            titles: Vec::new(),
        };
        let registry = self.registry.clone();
        let mut found: Vec<_> = self.conn.select(&registry, &query)?.rows.into_iter().map(|row| (row.id, row.cells)).collect();
        self.among_former(object, by, &values, &columns, &mut found)?;
        Ok(found)
    }

    /// Answers given by [`Tx::foresee`] that these drafts may have made untrue are forgotten.
    pub(crate) fn unforesee(&self, object: &Object, drafts: &[Draft]) {
        let mut known = self.known();
        for ((of, field), found) in &mut known.found {
            if *of != object.ix {
                continue;
            }
            let field = object.at(*field);
            for draft in drafts {
                let before = draft.before.as_ref().map(|record| record.raw(&field.key));
                for value in before.into_iter().chain([draft.after.raw(&field.key)]) {
                    found.remove(&field.comparable(value));
                }
            }
        }
    }

    pub(crate) fn known(&self) -> MutexGuard<'_, Known> {
        // what was learnt stays true even if whoever learnt it panicked
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A record with all its fields whatever the actor may see; for rules and verbs.
    ///
    /// # Errors
    /// What the database answers.
    pub fn find(&mut self, object: &str, id: RecordId) -> Result<Option<Record>> {
        Ok(self.find_all(object, &[id])?.pop())
    }

    /// As [`Tx::find`], those that there are of several.
    pub(crate) fn find_all(&mut self, object: &str, ids: &[RecordId]) -> Result<Vec<Record>> {
        let mut found = self.find_kept(object, ids)?;
        found.retain(|record| record.deleted_at.is_none());
        Ok(found)
    }

    /// As [`Tx::find_all`], with what lies in the bin or went into another record.
    pub(crate) fn find_kept(&mut self, object: &str, ids: &[RecordId]) -> Result<Vec<Record>> {
        let object = self.object(object)?;
        let columns: Vec<_> = object.columns().map(|(ix, _)| ix).collect();
        let registry = self.registry.clone();
        let rows = self.conn.rows(&registry, &object, ids, &columns, &Cond::True)?;
        Ok(rows.into_iter().map(|row| crate::read::record_of(&object, &columns, row)).collect())
    }
}
