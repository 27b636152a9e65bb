//! One server per SQLite workspace: two would each believe to know all users and to own all jobs. A PostgreSQL
//! schema is served by many, but nobody serves it while its ground is taken away.

use crate::config::Config;
use crate::stop::Stop;
use akrab_store::{Held, Hold, Holding, Target};
use std::fs::{File, TryLockError};

/// Held as long as the workspace is served; the system lets go of it when the process ends, however it ends.
pub struct Lock {
    _file: Option<File>,
    _hold: Option<Hold>,
}

/// Takes the workspace for this process to serve; `what` is its command.
pub async fn take(config: &Config, what: &str) -> Result<Lock, Stop> {
    hold(config, what, Holding::Shared).await
}

/// Takes the workspace for this process alone, on either database.
pub async fn alone(config: &Config, what: &str) -> Result<Lock, Stop> {
    hold(config, what, Holding::Alone).await
}

async fn hold(config: &Config, what: &str, how: Holding) -> Result<Lock, Stop> {
    let Target::Postgres { url, schema } = config.target() else { return file(config) };
    let who = format!("akrab {what}, process {}", std::process::id());
    match akrab_store::hold(&url, &schema, &who, how).await.map_err(|e| Stop::failed(format!("PostgreSQL cannot be opened: {e}")))? {
        Held::Here(hold) => Ok(Lock { _file: None, _hold: Some(hold) }),
        Held::By(others) => {
            let others = if others.is_empty() { "somebody else".into() } else { others.join("; ") };
            let then = if how == Holding::Alone { "stop that first" } else { "wait for its end" };
            Err(Stop::refused(format!("the schema {schema} is held by {others}: {then}")))
        }
    }
}

fn file(config: &Config) -> Result<Lock, Stop> {
    crate::backup::finish(config)?;
    let folder = config.workspace();
    crate::workspace::folder(&folder)?;
    let path = folder.join("akrab.lock");
    let failed = |e: std::io::Error| Stop::failed(format!("{}: {e}", path.display()));
    let file = File::options().create(true).append(true).open(&path).map_err(failed)?;
    match file.try_lock() {
        Ok(()) => Ok(Lock { _file: Some(file), _hold: None }),
        Err(TryLockError::WouldBlock) => Err(Stop::refused(format!(
            "another akrab is serving {}; stop it first, or choose another folder with --data DIR",
            config.data.display()
        ))),
        Err(TryLockError::Error(e)) => Err(failed(e)),
    }
}
