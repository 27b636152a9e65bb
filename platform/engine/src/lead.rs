//! Nothing open lies with nobody: it goes to the lead of the team when its owner leaves, is away for long, or does not
//! answer in time. Objects ask for it with `[to_lead]`.

use crate::bulk::{BulkJob, open, unfinished};
use crate::job::{Job, JobCtx, JobState, Outcome, Step};
use crate::{ListRequest, Result, Tx};
use akrab_model::filter::Op;
use akrab_model::object::ToLeadDecl;
use akrab_model::{Filter, Object, Record, RecordId, Value};
use akrab_store::{JobQuery, NoticeRow};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::sync::Arc;

/// Away for longer than this, by the days for which somebody acts for him.
const ABSENT: SignedDuration = SignedDuration::from_hours(72);
/// Records handed on in one transaction.
const PAGE: usize = 200;

/// Hands on what lies with somebody who is gone, away, or silent.
#[derive(Debug, Serialize, Deserialize)]
pub struct ToLead {}

impl Job for ToLead {
    const KIND: &'static str = "to_lead";

    async fn run(self, job: JobCtx) -> Result<Outcome> {
        let mut all = 0;
        loop {
            let moved = job.step(move |tx| {
                let moved = tx.pass_to_leads(PAGE)?;
                Ok(Step { value: moved, mark: json!(all + moved), done: all + moved, total: None })
            });
            match moved.await? {
                0 => return Ok(json!({ "moved": all })),
                n => all += n,
            }
        }
    }
}

/// Whether something lies with nobody.
pub(crate) fn is_due(tx: &mut Tx) -> Result<bool> {
    // whoever hands somebody's work over has chosen where it goes
    let states = vec![JobState::Ready, JobState::Leased];
    if !tx.conn.jobs(&JobQuery { states, kind: Some(BulkJob::KIND.into()), limit: 1, ..JobQuery::default() })?.is_empty() {
        return Ok(false);
    }
    for (object, decl) in asking(tx) {
        for reason in tx.reasons(&object, &decl)? {
            for record in tx.lying(&object, &decl, &reason, PAGE)? {
                if tx.leads(&object, &decl, &record)?.is_some() {
                    return Ok(true);
                }
            }
        }
    }
    Ok(false)
}

/// Objects that ask for it.
fn asking(tx: &Tx) -> Vec<(Arc<Object>, ToLeadDecl)> {
    tx.registry.objects().filter(|o| !o.decl.hidden).filter_map(|o| Some((o.clone(), o.decl.to_lead.clone()?))).collect()
}

/// Why records do not stay where they are.
enum Reason {
    Gone(RecordId),
    /// Away until then; what is due later can wait.
    Away(RecordId, Timestamp),
    /// The moment of this field has passed.
    Silent(String),
}

impl Tx<'_> {
    /// Tells people in their inbox of a record: `assigned` that it is theirs now or waits for their answer, `mention` that
    /// they are named in it.
    ///
    /// # Errors
    /// What the database answers.
    pub fn tell_of(&mut self, kind: &str, people: &[RecordId], object: &str, id: RecordId) -> Result<()> {
        let object = self.object(object)?;
        let Some(record) = self.as_system("whom a record concerns").find(&object.key, id)? else { return Ok(()) };
        let about = crate::write::subjects(&object, &record, &self.registry).first().cloned();
        let notice = |person: &RecordId| NoticeRow {
            id: 0,
            person: *person,
            at: self.ctx.micros(),
            kind: kind.into(),
            object: object.key.clone(),
            record: id,
            about: about.clone(),
            change_id: None,
            actor: self.ctx.author(),
            read_at: None,
        };
        let told: Vec<NoticeRow> = people.iter().filter(|person| Some(**person) != self.ctx.author()).map(notice).collect();
        Ok(self.conn.notices_put(&told)?)
    }

    fn reasons(&mut self, object: &Object, decl: &ToLeadDecl) -> Result<Vec<Reason>> {
        let people = self.engine.people();
        let mut found: Vec<Reason> = people.users().iter().filter(|p| !p.active).map(|p| Reason::Gone(p.id)).collect();
        let now = self.ctx.micros();
        let limit = i64::try_from(ABSENT.as_micros()).unwrap_or(i64::MAX);
        for away in self.conn.deputies(None, now)? {
            let (Some(from), Some(until)) = (away.from_at, away.until_at) else { continue };
            if now - from >= limit && object.decl.timeline.at.is_some() {
                found.push(Reason::Away(away.person, Timestamp::from_microsecond(until).unwrap_or_default()));
            }
        }
        found.extend(decl.until.clone().map(Reason::Silent));
        Ok(found)
    }

    /// Open records that a reason concerns and that did not come to the lead already.
    fn lying(&mut self, object: &Object, decl: &ToLeadDecl, reason: &Reason, limit: usize) -> Result<Vec<Record>> {
        let mut all = Vec::new();
        match reason {
            Reason::Gone(person) => all.extend(unfinished(object, *person)?),
            Reason::Away(person, until) => {
                all.extend(unfinished(object, *person)?);
                if let Some(at) = &object.decl.timeline.at {
                    all.push(Filter::test(at, Op::Lt, until.to_string()));
                }
            }
            Reason::Silent(until) => {
                all.extend(open(object)?);
                all.push(Filter::test(until, Op::Lte, self.ctx.now.timestamp().to_string()));
                all.push(Filter::test(&decl.from, Op::Empty, true));
            }
        }
        let request = ListRequest { object: object.key.clone(), filter: Some(Filter::All(all)), limit, ..ListRequest::default() };
        Ok(self.list(&request)?.records)
    }

    /// Who takes a record over: the lead of its owner's team, or of the one above, and an administrator where there is none.
    fn leads(&mut self, object: &Object, decl: &ToLeadDecl, record: &Record) -> Result<Option<RecordId>> {
        let owner = object.owner.and_then(|ix| record.link(&object.at(ix).key));
        let people = self.engine.people();
        let lead = match decl.team.as_deref().and_then(|team| record.link(team)) {
            Some(team) => self.lead_of_team(Some(team), None)?,
            None => self.lead_of(owner)?,
        };
        let lead = lead.filter(|lead| people.user(*lead).is_some_and(|p| p.active));
        Ok(lead.or_else(|| people.administrator().map(|p| p.id)).filter(|lead| Some(*lead) != owner))
    }

    /// Hands on a page of what lies with nobody, and says how many records that were.
    fn pass_to_leads(&mut self, limit: usize) -> Result<i64> {
        let mut moved = 0;
        for (object, decl) in asking(self) {
            let Some(owner) = object.owner.map(|ix| object.at(ix).key.clone()) else { continue };
            for reason in self.reasons(&object, &decl)? {
                for record in self.lying(&object, &decl, &reason, limit)? {
                    let Some(lead) = self.leads(&object, &decl, &record)? else { continue };
                    let from = record.link(&owner).map_or(Value::Null, Value::Link);
                    self.set_values(&object.key, record.id, vec![(owner.as_str(), Value::Link(lead)), (decl.from.as_str(), from)])?;
                    self.tell_of("assigned", &[lead], &object.key, record.id)?;
                    moved += 1;
                }
            }
        }
        Ok(moved)
    }
}
