//! Reading an archive wholly before anything of it counts: it may be damaged, cut, newer than this program, or
//! made to harm.

use super::cell::Kind;
use super::write::hex;
use super::{Entry, MANIFEST, Manifest, README, Table, VERSION, at_line, refused};
use crate::Result;
use crate::file::failure;
use akrab_model::problem::ProblemKind;
use akrab_model::{Problem, Raw};
use akrab_store::archived;
use serde_json::{Map, Value as Json};
use sha2::{Digest, Sha256};
use std::collections::{HashMap, HashSet};
use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use zip::ZipArchive;

/// Most files of an archive, the largest manifest and the longest line.
const MOST_ENTRIES: usize = 2_000_000;
const LARGEST_MANIFEST: u64 = 512 << 20;
const LONGEST_LINE: u64 = 64 << 20;
/// Inflated to packed; lines of JSON come to 30 at most. Small files may be as dense as they like.
const RATIO: u64 = 250;
const RATIO_FROM: u64 = 1 << 20;

/// An archive that was read to its end and found in order.
pub struct Checked {
    path: PathBuf,
    pub manifest: Manifest,
}

impl Checked {
    /// Reads the whole archive: every file it lists is there, as long as it says and with its checksum, every line
    /// a row of its table, and nothing else is in it. Nothing is written anywhere.
    ///
    /// # Errors
    /// `archive_foreign`, `archive_newer`, `archive_missing`, `archive_unlisted`, `archive_too_large`,
    /// `archive_damaged` with the entry, `archive_line` with the line of a table.
    pub fn read(path: &Path, seen: &mut dyn FnMut(u64, u64)) -> Result<Checked> {
        let mut zip = open(path)?;
        if zip.len() > MOST_ENTRIES {
            return Err(Problem::new(ProblemKind::TooLarge, "zip_too_many_entries").with("max", MOST_ENTRIES));
        }
        let manifest = manifest(&mut zip)?;
        let packed = std::fs::metadata(path).map_err(failure)?.len();
        listed(&zip, &manifest, packed)?;
        let checked = Checked { path: path.to_path_buf(), manifest };
        let total = checked.manifest.entries.iter().map(|e| e.bytes).sum();
        let mut done = 0;
        for entry in &checked.manifest.entries {
            match &entry.table {
                Some(table) => checked.rows(entry, table, &mut zip, &mut |_| Ok(()))?,
                None => drop(checked.content(entry, &mut zip, &mut std::io::sink())?),
            }
            done += entry.bytes;
            seen(done, total);
        }
        Ok(checked)
    }

    /// Where it lies.
    pub fn path(&self) -> &Path {
        &self.path
    }

    pub(super) fn zip(&self) -> Result<ZipArchive<BufReader<File>>> {
        open(&self.path)
    }

    /// Hands the rows of a table on, in portions.
    pub(super) fn rows(
        &self,
        entry: &Entry,
        table: &Table,
        zip: &mut ZipArchive<BufReader<File>>,
        sink: &mut dyn FnMut(Vec<Vec<Raw>>) -> Result<()>,
    ) -> Result<()> {
        const PORTION: usize = 2_000;
        let places: HashMap<&str, usize> = table.columns.iter().enumerate().map(|(n, c)| (c.name.as_str(), n)).collect();
        let damaged = |line| at_line(&entry.name, line);
        let mut file = BufReader::new(Through::of(entry, zip)?);
        let (mut number, mut portion, mut bytes) = (0_u64, Vec::new(), Vec::new());
        loop {
            bytes.clear();
            let read = (&mut file).take(LONGEST_LINE + 1).read_until(b'\n', &mut bytes).map_err(|_| damaged(number + 1))?;
            if read == 0 {
                break;
            }
            number += 1;
            if read as u64 > LONGEST_LINE || bytes.last() != Some(&b'\n') {
                return Err(damaged(number));
            }
            let line: Map<String, Json> = serde_json::from_slice(&bytes).map_err(|_| damaged(number))?;
            let mut row = vec![Raw::Null; table.columns.len()];
            for (name, json) in &line {
                let place = *places.get(name.as_str()).ok_or_else(|| damaged(number))?;
                row[place] = cell(table, place, json).ok_or_else(|| damaged(number))?;
            }
            portion.push(row);
            if portion.len() == PORTION {
                sink(std::mem::take(&mut portion))?;
            }
        }
        if !portion.is_empty() {
            sink(portion)?;
        }
        file.into_inner().end()?;
        if number == table.rows { Ok(()) } else { Err(damaged(number + 1)) }
    }

    /// Hands a file on, and says how many bytes it has.
    pub(super) fn content(&self, entry: &Entry, zip: &mut ZipArchive<BufReader<File>>, to: &mut dyn std::io::Write) -> Result<u64> {
        let mut through = Through::of(entry, zip)?;
        let mut buffer = vec![0; 64 * 1024];
        loop {
            let read = through.read(&mut buffer).map_err(|_| refused("archive_damaged", &entry.name))?;
            if read == 0 {
                break;
            }
            to.write_all(&buffer[..read]).map_err(failure)?;
        }
        let bytes = through.bytes;
        through.end()?;
        Ok(bytes)
    }
}

fn cell(table: &Table, place: usize, json: &Json) -> Option<Raw> {
    let column = &table.columns[place];
    column.kind.back(json).filter(|raw| match raw {
        Raw::Null => true,
        Raw::Int(_) => !column.text,
        Raw::Text(_) => column.text,
    })
}

