//! Erasing a person: everything personal goes, in one transaction. What the law keeps stays without his name, locked until an
//! end; what merely tells of him is emptied, so that figures do not change; what was his alone is removed.

use super::blank::personal;
use crate::behaviour::Draft;
use crate::rights::Access;
use crate::twin::linking;
use crate::write::fresh::{confirmations, is_filled};
use crate::write::search_entry;
use crate::{Ctx, Engine, Result, Tx};
use akrab_model::object::KeptDecl;
use akrab_model::problem::ProblemKind;
use akrab_model::{Field, FieldIx, FieldType, Object, Problem, Raw, Record, RecordId, Value};
use akrab_store::{Bin, ErasedRow};
use jiff::{Timestamp, ToSpan};
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// What becomes of a record of a person who is erased.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fate {
    /// Its personal fields are emptied.
    Cleared,
    /// The law keeps it: emptied and locked.
    Kept,
    /// It was his alone and goes.
    Removed,
}

/// What erasing somebody would do.
#[derive(Debug, Clone)]
pub struct ErasePlan {
    pub record: Record,
    /// How many records of which object, himself among them.
    pub counts: Vec<(String, Fate, usize)>,
    pub files: usize,
    /// The law keeps documents until this day.
    pub until: Option<Timestamp>,
}

/// What was done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Erased {
    pub id: i64,
    pub object: String,
    pub record: RecordId,
    pub at: Timestamp,
    pub actor: Option<RecordId>,
    pub until: Option<Timestamp>,
    /// Object, what became of its records, how many.
    pub counts: Vec<(String, Fate, usize)>,
}

/// Records to deal with, each once.
type Fates = BTreeMap<(String, RecordId), Fate>;

impl Engine {
    /// What erasing somebody would do.
    ///
    /// # Errors
    /// As [`Tx::erase`].
    pub async fn erase_plan(&self, ctx: &Ctx, object: &str, id: RecordId) -> Result<ErasePlan> {
        let object = object.to_string();
        self.read(ctx, move |tx| tx.erase_plan(&object, id)).await
    }

    /// Erases somebody.
    ///
    /// # Errors
    /// As [`Tx::erase`].
    pub async fn erase(&self, ctx: &Ctx, object: &str, id: RecordId) -> Result<i64> {
        let object = object.to_string();
        self.write(ctx, move |tx| tx.erase(&object, id)).await
    }
}

