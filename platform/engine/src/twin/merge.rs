//! Making one record of two: what would happen, and doing it in one transaction.

use super::TwinState;
use super::moves::{Moves, linking};
use crate::rights::{Access, Rights};
use crate::told::Told;
use crate::{Ctx, Engine, Result, Tx};
use akrab_model::object::FieldRight;
use akrab_model::problem::ProblemKind;
use akrab_model::value::Input;
use akrab_model::{Field, FieldType, Object, Problem, Record, RecordId, Value};
use akrab_store::MergeRow;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json, json};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Whose value a field keeps.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Choice {
    Winner,
    Loser,
    /// All of both; for fields of several values.
    Both,
}

/// Which record goes into which.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct MergeAsk {
    pub winner: RecordId,
    pub loser: RecordId,
    /// Only where it differs from what is usual: the winner's value, the loser's where the winner has none, all of fields
    /// of several values. Of an address or a person's name all parts go together, under its key.
    pub choices: BTreeMap<String, Choice>,
}

/// A field in which the two differ.
#[derive(Debug, Clone)]
pub struct MergeField {
    /// Its key; of an address or name that of the whole.
    pub key: String,
    /// The fields that go with it, itself among them.
    pub parts: Vec<String>,
    pub usual: Choice,
    pub may_both: bool,
}

/// What would move.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct MergeMove {
    /// Object of the records that link here, and their link field.
    pub object: String,
    pub field: String,
    pub count: i64,
    /// How many of them link to both, and are linked once then.
    pub common: i64,
    /// How many of them say the same as one of the other, and are there once then.
    pub same: i64,
}

/// What a merge would do.
#[derive(Debug, Clone)]
pub struct MergePlan {
    pub winner: Record,
    pub loser: Record,
    /// Only fields in which the two differ and that may be changed.
    pub fields: Vec<MergeField>,
    /// Only of objects the actor sees at all.
    pub moves: Vec<MergeMove>,
    pub files: i64,
}

/// A merge as it is kept.
#[derive(Debug, Clone)]
pub struct MergeView {
    pub id: i64,
    pub object: String,
    pub winner: RecordId,
    pub loser: RecordId,
    pub loser_title: String,
    /// Microseconds UTC.
    pub at: i64,
    pub actor: Option<i64>,
}

/// What the history of a record tells of a merge.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MergeTold {
    /// What the other record was called.
    pub title: String,
    /// They were taken apart.
    pub apart: bool,
}

/// What is written down of a merge.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Body {
    pub title: String,
    /// Fields of the winner that were changed: before and after.
    pub fields: Map<String, Json>,
    pub moves: Moves,
    /// Records that were main ones: object and id.
    pub mains: Vec<(String, RecordId)>,
    /// Merges by which what said the same was set aside.
    pub aside: Vec<i64>,
    /// Records made to keep what is shown no longer: object and id.
    pub made: Vec<(String, RecordId)>,
    /// The pair that was decided by it.
    pub twin: Option<i64>,
}

impl Engine {
    /// What merging would do.
    ///
    /// # Errors
    /// As [`Tx::merge`].
    pub async fn merge_plan(&self, ctx: &Ctx, object: &str, winner: RecordId, loser: RecordId) -> Result<MergePlan> {
        let object = object.to_string();
        self.read(ctx, move |tx| tx.merge_plan(&object, winner, loser)).await
    }

    /// Merges two records; gives the number of the merge.
    ///
    /// # Errors
    /// As [`Tx::merge`].
    pub async fn merge(&self, ctx: &Ctx, object: &str, ask: MergeAsk) -> Result<i64> {
        let object = object.to_string();
        self.write(ctx, move |tx| tx.merge(&object, &ask)).await
    }

    /// The record that one has gone into, if it has and the actor may see it.
    ///
    /// # Errors
    /// `not_found` object.
    pub async fn merged_into(&self, ctx: &Ctx, object: &str, id: RecordId) -> Result<Option<RecordId>> {
        let object = object.to_string();
        self.read(ctx, move |tx| tx.merged_into(&object, id)).await
    }
}

