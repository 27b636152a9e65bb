//! From a bound report to what the store is asked, and its answers.

use super::periods::{Periods, day_of, local};
use crate::write::Tx;
use crate::{Access, Result};
use akrab_model::filter::{Is, Range, Test};
use akrab_model::problem::ProblemKind;
use akrab_model::query::AggregateFn;
use akrab_model::report::{Bound, BoundKey, Cut, Grain, Kind, Report, Slice, Work};
use akrab_model::{Aggregate, Cond, FieldProblem, FieldType, Filter, Object, Problem, Raw};
use akrab_store::{Cell, ReportQuery};
use jiff::civil::Date;
use std::sync::Arc;

/// Groups the store gives at most.
const MOST_CELLS: usize = 50_000;

/// A report ready to be asked.
pub(super) struct Question {
    pub object: Arc<Object>,
    pub bound: Bound,
    /// Filter, what narrows it, and the rights.
    pub cond: Cond,
    pub slices: Vec<Slice>,
    /// For keys that follow the calendar.
    pub periods: Vec<Option<Periods>>,
    /// Filter and what narrows it alone, for records as they stood.
    pub asked: Cond,
    /// The day whose end is shown; now when absent.
    pub as_of: Option<Date>,
    /// Where records of a funnel are lost; none for other reports.
    pub lost: Option<Lost>,
    /// Place of the figure whose largest (or smallest) groups matter most.
    first: (usize, bool),
}

/// The end of those that went no further on the way of a funnel.
#[derive(Debug)]
pub(super) struct Lost {
    /// They stand in one of the stages of loss.
    cond: Cond,
    /// The keys, the first one by the step they came from.
    slices: Vec<Slice>,
}

/// The figures of one set of keys: a bit for each key asked for.
pub(super) type Level = (u8, Vec<Cell>);

/// What the store answered: all keys first.
#[derive(Debug, Clone)]
pub(super) struct Figures {
    pub levels: Vec<Level>,
    /// Of what was lost, by the step it was lost at, for each set with the first key.
    pub lost: Vec<Level>,
    /// The first level holds the largest groups alone.
    pub cut: bool,
}

