//! Customers: companies and households, and the people at them.

mod account;
mod contact;
mod contact_point;
mod customer_address;
mod data_request;
mod dates;
mod household;
mod need;
mod night;
mod position;

pub use account::{find_account, find_or_make_account};
pub use contact::find_contact;
pub use dates::{coming, fill, prepare};
pub use night::{NewDay, work};
pub use position::{contacts_of, on_day};

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

/// Rules of this domain's objects.
pub fn behaviours() -> Vec<Arc<dyn Behaviour>> {
    vec![
        Arc::new(account::Accounts),
        Arc::new(contact::Contacts),
        Arc::new(position::Positions),
        Arc::new(household::Members),
        Arc::new(household::Purchases),
        Arc::new(customer_address::Places),
        Arc::new(contact_point::ContactPoints),
        Arc::new(need::Needs),
        Arc::new(dates::ImportantDates),
        Arc::new(dates::SensitiveFacts),
        Arc::new(dates::Greetings),
        Arc::new(data_request::DataRequests),
        Arc::new(data_request::DataIncidents),
    ]
}
