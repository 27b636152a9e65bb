//! Writing an archive, page by page: memory stays flat however large the workspace is.

use super::cell::Kind;
use super::{Column, Entry, MANIFEST, Manifest, README, Table, VERSION};
use crate::file::{FileStore, failure};
use crate::{Result, Tx};
use akrab_model::problem::ProblemKind;
use akrab_model::{Object, Problem, Raw, Registry};
use akrab_store::{ArchiveTable, Stays, archived, link_table};
use serde_json::{Map, Value as Json, json};
use sha2::{Digest, Sha256};
use std::fs::File;
use std::io::{self, BufReader, BufWriter, Read, Write};
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

/// Rows read together.
const PAGE: usize = 1_000;
const EXPLANATION: &str = include_str!("README.md");

/// How far it is, and whether it shall stop.
#[derive(Default)]
pub(super) struct Progress {
    pub rows: AtomicU64,
    pub total: AtomicU64,
    pub stop: AtomicBool,
}

/// Writes the workspace as it is at one moment, and says what is in the archive.
pub(super) fn whole(tx: &mut Tx, path: &Path, progress: &Progress) -> Result<Manifest> {
    tx.one_moment(|tx| {
        let file = akrab_store::private::create_new(path).map_err(failure)?;
        let mut out = Out { zip: ZipWriter::new(BufWriter::new(file)), entries: Vec::new() };
        let made_at = tx.ctx.now.timestamp().to_string();
        out.text(README, EXPLANATION.as_bytes())?;
        for (name, text) in readable(tx)? {
            out.listed(name, text.as_bytes())?;
        }
        let tables = tx.conn.archive_tables()?;
        let rows: i64 = tables.iter().filter_map(|t| t.last_id).sum();
        progress.total.store(rows.unsigned_abs(), Ordering::Relaxed);
        let mut files = Vec::new();
        for table in &tables {
            out.table(tx, table, progress, &mut files)?;
        }
        let store = tx.engine.files().clone();
        files.sort();
        files.dedup();
        for sha256 in files {
            stopped(progress)?;
            out.file(&store, &sha256)?;
        }
        let left = tx.conn.table_names()?.into_iter().filter_map(|name| match archived(&name) {
            Ok(()) => None,
            Err(why) => Some((
                name,
                match why {
                    Some(Stays::Secret) => "secret",
                    Some(Stays::Derived) => "derived",
                    Some(Stays::Running) => "running",
                    None => "unknown",
                }
                .to_string(),
            )),
        });
        let manifest = Manifest {
            akrab_workspace: VERSION,
            program: env!("CARGO_PKG_VERSION").into(),
            made_at,
            company: tx.engine.settings().company.clone(),
            left: left.collect(),
            entries: std::mem::take(&mut out.entries),
        };
        out.text(MANIFEST, &serde_json::to_vec_pretty(&manifest).map_err(Problem::internal)?)?;
        let written = out.zip.finish().map_err(full)?.into_inner().map_err(|e| failure(e.into_error()))?;
        written.sync_all().map_err(failure)?;
        Ok(manifest)
    })
}

/// The workspace's own objects and its flows once more, in the form in which people write them.
fn readable(tx: &mut Tx) -> Result<Vec<(&'static str, String)>> {
    let shape = tx.engine.shape_export(&tx.ctx, None)?;
    let flows = tx.flow_export(None)?;
    Ok([("shape.toml", shape), ("flows.toml", flows)].into_iter().filter(|(_, text)| !text.trim().is_empty()).collect())
}

fn stopped(progress: &Progress) -> Result<()> {
    if progress.stop.load(Ordering::Relaxed) { Err(Problem::new(ProblemKind::Conflict, "job_cancelled")) } else { Ok(()) }
}

struct Out {
    zip: ZipWriter<BufWriter<File>>,
    entries: Vec<Entry>,
}

/// Counts and digests what goes through.
struct Through<'a> {
    zip: &'a mut ZipWriter<BufWriter<File>>,
    hash: Sha256,
    bytes: u64,
}

impl Write for Through<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.zip.write_all(bytes)?;
        self.hash.update(bytes);
        self.bytes += bytes.len() as u64;
        Ok(bytes.len())
    }
    fn flush(&mut self) -> io::Result<()> {
        self.zip.flush()
    }
}

