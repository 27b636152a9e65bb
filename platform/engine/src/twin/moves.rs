//! What hangs on a record moves to another, written down so that it can go back.

use crate::{Result, Tx};
use akrab_model::{FieldIx, FieldType, Object, Raw, RecordId, Registry};
use akrab_store::LinkCells;
use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};
use std::sync::Arc;

/// Everything that moved.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Moves {
    pub children: Vec<Children>,
    /// Rows of the platform's own tables: place and keys.
    pub hanging: Vec<(String, Vec<Json>)>,
}

/// Records of an object that linked to the one and link to the other now.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Children {
    pub object: String,
    pub field: String,
    pub ids: Vec<RecordId>,
    /// Those that linked to both: the link that was dropped, with its columns.
    pub common: Vec<(RecordId, Vec<Json>)>,
}

/// The fields that may link to records of an object: links to one, and to several.
pub(crate) fn linking<'r>(registry: &'r Registry, object: &Object) -> Vec<(&'r Arc<Object>, FieldIx)> {
    let to = object.ix;
    let fields = |child: &'r Arc<Object>| (0_u16..).map(FieldIx).zip(&child.fields).map(move |(ix, field)| (child, ix, field));
    let links = registry.objects().flat_map(fields).filter(|(_, _, field)| field.to == Some(to));
    links.filter(|(_, _, field)| matches!(field.kind, FieldType::Link | FieldType::Links)).map(|(child, ix, _)| (child, ix)).collect()
}

impl Tx<'_> {
    /// Moves everything from one record to another of the same object.
    pub(super) fn hang_over(&mut self, object: &Arc<Object>, from: RecordId, to: RecordId) -> Result<Moves> {
        let registry = self.registry.clone();
        let at = self.ctx.micros();
        let mut moves = Moves::default();
        for (child, field) in linking(&registry, object) {
            let link = child.at(field);
            let (ids, common) = if link.is_column() {
                (self.conn.children_move(child, link, from, to, at)?, Vec::new())
            } else {
                self.conn.links_move(child, link, from, to)?
            };
            if !ids.is_empty() || !common.is_empty() {
                let common = common.into_iter().map(|(id, link)| (id, link.cells.iter().map(json_of).collect())).collect();
                moves.children.push(Children { object: child.key.clone(), field: link.key.clone(), ids, common });
            }
        }
        let hanging = self.conn.hanging_move(&object.key, from, to)?;
        moves.hanging = hanging.into_iter().map(|(place, keys)| (place, keys.iter().map(json_of).collect())).collect();
        self.known().targets.clear();
        self.known().found.clear();
        Ok(moves)
    }

    /// Moves back what moved and is still where it was moved to.
    pub(super) fn hang_back(&mut self, object: &Arc<Object>, moves: &Moves, from: RecordId, to: RecordId) -> Result<()> {
        let at = self.ctx.micros();
        for moved in &moves.children {
            // an object or field that was taken away meanwhile has nothing to move
            let Ok(child) = self.object(&moved.object) else { continue };
            let Some(link) = child.field(&moved.field) else { continue };
            if link.is_column() {
                self.conn.children_back(&child, link, &moved.ids, (from, to), at)?;
                continue;
            }
            let common: Vec<(RecordId, LinkCells)> =
                moved.common.iter().map(|(id, cells)| (*id, LinkCells { to, cells: cells.iter().map(raw_of).collect() })).collect();
            self.conn.links_back(&child, link, &moved.ids, &common, (from, to))?;
        }
        let hanging: Vec<_> = moves.hanging.iter().map(|(place, keys)| (place.clone(), keys.iter().map(raw_of).collect())).collect();
        self.conn.hanging_back(&object.key, from, to, &hanging)?;
        self.known().targets.clear();
        self.known().found.clear();
        Ok(())
    }
}

fn json_of(raw: &Raw) -> Json {
    match raw {
        Raw::Null => Json::Null,
        Raw::Int(n) => json!(n),
        Raw::Text(text) => json!(text),
    }
}

fn raw_of(json: &Json) -> Raw {
    match json {
        Json::String(text) => Raw::Text(text.clone()),
        other => other.as_i64().into(),
    }
}
