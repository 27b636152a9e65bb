//! Records as they stood at the end of a day: what they are now, with every change since taken back. Worked out in
//! memory, for as many records as a pipeline has.
//!
//! Who may see a record is decided by what it is today. Linked records are read as they are today.

use super::question::{Figures, Question, needed};
use crate::Result;
use crate::rights::Access;
use crate::write::Tx;
use akrab_model::filter::{Facts, Found, Is, Shared, Test};
use akrab_model::problem::ProblemKind;
use akrab_model::report::{Function, Part, Place};
use akrab_model::{Cond, FieldIx, Object, ObjectIx, Problem, Query, Raw, Registry};
use akrab_store::{Bin, Cell, StoreError};
use jiff::civil::Date;
use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

/// Records looked at, and changes taken back, at most.
const MOST_RECORDS: usize = 20_000;
const MOST_CHANGES: usize = 200_000;
/// Children of one record looked at for a condition.
const MOST_CHILDREN: usize = 10_000;

/// Cells by the places of the fields.
type Cells = Vec<Raw>;

impl Tx<'_> {
    /// Every figure of the records as they stood at the end of `day`.
    pub(super) fn folded(&mut self, question: &Question, day: Date) -> Result<Figures> {
        let object = question.object.clone();
        let end = day.tomorrow().ok().and_then(|next| next.to_zoned(self.ctx.now.time_zone().clone()).ok());
        let end = end.map_or(i64::MAX, |z| z.timestamp().as_microsecond());
        let rows = self.stood(&object, end)?;
        let registry = self.registry.clone();
        let ids: Vec<i64> = rows.keys().copied().collect();
        let past = Past {
            registry: registry.clone(),
            object: object.ix,
            end,
            rows,
            others: RefCell::default(),
            tx: RefCell::new(self),
            fault: RefCell::default(),
        };
        let mut masks = needed(question.bound.groups, question.bound.keys.len());
        masks.sort_unstable_by(|a, b| b.cmp(a));
        let mut levels: Vec<(u8, HashMap<Vec<Raw>, Sums>)> = masks.into_iter().map(|mask| (mask, HashMap::new())).collect();
        for id in ids.into_iter().filter(|id| question.asked.matches(&registry, object.ix, *id, &past)) {
            let keys: Vec<Vec<Raw>> = question
                .bound
                .keys
                .iter()
                .zip(&question.slices)
                .map(|(key, slice)| groups(slice.group(past.at(&key.place, id)), key.many))
                .collect();
            let values: Vec<Option<Raw>> = question
                .bound
                .figures
                .iter()
                .map(|figure| {
                    let counts = figure.only.matches(&registry, object.ix, id, &past);
                    counts.then(|| figure.place.as_ref().map_or(Raw::Int(1), |place| past.at(place, id))).filter(|v| !v.is_null())
                })
                .collect();
            for (mask, level) in &mut levels {
                let own = keys.iter().enumerate().filter(|(n, _)| *mask & (1 << n) != 0).map(|(_, keys)| keys.as_slice());
                for own in together(own) {
                    let sums = level.entry(own).or_insert_with(|| Sums { count: 0, values: vec![Vec::new(); values.len()] });
                    sums.count += 1;
                    for (kept, value) in sums.values.iter_mut().zip(&values) {
                        kept.extend(value.clone());
                    }
                }
            }
        }
        if let Some(fault) = past.fault.into_inner() {
            return Err(fault.into());
        }
        let functions: Vec<Function> = question.bound.figures.iter().map(|f| f.function).collect();
        let levels =
            levels.into_iter().map(|(mask, level)| (mask, level.into_iter().map(|(keys, sums)| sums.cell(keys, &functions)).collect()));
        Ok(Figures { levels: levels.collect(), lost: Vec::new(), cut: false })
    }

    /// The records the actor may see that were there at `end`, in microseconds UTC, as they were.
    fn stood(&mut self, object: &Arc<Object>, end: i64) -> Result<BTreeMap<i64, Cells>> {
        let created = object.field_ix("created_at");
        let columns: Vec<FieldIx> = object.columns().map(|(ix, _)| ix).collect();
        let mut rows = BTreeMap::new();
        for bin in [false, true] {
            let cond = self.rights.cond(object, Access::Read);
            let query = Query {
                object: object.ix,
                columns: columns.clone(),
                cond,
                sort: Vec::new(),
                limit: MOST_RECORDS,
                after: None,
                bin,
                titles: Vec::new(),
            };
            let registry = self.registry.clone();
            for row in self.conn.select(&registry, &query)?.rows {
                let gone = row.deleted_at.is_some_and(|at| at < end);
                let cells = placed(object, &columns, row.cells);
                let born = created.and_then(|ix| cells[usize::from(ix.0)].int()).is_none_or(|at| at < end);
                if born && !gone {
                    rows.insert(row.id, cells);
                }
            }
        }
        if rows.len() >= MOST_RECORDS {
            return Err(Problem::new(ProblemKind::Invalid, "report_too_many_records").with("max", MOST_RECORDS));
        }
        let env = self.parse_env().own();
        let since = self.conn.changes_since(&object.key, end, MOST_CHANGES)?;
        if since.len() >= MOST_CHANGES {
            return Err(Problem::new(ProblemKind::Invalid, "report_too_many_records").with("max", MOST_CHANGES));
        }
        for (record, diff) in since {
            let (Some(cells), Ok(diff)) =
                (rows.get_mut(&record), serde_json::from_str::<serde_json::Map<String, serde_json::Value>>(&diff))
            else {
                continue;
            };
            for (key, pair) in diff {
                let Some(ix) = object.field_ix(&key).filter(|ix| object.at(*ix).is_column()) else { continue };
                let before = object.at(ix).parse(&pair[0], &env).unwrap_or_default();
                cells[usize::from(ix.0)] = before.to_raw();
            }
        }
        Ok(rows)
    }
}

