//! One server per SQLite workspace: two would each believe to know all users and to own all jobs.

use crate::config::Config;
use crate::stop::Stop;
use std::fs::{File, TryLockError};

/// Held as long as the workspace is served; the system lets go of it when the process ends, however it ends.
pub struct Lock {
    _file: Option<File>,
}

/// Takes the workspace for this process. On PostgreSQL many may serve one workspace.
pub fn take(config: &Config) -> Result<Lock, Stop> {
    if config.database.is_some() {
        return Ok(Lock { _file: None });
    }
    let folder = config.workspace();
    crate::workspace::folder(&folder)?;
    let path = folder.join("akrab.lock");
    let failed = |e: std::io::Error| Stop::failed(format!("{}: {e}", path.display()));
    let file = File::options().create(true).append(true).open(&path).map_err(failed)?;
    match file.try_lock() {
        Ok(()) => Ok(Lock { _file: Some(file) }),
        Err(TryLockError::WouldBlock) => Err(Stop::refused(format!(
            "another akrab is serving {}; stop it first, or choose another folder with --data DIR",
            config.data.display()
        ))),
        Err(TryLockError::Error(e)) => Err(failed(e)),
    }
}
