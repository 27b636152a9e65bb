//! What people were told goes to them by mail as well, as they chose. Who has read of it by then gets no mail.

use super::{MORNING, MailNews, kind_of, next, quiet_until};
use crate::approval::APPROVAL;
use crate::identity::Mail;
use crate::job::{Job, JobCtx, Outcome, Step};
use crate::{Door, Engine, Notice, Person, Result, Tx};
use akrab_model::format::Lang;
use jiff::Zoned;
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::sync::Arc;

/// Whoever looks into the program within these microseconds needs no mail.
const GRACE: i64 = 180_000_000;
/// News told one by one in a mail; more are counted.
const TOLD: usize = 20;

/// Sends the mails that are due.
#[derive(Debug, Serialize, Deserialize)]
pub struct NoticeMail {}

/// A mail that is on its way: kept as the job's checkpoint, so that a try after a crash has the same name.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Letter {
    person: i64,
    since: i64,
    daily: bool,
}

/// Where the job stands.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
struct Progress {
    sent: i64,
    letter: Option<Letter>,
}

impl Job for NoticeMail {
    const KIND: &'static str = "notice_mail";
    /// About a day of tries.
    const ATTEMPTS: i64 = 30;

    async fn run(self, job: JobCtx) -> Result<Outcome> {
        let mut progress: Progress = job.mark()?.unwrap_or_default();
        loop {
            if let Some(letter) = progress.letter.take()
                && send(&job.engine, &letter).await?
            {
                progress.sent += 1;
            }
            let sent = progress.sent;
            let step = job.step(move |tx| {
                let (letter, more) = tx.next_letter()?;
                let mark = json!(Progress { sent, letter: letter.clone() });
                Ok(Step { value: (letter, more), mark, done: sent, total: None })
            });
            let (letter, more) = step.await?;
            progress.letter = letter;
            if !more {
                return Ok(json!({ "sent": sent }));
            }
        }
    }
}

/// Whether somebody waits for a mail.
pub(crate) fn is_due(tx: &mut Tx) -> Result<bool> {
    let now = tx.ctx.micros();
    Ok(!tx.conn.notice_waits(now, now - GRACE, 1)?.is_empty())
}

impl Tx<'_> {
    /// Takes the first who waits: a letter for him, or another time; says whether anybody waited.
    fn next_letter(&mut self) -> Result<(Option<Letter>, bool)> {
        let now = self.ctx.micros();
        let Some((person, since, put_off)) = self.conn.notice_waits(now, now - GRACE, 1)?.pop() else { return Ok((None, false)) };
        let known = self.engine.people().user(person).filter(|p| p.active).cloned();
        let wanted = known.filter(|p| p.mail_news != MailNews::Never && self.engine.sends_mail());
        let Some(wanted) = wanted else {
            self.conn.notice_wait_end(person, None)?;
            return Ok((None, true));
        };
        let later = later(&self.engine.ctx(&wanted, Door::Job, "notice mail").now, &wanted, put_off.is_some());
        self.conn.notice_wait_end(person, later.as_ref().map(|at| at.timestamp().as_microsecond()))?;
        let daily = wanted.mail_news == MailNews::Daily;
        Ok((later.is_none().then_some(Letter { person, since, daily }), true))
    }
}

/// When it is not the time now.
fn later(now: &Zoned, person: &Person, put_off: bool) -> Option<Zoned> {
    if person.mail_news == MailNews::Daily && !put_off {
        return next(now, MORNING);
    }
    quiet_until(now, person.quiet)
}

