//! Placing records in territories: by rules when they are saved, by hand, and after what they link to.

use super::{Destination, PlaceJob};
use crate::rights::{Access, Everything};
use crate::{Result, Tx};
use akrab_model::filter::{Env, Is, Test};
use akrab_model::object::{TERRITORY, TERRITORY_FIXED};
use akrab_model::{Cond, FieldIx, FieldProblem, Object, ObjectIx, Problem, Raw, Record, RecordId, Value};
use akrab_store::Bin;
use serde_json::json;
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

/// More records than this that follow another one are placed by a job.
const AT_ONCE: usize = 500;
/// Links followed from record to record.
const DEEPEST: usize = 8;

/// Where a record is and where the rules want it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Move {
    pub id: RecordId,
    pub from: Option<i64>,
    pub to: Option<i64>,
}

/// Territories that are going to change: (object, record) → where to.
pub(super) type Ahead = HashMap<(ObjectIx, RecordId), Option<i64>>;

impl Tx<'_> {
    /// Places records that were just written, and those that follow them.
    pub(crate) fn place(&mut self, object: &Arc<Object>, ids: &[RecordId], told: bool) -> Result<()> {
        self.place_deep(object, ids, told, 0)
    }

    fn place_deep(&mut self, object: &Arc<Object>, ids: &[RecordId], told: bool, depth: usize) -> Result<()> {
        let sharing = self.engine.people().sharing.clone();
        if object.territory.is_none() || ids.is_empty() || depth > DEEPEST || sharing.placing(&object.key).is_empty() {
            return Ok(());
        }
        let moves = self.moves(object, ids, &Ahead::new())?;
        self.move_all(object, &moves, told)?;
        let moved: Vec<RecordId> = moves.iter().map(|m| m.id).collect();
        self.lead(object, &moved, depth)
    }

    /// Records that go where these go are placed anew: few at once, many by a job.
    pub(crate) fn lead(&mut self, object: &Arc<Object>, moved: &[RecordId], depth: usize) -> Result<()> {
        let sharing = self.engine.people().sharing.clone();
        if moved.is_empty() || sharing.placing.is_empty() {
            return Ok(());
        }
        let registry = self.registry.clone();
        let links: Vec<(String, String)> = object
            .children
            .iter()
            .map(|(child, field)| (registry.at(*child).key.clone(), registry.at(*child).at(*field).key.clone()))
            .collect();
        for (child, link) in sharing.following(&links) {
            let Some(child) = registry.object(child).cloned() else { continue };
            let Some(field) = child.field_ix(link) else { continue };
            let is = Is::In(moved.iter().map(|id| Raw::Int(*id)).collect());
            let here = Cond::Test(Test { path: Vec::new(), object: child.ix, field, is });
            let ids = self.conn.ids_after(&registry, &child, &here, 0, AT_ONCE + 1)?;
            if ids.len() > AT_ONCE {
                self.enqueue(&PlaceJob { dry: false, only: Some(child.key.clone()), via: Some(link.into()), of: moved.to_vec() })?;
            } else {
                self.place_deep(&child, &ids, true, depth + 1)?;
            }
        }
        Ok(())
    }

    /// Those of these records that stand elsewhere than the rules want. `ahead` counts before what is stored.
    pub(super) fn moves(&mut self, object: &Arc<Object>, ids: &[RecordId], ahead: &Ahead) -> Result<Vec<Move>> {
        let (Some(place), Some(fixed)) = (object.territory, object.field_ix(TERRITORY_FIXED)) else { return Ok(Vec::new()) };
        let registry = self.registry.clone();
        let sharing = self.engine.people().sharing.clone();
        let rules = sharing.placing(&object.key);
        let env = Env { now: self.engine.now(), me: None, team: Vec::new() };
        let conds = rules.iter().map(|rule| rule.filter.bind(&registry, object, &env, &Everything).unwrap_or(Cond::False));
        let conds: Vec<Cond> = conds.collect();
        let mut links: Vec<FieldIx> = rules.iter().filter_map(|rule| link_of(object, &rule.to)).collect();
        links.sort_unstable();
        links.dedup();
        let columns: Vec<FieldIx> = [place, fixed].into_iter().chain(links.iter().copied()).collect();
        let rows = self.conn.rows(&registry, object, ids, &columns, &Cond::True)?;
        let mut places: BTreeMap<FieldIx, HashMap<RecordId, Option<i64>>> = BTreeMap::new();
        for (n, link) in links.iter().enumerate() {
            let wanted: Vec<RecordId> = rows.iter().filter_map(|row| row.cells[2 + n].int()).collect();
            places.insert(*link, self.places_of(object, *link, &wanted, ahead)?);
        }
        let mut moves = Vec::new();
        // a rule that goes after a link counts only where the link leads somewhere: each is asked for itself
        let mut open: Vec<&akrab_store::Row> =
            rows.iter().filter(|row| row.deleted_at.is_none() && row.cells[1].int() != Some(1)).collect();
        let mut start = 0;
        let mut wanted: HashMap<RecordId, Option<i64>> = HashMap::new();
        while !open.is_empty() && start < conds.len() {
            let asked: Vec<RecordId> = open.iter().map(|row| row.id).collect();
            let first = self.conn.first_holding(&registry, object, &asked, &conds[start..])?;
            let mut left = Vec::new();
            let mut next = conds.len();
            for row in open {
                let Some(n) = first.get(&row.id).map(|n| n + start) else { continue };
                let to = match &rules[n].to {
                    Destination::Territory(id) => Some(*id),
                    to => link_of(object, to).and_then(|link| {
                        let at = links.iter().position(|l| *l == link)?;
                        places.get(&link)?.get(&row.cells[2 + at].int()?).copied().flatten()
                    }),
                };
                match to {
                    Some(to) => drop(wanted.insert(row.id, Some(to))),
                    None => {
                        next = next.min(n + 1);
                        left.push(row);
                    }
                }
            }
            (open, start) = (left, next);
        }
        for row in rows.iter().filter(|row| row.deleted_at.is_none() && row.cells[1].int() != Some(1)) {
            let (from, to) = (row.cells[0].int(), wanted.get(&row.id).copied().flatten());
            if from != to {
                moves.push(Move { id: row.id, from, to });
            }
        }
        Ok(moves)
    }

    /// Territories of what a link points to.
    fn places_of(&mut self, object: &Object, link: FieldIx, ids: &[RecordId], ahead: &Ahead) -> Result<HashMap<RecordId, Option<i64>>> {
        let registry = self.registry.clone();
        let target = object.at(link).to.map(|to| registry.at(to).clone());
        let Some((target, place)) = target.and_then(|t| Some((t.clone(), t.territory?))) else { return Ok(HashMap::new()) };
        let mut ids = ids.to_vec();
        ids.sort_unstable();
        ids.dedup();
        let rows = self.conn.rows(&registry, &target, &ids, &[place], &Cond::True)?;
        let mut found: HashMap<RecordId, Option<i64>> = rows.into_iter().map(|row| (row.id, row.cells[0].int())).collect();
        for (id, to) in &mut found {
            if let Some(next) = ahead.get(&(target.ix, *id)) {
                *to = *next;
            }
        }
        Ok(found)
    }

    /// Writes new places; with `told` the history says so.
    pub(super) fn move_all(&mut self, object: &Arc<Object>, moves: &[Move], told: bool) -> Result<()> {
        let Some(place) = object.territory.filter(|_| !moves.is_empty()) else { return Ok(()) };
        let rows = moves.iter().map(|m| (m.id, vec![Raw::from(m.to)])).collect();
        self.conn.set_columns(object, &[place], rows)?;
        if told {
            self.tell_moved(object, moves.iter().map(|m| (m.id, m.from, m.to)))?;
        }
        Ok(())
    }

    /// Chooses a record's territory by hand, so that rules leave it there; with none the rules place it again.
    ///
    /// # Errors
    /// `not_found`, `forbidden` for whoever may not share the record, `invalid` at `territory`.
    pub fn place_by_hand(&mut self, object: &str, id: RecordId, to: Option<Option<RecordId>>) -> Result<()> {
        let object = self.object(object)?;
        if object.territory.is_none() {
            return Err(Problem::not_found());
        }
        let before = self.load_for(&object, id, Access::Edit, Bin::Living)?;
        if !self.may(&object, Access::Share, id)? {
            return Err(Problem::forbidden());
        }
        let fault = |code: &str| Problem::invalid(vec![FieldProblem::new(TERRITORY, code)]);
        if let Some(Some(to)) = to {
            self.find(TERRITORY, to)?.ok_or_else(|| fault("unknown_choice"))?;
        }
        let mut after: Record = before.clone();
        if let Some(to) = to {
            after.set(TERRITORY, to.map_or(Value::Null, Value::Link));
        }
        after.set(TERRITORY_FIXED, Value::Bool(to.is_some()));
        if !self.rights.reaches(&object, Access::Edit, &after) {
            return Err(fault("territory_out_of_reach"));
        }
        let mut draft = crate::Draft::of(&object, Some(before), after);
        self.write_update(&object, &mut draft)?;
        self.lead(&object, &[id], 0)?;
        self.audit("placed", Some((&object.key, id)), json!({ "title": draft.after.title() }))
    }

    /// Whether any record, in the bin too, is in this territory.
    pub(super) fn has_placed(&mut self, territory: RecordId) -> Result<bool> {
        let registry = self.registry.clone();
        for object in registry.objects() {
            let Some(field) = object.territory else { continue };
            let here = Cond::Test(Test { path: Vec::new(), object: object.ix, field, is: Is::Eq(Raw::Int(territory)) });
            if !self.conn.ids_after(&registry, object, &here, 0, 1)?.is_empty() {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

fn link_of(object: &Object, to: &Destination) -> Option<FieldIx> {
    match to {
        Destination::As(link) => object.field_ix(link),
        Destination::Territory(_) => None,
    }
}
