//! An open workspace.

use crate::conn::{Backend, Conn};
use crate::errand::{self, Again, Done, Once};
use crate::error::StoreError;
use crate::postgres::pool::Clients;
use crate::schema::{self, IndexSpec, SchemaStep};
use crate::shared::Shared;
use crate::sqlite::connect;
use crate::sqlite::pool::Readers;
use crate::sqlite::writer::Writer;
use akrab_model::Registry;
use serde::Serialize;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;

/// Where a workspace is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    Sqlite { path: PathBuf },
    Postgres { url: String, schema: String },
}

/// How a workspace is opened.
#[derive(Debug, Clone)]
pub struct Options {
    /// Readers at once; on PostgreSQL three times as many connections may write beside them.
    pub readers: usize,
    /// Open even when the database may lose acknowledged changes in a power cut.
    pub accept_data_loss: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self { readers: 4, accept_data_loss: false }
    }
}

/// Figures of an open workspace, for the health page.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Stats {
    pub readers: usize,
    pub readers_busy: usize,
    /// Changes that wait for the writer.
    pub queue: usize,
    /// Transactions committed, and the changes in them.
    pub commits: u64,
    pub writes: u64,
    /// From begin to end of the last committed transaction, in microseconds.
    pub last_commit_us: u64,
    /// Transactions run again after a clash (PostgreSQL).
    pub retries: u64,
    /// Size of SQLite's write-ahead log in bytes.
    pub wal_bytes: u64,
    /// Size of the SQLite file in bytes.
    pub file_bytes: u64,
}

/// An open workspace; clones share it.
#[derive(Clone)]
pub struct Store {
    inner: Arc<Inner>,
}

struct Inner {
    target: Target,
    options: Options,
    shared: Arc<Shared>,
    driver: Driver,
}

enum Driver {
    Sqlite { writer: Writer, readers: Arc<Readers> },
    Postgres(Arc<Clients>),
}

impl Store {
    /// Opens a workspace and creates what is missing: file or schema, and the platform's own tables.
    ///
    /// # Errors
    /// `Newer` when a newer version of the program wrote it; `Other` when it cannot be opened or
    /// would lose acknowledged changes in a power cut.
    pub async fn open(target: &Target, options: &Options) -> Result<Store, StoreError> {
        let shared = Arc::new(Shared::default());
        let driver = match target {
            Target::Sqlite { path } => {
                let (file, accept) = (path.clone(), options.accept_data_loss);
                let db = tokio::task::spawn_blocking(move || connect::open_writer(&file, accept)).await;
                let db = db.map_err(StoreError::other)??;
                let readers = Readers::new(path.clone(), options.readers, Arc::clone(&shared));
                Driver::Sqlite { writer: Writer::start(db, Arc::clone(&shared))?, readers }
            }
            Target::Postgres { url, schema } => {
                let shared = Arc::clone(&shared);
                Driver::Postgres(Clients::open(url, schema, options.readers, options.accept_data_loss, shared).await?)
            }
        };
        let inner = Inner { target: target.clone(), options: options.clone(), shared, driver };
        let store = Store { inner: Arc::new(inner) };
        store.write(Conn::system_tables).await?;
        Ok(store)
    }

    pub fn backend(&self) -> Backend {
        match self.inner.driver {
            Driver::Sqlite { .. } => Backend::Sqlite,
            Driver::Postgres(_) => Backend::Postgres,
        }
    }

    /// Whether the database computes in this process.
    pub fn is_embedded(&self) -> bool {
        self.backend() == Backend::Sqlite
    }

    /// The connections of a workspace on PostgreSQL.
    pub(crate) fn clients(&self) -> Option<&Arc<Clients>> {
        match &self.inner.driver {
            Driver::Sqlite { .. } => None,
            Driver::Postgres(clients) => Some(clients),
        }
    }

    /// Where the workspace is kept.
    pub fn target(&self) -> &Target {
        &self.inner.target
    }

    /// Runs `f` where it may only read. On SQLite it sees one moment; on PostgreSQL each statement
    /// sees what is committed when it starts.
    ///
    /// # Errors
    /// Those of `f`; `Busy` when no reader comes free in five seconds.
    pub async fn read<T, E>(&self, f: impl FnOnce(&mut Conn) -> Result<T, E> + Send + 'static) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        self.reading(errand::once(f)).await?.open()
    }

    async fn reading(&self, work: Once) -> Result<Done, StoreError> {
        match &self.inner.driver {
            Driver::Sqlite { readers, .. } => readers.run(work).await,
            Driver::Postgres(clients) => clients.read(work).await,
        }
    }

    /// As [`Store::read`], for a look at a few rows by their key: on SQLite it is done on the spot, for
    /// handing it to another thread would take longer than the look.
    ///
    /// # Errors
    /// As [`Store::read`].
    pub async fn glance<T, E>(&self, f: impl FnOnce(&mut Conn) -> Result<T, E> + Send + 'static) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        self.glancing(errand::once(f)).await?.open()
    }

