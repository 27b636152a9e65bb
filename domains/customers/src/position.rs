//! Positions: who holds which at which account, and which of them a contact is shown with.

use crate::keys::{self, contact, position as f};
use akrab_engine::{Behaviour, Draft, ListRequest, Result, Tx};
use akrab_model::filter::Op;
use akrab_model::value::Input;
use akrab_model::{Filter, Record, RecordId, Value};
use jiff::ToSpan;
use jiff::civil::Date;
use serde_json::json;

const WHY: &str = "a contact and its main position say the same";

/// Rules of positions.
pub struct Positions;

impl Behaviour for Positions {
    fn object(&self) -> &'static str {
        keys::POSITION
    }

    fn before_save(&self, draft: &mut Draft, tx: &mut Tx) -> Result<()> {
        // the first position somebody holds is the main one
        let today = tx.ctx.now.date();
        let begun = !matches!(draft.get(f::FROM_ON), Value::Date(from) if *from > today);
        let over = matches!(draft.get(f::TO_ON), Value::Date(to) if *to < today);
        if draft.is_new()
            && begun
            && !over
            && let Some(contact) = draft.after.link(f::CONTACT)
            && !current(tx, contact)?.iter().any(is_main)
        {
            draft.set(f::MAIN, Value::Bool(true));
        }
        Ok(())
    }

    fn after_save(&self, draft: &Draft, id: RecordId, tx: &mut Tx) -> Result<()> {
        let Some(contact) = draft.after.link(f::CONTACT) else { return Ok(()) };
        if draft.changed(f::MAIN) && is_main(&draft.after) {
            for other in current(tx, contact)?.into_iter().filter(|other| other.id != id && is_main(other)) {
                tx.as_system(WHY).set_values(keys::POSITION, other.id, vec![(f::MAIN, Value::Bool(false))])?;
            }
        }
        for contact in
            draft.before.as_ref().and_then(|before| before.link(f::CONTACT)).filter(|old| *old != contact).into_iter().chain([contact])
        {
            show_main(tx, contact)?;
        }
        Ok(())
    }
}

fn is_main(position: &Record) -> bool {
    *position.get(f::MAIN) == Value::Bool(true)
}

/// What holds of positions on a day.
pub fn on_day(day: &str) -> Filter {
    let open = |field: &str, op: Op| Filter::Any(vec![Filter::test(field, Op::Empty, true), Filter::test(field, op, day)]);
    Filter::All(vec![open(f::FROM_ON, Op::Lte), open(f::TO_ON, Op::Gte)])
}

/// The contacts who hold a position at an account on a day: whom a mailing to its contacts reaches.
pub fn contacts_of(account: RecordId, day: Date) -> Filter {
    let there = Filter::All(vec![Filter::test(f::ACCOUNT, Op::Is, account), on_day(&day.to_string())]);
    Filter::Child {
        object: keys::POSITION.into(),
        via: f::CONTACT.into(),
        filter: Some(Box::new(there)),
        agg: akrab_model::query::AggregateFn::Count,
        of: None,
        op: Op::Gt,
        value: json!(0),
    }
}

/// The positions a contact holds today.
fn current(tx: &mut Tx, contact: RecordId) -> Result<Vec<Record>> {
    let filter = Filter::All(vec![Filter::test(f::CONTACT, Op::Is, contact), on_day("today")]);
    let request = ListRequest { object: keys::POSITION.into(), filter: Some(filter), limit: 100, ..ListRequest::default() };
    Ok(tx.as_system(WHY).list(&request)?.records)
}

/// Shows a contact with its main position of today; true when that changed the contact.
///
/// # Errors
/// What the database answers.
pub(crate) fn show_main(tx: &mut Tx, id: RecordId) -> Result<bool> {
    let begun = |position: &Record| if let Value::Date(day) = position.get(f::FROM_ON) { Some(*day) } else { None };
    let main = current(tx, id)?.into_iter().max_by_key(|position| (is_main(position), begun(position), position.id));
    let Some(person) = tx.find(keys::CONTACT, id)? else { return Ok(false) };
    let shown = |key: &str| main.as_ref().map_or(Value::Null, |position| position.get(key).clone());
    let mut values = vec![(contact::ACCOUNT, shown(f::ACCOUNT)), (contact::JOB_TITLE, own_title(main.as_ref()))];
    // the first role that contacts know too; nothing said keeps what the contact has
    if let Value::Keys(roles) = shown(f::ROLES)
        && let Some(role) =
            roles.into_iter().find(|role| person.object.field(contact::ROLE).is_some_and(|field| field.choice(role).is_some()))
    {
        values.push((contact::ROLE, Value::Text(role)));
    }
    values.retain(|(key, value)| person.get(key) != value);
    if values.is_empty() {
        return Ok(false);
    }
    tx.as_system(WHY).set_values(keys::CONTACT, id, values)?;
    Ok(true)
}

/// The job title that was given; one that only names the record is none.
fn own_title(position: Option<&Record>) -> Value {
    let Some(position) = position else { return Value::Null };
    let label = &position.object.decl.label;
    match position.get(f::JOB_TITLE) {
        Value::Text(title) if *title == label.id || *title == label.en => Value::Null,
        title => title.clone(),
    }
}

