//! Finding records by what files call them, many at once.

use super::plan::Plan;
use super::source::Line;
use crate::{Result, Tx};
use akrab_model::text::fold;
use akrab_model::{Field, FieldIx, FieldProblem, FieldType, Object, Raw};
use serde_json::Value as Json;
use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

/// What the link cells of a chunk point to: (target object, folded text) → ids.
#[derive(Default)]
pub(super) struct Links {
    found: HashMap<(u16, String), Vec<i64>>,
}

impl Links {
    /// Looks up every name in the link columns of these rows: by number, e-mail and title.
    pub fn find(tx: &mut Tx, plan: &Plan, lines: &[Line]) -> Result<Links> {
        let mut links = Links::default();
        let mut wanted: HashMap<u16, BTreeSet<String>> = HashMap::new();
        for (column, ix) in &plan.fields {
            let field = plan.object.at(*ix);
            let Some(to) = field.to else { continue };
            let names = lines.iter().flat_map(|line| names(field, line.text(*column)));
            wanted.entry(to.0).or_default().extend(names.filter(|n| n.parse::<i64>().is_err()));
        }
        for (to, names) in wanted {
            let target = tx.registry.at(akrab_model::ObjectIx(to)).clone();
            match target.key.as_str() {
                "user" => links.people(tx, to),
                "stage" => links.stages(tx, &plan.object.key, to)?,
                _ => links.records(tx, &target, names)?,
            }
        }
        Ok(links)
    }

    fn put(&mut self, to: u16, name: &str, id: i64) {
        let ids = self.found.entry((to, fold(name))).or_default();
        if !ids.contains(&id) {
            ids.push(id);
        }
    }

    fn people(&mut self, tx: &Tx, to: u16) {
        for person in tx.engine.people().users().into_iter().filter(|p| p.active) {
            self.put(to, &person.name, person.id);
            self.put(to, &person.email, person.id);
        }
    }

    /// Stages are few, and the same name stands in several pipelines: those of this object count.
    fn stages(&mut self, tx: &mut Tx, object: &str, to: u16) -> Result<()> {
        let (stage, pipeline) = (tx.object("stage")?, tx.object("pipeline")?);
        let (Some(of), Some(by)) = (pipeline.field_ix("object"), stage.field_ix("pipeline")) else { return Ok(()) };
        let pipelines = tx.among(&pipeline, of, vec![object.into()], Vec::new())?;
        let ids = pipelines.into_iter().map(|(id, _)| Raw::Int(id)).collect();
        for (id, cells) in tx.among(&stage, by, ids, vec![stage.title])? {
            if let Some(Raw::Text(title)) = cells.first() {
                self.put(to, title, id);
            }
        }
        Ok(())
    }

    fn records(&mut self, tx: &mut Tx, target: &Arc<Object>, names: BTreeSet<String>) -> Result<()> {
        let by_what = |f: &Field| matches!(f.kind, FieldType::Email | FieldType::AutoNumber) || f.key == target.decl.title;
        let fields: Vec<FieldIx> = (0..target.fields.len() as u16).map(FieldIx).filter(|ix| by_what(target.at(*ix))).collect();
        for by in fields {
            if tx.rights.field(target, by) == akrab_model::object::FieldRight::Hidden {
                continue;
            }
            let values = names.iter().map(|name| match target.at(by).kind {
                FieldType::Email => name.to_lowercase(),
                FieldType::AutoNumber => name.to_uppercase(),
                _ => name.clone(),
            });
            for (id, cells) in tx.among(target, by, values.map(Raw::Text).collect(), vec![by])? {
                if let Some(Raw::Text(text)) = cells.first() {
                    self.put(target.ix.0, text, id);
                }
            }
        }
        Ok(())
    }

    /// The cell of a link column as ids.
    ///
    /// # Errors
    /// `no_such_record`, `several_records` with the name.
    pub fn resolve(&self, field: &Field, text: &str) -> Result<Json, FieldProblem> {
        let to = field.to.map_or(u16::MAX, |to| to.0);
        let one = |name: &str| -> Result<i64, FieldProblem> {
            if let Ok(id) = name.parse() {
                return Ok(id);
            }
            match self.found.get(&(to, fold(name))).map(Vec::as_slice) {
                Some([id]) => Ok(*id),
                // a stage of the same name in several pipelines: the first is the usual one
                Some([id, ..]) if field.kind == FieldType::Stage => Ok(*id),
                Some([_, ..]) => Err(FieldProblem::new(&field.key, "several_records").with("value", name)),
                _ => Err(FieldProblem::new(&field.key, "no_such_record").with("value", name)),
            }
        };
        if field.kind == FieldType::Links {
            let ids: Vec<i64> = names(field, text.into()).iter().map(|n| one(n)).collect::<Result<_, _>>()?;
            Ok(Json::from(ids))
        } else {
            one(text.trim()).map(Json::from)
        }
    }
}

fn names(field: &Field, text: String) -> Vec<String> {
    let parts: Vec<String> = if field.kind == FieldType::Links {
        text.split(';').map(|s| s.trim().to_string()).collect()
    } else {
        vec![text.trim().to_string()]
    };
    parts.into_iter().filter(|s| !s.is_empty()).collect()
}
