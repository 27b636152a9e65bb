//! Everything that is kept of one person in one archive, for him to have: every field, its history, what he said about being
//! contacted, every record that links to him, and the files. Of other people there is nothing but what was written about him.

use crate::job::{Job, JobCtx, Outcome};
use crate::rights::Access;
use crate::twin::linking;
use crate::{Ctx, Engine, Result, Tx};
use akrab_model::object::Avatar;
use akrab_model::{Field, FieldType, Object, Problem, Record, RecordId, Value};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json, json};
use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::{BufWriter, Write, copy};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

/// Largest archive of one person.
const LARGEST: u64 = 2 << 30;
/// Records read at once.
const BATCH: usize = 500;
/// All changes of a record.
const ALL: usize = 1_000_000;

/// Makes the archive and, where that is said, puts it into a field of another record.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct AccessCopy {
    pub object: String,
    pub id: RecordId,
    /// Object, record and field the archive is put into.
    #[serde(default)]
    pub into: Option<(String, RecordId, String)>,
}

/// What came of it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct CopyReport {
    pub file: i64,
    pub name: String,
    pub records: usize,
    pub files: usize,
}

/// What goes into the archive, before its files.
#[derive(Default)]
struct Gathered {
    /// Name within the archive, content.
    papers: Vec<(String, Json)>,
    /// Name within the archive, file.
    files: Vec<(String, i64)>,
    records: usize,
}

impl Engine {
    /// Queues the archive of a person; gives the job.
    ///
    /// # Errors
    /// As [`Tx::access_copy`].
    pub async fn access_copy(&self, ctx: &Ctx, copy: AccessCopy) -> Result<i64> {
        self.write(ctx, move |tx| tx.access_copy(&copy)).await
    }
}

impl Tx<'_> {
    /// Queues the archive of a person; gives the job.
    ///
    /// # Errors
    /// `not_found`; `forbidden` for whoever may not take the record out; `nothing_personal`.
    pub fn access_copy(&mut self, copy: &AccessCopy) -> Result<i64> {
        self.ctx.require_whole()?;
        let object = self.object(&copy.object)?;
        self.get(&object.key, copy.id)?;
        if !object.fields.iter().any(|field| field.personal) {
            return Err(Problem::malformed("nothing_personal"));
        }
        if !self.may(&object, Access::Export, copy.id)? {
            return Err(Problem::forbidden());
        }
        let job = self.enqueue(copy)?;
        self.audit("access_copy", Some((&object.key, copy.id)), json!({ "job": job }))?;
        Ok(job)
    }

    fn gather_copy(&mut self, object: &str, id: RecordId) -> Result<Gathered> {
        let mut tx = self.as_system("a person gets everything that is kept of him");
        let object = tx.object(object)?;
        let mut people = tx.conn.merged_from(&object.key, id)?;
        people.insert(0, id);
        let mut found = Gathered::default();
        let records = tx.find_kept(&object.key, &people)?;
        let told: Vec<Json> = records.iter().map(|record| tx.told_of(record, &mut found)).collect::<Result<_>>()?;
        found.papers.push(("person.json".into(), json!(told)));
        let mut history = Vec::new();
        for one in &people {
            history.extend(tx.past_told(&object, *one)?);
        }
        found.papers.push(("history.json".into(), json!(history)));
        let said = tx.consent_history(&object.key, id)?;
        let said: Vec<Json> = said
            .into_iter()
            .map(|s| json!({ "purpose": s.purpose, "channel": s.channel, "given": s.given, "at": s.at.to_string(), "source": s.source, "evidence": s.evidence }))
            .collect();
        found.papers.push(("consent.json".into(), json!(said)));
        let registry = tx.registry.clone();
        let mut related: BTreeMap<String, BTreeSet<i64>> = BTreeMap::new();
        for (child, ix) in linking(&registry, &object) {
            let field = child.at(ix);
            // who links to him and is a person or a company of his own is somebody else
            if child.is_system() || (child.decl.avatar != Avatar::Icon && !field.belongs) {
                continue;
            }
            for one in &people {
                let ids = tx.conn.children_ids(child, field, *one)?;
                related.entry(child.key.clone()).or_default().extend(ids);
            }
        }
        for (key, ids) in related.into_iter().filter(|(_, ids)| !ids.is_empty()) {
            let ids: Vec<i64> = ids.into_iter().collect();
            let mut all = Vec::with_capacity(ids.len());
            for part in ids.chunks(BATCH) {
                for record in tx.find_kept(&key, part)? {
                    all.push(tx.told_of(&record, &mut found)?);
                }
            }
            let plural = tx.object(&key)?.plural.clone();
            found.papers.push((format!("related/{plural}.json"), json!(all)));
        }
        Ok(found)
    }

    /// Every field of a record by its label, without other people; its files are added.
    fn told_of(&mut self, record: &Record, found: &mut Gathered) -> Result<Json> {
        let object = record.object.clone();
        let lang = self.ctx.lang.as_str();
        found.records += 1;
        let mut told = Map::new();
        let folder = format!("files/{}-{}", object.key, record.id);
        let mut files: Vec<i64> = Vec::new();
        for field in object.fields.iter().filter(|field| !record.get(&field.key).is_null()) {
            if self.names_another(field) {
                continue;
            }
            let value = match record.get(&field.key) {
                Value::Int(file) if field.kind == FieldType::File => {
                    files.push(*file);
                    continue;
                }
                Value::Text(key) if field.kind == FieldType::Choice => {
                    field.choice(key).map_or_else(|| json!(key), |c| json!(c.label.get(lang)))
                }
                Value::Link(id) => self.title_told(field, *id)?,
                value => value.to_json(),
            };
            told.insert(field.label.get(lang).to_string(), value);
        }
        files.extend(self.conn.attachment_files(&object.key, record.id)?);
        for row in self.conn.files(&files)? {
            found.files.push((format!("{folder}/{}-{}", row.id, row.name), row.id));
        }
        Ok(Json::Object(told))
    }

    /// Links to people and companies tell of others.
    fn names_another(&self, field: &Field) -> bool {
        let target = field.to.map(|to| self.registry.at(to));
        field.kind == FieldType::Links || target.is_some_and(|target| target.decl.avatar == Avatar::Person || target.key == "user")
    }

    fn title_told(&mut self, field: &Field, id: RecordId) -> Result<Json> {
        let Some(to) = field.to else { return Ok(Json::Null) };
        Ok(self.titles_of(to, &[id])?.pop().map_or(Json::Null, |(_, title)| json!(title)))
    }

    fn past_told(&mut self, object: &Arc<Object>, id: RecordId) -> Result<Vec<Json>> {
        let mut told = Vec::new();
        for change in self.conn.changes(&object.key, id, None, ALL)? {
            let diff: Map<String, Json> = serde_json::from_str(&change.diff).unwrap_or_default();
            let own = diff.into_iter().filter_map(|(key, pair)| {
                let field = object.field(&key).filter(|field| !self.names_another(field))?;
                Some((field.label.get(self.ctx.lang.as_str()).to_string(), pair))
            });
            let fields: Map<String, Json> = own.collect();
            let at = jiff::Timestamp::from_microsecond(change.at).map_err(Problem::internal)?;
            told.push(json!({ "at": at.to_string(), "what": change.kind, "through": change.door, "fields": fields }));
        }
        Ok(told)
    }
}

