//! Between [`Value`], [`Raw`] and JSON, by field type. Encoding then decoding gives the same value.

use super::{LinkRow, Raw, Value};
use crate::object::{DECIMAL_SCALE, Field, FieldType};
use jiff::{Timestamp, civil::Date};
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;
use serde_json::{Value as Json, json};

const EPOCH: Date = Date::constant(1970, 1, 1);

impl Value {
    /// The database form. `Links` have none and give null.
    pub fn to_raw(&self) -> Raw {
        match self {
            Value::Null | Value::Links(_) => Raw::Null,
            Value::Bool(b) => Raw::Int((*b).into()),
            Value::Int(n) | Value::Link(n) => Raw::Int(*n),
            Value::Dec(d) => Raw::Int(scaled(*d)),
            Value::Text(s) => Raw::Text(s.clone()),
            Value::Date(d) => Raw::Int(days(*d)),
            Value::Time(t) => Raw::Int(t.as_microsecond()),
            Value::Keys(keys) if keys.is_empty() => Raw::Null,
            Value::Keys(keys) => Raw::Text(format!("|{}|", keys.join("|"))),
            Value::Json(j) => Raw::Text(j.to_string()),
        }
    }

    /// Reads a database cell of `kind`. A cell that cannot be read is null.
    pub fn from_raw(kind: FieldType, raw: Raw) -> Value {
        use FieldType::*;
        match (kind, raw) {
            (_, Raw::Null) => Value::Null,
            (Boolean, Raw::Int(n)) => Value::Bool(n != 0),
            (Decimal | Money | Percent, Raw::Int(n)) => Value::Dec(unscaled(n)),
            (Date, Raw::Int(n)) => date_of(n).map_or(Value::Null, Value::Date),
            (DateTime, Raw::Int(n)) => Timestamp::from_microsecond(n).map_or(Value::Null, Value::Time),
            (Link | Stage, Raw::Int(n)) => Value::Link(n),
            (_, Raw::Int(n)) => Value::Int(n),
            (Choices, Raw::Text(s)) => Value::Keys(s.split('|').filter(|k| !k.is_empty()).map(Into::into).collect()),
            (Json, Raw::Text(s)) => serde_json::from_str(&s).map_or(Value::Null, Value::Json),
            (_, Raw::Text(s)) => Value::Text(s),
        }
    }

    /// The API form: decimals as strings, dates as ISO 8601, links as ids.
    pub fn to_json(&self) -> Json {
        match self {
            Value::Null => Json::Null,
            Value::Bool(b) => json!(b),
            Value::Int(n) | Value::Link(n) => json!(n),
            Value::Dec(d) => json!(d.normalize().to_string()),
            Value::Text(s) => json!(s),
            Value::Date(d) => json!(d.to_string()),
            Value::Time(t) => json!(t.to_string()),
            Value::Keys(keys) => json!(keys),
            Value::Json(j) => j.clone(),
            Value::Links(rows) => json!(rows.iter().map(|r| json!({"id": r.to})).collect::<Vec<_>>()),
        }
    }
}

impl LinkRow {
    /// `{"id": 7, "role": "user"}` with the field's column keys.
    pub fn to_json(&self, field: &Field) -> Json {
        let mut map = serde_json::Map::new();
        map.insert("id".into(), json!(self.to));
        for (column, value) in field.columns.iter().zip(&self.columns) {
            map.insert(column.key.clone(), value.to_json());
        }
        Json::Object(map)
    }
}

/// Days since 1970-01-01.
pub fn days(date: Date) -> i64 {
    i64::from(EPOCH.until(date).map(|s| s.get_days()).unwrap_or_default())
}

/// The date `days` after 1970-01-01, if it exists.
pub fn date_of(days: i64) -> Option<Date> {
    EPOCH.checked_add(jiff::Span::new().try_days(days).ok()?).ok()
}

/// Ten-thousandths, half away from zero; saturates at the ends of 64 bits.
pub fn scaled(value: Decimal) -> i64 {
    let mut scaled = value.round_dp_with_strategy(DECIMAL_SCALE, rust_decimal::RoundingStrategy::MidpointAwayFromZero);
    scaled.rescale(DECIMAL_SCALE);
    let end = if value.is_sign_negative() { i64::MIN } else { i64::MAX };
    if scaled.scale() == DECIMAL_SCALE { scaled.mantissa().to_i64().unwrap_or(end) } else { end }
}

/// A number that reads the same wherever it is read: three decimals could be taken for thousands, a fourth
/// settles it.
pub fn plain(number: Decimal) -> String {
    let number = number.normalize();
    if number.scale() == 3 { format!("{number}0") } else { number.to_string() }
}

/// From ten-thousandths.
pub fn unscaled(value: i64) -> Decimal {
    Decimal::new(value, DECIMAL_SCALE).normalize()
}
