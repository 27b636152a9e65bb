//! Writing files so that after a power cut each is there wholly or not at all.

use super::FileKind;
use crate::Result;
use akrab_model::Problem;
use akrab_model::problem::ProblemKind;
use akrab_store::private;
use sha2::{Digest, Sha256};
use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::SystemTime;

/// The folder of a workspace's files, and beside it what can be made or fetched anew.
#[derive(Clone)]
pub struct FileStore {
    root: PathBuf,
    cache: PathBuf,
    next: Arc<AtomicU64>,
}

/// A file that has come in.
pub struct Kept {
    pub sha256: String,
    pub size: u64,
    pub kind: FileKind,
    /// Where it waits to be put into its place.
    pub(super) draft: PathBuf,
}

impl FileStore {
    /// # Errors
    /// When the folder cannot be made.
    pub fn open(root: PathBuf) -> Result<FileStore> {
        private::folder(&root.join("incoming")).map_err(failure)?;
        let cache = root.with_extension("cache");
        private::folder(&cache).map_err(failure)?;
        Ok(FileStore { root, cache, next: Arc::new(AtomicU64::new(0)) })
    }

    /// Stores everything `content` gives, up to `limit` bytes, in the folder of files.
    ///
    /// # Errors
    /// `file_too_large`, `file_empty`, `disk_full`.
    pub fn keep(&self, content: impl Read, limit: u64) -> Result<Kept> {
        let kept = self.take_in(content, limit)?;
        self.settle(&kept)?;
        Ok(kept)
    }

    /// Takes in everything `content` gives, up to `limit` bytes.
    ///
    /// # Errors
    /// `file_too_large`, `file_empty`, `disk_full`.
    pub(super) fn take_in(&self, mut content: impl Read, limit: u64) -> Result<Kept> {
        let draft = self.draft_path();
        let kept = self.copy(&mut content, limit, &draft);
        if kept.is_err() {
            // nothing half-written stays behind
            let _ = fs::remove_file(&draft);
        }
        kept
    }

    fn copy(&self, content: &mut impl Read, limit: u64, draft: &Path) -> Result<Kept> {
        let mut file = private::create_new(draft).map_err(failure)?;
        let mut hash = Sha256::new();
        let mut head = Vec::new();
        let mut size = 0_u64;
        let mut buffer = vec![0; 64 * 1024];
        loop {
            let read = content.read(&mut buffer).map_err(failure)?;
            if read == 0 {
                break;
            }
            size += read as u64;
            if size > limit {
                return Err(Problem::new(ProblemKind::TooLarge, "file_too_large").with("max", limit / (1024 * 1024)));
            }
            if head.len() < 1_024 {
                head.extend_from_slice(&buffer[..read.min(1_024)]);
            }
            hash.update(&buffer[..read]);
            file.write_all(&buffer[..read]).map_err(failure)?;
        }
        if size == 0 {
            return Err(Problem::malformed("file_empty"));
        }
        file.sync_all().map_err(failure)?;
        drop(file);
        Ok(Kept { sha256: hex(hash), size, kind: FileKind::of(&head), draft: draft.to_path_buf() })
    }

    /// Moves what was taken in to its place; says which copy that is, when the system tells.
    ///
    /// # Errors
    /// `disk_full`.
    pub(super) fn settle(&self, kept: &Kept) -> Result<Option<u64>> {
        let place = self.path(&kept.sha256);
        let folder = place.parent().unwrap_or(&self.root).to_path_buf();
        private::folder(&folder).map_err(failure)?;
        let copy = number(&kept.draft);
        fs::rename(&kept.draft, &place).map_err(failure)?;
        // the name itself must survive too
        File::open(&folder).and_then(|d| d.sync_all()).map_err(failure)?;
        Ok(copy)
    }

    /// Takes away what was taken in and is wanted no more.
    pub(super) fn drop_draft(&self, kept: &Kept) {
        let _ = fs::remove_file(&kept.draft);
    }

