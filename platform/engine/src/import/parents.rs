//! Linked records that come in beside a row: found by any of their keys, or made when there is none.
//!
//! Columns such as `account.name` and `account.external_key` describe the record that the row's link points to. One
//! such record may stand in many rows; it is made once. What is there already stays as it is.

use super::links::{Links, is_number};
use super::memory::Memory;
use super::plan::{Linked, Plan};
use super::report::{Note, Verdict};
use super::source::Line;
use super::systems::first_of;
use crate::{Result, Tx};
use akrab_model::problem::ProblemKind;
use akrab_model::value::Input;
use akrab_model::{Field, FieldIx, FieldProblem, FieldType, Problem, Raw, Value};
use serde_json::Value as Json;
use std::collections::HashMap;

/// What the linked records of a chunk came to.
#[derive(Default)]
pub(super) struct Parents {
    /// (place of the line, link) → id.
    ids: HashMap<(usize, usize), i64>,
    faults: HashMap<usize, Vec<Note>>,
    /// Links to rows of this file, by the line that has them.
    later: HashMap<usize, Vec<(FieldIx, String)>>,
    /// Made now, by object.
    pub made: Vec<(String, u64)>,
}

/// A linked record as a line describes it.
struct Told {
    line: usize,
    input: Input,
    /// Comparable values of the keys, in their order.
    keys: Vec<Option<Raw>>,
}

impl Parents {
    /// Finds or makes every linked record of these lines, in this transaction.
    ///
    /// # Errors
    /// What concerns the whole import.
    pub fn settle(tx: &mut Tx, plan: &Plan, links: &Links, (lines, readable): (&[Line], &[bool]), memory: &mut Memory) -> Result<Parents> {
        let mut parents = Parents::default();
        for (n, linked) in plan.linked.iter().enumerate() {
            let mut told = parents.read(tx, plan, linked, lines);
            let refused = |line: usize| parents.faults(line).iter().any(|note| note.verdict == Verdict::Refused);
            told.retain(|one| readable[one.line] && !refused(one.line));
            parents.find(tx, (plan, n, linked), told, (lines, links), memory)?;
        }
        Ok(parents)
    }

    /// The record a line's link points to.
    pub fn id(&self, line: usize, link: usize) -> Option<i64> {
        self.ids.get(&(line, link)).copied()
    }

    pub fn faults(&self, line: usize) -> &[Note] {
        self.faults.get(&line).map_or(&[], Vec::as_slice)
    }

    pub fn later(&self, line: usize) -> &[(FieldIx, String)] {
        self.later.get(&line).map_or(&[], Vec::as_slice)
    }

    /// A fault of a linked record is the row's, unless the link may stay empty.
    fn fault(&mut self, plan: &Plan, linked: &Linked, (place, line): (usize, u64), text: Option<String>, fault: &FieldProblem) {
        let verdict = if plan.may_blank(plan.object.at(linked.field)) { Verdict::Blanked } else { Verdict::Refused };
        self.faults.entry(place).or_default().push(Note::of(line, verdict, text, fault));
    }

    fn read(&mut self, tx: &Tx, plan: &Plan, linked: &Linked, lines: &[Line]) -> Vec<Told> {
        let env = tx.parse_env();
        let mut all = Vec::new();
        for (place, line) in lines.iter().enumerate() {
            let (mut input, mut values) = (Input::new(), HashMap::new());
            for (column, ix) in &linked.columns {
                let written = line.text(*column);
                let text = if plan.spec.system.is_some() { first_of(&written).to_string() } else { written };
                // a number is no name
                let ix = linked.number.as_ref().filter(|_| is_number(&text)).unwrap_or(ix);
                let field = linked.target.at(*ix);
                if text.trim().is_empty() {
                    continue;
                }
                // a person's name in several columns
                let text = match input.get(&field.key).and_then(Json::as_str) {
                    Some(before) => format!("{before} {text}"),
                    None => text,
                };
                let json = Json::String(text.clone());
                match field.parse(&json, &env) {
                    Ok(Value::Null) => {}
                    Ok(value) => {
                        values.insert(*ix, field.comparable(value.to_raw()));
                        input.insert(field.key.clone(), json);
                    }
                    Err(fault) => {
                        let fault = FieldProblem { pointer: format!("/{}.{}", linked.key, field.key), ..fault };
                        self.fault(plan, linked, (place, line.number), Some(text), &fault);
                    }
                }
            }
            if !input.is_empty() {
                let keys = linked.keys.iter().map(|ix| values.get(ix).cloned()).collect();
                all.push(Told { line: place, input, keys });
            }
        }
        all
    }

