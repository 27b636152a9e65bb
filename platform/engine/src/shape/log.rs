//! What was changed, by whom, and back again.

use super::{Deed, Edit};
use crate::{Ctx, Engine, Result};
use akrab_model::object::shape::Part;
use akrab_model::{Problem, RecordId};
use jiff::Timestamp;

/// One change that was made.
#[derive(Debug, Clone)]
pub struct Told {
    pub id: i64,
    pub at: Timestamp,
    pub actor: Option<RecordId>,
    pub door: String,
    pub object: String,
    /// The word of its [`Deed`].
    pub deed: String,
    pub detail: String,
    pub before: Option<Part>,
    pub after: Option<Part>,
}

impl Engine {
    /// Changes of one object or of all, the last first, before change `before`.
    ///
    /// # Errors
    /// `forbidden` for anybody but administrators; what the database answers.
    pub async fn shape_log(&self, ctx: &Ctx, object: Option<&str>, before: Option<i64>, limit: usize) -> Result<Vec<Told>> {
        if !ctx.is_admin() {
            return Err(Problem::forbidden());
        }
        let object = object.map(str::to_string);
        let rows = self.store().read(move |conn| conn.shape_log(object.as_deref(), before, limit)).await?;
        let part = |text: Option<String>| text.and_then(|text| serde_json::from_str(&text).ok());
        let told = rows.into_iter().map(|row| Told {
            id: row.id,
            at: Timestamp::from_microsecond(row.at).unwrap_or(Timestamp::UNIX_EPOCH),
            actor: row.actor,
            door: row.door,
            object: row.object,
            deed: row.deed,
            detail: row.detail,
            before: part(row.earlier),
            after: part(row.later),
        });
        Ok(told.collect())
    }

    /// The edit that brings an object back to what it was before a change. Fields made since are put out of
    /// sight instead of being lost, and what was removed for good stays removed.
    ///
    /// # Errors
    /// `not_found` for a change there is not.
    pub async fn shape_revert(&self, ctx: &Ctx, id: i64) -> Result<Edit> {
        let told = self.shape_log(ctx, None, Some(id + 1), 1).await?.into_iter().next().filter(|told| told.id == id);
        let told = told.ok_or_else(Problem::not_found)?;
        let world = self.world();
        let part = match world.shape.parts.get(&told.object) {
            Some(now) => Some(now.back_to(told.before.as_ref())),
            None => told.before,
        };
        let part = part.map(|mut part| {
            let gone: Vec<String> = part.own_fields().filter(|key| world.is_gone(&told.object, key)).cloned().collect();
            for key in &gone {
                part.drop_field(key);
            }
            part
        });
        let version = world.part_version(&told.object);
        Ok(Edit { object: told.object, part, version, deed: Deed::Revert, detail: id.to_string() })
    }
}
