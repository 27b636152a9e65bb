//! Reading what people, files and programs hand in, into values of a field.

use super::{LinkRow, Value};
use crate::format::Lang;
use crate::object::{DECIMAL_SCALE, Field, FieldType};
use crate::problem::FieldProblem;
use crate::text::{self, ParseError};
use jiff::Timestamp;
use rust_decimal::{Decimal, RoundingStrategy};
use serde_json::Value as Json;
use std::sync::Arc;

/// Longest word people add to an open field, in characters, and most of them on one record.
const LONGEST_WORD: usize = 40;
const MOST_WORDS: usize = 50;

/// Field key → value as handed in: JSON from the API, strings from forms and files.
pub type Input = serde_json::Map<String, Json>;

/// What reading depends on besides the text.
#[derive(Debug, Clone)]
pub struct ParseEnv {
    pub lang: Lang,
    /// The moment of reading, in the workspace's time zone: `besok` needs it.
    pub now: jiff::Zoned,
    /// Country of phone numbers without a country code.
    pub country: String,
    /// What numbers of authorities look like.
    pub numbers: Arc<text::identity::NumberRules>,
    /// Numbers with more decimals than are kept are rounded; otherwise they are refused.
    pub round: bool,
    /// A number in a string is in the program's own form (`12345.678`), not as somebody typed it:
    /// `12.345` is twelve and a bit in every language.
    pub canonical: bool,
}

impl ParseEnv {
    /// The same moment, for what the program wrote itself: histories, defaults, what the API gave.
    pub fn own(&self) -> ParseEnv {
        ParseEnv { canonical: true, ..self.clone() }
    }
}

impl Field {
    /// Reads one value. Blank text is null.
    ///
    /// # Errors
    /// The field's key as pointer and a stable code: `wrong_type`, `too_long`, `too_small`,
    /// `too_large`, `too_many_decimals`, `unknown_choice`, or a code of [`ParseError::CODES`].
    pub fn parse(&self, json: &Json, env: &ParseEnv) -> Result<Value, FieldProblem> {
        if json.is_null() || json.as_str().is_some_and(text::is_blank) {
            return Ok(Value::Null);
        }
        let value = self.read(json, env)?;
        self.bounded(value)
    }

    /// What was handed in, so that it means the same later and to anybody: numbers, lengths of time and days in
    /// the program's own form, the rest as it is.
    pub fn settled(&self, json: &Json, env: &ParseEnv) -> Json {
        let relative = self.kind.is_number() || matches!(self.kind, FieldType::Duration | FieldType::Date | FieldType::DateTime);
        match self.parse(json, env) {
            Ok(Value::Dec(d)) => Json::String(super::plain(d)),
            Ok(value) if relative => value.to_json(),
            _ => json.clone(),
        }
    }

    fn fault(&self, code: &str) -> FieldProblem {
        FieldProblem::new(&self.key, code)
    }

    fn read(&self, json: &Json, env: &ParseEnv) -> Result<Value, FieldProblem> {
        use FieldType::*;
        let told = |e: ParseError| {
            let fault = self.fault(e.code);
            e.max.map_or(fault.clone(), |max| fault.with("max", max))
        };
        let string = || match json {
            serde_json::Value::String(s) => Ok(s.trim()),
            _ => Err(self.fault("wrong_type")),
        };
        Ok(match self.kind {
            Text | PersonName | AutoNumber => match self.number {
                Some(kind) => {
                    let rule = env.numbers.of(kind);
                    let read = text::identity::parse(kind, &self.plain(json)?, rule);
                    Value::Text(read.map_err(|e| told(e).with("lengths", rule.lengths_text().replace(", ", "/")))?)
                }
                None => Value::Text(one_line(self.plain(json)?.as_str())),
            },
            LongText => Value::Text(clean(self.plain(json)?.trim())),
            Email => Value::Text(text::email::parse(string()?).map_err(told)?),
            Phone => Value::Text(text::phone::parse(&self.plain(json)?, &env.country).map_err(told)?.e164),
            Url => Value::Text(text::url::parse(string()?).map_err(told)?),
            Integer | Score | File => {
                Value::Int(whole(self.number(json, env, text::number::parse)?).ok_or_else(|| self.fault("not_whole"))?)
            }
            FieldType::Decimal => Value::Dec(self.exact(self.number(json, env, text::number::parse)?, env)?),
            Money => Value::Dec(self.exact(self.number(json, env, text::money::parse)?, env)?),
            Percent => Value::Dec(self.exact(self.number(json, env, text::percent::parse)?, env)?),
            Duration => match json {
                serde_json::Value::String(s) => Value::Int(text::duration::parse(s, env.lang).map_err(told)?.into()),
                _ => Value::Int(json.as_i64().ok_or_else(|| self.fault("wrong_type"))?),
            },
            Boolean => match json {
                serde_json::Value::Bool(b) => Value::Bool(*b),
                serde_json::Value::String(s) => Value::Bool(boolean(s).ok_or_else(|| self.fault("not_a_boolean"))?),
                _ => return Err(self.fault("wrong_type")),
            },
            Date => Value::Date(text::date::parse(string()?, env.now.date(), env.lang).map_err(told)?),
            DateTime => Value::Time(match string()?.parse::<Timestamp>() {
                Ok(moment) => moment,
                Err(_) => text::datetime::parse(string()?, &env.now, env.lang).map_err(told)?.timestamp(),
            }),
            Choice => Value::Text(self.choice_key(string()?)?),
            Choices => Value::Keys(self.keys(json)?),
            Link | Stage => Value::Link(id(json).ok_or_else(|| self.fault("not_an_id"))?),
            Links => Value::Links(self.link_rows(json, env)?),
            Json => match json {
                serde_json::Value::String(s) => Value::Json(
                    serde_json::from_str(s).map_err(|e| self.fault("not_json").with("line", e.line()).with("column", e.column()))?,
                ),
                other => Value::Json(other.clone()),
            },
            Address | Formula | Rollup => return Err(self.fault("read_only")),
        })
    }

