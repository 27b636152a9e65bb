//! Cells as JSON that other programs read, and exactly back.

use akrab_model::value::codec;
use akrab_model::{FieldType, Raw, Value};
use jiff::Timestamp;
use jiff::civil::Date;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};

/// What the cells of a column mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    Integer,
    Text,
    Date,
    DateTime,
    /// A number with up to four decimals, as text.
    Decimal,
    Boolean,
    /// A list of words.
    Words,
    Json,
}

/// Holds a cell that its kind does not explain.
const RAW: &str = "raw";

impl Kind {
    pub fn of(kind: FieldType, text: bool) -> Kind {
        match kind {
            FieldType::Date => Kind::Date,
            FieldType::DateTime => Kind::DateTime,
            FieldType::Decimal | FieldType::Money | FieldType::Percent => Kind::Decimal,
            FieldType::Boolean => Kind::Boolean,
            FieldType::Choices => Kind::Words,
            FieldType::Json => Kind::Json,
            _ => Kind::plain(text),
        }
    }

    pub fn plain(text: bool) -> Kind {
        if text { Kind::Text } else { Kind::Integer }
    }

    fn meant(self) -> FieldType {
        match self {
            Kind::Integer => FieldType::Integer,
            Kind::Text => FieldType::Text,
            Kind::Date => FieldType::Date,
            Kind::DateTime => FieldType::DateTime,
            Kind::Decimal => FieldType::Decimal,
            Kind::Boolean => FieldType::Boolean,
            Kind::Words => FieldType::Choices,
            Kind::Json => FieldType::Json,
        }
    }

    /// The cell as JSON; [`Kind::back`] gives exactly the cell again.
    pub fn told(self, cell: &Raw) -> Json {
        let json = match (self, cell) {
            (Kind::Integer, Raw::Int(n)) => json!(n),
            (Kind::Text, Raw::Text(text)) => json!(text),
            _ => Value::from_raw(self.meant(), cell.clone()).to_json(),
        };
        if self.back(&json).as_ref() == Some(cell) { json } else { json!({ RAW: cell }) }
    }

    /// The cell a JSON value stands for; none when it is no value of this kind.
    pub fn back(self, json: &Json) -> Option<Raw> {
        if let Some(raw) = json.as_object().filter(|map| map.len() == 1).and_then(|map| map.get(RAW)) {
            return match raw {
                Json::Null => Some(Raw::Null),
                Json::Number(n) => n.as_i64().map(Raw::Int),
                Json::String(text) => Some(Raw::Text(text.clone())),
                _ => None,
            };
        }
        if json.is_null() {
            return Some(Raw::Null);
        }
        Some(match self {
            Kind::Integer => Raw::Int(json.as_i64()?),
            Kind::Text => Raw::Text(json.as_str()?.into()),
            Kind::Date => Raw::Int(codec::days(json.as_str()?.parse::<Date>().ok()?)),
            Kind::DateTime => Raw::Int(json.as_str()?.parse::<Timestamp>().ok()?.as_microsecond()),
            Kind::Decimal => Raw::Int(codec::scaled(json.as_str()?.parse::<Decimal>().ok()?)),
            Kind::Boolean => Raw::from(json.as_bool()?),
            Kind::Words => {
                let words = json.as_array()?.iter().map(Json::as_str).collect::<Option<Vec<_>>>()?;
                if words.is_empty() { Raw::Null } else { Raw::Text(format!("|{}|", words.join("|"))) }
            }
            Kind::Json => Raw::Text(json.to_string()),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_cell_comes_back() {
        let kinds = [Kind::Integer, Kind::Text, Kind::Date, Kind::DateTime, Kind::Decimal, Kind::Boolean, Kind::Words, Kind::Json];
        let cells = [
            Raw::Null,
            Raw::Int(0),
            Raw::Int(1),
            Raw::Int(2),
            Raw::Int(-1),
            Raw::Int(20_454),
            Raw::Int(1_767_225_600_123_456),
            Raw::Int(i64::MIN),
            Raw::Int(i64::MAX),
            Raw::Text(String::new()),
            Raw::Text("||".into()),
            Raw::Text("|a|b|".into()),
            Raw::Text("a|b".into()),
            Raw::Text("{\"raw\": 1}".into()),
            Raw::Text("{\"raw\":null}".into()),
            Raw::Text("{\"b\": 1,  \"a\": [1.50]}".into()),
            Raw::Text("baris satu\nbaris \"dua\"\u{2028}\u{0}".into()),
            Raw::Text("null".into()),
        ];
        for kind in kinds {
            for cell in &cells {
                let json = kind.told(cell);
                assert_eq!(kind.back(&json).as_ref(), Some(cell), "{kind:?} {json}");
            }
        }
        assert_eq!(Kind::Date.told(&Raw::Int(20_454)), json!("2026-01-01"));
        assert_eq!(Kind::Decimal.told(&Raw::Int(15_000)), json!("1.5"));
        assert_eq!(Kind::Words.told(&Raw::Text("|a|b|".into())), json!(["a", "b"]));
    }
}
