//! Files of records over the API: the same rights as on the page, for every byte.

use super::ask::{Ask, Body};
use super::openapi::{READ, answers};
use super::read::record_id;
use super::{answer, object_of};
use crate::file::take::{handed, put, unreadable};
use crate::file::{drawn, send};
use crate::{ApiCaller, Fail, Reply};
use akrab_engine::attachment::{Attachment, Rewording};
use akrab_engine::file::PictureSize;
use akrab_engine::{Access, FileMeta, Tx};
use akrab_model::{FieldProblem, Object, Problem};
use axum::extract::{FromRequest, Multipart, Path, RawQuery, Request};
use axum::http::StatusCode;
use axum::response::IntoResponse;
use serde_json::{Map, Value as Json, json};

type One = Path<(String, String, String)>;

/// `GET /api/v1/{object}/{id}/attachments?deleted=true`
pub async fn list(caller: ApiCaller, Path((plural, id)): Path<(String, String)>, RawQuery(query): RawQuery) -> Reply {
    let ask = Ask::read(query.as_deref(), &["deleted"])?;
    let (id, binned) = (record_id(&id)?, ask.text("deleted").as_deref() == Some("true"));
    let found = caller.read(move |tx| object_of(tx, &plural).and_then(|object| tx.attachments(&object, id, binned))).await?;
    Ok(answer(200, &json!({ "data": found })))
}

/// `GET /api/v1/{object}/{id}/attachments/{attachment}`, with its versions.
pub async fn one(caller: ApiCaller, Path((plural, id, file)): One, RawQuery(query): RawQuery) -> Reply {
    Ask::read(query.as_deref(), &[])?;
    let (id, file) = (record_id(&id)?, record_id(&file)?);
    let read = move |tx: &mut Tx| {
        let object = object_of(tx, &plural)?;
        Ok((tx.attachment(&object, id, file)?, tx.attachment_revisions(&object, id, file)?))
    };
    let (found, revisions) = caller.read(read).await?;
    let mut told = json!(found);
    told["revisions"] = json!(revisions);
    Ok(answer(200, &told))
}

/// `GET …/attachments/{attachment}/content?revision=`
pub async fn content(caller: ApiCaller, Path((plural, id, file)): One, RawQuery(query): RawQuery) -> Reply {
    let (found, file) = wanted(&caller, (plural, id, file), &Ask::read(query.as_deref(), &["revision"])?).await?;
    send(&caller.web.engine, &found.name, &file).await
}

/// `GET …/attachments/{attachment}/picture?size=small|large&revision=`
pub async fn picture(caller: ApiCaller, Path((plural, id, file)): One, RawQuery(query): RawQuery) -> Reply {
    let ask = Ask::read(query.as_deref(), &["size", "revision"])?;
    let size = if ask.text("size").as_deref() == Some("large") { PictureSize::Large } else { PictureSize::Small };
    let (_, file) = wanted(&caller, (plural, id, file), &ask).await?;
    drawn(&caller.web.engine, &file, size, caller.facts.header("if-none-match")).await
}

async fn wanted(caller: &ApiCaller, (plural, id, file): (String, String, String), ask: &Ask) -> Result<(Attachment, FileMeta), Fail> {
    let (id, file) = (record_id(&id)?, record_id(&file)?);
    let revision = ask.text("revision").map(|n| n.parse().map_err(|_| Problem::not_found())).transpose()?;
    caller.read(move |tx| object_of(tx, &plural).and_then(|object| tx.attachment_file(&object, id, file, revision))).await
}

/// `POST /api/v1/{object}/{id}/attachments?name=&description=`: the file as body, or as `file` of a form.
pub async fn add(caller: ApiCaller, Path((plural, id)): Path<(String, String)>, RawQuery(query): RawQuery, request: Request) -> Reply {
    let ask = Ask::read(query.as_deref(), &["name", "description"])?;
    let (object, id) = may_edit(&caller, plural, &id).await?;
    let file = body(&caller, ask.text("name"), request).await?;
    let said = ask.text("description").unwrap_or_default();
    let made = handed(&caller.web.engine, &caller.ctx, &file, move |tx, file| tx.attach(&object, id, file, &said)).await?;
    Ok(answer(201, &json!(made)))
}

/// `POST …/attachments/{attachment}/revisions`: the same for a new version.
pub async fn revise(caller: ApiCaller, Path((plural, id, attachment)): One, RawQuery(query): RawQuery, request: Request) -> Reply {
    let ask = Ask::read(query.as_deref(), &["name"])?;
    let attachment = record_id(&attachment)?;
    let (object, id) = may_edit(&caller, plural, &id).await?;
    let key = object.clone();
    let name = caller.read(move |tx| tx.attachment(&key, id, attachment)).await?.name;
    let file = body(&caller, Some(ask.text("name").unwrap_or(name)), request).await?;
    let made = handed(&caller.web.engine, &caller.ctx, &file, move |tx, file| tx.attach_again(&object, id, attachment, file)).await?;
    Ok(answer(201, &json!(made)))
}

