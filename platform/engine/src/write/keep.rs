//! Writing judged drafts: rows, links, roll-ups, history, timeline, search.

use super::Tx;
use crate::Result;
use crate::behaviour::Draft;
use crate::rights::Access;
use akrab_model::object::Scope;
use akrab_model::{FieldIx, FieldType, Object, Raw, RecordId, Value};
use akrab_store::{LinkCells, NewRow};
use std::collections::BTreeMap;
use std::sync::Arc;

impl Tx<'_> {
    /// Writes new records of one object, in order. Drafts come from [`Tx::prepare_new`].
    ///
    /// # Errors
    /// What the database answers; then nothing stands.
    pub fn insert(&mut self, object: &Arc<Object>, mut drafts: Vec<Draft>) -> Result<Vec<RecordId>> {
        self.insert_all(object, &mut drafts)
    }

    /// As [`Tx::insert`], leaving the drafts with the caller.
    pub(crate) fn insert_all(&mut self, object: &Arc<Object>, drafts: &mut [Draft]) -> Result<Vec<RecordId>> {
        self.number(object, drafts)?;
        let micros = Raw::Int(self.ctx.micros());
        let actor = Raw::from(self.ctx.author());
        // rows that name the same columns share one statement
        let used: Vec<_> = object.columns().filter(|(_, f)| f.system || drafts.iter().any(|d| !d.get(&f.key).is_null())).collect();
        let rows: Vec<NewRow> = drafts
            .iter()
            .map(|draft| {
                let cells = used.iter().map(|(ix, field)| {
                    let cell = match field.key.as_str() {
                        "created_at" if draft.get("created_at").is_null() => micros.clone(),
                        "updated_at" => micros.clone(),
                        "created_by" | "updated_by" => actor.clone(),
                        key => draft.after.raw(key),
                    };
                    (*ix, cell)
                });
                NewRow { id: None, cells: cells.collect() }
            })
            .collect();
        let registry = self.registry.clone();
        let ids = self.conn.insert(&registry, object, &rows)?;
        for (draft, id) in drafts.iter_mut().zip(&ids) {
            draft.after.id = *id;
            draft.after.version = 1;
            draft.after.set("created_at", Value::Time(self.ctx.now.timestamp()));
            draft.after.set("created_by", self.ctx.author().map_or(Value::Null, Value::Link));
            self.keep_links(object, draft, *id)?;
        }
        self.unforesee(object, drafts);
        self.keep_words(object, drafts)?;
        self.tell_created(object, drafts)?;
        self.stays_begin(object, drafts)?;
        self.index(object, drafts.iter())?;
        self.feed(object, drafts.iter())?;
        self.place_new(object, drafts, &ids)?;
        for draft in drafts.iter() {
            self.follow_up(object, draft, None)?;
        }
        for behaviour in self.behaviours(&object.key) {
            behaviour.after_insert(drafts, self)?;
        }
        self.trigger_flows(object, drafts)?;
        Ok(ids)
    }

    pub(crate) fn write_update(&mut self, object: &Arc<Object>, draft: &mut Draft) -> Result<()> {
        self.write_updates(object, std::slice::from_mut(draft)).map(|_| ())
    }

    /// Writes changes of records of one object. Of several, each changes something and is locked since it was read. Gives
    /// for each the entry of its history, none where nothing is told.
    pub(crate) fn write_updates(&mut self, object: &Arc<Object>, drafts: &mut [Draft]) -> Result<Vec<Option<i64>>> {
        if !drafts.iter().any(is_change) {
            return Ok(vec![None; drafts.len()]);
        }
        let author = self.ctx.author().map_or(Value::Null, Value::Link);
        let kept = [("updated_at", Value::Time(self.ctx.now.timestamp())), ("updated_by", author)];
        let mut cells: Vec<Vec<(FieldIx, Raw)>> = Vec::with_capacity(drafts.len());
        for draft in drafts.iter_mut() {
            let changed = object.columns().filter(|(_, f)| !f.system && draft.changed(&f.key));
            let mut changed: Vec<(FieldIx, Raw)> = changed.map(|(ix, f)| (ix, draft.after.raw(&f.key))).collect();
            let confirmed = object.columns().filter(|(_, f)| f.confirms.is_some() && draft.changed(&f.key));
            changed.extend(confirmed.map(|(ix, f)| (ix, draft.after.raw(&f.key))));
            for (key, value) in &kept {
                if let Some(ix) = object.field_ix(key) {
                    changed.push((ix, value.to_raw()));
                    draft.after.set(*key, value.clone());
                }
            }
            cells.push(changed);
        }
        if let ([draft], [cells]) = (&mut *drafts, cells.as_slice()) {
            let registry = self.registry.clone();
            let expected = draft.before.as_ref().map(|b| b.version);
            let version = self.conn.update(&registry, object, draft.after.id, expected, cells)?;
            draft.after.version = version.ok_or_else(akrab_model::Problem::stale)?;
        } else {
            self.write_rows(object, drafts, cells)?;
        }
        for draft in drafts.iter() {
            self.keep_links(object, draft, draft.after.id)?;
        }
        self.unforesee(object, drafts);
        self.keep_words(object, drafts)?;
        let told = self.tell_changed(object, drafts)?;
        for draft in drafts.iter() {
            self.stays_move(object, draft)?;
        }
        let searched = |draft: &&Draft| object.fields.iter().any(|f| (f.search || f.key == object.decl.title) && draft.changed(&f.key));
        self.index(object, drafts.iter().filter(searched))?;
        self.feed(object, drafts.iter())?;
        let ids: Vec<RecordId> = drafts.iter().map(|draft| draft.after.id).collect();
        self.place(object, &ids, true)?;
        for (draft, change) in drafts.iter().zip(&told) {
            self.follow_up(object, draft, *change)?;
        }
        self.trigger_flows(object, drafts)?;
        Ok(told)
    }

    /// Writes rows that are locked, those with the same changed columns in one statement.
    fn write_rows(&mut self, object: &Object, drafts: &mut [Draft], cells: Vec<Vec<(FieldIx, Raw)>>) -> Result<()> {
        let mut alike: BTreeMap<Vec<FieldIx>, Vec<(RecordId, i64, Vec<Raw>)>> = BTreeMap::new();
        for (draft, cells) in drafts.iter_mut().zip(cells) {
            draft.after.version = draft.before.as_ref().map_or(0, |before| before.version) + 1;
            let (columns, values): (Vec<FieldIx>, Vec<Raw>) = cells.into_iter().unzip();
            alike.entry(columns).or_default().push((draft.after.id, draft.after.version, values));
        }
        for (columns, rows) in alike {
            self.conn.update_locked(object, &columns, rows)?;
        }
        Ok(())
    }

    /// Places new records. Whoever reaches by territory hands nobody a record that lands out of his reach.
    fn place_new(&mut self, object: &Arc<Object>, drafts: &[Draft], ids: &[RecordId]) -> Result<()> {
        self.place(object, ids, false)?;
        let Some(owner) = object.owner.map(|ix| &object.at(ix).key) else { return Ok(()) };
        if self.rights.scope(object, Access::Edit) != Scope::Territory {
            return Ok(());
        }
        for (draft, id) in drafts.iter().zip(ids) {
            let others = draft.given.contains(owner) && draft.get(owner).int() != self.ctx.user_id();
            if others && !self.may(object, Access::Edit, *id)? {
                return Err(draft.fault(owner, "owner_out_of_reach"));
            }
        }
        Ok(())
    }

    fn follow_up(&mut self, object: &Arc<Object>, draft: &Draft, change: Option<i64>) -> Result<()> {
        let id = draft.after.id;
        self.stand_for_draft(draft);
        self.note_people(object);
        self.tell_saved(object, draft)?;
        for behaviour in self.behaviours(&object.key) {
            behaviour.after_save(draft, id, self)?;
        }
        self.mind_approvals(object, draft, id)?;
        self.mind_process(object, draft, id)?;
        self.tell_people(object, draft, change)
    }

    /// Users, teams and roles are kept in memory: say so when they change.
    pub(super) fn note_people(&mut self, object: &Object) {
        if crate::audit::is_people(&object.key) {
            self.effects.people_changed();
        }
    }

    pub(super) fn number(&mut self, object: &Object, drafts: &mut [Draft]) -> Result<()> {
        for field in object.fields.iter().filter(|f| f.kind == FieldType::AutoNumber) {
            let wanting: Vec<usize> = (0..drafts.len()).filter(|n| drafts[*n].get(&field.key).is_null()).collect();
            if wanting.is_empty() {
                continue;
            }
            let pattern = field.pattern.as_deref().unwrap_or("{0}").replace("{year}", &self.ctx.now.year().to_string());
            let first = self.conn.counter_next(&format!("{}.{}:{pattern}", object.key, field.key), wanting.len() as i64)?;
            for (n, place) in wanting.into_iter().enumerate() {
                drafts[place].set(&field.key, Value::Text(numbered(&pattern, first + n as i64)));
            }
        }
        Ok(())
    }

    pub(crate) fn keep_links(&mut self, object: &Object, draft: &Draft, id: RecordId) -> Result<()> {
        let registry = self.registry.clone();
        for (n, field) in object.fields.iter().enumerate().filter(|(_, f)| f.kind == FieldType::Links) {
            if !draft.changed(&field.key) {
                continue;
            }
            let rows: Vec<LinkCells> = match draft.get(&field.key) {
                Value::Links(rows) => {
                    rows.iter().map(|r| LinkCells { to: r.to, cells: r.columns.iter().map(Value::to_raw).collect() }).collect()
                }
                _ => Vec::new(),
            };
            self.conn.set_links(&registry, object, FieldIx(n as u16), id, &rows)?;
        }
        Ok(())
    }
}

/// Whether a draft of a record there is differs from it.
pub(super) fn is_change(draft: &Draft) -> bool {
    draft.object.fields.iter().any(|f| !f.system && draft.changed(&f.key))
}

/// `PLG-{00000}` with 482 is `PLG-00482`.
fn numbered(pattern: &str, n: i64) -> String {
    match (pattern.find('{'), pattern.find('}')) {
        (Some(from), Some(to)) if from < to => format!("{}{n:0width$}{}", &pattern[..from], &pattern[to + 1..], width = to - from - 1),
        _ => format!("{pattern}{n}"),
    }
}
