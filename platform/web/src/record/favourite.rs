//! The star of a record.

use crate::fail::Reply;
use crate::ui::frame::star;
use crate::visit::Visit;
use axum::extract::Path;

/// `POST /{plural}/{id}/favourite`
pub(super) async fn toggle(visit: Visit, Path((plural, id)): Path<(String, i64)>) -> Reply {
    let object = visit.object(&plural)?;
    let on = visit.engine().toggle_favourite(&visit.ctx, &object.key, id).await?;
    let href = format!("/{}/{id}", object.plural);
    if visit.is_fragment() {
        return visit.fragment(star(visit.t, &format!("{href}/favourite"), &visit.csrf, on), None);
    }
    visit.back(&href, None)
}
