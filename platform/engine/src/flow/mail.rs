//! Mails of flows on their way: the carrier of their queue in the work ledger.

use crate::identity::Mail;
use crate::work::{Carried, Carrier, Handed};
use crate::{Door, Engine};
use akrab_model::{Problem, ProblemKind};
use futures::future::BoxFuture;
use serde_json::Value as Json;

/// Message key `work-flow-mail`.
pub(super) const QUEUE: &str = "flow_mail";

/// Hands the mails of flows to the mail server.
pub(crate) struct FlowMails;

impl Carrier for FlowMails {
    fn queue(&self) -> &'static str {
        QUEUE
    }
    /// About a day of tries.
    fn attempts(&self) -> i64 {
        30
    }
    fn hand_over(&self, engine: Engine, item: Carried) -> BoxFuture<'static, Handed> {
        Box::pin(async move {
            let ctx = engine.system("mail of a flow", Door::Job);
            let found = engine.read(&ctx, move |tx| Ok(tx.conn.flow_mail(item.unit)?)).await;
            let mail = match found {
                Ok(Some(mail)) => mail,
                Ok(None) => return Handed::Left(Problem::new(ProblemKind::NotFound, "flow_mail_gone")),
                Err(problem) => return Handed::Passing(problem),
            };
            let about = format!("flow mail {}", mail.id);
            match engine.send_mail(Mail::new(&about, &mail.address, (mail.subject, mail.body))).await {
                Ok(()) => Handed::Done(Json::Null),
                Err(problem) => Handed::Passing(problem),
            }
        })
    }
}