impl Tx<'_> {
    fn erasable(&mut self, object: &str, id: RecordId) -> Result<Arc<Object>> {
        let object = self.object(object)?;
        if object.is_system() || !object.fields.iter().any(|field| field.personal) {
            return Err(Problem::malformed("nothing_personal"));
        }
        if self.ctx.read_only || !self.may(&object, Access::Delete, id)? {
            return Err(Problem::forbidden());
        }
        if self.conn.erased_of(&object.key, id)?.is_some() {
            return Err(Problem::new(ProblemKind::Conflict, "erased_already"));
        }
        Ok(object)
    }

    /// As [`Engine::erase_plan`].
    ///
    /// # Errors
    /// As [`Tx::erase`].
    pub fn erase_plan(&mut self, object: &str, id: RecordId) -> Result<ErasePlan> {
        let object = self.erasable(object, id)?;
        let record = self.get_from(&object.key, id, Bin::Any)?;
        let fates = self.fates(&object, id)?;
        let mut files = 0;
        for (key, one) in fates.keys() {
            files += self.conn.attachment_files(key, *one)?.len();
        }
        let until = self.kept_until(&fates)?;
        Ok(ErasePlan { record, counts: counts(&fates), files, until })
    }

    /// Erases somebody: his record, those that went into it, and all that link to them. Gives the number of the erasure.
    ///
    /// # Errors
    /// `not_found`; `forbidden` for whoever may not delete the record; `nothing_personal`, `erased_already`.
    pub fn erase(&mut self, object: &str, id: RecordId) -> Result<i64> {
        let object = self.erasable(object, id)?;
        self.get_from(&object.key, id, Bin::Any)?;
        self.as_system("personal data are erased").erase_all(&object, id)
    }

    /// The same, whoever asks; also for what a backup brought back.
    pub(super) fn erase_all(&mut self, object: &Arc<Object>, id: RecordId) -> Result<i64> {
        self.conn.lock(object, id)?;
        self.conn.overwrite()?;
        self.keep_files()?;
        let fates = self.fates(object, id)?;
        let until = self.kept_until(&fates)?;
        let told = json!(counts(&fates)).to_string();
        let person = self.find_kept(&object.key, &[id])?.pop().ok_or_else(Problem::not_found)?;
        let made_at = if let Value::Time(at) = person.get("created_at") { at.as_microsecond() } else { 0 };
        let row = ErasedRow {
            id: 0,
            object: object.key.clone(),
            record: id,
            made_at,
            at: self.ctx.micros(),
            actor: self.ctx.author(),
            until_at: until.map(Timestamp::as_microsecond),
            told,
        };
        let erased = self.conn.erased_add(&row)?;
        self.known().gone = Some(true);
        let mut known = BTreeSet::new();
        let (mut words, mut parents) = (Vec::new(), Vec::new());
        for ((key, one), fate) in &fates {
            let own = self.object(key)?;
            // what lies in the bin or went into him goes too
            let Some(before) = self.find_kept(key, &[*one])?.pop() else { continue };
            if *fate != Fate::Kept {
                known.extend(addresses(&own, &before));
            }
            words.extend(search_entry(&own, &before).words);
            match fate {
                Fate::Removed => self.remove_whole(&own, &before)?,
                Fate::Cleared | Fate::Kept => self.clear(&own, before.clone(), id)?,
            }
            if *fate == Fate::Kept {
                let until = self.kept_day(&own, &before)?;
                self.conn.law_lock_put(key, *one, Some(until.as_microsecond()), erased)?;
            }
            if before.deleted_at.is_none() {
                parents.push((own, before));
            }
        }
        for one in self.conn.merged_from(&object.key, id)?.into_iter().chain([id]) {
            self.conn.law_lock_put(&object.key, one, row.until_at, erased)?;
            self.conn.scoped_links_end(crate::contact::prefer::KIND, &object.key, one, row.at)?;
            for asked in self.conn.confirmations(&object.key, one)? {
                self.conn.scoped_links_revoke(crate::fresh::link::KIND, asked.id, None, row.at)?;
            }
        }
        for text in &known {
            self.conn.mentions_drop(text)?;
        }
        let files = self.made_files(&fates)?;
        self.conn.files_erase(&files)?;
        self.conn.words_forget(&words)?;
        // himself first: the trail names him as whom it is about
        let himself = (object.key.clone(), id);
        let others = fates.keys().filter(|one| **one != himself).cloned();
        let ids: Vec<(String, RecordId)> = std::iter::once(himself.clone()).chain(others).collect();
        self.blank(erased, &ids, &known.iter().cloned().collect::<Vec<_>>())?;
        let hashes: Vec<String> = known.iter().map(|text| self.recognised(text)).collect::<Result<_>>()?;
        self.conn.erased_keys_put(erased, &hashes)?;
        for (own, before) in &parents {
            self.feed_parents(own, &[(None, before)])?;
        }
        let change = self.change(object, id, "erase", "{}".into());
        self.conn.add_changes(&[change])?;
        self.effects.erased();
        Ok(erased)
    }

    /// What is to become of a person's records.
    fn fates(&mut self, object: &Arc<Object>, id: RecordId) -> Result<Fates> {
        let registry = self.registry.clone();
        let mut people = self.conn.merged_from(&object.key, id)?;
        people.push(id);
        let mut fates: Fates = people.iter().map(|one| ((object.key.clone(), *one), Fate::Cleared)).collect();
        for (child, ix) in linking(&registry, object) {
            let field = child.at(ix);
            let person = child.decl.avatar != akrab_model::object::Avatar::Icon;
            let fate = match (field.belongs, &child.decl.kept_by_law) {
                _ if child.is_system() => continue,
                (_, Some(_)) => Fate::Kept,
                // who else is there is another person
                (true, _) if !person => Fate::Removed,
                (false, _) if person => continue,
                _ if child.fields.iter().any(|field| field.personal) => Fate::Cleared,
                _ => continue,
            };
            for one in &people {
                for found in self.conn.children_ids(child, field, *one)? {
                    let known = fates.entry((child.key.clone(), found)).or_insert(fate);
                    *known = fate.max(*known);
                }
            }
        }
        Ok(fates)
    }

    /// Until when the law keeps a record.
    fn kept_day(&mut self, object: &Object, record: &Record) -> Result<Timestamp> {
        let Some(KeptDecl { years, from }) = &object.decl.kept_by_law else { return Ok(self.ctx.now.timestamp()) };
        let zone = self.ctx.now.time_zone().clone();
        let begun = match record.get(from.as_deref().unwrap_or("created_at")) {
            Value::Date(day) => day.to_zoned(zone).map_err(Problem::internal)?,
            Value::Time(at) => at.to_zoned(zone),
            _ => self.ctx.now.clone(),
        };
        Ok(begun.checked_add(i64::from(*years).years()).map_err(Problem::internal)?.timestamp())
    }

    fn kept_until(&mut self, fates: &Fates) -> Result<Option<Timestamp>> {
        let mut last = None;
        for ((key, id), _) in fates.iter().filter(|(_, fate)| **fate == Fate::Kept) {
            let object = self.object(key)?;
            if let Some(record) = self.find_kept(key, &[*id])?.pop() {
                last = last.max(Some(self.kept_day(&object, &record)?));
            }
        }
        Ok(last)
    }

    /// Empties what is personal of a record, and all that tells of it in words.
    fn clear(&mut self, object: &Arc<Object>, before: Record, number: RecordId) -> Result<()> {
        let id = before.id;
        let mut draft = Draft::of(object, Some(before.clone()), before);
        let mut files = Vec::new();
        for field in object.fields.iter().filter(|field| personal(object, field)) {
            if field.kind == FieldType::File {
                files.extend(draft.get(&field.key).int());
            }
            let value = if field.key == object.decl.title { Value::Text(self.anonym(number)) } else { Value::Null };
            draft.set(&field.key, value);
        }
        if let Some(gone) = &object.decl.when_erased {
            draft.set(&gone.field, Value::Text(gone.value.clone()));
        }
        for (_, said) in confirmations(object) {
            if !is_filled(said, &draft.after) {
                draft.set(&said.key, Value::Null);
            }
        }
        self.ctx.world.clone().formulas.apply(object, &mut draft.after);
        let mut cells: Vec<(FieldIx, Raw)> =
            object.columns().filter(|(_, field)| draft.changed(&field.key)).map(|(ix, field)| (ix, draft.after.raw(&field.key))).collect();
        let registry = self.registry.clone();
        if !cells.is_empty() {
            cells.extend(object.field_ix("updated_at").map(|ix| (ix, Raw::Int(self.ctx.micros()))));
            self.conn.update(&registry, object, id, None, &cells)?;
        }
        self.keep_links(object, &draft, id)?;
        let living = self.conn.row(&registry, object, id, &[], &akrab_model::Cond::True, Bin::Living)?.is_some();
        if object.decl.searchable && living {
            self.conn.search_put(&[search_entry(object, &draft.after)])?;
        } else {
            self.conn.search_drop(&object.key, id)?;
        }
        // documents the law keeps may be files
        if object.decl.kept_by_law.is_none() {
            files.extend(self.conn.attachment_files(&object.key, id)?);
            self.conn.attachments_drop(&object.key, id)?;
        }
        self.conn.files_erase(&files)?;
        Ok(self.conn.traces_drop(&object.key, id)?)
    }

    /// Removes a record that was the person's alone.
    fn remove_whole(&mut self, object: &Arc<Object>, record: &Record) -> Result<()> {
        let (key, id) = (object.key.as_str(), record.id);
        let own = object.fields.iter().filter(|field| field.kind == FieldType::File).filter_map(|field| record.get(&field.key).int());
        let files: Vec<i64> = own.chain(self.conn.attachment_files(key, id)?).collect();
        self.conn.traces_drop(key, id)?;
        self.conn.search_drop(key, id)?;
        self.conn.timeline_drop_source(key, id)?;
        self.conn.timeline_drop_subject(key, id)?;
        self.conn.notices_drop(key, id)?;
        self.conn.shares_drop(key, id)?;
        self.conn.approvals_drop(key, id)?;
        self.conn.attachments_drop(key, id)?;
        self.conn.stays_drop(key, Some(id))?;
        self.conn.breaches_drop(key, id)?;
        let registry = self.registry.clone();
        self.conn.purge(&registry, object, id)?;
        Ok(self.conn.files_erase(&files)?)
    }

    /// What stands in the place of a name.
    fn anonym(&self, number: RecordId) -> String {
        format!("{} {number}", self.engine.settings().lang.pick("Data dihapus", "Erased"))
    }

    /// Files of exports and imports made before, any of which may hold what is to go, and the copies made for him.
    fn made_files(&mut self, fates: &Fates) -> Result<Vec<i64>> {
        let mut found = std::collections::HashSet::new();
        for (kind, payload, result) in self.conn.ended_jobs(&["export", "import", "access_copy"])? {
            let whose = serde_json::from_str::<super::access::AccessCopy>(&payload).ok().map(|copy| (copy.object, copy.id));
            if kind == "access_copy" && whose.is_some_and(|whose| !fates.contains_key(&whose)) {
                continue;
            }
            for text in [payload, result] {
                if let Ok(json) = serde_json::from_str(&text) {
                    crate::file::named(&json, &mut found);
                }
            }
        }
        Ok(found.into_iter().collect())
    }

    /// Everybody who was erased, the latest first.
    ///
    /// # Errors
    /// `forbidden` for anybody but administrators.
    pub fn erasures(&mut self) -> Result<Vec<Erased>> {
        self.may_declare()?;
        Ok(self.conn.erased_all()?.into_iter().map(view).collect())
    }

    /// What became of a record whose person was erased.
    ///
    /// # Errors
    /// What the database answers.
    pub fn erasure_of(&mut self, object: &str, id: RecordId) -> Result<Option<Erased>> {
        Ok(self.conn.erased_of(object, id)?.map(view))
    }

    /// Nobody changes what is locked by the law, or what is left of somebody who was erased.
    pub(crate) fn check_locked(&mut self, object: &Object, ids: &[RecordId]) -> Result<()> {
        if object.decl.kept_by_law.is_none() && !object.fields.iter().any(|field| field.personal) {
            return Ok(());
        }
        match self.conn.law_locked(&object.key, ids)? {
            Some(id) => Err(Problem::new(ProblemKind::Conflict, "locked_by_law").with("id", id)),
            None => Ok(()),
        }
    }
}