    /// The checksum of what lies in a file.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn sum(path: &Path) -> Result<String> {
        let mut hash = Sha256::new();
        io::copy(&mut File::open(path).map_err(failure)?, &mut hash).map_err(failure)?;
        Ok(hex(hash))
    }

    /// Where content lies on this machine: in the folder of files, or a copy of what is kept elsewhere.
    pub fn at_hand(&self, sha256: &str) -> PathBuf {
        Some(self.path(sha256)).filter(|path| path.exists()).unwrap_or_else(|| self.cached(sha256))
    }

    /// Where a copy of content lies that is kept elsewhere.
    pub(super) fn cached(&self, sha256: &str) -> PathBuf {
        self.cache.join(sha256)
    }

    /// Where something made of this content lies.
    pub(super) fn made(&self, sha256: &str, what: &str) -> PathBuf {
        self.cache.join(format!("{sha256}.{what}"))
    }

    /// Puts a finished draft into the cache. It is not flushed: what is lost there is made or fetched anew.
    pub(super) fn keep_copy(&self, draft: &Path, place: &Path) -> Result<()> {
        private::folder(&self.cache).map_err(failure)?;
        fs::rename(draft, place).map_err(failure)
    }

    /// Empties the cache of what has lain there since `moment`; says how many files that were.
    ///
    /// # Errors
    /// When the folder cannot be read.
    pub fn sweep_cache(&self, moment: SystemTime) -> Result<u64> {
        sweep(&self.cache, moment)
    }

    /// Removes the copy that was written under this number. Somebody who brought the same content
    /// meanwhile has put a copy of his own in its place, which stays.
    pub fn forget(&self, sha256: &str, copy: u64) {
        let (place, aside) = (self.path(sha256), self.draft_path());
        if number(&place) != Some(copy) || fs::rename(&place, &aside).is_err() {
            return;
        }
        let done = if number(&aside) == Some(copy) { fs::remove_file(&aside) } else { fs::rename(&aside, &place) };
        if let Err(error) = done {
            tracing::warn!(%error, "a refused file stays behind");
        }
    }

    /// Removes what was being written before `moment` and whose writer is long gone: killed, or out of power.
    ///
    /// # Errors
    /// When the folder cannot be read.
    pub fn sweep(&self, moment: SystemTime) -> Result<u64> {
        sweep(&self.root.join("incoming"), moment)
    }

    /// Removes archives that were written before `moment`.
    ///
    /// # Errors
    /// When the folder cannot be read.
    pub fn sweep_archives(&self, moment: SystemTime) -> Result<u64> {
        sweep(&self.archives()?, moment)
    }

    /// The folder of files itself.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The folder of archives of the whole workspace. They are swept away after a while.
    ///
    /// # Errors
    /// When it cannot be made.
    pub fn archives(&self) -> Result<PathBuf> {
        let folder = self.root.join("archives");
        private::folder(&folder).map_err(failure)?;
        Ok(folder)
    }

    /// Which copy of this content lies there, when the system tells.
    pub fn copy_of(&self, sha256: &str) -> Option<u64> {
        number(&self.path(sha256))
    }

    /// Where a file of this content lies.
    pub fn path(&self, sha256: &str) -> PathBuf {
        self.root.join(&sha256[..2.min(sha256.len())]).join(sha256)
    }

    /// A fresh path for something being written, to be read and removed afterwards.
    pub fn draft_path(&self) -> PathBuf {
        let n = self.next.fetch_add(1, Ordering::Relaxed);
        self.root.join("incoming").join(format!("{}-{n}-{:p}", std::process::id(), Arc::as_ptr(&self.next)))
    }
}

fn sweep(folder: &Path, moment: SystemTime) -> Result<u64> {
    let mut swept = 0;
    for entry in fs::read_dir(folder).map_err(failure)? {
        let entry = entry.map_err(failure)?;
        // another process may be removing it as well
        let old = entry.metadata().and_then(|meta| meta.modified()).is_ok_and(|at| at < moment);
        swept += u64::from(old && fs::remove_file(entry.path()).is_ok());
    }
    Ok(swept)
}

fn hex(hash: Sha256) -> String {
    hash.finalize().iter().map(|b| format!("{b:02x}")).collect()
}

/// The system's number of a file.
#[cfg(unix)]
fn number(path: &Path) -> Option<u64> {
    fs::metadata(path).ok().map(|file| std::os::unix::fs::MetadataExt::ino(&file))
}

#[cfg(not(unix))]
fn number(_: &Path) -> Option<u64> {
    None
}

/// Disk failures: full is told apart.
pub(crate) fn failure(error: io::Error) -> Problem {
    if matches!(error.kind(), io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded) {
        Problem { cause: Some(error.to_string()), ..Problem::new(ProblemKind::Full, "disk_full") }
    } else {
        Problem::internal(error)
    }
}