impl Out {
    fn begin(&mut self, name: &str, packed: bool) -> Result<Through<'_>> {
        let method = if packed { CompressionMethod::Deflated } else { CompressionMethod::Stored };
        let options = SimpleFileOptions::default().compression_method(method).large_file(true).unix_permissions(0o600);
        self.zip.start_file(name, options).map_err(full)?;
        Ok(Through { zip: &mut self.zip, hash: Sha256::new(), bytes: 0 })
    }

    fn text(&mut self, name: &str, text: &[u8]) -> Result<()> {
        self.begin(name, true)?.write_all(text).map_err(failure)
    }

    fn listed(&mut self, name: &str, text: &[u8]) -> Result<()> {
        let mut through = self.begin(name, true)?;
        through.write_all(text).map_err(failure)?;
        let (bytes, sha256) = (through.bytes, hex(through.hash));
        self.entries.push(Entry { name: name.into(), bytes, sha256, table: None });
        Ok(())
    }

    fn table(&mut self, tx: &mut Tx, table: &ArchiveTable, progress: &Progress, files: &mut Vec<String>) -> Result<()> {
        let (name, columns) = described(&tx.registry, table);
        let places: Vec<usize> = table.key.iter().filter_map(|key| table.columns.iter().position(|c| c.name == *key)).collect();
        let sha = (table.name == "file").then(|| columns.iter().position(|c| c.column == "sha256")).flatten();
        let mut through = self.begin(&name, true)?;
        let (mut rows, mut after): (u64, Option<Vec<Raw>>) = (0, None);
        loop {
            stopped(progress)?;
            let page = tx.conn.archive_rows(table, after.as_deref(), PAGE)?;
            for row in &page {
                let cells = columns.iter().zip(row).filter(|(_, cell)| !cell.is_null());
                let line: Map<String, Json> = cells.map(|(column, cell)| (column.name.clone(), column.kind.told(cell))).collect();
                serde_json::to_writer(&mut through, &line).map_err(|e| failure(e.into()))?;
                through.write_all(b"\n").map_err(failure)?;
                files.extend(sha.and_then(|n| row.get(n)?.text()).map(str::to_string));
            }
            rows += page.len() as u64;
            progress.rows.fetch_add(page.len() as u64, Ordering::Relaxed);
            match page.last() {
                Some(last) if page.len() == PAGE => after = Some(places.iter().filter_map(|n| last.get(*n).cloned()).collect()),
                _ => break,
            }
        }
        let (bytes, sha256) = (through.bytes, hex(through.hash));
        let table = Table { table: table.name.clone(), rows, last_id: table.last_id, columns };
        self.entries.push(Entry { name, bytes, sha256, table: Some(table) });
        Ok(())
    }

    /// A file by its checksum; one that is missing on the disk is left out, as it is here.
    fn file(&mut self, store: &FileStore, sha256: &str) -> Result<()> {
        let Ok(content) = File::open(store.at_hand(sha256)) else {
            tracing::warn!(sha256, "a file is missing and not in the archive");
            return Ok(());
        };
        let name = format!("files/{sha256}");
        let mut through = self.begin(&name, false)?;
        io::copy(&mut BufReader::new(content.take(u64::MAX)), &mut through).map_err(failure)?;
        let bytes = through.bytes;
        self.entries.push(Entry { name, bytes, sha256: sha256.into(), table: None });
        Ok(())
    }
}

/// Where a table lies in the archive and what its columns mean.
fn described(registry: &Registry, table: &ArchiveTable) -> (String, Vec<Column>) {
    let object = registry.objects().find(|object| object.table == table.name);
    let links = registry.objects().find_map(|object| {
        let field = object.fields.iter().find(|f| f.kind == akrab_model::FieldType::Links && link_table(object, f) == table.name)?;
        Some((object, field))
    });
    let fields = object.map(|o: &std::sync::Arc<Object>| o.fields.as_slice()).or(links.map(|(_, field)| field.columns.as_slice()));
    let columns = table.columns.iter().map(|column| {
        let field = fields.and_then(|fields| fields.iter().find(|f| f.column == column.name && f.is_column()));
        let kind = field.map_or(Kind::plain(column.text), |f| Kind::of(f.kind, column.text));
        let name = match (field, column.name.as_str()) {
            (Some(field), _) => field.key.clone(),
            (None, "from_id") => "from".into(),
            (None, "to_id") => "to".into(),
            (None, name) => name.into(),
        };
        Column { name, column: column.name.clone(), kind, text: column.text }
    });
    let columns: Vec<Column> = columns.collect();
    let name = match (object, links) {
        (Some(object), _) => format!("objects/{}.jsonl", object.key),
        (_, Some((object, field))) => format!("links/{}.{}.jsonl", object.key, field.key),
        _ if table.name.starts_with("o_") || table.name.starts_with("l_") => format!("objects/{}.jsonl", table.name),
        _ => format!("platform/{}.jsonl", table.name),
    };
    (name, columns)
}

pub(super) fn hex(hash: Sha256) -> String {
    hash.finalize().iter().map(|b| format!("{b:02x}")).collect()
}

fn full(error: zip::result::ZipError) -> Problem {
    match error {
        zip::result::ZipError::Io(error) => failure(error),
        other => Problem::internal(other),
    }
}

/// What the job's page shows.
pub(super) fn told(manifest: &Manifest) -> Json {
    let objects: Map<String, Json> = manifest
        .entries
        .iter()
        .filter_map(|entry| {
            let key = entry.name.strip_prefix("objects/")?.strip_suffix(".jsonl")?;
            Some((key.to_string(), json!(entry.table.as_ref()?.rows)))
        })
        .collect();
    Json::Object(objects)
}
