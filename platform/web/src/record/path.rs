//! The way of a staged record: stages with the days spent in them, and what the next one asks for.

use super::load::Sight;
use super::words;
use crate::process::panel::{self as process, Map};
use crate::ui::button::Button;
use crate::ui::stage::{GateItem, StageState, StageStep, gate, stage_path};
use akrab_engine::{ChangeView, Result, Tx};
use akrab_model::{FieldType, Record, RecordId, Value};
use maud::{Markup, html};
use std::collections::HashMap;

/// One stage of the record's pipeline.
pub struct Stage {
    pub id: RecordId,
    pub name: String,
    /// open, won or lost
    pub category: String,
    /// Keys of fields asked for before it is entered.
    pub gate: Vec<String>,
    pub rotting_days: Option<i64>,
}

/// Where a record stands in its pipeline.
pub struct Path {
    pub field: String,
    pub current: RecordId,
    pub stages: Vec<Stage>,
    /// What the process map over its stage says.
    pub map: Map,
    /// Microseconds spent in each stage, the present one included.
    pub spent: HashMap<RecordId, i64>,
}

impl Path {
    /// # Errors
    /// What the database answers.
    pub fn load(tx: &mut Tx, record: &Record) -> Result<Option<Path>> {
        let object = record.object.clone();
        let Some(field) = object.fields.iter().find(|f| f.kind == FieldType::Stage) else { return Ok(None) };
        let Some(current) = record.link(&field.key) else { return Ok(None) };
        let pipeline = field.pipeline.as_deref().and_then(|key| record.link(key));
        let target = field.to.map(|to| tx.registry.at(to).key.clone()).unwrap_or_default();
        let pipeline = match pipeline {
            Some(id) => Some(id),
            None => tx.find(&target, current)?.and_then(|stage| stage.link("pipeline")),
        };
        let Some(pipeline) = pipeline else { return Ok(None) };
        let stages: Vec<Stage> = tx.stages(pipeline)?.iter().map(stage).collect();
        let mut open = stages.iter().filter(|s| s.category == "open").skip_while(|s| s.id != current).skip(1);
        let map = Map::load(tx, &object, record.id, current, open.next().map(|s| s.id))?;
        let history = tx.history(&object.key, record.id, None)?;
        let now = tx.ctx.micros();
        let spent = spent(&history, &field.key, current, created(record), now);
        Ok(Some(Path { field: field.key.clone(), current, stages, map, spent }))
    }

    fn open(&self) -> impl Iterator<Item = &Stage> {
        self.stages.iter().filter(|s| s.category == "open")
    }

    /// The open stage after the present one.
    pub fn next(&self) -> Option<&Stage> {
        let mut open = self.open().skip_while(|s| s.id != self.current);
        open.next();
        open.next()
    }

    fn days(&self, stage: RecordId) -> Option<i64> {
        self.spent.get(&stage).map(|micros| micros / 86_400_000_000)
    }
}

fn stage(record: &Record) -> Stage {
    let gate = match record.get("gate") {
        Value::Json(json) => json.as_array().into_iter().flatten().filter_map(|k| k.as_str().map(str::to_string)).collect(),
        _ => Vec::new(),
    };
    Stage {
        id: record.id,
        name: record.title().to_string(),
        category: record.text("category").to_string(),
        gate,
        rotting_days: record.get("rotting_days").int(),
    }
}

fn created(record: &Record) -> i64 {
    if let Value::Time(at) = record.get("created_at") { at.as_microsecond() } else { 0 }
}

/// From the history, newest first: how long the record stood in each stage.
fn spent(history: &[ChangeView], field: &str, current: RecordId, created: i64, now: i64) -> HashMap<RecordId, i64> {
    let mut spent: HashMap<RecordId, i64> = HashMap::new();
    let (mut until, mut stage) = (now, Some(current));
    for change in history {
        let Some(shift) = change.shifts.iter().find(|s| s.field == field) else { continue };
        if let Some(id) = stage {
            *spent.entry(id).or_default() += (until - change.at).max(0);
        }
        until = change.at;
        stage = shift.old.as_i64();
    }
    if let Some(id) = stage {
        *spent.entry(id).or_default() += (until - created).max(0);
    }
    spent
}

