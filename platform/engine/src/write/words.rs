//! What the search knows of a record, and what a typed query looks for.

use super::Tx;
use crate::Result;
use crate::behaviour::Draft;
use akrab_model::text::{fold, words};
use akrab_model::{FieldIx, FieldType, Object, Record};
use akrab_store::SearchEntry;

impl Tx<'_> {
    pub(super) fn index<'d>(&mut self, object: &Object, drafts: impl Iterator<Item = &'d Draft>) -> Result<()> {
        if !object.decl.searchable {
            return Ok(());
        }
        let mut entries = Vec::new();
        let mut merged = None;
        for draft in drafts {
            let mut entry = search_entry(object, &draft.after);
            // nothing has gone into a new record yet
            if !draft.is_new() && *merged.get_or_insert(self.conn.has_merged(&object.key)?) {
                self.add_former(object, &mut entry)?;
            }
            entries.push(entry);
        }
        Ok(self.conn.search_put(&entries)?)
    }
}

/// Fields whose words the index holds.
pub(crate) fn searched(object: &Object) -> impl Iterator<Item = FieldIx> + '_ {
    object.columns().filter(|(_, f)| !f.hidden && (f.search || f.key == object.decl.title)).map(|(ix, _)| ix)
}

/// What the index holds of a record, as far as its fields are given.
pub(crate) fn search_entry(object: &Object, record: &Record) -> SearchEntry {
    let mut found = Vec::new();
    for field in searched(object).map(|ix| object.at(ix)) {
        let Some(text) = record.get(&field.key).text() else { continue };
        match field.kind {
            FieldType::Phone => found.extend(phone_words(text)),
            FieldType::AutoNumber => {
                found.extend(words(text));
                found.push(fold(text).chars().filter(|c| c.is_alphanumeric()).collect());
            }
            FieldType::LongText => found.extend(words(text).into_iter().take(100)),
            _ => found.extend(words(text)),
        }
    }
    found.retain(|w| !w.is_empty() && w.len() <= 60);
    found.sort();
    found.dedup();
    SearchEntry { object: object.key.clone(), id: record.id, title: record.title().to_string(), words: found }
}

/// A number is found from its beginning in any written form, and from its end: the digits stand
/// once more in reverse behind an `x`.
fn phone_words(e164: &str) -> Vec<String> {
    let digits: String = e164.chars().filter(char::is_ascii_digit).collect();
    let national = digits.strip_prefix("62").unwrap_or(&digits).to_string();
    let reversed = format!("x{}", national.chars().rev().collect::<String>());
    vec![digits, national, reversed]
}

/// The terms of a typed query: each a set of alternatives, all of which must be found as beginnings
/// of words.
pub fn search_terms(query: &str) -> Vec<Vec<String>> {
    let trimmed = query.trim();
    let digits: String = trimmed.chars().filter(char::is_ascii_digit).collect();
    let phone_like = digits.len() >= 3 && trimmed.chars().all(|c| c.is_ascii_digit() || " +-().".contains(c));
    if phone_like {
        let national = digits.strip_prefix("0062").or(digits.strip_prefix("62")).or(digits.strip_prefix('0')).unwrap_or(&digits);
        let mut forms = vec![digits.clone(), national.to_string(), format!("x{}", digits.chars().rev().collect::<String>())];
        forms.retain(|f| !f.is_empty());
        forms.dedup();
        return vec![forms];
    }
    let mut terms: Vec<Vec<String>> = words(trimmed).into_iter().map(|w| vec![w]).collect();
    terms.truncate(8);
    terms
}