fn placed(object: &Object, columns: &[FieldIx], cells: Vec<Raw>) -> Cells {
    let mut placed = vec![Raw::Null; object.fields.len()];
    for (ix, cell) in columns.iter().zip(cells) {
        placed[usize::from(ix.0)] = cell;
    }
    placed
}

/// What conditions are evaluated on.
struct Past<'p, 't> {
    registry: Arc<Registry>,
    object: ObjectIx,
    /// The moment as of which they are evaluated, in microseconds UTC.
    end: i64,
    rows: BTreeMap<i64, Cells>,
    /// Linked records, read once.
    others: RefCell<HashMap<(ObjectIx, i64), Option<Cells>>>,
    tx: RefCell<&'p mut Tx<'t>>,
    /// What the database answered instead of a fact.
    fault: RefCell<Option<StoreError>>,
}

impl Past<'_, '_> {
    /// The stored value at a place, null where the path ends or the asker may not see on.
    fn at(&self, place: &Place, id: i64) -> Raw {
        let mut id = id;
        for step in &place.path {
            let Some(next) = self.cell(step.object, id, step.field).int() else { return Raw::Null };
            let target = self.registry.at(step.object).at(step.field).to.unwrap_or(step.object);
            if !step.guard.matches(&self.registry, target, next, self) {
                return Raw::Null;
            }
            id = next;
        }
        self.cell(place.object, id, place.field)
    }

    /// The answer; nothing when there is none, which is told at the end.
    fn told<T: Default>(&self, answer: std::result::Result<T, StoreError>) -> T {
        answer.unwrap_or_else(|fault| {
            *self.fault.borrow_mut() = Some(fault);
            T::default()
        })
    }

    fn read(&self, object: ObjectIx, id: i64) -> Option<Cells> {
        let of = self.registry.at(object).clone();
        let columns: Vec<FieldIx> = of.columns().map(|(ix, _)| ix).collect();
        let row = self.tx.borrow_mut().conn.row(&self.registry, &of, id, &columns, &Cond::True, Bin::Any);
        let row = self.told(row);
        row.map(|row| placed(&of, &columns, row.cells))
    }
}

