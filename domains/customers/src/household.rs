//! Households: one at a time for each person, and what they and their members spent while these belonged to them.

use crate::keys::{self, account, household_member as f};
use akrab_engine::{Behaviour, Draft, ListRequest, Result, Tx};
use akrab_model::filter::Op;
use akrab_model::{Filter, Record, RecordId, Value};
use jiff::ToSpan;
use jiff::civil::Date;

const WHY: &str = "what a household bought follows its members";

/// Object of what members buy, and its fields.
const ORDER: &str = "order";
const ACCOUNT: &str = "account";
const BUYER: &str = "contact";
const BOUGHT_ON: &str = "ordered_on";
/// Field this domain adds to it.
const HOUSEHOLD: &str = "household";

/// Rules of memberships.
pub struct Members;

impl Behaviour for Members {
    fn object(&self) -> &'static str {
        keys::HOUSEHOLD_MEMBER
    }

    fn before_save(&self, draft: &mut Draft, tx: &mut Tx) -> Result<()> {
        let Some(contact) = draft.after.link(f::CONTACT) else { return Ok(()) };
        // two at once could each find the other household still free
        tx.alone(&format!("household of {contact}"))?;
        for other in memberships(tx, contact)?.into_iter().filter(|other| other.id != draft.after.id) {
            if overlap(&draft.after, &other) && !moves_out(&draft.after, &other) {
                return Err(draft.fault(f::CONTACT, "in_another_household"));
            }
        }
        Ok(())
    }

    fn after_save(&self, draft: &Draft, id: RecordId, tx: &mut Tx) -> Result<()> {
        let Some(contact) = draft.after.link(f::CONTACT) else { return Ok(()) };
        for other in memberships(tx, contact)?.into_iter().filter(|other| other.id != id) {
            if let (true, Some(from)) = (overlap(&draft.after, &other), day(&draft.after, f::FROM_ON)) {
                let last = from.saturating_sub(1.day());
                tx.as_system(WHY).set_values(keys::HOUSEHOLD_MEMBER, other.id, vec![(f::TO_ON, Value::Date(last))])?;
            }
        }
        for buyer in
            draft.before.as_ref().and_then(|before| before.link(f::CONTACT)).filter(|old| *old != contact).into_iter().chain([contact])
        {
            restamp(tx, buyer)?;
        }
        Ok(())
    }

    fn before_delete(&self, record: &Record, tx: &mut Tx) -> Result<()> {
        // what was bought while the membership stood belongs to nobody's household without it
        let Some(contact) = record.link(f::CONTACT) else { return Ok(()) };
        for order in orders(tx, contact)? {
            let own = order.link(ACCOUNT) == record.link(f::HOUSEHOLD);
            if !own && order.link(HOUSEHOLD) == record.link(f::HOUSEHOLD) && holds(record, day(&order, BOUGHT_ON)) {
                tx.as_system(WHY).set_values(ORDER, order.id, vec![(HOUSEHOLD, Value::Null)])?;
            }
        }
        Ok(())
    }

    fn after_restore(&self, record: &Record, tx: &mut Tx) -> Result<()> {
        record.link(f::CONTACT).map_or(Ok(()), |contact| restamp(tx, contact))
    }
}

/// What somebody buys counts for the household he belongs to that day.
pub struct Purchases;

impl Behaviour for Purchases {
    fn object(&self) -> &'static str {
        ORDER
    }

    fn before_save(&self, draft: &mut Draft, tx: &mut Tx) -> Result<()> {
        if !draft.changed(ACCOUNT) && !draft.changed(BUYER) && !draft.changed(BOUGHT_ON) {
            return Ok(());
        }
        let household = household_of(tx, &draft.after, None)?;
        draft.set(HOUSEHOLD, household);
        Ok(())
    }
}

/// The household an order is of: the one that bought it itself, else that of the buyer on that day.
fn household_of(tx: &mut Tx, order: &Record, known: Option<&[Record]>) -> Result<Value> {
    if let Some(account) = order.link(ACCOUNT)
        && let Some(account) = tx.as_system(WHY).find(keys::ACCOUNT, account)?
        && account.text(account::KIND) == "household"
    {
        return Ok(Value::Link(account.id));
    }
    let on = day(order, BOUGHT_ON);
    match (order.link(BUYER), known) {
        (None, _) => Ok(Value::Null),
        (Some(_), Some(members)) => Ok(household_on(members, on)),
        (Some(contact), None) => Ok(household_on(&memberships(tx, contact)?, on)),
    }
}

fn memberships(tx: &mut Tx, contact: RecordId) -> Result<Vec<Record>> {
    let filter = Some(Filter::test(f::CONTACT, Op::Is, contact));
    let request = ListRequest { object: keys::HOUSEHOLD_MEMBER.into(), filter, limit: 200, ..ListRequest::default() };
    Ok(tx.as_system(WHY).list(&request)?.records)
}

fn orders(tx: &mut Tx, contact: RecordId) -> Result<Vec<Record>> {
    let filter = Some(Filter::test(BUYER, Op::Is, contact));
    let columns = [ACCOUNT, BUYER, BOUGHT_ON, HOUSEHOLD].map(String::from).to_vec();
    let mut request = ListRequest { object: ORDER.into(), filter, columns, limit: 200, ..ListRequest::default() };
    let mut found = Vec::new();
    loop {
        let page = tx.as_system(WHY).list(&request)?;
        found.extend(page.records);
        let Some(next) = page.next else { return Ok(found) };
        request.after = Some(next);
    }
}

/// Puts everything somebody bought to the household of its day.
fn restamp(tx: &mut Tx, contact: RecordId) -> Result<()> {
    let members = memberships(tx, contact)?;
    for order in orders(tx, contact)? {
        let household = household_of(tx, &order, Some(&members))?;
        if *order.get(HOUSEHOLD) != household {
            tx.as_system(WHY).set_values(ORDER, order.id, vec![(HOUSEHOLD, household)])?;
        }
    }
    Ok(())
}

fn household_on(members: &[Record], on: Option<Date>) -> Value {
    members.iter().find(|member| holds(member, on)).map_or(Value::Null, |member| member.get(f::HOUSEHOLD).clone())
}

fn day(record: &Record, key: &str) -> Option<Date> {
    if let Value::Date(day) = record.get(key) { Some(*day) } else { None }
}

fn holds(member: &Record, on: Option<Date>) -> bool {
    let Some(on) = on else { return false };
    day(member, f::FROM_ON).is_none_or(|from| from <= on) && day(member, f::TO_ON).is_none_or(|to| to >= on)
}

fn overlap(a: &Record, b: &Record) -> bool {
    let before = |a: &Record, b: &Record| matches!((day(a, f::TO_ON), day(b, f::FROM_ON)), (Some(to), Some(from)) if to < from);
    !before(a, b) && !before(b, a)
}

/// Whoever joins a household while he still is in another leaves that one the day before.
fn moves_out(new: &Record, old: &Record) -> bool {
    day(old, f::TO_ON).is_none() && day(new, f::FROM_ON).is_some_and(|from| day(old, f::FROM_ON).is_none_or(|began| began < from))
}