    async fn glancing(&self, work: Once) -> Result<Done, StoreError> {
        match &self.inner.driver {
            Driver::Sqlite { readers, .. } => match readers.place() {
                Some(place) => readers.at_once(&place, work),
                None => readers.run(work).await,
            },
            Driver::Postgres(clients) => clients.read(work).await,
        }
    }

    /// Runs `f` in one transaction and answers after its commit; an error undoes everything `f` did.
    /// `f` may run again when the database gave way to another transaction.
    ///
    /// # Errors
    /// Those of `f`; `Busy`, `Full` or `Other` when the commit fails.
    pub async fn write<T, E>(&self, f: impl Fn(&mut Conn) -> Result<T, E> + Send + Sync + 'static) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        self.writing(errand::again(f)).await?.open()
    }

    async fn writing(&self, work: Again) -> Result<Done, StoreError> {
        match &self.inner.driver {
            Driver::Sqlite { writer, .. } => writer.run(work).await,
            Driver::Postgres(clients) => clients.write(work).await,
        }
    }

    /// What is missing in the database against `registry`, in the order in which it would be done.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn plan(&self, registry: &Registry) -> Result<Vec<SchemaStep>, StoreError> {
        let present = self.read(Conn::schema_present).await?;
        Ok(schema::plan(present, registry))
    }

    /// Does the steps of a plan, all or none.
    ///
    /// # Errors
    /// Those of the database; `Unique` when records clash in a field that became unique.
    pub async fn apply(&self, steps: &[SchemaStep]) -> Result<(), StoreError> {
        if steps.is_empty() {
            return Ok(());
        }
        let steps = steps.to_vec();
        self.write(move |conn| conn.schema_apply(&steps)).await
    }

    /// Builds indexes over tables there are. On PostgreSQL others write meanwhile; on SQLite they read, and wait to
    /// write while one index is built.
    ///
    /// # Errors
    /// Those of the database; `Unique` when records clash in a field that became unique.
    pub async fn build(&self, indexes: &[IndexSpec]) -> Result<(), StoreError> {
        let Some(clients) = self.clients() else {
            for index in indexes {
                tracing::info!(name = index.name, "schema: create index");
                let sql = index.sql("IF NOT EXISTS ");
                self.write(move |conn| conn.declare(&sql)).await?;
            }
            return Ok(());
        };
        let client = clients.client().await?;
        let failed = crate::postgres::connect::failure;
        client.batch_execute("SET statement_timeout = 0; SET lock_timeout = 0").await.map_err(failed)?;
        for index in indexes {
            tracing::info!(name = index.name, "schema: create index");
            let cut_short = format!("DROP INDEX CONCURRENTLY IF EXISTS {}", schema::quote(&index.name));
            client.batch_execute(&cut_short).await.map_err(failed)?;
            client.batch_execute(&index.sql("CONCURRENTLY ")).await.map_err(failed)?;
        }
        Ok(())
    }

    /// Ends all work and closes the database.
    pub async fn close(&self) {
        let inner = Arc::clone(&self.inner);
        let closed = tokio::task::spawn_blocking(move || match &inner.driver {
            Driver::Sqlite { writer, readers } => {
                readers.close();
                writer.close();
            }
            Driver::Postgres(clients) => clients.close(),
        });
        if let Err(error) = closed.await {
            tracing::error!(%error, "closing a workspace");
        }
    }

    /// Whether the database answers.
    ///
    /// # Errors
    /// Why it does not.
    pub async fn health(&self) -> Result<(), StoreError> {
        self.read(|conn| conn.query("SELECT 1", &[]).map(|_| ())).await
    }

    /// Reads the whole SQLite file for damage; on PostgreSQL, which keeps checksums of its own, whether it answers.
    ///
    /// # Errors
    /// `Corrupt` with the first damage found.
    pub async fn verify(&self) -> Result<(), StoreError> {
        match self.target().clone() {
            Target::Sqlite { path } => {
                let checked = tokio::task::spawn_blocking(move || crate::sqlite::backup::check(&path)).await;
                checked.map_err(StoreError::other)?.map(|_| ())
            }
            Target::Postgres { .. } => self.health().await,
        }
    }

    pub fn stats(&self) -> Stats {
        let figures = &self.inner.shared.figures;
        let mut stats = Stats {
            readers: self.inner.options.readers,
            readers_busy: figures.readers_busy.load(Relaxed),
            queue: figures.queue.load(Relaxed),
            commits: figures.commits.load(Relaxed),
            writes: figures.writes.load(Relaxed),
            last_commit_us: figures.last_commit_us.load(Relaxed),
            retries: figures.retries.load(Relaxed),
            ..Stats::default()
        };
        if let Target::Sqlite { path } = &self.inner.target {
            let size = |path: PathBuf| std::fs::metadata(path).map_or(0, |m| m.len());
            let mut log = path.clone().into_os_string();
            log.push("-wal");
            stats.wal_bytes = size(log.into());
            stats.file_bytes = size(path.clone());
        }
        stats
    }
}
