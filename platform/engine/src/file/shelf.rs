//! A store of files on another machine, beside the folder of files on this one.

use super::FileMeta;
use super::disk::{FileStore, Kept};
use crate::{Engine, Result};
use akrab_model::Problem;
use akrab_model::problem::ProblemKind;
use futures::future::BoxFuture;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Keeps bytes under names. Each name is written once and never again.
pub trait Shelf: Send + Sync {
    /// Which one it is, for those who run the program.
    fn name(&self) -> String;
    /// Keeps the content of a file.
    fn put<'a>(&'a self, place: &'a str, from: &'a Path) -> BoxFuture<'a, Result<(), String>>;
    /// Brings the content into a new file; says whether there was any.
    fn get<'a>(&'a self, place: &'a str, to: &'a Path) -> BoxFuture<'a, Result<bool, String>>;
    /// Removes the content; what is not there is no failure.
    fn remove<'a>(&'a self, place: &'a str) -> BoxFuture<'a, Result<(), String>>;
}

/// A shelf and what goes there.
#[derive(Clone)]
pub struct Shelving {
    pub shelf: Arc<dyn Shelf>,
    /// New files go there; otherwise only those are read that lie there already.
    pub new_files: bool,
}

impl Engine {
    /// Where the content lies on this machine, for reading; fetched and checked first when it is kept elsewhere.
    ///
    /// # Errors
    /// `files_away` when the other machine does not answer, `internal` when the content is not what was kept.
    pub async fn file_local(&self, file: &FileMeta) -> Result<PathBuf> {
        let Some(place) = &file.place else { return Ok(self.inner.files.path(&file.sha256)) };
        let kept = self.inner.files.cached(&file.sha256);
        if kept.exists() {
            return Ok(kept);
        }
        let draft = self.inner.files.draft_path();
        let brought = self.bring(place, &file.sha256, &draft, &kept).await;
        if brought.is_err() {
            let _ = std::fs::remove_file(&draft);
        }
        brought.map(|()| kept)
    }

    async fn bring(&self, place: &str, sha256: &str, draft: &Path, to: &Path) -> Result<()> {
        let there = self.shelving()?.shelf.get(place, draft).await.map_err(away)?;
        if !there {
            return Err(Problem::internal(format!("{place} is not in the store of files")));
        }
        let (files, draft, to, sha256) = (self.inner.files.clone(), draft.to_path_buf(), to.to_path_buf(), sha256.to_string());
        let check = move || {
            if FileStore::sum(&draft)? != sha256 {
                return Err(Problem::internal(format!("what lies under {sha256} in the store of files is something else")));
            }
            files.keep_copy(&draft, &to)
        };
        tokio::task::spawn_blocking(check).await.map_err(Problem::internal)?
    }

    /// Puts what has just come in where new files go; gives its name there, or none for the folder of files.
    pub(super) async fn shelve(&self, kept: &Kept) -> Result<Option<String>> {
        let Some(shelving) = self.inner.shelving.as_ref().filter(|s| s.new_files) else { return Ok(None) };
        let place = self.new_place(&kept.sha256);
        shelving.shelf.put(&place, &kept.draft).await.map_err(away)?;
        Ok(Some(place))
    }

    /// A name nobody has used: the same content may come and go at the same time without one taking the other's.
    pub(super) fn new_place(&self, sha256: &str) -> String {
        let tail: String = self.random::<6>().iter().map(|b| format!("{b:02x}")).collect();
        format!("{}/{sha256}-{tail}", &sha256[..2.min(sha256.len())])
    }

    pub(super) fn shelving(&self) -> Result<&Shelving> {
        self.inner.shelving.as_ref().ok_or_else(|| away("files lie in a store that is not configured any more".into()))
    }

    /// Removes content that nothing names any more. What stays behind costs room and nothing else.
    pub(super) async fn unshelve(&self, place: &str) {
        if let Ok(shelving) = self.shelving()
            && let Err(error) = shelving.shelf.remove(place).await
        {
            tracing::warn!(%error, place, "a file stays behind in the store of files");
        }
    }
}

pub(super) fn away(cause: String) -> Problem {
    Problem { cause: Some(cause), ..Problem::new(ProblemKind::Busy, "files_away") }
}
