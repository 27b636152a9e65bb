//! What this door offers: configuration, kinds of resources, their attributes.

use super::{Directory, Fault, PLACE, Told, told};
use axum::extract::Path;
use axum::http::StatusCode;
use jiff::Timestamp;
use serde_json::{Value as Json, json};

pub(super) const USER: &str = "urn:ietf:params:scim:schemas:core:2.0:User";
pub(super) const GROUP: &str = "urn:ietf:params:scim:schemas:core:2.0:Group";
const CONFIG: &str = "urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig";
const TYPE: &str = "urn:ietf:params:scim:schemas:core:2.0:ResourceType";
const SCHEMA: &str = "urn:ietf:params:scim:schemas:core:2.0:Schema";
const LIST: &str = "urn:ietf:params:scim:api:messages:2.0:ListResponse";

/// What is said about a resource.
pub(super) fn meta(kind: &str, place: &str, version: i64, made: Option<Timestamp>, changed: Option<Timestamp>) -> Json {
    let mut meta = json!({ "resourceType": kind, "location": place, "version": format!("W/\"{version}\"") });
    for (name, at) in [("created", made), ("lastModified", changed)] {
        if let Some(at) = at {
            meta[name] = at.to_string().into();
        }
    }
    meta
}

fn list(all: Vec<Json>) -> Json {
    json!({ "schemas": [LIST], "totalResults": all.len(), "startIndex": 1, "itemsPerPage": all.len(), "Resources": all })
}

pub(super) async fn config(directory: Directory) -> Told {
    let base = crate::oauth::issuer(&directory.web, &directory.facts);
    let off = json!({ "supported": false });
    let body = json!({
        "schemas": [CONFIG],
        "patch": { "supported": true },
        "bulk": { "supported": false, "maxOperations": 0, "maxPayloadSize": 0 },
        "filter": { "supported": true, "maxResults": super::ask::MOST },
        "changePassword": off,
        "sort": off,
        "etag": { "supported": true },
        "authenticationSchemes": [{ "type": "oauthbearertoken", "name": "Bearer", "description": "A token made in the settings of this program", "primary": true }],
        "meta": { "resourceType": "ServiceProviderConfig", "location": format!("{base}{PLACE}/ServiceProviderConfig") },
    });
    Ok(told(StatusCode::OK, &body))
}

fn kinds(directory: &Directory) -> Vec<Json> {
    let base = crate::oauth::issuer(&directory.web, &directory.facts);
    let kind = |name: &str, endpoint: &str, schema: &str| {
        json!({
            "schemas": [TYPE], "id": name, "name": name, "endpoint": endpoint, "schema": schema, "schemaExtensions": [],
            "meta": { "resourceType": "ResourceType", "location": format!("{base}{PLACE}/ResourceTypes/{name}") },
        })
    };
    vec![kind("User", "/Users", USER), kind("Group", "/Groups", GROUP)]
}

pub(super) async fn types(directory: Directory) -> Told {
    Ok(told(StatusCode::OK, &list(kinds(&directory))))
}

pub(super) async fn one_type(directory: Directory, Path(name): Path<String>) -> Told {
    let found = kinds(&directory).into_iter().find(|kind| kind["id"] == name.as_str());
    found.map(|kind| told(StatusCode::OK, &kind)).ok_or_else(Fault::unknown)
}

/// An attribute of a schema.
fn attribute(name: &str, kind: &str, change: &str, more: Json) -> Json {
    let mut told = json!({
        "name": name, "type": kind, "multiValued": false, "description": name, "required": false, "caseExact": false,
        "mutability": change, "returned": "default", "uniqueness": "none",
    });
    for (key, value) in more.as_object().into_iter().flatten() {
        told[key] = value.clone();
    }
    told
}

fn all(directory: &Directory) -> Vec<Json> {
    let base = crate::oauth::issuer(&directory.web, &directory.facts);
    let (text, write, read) = ("string", "readWrite", "readOnly");
    let plain = |name: &str| attribute(name, text, write, json!({}));
    let name =
        attribute("name", "complex", write, json!({ "subAttributes": [plain("formatted"), plain("givenName"), plain("familyName")] }));
    let primary = attribute("primary", "boolean", write, json!({}));
    let emails =
        attribute("emails", "complex", write, json!({ "multiValued": true, "subAttributes": [plain("value"), plain("type"), primary] }));
    let roles = attribute("roles", "complex", write, json!({ "multiValued": true, "subAttributes": [plain("value"), plain("display")] }));
    let of = |kind: &str| attribute("$ref", "reference", read, json!({ "referenceTypes": [kind] }));
    let fixed = |name: &str| attribute(name, text, read, json!({}));
    let groups =
        attribute("groups", "complex", read, json!({ "multiValued": true, "subAttributes": [fixed("value"), of("Group"), fixed("type")] }));
    let value = attribute("value", text, "immutable", json!({}));
    let members = attribute(
        "members",
        "complex",
        write,
        json!({ "multiValued": true, "subAttributes": [value, fixed("display"), of("User"), fixed("type")] }),
    );
    let user_name = attribute("userName", text, write, json!({ "required": true, "uniqueness": "server" }));
    let user = vec![
        user_name,
        plain("displayName"),
        name,
        emails,
        attribute("active", "boolean", write, json!({})),
        plain("preferredLanguage"),
        plain("timezone"),
        roles,
        groups,
    ];
    let group = vec![attribute("displayName", text, write, json!({ "required": true })), members];
    let schema = |id: &str, name: &str, attributes: Vec<Json>| {
        json!({
            "schemas": [SCHEMA], "id": id, "name": name, "description": name, "attributes": attributes,
            "meta": { "resourceType": "Schema", "location": format!("{base}{PLACE}/Schemas/{id}") },
        })
    };
    vec![schema(USER, "User", user), schema(GROUP, "Group", group)]
}

pub(super) async fn schemas(directory: Directory) -> Told {
    Ok(told(StatusCode::OK, &list(all(&directory))))
}

pub(super) async fn one_schema(directory: Directory, Path(name): Path<String>) -> Told {
    let found = all(&directory).into_iter().find(|schema| schema["id"] == name.as_str());
    found.map(|schema| told(StatusCode::OK, &schema)).ok_or_else(Fault::unknown)
}
