//! Backups and their return.
