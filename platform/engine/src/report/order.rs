//! In which order groups stand, and which have a line of their own.

use super::question::Question;
use crate::Result;
use crate::write::Tx;
use akrab_model::report::{Cut, Grain, Slice};
use akrab_model::{FieldType, Raw};
use std::collections::{BTreeSet, HashMap, HashSet};

/// Lines of a grouping unless the report says otherwise; of one that follows the calendar.
const LINES: usize = 50;
const DATED_LINES: usize = 400;
/// Inner groups, and columns of a pivot.
const INNER: usize = 30;
const HEADS: usize = 12;
const DATED_HEADS: usize = 60;

/// A group, or all that have no line of their own.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum Slot {
    Key(Raw),
    Others,
}

/// The groups of one key, in order.
#[derive(Debug, Clone, Default)]
pub(super) struct Ranks {
    pub slots: Vec<Slot>,
    kept: HashSet<Raw>,
    /// All groups have a line of their own.
    whole: bool,
}

impl Ranks {
    /// The line a group stands on.
    pub fn slot(&self, key: &Raw) -> Slot {
        if self.whole || self.kept.contains(key) { Slot::Key(key.clone()) } else { Slot::Others }
    }
}

/// How the groups of a key are ranked: by their value, or by their own order.
pub(super) enum Rule<'a> {
    Own,
    /// Values by key; missing ones come last.
    Worth(&'a HashMap<Raw, rust_decimal::Decimal>, bool),
}

impl Tx<'_> {
    /// Puts the groups `found` of key `n` in order. Gaps in the calendar are filled.
    pub(super) fn ranks(
        &mut self,
        question: &Question,
        n: usize,
        found: &BTreeSet<Raw>,
        rule: &Rule<'_>,
        limit: Option<usize>,
    ) -> Result<Ranks> {
        let (key, slice) = (&question.bound.keys[n], &question.slices[n]);
        let field = self.registry.at(key.place.object).at(key.place.field).clone();
        let own = is_ordered(field.kind, &key.cut);
        let mut keys: Vec<Raw> = found.iter().filter(|k| !k.is_null()).cloned().collect();
        match rule {
            Rule::Worth(worth, down) => keys.sort_by(|a, b| {
                let by = worth.get(a).cmp(&worth.get(b));
                let missing = worth.get(b).is_some().cmp(&worth.get(a).is_some());
                missing.then(if *down { by.reverse() } else { by }).then(a.cmp(b))
            }),
            Rule::Own => self.own_order(&field, &mut keys)?,
        }
        let dated = matches!(key.cut, Cut::Period(grain) if grain.follows());
        if matches!(rule, Rule::Own) {
            keys = filled(keys, slice, &key.cut);
        }
        let inner = n > 0;
        let usual = match (inner, n >= question.bound.groups, dated || matches!(key.cut, Cut::Period(_))) {
            (_, true, true) => DATED_HEADS,
            (_, true, false) => HEADS,
            (false, _, true) => DATED_LINES,
            (false, _, false) => LINES,
            (true, _, _) => INNER,
        };
        let most = limit.unwrap_or(usual);
        let whole = keys.len() <= most;
        let last = dated && own && matches!(rule, Rule::Own);
        if !whole && last {
            keys.drain(..keys.len() - most);
        } else {
            keys.truncate(most);
        }
        let empty = found.contains(&Raw::Null);
        let mut kept: HashSet<Raw> = keys.iter().cloned().collect();
        let mut slots: Vec<Slot> = keys.into_iter().map(Slot::Key).collect();
        if empty {
            kept.insert(Raw::Null);
            slots.push(Slot::Key(Raw::Null));
        }
        if !whole {
            // earlier periods come before the others, smaller groups after them
            let at = if last { 0 } else { slots.len() - usize::from(empty) };
            slots.insert(at, Slot::Others);
        }
        Ok(Ranks { slots, kept, whole })
    }

    /// The steps of a funnel, in their order: one list for each pipeline. Where things are lost is no step.
    pub(super) fn funnel_steps(&mut self, question: &Question, found: &BTreeSet<Raw>) -> Result<Vec<Vec<Raw>>> {
        let key = &question.bound.keys[0];
        let field = self.registry.at(key.place.object).at(key.place.field).clone();
        if field.kind == FieldType::Stage {
            let mut lists = self.steps_of_pipelines()?;
            lists.retain(|list| list.iter().any(|id| found.contains(&Raw::Int(*id))));
            return Ok(lists.into_iter().map(|list| list.into_iter().map(Raw::Int).collect()).collect());
        }
        let mut keys: Vec<Raw> = found.iter().filter(|k| !k.is_null()).cloned().collect();
        self.own_order(&field, &mut keys)?;
        Ok(vec![keys])
    }

    fn own_order(&mut self, field: &akrab_model::Field, keys: &mut [Raw]) -> Result<()> {
        match field.kind {
            FieldType::Stage => {
                let order = self.stages_in_order()?;
                keys.sort_by_key(|key| key.int().and_then(|id| order.iter().position(|one| *one == id)).unwrap_or(usize::MAX));
            }
            FieldType::Choice | FieldType::Choices => {
                keys.sort_by_key(|key| field.choices.iter().position(|c| key.text() == Some(&c.key)).unwrap_or(usize::MAX));
            }
            FieldType::Boolean => keys.sort_by_key(|key| std::cmp::Reverse(key.int())),
            FieldType::Link => {
                let ids: Vec<i64> = keys.iter().filter_map(Raw::int).collect();
                let titles: HashMap<i64, String> = match field.to {
                    Some(to) => self.titles_of(to, &ids)?.into_iter().map(|(id, title)| (id, title.to_lowercase())).collect(),
                    None => HashMap::new(),
                };
                keys.sort_by(|a, b| {
                    let title = |key: &Raw| key.int().and_then(|id| titles.get(&id));
                    title(b).is_some().cmp(&title(a).is_some()).then(title(a).cmp(&title(b))).then(a.cmp(b))
                });
            }
            _ => keys.sort(),
        }
        Ok(())
    }
}

/// Whether the groups have an order that says something; links and texts are ranked by worth.
pub(super) fn is_ordered(kind: FieldType, cut: &Cut) -> bool {
    !matches!((cut, kind), (Cut::Value, FieldType::Link | FieldType::Text))
}

/// Between the first and the last group of a calendar or a clock none is missing.
fn filled(keys: Vec<Raw>, slice: &Slice, cut: &Cut) -> Vec<Raw> {
    let ends =
        keys.iter().filter_map(Raw::int).fold(None, |ends: Option<(i64, i64)>, n| Some(ends.map_or((n, n), |(a, b)| (a.min(n), b.max(n)))));
    let Some((first, last)) = ends else { return keys };
    match (slice, cut) {
        (Slice::Weekday(_), _) => (0..7).map(Raw::Int).collect(),
        (Slice::Hour(_), _) => (first..=last).map(Raw::Int).collect(),
        (Slice::Edges(_), Cut::Period(Grain::Day | Grain::Week | Grain::Month | Grain::Quarter | Grain::Year)) => {
            (first..=last).map(Raw::Int).collect()
        }
        (Slice::Edges(edges), _) => (0..=edges.len() as i64).filter(|n| (first..=last).contains(n)).map(Raw::Int).collect(),
        _ => keys,
    }
}