/// A file of the archive on its way: as long as promised, with the promised checksum.
struct Through<'a, R: Read> {
    inner: R,
    entry: &'a Entry,
    hash: Sha256,
    bytes: u64,
}

impl<'a> Through<'a, Box<dyn Read + 'a>> {
    fn of(entry: &'a Entry, zip: &'a mut ZipArchive<BufReader<File>>) -> Result<Self> {
        let inner = zip.by_name(&entry.name).map_err(|_| refused("archive_missing", &entry.name))?;
        Ok(Through { inner: Box::new(inner), entry, hash: Sha256::new(), bytes: 0 })
    }
}

impl<R: Read> Through<'_, R> {
    fn end(self) -> Result<()> {
        let whole = self.bytes == self.entry.bytes && hex(self.hash) == self.entry.sha256;
        if whole { Ok(()) } else { Err(refused("archive_damaged", &self.entry.name)) }
    }
}

impl<R: Read> Read for Through<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let read = self.inner.read(buffer)?;
        self.bytes += read as u64;
        // never more than was promised and judged
        if self.bytes > self.entry.bytes {
            return Err(std::io::Error::other("longer than promised"));
        }
        self.hash.update(&buffer[..read]);
        Ok(read)
    }
}

fn open(path: &Path) -> Result<ZipArchive<BufReader<File>>> {
    let file = File::open(path).map_err(failure)?;
    ZipArchive::new(BufReader::new(file)).map_err(|e| Problem { cause: Some(e.to_string()), ..Problem::malformed("archive_foreign") })
}

fn manifest(zip: &mut ZipArchive<BufReader<File>>) -> Result<Manifest> {
    let foreign = || Problem::malformed("archive_foreign");
    let mut text = Vec::new();
    let entry = zip.by_name(MANIFEST).map_err(|_| foreign())?;
    let limit = LARGEST_MANIFEST.min(entry.compressed_size().saturating_mul(RATIO).max(RATIO_FROM));
    let read = entry.take(limit + 1).read_to_end(&mut text).map_err(|_| refused("archive_damaged", MANIFEST))?;
    if read as u64 > limit {
        return Err(large(MANIFEST, limit));
    }
    let json: Json = serde_json::from_slice(&text).map_err(|_| refused("archive_damaged", MANIFEST))?;
    let found = json["akrab_workspace"].as_u64().ok_or_else(foreign)?;
    if found != u64::from(VERSION) {
        return Err(Problem::malformed("archive_newer").with("found", found).with("known", VERSION));
    }
    serde_json::from_value(json).map_err(|e| Problem { cause: Some(e.to_string()), ..refused("archive_damaged", MANIFEST) })
}

/// What is there is listed, what is listed is there, and no name or size can do harm.
fn listed(zip: &ZipArchive<BufReader<File>>, manifest: &Manifest, packed: u64) -> Result<()> {
    let mut known: HashSet<&str> = HashSet::from([MANIFEST, README]);
    let mut tables = HashSet::new();
    let mut total = 0_u64;
    for entry in &manifest.entries {
        if !is_ours(entry) || !known.insert(&entry.name) {
            return Err(refused("archive_unlisted", &shown(&entry.name)));
        }
        if let Some(table) = &entry.table
            && (!is_table(table) || !tables.insert(&table.table))
        {
            return Err(refused("archive_damaged", MANIFEST));
        }
        total = total.saturating_add(entry.bytes);
        if total > RATIO_FROM && total / packed.max(1) > RATIO {
            return Err(large(&entry.name, packed * RATIO));
        }
    }
    match zip.file_names().find(|name| !known.contains(name)) {
        Some(name) => Err(refused("archive_unlisted", &shown(name))),
        None => Ok(()),
    }
}

fn large(entry: &str, max: u64) -> Problem {
    Problem::new(ProblemKind::TooLarge, "archive_too_large").with("entry", shown(entry)).with("max", max / (1 << 20))
}

/// A name from elsewhere, for showing.
fn shown(name: &str) -> String {
    name.chars().filter(|c| !c.is_control()).take(120).collect()
}

/// Whether a name is one that this program gives; so no path leads anywhere else.
fn is_ours(entry: &Entry) -> bool {
    let named = |folder: &str| {
        let rest = entry.name.strip_prefix(folder).and_then(|rest| rest.strip_suffix(".jsonl"));
        rest.is_some_and(|rest| !rest.is_empty() && rest.split('.').all(is_name))
    };
    match &entry.table {
        Some(_) => ["objects/", "links/", "platform/"].into_iter().any(named),
        None => match entry.name.strip_prefix("files/") {
            Some(sha) => sha == entry.sha256 && sha.len() == 64 && sha.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f')),
            None => matches!(entry.name.as_str(), "shape.toml" | "flows.toml"),
        },
    }
}

fn is_name(name: &str) -> bool {
    let letters = name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_');
    !name.is_empty() && name.len() <= 63 && letters && !name.starts_with(|c: char| c.is_ascii_digit())
}

fn is_table(table: &Table) -> bool {
    let has = |name: &str| table.columns.iter().any(|c| c.column == name && !c.text && c.kind == Kind::Integer);
    let mut names = HashSet::new();
    let columns = table.columns.iter().all(|c| is_name(&c.column) && names.insert(c.column.as_str()));
    let keyed = match table.table.get(..2) {
        Some("o_") => has("id") && has("version"),
        Some("l_") => has("from_id") && has("n") && has("to_id"),
        _ => true,
    };
    is_name(&table.table) && archived(&table.table).is_ok() && columns && keyed && table.columns.len() <= 2_000
}
