//! Roll-ups: figures over child records, worked out anew in the transaction that changed a child.

use super::Tx;
use crate::Result;
use crate::behaviour::Draft;
use crate::rights::Everything;
use akrab_model::filter::{Env, Filter};
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
        for (parent, field, via) in child.feeds.clone() {
            let parent = self.registry.at(parent).clone();
            let link = &child.at(via).key;
            let mut ids = BTreeSet::new();
            for (before, after) in records {
                ids.extend(before.and_then(|b| b.link(link)));
                ids.extend(after.link(link));
            }
            for id in ids {
                self.roll_up(&parent, field, child, via, id)?;
            }
        }
        Ok(())
    }

    /// Works out every roll-up of these records anew.
    pub(crate) fn roll_up_all(&mut self, parent: &Arc<Object>, ids: &[i64]) -> Result<()> {
        let registry = self.registry.clone();
        for child in registry.objects() {
            for (of, field, via) in child.feeds.iter().filter(|(of, ..)| *of == parent.ix) {
                for id in ids {
                    self.roll_up(registry.at(*of), *field, child, *via, *id)?;
                }
            }
        }
        Ok(())
    }

    fn roll_up(&mut self, parent: &Arc<Object>, field: FieldIx, child: &Arc<Object>, via: FieldIx, id: i64) -> Result<()> {
        let Some(decl) = parent.at(field).rollup.clone() else { return Ok(()) };
        let registry = self.registry.clone();
        let cond = match &decl.filter {
            Some(json) => Filter::from_json(json)?.bind(&registry, child, &self.system_env(), &Everything)?,
            None => Cond::True,
        };
        let of = decl.field.as_deref().and_then(|key| child.field_ix(key));
        let figure = self.conn.aggregate_children(&registry, child, via, id, &cond, Aggregate { function: decl.function, field: of })?;
        let mut cells = vec![(field, figure.clone())];
        if self.ctx.world.formulas.has(&parent.key)
            && let Some(mut record) = self.find(&parent.key, id)?
        {
            let old = record.clone();
            let value = Value::from_raw(parent.at(field).kind, figure.clone());
            record.set(&parent.at(field).key, value);
            self.ctx.world.formulas.apply(parent, &mut record);
            cells.extend(
                parent
                    .columns()
                    .filter(|(ix, f)| *ix != field && f.formula.is_some() && old.get(&f.key) != record.get(&f.key))
                    .map(|(ix, f)| (ix, record.raw(&f.key))),
            );
        }
        self.conn.set_cells(&registry, parent, id, &cells)?;
        Ok(())
    }

    pub(super) fn system_env(&self) -> Env {
        Env { now: self.ctx.now.clone(), me: None, team: Vec::new() }
    }
}

/// What a roll-up says of a new record: none are counted and nothing is summed, the rest is unknown.
pub(super) fn of_no_children(field: &Field) -> Option<Value> {
    match field.rollup.as_ref()?.function {
        AggregateFn::Count | AggregateFn::Filled | AggregateFn::Sum => Some(Value::from_raw(field.kind, Raw::Int(0))),
        AggregateFn::Avg | AggregateFn::Min | AggregateFn::Max => None,
    }
}
