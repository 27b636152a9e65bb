//! Tables of other programs become records: looked at, mapped, tried out, run, and taken back.
//!
//! A trial and a run go through the same judgement ([`judge`]); they differ in whether its rows are
//! kept. A run is a job with one checkpoint per chunk, written with the rows of that chunk.

mod card;
mod doubt;
mod errors;
mod judge;
mod later;
mod links;
mod mapping;
mod memory;
mod parents;
mod pattern;
mod plan;
mod report;
mod row;
mod run;
mod seen;
mod single;
pub mod source;
mod systems;
mod twins;
mod undo;
mod values;

pub(crate) use mapping::guess as column_guess;
pub use mapping::{ID_COLUMN, fills};
pub use pattern::Pattern;
pub use plan::{ImportSpec, Mode, OnBadValue, OnMatch};
pub(crate) use report::ChunkNote;
pub use report::{ChangeSample, Counts, ImportReport, LOOKED_AT, Note, Verdict};
pub use run::ImportJob;
pub use systems::{Left, System};
pub use twins::TwinsWaiting;
pub use undo::{UndoJob, UndoReport};
pub use values::{Unknown, ValueMap, Word};

use crate::{Ctx, Engine, Result};
use akrab_model::{Field, FieldIx, FieldType, Object, Problem};
use serde::Serialize;
use serde_json::json;
use source::Shape;
use std::collections::BTreeMap;

/// What is known of an uploaded table before anything is decided.
#[derive(Debug, Clone, Serialize)]
pub struct Inspection {
    pub file: i64,
    pub file_name: String,
    #[serde(flatten)]
    pub shape: Shape,
    /// For each column the field it seems to be for.
    pub columns: Vec<Option<String>>,
    /// Match keys that make sense for these columns.
    pub match_by: Vec<Vec<String>>,
    /// Fields a column may be mapped to.
    pub fields: Vec<String>,
    /// The saved pattern that was laid over the guess.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pattern: Option<Pattern>,
    /// The program whose export the file seems to be.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub system: Option<System>,
    /// Columns that fill nothing, with the reason.
    pub left: Vec<(usize, Left)>,
    /// Fields of linked records a column may be mapped to (`account.name`), and their ids in this workspace (`account.id`).
    pub linked: Vec<String>,
    /// Links of which the file says enough for their records to be made.
    pub make: Vec<String>,
}

impl Inspection {
    /// The match keys that are usual for such a file, of those offered. A list that numbers its rows tells them apart by
    /// that number alone: what else two of its rows have in common makes them no single record. Exports of programs we know
    /// are matched by all they have.
    pub fn usual_keys(&self, object: &Object) -> Vec<Vec<String>> {
        let sole = |set: &&Vec<String>| {
            object.decl.unique.contains(set) || matches!(set.as_slice(), [key] if object.field(key).is_some_and(|field| field.unique))
        };
        let own: Vec<_> = self.match_by.iter().filter(sole).cloned().collect();
        if own.is_empty() || self.system.is_some() { self.match_by.clone() } else { own }
    }
}

impl Inspection {
    fn judge(&mut self, object: &Object) {
        let known = |title: &str| {
            let named = |f: &Field| f.aliases.iter().chain([&f.key, &f.label.id, &f.label.en]).any(|name| mapping::bare(name) == title);
            let part = mapping::is_name_part(title);
            object.fields.iter().any(|f| f.writable() && (named(f) || part && f.kind == FieldType::PersonName))
        };
        let system = self.system.as_ref().map(|s| s.key.as_str());
        self.left = systems::left_out(system, &self.shape.header, &|n| self.shape.is_blank(n), &self.columns, &known);
    }
}

