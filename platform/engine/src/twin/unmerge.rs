//! Taking a merge apart: both records are there again, each with what it had.

use super::TwinState;
use super::merge::{Body, MergeTold, shown};
use super::moves::linking;
use crate::rights::Access;
use crate::told::Told;
use crate::{Ctx, Door, Engine, Result, Tx};
use akrab_model::problem::ProblemKind;
use akrab_model::value::Input;
use akrab_model::{Object, Problem, RecordId};
use akrab_store::{Bin, MergeRow};
use serde::Serialize;
use serde_json::json;
use std::sync::Arc;

/// Records listed that stay, of each object.
const LISTED: usize = 200;

/// What became of it, or would.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Unmerged {
    pub winner: RecordId,
    pub loser: RecordId,
    pub loser_title: String,
    /// Made on the winner since, which they stay with: object, id, title.
    pub stay: Vec<(String, RecordId, String)>,
    /// Fields of the winner that were changed since and stay as they are.
    pub kept: Vec<String>,
}

impl Engine {
    /// Takes a merge apart.
    ///
    /// # Errors
    /// As [`Tx::unmerge`].
    pub async fn unmerge(&self, ctx: &Ctx, object: &str, merge: i64) -> Result<Unmerged> {
        let object = object.to_string();
        self.write(ctx, move |tx| tx.unmerge(&object, merge)).await
    }

    /// What taking it apart would leave where it is.
    ///
    /// # Errors
    /// As [`Tx::unmerge`].
    pub async fn unmerge_plan(&self, ctx: &Ctx, object: &str, merge: i64) -> Result<Unmerged> {
        let object = object.to_string();
        self.read(ctx, move |tx| tx.unmerge_plan(&object, merge)).await
    }
}