impl Job for AccessCopy {
    const KIND: &'static str = "access_copy";

    async fn run(self, job: JobCtx) -> Result<Outcome> {
        let (object, id) = (self.object.clone(), self.id);
        let (found, files) = job
            .read(move |tx| {
                let found = tx.gather_copy(&object, id)?;
                let ids: Vec<i64> = found.files.iter().map(|(_, id)| *id).collect();
                let rows = tx.conn.files(&ids)?;
                Ok((found, rows))
            })
            .await?;
        let mut papers: Vec<(String, PathBuf)> = Vec::new();
        for (name, id) in &found.files {
            if let Some(row) = files.iter().find(|row| row.id == *id) {
                papers.push((name.clone(), job.engine.file_local(&crate::file::meta(row.clone())).await?));
            }
        }
        let path = job.engine.files().draft_path();
        let (out, told, count) = (path.clone(), found.papers, papers.len());
        let written = tokio::task::spawn_blocking(move || write(&out, &told, &papers)).await.map_err(Problem::internal)?;
        let name = format!("data-{}-{}.zip", self.object, self.id);
        let kept = match written.and_then(|()| File::open(&path).map_err(crate::file::failure)) {
            Ok(content) => job.engine.file_put(&job.ctx, &name, content, LARGEST).await,
            Err(problem) => Err(problem),
        };
        let _ = std::fs::remove_file(&path);
        let kept = kept?;
        if let Some((object, record, field)) = self.into {
            let file = kept.id;
            let put = move |tx: &mut Tx| tx.set_values(&object, record, vec![(field.as_str(), Value::Int(file))]).map(drop);
            job.engine.write(&job.now().await?, put).await?;
        }
        let report = CopyReport { file: kept.id, name, records: found.records, files: count };
        serde_json::to_value(report).map_err(Problem::internal)
    }
}

fn write(path: &Path, papers: &[(String, Json)], files: &[(String, PathBuf)]) -> Result<()> {
    let packed = || -> std::io::Result<()> {
        let mut zip = ZipWriter::new(BufWriter::new(akrab_store::private::create(path)?));
        let options = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated).compression_level(Some(1));
        for (name, content) in papers {
            zip.start_file(name.as_str(), options)?;
            zip.write_all(serde_json::to_string_pretty(content).unwrap_or_default().as_bytes())?;
        }
        for (name, from) in files {
            zip.start_file(name.as_str(), options)?;
            copy(&mut File::open(from)?, &mut zip)?;
        }
        zip.finish()?.into_inner().map_err(std::io::IntoInnerError::into_error)?.sync_all()
    };
    packed().map_err(crate::file::failure)
}
