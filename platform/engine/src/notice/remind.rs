//! Whoever is responsible for something planned is reminded when its time has come and it is not done.

use crate::job::{Job, JobCtx, Outcome, Step};
use crate::write::subjects;
use crate::{Door, Engine, ListRequest, Result, Tx};
use akrab_model::Filter;
use akrab_model::filter::Op;
use akrab_model::object::FieldType;
use akrab_store::NoticeRow;
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Up to when people have been reminded, in microseconds UTC.
const REMINDED: &str = "reminded_until";
/// Records of one object in one look; what else came due in the same minutes is overdue on their lists.
const MOST: usize = 200;

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
            Some(since) => self.came_due(since, MOST)?,
            None => Vec::new(),
        };
        self.conn.notices_put(&due)?;
        self.conn.setting_set(REMINDED, &now.to_string())?;
        Ok(due.len() as i64)
    }

    /// What came due after `since` and is not done, as notices to whoever is responsible.
    fn came_due(&mut self, since: i64, limit: usize) -> Result<Vec<NoticeRow>> {
        let registry = self.registry.clone();
        let people = self.engine.people();
        let now = self.ctx.micros();
        let moment = |micros| jiff::Timestamp::from_microsecond(micros).unwrap_or_default().to_string();
        let mut notices = Vec::new();
        for object in registry.objects().filter(|object| !object.is_system()) {
            let timeline = &object.decl.timeline;
            let (Some(at), Some(done), Some(owner)) = (&timeline.at, &timeline.done, object.owner) else { continue };
            // a day has no moment at which it comes due
            if object.field(at).is_none_or(|field| field.kind != FieldType::DateTime) {
                continue;
            }
            let owner = object.at(owner).key.clone();
            let filter = Filter::All(vec![
                Filter::test(done, Op::Empty, json!(null)),
                Filter::test(at, Op::Gt, moment(since)),
                Filter::test(at, Op::Lte, moment(now)),
            ]);
            let request = ListRequest { object: object.key.clone(), filter: Some(filter), limit, ..ListRequest::default() };
            for record in self.list(&request)?.records {
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
