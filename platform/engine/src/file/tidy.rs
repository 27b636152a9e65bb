//! Files nobody can come back to: put there and never used, or replaced in a record that is gone.
//!
//! A file is needed while a record holds it, while the history of a record that is there tells of it (an undo brings
//! it back), and while a job that is still shown read it or made it.

use crate::job::{JobCtx, Step};
use crate::{Result, Tx};
use akrab_model::{FieldIx, FieldType};
use akrab_store::LooseFile;
use serde_json::{Value as Json, json};
use std::collections::{BTreeSet, HashSet};

/// Files looked at together.
const BATCH: usize = 500;
/// Held by whoever puts a file into a record and whoever takes unused ones away.
const ATTACHING: &str = "files";

/// Removes what was put there before `before` and is not needed; says how many files that were.
///
/// # Errors
/// As [`JobCtx::step`].
pub(crate) async fn tidy(job: &JobCtx, before: i64) -> Result<i64> {
    let (mut after, mut removed) = (0, 0);
    let mut needed = None;
    loop {
        let loose = job.read(move |tx| tx.loose_files(before, after)).await?;
        let Some(last) = loose.last().map(|file| file.id) else { return Ok(removed) };
        after = last;
        if needed.is_none() {
            needed = Some(job.read(|tx| tx.needed_files()).await?);
        }
        let unused = |id: &i64| needed.as_ref().is_some_and(|needed: &HashSet<i64>| !needed.contains(id));
        let store = job.engine.files().clone();
        // which copy lies there now: one that comes meanwhile stays
        let copy = |file: &LooseFile| if file.place.is_none() { store.copy_of(&file.sha256) } else { None };
        let gone: Vec<_> = loose.into_iter().filter(|file| unused(&file.id)).map(|file| (copy(&file), file)).collect();
        let so_far = removed;
        let orphans = job.step(move |tx| {
            let dropped = tx.drop_files(&gone.iter().map(|(_, file)| file.id).collect(), before)?;
            let mut orphans = Vec::new();
            for (copy, file) in gone.iter().filter(|(_, file)| dropped.contains(&file.id)) {
                let named = match &file.place {
                    Some(place) => tx.conn.file_placed(place)?,
                    None => tx.conn.file_named(&file.sha256)?,
                };
                if !named {
                    orphans.push((*copy, file.clone()));
                }
            }
            let done = so_far + dropped.len() as i64;
            Ok(Step { value: (done, orphans), mark: json!(true), done: 1, total: Some(1) })
        });
        let (done, orphans) = orphans.await?;
        removed = done;
        for (copy, file) in orphans {
            match &file.place {
                Some(place) => {
                    job.engine.unshelve(place).await;
                }
                None => copy.into_iter().for_each(|copy| store.forget(&file.sha256, copy)),
            }
        }
    }
}

impl Tx<'_> {
    /// Nobody takes files away until this change is over.
    pub(crate) fn keep_files(&mut self) -> Result<()> {
        Ok(self.conn.alone(ATTACHING)?)
    }

    /// Old files that no record holds, with what they hold.
    fn loose_files(&mut self, before: i64, after: i64) -> Result<Vec<LooseFile>> {
        let registry = self.registry.clone();
        Ok(self.conn.files_loose(&registry, before, after, BATCH)?)
    }

    /// Files that histories and jobs refer to.
    fn needed_files(&mut self) -> Result<HashSet<i64>> {
        let mut needed = HashSet::new();
        let registry = self.registry.clone();
        for object in registry.objects() {
            let fields: Vec<FieldIx> = object.columns().filter(|(_, f)| f.kind == FieldType::File).map(|(ix, _)| ix).collect();
            for diff in self.conn.changes_of_fields(object, &fields)? {
                let Ok(diff) = serde_json::from_str::<Json>(&diff) else { continue };
                let told = fields.iter().filter_map(|ix| diff.get(&object.at(*ix).key));
                needed.extend(told.filter_map(Json::as_array).flatten().filter_map(Json::as_i64));
            }
        }
        for text in self.conn.job_texts("\"file\"")? {
            if let Ok(json) = serde_json::from_str(&text) {
                named(&json, &mut needed);
            }
        }
        Ok(needed)
    }

    /// Drops those of `ids` that still no record holds.
    fn drop_files(&mut self, ids: &BTreeSet<i64>, before: i64) -> Result<BTreeSet<i64>> {
        let Some(first) = ids.first() else { return Ok(BTreeSet::new()) };
        self.keep_files()?;
        let loose: BTreeSet<i64> = self.loose_files(before, first - 1)?.into_iter().map(|file| file.id).collect();
        let gone: BTreeSet<i64> = ids.intersection(&loose).copied().collect();
        for id in &gone {
            self.conn.file_drop(*id)?;
        }
        Ok(gone)
    }
}

/// Every number under the name `file`, however deep.
pub(crate) fn named(json: &Json, found: &mut HashSet<i64>) {
    match json {
        Json::Object(map) => {
            found.extend(map.get("file").and_then(Json::as_i64));
            map.values().for_each(|value| named(value, found));
        }
        Json::Array(items) => items.iter().for_each(|item| named(item, found)),
        _ => {}
    }
}
