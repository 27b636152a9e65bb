//! What the user decided, checked against the object once and then used for every row.

use super::mapping::{self, ID_COLUMN, StandIn};
use super::seen::Seen;
use super::source::Shape;
use super::systems::Beside;
use super::values::ValueMap;
use crate::{Ctx, Engine, Result, Rights};
use akrab_model::object::FieldRight;
use akrab_model::text::fold;
use akrab_model::value::{Input, ParseEnv};
use akrab_model::{Field, FieldIx, FieldProblem, FieldType, Object, Problem};
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use std::collections::{HashMap, HashSet};
use std::path::Path;
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
    /// The field stays empty and the row is listed; required fields without a default refuse all the same.
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
    /// For each column of the file the field it fills, `akrab_id` for the record's own id, a field of the record that a
    /// link points to (`account.name`), or `account.id` where the column holds ids of this workspace.
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
    /// What words of the file mean.
    #[serde(default, skip_serializing_if = "ValueMap::is_empty")]
    pub values: ValueMap,
    /// Links whose records are made when there is none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub make: Vec<String>,
    /// The program the file comes from; numbers in its links are its own, never ids of this workspace.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub system: Option<String>,
}

impl ImportSpec {
    /// Takes over which field each column fills, in their order, separated by commas and empty for none. What was guessed
    /// of match keys and of links whose records are made goes as far as its columns are gone.
    pub fn map_by_hand(&mut self, columns: &str) {
        let columns: Vec<Option<String>> = columns.split(',').map(|c| Some(c.trim().to_string()).filter(|c| !c.is_empty())).collect();
        let mapped = |key: &String| columns.iter().flatten().any(|c| mapping::fills(c, key));
        self.match_by.retain(|set| set.iter().all(mapped));
        self.make.retain(|key| columns.iter().flatten().any(|c| c.split('.').next() == Some(key.as_str())));
        self.columns = columns;
    }
}

/// A linked record that comes in beside its rows.
pub(super) struct Linked {
    /// The link, and its key.
    pub field: FieldIx,
    pub key: String,
    pub target: Arc<Object>,
    /// (column, field of the target).
    pub columns: Vec<(usize, FieldIx)>,
    /// Fields of these columns by which it is found, the surest first; so many of them are of one record alone.
    pub keys: Vec<FieldIx>,
    pub sure: usize,
    /// One column that names it by whatever it is known by.
    pub plain: bool,
    /// The field that takes what such a column has where it is a number.
    pub number: Option<FieldIx>,
    pub make: bool,
}

impl Linked {
    /// Its one column may say anything by which records are known, also their number in another system.
    fn by_anything(&mut self, rights: &Rights) {
        self.plain = true;
        self.number = mapping::number_elsewhere(&self.target).filter(|ix| describing(rights, &self.target).contains(ix));
        if let Some(ix) = self.number {
            self.keys.insert(0, ix);
            self.sure = 1;
        }
    }
}

/// A specification bound to its object, its defaults in a form that means the same to the job.
pub(super) struct Plan {
    pub spec: ImportSpec,
    /// State of the objects it was bound to.
    pub world: i64,
    pub object: Arc<Object>,
    /// (column, field), in the order of the columns; the parts of a name in theirs.
    pub fields: Vec<(usize, FieldIx)>,
    pub stand_ins: Vec<StandIn>,
    pub linked: Vec<Linked>,
    /// `values` by field, words folded.
    pub values: HashMap<FieldIx, HashMap<String, Json>>,
    pub id_column: Option<usize>,
    /// Columns of links that hold ids of this workspace.
    pub own_ids: HashSet<usize>,
    /// Sets of match fields.
    pub keys: Vec<Vec<FieldIx>>,
    /// Sets that must be unique.
    pub unique: Vec<Vec<FieldIx>>,
    /// Code of the workspace's currency.
    pub currency: String,
    /// What stands beside the columns that fill fields, and what whole columns tell; of a single row nothing does.
    pub beside: Beside,
    pub seen: Seen,
}

