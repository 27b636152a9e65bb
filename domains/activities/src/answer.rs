//! The answer to what customers said: by mail to whom it may be sent, in person to everyone else.

use crate::keys::{self, interaction as i, task, utterance as u};
use crate::voice::{PURPOSE, tomorrow};
use akrab_engine::contact::{Ask, Decision};
use akrab_engine::work::{Carried, Carrier, Handed};
use akrab_engine::{Door, Engine, ListRequest, Result, Tx};
use akrab_model::filter::Op;
use akrab_model::value::Input;
use akrab_model::{Filter, Problem, ProblemKind, Record, Value};
use futures::future::BoxFuture;
use serde_json::{Value as Json, json};

/// Message key `work-voice-answer`.
pub(crate) const QUEUE: &str = "voice_answer";

/// Brings answers to the people who said something, each once.
pub struct Answers;

/// A mail that may go out.
struct Letter {
    address: String,
    subject: String,
    text: String,
}

impl Carrier for Answers {
    fn queue(&self) -> &'static str {
        QUEUE
    }

    fn hand_over(&self, engine: Engine, item: Carried) -> BoxFuture<'static, Handed> {
        Box::pin(async move {
            let ctx = engine.system("an answer to a customer", Door::Job);
            let (contact, about) = (item.unit, item.clone());
            let judged = engine.write(&ctx, move |tx| judge(contact, &about, tx)).await;
            let letter = match judged {
                Ok(Ok(letter)) => letter,
                Ok(Err(problem)) => return Handed::Left(problem),
                Err(problem) => return Handed::Passing(problem),
            };
            let (subject, text) = (letter.subject.clone(), letter.text.clone());
            if let Err(problem) = engine.mail(&item.name(), &letter.address, subject, text).await {
                return Handed::Passing(problem);
            }
            match engine.write(&ctx, move |tx| keep(contact, &item, &letter, tx)).await {
                Ok(interaction) => Handed::Done(json!({ "interaction": interaction })),
                Err(problem) => Handed::Unknown(problem),
            }
        })
    }
}

/// Whether somebody may be written to, and what. Where not, somebody is to say it in person.
fn judge(contact: i64, item: &Carried, tx: &mut Tx) -> Result<std::result::Result<Letter, Problem>> {
    let gone = || Ok(Err(Problem::new(ProblemKind::NotFound, "not_found")));
    let (Some(person), Some(voice)) = (tx.find("contact", contact)?, tx.find(keys::VOICE, item.payload["voice"].as_i64().unwrap_or(0))?)
    else {
        return gone();
    };
    let said = of_person(voice.id, contact, tx)?;
    let text = item.payload["text"].as_str().unwrap_or_default();
    let address = person.text("email").to_string();
    let ask = Ask {
        person: ("contact".into(), contact),
        purpose: PURPOSE.into(),
        channel: "email".into(),
        address: Some(address.clone()),
        province: Some(person.text("address_province").to_string()).filter(|p| !p.is_empty()),
        ..Ask::default()
    };
    let refused = match tx.contact_decide(&ask) {
        Ok(decided) => match decided.decision {
            Decision::Allowed => None,
            Decision::Refused { .. } => Some(Problem::new(ProblemKind::Conflict, "answer_not_allowed")),
            Decision::Deferred { .. } => return Err(Problem::new(ProblemKind::Busy, "busy")),
        },
        Err(problem) if problem.code == "contact_no_policy" => Some(problem),
        Err(problem) => return Err(problem),
    };
    if let Some(problem) = refused {
        by_hand(&voice, &said, text, tx)?;
        for one in &said {
            tx.set_values(keys::UTTERANCE, one.id, vec![(u::ANSWER_STATE, Value::Text("refused".into()))])?;
        }
        return Ok(Err(problem));
    }
    let english = person.text("language") == "en";
    let name =
        [person.text("name_honorific"), person.title()].iter().filter(|part| !part.is_empty()).copied().collect::<Vec<_>>().join(" ");
    let company = tx.engine.settings().company.clone();
    let said = said.first().map(|one| one.title().to_string()).unwrap_or_default();
    Ok(Ok(Letter {
        address,
        subject: if english { format!("Your feedback: {said}") } else { format!("Masukan Anda: {said}") },
        text: if english { format!("Dear {name},\n\n{text}\n\n{company}\n") } else { format!("Yth. {name},\n\n{text}\n\n{company}\n") },
    }))
}

/// What was sent stands in the history of the person, and what was said counts as answered.
fn keep(contact: i64, item: &Carried, letter: &Letter, tx: &mut Tx) -> Result<i64> {
    let mut input = Input::new();
    for (key, value) in [
        (i::SUBJECT, json!(letter.subject)),
        (i::CHANNEL, json!("email")),
        (i::DIRECTION, json!("out")),
        (i::CONTACT, json!(contact)),
        (i::BODY, json!(letter.text)),
        (i::OWNER, item.payload["by"].clone()),
    ] {
        input.insert(key.into(), value);
    }
    let interaction = tx.create(keys::INTERACTION, &input)?;
    let now = tx.ctx.now.timestamp();
    for one in of_person(item.payload["voice"].as_i64().unwrap_or(0), contact, tx)? {
        let values = vec![(u::ANSWER_STATE, Value::Text("sent".into())), (u::ANSWERED_AT, Value::Time(now))];
        tx.set_values(keys::UTTERANCE, one.id, values)?;
    }
    Ok(interaction)
}

fn of_person(voice: i64, contact: i64, tx: &mut Tx) -> Result<Vec<Record>> {
    let filter = Filter::All([(u::VOICE, voice), (u::CONTACT, contact)].map(|(key, id)| Filter::test(key, Op::Is, id)).to_vec());
    let request = ListRequest { object: keys::UTTERANCE.into(), filter: Some(filter), limit: 200, ..ListRequest::default() };
    Ok(tx.list(&request)?.records)
}

/// A task to answer in person, for whoever heard it.
pub(crate) fn by_hand(voice: &Record, said: &[Record], text: &str, tx: &mut Tx) -> Result<()> {
    let Some(first) = said.first() else { return Ok(()) };
    let owner = first.link(u::OWNER).or(voice.link("owner"));
    let english = owner.and_then(|id| tx.engine.people().user(id).map(|p| p.language == "en")).unwrap_or(false);
    let subject = if english { format!("Answer: {}", voice.title()) } else { format!("Sampaikan jawaban: {}", voice.title()) };
    let due = tomorrow(tx).map_or(Json::Null, |at| json!(at.to_string()));
    let link = |key: &str| first.link(key).map_or(Json::Null, |id| json!(id));
    let mut input = Input::new();
    for (key, value) in [
        (task::SUBJECT, json!(subject)),
        (task::KIND, json!("call")),
        (task::DUE_AT, due),
        (task::BODY, json!(text)),
        (task::ACCOUNT, link(u::ACCOUNT)),
        (task::CONTACT, link(u::CONTACT)),
        (task::OWNER, owner.map_or(Json::Null, |id| json!(id))),
    ] {
        if !value.is_null() {
            input.insert(key.into(), value);
        }
    }
    tx.create(keys::TASK, &input)?;
    for one in said {
        tx.set_values(keys::UTTERANCE, one.id, vec![(u::ANSWER_STATE, Value::Text("task".into()))])?;
    }
    Ok(())
}
