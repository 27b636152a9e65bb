//! Taking back one change among many, or everything since it; and why one cannot be taken back by itself.

use super::{Deed, Edit, Told, Use};
use crate::world::World;
use crate::{Ctx, Engine, Result};
use akrab_model::object::shape::{Part, Place, places};
use akrab_model::problem::ProblemKind;
use akrab_model::{Label, Problem};

/// Later changes of one object that are looked at.
const MOST: usize = 1_000;

/// What taking back one change comes to.
#[derive(Debug, Clone)]
pub struct Reversal {
    pub told: Told,
    /// What it did, place by place.
    pub places: Vec<Place>,
    /// What was changed of the object since, the last first.
    pub later: Vec<Told>,
    /// The edit that takes back this change and no other; none while something stands on it.
    pub alone: Option<Edit>,
    /// Why there is none.
    pub stands: Vec<Stand>,
}

/// What stands on a change.
#[derive(Debug, Clone)]
pub enum Stand {
    /// The same place was changed again, by this later change if it can be told.
    Changed { path: Vec<String>, by: Option<Box<Told>> },
    /// Something works with what the change made.
    Used(Use),
    /// It was removed for good, with what was in it.
    Gone,
    /// What stands now is as it was before already.
    Undone,
}

impl Engine {
    /// What a change did, and what taking it back alone would meet.
    ///
    /// # Errors
    /// `not_found` for a change there is not, `forbidden` for anybody but administrators.
    pub async fn shape_reversal(&self, ctx: &Ctx, id: i64) -> Result<Reversal> {
        let told = self.told(ctx, id).await?;
        self.refresh_people().await?;
        let mut later = self.shape_log(ctx, Some(&told.object), None, MOST).await?;
        later.retain(|later| later.id > id);
        let world = self.world();
        let mut found =
            Reversal { places: places(told.before.as_ref(), told.after.as_ref()), told, later, alone: None, stands: Vec::new() };
        match taken_back(self, &world, &found.told) {
            Ok(part) => {
                found.stands = self.works_with(ctx, &found.told).await?.into_iter().map(Stand::Used).collect();
                let now = world.shape.parts.get(&found.told.object);
                if found.stands.is_empty() && now.map_or(part.is_empty(), |now| *now == part) {
                    found.stands.push(Stand::Undone);
                }
                if found.stands.is_empty() {
                    let version = world.part_version(&found.told.object);
                    let object = found.told.object.clone();
                    found.alone = Some(Edit { object, part: Some(part), version, deed: Deed::Revert, detail: id.to_string() });
                }
            }
            Err(paths) => found.stands = paths.into_iter().map(|path| stand(path, &found.later)).collect(),
        }
        Ok(found)
    }

    /// The edit that takes back one change and leaves every later one.
    ///
    /// # Errors
    /// `shape_stands_on_it` when something later stands on it; as [`Engine::shape_reversal`].
    pub async fn shape_take_back(&self, ctx: &Ctx, id: i64) -> Result<Edit> {
        let found = self.shape_reversal(ctx, id).await?;
        found.alone.ok_or_else(|| Problem::new(ProblemKind::Conflict, "shape_stands_on_it"))
    }

    async fn told(&self, ctx: &Ctx, id: i64) -> Result<Told> {
        let told = self.shape_log(ctx, None, Some(id + 1), 1).await?.into_iter().next();
        told.filter(|told| told.id == id).ok_or_else(Problem::not_found)
    }

    /// What would no longer work without what the change made, and did not come with it.
    async fn works_with(&self, ctx: &Ctx, told: &Told) -> Result<Vec<Use>> {
        let fresh = |part: &Part| -> Vec<(String, Label)> {
            let fields = match part {
                Part::Own(decl) => &decl.fields,
                Part::Change(change) => &change.fields,
            };
            fields.iter().map(|(key, field)| (key.clone(), field.label.clone())).collect()
        };
        let Some(after) = &told.after else { return Ok(Vec::new()) };
        if let (None, Part::Own(_)) = (&told.before, after) {
            let uses = self.shape_uses(ctx, &told.object, None).await?;
            return Ok(uses.into_iter().filter(|used| used.blocks && used.object != told.object).collect());
        }
        let old = told.before.as_ref().map(fresh).unwrap_or_default();
        let made: Vec<_> = fresh(after).into_iter().filter(|(key, _)| !old.iter().any(|(other, _)| other == key)).collect();
        let mut found = Vec::new();
        for (key, _) in &made {
            for used in self.shape_uses(ctx, &told.object, Some(key)).await? {
                let along = used.object == told.object && made.iter().any(|(_, label)| label.get(ctx.lang_key()) == used.name);
                if used.blocks && !along && !found.contains(&used) {
                    found.push(used);
                }
            }
        }
        Ok(found)
    }

