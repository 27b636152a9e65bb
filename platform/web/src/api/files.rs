//! Files over the API: uploaded first, put into a field by their id, fetched through the record.

use super::ask::Ask;
use super::openapi::{READ, answers};
use super::read::record_id;
use super::{answer, object_of};
use crate::guard::UPLOAD_LIMIT;
use crate::{ApiCaller, Fail, Reply, download};
use akrab_model::problem::ProblemKind;
use akrab_model::{FieldProblem, FieldType, Object, Problem};
use axum::body::Bytes;
use axum::extract::{FromRequest, Multipart, Path, RawQuery, Request};
use serde_json::{Map, Value as Json, json};

/// `POST /api/v1/files?name=`: the file as body, or as `file` of a form.
pub async fn upload(caller: ApiCaller, RawQuery(query): RawQuery, request: Request) -> Reply {
    let ask = Ask::read(query.as_deref(), &["name"])?;
    if caller.ctx.read_only {
        return Err(Problem::forbidden().into());
    }
    let (name, content) = body(&caller, request).await?;
    let name = ask.text("name").or(name).unwrap_or_else(|| "file".into());
    let file = caller.web.engine.file_put(&caller.ctx, &name, std::io::Cursor::new(content), UPLOAD_LIMIT as u64).await?;
    Ok(answer(201, &json!(file)))
}

/// `GET /api/v1/{object}/{id}/files/{field}`: the file that stands in a field.
pub async fn fetch(caller: ApiCaller, Path((plural, id, field)): Path<(String, String, String)>, RawQuery(query): RawQuery) -> Reply {
    Ask::read(query.as_deref(), &[])?;
    let object = caller.read(move |tx| object_of(tx, &plural)).await?;
    let file = caller.web.engine.record_file(&caller.ctx, &object, record_id(&id)?, &field).await?;
    let content = std::fs::File::open(caller.web.engine.file_local(&file).await?).map_err(Problem::internal)?;
    download::file(content, &file.name, &file.content_type).await
}

/// The name and the bytes of an upload, whichever way they come.
///
/// # Errors
/// `file_too_large`, `bad_form`, `required` for a form without `file`.
pub(super) async fn body(caller: &ApiCaller, request: Request) -> Result<(Option<String>, Bytes), Fail> {
    let too_large = || Problem::new(ProblemKind::TooLarge, "file_too_large").with("max", UPLOAD_LIMIT / 1024 / 1024);
    if !caller.facts.header("content-type").starts_with("multipart/form-data") {
        let content = Bytes::from_request(request, &caller.web).await.map_err(|_| too_large())?;
        return Ok((None, content));
    }
    let mut form = Multipart::from_request(request, &caller.web).await.map_err(|_| Problem::malformed("bad_form"))?;
    while let Some(field) = form.next_field().await.map_err(|_| Problem::malformed("bad_form"))? {
        if field.name() == Some("file") {
            let name = field.file_name().map(str::to_string);
            return Ok((name, field.bytes().await.map_err(|_| too_large())?));
        }
    }
    Err(Problem::invalid(vec![FieldProblem::new("file", "required")]).into())
}

/// These addresses in the OpenAPI document.
pub(super) fn describe(paths: &mut Map<String, Json>) {
    let problem = json!({"$ref": "#/components/responses/Problem"});
    let done = |status: &str, content: Json| {
        let mut map = Map::from_iter([(status.to_string(), json!({"description": "Done", "content": content}))]);
        for status in ["400", "401", "403", "404", "413", "422", "429", "503", "507"] {
            map.insert(status.into(), problem.clone());
        }
        Json::Object(map)
    };
    let binary = json!({"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}});
    let mut sent = binary.clone();
    sent["multipart/form-data"] =
        json!({"schema": {"type": "object", "required": ["file"], "properties": {"file": {"type": "string", "format": "binary"}}}});
    let file = json!({"application/json": {"schema": {"type": "object", "required": ["id", "name", "size", "content_type"], "properties": {
        "id": {"type": "integer"}, "name": {"type": "string"}, "size": {"type": "integer"}, "content_type": {"type": "string"},
        "created_at": {"type": "string", "format": "date-time"}, "created_by": {"type": ["integer", "null"]}}}}});
    paths.insert(
        "/api/v1/files".into(),
        json!({"post": {
        "operationId": "file_upload", "tags": ["files"], "summary": "Upload a file; put its id into a field of type file",
        "parameters": [{"name": "name", "in": "query", "description": "What the file is called; of a form its own name when absent", "schema": {"type": "string", "maxLength": 200}}],
        "requestBody": {"required": true, "content": sent}, "responses": done("201", file)}}),
    );
}

/// The object's part of the OpenAPI document, if it has fields with files.
pub(super) fn describe_fields(object: &Object) -> Option<(String, Json)> {
    let fields: Vec<&str> = object.fields.iter().filter(|f| f.kind == FieldType::File).map(|f| f.key.as_str()).collect();
    if fields.is_empty() {
        return None;
    }
    let mut done = answers("200", Json::Null, READ);
    done["200"] = json!({"description": "The file", "content": {"*/*": {"schema": {"type": "string", "format": "binary"}}}});
    let path = format!("/api/v1/{}/{{id}}/files/{{field}}", object.plural);
    Some((
        path,
        json!({
            "parameters": [
                {"$ref": "#/components/parameters/id"},
                {"name": "field", "in": "path", "required": true, "schema": {"type": "string", "enum": fields}}],
            "get": {"operationId": format!("{}_file", object.key), "tags": [object.plural],
                "summary": "The file that stands in a field of the record", "responses": done},
        }),
    ))
}
