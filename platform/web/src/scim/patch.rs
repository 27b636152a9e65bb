//! Changes one by one (PATCH), as the standard has them and as the large directories send them.

use super::Fault;
use super::filter::{Filter, Place};
use serde_json::Value as Json;

/// What is done with an attribute.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Deed {
    /// Add and replace are the same for what has one value.
    Add,
    Replace,
    Remove,
}

/// One change of one attribute.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Change {
    pub deed: Deed,
    /// Without schema, in small letters; empty for a whole.
    pub path: String,
    /// Which of several values.
    pub which: Option<Filter>,
    pub value: Json,
}

impl Change {
    fn at(deed: Deed, path: &str, value: Json) -> Result<Change, Fault> {
        let place = Place::read(path)?;
        Ok(Change { deed, path: place.name, which: place.which, value })
    }
}

/// The changes of a request, those of a whole taken apart.
pub(super) fn changes(body: &Json) -> Result<Vec<Change>, Fault> {
    let wrong = |detail: &str| Fault::bad("invalidSyntax", detail);
    let all = body
        .get("Operations")
        .or_else(|| body.get("operations"))
        .and_then(Json::as_array)
        .ok_or_else(|| wrong("there are no Operations"))?;
    let mut changes = Vec::new();
    for one in all {
        let deed = match one["op"].as_str().unwrap_or_default().to_lowercase().as_str() {
            "add" => Deed::Add,
            "replace" => Deed::Replace,
            "remove" => Deed::Remove,
            _ => return Err(wrong("op is add, replace or remove")),
        };
        let (raw, value) = (one["path"].as_str().unwrap_or_default().to_string(), one["value"].clone());
        match (raw.is_empty(), &value) {
            (false, _) => changes.push(Change::at(deed, &raw, value)?),
            (true, Json::Object(parts)) if deed != Deed::Remove => {
                for (name, value) in parts {
                    changes.push(Change::at(deed, name, value.clone())?);
                }
            }
            (true, _) => return Err(Fault::bad("noTarget", "an operation without path changes a whole")),
        }
    }
    Ok(changes)
}

/// Truth, also as text.
pub(super) fn truth(value: &Json) -> Result<bool, Fault> {
    match value {
        Json::Bool(yes) => Ok(*yes),
        Json::String(text) if text.eq_ignore_ascii_case("true") => Ok(true),
        Json::String(text) if text.eq_ignore_ascii_case("false") => Ok(false),
        _ => Err(Fault::bad("invalidValue", "active is true or false")),
    }
}
