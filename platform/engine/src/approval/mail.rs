//! Mails about approvals, as jobs: queued with their cause, tried again while the mail server is away, left out when it is
//! all over by then. A link in them decides one request at one step, for one person.

use super::tell::Letter;
use super::{Plan, State, state_of};
use crate::identity::Mail;
use crate::job::{Job, JobCtx, Outcome, Step};
use crate::notice::MailNews;
use crate::{Door, Engine, Result, Tx};
use akrab_model::format::{self, Lang};
use akrab_model::problem::ProblemKind;
use akrab_model::{FieldType, Label, Problem, RecordId};
use akrab_store::ApprovalRow;
use jiff::Timestamp;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use serde_json::json;

const PLACE: &str = "job/approval_mail";

/// What a mail needs besides the words.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Note {
    pub letter: Letter,
    pub approval: i64,
    pub step: i64,
    pub person: RecordId,
    /// Secrets of the links that approve and refuse.
    pub links: Option<(String, String)>,
    pub name: Label,
}

/// A mail about an approval on its way.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ApprovalMail {
    /// Sealed: whoever reads the queue or a backup cannot use the links in it.
    pub note: String,
}

impl ApprovalMail {
    pub(super) fn new(engine: &Engine, note: &Note) -> Result<ApprovalMail> {
        let text = serde_json::to_string(note).map_err(Problem::internal)?;
        Ok(ApprovalMail { note: engine.seal(PLACE, &text)? })
    }
}

impl Job for ApprovalMail {
    const KIND: &'static str = "approval_mail";
    /// About a day of tries.
    const ATTEMPTS: i64 = 30;

    async fn run(self, job: JobCtx) -> Result<Outcome> {
        let engine = job.engine.clone();
        if job.mark::<bool>()?.is_some() {
            return Ok(json!({ "sent": true }));
        }
        let note: Note = serde_json::from_str(&engine.unseal(PLACE, &self.note)?).map_err(Problem::internal)?;
        engine.refresh_people().await?;
        let Some(person) = engine.people().user(note.person).filter(|p| p.active).cloned() else { return Ok(json!({ "sent": false })) };
        if person.mail_news == MailNews::Never {
            return Ok(json!({ "sent": false }));
        }
        let ctx = engine.ctx(&person, Door::Job, "approval mail");
        let (asked, lang) = (note.clone(), ctx.lang);
        let found = engine.read(&ctx, move |tx| Facts::read(tx, &asked, lang)).await?;
        let Some(facts) = found else { return Ok(json!({ "sent": false })) };
        let base = engine.link_base().await?;
        let about = format!("approval mail {} {} {} {:?}", note.approval, note.step, note.person, note.letter);
        engine.send_mail(Mail::new(&about, &person.email, words(lang, &person.name, &note, &facts, &base))).await?;
        job.step(|_| Ok(Step { value: (), mark: json!(true), done: 1, total: Some(1) })).await?;
        Ok(json!({ "sent": true }))
    }
}

/// What the words tell of a request.
struct Facts {
    title: String,
    object: String,
    address: String,
    value: Option<String>,
    requester: String,
    note: String,
    due: Option<String>,
    state: State,
    /// Who said so, and why.
    by: String,
    because: String,
}

impl Facts {
    /// None when there is nothing to tell any more, or nothing this person may see.
    fn read(tx: &mut Tx, note: &Note, lang: Lang) -> Result<Option<Facts>> {
        let Some(row) = tx.conn.approval(note.approval)? else { return Ok(None) };
        let over = state_of(&row) != State::Waiting;
        if over != (note.letter == Letter::Outcome) || (!over && row.step != note.step) {
            return Ok(None);
        }
        let record = match tx.get(&row.object, row.record) {
            Err(problem) if problem.kind == ProblemKind::NotFound => return Ok(None),
            found => found?,
        };
        let plan = Plan::of(&row)?;
        let field = plan.field.as_deref().filter(|key| record.has(key)).and_then(|key| record.object.field(key));
        let currency = tx.engine.settings().currency.clone();
        let value = field
            .zip(number(&row))
            .map(|(field, value)| format!("{}: {}", field.label.get(lang.as_str()), shown(field.kind, value, &currency, lang)));
        let local = |micros: i64| Timestamp::from_microsecond(micros).ok().map(|at| at.to_zoned(tx.ctx.now.time_zone().clone()));
        let due =
            row.due_at.and_then(local).map(|at| format!("{} {}", format::weekday(at.date().weekday(), lang), format::datetime(&at, lang)));
        let last = tx.conn.approval_decisions(&[row.id])?.pop();
        let people = tx.engine.people();
        let reason = last.as_ref().and_then(|d| d.reason.as_ref()).and_then(|key| plan.reasons.iter().find(|r| r.key == *key));
        let because = [reason.map(|r| r.label.get(lang.as_str()).to_string()), last.as_ref().map(|d| d.note.clone())];
        Ok(Some(Facts {
            title: record.title().to_string(),
            object: record.object.label(lang.as_str()).to_string(),
            address: format!("/{}/{}", record.object.plural, record.id),
            value,
            requester: row.requester.and_then(|id| people.name(id)).unwrap_or_else(|| "Akrab".into()),
            note: row.note.clone(),
            due,
            state: state_of(&row),
            by: last.and_then(|d| people.name(d.person)).unwrap_or_default(),
            because: because.into_iter().flatten().filter(|words| !words.is_empty()).collect::<Vec<_>>().join(": "),
        }))
    }
}

