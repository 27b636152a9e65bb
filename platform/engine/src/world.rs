//! The objects of a workspace as they are at one moment: object files and the workspace's own changes, compiled.
//! A world never changes; a change makes the next one, and whoever works goes on with the one he began with.

use crate::write::{FormulaFault, Formulas};
use crate::{Engine, Result};
use akrab_model::object::shape::{self, Part, Shape};
use akrab_model::object::{DeclError, ObjectDecl};
use akrab_model::{FieldProblem, Registry};
use akrab_store::{ShapeRow, Store};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Stands for the object itself among what was removed for good.
pub(crate) const WHOLE: &str = "*";

/// Everything the program knows of its objects.
pub struct World {
    pub registry: Arc<Registry>,
    pub(crate) formulas: Formulas,
    /// Counts all changes ever made here; 0 for object files alone.
    pub version: i64,
    /// What the workspace made or changed, as it is kept.
    pub shape: Shape,
    /// Versions of its parts.
    pub(crate) versions: BTreeMap<String, i64>,
    /// Keys of fields that were removed for good, by object.
    pub(crate) gone: BTreeMap<String, BTreeSet<String>>,
    /// Changes that do not fit this version of the program; they are kept, but have no effect.
    pub left_out: Vec<DeclError>,
}

impl std::fmt::Debug for World {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "World {}", self.version)
    }
}

impl World {
    /// The version of what is changed about an object; 0 when nothing was ever.
    pub fn part_version(&self, object: &str) -> i64 {
        self.versions.get(object).copied().unwrap_or(0)
    }
    /// Whether a field of this key, or with `*` an object, was there and was removed for good.
    pub fn is_gone(&self, object: &str, field: &str) -> bool {
        self.gone.get(object).is_some_and(|keys| keys.contains(field))
    }
}

/// What is kept about the shape of a workspace.
#[derive(Default)]
pub(crate) struct Kept {
    pub version: i64,
    pub shape: Shape,
    pub versions: BTreeMap<String, i64>,
    pub gone: BTreeMap<String, BTreeSet<String>>,
    pub unreadable: Vec<DeclError>,
}

impl Kept {
    pub fn of(rows: Vec<ShapeRow>) -> Kept {
        let mut kept = Kept::default();
        for row in rows {
            kept.version += row.version;
            kept.versions.insert(row.object.clone(), row.version);
            let gone: BTreeSet<String> = serde_json::from_str(&row.gone).unwrap_or_default();
            if !gone.is_empty() {
                kept.gone.insert(row.object.clone(), gone);
            }
            match row.body.as_deref().map(serde_json::from_str::<Part>) {
                None => {}
                Some(Ok(part)) => drop(kept.shape.parts.insert(row.object, part)),
                Some(Err(error)) => {
                    tracing::warn!(object = row.object, %error, "what is kept of an object cannot be read");
                    kept.unreadable.push(DeclError::new(&row.object, None, FieldProblem::new("", "decl_unreadable")));
                }
            }
        }
        kept
    }
}

/// The world of this workspace. Never fails for what the workspace changed: what no longer fits is left out.
///
/// # Errors
/// What the database answers; faulty object files.
pub async fn of(store: &Store, shipped: &[(String, ObjectDecl)]) -> Result<World> {
    let rows = store.read(akrab_store::Conn::shape_rows).await?;
    settle(shipped, Kept::of(rows))
}

fn settle(shipped: &[(String, ObjectDecl)], kept: Kept) -> Result<World> {
    let mut fitting = kept.shape.clone();
    let mut left_out = kept.unreadable;
    loop {
        let (decls, misfits) = shape::merge(shipped, &fitting);
        let faults = match compile(decls) {
            Ok((registry, formulas)) => {
                left_out.extend(misfits);
                let Kept { version, shape, versions, gone, .. } = kept;
                return Ok(World { registry: Arc::new(registry), formulas, version, shape, versions, gone, left_out });
            }
            Err(faults) => faults,
        };
        let mut mended = false;
        for fault in faults {
            if fitting.without(&fault) {
                left_out.push(fault);
                mended = true;
                // what else was wrong may be wrong no longer
                break;
            }
        }
        if !mended {
            // the fault is not where the change is: better without any than not at all
            if fitting.parts.is_empty() {
                return Err(akrab_model::Problem::internal("faulty object files"));
            }
            left_out.push(DeclError::new("", None, FieldProblem::new("", "decl_contradict")));
            fitting = Shape::default();
        }
    }
}

/// Compiles declarations and their formulas.
///
/// # Errors
/// Every fault with file and field.
pub fn compile(decls: Vec<(String, ObjectDecl)>) -> Result<(Registry, Formulas), Vec<DeclError>> {
    let names = files(&decls);
    let registry = Registry::compile(decls)?;
    let formulas = Formulas::compile(&registry).map_err(|fault| vec![in_file(&names, fault)])?;
    Ok((registry, formulas))
}

/// As [`compile`], for what is being declared: expressions that can never be worked out are faults too, but for those that
/// stand in `before` already, which may be mended one after the other.
///
/// # Errors
/// Every fault with file and field.
pub fn compile_sound(decls: Vec<(String, ObjectDecl)>, before: Option<&Registry>) -> Result<(Registry, Formulas), Vec<DeclError>> {
    let names = files(&decls);
    let compiled = compile(decls)?;
    let mut faults = Formulas::unsound(&compiled.0);
    if let Some(before) = before.filter(|_| !faults.is_empty()) {
        let known = Formulas::unsound(before);
        faults.retain(|fault| !known.contains(fault));
    }
    if faults.is_empty() { Ok(compiled) } else { Err(faults.into_iter().map(|fault| in_file(&names, fault)).collect()) }
}

/// Objects by key, and the file each stands in.
fn files(decls: &[(String, ObjectDecl)]) -> Vec<(String, String)> {
    decls.iter().map(|(file, decl)| (decl.key.clone(), file.clone())).collect()
}

fn in_file(files: &[(String, String)], fault: FormulaFault) -> DeclError {
    let file = files.iter().find(|(key, _)| *key == fault.object).map_or("", |(_, file)| file);
    DeclError::new(file, Some(&fault.field), fault.fault)
}

impl World {
    /// Formulas and rules of these objects that can never be worked out.
    pub fn unsound(&self) -> Vec<DeclError> {
        let told = |fault: FormulaFault| DeclError::new(&fault.object, Some(&fault.field), fault.fault);
        Formulas::unsound(&self.registry).into_iter().map(told).collect()
    }
}

impl Engine {
    /// Reads the objects anew when another process has changed them.
    pub(crate) async fn refresh_world(&self) -> Result<()> {
        let _alone = self.inner.shaping.lock().await;
        let rows = self.inner.store.read(akrab_store::Conn::shape_rows).await?;
        let kept = Kept::of(rows);
        if kept.version == self.world().version {
            return Ok(());
        }
        let world = settle(&self.inner.shipped, kept)?;
        self.inner.world.store(Arc::new(world));
        Ok(())
    }
}
