//! Formulas in CEL over the record's own fields, computed on every write and stored.
//!
//! Sums, differences, products and quotients are exact; for all else numbers reach CEL as doubles
//! (fifteen exact digits), texts and dates as strings, empty fields as null. An operation on null has no result: the field
//! is then empty. `or_zero(x)` makes null 0, `days_between(a, b)` counts the days from one date to another,
//! `share_filled([a, b])` is how many of several fields are filled, in percent.

use super::{exact, sound};
use akrab_model::object::DECIMAL_SCALE;
use akrab_model::{Field, FieldProblem, FieldType, Object, Record, Registry, Value};
use cel::{Context, Program};
use rust_decimal::prelude::{FromPrimitive, ToPrimitive};
use rust_decimal::{Decimal, RoundingStrategy};
use std::collections::HashMap;
use std::sync::Arc;

/// All formulas of a registry, compiled.
#[derive(Default)]
pub struct Formulas {
    by_object: HashMap<String, Vec<(String, FieldType, Program)>>,
    /// Validations that are expressions: their key and what must hold.
    rules: HashMap<String, Vec<(String, Program)>>,
}

/// A formula that cannot be worked out.
#[derive(Debug, PartialEq, Eq)]
pub struct FormulaFault {
    pub object: String,
    pub field: String,
    /// What is wrong; its code has words in both languages.
    pub fault: FieldProblem,
}

impl std::fmt::Display for FormulaFault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}.{}: {} {:?}", self.object, self.field, self.fault.code, self.fault.args)
    }
}

impl Formulas {
    /// # Errors
    /// The first formula that is no valid CEL or uses a field there is not.
    pub fn compile(registry: &Registry) -> Result<Formulas, FormulaFault> {
        let mut formulas = Formulas::default();
        for object in registry.objects() {
            for field in &object.fields {
                let Some(text) = &field.formula else { continue };
                let program = program(object, &field.key, text)?;
                formulas.by_object.entry(object.key.clone()).or_default().push((field.key.clone(), field.kind, program));
            }
            if let Some(all) = formulas.by_object.get_mut(&object.key) {
                put_in_order(&object.key, all)?;
            }
            for rule in &object.decl.validations {
                let Some(text) = &rule.formula else { continue };
                let program = program(object, &rule.key, text)?;
                formulas.rules.entry(object.key.clone()).or_default().push((rule.key.clone(), program));
            }
        }
        Ok(formulas)
    }

    /// Formulas and rules that read well and yet can never come to anything.
    pub fn unsound(registry: &Registry) -> Vec<FormulaFault> {
        let mut faults = Vec::new();
        for object in registry.objects() {
            let fields = object.fields.iter().filter_map(|field| Some((&field.key, field.formula.as_ref()?, field.kind)));
            let rules = object.decl.validations.iter().filter_map(|rule| Some((&rule.key, rule.formula.as_ref()?, FieldType::Boolean)));
            for (key, text, kind) in fields.chain(rules) {
                faults.extend(Expression::check(object, key, text, kind).err());
            }
        }
        faults
    }

    /// Keys of the expressions that do not hold of this record. One that cannot be worked out holds.
    pub fn broken(&self, object: &Object, record: &Record) -> Vec<&str> {
        let rules = self.rules.get(&object.key).into_iter().flatten();
        let fails =
            rules.filter(|(_, program)| matches!(program.execute(&context_of(object, record, program)), Ok(cel::Value::Bool(false))));
        fails.map(|(key, _)| key.as_str()).collect()
    }

    /// Computes every formula of the object, each after those it is worked out of.
    pub fn apply(&self, object: &Object, record: &mut Record) {
        for (key, kind, program) in self.by_object.get(&object.key).into_iter().flatten() {
            let exact = exact::compute(program.expression(), &|name| {
                object.field(name).map_or(Err(exact::Beyond), |field| exact::operand(field, record.get(name)))
            });
            if let Ok(number) = exact {
                let value = number.map_or(Value::Null, |number| settled(*kind, number));
                record.set(key, value);
                continue;
            }
            let value = program.execute(&context_of(object, record, program)).map_or(Value::Null, |v| from_cel(*kind, &v));
            record.set(key, value);
        }
    }

    /// Whether a formula of the object is worked out of this field.
    pub fn reads(&self, object: &Object, key: &str) -> bool {
        let mut formulas = self.by_object.get(&object.key).into_iter().flatten();
        formulas.any(|(_, _, program)| program.references().variables().contains(&key))
    }

    pub fn has(&self, object: &str) -> bool {
        self.by_object.contains_key(object)
    }
}

/// An expression over fields of an object, outside of its declaration.
pub(crate) struct Expression(Program);

impl Expression {
    /// # Errors
    /// What is no valid CEL or uses a field there is not.
    pub fn compile(object: &Object, key: &str, text: &str) -> Result<Expression, FormulaFault> {
        program(object, key, text).map(Expression)
    }

