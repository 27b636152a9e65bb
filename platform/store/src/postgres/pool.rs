//! Connections bound to one schema, and transactions on them.

use super::connect::{Link, failure};
use crate::conn::{self, Conn};
use crate::error::StoreError;
use crate::shared::Shared;
use deadpool_postgres::{Client, Hook, HookError, Manager, ManagerConfig, Pool, RecyclingMethod, Runtime};
use std::hash::{BuildHasher, Hasher, RandomState};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::time::{Duration, Instant};
use tokio::runtime::Handle;
use tokio_postgres::NoTls;

/// How long a connection is waited for before the answer is "busy".
const PATIENCE: Duration = Duration::from_secs(5);
const MOST_RETRIES: u32 = 3;

pub(crate) struct Clients {
    pool: Pool,
    shared: Arc<Shared>,
}

impl Clients {
    /// Connects, creates the schema if it is missing, and checks that the server keeps what it commits.
    pub async fn open(url: &str, schema: &str, count: usize, accept_data_loss: bool, shared: Arc<Shared>) -> Result<Arc<Self>, StoreError> {
        if schema.is_empty() || schema.len() > 63 || schema.contains(['"', '\0']) {
            return Err(StoreError::other("the schema's name cannot be used"));
        }
        let mut config: tokio_postgres::Config = url.parse().map_err(failure)?;
        config.application_name("akrab").connect_timeout(PATIENCE);
        let manager = Manager::from_config(config, NoTls, ManagerConfig { recycling_method: RecyclingMethod::Fast });
        let setup = format!(
            "SET search_path TO \"{schema}\"; SET statement_timeout = 30000; SET lock_timeout = 5000; \
             SET idle_in_transaction_session_timeout = 60000; SET plan_cache_mode = force_custom_plan; \
             SET default_transaction_isolation = 'read committed'; SET client_min_messages = warning; SET TIME ZONE 'UTC'"
        );
        let hook = Hook::async_fn(move |client: &mut deadpool_postgres::ClientWrapper, _| {
            let setup = setup.clone();
            Box::pin(async move { client.batch_execute(&setup).await.map_err(HookError::Backend) })
        });
        let pool = Pool::builder(manager)
            .max_size(count.max(2))
            .wait_timeout(Some(PATIENCE))
            .create_timeout(Some(PATIENCE))
            .recycle_timeout(Some(PATIENCE))
            .runtime(Runtime::Tokio1)
            .post_create(hook)
            .build()
            .map_err(StoreError::other)?;
        let clients = Self { pool, shared };
        let client = clients.client().await?;
        check(&client, accept_data_loss).await?;
        client.batch_execute(&format!("CREATE SCHEMA IF NOT EXISTS \"{schema}\"")).await.map_err(failure)?;
        Ok(Arc::new(clients))
    }

    pub async fn client(&self) -> Result<Client, StoreError> {
        self.pool.get().await.map_err(|e| match e {
            deadpool_postgres::PoolError::Timeout(_) => StoreError::Busy("no free connection".into()),
            deadpool_postgres::PoolError::Backend(e) | deadpool_postgres::PoolError::PostCreateHook(HookError::Backend(e)) => failure(e),
            deadpool_postgres::PoolError::Closed => StoreError::closed(),
            e => StoreError::other(e),
        })
    }

    /// Runs `f` on a thread for blocking work. Each statement sees what is committed when it starts.
    pub async fn read<T, E, F>(&self, f: F) -> Result<T, E>
    where
        F: FnOnce(&mut Conn) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        let client = self.client().await?;
        let (handle, shared) = (Handle::current(), Arc::clone(&self.shared));
        let work = tokio::task::spawn_blocking(move || {
            shared.figures.readers_busy.fetch_add(1, Relaxed);
            let mut conn = Conn::new(conn::Link::Postgres(Link::new(client, handle)), Arc::clone(&shared), false);
            let done = catch_unwind(AssertUnwindSafe(|| f(&mut conn)));
            shared.figures.readers_busy.fetch_sub(1, Relaxed);
            done.unwrap_or_else(|_| Err(StoreError::other("a read panicked").into()))
        });
        work.await.unwrap_or_else(|e| Err(StoreError::other(e).into()))
    }

    /// Runs `f` in one transaction, again when the database gave way to another one.
    pub async fn write<T, E, F>(&self, f: F) -> Result<T, E>
    where
        F: Fn(&mut Conn) -> Result<T, E> + Send + Sync + 'static,
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        let f = Arc::new(f);
        let mut tries = 0;
        loop {
            let client = self.client().await?;
            let (handle, shared, f) = (Handle::current(), Arc::clone(&self.shared), Arc::clone(&f));
            let work = tokio::task::spawn_blocking(move || transaction(client, handle, shared, &*f));
            let (done, again) = work.await.unwrap_or_else(|e| (Err(StoreError::other(e).into()), false));
            if !again || tries == MOST_RETRIES {
                return done;
            }
            tries += 1;
            self.shared.figures.retries.fetch_add(1, Relaxed);
            tokio::time::sleep(Duration::from_millis((5 << tries) + jitter(20))).await;
        }
    }

    pub fn close(&self) {
        self.pool.close();
    }
}

fn transaction<T, E: From<StoreError>>(
    client: Client,
    handle: Handle,
    shared: Arc<Shared>,
    f: &dyn Fn(&mut Conn) -> Result<T, E>,
) -> (Result<T, E>, bool) {
    let started = Instant::now();
    let mut conn = Conn::new(conn::Link::Postgres(Link::new(client, handle)), shared, true);
    if let Err(error) = conn.script("BEGIN") {
        return (Err(error.into()), false);
    }
    let done = catch_unwind(AssertUnwindSafe(|| f(&mut conn))).unwrap_or_else(|_| Err(StoreError::other("a write panicked").into()));
    let done = done.and_then(|value| conn.script("COMMIT").map(|()| value).map_err(E::from));
    if done.is_ok() {
        conn.publish();
        let figures = &conn.shared.figures;
        figures.commits.fetch_add(1, Relaxed);
        figures.writes.fetch_add(1, Relaxed);
        figures.last_commit_us.store(started.elapsed().as_micros() as u64, Relaxed);
        return (done, false);
    }
    let conn::Link::Postgres(link) = &conn.link else { return (done, false) };
    let again = link.again;
    if conn.script("ROLLBACK").is_err() {
        // the connection is in an unknown state: it leaves the pool
        if let conn::Link::Postgres(link) = conn.link {
            drop(deadpool_postgres::Object::take(link.client));
        }
    }
    (done, again)
}

fn jitter(most: u64) -> u64 {
    RandomState::new().build_hasher().finish() % most
}

async fn check(client: &Client, accept_data_loss: bool) -> Result<(), StoreError> {
    for name in ["fsync", "full_page_writes", "synchronous_commit"] {
        let row = client.query_one("SELECT current_setting($1)", &[&name]).await.map_err(failure)?;
        let value: String = row.get(0);
        let tolerable = name == "synchronous_commit" && accept_data_loss;
        if value == "off" && !tolerable {
            return Err(StoreError::other(format!("the database would lose changes in a power cut ({name}=off)")));
        }
    }
    Ok(())
}
