//! Records that are older than the question: what stands in them was confirmed when they were made.

use crate::write::fresh::confirmations;
use crate::{Door, Engine, Result};

/// Fields whose records have been looked at.
const FILLED: &str = "fresh.filled";

impl Engine {
    /// Says of records there were before a field was asked about that its value is as old as they are.
    pub(crate) async fn fill_fresh(&self) -> Result<()> {
        let registry = self.registry();
        let wanted: Vec<String> = registry
            .objects()
            .flat_map(|object| confirmations(object).map(|(_, field)| format!("{}.{}", object.key, field.key)).collect::<Vec<_>>())
            .collect();
        let text = wanted.join(" ");
        let known = self.store().read(|conn| conn.setting_get(FILLED)).await?.unwrap_or_default();
        if known == text {
            return Ok(());
        }
        let ctx = self.system("ages of values there were before", Door::Job);
        self.write(&ctx, move |tx| {
            let registry = tx.registry.clone();
            for object in registry.objects() {
                for (ix, field) in confirmations(object) {
                    if !known.split(' ').any(|one| one == format!("{}.{}", object.key, field.key)) {
                        let parts: Vec<_> = field.derived.iter().filter_map(|key| object.field_ix(key)).collect();
                        tx.conn.fill_from_made(object, ix, &parts)?;
                    }
                }
            }
            Ok(tx.conn.setting_set(FILLED, &text)?)
        })
        .await
    }
}
