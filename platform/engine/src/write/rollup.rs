//! Roll-ups: figures over child records, worked out anew in the transaction that changed a child.

use super::Tx;
use crate::Result;
use crate::behaviour::Draft;
use crate::rights::Everything;
use akrab_model::filter::{Env, Filter};
use akrab_model::object::{ObjectIx, RollupDecl};
use akrab_model::query::{Aggregate, AggregateFn};
use akrab_model::{Cond, Field, FieldIx, Object, Raw, Record, Value};
use std::collections::BTreeSet;
use std::sync::Arc;

impl Tx<'_> {
    /// Brings the roll-ups up to date that these changed records feed.
    pub(super) fn feed<'d>(&mut self, child: &Arc<Object>, drafts: impl Iterator<Item = &'d Draft>) -> Result<()> {
        if child.feeds.is_empty() {
            return Ok(());
        }
        let pairs: Vec<(Option<&Record>, &Record)> = drafts.map(|d| (d.before.as_ref(), &d.after)).collect();
        self.feed_parents(child, &pairs)
    }

    pub(crate) fn feed_parents(&mut self, child: &Arc<Object>, records: &[(Option<&Record>, &Record)]) -> Result<()> {
        for (parent, via, fields) in fed(child, |_| true) {
            let parent = self.registry.at(parent).clone();
            let link = &child.at(via).key;
            let mut ids = BTreeSet::new();
            for (before, after) in records {
                ids.extend(before.and_then(|b| b.link(link)));
                ids.extend(after.link(link));
            }
            for id in ids {
                self.roll_up(&parent, &fields, child, via, id)?;
            }
        }
        Ok(())
    }

    /// Works out every roll-up of these records anew.
    pub(crate) fn roll_up_all(&mut self, parent: &Arc<Object>, ids: &[i64]) -> Result<()> {
        let registry = self.registry.clone();
        for child in registry.objects() {
            for (_, via, fields) in fed(child, |of| of == parent.ix) {
                for id in ids {
                    self.roll_up(parent, &fields, child, via, *id)?;
                }
            }
        }
        Ok(())
    }

    /// Roll-ups of one record over the records that link to it through `via`; what counts the record itself follows.
    fn roll_up(&mut self, parent: &Arc<Object>, fields: &[FieldIx], child: &Arc<Object>, via: FieldIx, id: i64) -> Result<()> {
        let registry = self.registry.clone();
        let mut cells = Vec::new();
        let mut waiting: Vec<(FieldIx, &RollupDecl)> =
            fields.iter().filter_map(|ix| Some((*ix, parent.at(*ix).rollup.as_ref()?))).collect();
        // those that count the same records are one question
        while let Some((_, first)) = waiting.first().copied() {
            let (alike, others): (Vec<_>, Vec<_>) = waiting.into_iter().partition(|(_, decl)| decl.filter == first.filter);
            waiting = others;
            let cond = match &first.filter {
                Some(json) => Filter::from_json(json)?.bind(&registry, child, &self.system_env(), &Everything)?,
                None => Cond::True,
            };
            let of = |decl: &RollupDecl| decl.field.as_deref().and_then(|key| child.field_ix(key));
            let wanted: Vec<Aggregate> = alike.iter().map(|(_, decl)| Aggregate { function: decl.function, field: of(decl) }).collect();
            let figures = self.conn.aggregate_children(&registry, child, via, id, &cond, &wanted)?;
            cells.extend(alike.iter().map(|(ix, _)| *ix).zip(figures));
        }
        let counted = !parent.feeds.is_empty();
        if (counted || self.ctx.world.formulas.has(&parent.key))
            && let Some(mut record) = self.find(&parent.key, id)?
        {
            let old = record.clone();
            for (ix, figure) in &cells {
                record.put(*ix, Value::from_raw(parent.at(*ix).kind, figure.clone()));
            }
            self.ctx.world.formulas.apply(parent, &mut record);
            let formulas = parent.columns().filter(|(_, f)| f.formula.is_some());
            cells.extend(formulas.filter(|(ix, _)| old.at(*ix) != record.at(*ix)).map(|(ix, f)| (ix, record.raw(&f.key))));
            self.conn.set_cells(&registry, parent, id, &cells)?;
            let moved = cells.iter().any(|(ix, _)| old.at(*ix) != record.at(*ix));
            return if counted && moved { self.feed_parents(parent, &[(Some(&old), &record)]) } else { Ok(()) };
        }
        self.conn.set_cells(&registry, parent, id, &cells)?;
        Ok(())
    }

    pub(super) fn system_env(&self) -> Env {
        Env { now: self.ctx.now.clone(), me: None, team: Vec::new() }
    }
}

/// The roll-ups this object feeds, by the object that has them and the link they count over.
fn fed(child: &Object, wanted: impl Fn(ObjectIx) -> bool) -> Vec<(ObjectIx, FieldIx, Vec<FieldIx>)> {
    let mut found: Vec<(ObjectIx, FieldIx, Vec<FieldIx>)> = Vec::new();
    for (parent, field, via) in child.feeds.iter().filter(|(parent, ..)| wanted(*parent)) {
        match found.iter_mut().find(|(of, over, _)| (of, over) == (parent, via)) {
            Some((_, _, fields)) => fields.push(*field),
            None => found.push((*parent, *via, vec![*field])),
        }
    }
    found
}

/// What a roll-up says of a new record: none are counted and nothing is summed, the rest is unknown.
pub(super) fn of_no_children(field: &Field) -> Option<Value> {
    match field.rollup.as_ref()?.function {
        AggregateFn::Count | AggregateFn::Filled | AggregateFn::Sum => Some(Value::from_raw(field.kind, Raw::Int(0))),
        AggregateFn::Avg | AggregateFn::Min | AggregateFn::Max => None,
    }
}
