//! From a written report to bound places: names resolved, rights applied.

use super::{Chart, Cut, Figure, Function, Grain, Grouping, Kind, MOST_BANDS, Measure, Place, Report, Show};
use crate::filter::{Cond, Env, Filter, Rights, Step};
use crate::object::{Field, FieldType, Object, ObjectIx, Registry};
use crate::problem::{FieldProblem, Problem};
use crate::value::codec::scaled;
use rust_decimal::prelude::ToPrimitive;

/// Links walked to a field at most, as in filters.
const MOST_STEPS: usize = 3;

/// A report whose names are resolved.
#[derive(Debug, Clone)]
pub struct Bound {
    pub object: ObjectIx,
    /// The report's own filter; what the asker may see is added by the engine.
    pub cond: Cond,
    /// Groupings, then the pivot.
    pub keys: Vec<BoundKey>,
    /// How many of the keys are groupings.
    pub groups: usize,
    /// Every figure the measures need, each once.
    pub figures: Vec<Figure>,
    pub measures: Vec<BoundMeasure>,
}

/// A grouping or the pivot.
#[derive(Debug, Clone)]
pub struct BoundKey {
    pub place: Place,
    pub cut: Cut,
    /// A record may stand in several groups: the field holds several choices.
    pub many: bool,
}

/// A measure and what it is worked out of.
#[derive(Debug, Clone)]
pub struct BoundMeasure {
    pub key: String,
    pub work: Work,
    /// Type of the plain value.
    pub kind: FieldType,
    pub show: Show,
    pub hidden: bool,
}

/// What a measure is worked out of.
#[derive(Debug, Clone, PartialEq)]
pub enum Work {
    /// Place among the figures.
    Figure(usize),
    Formula(String),
}

type Answer<T> = Result<T, FieldProblem>;

impl Report {
    /// Binds the report for whoever has these rights.
    ///
    /// # Errors
    /// `invalid` with the place: unknown or hidden fields, what cannot be grouped or worked out, faults of the shape.
    pub fn bind(&self, registry: &Registry, env: &Env, rights: &dyn Rights) -> Result<Bound, Problem> {
        let one = |fault| Problem::invalid(vec![fault]);
        if let Some(fault) = self.shape() {
            return Err(one(fault));
        }
        let object = registry.object(&self.object).ok_or_else(Problem::not_found)?;
        let cond = match &self.filter {
            Some(filter) => Filter::from_json(filter)?.bind(registry, object, env, rights)?,
            None => Cond::True,
        };
        let binder = Binder { registry, env, rights, object };
        let mut keys = Vec::new();
        for (n, grouping) in self.groups.iter().enumerate() {
            keys.push(binder.key(grouping, &format!("/groups/{n}")).map_err(one)?);
        }
        let named = |key: &BoundKey| {
            let field = registry.at(key.place.object).at(key.place.field);
            matches!((&key.cut, field.kind), (Cut::Value, FieldType::Text | FieldType::Choice))
        };
        if self.chart == Chart::Map && !keys.first().is_some_and(named) {
            return Err(one(FieldProblem::new("/groups/0/field", "report_map_group")));
        }
        if let Some(pivot) = &self.pivot {
            keys.push(binder.key(pivot, "/pivot").map_err(one)?);
        }
        let follows = |key: &BoundKey| matches!(key.cut, Cut::Period(grain) if grain.follows());
        if self.kind == Kind::Cohort && !(keys.iter().all(follows) && keys.iter().all(|k| k.cut == keys[0].cut)) {
            return Err(one(FieldProblem::new("/pivot", "report_cohort_shape")));
        }
        let dated = keys.iter().any(follows);
        let (mut figures, mut measures) = (Vec::new(), Vec::new());
        for (n, measure) in self.measures.iter().enumerate() {
            if matches!(measure.show, Show::Change | Show::Growth) && !dated {
                return Err(one(FieldProblem::new(&format!("/measures/{n}/show"), "report_needs_period")));
            }
            measures.push(binder.measure(measure, &format!("/measures/{n}"), &mut figures)?);
        }
        Ok(Bound { object: object.ix, cond, keys, groups: self.groups.len(), figures, measures })
    }
}

struct Binder<'a> {
    registry: &'a Registry,
    env: &'a Env,
    rights: &'a dyn Rights,
    object: &'a Object,
}

