//! Words of a file that a field does not know: which there are, what they could mean, and what was decided before.

use super::links::Links;
use super::mapping;
use super::plan;
use super::source;
use super::systems;
use crate::{Ctx, Engine, Result, Rights, Tx};
use akrab_model::text::fold;
use akrab_model::{Field, FieldIx, FieldType, Object, Problem};
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

/// Different words of one column that are looked at, and offered.
const MOST: usize = 500;
const OFFERED: usize = 60;

/// For each field what a word of the file means: a value as the API takes it, or null to leave the field empty.
pub type ValueMap = BTreeMap<String, BTreeMap<String, Json>>;

/// A word of the file that its field cannot read.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Word {
    pub text: String,
    pub rows: u64,
    /// What was decided before, or seems to be meant.
    pub meant: Option<Json>,
}

/// The words of a column that want a decision.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Unknown {
    pub field: String,
    /// The most frequent first.
    pub words: Vec<Word>,
    /// More than are offered.
    pub more: usize,
    /// What they may mean: the value, and its words.
    pub options: Vec<(Json, String)>,
}

impl Engine {
    /// The words of choices, stages and people in these columns that cannot be read as they stand.
    ///
    /// # Errors
    /// As [`Engine::import_inspect`].
    pub async fn import_words(
        &self,
        ctx: &Ctx,
        object: &str,
        file: i64,
        sheet: Option<String>,
        columns: &[Option<String>],
    ) -> Result<Vec<Unknown>> {
        let object = ctx.object(object)?;
        plan::permitted(ctx, &object)?;
        let allowed = mapping::mappable(&Rights::new(ctx.registry().clone(), ctx), &object);
        let wanted: Vec<(usize, FieldIx)> = columns
            .iter()
            .enumerate()
            .filter_map(|(n, key)| Some((n, object.field_ix(key.as_deref()?).filter(|ix| allowed.contains(ix))?)))
            .filter(|(_, ix)| has_words(self, object.at(*ix)))
            .collect();
        if wanted.is_empty() {
            return Ok(Vec::new());
        }
        let path = self.file_local(&self.file(ctx, file).await?).await?;
        let asked = wanted.clone();
        let counted = tokio::task::spawn_blocking(move || counted(&path, sheet.as_deref(), &asked));
        let counted = counted.await.map_err(Problem::internal)??;
        self.read(ctx, move |tx| tx.unknown_words(&object, &wanted, counted)).await
    }

    /// Remembers what was decided about words, for the next file.
    pub(super) async fn import_remember(&self, ctx: &Ctx, object: &str, values: &ValueMap) -> Result<()> {
        if values.is_empty() {
            return Ok(());
        }
        let (key, values) = (memory(object), values.clone());
        self.write(ctx, move |tx| {
            let mut known: ValueMap = tx.conn.setting_get(&key)?.and_then(|t| serde_json::from_str(&t).ok()).unwrap_or_default();
            for (field, words) in &values {
                let known = known.entry(field.clone()).or_default();
                known.extend(words.iter().map(|(word, value)| (fold(word), value.clone())));
                while known.len() > MOST {
                    known.pop_first();
                }
            }
            Ok(tx.conn.setting_set(&key, &serde_json::to_string(&known).map_err(Problem::internal)?)?)
        })
        .await
    }
}

fn memory(object: &str) -> String {
    format!("import-values:{object}")
}

/// Fields with a set of values of their own, which other programs call otherwise.
fn has_words(engine: &Engine, field: &Field) -> bool {
    let person = || field.to.is_some_and(|to| engine.registry().at(to).key == "user");
    matches!(field.kind, FieldType::Choice | FieldType::Stage) || (field.kind == FieldType::Link && person())
}

