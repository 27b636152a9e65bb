//! What JSON allows and no record could keep as it was sent: keys given twice, the character U+0000, and values of another
//! kind than the document tells.

use akrab_engine::{Result, Tx};
use akrab_model::object::FieldRight;
use akrab_model::value::Input;
use akrab_model::{Field, FieldProblem, FieldType, Problem};
use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::Value as Json;
use std::collections::HashSet;
use std::fmt;

/// The first fault of a body that is JSON otherwise, with its place.
///
/// # Errors
/// `invalid` with `repeated_key` or `null_character`.
pub fn body(bytes: &[u8]) -> Result<()> {
    let mut found = None;
    // what is no JSON is told by whoever reads it
    let _ = Look { at: String::new(), found: &mut found }.deserialize(&mut serde_json::Deserializer::from_slice(bytes));
    found.map_or(Ok(()), |fault| Err(Problem::invalid(vec![fault])))
}

/// Refuses numbers for texts and texts for ids. Fields out of sight are left to whoever says that there are none.
///
/// # Errors
/// `invalid` with `wrong_type` or `not_an_id` for each; `not_found` for an object nobody knows.
pub fn kinds(tx: &Tx, object: &str, data: &Input) -> Result<()> {
    let object = tx.object(object)?;
    let fault = |(key, json): (&String, &Json)| {
        let ix = object.field_ix(key).filter(|ix| tx.rights.field(&object, *ix) > FieldRight::Hidden)?;
        wrong_kind(object.at(ix), json).map(|code| FieldProblem::new(key, code))
    };
    let faults: Vec<FieldProblem> = data.iter().filter_map(fault).collect();
    if faults.is_empty() { Ok(()) } else { Err(Problem::invalid(faults)) }
}

fn wrong_kind(field: &Field, json: &Json) -> Option<&'static str> {
    use FieldType::{Email, Link, LongText, PersonName, Phone, Stage, Text, Url};
    match field.kind {
        Text | LongText | PersonName | Email | Phone | Url if json.is_number() => Some("wrong_type"),
        Link | Stage if json.as_str().is_some_and(|text| !text.trim().is_empty()) => Some("not_an_id"),
        _ => None,
    }
}

/// Walks through a body without keeping it.
struct Look<'f> {
    at: String,
    found: &'f mut Option<FieldProblem>,
}

impl Look<'_> {
    fn text(self, text: &str) {
        if text.contains('\0') {
            self.found.get_or_insert_with(|| FieldProblem::new(&self.at, "null_character"));
        }
    }
}

impl<'de> DeserializeSeed<'de> for Look<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, reader: D) -> std::result::Result<(), D::Error> {
        reader.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Look<'_> {
    type Value = ();

    fn expecting(&self, out: &mut fmt::Formatter) -> fmt::Result {
        out.write_str("JSON")
    }

    fn visit_unit<E>(self) -> std::result::Result<(), E> {
        Ok(())
    }

    fn visit_bool<E>(self, _: bool) -> std::result::Result<(), E> {
        Ok(())
    }

    fn visit_i64<E>(self, _: i64) -> std::result::Result<(), E> {
        Ok(())
    }

    fn visit_u64<E>(self, _: u64) -> std::result::Result<(), E> {
        Ok(())
    }

    fn visit_f64<E>(self, _: f64) -> std::result::Result<(), E> {
        Ok(())
    }

    fn visit_str<E>(self, text: &str) -> std::result::Result<(), E> {
        self.text(text);
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> std::result::Result<(), A::Error> {
        let mut n = 0;
        while items.next_element_seed(Look { at: format!("{}/{n}", self.at), found: &mut *self.found })?.is_some() {
            n += 1;
        }
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> std::result::Result<(), A::Error> {
        let mut seen = HashSet::new();
        while let Some(key) = entries.next_key::<String>()? {
            let at = format!("{}/{}", self.at, key.replace('~', "~0").replace('/', "~1"));
            Look { at: at.clone(), found: &mut *self.found }.text(&key);
            if seen.contains(&key) {
                self.found.get_or_insert_with(|| FieldProblem::new(&at, "repeated_key").with("field", &key));
            }
            seen.insert(key);
            entries.next_value_seed(Look { at, found: &mut *self.found })?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_place_of_a_fault_is_told() {
        let told = |text: &str| body(text.as_bytes()).map_err(|p| (p.fields[0].pointer.clone(), p.fields[0].code.clone()));
        let fault = |place: &str, code: &str| Err((place.to_string(), code.to_string()));
        assert_eq!(told(r#"{"name": "X", "tags": ["a", 1, null, true, 1.5, {"name": "Y"}]}"#), Ok(()));
        assert_eq!(told(r#"{"name": "X", "name": "Y"}"#), fault("/name", "repeated_key"));
        assert_eq!(told(r#"{"operations": [{}, {"data": {"a/b": 1, "a/b": 2}}]}"#), fault("/operations/1/data/a~1b", "repeated_key"));
        assert_eq!(told(r#"{"note": "X\u0000Y"}"#), fault("/note", "null_character"));
        assert_eq!(told(r#"{"tags": ["a", "\u0000"]}"#), fault("/tags/1", "null_character"));
        assert_eq!(told(r#"{"name": "#), Ok(()), "told elsewhere");
    }
}