impl Facts for Past<'_, '_> {
    fn cell(&self, object: ObjectIx, id: i64, field: FieldIx) -> Raw {
        let place = usize::from(field.0);
        if object == self.object
            && let Some(cells) = self.rows.get(&id)
        {
            return cells[place].clone();
        }
        if !self.others.borrow().contains_key(&(object, id)) {
            let read = self.read(object, id);
            self.others.borrow_mut().insert((object, id), read);
        }
        let others = self.others.borrow();
        others.get(&(object, id)).and_then(Option::as_ref).map_or(Raw::Null, |cells| cells[place].clone())
    }
    fn children(&self, object: ObjectIx, via: FieldIx, id: i64) -> Vec<i64> {
        let of = self.registry.at(object).clone();
        let here = Cond::Test(Test { path: Vec::new(), object, field: via, is: Is::Eq(Raw::Int(id)) });
        let found = self.tx.borrow_mut().conn.ids_after(&self.registry, &of, &here, 0, MOST_CHILDREN);
        self.told(found)
    }
    fn linked(&self, object: ObjectIx, id: i64, field: FieldIx) -> Vec<i64> {
        let of = self.registry.at(object).clone();
        let found = self.tx.borrow_mut().conn.links(&self.registry, &of, field, &[id]);
        self.told(found).into_values().flatten().map(|link| link.to).collect()
    }
    fn former(&self, object: ObjectIx, id: i64) -> Option<i64> {
        let stays = self.tx.borrow_mut().conn.stays(&self.registry.at(object).key, id);
        // of what stands here the stays of that day, of what it leads to those of now
        let end = if object == self.object { self.end } else { i64::MAX };
        self.told(stays).iter().rfind(|stay| stay.left_at.is_some_and(|left| left < end)).map(|stay| stay.stage)
    }
    fn found(&self, _: i64, _: &Found) -> bool {
        // a report has no words to search for
        false
    }
    fn shared(&self, id: i64, shared: &Shared) -> bool {
        let Some(object) = self.registry.object(&shared.object) else { return false };
        let given = Cond::Shared(shared.clone());
        let found = self.tx.borrow_mut().conn.row(&self.registry, object, id, &[], &given, Bin::Any);
        self.told(found).is_some()
    }
}

/// The groups a value stands in: of several choices, each of them.
fn groups(value: Raw, many: bool) -> Vec<Raw> {
    match &value {
        Raw::Text(keys) if many => keys.split('|').filter(|key| !key.is_empty()).map(|key| Raw::Text(key.into())).collect(),
        _ => vec![value],
    }
}

/// Every way to take one of each.
fn together<'k>(keys: impl Iterator<Item = &'k [Raw]>) -> Vec<Vec<Raw>> {
    keys.fold(vec![Vec::new()], |ways, keys| {
        let longer = |way: &Vec<Raw>, key: &Raw| way.iter().cloned().chain([key.clone()]).collect::<Vec<Raw>>();
        ways.iter().flat_map(|way| keys.iter().map(move |key| longer(way, key))).collect()
    })
}

/// What is known of a group while its records are counted.
struct Sums {
    count: i64,
    /// Filled values of each figure.
    values: Vec<Vec<Raw>>,
}

impl Sums {
    fn cell(self, keys: Vec<Raw>, functions: &[Function]) -> Cell {
        let parts = self.values.into_iter().zip(functions).map(|(values, function)| part(*function, values));
        Cell { keys, count: self.count, parts: parts.collect() }
    }
}

fn part(function: Function, mut values: Vec<Raw>) -> Part {
    let numbers = |values: &[Raw]| values.iter().filter_map(Raw::int).map(i128::from).sum::<i128>();
    match function {
        Function::Count => Part::Count(values.len() as i64),
        Function::Distinct => Part::Count(values.iter().collect::<HashSet<_>>().len() as i64),
        Function::Sum | Function::Average => Part::Sum(Some(numbers(&values)), values.len() as i64),
        Function::Min => Part::End(values.into_iter().min().unwrap_or(Raw::Null)),
        Function::Max => Part::End(values.into_iter().max().unwrap_or(Raw::Null)),
        Function::Median => {
            values.sort_unstable();
            let n = values.len();
            let at = |place: usize| values.get(place).and_then(Raw::int);
            Part::Median(n.checked_sub(1).and_then(|last| at(last / 2).zip(at(n / 2))))
        }
    }
}
