//! The OpenAPI 3.1 document, made from the registry: every object there is, custom ones too.

use super::{bulk, export, files, imports, sharing, views};
use akrab_model::object::ActionDecl;
use akrab_model::{Field, FieldType, Object, Registry};
use serde_json::{Map, Value as Json, json};

/// The whole document in English.
pub fn document(registry: &Registry) -> Json {
    let mut paths = Map::new();
    let mut schemas = shared_schemas();
    schemas.insert("Attachment".into(), super::attachments::schema());
    for object in registry.objects().filter(|object| !object.decl.hidden) {
        paths.insert(format!("/api/v1/{}", object.plural), collection(object));
        paths.insert(format!("/api/v1/{}/{{id}}", object.plural), single(object));
        paths.insert(format!("/api/v1/{}/{{id}}/restoration", object.plural), verb(object, "restoration", "Take out of the bin", None));
        paths.insert(format!("/api/v1/{}/{{id}}/history", object.plural), json!({"parameters": [{"$ref": "#/components/parameters/id"}], "get": {
            "operationId": format!("{}_history", object.key), "tags": [object.plural],
            "summary": "Changes, newest first",
            "parameters": [query("before", "Id of a change: those before it", json!({"type": "integer", "minimum": 1, "maximum": i64::MAX}))],
            "responses": answers("200", json!({"$ref": "#/components/schemas/Changes"}), READ)}}));
        paths.insert(
            format!("/api/v1/{}/{{id}}/timeline", object.plural),
            json!({"parameters": [{"$ref": "#/components/parameters/id"}], "get": {
            "operationId": format!("{}_timeline", object.key), "tags": [object.plural],
            "summary": "What happened around the record",
            "parameters": [
                query("kinds", "Kinds to answer, separated by commas; all when absent", json!({"type": "string", "maxLength": 1_000})),
                query("before", "The next of an earlier page", json!({"type": "string", "maxLength": 60})),
                query("limit", "Most past entries, 50 when absent", json!({"type": "integer", "minimum": 1, "maximum": 200})),
            ],
            "responses": answers("200", json!({"$ref": "#/components/schemas/Timeline"}), READ)}}),
        );
        for action in &object.decl.actions {
            paths.insert(
                format!("/api/v1/{}/{{id}}/{}", object.plural, action.key),
                verb(object, &action.key, &action.label.en, Some(action)),
            );
        }
        paths.extend(figures(object));
        paths.extend(super::sight::describe(object));
        paths.extend([imports::describe(object), bulk::describe(object)]);
        paths.extend(export::describe(object));
        paths.extend(files::describe_fields(object));
        paths.extend([super::flows::describe_press(object)]);
        views::describe(object, &mut paths);
        sharing::describe(object, &mut paths);
        super::twins::describe(object, &mut paths);
        super::attachments::describe(object, &mut paths);
        schemas.insert(object.key.clone(), read_schema(object));
        schemas.insert(format!("{}_create", object.key), write_schema(object, true));
        schemas.insert(format!("{}_patch", object.key), write_schema(object, false));
    }
    paths.insert(
        "/api/v1/openapi.json".into(),
        json!({"get": {"operationId": "openapi", "tags": ["openapi"], "summary": "This document; no token needed", "security": [],
            "responses": {"200": {"description": "Done", "content": {"application/json": {"schema": {"type": "object"}}}}}}}),
    );
    paths.insert("/api/v1/search".into(), json!({"get": {
        "operationId": "search", "tags": ["search"], "summary": "Search while typing over every object",
        "parameters": [
            {"name": "q", "in": "query", "required": true, "description": "Beginnings of words; numbers in any form", "schema": {"type": "string", "maxLength": 200}},
            query("limit", "Most hits, 20 when absent", json!({"type": "integer", "minimum": 1, "maximum": 100})),
            query("objects", "Plural keys of the objects to look in, separated by commas; all when absent", json!({"type": "string", "maxLength": 1_000})),
        ],
        "responses": answers("200", json!({"$ref": "#/components/schemas/Hits"}), READ)}}));
    paths.insert(
        "/api/v1/batch".into(),
        json!({"post": {
        "operationId": "batch", "tags": ["batch"], "summary": "Several changes in one transaction: all or none",
        "parameters": [{"$ref": "#/components/parameters/idempotency_key"}],
        "requestBody": body(json!({"$ref": "#/components/schemas/Batch"})),
        "responses": answers("200", json!({"$ref": "#/components/schemas/BatchAnswer"}), WRITE)}}),
    );
    paths.insert(
        "/api/v1/me".into(),
        json!({"get": {
        "operationId": "me", "tags": ["me"], "summary": "The user behind the token",
        "responses": answers("200", json!({"type": "object", "required": ["id", "name", "email", "role"], "properties": {
            "id": {"type": "integer"}, "name": {"type": "string"}, "email": {"type": "string"}, "role": {"type": "string"}}}), READ)}}),
    );
    super::approvals::describe(&mut paths);
    super::audit::describe(&mut paths);
    super::flows::describe(&mut paths);
    super::jobs::describe(&mut paths);
    super::policies::describe(&mut paths);
    super::processes::describe(&mut paths);
    super::files::describe(&mut paths);
    super::reports::describe(&mut paths);
    super::hooks::describe(&mut paths);
    super::incoming::describe(&mut paths);
    json!({
        "openapi": "3.1.0",
        "info": {"title": "Akrab", "version": env!("CARGO_PKG_VERSION"), "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
                 "description": "Records of every object of the workspace. Decimals are strings, times are UTC in RFC 3339, links are ids. What a user may not see does not exist here either."},
        "security": [{"bearer": []}],
        "paths": paths,
        "components": {
            "securitySchemes": {"bearer": {"type": "http", "scheme": "bearer"}},
            "parameters": shared_parameters(),
            "responses": {"Problem": {"description": "What is wrong, where, and a stable code", "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}}},
            "schemas": schemas,
        },
    })
}

pub(super) const READ: &[&str] = &["400", "401", "403", "404", "422", "429", "503"];
pub(super) const WRITE: &[&str] = &["400", "401", "403", "404", "409", "412", "413", "415", "422", "429", "503", "507"];

pub(super) fn answers(status: &str, schema: Json, problems: &[&str]) -> Json {
    let mut map = Map::new();
    map.insert(status.into(), json!({"description": "Done", "content": {"application/json": {"schema": schema}}}));
    for status in problems.iter().chain(&["414"]) {
        map.insert((*status).into(), json!({"$ref": "#/components/responses/Problem"}));
    }
    Json::Object(map)
}

pub(super) fn body(schema: Json) -> Json {
    json!({"required": true, "content": {"application/json": {"schema": schema}}})
}

pub(super) fn query(name: &str, text: &str, schema: Json) -> Json {
    json!({"name": name, "in": "query", "required": false, "description": text, "schema": schema})
}

fn collection(object: &Object) -> Json {
    let sortable: Vec<&str> = object.fields.iter().filter(|f| f.sortable() && !f.hidden).map(|f| f.key.as_str()).collect();
    json!({
        "get": {
            "operationId": format!("{}_list", object.key), "tags": [object.plural], "summary": format!("List {}", object.plural_label("en").to_lowercase()),
            "parameters": [
                query("filter", "Filter tree as JSON: {\"field\":\"name\",\"op\":\"contains\",\"value\":\"kopi\"}, nested in all, any, not", json!({"type": "string", "maxLength": 20_000})),
                query("q", "Words to search for", json!({"type": "string", "maxLength": 200})),
                query("sort", &format!("Up to two fields, - before a descending one: {}", sortable.join(", ")), json!({"type": "string", "maxLength": 200})),
                query("columns", "Fields to answer, separated by commas; all when absent", json!({"type": "string", "maxLength": 4_000})),
                query("limit", "Records on the page, 50 when absent", json!({"type": "integer", "minimum": 1, "maximum": 200})),
                query("after", "The next or previous of an earlier page", json!({"type": "string", "maxLength": 4_000})),
                query("count", "How to count the whole result; none skips it", json!({"type": "string", "enum": ["none", "capped", "exact"]})),
                query("bin", "The bin instead of the living records", json!({"type": "boolean"})),
            ],
            "responses": answers("200", json!({"type": "object", "required": ["data", "next", "count"], "properties": {
                "data": {"type": "array", "items": {"$ref": format!("#/components/schemas/{}", object.key)}},
                "next": {"type": ["string", "null"]}, "previous": {"type": ["string", "null"]},
                "count": {"type": ["integer", "null"]}, "count_is": {"enum": ["exact", "above", null]}}}), READ),
        },
        "post": {
            "operationId": format!("{}_create", object.key), "tags": [object.plural], "summary": format!("Create: {}", object.label("en").to_lowercase()),
            "parameters": [{"$ref": "#/components/parameters/idempotency_key"}],
            "requestBody": body(json!({"$ref": format!("#/components/schemas/{}_create", object.key)})),
            "responses": answers("201", json!({"$ref": format!("#/components/schemas/{}", object.key)}), WRITE),
        },
    })
}

/// Totals and groups of a list.
fn figures(object: &Object) -> [(String, Json); 2] {
    let list = || {
        vec![
            query("filter", "Filter tree as JSON", json!({"type": "string", "maxLength": 20_000})),
            query("q", "Words to search for", json!({"type": "string", "maxLength": 200})),
            query(
                "totals",
                "Figures separated by commas: amount:sum, amount:avg, city:filled, count",
                json!({"type": "string", "maxLength": 1_000}),
            ),
        ]
    };
    let mut by = list();
    by.push(json!({"name": "by", "in": "query", "required": true, "description": "Field to group by", "schema": {"type": "string", "maxLength": 200}}));
    by.push(query("bucket", "Length of a group of dates", json!({"type": "string", "enum": ["day", "month", "year"]})));
    let many = |item: Json| json!({"type": "object", "required": ["data"], "properties": {"data": {"type": "array", "items": item}}});
    let total = json!({"type": "object", "required": ["function", "field", "value"], "properties": {"function": {"type": "string"}, "field": {"type": ["string", "null"]}, "value": {}}});
    let group = json!({"type": "object", "required": ["key", "title", "count", "totals"], "properties": {"key": {}, "title": {"type": ["string", "null"]}, "count": {"type": "integer"}, "totals": {"type": "array", "items": total}}});
    let get = |name: &str, summary: &str, parameters: Vec<Json>, item: Json| {
        let operation = json!({"operationId": format!("{}_{name}", object.key), "tags": [object.plural], "summary": summary,
            "parameters": parameters, "responses": answers("200", many(item), READ)});
        (format!("/api/v1/{}/{name}", object.plural), json!({ "get": operation }))
    };
    [get("totals", "Figures over the whole result", list(), total.clone()), get("groups", "Figures of each group", by, group)]
}

fn single(object: &Object) -> Json {
    let schema = json!({"$ref": format!("#/components/schemas/{}", object.key)});
    let mut deleted = answers("204", Json::Null, WRITE);
    deleted["204"] = json!({"description": "In the bin for 30 days"});
    json!({
        "parameters": [{"$ref": "#/components/parameters/id"}],
        "get": {"operationId": format!("{}_get", object.key), "tags": [object.plural], "summary": "Read one",
                "responses": answers("200", schema.clone(), READ)},
        "patch": {"operationId": format!("{}_patch", object.key), "tags": [object.plural], "summary": "Change fields",
                  "parameters": [{"$ref": "#/components/parameters/if_match"}, {"$ref": "#/components/parameters/idempotency_key"}],
                  "requestBody": body(json!({"$ref": format!("#/components/schemas/{}_patch", object.key)})),
                  "responses": answers("200", schema, WRITE)},
        "delete": {"operationId": format!("{}_delete", object.key), "tags": [object.plural], "summary": "Move to the bin",
                   "parameters": [{"$ref": "#/components/parameters/if_match"}], "responses": deleted},
    })
}

fn verb(object: &Object, key: &str, summary: &str, action: Option<&ActionDecl>) -> Json {
    let mut post = json!({
        "operationId": format!("{}_{key}", object.key), "tags": [object.plural], "summary": summary,
        "parameters": [{"$ref": "#/components/parameters/if_match"}, {"$ref": "#/components/parameters/idempotency_key"}],
        "responses": answers("200", json!({"type": "object"}), WRITE),
    });
    if let Some(action) = action {
        let inputs = Json::Object(action.inputs.keys().map(|k| (k.clone(), json!({}))).collect());
        post["requestBody"] = json!({"required": false, "content": {"application/json": {"schema": {"type": "object", "additionalProperties": false, "properties": inputs}}}});
    }
    json!({"parameters": [{"$ref": "#/components/parameters/id"}], "post": post})
}

fn read_schema(object: &Object) -> Json {
    let mut properties = Map::new();
    properties.insert("id".into(), json!({"type": "integer"}));
    properties.insert("version".into(), json!({"type": "integer"}));
    for field in object.fields.iter().filter(|field| !field.hidden) {
        properties.insert(field.key.clone(), field_schema(field, true));
    }
    properties.insert("titles".into(), json!({"type": "object", "additionalProperties": {"type": "string"}}));
    properties.insert("deleted_at".into(), json!({"type": "string", "format": "date-time"}));
    json!({"type": "object", "title": object.label("en"), "description": object.decl.purpose.en, "required": ["id", "version"], "properties": properties})
}

fn write_schema(object: &Object, new: bool) -> Json {
    let writable = || object.fields.iter().filter(|f| f.writable() && !f.hidden);
    let properties: Map<String, Json> = writable().map(|f| (f.key.clone(), field_schema(f, false))).collect();
    let required: Vec<&str> = writable().filter(|f| new && f.required && f.default.is_none()).map(|f| f.key.as_str()).collect();
    json!({"type": "object", "additionalProperties": false, "properties": properties, "required": required})
}

fn field_schema(field: &Field, read: bool) -> Json {
    use FieldType::*;
    let mut schema = match field.kind {
        Integer | Duration | Score => json!({"type": ["integer", "null"]}),
        Link | Stage | File => json!({"type": ["integer", "null"], "minimum": 1}),
        Decimal | Money | Percent if read => json!({"type": ["string", "null"]}),
        Decimal | Money | Percent => json!({"type": ["string", "number", "null"]}),
        Boolean => json!({"type": ["boolean", "null"]}),
        Date => json!({"type": ["string", "null"], "format": "date"}),
        DateTime => json!({"type": ["string", "null"], "format": "date-time"}),
        Email => json!({"type": ["string", "null"], "format": "email"}),
        Choice => {
            let mut keys: Vec<serde_json::Value> = field.choices.iter().map(|c| json!(c.key)).collect();
            keys.push(serde_json::Value::Null);
            json!({"enum": keys})
        }
        Choices if field.open => json!({"type": ["array", "null"], "items": {"type": "string", "maxLength": 40}, "maxItems": 50}),
        Choices => json!({"type": ["array", "null"], "items": {"enum": field.choices.iter().map(|c| &c.key).collect::<Vec<_>>()}}),
        Links => {
            let mut properties: Map<String, serde_json::Value> =
                field.columns.iter().map(|c| (c.key.clone(), field_schema(c, read))).collect();
            properties.insert("id".into(), json!({"type": "integer", "minimum": 1}));
            json!({"type": ["array", "null"], "items": {"type": "object", "required": ["id"], "additionalProperties": false, "properties": properties}})
        }
        Json => json!({}),
        // a number is taken as it is written
        Text | LongText | PersonName | AutoNumber | Phone if !read => json!({"type": ["string", "number", "null"]}),
        _ => json!({"type": ["string", "null"]}),
    };
    if field.rich {
        schema["contentMediaType"] = json!("text/markdown");
    }
    if let Some(map) = schema.as_object_mut() {
        // a length is measured after cleaning, which no schema can say
        let most = field.max_length.filter(|_| !read).map_or(String::new(), |most| format!("; at most {most} characters once cleaned"));
        map.insert("description".into(), json!(format!("{}{most}", field.label.en)));
        if !field.writable() {
            map.insert("readOnly".into(), json!(true));
        }
    }
    schema
}

fn shared_parameters() -> Json {
    json!({
        "id": {"name": "id", "in": "path", "required": true, "schema": {"type": "integer", "minimum": 1, "maximum": i64::MAX}},
        "if_match": {"name": "If-Match", "in": "header", "required": false, "description": "ETag of the version known; 412 when it is no longer the present one", "schema": {"type": "string", "pattern": "^\"[0-9]{1,18}\"$"}},
        "idempotency_key": {"name": "Idempotency-Key", "in": "header", "required": false, "description": "Repeats with the same key within 24 hours get the first answer", "schema": {"type": "string", "maxLength": 200, "pattern": "^[!-~]([ -~]*[!-~])?$"}},
    })
}

fn shared_schemas() -> Map<String, Json> {
    let any_record = json!({"type": "object"});
    let change = json!({"type": "object", "required": ["id", "at", "kind"], "properties": {"id": {"type": "integer"}, "at": {"type": "string"}, "actor": {"type": ["integer", "null"]}, "door": {"type": "string"}, "kind": {"type": "string"}, "fields": {"type": "object"}}});
    let shared = json!({
        "Problem": {"type": "object", "required": ["type", "title", "status", "code", "reference"], "properties": {
            "type": {"type": "string"}, "title": {"type": "string"}, "status": {"type": "integer"}, "code": {"type": "string"}, "detail": {"type": "string"}, "reference": {"type": "string"},
            "errors": {"type": "array", "items": {"type": "object", "required": ["pointer", "code"], "properties": {"pointer": {"type": "string"}, "code": {"type": "string"}, "detail": {"type": "string"}}}}}},
        "Change": change,
        "Changes": {"type": "object", "required": ["data"], "properties": {"data": {"type": "array", "items": {"$ref": "#/components/schemas/Change"}}}},
        "Timeline": {"type": "object", "required": ["upcoming", "data"], "properties": {"upcoming": {"type": "array", "items": any_record}, "data": {"type": "array", "items": any_record}, "next": {"type": ["string", "null"]}}},
        "Hits": {"type": "object", "required": ["data"], "properties": {"data": {"type": "array", "items": {"type": "object", "required": ["object", "id", "title"], "properties": {"object": {"type": "string"}, "id": {"type": "integer"}, "title": {"type": "string"}, "subtitle": {"type": "array"}}}}}},
        "Batch": {"type": "object", "required": ["operations"], "additionalProperties": false, "properties": {"operations": {"type": "array", "minItems": 1, "maxItems": 500, "items": {"oneOf": [
            {"type": "object", "required": ["op", "object", "data"], "additionalProperties": false, "properties": {"op": {"const": "create"}, "object": {"type": "string"}, "data": any_record}},
            {"type": "object", "required": ["op", "object", "id", "data"], "additionalProperties": false, "properties": {"op": {"const": "update"}, "object": {"type": "string"}, "id": {"type": "integer", "minimum": 1}, "version": {"type": "integer", "minimum": 1}, "data": any_record}},
            {"type": "object", "required": ["op", "object", "id"], "additionalProperties": false, "properties": {"op": {"const": "delete"}, "object": {"type": "string"}, "id": {"type": "integer", "minimum": 1}, "version": {"type": "integer", "minimum": 1}}},
        ]}}}},
        "Queued": {"type": "object", "required": ["job", "href"], "properties": {"job": {"type": "integer"}, "href": {"type": "string"}}},
        "Job": {"type": "object", "required": ["id", "kind", "state", "done", "created_at"], "properties": {
            "id": {"type": "integer"}, "kind": {"type": "string"}, "state": {"enum": ["ready", "leased", "done", "failed", "dead", "cancelled"]},
            "actor": {"type": ["integer", "null"]}, "actor_name": {"type": ["string", "null"]}, "done": {"type": "integer"}, "total": {"type": ["integer", "null"]},
            "attempts": {"type": "integer"}, "result": {}, "error": {"type": "string"}, "error_detail": {}, "detail": {"type": "string"},
            "duplicates": {"type": "array", "items": {"type": "object", "required": ["object", "waiting"], "properties": {"object": {"type": "string"}, "waiting": {"type": ["integer", "null"]}}}},
            "created_at": {"type": "string", "format": "date-time"}, "run_at": {"type": "string", "format": "date-time"}, "finished_at": {"type": "string", "format": "date-time"}}},
        "View": {"type": "object", "required": ["key", "id", "name", "scope", "editable", "state"], "properties": {
            "key": {"type": "string"}, "id": {"type": ["integer", "null"]}, "name": {"type": "string"}, "scope": {"enum": ["private", "team", "everyone", null]},
            "editable": {"type": "boolean"}, "state": {"type": "object"}}},
        "BatchAnswer": {"type": "object", "required": ["data"], "properties": {"data": {"type": "array", "items": any_record}}},
    });
    match shared {
        Json::Object(map) => map,
        _ => Map::new(),
    }
}