impl Engine {
    /// Reads an uploaded file and guesses what its columns are.
    ///
    /// # Errors
    /// `not_found` for the file, `forbidden` when the actor may neither make nor change records of
    /// the object, and every fault of the file with its place.
    pub async fn import_inspect(&self, ctx: &Ctx, object: &str, file: i64, sheet: Option<String>) -> Result<Inspection> {
        let object = self.object(object)?;
        plan::permitted(ctx, &object)?;
        let meta = self.file(ctx, file).await?;
        let path = self.file_local(&meta).await?;
        let shape = tokio::task::spawn_blocking(move || source::inspect(&path, sheet.as_deref())).await.map_err(Problem::internal)??;
        let rights = crate::Rights::new(ctx.registry().clone(), ctx);
        let fields: Vec<FieldIx> = mapping::mappable(&rights, &object);
        let mut columns = mapping::guess(&object, &fields, &shape.header, &|n| shape.is_blank(n));
        mapping::guess_linked(ctx.registry(), &rights, &object, &fields, &shape.header, &mut columns);
        let system = systems::recognise(&shape.header);
        let arranged = |key: &String| {
            let field = object.field(key).filter(|f| f.kind == FieldType::Link);
            field.and_then(|f| f.to).map(|to| ctx.registry().at(to)).is_some_and(|target| target.is_system() && target.key != "user")
        };
        // how another program is arranged says nothing here: a pipeline follows from its stage
        if let Some(system) = &system {
            let filled = columns.iter_mut().zip(&shape.header);
            let foreign = filled.filter(|(key, title)| key.as_ref().is_some_and(&arranged) || systems::tells_apart(&system.key, title));
            foreign.for_each(|(key, _)| *key = None);
        }
        let registry = ctx.registry();
        let make = match system {
            Some(_) => mapping::guess_foreign(registry, &rights, &object, &fields, &shape.header, &|n| shape.is_blank(n), &mut columns),
            None => {
                mapping::guess_numbers(registry, &rights, &object, &|n| shape.is_numbered(n), &mut columns);
                Vec::new()
            }
        };
        let own_ids: Vec<String> =
            fields.iter().map(|ix| object.at(*ix)).filter(|f| f.to.is_some()).map(|f| format!("{}.id", f.key)).collect();
        let linked =
            fields.iter().map(|ix| object.at(*ix)).filter(|f| f.kind == FieldType::Link).filter_map(|f| Some((f, registry.at(f.to?))));
        let linked = linked.flat_map(|(f, target)| {
            plan::describing(&rights, target).into_iter().map(move |ix| format!("{}.{}", f.key, target.at(ix).key)).collect::<Vec<_>>()
        });
        let linked = own_ids.into_iter().chain(linked).collect();
        let match_by = mapping::keys(&object, &columns);
        let fields = fields.iter().map(|ix| object.at(*ix).key.clone()).collect();
        let (file_name, left) = (meta.name, Vec::new());
        let mut found = Inspection { file, file_name, shape, columns, match_by, fields, pattern: None, system, left, linked, make };
        found.judge(&object);
        Ok(found)
    }

    /// As [`Engine::import_inspect`], with a saved pattern laid over the guess: the one of this name,
    /// or when none is named the one that knows most of the file's columns. An empty name wants none.
    ///
    /// # Errors
    /// As [`Engine::import_inspect`].
    pub async fn import_inspect_by(
        &self,
        ctx: &Ctx,
        object: &str,
        file: i64,
        sheet: Option<String>,
        wanted: Option<String>,
    ) -> Result<Inspection> {
        let mut found = self.import_inspect(ctx, object, file, sheet).await?;
        let of = self.object(object)?;
        let named_object = of.clone();
        let patterns = self.read(ctx, move |tx| tx.patterns(&of)).await?;
        let named = |p: &Pattern| wanted.as_ref().is_none_or(|name| *name == p.name);
        let fits = patterns.into_iter().filter(named).filter_map(|p| Some((p.columns_of(&found.shape.header)?, p)));
        if let Some((columns, pattern)) = fits.filter(|(_, p)| !p.columns.is_empty()).max_by_key(|(_, p)| p.columns.len()) {
            let may = |key: &String| *key == ID_COLUMN || found.fields.contains(key) || found.linked.contains(key);
            found.columns = columns.into_iter().map(|c| c.filter(may)).collect();
            let mapped = |key: &String| found.columns.iter().flatten().any(|c| mapping::fills(c, key));
            found.match_by.extend(pattern.match_by.iter().filter(|set| set.iter().all(mapped)).cloned());
            let mut seen = std::collections::HashSet::new();
            found.match_by.retain(|set| seen.insert(set.clone()));
            found.pattern = Some(pattern);
            found.judge(&named_object);
        }
        Ok(found)
    }

