//! The account of an activity, found through what it is linked to.

use crate::keys::interaction as f;
use akrab_engine::{Draft, Result, Tx};
use akrab_model::Value;

/// What is said with a contact or done about an opportunity also concerns their account.
/// Interactions and tasks name these links alike.
pub(crate) fn follow_links(draft: &mut Draft, tx: &mut Tx) -> Result<()> {
    follow_lead(draft, tx)?;
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

/// What is written on a converted lead concerns what it became.
fn follow_lead(draft: &mut Draft, tx: &mut Tx) -> Result<()> {
    if !draft.changed(f::LEAD) {
        return Ok(());
    }
    let Some(lead) = draft.after.link(f::LEAD) else { return Ok(()) };
    let Some(lead) = tx.find("lead", lead)? else { return Ok(()) };
    for (link, became) in [(f::ACCOUNT, "account"), (f::CONTACT, "contact"), (f::OPPORTUNITY, "opportunity")] {
        if let Some(id) = lead.link(became).filter(|_| draft.get(link).is_null()) {
            draft.set(link, Value::Link(id));
        }
    }
    Ok(())
}
