//! From figures of groups to a table: lines, columns, totals, shares, running totals, changes.

use super::figure::{Measures, as_kind, percent};
use super::grid::Grid;
use super::order::{Ranks, Rule, Slot, is_ordered};
use super::question::{Figures, Question};
use super::{Axis, Column, Key, Line, Mark, ReportTable, number};
use crate::Result;
use crate::write::Tx;
use akrab_model::report::{Bound, Chart, Cut, Function, Kind, MOST_LINES, Report, Show, Work};
use akrab_model::{FieldType, Raw, Value};
use rust_decimal::Decimal;
use std::collections::{BTreeSet, HashMap};

impl Tx<'_> {
    pub(super) fn report_table(&mut self, report: &Report, question: Question, figures: Figures) -> Result<ReportTable> {
        let registry = self.registry.clone();
        let mut grid = Grid::new(&question, figures);
        if report.kind == Kind::Funnel {
            let steps = self.funnel_steps(&question, &grid.keys(0))?;
            grid.accumulate(&steps);
        }
        if report.kind == Kind::Cohort {
            grid.elapse();
        }
        let measures = Measures::new(&registry, &question.bound)?;
        let along = along(report, &question.bound);
        let mut ranks = Vec::new();
        for n in 0..question.bound.keys.len() {
            ranks.push(self.rank(report, &question, &grid, &measures, n, along)?);
        }
        grid.settle(&ranks);
        let sheet = Sheet { report, bound: &question.bound, grid: &grid, ranks: &ranks, measures: &measures, along };
        let (mut lines, totals) = (sheet.lines(), sheet.cells(&[]));
        sheet.run(&mut lines);
        sheet.share(&mut lines, &totals);
        let mut table = ReportTable {
            axes: self.axes(report, &question),
            measures: self.columns_of(report, &question),
            heads: Vec::new(),
            lines: Vec::new(),
            totals: sheet.whole(totals),
            rows: grid.rows(),
            as_of: question.as_of,
            report: report.clone(),
            object: question.object.clone(),
        };
        let mut marks = Vec::new();
        for (n, ranks) in ranks.iter().enumerate() {
            marks.push(self.marks(report, &question, n, &ranks.slots)?);
        }
        if let Some(pivot) = marks.get(question.bound.groups) {
            table.heads = ranks[question.bound.groups].slots.iter().filter_map(|slot| pivot.get(slot).cloned()).collect();
        }
        table.lines = lines.into_iter().map(|line| line.marked(&marks)).collect();
        Ok(table)
    }

    fn rank(
        &mut self,
        report: &Report,
        question: &Question,
        grid: &Grid<'_>,
        measures: &Measures<'_>,
        n: usize,
        along: Option<usize>,
    ) -> Result<Ranks> {
        let keys: BTreeSet<Raw> = grid.keys(n);
        let key = &question.bound.keys[n];
        let kind = self.registry.at(key.place.object).at(key.place.field).kind;
        let sort = report.sort.as_deref().filter(|_| n == 0 && along != Some(0) && report.kind == Kind::Plain);
        let by = sort.map(|s| s.trim_start_matches('-'));
        let shown = question.bound.measures.iter().position(|m| !m.hidden).unwrap_or(0);
        // a map has room for every province, however it is written
        let most = (report.chart == Chart::Map).then_some(MOST_LINES);
        let limit = report.limit.or(most).filter(|_| n == 0);
        let worth = match by {
            Some("key") => None,
            Some(name) => Some((
                question.bound.measures.iter().position(|m| m.key == name).unwrap_or(shown),
                report.sort.as_deref().is_some_and(|s| s.starts_with('-')),
            )),
            None if is_ordered(kind, &key.cut) => None,
            None => Some((shown, true)),
        };
        let worth = worth.map(|(measure, down)| {
            let mask = 1_u8 << n;
            let values = keys
                .iter()
                .filter_map(|k| Some((k.clone(), number(&measures.value(measure, &grid.parts(mask, std::slice::from_ref(k))))?)));
            (values.collect::<HashMap<Raw, Decimal>>(), down)
        });
        let rule = worth.as_ref().map_or(Rule::Own, |(values, down)| Rule::Worth(values, *down));
        let mut ranks = self.ranks(question, n, &keys, &rule, limit)?;
        if report.sort.as_deref() == Some("-key") && n == 0 {
            ranks.slots.reverse();
        }
        Ok(ranks)
    }

    fn axes(&self, report: &Report, question: &Question) -> Vec<Axis> {
        let paths = report.groups.iter().chain(&report.pivot);
        let axes = paths.zip(&question.bound.keys).map(|(grouping, key)| {
            let walked = key.place.path.iter().map(|step| self.registry.at(step.object).at(step.field).label.clone());
            let field = self.registry.at(key.place.object).at(key.place.field).clone();
            Axis { path: grouping.field.clone(), labels: walked.chain([field.label.clone()]).collect(), field, cut: key.cut.clone() }
        });
        axes.collect()
    }

    fn columns_of(&self, report: &Report, question: &Question) -> Vec<Column> {
        let shown = report.measures.iter().zip(&question.bound.measures).filter(|(m, _)| !m.hidden);
        let columns = shown.map(|(measure, bound)| Column {
            key: measure.key.clone(),
            label: measure.label.clone().unwrap_or_else(|| super::words::measure(&self.registry, &question.object, measure)),
            kind: if matches!(bound.show, Show::Share | Show::Growth) { FieldType::Percent } else { bound.kind },
            plain: bound.show == Show::Value && self.is_year(question, &bound.work),
        });
        columns.collect()
    }

    /// The earliest or latest of years is a year too.
    fn is_year(&self, question: &Question, work: &Work) -> bool {
        let Work::Figure(n) = work else { return false };
        let figure = question.bound.figures.get(*n).filter(|f| matches!(f.function, Function::Min | Function::Max | Function::Median));
        figure.and_then(|f| f.place.as_ref()).is_some_and(|place| self.registry.at(place.object).at(place.field).is_plain())
    }

    /// What the groups of key `n` are, with the titles of links.
    fn marks(&mut self, report: &Report, question: &Question, n: usize, slots: &[Slot]) -> Result<HashMap<Slot, Mark>> {
        let key = &question.bound.keys[n];
        let field = self.registry.at(key.place.object).at(key.place.field).clone();
        let ids: Vec<i64> = slots.iter().filter_map(|slot| if let Slot::Key(key) = slot { key.int() } else { None }).collect();
        let titles: HashMap<i64, String> = match field.to.filter(|_| field.kind.is_link()) {
            Some(to) => self.titles_of(to, &ids)?.into_iter().collect(),
            None => HashMap::new(),
        };
        let elapsed = report.kind == Kind::Cohort && n == question.bound.groups;
        let mark = |slot: &Slot| match slot {
            Slot::Others => Mark { key: Key::Others, title: None },
            Slot::Key(Raw::Null) => Mark { key: Key::Empty, title: None },
            Slot::Key(Raw::Int(n)) if elapsed => Mark { key: Key::Elapsed(*n), title: None },
            Slot::Key(raw) => {
                Mark { key: self.key(question, n, field.kind, raw), title: raw.int().and_then(|id| titles.get(&id).cloned()) }
            }
        };
        Ok(slots.iter().map(|slot| (slot.clone(), mark(slot))).collect())
    }

    fn key(&self, question: &Question, n: usize, kind: FieldType, raw: &Raw) -> Key {
        let number = raw.int().unwrap_or_default();
        let small = i8::try_from(number).unwrap_or_default();
        match (&question.bound.keys[n].cut, &question.periods[n]) {
            // one of several choices is a word of its own
            (Cut::Value, _) if kind == FieldType::Choices => Key::Value(raw.text().map_or(Value::Null, |key| Value::Text(key.into()))),
            (Cut::Value, _) => Key::Value(Value::from_raw(kind, raw.clone())),
            (Cut::Bands(edges), _) => {
                let edge = |n: i64| {
                    let edge = usize::try_from(n).ok().and_then(|n| edges.get(n))?;
                    Value::from_raw(kind, Raw::Int(*edge)).dec()
                };
                Key::Band(edge(number - 1), edge(number))
            }
            (Cut::Period(_), Some(periods)) => match periods.span(number) {
                Some((from, to)) => Key::Period(from, to),
                None if number <= 0 => Key::Before(periods.starts[0]),
                None => Key::Since(periods.starts[periods.starts.len() - 1]),
            },
            (Cut::Period(akrab_model::report::Grain::Weekday), None) => Key::Weekday(small),
            (Cut::Period(_), None) => Key::Hour(small),
        }
    }
}

