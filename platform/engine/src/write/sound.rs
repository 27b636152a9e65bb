//! Whether an expression can ever be worked out: its functions are offered, its members exist, and over values as its
//! fields hold them it comes to what is wanted of it.

use super::exact;
use super::formula::{context, to_cel};
use akrab_model::{Field, FieldProblem, FieldType, Object, Value};
use cel::common::ast::{EntryExpr, Expr, IdedExpr, operators};
use cel::{ExecutionError, Program};
use jiff::civil::date;
use rust_decimal::Decimal;

/// What an expression may call by name.
const OFFERED: [&str; 28] = [
    "bytes",
    "contains",
    "days_between",
    "double",
    "duration",
    "endsWith",
    "getDate",
    "getDayOfMonth",
    "getDayOfWeek",
    "getDayOfYear",
    "getFullYear",
    "getHours",
    "getMilliseconds",
    "getMinutes",
    "getMonth",
    "getSeconds",
    "hasValue",
    "int",
    "matches",
    "or",
    "orValue",
    "or_zero",
    "share_filled",
    "size",
    "startsWith",
    "string",
    "timestamp",
    "value",
];

/// Signs, and what macros as `all` and `exists` are made of.
const SIGNS: [&str; 20] = [
    operators::CONDITIONAL,
    operators::LOGICAL_AND,
    operators::LOGICAL_OR,
    operators::LOGICAL_NOT,
    operators::SUBSTRACT,
    operators::ADD,
    operators::MULTIPLY,
    operators::DIVIDE,
    operators::MODULO,
    operators::EQUALS,
    operators::NOT_EQUALS,
    operators::GREATER_EQUALS,
    operators::LESS_EQUALS,
    operators::GREATER,
    operators::LESS,
    operators::NEGATE,
    operators::INDEX,
    operators::OPT_INDEX,
    operators::NOT_STRICTLY_FALSE,
    operators::IN,
];

/// Rounds of values an expression is worked out over.
const ROUNDS: usize = 3;

/// Whether an expression calls nothing but what there is.
///
/// # Errors
/// The function or the member that does not exist.
pub(crate) fn known_names(program: &Program) -> Result<(), FieldProblem> {
    let references = program.references();
    let mut called = references.functions();
    called.sort_unstable();
    if let Some(name) = called.into_iter().find(|name| !OFFERED.contains(name) && !SIGNS.contains(name)) {
        return Err(FieldProblem::new("", "decl_formula_function").with("name", name));
    }
    match member(program.expression()) {
        Some(name) => Err(FieldProblem::new("", "decl_formula_member").with("name", name)),
        None => Ok(()),
    }
}

/// Whether an expression over fields of the object can come to what a field of this kind holds.
///
/// # Errors
/// What stands in the way, as far as values of the fields' kinds tell it.
pub(super) fn check(object: &Object, program: &Program, kind: FieldType) -> Result<(), FieldProblem> {
    known_names(program)?;
    for round in 0..ROUNDS {
        let value = |name: &str| {
            let seat = object.fields.iter().position(|field| field.key == name)?;
            object.fields.get(seat).map(|field| (field, sample(field, round, seat)))
        };
        let number = exact::compute(program.expression(), &|name| {
            value(name).map_or(Err(exact::Beyond), |(field, value)| exact::operand(field, &value))
        });
        if let Ok(number) = number
            && kind != FieldType::Boolean
        {
            if number.is_some() && !kind.is_number() {
                return Err(unfit(kind));
            }
            continue;
        }
        let context = context(program, &|name| value(name).map_or(cel::Value::Null, |(field, value)| to_cel(field, &value)));
        match program.execute(&context) {
            Ok(result) if fits(kind, &result) => {}
            Ok(_) => return Err(unfit(kind)),
            Err(error) if is_of_the_values(&error) => {}
            Err(_) => {
                let at = culprit(program.expression(), &context).unwrap_or_default();
                return Err(FieldProblem::new("", "decl_formula_kinds").with("at", at));
            }
        }
    }
    Ok(())
}

/// Whether a field of this kind can take it; nothing fits anywhere.
pub(super) fn fits(kind: FieldType, value: &cel::Value) -> bool {
    match value {
        cel::Value::Null => true,
        cel::Value::Int(_) | cel::Value::UInt(_) | cel::Value::Float(_) => kind.is_number(),
        cel::Value::Bool(_) => kind == FieldType::Boolean,
        cel::Value::String(text) => match kind {
            FieldType::Text | FieldType::LongText | FieldType::Choice => true,
            FieldType::Date => text.is_empty() || text.parse::<jiff::civil::Date>().is_ok(),
            FieldType::DateTime => text.is_empty() || text.parse::<jiff::Timestamp>().is_ok(),
            _ => false,
        },
        _ => false,
    }
}

