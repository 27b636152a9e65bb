//! What somebody looked at lately, and what he wants at hand.

use crate::write::Tx;
use crate::{Ctx, Engine, Hit, Result};
use akrab_model::RecordId;
use akrab_store::SearchHit;

impl Engine {
    /// Marks or unmarks a record as the user's favourite; says whether it is one now.
    ///
    /// # Errors
    /// `not_found` when the record is out of sight.
    pub async fn toggle_favourite(&self, ctx: &Ctx, object: &str, id: RecordId) -> Result<bool> {
        let object = object.to_string();
        self.write(ctx, move |tx| tx.toggle_favourite(&object, id)).await
    }
}

impl Tx<'_> {
    /// What the user looked at, the latest first, without what he may no longer see.
    ///
    /// # Errors
    /// What the database answers.
    pub fn recents(&mut self, limit: usize) -> Result<Vec<Hit>> {
        let Some(user) = self.ctx.user_id() else { return Ok(Vec::new()) };
        // some may be gone or out of sight by now
        let recent = self.conn.recent_list(user, limit * 2)?;
        let found: Vec<SearchHit> = recent.into_iter().map(|r| SearchHit { object: r.object, id: r.id, title: String::new() }).collect();
        self.visible(&found, limit, None)
    }

    /// # Errors
    /// What the database answers.
    pub fn is_favourite(&mut self, object: &str, id: RecordId) -> Result<bool> {
        let Some(user) = self.ctx.user_id() else { return Ok(false) };
        Ok(self.favourite_places(user)?.iter().any(|(o, i)| o == object && *i == id))
    }

    /// As [`Engine::toggle_favourite`].
    ///
    /// # Errors
    /// As [`Engine::toggle_favourite`].
    pub fn toggle_favourite(&mut self, object: &str, id: RecordId) -> Result<bool> {
        let object = self.object(object)?;
        self.get(&object.key, id)?;
        let Some(user) = self.ctx.user_id() else { return Ok(false) };
        let on = !self.is_favourite(&object.key, id)?;
        if on {
            self.conn.favourite_put(user, &object.key, id)?;
        } else {
            self.conn.favourite_drop(user, &object.key, id)?;
        }
        Ok(on)
    }
}