/// The key along which a report runs: the first that follows the calendar.
fn along(report: &Report, bound: &Bound) -> Option<usize> {
    let moves = bound.measures.iter().any(|m| matches!(m.show, Show::Running | Show::Change | Show::Growth));
    let dated = bound.keys.iter().position(|k| matches!(k.cut, Cut::Period(grain) if grain.follows()));
    dated.or((!report.groups.is_empty()).then_some(0)).filter(|_| moves)
}

/// A line before its groups have words.
struct Bare {
    slots: Vec<Slot>,
    cells: Vec<Value>,
    lost: Vec<Value>,
    below: Vec<Bare>,
}

impl Bare {
    fn marked(self, marks: &[HashMap<Slot, Mark>]) -> Line {
        let depth = self.slots.len() - 1;
        let mark = marks[depth].get(&self.slots[depth]).cloned().unwrap_or(Mark { key: Key::Empty, title: None });
        Line { mark, cells: self.cells, lost: self.lost, below: self.below.into_iter().map(|line| line.marked(marks)).collect() }
    }
}

struct Sheet<'a> {
    report: &'a Report,
    bound: &'a Bound,
    grid: &'a Grid<'a>,
    ranks: &'a [Ranks],
    measures: &'a Measures<'a>,
    along: Option<usize>,
}

