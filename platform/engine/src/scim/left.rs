//! When the directory takes somebody away, the administrators are told what he leaves behind.

use crate::identity::Mail;
use crate::job::{Job, JobCtx, Outcome};
use crate::{Door, Result};
use akrab_model::format::Lang;
use serde::{Deserialize, Serialize};

/// The mail to the administrators.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct LeftMail {
    pub user: i64,
    pub name: String,
    /// Microseconds UTC.
    pub at: i64,
}

impl Job for LeftMail {
    const KIND: &'static str = "left_mail";
    /// About a day of tries.
    const ATTEMPTS: i64 = 30;

    async fn run(self, job: JobCtx) -> Result<Outcome> {
        let engine = job.engine.clone();
        engine.refresh_people().await?;
        let found = engine.hand_over_preview(&engine.system("what somebody leaves behind", Door::Job), self.user).await?;
        let people: Vec<_> = engine.people().administrators().into_iter().cloned().collect();
        let base = engine.link_base().await?;
        job.mail_each(&people, |person| {
            let lang: Lang = person.language.parse().unwrap_or(Lang::Id);
            let key = lang.pick("id", "en");
            let list: String = found.iter().map(|(object, n)| format!("- {}: {n}\n", object.plural_label(key))).collect();
            let words = words(lang, &person.name, &self.name, &list, &format!("{base}/settings/users/{}/leave", self.user));
            Mail::new(&format!("left {} {} {}", self.user, self.at, person.id), &person.email, words)
        })
        .await
    }
}

fn words(lang: Lang, person: &str, name: &str, list: &str, link: &str) -> (String, String) {
    let subject = lang.pick(format!("{name} tidak lagi punya akses"), format!("{name} has no access any more"));
    let rest = match list.is_empty() {
        true => lang.pick("Tidak ada pekerjaan yang tertinggal.\n".to_string(), "Nothing is left behind.\n".to_string()),
        false => lang.pick(
            format!("Yang masih menjadi tanggung jawabnya:\n\n{list}\nSerahkan kepada orang lain di sini:\n\n{link}\n"),
            format!("Still in these hands:\n\n{list}\nHand it over to somebody else here:\n\n{link}\n"),
        ),
    };
    let text = lang.pick(
        format!("Halo {person},\n\nDirektori perusahaan mencabut akses {name}. Semua sesi dan token sudah diakhiri.\n\n{rest}"),
        format!("Hello {person},\n\nThe company’s directory took {name}’s access away. All sessions and tokens have ended.\n\n{rest}"),
    );
    (subject, text)
}
