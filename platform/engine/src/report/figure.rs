//! The value of a measure from the figures of a group.

use crate::Result;
use crate::write::{formula_number, known_names};
use akrab_model::report::{Bound, Figure, Function, Part, Work};
use akrab_model::value::codec::{scaled, unscaled};
use akrab_model::{FieldProblem, FieldType, Problem, Raw, Registry, Value};
use cel::Program;
use rust_decimal::Decimal;
use rust_decimal::prelude::{FromPrimitive, ToPrimitive};

/// Measures ready to be worked out; unknown figures have no value.
pub(super) struct Measures<'a> {
    bound: &'a Bound,
    /// Stored type of each figure's field.
    kinds: Vec<FieldType>,
    programs: Vec<Option<Program>>,
}

impl<'a> Measures<'a> {
    /// # Errors
    /// `report_formula` with its place for what is no formula over the measures before it.
    pub fn new(registry: &Registry, bound: &'a Bound) -> Result<Measures<'a>> {
        let kind = |figure: &Figure| figure.place.as_ref().map_or(FieldType::Integer, |p| registry.at(p.object).at(p.field).kind);
        let mut programs = Vec::new();
        for (n, measure) in bound.measures.iter().enumerate() {
            programs.push(match &measure.work {
                Work::Figure(_) => None,
                Work::Formula(text) => Some(compiled(text, n, bound)?),
            });
        }
        Ok(Measures { bound, kinds: bound.figures.iter().map(kind).collect(), programs })
    }

    /// The plain value of measure `n`.
    pub fn value(&self, n: usize, parts: &[Option<Part>]) -> Value {
        let Some(measure) = self.bound.measures.get(n) else { return Value::Null };
        match (&measure.work, &self.programs[n]) {
            (Work::Figure(figure), _) => {
                let part = parts.get(*figure).and_then(Option::as_ref);
                part.map_or(Value::Null, |part| of_part(self.bound.figures[*figure].function, self.kinds[*figure], part))
            }
            (Work::Formula(_), Some(program)) => {
                let operand = |name: &str| {
                    let other = self.bound.measures.iter().position(|m| m.key == name).filter(|other| *other < n);
                    other.and_then(|other| super::number(&self.value(other, parts)))
                };
                formula_number(program, &operand).map_or(Value::Null, |d| Value::Dec(rounded(d)))
            }
            (Work::Formula(_), None) => Value::Null,
        }
    }
}

fn compiled(text: &str, n: usize, bound: &Bound) -> Result<Program> {
    let fault = |text: &str| {
        let fault = FieldProblem::new(&format!("/measures/{n}/formula"), "report_formula").with("formula", text);
        Err(Problem::invalid(vec![fault]))
    };
    let Ok(program) = Program::compile(text) else { return fault(text) };
    let before = &bound.measures[..n];
    let known = program.references().variables().iter().all(|name| before.iter().any(|m| m.key == *name));
    if known { Ok(program) } else { fault(text) }
}

/// Formulas of a report that cannot be worked out.
///
/// # Errors
/// As [`Measures::new`], and what comes to no number whatever the figures are.
pub(super) fn check_formulas(registry: &Registry, bound: &Bound) -> Result<()> {
    let measures = Measures::new(registry, bound)?;
    for (n, (measure, program)) in bound.measures.iter().zip(&measures.programs).enumerate() {
        let (Work::Formula(text), Some(program)) = (&measure.work, program) else { continue };
        // other figures a second time: the first might divide by zero
        let comes = [7, 11].into_iter().any(|by| {
            let operand = |name: &str| bound.measures.iter().position(|m| m.key == name).map(|seat| Decimal::from(by * (seat + 1)));
            formula_number(program, &operand).is_some()
        });
        if !comes || known_names(program).is_err() {
            let fault = FieldProblem::new(&format!("/measures/{n}/formula"), "report_formula").with("formula", text);
            return Err(Problem::invalid(vec![fault]));
        }
    }
    Ok(())
}

fn of_part(function: Function, kind: FieldType, part: &Part) -> Value {
    match part {
        Part::Count(n) => Value::Int(*n),
        Part::Sum(sum, filled) if function == Function::Average => {
            if *filled == 0 {
                Value::Null
            } else {
                sum.map_or(Value::Null, |sum| quotient(kind, sum, i128::from(*filled)))
            }
        }
        Part::Sum(sum, _) => sum.and_then(|sum| i64::try_from(sum).ok()).map_or(Value::Null, |sum| Value::from_raw(kind, Raw::Int(sum))),
        Part::End(raw) => Value::from_raw(kind, raw.clone()),
        Part::Median(None) => Value::Null,
        Part::Median(Some((low, high))) => quotient(kind, i128::from(*low) + i128::from(*high), 2),
    }
}

/// A quotient in the unit of the field; of whole numbers with two decimals.
fn quotient(kind: FieldType, sum: i128, by: i128) -> Value {
    match kind {
        FieldType::Integer | FieldType::Score => {
            Decimal::from_i128(half_up(sum * 100, by)).map_or(Value::Null, |d| Value::Dec(d / Decimal::ONE_HUNDRED))
        }
        FieldType::Decimal | FieldType::Money | FieldType::Percent => {
            i64::try_from(half_up(sum, by)).map_or(Value::Null, |n| Value::Dec(unscaled(n)))
        }
        _ => i64::try_from(half_up(sum, by)).map_or(Value::Null, |n| Value::from_raw(kind, Raw::Int(n))),
    }
}

/// Quotient rounded half away from zero.
fn half_up(sum: i128, by: i128) -> i128 {
    let half = (sum.abs() % by) * 2 >= by;
    sum / by + if half { sum.signum() } else { 0 }
}

/// As many decimals as the databases keep.
pub(super) fn rounded(number: Decimal) -> Decimal {
    unscaled(scaled(number))
}

/// Percent `part` is of `whole`; none of nothing.
pub(super) fn percent(part: Decimal, whole: Decimal) -> Option<Decimal> {
    let share = part.checked_mul(Decimal::ONE_HUNDRED)?.checked_div(whole)?;
    Some(share.round_dp_with_strategy(2, rust_decimal::RoundingStrategy::MidpointAwayFromZero).normalize())
}

/// A number as a value of this kind.
pub(super) fn as_kind(kind: FieldType, number: Decimal) -> Value {
    match kind {
        FieldType::Integer | FieldType::Score | FieldType::Duration => {
            number.fract().is_zero().then(|| number.to_i64()).flatten().map_or(Value::Dec(number), Value::Int)
        }
        _ => Value::Dec(number.normalize()),
    }
}