    /// The edit that brings an object back to what it was before a change, with everything since. Fields made since are
    /// put out of sight instead of being lost, and what was removed for good stays removed.
    ///
    /// # Errors
    /// `not_found` for a change there is not.
    pub async fn shape_revert(&self, ctx: &Ctx, id: i64) -> Result<Edit> {
        let told = self.told(ctx, id).await?;
        let world = self.world();
        let part = match world.shape.parts.get(&told.object) {
            Some(now) => Some(now.back_to(told.before.as_ref())),
            None => told.before,
        };
        let part = part.map(|mut part| {
            let gone: Vec<String> = part.own_fields().filter(|key| world.is_gone(&told.object, key)).cloned().collect();
            for key in &gone {
                part.drop_field(key);
            }
            part
        });
        let version = world.part_version(&told.object);
        Ok(Edit { object: told.object, part, version, deed: Deed::Revert, detail: id.to_string() })
    }
}

/// The part without the change, or the places where it was changed again; one without a name where it is gone.
fn taken_back(engine: &Engine, world: &World, told: &Told) -> Result<Part, Vec<Vec<String>>> {
    let gone = || vec![Vec::new()];
    let now = match (world.shape.parts.get(&told.object), &told.before, &told.after) {
        (Some(now), ..) => now.clone(),
        (None, Some(Part::Change(change)), _) | (None, _, Some(Part::Change(change))) => {
            Part::Change(Box::new(akrab_model::object::shape::ObjectChange::of(&change.object)))
        }
        _ => return Err(gone()),
    };
    let kept = |part: &Option<Part>| part.as_ref().map(|part| part.own_fields().cloned().collect::<Vec<_>>()).unwrap_or_default();
    let after = kept(&told.after);
    // what was removed for good cannot come back
    if told.deed == Deed::Purge.key() || kept(&told.before).iter().any(|key| !after.contains(key)) {
        return Err(gone());
    }
    let offered = offered(engine, told);
    now.taking_back(offered.as_ref().or(told.before.as_ref()), told.after.as_ref())
}

/// What was before, where choices were added to a shipped field: they stay known, and are no longer offered.
fn offered(engine: &Engine, told: &Told) -> Option<Part> {
    let Some(Part::Change(after)) = &told.after else { return None };
    let mut before = match &told.before {
        Some(Part::Change(before)) => before.clone(),
        _ => Box::new(akrab_model::object::shape::ObjectChange::of(&told.object)),
    };
    let shipped = engine.inner.shipped.iter().find(|(_, decl)| decl.key == told.object).map(|(_, decl)| decl)?;
    for (key, field) in &after.changed {
        let (Some(is), Some(shipped)) = (&field.choices, shipped.fields.get(key)) else { continue };
        let was = before.changed.get(key).and_then(|field| field.choices.clone()).unwrap_or_else(|| shipped.choices.clone());
        let added = is.iter().filter(|choice| !was.iter().any(|known| known.key == choice.key));
        let added: Vec<_> = added.map(|choice| akrab_model::Choice { retired: true, ..choice.clone() }).collect();
        if !added.is_empty() {
            before.changed.entry(key.clone()).or_default().choices = Some(was.into_iter().chain(added).collect());
        }
    }
    Some(Part::Change(before))
}

/// Who changed a place again.
fn stand(path: Vec<String>, later: &[Told]) -> Stand {
    if path.is_empty() {
        return Stand::Gone;
    }
    let touches = |other: &[String]| other.starts_with(&path) || path.starts_with(other);
    let by = later.iter().find(|later| places(later.before.as_ref(), later.after.as_ref()).iter().any(|place| touches(&place.path)));
    Stand::Changed { path, by: by.cloned().map(Box::new) }
}
