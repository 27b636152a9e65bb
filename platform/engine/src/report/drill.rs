//! From a group to the records in it: the filter of a list.

use super::{Axis, Key, Line, Mark, ReportTable};
use akrab_model::report::Kind;
use akrab_model::{FieldType, Value};
use jiff::civil::Date;
use serde_json::{Value as Json, json};

impl ReportTable {
    /// The filter that finds the records of a cell: of the lines from the outermost inwards and of a head. None where no
    /// filter can say it: weekdays, hours, steps of a funnel.
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
            if self.report.kind == Kind::Cohort {
                return None;
            }
            tests.extend(self.test(self.pivot()?, head, &self.heads.iter().collect::<Vec<_>>())?);
        }
        Some(match tests.len() {
            0 => Json::Null,
            1 => tests.remove(0),
            _ => json!({ "all": tests }),
        })
    }

    fn test(&self, axis: &Axis, mark: &Mark, known: &[&Mark]) -> Option<Vec<Json>> {
        let field = &axis.path;
        let test = |op: &str, value: Json| json!({"field": field, "op": op, "value": value});
        let days = |op: &str, day: Date| test(op, json!(day.to_string()));
        Some(match &mark.key {
            _ if self.report.kind == Kind::Funnel => return None,
            Key::Weekday(_) | Key::Hour(_) | Key::Elapsed(_) => return None,
            Key::Empty => vec![json!({"field": field, "op": "empty"})],
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