    /// Whether it can come to what a field of this kind holds, a truth for conditions.
    ///
    /// # Errors
    /// As [`Expression::compile`], and what can never be worked out.
    pub fn check(object: &Object, key: &str, text: &str, kind: FieldType) -> Result<(), FormulaFault> {
        let program = program(object, key, text)?;
        sound::check(object, &program, kind).map_err(|fault| FormulaFault { object: object.key.clone(), field: key.into(), fault })
    }

    /// Whether it comes to true; what cannot be worked out does not.
    pub fn holds(&self, object: &Object, record: &Record) -> bool {
        matches!(self.0.execute(&context_of(object, record, &self.0)), Ok(cel::Value::Bool(true)))
    }

    /// What it comes to, for a field of this kind; nothing where it is worked out of an empty field.
    ///
    /// # Errors
    /// What cannot be worked out although every field it uses is filled, or ever.
    pub fn value(&self, object: &Object, record: &Record, kind: FieldType) -> Result<Value, FieldProblem> {
        sound::known_names(&self.0)?;
        let exact = exact::compute(self.0.expression(), &|name| {
            object.field(name).map_or(Err(exact::Beyond), |field| exact::operand(field, record.get(name)))
        });
        let value = match exact {
            Ok(number) if kind.is_number() => number.map(|number| settled(kind, number)),
            _ => match self.0.execute(&context_of(object, record, &self.0)) {
                Ok(value) if !sound::fits(kind, &value) => return Err(sound::unfit(kind)),
                Ok(value) => Some(from_cel(kind, &value)),
                Err(_) => None,
            },
        };
        let lacks = || self.0.references().variables().into_iter().any(|name| *record.get(name) == Value::Null);
        match value {
            Some(value) => Ok(value),
            None if lacks() => Ok(Value::Null),
            None => Err(FieldProblem::new("", "decl_formula_nothing")),
        }
    }
}

/// The fields of a record as an expression knows them.
fn context_of<'p>(object: &Object, record: &Record, program: &Program) -> Context<'p> {
    context(program, &|name| object.field(name).map_or(cel::Value::Null, |field| to_cel(field, record.get(name))))
}

/// What an expression knows: the functions there are, and a value for each of its names.
pub(super) fn context<'p>(program: &Program, value: &dyn Fn(&str) -> cel::Value) -> Context<'p> {
    let mut context = Context::default();
    context.add_function("or_zero", or_zero);
    context.add_function("days_between", days_between);
    context.add_function("share_filled", share_filled);
    for name in program.references().variables() {
        context.add_variable_from_value(name, value(name));
    }
    context
}

/// An expression over fields of the object.
fn program(object: &Object, key: &str, text: &str) -> Result<Program, FormulaFault> {
    let fault = |fault: FieldProblem| FormulaFault { object: object.key.clone(), field: key.into(), fault };
    let program = Program::compile(text).map_err(|errors| fault(unreadable(text, &errors)))?;
    for name in program.references().variables() {
        if object.field(name).is_none() {
            return Err(fault(FieldProblem::new("", "decl_formula_unknown").with("name", name)));
        }
    }
    Ok(program)
}

/// What the reader of expressions says is English; where it stands is said in our words.
fn unreadable(text: &str, errors: &cel::ParseErrors) -> FieldProblem {
    let at = errors.errors.first().and_then(|error| usize::try_from(error.pos.1).ok()).unwrap_or(0);
    let rest: String = text.chars().skip(at.saturating_sub(1)).take(24).collect();
    match rest.trim() {
        "" => FieldProblem::new("", "decl_formula_ends"),
        rest => FieldProblem::new("", "decl_formula_unreadable").with("at", rest),
    }
}

/// What others are worked out of comes first; otherwise the order of declaration stays.
fn put_in_order(object: &str, all: &mut Vec<(String, FieldType, Program)>) -> Result<(), FormulaFault> {
    let mut waiting = std::mem::take(all);
    while !waiting.is_empty() {
        let ready = waiting.iter().position(|(_, _, program)| {
            let needs = program.references();
            !waiting.iter().any(|(other, ..)| needs.variables().contains(&other.as_str()))
        });
        let Some(ready) = ready else {
            let fault = FieldProblem::new("", "decl_formula_circle");
            return Err(FormulaFault { object: object.into(), field: waiting[0].0.clone(), fault });
        };
        all.push(waiting.remove(ready));
    }
    Ok(())
}