fn number(row: &ApprovalRow) -> Option<Decimal> {
    row.value.as_deref()?.parse().ok()
}

fn shown(kind: FieldType, value: Decimal, currency: &str, lang: Lang) -> String {
    match kind {
        FieldType::Money => format::money(value, currency, lang),
        FieldType::Percent => format::percent(value, lang),
        _ => format::number(value, lang),
    }
}

fn words(lang: Lang, person: &str, note: &Note, facts: &Facts, base: &str) -> (String, String) {
    let name = note.name.get(lang.as_str());
    let Facts { title, object, requester, .. } = facts;
    let subject = match note.letter {
        Letter::Outcome => format!("{}: {name}, {title}", outcome(lang, facts.state)),
        Letter::Reminder => lang.pick(format!("Masih menunggu Anda: {name}, {title}"), format!("Still waiting for you: {name}, {title}")),
        _ => lang.pick(format!("Persetujuan: {name}, {title}"), format!("Approval: {name}, {title}")),
    };
    let mut lines = vec![lang.pick(format!("Halo {person},"), format!("Hello {person},")), String::new()];
    lines.push(match note.letter {
        Letter::Outcome => lang.pick(
            format!("Permintaan persetujuan “{name}” untuk {object} {title}: {}.", outcome(lang, facts.state).to_lowercase()),
            format!("The request “{name}” about the {} {title}: {}.", object.to_lowercase(), outcome(lang, facts.state).to_lowercase()),
        ),
        Letter::Fallen => lang.pick(
            format!("Permintaan “{name}” dari {requester} belum dijawab tepat waktu, jadi sekarang sampai kepada Anda: {object} {title}."),
            format!("The request “{name}” of {requester} was not answered in time, so it comes to you: {} {title}.", object.to_lowercase()),
        ),
        _ => lang.pick(
            format!("{requester} meminta persetujuan “{name}” untuk {object} {title}."),
            format!("{requester} asks for your approval “{name}” of the {} {title}.", object.to_lowercase()),
        ),
    });
    lines.extend(facts.value.clone());
    if note.letter == Letter::Outcome {
        let by = [facts.by.as_str(), facts.because.as_str()].iter().filter(|w| !w.is_empty()).copied().collect::<Vec<_>>().join(" · ");
        lines.extend(Some(by).filter(|by| !by.is_empty()));
    } else {
        lines.extend(Some(facts.note.clone()).filter(|note| !note.is_empty()));
        lines.extend(facts.due.as_ref().map(|due| lang.pick(format!("Batas waktu: {due}"), format!("Due: {due}"))));
    }
    if !base.is_empty() {
        if let Some((approve, refuse)) = &note.links {
            lines.extend([String::new(), lang.pick("Setujui:", "Approve:").into(), format!("{base}/approvals/link/{approve}")]);
            lines.extend([String::new(), lang.pick("Tolak:", "Refuse:").into(), format!("{base}/approvals/link/{refuse}")]);
            lines.extend([
                String::new(),
                lang.pick(
                    "Tautan membuka halaman konfirmasi, hanya untuk Anda, dan bisa dipakai sekali.",
                    "Each link opens a page that asks once more; it is for you alone and works once.",
                )
                .into(),
            ]);
        }
        lines.extend([
            String::new(),
            lang.pick("Buka datanya di Akrab:", "Open the record in Akrab:").into(),
            format!("{base}{}", facts.address),
        ]);
    }
    lines.push(String::new());
    (subject, lines.join("\n"))
}

fn outcome(lang: Lang, state: State) -> &'static str {
    match state {
        State::Approved => lang.pick("Disetujui", "Approved"),
        State::Refused => lang.pick("Ditolak", "Refused"),
        State::Returned => lang.pick("Dikembalikan untuk diperbaiki", "Returned to be mended"),
        State::Expired => lang.pick("Tidak terjawab sampai batas waktu", "Not answered in time"),
        State::Withdrawn => lang.pick("Ditarik", "Withdrawn"),
        State::Void => lang.pick("Gugur karena datanya diubah", "Void after a change"),
        State::Waiting => lang.pick("Menunggu", "Waiting"),
    }
}
