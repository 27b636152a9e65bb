//! Files of the workspace, kept under the SHA-256 of their content.

mod attach;
mod disk;
mod kind;
mod moving;
mod picture;
mod quota;
mod shelf;
mod tidy;

pub use disk::FileStore;
pub(crate) use disk::failure;
pub use kind::FileKind;
pub use moving::{FileCheck, FilesKept, FilesMoved};
pub use picture::PictureSize;
pub use shelf::{Shelf, Shelving};
pub(crate) use tidy::{named, tidy};

use crate::{Ctx, Door, Engine, Result, Tx};
use akrab_model::Problem;
use akrab_model::text::is_invisible;
use akrab_store::FileRow;
use jiff::Timestamp;
use serde::Serialize;
use std::io::Read;
use std::path::PathBuf;

/// What is known of a file.
#[derive(Debug, Clone, Serialize)]
pub struct FileMeta {
    pub id: i64,
    /// For showing only; never part of a path.
    pub name: String,
    pub size: i64,
    /// MIME type worked out from the content.
    pub content_type: String,
    pub created_at: Timestamp,
    pub created_by: Option<i64>,
    #[serde(skip)]
    pub sha256: String,
    /// Its name in a store elsewhere; none when it lies in the folder of files.
    #[serde(skip)]
    pub(crate) place: Option<String>,
    /// Which copy of the content this process wrote.
    #[serde(skip)]
    pub(crate) copy: Option<u64>,
}

impl Engine {
    /// Keeps what `content` gives and a row that tells of it.
    ///
    /// # Errors
    /// `file_too_large` beyond `limit` bytes, `files_full` beyond the workspace's quota, `disk_full`, `files_away`.
    pub async fn file_put(&self, ctx: &Ctx, name: &str, content: impl Read + Send + 'static, limit: u64) -> Result<FileMeta> {
        let files = self.inner.files.clone();
        let kept = tokio::task::spawn_blocking(move || files.take_in(content, limit)).await.map_err(Problem::internal)??;
        let place = self.shelve(&kept).await;
        let copy = match &place {
            // what lies elsewhere is at hand here as well for those who look at it now
            Ok(Some(_)) => self.inner.files.keep_copy(&kept.draft, &self.inner.files.cached(&kept.sha256)).map(|()| None),
            Ok(None) => self.inner.files.settle(&kept),
            Err(problem) => Err(problem.clone()),
        };
        if copy.is_err() {
            self.inner.files.drop_draft(&kept);
        }
        let (place, copy) = (place?, copy?);
        let row = FileRow {
            id: 0,
            sha256: kept.sha256,
            name: display_name(name),
            size: kept.size as i64,
            content_type: kept.kind.mime().into(),
            created_by: ctx.user_id(),
            created_at: ctx.micros(),
            place,
        };
        let draft = FileMeta { copy, ..meta(row.clone()) };
        let quota = self.settings().files_bytes().filter(|_| ctx.door != Door::Job);
        let add = move |tx: &mut Tx| -> Result<i64> {
            tx.within_quota(quota, row.size)?;
            Ok(tx.conn.file_add(&row)?)
        };
        let put = match self.write(ctx, add).await {
            Ok(id) => FileMeta { id, ..draft },
            Err(problem) => {
                self.file_forget(ctx, &draft).await?;
                return Err(problem);
            }
        };
        // taken away as an unused copy of the same content just before this row named it
        if put.place.is_none() && self.inner.files.copy_of(&put.sha256).is_none() && put.copy.is_some() {
            self.file_forget(ctx, &put).await?;
            return Err(Problem::new(akrab_model::ProblemKind::Busy, "busy"));
        }
        Ok(put)
    }

    /// Removes a file that was put there in vain.
    ///
    /// # Errors
    /// What the database answers.
    pub async fn file_forget(&self, ctx: &Ctx, file: &FileMeta) -> Result<()> {
        let (id, sha256, place) = (file.id, file.sha256.clone(), file.place.clone());
        let forget = move |tx: &mut Tx| -> Result<bool> {
            tx.conn.file_drop(id)?;
            Ok(match &place {
                Some(place) => tx.conn.file_placed(place)?,
                None => tx.conn.file_named(&sha256)?,
            })
        };
        let named = self.write(ctx, forget).await?;
        match (&file.place, file.copy) {
            (Some(place), _) if !named => {
                self.unshelve(place).await;
            }
            (None, Some(copy)) if !named => self.inner.files.forget(&file.sha256, copy),
            _ => {}
        }
        Ok(())
    }

    /// The file, if the actor put it there or is an administrator.
    ///
    /// # Errors
    /// `not_found`.
    pub async fn file(&self, ctx: &Ctx, id: i64) -> Result<FileMeta> {
        self.read(ctx, move |tx| tx.own_file(id)).await
    }

    /// Where the content lies in the folder of files, if it is kept there; [`Engine::file_local`] is for reading.
    pub fn file_path(&self, file: &FileMeta) -> PathBuf {
        self.inner.files.path(&file.sha256)
    }

    pub(crate) fn files(&self) -> &FileStore {
        &self.inner.files
    }
}

impl Tx<'_> {
    /// As [`Engine::file`].
    ///
    /// # Errors
    /// `not_found`.
    pub fn own_file(&mut self, id: i64) -> Result<FileMeta> {
        let row = self.conn.file(id)?.ok_or_else(Problem::not_found)?;
        let own = row.created_by.is_some() && row.created_by == self.ctx.user_id();
        if own || self.ctx.is_admin() { Ok(meta(row)) } else { Err(Problem::not_found()) }
    }
}

pub(crate) fn meta(row: FileRow) -> FileMeta {
    FileMeta {
        id: row.id,
        name: row.name,
        size: row.size,
        content_type: row.content_type,
        created_at: Timestamp::from_microsecond(row.created_at).unwrap_or(Timestamp::UNIX_EPOCH),
        created_by: row.created_by,
        sha256: row.sha256,
        place: row.place,
        copy: None,
    }
}

/// The last part of the given name without what could steer a terminal or a header, or show it turned around.
pub(crate) fn display_name(name: &str) -> String {
    let last = name.rsplit(['/', '\\']).next().unwrap_or("");
    let clean: String = last
        .chars()
        .filter(|c| !c.is_control() && !is_invisible(*c) && !matches!(c, '"' | '<' | '>' | '|' | ':' | '*' | '?'))
        .take(120)
        .collect();
    let clean = clean.trim().trim_start_matches('.');
    if clean.is_empty() { "file".into() } else { clean.into() }
}
