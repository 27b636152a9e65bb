//! The outside world: mail. Connectors stand behind traits of the engine; which one is used is
//! decided by configuration.

pub mod mail;

pub use mail::{FolderMailer, SmtpMailer};
