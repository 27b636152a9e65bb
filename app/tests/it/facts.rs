//! Every stored value in memory, so that conditions can be judged without the database.

use crate::workspace::Workspace;
use akrab_engine::ListRequest;
use akrab_model::filter::{Facts, Found, Shared};
use akrab_model::{FieldIx, ObjectIx, Raw, Record, Registry, Value};
use std::collections::HashMap;
use std::sync::Arc;

/// All living records of some objects.
pub struct Memory {
    registry: Arc<Registry>,
    records: HashMap<(ObjectIx, i64), Record>,
    /// The stages records stood in before the present one.
    former: HashMap<(ObjectIx, i64), i64>,
}

impl Memory {
    pub async fn load(w: &Workspace) -> Memory {
        let registry = w.engine.registry();
        let (mut records, mut former) = (HashMap::new(), HashMap::new());
        for object in registry.objects() {
            for record in all(w, &object.key).await {
                let (key, id) = (object.key.clone(), record.id);
                let stays = w.engine.read(&w.system(), move |tx| Ok(tx.conn.stays(&key, id)?)).await.expect("the stays");
                former.extend(stays.iter().rfind(|stay| stay.left_at.is_some()).map(|stay| ((object.ix, id), stay.stage)));
                records.insert((object.ix, id), record);
            }
        }
        Memory { registry, records, former }
    }
}

/// Every living record of an object, by id.
pub async fn all(w: &Workspace, object: &str) -> Vec<Record> {
    let (mut found, mut after) = (Vec::new(), None);
    loop {
        let request = ListRequest { object: object.into(), limit: 200, after, ..Default::default() };
        let list = w.engine.list(&w.system(), request).await.unwrap_or_else(|p| panic!("{object}: {p:?}"));
        found.extend(list.records);
        after = list.next;
        if after.is_none() {
            return found;
        }
    }
}

impl Facts for Memory {
    fn cell(&self, object: ObjectIx, id: i64, field: FieldIx) -> Raw {
        self.records.get(&(object, id)).map_or(Raw::Null, |r| r.raw(&self.registry.at(object).at(field).key))
    }
    fn children(&self, object: ObjectIx, via: FieldIx, id: i64) -> Vec<i64> {
        let key = &self.registry.at(object).at(via).key;
        self.records.iter().filter(|((o, _), r)| *o == object && r.link(key) == Some(id)).map(|((_, id), _)| *id).collect()
    }
    fn linked(&self, object: ObjectIx, id: i64, field: FieldIx) -> Vec<i64> {
        match self.records.get(&(object, id)).map(|r| r.get(&self.registry.at(object).at(field).key)) {
            Some(Value::Links(rows)) => rows.iter().map(|r| r.to).collect(),
            _ => Vec::new(),
        }
    }
    fn former(&self, object: ObjectIx, id: i64) -> Option<i64> {
        self.former.get(&(object, id)).copied()
    }
    fn found(&self, _: i64, _: &Found) -> bool {
        false
    }
    fn shared(&self, _: i64, _: &Shared) -> bool {
        false
    }
}
