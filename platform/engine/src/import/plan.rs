//! What the user decided, checked against the object once and then used for every row.

use super::mapping::{self, ID_COLUMN};
use crate::{Ctx, Engine, Result, Rights};
use akrab_model::value::{Input, ParseEnv};
use akrab_model::{FieldIx, FieldProblem, Object, Problem};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// Which rows count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Default)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    Create,
    Update,
    #[default]
    Both,
}

/// What a row does to the record it matches.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Default)]
#[serde(rename_all = "snake_case")]
pub enum OnMatch {
    Skip,
    /// Values of the file replace those of the record; blank cells change nothing.
    Update,
    /// Only empty fields of the record are filled.
    #[default]
    FillEmpty,
    /// Nothing is changed; the row is listed for a person to decide.
    Ask,
}

/// What becomes of a row with a value that cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Default)]
#[serde(rename_all = "snake_case")]
pub enum OnBadValue {
    #[default]
    Refuse,
    /// The field stays empty and the row is listed; required fields refuse all the same.
    BlankAndNote,
}

/// An import as decided.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ImportSpec {
    pub object: String,
    /// Id of the uploaded file.
    pub file: i64,
    #[serde(default)]
    pub sheet: Option<String>,
    /// For each column of the file the field it fills, `akrab_id` for the record's own id.
    pub columns: Vec<Option<String>>,
    /// Sets of fields; the first set by which a record is found decides.
    #[serde(default)]
    pub match_by: Vec<Vec<String>>,
    #[serde(default)]
    pub mode: Mode,
    #[serde(default)]
    pub on_match: OnMatch,
    #[serde(default)]
    pub on_bad_value: OnBadValue,
    /// Values of new records where the file has none: owner, labels.
    #[serde(default)]
    pub defaults: Input,
}

/// A specification bound to its object, its defaults in a form that means the same to the job.
pub(super) struct Plan {
    pub spec: ImportSpec,
    /// State of the objects it was bound to.
    pub world: i64,
    pub object: Arc<Object>,
    /// (column, field), in the order of the columns.
    pub fields: Vec<(usize, FieldIx)>,
    pub id_column: Option<usize>,
    /// Sets of match fields.
    pub keys: Vec<Vec<FieldIx>>,
    /// Sets that must be unique.
    pub unique: Vec<Vec<FieldIx>>,
}

impl Plan {
    pub fn new(engine: &Engine, ctx: &Ctx, spec: &ImportSpec) -> Result<Plan> {
        let object = ctx.object(&spec.object)?;
        let allowed = mapping::mappable(&Rights::new(ctx.registry().clone(), ctx), &object);
        let unknown = |place: &str, key: &str| FieldProblem::new(place, "unknown_field").with("field", key);
        let env = ParseEnv { round: true, ..ctx.parse_env(&engine.settings().country) };
        let mut faults = Vec::new();
        let (mut fields, mut id_column) = (Vec::new(), None);
        for (n, key) in spec.columns.iter().enumerate() {
            match key.as_deref().filter(|k| !k.is_empty()) {
                None => {}
                Some(ID_COLUMN) => id_column = Some(n),
                Some(key) => match object.field_ix(key).filter(|ix| allowed.contains(ix)) {
                    Some(ix) => fields.push((n, ix)),
                    None => faults.push(unknown(&format!("/columns/{n}"), key)),
                },
            }
        }
        if fields.is_empty() {
            faults.push(FieldProblem::new("columns", "import_no_columns"));
        }
        let mut keys = Vec::new();
        for (n, set) in spec.match_by.iter().enumerate().filter(|(_, s)| !s.is_empty()) {
            let found: Vec<FieldIx> =
                set.iter().filter_map(|k| object.field_ix(k)).filter(|ix| fields.iter().any(|f| f.1 == *ix)).collect();
            if found.len() == set.len() {
                keys.push(found);
            } else {
                faults.push(FieldProblem::new(&format!("/match_by/{n}"), "import_key_not_mapped"));
            }
        }
        let mut spec = spec.clone();
        for (key, json) in &mut spec.defaults {
            match object.field_ix(key).filter(|ix| allowed.contains(ix)) {
                Some(ix) => match object.at(ix).parse(json, &env) {
                    Ok(_) => *json = object.at(ix).settled(json, &env),
                    Err(fault) => faults.push(fault),
                },
                None => faults.push(unknown(key, key)),
            }
        }
        if !faults.is_empty() {
            return Err(Problem::invalid(faults));
        }
        let single = object.fields.iter().filter(|f| f.unique).map(|f| vec![f.key.clone()]);
        let unique = single.chain(object.decl.unique.iter().cloned()).map(|set| set.iter().filter_map(|k| object.field_ix(k)).collect());
        Ok(Plan { spec, world: ctx.world.version, unique: unique.collect(), object, fields, id_column, keys })
    }
}

/// Whoever may neither make nor change records of the object has no business importing them.
pub(super) fn permitted(ctx: &Ctx, object: &Object) -> Result<()> {
    let rights = Rights::new(ctx.registry().clone(), ctx);
    rights.require_read(object)?;
    let edits = rights.scope(object, crate::Access::Edit) != akrab_model::object::Scope::None;
    if ctx.read_only || !(rights.may_create(object) || edits) { Err(Problem::forbidden()) } else { Ok(()) }
}
