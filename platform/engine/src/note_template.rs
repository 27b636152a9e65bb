//! Templates of notes: texts in both languages, for records of one object or of any, with places for what the record says.

use crate::{Result, Tx};
use akrab_model::flow::{Part, parts};
use akrab_model::{FieldProblem, Label, Problem, Record, RecordId, Value};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Where they are kept.
const KEY: &str = "note_templates";
const MOST: usize = 200;
const NAME: usize = 80;
const TEXT: usize = 20_000;

/// A template.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NoteTemplate {
    /// 0 for a new one.
    pub id: i64,
    /// Key of the object it is for; none for all.
    pub object: Option<String>,
    /// Kind of entry it is for, as timelines tell them apart (`call`, `visit`); none for all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    pub name: Label,
    /// Markdown; `{{field}}` stands for what the record says, `{{link.field}}` for what a linked one says.
    pub text: Label,
}

/// A template ready to be written on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FilledTemplate {
    pub id: i64,
    pub kind: Option<String>,
    pub name: String,
    pub text: String,
}

impl Tx<'_> {
    /// All templates, in the order they were made.
    ///
    /// # Errors
    /// What the database answers.
    pub fn note_templates(&mut self) -> Result<Vec<NoteTemplate>> {
        let Some(text) = self.conn.setting_get(KEY)? else { return Ok(Vec::new()) };
        serde_json::from_str(&text).map_err(Problem::internal)
    }

    /// The templates for records of an object, without their texts: id, kind and name in the reader's language.
    ///
    /// # Errors
    /// What the database answers.
    pub fn note_templates_for(&mut self, object: &str) -> Result<Vec<FilledTemplate>> {
        let lang = self.ctx.lang_key();
        let fits = |t: &NoteTemplate| t.object.as_deref().is_none_or(|key| key == object);
        let named = |t: NoteTemplate| FilledTemplate { id: t.id, kind: t.kind, name: t.name.get(lang).to_string(), text: String::new() };
        Ok(self.note_templates()?.into_iter().filter(fits).map(named).collect())
    }

    /// Templates for a record, with what it says as far as the actor may read it.
    ///
    /// # Errors
    /// `not_found` for a record out of sight.
    pub fn note_templates_filled(&mut self, object: &str, id: RecordId, wanted: impl Fn(&str) -> bool) -> Result<Vec<FilledTemplate>> {
        let record = self.get(object, id)?;
        let about = self.about(&record)?;
        let lang = self.ctx.lang_key();
        let mut filled = Vec::new();
        for template in self.note_templates()? {
            let name = template.name.get(lang).to_string();
            let fits = |r: &&Record| template.object.as_deref().is_none_or(|key| key == r.object.key);
            if let Some(record) = about.iter().find(fits).filter(|_| wanted(&name)) {
                let text = self.record_text(record, template.text.get(lang), self.ctx.lang)?;
                filled.push(FilledTemplate { id: template.id, kind: template.kind.clone(), name, text });
            }
        }
        Ok(filled)
    }

    /// What a text in this record speaks of: a note of what it hangs on, and after that of itself.
    fn about(&mut self, record: &Record) -> Result<Vec<Record>> {
        let object = record.object.clone();
        let mut about = Vec::new();
        for field in object.decl.timeline.on.iter().filter_map(|key| object.field(key)) {
            let (Value::Link(id), Some(to)) = (record.get(&field.key), field.to) else { continue };
            let target = self.registry.at(to).key.clone();
            // what is out of sight says nothing
            about.extend(self.find(&target, *id)?);
        }
        about.push(record.clone());
        Ok(about)
    }

    /// Keeps a template: a new one, or one that takes the place of the one there is.
    ///
    /// # Errors
    /// `forbidden` for anybody but administrators, `invalid` with what is wrong, `not_found` for one that is gone.
    pub fn note_template_save(&mut self, template: &NoteTemplate) -> Result<i64> {
        self.require_admin()?;
        self.judge_template(template)?;
        let mut all = self.note_templates_alone()?;
        let mut template = template.clone();
        if template.id == 0 {
            if all.len() >= MOST {
                return Err(Problem::invalid(vec![FieldProblem::new("name", "too_many_files").with("max", MOST)]));
            }
            template.id = all.iter().map(|t| t.id).max().unwrap_or(0) + 1;
            all.push(template.clone());
        } else {
            let place = all.iter_mut().find(|t| t.id == template.id).ok_or_else(Problem::not_found)?;
            *place = template.clone();
        }
        self.keep_templates(&all, &template)?;
        Ok(template.id)
    }

    /// Removes a template; notes written on it stay as they are.
    ///
    /// # Errors
    /// `forbidden` for anybody but administrators, `not_found`.
    pub fn note_template_remove(&mut self, id: i64) -> Result<()> {
        self.require_admin()?;
        let mut all = self.note_templates_alone()?;
        let at = all.iter().position(|t| t.id == id).ok_or_else(Problem::not_found)?;
        let gone = all.remove(at);
        self.keep_templates(&all, &gone)
    }

    fn note_templates_alone(&mut self) -> Result<Vec<NoteTemplate>> {
        self.conn.alone(KEY)?;
        self.note_templates()
    }

    fn keep_templates(&mut self, all: &[NoteTemplate], changed: &NoteTemplate) -> Result<()> {
        self.conn.setting_set(KEY, &serde_json::to_string(all).map_err(Problem::internal)?)?;
        let there = all.iter().any(|t| t.id == changed.id);
        self.audit(
            "settings",
            None,
            json!({ "title": changed.name.get(self.ctx.lang_key()), "note_template": changed.id, "removed": !there }),
        )
    }

    fn require_admin(&self) -> Result<()> {
        if self.ctx.is_admin() { Ok(()) } else { Err(Problem::forbidden()) }
    }

    fn judge_template(&mut self, template: &NoteTemplate) -> Result<()> {
        let mut faults = Vec::new();
        let object = template.object.as_deref().map(|key| self.object(key)).transpose();
        let object = object.unwrap_or_else(|_| {
            faults.push(FieldProblem::new("object", "unknown_choice"));
            None
        });
        if let Some(kind) = template.kind.as_deref().filter(|kind| !self.registry.is_kind(kind)) {
            faults.push(FieldProblem::new("kind", "unknown_choice").with("value", kind));
        }
        for (lang, name, text) in [("id", &template.name.id, &template.text.id), ("en", &template.name.en, &template.text.en)] {
            for (field, value, most) in [("name", name, NAME), ("text", text, TEXT)] {
                let field = format!("{field}_{lang}");
                if value.trim().is_empty() {
                    faults.push(FieldProblem::new(&field, "required"));
                } else if value.chars().count() > most {
                    faults.push(FieldProblem::new(&field, "too_long").with("max", most));
                }
            }
            // of any object only what every record has
            for part in parts(text) {
                let Part::Field(path) = part else { continue };
                let first = path.split('.').next().unwrap_or(path);
                let known = path == "id" || object.as_ref().is_some_and(|o| o.field(first).is_some());
                if !known && (object.is_some() || template.object.is_none()) {
                    faults.push(FieldProblem::new(&format!("text_{lang}"), "unknown_field").with("field", path));
                }
            }
        }
        if faults.is_empty() { Ok(()) } else { Err(Problem::invalid(faults)) }
    }
}
