//! Lost customers: a task to win them back, and a new order that does.

use crate::customer::wanted;
use crate::keys::{self, lost_customer as f, order};
use akrab_activities::keys::{TASK, task};
use akrab_customers::keys::{ACCOUNT, account};
use akrab_engine::{Behaviour, Draft, ListRequest, Result, Tx};
use akrab_model::filter::Op;
use akrab_model::value::Input;
use akrab_model::{Filter, Record, RecordId, Value};
use jiff::ToSpan;
use jiff::civil::time;
use serde_json::json;

/// The field that purchases add to tasks: the loss a task is about.
const LOSS: &str = "lost_customer";

/// Days to win a customer back.
const DAYS: i32 = 30;

/// Rules of lost customers.
pub struct Lost;

impl Behaviour for Lost {
    fn object(&self) -> &'static str {
        keys::LOST_CUSTOMER
    }

    fn before_save(&self, draft: &mut Draft, tx: &mut Tx) -> Result<()> {
        if let (true, Some(id)) = (draft.get(f::NAME).is_null(), draft.after.link(f::ACCOUNT))
            && let Some(account) = tx.find(ACCOUNT, id)?
        {
            draft.set(f::NAME, Value::Text(account.title().into()));
        }
        // files of other systems seldom know to whom
        let silent = draft.get(f::COMPETITOR).is_null() && !draft.get(f::NO_COMPETITOR).bool();
        if silent && is_lost(draft.get(f::STATE)) && tx.ctx.is_said_now() {
            return Err(draft.fault(f::COMPETITOR, "competitor_wanted"));
        }
        Ok(())
    }

    fn after_save(&self, draft: &Draft, id: i64, tx: &mut Tx) -> Result<()> {
        let Some(customer) = draft.after.link(f::ACCOUNT) else { return Ok(()) };
        if !is_lost(draft.get(f::STATE)) || is_lost(draft.old(f::STATE)) {
            return Ok(());
        }
        let mut tx = tx.as_system("a lost customer is to be won back");
        status(&mut tx, customer, "lost")?;
        let due = tx.ctx.now.date().saturating_add(DAYS.days()).to_datetime(time(17, 0, 0, 0)).to_zoned(tx.ctx.now.time_zone().clone());
        let subject = tx.engine.settings().lang.pick("Menangkan kembali", "Win back");
        let input = json!({
            (task::SUBJECT): format!("{subject} {}", draft.get(f::NAME).text().unwrap_or_default()),
            (task::DUE_AT): due.map(|due| due.timestamp().to_string()).unwrap_or_default(),
            (task::PRIORITY): "high",
            (task::ACCOUNT): customer,
            (LOSS): id,
            "owner": draft.get("owner").to_json(),
        });
        tx.create(TASK, input.as_object().unwrap_or(&Input::new())).map(|_| ())
    }
}

fn is_lost(state: &Value) -> bool {
    matches!(state.text(), Some("lost" | "win_back"))
}

/// Rules of orders: who orders again is won back.
pub struct Orders;

impl Behaviour for Orders {
    fn object(&self) -> &'static str {
        keys::ORDER
    }

    fn before_save(&self, draft: &mut Draft, tx: &mut Tx) -> Result<()> {
        wanted(draft, tx)
    }

    fn after_save(&self, draft: &Draft, _id: i64, tx: &mut Tx) -> Result<()> {
        let Some(customer) = draft.after.link(order::ACCOUNT).filter(|_| draft.is_new()) else { return Ok(()) };
        if draft.get(order::STATUS).text() == Some("cancelled") {
            return Ok(());
        }
        let mut tx = tx.as_system("a new order wins a lost customer back");
        for lost in open(&mut tx, customer)? {
            let Value::Date(since) = lost.get(f::LOST_ON) else { continue };
            if !matches!(draft.get(order::ORDERED_ON), Value::Date(day) if day >= since) {
                continue;
            }
            let values = vec![(f::STATE, Value::Text("won_back".into())), (f::WON_BACK_ON, draft.get(order::ORDERED_ON).clone())];
            tx.set_values(keys::LOST_CUSTOMER, lost.id, values)?;
            let work = Filter::All(vec![Filter::test(LOSS, Op::Is, lost.id), Filter::test(task::DONE_AT, Op::Empty, ())]);
            let request = ListRequest { object: TASK.into(), filter: Some(work), ..ListRequest::default() };
            for task in tx.list(&request)?.records {
                let done = Value::Time(tx.ctx.now.timestamp());
                tx.set_values(TASK, task.id, vec![(task::DONE_AT, done)])?;
            }
            status(&mut tx, customer, "active")?;
        }
        Ok(())
    }
}

/// Losses of an account it was not won back from.
pub(crate) fn open(tx: &mut Tx, customer: RecordId) -> Result<Vec<Record>> {
    let filter = Filter::All(vec![
        Filter::test(f::ACCOUNT, Op::Is, customer),
        Filter::test(f::STATE, Op::In, json!(["at_risk", "lost", "win_back"])),
    ]);
    let request = ListRequest { object: keys::LOST_CUSTOMER.into(), filter: Some(filter), ..ListRequest::default() };
    Ok(tx.list(&request)?.records)
}

fn status(tx: &mut Tx, customer: RecordId, status: &str) -> Result<()> {
    tx.set_values(ACCOUNT, customer, vec![(account::STATUS, Value::Text(status.into()))]).map(|_| ())
}
