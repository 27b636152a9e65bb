//! One record, with its links and the titles of what it points to.

use super::record_of;
use crate::write::Tx;
use crate::{Access, Ctx, Engine, Result};
use akrab_model::object::FieldRight;
use akrab_model::value::{Input, LinkRow};
use akrab_model::{FieldIx, FieldType, Object, Problem, Record, RecordId, Value};
use akrab_store::Bin;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

impl Engine {
    /// A record with every field the actor may read.
    ///
    /// # Errors
    /// `not_found` when it does not exist, is in the bin or out of sight.
    pub async fn get(&self, ctx: &Ctx, object: &str, id: RecordId) -> Result<Record> {
        let object = object.to_string();
        self.read(ctx, move |tx| tx.get(&object, id)).await
    }
    /// A record from the bin.
    ///
    /// # Errors
    /// As [`Engine::get`].
    pub async fn get_binned(&self, ctx: &Ctx, object: &str, id: RecordId) -> Result<Record> {
        let object = object.to_string();
        self.read(ctx, move |tx| tx.get_from(&object, id, Bin::Binned)).await
    }
    /// Makes a record and gives it back as the actor may read it.
    ///
    /// # Errors
    /// As [`Tx::create`].
    pub async fn create(&self, ctx: &Ctx, object: &str, input: Input) -> Result<Record> {
        let object = object.to_string();
        self.write(ctx, move |tx| {
            let id = tx.create(&object, &input)?;
            tx.get_own(&object, id)
        })
        .await
    }
    /// Changes a record and gives it back.
    ///
    /// # Errors
    /// As [`Tx::update`].
    pub async fn update(&self, ctx: &Ctx, object: &str, id: RecordId, input: Input, version: Option<i64>) -> Result<Record> {
        let object = object.to_string();
        self.write(ctx, move |tx| {
            tx.update(&object, id, &input, version)?;
            tx.get_own(&object, id)
        })
        .await
    }
    /// Moves a record to the bin.
    ///
    /// # Errors
    /// As [`Tx::delete`].
    pub async fn delete(&self, ctx: &Ctx, object: &str, id: RecordId, version: Option<i64>) -> Result<()> {
        let object = object.to_string();
        self.write(ctx, move |tx| tx.delete(&object, id, version)).await
    }
    /// Takes a record out of the bin.
    ///
    /// # Errors
    /// As [`Tx::restore`].
    pub async fn restore(&self, ctx: &Ctx, object: &str, id: RecordId) -> Result<()> {
        let object = object.to_string();
        self.write(ctx, move |tx| tx.restore(&object, id)).await
    }
    /// Removes a record from the bin for good.
    ///
    /// # Errors
    /// As [`Tx::purge`].
    pub async fn purge(&self, ctx: &Ctx, object: &str, id: RecordId) -> Result<()> {
        let object = object.to_string();
        self.write(ctx, move |tx| tx.purge(&object, id)).await
    }
    /// Takes a change back; gives the record it was on.
    ///
    /// # Errors
    /// As [`Tx::undo`].
    pub async fn undo(&self, ctx: &Ctx, change: i64) -> Result<(String, RecordId)> {
        self.write(ctx, move |tx| tx.undo(change)).await
    }
    /// Runs a declared action.
    ///
    /// # Errors
    /// As [`Tx::act`].
    pub async fn act(&self, ctx: &Ctx, object: &str, id: RecordId, key: &str, input: Input) -> Result<crate::ActionOutcome> {
        let (object, key) = (object.to_string(), key.to_string());
        self.write(ctx, move |tx| tx.act(&object, id, &key, &input)).await
    }
}