/// How often each word stands in these columns.
fn counted(path: &std::path::Path, sheet: Option<&str>, wanted: &[(usize, FieldIx)]) -> Result<Vec<HashMap<String, u64>>> {
    let layout = source::layout(path, sheet)?;
    let mut counts: Vec<HashMap<String, u64>> = vec![HashMap::new(); wanted.len()];
    let mut head = true;
    source::each(path, &layout, &mut |line| {
        if std::mem::take(&mut head) {
            return Ok(true);
        }
        for ((column, _), counts) in wanted.iter().zip(&mut counts) {
            let text = line.text(*column);
            if let Some(n) = counts.get_mut(&text) {
                *n += 1;
            } else if !text.is_empty() && counts.len() < MOST {
                counts.insert(text, 1);
            }
        }
        Ok(true)
    })?;
    Ok(counts)
}

impl Tx<'_> {
    fn unknown_words(
        &mut self,
        object: &Arc<Object>,
        wanted: &[(usize, FieldIx)],
        counted: Vec<HashMap<String, u64>>,
    ) -> Result<Vec<Unknown>> {
        let known: ValueMap = self.conn.setting_get(&memory(&object.key))?.and_then(|t| serde_json::from_str(&t).ok()).unwrap_or_default();
        let env = self.parse_env();
        let mut unknown = Vec::new();
        for ((_, ix), counts) in wanted.iter().zip(counted) {
            let field = object.at(*ix).clone();
            let links = Links::of_field(self, object, &field)?;
            let read = |text: &String| match field.to {
                Some(_) => links.resolve(&field, text, false).is_ok(),
                None => field.parse(&Json::String(text.clone()), &env).is_ok(),
            };
            let mut words: Vec<Word> = Vec::new();
            for (text, rows) in counts.into_iter().filter(|(text, _)| !read(text)) {
                let before = known.get(&field.key).and_then(|known| known.get(&fold(&text))).cloned();
                let meant = before.or_else(|| links.meant(&field, &text)).or_else(|| meant(&field, &text));
                words.push(Word { text, rows, meant });
            }
            words.sort_by(|a, b| b.rows.cmp(&a.rows).then(a.text.cmp(&b.text)));
            let more = words.len().saturating_sub(OFFERED);
            words.truncate(OFFERED);
            if !words.is_empty() {
                let options = self.options_of(&field, &links);
                unknown.push(Unknown { field: field.key.clone(), words, more, options });
            }
        }
        Ok(unknown)
    }

    fn options_of(&self, field: &Field, links: &Links) -> Vec<(Json, String)> {
        let lang = self.ctx.lang_key();
        match field.kind {
            FieldType::Choice => {
                let offered = field.choices.iter().filter(|c| !c.retired);
                offered.map(|c| (Json::String(c.key.clone()), c.label.get(lang).to_string())).collect()
            }
            FieldType::Stage => links.stages().map(|(id, title)| (Json::from(id), title.to_string())).collect(),
            _ => {
                let people = self.engine.people();
                let mut all: Vec<_> = people.users().into_iter().filter(|p| p.active).map(|p| (Json::from(p.id), p.name.clone())).collect();
                all.sort_by_key(|(_, name)| fold(name));
                all
            }
        }
    }
}

/// The choice that other programs call so, or whose name has a word in common with what stands there.
fn meant(field: &Field, text: &str) -> Option<Json> {
    let plain = fold(text).split(|c: char| !c.is_alphanumeric()).filter(|w| !w.is_empty()).collect::<Vec<_>>().join(" ");
    let known = systems::called(&plain).iter().find(|key| field.choices.iter().any(|c| c.key == **key && !c.retired));
    if let Some(key) = known {
        return Some(Json::String(key.clone()));
    }
    let words =
        |text: &str| fold(text).split(|c: char| !c.is_alphanumeric()).filter(|w| w.len() > 2).map(str::to_string).collect::<Vec<_>>();
    let typed = words(text);
    let fits = |names: &[&str]| names.iter().any(|name| words(name).iter().any(|w| typed.contains(w)));
    let mut found = field.choices.iter().filter(|c| !c.retired && fits(&[&c.key, &c.label.id, &c.label.en]));
    match (found.next(), found.next()) {
        (Some(one), None) => Some(Json::String(one.key.clone())),
        _ => None,
    }
}
