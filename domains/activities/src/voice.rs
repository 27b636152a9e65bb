//! Customer voices: what was said becomes an item or joins one, which weighs what its customers are worth, and is answered
//! to everyone behind it.

use crate::keys::{self, utterance as u, voice as f};
use akrab_engine::work::{Batch, Unit};
use akrab_engine::{ActionOutcome, ActionRun, Behaviour, Draft, ListRequest, Result, Tx};
use akrab_model::filter::Op;
use akrab_model::value::Input;
use akrab_model::{FieldProblem, Filter, Problem, Record, Value};
use jiff::ToSpan;
use jiff::civil::time;
use rust_decimal::Decimal;
use serde_json::{Value as Json, json};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// Rules and verbs of items.
pub struct Voices;

/// Rules of what was said.
pub struct Utterances;

/// What a customer is worth: the first of these fields of the account that has an amount.
const WORTH: [&str; 3] = ["customer_value", "bought", "won_value"];
/// Utterances of one item read at once.
const PAGE: usize = 200;
/// Purpose under which answers go out.
pub(crate) const PURPOSE: &str = "service";

impl Behaviour for Utterances {
    fn object(&self) -> &'static str {
        keys::UTTERANCE
    }

    fn before_save(&self, draft: &mut Draft, tx: &mut Tx) -> Result<()> {
        // what was said in an interaction was said by whom it was with
        if let Some(id) = draft.after.link(u::INTERACTION).filter(|_| draft.changed(u::INTERACTION))
            && let Some(from) = tx.find(keys::INTERACTION, id)?
        {
            for link in [u::ACCOUNT, u::CONTACT] {
                if let Some(to) = from.link(link).filter(|_| draft.get(link).is_null()) {
                    draft.set(link, Value::Link(to));
                }
            }
        }
        if draft.get(u::ACCOUNT).is_null()
            && let Some(contact) = draft.after.link(u::CONTACT)
            && let Some(account) = tx.find("contact", contact)?.and_then(|c| c.link("account"))
        {
            draft.set(u::ACCOUNT, Value::Link(account));
        }
        if draft.after.link(u::VOICE).is_none() && !draft.after.title().is_empty() {
            let mut input = Input::new();
            input.insert(f::SUMMARY.into(), json!(draft.after.title()));
            for (from, to) in [(u::KIND, f::KIND), (u::PRODUCT, f::PRODUCT), (u::OWNER, f::OWNER)] {
                if !draft.get(from).is_null() {
                    input.insert(to.into(), draft.get(from).to_json());
                }
            }
            let made = tx.as_system("an utterance becomes an item").create(keys::VOICE, &input)?;
            draft.set(u::VOICE, Value::Link(made));
        }
        let worth = worth(draft.after.link(u::ACCOUNT), tx)?;
        draft.set(u::VALUE, Value::Dec(worth));
        Ok(())
    }

    fn after_save(&self, draft: &Draft, _: i64, tx: &mut Tx) -> Result<()> {
        let moved = [u::VOICE, u::ACCOUNT, u::CONTACT, u::VALUE].iter().any(|key| draft.changed(key));
        let voices: BTreeSet<i64> = [draft.old(u::VOICE), draft.get(u::VOICE)].into_iter().filter_map(Value::int).collect();
        for voice in voices.into_iter().filter(|_| moved) {
            weigh(voice, None, tx)?;
        }
        Ok(())
    }

    fn before_delete(&self, record: &Record, tx: &mut Tx) -> Result<()> {
        record.link(u::VOICE).map_or(Ok(()), |voice| weigh(voice, Some(record.id), tx))
    }

    fn after_restore(&self, record: &Record, tx: &mut Tx) -> Result<()> {
        record.link(u::VOICE).map_or(Ok(()), |voice| weigh(voice, None, tx))
    }
}

impl Behaviour for Voices {
    fn object(&self) -> &'static str {
        keys::VOICE
    }

    fn act(&self, run: &ActionRun, tx: &mut Tx) -> Result<ActionOutcome> {
        if run.key != "reply" {
            return Err(Problem::not_found());
        }
        let given = |name: &str| run.input.get(name).and_then(Json::as_str).map(str::trim).filter(|text| !text.is_empty());
        let text = given("text").ok_or_else(|| Problem::invalid(vec![FieldProblem::new("text", "required")]))?.to_string();
        let now = tx.ctx.now.timestamp();
        let mut values = vec![(f::ANSWER, Value::Text(text.clone())), (f::ANSWERED_AT, Value::Time(now))];
        values.extend(given("status").map(|status| (f::STATUS, Value::Text(status.into()))));
        tx.set_values(keys::VOICE, run.record.id, values)?;
        answer(&run.record, &text, tx)?;
        Ok(ActionOutcome { made: vec![(keys::VOICE.into(), run.record.id)] })
    }
}

