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
        self.put_away(shelving, &place, &kept.draft).await?;
        Ok(Some(place))
    }

    /// Puts content under a name that is noted before, so that what a crash leaves there is found.
    pub(super) async fn put_away(&self, shelving: &Shelving, place: &str, from: &Path) -> Result<()> {
        let (name, now) = (place.to_string(), self.now().timestamp().as_microsecond());
        self.store().write(move |conn| conn.shelf_note(&name, now)).await?;
        shelving.shelf.put(place, from).await.map_err(away)
    }

    /// Removes what was put there before `before` and that no file names: whoever put it was killed, or could not take
    /// it away again. Says how many those were.
    ///
    /// # Errors
    /// What the database answers.
    pub(crate) async fn sweep_shelf(&self, before: i64) -> Result<u64> {
        const SOME: usize = 200;
        let (mut after, mut swept) = (String::new(), 0);
        if self.inner.shelving.is_none() {
            return Ok(0);
        }
        loop {
            let behind = after.clone();
            let names = self.store().read(move |conn| conn.shelf_orphans(before, &behind, SOME)).await?;
            let Some(last) = names.last() else { return Ok(swept) };
            after.clone_from(last);
            for name in &names {
                swept += u64::from(self.unshelve(name).await);
            }
        }
    }

    /// A name nobody has used: the same content may come and go at the same time without one taking the other's.
    pub(super) fn new_place(&self, sha256: &str) -> String {
        let tail: String = self.random::<6>().iter().map(|b| format!("{b:02x}")).collect();
        format!("{}/{sha256}-{tail}", &sha256[..2.min(sha256.len())])
    }

    pub(super) fn shelving(&self) -> Result<&Shelving> {
        self.inner.shelving.as_ref().ok_or_else(|| away("files lie in a store that is not configured any more".into()))
    }

    /// Removes content that nothing names any more; says whether it is gone. What stays behind is tried again every night.
    pub(crate) async fn unshelve(&self, place: &str) -> bool {
        let Ok(shelving) = self.shelving() else { return false };
        if let Err(error) = shelving.shelf.remove(place).await {
            tracing::warn!(%error, place, "a file stays behind in the store of files");
            return false;
        }
        let name = place.to_string();
        self.store().write(move |conn| conn.shelf_forget(&name)).await.is_ok()
    }
}

pub(super) fn away(cause: String) -> Problem {
    Problem { cause: Some(cause), ..Problem::new(ProblemKind::Busy, "files_away") }
}
