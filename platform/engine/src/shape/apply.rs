//! Trying a change of the objects out, and doing it.

use super::job::ShapeJob;
use super::plan::{self, PlanLine};
use super::{Deed, Edit, judge};
use crate::world::{self, Kept, WHOLE, World};
use crate::{Ctx, Engine, Result, Tx};
use akrab_model::object::shape::{self, Part, Shape};
use akrab_model::problem::ProblemKind;
use akrab_model::{FieldProblem, FieldType, Problem, Registry};
use akrab_store::{IndexSpec, SchemaStep, ShapeDeed, ShapeRow};
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// What a change comes to.
#[derive(Debug, Clone, Default)]
pub struct Outlook {
    pub lines: Vec<PlanLine>,
    /// Objects as they are afterwards.
    pub registry: Arc<Registry>,
}

/// Edits that were found good, and what is to be done for them.
pub(crate) struct Draft {
    /// State of the objects they were judged in.
    base: i64,
    now: Vec<SchemaStep>,
    later: Vec<IndexSpec>,
    rows: Vec<(ShapeRow, ShapeDeed)>,
    /// New objects that pass through stages.
    staged: Vec<String>,
    pub(super) outlook: Outlook,
    /// The objects as they are afterwards.
    pub(super) world: Arc<World>,
}

impl Engine {
    /// Judges edits and says what they come to; nothing is changed.
    ///
    /// # Errors
    /// `forbidden` for anybody but administrators, `stale` when somebody else was faster, `invalid` with every fault.
    pub async fn shape_try(&self, ctx: &Ctx, edits: &[Edit]) -> Result<Outlook> {
        Ok(self.shape_draft(ctx, edits).await?.outlook)
    }

    /// Judges edits and does what they say, all or nothing.
    ///
    /// # Errors
    /// As [`Engine::shape_try`]; `busy` when a long transaction holds a table.
    pub async fn shape_apply(&self, ctx: &Ctx, edits: &[Edit]) -> Result<Outlook> {
        let draft = Arc::new(self.shape_draft(ctx, edits).await?);
        let done = draft.clone();
        self.write(ctx, move |tx| tx.keep_shape(&done)).await?;
        Ok(draft.outlook.clone())
    }

    pub(super) async fn shape_draft(&self, ctx: &Ctx, edits: &[Edit]) -> Result<Draft> {
        if !ctx.is_admin() {
            return Err(Problem::forbidden());
        }
        self.refresh_people().await?;
        let world = self.world();
        for edit in edits {
            if world.part_version(&edit.object) != edit.version {
                return Err(Problem::stale().with("version", world.part_version(&edit.object)));
            }
        }
        let faults = judge::faults(&world, edits, ctx.lang_key());
        if !faults.is_empty() {
            return Err(Problem::invalid(faults));
        }
        let shape = composed(&world, edits);
        let (decls, misfits) = shape::merge(&self.inner.shipped, &shape);
        // what does not fit and was not touched is left out as before
        let misfits: Vec<_> = misfits.into_iter().filter(|f| edits.iter().any(|e| e.object == f.file)).collect();
        if !misfits.is_empty() {
            return Err(judge::problem(&world, edits, &misfits, ctx.lang_key()));
        }
        let compiled = world::compile_sound(decls, Some(&world.registry));
        let (registry, formulas) = compiled.map_err(|faults| judge::problem(&world, edits, &faults, ctx.lang_key()))?;
        let registry = Arc::new(registry);
        let after = World {
            registry: registry.clone(),
            formulas,
            version: world.version,
            shape,
            versions: world.versions.clone(),
            gone: world.gone.clone(),
            left_out: Vec::new(),
        };
        self.planned(ctx, &world, edits, after).await
    }

    async fn planned(&self, ctx: &Ctx, world: &World, edits: &[Edit], after: World) -> Result<Draft> {
        let registry = after.registry.clone();
        let mut steps = self.inner.store.plan(&registry).await?;
        steps.extend(super::purge::steps(world, edits));
        let (now, later) = akrab_store::parted(steps);
        let filled = plan::filled(&world.registry, &registry);
        let mut tables: BTreeSet<String> = later.iter().map(|i| i.table.clone()).chain(filled.iter().map(|f| f.0.clone())).collect();
        tables.extend(now.iter().filter_map(|step| match step {
            SchemaStep::AddColumn { table, .. } | SchemaStep::DropColumn { table, .. } | SchemaStep::DropTable { table } => {
                Some(table.clone())
            }
            _ => None,
        }));
        self.judge_unique(&registry, &now, &later, ctx.lang_key()).await?;
        let count = move |conn: &mut akrab_store::Conn| -> Result<BTreeMap<String, u64>> {
            tables.into_iter().map(|table| Ok((table.clone(), conn.table_rows(&table)?))).collect()
        };
        let rows = self.inner.store.read(count).await?;
        let lines = plan::lines(&now, &later, &filled, &rows);
        let kept = edits.iter().filter_map(|edit| row(world, ctx, edit).transpose()).collect::<Result<Vec<_>>>()?;
        let staged = |key: &&String| {
            let has = |registry: &Registry| registry.object(key).is_some_and(|o| o.fields.iter().any(|f| f.kind == FieldType::Stage));
            has(&registry) && !has(&world.registry)
        };
        let staged = edits.iter().map(|edit| &edit.object).filter(staged).cloned().collect();
        Ok(Draft { base: world.version, now, later, rows: kept, staged, outlook: Outlook { lines, registry }, world: Arc::new(after) })
    }
}

