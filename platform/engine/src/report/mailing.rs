//! Reports and dashboards that come by mail. Everybody gets the figures he may see himself.
//!
//! Each delivery is a job of whoever ordered it, planned for its moment; it plans the next one before it sends anything.
//! What was ordered anew or called off since finds its order gone and does nothing.

use super::files::FileFormat;
use crate::identity::{Mail, MailFile, digest};
use crate::job::{Job, JobCtx, Outcome, Queued, Step};
use crate::write::Tx;
use crate::{Door, Engine, Person, Result};
use akrab_model::format::{self, Lang};
use akrab_model::problem::ProblemKind;
use akrab_model::{FieldProblem, Problem};
use akrab_store::{SavedView, ViewScope};
use jiff::{Timestamp, ToSpan, Zoned};
use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};
use std::sync::Arc;

/// Where orders are kept among the saved views.
const MAILINGS: &str = "@mailing";
/// People one order goes to at most.
const MOST_PEOPLE: usize = 50;
/// A delivery missed by longer than this is left out.
const LATE_MICROS: i64 = 24 * 3_600 * 1_000_000;

/// How often.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rhythm {
    Daily,
    /// Monday to Friday.
    Workdays,
    /// On this day of the week; Monday is 0.
    #[default]
    Weekly,
    /// On this day of the month, 1 to 28.
    Monthly,
}

/// What is ordered.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mailing {
    /// Key of a report or a dashboard.
    pub key: String,
    #[serde(default)]
    pub dashboard: bool,
    pub rhythm: Rhythm,
    /// Of the week or of the month, as the rhythm says.
    #[serde(default)]
    pub day: i8,
    /// Of the workspace's time zone.
    pub hour: i8,
    pub people: Vec<i64>,
    /// Address links begin with.
    #[serde(default)]
    pub base: String,
}

impl Mailing {
    /// The first planned moment after `now`.
    pub fn next(&self, now: &Zoned) -> Option<Timestamp> {
        let fits = |date: jiff::civil::Date| match self.rhythm {
            Rhythm::Daily => true,
            Rhythm::Workdays => date.weekday().to_monday_zero_offset() < 5,
            Rhythm::Weekly => date.weekday().to_monday_zero_offset() == self.day,
            Rhythm::Monthly => date.day() == self.day,
        };
        let at = |n: i64| {
            let date = now.date().checked_add(n.days()).ok().filter(|date| fits(*date))?;
            date.at(self.hour, 0, 0, 0).to_zoned(now.time_zone().clone()).ok().filter(|planned| planned > now)
        };
        (0..=62).find_map(at).map(|planned| planned.timestamp())
    }

    fn judge(&self) -> Result<()> {
        let fault = |field: &str, code: &str| Err(Problem::invalid(vec![FieldProblem::new(field, code).with("max", MOST_PEOPLE)]));
        let day = match self.rhythm {
            Rhythm::Weekly => (0..7).contains(&self.day),
            Rhythm::Monthly => (1..29).contains(&self.day),
            _ => true,
        };
        match () {
            () if self.people.is_empty() => fault("people", "required"),
            () if self.people.len() > MOST_PEOPLE => fault("people", "too_many"),
            () if !day => fault("day", "unknown_choice"),
            () if !(0..24).contains(&self.hour) => fault("hour", "unknown_choice"),
            () => Ok(()),
        }
    }
}

