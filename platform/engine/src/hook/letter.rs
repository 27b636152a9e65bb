//! What is sent to a subscriber: an event as he may be told it, or what a step of a flow put together.

use super::FLOW;
use crate::write::Tx;
use crate::{Engine, Result};
use akrab_model::Problem;
use akrab_model::flow::Method;
use akrab_store::{HookEvent, HookRow};
use serde::{Deserialize, Serialize};

/// A call ready to be signed.
pub(super) struct Letter {
    pub method: &'static str,
    pub url: String,
    pub headers: Vec<(String, String)>,
    pub body: String,
}

/// What a step of a flow asks to be sent, as it is kept with its event. It was put together with the rights of the flow
/// and is sent as it is, however often.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct FlowLetter {
    /// The run that waits for the answer.
    pub run: i64,
    pub method: Method,
    /// What comes behind the address.
    pub path: String,
    pub headers: Vec<(String, String)>,
    pub body: String,
    pub tries: i64,
}

impl FlowLetter {
    /// The letter an event is, if it is one.
    pub fn of(event: &HookEvent) -> Option<FlowLetter> {
        if event.kind == FLOW { serde_json::from_str(&event.body).ok() } else { None }
    }
}

impl Engine {
    /// What is sent to a hook about an event; none when its owner may not hear of it, or no longer.
    ///
    /// # Errors
    /// What the database answers.
    pub(super) async fn hook_letter(&self, hook: &HookRow, event: &HookEvent) -> Result<Option<Letter>> {
        if event.kind != FLOW {
            let body = self.hook_body(hook, event).await?;
            return Ok(body.map(|body| Letter { method: "POST", url: hook.url.clone(), headers: Vec::new(), body }));
        }
        self.refresh_people().await?;
        if !self.serves_flows(hook) {
            return Ok(None);
        }
        let letter = FlowLetter::of(event).ok_or_else(|| Problem::internal("a letter of a flow is damaged"))?;
        let url = format!("{}{}", hook.url, letter.path);
        Ok(Some(Letter { method: letter.method.verb(), url, headers: letter.headers, body: letter.body }))
    }

    /// Whether flows may call a hook: its subscription says so, and it belongs to an administrator. What flows tell was put
    /// together with their rights, not with its owner's.
    pub(crate) fn serves_flows(&self, hook: &HookRow) -> bool {
        let events: Vec<String> = serde_json::from_str(&hook.events).unwrap_or_default();
        let people = self.people();
        let owner = people.user(hook.owner).is_some_and(|person| person.active && person.role.is_administrator());
        owner && events.iter().any(|event| event == FLOW)
    }
}

impl Tx<'_> {
    /// Webhooks flows may call: number, name, and the host they are called at. For administrators.
    ///
    /// # Errors
    /// What the database answers.
    pub fn hooks_for_flows(&mut self) -> Result<Vec<(i64, String, String)>> {
        if !self.sees_all_hooks() {
            return Ok(Vec::new());
        }
        let engine = self.engine.clone();
        let serving = self.conn.hooks(None)?.into_iter().filter(|row| engine.serves_flows(row));
        Ok(serving.map(|row| (row.id, row.name, super::subscribe::host(&row.url).to_string())).collect())
    }
}
