//! Whoever a passkey belongs to is told by mail when one is added or removed: it may not have been he.

use crate::Result;
use crate::identity::Mail;
use crate::job::{Job, JobCtx, Outcome};
use akrab_model::format::Lang;
use serde::{Deserialize, Serialize};
use serde_json::json;

/// The mail.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct PasskeyMail {
    pub user: i64,
    pub name: String,
    pub added: bool,
    /// Microseconds UTC.
    pub at: i64,
}

impl Job for PasskeyMail {
    const KIND: &'static str = "passkey_mail";
    /// About a day of tries.
    const ATTEMPTS: i64 = 30;

    async fn run(self, job: JobCtx) -> Result<Outcome> {
        let engine = job.engine.clone();
        engine.refresh_people().await?;
        let Some(person) = engine.people().user(self.user).filter(|person| person.active).cloned() else {
            return Ok(json!({ "sent": false }));
        };
        let (company, lang) = (engine.settings().company.clone(), person.language.parse().unwrap_or(Lang::Id));
        let about = format!("passkey {} {} {}", self.user, self.at, self.added);
        engine.send_mail(Mail::new(&about, &person.email, words(lang, &person.name, &company, &self.name, self.added))).await?;
        Ok(json!({ "sent": true }))
    }
}

fn words(lang: Lang, person: &str, company: &str, name: &str, added: bool) -> (String, String) {
    let subject = match added {
        true => lang.pick(format!("Kunci sandi baru untuk {company}"), format!("A new passkey for {company}")),
        false => lang.pick(format!("Kunci sandi untuk {company} dihapus"), format!("A passkey for {company} was removed")),
    };
    let what = match added {
        true => lang.pick(
            format!("Kunci sandi “{name}” kini dapat dipakai untuk masuk ke akun Anda, tanpa kata sandi."),
            format!("The passkey “{name}” now opens your account, without a password."),
        ),
        false => lang.pick(
            format!("Kunci sandi “{name}” tidak lagi membuka akun Anda."),
            format!("The passkey “{name}” no longer opens your account."),
        ),
    };
    let text = lang.pick(
        format!(
            "Halo {person},\n\n{what}\n\nJika bukan Anda yang melakukannya, segera masuk, hapus kunci itu di Pengaturan → Masuk & keamanan, ganti kata sandi, \
            dan beri tahu administrator Anda.\n"
        ),
        format!(
            "Hello {person},\n\n{what}\n\nIf it was not you, sign in at once, remove that key under Settings → Sign-in & security, change your password, and tell \
            your administrator.\n"
        ),
    );
    (subject, text)
}
