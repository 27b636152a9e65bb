//! A connection, driven by the thread that waits for its answers: a statement costs no change of threads.

use super::connect::failure;
use crate::error::StoreError;
use std::collections::HashMap;
use std::future::poll_fn;
use std::pin::pin;
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::runtime::{Builder, Runtime};
use tokio_postgres::tls::NoTlsStream;
use tokio_postgres::{Client, Config, Connection, Error, NoTls, Socket, Statement};

/// Prepared statements kept; beyond that all are forgotten.
const MOST_STATEMENTS: usize = 256;

/// One connection. Used from threads for blocking work only.
pub(crate) struct Session {
    client: Client,
    /// None once the connection has ended.
    connection: Option<Box<Connection<Socket, NoTlsStream>>>,
    statements: Statements,
    /// Taken when the session is dropped.
    runtime: Option<Runtime>,
}

/// Prepared statements of one connection by their text.
#[derive(Default)]
pub(crate) struct Statements(HashMap<String, Statement>);

impl Statements {
    pub async fn prepare(&mut self, client: &Client, sql: &str) -> Result<Statement, Error> {
        if let Some(statement) = self.0.get(sql) {
            return Ok(statement.clone());
        }
        if self.0.len() >= MOST_STATEMENTS {
            self.0.clear();
        }
        let statement = client.prepare(sql).await?;
        self.0.insert(sql.into(), statement.clone());
        Ok(statement)
    }
}

impl Session {
    /// Connects and runs `setup`.
    ///
    /// # Errors
    /// `Busy` when the server does not answer within `patience`; else what it answers.
    pub fn open(config: &Config, setup: &str, patience: Duration) -> Result<Session, StoreError> {
        let runtime = Builder::new_current_thread().enable_all().build().map_err(StoreError::io)?;
        let (client, connection) = runtime.block_on(async {
            let opened = tokio::time::timeout(patience, config.connect(NoTls)).await;
            opened.map_err(|_| StoreError::Busy("the database does not answer".into()))?.map_err(failure)
        })?;
        let mut session =
            Session { client, connection: Some(Box::new(connection)), statements: Statements::default(), runtime: Some(runtime) };
        session.drive(async |client, _| client.batch_execute(setup).await).map_err(failure)?;
        Ok(session)
    }

    /// Waits for `work`, and does meanwhile what the connection needs.
    ///
    /// # Errors
    /// Those of `work`, and why the connection ended.
    pub fn drive<T>(&mut self, work: impl AsyncFnOnce(&Client, &mut Statements) -> Result<T, Error>) -> Result<T, Error> {
        let Session { client, connection, statements, runtime } = self;
        let mut work = pin!(work(client, statements));
        let both = poll_fn(|context| match advance(connection, context) {
            Err(error) => Poll::Ready(Err(error)),
            Ok(()) => work.as_mut().poll(context),
        });
        // the runtime is there until the drop
        runtime.as_ref().map_or_else(|| unreachable!("a dropped session is not used"), |runtime| runtime.block_on(both))
    }

    /// Whether the connection stands, as far as it is known without asking the server.
    pub fn stands(&mut self) -> bool {
        let connection = &mut self.connection;
        let Some(runtime) = &self.runtime else { return false };
        runtime
            .block_on(async {
                // what has come in meanwhile is seen after the runtime looked
                tokio::task::yield_now().await;
                poll_fn(|context| Poll::Ready(advance(connection, context))).await
            })
            .is_ok()
            && self.connection.is_some()
    }
}

/// Sends and receives what can be at this moment. A connection that ended is dropped, and with it what waits for its answers.
fn advance(connection: &mut Option<Box<Connection<Socket, NoTlsStream>>>, context: &mut Context<'_>) -> Result<(), Error> {
    while let Some(open) = connection {
        match open.poll_message(context) {
            Poll::Pending => break,
            Poll::Ready(Some(Ok(_))) => {}
            Poll::Ready(Some(Err(error))) => {
                *connection = None;
                return Err(error);
            }
            Poll::Ready(None) => *connection = None,
        }
    }
    Ok(())
}

impl Drop for Session {
    fn drop(&mut self) {
        // may happen on a thread of another runtime, where waiting is not allowed
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}
