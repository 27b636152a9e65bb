//! What must stay while others stand on it: the last administrator, roles people have, stages and
//! pipelines with records in them.

use crate::behaviour::{Behaviour, Draft};
use crate::identity::ADMINISTRATOR;
use crate::people::{self, People};
use crate::{Result, Tx};
use akrab_model::filter::{Is, Test};
use akrab_model::problem::ProblemKind;
use akrab_model::{Cond, FieldType, Problem, Query, Raw, Record, Value};
use std::sync::Arc;

/// The rules of the program's own objects.
pub(crate) fn behaviours() -> Vec<Arc<dyn Behaviour>> {
    let sharing = crate::sharing::behaviours();
    let own: Vec<Arc<dyn Behaviour>> = vec![
        Arc::new(LastAdministrator),
        Arc::new(Leaving),
        Arc::new(Roles),
        Arc::new(crate::identity::TeamTree),
        Arc::new(Used { object: "stage", code: "stage_in_use" }),
        Arc::new(Used { object: "pipeline", code: "pipeline_in_use" }),
        Arc::new(Stages),
        Arc::new(Placed { object: "pipeline", field: "object" }),
        Arc::new(Placed { object: "stage", field: "pipeline" }),
        Arc::new(Mapped { object: "pipeline" }),
        Arc::new(Mapped { object: "stage" }),
    ];
    own.into_iter().chain(sharing).collect()
}

/// Refuses a change that takes the last active administrator away.
struct LastAdministrator;

impl LastAdministrator {
    /// Whether `user` is the only active administrator, as this transaction sees it. Whoever asks at the
    /// same moment waits for its end.
    fn is(&self, user: i64, tx: &mut Tx) -> Result<bool> {
        people::bump(tx.conn)?;
        let people = People::load(tx.conn, &tx.registry)?;
        Ok(matches!(people.administrators().as_slice(), [only] if only.id == user))
    }
}

impl Behaviour for LastAdministrator {
    fn object(&self) -> &'static str {
        "user"
    }
    fn before_save(&self, draft: &mut Draft, tx: &mut Tx) -> Result<()> {
        let Some(before) = &draft.before else { return Ok(()) };
        let field = if draft.changed("active") && !draft.get("active").bool() {
            "active"
        } else if draft.changed("role") {
            "role"
        } else {
            return Ok(());
        };
        if self.is(before.id, tx)? { Err(draft.fault(field, "last_admin")) } else { Ok(()) }
    }
    fn before_delete(&self, record: &Record, tx: &mut Tx) -> Result<()> {
        if self.is(record.id, tx)? { Err(Problem::new(ProblemKind::Conflict, "last_admin")) } else { Ok(()) }
    }
}

/// Whoever leaves loses his sessions, tokens and links, and gets none of them back by returning.
struct Leaving;

impl Behaviour for Leaving {
    fn object(&self) -> &'static str {
        "user"
    }
    fn after_save(&self, draft: &Draft, id: i64, tx: &mut Tx) -> Result<()> {
        let left = !draft.is_new() && draft.changed("active") && !draft.get("active").bool();
        if left { Ok(tx.conn.access_end(id)?) } else { Ok(()) }
    }
    fn before_delete(&self, record: &Record, tx: &mut Tx) -> Result<()> {
        Ok(tx.conn.access_end(record.id)?)
    }
}

/// Shipped rights hang on a role's key, so it stays; so do roles that every workspace has or people have.
struct Roles;

impl Behaviour for Roles {
    fn object(&self) -> &'static str {
        "role"
    }
    fn before_save(&self, draft: &mut Draft, _: &mut Tx) -> Result<()> {
        if !draft.is_new() && draft.changed("key") { Err(draft.fault("key", "fixed_once_made")) } else { Ok(()) }
    }
    fn before_delete(&self, record: &Record, tx: &mut Tx) -> Result<()> {
        let key = record.text("key");
        let shipped = key == ADMINISTRATOR || tx.registry.objects().any(|o| o.decl.access.contains_key(key));
        if shipped || tx.find_by("user", "role", &Value::Link(record.id))?.is_some() {
            return Err(Problem::new(ProblemKind::Conflict, "role_in_use"));
        }
        Ok(())
    }
}

/// A record that others are in by a link or a stage.
struct Used {
    object: &'static str,
    code: &'static str,
}

