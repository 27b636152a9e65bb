//! History and timeline, written with the change they tell of.

use super::Tx;
use crate::Result;
use crate::behaviour::Draft;
use akrab_model::object::TERRITORY;
use akrab_model::{FieldType, Object, Record, Value};
use akrab_store::{Change, Entry};
use serde_json::{Map, Value as Json, json};

impl Tx<'_> {
    /// A change as it is kept.
    pub(crate) fn change(&self, object: &Object, id: i64, kind: &str, diff: String) -> Change {
        Change {
            id: 0,
            object: object.key.clone(),
            record: id,
            at: self.ctx.micros(),
            actor: self.ctx.author(),
            door: self.ctx.door.key().into(),
            request: self.ctx.request.clone(),
            kind: kind.into(),
            diff,
        }
    }

    pub(super) fn tell_created(&mut self, object: &Object, drafts: &[Draft]) -> Result<()> {
        let mut changes = Vec::with_capacity(drafts.len());
        for draft in drafts {
            self.stand_for_draft(draft);
            changes.push(self.change(object, draft.after.id, "create", "{}".into()));
        }
        let ids = self.conn.add_changes(&changes)?;
        self.changes.extend(ids);
        if object.is_system() {
            for draft in drafts {
                self.stand_for_draft(draft);
                self.audit_own(object, draft.after.id, "create", json!({ "title": draft.after.title() }))?;
            }
            return Ok(());
        }
        let mut entries = Vec::new();
        for draft in drafts {
            entries.push(self.entry(object, &draft.after, (&object.key, draft.after.id), "created"));
            self.fan_out(object, &draft.after, &mut entries);
        }
        Ok(self.conn.timeline_put(&entries)?)
    }

    /// Gives for each draft the entry of its history, none where nothing is to be told.
    pub(super) fn tell_changed(&mut self, object: &Object, drafts: &[Draft]) -> Result<Vec<Option<i64>>> {
        let (mut changes, mut told) = (Vec::new(), Vec::with_capacity(drafts.len()));
        for draft in drafts {
            let diff = diff(object, draft);
            if !diff.is_empty() {
                self.stand_for_draft(draft);
                changes.push(self.change(object, draft.after.id, "update", Json::Object(diff.clone()).to_string()));
            }
            told.push(Some(diff).filter(|diff| !diff.is_empty()));
        }
        let mut ids = self.conn.add_changes(&changes)?.into_iter();
        let (mut entries, mut numbers) = (Vec::new(), Vec::with_capacity(drafts.len()));
        for (draft, diff) in drafts.iter().zip(told) {
            let change = diff.as_ref().and_then(|_| ids.next());
            self.changes.extend(change);
            numbers.push(change);
            if let Some(diff) = diff {
                self.stand_for_draft(draft);
                self.tell_change(object, draft, diff, change, &mut entries)?;
            }
        }
        self.conn.timeline_put(&entries)?;
        Ok(numbers)
    }

    fn tell_change(
        &mut self,
        object: &Object,
        draft: &Draft,
        diff: Map<String, Json>,
        change_id: Option<i64>,
        entries: &mut Vec<Entry>,
    ) -> Result<()> {
        let id = draft.after.id;
        if object.is_system() {
            return self.audit_own(object, id, "update", json!({ "title": draft.after.title(), "change": change_id, "diff": diff }));
        }
        let stage = object.fields.iter().any(|f| f.kind == FieldType::Stage && diff.contains_key(&f.key));
        let loud = diff.keys().any(|k| object.field(k).is_some_and(|f| !f.quiet));
        if loud {
            let kind = if stage { "stage" } else { "changed" };
            let told = |subject: (&str, i64)| Entry {
                id: 0,
                subject_object: subject.0.into(),
                subject_id: subject.1,
                at: self.ctx.micros(),
                kind: kind.into(),
                source_object: object.key.clone(),
                source_id: id,
                change_id,
                open: false,
            };
            entries.push(told((&object.key, id)));
            if stage {
                entries.extend(subjects(object, &draft.after, &self.registry).iter().map(|(o, i)| told((o, *i))));
            }
        }
        let decl = &object.decl.timeline;
        let moved = decl.on.iter().chain(&decl.at).chain(&decl.kind).chain(&decl.done).any(|key| draft.changed(key));
        if moved {
            self.conn.timeline_recall(&object.key, id)?;
            self.fan_out(object, &draft.after, entries);
        }
        Ok(())
    }

    /// The history of records that went from one territory to another: (id, from, to).
    pub(crate) fn tell_moved(&mut self, object: &Object, moves: impl Iterator<Item = (i64, Option<i64>, Option<i64>)>) -> Result<()> {
        let changes: Vec<_> =
            moves.map(|(id, from, to)| self.change(object, id, "update", json!({ TERRITORY: [from, to] }).to_string())).collect();
        self.conn.add_changes(&changes)?;
        Ok(())
    }

    /// Keeps in a record's history that something was done around it.
    pub(crate) fn told_without_change(&mut self, object: &Object, id: i64, kind: &str) -> Result<()> {
        let change = self.change(object, id, kind, "{}".into());
        self.conn.add_changes(&[change])?;
        Ok(())
    }

    /// Entries in the timelines of the records this one is about.
    pub(super) fn fan_out(&self, object: &Object, record: &Record, entries: &mut Vec<Entry>) {
        let kind = object.decl.timeline.kind.as_deref().map_or(object.key.as_str(), |k| record.get(k).text().unwrap_or(&object.key));
        for (subject, id) in subjects(object, record, &self.registry) {
            entries.push(self.entry(object, record, (&subject, id), kind));
        }
    }

    pub(super) fn entry(&self, object: &Object, record: &Record, subject: (&str, i64), kind: &str) -> Entry {
        let decl = &object.decl.timeline;
        let of_record = kind != "created";
        let at = decl.at.as_deref().filter(|_| of_record).and_then(|key| match record.get(key) {
            Value::Time(t) => Some(t.as_microsecond()),
            Value::Date(d) => d.to_zoned(self.ctx.now.time_zone().clone()).ok().map(|z| z.timestamp().as_microsecond()),
            _ => None,
        });
        let created = match record.get("created_at") {
            Value::Time(t) => t.as_microsecond(),
            _ => self.ctx.micros(),
        };
        Entry {
            id: 0,
            subject_object: subject.0.into(),
            subject_id: subject.1,
            at: at.unwrap_or(created),
            kind: kind.into(),
            source_object: object.key.clone(),
            source_id: record.id,
            change_id: None,
            open: of_record && decl.done.as_deref().is_some_and(|key| record.get(key).is_null()),
        }
    }
}

