//! The account of an activity, found through what it is linked to.

use crate::keys::interaction as f;
use akrab_engine::{Draft, Result, Tx};
use akrab_model::Value;

/// What is said with a contact or done about an opportunity also concerns their account.
/// Interactions and tasks name these links alike.
pub(crate) fn follow_links(draft: &mut Draft, tx: &mut Tx) -> Result<()> {
    for (link, object) in [(f::OPPORTUNITY, "opportunity"), (f::CONTACT, "contact")] {
        if draft.get(f::ACCOUNT).is_null()
            && draft.changed(link)
            && let Some(id) = draft.after.link(link)
            && let Some(account) = tx.find(object, id)?.and_then(|record| record.link("account"))
        {
            draft.set(f::ACCOUNT, Value::Link(account));
        }
    }
    Ok(())
}