impl Tx<'_> {
    /// The actor's own orders of a report or dashboard, with their ids.
    ///
    /// # Errors
    /// What the database answers.
    pub fn mailings(&mut self, dashboard: bool, key: &str) -> Result<Vec<(i64, Mailing)>> {
        let user = self.ctx.user_id();
        let all = self.conn.view_list(MAILINGS)?;
        let own = all
            .iter()
            .filter(|view| view.owner == user)
            .filter_map(|view| Some((view.id, serde_json::from_str::<Mailing>(&view.body).ok()?)));
        Ok(own.filter(|(_, m)| m.dashboard == dashboard && m.key == key).collect())
    }

    /// Orders deliveries.
    ///
    /// # Errors
    /// `invalid` order, `not_found` report, dashboard or person.
    pub fn order_mailing(&mut self, mailing: &Mailing) -> Result<i64> {
        let person = self.ctx.person().ok_or_else(Problem::forbidden)?.clone();
        if self.ctx.read_only {
            return Err(Problem::forbidden());
        }
        self.ctx.require_whole()?;
        mailing.judge()?;
        if mailing.dashboard {
            drop(self.dashboard(&mailing.key)?)
        } else {
            drop(self.report_entry(&mailing.key)?)
        }
        let people = self.engine.people();
        if mailing.people.iter().any(|id| people.user(*id).is_none_or(|p| !p.active)) {
            return Err(Problem::invalid(vec![FieldProblem::new("people", "no_such_record")]));
        }
        let body = serde_json::to_string(mailing).map_err(Problem::internal)?;
        let view = SavedView {
            id: 0,
            object: MAILINGS.into(),
            owner: Some(person.id),
            team: None,
            scope: ViewScope::Private,
            name: mailing.key.clone(),
            body,
            position: 0,
        };
        let id = self.conn.view_put(&view)?;
        let now = self.engine.now();
        self.plan(id, mailing, &now)?;
        Ok(id)
    }

    /// Calls an order off.
    ///
    /// # Errors
    /// `not_found` for one of somebody else.
    pub fn drop_mailing(&mut self, id: i64) -> Result<()> {
        let view = self.conn.view_get(id)?.filter(|view| view.object == MAILINGS && view.owner == self.ctx.user_id());
        if self.ctx.read_only {
            return Err(Problem::forbidden());
        }
        Ok(self.conn.view_drop(view.ok_or_else(Problem::not_found)?.id)?)
    }

    fn plan(&mut self, id: i64, mailing: &Mailing, now: &Zoned) -> Result<()> {
        let Some(planned) = mailing.next(now) else { return Ok(()) };
        let job = Queued::of(&ReportMail { mailing: id, planned: planned.as_microsecond() })?;
        let key = format!("report_mail:{id}:{}", planned.as_microsecond());
        self.queue(&Queued { unique_key: Some(key), run_at: Some(planned), ..job }).map(|_| ())
    }
}

/// One delivery.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ReportMail {
    pub mailing: i64,
    /// Microseconds UTC.
    pub planned: i64,
}

impl Job for ReportMail {
    const KIND: &'static str = "report_mail";
    /// About a day of tries.
    const ATTEMPTS: i64 = 30;

    async fn run(self, job: JobCtx) -> Result<Outcome> {
        let (id, planned) = (self.mailing, self.planned);
        let mut sent = job.mark::<usize>()?;
        // the next one is planned before anything is sent: what fails now does not end the order
        let mailing = if sent.is_none() {
            let first = job.step(move |tx| {
                let order = order(tx, id)?;
                if let Some(order) = &order {
                    let now = tx.engine.now();
                    tx.plan(id, order, &now)?;
                }
                let total = order.as_ref().map(|o| o.people.len() as i64);
                Ok(Step { value: order, mark: json!(0), done: 0, total })
            });
            sent = Some(0);
            first.await?
        } else {
            job.read(move |tx| order(tx, id)).await?
        };
        let Some(mailing) = mailing else { return Ok(json!({ "sent": 0 })) };
        if job.engine.micros() - planned >= LATE_MICROS {
            return Ok(json!({ "sent": 0, "late": true }));
        }
        let people = mailing.people.clone();
        for (n, user) in people.iter().enumerate().skip(sent.unwrap_or_default()) {
            let person = job.engine.people().user(*user).filter(|p| p.active).cloned();
            let gone_out = match &person {
                Some(person) => deliver(&job.engine, &self, &mailing, person).await?,
                None => None,
            };
            let (done, total) = (n as i64 + 1, people.len() as i64);
            let told = move |tx: &mut Tx| {
                if let Some(detail) = &gone_out {
                    tx.audit("export", None, detail.clone())?;
                }
                Ok(Step { value: (), mark: json!(done), done, total: Some(total) })
            };
            job.step(told).await?;
        }
        Ok(json!({ "sent": people.len() }))
    }
}