    fn find(
        &mut self,
        tx: &mut Tx,
        (plan, n, linked): (&Plan, usize, &Linked),
        told: Vec<Told>,
        (lines, links): (&[Line], &Links),
        memory: &mut Memory,
    ) -> Result<()> {
        let field = plan.object.at(linked.field);
        // by each key: the records, and what their surer keys are
        let mut known: HashMap<(usize, Raw), Vec<(i64, Vec<Raw>)>> = HashMap::new();
        for (k, ix) in linked.keys.iter().enumerate() {
            let values: Vec<Raw> = told.iter().filter_map(|t| t.keys[k].clone()).collect();
            if values.is_empty() {
                continue;
            }
            let read: Vec<FieldIx> = [*ix].into_iter().chain(linked.keys[..linked.sure.min(k)].iter().copied()).collect();
            for (id, cells) in tx.among(&linked.target, *ix, values, read.clone())? {
                let mut cells = cells.into_iter().zip(&read).map(|(cell, ix)| linked.target.at(*ix).comparable(cell));
                if let Some(cell) = cells.next() {
                    let ids = known.entry((k, cell)).or_default();
                    if !ids.iter().any(|(other, _)| *other == id) {
                        ids.push((id, cells.collect()));
                    }
                }
            }
        }
        let mut made = 0;
        for one in told {
            // of the same name, but by a key of its own another one
            let same =
                |surer: &Vec<Raw>| surer.iter().zip(&one.keys).all(|(is, key)| is.is_null() || key.as_ref().is_none_or(|key| key == is));
            let found = one.keys.iter().enumerate().find_map(|(k, key)| {
                let ids: Vec<i64> = known.get(&(k, key.clone()?))?.iter().filter(|(_, surer)| same(surer)).map(|(id, _)| *id).collect();
                (!ids.is_empty()).then_some(ids)
            });
            // a column of its own names it by number, e-mail, telephone or another key as well
            let named = linked.plain.then(|| links.resolve(field, &shown(&one.input), false));
            let outcome = match found.as_deref() {
                Some([id]) => Ok(*id),
                Some([_, ..]) => Err(FieldProblem::new(&linked.key, "several_records").with("value", shown(&one.input))),
                _ if matches!(&named, Some(Ok(id)) if id.is_i64()) => Ok(named.and_then(|id| id.ok()?.as_i64()).unwrap_or_default()),
                _ if matches!(&named, Some(Err(fault)) if fault.code == "several_records") => {
                    Err(FieldProblem::new(&linked.key, "several_records").with("value", shown(&one.input)))
                }
                _ if linked.target.ix == plan.object.ix && one.input.values().any(|v| v.as_str().is_some_and(|v| plan.seen.has(v))) => {
                    let meant = one.input.values().filter_map(Json::as_str).find(|v| plan.seen.has(v)).unwrap_or_default();
                    self.later.entry(one.line).or_default().push((linked.field, meant.to_string()));
                    continue;
                }
                // a telephone names nobody
                _ if linked.plain && !numbered(linked, &one.input) && shown(&one.input).bytes().all(|b| !b.is_ascii_alphabetic()) => {
                    Err(FieldProblem::new(&linked.key, "no_such_record").with("value", shown(&one.input)))
                }
                // nor does a number of the other program; what one's own file says by number alone, its rules may name
                _ if !linked.make || (plan.spec.system.is_some() && !one.input.contains_key(&linked.target.decl.title)) => {
                    Err(FieldProblem::new(&linked.key, "no_such_record").with("value", shown(&one.input)))
                }
                _ => match tx.attempt(|tx| same_or_new(tx, linked, &one.input)) {
                    Ok((id, false)) => Ok(id),
                    Ok((id, true)) => {
                        let identity = one.keys.iter().flatten().next().map(|raw| format!("{raw:?}")).unwrap_or_default();
                        // a trial takes back what it made, and meets the same again in a later chunk
                        made += u64::from(memory.makes(format!("{n} {identity}")));
                        for (k, key) in one.keys.iter().enumerate() {
                            let surer = one.keys[..linked.sure.min(k)].iter().map(|key| key.clone().unwrap_or(Raw::Null)).collect();
                            known.extend(key.clone().map(|key| ((k, key), vec![(id, surer)])));
                        }
                        Ok(id)
                    }
                    Err(problem) if matches!(problem.kind, ProblemKind::Busy | ProblemKind::Full | ProblemKind::Internal) => {
                        return Err(problem);
                    }
                    Err(problem) => Err(first(&linked.key, problem)),
                },
            };
            match outcome {
                Ok(id) => drop(self.ids.insert((one.line, n), id)),
                Err(fault) => {
                    let text = (fault.field() == linked.key).then(|| shown(&one.input));
                    self.fault(plan, linked, (one.line, lines[one.line].number), text, &fault);
                }
            }
        }
        if made > 0 {
            self.made.push((linked.target.key.clone(), made));
        }
        Ok(())
    }
}

