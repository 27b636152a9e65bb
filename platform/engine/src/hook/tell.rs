//! Writing down what happened, in the transaction in which it happened.

use super::kinds::{PURGED, fits};
use crate::behaviour::Draft;
use crate::rights::{Access, Rights};
use crate::write::Tx;
use crate::{Door, Result};
use akrab_model::filter::Env;
use akrab_model::{FieldType, Filter, Object, Record, RecordId, Value};
use akrab_store::{Bin, Conn, HookEvent};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json, json};
use std::sync::Arc;

/// Who listens to what, kept in memory so that a change nobody listens to costs nothing.
#[derive(Debug, Default)]
pub(crate) struct Listeners(Vec<Listener>);

#[derive(Debug)]
struct Listener {
    hook: i64,
    owner: i64,
    patterns: Vec<String>,
    filter: Option<Filter>,
}

impl Listeners {
    pub fn load(conn: &mut Conn) -> Result<Listeners> {
        let rows = conn.hooks(None)?.into_iter().filter(|row| row.state == "on");
        let listener = |row: akrab_store::HookRow| Listener {
            hook: row.id,
            owner: row.owner,
            patterns: serde_json::from_str(&row.events).unwrap_or_default(),
            filter: row.filter.and_then(|text| Filter::parse(&text).ok()),
        };
        Ok(Listeners(rows.map(listener).collect()))
    }
    /// Whether anybody listens at all.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
    fn hear(&self, object: &str) -> bool {
        let of = |pattern: &String| pattern == "*" || pattern.split_once('.').is_some_and(|(of, _)| of == object);
        self.0.iter().any(|listener| listener.patterns.iter().any(of))
    }
}

/// One thing that happened to a record.
struct Happening<'r> {
    pub verb: &'r str,
    /// The record as it is now.
    pub record: &'r Record,
    /// Its version, where that is not the record's own.
    pub version: i64,
    /// Changed fields with their old and new values.
    pub changes: Map<String, Json>,
    /// Records an action made.
    pub made: &'r [(String, RecordId)],
}

/// What is kept of an event: everything, to be cut to the rights of whoever is told.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(super) struct Kept {
    pub version: i64,
    pub record: Map<String, Json>,
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub changes: Map<String, Json>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub made: Vec<(String, RecordId)>,
    pub actor: Option<i64>,
    pub door: String,
}

/// A record's fields in the form of the API.
pub(super) fn fields(record: &Record) -> Map<String, Json> {
    let one = |field: &akrab_model::Field| {
        let value = match record.get(&field.key) {
            Value::Links(rows) => Json::Array(rows.iter().map(|r| r.to_json(field)).collect()),
            Value::Null if matches!(field.kind, FieldType::Links | FieldType::Choices) => json!([]),
            value => value.to_json(),
        };
        (field.key.clone(), value)
    };
    record.object.fields.iter().filter(|field| record.has(&field.key)).map(one).collect()
}

