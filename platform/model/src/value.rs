//! Values of fields: as programs use them ([`Value`]) and as databases hold them ([`Raw`]).

pub mod codec;
mod parse;

pub use codec::plain;
pub use parse::{Input, ParseEnv};

use jiff::civil::Date;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

/// What a database cell holds. Alike on both databases.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Raw {
    Null,
    Int(i64),
    Text(String),
}

impl Raw {
    pub fn is_null(&self) -> bool {
        matches!(self, Raw::Null)
    }
    pub fn int(&self) -> Option<i64> {
        if let Raw::Int(n) = self { Some(*n) } else { None }
    }
    pub fn text(&self) -> Option<&str> {
        if let Raw::Text(s) = self { Some(s) } else { None }
    }
    pub fn into_text(self) -> Option<String> {
        if let Raw::Text(s) = self { Some(s) } else { None }
    }
}

impl From<i64> for Raw {
    fn from(n: i64) -> Self {
        Raw::Int(n)
    }
}
impl From<bool> for Raw {
    fn from(b: bool) -> Self {
        Raw::Int(b.into())
    }
}
impl From<&str> for Raw {
    fn from(s: &str) -> Self {
        Raw::Text(s.into())
    }
}
impl From<String> for Raw {
    fn from(s: String) -> Self {
        Raw::Text(s)
    }
}
impl<T: Into<Raw>> From<Option<T>> for Raw {
    fn from(v: Option<T>) -> Self {
        v.map_or(Raw::Null, Into::into)
    }
}

/// One row of a `links` field: the linked record and the link's own columns.
#[derive(Debug, Clone, PartialEq)]
pub struct LinkRow {
    pub to: i64,
    /// In the order of the field's columns.
    pub columns: Vec<Value>,
}

/// A field's value with its meaning.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum Value {
    #[default]
    Null,
    Bool(bool),
    /// Integer, duration (minutes), score, file id.
    Int(i64),
    /// Decimal, money, percent (15 % is 15).
    Dec(Decimal),
    Text(String),
    Date(Date),
    Time(jiff::Timestamp),
    /// Link or stage: the target's id.
    Link(i64),
    /// Choices: the keys.
    Keys(Vec<String>),
    Links(Vec<LinkRow>),
    Json(serde_json::Value),
}

impl Value {
    pub fn is_null(&self) -> bool {
        matches!(self, Value::Null)
    }
    pub fn text(&self) -> Option<&str> {
        if let Value::Text(s) = self { Some(s) } else { None }
    }
    pub fn int(&self) -> Option<i64> {
        match self {
            Value::Int(n) | Value::Link(n) => Some(*n),
            _ => None,
        }
    }
    pub fn dec(&self) -> Option<Decimal> {
        match self {
            Value::Dec(d) => Some(*d),
            Value::Int(n) => Some((*n).into()),
            _ => None,
        }
    }
    pub fn bool(&self) -> bool {
        matches!(self, Value::Bool(true))
    }
    /// Whether a person would say that nothing was filled in.
    pub fn is_blank(&self) -> bool {
        match self {
            Value::Null => true,
            Value::Text(s) => s.is_empty(),
            Value::Keys(k) => k.is_empty(),
            Value::Links(l) => l.is_empty(),
            _ => false,
        }
    }
}
