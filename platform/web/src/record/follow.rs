//! The bell of a record: who follows it is told of what happens to it.

use crate::fail::Reply;
use crate::flash::Flash;
use crate::ui::frame::bell;
use crate::visit::Visit;
use axum::extract::Path;

/// `POST /{plural}/{id}/follow`
pub(super) async fn toggle(visit: Visit, Path((plural, id)): Path<(String, i64)>) -> Reply {
    let object = visit.object(&plural)?;
    let own = object.key.clone();
    let on = visit.write(move |tx| tx.toggle_follow(&own, id)).await?;
    let href = format!("/{}/{id}", object.plural);
    let flash = Flash::ok(visit.t.get(if on { "follow-on" } else { "follow-off" }));
    if visit.is_fragment() {
        return visit.fragment(bell(visit.t, &format!("{href}/follow"), &visit.csrf, on), Some(flash));
    }
    visit.back(&href, flash)
}
