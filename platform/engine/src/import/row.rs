//! A row of the file as values: each cell read, its faults and doubts noted, its match keys made.

use super::doubt::doubt;
use super::links::Links;
use super::memory::key_of;
use super::parents::Parents;
use super::plan::{OnBadValue, Plan};
use super::report::{Note, Verdict};
use super::source::Line;
use super::systems::hundredths;
use akrab_model::text::fold;
use akrab_model::value::{Input, ParseEnv};
use akrab_model::{Field, FieldIx, FieldProblem, FieldType, Raw, Value};
use serde_json::Value as Json;
use std::collections::HashMap;

/// A row with its cells read.
pub(super) struct Row {
    pub line: u64,
    pub input: Input,
    pub id: Option<i64>,
    pub keys: Vec<Option<String>>,
    /// Values of the first field of each match set, for asking the database.
    pub asked: Vec<Vec<Raw>>,
    pub faults: Vec<Note>,
    pub blanked: Vec<Note>,
    pub doubts: Vec<Note>,
    pub texts: HashMap<String, String>,
    /// Nothing of its own: only a linked record stands there.
    pub alone: bool,
    values: HashMap<FieldIx, Value>,
}

impl Row {
    pub fn read(plan: &Plan, links: &Links, env: &ParseEnv, line: &Line) -> Row {
        let mut row = Row {
            line: line.number,
            input: Input::new(),
            id: None,
            keys: Vec::new(),
            asked: Vec::new(),
            faults: Vec::new(),
            blanked: Vec::new(),
            doubts: Vec::new(),
            texts: HashMap::new(),
            alone: false,
            values: HashMap::new(),
        };
        let width = plan.spec.columns.len();
        if line.cells.iter().skip(width).any(|c| !c.is_null()) {
            row.fault(Verdict::Refused, &FieldProblem::new("", "too_many_cells").with("max", width));
        }
        if let Some(column) = plan.id_column.filter(|c| line.cells.get(*c).is_some_and(|c| !c.is_null())) {
            match line.text(column).parse() {
                Ok(id) => row.id = Some(id),
                Err(_) => row.fault(Verdict::Refused, &FieldProblem::new(super::ID_COLUMN, "not_an_id")),
            }
        }
        for (code, about) in &line.said {
            let problem = FieldProblem::new("", code).with("value", about);
            row.doubts.push(Note::of(line.number, Verdict::Kept, None, &problem));
        }
        let mut values: HashMap<FieldIx, Value> = HashMap::new();
        for (column, ix) in &plan.fields {
            row.cell(plan, links, env, line, (*column, *ix), &mut values);
        }
        row.values = values;
        row
    }

    /// Puts the linked records beside it, and makes its match keys.
    pub fn attach(&mut self, plan: &Plan, place: usize, parents: &Parents) {
        let mut values = std::mem::take(&mut self.values);
        self.alone = self.input.is_empty();
        for (n, linked) in plan.linked.iter().enumerate() {
            if let Some(id) = parents.id(place, n).filter(|_| !self.input.contains_key(&linked.key)) {
                values.insert(linked.field, Value::Link(id));
                self.input.insert(linked.key.clone(), Json::from(id));
            }
        }
        self.alone &= !self.input.is_empty();
        self.faults.extend(parents.faults(place).iter().cloned());
        self.key(plan, &values);
    }

    fn cell(
        &mut self,
        plan: &Plan,
        links: &Links,
        env: &ParseEnv,
        line: &Line,
        at: (usize, FieldIx),
        values: &mut HashMap<FieldIx, Value>,
    ) {
        let (column, ix) = at;
        let field = plan.object.at(ix);
        let Some(cell) = line.cells.get(column).filter(|c| !c.is_null()) else { return };
        let mut text = line.text(column);
        if let Some(before) = self.texts.get(&field.key) {
            // a name in several columns
            text = format!("{before} {text}");
        }
        let known = plan.values.get(&ix).and_then(|words| words.get(&fold(&text)));
        if known.is_some_and(Json::is_null) {
            // decided to be left out
            return;
        }
        let share = plan.spec.system.as_deref().filter(|_| field.kind == FieldType::Percent).and_then(|s| hundredths(s, &text));
        let json = match (cell, share) {
            _ if known.is_some() => Ok(known.cloned().unwrap_or_default()),
            (_, Some(share)) => Ok(serde_json::from_str(&share.to_string()).unwrap_or_default()),
            _ if field.to.is_some() => links.resolve(field, &text),
            (Json::Number(_), _) if field.kind.is_number() => Ok(cell.clone()),
            (Json::Bool(_), _) if field.kind == FieldType::Boolean => Ok(cell.clone()),
            _ => Ok(Json::String(text.clone())),
        };
        self.texts.insert(field.key.clone(), text);
        let own;
        let env = if known.is_some() {
            own = env.own();
            &own
        } else {
            env
        };
        match json.and_then(|json| field.parse(&json, env).map(|value| (json, value))) {
            Ok((_, Value::Null)) => {}
            Ok((json, value)) => {
                if let Some(odd) = doubt(field, self.texts.get(&field.key).map_or("", String::as_str), env) {
                    self.fault(Verdict::Kept, &odd);
                }
                values.insert(ix, value);
                self.input.insert(field.key.clone(), json);
            }
            Err(problem) => {
                let may_blank = plan.spec.on_bad_value == OnBadValue::BlankAndNote && !field.required;
                self.fault(if may_blank { Verdict::Blanked } else { Verdict::Refused }, &problem);
            }
        }
    }

    fn fault(&mut self, verdict: Verdict, problem: &FieldProblem) {
        let note = Note::of(self.line, verdict, self.texts.get(problem.field()).cloned(), problem);
        match verdict {
            Verdict::Blanked => self.blanked.push(note),
            Verdict::Kept => self.doubts.push(note),
            _ => self.faults.push(note),
        }
    }

    fn key(&mut self, plan: &Plan, values: &HashMap<FieldIx, Value>) {
        let raw = |field: &Field| match plan.object.field_ix(&field.key).and_then(|ix| values.get(&ix)) {
            // titles written with a name are no part of it
            Some(Value::Text(name)) if field.kind == FieldType::PersonName => Raw::Text(akrab_model::text::person::parse(name).name),
            Some(value) => value.to_raw(),
            None => Raw::Null,
        };
        for set in &plan.keys {
            self.keys.push(key_of(&plan.object, set, |key| plan.object.field(key).map_or(Raw::Null, raw)));
            self.asked.push(set.iter().map(|ix| raw(plan.object.at(*ix))).collect());
        }
    }
}
