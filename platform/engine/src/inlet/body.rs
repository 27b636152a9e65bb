//! What a call says, as JSON, and the places in it.

use akrab_model::{Problem, ProblemKind};
use serde_json::{Map, Value as Json};

/// Largest body, in bytes.
pub const LARGEST: usize = 256 << 10;
/// Deepest nesting.
const DEEPEST: usize = 64;
/// Places shown of a body, items of a list looked into, and letters of a sample.
const PLACES: usize = 300;
const ITEMS: usize = 3;
const SAMPLE: usize = 120;

/// A value in a body, by its place (JSON Pointer).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Leaf {
    pub path: String,
    pub sample: String,
}

/// Reads a body: JSON, or a form. A form whose only field is JSON is what that says.
///
/// # Errors
/// `too_large`, `inlet_body`.
pub fn read(kind: &str, body: &[u8]) -> Result<Json, Problem> {
    if body.len() > LARGEST {
        return Err(Problem::new(ProblemKind::TooLarge, "too_large").with("max", format!("{} KB", LARGEST >> 10)));
    }
    let broken = || Problem::malformed("inlet_body");
    let read =
        if kind.trim_start().starts_with("application/x-www-form-urlencoded") { form(body) } else { serde_json::from_slice(body).ok() };
    let json = read.filter(|json: &Json| matches!(json, Json::Object(_) | Json::Array(_))).ok_or_else(broken)?;
    if depth(&json) > DEEPEST { Err(broken()) } else { Ok(json) }
}

fn form(body: &[u8]) -> Option<Json> {
    let mut map = Map::new();
    for (name, value) in form_urlencoded::parse(body) {
        let value = Json::from(value.into_owned());
        match map.get_mut(name.as_ref()) {
            None => drop(map.insert(name.into_owned(), value)),
            Some(Json::Array(known)) => known.push(value),
            Some(known) => *known = Json::Array(vec![known.take(), value]),
        }
    }
    if let (1, Some(Json::String(text))) = (map.len(), map.values().next())
        && let Ok(inner @ Json::Object(_)) = serde_json::from_str(text)
    {
        return Some(inner);
    }
    Some(Json::Object(map))
}

fn depth(json: &Json) -> usize {
    1 + match json {
        Json::Array(items) => items.iter().map(depth).max().unwrap_or(0),
        Json::Object(map) => map.values().map(depth).max().unwrap_or(0),
        _ => 0,
    }
}

/// The values of a body with their places, in its order.
pub fn leaves(json: &Json) -> Vec<Leaf> {
    let mut found = Vec::new();
    walk(json, &mut String::new(), &mut found);
    found
}

fn walk(json: &Json, path: &mut String, found: &mut Vec<Leaf>) {
    if found.len() >= PLACES {
        return;
    }
    let length = path.len();
    match json {
        Json::Object(map) if !map.is_empty() => {
            for (name, value) in map {
                path.push('/');
                path.push_str(&name.replace('~', "~0").replace('/', "~1"));
                walk(value, path, found);
                path.truncate(length);
            }
        }
        Json::Array(items) if items.iter().any(|item| matches!(item, Json::Object(_) | Json::Array(_))) => {
            for (n, item) in items.iter().take(ITEMS).enumerate() {
                path.push_str(&format!("/{n}"));
                walk(item, path, found);
                path.truncate(length);
            }
        }
        // a list of plain values is one value
        value => found.push(Leaf { path: path.clone(), sample: words(value).chars().take(SAMPLE).collect() }),
    }
}

/// A value as a cell of a table has it; a list of plain values as they are listed.
pub(super) fn words(value: &Json) -> String {
    match value {
        Json::Null => String::new(),
        Json::String(text) => text.clone(),
        Json::Array(items) => items.iter().map(words).filter(|word| !word.is_empty()).collect::<Vec<_>>().join("; "),
        Json::Object(map) if map.is_empty() => String::new(),
        other => other.to_string(),
    }
}

/// The cell a place gives.
pub(super) fn cell(body: &Json, path: &str) -> Json {
    match body.pointer(path) {
        None => Json::Null,
        Some(plain @ (Json::Number(_) | Json::Bool(_))) => plain.clone(),
        Some(value) => match words(value).trim() {
            "" => Json::Null,
            text => text.into(),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn bodies_are_read_and_taken_apart() {
        let body =
            read("application/json; charset=utf-8", br#"{"a/b":{"c~d":1,"e":[1,2],"f":[{"g":true},{}]},"h":null,"i":"  "}"#).unwrap();
        let paths: Vec<_> = leaves(&body).into_iter().map(|leaf| (leaf.path, leaf.sample)).collect();
        let wanted = [("/a~1b/c~0d", "1"), ("/a~1b/e", "1; 2"), ("/a~1b/f/0/g", "true"), ("/a~1b/f/1", ""), ("/h", ""), ("/i", "  ")];
        assert_eq!(paths, wanted.map(|(path, sample)| (path.to_string(), sample.to_string())));
        assert_eq!(
            (cell(&body, "/a~1b/c~0d"), cell(&body, "/a~1b/e"), cell(&body, "/i"), cell(&body, "/x")),
            (json!(1), json!("1; 2"), Json::Null, Json::Null)
        );
        let form = "application/x-www-form-urlencoded";
        assert_eq!(read(form, b"name=Siti+R%C3%A9&tag=a&tag=b&empty").unwrap(), json!({"name": "Siti Ré", "tag": ["a", "b"], "empty": ""}));
        assert_eq!(read(form, b"payload=%7B%22a%22%3A1%7D").unwrap(), json!({"a": 1}));
        assert_eq!(read(form, b"name=50%").unwrap(), json!({"name": "50%"}));
        for broken in [b"[1".as_slice(), b"7", b"\"x\"", b"", b"\xff"] {
            assert!(read("application/json", broken).is_err());
        }
        assert_eq!(read("", &vec![b' '; LARGEST + 1]).unwrap_err().code, "too_large");
        assert!(read("", format!("{}1{}", "[".repeat(70), "]".repeat(70)).as_bytes()).is_err());
        assert!(read("", "[".repeat(100_000).as_bytes()).is_err());
    }
}