fn order(tx: &mut Tx, id: i64) -> Result<Option<Mailing>> {
    let view = tx.conn.view_get(id)?.filter(|view| view.object == MAILINGS);
    Ok(view.and_then(|view| serde_json::from_str(&view.body).ok()))
}

/// Sends one person what he may see, and says what went out; who may see nothing of it gets nothing.
async fn deliver(engine: &Engine, job: &ReportMail, mailing: &Mailing, person: &Arc<Person>) -> Result<Option<Json>> {
    let ctx = engine.ctx(person, Door::Job, "report mail");
    let asked = mailing.clone();
    let found = engine.read(&ctx, move |tx| match asked.dashboard {
        true => tx.dashboard_bundle(&asked.key, &|_| None),
        false => tx.report_bundle(&asked.key),
    });
    let bundle = match found.await {
        Ok(bundle) if bundle.parts.is_empty() => return Ok(None),
        Ok(bundle) => Arc::new(bundle),
        Err(problem) if matches!(problem.kind, ProblemKind::NotFound | ProblemKind::Invalid) => return Ok(None),
        Err(problem) => return Err(problem),
    };
    let mut detail = bundle.detail("pdf, xlsx");
    detail["to"] = json!(person.email);
    let day = engine.now().date();
    let mut files = Vec::new();
    for format in [FileFormat::Pdf, FileFormat::Xlsx] {
        let content = Arc::new(bundle.file(engine, &ctx, format).await?);
        files.push(MailFile { name: format!("{} {day}.{}", bundle.name, format.extension()), mime: format.mime().into(), content });
    }
    let place = if mailing.dashboard { "dashboards" } else { "reports" };
    let link = format!("{}/{place}/{}", mailing.base.trim_end_matches('/'), mailing.key);
    let (subject, text) = words(ctx.lang, &person.name, &bundle.name, &format::date(day), &link);
    let id = digest(&format!("report mail {} {} {}", job.mailing, job.planned, person.id));
    let mail = Mail { id: id[..32].into(), to: person.email.clone(), subject, text, files };
    engine.send_mail(mail).await?;
    Ok(Some(detail))
}

fn words(lang: Lang, person: &str, name: &str, day: &str, link: &str) -> (String, String) {
    let subject = format!("{name}, {day}");
    let text = lang.pick(
        format!(
            "Halo {person},\n\nTerlampir “{name}” per {day} sebagai PDF dan XLSX, dengan angka dari data yang boleh Anda lihat. Halamannya:\n\n{link}\n\n\
            Email ini datang terjadwal; yang memesannya dapat menghentikannya di halaman itu.\n"
        ),
        format!(
            "Hello {person},\n\nHere is “{name}” as of {day}, as PDF and XLSX, with figures of the records you may see. Its page:\n\n{link}\n\n\
            This mail comes on a schedule; whoever ordered it can stop it on that page.\n"
        ),
    );
    (subject, text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn the_next_delivery_is_the_first_that_fits() {
        let zone = jiff::tz::TimeZone::get("Asia/Jakarta").unwrap();
        // a Thursday, ten o'clock
        let now = date(2026, 11, 19).at(10, 0, 0, 0).to_zoned(zone.clone()).unwrap();
        let next = |rhythm, day, hour| {
            let mailing = Mailing { rhythm, day, hour, ..Mailing::default() };
            mailing.next(&now).map(|t| t.to_zoned(zone.clone()).datetime())
        };
        assert_eq!(next(Rhythm::Daily, 0, 11), Some(date(2026, 11, 19).at(11, 0, 0, 0)));
        assert_eq!(next(Rhythm::Daily, 0, 10), Some(date(2026, 11, 20).at(10, 0, 0, 0)), "not now again");
        assert_eq!(next(Rhythm::Weekly, 0, 7), Some(date(2026, 11, 23).at(7, 0, 0, 0)));
        assert_eq!(next(Rhythm::Workdays, 0, 7), Some(date(2026, 11, 20).at(7, 0, 0, 0)));
        assert_eq!(next(Rhythm::Monthly, 1, 7), Some(date(2026, 12, 1).at(7, 0, 0, 0)));
    }
}