impl Binder<'_> {
    fn place(&self, path: &str, pointer: &str) -> Answer<(Place, &Field)> {
        let unknown = || FieldProblem::new(pointer, "unknown_field").with("field", path);
        let mut steps = Vec::new();
        let mut at = self.object;
        let mut parts = path.split('.').peekable();
        while let Some(part) = parts.next() {
            let ix = at.field_ix(part).filter(|ix| self.rights.may_read(at.ix, *ix)).ok_or_else(unknown)?;
            let field = at.at(ix);
            if parts.peek().is_none() {
                return if field.is_column() { Ok((Place { path: steps, object: at.ix, field: ix }, field)) } else { Err(unknown()) };
            }
            let target = field.to.filter(|_| field.kind.is_link()).ok_or_else(unknown)?;
            if steps.len() >= MOST_STEPS {
                return Err(FieldProblem::new(pointer, "filter_too_deep").with("max", MOST_STEPS));
            }
            steps.push(Step { object: at.ix, field: ix, guard: self.rights.guard(target) });
            at = self.registry.at(target);
        }
        Err(unknown())
    }

    fn key(&self, grouping: &Grouping, pointer: &str) -> Answer<BoundKey> {
        use FieldType::*;
        let at = format!("{pointer}/field");
        let (place, field) = self.place(&grouping.field, &at)?;
        let unfit = || FieldProblem::new(&at, "not_groupable").with("field", &grouping.field);
        let cut = match field.kind {
            Date | DateTime => {
                let grain = grouping.by.unwrap_or(Grain::Month);
                if grain == Grain::Hour && field.kind == Date {
                    return Err(FieldProblem::new(&format!("{pointer}/by"), "unknown_choice").with("value", "hour"));
                }
                Cut::Period(grain)
            }
            kind if kind.is_number() && !grouping.bands.is_empty() => Cut::Bands(bands(field, grouping, pointer)?),
            Choice | Choices | Boolean | Link | Stage | Text | Integer | Score | Percent => Cut::Value,
            _ => return Err(unfit()),
        };
        if grouping.by.is_some() && !matches!(cut, Cut::Period(_)) || !grouping.bands.is_empty() && !matches!(cut, Cut::Bands(_)) {
            return Err(FieldProblem::new(pointer, "wrong_type").with("field", &grouping.field));
        }
        Ok(BoundKey { place, cut, many: field.kind == Choices })
    }

    fn measure(&self, measure: &Measure, pointer: &str, figures: &mut Vec<Figure>) -> Result<BoundMeasure, Problem> {
        let one = |fault| Problem::invalid(vec![fault]);
        let made = |work, kind| BoundMeasure { key: measure.key.clone(), work, kind, show: measure.show, hidden: measure.hidden };
        if let Some(formula) = &measure.formula {
            if measure.field.is_some() || measure.only.is_some() || formula.len() > 500 {
                return Err(one(FieldProblem::new(&format!("{pointer}/formula"), "report_formula").with("formula", formula)));
            }
            let kind = match measure.result.unwrap_or_default() {
                super::Unit::Number => FieldType::Decimal,
                super::Unit::Money => FieldType::Money,
                super::Unit::Percent => FieldType::Percent,
            };
            return Ok(made(Work::Formula(formula.clone()), kind));
        }
        let at = format!("{pointer}/field");
        let (place, kind) = match (&measure.field, measure.function) {
            (None, Function::Count) => (None, FieldType::Integer),
            (None, _) => return Err(one(FieldProblem::new(&at, "required"))),
            (Some(path), function) => {
                let (place, field) = self.place(path, &at).map_err(one)?;
                let kind = result_kind(function, field.kind);
                (Some(place), kind.ok_or_else(|| one(FieldProblem::new(&at, "wrong_type").with("field", path)))?)
            }
        };
        let only = match &measure.only {
            Some(filter) => Filter::from_json(filter)?.bind(self.registry, self.object, self.env, self.rights)?,
            None => Cond::True,
        };
        let figure = Figure { function: measure.function, place, only };
        let known = figures.iter().position(|f| *f == figure);
        let n = known.unwrap_or_else(|| {
            figures.push(figure);
            figures.len() - 1
        });
        Ok(made(Work::Figure(n), kind))
    }
}

/// Type of a function's result over a field of this type; none where it makes no sense.
fn result_kind(function: Function, kind: FieldType) -> Option<FieldType> {
    use FieldType::*;
    match function {
        Function::Count | Function::Distinct => Some(Integer).filter(|_| !matches!(kind, Json | Links)),
        Function::Sum => Some(kind).filter(|k| k.is_number()),
        Function::Average | Function::Median => match kind {
            Integer | Score => Some(Decimal),
            kind => Some(kind).filter(|k| k.is_number()),
        },
        Function::Min | Function::Max => Some(kind).filter(|k| k.is_number() || matches!(k, Date | DateTime)),
    }
}

fn bands(field: &Field, grouping: &Grouping, pointer: &str) -> Answer<Vec<i64>> {
    let fault = |code: &str| FieldProblem::new(&format!("{pointer}/bands"), code);
    if grouping.bands.len() > MOST_BANDS {
        return Err(fault("too_many").with("max", MOST_BANDS));
    }
    let stored = |edge: &rust_decimal::Decimal| match field.kind {
        FieldType::Decimal | FieldType::Money | FieldType::Percent => Some(scaled(*edge)),
        _ => edge.ceil().to_i64(),
    };
    let edges: Option<Vec<i64>> = grouping.bands.iter().map(stored).collect();
    edges.filter(|e| e.windows(2).all(|pair| pair[0] < pair[1])).ok_or_else(|| fault("report_bands"))
}
