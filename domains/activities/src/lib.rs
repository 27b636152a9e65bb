//! Interactions with customers and the tasks that follow from them.

mod account;
mod answer;
mod handover;
mod interaction;
mod task;
mod voice;

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
    vec![
        Arc::new(interaction::Interactions),
        Arc::new(handover::Handovers),
        Arc::new(task::Tasks),
        Arc::new(voice::Utterances),
        Arc::new(voice::Voices),
    ]
}

/// What hands over the work that this domain plans.
pub fn carriers() -> Vec<Arc<dyn akrab_engine::work::Carrier>> {
    vec![Arc::new(answer::Answers)]
}
