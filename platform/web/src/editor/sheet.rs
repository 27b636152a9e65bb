//! A form of one object: what stands in it, what may be written, what is at fault.

use crate::fail;
use crate::ui::form::{self, Row};
use crate::ui::input::{self, Input};
use crate::value::input::Sheet as Controls;
use crate::value::{Look, Typed, fields_of};
use akrab_engine::Tx;
use akrab_model::{Field, FieldType, Object, Problem};
use maud::Markup;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

/// A form of one object.
pub struct Sheet {
    pub look: Look,
    pub object: Arc<Object>,
    pub typed: Typed,
    /// Messages by control name, in the order of the faults.
    pub errors: Vec<(String, String)>,
    /// Keys of the fields the person may write.
    pub editable: HashSet<String>,
    /// Stages to choose from: (id, name).
    pub stages: Vec<(i64, String)>,
    pub focus: Option<String>,
    /// Where templates for the record that is edited are found.
    of: Option<String>,
    by_name: HashMap<String, String>,
}

impl Sheet {
    /// Looks up what drawing needs: rights, stages, titles of chosen records.
    ///
    /// # Errors
    /// What the database answers.
    pub fn load(tx: &mut Tx, look: Look, object: Arc<Object>, typed: Typed) -> akrab_engine::Result<Sheet> {
        let editable = tx.editable(&object).into_iter().map(|ix| object.at(ix).key.clone()).collect();
        let stages = stages(tx, &object, &typed)?;
        let mut sheet = Sheet { look, object, typed, errors: Vec::new(), editable, stages, focus: None, of: None, by_name: HashMap::new() };
        let fields = sheet.object.fields.clone();
        sheet.load_titles(tx, &fields);
        Ok(sheet)
    }

    /// An empty form with its defaults, what stands in `typed` aside.
    ///
    /// # Errors
    /// What the database answers.
    pub fn fresh(tx: &mut Tx, look: Look, object: Arc<Object>, mut typed: Typed) -> akrab_engine::Result<Sheet> {
        for ix in tx.editable(&object) {
            let field = object.at(ix);
            let Some(value) = tx.default_of(field).filter(|_| !typed.has(&field.key)) else { continue };
            typed.put(&look, field, &value);
        }
        let mut sheet = Sheet::load(tx, look, object, typed)?;
        sheet.focus = Some(sheet.object.title_field().key.clone());
        Ok(sheet)
    }

    /// A form of an action's inputs.
    pub fn of_inputs(tx: &mut Tx, look: Look, object: Arc<Object>, typed: Typed, fields: &[Field]) -> Sheet {
        let editable = fields.iter().map(|f| f.key.clone()).collect();
        let mut sheet =
            Sheet { look, object, typed, errors: Vec::new(), editable, stages: Vec::new(), focus: None, of: None, by_name: HashMap::new() };
        sheet.load_titles(tx, fields);
        sheet
    }

    /// Chosen records are shown by their titles as far as the person may see them, files by their names.
    fn load_titles(&mut self, tx: &mut Tx, fields: &[Field]) {
        for field in fields.iter().filter(|f| f.kind == FieldType::File) {
            let Some(id) = self.typed.all(&field.key).last().and_then(|id| id.parse().ok()) else { continue };
            if let Ok(file) = tx.own_file(id) {
                self.typed.titles.insert((field.key.clone(), id), file.name);
            }
        }
        for (field, id) in self.typed.linked(fields) {
            let name = (field.key.clone(), id);
            let Some(target) = field.to.filter(|_| !self.typed.titles.contains_key(&name)) else { continue };
            let target = tx.registry.at(target).key.clone();
            if let Ok(record) = tx.get(&target, id) {
                self.typed.titles.insert(name, record.title().to_string());
            }
        }
    }

    /// The form of a record there is; `/` in its rich text offers the templates that fit it.
    #[must_use]
    pub fn editing(mut self, id: i64) -> Self {
        self.of = Some(format!("/{}/{id}/templates", self.object.plural));
        self
    }

    /// With the faults of a refused try.
    #[must_use]
    pub fn faulty(mut self, problem: &Problem) -> Self {
        self.errors = if problem.fields.is_empty() {
            vec![(String::new(), fail::message(self.look.t, problem))]
        } else {
            problem.fields.iter().map(|f| (control_name(&self.object, &f.pointer), fail::field_message(self.look.t, f))).collect()
        };
        self.by_name = self.errors.iter().cloned().collect();
        self
    }

