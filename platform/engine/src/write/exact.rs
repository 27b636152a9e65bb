//! Arithmetic in exact decimals: sums, differences, products and quotients of a formula. Whatever else
//! a formula holds is left to CEL and its doubles.

use akrab_model::{Field, Value};
use cel::common::ast::{Expr, IdedExpr, LiteralValue, operators};
use rust_decimal::Decimal;
use rust_decimal::prelude::FromPrimitive;

/// The formula is more than arithmetic.
#[derive(Debug)]
pub(super) struct Beyond;

/// The value of a formula; none where an operand is empty, as for a division by zero.
pub(super) fn compute(expr: &IdedExpr, operand: &impl Fn(&str) -> Result<Option<Decimal>, Beyond>) -> Result<Option<Decimal>, Beyond> {
    match &expr.expr {
        Expr::Ident(name) => operand(name),
        Expr::Literal(LiteralValue::Double(number)) => Decimal::from_f64(*number.inner()).map(Some).ok_or(Beyond),
        Expr::Literal(LiteralValue::Int(number)) => Ok(Some(Decimal::from(*number.inner()))),
        Expr::Call(call) if call.target.is_none() => match (call.func_name.as_str(), call.args.as_slice()) {
            (operators::NEGATE, [one]) => Ok(compute(one, operand)?.map(|n| -n)),
            ("or_zero", [one]) => Ok(Some(compute(one, operand)?.unwrap_or_default())),
            (sign, [left, right]) => {
                let apply = match sign {
                    operators::ADD => Decimal::checked_add,
                    operators::SUBSTRACT => Decimal::checked_sub,
                    operators::MULTIPLY => Decimal::checked_mul,
                    operators::DIVIDE => Decimal::checked_div,
                    _ => return Err(Beyond),
                };
                let (left, right) = (compute(left, operand)?, compute(right, operand)?);
                Ok(left.zip(right).and_then(|(left, right)| apply(left, right)))
            }
            _ => Err(Beyond),
        },
        _ => Err(Beyond),
    }
}

/// A field's value as an operand.
pub(super) fn operand(field: &Field, value: &Value) -> Result<Option<Decimal>, Beyond> {
    match value {
        _ if !field.kind.is_number() => Err(Beyond),
        Value::Null => Ok(None),
        Value::Dec(number) => Ok(Some(*number)),
        Value::Int(number) => Ok(Some(Decimal::from(*number))),
        _ => Err(Beyond),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use cel::Program;

    fn value(formula: &str) -> Result<Option<String>, Beyond> {
        let program = Program::compile(formula).unwrap();
        let operand = |name: &str| match name {
            "amount" => Ok(Some("899999999999999".parse().unwrap())),
            "probability" => Ok(Some(Decimal::TEN)),
            "empty" => Ok(None),
            _ => Err(Beyond),
        };
        compute(program.expression(), &operand).map(|v| v.map(|d| d.normalize().to_string()))
    }

    #[test]
    fn arithmetic_is_exact() {
        assert_eq!(value("amount * probability / 100.0").unwrap().as_deref(), Some("89999999999999.9"));
        assert_eq!(value("0.1 + 0.2 - amount").unwrap().as_deref(), Some("-899999999999998.7"));
        assert_eq!(value("-(or_zero(empty) + probability)").unwrap().as_deref(), Some("-10"));
        assert_eq!(value("amount * empty").unwrap(), None);
        assert_eq!(value("amount / (probability - 10.0)").unwrap(), None);
        assert!(value("amount > 5.0 ? amount : probability").is_err());
        assert!(value("name + 1.0").is_err());
    }
}
