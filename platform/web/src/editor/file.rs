//! The file that stands in a field of a record.

use crate::download;
use crate::fail::Reply;
use crate::visit::Visit;
use akrab_model::Problem;
use axum::extract::Path;

/// `GET /{plural}/{id}/files/{field}`: for whoever may read the record and the field.
pub(super) async fn fetch(visit: Visit, Path((plural, id, field)): Path<(String, i64, String)>) -> Reply {
    let object = visit.object(&plural)?;
    let file = visit.engine().record_file(&visit.ctx, &object.key, id, &field).await?;
    let content = std::fs::File::open(visit.engine().file_local(&file).await?).map_err(Problem::internal)?;
    download::file(content, &file.name, &file.content_type).await
}