impl Tx<'_> {
    /// As [`Engine::merged_into`].
    ///
    /// # Errors
    /// As [`Engine::merged_into`].
    pub fn merged_into(&mut self, object: &str, id: RecordId) -> Result<Option<RecordId>> {
        let object = self.object(object)?;
        let Some(winner) = self.conn.merged_into(&object.key, id)? else { return Ok(None) };
        Ok(self.may(&object, Access::Read, winner)?.then_some(winner))
    }

    /// The merges that went into a record and still stand, the latest first.
    ///
    /// # Errors
    /// `not_found` for a record out of sight.
    pub fn merges_into(&mut self, object: &str, id: RecordId) -> Result<Vec<MergeView>> {
        let object = self.object(object)?;
        self.must_see(&object, id, akrab_store::Bin::Living)?;
        Ok(self.conn.merges_into(&object.key, id)?.into_iter().map(view).collect())
    }

    /// As [`Engine::merge_plan`].
    ///
    /// # Errors
    /// As [`Tx::merge`].
    pub fn merge_plan(&mut self, object: &str, winner: RecordId, loser: RecordId) -> Result<MergePlan> {
        let object = self.mergeable(object, winner, loser)?;
        let (first, second) = (self.get(&object.key, winner)?, self.get(&object.key, loser)?);
        if self.may_among(&object, Access::Merge, &[winner, loser])?.len() < 2 {
            return Err(Problem::forbidden());
        }
        let registry = self.registry.clone();
        let mut moves = Vec::new();
        for (child, field) in linking(&registry, &object) {
            let link = child.at(field);
            if child.is_system() || self.rights.scope(child, Access::Read) == akrab_model::object::Scope::None {
                continue;
            }
            let (count, common) = self.conn.children_count(child, link, loser, winner)?;
            if count > 0 {
                let same = self.doubles_count(child, link, loser, winner)?;
                moves.push(MergeMove { object: child.key.clone(), field: link.key.clone(), count, common, same });
            }
        }
        let files = self.conn.attachments_count(&object.key, loser)?;
        Ok(MergePlan { fields: fields(&object, &self.rights, &first, &second), winner: first, loser: second, moves, files })
    }

    fn mergeable(&self, object: &str, winner: RecordId, loser: RecordId) -> Result<Arc<Object>> {
        let object = self.object(object)?;
        self.rights.require(&object, Access::Merge)?;
        if winner == loser {
            return Err(Problem::malformed("merge_same"));
        }
        if object.is_system() {
            return Err(Problem::forbidden());
        }
        Ok(object)
    }

    /// Makes one record of two: `loser` goes into `winner`, with everything that hangs on it. Gives the number of the merge.
    ///
    /// # Errors
    /// `not_found`, `forbidden`, `merge_same`; `merge_ledger` when both hold points or funds of one kind;
    /// `invalid` when rules refuse the record as it would be. Then nothing was merged.
    pub fn merge(&mut self, object: &str, ask: &MergeAsk) -> Result<i64> {
        let object = self.mergeable(object, ask.winner, ask.loser)?;
        // the same order for all, so that nobody waits for the other
        let both = [ask.winner.min(ask.loser), ask.winner.max(ask.loser)];
        let mut records = self.load_all_for(&object, &both, Access::Merge)?;
        if ask.winner > ask.loser {
            records.reverse();
        }
        let [winner, loser] = <[Record; 2]>::try_from(records).map_err(|_| Problem::not_found())?;
        if self.conn.ledger_meets(&object.key, loser.id, winner.id)? {
            return Err(Problem::new(ProblemKind::Conflict, "merge_ledger"));
        }
        for key in ask.choices.keys() {
            let named = |field: &Field| field.writable() && (field.key == *key || field.part_of.as_ref() == Some(key));
            if !object.fields.iter().any(named) {
                let fault = akrab_model::FieldProblem::new(&format!("/choices/{key}"), "unknown_field").with("field", key);
                return Err(Problem::invalid(vec![fault]));
            }
        }
        let mut input = self.merged_input(&object, &winner, &loser, &ask.choices);
        if let Some(parent) = object.decl.tree.as_ref().map(|tree| tree.parent.as_str())
            && self.stands_above(&object, parent, &winner, loser.id)?
        {
            // all below the loser comes below the winner, which takes its place
            input.insert(parent.into(), loser.link(parent).map_or(Json::Null, |up| json!(up)));
        }
        let at = self.ctx.micros();
        // below nought: it went into another record, and is in no bin
        self.conn.set_deleted(&object, loser.id, Some(-at))?;
        self.conn.search_drop(&object.key, loser.id)?;
        self.end_approvals(&object, loser.id)?;
        let moves = self.hang_over(&object, loser.id, winner.id)?;
        let before = winner.clone();
        let mains = self.one_main(&object, &before, &moves)?;
        let after = if input.is_empty() { winner } else { self.update(&object.key, before.id, &input, None)? };
        self.as_old_as(&before, &after, &loser)?;
        let made = self.keep_said(&object, &after, [&before, &loser])?;
        let aside = self.set_doubles_aside(before.id, &moves)?;
        let changed = changed_fields(&object, &before, &after);
        self.roll_up_all(&object, &[before.id, loser.id])?;
        let twin = self.conn.twins_of(&object.key, loser.id)?.into_iter().find(|twin| twin.a == before.id || twin.b == before.id);
        if let Some(twin) = &twin {
            let by = self.ctx.author();
            self.conn.twin_decide(twin.id, TwinState::Merged, &twin.mark, by, at)?;
        }
        let title = loser.title().to_string();
        let body = Body { title: title.clone(), fields: changed, moves, mains, aside, made, twin: twin.map(|twin| twin.id) };
        let id = self.write_merge(&object, before.id, loser.id, &body)?;
        self.index_again(&object, &after)?;
        self.keep_told(&object.key, before.id, &Told::Merged(MergeTold { title: title.clone(), apart: false }))?;
        self.told_without_change(&object, loser.id, "merge")?;
        self.tell_binned(&object, &loser, "delete")?;
        self.feed_parents(&object, &[(None, &loser)])?;
        self.audit(
            "merge",
            Some((&object.key, before.id)),
            json!({ "title": before.title(), "from": loser.id, "from_title": title, "merge": id }),
        )?;
        Ok(id)
    }

    /// The values of the winner that change.
    fn merged_input(&self, object: &Arc<Object>, winner: &Record, loser: &Record, choices: &BTreeMap<String, Choice>) -> Input {
        let mut input = Input::new();
        for group in fields(object, &self.rights, winner, loser) {
            let choice = choices.get(&group.key).copied().unwrap_or(group.usual);
            for key in &group.parts {
                let Some(field) = object.field(key) else { continue };
                let value = match choice {
                    Choice::Winner => continue,
                    Choice::Both if group.may_both => together(field, winner.get(key), loser.get(key)),
                    Choice::Both | Choice::Loser => shown(field, loser.get(key)),
                };
                // nothing links to itself
                let own = field.to == Some(object.ix) && value.as_i64() == Some(winner.id);
                input.insert(key.clone(), if own { Json::Null } else { value });
            }
        }
        for field in object.fields.iter().filter(|f| f.to == Some(object.ix) && f.kind == FieldType::Link && f.writable()) {
            if winner.link(&field.key) == Some(loser.id) {
                input.entry(field.key.clone()).or_insert(Json::Null);
            }
        }
        input
    }
}