impl Tx<'_> {
    pub(super) fn question(&mut self, report: &Report, within: Option<&Filter>) -> Result<Question> {
        let object = self.object(&report.object)?;
        self.rights.require_read(&object)?;
        let (registry, env, rights) = (self.registry.clone(), self.env(), self.rights.clone());
        let bound = report.bind(&registry, &env, &rights)?;
        let within = within.map(|filter| filter.bind(&registry, &object, &env, &rights)).transpose()?.unwrap_or(Cond::True);
        let asked = bound.cond.clone().and(within);
        let cond = asked.clone().and(self.reached_by(&object, Access::Read)?.cond);
        let as_of = report.as_of.as_deref().map(|word| day(word, env.now.date())).transpose()?;
        let (slices, periods) = self.slices(&bound, report.kind)?;
        let first = first(report, &bound);
        let lost = if report.kind == Kind::Funnel && as_of.is_none() { self.lost(&bound, &slices)? } else { None };
        Ok(Question { object, bound, cond, slices, periods, asked, as_of, lost, first })
    }

    /// What is lost of a funnel over the stages of its own records.
    fn lost(&mut self, bound: &Bound, slices: &[Slice]) -> Result<Option<Lost>> {
        let Some(place) = bound.keys.first().map(|key| &key.place).filter(|place| place.path.is_empty()) else { return Ok(None) };
        if self.registry.at(place.object).at(place.field).kind != FieldType::Stage {
            return Ok(None);
        }
        let ends = self.stages_of_loss()?;
        let steps: Vec<i64> = self.steps_of_pipelines()?.into_iter().flatten().collect();
        let is = Is::In(ends.into_iter().map(Raw::Int).collect());
        let cond = Cond::Test(Test { path: Vec::new(), object: place.object, field: place.field, is });
        let slices = std::iter::once(Slice::Former(steps)).chain(slices.iter().skip(1).cloned()).collect();
        Ok(Some(Lost { cond, slices }))
    }

    fn slices(&mut self, bound: &Bound, kind: Kind) -> Result<(Vec<Slice>, Vec<Option<Periods>>)> {
        let (zone, today) = (self.ctx.now.time_zone().clone(), self.ctx.now.date());
        let mut reach = Vec::new();
        for key in &bound.keys {
            reach.push(self.reach(key)?);
        }
        let days: Vec<_> = reach.iter().map(|(kind, low, high)| (day_of(*kind, *low, &zone), day_of(*kind, *high, &zone))).collect();
        let whole = days.iter().copied().reduce(|(a, b), (c, d)| (a.min(c), b.max(d)));
        let (mut slices, mut periods) = (Vec::new(), Vec::new());
        for ((key, (field, low, high)), days) in bound.keys.iter().zip(reach).zip(days) {
            let mut units = None;
            slices.push(match &key.cut {
                Cut::Value => Slice::Value,
                Cut::Bands(edges) => Slice::Edges(edges.clone()),
                Cut::Period(Grain::Weekday) => Slice::Weekday(local(field, low, high, &zone)),
                Cut::Period(Grain::Hour) => Slice::Hour(local(field, low, high, &zone)),
                Cut::Period(grain) => {
                    // units between two keys can be counted when both have the same calendar
                    let ends = whole.filter(|_| kind == Kind::Cohort).unwrap_or(days);
                    let found = units.insert(Periods::between(*grain, field, ends, today, &zone));
                    Slice::Edges(found.edges.clone())
                }
            });
            periods.push(units);
        }
        Ok((slices, periods))
    }

    /// Type of a key's field, and for dates its smallest and largest stored value, whoever may see them: they only say
    /// how far the calendar has to reach.
    fn reach(&mut self, key: &BoundKey) -> Result<(FieldType, i64, i64)> {
        let registry = self.registry.clone();
        let holder = registry.at(key.place.object).clone();
        let kind = holder.at(key.place.field).kind;
        if !matches!(key.cut, Cut::Period(_)) {
            return Ok((kind, 0, 0));
        }
        let mut end = |function| -> Result<i64> {
            let wanted = [Aggregate { function, field: Some(key.place.field) }];
            let found = self.conn.aggregates(&registry, &holder, &Cond::True, &wanted)?;
            Ok(found.first().and_then(Raw::int).unwrap_or_default())
        };
        // each alone, so that an index answers without looking at the rows
        Ok((kind, end(AggregateFn::Min)?, end(AggregateFn::Max)?))
    }

    /// Asks for every figure of every level a table needs.
    pub(super) fn report_figures(&mut self, question: &Question) -> Result<Figures> {
        let Question { object, bound, cond, slices, as_of, lost, first, .. } = question;
        let key = format!("report {} {as_of:?} {:?} {:?} {slices:?} {first:?} {cond:?} {lost:?}", object.key, bound.keys, bound.figures);
        self.figure(key, |tx| {
            let figures = match *as_of {
                Some(day) => tx.folded(question, day)?,
                None => tx.ask_levels(question)?,
            };
            let rows = figures.levels.first().map_or(0, |(_, cells)| cells.iter().map(|c| c.count).sum());
            Ok((u64::try_from(rows).unwrap_or_default(), figures))
        })
    }

    fn ask_levels(&mut self, question: &Question) -> Result<Figures> {
        let bound = &question.bound;
        let whole = (1_u8 << bound.keys.len()) - 1;
        let first = self.ask(question, &question.cond, &question.slices, whole)?;
        let cut = first.len() >= MOST_CELLS;
        if cut && bound.keys.len() > 1 {
            return Err(Problem::new(ProblemKind::Invalid, "report_too_many_groups").with("max", MOST_CELLS));
        }
        // what does not add up is asked for anew wherever groups are put together; so is what stands in several groups
        let apart = cut || bound.keys.iter().any(|key| key.many) || bound.figures.iter().any(|f| !f.function.adds_up());
        let mut levels = vec![(whole, first)];
        for mask in needed(bound.groups, bound.keys.len()).into_iter().filter(|mask| apart && *mask != whole) {
            let cells = self.ask(question, &question.cond, &question.slices, mask)?;
            levels.push((mask, cells));
        }
        let mut lost = Vec::new();
        if let Some(asked) = &question.lost {
            let cond = question.cond.clone().and(asked.cond.clone());
            for mask in needed(bound.groups, bound.keys.len()).into_iter().filter(|mask| mask & 1 != 0) {
                lost.push((mask, self.ask(question, &cond, &asked.slices, mask)?));
            }
        }
        Ok(Figures { levels, lost, cut })
    }

    fn ask(&mut self, question: &Question, cond: &Cond, slices: &[Slice], mask: u8) -> Result<Vec<Cell>> {
        let registry = self.registry.clone();
        let Question { object, bound, first, .. } = question;
        let keys: Vec<_> = bound.keys.iter().zip(slices).enumerate().filter(|(n, _)| mask & (1 << n) != 0).collect();
        let keys: Vec<_> = keys.into_iter().map(|(_, (key, slice))| (&key.place, slice)).collect();
        let query = ReportQuery { cond, keys: &keys, figures: &bound.figures, limit: MOST_CELLS, first: *first };
        Ok(self.conn.report(&registry, object, &query)?)
    }
}

/// The day a word means: itself, or the last of a relative range.
pub(super) fn day(word: &str, today: Date) -> Result<Date> {
    let wrong = || Problem::invalid(vec![FieldProblem::new("/as_of", "filter_wrong_value").with("value", word)]);
    if let Ok(day) = word.parse() {
        return Ok(day);
    }
    Range::resolve(word, today).and_then(|range| range.to.yesterday().ok()).ok_or_else(wrong)
}

/// The figure by which groups are ranked, and whether the largest come first.
fn first(report: &Report, bound: &Bound) -> (usize, bool) {
    let sort = report.sort.as_deref().filter(|s| s.trim_start_matches('-') != "key");
    let measure = sort.and_then(|s| bound.measures.iter().find(|m| m.key == s.trim_start_matches('-')));
    let work = measure.or(bound.measures.first()).map(|m| &m.work);
    match work {
        Some(Work::Figure(n)) => (*n, sort.is_none_or(|s| s.starts_with('-'))),
        _ => (0, true),
    }
}

/// The sets of keys a table has figures for: lines of each depth, each with and without the pivot.
pub(super) fn needed(groups: usize, keys: usize) -> Vec<u8> {
    let pivot = if keys > groups { 1_u8 << groups } else { 0 };
    let mut masks: Vec<u8> = (0..=groups).map(|depth| (1_u8 << depth) - 1).flat_map(|lines| [lines | pivot, lines]).collect();
    masks.sort_unstable();
    masks.dedup();
    masks
}
