//! A record with those that belong to it, and figures over what links to them, within the actor's rights.

use super::ListRequest;
use crate::behaviour::Concern;
use crate::write::Tx;
use crate::{Access, Result};
use akrab_model::filter::Op;
use akrab_model::object::{Label, MeasureDecl};
use akrab_model::problem::ProblemKind;
use akrab_model::{Aggregate, FieldType, Filter, Object, Record, RecordId, Registry, Value};
use serde_json::{Value as Json, json};
use std::sync::Arc;

/// Most records of one kind that are taken in.
const MOST: usize = 1_000;

/// A record and those of its circle that are switched on.
#[derive(Debug, Clone, Default)]
pub struct Circle {
    /// Ids by object, the record's own kind first.
    pub members: Vec<(String, Vec<RecordId>)>,
    pub switches: Vec<Switch>,
    /// Further links to the record's own kind that count where a switch is on.
    links: Vec<String>,
}

/// A part of the circle that there is.
#[derive(Debug, Clone)]
pub struct Switch {
    pub key: String,
    pub label: Label,
    pub on: bool,
}

impl Circle {
    /// Whether the record stands for itself alone.
    pub fn is_alone(&self) -> bool {
        self.members.iter().map(|(_, ids)| ids.len()).sum::<usize>() <= 1
    }

    /// Everybody in it but the record itself.
    pub fn others(&self) -> Vec<(String, RecordId)> {
        self.members.iter().flat_map(|(object, ids)| ids.iter().map(|id| (object.clone(), *id))).skip(1).collect()
    }

    /// The records of `of` that link to anybody in it, each once; `via` is the link to the record's own kind.
    pub fn about(&self, registry: &Registry, of: &Object, via: &str) -> Filter {
        let mut any = Vec::new();
        for (n, (object, ids)) in self.members.iter().enumerate() {
            let link = |field: &&akrab_model::Field| {
                field.kind == FieldType::Link && !field.system && field.to.is_some_and(|to| registry.at(to).key == *object)
            };
            let link = if n == 0 { Some(via) } else { of.fields.iter().find(link).map(|field| field.key.as_str()) };
            match (link, ids.as_slice()) {
                (None, _) | (_, []) => {}
                (Some(link), [id]) => any.push(Filter::test(link, Op::Is, *id)),
                (Some(link), ids) => any.push(Filter::test(link, Op::In, json!(ids))),
            }
        }
        if let Some((_, ids)) = self.members.first() {
            let further = self.links.iter().filter(|link| *link != via && of.field(link).is_some());
            any.extend(further.map(|link| Filter::test(link, Op::In, json!(ids))));
        }
        if any.len() == 1 { any.remove(0) } else { Filter::Any(any) }
    }
}