    /// Text from a string or number; other JSON is a wrong type.
    fn plain(&self, json: &Json) -> Result<String, FieldProblem> {
        match json {
            Json::String(s) => Ok(s.clone()),
            Json::Number(n) => Ok(n.to_string()),
            _ => Err(self.fault("wrong_type")),
        }
    }

    fn number(
        &self,
        json: &Json,
        env: &ParseEnv,
        read: impl Fn(&str, Lang) -> Result<Decimal, ParseError>,
    ) -> Result<Decimal, FieldProblem> {
        let value = match json {
            Json::Number(n) => {
                let n = n.to_string();
                n.parse().or_else(|_| Decimal::from_scientific(&n)).map_err(|_| self.fault("number_too_large"))?
            }
            Json::String(s) if plain_decimal(s, env.canonical) => s.trim().parse().map_err(|_| self.fault("number_too_large"))?,
            Json::String(_) if env.canonical => return Err(self.fault("not_a_number")),
            Json::String(s) => read(s, env.lang).map_err(|e| self.fault(e.code))?,
            _ => return Err(self.fault("wrong_type")),
        };
        // 64 bits of ten-thousandths hold fourteen digits before the point
        if value.abs() >= Decimal::from(100_000_000_000_000_i64) { Err(self.fault("number_too_large")) } else { Ok(value) }
    }

    /// A number as it will be kept, which is never another one than was handed in.
    fn exact(&self, value: Decimal, env: &ParseEnv) -> Result<Decimal, FieldProblem> {
        if value.normalize().scale() <= DECIMAL_SCALE {
            Ok(value)
        } else if env.round {
            Ok(value.round_dp_with_strategy(DECIMAL_SCALE, RoundingStrategy::MidpointAwayFromZero))
        } else {
            Err(self.fault("too_many_decimals").with("max", DECIMAL_SCALE))
        }
    }

    /// By key, or by either label, as files write it.
    fn choice_key(&self, typed: &str) -> Result<String, FieldProblem> {
        let folded = text::fold(typed);
        let found = self.choice(typed).or_else(|| {
            self.choices.iter().find(|c| c.key == folded || text::fold(&c.label.id) == folded || text::fold(&c.label.en) == folded)
        });
        match found {
            Some(choice) => Ok(choice.key.clone()),
            None if self.open => self.own_word(typed),
            None => Err(self.fault("unknown_choice").with("value", typed)),
        }
    }

    /// A word of people's own, in the form in which it is kept.
    fn own_word(&self, typed: &str) -> Result<String, FieldProblem> {
        let word = one_line(typed).replace(['|', ',', ';'], " ");
        let word = word.trim();
        match word.chars().count() {
            0 => Err(self.fault("unknown_choice").with("value", typed)),
            n if n > LONGEST_WORD => Err(self.fault("too_long").with("max", LONGEST_WORD)),
            _ => Ok(word.into()),
        }
    }

    fn keys(&self, json: &Json) -> Result<Vec<String>, FieldProblem> {
        let mut keys: Vec<String> = match json {
            Json::Array(items) => items
                .iter()
                .map(|i| i.as_str().ok_or_else(|| self.fault("wrong_type")).and_then(|s| self.choice_key(s.trim())))
                .collect::<Result<_, _>>()?,
            Json::String(s) => {
                s.split([',', ';', '|']).map(str::trim).filter(|s| !s.is_empty()).map(|s| self.choice_key(s)).collect::<Result<_, _>>()?
            }
            _ => return Err(self.fault("wrong_type")),
        };
        let mut seen = std::collections::HashSet::new();
        keys.retain(|k| seen.insert(text::fold(k)));
        if keys.len() > MOST_WORDS { Err(self.fault("too_many").with("max", MOST_WORDS)) } else { Ok(keys) }
    }

