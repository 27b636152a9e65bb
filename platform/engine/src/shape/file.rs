//! All changes of a workspace out into a file, and those of a file in.

use super::apply::Draft;
use super::{Deed, Edit, Outlook, text};
use crate::world::World;
use crate::{Ctx, Engine, Result, Tx};
use akrab_model::object::shape::{ObjectChange, Part, Shape};
use akrab_model::{FieldProblem, Problem};

/// What a file would change of one object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Touched {
    pub object: String,
    /// Made by the file.
    pub new: bool,
    pub new_fields: Vec<String>,
    pub changed_fields: Vec<String>,
    /// Anything but fields: names, layout, views, rules.
    pub looks: bool,
}

/// What a file comes to.
#[derive(Debug, Clone, Default)]
pub struct FileOutlook {
    pub touched: Vec<Touched>,
    pub outlook: Outlook,
}

/// A file of changes that can be taken over.
pub(crate) struct ShapeFile {
    touched: Vec<Touched>,
    draft: Draft,
}

impl ShapeFile {
    /// Does what the file says, in a transaction with others.
    pub fn keep(&self, tx: &mut Tx) -> Result<()> {
        tx.keep_shape(&self.draft)
    }
    /// The objects as they are afterwards.
    pub fn world(&self) -> std::sync::Arc<World> {
        self.draft.world.clone()
    }
    pub fn outlook(&self) -> FileOutlook {
        FileOutlook { touched: self.touched.clone(), outlook: self.draft.outlook.clone() }
    }
}

impl Engine {
    /// Everything the workspace made and changed, as TOML; of one object, or of all.
    ///
    /// # Errors
    /// `forbidden` for anybody but administrators.
    pub fn shape_export(&self, ctx: &Ctx, object: Option<&str>) -> Result<String> {
        if !ctx.is_admin() {
            return Err(Problem::forbidden());
        }
        let mut shape = self.world().shape.clone();
        shape.parts.retain(|key, _| object.is_none_or(|wanted| wanted == key));
        text::write(&shape).map_err(Problem::internal)
    }

    /// Brings the changes of a file in, or with `dry` says what would come of it.
    ///
    /// # Errors
    /// `invalid` with every fault and its line; as [`Engine::shape_apply`].
    pub async fn shape_import(&self, ctx: &Ctx, file: &str, dry: bool) -> Result<FileOutlook> {
        let come = std::sync::Arc::new(self.shape_come(ctx, file).await?);
        if !dry {
            let kept = come.clone();
            self.write(ctx, move |tx| kept.keep(tx)).await?;
        }
        Ok(come.outlook())
    }

    /// The changes of a file, read and found good.
    pub(crate) async fn shape_come(&self, ctx: &Ctx, file: &str) -> Result<ShapeFile> {
        if !ctx.is_admin() {
            return Err(Problem::forbidden());
        }
        let told =
            |line: usize, fault: &FieldProblem| FieldProblem::new(&format!("/line/{line}"), "shape_line").with("line", line).because(fault);
        let shape = text::read(file).map_err(|(line, fault)| Problem::invalid(vec![told(line, &fault)]))?;
        self.refresh_people().await?;
        let world = self.world();
        let (mut edits, mut touched) = (Vec::new(), Vec::new());
        for (object, part) in shape.parts {
            let part = joined(world.shape.parts.get(&object), part);
            touched.extend(difference(&world, &object, &part));
            let version = world.part_version(&object);
            edits.push(Edit { object, part: Some(part), version, deed: Deed::Import, detail: String::new() });
        }
        self.in_lines(file, &edits)?;
        Ok(ShapeFile { touched, draft: self.shape_draft(ctx, &edits).await? })
    }

    /// Faults of the compiler, each with its line of the file.
    fn in_lines(&self, file: &str, edits: &[Edit]) -> Result<()> {
        let world = self.world();
        let mut shape = world.shape.clone();
        shape.parts.extend(edits.iter().filter_map(|edit| Some((edit.object.clone(), edit.part.clone()?))));
        let (decls, mut faults) = akrab_model::object::shape::merge(&self.inner.shipped, &shape);
        faults.retain(|fault| edits.iter().any(|edit| edit.object == fault.file));
        if faults.is_empty() {
            faults = crate::world::compile_sound(decls, Some(&world.registry)).err().unwrap_or_default();
        }
        if faults.is_empty() {
            return Ok(());
        }
        let fields = faults.iter().map(|fault| {
            let line = text::line_of(file, fault);
            FieldProblem::new(&format!("/line/{line}"), "shape_line").with("line", line).because(&fault.fault)
        });
        Err(Problem::invalid(fields.collect()))
    }
}

/// What a file says of an object, with the fields it does not know.
fn joined(now: Option<&Part>, file: Part) -> Part {
    match (now, file) {
        (Some(Part::Own(now)), Part::Own(mut file)) => {
            for (key, field) in &now.fields {
                if !file.fields.contains_key(key) {
                    file.fields.insert(key.clone(), field.clone());
                }
            }
            Part::Own(file)
        }
        (Some(Part::Change(now)), Part::Change(mut file)) => {
            for (key, field) in &now.fields {
                if !file.fields.contains_key(key) {
                    file.fields.insert(key.clone(), field.clone());
                }
            }
            for (key, change) in &now.changed {
                if !file.changed.contains_key(key) {
                    file.changed.insert(key.clone(), change.clone());
                }
            }
            Part::Change(file)
        }
        (_, file) => file,
    }
}

fn difference(world: &World, object: &str, part: &Part) -> Option<Touched> {
    let before = world.shape.parts.get(object);
    if before == Some(part) {
        return None;
    }
    let mut touched = Touched {
        object: object.into(),
        new: before.is_none() && matches!(part, Part::Own(_)),
        new_fields: Vec::new(),
        changed_fields: Vec::new(),
        looks: without_fields(before) != without_fields(Some(part)),
    };
    let mut old = before.cloned();
    let mut new = part.clone();
    let keys: Vec<String> = part.own_fields().cloned().collect();
    for key in keys {
        let was = old.as_mut().and_then(|part| part.own_field(&key).cloned());
        match (was, new.own_field(&key)) {
            (None, _) => touched.new_fields.push(key),
            (Some(was), Some(is)) if was != *is => touched.changed_fields.push(key),
            _ => {}
        }
    }
    if let Part::Change(change) = part {
        let known = |key: &str| match before {
            Some(Part::Change(before)) => before.changed.get(key).cloned(),
            _ => None,
        };
        touched
            .changed_fields
            .extend(change.changed.iter().filter(|(key, is)| known(key).as_ref() != Some(is)).map(|(key, _)| key.clone()));
    }
    Some(touched)
}

/// The part with no word about fields.
fn without_fields(part: Option<&Part>) -> Option<Part> {
    let mut part = part?.clone();
    match &mut part {
        Part::Own(decl) => decl.fields.clear(),
        Part::Change(change) => {
            change.fields.clear();
            change.changed.clear();
            if **change == ObjectChange::of(&change.object) {
                return None;
            }
        }
    }
    Some(part)
}

impl World {
    /// What the workspace made and changed, for whoever looks.
    pub fn shape(&self) -> &Shape {
        &self.shape
    }
}
