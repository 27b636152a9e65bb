//! All files at once: checked against their checksums, and moved from the folder to a store elsewhere or back.

use super::disk::FileStore;
use super::{FileMeta, meta};
use crate::{Ctx, Engine, Result, Tx};
use akrab_model::Problem;

/// Files looked at together.
const BATCH: usize = 200;

/// Where the files of a workspace lie.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FilesKept {
    /// In the folder of files: how many and how many bytes.
    pub here: (u64, u64),
    /// In a store elsewhere.
    pub elsewhere: (u64, u64),
}

/// What a check of all files found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FileCheck {
    pub sound: u64,
    /// Files whose content is gone or another: number, name and what is wrong.
    pub broken: Vec<(i64, String, String)>,
}

/// What a move has done.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FilesMoved {
    pub files: u64,
    pub bytes: u64,
}

impl Engine {
    /// The files of the workspace after the one with this id, in the order they came.
    async fn each_file(&self, ctx: &Ctx, after: i64) -> Result<Vec<FileMeta>> {
        self.read(ctx, move |tx| Ok(tx.conn.files_after(after, BATCH)?.into_iter().map(meta).collect())).await
    }

    /// The store elsewhere, in words, if one is set up.
    pub fn files_elsewhere(&self) -> Option<(String, bool)> {
        self.inner.shelving.as_ref().map(|s| (s.shelf.name(), s.new_files))
    }

    /// Where the files lie.
    ///
    /// # Errors
    /// What the database answers.
    pub async fn files_kept(&self, ctx: &Ctx) -> Result<FilesKept> {
        let (mut kept, mut after) = (FilesKept::default(), 0);
        loop {
            let batch = self.each_file(ctx, after).await?;
            let Some(last) = batch.last() else { return Ok(kept) };
            after = last.id;
            for file in &batch {
                let side = if file.place.is_some() { &mut kept.elsewhere } else { &mut kept.here };
                side.0 += 1;
                side.1 += u64::try_from(file.size).unwrap_or_default();
            }
        }
    }

    /// Reads every file and compares it with the checksum of when it came.
    ///
    /// # Errors
    /// What the database answers.
    pub async fn files_check(&self, ctx: &Ctx) -> Result<FileCheck> {
        let (mut found, mut after) = (FileCheck::default(), 0);
        loop {
            let batch = self.each_file(ctx, after).await?;
            let Some(last) = batch.last() else { return Ok(found) };
            after = last.id;
            for file in batch {
                match self.file_sum(&file).await {
                    Ok(sum) if sum == file.sha256 => found.sound += 1,
                    Ok(_) => found.broken.push((file.id, file.name, "its content has changed".into())),
                    Err(problem) => found.broken.push((file.id, file.name, problem.cause.unwrap_or_else(|| problem.code.into()))),
                }
            }
        }
    }

    /// The checksum of the content where it is kept, not of a copy of it.
    async fn file_sum(&self, file: &FileMeta) -> Result<String> {
        let path = match &file.place {
            None => self.inner.files.path(&file.sha256),
            Some(place) => {
                let draft = self.inner.files.draft_path();
                if !self.shelving()?.shelf.get(place, &draft).await.map_err(super::shelf::away)? {
                    return Err(Problem::internal(format!("{place} is not there")));
                }
                draft
            }
        };
        let elsewhere = file.place.is_some();
        let work = move || {
            let sum = FileStore::sum(&path);
            if elsewhere {
                let _ = std::fs::remove_file(&path);
            }
            sum
        };
        tokio::task::spawn_blocking(work).await.map_err(Problem::internal)?
    }

    /// Moves every file that lies in the other place: to the store elsewhere, or into the folder of files. Whoever
    /// reads one meanwhile finds it here or there. What was moved when it stops stays moved.
    ///
    /// # Errors
    /// `files_away`, `disk_full`, `internal` for content that is not what was kept.
    pub async fn files_move(&self, ctx: &Ctx, elsewhere: bool, mut told: impl FnMut(&FilesMoved)) -> Result<FilesMoved> {
        let (mut moved, mut after) = (FilesMoved::default(), 0);
        self.shelving()?;
        loop {
            let batch = self.each_file(ctx, after).await?;
            let Some(last) = batch.last() else { return Ok(moved) };
            after = last.id;
            for file in batch.iter().filter(|file| file.place.is_some() != elsewhere) {
                if if elsewhere { self.send_off(ctx, file).await? } else { self.fetch_home(ctx, file).await? } {
                    moved.files += 1;
                    moved.bytes += u64::try_from(file.size).unwrap_or_default();
                    told(&moved);
                }
            }
        }
    }

    /// Brings a copy of every file that is kept elsewhere to this machine.
    ///
    /// # Errors
    /// As [`Engine::file_local`].
    pub(crate) async fn files_at_hand(&self, ctx: &Ctx) -> Result<()> {
        let mut after = 0;
        loop {
            let batch = self.each_file(ctx, after).await?;
            let Some(last) = batch.last() else { return Ok(()) };
            after = last.id;
            for file in batch.iter().filter(|file| file.place.is_some()) {
                self.file_local(file).await?;
            }
        }
    }

    async fn send_off(&self, ctx: &Ctx, file: &FileMeta) -> Result<bool> {
        let (path, copy) = (self.inner.files.path(&file.sha256), self.inner.files.copy_of(&file.sha256));
        if self.file_sum(file).await? != file.sha256 {
            return Err(Problem::internal(format!("file {} ({}) is damaged and stays where it is", file.id, file.name)));
        }
        let place = self.new_place(&file.sha256);
        self.put_away(self.shelving()?, &place, &path).await?;
        let (id, to, sha256) = (file.id, place.clone(), file.sha256.clone());
        let settled = self.write(ctx, move |tx| Ok((tx.settle_file(id, None, Some(&to))?, tx.conn.file_named(&sha256)?))).await;
        match settled {
            Ok((true, named)) => {
                if let (false, Some(copy)) = (named, copy) {
                    self.inner.files.forget(&file.sha256, copy);
                }
                Ok(true)
            }
            other => {
                self.unshelve(&place).await;
                other.map(|_| false)
            }
        }
    }

    async fn fetch_home(&self, ctx: &Ctx, file: &FileMeta) -> Result<bool> {
        let Some(place) = &file.place else { return Ok(false) };
        let local = self.file_local(file).await?;
        let files = self.inner.files.clone();
        let take = move || {
            let content = std::fs::File::open(&local).map_err(super::failure)?;
            files.keep(content, u64::MAX).map(|kept| kept.sha256)
        };
        let sha256 = tokio::task::spawn_blocking(take).await.map_err(Problem::internal)??;
        if sha256 != file.sha256 {
            return Err(Problem::internal(format!("file {} ({}) is damaged and stays where it is", file.id, file.name)));
        }
        let (id, from) = (file.id, place.clone());
        let settled = move |tx: &mut Tx| Ok((tx.settle_file(id, Some(&from), None)?, tx.conn.file_placed(&from)?));
        let (moved, placed) = self.write(ctx, settled).await?;
        if moved && !placed {
            self.unshelve(place).await;
        }
        Ok(moved)
    }
}

impl Tx<'_> {
    /// Says where a file lies from now on, unless it went or was moved meanwhile.
    fn settle_file(&mut self, id: i64, was: Option<&str>, place: Option<&str>) -> Result<bool> {
        self.keep_files()?;
        let Some(row) = self.conn.file(id)?.filter(|row| row.place.as_deref() == was) else { return Ok(false) };
        self.conn.file_settle(row.id, place)?;
        Ok(true)
    }
}