impl Behaviour for Used {
    fn object(&self) -> &'static str {
        self.object
    }
    fn before_delete(&self, record: &Record, tx: &mut Tx) -> Result<()> {
        if has_children(tx, self.object, record.id, false)? { Err(Problem::new(ProblemKind::Conflict, self.code)) } else { Ok(()) }
    }
}

/// The stages of a pipeline no record is in go to the bin with it, and come back with it.
struct Stages;

impl Stages {
    /// Stages of the pipeline: the living ones, or those in the bin since `binned`.
    fn of(&self, pipeline: i64, binned: Option<i64>, tx: &mut Tx) -> Result<Vec<i64>> {
        let (registry, stage) = (tx.registry.clone(), tx.object("stage")?);
        let Some(field) = stage.field_ix("pipeline") else { return Ok(Vec::new()) };
        let cond = Cond::Test(Test { path: Vec::new(), object: stage.ix, field, is: Is::Eq(Raw::Int(pipeline)) });
        let query = Query {
            object: stage.ix,
            columns: vec![],
            cond,
            sort: vec![],
            limit: 1_000,
            after: None,
            bin: binned.is_some(),
            titles: Vec::new(),
        };
        let rows = tx.conn.select(&registry, &query)?.rows;
        Ok(rows.into_iter().filter(|row| row.deleted_at == binned).map(|row| row.id).collect())
    }
}

impl Behaviour for Stages {
    fn object(&self) -> &'static str {
        "pipeline"
    }
    fn before_delete(&self, record: &Record, tx: &mut Tx) -> Result<()> {
        for stage in self.of(record.id, None, tx)? {
            tx.delete("stage", stage, None)?;
        }
        Ok(())
    }
    fn after_restore(&self, record: &Record, tx: &mut Tx) -> Result<()> {
        for stage in self.of(record.id, record.deleted_at, tx)? {
            tx.restore("stage", stage)?;
        }
        Ok(())
    }
}

/// A pipeline with stages or records stays with its object, a stage with records in its pipeline:
/// otherwise records would stand in stages that are none of theirs.
struct Placed {
    object: &'static str,
    field: &'static str,
}

impl Behaviour for Placed {
    fn object(&self) -> &'static str {
        self.object
    }
    fn before_save(&self, draft: &mut Draft, tx: &mut Tx) -> Result<()> {
        let Some(id) = draft.before.as_ref().map(|b| b.id).filter(|_| draft.changed(self.field)) else { return Ok(()) };
        if has_children(tx, self.object, id, true)? { Err(draft.fault(self.field, "fixed_once_used")) } else { Ok(()) }
    }
}

/// Process maps are drawn over pipelines and their stages: they follow their names, and are read anew when they change.
struct Mapped {
    object: &'static str,
}

impl Behaviour for Mapped {
    fn object(&self) -> &'static str {
        self.object
    }
    fn after_save(&self, draft: &Draft, id: i64, tx: &mut Tx) -> Result<()> {
        tx.effects.people_changed();
        let name = |value: &Value| value.text().unwrap_or_default().to_string();
        let (old, new) = (name(draft.old("name")), name(draft.get("name")));
        if draft.is_new() || old == new {
            return Ok(());
        }
        let whole = self.object == "pipeline";
        let pipeline = if whole { Some(id) } else { draft.after.link("pipeline") };
        pipeline.map_or(Ok(()), |pipeline| tx.process_renamed(pipeline, &old, &new, whole))
    }
    fn before_delete(&self, _: &Record, tx: &mut Tx) -> Result<()> {
        tx.effects.people_changed();
        Ok(())
    }
    fn after_restore(&self, _: &Record, tx: &mut Tx) -> Result<()> {
        tx.effects.people_changed();
        Ok(())
    }
}

/// Whether records are linked to this one; with `own` those of the program's own objects count too.
fn has_children(tx: &mut Tx, object: &str, id: i64, own: bool) -> Result<bool> {
    let registry = tx.registry.clone();
    for (child, field) in tx.object(object)?.children.clone() {
        let child = registry.at(child);
        if !own && child.is_system() && child.at(field).kind == FieldType::Link || !child.at(field).is_column() {
            continue;
        }
        let here = Cond::Test(Test { path: Vec::new(), object: child.ix, field, is: Is::Eq(Raw::Int(id)) });
        if !tx.conn.ids_after(&registry, child, &here, 0, 1)?.is_empty() {
            return Ok(true);
        }
    }
    Ok(false)
}
