//! What purchases say about whether a customer stays: money overdue, a longer silence than usual, late payments, a credit
//! limit that is used up. Each is a plain comparison, told with its figures, and only to who may know them.

use crate::keys::{self, account_purchases as f, invoice};
use akrab_engine::{Concern, Result, Tx, Weight};
use akrab_model::filter::Op;
use akrab_model::object::MeasureDecl;
use akrab_model::query::AggregateFn;
use akrab_model::{Filter, Record, Value};
use serde_json::json;

/// Purchases after which somebody has a rhythm.
const RHYTHM: i64 = 3;
/// A silence of so many times the usual one is some concern, and much.
const SILENCE: (i64, i64) = (2, 4);
/// Days overdue from which that is much.
const LONG_OVERDUE: i64 = 30;
/// Days after which payments are late on average.
const LATE: i64 = 7;

/// Reasons to worry about an account or a contact, whose fields are named alike.
pub(crate) fn of(record: &Record, tx: &mut Tx) -> Result<Vec<Concern>> {
    let mut found = Vec::new();
    found.extend(overdue(record, tx)?);
    found.extend(quiet(record, tx));
    let late = record.get(f::PAYS_LATE).int().filter(|days| *days > LATE);
    found.extend(late.map(|days| Concern { code: "pays_late", weight: Weight::Some, args: vec![("days", Value::Int(days))] }));
    if let (Value::Dec(owed), Value::Dec(limit)) = (record.get(f::OWED), record.get("credit_limit"))
        && !limit.is_zero()
        && owed > limit
    {
        let args = vec![("owed", Value::Dec(*owed)), ("limit", Value::Dec(*limit))];
        found.push(Concern { code: "credit", weight: Weight::Some, args });
    }
    Ok(found)
}

fn overdue(record: &Record, tx: &mut Tx) -> Result<Option<Concern>> {
    if !record.has(f::OWED) {
        return Ok(None);
    }
    let filter = Filter::All(vec![
        Filter::test(&record.object.key, Op::Is, record.id),
        Filter::test(invoice::STATUS, Op::Is, "issued"),
        Filter::test(invoice::OPEN, Op::Gt, 0),
        Filter::test(invoice::DUE_ON, Op::Within, json!("past")),
    ]);
    let measure = |function, field: &str| MeasureDecl {
        function,
        field: Some(field.into()),
        filter: None,
        label: None,
        tone: akrab_model::object::Tone::Neutral,
    };
    let (sum, first) = (measure(AggregateFn::Sum, invoice::OPEN), measure(AggregateFn::Min, invoice::DUE_ON));
    let values = tx.measured(keys::INVOICE, &filter, &[&sum, &first])?;
    let [Some(Value::Dec(amount)), Some(Value::Date(due))] = values.as_slice() else { return Ok(None) };
    let days = due.until(tx.ctx.now.date()).map_or(0, |span| i64::from(span.get_days()));
    let weight = if days > LONG_OVERDUE { Weight::Much } else { Weight::Some };
    Ok(Some(Concern { code: "overdue", weight, args: vec![("amount", Value::Dec(*amount)), ("days", Value::Int(days))] }))
}

/// Days since the last purchase against the days there usually are between two.
fn quiet(record: &Record, tx: &Tx) -> Option<Concern> {
    let (Value::Date(first), Value::Date(last)) = (record.get(f::FIRST_ORDER), record.get(f::LAST_ORDER)) else { return None };
    let count = record.get(f::ORDER_COUNT).int().filter(|count| *count >= RHYTHM)?;
    let (span, gaps) = (i64::from(first.until(*last).ok()?.get_days()), count - 1);
    let usual = (span / gaps).max(1);
    let days = i64::from(last.until(tx.ctx.now.date()).ok()?.get_days());
    let weight = match days {
        days if days > SILENCE.1 * usual => Weight::Much,
        days if days > SILENCE.0 * usual => Weight::Some,
        _ => return None,
    };
    // told as the field beside it is: to the nearest day
    let told = ((2 * span + gaps) / (2 * gaps)).max(1);
    Some(Concern { code: "quiet", weight, args: vec![("days", Value::Int(days)), ("usual", Value::Int(told))] })
}