impl Tx<'_> {
    /// A record was written.
    pub(crate) fn tell_saved(&mut self, object: &Arc<Object>, draft: &Draft) -> Result<()> {
        if !self.is_heard(object) {
            return Ok(());
        }
        let changes = if draft.is_new() { Map::new() } else { crate::write::diff(object, draft) };
        // as it is kept: with what the program worked out itself
        let Some(record) = self.whole(object, draft.after.id)? else { return Ok(()) };
        let mut verbs = vec![if draft.is_new() { "created" } else { "updated" }];
        verbs.extend(self.stage_verbs(object, draft)?);
        for verb in verbs {
            let changes = changes.clone();
            self.tell(object, &Happening { verb, record: &record, version: record.version, changes, made: &[] })?;
        }
        Ok(())
    }

    /// A record went to the bin or came back.
    pub(crate) fn tell_binned(&mut self, object: &Arc<Object>, record: &Record, kind: &str) -> Result<()> {
        let verb = match kind {
            "delete" => "deleted",
            "restore" => "restored",
            _ => return Ok(()),
        };
        self.tell(object, &Happening { verb, record, version: record.version + 1, changes: Map::new(), made: &[] })
    }

    /// A record is about to be removed for good: who may see it now is told its number, and nothing else.
    pub(crate) fn tell_purged(&mut self, object: &Arc<Object>, record: &Record) -> Result<()> {
        if !self.is_heard(object) {
            return Ok(());
        }
        let bare = Record::new(object.clone(), record.id, record.version);
        self.tell(object, &Happening { verb: PURGED, record: &bare, version: record.version + 1, changes: Map::new(), made: &[] })
    }

    /// An action was run.
    pub(crate) fn tell_action(&mut self, object: &Arc<Object>, id: RecordId, key: &str, made: &[(String, RecordId)]) -> Result<()> {
        if !self.is_heard(object) {
            return Ok(());
        }
        let Some(record) = self.whole(object, id)? else { return Ok(()) };
        self.tell(object, &Happening { verb: key, record: &record, version: record.version, changes: Map::new(), made })
    }

    /// A living record with all its fields, whatever the actor may see.
    fn whole(&mut self, object: &Arc<Object>, id: RecordId) -> Result<Option<Record>> {
        let mut record = self.find(&object.key, id)?;
        if let Some(record) = &mut record {
            self.load_links(object, std::slice::from_mut(record))?;
        }
        Ok(record)
    }

    fn is_heard(&self, object: &Object) -> bool {
        !object.decl.hidden && self.engine.listeners().hear(&object.key)
    }

    /// What a move between stages means.
    fn stage_verbs(&mut self, object: &Object, draft: &Draft) -> Result<Vec<&'static str>> {
        let Some(field) = object.fields.iter().find(|f| f.kind == FieldType::Stage) else { return Ok(Vec::new()) };
        if !draft.changed(&field.key) {
            return Ok(Vec::new());
        }
        let before = draft.before.as_ref().and_then(|before| before.link(&field.key));
        let (before, after) = (self.category(before)?, self.category(draft.after.link(&field.key))?);
        let mut verbs = if draft.is_new() { vec![] } else { vec!["stage_changed"] };
        match after.as_str() {
            same if same == before => {}
            "won" => verbs.push("won"),
            "lost" => verbs.push("lost"),
            _ if matches!(before.as_str(), "won" | "lost") => verbs.push("reopened"),
            _ => {}
        }
        Ok(verbs)
    }

    fn category(&mut self, stage: Option<RecordId>) -> Result<String> {
        let Some(stage) = stage else { return Ok(String::new()) };
        Ok(self.find("stage", stage)?.map(|stage| stage.text("category").to_string()).unwrap_or_default())
    }

    /// Writes an event for everybody who listens to it.
    fn tell(&mut self, object: &Arc<Object>, what: &Happening) -> Result<()> {
        let listeners = self.engine.listeners();
        let mut hooks = Vec::new();
        for listener in &listeners.0 {
            if listener.patterns.iter().any(|pattern| fits(pattern, &object.key, what.verb))
                && self.concerns(listener, object, what.record.id, what.verb == PURGED)?
            {
                hooks.push(listener.hook);
            }
        }
        if hooks.is_empty() {
            return Ok(());
        }
        let kept = Kept {
            version: what.version,
            record: fields(what.record),
            changes: what.changes.clone(),
            made: what.made.to_vec(),
            actor: self.ctx.author(),
            door: self.ctx.door.key().into(),
        };
        self.keep_event(&format!("{}.{}", object.key, what.verb), (&object.key, what.record.id), &kept, &hooks)
    }

    pub(super) fn keep_event(&mut self, kind: &str, about: (&str, RecordId), kept: &Kept, hooks: &[i64]) -> Result<()> {
        let event = HookEvent {
            id: 0,
            name: format!("msg_{}", URL_SAFE_NO_PAD.encode(self.engine.random::<16>())),
            kind: kind.into(),
            object: about.0.into(),
            record: about.1,
            at: self.ctx.micros(),
            body: serde_json::to_string(kept).map_err(akrab_model::Problem::internal)?,
        };
        self.conn.hook_tell(&event, hooks)?;
        self.effects.told();
        Ok(())
    }

    /// Whether the record is among those a subscriber wants to hear of, as it stands now and its owner sees it. What
    /// he may see by the time of sending is asked then.
    fn concerns(&mut self, listener: &Listener, object: &Arc<Object>, record: RecordId, last: bool) -> Result<bool> {
        let Some(owner) = self.engine.people().user(listener.owner).filter(|p| p.active).cloned() else { return Ok(false) };
        // of what will be gone by the time of sending it is asked now who may see it
        let every = Filter::All(Vec::new());
        let Some(filter) = listener.filter.as_ref().or(last.then_some(&every)) else { return Ok(true) };
        let mut ctx = self.engine.ctx(&owner, Door::Job, "");
        ctx.world = self.ctx.world.clone();
        let (registry, rights) = (self.registry.clone(), Rights::new(self.registry.clone(), &ctx));
        let env = Env { now: self.ctx.now.clone(), me: Some(owner.id), team: owner.team_members.clone() };
        // a filter on what is hidden from him by now fits nothing
        let Ok(cond) = filter.bind(&registry, object, &env, &rights) else { return Ok(false) };
        let cond = cond.and(rights.cond(object, Access::Read));
        Ok(self.conn.row(&registry, object, record, &[], &cond, Bin::Any)?.is_some())
    }
}