impl Plan {
    pub fn new(engine: &Engine, ctx: &Ctx, spec: &ImportSpec) -> Result<Plan> {
        let object = ctx.object(&spec.object)?;
        let allowed = mapping::mappable(&Rights::new(ctx.registry().clone(), ctx), &object);
        let unknown = |place: &str, key: &str| FieldProblem::new(place, "unknown_field").with("field", key);
        let env = ParseEnv { round: true, ..ctx.parse_env(&engine.settings()) };
        let rights = Rights::new(ctx.registry().clone(), ctx);
        let mut faults = Vec::new();
        let (mut fields, mut id_column, mut linked, mut own_ids) = (Vec::new(), None, Vec::new(), HashSet::new());
        let link_of = |key: &str| object.field_ix(mapping::id_of(key)?).filter(|ix| allowed.contains(ix) && object.at(*ix).to.is_some());
        for (n, key) in spec.columns.iter().enumerate() {
            match key.as_deref().filter(|k| !k.is_empty()) {
                None => {}
                Some(ID_COLUMN) => id_column = Some(n),
                Some(key) if mapping::id_of(key).is_some() => match link_of(key) {
                    Some(ix) => {
                        fields.push((n, ix));
                        own_ids.insert(n);
                    }
                    None => faults.push(unknown(&format!("/columns/{n}"), key)),
                },
                Some(key) if key.contains('.') => match linked_column(ctx, &object, &allowed, key) {
                    Some((field, target, of)) => add(&mut linked, field, &object, target, (n, of)),
                    None => faults.push(unknown(&format!("/columns/{n}"), key)),
                },
                Some(key) => match object.field_ix(key).filter(|ix| allowed.contains(ix)) {
                    Some(ix) => fields.push((n, ix)),
                    None => faults.push(unknown(&format!("/columns/{n}"), key)),
                },
            }
        }
        for key in &spec.make {
            let wanted = object.field_ix(key).filter(|ix| allowed.contains(ix) && object.at(*ix).kind == FieldType::Link);
            match wanted.and_then(|ix| Some((ix, ctx.registry().at(object.at(ix).to?).clone()))) {
                Some((ix, target)) => {
                    // a column of names alone says enough to make a record
                    let named = fields.iter().filter(|(n, f)| *f == ix && !own_ids.contains(n));
                    let names = named.map(|(n, _)| (*n, target.title)).collect::<Vec<_>>();
                    if !linked.iter().any(|l: &Linked| l.field == ix) {
                        names.into_iter().for_each(|column| add(&mut linked, ix, &object, target.clone(), column));
                        linked.iter_mut().filter(|l| l.field == ix).for_each(|l| l.by_anything(&rights));
                    }
                    linked.iter_mut().filter(|l| l.field == ix).for_each(|l| l.make = true);
                }
                None => faults.push(unknown("/make", key)),
            }
        }
        // what describes a linked record is no link by itself
        fields.retain(|(n, _)| !linked.iter().any(|l| l.columns.iter().any(|(c, _)| c == n)));
        if fields.is_empty() {
            faults.push(FieldProblem::new("columns", "import_no_columns"));
        }
        let mut keys = Vec::new();
        for (n, set) in spec.match_by.iter().enumerate().filter(|(_, s)| !s.is_empty()) {
            let found: Vec<FieldIx> = set
                .iter()
                .filter_map(|k| object.field_ix(k))
                .filter(|ix| fields.iter().any(|f| f.1 == *ix) || linked.iter().any(|l| l.field == *ix))
                .collect();
            if found.len() == set.len() {
                keys.push(found);
            } else {
                faults.push(FieldProblem::new(&format!("/match_by/{n}"), "import_key_not_mapped"));
            }
        }
        let mut values: HashMap<FieldIx, HashMap<String, Json>> = HashMap::new();
        for (key, words) in &spec.values {
            match object.field_ix(key).filter(|ix| allowed.contains(ix)) {
                Some(ix) => {
                    let own = env.own();
                    faults.extend(words.values().filter_map(|value| object.at(ix).parse(value, &own).err()));
                    values.insert(ix, words.iter().map(|(word, value)| (fold(word), value.clone())).collect());
                }
                None => faults.push(unknown("/values", key)),
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
        let (unique, currency) = (unique.collect(), engine.settings().currency.clone());
        let (beside, seen, stand_ins) = Default::default();
        Ok(Plan {
            spec,
            world: ctx.world.version,
            unique,
            object,
            fields,
            stand_ins,
            linked,
            values,
            id_column,
            own_ids,
            keys,
            currency,
            beside,
            seen,
        })
    }

    /// What the file says besides its rows, read once before the first of them.
    ///
    /// # Errors
    /// Faults of the file.
    pub fn look(&mut self, path: &Path, shape: &Shape) -> Result<()> {
        if let Some(system) = &self.spec.system {
            let taken = |n: usize| self.spec.columns.get(n).is_some_and(Option::is_some);
            self.beside = Beside::of(system, &shape.header, &self.object.plural, &taken);
        }
        mapping::say_names_in_order(&self.object, &shape.header, &mut self.fields);
        self.stand_ins = mapping::stand_ins(&self.object, &shape.header, &self.fields);
        self.seen = Seen::of(path, &shape.layout, self)?;
        Ok(())
    }

    /// Whether a link leads to records of the file's own kind.
    pub fn is_inward(&self, ix: FieldIx) -> bool {
        let field = self.object.at(ix);
        field.kind == FieldType::Link && field.to == Some(self.object.ix)
    }

    /// Whether a field may stay empty when what the file has for it cannot be read.
    pub fn may_blank(&self, field: &Field) -> bool {
        self.spec.on_bad_value == OnBadValue::BlankAndNote && (!field.required || field.default.is_some())
    }
}

/// A field of the record that a link points to, by its path.
pub(super) fn linked_column(ctx: &Ctx, object: &Object, allowed: &[FieldIx], key: &str) -> Option<(FieldIx, Arc<Object>, FieldIx)> {
    let (link, of) = key.split_once('.')?;
    let field = object.field_ix(link).filter(|ix| allowed.contains(ix) && object.at(*ix).kind == FieldType::Link)?;
    let target = ctx.registry().at(object.at(field).to?).clone();
    let rights = Rights::new(ctx.registry().clone(), ctx);
    let of = target.field_ix(of).filter(|ix| describing(&rights, &target).contains(ix))?;
    Some((field, target, of))
}

/// Fields that may describe a linked record: what files may fill, and the number it is found by.
pub(super) fn describing(rights: &Rights, target: &Object) -> Vec<FieldIx> {
    if target.is_system() || rights.require_read(target).is_err() {
        return Vec::new();
    }
    let own = mapping::mappable(rights, target).into_iter().filter(|ix| target.at(*ix).to.is_none());
    let numbers = target.columns().filter(|(ix, f)| f.kind == FieldType::AutoNumber && rights.field(target, *ix) > FieldRight::Hidden);
    let numbers: Vec<FieldIx> = numbers.map(|(ix, _)| ix).collect();
    own.chain(numbers).collect()
}

fn add(linked: &mut Vec<Linked>, field: FieldIx, object: &Object, target: Arc<Object>, column: (usize, FieldIx)) {
    let place = match linked.iter().position(|l| l.field == field) {
        Some(place) => place,
        None => {
            let key = object.at(field).key.clone();
            linked.push(Linked {
                field,
                key,
                target,
                columns: Vec::new(),
                keys: Vec::new(),
                sure: 0,
                plain: false,
                number: None,
                make: false,
            });
            linked.len() - 1
        }
    };
    let linked = &mut linked[place];
    linked.columns.push(column);
    let target = &linked.target;
    let unique = |ix: FieldIx| target.at(ix).unique || target.decl.unique.iter().any(|set| *set == [target.at(ix).key.clone()]);
    let rank = |ix: FieldIx| match target.at(ix).kind {
        _ if unique(ix) => Some(0),
        FieldType::AutoNumber => Some(1),
        FieldType::Email => Some(2),
        FieldType::Phone => Some(3),
        _ if ix == target.title => Some(4),
        _ => None,
    };
    let mut keys: Vec<FieldIx> = linked.columns.iter().map(|(_, ix)| *ix).filter(|ix| rank(*ix).is_some()).collect();
    keys.sort_by_key(|ix| rank(*ix));
    keys.dedup();
    let sure = keys.iter().filter(|ix| rank(**ix) == Some(0)).count();
    (linked.keys, linked.sure) = (keys, sure);
}

/// Whoever may neither make nor change records of the object has no business importing them.
pub(super) fn permitted(ctx: &Ctx, object: &Object) -> Result<()> {
    let rights = Rights::new(ctx.registry().clone(), ctx);
    rights.require_read(object)?;
    let edits = rights.scope(object, crate::Access::Edit) != akrab_model::object::Scope::None;
    if ctx.read_only || !(rights.may_create(object) || edits) { Err(Problem::forbidden()) } else { Ok(()) }
}
