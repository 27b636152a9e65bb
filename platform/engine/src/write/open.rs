//! Words of people's own in fields that take them: one spelling for each, remembered for the next who types.

use super::Tx;
use crate::Result;
use crate::behaviour::Draft;
use akrab_model::object::FieldRight;
use akrab_model::text::fold;
use akrab_model::{Field, Object, Problem, Value};
use std::collections::BTreeSet;

/// Most words a field is searched through.
const KNOWN: usize = 2_000;

impl Tx<'_> {
    /// The words people have added to an open field that contain `q`, at most `limit`.
    ///
    /// # Errors
    /// `not_found` for a field that takes none, or out of sight.
    pub fn field_words(&mut self, object: &str, field: &str, q: &str, limit: usize) -> Result<Vec<String>> {
        let object = self.object(object)?;
        self.rights.require_read(&object)?;
        let ix = object.field_ix(field).filter(|ix| object.at(*ix).open).ok_or_else(Problem::not_found)?;
        if self.rights.field(&object, ix) == FieldRight::Hidden {
            return Err(Problem::not_found());
        }
        let wanted = fold(q.trim());
        let words = self.conn.word_list(&object.key, field, KNOWN)?;
        Ok(words.into_iter().filter(|word| fold(word).contains(&wanted)).take(limit).collect())
    }

    /// Gives words that read like one already used its spelling.
    pub(super) fn settle_words(&mut self, draft: &mut Draft) -> Result<()> {
        let object = draft.object.clone();
        for field in object.fields.iter().filter(|f| f.open) {
            if !draft.changed(&field.key) {
                continue;
            }
            let Value::Keys(keys) = draft.get(&field.key).clone() else { continue };
            let mut settled: Vec<String> = Vec::with_capacity(keys.len());
            for key in keys {
                let key = match field.choice(&key) {
                    Some(_) => key,
                    None => self.conn.word_get(&object.key, &field.key, &fold(&key))?.unwrap_or(key),
                };
                if !settled.contains(&key) {
                    settled.push(key);
                }
            }
            draft.set(&field.key, Value::Keys(settled));
        }
        Ok(())
    }

    /// Remembers the words these drafts have brought.
    pub(super) fn keep_words(&mut self, object: &Object, drafts: &[Draft]) -> Result<()> {
        for field in object.fields.iter().filter(|f| f.open) {
            let new: BTreeSet<&str> = drafts.iter().filter(|d| d.changed(&field.key)).flat_map(|d| own(field, d.get(&field.key))).collect();
            for word in new {
                self.conn.word_put(&object.key, &field.key, &fold(word), word)?;
            }
        }
        Ok(())
    }
}

/// Keys of a value that are no declared choice.
fn own<'v>(field: &'v Field, value: &'v Value) -> impl Iterator<Item = &'v str> {
    let keys = if let Value::Keys(keys) = value { keys.as_slice() } else { &[] };
    keys.iter().map(String::as_str).filter(|key| field.choice(key).is_none())
}
