//! Trees of records: what stands above one, what stands below it, and figures over all of them.

use crate::write::{DEEPEST, Tx};
use crate::{ListRequest, Result, Total};
use akrab_model::filter::Op;
use akrab_model::object::FieldRight;
use akrab_model::{Cond, FieldIx, Filter, Object, Problem, Raw, RecordId, Value};
use akrab_store::Bin;
use std::collections::{HashMap, HashSet};

/// Records of a tree that are told; figures cover all of them.
const SHOWN: usize = 100;
/// Most records that figures are added up over.
const MOST: usize = 5_000;

/// Where a record stands in its tree, as far as the actor may see.
#[derive(Debug, Clone, Default)]
pub struct Tree {
    /// From the top down to the record above it.
    pub above: Vec<(RecordId, String)>,
    /// Itself and those below it, each after the one it hangs on.
    pub branches: Vec<Branch>,
    /// How many there are below it.
    pub below: usize,
    /// The declared figures over itself and all below, each record once.
    pub totals: Vec<Total>,
}

/// A record of a tree.
#[derive(Debug, Clone)]
pub struct Branch {
    pub id: RecordId,
    pub title: String,
    /// Steps below the record that was asked about.
    pub depth: usize,
    /// The first of the declared figures.
    pub figure: Value,
}

impl Tx<'_> {
    /// A record and all below it that the actor may see, by steps; none for objects that form no tree.
    ///
    /// # Errors
    /// What the database answers.
    pub fn below(&mut self, object: &str, id: RecordId) -> Result<Vec<RecordId>> {
        Ok(self.descend(object, id)?.into_iter().map(|(id, _)| id).collect())
    }

    /// Each with the one it hangs on.
    fn descend(&mut self, object: &str, id: RecordId) -> Result<Vec<(RecordId, RecordId)>> {
        let object = self.object(object)?;
        let Some(parent) = parent(self, &object) else { return Ok(vec![(id, 0)]) };
        let mut found = vec![(id, 0)];
        let mut seen = HashSet::from([id]);
        let mut level = vec![id];
        for _ in 0..DEEPEST {
            if level.is_empty() || found.len() >= MOST {
                break;
            }
            let values = level.drain(..).map(Raw::Int).collect();
            for (child, cells) in self.among(&object, parent, values, vec![parent])? {
                if seen.insert(child) {
                    found.push((child, cells.first().and_then(Raw::int).unwrap_or_default()));
                    level.push(child);
                }
            }
        }
        Ok(found)
    }

    /// The tree around a record; none for objects that form no tree, and for a record that stands alone.
    ///
    /// # Errors
    /// What the database answers.
    pub fn tree(&mut self, object: &str, id: RecordId) -> Result<Option<Tree>> {
        let object = self.object(object)?;
        let (Some(decl), Some(parent)) = (object.decl.tree.clone(), parent(self, &object)) else { return Ok(None) };
        let above = self.above(&object, parent, id)?;
        let found = self.descend(&object.key, id)?;
        if above.is_empty() && found.len() < 2 {
            return Ok(None);
        }
        let seen = |key: &String| object.field_ix(key).is_some_and(|ix| self.rights.field(&object, ix) > FieldRight::Hidden);
        let figures: Vec<String> = decl.figures.iter().filter(|key| seen(key)).cloned().collect();
        let ids: Vec<RecordId> = found.iter().map(|(id, _)| *id).collect();
        let request = ListRequest { object: object.key.clone(), filter: Some(Filter::test("id", Op::In, ids)), ..ListRequest::default() };
        let sums: Vec<String> = figures.iter().map(|key| format!("{key}:sum")).collect();
        let totals = self.totals(&request, &sums)?;
        let shown: Vec<RecordId> = found.iter().take(SHOWN).map(|(id, _)| *id).collect();
        let columns = figures.iter().take(1).cloned().chain([object.title_field().key.clone()]).collect();
        let page = ListRequest { filter: Some(Filter::test("id", Op::In, shown)), columns, limit: SHOWN, ..request };
        let known: HashMap<RecordId, (String, Value)> = self
            .list(&page)?
            .records
            .into_iter()
            .map(|r| (r.id, (r.title().to_string(), figures.first().map_or(Value::Null, |key| r.get(key).clone()))))
            .collect();
        let mut branches = Vec::new();
        hang(&found, &known, id, 0, &mut branches);
        Ok(Some(Tree { above, branches, below: found.len() - 1, totals }))
    }

    fn above(&mut self, object: &Object, parent: FieldIx, id: RecordId) -> Result<Vec<(RecordId, String)>> {
        let mut above = Vec::new();
        let mut at = id;
        for _ in 0..DEEPEST {
            let registry = self.registry.clone();
            let here = self.conn.row(&registry, object, at, &[parent], &Cond::True, Bin::Living)?.ok_or_else(Problem::not_found)?;
            let Some(up) = here.cells.first().and_then(Raw::int) else { break };
            let Some((_, title)) = self.titles_of(object.ix, &[up])?.pop() else { break };
            above.push((up, title));
            at = up;
        }
        above.reverse();
        Ok(above)
    }
}

fn parent(tx: &Tx, object: &Object) -> Option<akrab_model::FieldIx> {
    let parent = object.field_ix(&object.decl.tree.as_ref()?.parent)?;
    (tx.rights.field(object, parent) > FieldRight::Hidden).then_some(parent)
}

/// Each branch behind the one it hangs on.
fn hang(found: &[(RecordId, RecordId)], known: &HashMap<RecordId, (String, Value)>, id: RecordId, depth: usize, out: &mut Vec<Branch>) {
    let Some((title, figure)) = known.get(&id) else { return };
    out.push(Branch { id, title: title.clone(), depth, figure: figure.clone() });
    let mut below: Vec<RecordId> = found.iter().filter(|(_, up)| *up == id).map(|(id, _)| *id).collect();
    below.sort_by_key(|id| known.get(id).map(|(title, _)| akrab_model::text::fold(title)));
    for child in below {
        hang(found, known, child, depth + 1, out);
    }
}
