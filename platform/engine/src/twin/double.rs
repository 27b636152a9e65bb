//! What both of two records say is said once when they become one: children of the one that goes in which say the same as
//! children of the one that stays are set aside, of several main ones one stays, and what is shown no longer is kept.
//! How an object's records behave is declared in its `[merge]`.

use super::merge::Body;
use super::moves::{Children, Moves, linking};
use crate::{Result, Tx};
use akrab_model::object::{FieldRight, MergeDecl};
use akrab_model::problem::ProblemKind;
use akrab_model::text::fold;
use akrab_model::value::Input;
use akrab_model::{Field, FieldType, Object, Problem, Record, RecordId, Value};
use akrab_store::MergeRow;
use serde_json::json;
use std::sync::Arc;

const WHY: &str = "what hangs on two records that became one is said once";

impl Tx<'_> {
    /// How many records that hang on one by a link say the same as one that hangs on the other.
    pub(super) fn doubles_count(&mut self, child: &Object, link: &Field, from: RecordId, to: RecordId) -> Result<i64> {
        let Some(merge) = child.decl.merge.as_ref().filter(|_| link.is_column()) else { return Ok(0) };
        let (moved, own) = (self.hung(child, link, from)?, self.hung(child, link, to)?);
        Ok(moved.iter().filter(|one| double_of(one, &own, merge, &link.key).is_some()).count() as i64)
    }

    /// Of several main records that hang on the one that stays now, its own stays; gives those that are main no longer.
    pub(super) fn one_main(&mut self, object: &Object, winner: &Record, moves: &Moves) -> Result<Vec<(String, RecordId)>> {
        let mut turned = Vec::new();
        for moved in &moves.children {
            let child = self.object(&moved.object)?;
            let Some((merge, main)) = child.decl.merge.as_ref().and_then(|merge| Some((merge, merge.main.as_deref()?))) else { continue };
            let Some((came, own)) = self.apart(&child, moved, winner.id)? else { continue };
            let is_main = |record: &&Record| *record.get(main) == Value::Bool(true);
            let beside = |one: &Record| own.iter().filter(is_main).any(|known| agree(known, one, &merge.each, ""));
            for one in came.iter().filter(is_main).filter(|one| beside(one) || shows_another(object, winner, one, merge)) {
                self.as_system(WHY).set_values(&child.key, one.id, vec![(main, Value::Bool(false))])?;
                turned.push((child.key.clone(), one.id));
            }
        }
        Ok(turned)
    }

    /// Makes what was main before a merge main again.
    pub(super) fn main_again(&mut self, turned: &[(String, RecordId)]) -> Result<()> {
        for (key, id) in turned {
            let Ok(child) = self.object(key) else { continue };
            let Some(main) = child.decl.merge.as_ref().and_then(|merge| merge.main.as_deref()) else { continue };
            if self.find(key, *id)?.is_some_and(|record| *record.get(main) == Value::Bool(false)) {
                self.as_system(WHY).set_values(key, *id, vec![(main, Value::Bool(true))])?;
            }
        }
        Ok(())
    }

    /// Sets aside what came along and says the same as what the one that stays has; gives the numbers of these merges.
    pub(super) fn set_doubles_aside(&mut self, winner: RecordId, moves: &Moves) -> Result<Vec<i64>> {
        let mut aside = Vec::new();
        for moved in &moves.children {
            let child = self.object(&moved.object)?;
            let Some(merge) = &child.decl.merge else { continue };
            let Some((came, own)) = self.apart(&child, moved, winner)? else { continue };
            for one in &came {
                if let Some(kept) = double_of(one, &own, merge, &moved.field) {
                    aside.extend(self.set_aside(&child, kept.id, one)?);
                }
            }
        }
        Ok(aside)
    }

    /// One record goes into another that says the same, with what hangs on it.
    fn set_aside(&mut self, child: &Arc<Object>, kept: RecordId, gone: &Record) -> Result<Option<i64>> {
        if self.conn.ledger_meets(&child.key, gone.id, kept)? {
            return Ok(None);
        }
        let at = self.ctx.micros();
        // as every record that went into another: in no bin
        self.conn.set_deleted(child, gone.id, Some(-at))?;
        self.conn.search_drop(&child.key, gone.id)?;
        self.end_approvals(child, gone.id)?;
        let moves = self.hang_over(child, gone.id, kept)?;
        self.roll_up_all(child, &[kept, gone.id])?;
        let id = self.write_merge(child, kept, gone.id, &Body { title: gone.title().to_string(), moves, ..Body::default() })?;
        self.index_living(child, kept)?;
        self.told_without_change(child, gone.id, "merge")?;
        self.tell_binned(child, gone, "delete")?;
        self.feed_parents(child, &[(None, gone)])?;
        Ok(Some(id))
    }

    /// Brings back what a merge set aside; what was brought back or removed since stays as it is.
    pub(super) fn bring_forth(&mut self, aside: &[i64]) -> Result<()> {
        for merge in aside {
            let Some(row) = self.conn.merge(*merge)?.filter(|row| row.undone_at.is_none()) else { continue };
            let Ok(child) = self.object(&row.object) else { continue };
            let Some(gone) = self.find_kept(&child.key, &[row.loser])?.pop() else { continue };
            let body: Body = serde_json::from_str(&row.body).map_err(Problem::internal)?;
            self.check_still_free(&child, &gone)?;
            self.hang_back(&child, &body.moves, row.winner, row.loser)?;
            self.conn.set_deleted(&child, row.loser, None)?;
            let (by, at) = (self.ctx.author(), self.ctx.micros());
            self.conn.merge_undone(row.id, by, at)?;
            self.roll_up_all(&child, &[row.winner, row.loser])?;
            self.index_living(&child, row.winner)?;
            self.index_living(&child, row.loser)?;
            self.told_without_change(&child, row.loser, "unmerge")?;
            self.tell_binned(&child, &gone, "restore")?;
            self.feed_parents(&child, &[(None, &gone)])?;
        }
        Ok(())
    }

    /// Keeps what one of the two said and the one that stays does not show, as records that hang on it; gives them.
    pub(super) fn keep_said(&mut self, object: &Object, stays: &Record, said: [&Record; 2]) -> Result<Vec<(String, RecordId)>> {
        let registry = self.registry.clone();
        let mut made = Vec::new();
        for (child, ix) in linking(&registry, object) {
            let link = child.at(ix);
            let Some(keeps) = child.decl.merge.as_ref().and_then(|merge| merge.keeps.as_ref()) else { continue };
            if link.kind != FieldType::Link || child.decl.hidden {
                continue;
            }
            let choices = child.field(&keeps.kind).map(|kind| kind.choices.as_slice()).unwrap_or_default();
            let known: Vec<&Field> = choices
                .iter()
                .filter_map(|choice| object.field_ix(&choice.key))
                .filter(|ix| self.rights.field(object, *ix) > FieldRight::Hidden)
                .map(|ix| object.at(ix))
                .collect();
            for (record, field) in said.iter().flat_map(|record| known.iter().map(move |field| (record, *field))) {
                let value = record.text(&field.key);
                if value.is_empty() || known.iter().any(|shown| fold(stays.text(&shown.key)) == fold(value)) {
                    continue;
                }
                let typed = Some(record.text(&format!("{}_typed", field.key))).filter(|typed| !typed.is_empty()).unwrap_or(value);
                let mut input = Input::new();
                input.insert(keeps.value.clone(), json!(typed));
                input.insert(keeps.kind.clone(), json!(field.key));
                input.insert(link.key.clone(), json!(stays.id));
                made.extend(self.keep_one(child, link, stays.id, &input)?.map(|id| (child.key.clone(), id)));
            }
        }
        Ok(made)
    }

    /// Makes a record unless one that hangs there says the same already, or the rules of its object refuse it.
    fn keep_one(&mut self, child: &Arc<Object>, link: &Field, on: RecordId, input: &Input) -> Result<Option<RecordId>> {
        let Some(merge) = &child.decl.merge else { return Ok(None) };
        let made = self.as_system(WHY).attempt(|tx| {
            let id = tx.create(&child.key, input)?;
            let (new, known): (Vec<_>, Vec<_>) = tx.hung(child, link, on)?.into_iter().partition(|record| record.id == id);
            // it hangs nowhere else, while one that is known may
            let said: Vec<String> =
                merge.same.iter().filter(|key| child.field(key).is_some_and(|field| field.to.is_none())).cloned().collect();
            match new.iter().any(|one| known.iter().any(|other| agree(other, one, &said, &link.key))) {
                true => Err(Problem::new(ProblemKind::Conflict, "merged_already")),
                false => Ok(id),
            }
        });
        match made {
            Ok(id) => Ok(Some(id)),
            Err(problem) if matches!(problem.kind, ProblemKind::Busy | ProblemKind::Full | ProblemKind::Internal) => Err(problem),
            Err(_) => Ok(None),
        }
    }

    /// Takes back what a merge made to keep what was said; in the bin nothing is lost that was found out about it since.
    pub(super) fn unkeep(&mut self, made: &[(String, RecordId)]) -> Result<()> {
        for (key, id) in made {
            if self.object(key).is_ok() && self.find(key, *id)?.is_some() {
                self.as_system(WHY).delete(key, *id, None)?;
            }
        }
        Ok(())
    }

    /// Living records that hang on one by a link: those that came along, and its own. None where there is nothing to tell
    /// apart.
    fn apart(&mut self, child: &Object, moved: &Children, winner: RecordId) -> Result<Option<(Vec<Record>, Vec<Record>)>> {
        let Some(link) = child.field(&moved.field).filter(|link| link.is_column() && !moved.ids.is_empty()) else { return Ok(None) };
        let (came, own) = self.hung(child, link, winner)?.into_iter().partition(|record| moved.ids.contains(&record.id));
        Ok(Some((came, own)))
    }

    fn hung(&mut self, child: &Object, link: &Field, on: RecordId) -> Result<Vec<Record>> {
        let ids = self.conn.children_ids(child, link, on)?;
        if ids.is_empty() { Ok(Vec::new()) } else { self.find_all(&child.key, &ids) }
    }

    fn index_living(&mut self, object: &Arc<Object>, id: RecordId) -> Result<()> {
        match self.find(&object.key, id)? {
            Some(record) => self.index_again(object, &record),
            None => Ok(()),
        }
    }

    /// Writes down that a record went into another; gives the number of the merge.
    pub(super) fn write_merge(&mut self, object: &Object, winner: RecordId, loser: RecordId, body: &Body) -> Result<i64> {
        Ok(self.conn.merge_add(&MergeRow {
            id: 0,
            object: object.key.clone(),
            winner,
            loser,
            at: self.ctx.micros(),
            actor: self.ctx.author(),
            body: serde_json::to_string(body).map_err(Problem::internal)?,
            undone_at: None,
            undone_by: None,
        })?)
    }
}