/// Sends a letter; not when everything in it has been read meanwhile.
async fn send(engine: &Engine, letter: &Letter) -> Result<bool> {
    engine.refresh_people().await?;
    let Some(person) = engine.people().user(letter.person).filter(|p| p.active).cloned() else { return Ok(false) };
    let ctx = engine.ctx(&person, Door::Job, "notice mail");
    let (since, daily) = (letter.since, letter.daily);
    // within his rights of now, as the inbox shows it
    let news = engine.read(&ctx, move |tx| tx.notices(None, true, 200)).await?.notices;
    // approvals have a mail of their own, with links that decide
    let wanted = |kind: &str| kind != APPROVAL && (daily || person.mail_kinds.contains(&kind));
    let news: Vec<Notice> = news.into_iter().filter(|n| n.at >= since && wanted(kind_of(&n.kind))).collect();
    if news.is_empty() {
        return Ok(false);
    }
    let settings = engine.settings();
    let company = if settings.company.is_empty() { "Akrab" } else { &settings.company };
    let about = format!("notice mail {} {}", letter.person, letter.since);
    let words = words(ctx.lang, &person, company, &engine.link_base().await?, &news);
    engine.send_mail(Mail::new(&about, &person.email, words)).await?;
    Ok(true)
}

fn words(lang: Lang, person: &Arc<Person>, company: &str, base: &str, news: &[Notice]) -> (String, String) {
    let n = news.len();
    let subject = match news {
        [one] => line(lang, one),
        _ => lang.pick(format!("{n} kabar untuk Anda di {company}"), format!("{n} pieces of news for you at {company}")),
    };
    let lines = news.iter().take(TOLD).map(|notice| {
        let object = &notice.source.object;
        let link = format!("{base}/{}/{}", object.plural, notice.source.id);
        let about = notice.about.as_ref().map(|(_, _, title)| format!(" ({title})")).unwrap_or_default();
        format!("- {}{about}\n  {link}\n", line(lang, notice))
    });
    let lines: String = lines.collect();
    let rest = n.saturating_sub(TOLD);
    let more = if rest == 0 {
        String::new()
    } else {
        lang.pick(format!("\ndan {rest} lagi di {base}/inbox\n"), format!("\nand {rest} more at {base}/inbox\n"))
    };
    let text = lang.pick(
        format!("Halo {},\n\n{lines}{more}\nKapan kabar dikirim lewat email Anda pilih di {base}/settings/profile\n", person.name),
        format!("Hello {},\n\n{lines}{more}\nYou choose when news come by mail at {base}/settings/profile\n", person.name),
    );
    (subject, text)
}

/// One piece of news.
fn line(lang: Lang, notice: &Notice) -> String {
    let who = notice.actor.as_deref().unwrap_or("Akrab");
    let title = notice.source.title();
    let object = notice.source.object.label(lang.as_str());
    match notice.kind.as_str() {
        "mention" => lang.pick(format!("{who} menyebut Anda: {title}"), format!("{who} mentioned you: {title}")),
        "assigned" => lang.pick(format!("{who} menyerahkan kepada Anda: {title}"), format!("{who} handed over to you: {title}")),
        "changed" => lang.pick(format!("{who} mengubah {title}"), format!("{who} changed {title}")),
        "entry" => lang.pick(format!("{who} menambahkan {object}: {title}"), format!("{who} added {object}: {title}")),
        "done" => lang.pick(format!("{who} menyelesaikan {title}"), format!("{who} finished {title}")),
        "shared" => lang.pick(format!("{who} membagikan {object}: {title}"), format!("{who} shared {object}: {title}")),
        "said" => notice.text.clone().unwrap_or_else(|| title.to_string()),
        "policy" => {
            let name = notice.text.as_deref().unwrap_or_default();
            lang.pick(format!("Kebijakan \"{name}\" dilanggar: {title}"), format!("Policy \"{name}\" is broken: {title}"))
        }
        "written" => lang.pick(format!("Pelanggan menulis perbaikan: {title}"), format!("The customer wrote corrections: {title}")),
        "due" => lang.pick(format!("Jatuh tempo: {title}"), format!("Due: {title}")),
        _ => lang.pick(format!("{who}, tentang {title}"), format!("{who}, about {title}")),
    }
}
