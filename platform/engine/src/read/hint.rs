//! Possible duplicates while a record is being typed.

use super::record_of;
use crate::write::Tx;
use crate::{Access, Ctx, Engine, Result};
use akrab_model::filter::{Is, Test};
use akrab_model::value::Input;
use akrab_model::{Cond, FieldIx, Label, Object, Query, Record};
use std::sync::Arc;

/// A record that may be the same, and why.
#[derive(Debug, Clone)]
pub struct Hint {
    pub record: Record,
    pub reasons: Vec<Label>,
}

impl Engine {
    /// Records alike to what is being typed, by the object's duplicate rules; at most five.
    /// `except` is the record being edited.
    ///
    /// # Errors
    /// `not_found` object. Faulty fields of the input are left out of the comparison.
    pub async fn hints(&self, ctx: &Ctx, object: &str, input: Input, except: Option<i64>) -> Result<Vec<Hint>> {
        let object = object.to_string();
        self.read(ctx, move |tx| tx.hints(&object, &input, except)).await
    }
}

impl Tx<'_> {
    /// As [`Engine::hints`].
    ///
    /// # Errors
    /// As [`Engine::hints`].
    pub fn hints(&mut self, object: &str, input: &Input, except: Option<i64>) -> Result<Vec<Hint>> {
        let object = self.object(object)?;
        self.rights.require_read(&object)?;
        let Some(draft) = self.sketch(&object, input)? else { return Ok(Vec::new()) };
        self.hints_of(&object, &draft, except)
    }

    /// Records alike to one as it would be saved.
    ///
    /// # Errors
    /// What the database answers.
    pub(crate) fn hints_of(&mut self, object: &Arc<Object>, draft: &Record, except: Option<i64>) -> Result<Vec<Hint>> {
        let mut hints: Vec<Hint> = Vec::new();
        let readable = self.rights.readable(object);
        let columns: Vec<FieldIx> = readable.iter().copied().filter(|ix| object.at(*ix).is_column()).collect();
        for rule in &object.decl.duplicates {
            let mut cond = self.rights.cond(object, Access::Read);
            // what one may not read is no reason one could be told
            let mut whole = rule.fields.iter().all(|key| object.field_ix(key).is_none_or(|ix| readable.contains(&ix)));
            for key in &rule.fields {
                let (Some(ix), Some(field)) = (object.field_ix(key), object.field(key)) else { continue };
                let raw = draft.raw(key);
                whole &= !raw.is_null();
                let raw = match raw.text() {
                    Some(text) if field.folded => akrab_model::text::fold(text).into(),
                    Some(text) if field.text_mode() == akrab_model::filter::TextMode::Ascii => text.to_ascii_lowercase().into(),
                    _ => raw,
                };
                cond = cond.and(Cond::Test(Test { path: Vec::new(), object: object.ix, field: ix, is: Is::Eq(raw) }));
            }
            if !whole {
                continue;
            }
            let query = Query {
                object: object.ix,
                columns: columns.clone(),
                cond,
                sort: Vec::new(),
                limit: 5,
                after: None,
                bin: false,
                titles: Vec::new(),
            };
            let registry = self.registry.clone();
            for row in self.conn.select(&registry, &query)?.rows {
                if Some(row.id) == except {
                    continue;
                }
                match hints.iter_mut().find(|h| h.record.id == row.id) {
                    Some(hint) => hint.reasons.push(rule.reason.clone()),
                    None => hints.push(Hint { record: record_of(object, &columns, row), reasons: vec![rule.reason.clone()] }),
                }
            }
        }
        hints.sort_by_key(|h| std::cmp::Reverse(h.reasons.len()));
        hints.truncate(5);
        for hint in &mut hints {
            self.load_titles(object, std::slice::from_mut(&mut hint.record))?;
        }
        Ok(hints)
    }
}
