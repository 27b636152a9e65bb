//! What a day holds, read at once.

use akrab_activities::keys::{INTERACTION, TASK, interaction, task};
use akrab_customers::keys::{ACCOUNT, CONTACT, GREETING, IMPORTANT_DATE, greeting, important_date};
use akrab_engine::approval::Approval;
use akrab_engine::{Access, ListRequest, Result, Tx};
use akrab_model::filter::Op;
use akrab_model::object::Scope;
use akrab_model::{Filter, Record, Value};
use akrab_sales::keys::{LEAD, OPPORTUNITY, lead, opportunity};
use akrab_web::record::reach::Reach;
use akrab_web::value::Look;
use jiff::Zoned;
use jiff::civil::Date;
use rust_decimal::Decimal;
use serde_json::json;
use std::collections::HashSet;

/// Somebody to call: the task, and the number.
pub struct Call {
    pub task: Record,
    pub name: String,
    /// Page of the person or company.
    pub href: String,
    pub company: String,
    pub reach: Reach,
}

/// The month in true figures.
#[derive(Default)]
pub struct Month {
    pub won: Decimal,
    pub won_count: u64,
    pub open: Decimal,
    pub open_count: u64,
    pub weighted: Decimal,
    /// Open amounts expected to close this month.
    pub closing: Decimal,
}

/// A meeting or visit.
pub struct Appointment {
    pub at: Zoned,
    pub record: Record,
    pub whom: String,
}

/// A birthday or an anniversary of a customer.
pub struct Occasion {
    pub on: Date,
    pub record: Record,
    /// The greeting drafted for it, as long as it waits.
    pub draft: Option<i64>,
}

pub struct Day {
    pub look: Look,
    pub team: bool,
    pub late: Vec<Record>,
    pub today: Vec<Record>,
    pub tomorrow: Vec<Record>,
    pub calls: Vec<Call>,
    pub steps: Vec<Record>,
    pub leads: Vec<Record>,
    /// What waits for his word.
    pub approvals: Vec<Approval>,
    /// How many of his records break a policy.
    pub broken: u64,
    pub lead_count: u64,
    pub agenda: Vec<Appointment>,
    /// Birthdays and anniversaries of the next days.
    pub occasions: Vec<Occasion>,
    /// Absent when the role may not see amounts.
    pub month: Option<Month>,
    pub may_create: bool,
    /// Tasks and leads the person may do something to: object and id.
    pub open: HashSet<(&'static str, i64)>,
}

/// Most lines of a section; the list has the rest.
const MOST: usize = 200;
const LEADS: usize = 5;
const STEPS: usize = 6;
const OCCASIONS: usize = 6;
/// Days for which occasions are told ahead.
const AHEAD: &str = "next_14_days";

impl Day {
    /// # Errors
    /// What the database answers.
    pub fn load(tx: &mut Tx, look: Look, team: bool) -> Result<Day> {
        let midnight = |days: i64| {
            look.today()
                .saturating_add(jiff::Span::new().days(days))
                .to_zoned(look.now.time_zone().clone())
                .map(|z| z.timestamp())
                .unwrap_or(look.now.timestamp())
        };
        let (from, next, after) = (midnight(0), midnight(1), midnight(2));
        let owner = Filter::test(task::OWNER, Op::Is, if team { "my_team" } else { "me" });
        let due = vec![owner.clone(), Filter::test(task::DONE_AT, Op::Empty, true), Filter::test(task::DUE_AT, Op::Lt, after.to_string())];
        let tasks = list(tx, TASK, due, task::DUE_AT, MOST)?;
        let mut day = Day {
            team,
            late: Vec::new(),
            today: Vec::new(),
            tomorrow: Vec::new(),
            calls: Vec::new(),
            steps: Vec::new(),
            leads: Vec::new(),
            approvals: if team { Vec::new() } else { tx.approvals_waiting()? },
            broken: if team { 0 } else { tx.policies_mine()? },
            lead_count: 0,
            agenda: Vec::new(),
            occasions: Vec::new(),
            month: month(tx, &owner),
            may_create: tx.object(TASK).is_ok_and(|o| tx.rights.may_create(&o)),
            open: HashSet::new(),
            look,
        };
        let ids: Vec<i64> = tasks.iter().map(|task| task.id).collect();
        let editable = match ids.is_empty() {
            true => HashSet::new(),
            false => tx.object(TASK).and_then(|object| tx.may_among(&object, Access::Edit, &ids))?,
        };
        for record in tasks {
            let Value::Time(at) = record.get(task::DUE_AT) else { continue };
            let at = *at;
            let kind = record.text(task::KIND).to_string();
            if editable.contains(&record.id) {
                day.open.insert((TASK, record.id));
            }
            match kind.as_str() {
                _ if at >= next => day.tomorrow.push(record),
                "call" => day.calls.push(call(tx, record)),
                "meeting" | "visit" if at >= from => day.appoint(at, record),
                _ if at < from => day.late.push(record),
                _ => day.today.push(record),
            }
        }
        day.read_agenda(tx, &owner, from, next)?;
        day.read_steps(tx, &owner, next)?;
        day.read_leads(tx)?;
        day.read_occasions(tx, &owner)?;
        Ok(day)
    }

