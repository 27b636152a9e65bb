//! Whose a document is, and what purchases say about a customer.

use crate::concern;
use akrab_customers::keys::{ACCOUNT, CONTACT, account};
use akrab_engine::{Behaviour, Circle, Concern, Draft, Result, Tx};
use akrab_model::{Record, Value};

/// What is asked of accounts that buy.
pub struct Accounts;

impl Behaviour for Accounts {
    fn object(&self) -> &'static str {
        ACCOUNT
    }

    /// A customer is not lost without a word about why.
    fn before_save(&self, draft: &mut Draft, tx: &mut Tx) -> Result<()> {
        let lost = draft.get(account::STATUS).text() == Some("lost") && draft.changed(account::STATUS);
        let told = |tx: &mut Tx| crate::lost::open(&mut tx.as_system("why a customer is lost"), draft.after.id);
        if lost && !draft.is_new() && tx.ctx.is_said_now() && told(tx)?.is_empty() {
            return Err(draft.fault(account::STATUS, "lost_needs_reason"));
        }
        Ok(())
    }

    fn concerns(&self, record: &Record, circle: &Circle, tx: &mut Tx) -> Result<Option<Vec<Concern>>> {
        concern::of(record, circle, tx).map(Some)
    }
}

/// What is asked of people who buy themselves.
pub struct Buyers;

impl Behaviour for Buyers {
    fn object(&self) -> &'static str {
        CONTACT
    }

    fn concerns(&self, record: &Record, circle: &Circle, tx: &mut Tx) -> Result<Option<Vec<Concern>>> {
        concern::of(record, circle, tx).map(Some)
    }
}

/// The document a draft belongs to, when the draft names it just now.
pub(crate) fn about(draft: &Draft, link: &str, object: &str, tx: &mut Tx) -> Result<Option<Record>> {
    match draft.after.link(link).filter(|_| draft.changed(link)) {
        Some(id) => tx.find(object, id),
        None => Ok(None),
    }
}

/// A document is its document's customer's. Links to account and contact are named alike everywhere.
pub(crate) fn follow(draft: &mut Draft, document: &Record) {
    if !draft.get("account").is_null() || !draft.get("contact").is_null() {
        return;
    }
    for link in ["account", "contact"] {
        if let Some(id) = document.link(link) {
            draft.set(link, Value::Link(id));
        }
    }
}

/// Whoever makes a document says whose it is; what other programs hand over may lack it.
pub(crate) fn wanted(draft: &Draft, tx: &Tx) -> Result<()> {
    let nobody = draft.get("account").is_null() && draft.get("contact").is_null();
    if nobody && draft.is_new() && tx.ctx.is_said_now() { Err(draft.fault("account", "customer_wanted")) } else { Ok(()) }
}
