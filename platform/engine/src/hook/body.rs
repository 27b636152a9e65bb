//! What a subscriber is sent: the event, cut to what its owner may see now.

use super::kinds::PURGED;
use super::tell::Kept;
use crate::rights::Access;
use crate::write::Tx;
use crate::{Door, Engine, Result};
use akrab_model::{FieldType, Object, Problem, RecordId};
use akrab_store::{Bin, HookEvent, HookRow};
use jiff::Timestamp;
use serde_json::{Map, Value as Json, json};
use std::sync::Arc;

impl Engine {
    /// The body of an event for a hook; none when its owner may not hear of it, or no longer.
    ///
    /// # Errors
    /// What the database answers.
    pub(super) async fn hook_body(&self, hook: &HookRow, event: &HookEvent) -> Result<Option<String>> {
        self.refresh_people().await?;
        let Some(owner) = self.people().user(hook.owner).filter(|p| p.active).cloned() else { return Ok(None) };
        let (ctx, event) = (self.ctx(&owner, Door::Job, "webhook"), event.clone());
        self.read(&ctx, move |tx| tx.event_body(&event)).await
    }
}

impl Tx<'_> {
    /// An event as the actor may be told it; none when it is about something out of his sight.
    ///
    /// # Errors
    /// What the database answers.
    pub(super) fn event_body(&mut self, event: &HookEvent) -> Result<Option<String>> {
        let kept: Kept = serde_json::from_str(&event.body).map_err(Problem::internal)?;
        let at = Timestamp::from_microsecond(event.at).map_err(Problem::internal)?;
        let data = if event.kind == super::TEST {
            json!({ "message": "Akrab" })
        } else {
            let Some(object) = self.registry.object(&event.object).cloned() else { return Ok(None) };
            if event.kind == format!("{}.{PURGED}", object.key) {
                // the record is gone; that its subscriber could see it was asked before
                self.rights.require_read(&object)?;
                let actor = kept.actor.map(|id| json!({ "id": id, "name": self.engine.people().name(id) }));
                let data = json!({ "object": object.plural, "id": event.record, "actor": actor, "door": kept.door });
                return Ok(Some(json!({ "type": event.kind, "timestamp": at, "sequence": event.id, "data": data }).to_string()));
            }
            let seen = self.rights.cond(&object, Access::Read);
            let registry = self.registry.clone();
            if self.conn.row(&registry, &object, event.record, &[], &seen, Bin::Any)?.is_none() {
                return Ok(None);
            }
            self.event_data(&object, event.record, &kept)?
        };
        Ok(Some(json!({ "type": event.kind, "timestamp": at, "sequence": event.id, "data": data }).to_string()))
    }

    pub(super) fn event_data(&mut self, object: &Arc<Object>, id: RecordId, kept: &Kept) -> Result<Json> {
        let mut record = Map::new();
        record.insert("id".into(), json!(id));
        record.insert("version".into(), json!(kept.version));
        let mut titles = Map::new();
        let mut changes = Map::new();
        for ix in self.rights.readable(object) {
            let field = object.at(ix);
            if let Some(pair) = kept.changes.get(&field.key) {
                changes.insert(field.key.clone(), json!({ "old": pair[0], "new": pair[1] }));
            }
            let Some(value) = kept.record.get(&field.key) else { continue };
            if let (Some(to), Some(target)) = (field.to.filter(|_| field.kind != FieldType::Links), value.as_i64())
                && let Some((_, title)) = self.titles_of(to, &[target])?.pop()
            {
                titles.insert(field.key.clone(), title.into());
            }
            record.insert(field.key.clone(), value.clone());
        }
        record.insert("titles".into(), Json::Object(titles));
        let actor = kept.actor.map(|id| json!({ "id": id, "name": self.engine.people().name(id) }));
        let mut data = json!({ "object": object.plural, "id": id, "record": record, "actor": actor, "door": kept.door });
        if !kept.changes.is_empty() {
            data["changes"] = Json::Object(changes);
        }
        if !kept.made.is_empty() {
            data["made"] = self.made_seen(&kept.made)?.into();
        }
        Ok(data)
    }

    /// The records an action made, as far as the actor may see them.
    fn made_seen(&mut self, made: &[(String, RecordId)]) -> Result<Vec<Json>> {
        let registry = self.registry.clone();
        let mut seen = Vec::new();
        for (key, id) in made {
            let Some(object) = registry.object(key) else { continue };
            let cond = self.rights.cond(object, Access::Read);
            if self.conn.row(&registry, object, *id, &[], &cond, Bin::Any)?.is_some() {
                seen.push(json!({ "object": object.plural, "id": id }));
            }
        }
        Ok(seen)
    }
}
