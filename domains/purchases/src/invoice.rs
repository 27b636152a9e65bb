//! Invoices: whose they are, and when they are due.

use crate::customer::{about, follow, wanted};
use crate::keys::{self, invoice as f, order, payment};
use akrab_customers::keys::{ACCOUNT, account};
use akrab_engine::{Behaviour, Draft, ListRequest, Result, Tx};
use akrab_model::filter::Op;
use akrab_model::{Filter, Value};
use jiff::ToSpan;
use jiff::civil::Date;

/// Rules of invoices.
pub struct Invoices;

impl Behaviour for Invoices {
    fn object(&self) -> &'static str {
        keys::INVOICE
    }

    fn before_save(&self, draft: &mut Draft, tx: &mut Tx) -> Result<()> {
        if let Some(order) = about(draft, f::ORDER, keys::ORDER, tx)? {
            follow(draft, &order);
            if draft.get(f::TOTAL).is_null() {
                draft.set(f::TOTAL, order.get(order::AMOUNT).clone());
            }
        }
        if let (true, Some(issued)) = (draft.get(f::DUE_ON).is_null(), day(draft.get(f::ISSUED_ON))) {
            let customer = about(draft, f::ACCOUNT, ACCOUNT, tx)?;
            let terms = customer.and_then(|account| account.get(account::PAYMENT_TERMS).int()).unwrap_or(0);
            draft.set(f::DUE_ON, issued.checked_add(terms.days()).map_or(Value::Null, Value::Date));
        }
        wanted(draft, tx)
    }

    /// Another due date makes payments late or not.
    fn after_save(&self, draft: &Draft, id: i64, tx: &mut Tx) -> Result<()> {
        if draft.is_new() || !draft.changed(f::DUE_ON) {
            return Ok(());
        }
        let mut tx = tx.as_system("payments are late by the due date of their invoice");
        let filter = Some(Filter::test(payment::INVOICE, Op::Is, id));
        let request = ListRequest { object: keys::PAYMENT.into(), filter, limit: 200, ..ListRequest::default() };
        for paid in tx.list(&request)?.records {
            let late = days_late(day(draft.get(f::DUE_ON)), day(paid.get(payment::PAID_ON)));
            tx.set_values(keys::PAYMENT, paid.id, vec![(payment::DAYS_LATE, late)])?;
        }
        Ok(())
    }
}

/// The day a field holds.
pub(crate) fn day(value: &Value) -> Option<Date> {
    if let Value::Date(day) = value { Some(*day) } else { None }
}

/// Days from the due date to the payment.
pub(crate) fn days_late(due: Option<Date>, paid: Option<Date>) -> Value {
    let days = due.zip(paid).and_then(|(due, paid)| paid.since(due).ok());
    days.map_or(Value::Null, |span| Value::Int(i64::from(span.get_days())))
}
