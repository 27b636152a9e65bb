//! What was changed, and by whom.

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
}
