//! Backups: one file that holds a whole workspace at one moment, checked before it counts as one.

use crate::error::StoreError;
use crate::store::{Options, Store, Target};
use crate::{postgres, sqlite};
use serde::Serialize;
use std::path::{Path, PathBuf};

/// What a checked backup holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Backup {
    pub tables: usize,
    pub rows: u64,
    pub bytes: u64,
}

impl Store {
    /// Writes the workspace into `file` while work goes on, reads it back and compares it. The file
    /// appears under its name only when all is well. The bytes of attached files are not in it.
    ///
    /// # Errors
    /// `Corrupt` when the copy differs or is damaged; else those of the disk and the database.
    pub async fn backup(&self, file: &Path) -> Result<Backup, StoreError> {
        let draft = draft(file);
        let done = match self.target() {
            Target::Sqlite { path } => {
                let (path, draft) = (path.clone(), draft.clone());
                let work = tokio::task::spawn_blocking(move || sqlite::backup::write(&path, &draft)).await;
                work.map_err(StoreError::other)?
            }
            Target::Postgres { .. } => match self.clients() {
                Some(clients) => postgres::backup::write(&clients.client().await?, &draft).await,
                None => Err(StoreError::closed()),
            },
        };
        let file = file.to_path_buf();
        let work = move || match done {
            Ok(backup) => keep(&draft, &file).map(|()| backup),
            Err(error) => {
                // what is left of a failed backup is worth nothing
                let _ = std::fs::remove_file(&draft);
                let _ = std::fs::remove_file(beside(&draft, "-journal"));
                Err(error)
            }
        };
        tokio::task::spawn_blocking(work).await.map_err(StoreError::other)?
    }

    /// Opens a workspace made from a backup, in a place where there is none. A backup goes back
    /// into the kind of database it came from.
    ///
    /// # Errors
    /// `Other` when the place is not empty or the file is no backup; `Corrupt` when it is damaged;
    /// `Newer` when a newer version of the program wrote it.
    pub async fn restore(target: &Target, options: &Options, file: &Path) -> Result<Store, StoreError> {
        match target {
            Target::Sqlite { path } => {
                let (draft, path, file) = (draft(path), path.clone(), file.to_path_buf());
                let work = move || {
                    if path.exists() {
                        return Err(StoreError::other("there is a workspace already"));
                    }
                    sqlite::backup::read(&file, &draft)?;
                    keep(&draft, &path)
                };
                tokio::task::spawn_blocking(work).await.map_err(StoreError::other)??;
                Store::open(target, options).await
            }
            Target::Postgres { .. } => {
                let store = Store::open(target, options).await?;
                let clients = store.clients().ok_or_else(StoreError::closed)?;
                postgres::backup::read(&clients.client().await?, file).await?;
                Ok(store)
            }
        }
    }
}

impl Store {
    /// Brings a PostgreSQL backup back: loaded beside the workspace first, then put in its place. With
    /// `replace` the former workspace stays under another schema, whose name is the answer.
    ///
    /// # Errors
    /// `Taken` when there is a workspace and `replace` is not given; as [`Store::restore`].
    pub async fn restore_schema(
        url: &str,
        schema: &str,
        options: &Options,
        file: &Path,
        replace: bool,
    ) -> Result<Option<String>, StoreError> {
        let beside = Target::Postgres { url: url.into(), schema: format!("{schema}_restore") };
        let store = Store::open_empty(&beside, options).await?;
        let clients = store.clients().ok_or_else(StoreError::closed)?;
        let client = clients.client().await?;
        let done = async {
            if !replace && postgres::backup::holds_workspace(&client, schema).await? {
                return Err(StoreError::Taken(format!("the schema {schema}")));
            }
            postgres::backup::read(&client, file).await?;
            postgres::backup::take_place(&client, schema).await
        };
        let done = done.await;
        if done.is_err() {
            postgres::backup::drop_schema(&client, &format!("{schema}_restore")).await?;
        }
        drop(client);
        store.close().await;
        done
    }
}

impl Store {
    /// A schema without records; those that a killed restore has left there go with it.
    pub(crate) async fn open_empty(target: &Target, options: &Options) -> Result<Store, StoreError> {
        let store = Store::open(target, options).await?;
        let (Target::Postgres { schema, .. }, Some(clients)) = (target, store.clients()) else { return Err(StoreError::closed()) };
        let client = clients.client().await?;
        if !postgres::backup::holds_workspace(&client, schema).await? {
            return Ok(store);
        }
        postgres::backup::drop_schema(&client, schema).await?;
        drop(client);
        store.close().await;
        Store::open(target, options).await
    }
}

fn draft(file: &Path) -> PathBuf {
    beside(file, ".part")
}

fn beside(file: &Path, ending: &str) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(ending);
    name.into()
}

/// The draft becomes the file, also after a power cut.
fn keep(draft: &Path, file: &Path) -> Result<(), StoreError> {
    let done = || {
        std::fs::File::open(draft)?.sync_all()?;
        std::fs::rename(draft, file)?;
        let folder = file.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
        std::fs::File::open(folder)?.sync_all()
    };
    done().map_err(StoreError::io)
}
