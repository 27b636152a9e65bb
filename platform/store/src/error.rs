//! What can go wrong while storing.

use akrab_model::Problem;
use akrab_model::problem::ProblemKind;

/// A failure of the database, told apart as far as callers act differently.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// Somebody else holds the database; trying again shortly helps.
    #[error("the database is busy: {0}")]
    Busy(String),
    /// The database does not answer; it may be back shortly.
    #[error("the database cannot be reached: {0}")]
    Away(String),
    /// No room on the disk. Nothing was stored; reads go on.
    #[error("the disk is full")]
    Full,
    /// A value that must be unique is already there.
    #[error("not unique: {on}")]
    Unique {
        /// The database's name of the columns or index that clashed; for the log.
        on: String,
    },
    /// The file is damaged.
    #[error("the database is damaged: {0}")]
    Corrupt(String),
    /// The workspace was written by a newer version of the program.
    #[error("the workspace needs a newer version of the program (format {found}, this one knows {known})")]
    Newer { found: i64, known: i64 },
    /// There is a workspace where a backup was to be put.
    #[error("{0} holds a workspace already")]
    Taken(String),
    /// A sum left 64 bits.
    #[error("a sum is too large")]
    TooLarge,
    /// Any other failure of input, output or the database.
    #[error("{0}")]
    Other(String),
}

impl StoreError {
    pub(crate) fn other(cause: impl ToString) -> Self {
        StoreError::Other(cause.to_string())
    }
    pub(crate) fn io(cause: std::io::Error) -> Self {
        match cause.kind() {
            std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded => StoreError::Full,
            _ => StoreError::other(cause),
        }
    }
    pub(crate) fn closed() -> Self {
        StoreError::Other("the workspace is closed".into())
    }
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        let (kind, code) = match &error {
            StoreError::Busy(_) | StoreError::Away(_) => (ProblemKind::Busy, "busy"),
            StoreError::Full => (ProblemKind::Full, "disk_full"),
            StoreError::TooLarge => (ProblemKind::Malformed, "sum_too_large"),
            _ => (ProblemKind::Internal, "internal"),
        };
        Problem { cause: Some(error.to_string()), ..Problem::new(kind, code) }
    }
}