/// The path below the head; stages are buttons for those who may move the record.
pub fn draw(sight: &Sight, csrf: &str) -> Option<Markup> {
    let path = sight.path.as_ref()?;
    let t = sight.look.t;
    let closed = path.stages.iter().any(|s| s.id == path.current && s.category != "open");
    let won = path.stages.iter().any(|s| s.id == path.current && s.category == "won");
    let at = path.open().position(|s| s.id == path.current);
    let steps: Vec<StageStep> = path
        .open()
        .enumerate()
        .map(|(n, stage)| {
            let state = match at {
                Some(here) if n < here => StageState::Done,
                Some(here) if n == here => StageState::Current,
                // whoever has won has come all the way
                None if won || path.spent.contains_key(&stage.id) => StageState::Done,
                _ => StageState::Ahead,
            };
            StageStep { label: stage.name.clone(), detail: detail(sight, path, stage, state, closed), state, value: stage.id.to_string() }
        })
        .collect();
    let action = format!("{}/stage", sight.href());
    let ends = path.stages.iter().filter(|s| s.category != "open");
    let end = html! {
        @for stage in ends {
            @let icon = if stage.category == "won" { "trophy" } else { "circle-x" };
            @if stage.id == path.current { (crate::ui::tag_toned(&stage.name, if stage.category == "won" { crate::ui::Tone::Ok } else { crate::ui::Tone::Bad })) }
            @else if sight.may_edit && !closed { (Button::new(stage.name.clone()).icon(icon).submit_as("stage", stage.id.to_string())) }
        }
    };
    Some(html! { (stage_path(&t.get("record-path"), &action, csrf, &steps, end)) (process::guide(&sight.look, &path.map)) })
}

fn detail(sight: &Sight, path: &Path, stage: &Stage, state: StageState, closed: bool) -> String {
    let t = sight.look.t;
    let days = |n: i64| t.with("record-days", &[("n", n.into())]);
    match (state, path.days(stage.id), stage.rotting_days) {
        (StageState::Current, Some(n), Some(limit)) => t.with("record-days-limit", &[("n", n.into()), ("limit", limit.into())]),
        (StageState::Current | StageState::Done, Some(n), _) => days(n),
        (StageState::Ahead, _, Some(limit)) if !closed => t.with("record-days-target", &[("n", limit.into())]),
        _ => String::new(),
    }
}

/// The filled button of the head: one stage on.
pub fn forward(sight: &Sight, csrf: &str) -> Option<Markup> {
    let path = sight.path.as_ref().filter(|_| sight.may_edit)?;
    let next = path.next()?;
    Some(html! {
        form method="post" action={ (sight.href()) "/stage" } data-stage-form {
            input type="hidden" name="csrf" value=(csrf);
            input type="hidden" name="page" value="1";
            (Button::new(sight.look.t.get("record-stage-forward")).icon_after("arrow-right").primary().submit_as("stage", next.id.to_string()).attr("data-key", "s").flag("data-key-focus", true).attr("title", next.name.clone()))
        }
    })
}

/// What the next stage asks for, beside the path.
pub fn checklist(sight: &Sight) -> Markup {
    let Some(path) = sight.path.as_ref() else { return html! {} };
    let t = sight.look.t;
    let Some(next) = path.next() else {
        let items = process::items(&sight.look, &sight.record, &path.map, &sight.editable, &[]);
        return process::checklist(&sight.look, &path.map, &items);
    };
    let fields: Vec<_> = next.gate.iter().filter_map(|key| sight.object.field(key)).collect();
    let mut items: Vec<GateItem> = fields
        .iter()
        .map(|field| {
            let value = sight.look.words(field, &sight.record);
            let met = !value.is_empty();
            let link = (!met && sight.editable.contains(&field.key))
                .then(|| (t.get("record-gate-fill"), format!("{}/edit?only={}", words::href(&sight.record), field.key)));
            GateItem {
                label: sight.look.name(field).to_string(),
                detail: if met { value } else { t.get("record-gate-missing") },
                met,
                link,
            }
        })
        .collect();
    let known: Vec<&str> = next.gate.iter().map(String::as_str).collect();
    items.extend(process::items(&sight.look, &sight.record, &path.map, &sight.editable, &known));
    if items.is_empty() {
        return html! {};
    }
    let met = items.iter().filter(|i| i.met).count();
    let count = t.with("record-gate-count", &[("n", met.into()), ("of", items.len().into())]);
    gate(&t.with("record-gate-title", &[("stage", next.name.as_str().into())]), &count, &items)
}

#[cfg(test)]
mod tests {
    use super::*;
    use akrab_engine::Shift;
    use serde_json::json;

    #[test]
    fn days_are_counted_from_the_history() {
        let day = 86_400_000_000;
        let change = |at: i64, old: i64, new: i64| ChangeView {
            id: at,
            at: at * day,
            actor: None,
            actor_name: None,
            door: "page".into(),
            kind: "update".into(),
            shifts: vec![Shift { field: "stage".into(), old: json!(old), new: json!(new), old_title: None, new_title: None }],
            told: None,
        };
        let history = [change(15, 2, 3), change(4, 1, 2)];
        let spent = spent(&history, "stage", 3, 0, 23 * day);
        assert_eq!((spent[&1], spent[&2], spent[&3]), (4 * day, 11 * day, 8 * day));
    }
}