/// `PATCH …/attachments/{attachment}` with `name`, `description`.
pub async fn reword(caller: ApiCaller, Path((plural, id, file)): One, RawQuery(query): RawQuery, body: Body) -> Reply {
    Ask::read(query.as_deref(), &[])?;
    let (id, file) = (record_id(&id)?, record_id(&file)?);
    let mut to = Rewording::default();
    for (name, value) in &body.map {
        let text = value.as_str().map(str::to_string).ok_or_else(|| fault(name, "not_text"))?;
        match name.as_str() {
            "name" => to.name = Some(text),
            "description" => to.description = Some(text),
            _ => return Err(fault(name, "unknown_field").into()),
        }
    }
    let done = caller.write(move |tx| object_of(tx, &plural).and_then(|object| tx.attachment_reword(&object, id, file, &to))).await?;
    Ok(answer(200, &json!(done)))
}

/// `DELETE …/attachments/{attachment}`: into the bin.
pub async fn bin(caller: ApiCaller, Path((plural, id, file)): One, RawQuery(query): RawQuery) -> Reply {
    Ask::read(query.as_deref(), &[])?;
    let (id, file) = (record_id(&id)?, record_id(&file)?);
    caller.write(move |tx| object_of(tx, &plural).and_then(|object| tx.attachment_bin(&object, id, file, true))).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// `POST …/attachments/{attachment}/{verb}`: `restoration` from the bin, `reversion` to the version `revision`.
pub async fn verb(
    caller: ApiCaller,
    Path((plural, id, file, verb)): Path<(String, String, String, String)>,
    RawQuery(query): RawQuery,
    body: Body,
) -> Reply {
    Ask::read(query.as_deref(), &[])?;
    let (id, file) = (record_id(&id)?, record_id(&file)?);
    let revision = body.map.get("revision").and_then(Json::as_i64);
    let done = caller.write(move |tx| {
        let object = object_of(tx, &plural)?;
        match (verb.as_str(), revision) {
            ("restoration", _) => tx.attachment_bin(&object, id, file, false),
            ("reversion", Some(revision)) => tx.attachment_revert(&object, id, file, revision),
            ("reversion", None) => Err(fault("revision", "required")),
            _ => Err(Problem::not_found()),
        }
    });
    Ok(answer(200, &json!(done.await?)))
}

fn fault(field: &str, code: &str) -> Problem {
    Problem::invalid(vec![FieldProblem::new(field, code)])
}

/// Nobody sends a file for nothing: whoever may not edit the record hears so before.
async fn may_edit(caller: &ApiCaller, plural: String, id: &str) -> Result<(String, i64), Fail> {
    let id = record_id(id)?;
    let read = move |tx: &mut Tx| {
        let object = object_of(tx, &plural)?;
        let record = tx.get(&object, id)?;
        Ok((object, tx.may(&record.object, Access::Edit, id)?))
    };
    let (object, may) = caller.read(read).await?;
    if may && !caller.ctx.read_only { Ok((object, id)) } else { Err(Problem::forbidden().into()) }
}

/// Keeps the file of a request, whichever way it comes.
async fn body(caller: &ApiCaller, name: Option<String>, request: Request) -> Result<FileMeta, Fail> {
    let engine = &caller.web.engine;
    if !caller.facts.header("content-type").starts_with("multipart/form-data") {
        let name = name.unwrap_or_else(|| "file".into());
        return crate::file::take::put_body(engine, &caller.ctx, &name, request.into_body()).await;
    }
    let mut form = Multipart::from_request(request, &caller.web).await.map_err(|_| Problem::malformed("bad_form"))?;
    while let Some(mut field) = form.next_field().await.map_err(|e| unreadable(engine, &e))? {
        if field.name() == Some("file") {
            let name = name.or_else(|| field.file_name().map(str::to_string)).unwrap_or_else(|| "file".into());
            return put(engine, &caller.ctx, &name, &mut field).await;
        }
    }
    Err(fault("file", "required").into())
}

/// The object's part of the OpenAPI document.
pub(super) fn describe(object: &Object, paths: &mut Map<String, Json>) {
    let base = format!("/api/v1/{}/{{id}}/attachments", object.plural);
    let one = format!("{base}/{{attachment}}");
    let name = |what: &str| format!("{}_attachment_{what}", object.key);
    let id = json!({"$ref": "#/components/parameters/id"});
    let attachment = json!({"name": "attachment", "in": "path", "required": true, "schema": {"type": "integer"}});
    let number = json!({"type": "integer", "minimum": 1});
    let query = |name: &str, told: &str, schema: Json| json!({"name": name, "in": "query", "description": told, "schema": schema});
    let revision = query("revision", "An earlier version; the present one when absent", number.clone());
    let file = json!({"$ref": "#/components/schemas/Attachment"});
    let written = ["400", "401", "403", "404", "413", "422", "429", "503", "507"];
    let bytes = |kind: &str| {
        let mut done = answers("200", Json::Null, READ);
        done["200"] = json!({"description": "The content", "content": {kind: {"schema": {"type": "string", "format": "binary"}}}});
        done
    };
    let binary = json!({"type": "string", "format": "binary"});
    let form = json!({"type": "object", "required": ["file"], "properties": {"file": binary}});
    let sent =
        json!({"required": true, "content": {"application/octet-stream": {"schema": binary}, "multipart/form-data": {"schema": form}}});
    let text = json!({"type": "string"});
    let tags = json!([object.plural]);
    let mut put = |path: String, parameters: Json, verbs: Json| {
        let mut item = json!({ "parameters": parameters });
        if let (Some(item), Json::Object(verbs)) = (item.as_object_mut(), verbs) {
            item.extend(verbs);
        }
        paths.insert(path, item);
    };
    let list = json!({"type": "object", "properties": {"data": {"type": "array", "items": file}}});
    put(
        base,
        json!([id]),
        json!({
            "get": {"operationId": name("list"), "tags": tags, "summary": "Files of the record",
                "parameters": [query("deleted", "Those in its bin", json!({"type": "boolean"}))], "responses": answers("200", list, READ)},
            "post": {"operationId": name("add"), "tags": tags, "summary": "Add a file to the record", "requestBody": sent,
                "parameters": [query("name", "What the file is called; of a form its own name when absent", text.clone()), query("description", "What it is about", text.clone())],
                "responses": answers("201", file.clone(), &written)},
        }),
    );
    put(
        one.clone(),
        json!([id, attachment]),
        json!({
            "get": {"operationId": name("one"), "tags": tags, "summary": "A file of the record with its versions", "responses": answers("200", file.clone(), READ)},
            "patch": {"operationId": name("reword"), "tags": tags, "summary": "Another name or description",
                "requestBody": {"required": true, "content": {"application/json": {"schema": {"type": "object", "properties": {"name": text, "description": text}}}}},
                "responses": answers("200", file.clone(), &written)},
            "delete": {"operationId": name("bin"), "tags": tags, "summary": "Put the file into the bin", "responses": answers("204", Json::Null, &written)},
        }),
    );
    let here = json!([id, attachment]);
    put(
        format!("{one}/content"),
        here.clone(),
        json!({"get": {"operationId": name("content"), "tags": tags, "summary": "The file itself", "parameters": [revision], "responses": bytes("*/*")}}),
    );
    let size = query("size", "320 pixels at most, or 1920", json!({"type": "string", "enum": ["small", "large"]}));
    put(
        format!("{one}/picture"),
        here.clone(),
        json!({"get": {"operationId": name("picture"), "tags": tags, "summary": "A picture of the file, if it is one", "parameters": [size, revision], "responses": bytes("image/jpeg")}}),
    );
    put(
        format!("{one}/revisions"),
        here.clone(),
        json!({"post": {"operationId": name("revise"), "tags": tags, "summary": "Add a new version", "requestBody": sent,
            "parameters": [query("name", "As whose name it comes; its ending has to be that of the file", json!({"type": "string"}))],
            "responses": answers("201", file.clone(), &written)}}),
    );
    put(
        format!("{one}/restoration"),
        here.clone(),
        json!({"post": {"operationId": name("restoration"), "tags": tags, "summary": "Take the file out of the bin", "responses": answers("200", file.clone(), &written)}}),
    );
    put(
        format!("{one}/reversion"),
        here,
        json!({"post": {"operationId": name("reversion"), "tags": tags, "summary": "Make an earlier version the present one",
            "requestBody": {"required": true, "content": {"application/json": {"schema": {"type": "object", "required": ["revision"], "properties": {"revision": number}}}}},
            "responses": answers("200", file, &written)}}),
    );
}

/// What an attachment looks like, for the OpenAPI document.
pub(super) fn schema() -> Json {
    let (number, text, moment) = (json!({"type": "integer"}), json!({"type": "string"}), json!({"type": "string", "format": "date-time"}));
    let person = json!({"type": ["integer", "null"]});
    let revision =
        json!({"type": "object", "properties": {"revision": number, "size": number, "content_type": text, "at": moment, "by": person}});
    json!({"type": "object", "required": ["id", "name", "revision", "size", "content_type"], "properties": {
        "id": number, "name": text, "description": text, "revision": number, "size": number, "content_type": text,
        "created_at": moment, "created_by": person, "updated_at": moment, "updated_by": person,
        "deleted_at": {"type": ["string", "null"], "format": "date-time"}, "revisions": {"type": "array", "items": revision}}})
}
