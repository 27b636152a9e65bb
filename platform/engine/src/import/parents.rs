//! Linked records that come in beside a row: found by any of their keys, or made when there is none.
//!
//! Columns such as `account.name` and `account.external_key` describe the record that the row's link points to. One
//! such record may stand in many rows; it is made once. What is there already stays as it is.

use super::links::Links;
use super::memory::Memory;
use super::plan::{Linked, Plan};
use super::report::{Note, Verdict};
use super::source::Line;
use crate::{Result, Tx};
use akrab_model::problem::ProblemKind;
use akrab_model::value::Input;
use akrab_model::{Field, FieldProblem, FieldType, Problem, Raw, Value};
use serde_json::Value as Json;
use std::collections::HashMap;

/// What the linked records of a chunk came to.
#[derive(Default)]
pub(super) struct Parents {
    /// (place of the line, link) → id.
    ids: HashMap<(usize, usize), i64>,
    faults: HashMap<usize, Vec<Note>>,
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
            let mut told = parents.read(tx, linked, lines);
            told.retain(|one| readable[one.line] && !parents.faults.contains_key(&one.line));
            parents.find(tx, (n, linked, plan.object.at(linked.field)), told, (lines, links), memory)?;
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

    fn read(&mut self, tx: &Tx, linked: &Linked, lines: &[Line]) -> Vec<Told> {
        let env = tx.parse_env();
        let mut all = Vec::new();
        for (place, line) in lines.iter().enumerate() {
            let (mut input, mut values) = (Input::new(), HashMap::new());
            for (column, ix) in &linked.columns {
                let field = linked.target.at(*ix);
                let text = line.text(*column);
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
                        self.faults.entry(place).or_default().push(Note::of(line.number, Verdict::Refused, Some(text), &fault));
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
        (n, linked, field): (usize, &Linked, &Field),
        told: Vec<Told>,
        (lines, links): (&[Line], &Links),
        memory: &mut Memory,
    ) -> Result<()> {
        let mut known: HashMap<(usize, Raw), Vec<i64>> = HashMap::new();
        for (k, ix) in linked.keys.iter().enumerate() {
            let values: Vec<Raw> = told.iter().filter_map(|t| t.keys[k].clone()).collect();
            if values.is_empty() {
                continue;
            }
            for (id, cells) in tx.among(&linked.target, *ix, values, vec![*ix])? {
                if let Some(cell) = cells.into_iter().next() {
                    let ids = known.entry((k, linked.target.at(*ix).comparable(cell))).or_default();
                    if !ids.contains(&id) {
                        ids.push(id);
                    }
                }
            }
        }
        let mut made = 0;
        for one in told {
            let found = one.keys.iter().enumerate().find_map(|(k, key)| known.get(&(k, key.clone()?)).cloned());
            // a column of its own names it by number, e-mail, telephone or another key as well
            let named = linked.plain.then(|| links.resolve(field, &shown(&one.input)));
            let outcome = match found.as_deref() {
                Some([id]) => Ok(*id),
                Some([_, ..]) => Err(FieldProblem::new(&linked.key, "several_records").with("value", shown(&one.input))),
                _ if matches!(&named, Some(Ok(id)) if id.is_i64()) => Ok(named.and_then(|id| id.ok()?.as_i64()).unwrap_or_default()),
                _ if matches!(&named, Some(Err(fault)) if fault.code == "several_records") => {
                    Err(FieldProblem::new(&linked.key, "several_records").with("value", shown(&one.input)))
                }
                // a number names nobody
                _ if linked.plain && shown(&one.input).bytes().all(|b| !b.is_ascii_alphabetic()) => {
                    Err(FieldProblem::new(&linked.key, "no_such_record").with("value", shown(&one.input)))
                }
                _ if !linked.make => Err(FieldProblem::new(&linked.key, "no_such_record").with("value", shown(&one.input))),
                _ => match tx.attempt(|tx| tx.create(&linked.target.key, &one.input)) {
                    Ok(id) => {
                        let identity = one.keys.iter().flatten().next().map(|raw| format!("{raw:?}")).unwrap_or_default();
                        // a trial takes back what it made, and meets the same again in a later chunk
                        made += u64::from(memory.makes(format!("{n} {identity}")));
                        for (k, key) in one.keys.iter().enumerate() {
                            known.extend(key.clone().map(|key| ((k, key), vec![id])));
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
                    let note = Note::of(lines[one.line].number, Verdict::Refused, None, &fault);
                    self.faults.entry(one.line).or_default().push(note);
                }
            }
        }
        if made > 0 {
            self.made.push((linked.target.key.clone(), made));
        }
        Ok(())
    }
}

/// What a record that could not be made is at fault with.
fn first(link: &str, problem: Problem) -> FieldProblem {
    match problem.fields.into_iter().next() {
        Some(fault) => FieldProblem { pointer: format!("/{link}.{}", fault.field()), ..fault },
        None => FieldProblem { args: problem.args, ..FieldProblem::new(link, problem.code) },
    }
}

/// What a linked record is called in the file.
fn shown(input: &Input) -> String {
    input.values().filter_map(Json::as_str).next().unwrap_or("").chars().take(120).collect()
}

/// Kinds of fields by which a linked record may be found.
pub(super) fn is_key(kind: FieldType) -> bool {
    matches!(kind, FieldType::AutoNumber | FieldType::Email | FieldType::Phone)
}