fn view(row: MergeRow) -> MergeView {
    let body: Body = serde_json::from_str(&row.body).unwrap_or_default();
    MergeView {
        id: row.id,
        object: row.object,
        winner: row.winner,
        loser: row.loser,
        loser_title: body.title,
        at: row.at,
        actor: row.actor,
    }
}

/// A value as the API takes it.
pub(super) fn shown(field: &Field, value: &Value) -> Json {
    match value {
        Value::Links(rows) => rows.iter().map(|row| row.to_json(field)).collect(),
        value => value.to_json(),
    }
}

/// All of both.
fn together(field: &Field, winner: &Value, loser: &Value) -> Json {
    let (Json::Array(mut all), Json::Array(more)) = (shown(field, winner), shown(field, loser)) else { return shown(field, loser) };
    let is = |one: &Json| one.get("id").cloned().unwrap_or_else(|| one.clone());
    for one in more {
        if !all.iter().any(|known| is(known) == is(&one)) {
            all.push(one);
        }
    }
    Json::Array(all)
}

/// The fields in which two records differ and that the actor may change, parts of a whole together.
fn fields(object: &Object, rights: &Rights, winner: &Record, loser: &Record) -> Vec<MergeField> {
    let mut groups: Vec<MergeField> = Vec::new();
    for (ix, field) in (0_u16..).map(akrab_model::FieldIx).zip(&object.fields) {
        if !field.writable() || field.hidden || rights.field(object, ix) < FieldRight::Edit {
            continue;
        }
        let key = field.part_of.clone().unwrap_or_else(|| field.key.clone());
        match groups.iter_mut().find(|group| group.key == key) {
            Some(group) => group.parts.push(field.key.clone()),
            None => {
                let may_both = matches!(field.kind, FieldType::Choices | FieldType::Links);
                groups.push(MergeField { key, parts: vec![field.key.clone()], usual: Choice::Winner, may_both });
            }
        }
    }
    let differs = |group: &MergeField| group.parts.iter().any(|key| winner.get(key) != loser.get(key) && !loser.get(key).is_blank());
    let blank = |record: &Record, group: &MergeField| group.parts.iter().all(|key| record.get(key).is_blank());
    groups.retain(differs);
    for group in &mut groups {
        group.usual = match (blank(winner, group), group.may_both) {
            (true, _) => Choice::Loser,
            (false, true) => Choice::Both,
            (false, false) => Choice::Winner,
        };
    }
    groups
}

fn changed_fields(object: &Object, before: &Record, after: &Record) -> Map<String, Json> {
    let changed = object.fields.iter().filter(|f| f.writable() && before.get(&f.key) != after.get(&f.key));
    changed.map(|f| (f.key.clone(), json!([shown(f, before.get(&f.key)), shown(f, after.get(&f.key))]))).collect()
}