impl Tx<'_> {
    /// The record with those of its circle whose switch is `on`.
    ///
    /// # Errors
    /// What the database answers.
    pub fn circle(&mut self, record: &Record, on: &[&str]) -> Result<Circle> {
        let object = record.object.clone();
        let mut circle = Circle { members: vec![(object.key.clone(), vec![record.id])], ..Circle::default() };
        if on.is_empty() {
            circle.switches = self.switches(record)?;
            return Ok(circle);
        }
        // its own kind first: whoever belongs to those below belongs here too
        let (own, others): (Vec<_>, Vec<_>) = object.decl.circle.iter().partition(|c| c.of == object.key && c.member.is_none());
        for decl in own.into_iter().chain(others) {
            let Some(of) = self.registry.object(&decl.of).cloned() else { continue };
            let is_on = on.contains(&decl.key.as_str());
            let filter = decl.filter.as_ref().map(Filter::from_json).transpose()?;
            let take = |ids: &[RecordId]| {
                let here = Filter::test(&decl.via, Op::In, json!(ids));
                Filter::All(std::iter::once(here).chain(filter.clone()).collect())
            };
            let first = circle.members[0].1.clone();
            let found = self.taken(&of, decl.member.as_deref(), take(&first), if is_on { MOST } else { 1 })?;
            if found.is_empty() {
                continue;
            }
            // several ways to belong may have one switch
            if !circle.switches.iter().any(|switch| switch.key == decl.key) {
                circle.switches.push(Switch { key: decl.key.clone(), label: decl.label.clone(), on: is_on });
            }
            if !is_on {
                continue;
            }
            circle.links.extend(decl.links.iter().filter(|link| !circle.links.contains(link)).cloned().collect::<Vec<_>>());
            if of.key == object.key && decl.member.is_none() {
                let mut level = found;
                while !level.is_empty() && circle.members[0].1.len() < MOST {
                    level.retain(|id| !circle.members[0].1.contains(id));
                    circle.members[0].1.extend(&level);
                    level = if level.is_empty() { level } else { self.taken(&of, None, take(&level), MOST)? };
                }
                continue;
            }
            let named = match &decl.member {
                Some(member) => of.field(member).and_then(|f| f.to).map(|to| self.registry.at(to).key.clone()),
                None => Some(of.key.clone()),
            };
            let Some(named) = named else { continue };
            match circle.members.iter_mut().find(|(key, _)| *key == named) {
                Some((_, ids)) => ids.extend(found),
                None => circle.members.push((named, found)),
            }
        }
        for (_, ids) in &mut circle.members {
            let mut seen = std::collections::HashSet::new();
            ids.retain(|id| seen.insert(*id));
        }
        Ok(circle)
    }

    /// The parts of its circle that there are, where none is taken in.
    fn switches(&mut self, record: &Record) -> Result<Vec<Switch>> {
        let (mut decls, mut asked) = (Vec::new(), Vec::new());
        for decl in &record.object.decl.circle {
            let Some(of) = self.registry.object(&decl.of).cloned() else { continue };
            let here = Filter::test(&decl.via, Op::In, json!([record.id]));
            let narrower = decl.filter.as_ref().map(Filter::from_json).transpose()?;
            let named = decl.member.as_ref().map(|member| Filter::test(member, Op::NotEmpty, true));
            decls.push(decl);
            asked.push((of, Filter::All(std::iter::once(here).chain(narrower).chain(named).collect())));
        }
        let mut switches: Vec<Switch> = Vec::new();
        // its own kind first, as where it is taken in
        let found: Vec<_> = decls.into_iter().zip(self.any_of_each(&asked)?).filter(|(_, there)| *there == Some(true)).collect();
        let (own, others): (Vec<_>, Vec<_>) =
            found.into_iter().partition(|(decl, _)| decl.of == record.object.key && decl.member.is_none());
        for (decl, _) in own.into_iter().chain(others) {
            if !switches.iter().any(|switch| switch.key == decl.key) {
                switches.push(Switch { key: decl.key.clone(), label: decl.label.clone(), on: false });
            }
        }
        Ok(switches)
    }

    /// Of which of these filters there is a record, asked at once; none where the actor may not look.
    ///
    /// # Errors
    /// What the database answers.
    pub fn any_of_each(&mut self, asked: &[(Arc<Object>, Filter)]) -> Result<Vec<Option<bool>>> {
        let mut answers = vec![None; asked.len()];
        let (mut places, mut conds) = (Vec::new(), Vec::new());
        for (n, (object, filter)) in asked.iter().enumerate() {
            if let Some(cond) = allowed(self.filtered(object, Some(filter), Access::Read))? {
                places.push(n);
                conds.push((object.clone(), cond));
            }
        }
        let registry = self.registry.clone();
        for (n, found) in places.into_iter().zip(self.conn.any_of_each(&registry, &conds)?) {
            answers[n] = Some(found);
        }
        Ok(answers)
    }

    /// Ids of the records that match, or of those their link `member` names; nothing where the actor may not look.
    fn taken(&mut self, of: &Object, member: Option<&str>, filter: Filter, most: usize) -> Result<Vec<RecordId>> {
        let column = member.unwrap_or(&of.decl.title).to_string();
        let mut request = ListRequest { object: of.key.clone(), filter: Some(filter), columns: vec![column], ..ListRequest::default() };
        request.limit = most.min(200);
        let mut found = Vec::new();
        loop {
            let Some(list) = allowed(self.list(&request))? else { return Ok(Vec::new()) };
            found.extend(list.records.iter().filter_map(|record| match member {
                Some(member) => record.link(member),
                None => Some(record.id),
            }));
            match list.next.filter(|_| found.len() < most) {
                Some(next) => request.after = Some(next),
                None => return Ok(found),
            }
        }
    }

    /// Figures over the records of `of` that match, as they are at this moment. A figure the actor may not know is absent,
    /// and all of them are where he may not look at the records.
    ///
    /// # Errors
    /// What the database answers.
    pub fn measured(&mut self, of: &str, filter: &Filter, measures: &[&MeasureDecl]) -> Result<Vec<Option<Value>>> {
        let object = self.object(of)?;
        let mut found: Vec<Option<Value>> = vec![None; measures.len()];
        let mut asked: Vec<(&Option<Json>, Vec<(usize, Aggregate)>)> = Vec::new();
        for (n, measure) in measures.iter().enumerate() {
            let field = match &measure.field {
                Some(key) => match self.readable_field(&object, key, "field") {
                    Ok(field) => Some(field),
                    Err(_) => continue,
                },
                None => None,
            };
            let aggregate = (n, Aggregate { function: measure.function, field });
            match asked.iter_mut().find(|(filter, _)| **filter == measure.filter) {
                Some((_, all)) => all.push(aggregate),
                None => asked.push((&measure.filter, vec![aggregate])),
            }
        }
        for (narrower, all) in asked {
            let narrower = narrower.as_ref().map(Filter::from_json).transpose()?;
            let both = Filter::All(std::iter::once(filter.clone()).chain(narrower).collect());
            let Some(cond) = allowed(self.condition(&object, Some(&both), None, Access::Read))? else { continue };
            let wanted: Vec<Aggregate> = all.iter().map(|(_, aggregate)| *aggregate).collect();
            let registry = self.registry.clone();
            for ((n, aggregate), raw) in all.into_iter().zip(self.conn.aggregates(&registry, &object, &cond, &wanted)?) {
                found[n] = Some(super::totals::total(&object, aggregate, &raw).value);
            }
        }
        Ok(found)
    }

    /// What the rules of an object say about one of its records with its circle; nothing when none of them has a say.
    /// The record's figures are those of the circle ([`Tx::rolled_up`]).
    ///
    /// # Errors
    /// What the database answers.
    pub fn worries(&mut self, record: &Record, circle: &Circle) -> Result<Option<Vec<Concern>>> {
        let mut all: Option<Vec<Concern>> = None;
        for behaviour in self.behaviours(&record.object.key) {
            if let Some(found) = behaviour.concerns(record, circle, self)? {
                all.get_or_insert_default().extend(found);
            }
        }
        if let Some(all) = &mut all {
            all.sort_by_key(|concern| std::cmp::Reverse(concern.weight));
        }
        Ok(all)
    }
}

/// What was found, or nothing where the actor may not ask.
fn allowed<T>(found: Result<T>) -> Result<Option<T>> {
    match found {
        Err(problem) if matches!(problem.kind, ProblemKind::Forbidden | ProblemKind::Invalid | ProblemKind::NotFound) => Ok(None),
        found => found.map(Some),
    }
}