    /// Whether the actor may import records of the object at all; to be asked before a file is taken.
    ///
    /// # Errors
    /// `not_found`, `forbidden`.
    pub fn import_permitted(&self, ctx: &Ctx, object: &str) -> Result<()> {
        plan::permitted(ctx, &*ctx.object(object)?)
    }

    /// The specification an import would have without any choices made. Words of a recognised program mean what they
    /// seem to, and what cannot be read there leaves its field empty.
    ///
    /// # Errors
    /// As [`Engine::import_inspect`].
    pub async fn import_guess(&self, ctx: &Ctx, object: &str, file: i64, sheet: Option<String>) -> Result<ImportSpec> {
        let found = self.import_inspect(ctx, object, file, sheet.clone()).await?;
        let object = self.object(object)?.key.clone();
        let mut values = ValueMap::new();
        if found.system.is_some() {
            for one in self.import_words(ctx, &object, file, sheet.clone(), &found.columns).await? {
                let meant = one.words.into_iter().filter_map(|word| Some((word.text, word.meant?)));
                values.insert(one.field, meant.collect());
            }
            values.retain(|_, words: &mut BTreeMap<_, _>| !words.is_empty());
        }
        let match_by = found.usual_keys(&*self.object(&object)?);
        Ok(ImportSpec {
            object,
            file,
            sheet,
            columns: found.columns,
            match_by,
            mode: Mode::Both,
            on_match: OnMatch::FillEmpty,
            on_bad_value: if found.system.is_some() { OnBadValue::BlankAndNote } else { OnBadValue::Refuse },
            defaults: Default::default(),
            values,
            make: found.make,
            system: found.system.map(|s| s.key),
        })
    }

    /// Queues an import, or its trial when `dry`; gives the job.
    ///
    /// # Errors
    /// `invalid` when the specification names unknown fields or no column, `forbidden`.
    pub async fn import_start(&self, ctx: &Ctx, spec: ImportSpec, dry: bool) -> Result<i64> {
        ctx.require_whole()?;
        let object = self.object(&spec.object)?;
        plan::permitted(ctx, &object)?;
        let spec = ImportSpec { object: object.key.clone(), ..spec };
        let spec = plan::Plan::new(self, ctx, &spec)?.spec;
        self.file(ctx, spec.file).await?;
        if !dry {
            self.import_remember(ctx, &spec.object, &spec.values).await?;
        }
        let job = ImportJob { spec, dry };
        self.write(ctx, move |tx| {
            let id = tx.enqueue(&job)?;
            if !dry {
                let name = tx.file_name(job.spec.file)?;
                tx.audit("import", None, json!({ "object": job.spec.object, "file": name, "job": id }))?;
            }
            Ok(id)
        })
        .await
    }

    /// What an import or its trial has come to so far.
    ///
    /// # Errors
    /// `not_found` for a job that is no import or another's.
    pub async fn import_report(&self, ctx: &Ctx, job: i64) -> Result<(crate::JobView, ImportReport)> {
        let view = self.job(ctx, job).await?;
        if view.kind != <ImportJob as crate::Job>::KIND {
            return Err(Problem::not_found());
        }
        let report = serde_json::from_value(view.result.clone()).unwrap_or_default();
        Ok((view, report))
    }

    /// Rows that were refused or that somebody should look at, `limit` notes after the first `skip`.
    ///
    /// # Errors
    /// As [`Engine::import_report`].
    pub async fn import_notes(&self, ctx: &Ctx, job: i64, skip: usize, limit: usize) -> Result<Vec<Note>> {
        self.import_report(ctx, job).await?;
        self.read(ctx, move |tx| {
            let mut notes = report::notes(tx, job, &[], skip + limit)?;
            Ok(notes.split_off(skip.min(notes.len())))
        })
        .await
    }

    /// The first `limit` notes of these verdicts; of all when none is named.
    ///
    /// # Errors
    /// As [`Engine::import_report`].
    pub async fn import_notes_of(&self, ctx: &Ctx, job: i64, verdicts: Vec<Verdict>, limit: usize) -> Result<Vec<Note>> {
        self.import_report(ctx, job).await?;
        self.read(ctx, move |tx| report::notes(tx, job, &verdicts, limit)).await
    }
}
