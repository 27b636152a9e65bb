//! Whoever is responsible for something planned is reminded when its time has come and it is not done.

use super::MORNING;
use crate::job::{Job, JobCtx, Outcome, Step};
use crate::write::subjects;
use crate::{Door, Engine, ListRequest, Result, Tx};
use akrab_model::filter::Op;
use akrab_model::{Field, FieldType, Filter, Object, Record};
use akrab_store::NoticeRow;
use jiff::civil::Date;
use jiff::{Timestamp, ToSpan};
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::sync::Arc;

/// Up to when people have been reminded, in microseconds UTC.
const REMINDED: &str = "reminded_until";
/// Records read at once, and how often at most; what else came due in the same minutes is overdue on people's lists.
const PAGE: usize = 200;
const PAGES: usize = 25;

/// Tells people of what has come due.
#[derive(Debug, Serialize, Deserialize)]
pub struct Remind {}

impl Job for Remind {
    const KIND: &'static str = "remind";

    async fn run(self, job: JobCtx) -> Result<Outcome> {
        let told = job.step(|tx| {
            let told = tx.remind()?;
            Ok(Step { value: told, mark: json!(told), done: told, total: Some(told) })
        });
        Ok(json!({ "told": told.await? }))
    }
}

/// Whether something has come due since the last look.
pub(crate) fn is_due(tx: &mut Tx) -> Result<bool> {
    let Some(since) = tx.reminded()? else { return Ok(false) };
    Ok(!tx.came_due(since, 1)?.is_empty())
}

/// The fields of an object that people are reminded of: the moment its records are planned for, and what says so of itself.
fn reminders(object: &Arc<Object>) -> impl Iterator<Item = (&Arc<Object>, &Field)> {
    let planned = object.decl.timeline.done.as_ref().and(object.decl.timeline.at.as_deref());
    let wanted = move |field: &&Field| !field.hidden && (field.remind || planned == Some(field.key.as_str()));
    object.fields.iter().filter(wanted).map(move |field| (object, field))
}

/// What holds of records that are not over: not done, and in a stage that is open.
fn open(object: &Object) -> Vec<Filter> {
    let done = object.decl.timeline.done.as_deref().map(|done| Filter::test(done, Op::Empty, json!(null)));
    let stage = object.fields.iter().find(|field| field.kind == FieldType::Stage && !field.hidden);
    let stage = stage.map(|stage| Filter::test(&format!("{}.category", stage.key), Op::Is, "open"));
    done.into_iter().chain(stage).collect()
}

impl Engine {
    /// In a workspace that has never reminded anybody, people are reminded from now on: not of all that is overdue.
    pub(crate) async fn begin_reminding(&self) -> Result<()> {
        let ctx = self.system("reminders begin", Door::Job);
        if self.read(&ctx, |tx| tx.reminded()).await?.is_some() {
            return Ok(());
        }
        self.write(&ctx, |tx| Ok(tx.conn.setting_set(REMINDED, &tx.ctx.micros().to_string())?)).await
    }
}

impl Tx<'_> {
    fn reminded(&mut self) -> Result<Option<i64>> {
        Ok(self.conn.setting_get(REMINDED)?.and_then(|text| text.parse().ok()))
    }

    fn remind(&mut self) -> Result<i64> {
        let now = self.ctx.micros();
        let due = match self.reminded()? {
            Some(since) => self.came_due(since, PAGE)?,
            None => Vec::new(),
        };
        self.conn.notices_put(&due)?;
        self.conn.setting_set(REMINDED, &now.to_string())?;
        Ok(due.len() as i64)
    }

    /// The days whose morning came after `since`, with that moment, of the last week: where nothing ran for longer, people's
    /// lists tell the rest.
    fn mornings(&self, since: i64, now: i64) -> Vec<(Date, Timestamp)> {
        let zone = self.engine.settings().zone();
        let local = |micros: i64| Timestamp::from_microsecond(micros).unwrap_or_default().to_zoned(zone.clone());
        let (since, now) = (local(since), local(now));
        let morning = |back: i64| {
            let day = now.date().checked_sub(back.days()).ok()?;
            let morning = day.at(MORNING, 0, 0, 0).to_zoned(zone.clone()).ok()?;
            (morning > since && morning <= now).then(|| (day, morning.timestamp()))
        };
        (0..7).rev().filter_map(morning).collect()
    }

    /// Records of which a condition holds, a page or, from a whole page on, all of them up to a bound.
    fn all_due(&mut self, object: &str, filter: &Filter, limit: usize) -> Result<Vec<Record>> {
        let mut request = ListRequest { object: object.into(), filter: Some(filter.clone()), limit, ..ListRequest::default() };
        let mut found = Vec::new();
        for _ in 0..PAGES {
            let page = self.list(&request)?;
            found.extend(page.records);
            if limit < PAGE || page.next.is_none() {
                break;
            }
            request.after = page.next;
        }
        Ok(found)
    }

    /// What came due after `since` and is not done, as notices to whoever is responsible.
    fn came_due(&mut self, since: i64, limit: usize) -> Result<Vec<NoticeRow>> {
        let registry = self.registry.clone();
        let people = self.engine.people();
        let now = self.ctx.micros();
        let moment = |micros| Timestamp::from_microsecond(micros).unwrap_or_default().to_string();
        let days = self.mornings(since, now);
        let mut notices = Vec::new();
        for (object, field) in registry.objects().filter(|object| !object.is_system()).flat_map(reminders) {
            let Some(owner) = object.owner.map(|owner| object.at(owner).key.clone()) else { continue };
            let at = field.key.as_str();
            let mut all = match (field.kind, days.last()) {
                (FieldType::DateTime, _) => vec![Filter::test(at, Op::Gt, moment(since)), Filter::test(at, Op::Lte, moment(now))],
                // what is planned for a day comes due in its morning; who plans it later that day knows of it
                (FieldType::Date, Some((_, morning))) => vec![
                    Filter::test(at, Op::In, days.iter().map(|(day, _)| day.to_string()).collect::<Vec<_>>()),
                    Filter::test("created_at", Op::Lte, morning.to_string()),
                ],
                _ => continue,
            };
            all.extend(open(object));
            let filter = Filter::All(all);
            for record in self.all_due(&object.key, &filter, limit)? {
                let Some(person) = record.link(&owner).filter(|id| people.user(*id).is_some_and(|p| p.active)) else { continue };
                notices.push(NoticeRow {
                    id: 0,
                    person,
                    at: now,
                    kind: "due".into(),
                    object: object.key.clone(),
                    record: record.id,
                    about: subjects(object, &record, &registry).first().cloned(),
                    change_id: None,
                    actor: None,
                    read_at: None,
                });
            }
        }
        Ok(notices)
    }
}
