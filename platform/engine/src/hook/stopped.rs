//! A subscription that was stopped is told to its owner and to the administrators, by mail.

use crate::Result;
use crate::identity::Mail;
use crate::job::{Job, JobCtx, Outcome};
use crate::write::Tx;
use akrab_model::format::Lang;
use akrab_store::HookRow;
use serde::{Deserialize, Serialize};
use serde_json::json;

/// The mail about a subscription that was stopped.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct HookStopped {
    pub hook: i64,
    pub name: String,
    pub owner: i64,
    /// The other side said that it is gone for good.
    pub gone: bool,
    /// Microseconds UTC.
    pub at: i64,
}

impl Tx<'_> {
    /// What follows when a subscription is stopped: a mail, an entry in the trail, and nobody listens for it.
    pub(super) fn hook_stopped(&mut self, hook: &HookRow) -> Result<()> {
        self.effects.people_changed();
        let gone = hook.why.as_deref() == Some("hook_gone");
        self.audit("hook_stopped", None, json!({ "title": hook.name, "hook": hook.id, "why": hook.why }))?;
        let mail = HookStopped { hook: hook.id, name: hook.name.clone(), owner: hook.owner, gone, at: self.ctx.micros() };
        self.enqueue(&mail).map(|_| ())
    }
}

impl Job for HookStopped {
    const KIND: &'static str = "hook_stopped";
    /// About a day of tries.
    const ATTEMPTS: i64 = 30;

    async fn run(self, job: JobCtx) -> Result<Outcome> {
        let engine = job.engine.clone();
        engine.refresh_people().await?;
        let known = engine.people();
        let mut people: Vec<_> = known.administrators().into_iter().cloned().collect();
        people.extend(known.user(self.owner).filter(|p| p.active && !people.iter().any(|known| known.id == p.id)).cloned());
        job.mail_each(&people, |person| {
            let about = format!("hook stopped {} {} {}", self.hook, self.at, person.id);
            let lang = person.language.parse().unwrap_or(Lang::Id);
            Mail::new(&about, &person.email, words(lang, &person.name, &self.name, self.gone))
        })
        .await
    }
}

fn words(lang: Lang, person: &str, name: &str, gone: bool) -> (String, String) {
    let why = match gone {
        true => lang.pick(
            "Penerimanya menjawab bahwa alamat itu sudah tidak ada (410).",
            "The other side answered that the address is gone for good (410).",
        ),
        false => {
            lang.pick("Penerimanya sudah lima hari tidak menjawab dengan baik.", "The other side has not answered well for five days.")
        }
    };
    let subject = lang.pick(format!("Webhook “{name}” dihentikan"), format!("Webhook “{name}” was stopped"));
    let text = lang.pick(
        format!(
            "Halo {person},\n\nWebhook “{name}” dihentikan. {why}\n\nYang belum terkirim disimpan. Setelah penerimanya diperbaiki, nyalakan lagi di \
            Pengaturan → Webhook; di sana juga tampak jawaban terakhirnya, dan yang gagal dapat dikirim ulang.\n"
        ),
        format!(
            "Hello {person},\n\nThe webhook “{name}” was stopped. {why}\n\nWhat has not been sent is kept. Once the other side is mended, switch it on \
            again under Settings → Webhooks; its last answers stand there, and what failed can be sent again.\n"
        ),
    );
    (subject, text)
}