/// The record among these that says the same; both hang on one record by the link `over`.
fn double_of<'r>(one: &Record, among: &'r [Record], merge: &MergeDecl, over: &str) -> Option<&'r Record> {
    among.iter().find(|known| !merge.same.is_empty() && agree(known, one, &merge.same, over))
}

fn agree(a: &Record, b: &Record, keys: &[String], over: &str) -> bool {
    keys.iter().filter(|key| *key != over).all(|key| alike(a.get(key), b.get(key)))
}

/// Whether two values say the same: neither the case of a text nor the order of choices matters.
fn alike(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Text(a), Value::Text(b)) => fold(a) == fold(b),
        (Value::Keys(a), Value::Keys(b)) => a.len() == b.len() && a.iter().all(|key| b.contains(key)),
        _ => a == b || (a.is_blank() && b.is_blank()),
    }
}

/// Whether the one that stays shows another value in the field of this record's kind.
fn shows_another(object: &Object, winner: &Record, one: &Record, merge: &MergeDecl) -> bool {
    let Some(kind) = merge.keeps.as_ref().map(|keeps| one.text(&keeps.kind)) else { return false };
    let shown = object.field(kind).map_or("", |field| winner.text(&field.key));
    !shown.is_empty() && !merge.same.iter().any(|key| fold(one.text(key)) == fold(shown))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_alike_whatever_their_case_and_order() {
        let text = |text: &str| Value::Text(text.into());
        let keys = |keys: &[&str]| Value::Keys(keys.iter().map(|key| key.to_string()).collect());
        for (a, b, same) in [
            (text("Ulang tahun"), text("ulang  Tahun"), true),
            (text("Ulang tahun"), text("Hari jadi"), false),
            (keys(&["user", "finance"]), keys(&["finance", "user"]), true),
            (keys(&["user"]), keys(&["user", "finance"]), false),
            (Value::Null, text(""), true),
            (Value::Null, Value::Int(3), false),
            (Value::Int(3), Value::Int(3), true),
        ] {
            assert_eq!(alike(&a, &b), same, "{a:?} {b:?}");
        }
    }
}
