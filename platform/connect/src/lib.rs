//! The outside world: mail, and other people's servers over HTTP. Connectors stand behind traits of the engine; which
//! one is used is decided by configuration.

pub mod mail;
pub mod outbound;

pub use mail::{FolderMailer, SmtpMailer};
pub use outbound::{Allowed, Outbound};