    fn appoint(&mut self, at: jiff::Timestamp, record: Record) {
        let whom = [task::CONTACT, task::ACCOUNT].iter().filter_map(|key| record.link_title(key)).collect::<Vec<_>>().join(" · ");
        self.agenda.push(Appointment { at: self.look.local(at), record, whom });
    }

    /// Meetings and visits of today, kept as interactions.
    fn read_agenda(&mut self, tx: &mut Tx, owner: &Filter, from: jiff::Timestamp, next: jiff::Timestamp) -> Result<()> {
        let here = vec![
            owner.clone(),
            Filter::test(interaction::CHANNEL, Op::In, json!(["meeting", "visit"])),
            Filter::test(interaction::STARTS_AT, Op::Gte, from.to_string()),
            Filter::test(interaction::STARTS_AT, Op::Lt, next.to_string()),
        ];
        for record in list(tx, INTERACTION, here, interaction::STARTS_AT, 10)? {
            if let Value::Time(at) = record.get(interaction::STARTS_AT) {
                let at = *at;
                self.appoint(at, record);
            }
        }
        self.agenda.sort_by(|a, b| a.at.cmp(&b.at));
        Ok(())
    }

    fn read_steps(&mut self, tx: &mut Tx, owner: &Filter, next: jiff::Timestamp) -> Result<()> {
        let due = vec![
            owner.clone(),
            Filter::test("stage.category", Op::Is, "open"),
            Filter::test(opportunity::NEXT_STEP, Op::NotEmpty, true),
            Filter::test(opportunity::NEXT_AT, Op::Lt, next.to_string()),
        ];
        self.steps = list(tx, OPPORTUNITY, due, opportunity::NEXT_AT, STEPS)?;
        Ok(())
    }

    /// Important dates of one's customers, with the drafts of their greetings.
    fn read_occasions(&mut self, tx: &mut Tx, owner: &Filter) -> Result<()> {
        let ahead = vec![owner.clone(), Filter::test(important_date::NEXT_ON, Op::Within, AHEAD)];
        let records = list(tx, IMPORTANT_DATE, ahead, important_date::NEXT_ON, OCCASIONS)?;
        let ids: Vec<i64> = records.iter().map(|record| record.id).collect();
        let waiting = vec![Filter::test(greeting::OCCASION, Op::In, json!(ids)), Filter::test(greeting::STATE, Op::Is, "draft")];
        let drafts = if ids.is_empty() { Vec::new() } else { list(tx, GREETING, waiting, greeting::ON, MOST)? };
        for record in records {
            if let Value::Date(on) = record.get(important_date::NEXT_ON) {
                let draft = drafts.iter().find(|draft| draft.link(greeting::OCCASION) == Some(record.id)).map(|draft| draft.id);
                self.occasions.push(Occasion { on: *on, draft, record });
            }
        }
        Ok(())
    }

