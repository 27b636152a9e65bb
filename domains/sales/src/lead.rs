//! Leads: score, first response, and conversion into account, contact and opportunity.

use crate::keys::{LEAD, OPPORTUNITY, lead as f, opportunity};
use akrab_activities::keys::{INTERACTION, TASK, task};
use akrab_customers::keys::{ACCOUNT, CONTACT, contact};
use akrab_customers::{find_contact, find_or_make_account};
use akrab_engine::{ActionOutcome, ActionRun, Behaviour, Draft, ListRequest, Result, Tx};
use akrab_model::filter::Op;
use akrab_model::value::Input;
use akrab_model::{FieldProblem, Filter, Problem, ProblemKind, Record, RecordId, Value};
use jiff::ToSpan;
use serde_json::{Value as Json, json};

/// Hours in which somebody shall answer a new lead.
const RESPONSE_HOURS: i64 = 1;

/// Rules and verbs of leads.
pub struct Leads;

impl Behaviour for Leads {
    fn object(&self) -> &'static str {
        LEAD
    }

    fn before_save(&self, draft: &mut Draft, tx: &mut Tx) -> Result<()> {
        let by_hand = tx.ctx.is_said_now() && draft.given.contains(f::STATUS);
        if by_hand && draft.changed(f::STATUS) && draft.get(f::STATUS).text() == Some("converted") && draft.get(f::CONTACT).is_null() {
            return Err(draft.fault(f::STATUS, "convert_instead"));
        }
        if draft.is_new() && draft.get(f::SCORE).is_null() {
            let score = score(draft);
            draft.set(f::SCORE, Value::Int(score));
        }
        if draft.is_new()
            && draft.get(f::FIRST_RESPONSE_DUE).is_null()
            && let Value::Time(captured) = draft.get(f::CAPTURED_AT)
            && let Ok(due) = captured.checked_add(RESPONSE_HOURS.hours())
        {
            draft.set(f::FIRST_RESPONSE_DUE, Value::Time(due));
        }
        Ok(())
    }

    fn act(&self, run: &ActionRun, tx: &mut Tx) -> Result<ActionOutcome> {
        match run.key.as_str() {
            "conversion" => convert(run, tx),
            "disqualification" => {
                let Some(reason) = text(&run.input, "reason") else {
                    return Err(Problem::invalid(vec![FieldProblem::new("reason", "required")]));
                };
                let mut input = Input::new();
                input.insert(f::STATUS.into(), json!("disqualified"));
                input.insert(f::REASON.into(), json!(reason));
                tx.update(LEAD, run.record.id, &input, None)?;
                Ok(ActionOutcome { made: vec![(LEAD.into(), run.record.id)] })
            }
            _ => Err(Problem::not_found()),
        }
    }

    fn not_now(&self, run: &ActionRun) -> Problem {
        let lead = &run.record;
        if run.key == "conversion" && lead.link(f::CONTACT).is_some() {
            let became = outcome(lead.link(f::OPPORTUNITY), lead.link(f::CONTACT), lead.link(f::ACCOUNT)).made;
            return Problem::new(ProblemKind::Conflict, "already_converted").about(became);
        }
        Problem::new(ProblemKind::Conflict, "action_not_now")
    }
}

/// How promising a lead is by what it tells and where it comes from.
fn score(draft: &Draft) -> i64 {
    let told = [(f::PHONE, 25), (f::EMAIL, 20), (f::COMPANY, 20), (f::INTEREST, 15), (f::JOB_TITLE, 5)];
    let source = match draft.get(f::SOURCE).text() {
        Some("referral" | "existing" | "walk_in") => 15,
        Some("exhibition" | "website" | "whatsapp") => 10,
        Some(_) => 5,
        None => 0,
    };
    told.iter().filter(|(key, _)| !draft.get(key).is_null()).map(|(_, points)| points).sum::<i64>() + source
}

/// Attaches or makes account, contact and opportunity, and hands the lead's history on to them.
fn convert(run: &ActionRun, tx: &mut Tx) -> Result<ActionOutcome> {
    let lead = &run.record;
    let known = match id(&run.input, "contact")? {
        Some(contact) => Some(contact),
        None => known_contact(lead, tx)?,
    };
    let account = match id(&run.input, "account")? {
        Some(account) => Some(account),
        None => account_of(lead, known, tx)?,
    };
    let contact = match known {
        Some(contact) => contact,
        None => tx.create(CONTACT, &contact_input(lead, account))?,
    };
    // a link handed in must lead to something the actor may see
    tx.get(CONTACT, contact)?;
    let without = matches!(run.input.get("without_opportunity"), Some(Json::Bool(true)))
        || text(&run.input, "without_opportunity").as_deref() == Some("true");
    let opportunity = if without { None } else { Some(tx.create(OPPORTUNITY, &opportunity_input(run, account, contact))?) };
    let link = |id: Option<RecordId>| id.map_or(Value::Null, Value::Link);
    let values = vec![
        (f::STATUS, Value::Text("converted".into())),
        (f::ACCOUNT, link(account)),
        (f::CONTACT, Value::Link(contact)),
        (f::OPPORTUNITY, link(opportunity)),
        (f::CONVERTED_AT, Value::Time(tx.ctx.now.timestamp())),
    ];
    tx.set_values(LEAD, lead.id, values)?;
    hand_on(lead.id, (account, contact, opportunity), tx)?;
    Ok(outcome(opportunity, Some(contact), account))
}