    fn link_rows(&self, json: &Json, env: &ParseEnv) -> Result<Vec<LinkRow>, FieldProblem> {
        let items: Vec<Json> = match json {
            Json::Array(items) => items.clone(),
            Json::String(s) => s.split([',', ';']).map(|s| Json::String(s.trim().into())).filter(|s| s != "").collect(),
            one => vec![one.clone()],
        };
        if items.len() > 1_000 {
            return Err(self.fault("too_many").with("max", 1_000));
        }
        let mut rows: Vec<LinkRow> = Vec::new();
        for (n, item) in items.iter().enumerate() {
            let at = |code: &str| FieldProblem::new(&format!("/{}/{n}", self.key), code);
            let (to, map) = match item {
                Json::Object(map) => (map.get("id").and_then(id), Some(map)),
                other => (id(other), None),
            };
            let to = to.ok_or_else(|| at("not_an_id"))?;
            if let Some(key) = map.and_then(|m| m.keys().find(|k| *k != "id" && !self.columns.iter().any(|c| c.key == **k))) {
                return Err(FieldProblem::new(&format!("/{}/{n}/{key}", self.key), "unknown_field"));
            }
            let columns = self.columns.iter().map(|c| match map.and_then(|m| m.get(&c.key)) {
                Some(v) => c.parse(v, env).map_err(|e| FieldProblem { pointer: format!("/{}/{n}{}", self.key, e.pointer), ..e }),
                None => Ok(Value::Null),
            });
            let columns = columns.collect::<Result<_, _>>()?;
            if !rows.iter().any(|r| r.to == to) {
                rows.push(LinkRow { to, columns });
            }
        }
        Ok(rows)
    }

    fn bounded(&self, value: Value) -> Result<Value, FieldProblem> {
        if let (Value::Text(s), Some(max)) = (&value, self.max_length)
            && s.chars().count() > max as usize
        {
            return Err(self.fault("too_long").with("max", max));
        }
        let number = match &value {
            Value::Int(n) => Some(Decimal::from(*n)),
            Value::Dec(d) => Some(*d),
            _ => None,
        };
        let limit = |l: Option<f64>| l.and_then(|l| Decimal::try_from(l).ok());
        match (number, limit(self.min), limit(self.max)) {
            (Some(n), Some(min), _) if n < min => Err(self.fault("too_small").with("min", min.normalize())),
            (Some(n), _, Some(max)) if n > max => Err(self.fault("too_large").with("max", max.normalize())),
            _ => Ok(if value == Value::Text(String::new()) { Value::Null } else { value }),
        }
    }
}

/// Whether a number is written as every program writes it, with one meaning in every language.
fn plain_decimal(s: &str, canonical: bool) -> bool {
    let s = s.trim();
    let digits = s.strip_prefix('-').unwrap_or(s);
    match digits.split_once('.') {
        // typed, "1.500" is one and a half in English and fifteen hundred in Indonesian: left to the reader
        Some((whole, part)) => {
            !whole.is_empty()
                && (canonical || part.len() != 3)
                && !part.is_empty()
                && (whole.to_owned() + part).bytes().all(|b| b.is_ascii_digit())
        }
        None => !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit()),
    }
}

fn whole(value: Decimal) -> Option<i64> {
    value.is_integer().then(|| value.to_string().split('.').next().and_then(|s| s.parse().ok())).flatten()
}

fn id(json: &Json) -> Option<i64> {
    json.as_i64().or_else(|| json.as_str()?.trim().parse().ok()).filter(|id| *id > 0)
}

fn boolean(s: &str) -> Option<bool> {
    match text::fold(s.trim()).as_str() {
        "true" | "1" | "on" | "yes" | "y" | "ya" | "benar" => Some(true),
        "false" | "0" | "off" | "no" | "n" | "tidak" | "salah" => Some(false),
        _ => None,
    }
}

/// Drops control characters except line ends and tabs, and marks that turn the direction of what follows.
fn clean(s: &str) -> String {
    let turns = |c: char| matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}');
    s.chars().filter(|c| !(c.is_control() || turns(*c)) || matches!(c, '\n' | '\t')).collect()
}

/// One line: blanks of every kind become single spaces.
fn one_line(s: &str) -> String {
    clean(s).split_whitespace().collect::<Vec<_>>().join(" ")
}
