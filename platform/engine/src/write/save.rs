//! Creating and changing records.

use super::Tx;
use super::keep::is_change;
use crate::behaviour::{Draft, Origin};
use crate::rights::{Access, Everything};
use crate::{Door, Result};
use akrab_model::object::{FieldRight, Scope};
use akrab_model::value::Input;
use akrab_model::{Cond, Field, FieldIx, FieldProblem, FieldType, Filter, Object, Problem, ProblemKind, Record, RecordId, Value};
use akrab_store::Bin;
use std::sync::Arc;

impl Tx<'_> {
    /// Makes a record.
    ///
    /// # Errors
    /// `forbidden`, or `invalid` with every fault of the input.
    pub fn create(&mut self, object: &str, input: &Input) -> Result<RecordId> {
        let object = self.object(object)?;
        let draft = self.prepare_new(&object, input)?;
        let ids = self.insert(&object, vec![draft])?;
        Ok(ids[0])
    }

    /// Reads, completes and judges the draft of a new record without writing it.
    ///
    /// # Errors
    /// As [`Tx::create`].
    pub fn prepare_new(&mut self, object: &Arc<Object>, input: &Input) -> Result<Draft> {
        self.rights.require_create(object)?;
        let mut draft = self.draft(object, None, input)?;
        self.complete(&mut draft)?;
        Ok(draft)
    }

    /// Changes fields of a record. `version`, when given, must be the present one.
    ///
    /// # Errors
    /// `not_found`, `forbidden`, `stale`, or `invalid` with every fault of the input.
    pub fn update(&mut self, object: &str, id: RecordId, input: &Input, version: Option<i64>) -> Result<Record> {
        let object = self.object(object)?;
        let before = self.load_for(&object, id, Access::Edit, Bin::Living)?;
        if version.is_some_and(|v| v != before.version) {
            return Err(Problem::stale().with("version", before.version));
        }
        let mut draft = self.prepare_change(&object, before, input)?;
        self.write_update(&object, &mut draft)?;
        Ok(draft.after)
    }

    /// Changes fields of several records of an object, none twice, each by its own input and on its own account: all of
    /// it, or nothing. Gives for each the entry of its history, none where nothing changed.
    ///
    /// # Errors
    /// As [`Tx::update`].
    pub(crate) fn update_many(&mut self, object: &Arc<Object>, inputs: &[(RecordId, &Input, &Arc<Origin>)]) -> Result<Vec<Option<i64>>> {
        let ids: Vec<RecordId> = inputs.iter().map(|(id, ..)| *id).collect();
        let found = self.load_all_for(object, &ids, Access::Edit)?;
        let (mut drafts, mut changed) = (Vec::new(), Vec::with_capacity(inputs.len()));
        for (before, (_, input, origin)) in found.into_iter().zip(inputs) {
            self.stand_for(origin);
            let draft = Draft { origin: Some(Arc::clone(origin)), ..self.prepare_change(object, before, input)? };
            changed.push(is_change(&draft));
            if is_change(&draft) {
                drafts.push(draft);
            }
        }
        let mut told = self.write_updates(object, &mut drafts)?.into_iter();
        Ok(changed.into_iter().map(|changed| if changed { told.next().flatten() } else { None }).collect())
    }

    /// Sets values on the program's own account but in the actor's name: fields nobody may write by
    /// hand are open to it. For verbs of domains.
    ///
    /// # Errors
    /// `not_found`, `forbidden`, or `invalid` when rules refuse the result.
    pub fn set_values(&mut self, object: &str, id: RecordId, values: Vec<(&str, Value)>) -> Result<Record> {
        let object = self.object(object)?;
        let before = self.load_for(&object, id, Access::Edit, Bin::Living)?;
        let after = before.clone();
        let mut draft = Draft::of(&object, Some(before), after);
        for (key, value) in values {
            draft.set(key, value);
        }
        self.complete(&mut draft)?;
        self.write_update(&object, &mut draft)?;
        Ok(draft.after)
    }

    /// Reads, completes and judges a change without writing it.
    ///
    /// # Errors
    /// `invalid` with every fault of the input.
    pub(crate) fn prepare_change(&mut self, object: &Arc<Object>, before: Record, input: &Input) -> Result<Draft> {
        let mut draft = self.draft(object, Some(before), input)?;
        self.complete(&mut draft)?;
        Ok(draft)
    }

    /// Rules, formulas and checks, in this order.
    fn complete(&mut self, draft: &mut Draft) -> Result<()> {
        let object = draft.object.clone();
        let mut faults = Vec::new();
        self.enter_stage(draft)?;
        for behaviour in self.behaviours(&object.key) {
            // what else is wrong is told with it
            match behaviour.before_save(draft, self) {
                Err(problem) if problem.kind == ProblemKind::Invalid && !problem.fields.is_empty() => faults.extend(problem.fields),
                done => done?,
            }
        }
        self.settle_words(draft)?;
        self.settle_between(draft, &mut faults)?;
        self.ctx.world.formulas.apply(&object, &mut draft.after);
        if !self.unasked {
            let now = Value::Time(self.ctx.now.timestamp());
            match self.ctx.door {
                Door::Import => super::fresh::stamp_import(draft, &now),
                _ => super::fresh::stamp(draft, &now),
            }
        }
        for field in &object.fields {
            // what was already empty before stays allowed when other fields change
            let asked = field.required || field.required_when.is_some();
            if asked && draft.get(&field.key).is_blank() && field.kind != FieldType::AutoNumber && self.is_wanted(draft, field)? {
                faults.push(FieldProblem::new(&field.key, "required"));
            }
        }
        self.check_owner(draft, &mut faults);
        if self.check_targets(draft, &mut faults)? {
            // rules look at the records that are linked
            return self.complete(draft);
        }
        self.check_unique(draft, &mut faults)?;
        self.check_files(draft, &mut faults)?;
        self.check_erased(draft, &mut faults)?;
        self.check_retired(draft, &mut faults);
        self.check_rules(draft, &mut faults)?;
        self.check_approvals(draft, &mut faults)?;
        self.check_process(draft, &mut faults)?;
        if faults.is_empty() { Ok(()) } else { Err(Problem::invalid(faults)) }
    }

    /// Nobody hands a record to a place where he himself could not edit it.
    fn check_owner(&self, draft: &Draft, faults: &mut Vec<FieldProblem>) {
        let Some(owner) = draft.object.owner.map(|ix| &draft.object.at(ix).key) else { return };
        if draft.given.contains(owner) && draft.changed(owner) {
            let to = draft.get(owner).int();
            let own = self.ctx.user_id().is_some() && to == self.ctx.user_id();
            let placed_later = draft.is_new() && self.rights.scope(&draft.object, Access::Edit) == Scope::Territory;
            if draft.before.as_ref().is_some_and(|before| !self.rights.reaches(&draft.object, Access::Edit, before)) {
                // what was only given to him to change stays its owner's
                faults.push(FieldProblem::new(owner, "owner_of_shared"));
            } else if !own && !placed_later && !self.rights.reaches(&draft.object, Access::Edit, &draft.after) {
                faults.push(FieldProblem::new(owner, "owner_out_of_reach"));
            }
        }
    }

    /// Links lead to living records the actor may see. One to a record that went into another leads there: then the draft
    /// is not what it was.
    fn check_targets(&mut self, draft: &mut Draft, faults: &mut Vec<FieldProblem>) -> Result<bool> {
        let registry = self.registry.clone();
        let object = draft.object.clone();
        let mut led = false;
        for field in object.fields.iter().filter(|f| f.to.is_some() && !f.system) {
            if !draft.changed(&field.key) {
                continue;
            }
            let ids: Vec<RecordId> = match draft.get(&field.key) {
                Value::Link(id) => vec![*id],
                Value::Links(rows) => rows.iter().map(|r| r.to).collect(),
                _ => continue,
            };
            let Some(target) = field.to.map(|to| registry.at(to)) else { continue };
            let given = draft.given.contains(&field.key);
            for id in ids.iter().filter(|_| given) {
                // nothing new is collected about somebody who was erased
                if self.is_erased(&target.key, *id)? {
                    faults.push(FieldProblem::new(&field.key, "no_such_record").with("id", *id));
                }
            }
            if ids.iter().all(|id| self.known().targets.contains(&(target.ix, *id, given))) {
                self.check_offered(draft, field, &ids, faults)?;
                continue;
            }
            let seen = if given { self.rights.cond(target, Access::Read) } else { Cond::True };
            let mut found = self.conn.targets(&registry, target, &ids, &seen)?;
            found.retain(|(_, merged)| !merged);
            self.known().targets.extend(found.iter().map(|(id, _)| (target.ix, *id, given)));
            for (n, id) in ids.iter().enumerate().filter(|(_, id)| !found.iter().any(|(f, _)| f == *id)) {
                if let Some(winner) = self.merged_into(&target.key, *id)? {
                    draft.lead_on(&field.key, *id, winner);
                    led = true;
                    continue;
                }
                let at = if field.kind == FieldType::Links { format!("/{}/{n}", field.key) } else { field.key.clone() };
                faults.push(FieldProblem::new(&at, "no_such_record").with("id", id));
            }
            let ids: Vec<RecordId> = ids.into_iter().filter(|id| found.iter().any(|(known, _)| known == id)).collect();
            self.check_offered(draft, field, &ids, faults)?;
        }
        Ok(led)
    }

    /// A link takes only records that meet its condition; what was linked before may stay.
    fn check_offered(&mut self, draft: &Draft, field: &Field, ids: &[RecordId], faults: &mut Vec<FieldProblem>) -> Result<()> {
        let (Some(must), Some(target)) = (&field.must, field.to) else { return Ok(()) };
        let kept: Vec<RecordId> = match draft.old(&field.key) {
            Value::Link(id) => vec![*id],
            Value::Links(rows) => rows.iter().map(|row| row.to).collect(),
            _ => Vec::new(),
        };
        let fresh: Vec<RecordId> = ids.iter().copied().filter(|id| !kept.contains(id)).collect();
        if fresh.is_empty() {
            return Ok(());
        }
        let registry = self.registry.clone();
        let target = registry.at(target);
        let cond = Filter::from_json(must)?.bind(&registry, target, &self.env(), &Everything)?;
        let fitting = self.conn.titles(&registry, target, &fresh, &cond)?;
        if fresh.iter().any(|id| !fitting.iter().any(|(found, _)| found == id)) {
            faults.push(FieldProblem::new(&field.key, "link_not_offered"));
        }
        Ok(())
    }

    fn check_unique(&mut self, draft: &Draft, faults: &mut Vec<FieldProblem>) -> Result<()> {
        let object = draft.object.clone();
        for set in unique_sets(&object) {
            if !set.iter().any(|key| draft.changed(key)) || set.iter().any(|key| draft.get(key).is_null()) {
                continue;
            }
            let fields: Vec<FieldIx> = set.iter().filter_map(|key| object.field_ix(key)).collect();
            let values: Vec<_> = set.iter().map(|key| draft.after.raw(key)).collect();
            if let ([ix], [value]) = (fields.as_slice(), values.as_slice())
                && self.known().free.contains(&(object.ix, *ix, object.at(*ix).comparable(value.clone())))
            {
                continue;
            }
            let except = draft.before.as_ref().map(|b| b.id);
            let registry = self.registry.clone();
            if self.conn.taken(&registry, &object, &fields, &values, except)?.is_some() {
                faults.push(FieldProblem::new(&set[0], "taken"));
            }
        }
        Ok(())
    }

    /// Fields the actor may change on this record, for forms.
    pub fn editable(&self, object: &Object) -> Vec<FieldIx> {
        (0..object.fields.len() as u16)
            .map(FieldIx)
            .filter(|ix| object.at(*ix).writable() && self.rights.field(object, *ix) == FieldRight::Edit)
            .collect()
    }
}

/// Keys of the fields that are unique, alone or together.
pub(super) fn unique_sets(object: &Object) -> impl Iterator<Item = Vec<String>> {
    let single = object.fields.iter().filter(|f| f.unique).map(|f| vec![f.key.clone()]);
    single.chain(object.decl.unique.iter().cloned())
}
