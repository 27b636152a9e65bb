//! Mails with links as jobs: queued with their cause, tried again while the mail server is away.

use super::digest;
use super::mail::{self, Mail};
use crate::job::{Job, JobCtx, Outcome, Step};
use crate::{Engine, Result};
use akrab_model::Problem;
use akrab_model::format::Lang;
use akrab_model::problem::ProblemKind;
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Where a letter may be opened.
const PLACE: &str = "job/mail";

/// What a mail is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MailKind {
    Reset,
    Invite,
}

/// A mail on its way.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct MailJob {
    pub mail: MailKind,
    /// The letter, sealed: whoever reads the queue or a backup cannot use the link in it.
    pub letter: String,
}

/// What the mail needs besides the words.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Letter {
    pub to: String,
    pub token: String,
    /// Address links begin with.
    pub base: String,
    /// Who invites.
    pub by: Option<String>,
    /// End of the link, microseconds UTC.
    pub until: i64,
}

impl Letter {
    pub fn link(&self) -> String {
        format!("{}/reset/{}", self.base.trim_end_matches('/'), self.token)
    }
}

impl MailJob {
    pub(super) fn new(engine: &Engine, mail: MailKind, letter: &Letter) -> Result<MailJob> {
        let text = serde_json::to_string(letter).map_err(Problem::internal)?;
        Ok(MailJob { mail, letter: engine.seal(PLACE, &text)? })
    }
}

impl Job for MailJob {
    const KIND: &'static str = "mail";
    /// About a day of tries.
    const ATTEMPTS: i64 = 30;

    async fn run(self, job: JobCtx) -> Result<Outcome> {
        let engine = job.engine.clone();
        let letter: Letter = serde_json::from_str(&engine.unseal(PLACE, &self.letter)?).map_err(Problem::internal)?;
        engine.refresh_people().await?;
        let Some(person) = engine.people().by_email(&letter.to).filter(|p| p.active).cloned() else {
            return Ok(json!({ "sent": false }));
        };
        if letter.until <= engine.micros() {
            return Err(Problem::new(ProblemKind::Conflict, "mail_too_late"));
        }
        let id = digest(&letter.token);
        // a link asked for comes into force with its mail, and only once: it may be used up by a later try
        if self.mail == MailKind::Reset && job.mark::<bool>()?.is_none() {
            let (link, user, until) = (id.clone(), person.id, letter.until);
            job.step(move |tx| {
                tx.conn.reset_add(&link, user, until)?;
                Ok(Step { value: (), mark: json!(true), done: 0, total: Some(1) })
            })
            .await?;
        }
        let (link, now) = (id.clone(), engine.micros());
        if job.read(move |tx| Ok(tx.conn.reset_user(&link, now)?)).await?.is_none() {
            // used already, or a newer one took its place
            return Ok(json!({ "sent": false }));
        }
        let (company, lang) = (engine.settings().company.clone(), person.language.parse().unwrap_or(Lang::Id));
        let words = match self.mail {
            MailKind::Reset => mail::reset(lang, &person.name, &company, &letter.link()),
            MailKind::Invite => mail::invite(lang, &person.name, letter.by.as_deref().unwrap_or(&company), &company, &letter.link()),
        };
        engine.send_mail(Mail { id: id[..32].into(), to: letter.to, subject: words.0, text: words.1, files: Vec::new() }).await?;
        Ok(json!({ "sent": true }))
    }
}
