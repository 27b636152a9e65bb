//! Mails: written now, sent once through the work ledger.

use super::{At, Took};
use crate::flow::mail::QUEUE;
use crate::template::Filled;
use crate::work::{Batch, Unit};
use crate::{Result, Tx};
use akrab_model::Value;
use akrab_model::flow::MailTo;
use akrab_model::format::Lang;
use akrab_store::FlowMail;
use serde_json::json;
use std::collections::BTreeMap;

/// What shares a rate.
const ROUTE: &str = "mail";

impl Tx<'_> {
    pub(super) fn flow_mail(&mut self, at: &At<'_>, to: &[MailTo], (template, subject, text): (Option<&str>, &str, &str)) -> Result<Took> {
        // people are written to in their language, others in the workspace's
        let usual = self.ctx.lang;
        let mut addresses: Vec<(String, Lang)> = Vec::new();
        for to in to {
            let found: Vec<(String, Lang)> = match to {
                MailTo::Address(address) => vec![(address.clone(), usual)],
                MailTo::Who(who) => {
                    let people = self.flow_people(at, std::slice::from_ref(who))?;
                    people.iter().map(|p| (p.email.clone(), p.language.parse().unwrap_or(usual))).collect()
                }
                MailTo::Field(path) => match self.flow_path(at, path)? {
                    Some((_, Value::Text(address))) => vec![(address, usual)],
                    _ => Vec::new(),
                },
            };
            for (address, lang) in found {
                if !address.is_empty() && !addresses.iter().any(|(known, _)| *known == address) {
                    addresses.push((address, lang));
                }
            }
        }
        let written = self.mail_texts(at, template, (subject, text), &addresses)?;
        let named: Vec<&str> = addresses.iter().map(|(address, _)| address.as_str()).collect();
        let first = written.values().next();
        let mut input = json!({ "to": named, "subject": first.map(|m| m.subject.as_str()), "text": first.map(|m| m.text.as_str()) });
        if let Some(template) = template {
            input["template"] = json!(template);
        }
        if addresses.is_empty() || at.trial {
            return Ok(Took::told(input, json!({ "mails": [] })));
        }
        let mail = |(address, lang): (String, Lang)| {
            let filled = written.get(lang.as_str()).cloned().unwrap_or_default();
            FlowMail {
                id: 0,
                run: at.run.id,
                step: at.step.key.clone(),
                at: self.ctx.micros(),
                address,
                subject: filled.subject,
                body: filled.text,
            }
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

    /// The texts by the languages they are needed in; those of the step itself are the same in all.
    fn mail_texts(
        &mut self,
        at: &At<'_>,
        template: Option<&str>,
        (subject, text): (&str, &str),
        addresses: &[(String, Lang)],
    ) -> Result<BTreeMap<&'static str, Filled>> {
        let mut langs: Vec<Lang> = addresses.iter().map(|(_, lang)| *lang).collect();
        if langs.is_empty() {
            langs.push(self.ctx.lang);
        }
        let mut written = BTreeMap::new();
        match template {
            Some(key) => {
                let template = self.mail_template(key)?.decl;
                for lang in langs {
                    if !written.contains_key(lang.as_str()) {
                        written.insert(lang.as_str(), self.mail_fill(&template, &at.record, lang)?);
                    }
                }
            }
            None => {
                let filled = Filled { subject: self.flow_line(at, subject)?, text: self.flow_text(at, text)? };
                written.extend(langs.into_iter().map(|lang| (lang.as_str(), filled.clone())));
            }
        }
        Ok(written)
    }
}
