//! Calling an outside address: which one, with what, and what becomes of the run when it does not answer well.

use super::given::{Part, parts};
use super::is_default;
use serde::{Deserialize, Serialize};

/// Headers a call has at most besides those of the specification.
pub const MOST_HEADERS: usize = 20;
/// Tries of a call at most, the first one included.
pub const MOST_TRIES: u8 = 10;

/// A call to an address that stands among the webhooks of the settings, signed with its secret.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Calling {
    /// Number of the webhook; 0 while none is chosen.
    pub hook: i64,
    #[serde(default, skip_serializing_if = "is_default")]
    pub method: Method,
    /// What comes behind the address: `/kontak/{{id}}`.
    #[serde(default, skip_serializing_if = "is_default")]
    pub path: String,
    #[serde(default, skip_serializing_if = "is_default")]
    pub headers: Vec<Header>,
    pub content: Content,
    #[serde(default = "most_tries")]
    pub tries: u8,
    /// What becomes of the run when the last try came to nothing.
    #[serde(default, skip_serializing_if = "is_default", rename = "else")]
    pub otherwise: OnMiss,
}

/// How it is called.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Method {
    #[default]
    Post,
    Put,
}

/// A further header; its value may name fields.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Header {
    pub name: String,
    pub value: String,
}

/// What is said.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Content {
    /// These fields of the record, over links if need be, in the form in which all webhooks tell of records.
    Fields(Vec<String>),
    /// A text that is JSON once its `{{fields}}` are filled in ([`pieces`]).
    Json(String),
}

/// What becomes of a run whose call was never answered well.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OnMiss {
    #[default]
    Fail,
    GoOn,
}

fn most_tries() -> u8 {
    MOST_TRIES
}

impl Default for Calling {
    fn default() -> Calling {
        Calling {
            hook: 0,
            method: Method::Post,
            path: String::new(),
            headers: Vec::new(),
            content: Content::Fields(Vec::new()),
            tries: MOST_TRIES,
            otherwise: OnMiss::Fail,
        }
    }
}

impl Method {
    /// As HTTP says it.
    pub fn verb(self) -> &'static str {
        match self {
            Method::Post => "POST",
            Method::Put => "PUT",
        }
    }
}

impl Calling {
    /// Every text that may name fields.
    pub fn texts(&self) -> Vec<&str> {
        let body = if let Content::Json(text) = &self.content { Some(text.as_str()) } else { None };
        std::iter::once(self.path.as_str()).chain(self.headers.iter().map(|header| header.value.as_str())).chain(body).collect()
    }
}

/// Whether a call may carry a header of this name: none that says how it travels, who it is from, or that holds a secret,
/// since flows are read, exported and told in logs.
pub fn is_free_header(name: &str) -> bool {
    const TAKEN: [&str; 16] = [
        "authorization",
        "connection",
        "content-encoding",
        "content-length",
        "content-type",
        "cookie",
        "expect",
        "host",
        "keep-alive",
        "proxy-authorization",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
        "user-agent",
        "via",
    ];
    let lower = name.to_ascii_lowercase();
    let token = !name.is_empty() && name.len() <= 60 && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_');
    token && !TAKEN.contains(&lower.as_str()) && !lower.starts_with("webhook-")
}

/// A part of a text that becomes JSON.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Piece<'t> {
    Words(&'t str),
    /// A field between quotation marks: as people read it.
    Quoted(&'t str),
    /// A field that stands for a whole value: as programs read it.
    Whole(&'t str),
}

/// A text taken apart into what becomes JSON once its fields are filled in.
pub fn pieces(text: &str) -> Vec<Piece<'_>> {
    let (mut quoted, mut escaped) = (false, false);
    let mut found = Vec::new();
    for part in parts(text) {
        match part {
            Part::Field(path) if quoted => found.push(Piece::Quoted(path)),
            Part::Field(path) => found.push(Piece::Whole(path)),
            Part::Words(words) => {
                for c in words.chars() {
                    match c {
                        _ if escaped => escaped = false,
                        '\\' if quoted => escaped = true,
                        '"' => quoted = !quoted,
                        _ => {}
                    }
                }
                found.push(Piece::Words(words));
            }
        }
    }
    found
}

/// What is wrong with a text that is to become JSON.
///
/// # Errors
/// What the reader of JSON says.
pub fn is_json(text: &str) -> Result<(), String> {
    let sample: String = pieces(text)
        .into_iter()
        .map(|piece| match piece {
            Piece::Words(words) => words,
            Piece::Quoted(_) => "x",
            Piece::Whole(_) => "null",
        })
        .collect();
    serde_json::from_str::<serde_json::Value>(&sample).map(drop).map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_in_json_are_whole_values_or_stand_between_quotation_marks() {
        let text = r#"{"nama": "Pak \"{{name}}\"", "nilai": {{amount}}, "{{key}}": []}"#;
        let fields: Vec<Piece> = pieces(text).into_iter().filter(|piece| !matches!(piece, Piece::Words(_))).collect();
        assert_eq!(fields, [Piece::Quoted("name"), Piece::Whole("amount"), Piece::Quoted("key")]);
        assert!(is_json(text).is_ok());
        for broken in ["", "{", r#"{"a": {{b}}"#, "{{a}} {{b}}", r#"{"a": "x}"#] {
            assert!(is_json(broken).is_err(), "{broken}");
        }
    }

    #[test]
    fn headers_that_others_set_or_that_hold_secrets_are_not_free() {
        assert!(is_free_header("X-Sumber") && is_free_header("If_Match"));
        for name in ["", "Host", "webhook-id", "Authorization", "X Sumber", "X:", "\u{e9}"] {
            assert!(!is_free_header(name), "{name}");
        }
    }
}
