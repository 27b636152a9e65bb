//! What became of the pairs of a merge of many.

use crate::visit::Visit;
use akrab_engine::JobView;
use akrab_engine::twin::MergedMany;
use maud::{Markup, html};

/// How many pairs there were, how many merges were made, and what became of the other pairs.
pub fn merged_many(visit: &Visit, job: &JobView) -> Markup {
    let t = visit.t;
    let told: MergedMany = serde_json::from_value(job.result.clone()).unwrap_or_default();
    let object = visit.engine().object(&told.object).ok();
    let lines = [
        ("twin-many-pairs", told.pairs),
        ("twin-many-merged", told.merged),
        ("twin-many-through", told.through),
        ("twin-many-skipped", told.skipped),
    ];
    html! {
        ul.ak-list-plain {
            @for (words, n) in lines { li { (t.with(words, &[("n", t.number(n).into())])) } }
        }
        @if let Some(object) = object {
            p { a.ak-link href={ "/" (object.plural) "/duplicates?state=merged" } { (t.get("twin-title")) } }
        }
    }
}