impl Tx<'_> {
    /// As [`Engine::get`].
    ///
    /// # Errors
    /// As [`Engine::get`].
    pub fn get(&mut self, object: &str, id: RecordId) -> Result<Record> {
        self.get_from(object, id, Bin::Living)
    }

    pub(crate) fn get_from(&mut self, object: &str, id: RecordId, bin: Bin) -> Result<Record> {
        let object = self.object(object)?;
        let cond = self.rights.cond(&object, Access::Read);
        let columns: Vec<FieldIx> = self.rights.readable(&object);
        let cells: Vec<FieldIx> = columns.iter().copied().filter(|ix| object.at(*ix).is_column()).collect();
        let registry = self.registry.clone();
        let row = self.conn.row(&registry, &object, id, &cells, &cond, bin)?.ok_or_else(Problem::not_found)?;
        if !self.writing && row.deleted_at.is_none() {
            self.known().seen.insert((object.ix, id));
        }
        let mut records = [record_of(&object, &cells, row)];
        self.load_some_links(&object, &columns, &mut records)?;
        self.load_titles(&object, &mut records)?;
        let [record] = records;
        Ok(record)
    }

    /// What one has just written is shown even when it now lies outside one's reach: then with the
    /// identifying fields alone.
    pub fn get_own(&mut self, object: &str, id: RecordId) -> Result<Record> {
        match self.get(object, id) {
            Err(p) if p.kind == akrab_model::problem::ProblemKind::NotFound => {
                let object = self.object(object)?;
                Ok(Record::new(object, id, 1))
            }
            other => other,
        }
    }

    /// Fills every `links` field of these records.
    pub(crate) fn load_links(&mut self, object: &Arc<Object>, records: &mut [Record]) -> Result<()> {
        let all: Vec<FieldIx> = (0..object.fields.len() as u16).map(FieldIx).collect();
        self.load_some_links(object, &all, records)
    }

    pub(crate) fn load_some_links(&mut self, object: &Arc<Object>, columns: &[FieldIx], records: &mut [Record]) -> Result<()> {
        let ids: Vec<i64> = records.iter().map(|r| r.id).collect();
        let registry = self.registry.clone();
        for ix in columns {
            let field = object.at(*ix);
            if field.kind != FieldType::Links || ids.is_empty() {
                continue;
            }
            let mut found = self.conn.links(&registry, object, *ix, &ids)?;
            for record in records.iter_mut() {
                let rows = found.remove(&record.id).unwrap_or_default();
                let rows: Vec<LinkRow> = rows
                    .into_iter()
                    .map(|l| LinkRow {
                        to: l.to,
                        columns: field.columns.iter().zip(&l.cells).map(|(c, raw)| Value::from_raw(c.kind, raw.clone())).collect(),
                    })
                    .collect();
                record.set(field.key.clone(), if rows.is_empty() { Value::Null } else { Value::Links(rows) });
            }
        }
        Ok(())
    }

    /// Titles of linked records, as far as the actor may see them. People come from memory.
    pub(crate) fn load_titles(&mut self, object: &Object, records: &mut [Record]) -> Result<()> {
        let mut wanted: BTreeMap<u16, BTreeSet<i64>> = BTreeMap::new();
        self.load_file_names(object, records)?;
        let fields = (0_u16..).map(FieldIx).zip(&object.fields);
        let links: Vec<_> = fields.filter_map(|(ix, field)| Some((ix, field.to?))).collect();
        for record in records.iter() {
            for (ix, to) in &links {
                match record.at(*ix) {
                    Value::Link(id) => drop(wanted.entry(to.0).or_default().insert(*id)),
                    Value::Links(rows) => wanted.entry(to.0).or_default().extend(rows.iter().map(|r| r.to)),
                    _ => {}
                }
            }
        }
        let mut titles: HashMap<(u16, i64), Arc<str>> = HashMap::new();
        for (to, ids) in wanted {
            let ids: Vec<i64> = ids.into_iter().collect();
            let called = self.titles_of(akrab_model::ObjectIx(to), &ids)?;
            titles.extend(called.into_iter().map(|(id, title)| ((to, id), title.into())));
        }
        for record in records.iter_mut() {
            for (ix, to) in &links {
                let ids: Vec<i64> = match record.at(*ix) {
                    Value::Link(id) => vec![*id],
                    Value::Links(rows) => rows.iter().map(|row| row.to).collect(),
                    _ => continue,
                };
                for id in ids {
                    if let Some(title) = titles.get(&(to.0, id)) {
                        record.call(*ix, id, title.clone());
                    }
                }
            }
        }
        Ok(())
    }

    /// Says that a page of this kind about this record is read now, so that the database may be asked at once
    /// what it asked for the last ones.
    pub fn read_ahead(&mut self, page: &str, object: &Object, id: RecordId) {
        let person = self.ctx.user_id().unwrap_or_default();
        self.conn.ahead(format!("{page} {} {person}", object.key), id);
    }

    /// What records are called, of those the actor may see.
    ///
    /// # Errors
    /// What the database answers.
    pub fn titles_of(&mut self, object: akrab_model::ObjectIx, ids: &[i64]) -> Result<Vec<(i64, String)>> {
        let target = self.registry.at(object).clone();
        if target.key == "user" {
            let people = self.engine.people();
            let known: Vec<_> = ids.iter().filter_map(|id| Some((*id, people.user(*id)?.name.clone()))).collect();
            if known.len() == ids.len() {
                return Ok(known);
            }
        }
        if self.rights.field(&target, target.title) == FieldRight::Hidden {
            return Ok(Vec::new());
        }
        let cond = self.rights.cond(&target, Access::Read);
        let registry = self.registry.clone();
        if self.writing {
            return Ok(self.conn.titles(&registry, &target, ids, &cond)?);
        }
        let missing: Vec<i64> = {
            let known = self.known();
            ids.iter().copied().filter(|id| !known.titles.contains_key(&(object, *id))).collect()
        };
        let found = self.conn.titles(&registry, &target, &missing, &cond)?;
        let mut known = self.known();
        known.titles.extend(missing.into_iter().map(|id| ((object, id), None)));
        known.titles.extend(found.into_iter().map(|(id, title)| ((object, id), Some(title))));
        Ok(ids.iter().filter_map(|id| Some((*id, known.titles.get(&(object, *id))?.clone()?))).collect())
    }
}
