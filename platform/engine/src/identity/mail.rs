//! Mails of the program itself. How they travel is a connector's business.

use super::digest;
use crate::job::{JobCtx, Outcome, Step};
use crate::people::Person;
use crate::{Engine, Result};
use akrab_model::format::Lang;
use akrab_model::{Problem, ProblemKind};
use futures::future::BoxFuture;
use serde_json::json;
use std::sync::Arc;

/// A plain-text mail, perhaps with files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mail {
    /// Stays the same however often the mail is tried; part of its Message-ID.
    pub id: String,
    pub to: String,
    pub subject: String,
    pub text: String,
    /// Attached to it.
    pub files: Vec<MailFile>,
}

impl Mail {
    /// A mail without files. `about` is the same for every try, so that a mail which came through twice is shown once.
    #[must_use]
    pub(crate) fn new(about: &str, to: &str, (subject, text): (String, String)) -> Self {
        Self { id: digest(about)[..32].into(), to: to.into(), subject, text, files: Vec::new() }
    }
}

/// A file that goes with a mail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MailFile {
    pub name: String,
    pub mime: String,
    pub content: std::sync::Arc<Vec<u8>>,
}

/// Brings mails on their way.
pub trait Mailer: Send + Sync {
    /// Whether mails reach anybody; without a mail server they only become files.
    fn reaches_people(&self) -> bool {
        true
    }
    /// Hands the mail to the next server.
    ///
    /// # Errors
    /// Why it was not taken, for the log.
    fn send(&self, mail: Mail) -> BoxFuture<'_, std::result::Result<(), String>>;
}

impl Engine {
    /// Hands a mail to the mail server. `about` is the same for every try.
    ///
    /// # Errors
    /// `mail_not_taken` with the cause; it may be tried again.
    pub async fn mail(&self, about: &str, to: &str, subject: String, text: String) -> Result<()> {
        self.send_mail(Mail::new(about, to, (subject, text))).await
    }

    /// As [`Engine::mail`], with files.
    ///
    /// # Errors
    /// As [`Engine::mail`].
    pub(crate) async fn send_mail(&self, mail: Mail) -> Result<()> {
        let taken = self.inner.mailer.send(mail).await;
        taken.map_err(|cause| Problem { cause: Some(cause), ..Problem::new(ProblemKind::Busy, "mail_not_taken") })
    }
}

impl JobCtx {
    /// Sends each of these people a mail; a job that was cut off goes on with the next of them.
    ///
    /// # Errors
    /// As [`Engine::send_mail`] and [`JobCtx::step`].
    pub(crate) async fn mail_each(&self, people: &[Arc<Person>], write: impl Fn(&Person) -> Mail) -> Result<Outcome> {
        let total = people.len() as i64;
        for (n, person) in people.iter().enumerate().skip(self.mark::<usize>()?.unwrap_or_default()) {
            self.engine.send_mail(write(person)).await?;
            let done = n as i64 + 1;
            self.step(move |_| Ok(Step { value: (), mark: json!(done), done, total: Some(total) })).await?;
        }
        Ok(json!({ "sent": total }))
    }
}

/// Subject and text of the mail with which a forgotten password is replaced.
pub(super) fn reset(lang: Lang, name: &str, company: &str, link: &str) -> (String, String) {
    let subject = lang.pick(format!("Atur ulang kata sandi {company}"), format!("Reset your password at {company}"));
    let text = lang.pick(
        format!(
            "Halo {name},\n\nAda permintaan untuk mengatur ulang kata sandi Anda. Buka tautan ini dalam 30 menit, lalu tulis kata sandi baru:\n\n{link}\n\n\
            Tautan hanya bisa dipakai sekali. Jika Anda tidak memintanya, abaikan saja email ini; kata sandi Anda tidak berubah.\n"
        ),
        format!(
            "Hello {name},\n\nSomebody asked to reset your password. Open this link within 30 minutes and write a new one:\n\n{link}\n\n\
            The link works once. If it was not you, ignore this mail; your password stays as it is.\n"
        ),
    );
    (subject, text)
}

/// Subject and text of the mail with which somebody is invited.
pub(super) fn invite(lang: Lang, name: &str, by: &str, company: &str, link: &str) -> (String, String) {
    let subject = lang.pick(format!("Undangan ke {company}"), format!("Your invitation to {company}"));
    let text = lang.pick(
        format!(
            "Halo {name},\n\n{by} mengundang Anda bekerja dengan Akrab di {company}. Buka tautan ini dalam 7 hari dan buat kata sandi Anda:\n\n{link}\n\n\
            Setelah itu masuklah dengan alamat email ini.\n"
        ),
        format!(
            "Hello {name},\n\n{by} invites you to work with Akrab at {company}. Open this link within 7 days and choose your password:\n\n{link}\n\n\
            Then sign in with this e-mail address.\n"
        ),
    );
    (subject, text)
}
