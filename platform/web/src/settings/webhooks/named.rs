//! What the records are called that calls were about.

use crate::visit::Visit;
use akrab_engine::{Result, Tx};
use maud::{Markup, html};
use std::collections::HashMap;

/// Titles by object and record, of those that may be seen.
pub(super) struct Named(HashMap<(String, i64), String>);

impl Named {
    /// # Errors
    /// What the database answers.
    pub fn load<'r>(tx: &mut Tx, records: impl Iterator<Item = (&'r str, i64)>) -> Result<Named> {
        let mut wanted: HashMap<&str, Vec<i64>> = HashMap::new();
        records.for_each(|(object, id)| wanted.entry(object).or_default().push(id));
        let mut named = HashMap::new();
        let registry = tx.registry.clone();
        for (key, ids) in wanted {
            let Some(object) = registry.object(key) else { continue };
            named.extend(tx.titles_of(object.ix, &ids)?.into_iter().map(|(id, title)| ((key.to_string(), id), title)));
        }
        Ok(Named(named))
    }

    /// A way to a record: its name, or its number where it has none or is gone.
    pub fn way(&self, visit: &Visit, object: &str, id: i64) -> Markup {
        let Some(found) = visit.registry().object(object).cloned() else { return html! { "—" } };
        let words = match self.0.get(&(object.to_string(), id)).filter(|title| !title.is_empty()) {
            Some(title) => html! { (title) " " span.ak-muted.ak-small { (found.label(visit.lang())) } },
            None => html! { (found.label(visit.lang())) " #" (id) },
        };
        html! { @if found.is_system() { (words) } @else { a.ak-link href=(visit.look().href(&found, id)) { (words) } } }
    }
}
