//! A row of the file as values: each cell read, its faults and doubts noted, its match keys made.

use super::doubt::doubt;
use super::links::Links;
use super::mapping::StandIn;
use super::memory::key_of;
use super::parents::Parents;
use super::plan::Plan;
use super::report::{Note, Verdict};
use super::seen::is_name;
use super::source::Line;
use super::systems::{between, hundredths};
use akrab_model::format::Lang;
use akrab_model::text::{datetime, fold};
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
    /// Why it is no record of this kind.
    pub left_out: Option<&'static str>,
    /// Links to records of this file that are not there yet.
    pub later: Vec<(FieldIx, String)>,
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
            left_out: plan.beside.left_out(line),
            later: Vec::new(),
            values: HashMap::new(),
        };
        if row.left_out.is_some() {
            return row;
        }
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
            let ix = StandIn::field(&plan.stand_ins, line, *column).unwrap_or(*ix);
            row.cell(plan, links, env, line, (*column, ix), &mut values);
        }
        row.values = values;
        row.turn_away_itself(plan);
        row
    }

    /// A record is no parent of itself.
    fn turn_away_itself(&mut self, plan: &Plan) {
        let itself = |text: &String| {
            let mut named = self.texts.iter().filter(|(key, _)| plan.object.field_ix(key).is_some_and(|ix| is_name(&plan.object, ix)));
            named.any(|(_, name)| fold(name) == fold(text))
        };
        let (own, later): (Vec<_>, Vec<_>) = std::mem::take(&mut self.later).into_iter().partition(|(_, text)| itself(text));
        self.later = later;
        for (ix, _) in own {
            let field = plan.object.at(ix);
            self.fault(if plan.may_blank(field) { Verdict::Blanked } else { Verdict::Refused }, &FieldProblem::new(&field.key, "cycle"));
        }
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
        let (blanked, faults): (Vec<Note>, Vec<Note>) =
            parents.faults(place).iter().cloned().partition(|note| note.verdict == Verdict::Blanked);
        self.faults.extend(faults);
        self.blanked.extend(blanked);
        self.later.extend(parents.later(place).iter().cloned());
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
        let written = line.text(column);
        let mut text = match plan.spec.system.as_deref().and_then(|system| several(system, field, &written)) {
            Some((first, more)) => {
                if !more.is_empty() {
                    self.fault(Verdict::Kept, &FieldProblem::new("", "card_beyond").with("value", more.join(", ")));
                }
                first
            }
            None => written,
        };
        if text.is_empty() {
            return;
        }
        if let Some(before) = self.texts.get(&field.key) {
            // a name in several columns
            text = format!("{before} {text}");
        }
        let known = plan.values.get(&ix).and_then(|words| words.get(&fold(&text)));
        if known.is_some_and(Json::is_null) {
            // decided to be left out
            return;
        }
        self.texts.insert(field.key.clone(), text.clone());
        let of_ids = plan.own_ids.contains(&column);
        if plan.is_inward(ix) && !of_ids && plan.seen.has(links.one(&text)) && !links.knows(field, &text) {
            self.later.push((ix, links.one(&text).to_string()));
            return;
        }
        let share = plan.spec.system.as_deref().filter(|_| field.kind == FieldType::Percent).and_then(|s| hundredths(s, &text));
        let outcome = plan.beside.outcome.filter(|_| field.kind == FieldType::Stage).map(|n| line.text(n));
        let own;
        let (mut env, mut switched) = (env, false);
        let json = match (cell, share, outcome.and_then(|word| links.ended(&word))) {
            (.., Some(stage)) => Ok(stage),
            _ if known.is_some() => {
                own = env.own();
                env = &own;
                Ok(known.cloned().unwrap_or_default())
            }
            (_, Some(share), _) => Ok(serde_json::from_str(&share.to_string()).unwrap_or_default()),
            _ if field.to.is_some() => links.resolve(field, &text, of_ids),
            (Json::Number(_), ..) if field.kind.is_number() => Ok(cell.clone()),
            (Json::Bool(_), ..) if field.kind == FieldType::Boolean => Ok(cell.clone()),
            _ => match read_as(plan, field, column, &text, line, env) {
                Ok((text, lang)) => {
                    if lang != env.lang {
                        own = ParseEnv { lang, ..env.clone() };
                        (env, switched) = (&own, true);
                    }
                    Ok(Json::String(text))
                }
                Err(fault) => Err(fault),
            },
        };
        match json.and_then(|json| field.parse(&json, env).map(|value| (json, value))) {
            Ok((_, Value::Null)) => {}
            Ok((json, value)) => {
                if let Some(odd) = doubt(field, self.texts.get(&field.key).map_or("", String::as_str), env) {
                    self.fault(Verdict::Kept, &odd);
                }
                // the draft reads it again, in the language of whoever imports: four decimals mean the same in all
                let json = match &value {
                    Value::Dec(number) if switched => Json::String(format!("{number:.4}")),
                    Value::Int(number) if switched => Json::from(*number),
                    _ => json,
                };
                values.insert(ix, value);
                self.input.insert(field.key.clone(), json);
            }
            Err(problem) => self.fault(if plan.may_blank(field) { Verdict::Blanked } else { Verdict::Refused }, &problem),
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

/// The values of a cell in which a program keeps several: what the field takes, and what it has no room for.
fn several(system: &str, field: &Field, text: &str) -> Option<(String, Vec<String>)> {
    let mark = between(system)?;
    // what stands after an asterisk is the program's own
    let own = |part: &&str| !(part.is_empty() || field.kind == FieldType::Choices && part.starts_with("* "));
    let mut parts = text.split(mark).map(str::trim).filter(own).map(str::to_string);
    match field.kind {
        FieldType::Choices => Some((parts.collect::<Vec<_>>().join(";"), Vec::new())),
        FieldType::LongText => None,
        _ => Some((parts.next().unwrap_or_default(), parts.collect())),
    }
}

/// A cell as its column is written: its text, and the language of its numbers.
fn read_as(plan: &Plan, field: &Field, column: usize, text: &str, line: &Line, env: &ParseEnv) -> Result<(String, Lang), FieldProblem> {
    if field.kind == FieldType::Money {
        let named = plan.beside.currency.map(|n| line.text(n).trim().to_uppercase()).filter(|code| !code.is_empty());
        if let Some(other) = named.filter(|code| *code != plan.currency) {
            return Err(FieldProblem::new(&field.key, "import_currency").with("value", other).with("own", &plan.currency));
        }
    }
    let lang = if field.kind.is_number() { plan.seen.marks(column).unwrap_or(env.lang) } else { env.lang };
    let text = match field.kind {
        FieldType::Money => amount(text, &plan.currency),
        FieldType::Date | FieldType::DateTime => {
            let text = plan.seen.day(column, text).unwrap_or_else(|| text.to_string());
            match field.kind {
                FieldType::Date if text.contains(':') => match datetime::parse(&text, &env.now, env.lang) {
                    Ok(moment) => moment.date().to_string(),
                    Err(_) => text,
                },
                _ => text,
            }
        }
        _ => text.to_string(),
    };
    Ok((text, lang))
}

/// An amount without the sign or code of the workspace's own currency.
fn amount(text: &str, currency: &str) -> String {
    let signs: &[&str] = match currency {
        "USD" => &["US$", "$"],
        "SGD" => &["S$", "$"],
        "AUD" => &["A$", "$"],
        "EUR" => &["€"],
        "GBP" => &["£"],
        "JPY" | "CNY" => &["¥"],
        "MYR" => &["RM"],
        _ => &[],
    };
    let text = text.trim();
    let bare = signs.iter().chain([&currency]).find_map(|sign| text.strip_prefix(sign).or_else(|| text.strip_suffix(sign)));
    bare.map_or(text, str::trim).to_string()
}