fn view(row: ErasedRow) -> Erased {
    let moment = |micros: i64| Timestamp::from_microsecond(micros).unwrap_or(Timestamp::UNIX_EPOCH);
    Erased {
        id: row.id,
        object: row.object,
        record: row.record,
        at: moment(row.at),
        actor: row.actor,
        until: row.until_at.map(moment),
        counts: serde_json::from_str(&row.told).unwrap_or_default(),
    }
}

fn counts(fates: &Fates) -> Vec<(String, Fate, usize)> {
    let mut found: BTreeMap<(String, Fate), usize> = BTreeMap::new();
    for ((key, _), fate) in fates {
        *found.entry((key.clone(), *fate)).or_default() += 1;
    }
    found.into_iter().map(|((key, fate), n)| (key, fate, n)).collect()
}

/// The addresses and numbers by which a person is known.
fn addresses(object: &Object, record: &Record) -> Vec<String> {
    reached(object, record).map(|(_, text)| text).collect()
}

/// The same with the fields they stand in: mails and phones, and mails written as text.
pub(super) fn reached<'o>(object: &'o Object, record: &Record) -> impl Iterator<Item = (&'o Field, String)> {
    object.fields.iter().filter(|field| field.personal).filter_map(|field| {
        let text = record.get(&field.key).text().filter(|text| !text.is_empty())?;
        let known = matches!(field.kind, FieldType::Email | FieldType::Phone)
            || (field.kind == FieldType::Text && akrab_model::text::email::parse(text).is_ok());
        known.then(|| (field, text.to_lowercase()))
    })
}