/// What was said and is to be done about a lead also concerns what it became.
fn hand_on(lead: RecordId, became: (Option<RecordId>, RecordId, Option<RecordId>), tx: &mut Tx) -> Result<()> {
    // activities of colleagues go along, whoever converts
    let mut tx = tx.as_system("a converted lead hands on its history");
    let (account, contact, opportunity) = became;
    let links = [(task::ACCOUNT, account), (task::CONTACT, Some(contact)), (task::OPPORTUNITY, opportunity)];
    for object in [INTERACTION, TASK] {
        let mut request = ListRequest {
            object: object.into(),
            filter: Some(Filter::test(task::LEAD, Op::Is, lead)),
            columns: links.iter().map(|(key, _)| (*key).to_string()).collect(),
            limit: 200,
            ..ListRequest::default()
        };
        loop {
            let page = tx.list(&request)?;
            for record in &page.records {
                let missing = links.iter().filter(|(key, _)| record.get(key).is_null());
                let values: Vec<_> = missing.filter_map(|(key, id)| Some((*key, Value::Link((*id)?)))).collect();
                tx.set_values(object, record.id, values)?;
            }
            if page.next.is_none() {
                break;
            }
            request.after = page.next;
        }
    }
    Ok(())
}

/// The contact with the lead's address or number. Who makes such a contact at this moment is waited for.
fn known_contact(lead: &Record, tx: &mut Tx) -> Result<Option<RecordId>> {
    let (email, phone) = (lead.get(f::EMAIL).text(), lead.get(f::PHONE).text());
    for told in [email, phone].into_iter().flatten() {
        tx.alone(&format!("contact {told}"))?;
    }
    find_contact(tx, email, phone)
}

fn outcome(opportunity: Option<RecordId>, contact: Option<RecordId>, account: Option<RecordId>) -> ActionOutcome {
    let made = [(OPPORTUNITY, opportunity), (CONTACT, contact), (ACCOUNT, account)];
    ActionOutcome { made: made.into_iter().filter_map(|(key, id)| Some((key.to_string(), id?))).collect() }
}

/// The known contact's account, else the one of the lead's company.
fn account_of(lead: &Record, known: Option<RecordId>, tx: &mut Tx) -> Result<Option<RecordId>> {
    if let Some(contact) = known
        && let Some(account) = tx.get(CONTACT, contact)?.link(contact::ACCOUNT)
    {
        return Ok(Some(account));
    }
    let company = lead.text(f::COMPANY);
    if company.is_empty() {
        return Ok(None);
    }
    let mut more = Input::new();
    for (from, to) in [(f::CITY, "address_city"), (f::SOURCE, "source"), (f::OWNER, "owner")] {
        if !lead.get(from).is_null() {
            more.insert(to.into(), lead.get(from).to_json());
        }
    }
    find_or_make_account(tx, company, more).map(Some)
}

fn contact_input(lead: &Record, account: Option<RecordId>) -> Input {
    let mut input = Input::new();
    for key in ["name", "name_honorific", "name_prefix", "name_suffix", "job_title", "phone", "email", "source", "owner"] {
        if !lead.get(key).is_null() {
            input.insert(key.into(), lead.get(key).to_json());
        }
    }
    if !lead.get(f::CITY).is_null() {
        input.insert("address_city".into(), lead.get(f::CITY).to_json());
    }
    if let Some(account) = account {
        input.insert(contact::ACCOUNT.into(), json!(account));
    }
    input
}

fn opportunity_input(run: &ActionRun, account: Option<RecordId>, contact: RecordId) -> Input {
    let lead = &run.record;
    let name = text(&run.input, "opportunity").unwrap_or_else(|| match lead.text(f::COMPANY) {
        "" => lead.title().to_string(),
        company => company.to_string(),
    });
    let mut input = Input::new();
    input.insert(opportunity::NAME.into(), json!(name));
    input.insert(opportunity::CONTACT.into(), json!(contact));
    if let Some(account) = account {
        input.insert(opportunity::ACCOUNT.into(), json!(account));
    }
    if let Some(amount) = run.input.get("amount") {
        input.insert(opportunity::AMOUNT.into(), amount.clone());
    }
    for (from, to) in [(f::SOURCE, opportunity::SOURCE), (f::INTEREST, opportunity::NOTE), (f::OWNER, opportunity::OWNER)] {
        if !lead.get(from).is_null() {
            input.insert(to.into(), lead.get(from).to_json());
        }
    }
    input
}

/// An id among an action's inputs, as number or text.
fn id(input: &Input, key: &str) -> Result<Option<RecordId>> {
    match input.get(key) {
        None | Some(Json::Null) => Ok(None),
        Some(Json::String(s)) if s.trim().is_empty() => Ok(None),
        Some(json) => {
            let id = json.as_i64().or_else(|| json.as_str()?.trim().parse().ok()).filter(|id| *id > 0);
            id.map(Some).ok_or_else(|| Problem::invalid(vec![FieldProblem::new(key, "not_an_id")]))
        }
    }
}

fn text(input: &Input, key: &str) -> Option<String> {
    input.get(key)?.as_str().map(str::trim).filter(|s| !s.is_empty()).map(Into::into)
}