/// The record there is already of the same worked-out key, such as a name without its legal form, or else a new one.
fn same_or_new(tx: &mut Tx, linked: &Linked, input: &Input) -> Result<(i64, bool)> {
    let target = &linked.target;
    let hints = target.decl.duplicates.iter().filter(|d| d.fields.len() == 1).filter_map(|d| target.field(&d.fields[0]));
    let worked_out: Vec<&Field> = hints.filter(|f| f.read_only && !f.derived.is_empty()).collect();
    if !worked_out.is_empty() {
        let draft = tx.prepare_new(target, input)?;
        for field in worked_out.into_iter().filter(|f| !draft.get(&f.key).is_blank()) {
            let Some(id) = tx.find_by(&target.key, &field.key, draft.get(&field.key))? else { continue };
            let there = tx.find(&target.key, id)?;
            let other = |ix: &FieldIx| {
                let key = &target.at(*ix).key;
                there.as_ref().is_some_and(|r| !r.get(key).is_blank() && !draft.get(key).is_blank() && r.get(key) != draft.get(key))
            };
            if !linked.keys[..linked.sure].iter().any(other) {
                return Ok((id, false));
            }
        }
    }
    Ok((tx.create(&target.key, input)?, true))
}

/// What a record that could not be made is at fault with.
fn first(link: &str, problem: Problem) -> FieldProblem {
    match problem.fields.into_iter().next() {
        Some(fault) => FieldProblem { pointer: format!("/{link}.{}", fault.field()), ..fault },
        None => FieldProblem { args: problem.args, ..FieldProblem::new(link, problem.code) },
    }
}

/// Whether the file calls a linked record by its number in another system.
fn numbered(linked: &Linked, input: &Input) -> bool {
    linked.number.is_some_and(|ix| input.contains_key(&linked.target.at(ix).key))
}

/// What a linked record is called in the file.
fn shown(input: &Input) -> String {
    input.values().filter_map(Json::as_str).next().unwrap_or("").chars().take(120).collect()
}

/// Kinds of fields by which a linked record may be found.
pub(super) fn is_key(kind: FieldType) -> bool {
    matches!(kind, FieldType::AutoNumber | FieldType::Email | FieldType::Phone)
}