impl Sheet<'_> {
    fn lines(&self) -> Vec<Bare> {
        let line = |slots: Vec<Slot>, below| Bare { cells: self.cells(&slots), lost: self.lost(&slots), slots, below };
        match self.bound.groups {
            0 => Vec::new(),
            1 => self.ranks[0].slots.iter().map(|outer| line(vec![outer.clone()], Vec::new())).collect(),
            _ => {
                let dated = matches!(self.bound.keys[1].cut, Cut::Period(grain) if grain.follows());
                let of = |outer: &Slot| {
                    let pairs = self.ranks[1].slots.iter().map(|inner| vec![outer.clone(), inner.clone()]);
                    pairs.filter(|slots| dated || self.grid.holds(0b11, slots)).map(|slots| line(slots, Vec::new())).collect()
                };
                self.ranks[0].slots.iter().map(|outer| line(vec![outer.clone()], of(outer))).collect()
            }
        }
    }

    /// What was lost at a step of a funnel: the plain measures of it.
    fn lost(&self, slots: &[Slot]) -> Vec<Value> {
        let Some(parts) = self.grid.lost(slots) else { return Vec::new() };
        let plain = |n: usize| self.bound.measures[n].show == Show::Value;
        self.shown().map(|n| if plain(n) { self.measures.value(n, &parts) } else { Value::Null }).collect()
    }

    fn shown(&self) -> impl Iterator<Item = usize> {
        (0..self.bound.measures.len()).filter(|n| !self.bound.measures[*n].hidden)
    }

    fn heads(&self) -> &[Slot] {
        self.ranks.get(self.bound.groups).map_or(&[], |ranks| &ranks.slots)
    }

    /// Plain values and changes of a line under every head, then over all.
    fn cells(&self, lines: &[Slot]) -> Vec<Value> {
        let mask = (1_u8 << lines.len()) - 1;
        let pivot = 1_u8 << self.bound.groups;
        let mut cells = Vec::new();
        for head in self.heads() {
            let slots: Vec<Slot> = lines.iter().chain([head]).cloned().collect();
            cells.extend(self.shown().map(|n| self.cell(mask | pivot, &slots, n)));
        }
        cells.extend(self.shown().map(|n| self.cell(mask, lines, n)));
        cells
    }

    fn cell(&self, mask: u8, slots: &[Slot], n: usize) -> Value {
        let plain = || self.measures.value(n, &self.grid.settled(mask, slots));
        match self.bound.measures[n].show {
            Show::Value | Show::Share | Show::Running => plain(),
            show => {
                let Some((now, before)) = number(&plain()).zip(self.before(mask, slots, n)) else { return Value::Null };
                let change = now - before;
                match show {
                    Show::Growth => percent(change, before.abs()).map_or(Value::Null, Value::Dec),
                    _ => self.like(n, change),
                }
            }
        }
    }

    /// A number as the measure's own kind of value.
    fn like(&self, n: usize, value: Decimal) -> Value {
        as_kind(self.bound.measures[n].kind, value)
    }

    /// The value in the period before.
    fn before(&self, mask: u8, slots: &[Slot], n: usize) -> Option<Decimal> {
        let along = self.along?;
        let place = (0..along).filter(|key| mask & (1 << key) != 0).count();
        if mask & (1 << along) == 0 {
            return None;
        }
        let mut keys: Vec<Raw> =
            slots.iter().map(|slot| if let Slot::Key(key) = slot { Some(key.clone()) } else { None }).collect::<Option<_>>()?;
        let earlier = keys[place].int()? - 1;
        if !self.grid.began(along, earlier) {
            return None;
        }
        keys[place] = Raw::Int(earlier);
        number(&self.measures.value(n, &self.grid.parts(mask, &keys)))
    }

    /// Places of a measure that is shown so, within a block of cells.
    fn places(&self, show: Show) -> Vec<usize> {
        self.shown().enumerate().filter(|(_, n)| self.bound.measures[*n].show == show).map(|(place, _)| place).collect()
    }

    /// Running totals, in the order in which the lines stand.
    fn run(&self, lines: &mut [Bare]) {
        let places = self.places(Show::Running);
        if places.is_empty() {
            return;
        }
        let width = self.shown().count();
        match self.along {
            Some(along) if along >= self.bound.groups => {
                let heads = self.heads().len();
                let mut across = |line: &mut Bare| {
                    for place in &places {
                        let cells: Vec<usize> = (0..heads).map(|head| head * width + place).collect();
                        self.add_up(line, &cells);
                    }
                };
                for line in lines {
                    across(line);
                    line.below.iter_mut().for_each(&mut across);
                }
            }
            Some(1) => lines.iter_mut().for_each(|line| self.down(&mut line.below.iter_mut().collect::<Vec<_>>(), &places, width)),
            _ => {
                let inner: BTreeSet<Slot> = lines.iter().flat_map(|l| &l.below).filter_map(|l| l.slots.last().cloned()).collect();
                for slot in inner {
                    let mut same: Vec<&mut Bare> =
                        lines.iter_mut().flat_map(|l| &mut l.below).filter(|l| l.slots.last() == Some(&slot)).collect();
                    self.down(&mut same, &places, width);
                }
                self.down(&mut lines.iter_mut().collect::<Vec<_>>(), &places, width);
            }
        }
    }

    fn down(&self, lines: &mut [&mut Bare], places: &[usize], width: usize) {
        let blocks = self.heads().len() + 1;
        for cell in (0..blocks).flat_map(|block| places.iter().map(move |place| block * width + place)) {
            let mut sum = Decimal::ZERO;
            for line in lines.iter_mut() {
                sum += number(&line.cells[cell]).unwrap_or_default();
                line.cells[cell] = self.running(cell % width, sum);
            }
        }
    }

    fn add_up(&self, line: &mut Bare, cells: &[usize]) {
        let width = self.shown().count();
        let mut sum = Decimal::ZERO;
        for cell in cells {
            sum += number(&line.cells[*cell]).unwrap_or_default();
            line.cells[*cell] = self.running(cell % width, sum);
        }
    }

    fn running(&self, place: usize, sum: Decimal) -> Value {
        self.shown().nth(place).map_or(Value::Null, |n| self.like(n, sum))
    }

    /// Percent of the whole column; in a cohort of the line, whose beginning the columns follow.
    fn share(&self, lines: &mut [Bare], totals: &[Value]) {
        let width = self.shown().count();
        let places = self.places(Show::Share);
        let own = self.report.kind == Kind::Cohort;
        let overall = totals.len() - width;
        let mut of = |line: &mut Bare| {
            let whole: Vec<Value> =
                if own { line.cells[overall..].iter().cycle().take(totals.len()).cloned().collect() } else { totals.to_vec() };
            for (n, cell) in line.cells.iter_mut().enumerate().filter(|(n, _)| places.contains(&(n % width))) {
                let share = number(cell).zip(number(&whole[n])).and_then(|(part, whole)| percent(part, whole));
                *cell = share.map_or(Value::Null, Value::Dec);
            }
        };
        for line in lines {
            of(line);
            line.below.iter_mut().for_each(&mut of);
        }
    }

    /// Totals as they are shown: shares of a whole are all of it.
    fn whole(&self, mut totals: Vec<Value>) -> Vec<Value> {
        let width = self.shown().count();
        let shares = self.places(Show::Share);
        for (n, cell) in totals.iter_mut().enumerate().filter(|(n, _)| shares.contains(&(n % width))) {
            let whole = number(cell).and_then(|whole| percent(whole, whole));
            *cell = if n >= width && self.report.kind == Kind::Cohort { Value::Null } else { whole.map_or(Value::Null, Value::Dec) };
        }
        totals
    }
}
