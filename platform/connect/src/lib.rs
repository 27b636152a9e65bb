//! The outside world: mail, other people's servers over HTTP, and stores of files. Connectors stand behind traits of the engine; which
//! one is used is decided by configuration.

pub mod mail;
pub mod outbound;
pub mod shelf;

pub use mail::{FolderMailer, SmtpMailer};
pub use outbound::{Allowed, Outbound};
pub use shelf::{S3, S3Shelf};