    /// The summary of errors, each a link to its field.
    pub fn summary(&self, fields: &[Field]) -> Markup {
        let named: Vec<(String, String)> = self
            .errors
            .iter()
            .map(|(name, message)| {
                let key = name.split('.').next().unwrap_or(name);
                match fields.iter().find(|f| f.key == key) {
                    Some(field) => (name.clone(), format!("{}: {message}", self.look.name(field))),
                    None => (name.clone(), message.clone()),
                }
            })
            .collect();
        form::error_summary(self.look.t, &named)
    }

    /// Writable fields behind layout keys, each once.
    pub fn writable<'o>(&self, object: &'o Object, keys: &[String]) -> Vec<&'o Field> {
        let mut seen = HashSet::new();
        keys.iter()
            .flat_map(|key| fields_of(object, key))
            .filter(|f| self.editable.contains(&f.key) && seen.insert(f.key.as_str()))
            .collect()
    }

    /// The row of a field: label, control, hint, error; with the conditions under which it is shown and wanted.
    pub fn row(&self, field: &Field) -> Markup {
        let row = self.plain_row(field);
        let (shown, wanted) = (field.visible_when.as_ref(), field.required_when.as_ref());
        if shown.is_none() && wanted.is_none() {
            return row;
        }
        maud::html! { div.ak-when data-shown-when=[shown.map(ToString::to_string)] data-wanted-when=[wanted.map(ToString::to_string)] { (row) } }
    }

    fn plain_row(&self, field: &Field) -> Markup {
        if field.kind == FieldType::Stage && !self.stages.is_empty() {
            let row = Row::new(self.look.name(field)).error(self.by_name.get(&field.key).cloned().unwrap_or_default());
            let base = Input::new(&field.key, self.typed.text(&field.key)).required(field.required);
            return form::row(self.look.t, &row, base, |i| input::select(i, &self.stage_options()));
        }
        let row = self.controls().row(field);
        // what names a record has the whole width
        if field.key == self.object.title_field().key {
            maud::html! { div.ak-form-wide { (row) } }
        } else {
            row
        }
    }

    /// The control alone, for edits in place.
    pub fn bare(&self, field: &Field) -> Markup {
        if field.kind == FieldType::Stage && !self.stages.is_empty() {
            let base = Input::new(&field.key, self.typed.text(&field.key)).attr("aria-label", self.look.name(field));
            return input::select(&base, &self.stage_options());
        }
        self.controls().bare(field)
    }

    fn controls(&self) -> Controls<'_> {
        Controls {
            look: &self.look,
            object: &self.object.key,
            typed: &self.typed,
            errors: &self.by_name,
            focus: self.focus.as_deref(),
            templates: self.of.as_deref(),
        }
    }

    fn stage_options(&self) -> Vec<(String, String)> {
        self.stages.iter().map(|(id, name)| (id.to_string(), name.clone())).collect()
    }
}

/// `/contacts/0/role` is the control `contacts.0.role`.
fn control_name(object: &Object, pointer: &str) -> String {
    let name = pointer.trim_start_matches('/').replace('/', ".");
    let links = object.field(name.split('.').next().unwrap_or(&name)).is_some_and(|f| f.kind == FieldType::Links);
    if links && name.split('.').count() == 2 { format!("{name}.id") } else { name }
}

/// Stages of the pipeline that stands in the form, or of the object's first one.
fn stages(tx: &mut Tx, object: &Object, typed: &Typed) -> akrab_engine::Result<Vec<(i64, String)>> {
    let Some(field) = object.fields.iter().find(|f| f.kind == FieldType::Stage) else { return Ok(Vec::new()) };
    let of_stage = match typed.text(&field.key).parse() {
        Ok(stage) => tx.find(&tx.registry.at(field.to.unwrap_or(object.ix)).key.clone(), stage)?.and_then(|s| s.link("pipeline")),
        Err(_) => None,
    };
    let chosen = field.pipeline.as_deref().and_then(|key| typed.text(key).parse().ok());
    let pipeline = match of_stage.or(chosen) {
        Some(pipeline) => Some(pipeline),
        None => tx.first_stage(&object.key, None)?.map(|(_, pipeline)| pipeline),
    };
    match pipeline {
        Some(pipeline) => Ok(tx.stages(pipeline)?.iter().map(|stage| (stage.id, stage.title().to_string())).collect()),
        None => Ok(Vec::new()),
    }
}
