//! What purchases say about whether a customer stays: money overdue, a longer silence than usual, late payments, a credit
//! limit that is used up. Each is a plain comparison, told with its figures, and only to who may know them.

use crate::keys::{self, account_purchases as f, invoice};
use akrab_engine::{Circle, Concern, ListRequest, Result, Tx, Weight};
use akrab_model::filter::Op;
use akrab_model::object::MeasureDecl;
use akrab_model::query::AggregateFn;
use akrab_model::{Filter, Record, Value};
use rust_decimal::Decimal;
use serde_json::json;

/// Purchases after which somebody has a rhythm.
const RHYTHM: i64 = 3;
/// A silence of so many times the usual one is some concern, and much.
const SILENCE: (i64, i64) = (2, 4);
/// Days overdue from which that is much.
const LONG_OVERDUE: i64 = 30;
/// Days after which payments are late on average.
const LATE: i64 = 7;
/// Of accounts alone.
const CREDIT_LIMIT: &str = "credit_limit";

/// Reasons to worry about an account or a contact, whose fields are named alike, together with its circle.
pub(crate) fn of(record: &Record, circle: &Circle, tx: &mut Tx) -> Result<Vec<Concern>> {
    let mut found = Vec::new();
    found.extend(overdue(record, circle, tx)?);
    found.extend(quiet(record, tx));
    let late = record.get(f::PAYS_LATE).int().filter(|days| *days > LATE);
    found.extend(late.map(|days| Concern { code: "pays_late", weight: Weight::Some, args: vec![("days", Value::Int(days))] }));
    found.extend(if circle.is_alone() { over_limit(record).map(credit) } else { over_limits(record, circle, tx)? });
    Ok(found)
}

/// What is owed and the limit it is above.
fn over_limit(record: &Record) -> Option<(Decimal, Decimal)> {
    match (record.get(f::OWED), record.get(CREDIT_LIMIT)) {
        (Value::Dec(owed), Value::Dec(limit)) if !limit.is_zero() && owed > limit => Some((*owed, *limit)),
        _ => None,
    }
}

fn credit((owed, limit): (Decimal, Decimal)) -> Concern {
    let args = vec![("owed", Value::Dec(owed)), ("limit", Value::Dec(limit))];
    Concern { code: "credit", weight: Weight::Some, args }
}

/// A limit is one customer's: of a circle those are told of who are above theirs.
fn over_limits(record: &Record, circle: &Circle, tx: &mut Tx) -> Result<Option<Concern>> {
    let ids = circle.members.first().filter(|_| record.has(f::OWED) && record.has(CREDIT_LIMIT)).map(|(_, ids)| json!(ids));
    let Some(ids) = ids else { return Ok(None) };
    let filter =
        Filter::All(vec![Filter::test("id", Op::In, ids), Filter::test(CREDIT_LIMIT, Op::Gt, 0), Filter::test(f::OWED, Op::Gt, 0)]);
    let columns = [f::OWED, CREDIT_LIMIT].map(String::from).to_vec();
    let mut request =
        ListRequest { object: record.object.key.clone(), filter: Some(filter), columns, limit: 200, ..ListRequest::default() };
    let mut over = Vec::new();
    loop {
        let page = tx.list(&request)?;
        over.extend(page.records.iter().filter_map(over_limit));
        let Some(next) = page.next else { break };
        request.after = Some(next);
    }
    let both = over.iter().copied().reduce(|(owed, limit), one| (owed + one.0, limit + one.1));
    Ok(both.map(|(owed, limit)| {
        let count = i64::try_from(over.len()).unwrap_or(i64::MAX);
        let args = vec![("owed", Value::Dec(owed)), ("limit", Value::Dec(limit)), ("count", Value::Int(count))];
        Concern { code: "credit_of_several", weight: Weight::Some, args }
    }))
}

fn overdue(record: &Record, circle: &Circle, tx: &mut Tx) -> Result<Option<Concern>> {
    let invoices = tx.registry.object(keys::INVOICE).cloned().filter(|_| record.has(f::OWED));
    let Some(invoices) = invoices else { return Ok(None) };
    let filter = Filter::All(vec![
        circle.about(&tx.registry, &invoices, &record.object.key),
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
