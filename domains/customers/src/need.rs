//! Needs: one that is met is closed, and closed as met is met.

use crate::keys::{self, need as f};
use akrab_engine::{Behaviour, Draft, Result, Tx};
use akrab_model::Value;

/// Rules of needs.
pub struct Needs;

impl Behaviour for Needs {
    fn object(&self) -> &'static str {
        keys::NEED
    }

    fn before_save(&self, draft: &mut Draft, tx: &mut Tx) -> Result<()> {
        if draft.get(f::ACCOUNT).is_null()
            && draft.changed(f::CONTACT)
            && let Some(contact) = draft.after.link(f::CONTACT)
            && let Some(account) = tx.find(keys::CONTACT, contact)?.and_then(|contact| contact.link(keys::contact::ACCOUNT))
        {
            draft.set(f::ACCOUNT, Value::Link(account));
        }
        let is = |draft: &Draft, key: &str, word: &str| draft.get(key).text() == Some(word);
        let (fit, status) = (draft.changed(f::FIT), draft.changed(f::STATUS));
        match (is(draft, f::FIT, "met"), is(draft, f::STATUS, "met")) {
            (true, false) if fit => draft.set(f::STATUS, Value::Text("met".into())),
            (true, false) if status => draft.set(f::FIT, Value::Text("partly".into())),
            (false, true) if status => draft.set(f::FIT, Value::Text("met".into())),
            (false, true) if fit => draft.set(f::STATUS, Value::Text("open".into())),
            _ => {}
        }
        Ok(())
    }
}