impl Engine {
    /// What must be unique from now on already is.
    async fn judge_unique(&self, registry: &Registry, now: &[SchemaStep], later: &[IndexSpec], lang: &str) -> Result<()> {
        let fresh = |table: &str, column: &str| {
            now.iter().any(|step| matches!(step, SchemaStep::AddColumn { table: of, column: new } if of == table && new.name == column))
        };
        // a column that comes with the change is empty
        let old = later.iter().filter(|index| index.unique && !index.columns.iter().any(|column| fresh(&index.table, column)));
        let old: Vec<IndexSpec> = old.cloned().collect();
        if old.is_empty() {
            return Ok(());
        }
        let count = move |conn: &mut akrab_store::Conn| -> Result<Vec<(IndexSpec, u64)>> {
            old.into_iter().map(|index| Ok((index.clone(), conn.doubled(&index)?))).collect()
        };
        let found = self.inner.store.read(count).await?.into_iter().filter(|(_, count)| *count > 0);
        let fault = |(index, count): (IndexSpec, u64)| {
            let object = registry.objects().find(|object| object.table == index.table);
            let of = |column: &String| object?.fields.iter().find(|f| column.trim_end_matches("__s") == f.column);
            let labels: Vec<&str> = index.columns.iter().filter_map(of).map(|field| field.label.get(lang)).collect();
            FieldProblem::new("unique", "shape_not_unique_yet").with("fields", labels.join(" + ")).with("n", count)
        };
        let faults: Vec<FieldProblem> = found.map(fault).collect();
        if faults.is_empty() { Ok(()) } else { Err(Problem::invalid(faults)) }
    }
}

/// The shape as it is after the edits.
fn composed(world: &World, edits: &[Edit]) -> Shape {
    let mut shape = world.shape.clone();
    for edit in edits {
        match &edit.part {
            Some(part) => drop(shape.parts.insert(edit.object.clone(), part.clone())),
            None => drop(shape.parts.shift_remove(&edit.object)),
        }
    }
    shape
}

/// What is kept of an edit; nothing when it changes nothing.
fn row(world: &World, ctx: &Ctx, edit: &Edit) -> Result<Option<(ShapeRow, ShapeDeed)>> {
    let body = |part: Option<&Part>| part.filter(|part| !part.is_empty()).map(serde_json::to_string).transpose().map_err(Problem::internal);
    let (earlier, later) = (body(world.shape.parts.get(&edit.object))?, body(edit.part.as_ref())?);
    if earlier == later {
        return Ok(None);
    }
    let mut gone = world.gone.get(&edit.object).cloned().unwrap_or_default();
    if edit.deed == Deed::Purge {
        gone.insert(if edit.detail.is_empty() { WHOLE.into() } else { edit.detail.clone() });
    }
    let gone = serde_json::to_string(&gone).map_err(Problem::internal)?;
    let kept = ShapeRow { object: edit.object.clone(), version: edit.version + 1, body: later.clone(), gone };
    let deed = ShapeDeed {
        id: 0,
        at: ctx.micros(),
        actor: ctx.author(),
        door: ctx.door.key().into(),
        object: edit.object.clone(),
        deed: edit.deed.key().into(),
        detail: edit.detail.clone(),
        earlier,
        later,
    };
    Ok(Some((kept, deed)))
}

impl Tx<'_> {
    pub(super) fn keep_shape(&mut self, draft: &Draft) -> Result<()> {
        if draft.rows.is_empty() {
            return Ok(());
        }
        self.alone("shape")?;
        // another administrator may have been faster, in whatever process
        if Kept::of(self.conn.shape_rows()?).version != draft.base {
            return Err(Problem::new(ProblemKind::Stale, "stale"));
        }
        self.conn.schema_steps(&draft.now)?;
        for (row, deed) in &draft.rows {
            self.conn.shape_put(row, deed)?;
            self.audit("shape", None, json!({ "object": deed.object, "deed": deed.deed, "title": deed.detail }))?;
        }
        for object in &draft.staged {
            self.first_pipeline(object)?;
        }
        if !draft.later.is_empty() || draft.outlook.lines.iter().any(|line| line.later) {
            self.as_system("figures and indexes of changed objects").enqueue(&ShapeJob {})?;
        }
        // every process reads the objects anew with the people
        self.effects.people_changed();
        Ok(())
    }

    /// An object that passes through stages begins with a pipeline; it is arranged in the settings.
    fn first_pipeline(&mut self, object: &str) -> Result<()> {
        if self.find_by("pipeline", "object", &akrab_model::Value::Text(object.into()))?.is_some() {
            return Ok(());
        }
        let lang = self.ctx.lang;
        let mut make = |of: &str, input: serde_json::Value| self.create(of, input.as_object().unwrap_or(&serde_json::Map::new()));
        let pipeline = make("pipeline", json!({ "name": lang.pick("Alur utama", "Main pipeline"), "object": object }))?;
        let stages = [
            ("Baru", "New", "open", 0),
            ("Diproses", "In progress", "open", 50),
            ("Selesai", "Done", "won", 100),
            ("Batal", "Cancelled", "lost", 0),
        ];
        for (n, (id, en, category, probability)) in stages.into_iter().enumerate() {
            let input =
                json!({ "name": lang.pick(id, en), "pipeline": pipeline, "position": n, "category": category, "probability": probability });
            make("stage", input)?;
        }
        Ok(())
    }
}
