//! Bulk loading of sound records: sample data and generators.
//!
//! Leaner than [`Tx::create`]: no rights, behaviours, gates or link checks, of which each costs a
//! query per record, and roll-ups once at the end ([`Engine::roll_up_all`]) instead of once per
//! child. Rows, numbers, formulas, history, timeline and search are written as by any other change.

use super::Tx;
use crate::behaviour::Draft;
use crate::{Ctx, Engine, Result};
use akrab_model::filter::{Env, Filter};
use akrab_model::query::{Aggregate, AggregateFn};
use akrab_model::{Cond, FieldIx, Object, Problem, Raw, Record, RecordId, Value};
use akrab_store::NewRow;
use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

/// Parents whose roll-ups are written in one transaction.
const PARENTS: usize = 5_000;

impl Tx<'_> {
    /// Writes whole records as they are. `created_at` and `created_by` of a record are kept, so
    /// that a history can be told afterwards.
    ///
    /// # Errors
    /// `forbidden` for anybody but the program itself; what the database answers.
    pub fn load(&mut self, object: &Arc<Object>, records: Vec<Record>) -> Result<Vec<RecordId>> {
        if self.ctx.person().is_some() {
            return Err(Problem::forbidden());
        }
        let now = Value::Time(self.ctx.now.timestamp());
        let mut drafts: Vec<Draft> =
            records.into_iter().map(|after| Draft { object: object.clone(), before: None, after, given: HashSet::new() }).collect();
        self.number(object, &mut drafts)?;
        let formulas = self.engine.inner.formulas.load_full();
        for draft in &mut drafts {
            if draft.get("created_at").is_null() {
                draft.set("created_at", now.clone());
            }
            for (key, from) in [("updated_at", "created_at"), ("updated_by", "created_by")] {
                let value = draft.get(from).clone();
                draft.set(key, value);
            }
            for field in &object.fields {
                if let Some(none) = super::rollup::of_no_children(field) {
                    draft.after.set(&field.key, none);
                }
            }
            formulas.apply(object, &mut draft.after);
        }
        let rows: Vec<NewRow> = drafts
            .iter()
            .map(|draft| {
                let cells = object.columns().map(|(ix, field)| (ix, draft.after.raw(&field.key)));
                NewRow { id: None, cells: cells.filter(|(_, cell)| !cell.is_null()).collect() }
            })
            .collect();
        let registry = self.registry.clone();
        let ids = self.conn.insert(&registry, object, &rows)?;
        for (draft, id) in drafts.iter_mut().zip(&ids) {
            draft.after.id = *id;
            draft.after.version = 1;
            self.keep_links(object, draft, *id)?;
        }
        self.tell_loaded(object, &drafts)?;
        if object.decl.searchable {
            let entries: Vec<_> = drafts.iter().map(|d| super::search_entry(object, &d.after)).collect();
            self.conn.search_put(&entries)?;
        }
        self.note_people(object);
        Ok(ids)
    }

    fn tell_loaded(&mut self, object: &Object, drafts: &[Draft]) -> Result<()> {
        let mut changes = Vec::with_capacity(drafts.len());
        let mut entries = Vec::with_capacity(drafts.len() * 3);
        for draft in drafts {
            let mut change = self.change(object, draft.after.id, "create", "{}".into());
            if let Value::Time(at) = draft.get("created_at") {
                change.at = at.as_microsecond();
            }
            change.actor = draft.after.link("created_by");
            changes.push(change);
            if !object.is_system() {
                entries.push(self.entry(object, &draft.after, (&object.key, draft.after.id), "created"));
                self.fan_out(object, &draft.after, &mut entries);
            }
        }
        self.conn.add_changes(&changes)?;
        Ok(self.conn.timeline_put(&entries)?)
    }

    /// One roll-up of every parent: the stored figure by parent id.
    fn figures(&mut self, parent: &Object, field: FieldIx) -> Result<BTreeMap<RecordId, Raw>> {
        let registry = self.registry.clone();
        let Some(decl) = &parent.at(field).rollup else { return Ok(BTreeMap::new()) };
        let Some(child) = registry.object(&decl.of) else { return Ok(BTreeMap::new()) };
        let Some(via) = child.field_ix(&decl.via) else { return Ok(BTreeMap::new()) };
        let env = Env { now: self.ctx.now.clone(), me: None, team: Vec::new() };
        let cond = match &decl.filter {
            Some(json) => Filter::from_json(json)?.bind(&registry, child, &env, &self.rights.clone())?,
            None => Cond::True,
        };
        let of = decl.field.as_deref().and_then(|key| child.field_ix(key));
        let wanted = match decl.function {
            AggregateFn::Count => Vec::new(),
            function => vec![Aggregate { function, field: of }],
        };
        let groups = self.conn.groups(&registry, child, &cond, via, None, 0, &wanted, i32::MAX as usize)?;
        let figure = |group: akrab_model::query::Group| {
            let figure = group.figures.into_iter().next().unwrap_or(Raw::Int(group.count as i64));
            Some((group.key.int()?, figure))
        };
        Ok(groups.into_iter().filter_map(figure).collect())
    }

    /// Writes figures of these parents, with the formulas that build on them.
    fn keep_figures(&mut self, parent: &Arc<Object>, figures: &BTreeMap<RecordId, Vec<(FieldIx, Raw)>>) -> Result<()> {
        let registry = self.registry.clone();
        let formulas = self.engine.inner.formulas.load_full();
        let columns: Vec<FieldIx> = parent.columns().map(|(ix, _)| ix).collect();
        let mut derived: BTreeMap<RecordId, Vec<(FieldIx, Raw)>> = BTreeMap::new();
        if formulas.has(&parent.key) {
            let ids: Vec<RecordId> = figures.keys().copied().collect();
            for part in ids.chunks(500) {
                for row in self.conn.rows(&registry, parent, part, &columns, &Cond::True)? {
                    let mut record = crate::read::record_of(parent, &columns, &row);
                    for (ix, figure) in &figures[&row.id] {
                        let field = parent.at(*ix);
                        record.set(&field.key, Value::from_raw(field.kind, figure));
                    }
                    formulas.apply(parent, &mut record);
                    let cells = parent.columns().filter(|(_, f)| f.formula.is_some()).map(|(ix, f)| (ix, record.raw(&f.key)));
                    derived.insert(row.id, cells.collect());
                }
            }
        }
        for (id, cells) in figures {
            let mut cells = cells.clone();
            cells.extend(derived.remove(id).into_iter().flatten());
            self.conn.set_cells(&registry, parent, *id, &cells)?;
        }
        Ok(())
    }
}

impl Engine {
    /// Works out every roll-up of an object anew, as bulk loading needs it: one grouped query per
    /// roll-up, whatever the number of parents.
    ///
    /// # Errors
    /// `forbidden` for anybody but the program itself; what the database answers.
    pub async fn roll_up_all(&self, ctx: &Ctx, object: &str) -> Result<()> {
        if ctx.person().is_some() {
            return Err(Problem::forbidden());
        }
        let object = self.object(object)?;
        let mut all: BTreeMap<RecordId, Vec<(FieldIx, Raw)>> = BTreeMap::new();
        for (ix, _) in object.columns().filter(|(_, f)| f.rollup.is_some()) {
            let parent = object.clone();
            for (id, figure) in self.read(ctx, move |tx| tx.figures(&parent, ix)).await? {
                all.entry(id).or_default().push((ix, figure));
            }
        }
        while !all.is_empty() {
            let rest = all.keys().nth(PARENTS).copied().map(|id| all.split_off(&id)).unwrap_or_default();
            let (part, parent) = (Arc::new(std::mem::replace(&mut all, rest)), object.clone());
            self.write(ctx, move |tx| tx.keep_figures(&parent, &part)).await?;
        }
        Ok(())
    }
}
