//! Products, and what customers ordered, paid, sent back and own.

mod concern;
mod customer;
mod invoice;
mod line;
mod lost;
mod owned;
mod payment;
mod sales_return;

use akrab_engine::Behaviour;
use std::sync::Arc;

/// Object files and field keys, made from `objects/*.toml`.
pub mod keys {
    include!(concat!(env!("OUT_DIR"), "/objects.rs"));
}

/// Object files of this domain: name and text.
pub fn objects() -> &'static [(&'static str, &'static str)] {
    keys::OBJECTS
}

/// Report files of this domain: name and text.
pub fn reports() -> &'static [(&'static str, &'static str)] {
    keys::REPORTS
}

/// Words of this domain: Indonesian, English.
pub const WORDS: (&str, &str) = (include_str!("../locales/words.id.ftl"), include_str!("../locales/words.en.ftl"));

/// Rules of this domain's objects, and what it asks of accounts.
pub fn behaviours() -> Vec<Arc<dyn Behaviour>> {
    vec![
        Arc::new(customer::Accounts),
        Arc::new(customer::Buyers),
        Arc::new(line::Lines),
        Arc::new(lost::Lost),
        Arc::new(lost::Orders),
        Arc::new(invoice::Invoices),
        Arc::new(payment::Payments),
        Arc::new(sales_return::Returns),
        Arc::new(owned::Owned),
    ]
}
