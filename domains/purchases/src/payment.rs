//! Payments: whose they are, and how late.

use crate::customer::{about, follow, wanted};
use crate::invoice::{day, days_late};
use crate::keys::{self, invoice, payment as f};
use akrab_engine::{Behaviour, Draft, Result, Tx};
use akrab_model::Value;

/// Rules of payments.
pub struct Payments;

impl Behaviour for Payments {
    fn object(&self) -> &'static str {
        keys::PAYMENT
    }

    fn before_save(&self, draft: &mut Draft, tx: &mut Tx) -> Result<()> {
        if let Some(invoice) = about(draft, f::INVOICE, keys::INVOICE, tx)? {
            follow(draft, &invoice);
            if let (true, Some(order)) = (draft.get(f::ORDER).is_null(), invoice.link(invoice::ORDER)) {
                draft.set(f::ORDER, Value::Link(order));
            }
        }
        if let Some(order) = about(draft, f::ORDER, keys::ORDER, tx)? {
            follow(draft, &order);
        }
        if draft.changed(f::PAID_ON) || draft.changed(f::INVOICE) {
            let invoice = match draft.after.link(f::INVOICE) {
                Some(id) => tx.find(keys::INVOICE, id)?,
                None => None,
            };
            let due = invoice.and_then(|invoice| day(invoice.get(invoice::DUE_ON)));
            let late = days_late(due, day(draft.get(f::PAID_ON)));
            draft.set(f::DAYS_LATE, late);
        }
        wanted(draft, tx)
    }
}