/// The number a formula over other numbers gives; none where one of them is missing or nothing can be worked out.
pub(crate) fn formula_number(program: &Program, operand: &dyn Fn(&str) -> Option<Decimal>) -> Option<Decimal> {
    if let Ok(number) = exact::compute(program.expression(), &|name| Ok(operand(name))) {
        return number;
    }
    let context = context(program, &|name| operand(name).and_then(|d| d.to_f64()).map_or(cel::Value::Null, cel::Value::Float));
    match program.execute(&context).ok()? {
        cel::Value::Int(n) => Some(Decimal::from(n)),
        cel::Value::UInt(n) => Some(Decimal::from(n)),
        cel::Value::Float(f) => Decimal::from_f64(f),
        _ => None,
    }
}

/// Whether an expression over the object's fields holds of a record. One that cannot be worked out does not.
pub(crate) fn is_condition_true(object: &Object, record: &Record, text: &str) -> bool {
    let Ok(program) = program(object, "", text) else { return false };
    matches!(program.execute(&context_of(object, record, &program)), Ok(cel::Value::Bool(true)))
}

/// Whether a text is a condition over the object's fields.
///
/// # Errors
/// Why it is none.
pub(crate) fn check_condition(object: &Object, text: &str) -> Result<(), FieldProblem> {
    Expression::check(object, "", text, FieldType::Boolean).map_err(|fault| fault.fault)
}

fn or_zero(value: cel::Value) -> Result<cel::Value, cel::ExecutionError> {
    Ok(if matches!(value, cel::Value::Null) { cel::Value::Float(0.0) } else { value })
}

/// Days from one day to another, as dates are written; nothing where one of them is missing.
fn days_between(from: cel::Value, to: cel::Value) -> Result<cel::Value, cel::ExecutionError> {
    let day = |value: &cel::Value| match value {
        cel::Value::String(text) => Ok(text.get(..10).and_then(|day| day.parse::<jiff::civil::Date>().ok())),
        cel::Value::Null => Ok(None),
        _ => Err(cel::ExecutionError::NoSuchOverload),
    };
    let days = day(&from)?.zip(day(&to)?).and_then(|(from, to)| to.since(from).ok()).map(|span| f64::from(span.get_days()));
    Ok(days.map_or(cel::Value::Null, cel::Value::Float))
}

/// How many of a list's values are filled, in percent.
fn share_filled(values: Arc<Vec<cel::Value>>) -> Result<cel::Value, cel::ExecutionError> {
    let filled = values.iter().filter(|value| !matches!(value, cel::Value::Null)).count();
    Ok(cel::Value::Float(if values.is_empty() { 0.0 } else { filled as f64 * 100.0 / values.len() as f64 }))
}

pub(super) fn to_cel(field: &Field, value: &Value) -> cel::Value {
    match value {
        Value::Null | Value::Links(_) | Value::Json(_) => cel::Value::Null,
        Value::Bool(b) => cel::Value::Bool(*b),
        Value::Int(n) if field.kind.is_number() => cel::Value::Float(n.to_f64().unwrap_or_default()),
        Value::Int(n) | Value::Link(n) => cel::Value::Int(*n),
        Value::Dec(d) => d.to_f64().map_or(cel::Value::Null, cel::Value::Float),
        Value::Text(s) => cel::Value::String(Arc::new(s.clone())),
        Value::Date(d) => cel::Value::String(Arc::new(d.to_string())),
        Value::Time(t) => cel::Value::String(Arc::new(t.to_string())),
        Value::Keys(keys) => cel::Value::List(Arc::new(keys.iter().map(|k| cel::Value::String(Arc::new(k.clone()))).collect())),
    }
}

fn from_cel(kind: FieldType, value: &cel::Value) -> Value {
    let number = match value {
        cel::Value::Int(n) => Some(Decimal::from(*n)),
        cel::Value::UInt(n) => Some(Decimal::from(*n)),
        // fifteen digits, as many as a double is sure of
        cel::Value::Float(f) => Decimal::from_f64(*f),
        _ => None,
    };
    if let Some(number) = number {
        return settled(kind, number);
    }
    match (kind, value) {
        (FieldType::Boolean, cel::Value::Bool(b)) => Value::Bool(*b),
        (FieldType::Date, cel::Value::String(s)) => s.parse().map_or(Value::Null, Value::Date),
        (FieldType::DateTime, cel::Value::String(s)) => s.parse().map_or(Value::Null, Value::Time),
        (FieldType::Text | FieldType::LongText | FieldType::Choice, cel::Value::String(s)) if !s.is_empty() => Value::Text(s.to_string()),
        _ => Value::Null,
    }
}

/// A number as a field of this type keeps it.
fn settled(kind: FieldType, number: Decimal) -> Value {
    let to = |places| number.round_dp_with_strategy(places, RoundingStrategy::MidpointAwayFromZero);
    match kind {
        FieldType::Decimal | FieldType::Money | FieldType::Percent => Value::Dec(to(DECIMAL_SCALE).normalize()),
        FieldType::Integer | FieldType::Score | FieldType::Duration => to(0).to_i64().map_or(Value::Null, Value::Int),
        _ => Value::Null,
    }
}