    /// New leads nobody is responsible for, the latest first.
    fn read_leads(&mut self, tx: &mut Tx) -> Result<()> {
        let request = ListRequest {
            object: LEAD.into(),
            filter: Some(Filter::All(vec![Filter::test(lead::STATUS, Op::Is, "new"), Filter::test(lead::OWNER, Op::Empty, true)])),
            sort: vec![format!("-{}", lead::CAPTURED_AT)],
            limit: LEADS,
            ..ListRequest::default()
        };
        if let Some(list) = allowed(tx.list(&request))? {
            let ids: Vec<i64> = list.records.iter().map(|lead| lead.id).collect();
            let editable = tx.may_among(&list.object, Access::Edit, &ids)?;
            for record in &list.records {
                // nobody's lead may be taken by whoever may work on leads at all
                let owner = record.link(lead::OWNER);
                let free = owner.is_none() && tx.rights.scope(&list.object, Access::Edit) > Scope::None;
                if free || editable.contains(&record.id) {
                    self.open.insert((LEAD, record.id));
                }
            }
            self.leads = list.records;
            self.lead_count = tx.count(&request, false)?.shown();
        }
        Ok(())
    }
}

/// Open tasks of the person that are due today or were before.
///
/// # Errors
/// What the database answers.
pub fn due_count(tx: &mut Tx, look: &Look) -> Result<u64> {
    let tomorrow = look.today().tomorrow().ok().and_then(|day| day.to_zoned(look.now.time_zone().clone()).ok());
    let before = tomorrow.map_or(look.now.timestamp(), |z| z.timestamp());
    let due = vec![
        Filter::test(task::OWNER, Op::Is, "me"),
        Filter::test(task::DONE_AT, Op::Empty, true),
        Filter::test(task::DUE_AT, Op::Lt, before.to_string()),
    ];
    let request = ListRequest { object: TASK.into(), filter: Some(Filter::All(due)), ..ListRequest::default() };
    Ok(allowed(tx.count(&request, false))?.map_or(0, |count| count.shown()))
}

/// Whose role may not read an object sees an empty section, not an error.
fn allowed<T>(answer: Result<T>) -> Result<Option<T>> {
    use akrab_model::problem::ProblemKind;
    match answer {
        Ok(value) => Ok(Some(value)),
        Err(problem) if matches!(problem.kind, ProblemKind::Forbidden | ProblemKind::NotFound | ProblemKind::Invalid) => Ok(None),
        Err(problem) => Err(problem),
    }
}

fn list(tx: &mut Tx, object: &str, all: Vec<Filter>, sort: &str, limit: usize) -> Result<Vec<Record>> {
    let request =
        ListRequest { object: object.into(), filter: Some(Filter::All(all)), sort: vec![sort.into()], limit, ..ListRequest::default() };
    Ok(allowed(tx.list(&request))?.map(|list| list.records).unwrap_or_default())
}

/// Whom a call task is about and how: the contact's own number before the company's.
fn call(tx: &mut Tx, record: Record) -> Call {
    let company = record.link_title(task::ACCOUNT).unwrap_or("").to_string();
    let person = record.link(task::CONTACT).and_then(|id| tx.get(CONTACT, id).ok());
    let firm = record.link(task::ACCOUNT).and_then(|id| tx.get(ACCOUNT, id).ok());
    let lead = record.link(task::LEAD).and_then(|id| tx.get(LEAD, id).ok());
    let reach = [&person, &lead, &firm].into_iter().flatten().map(Reach::of).find(|reach| reach.phone.is_some()).unwrap_or_default();
    let subject = person.as_ref().or(lead.as_ref()).or(firm.as_ref());
    let whose = subject.map_or(&record, |r| r);
    Call {
        name: whose.title().to_string(),
        href: format!("/{}/{}", whose.object.plural, whose.id),
        company: if subject.is_some_and(|r| r.object.key == ACCOUNT) { String::new() } else { company },
        reach,
        task: record,
    }
}

fn month(tx: &mut Tx, owner: &Filter) -> Option<Month> {
    let category = |word: &str| Filter::test("stage.category", Op::Is, word);
    let mut totals = |more: Vec<Filter>, wanted: &[&str]| -> Option<Vec<Value>> {
        let mut all = vec![owner.clone()];
        all.extend(more);
        let request = ListRequest { object: OPPORTUNITY.into(), filter: Some(Filter::All(all)), ..ListRequest::default() };
        let wanted: Vec<String> = wanted.iter().map(ToString::to_string).collect();
        Some(tx.totals(&request, &wanted).ok()?.into_iter().map(|t| t.value).collect())
    };
    let sum = |values: &[Value], n: usize| values.get(n).and_then(Value::dec).unwrap_or_default();
    let count = |values: &[Value], n: usize| values.get(n).and_then(Value::int).and_then(|c| u64::try_from(c).ok()).unwrap_or(0);
    let won = totals(vec![category("won"), Filter::test(opportunity::CLOSED_AT, Op::Within, "this_month")], &["amount:sum", "count"])?;
    let open = totals(vec![category("open")], &["amount:sum", "weighted:sum", "count"])?;
    let closing = totals(vec![category("open"), Filter::test(opportunity::CLOSE_DATE, Op::Within, "this_month")], &["amount:sum"])?;
    Some(Month {
        won: sum(&won, 0),
        won_count: count(&won, 1),
        open: sum(&open, 0),
        weighted: sum(&open, 1),
        open_count: count(&open, 2),
        closing: sum(&closing, 0),
    })
}
