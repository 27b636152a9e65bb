//! Interactions with customers and the tasks that follow from them.

mod account;
mod interaction;
mod task;

use akrab_engine::Behaviour;
use std::sync::Arc;

/// Object files and field keys, made from `objects/*.toml`.
pub mod keys {
    include!(concat!(env!("OUT_DIR"), "/objects.rs"));
}

/// Object files of this domain: name and text.
pub fn objects() -> &'static [(&'static str, &'static str)] {
    keys::OBJECTS
}

/// Report files of this domain: name and text.
pub fn reports() -> &'static [(&'static str, &'static str)] {
    keys::REPORTS
}

/// Words of this domain: Indonesian, English.
pub const WORDS: (&str, &str) = (include_str!("../locales/words.id.ftl"), include_str!("../locales/words.en.ftl"));

/// Rules and verbs of this domain's objects.
pub fn behaviours() -> Vec<Arc<dyn Behaviour>> {
    vec![Arc::new(interaction::Interactions), Arc::new(task::Tasks)]
}