/// Contacts just made at an account hold a position there.
pub(crate) fn begin(drafts: &[Draft], tx: &mut Tx) -> Result<()> {
    let object = tx.object(keys::POSITION)?;
    let author = tx.ctx.person().map_or(Value::Null, |person| Value::Link(person.id));
    let label = tx.engine.settings().lang.pick(&object.decl.label.id, &object.decl.label.en).to_string();
    let mut made = Vec::new();
    for draft in drafts {
        let Some(account) = draft.after.link(contact::ACCOUNT) else { continue };
        let mut position = Record::new(object.clone(), 0, 0);
        position.set(f::CONTACT, Value::Link(draft.after.id));
        position.set(f::ACCOUNT, Value::Link(account));
        position.set(f::JOB_TITLE, Value::Text(draft.get(contact::JOB_TITLE).text().unwrap_or(&label).to_string()));
        if let Some(role) = draft.get(contact::ROLE).text() {
            position.set(f::ROLES, Value::Keys(vec![role.to_string()]));
        }
        position.set(f::MAIN, Value::Bool(true));
        position.set("created_by", author.clone());
        made.push(position);
    }
    if !made.is_empty() {
        tx.as_system(WHY).load(&object, made)?;
    }
    Ok(())
}

/// What was changed on a contact by hand becomes its main position; one at another account ends the day before.
pub(crate) fn follow(draft: &Draft, tx: &mut Tx) -> Result<()> {
    if draft.is_new() || ![contact::ACCOUNT, contact::JOB_TITLE, contact::ROLE].iter().any(|key| draft.changed(key)) {
        return Ok(());
    }
    let id = draft.after.id;
    let held = current(tx, id)?;
    let account = draft.after.link(contact::ACCOUNT);
    let here = held.iter().find(|position| account.is_some() && position.link(f::ACCOUNT) == account);
    match (account, here) {
        (Some(_), Some(position)) => {
            let mut values = vec![(f::MAIN, Value::Bool(true))];
            if draft.changed(contact::JOB_TITLE) && own_title(Some(position)) != *draft.get(contact::JOB_TITLE) {
                values.push((f::JOB_TITLE, draft.get(contact::JOB_TITLE).clone()));
            }
            if let Some(role) = draft.get(contact::ROLE).text().filter(|_| draft.changed(contact::ROLE)) {
                let told = matches!(position.get(f::ROLES), Value::Keys(keys) if keys.iter().any(|key| key == role));
                if !told {
                    values.push((f::ROLES, Value::Keys(vec![role.to_string()])));
                }
            }
            values.retain(|(key, value)| position.get(key) != value);
            if !values.is_empty() {
                tx.as_system(WHY).set_values(keys::POSITION, position.id, values)?;
            }
        }
        (Some(account), None) => {
            let mut input = Input::new();
            input.insert(f::CONTACT.into(), json!(id));
            input.insert(f::ACCOUNT.into(), json!(account));
            input.insert(f::JOB_TITLE.into(), draft.get(contact::JOB_TITLE).to_json());
            if let Some(role) = draft.get(contact::ROLE).text() {
                input.insert(f::ROLES.into(), json!([role]));
            }
            input.insert(f::MAIN.into(), json!(true));
            input.insert(f::FROM_ON.into(), json!(tx.ctx.now.date().to_string()));
            tx.as_system(WHY).create(keys::POSITION, &input)?;
        }
        (None, _) => {}
    }
    let left = draft.before.as_ref().and_then(|before| before.link(contact::ACCOUNT)).filter(|_| draft.changed(contact::ACCOUNT));
    let yesterday = tx.ctx.now.date().saturating_sub(1.day());
    for position in held.iter().filter(|position| left.is_some() && position.link(f::ACCOUNT) == left) {
        let last = match position.get(f::FROM_ON) {
            Value::Date(from) => yesterday.max(*from),
            _ => yesterday,
        };
        tx.as_system(WHY).set_values(keys::POSITION, position.id, vec![(f::TO_ON, Value::Date(last)), (f::MAIN, Value::Bool(false))])?;
    }
    Ok(())
}

/// Days for which positions that began are looked at again, should nothing have run on the day itself.
const LOOK_BACK: i64 = 60;

/// Positions that are over are no longer the main ones, and contacts whose positions began are shown with them, some of
/// them; how many changed.
pub(crate) fn pass_day(tx: &mut Tx) -> Result<usize> {
    let today = tx.ctx.now.date();
    let over = Filter::All(vec![Filter::test(f::MAIN, Op::Is, true), Filter::test(f::TO_ON, Op::Lt, today.to_string())]);
    let request =
        |filter: Filter| ListRequest { object: keys::POSITION.into(), filter: Some(filter), limit: 200, ..ListRequest::default() };
    let ended = tx.list(&request(over))?.records;
    for position in &ended {
        tx.set_values(keys::POSITION, position.id, vec![(f::MAIN, Value::Bool(false))])?;
    }
    if !ended.is_empty() {
        return Ok(ended.len());
    }
    let since = today.saturating_sub(LOOK_BACK.days());
    let mut begun = request(Filter::test(f::FROM_ON, Op::Between, json!([since.to_string(), today.to_string()])));
    loop {
        let page = tx.list(&begun)?;
        let mut changed = 0;
        for contact in page.records.iter().filter_map(|position| position.link(f::CONTACT)) {
            changed += usize::from(show_main(tx, contact)?);
        }
        if changed > 0 || page.next.is_none() {
            return Ok(changed);
        }
        begun.after = page.next;
    }
}
