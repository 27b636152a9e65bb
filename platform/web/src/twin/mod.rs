//! Duplicates of any object: the queue of pairs, two records side by side, merging and taking apart.

mod merge;
mod merged;
pub mod notice;
mod queue;
mod undo;
pub mod words;

pub use merged::merged_many;

use crate::locale::Text;
use crate::route::{Router, get, post};
use crate::ui::timeline::Entry;
use akrab_engine::twin::MergeTold;
use maud::html;

#[inline(always)]
pub fn routes() -> Router {
    Router::new()
        .route("/{plural}/duplicates", get(queue::show).post(queue::find))
        .route("/{plural}/duplicates/{pair}", get(merge::pair).post(queue::decide))
        .route("/{plural}/merge", get(merge::show).post(merge::save))
        .route("/{plural}/bulk/merge", post(merge::chosen))
        .route("/{plural}/merges", post(queue::merge_many))
        .route("/{plural}/merges/{merge}", get(undo::show))
        .route("/{plural}/merges/{merge}/undo", post(undo::save))
}

/// A merge as an entry of the timeline of the record that stayed.
pub fn entry(t: Text, told: &MergeTold, by: &str, base: Entry) -> Entry {
    let (icon, deed) = if told.apart { ("undo-2", "twin-told-apart") } else { ("git-merge", "twin-told-merge") };
    Entry { icon: icon.into(), title: t.with(deed, &[("name", told.title.as_str().into())]), detail: Some(html! { "· " (by) }), ..base }
}
