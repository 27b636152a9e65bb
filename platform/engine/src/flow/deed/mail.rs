//! Mails: written now, sent once through the work ledger.

use super::{At, Took};
use crate::flow::mail::QUEUE;
use crate::work::{Batch, Unit};
use crate::{Result, Tx};
use akrab_model::Value;
use akrab_model::flow::MailTo;
use akrab_store::FlowMail;
use serde_json::json;

/// What shares a rate.
const ROUTE: &str = "mail";

impl Tx<'_> {
    pub(super) fn flow_mail(&mut self, at: &At<'_>, to: &[MailTo], subject: &str, text: &str) -> Result<Took> {
        let mut addresses: Vec<String> = Vec::new();
        for to in to {
            let found = match to {
                MailTo::Address(address) => vec![address.clone()],
                MailTo::Who(who) => self.flow_people(at, std::slice::from_ref(who))?.iter().map(|p| p.email.clone()).collect(),
                MailTo::Field(path) => match self.flow_path(at, path)? {
                    Some((_, Value::Text(address))) => vec![address],
                    _ => Vec::new(),
                },
            };
            addresses.extend(found.into_iter().filter(|a| !a.is_empty()));
        }
        addresses.dedup();
        let (subject, text) = (self.flow_line(at, subject)?, self.flow_text(at, text)?);
        let input = json!({ "to": addresses, "subject": subject, "text": text });
        if addresses.is_empty() || at.trial {
            return Ok(Took::told(input, json!({ "mails": [] })));
        }
        let mail = |address: String| FlowMail {
            id: 0,
            run: at.run.id,
            step: at.step.key.clone(),
            at: self.ctx.micros(),
            address,
            subject: subject.clone(),
            body: text.clone(),
        };
        let mails: Vec<FlowMail> = addresses.into_iter().map(mail).collect();
        let ids = self.conn.flow_mails_add(&mails)?;
        let batch = Batch {
            queue: QUEUE.into(),
            route: ROUTE.into(),
            key: format!("flow:{}:{}:{}", at.ready.key, at.ready.version, at.step.key),
            title: at.ready.flow.name.get(self.engine.settings().lang.as_str()).into(),
            payload: json!({}),
            subject: None,
            people: None,
        };
        let units: Vec<Unit> = ids.iter().map(|id| Unit::now(*id)).collect();
        let batch = self.work_plan(&batch, &units)?;
        Ok(Took::told(input, json!({ "mails": ids, "batch": batch })))
    }
}
