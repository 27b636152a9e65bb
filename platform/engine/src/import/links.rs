//! Finding records by what files call them, many at once.

use super::parents::is_key;
use super::plan::Plan;
use super::source::Line;
use super::systems::{first_of, stage_share};
use crate::{Result, Tx};
use akrab_model::text::{fold, phone};
use akrab_model::{Field, FieldIx, FieldProblem, FieldType, Object, Raw, Value};
use rust_decimal::Decimal;
use serde_json::Value as Json;
use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

/// What the link cells of a chunk point to: (target object, folded text) → ids.
#[derive(Default)]
pub(super) struct Links {
    found: HashMap<(u16, String), Vec<i64>>,
    /// The file is of another program, which may keep several records in one cell.
    foreign: bool,
    /// Stages by what they stand for.
    stages: Vec<Stage>,
}

#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Stage {
    id: i64,
    category: String,
    title: String,
    /// How likely a sale is there.
    share: Decimal,
}

impl Links {
    /// Looks up every name in the link columns of these rows: by number, e-mail and title. A number is a name as any other;
    /// what a column of ids holds needs no search.
    pub fn find(tx: &mut Tx, plan: &Plan, lines: &[Line]) -> Result<Links> {
        let mut links = Links { foreign: plan.spec.system.is_some(), ..Links::default() };
        let mut wanted: HashMap<u16, BTreeSet<String>> = HashMap::new();
        let plain = plan.linked.iter().filter(|l| l.plain).flat_map(|l| l.columns.iter().map(|(column, _)| (*column, l.field)));
        for (column, ix) in plan.fields.iter().copied().chain(plain) {
            let field = plan.object.at(ix);
            let Some(to) = field.to else { continue };
            let names = lines.iter().flat_map(|line| match field.kind {
                FieldType::Links => names(field, line.text(column)),
                _ => Some(links.one(&line.text(column)).to_string()).filter(|name| !name.is_empty()).into_iter().collect(),
            });
            wanted.entry(to.0).or_default().extend(names.filter(|n| !(plan.own_ids.contains(&column) && n.parse::<i64>().is_ok())));
        }
        for (to, names) in wanted {
            let target = tx.registry.at(akrab_model::ObjectIx(to)).clone();
            match target.key.as_str() {
                "user" => links.people(tx, to),
                "stage" => links.read_stages(tx, &plan.object.key, to)?,
                _ => links.records(tx, &target, names)?,
            }
        }
        Ok(links)
    }

    /// Records of the file's own kind by what other rows call them.
    pub fn called(tx: &mut Tx, object: &Arc<Object>, names: BTreeSet<String>) -> Result<Links> {
        let mut links = Links { foreign: true, ..Links::default() };
        links.records(tx, object, names)?;
        Ok(links)
    }

    /// Whether some record is called so.
    pub fn knows(&self, field: &Field, text: &str) -> bool {
        field.to.is_some_and(|to| self.found.contains_key(&(to.0, fold(self.one(text)))))
    }

