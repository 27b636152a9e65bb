//! What things are: objects, fields, values, filters. Pure.

pub mod format;
pub mod text;