fn worth(account: Option<i64>, tx: &mut Tx) -> Result<Decimal> {
    let Some(account) = account else { return Ok(Decimal::ZERO) };
    let Some(account) = tx.as_system("what a customer is worth").find("account", account)? else { return Ok(Decimal::ZERO) };
    let known = WORTH.iter().filter(|key| account.object.field(key).is_some());
    Ok(known
        .filter_map(|key| if let Value::Dec(worth) = account.get(key) { Some(*worth).filter(|worth| !worth.is_zero()) } else { None })
        .next()
        .unwrap_or_default())
}

/// All that was said of an item, the latest first.
fn said(voice: i64, tx: &mut Tx) -> Result<Vec<Record>> {
    let mut tx = tx.as_system("what was said of an item");
    let filter = Some(Filter::test(u::VOICE, Op::Is, voice));
    let mut request = ListRequest {
        object: keys::UTTERANCE.into(),
        filter,
        sort: vec![format!("-{}", u::SAID_AT)],
        limit: PAGE,
        ..ListRequest::default()
    };
    let mut all = Vec::new();
    loop {
        let page = tx.list(&request)?;
        all.extend(page.records);
        match page.next {
            Some(next) => request.after = Some(next),
            None => return Ok(all),
        }
    }
}

/// Who said it: the account, or the contact where there is none.
fn customer(utterance: &Record) -> Option<(bool, i64)> {
    utterance.link(u::ACCOUNT).map(|id| (true, id)).or(utterance.link(u::CONTACT).map(|id| (false, id)))
}

/// Each customer counts once, by what he was worth when he said it last.
fn weigh(voice: i64, without: Option<i64>, tx: &mut Tx) -> Result<()> {
    let mut worth: HashMap<(bool, i64), Decimal> = HashMap::new();
    for utterance in said(voice, tx)?.iter().filter(|one| Some(one.id) != without) {
        let (Some(customer), Value::Dec(value)) = (customer(utterance), utterance.get(u::VALUE)) else { continue };
        worth.entry(customer).or_insert(*value);
    }
    let customers = i64::try_from(worth.len()).unwrap_or(i64::MAX);
    let values = vec![(f::WEIGHT, Value::Dec(worth.values().sum())), (f::CUSTOMERS, Value::Int(customers))];
    let mut tx = tx.as_system("an item is weighed");
    if tx.find(keys::VOICE, voice)?.is_some() {
        tx.set_values(keys::VOICE, voice, values)?;
    }
    Ok(())
}

/// Plans a mail to each person behind an item, and a task where there is no address.
fn answer(voice: &Record, text: &str, tx: &mut Tx) -> Result<()> {
    let mut by_mail: BTreeMap<i64, Vec<i64>> = BTreeMap::new();
    let mut by_hand: BTreeMap<(bool, i64), Vec<Record>> = BTreeMap::new();
    for one in said(voice.id, tx)? {
        let contact = one.link(u::CONTACT);
        let reached = match contact {
            Some(id) => tx.as_system("who said it").find("contact", id)?.is_some_and(|c| !c.text("email").is_empty()),
            None => false,
        };
        match (contact.filter(|_| reached), customer(&one)) {
            (Some(contact), _) => by_mail.entry(contact).or_default().push(one.id),
            (None, Some(customer)) => by_hand.entry(customer).or_default().push(one),
            (None, None) => {}
        }
    }
    let now = tx.ctx.micros();
    let batch = Batch {
        queue: crate::answer::QUEUE.into(),
        route: "mail".into(),
        key: format!("voice:{}:{now}", voice.id),
        title: voice.title().into(),
        payload: json!({ "voice": voice.id, "text": text, "by": tx.ctx.author() }),
        subject: Some((keys::VOICE.into(), voice.id)),
        people: Some(("contact".into(), PURPOSE.into())),
    };
    let mut tx = tx.as_system("everyone behind an item is answered");
    for id in by_mail.values().flatten() {
        tx.set_values(keys::UTTERANCE, *id, vec![(u::ANSWER_STATE, Value::Text("waiting".into()))])?;
    }
    for said in by_hand.values() {
        crate::answer::by_hand(voice, said, text, &mut tx)?;
    }
    let units: Vec<Unit> = by_mail.keys().map(|contact| Unit::now(*contact)).collect();
    if !units.is_empty() {
        tx.work_plan(&batch, &units)?;
    }
    Ok(())
}

/// Tomorrow at nine, for what has to be said in person.
pub(crate) fn tomorrow(tx: &Tx) -> Option<jiff::Timestamp> {
    let day = tx.ctx.now.date().saturating_add(1.day());
    day.to_datetime(time(9, 0, 0, 0)).to_zoned(tx.ctx.now.time_zone().clone()).ok().map(|at| at.timestamp())
}
