//! What the page on which calls are mapped offers.

use super::body::Leaf;
use crate::Result;
use crate::write::Tx;
use akrab_model::{Label, Problem};

/// What there is to choose from for an object.
#[derive(Debug, Clone)]
pub struct Offer {
    /// Fields that calls may fill.
    pub fields: Vec<String>,
    /// For each place the field it seems to be for.
    pub guess: Vec<Option<String>>,
    /// Flows that take records over.
    pub flows: Vec<(String, Label)>,
}

impl Tx<'_> {
    /// What calls of an address may fill in records of an object.
    ///
    /// # Errors
    /// `not_found`, `forbidden`.
    pub fn inlet_offer(&mut self, owner: i64, object: &str, leaves: &[Leaf]) -> Result<Offer> {
        self.inlet_admin()?;
        let object = self.object(object)?;
        let owner = self.engine.people().user(owner).cloned().ok_or_else(Problem::not_found)?;
        let ctx = self.engine.ctx(&owner, crate::Door::Webhook, "");
        let names: Vec<String> = leaves.iter().map(|leaf| leaf.path.rsplit('/').next().unwrap_or_default().replace('_', " ")).collect();
        let (fields, guess) = self.acting(ctx).row_fields(&object, &names);
        let flows = self.flows_for_inlets(&object.key).into_iter().map(|(key, ready)| (key, ready.flow.name.clone())).collect();
        Ok(Offer { fields, guess, flows })
    }
}