    /// The first of several: a program that keeps several in one cell puts the main one first.
    pub fn one<'t>(&self, text: &'t str) -> &'t str {
        if self.foreign { first_of(text) } else { text.trim() }
    }

    /// What the values of one field are called: people or stages.
    pub fn of_field(tx: &mut Tx, object: &Object, field: &Field) -> Result<Links> {
        let mut links = Links::default();
        if let Some(to) = field.to {
            match tx.registry.at(to).key.clone().as_str() {
                "user" => links.people(tx, to.0),
                "stage" => links.read_stages(tx, &object.key, to.0)?,
                _ => {}
            }
        }
        Ok(links)
    }

    /// The stages there are, with their titles.
    pub fn stages(&self) -> impl Iterator<Item = (i64, &str)> {
        self.stages.iter().map(|s| (s.id, s.title.as_str()))
    }

    /// The stage or person that a word of another program seems to mean.
    pub fn meant(&self, field: &Field, text: &str) -> Option<Json> {
        let typed = fold(text);
        if field.kind == FieldType::Stage {
            return self.ended(text).or_else(|| self.near(&typed));
        }
        let to = field.to?.0;
        // one person with this first name
        let mut near = self.found.iter().filter(|((of, name), ids)| *of == to && ids.len() == 1 && name.split(' ').next() == Some(&typed));
        match (near.next(), near.next()) {
            (Some((_, ids)), None) => ids.first().map(|id| Json::from(*id)),
            _ => None,
        }
    }

    /// The stage of something that was won or lost, when a word says so.
    pub fn ended(&self, word: &str) -> Option<Json> {
        let typed = fold(word);
        let has = |words: &[&str]| words.iter().any(|w| typed.contains(w));
        let category = if has(&["won", "menang"]) {
            "won"
        } else if has(&["lost", "kalah"]) {
            "lost"
        } else {
            return None;
        };
        self.stages.iter().find(|s| s.category == category).map(|s| Json::from(s.id))
    }

    /// The open stage where a sale is about as likely as in the one that other programs call so.
    fn near(&self, typed: &str) -> Option<Json> {
        let words: Vec<&str> = typed.split(|c: char| !c.is_alphanumeric()).filter(|w| !w.is_empty()).collect();
        let share = Decimal::from(stage_share(&words.join(" "))?);
        let open = self.stages.iter().filter(|s| s.category == "open");
        open.min_by_key(|s| (s.share - share).abs()).map(|s| Json::from(s.id))
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
    fn read_stages(&mut self, tx: &mut Tx, object: &str, to: u16) -> Result<()> {
        let (stage, pipeline) = (tx.object("stage")?, tx.object("pipeline")?);
        let (Some(of), Some(by)) = (pipeline.field_ix("object"), stage.field_ix("pipeline")) else { return Ok(()) };
        let pipelines = tx.among(&pipeline, of, vec![object.into()], Vec::new())?;
        let ids = pipelines.into_iter().map(|(id, _)| Raw::Int(id)).collect();
        let mut read = vec![stage.title];
        read.extend(["category", "probability"].iter().filter_map(|key| stage.field_ix(key)));
        for (id, cells) in tx.among(&stage, by, ids, read)? {
            let Some(Raw::Text(title)) = cells.first() else { continue };
            self.put(to, title, id);
            let category = cells.get(1).and_then(Raw::text).unwrap_or_default().into();
            let share = cells.get(2).map(|cell| Value::from_raw(FieldType::Percent, cell.clone()));
            let share = if let Some(Value::Dec(share)) = share { share } else { Decimal::ZERO };
            self.stages.push(Stage { id, category, title: title.clone(), share });
        }
        self.stages.sort();
        Ok(())
    }

    fn records(&mut self, tx: &mut Tx, target: &Arc<Object>, names: BTreeSet<String>) -> Result<()> {
        let unique = |f: &Field| f.unique || target.decl.unique.iter().any(|set| *set == [f.key.clone()]);
        let by_what = |f: &Field| is_key(f.kind) || (f.kind == FieldType::Text && unique(f)) || f.key == target.decl.title;
        let country = tx.parse_env().country;
        let mut fields: Vec<FieldIx> = (0..target.fields.len() as u16).map(FieldIx).filter(|ix| by_what(target.at(*ix))).collect();
        fields.sort_by_key(|ix| match target.at(*ix) {
            f if f.kind == FieldType::Text && unique(f) => 0,
            f if f.kind == FieldType::AutoNumber => 1,
            _ => 2,
        });
        for by in fields {
            if tx.rights.field(target, by) == akrab_model::object::FieldRight::Hidden {
                continue;
            }
            // the number of one record is no telephone of another
            let known = |name: &&String| is_number(name) && self.found.contains_key(&(target.ix.0, fold(name)));
            let names: Vec<&String> = names.iter().filter(|name| !known(name)).collect();
            let mut phones: HashMap<String, Vec<&String>> = HashMap::new();
            let values = names.into_iter().filter_map(|name| match target.at(by).kind {
                FieldType::Email => name.contains('@').then(|| name.to_lowercase()),
                FieldType::AutoNumber => Some(name.to_uppercase()),
                FieldType::Phone => {
                    let e164 = phone::parse(name, &country).ok()?.e164;
                    phones.entry(e164.clone()).or_default().push(name);
                    Some(e164)
                }
                _ => Some(name.clone()),
            });
            let values: Vec<Raw> = values.map(Raw::Text).collect();
            if values.is_empty() {
                continue;
            }
            for (id, cells) in tx.among(target, by, values, vec![by])? {
                let Some(Raw::Text(text)) = cells.first() else { continue };
                match phones.get(text) {
                    // as the file writes it
                    Some(written) => written.iter().for_each(|name| self.put(target.ix.0, name, id)),
                    None => self.put(target.ix.0, text, id),
                }
            }
        }
        Ok(())
    }

    /// The cell of a link column as ids; numbers are ids of this workspace only in a column `of_ids`.
    ///
    /// # Errors
    /// `no_such_record`, `several_records` with the name.
    pub fn resolve(&self, field: &Field, text: &str, of_ids: bool) -> Result<Json, FieldProblem> {
        let to = field.to.map_or(u16::MAX, |to| to.0);
        let one = |name: &str| -> Result<i64, FieldProblem> {
            if let (true, Ok(id)) = (of_ids, name.parse()) {
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
            one(self.one(text)).map(Json::from)
        }
    }
}

/// Whether a cell holds a number as lists of others give to their records; longer ones may be telephones.
pub(super) fn is_number(text: &str) -> bool {
    let text = text.trim();
    (1..=9).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit()) && !text.starts_with('0')
}

fn names(field: &Field, text: String) -> Vec<String> {
    let parts: Vec<String> = if field.kind == FieldType::Links {
        text.split(';').map(|s| s.trim().to_string()).collect()
    } else {
        vec![text.trim().to_string()]
    };
    parts.into_iter().filter(|s| !s.is_empty()).collect()
}