/// What was wanted instead.
pub(super) fn unfit(kind: FieldType) -> FieldProblem {
    let code = match kind {
        kind if kind.is_number() => "decl_formula_wants_number",
        FieldType::Boolean => "decl_formula_wants_truth",
        FieldType::Date => "decl_formula_wants_date",
        FieldType::DateTime => "decl_formula_wants_time",
        FieldType::Text | FieldType::LongText | FieldType::Choice => "decl_formula_wants_text",
        _ => "decl_formula_wants_other",
    };
    FieldProblem::new("", code)
}

/// The member of something that has none, as it is written. Only what is written out with keys has members.
fn member(expr: &IdedExpr) -> Option<String> {
    match &expr.expr {
        Expr::Select(select) if matches!(select.operand.expr, Expr::Map(_)) => member(&select.operand),
        Expr::Select(select) => member(&select.operand).or_else(|| match &select.operand.expr {
            Expr::Ident(name) => Some(format!("{name}.{}", select.field)),
            _ => Some(format!(".{}", select.field)),
        }),
        Expr::Call(call) if call.func_name.eq(operators::OPT_SELECT) => Some("?.".into()),
        Expr::Call(call) => call.target.iter().map(|target| &**target).chain(&call.args).find_map(member),
        Expr::Comprehension(all) => {
            [&all.iter_range, &all.accu_init, &all.loop_cond, &all.loop_step, &all.result].into_iter().find_map(member)
        }
        Expr::List(list) => list.elements.iter().find_map(member),
        Expr::Map(map) => map.entries.iter().find_map(|entry| match &entry.expr {
            EntryExpr::MapEntry(entry) => member(&entry.key).or_else(|| member(&entry.value)),
            EntryExpr::StructField(field) => member(&field.value),
        }),
        Expr::Struct(made) => Some(made.type_name.clone()),
        Expr::Ident(_) | Expr::Literal(_) | Expr::Unspecified => None,
    }
}

/// The innermost sign or function that does not go with what it is given.
fn culprit(expr: &IdedExpr, context: &cel::Context<'_>) -> Option<String> {
    let Expr::Call(call) = &expr.expr else { return None };
    let fails = matches!(cel::Value::resolve(expr, context), Err(error) if !is_of_the_values(&error));
    if !fails {
        return None;
    }
    let inner = call.target.iter().map(|target| &**target).chain(&call.args).find_map(|part| culprit(part, context));
    inner.or_else(|| Some(written(&call.func_name)))
}

/// A sign as people write it.
fn written(name: &str) -> String {
    match name {
        operators::CONDITIONAL => "? :".into(),
        operators::INDEX | operators::OPT_INDEX => "[ ]".into(),
        name if SIGNS.contains(&name) => name.trim_matches(['_', '@']).into(),
        name => name.into(),
    }
}

/// Whether other values of the same kinds may do better.
fn is_of_the_values(error: &ExecutionError) -> bool {
    use ExecutionError::{DivisionByZero, FunctionError, IndexOutOfBounds, NoSuchKey, Overflow, RemainderByZero};
    matches!(error, DivisionByZero(_) | FunctionError { .. } | IndexOutOfBounds(_) | NoSuchKey(_) | Overflow(..) | RemainderByZero(_))
}

/// A value as the field may hold it. No two fields hold one number, so that no difference is nothing.
fn sample(field: &Field, round: usize, seat: usize) -> Value {
    let number = i64::try_from(round * 1_000 + seat * (round + 2) + 3).unwrap_or(3);
    match field.kind {
        FieldType::Integer | FieldType::Score | FieldType::Duration => Value::Int(number),
        FieldType::Decimal | FieldType::Money | FieldType::Percent => Value::Dec(Decimal::from(number)),
        FieldType::Boolean => Value::Bool(match round {
            0 => true,
            1 => false,
            _ => seat.is_multiple_of(2),
        }),
        FieldType::Date => Value::Date(date(2026, 1, 5).saturating_add(jiff::Span::new().days(number))),
        FieldType::DateTime => Value::Time(jiff::Timestamp::from_second(number * 3_600).unwrap_or_default()),
        FieldType::Link | FieldType::Stage | FieldType::File => Value::Link(number),
        FieldType::Choices => Value::Keys(field.choices.iter().take(round + 1).map(|choice| choice.key.clone()).collect()),
        FieldType::Choice if !field.choices.is_empty() => Value::Text(field.choices[round % field.choices.len()].key.clone()),
        FieldType::Links | FieldType::Json | FieldType::Address | FieldType::Formula | FieldType::Rollup => Value::Null,
        _ => Value::Text(if round == 1 { number.to_string() } else { "Contoh".into() }),
    }
}
