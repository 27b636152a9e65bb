//! Faults of a report that show without knowing who asks.

use super::{Chart, Kind, MOST_GROUPS, MOST_LINES, MOST_MEASURES, Report};
use crate::problem::FieldProblem;
use std::collections::HashSet;

impl Report {
    /// The first fault of its shape.
    pub(super) fn shape(&self) -> Option<FieldProblem> {
        let fault = |pointer: &str, code: &str| Some(FieldProblem::new(pointer, code));
        if self.groups.len() > MOST_GROUPS {
            return fault("/groups", "too_many").map(|f| f.with("max", MOST_GROUPS));
        }
        if self.measures.iter().all(|m| m.hidden) {
            return fault("/measures", "report_no_measure");
        }
        if self.measures.len() > MOST_MEASURES {
            return fault("/measures", "too_many").map(|f| f.with("max", MOST_MEASURES));
        }
        if self.limit.is_some_and(|n| n == 0 || n > MOST_LINES) {
            return fault("/limit", "report_limit").map(|f| f.with("max", MOST_LINES));
        }
        let mut keys = HashSet::new();
        for (n, measure) in self.measures.iter().enumerate() {
            if !crate::object::is_key(&measure.key) || measure.key == "key" || !keys.insert(&measure.key) {
                return fault(&format!("/measures/{n}/key"), "report_measure_key").map(|f| f.with("key", &measure.key));
            }
        }
        let sort = self.sort.as_deref().map(|s| s.trim_start_matches('-'));
        if let Some(sort) = sort.filter(|s| *s != "key" && self.measures.iter().all(|m| m.key != *s)) {
            return fault("/sort", "unknown_choice").map(|f| f.with("value", sort));
        }
        match self.kind {
            Kind::Funnel if self.groups.len() != 1 => fault("/groups", "report_one_group"),
            Kind::Cohort if self.groups.len() != 1 || self.pivot.is_none() => fault("/pivot", "report_cohort_shape"),
            _ if self.groups.is_empty() && !matches!(self.chart, Chart::Number | Chart::Table) => fault("/groups", "report_needs_group"),
            _ if self.groups.is_empty() && self.pivot.is_some() => fault("/pivot", "report_needs_group"),
            _ => None,
        }
    }
}