impl Tx<'_> {
    /// The merge, if it stands and the actor may take it apart.
    fn standing_merge(&mut self, object: &Arc<Object>, merge: i64) -> Result<(MergeRow, Body)> {
        self.rights.require(object, Access::Merge)?;
        let row = self.conn.merge(merge)?.filter(|row| row.object == object.key).ok_or_else(Problem::not_found)?;
        self.must_see(object, row.winner, Bin::Any)?;
        let conflict = |code| Problem::new(ProblemKind::Conflict, code);
        if row.undone_at.is_some() {
            return Err(conflict("merge_undone"));
        }
        // the winner itself went into another since: that one comes first
        if self.conn.merged_into(&object.key, row.winner)?.is_some() {
            return Err(conflict("merge_inner"));
        }
        // whoever made it may take it back; all others need the right to both
        let both = self.may_among(object, Access::Merge, &[row.winner, row.loser])?;
        if !both.contains(&row.winner) || (!both.contains(&row.loser) && row.actor != self.ctx.user_id()) {
            return Err(Problem::forbidden());
        }
        self.check_locked(object, &[row.winner, row.loser])?;
        let body: Body = serde_json::from_str(&row.body).map_err(Problem::internal)?;
        Ok((row, body))
    }

    /// As [`Engine::unmerge_plan`].
    ///
    /// # Errors
    /// As [`Tx::unmerge`].
    pub fn unmerge_plan(&mut self, object: &str, merge: i64) -> Result<Unmerged> {
        let object = self.object(object)?;
        let (row, body) = self.standing_merge(&object, merge)?;
        let now = self.get(&object.key, row.winner)?;
        let stays = |(key, pair): (&String, &serde_json::Value)| {
            let field = object.field(key)?;
            (now.has(key) && shown(field, now.get(key)) != pair[1]).then(|| key.clone())
        };
        let kept = body.fields.iter().filter_map(stays).collect();
        let stay = self.made_since(&object, &row, &body)?;
        Ok(Unmerged { winner: row.winner, loser: row.loser, loser_title: body.title, stay, kept })
    }

    /// Takes a merge apart in one transaction: the loser is there again, and what was moved from it hangs on it again, but for
    /// what was moved elsewhere since. What was made on the winner since stays there.
    ///
    /// # Errors
    /// `not_found`, `forbidden`, `merge_undone`; `merge_inner` when the winner went into a further record since;
    /// `invalid` when a value that must be unique is taken by now.
    pub fn unmerge(&mut self, object: &str, merge: i64) -> Result<Unmerged> {
        let object = self.object(object)?;
        let (row, body) = self.standing_merge(&object, merge)?;
        let (winner, loser) = (row.winner, row.loser);
        self.conn.lock_all(&object, &[winner.min(loser), winner.max(loser)])?;
        let told = self.unmerge_plan(&object.key, merge)?;
        self.ctx.door = Door::Undo;
        let mut input = Input::new();
        for (key, pair) in &body.fields {
            if !told.kept.contains(key) && object.field(key).is_some_and(akrab_model::Field::writable) {
                input.insert(key.clone(), pair[0].clone());
            }
        }
        // what hung on it first: the winner may stand below it again
        self.hang_back(&object, &body.moves, winner, loser)?;
        self.unkeep(&body.made)?;
        if !input.is_empty() {
            self.update(&object.key, winner, &input, None)?;
        }
        let gone = self.find_kept(&object.key, &[loser])?.pop().ok_or_else(Problem::not_found)?;
        self.check_still_free(&object, &gone)?;
        self.conn.set_deleted(&object, loser, None)?.ok_or_else(Problem::not_found)?;
        self.bring_forth(&body.aside)?;
        self.roll_up_all(&object, &[winner, loser])?;
        let record = self.find(&object.key, loser)?.ok_or_else(Problem::not_found)?;
        let (by, at) = (self.ctx.author(), self.ctx.micros());
        if !self.conn.merge_undone(merge, by, at)? {
            return Err(Problem::new(ProblemKind::Conflict, "merge_undone"));
        }
        self.main_again(&body.mains)?;
        let stayed = self.find(&object.key, winner)?.ok_or_else(Problem::not_found)?;
        self.index_again(&object, &stayed)?;
        self.index_again(&object, &record)?;
        if let Some(twin) = body.twin.map(|id| self.conn.twin(id)).transpose()?.flatten() {
            self.conn.twin_decide(twin.id, TwinState::Open, &twin.mark, None, at)?;
        }
        self.keep_told(&object.key, winner, &Told::Merged(MergeTold { title: body.title.clone(), apart: true }))?;
        self.told_without_change(&object, loser, "unmerge")?;
        self.tell_binned(&object, &record, "restore")?;
        self.feed_parents(&object, &[(None, &record)])?;
        self.audit("unmerge", Some((&object.key, winner)), json!({ "title": body.title, "from": loser, "merge": merge }))?;
        Ok(told)
    }

    /// Records made on the winner since, which the actor may see.
    fn made_since(&mut self, object: &Arc<Object>, row: &MergeRow, body: &Body) -> Result<Vec<(String, RecordId, String)>> {
        let registry = self.registry.clone();
        let mut found = Vec::new();
        for (child, field) in linking(&registry, object) {
            let link = child.at(field);
            if child.is_system() || self.rights.scope(child, Access::Read) == akrab_model::object::Scope::None {
                continue;
            }
            let ids = self.conn.children_since(child, link, row.winner, row.at, LISTED)?;
            let moved =
                |id: &RecordId| body.moves.children.iter().any(|m| m.object == child.key && m.field == link.key && m.ids.contains(id));
            let ids: Vec<RecordId> = ids.into_iter().filter(|id| !moved(id)).collect();
            for (id, title) in self.titles_of(child.ix, &ids)? {
                if !found.iter().any(|(key, known, _)| *key == child.key && *known == id) {
                    found.push((child.key.clone(), id, title));
                }
            }
        }
        Ok(found)
    }
}
