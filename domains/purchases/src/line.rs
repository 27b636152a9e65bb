//! Order lines: what the product says is filled in, and the order's amounts are their sums.

use crate::keys::{self, order, order_line as f, product};
use akrab_engine::{Behaviour, Draft, ListRequest, Result, Tx};
use akrab_model::filter::Op;
use akrab_model::{Filter, Record, RecordId, Value};

/// Rules of order lines.
pub struct Lines;

impl Behaviour for Lines {
    fn object(&self) -> &'static str {
        keys::ORDER_LINE
    }

    fn before_save(&self, draft: &mut Draft, tx: &mut Tx) -> Result<()> {
        if let Some(product) = super::customer::about(draft, f::PRODUCT, keys::PRODUCT, tx)? {
            for (to, from) in [(f::NAME, product::NAME), (f::UNIT_PRICE, product::PRICE), (f::UNIT_COST, product::COST)] {
                if draft.get(to).is_null() {
                    draft.set(to, product.get(from).clone());
                }
            }
        }
        if draft.get(f::NAME).is_null() {
            draft.set(f::NAME, Value::Text(tx.engine.settings().lang.pick("Tanpa uraian", "No description").into()));
        }
        Ok(())
    }

    fn after_save(&self, draft: &Draft, _id: i64, tx: &mut Tx) -> Result<()> {
        let before = draft.before.as_ref().and_then(|line| line.link(f::ORDER));
        let mut orders = vec![before, draft.after.link(f::ORDER)];
        orders.dedup();
        orders.into_iter().flatten().try_for_each(|order| sum_up(order, None, tx))
    }

    fn before_delete(&self, record: &Record, tx: &mut Tx) -> Result<()> {
        record.link(f::ORDER).map_or(Ok(()), |order| sum_up(order, Some(record), tx))
    }

    fn after_restore(&self, record: &Record, tx: &mut Tx) -> Result<()> {
        record.link(f::ORDER).map_or(Ok(()), |order| sum_up(order, None, tx))
    }
}

/// The order's amount and cost are those of its lines, but for one that leaves.
fn sum_up(id: RecordId, leaving: Option<&Record>, tx: &mut Tx) -> Result<()> {
    // whoever writes a line need not be allowed to see what it costs, nor to change the order
    let mut tx = tx.as_system("an order is worth what its lines are");
    let request =
        ListRequest { object: keys::ORDER_LINE.into(), filter: Some(Filter::test(f::ORDER, Op::Is, id)), ..ListRequest::default() };
    let sums = tx.totals(&request, &[format!("{}:sum", f::AMOUNT), format!("{}:sum", f::COST)])?;
    let Some(record) = tx.find(keys::ORDER, id)? else { return Ok(()) };
    let mut values = Vec::new();
    for ((to, from), sum) in [(order::AMOUNT, f::AMOUNT), (order::COST, f::COST)].into_iter().zip(sums) {
        let rest = match (sum.value, leaving.map(|line| line.get(from))) {
            (Value::Dec(sum), Some(Value::Dec(part))) => Value::Dec(sum - *part),
            (sum, _) => sum,
        };
        if *record.get(to) != rest {
            values.push((to, rest));
        }
    }
    if values.is_empty() { Ok(()) } else { tx.set_values(keys::ORDER, id, values).map(|_| ()) }
}