/// The records whose timelines tell of this one: (object key, id).
pub(crate) fn subjects(object: &Object, record: &Record, registry: &akrab_model::Registry) -> Vec<(String, i64)> {
    let mut found = Vec::new();
    for key in &object.decl.timeline.on {
        let Some((field, to)) = object.field(key).and_then(|f| Some((f, f.to?))) else { continue };
        let target = registry.at(to).key.clone();
        match record.get(&field.key) {
            Value::Link(id) => found.push((target, *id)),
            Value::Links(rows) => found.extend(rows.iter().map(|r| (target.clone(), r.to))),
            _ => {}
        }
    }
    found.sort();
    found.dedup();
    found
}

/// Changed fields with their old and new values in API form.
pub(crate) fn diff(object: &Object, draft: &Draft) -> Map<String, Json> {
    let shown = |f: &akrab_model::Field, value: &Value| match value {
        Value::Links(rows) => json!(rows.iter().map(|r| r.to_json(f)).collect::<Vec<_>>()),
        value => value.to_json(),
    };
    let changed = object.fields.iter().filter(|f| !f.system && draft.changed(&f.key));
    changed.map(|f| (f.key.clone(), json!([shown(f, draft.old(&f.key)), shown(f, draft.get(&f.key))]))).collect()
}
