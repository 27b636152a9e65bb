//! From a group to the records in it: the filter of a list.

use super::periods::later;
use super::{Axis, Key, Line, Mark, ReportTable};
use akrab_model::filter::Recurring;
use akrab_model::report::Kind;
use akrab_model::{FieldType, Value};
use jiff::civil::Date;
use serde_json::{Value as Json, json};

impl ReportTable {
    /// The filter that finds the records of a cell: of the lines from the outermost inwards and of a head. None where no
    /// filter can say it: steps of a funnel, records as they stood.
    pub fn drill(&self, lines: &[&Line], head: Option<&Mark>, within: Option<&Json>) -> Option<Json> {
        // a list shows what is, not what was
        if self.as_of.is_some() {
            return None;
        }
        let mut tests: Vec<Json> = self.report.filter.iter().chain(within).cloned().collect();
        for (depth, line) in lines.iter().enumerate() {
            let known: Vec<&Mark> = match depth {
                0 => self.lines.iter().map(|l| &l.mark).collect(),
                _ => lines[depth - 1].below.iter().map(|l| &l.mark).collect(),
            };
            tests.extend(self.test(self.axes.get(depth)?, &line.mark, &known)?);
        }
        if let Some(head) = head {
            match (self.report.kind, &head.key, lines.first()) {
                (Kind::Cohort, Key::Elapsed(units), Some(began)) => tests.push(self.followed(began, *units)?),
                (Kind::Cohort, ..) => return None,
                _ => tests.extend(self.test(self.pivot()?, head, &self.heads.iter().collect::<Vec<_>>())?),
            }
        }
        Some(match tests.len() {
            0 => Json::Null,
            1 => tests.remove(0),
            _ => json!({ "all": tests }),
        })
    }

    /// The filter that finds what was lost at a step of a funnel.
    pub fn drill_lost(&self, step: &Line, within: Option<&Json>) -> Option<Json> {
        let Key::Value(stage) = &step.mark.key else { return None };
        let path = &self.axes.first()?.path;
        let mut tests: Vec<Json> = self.report.filter.iter().chain(within).cloned().collect();
        tests.push(json!({"field": format!("{path}.category"), "op": "is", "value": "lost"}));
        tests.push(json!({"field": path, "op": "came_from", "value": [stage.to_json()]}));
        Some(json!({ "all": tests }))
    }

    /// What followed so many units after the beginning.
    fn followed(&self, began: &Line, units: i64) -> Option<Json> {
        let (Key::Period(from, _), axis) = (&began.mark.key, self.pivot()?) else { return None };
        let (from, to) = later(axis.grain()?, *from, units)?;
        Some(json!({"field": axis.path, "op": "between", "value": [from.to_string(), to.yesterday().ok()?.to_string()]}))
    }

    fn test(&self, axis: &Axis, mark: &Mark, known: &[&Mark]) -> Option<Vec<Json>> {
        let field = &axis.path;
        let test = |op: &str, value: Json| json!({"field": field, "op": op, "value": value});
        let days = |op: &str, day: Date| test(op, json!(day.to_string()));
        Some(match &mark.key {
            _ if self.report.kind == Kind::Funnel => return None,
            Key::Weekday(n) => vec![test("within", json!(Recurring::Weekday(*n).word()))],
            Key::Hour(n) => vec![test("within", json!(Recurring::Hour(*n).word()))],
            Key::Elapsed(_) => return None,
            Key::Empty => vec![json!({"field": field, "op": "empty"})],
            Key::Value(value) if axis.field.kind == FieldType::Choices => vec![test("in", json!([value.to_json()]))],
            Key::Value(value) => vec![test("is", self.plain(axis, value))],
            Key::Period(from, to) => vec![test("between", json!([from.to_string(), to.yesterday().ok()?.to_string()]))],
            Key::Before(day) => vec![days("lt", *day)],
            Key::Since(day) => vec![days("gte", *day)],
            Key::Band(low, high) => {
                let ends = [low.map(|low| test("gte", json!(low.to_string()))), high.map(|high| test("lt", json!(high.to_string())))];
                ends.into_iter().flatten().collect()
            }
            Key::Others => {
                let periods: Vec<Date> =
                    known.iter().filter_map(|m| if let Key::Period(from, _) = m.key { Some(from) } else { None }).collect();
                if let Some(first) = periods.iter().min() {
                    return Some(vec![days("lt", *first)]);
                }
                let values: Vec<Json> =
                    known.iter().filter_map(|m| if let Key::Value(v) = &m.key { Some(self.plain(axis, v)) } else { None }).collect();
                if values.is_empty() || !matches!(axis.field.kind, FieldType::Link | FieldType::Stage | FieldType::Choice | FieldType::Text)
                {
                    return None;
                }
                let mut tests = vec![test("not_in", json!(values))];
                if known.iter().any(|m| m.key == Key::Empty) {
                    tests.push(json!({"field": field, "op": "not_empty"}));
                }
                tests
            }
        })
    }

    fn plain(&self, axis: &Axis, value: &Value) -> Json {
        match axis.field.kind {
            FieldType::Boolean => json!(value.bool()),
            _ => value.to_json(),
        }
    }
}
