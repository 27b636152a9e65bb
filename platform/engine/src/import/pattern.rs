//! Saved ways to import: which column is which field and by which rules, found again by the column titles.

use super::mapping::{ID_COLUMN, bare};
use super::plan::{ImportSpec, Mode, OnBadValue, OnMatch};
use super::values::ValueMap;
use crate::{Ctx, Engine, Result, Tx};
use akrab_model::text::fold;
use akrab_model::value::Input;
use akrab_model::{FieldProblem, Object, Problem};
use serde::{Deserialize, Serialize};

/// Longest name, in characters, and most patterns of one object.
const NAME: usize = 60;
const MOST: usize = 100;

/// A way to import files with these columns.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Pattern {
    pub name: String,
    /// Who saved it; he and administrators may delete it.
    pub owner: Option<i64>,
    /// (title of the column, field).
    pub columns: Vec<(String, String)>,
    pub match_by: Vec<Vec<String>>,
    pub mode: Mode,
    pub on_match: OnMatch,
    pub on_bad_value: OnBadValue,
    pub defaults: Input,
    /// What words of the file mean.
    pub values: ValueMap,
    /// Links whose records are made when there is none.
    pub make: Vec<String>,
}

impl Pattern {
    /// The field of each column; `None` when the file lacks a column of the pattern.
    pub fn columns_of(&self, header: &[String]) -> Option<Vec<Option<String>>> {
        let titles: Vec<String> = header.iter().map(|title| bare(title)).collect();
        let mut found: Vec<Option<String>> = vec![None; titles.len()];
        for (title, field) in &self.columns {
            let title = bare(title);
            let place = (0..titles.len()).find(|n| found[*n].is_none() && titles[*n] == title)?;
            found[place] = Some(field.clone());
        }
        Some(found)
    }
}

impl Tx<'_> {
    /// The patterns of an object by their names.
    ///
    /// # Errors
    /// What the database answers.
    pub fn patterns(&mut self, object: &Object) -> Result<Vec<Pattern>> {
        self.rights.require_read(object)?;
        let saved = self.conn.settings(&key(object, ""))?;
        let mut patterns: Vec<Pattern> = saved.iter().filter_map(|(_, json)| serde_json::from_str(json).ok()).collect();
        // fields that are gone, or out of sight, are left out
        let known = |field: &String| field == ID_COLUMN || object.field(field.split('.').next().unwrap_or(field)).is_some();
        for pattern in &mut patterns {
            pattern.columns.retain(|(_, field)| known(field));
            pattern.match_by.retain(|set| set.iter().all(|field| object.field(field).is_some()));
        }
        patterns.sort_by_key(|p| fold(&p.name));
        Ok(patterns)
    }

    fn pattern_save(&mut self, object: &Object, name: &str, header: &[String], spec: &ImportSpec) -> Result<()> {
        let name = name.trim();
        let fault = |code: &str| Problem::invalid(vec![FieldProblem::new("name", code).with("max", NAME)]);
        if name.is_empty() {
            return Err(fault("required"));
        }
        if name.chars().count() > NAME {
            return Err(fault("too_long"));
        }
        let known = self.patterns(object)?;
        let before = known.iter().find(|p| fold(&p.name) == fold(name));
        if before.is_some_and(|p| !self.may_drop(p)) {
            return Err(fault("taken"));
        }
        if before.is_none() && known.len() >= MOST {
            return Err(Problem::invalid(vec![FieldProblem::new("name", "too_many").with("max", MOST)]));
        }
        let columns = header.iter().zip(&spec.columns).filter_map(|(title, field)| Some((title.clone(), field.clone()?)));
        let pattern = Pattern {
            name: name.into(),
            owner: self.ctx.user_id(),
            columns: columns.collect(),
            match_by: spec.match_by.clone(),
            mode: spec.mode,
            on_match: spec.on_match,
            on_bad_value: spec.on_bad_value,
            defaults: spec.defaults.clone(),
            values: spec.values.clone(),
            make: spec.make.clone(),
        };
        let json = serde_json::to_string(&pattern).map_err(Problem::internal)?;
        Ok(self.conn.setting_set(&key(object, name), &json)?)
    }

    /// Deletes a pattern; what was imported by it stays.
    ///
    /// # Errors
    /// `not_found`, `forbidden` for somebody else's.
    pub fn pattern_drop(&mut self, object: &Object, name: &str) -> Result<()> {
        let pattern = self.patterns(object)?.into_iter().find(|p| fold(&p.name) == fold(name)).ok_or_else(Problem::not_found)?;
        if !self.may_drop(&pattern) {
            return Err(Problem::forbidden());
        }
        Ok(self.conn.setting_drop(&key(object, &pattern.name))?)
    }

    fn may_drop(&self, pattern: &Pattern) -> bool {
        !self.ctx.read_only && (self.ctx.is_admin() || (pattern.owner.is_some() && pattern.owner == self.ctx.user_id()))
    }
}

impl Engine {
    /// Saves how an import or its trial was done under a name; one's own pattern of that name is replaced.
    ///
    /// # Errors
    /// As [`Engine::import_report`]; `invalid` name.
    pub async fn import_pattern_save(&self, ctx: &Ctx, job: i64, name: &str) -> Result<()> {
        let (_, report) = self.import_report(ctx, job).await?;
        let spec = report.spec.ok_or_else(Problem::not_found)?;
        let object = self.object(&spec.object)?;
        super::plan::permitted(ctx, &object)?;
        let (name, header) = (name.to_string(), report.header);
        self.write(ctx, move |tx| tx.pattern_save(&object, &name, &header, &spec)).await
    }
}

fn key(object: &Object, name: &str) -> String {
    format!("import-pattern:{}:{}", object.key, fold(name))
}
