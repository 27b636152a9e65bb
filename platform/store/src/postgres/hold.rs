//! Who is at work on a schema: servers and workers hold it together, a restoration holds it alone.

use super::connect::failure;
use crate::error::StoreError;
use std::time::Duration;
use tokio::task::JoinHandle;
use tokio_postgres::{Client, Config, NoTls};

/// A lost connection is made again after this long.
const AGAIN: Duration = Duration::from_secs(2);
/// Whoever has just ended is given this long to let go.
const TRIES: u32 = 20;
const PAUSE: Duration = Duration::from_millis(100);

/// A schema held by this process, until it is dropped or the process ends, however it ends.
pub struct Hold {
    watch: JoinHandle<()>,
}

impl Drop for Hold {
    fn drop(&mut self) {
        self.watch.abort();
    }
}

/// What came of wanting to hold a schema.
pub enum Held {
    Here(Hold),
    /// Names of those who hold it.
    By(Vec<String>),
}

/// How a schema is held.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Holding {
    /// Beside others who serve it.
    Shared,
    /// By nobody else.
    Alone,
}

struct Line {
    client: Client,
    driver: JoinHandle<()>,
}

/// Holds a schema under the name `who`.
///
/// # Errors
/// Those of the database.
pub async fn hold(url: &str, schema: &str, who: &str, how: Holding) -> Result<Held, StoreError> {
    let line = connect(url, who).await?;
    let tries = if how == Holding::Alone { TRIES } else { 1 };
    for n in 0..tries {
        if take(&line.client, schema, how).await? {
            let (url, schema, who) = (url.to_string(), schema.to_string(), who.to_string());
            return Ok(Held::Here(Hold { watch: tokio::spawn(watch(line, url, schema, who, how)) }));
        }
        if n + 1 < tries {
            tokio::time::sleep(PAUSE).await;
        }
    }
    Ok(Held::By(names(&line.client, schema).await?))
}

/// Names of all who hold a schema, this process among them.
///
/// # Errors
/// Those of the database.
pub async fn holders(url: &str, schema: &str) -> Result<Vec<String>, StoreError> {
    let line = connect(url, "akrab").await?;
    let found = names(&line.client, schema).await;
    line.driver.abort();
    found
}

/// Takes the schema again whenever the connection that holds it is lost.
async fn watch(mut line: Line, url: String, schema: String, who: String, how: Holding) {
    loop {
        let _ = (&mut line.driver).await;
        tracing::warn!(schema, "the connection that tells others of this process was lost");
        line = loop {
            tokio::time::sleep(AGAIN).await;
            let Ok(next) = connect(&url, &who).await else { continue };
            if take(&next.client, &schema, how).await.unwrap_or(false) {
                break next;
            }
        };
    }
}

async fn connect(url: &str, who: &str) -> Result<Line, StoreError> {
    let mut config: Config = url.parse().map_err(failure)?;
    config.application_name(who).connect_timeout(Duration::from_secs(5));
    let (client, connection) = config.connect(NoTls).await.map_err(failure)?;
    let driver = tokio::spawn(async move {
        if let Err(error) = connection.await {
            tracing::debug!(%error, "a holding connection ended");
        }
    });
    Ok(Line { client, driver })
}

async fn take(client: &Client, schema: &str, how: Holding) -> Result<bool, StoreError> {
    let sql = match how {
        Holding::Shared => "SELECT pg_try_advisory_lock_shared(hashtextextended($1, 13))",
        Holding::Alone => "SELECT pg_try_advisory_lock(hashtextextended($1, 13))",
    };
    client.query_one(sql, &[&schema]).await.and_then(|row| row.try_get(0)).map_err(failure)
}

async fn names(client: &Client, schema: &str) -> Result<Vec<String>, StoreError> {
    let sql = "SELECT COALESCE(NULLIF(a.application_name, ''), 'process ' || a.pid) || COALESCE(' at ' || host(a.client_addr), '') \
               FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid \
               WHERE l.locktype = 'advisory' AND l.granted AND l.objsubid = 1 \
               AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database()) \
               AND ((l.classid::bigint << 32) | l.objid::bigint) = hashtextextended($1, 13) ORDER BY a.backend_start";
    let rows = client.query(sql, &[&schema]).await.map_err(failure)?;
    rows.iter().map(|row| row.try_get(0).map_err(failure)).collect()
}
