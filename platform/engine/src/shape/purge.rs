//! Removing for good what was made here and is out of sight already.

use super::{Deed, Edit};
use crate::world::World;
use crate::{Ctx, Engine, Result};
use akrab_model::Problem;
use akrab_model::object::shape::Part;
use akrab_model::problem::ProblemKind;
use akrab_store::SchemaStep;

impl Engine {
    /// The edit that removes a field, or with none the object, with everything in it. It must be out of sight.
    ///
    /// # Errors
    /// `not_found` for what was not made here, `shape_purge_hidden_first`.
    pub fn shape_purge(&self, ctx: &Ctx, object: &str, field: Option<&str>) -> Result<Edit> {
        if !ctx.is_admin() {
            return Err(Problem::forbidden());
        }
        let world = self.world();
        let mut part = world.shape.parts.get(object).cloned().ok_or_else(Problem::not_found)?;
        let hidden_first = || Problem::new(ProblemKind::Conflict, "shape_purge_hidden_first");
        let part = match field {
            Some(key) => {
                if !part.own_field(key).ok_or_else(Problem::not_found)?.hidden {
                    return Err(hidden_first());
                }
                part.drop_field(key);
                Some(part)
            }
            None => match part {
                Part::Own(decl) if decl.hidden => None,
                Part::Own(_) => return Err(hidden_first()),
                Part::Change(_) => return Err(Problem::not_found()),
            },
        };
        let version = world.part_version(object);
        Ok(Edit { object: object.into(), part, version, deed: Deed::Purge, detail: field.unwrap_or_default().into() })
    }
}

/// What the database drops for these edits.
pub(super) fn steps(world: &World, edits: &[Edit]) -> Vec<SchemaStep> {
    let purges = edits.iter().filter(|edit| edit.deed == Deed::Purge);
    let object = |edit: &&Edit| world.registry.object(&edit.object).cloned().map(|object| (object, edit.detail.clone()));
    let found = purges.filter_map(|edit| object(&edit));
    found.flat_map(|(object, field)| akrab_store::removal(&object, Some(field.as_str()).filter(|f| !f.is_empty()))).collect()
}
