//! Registering and removing passkeys.

use super::data::{Answer, Device, KINDS, attested, encode};
use super::mail::PasskeyMail;
use super::{MINUTE, MINUTES, PATIENCE, Party, handle, refused};
use crate::identity::digest;
use crate::write::Tx;
use crate::{Ctx, Engine, Result};
use akrab_model::{FieldProblem, Problem};
use akrab_store::PasskeyRow;
use jiff::Timestamp;
use serde_json::{Value as Json, json};

/// Longest name, most keys of one person.
const NAME: usize = 60;
const MOST: usize = 20;

/// A passkey as its owner sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PasskeyView {
    pub id: String,
    pub name: String,
    pub created_at: Timestamp,
    pub used_at: Option<Timestamp>,
}

fn time(micros: i64) -> Timestamp {
    Timestamp::from_microsecond(micros).unwrap_or(Timestamp::UNIX_EPOCH)
}

impl Engine {
    /// A new question for one browser: 256 random bits.
    pub(super) async fn passkey_ask(&self, user: Option<i64>, browser: &str) -> Result<String> {
        let challenge = encode(&self.random::<32>());
        let (id, browser, now) = (digest(&challenge), digest(browser), self.micros());
        self.store().write(move |conn| conn.passkey_ask(&id, user, &browser, now, now + MINUTES * MINUTE)).await?;
        Ok(challenge)
    }

    /// What the browser is asked to make a passkey for this person.
    ///
    /// # Errors
    /// `too_many`; what the database answers.
    pub async fn passkey_begin_add(&self, user: i64, party: &Party, browser: &str) -> Result<Json> {
        let person = self.people().user(user).cloned().ok_or_else(Problem::not_found)?;
        let known = self.store().read(move |conn| conn.passkeys(user)).await?;
        if known.len() >= MOST {
            return Err(Problem::invalid(vec![FieldProblem::new("name", "too_many").with("max", MOST)]));
        }
        let challenge = self.passkey_ask(Some(user), browser).await?;
        let company = Some(self.settings().company.clone()).filter(|name| !name.is_empty()).unwrap_or_else(|| "Akrab".into());
        let kinds: Vec<Json> = KINDS.iter().map(|alg| json!({ "type": "public-key", "alg": alg })).collect();
        let exclude: Vec<Json> = known.iter().map(|key| json!({ "type": "public-key", "id": key.id })).collect();
        Ok(json!({
            "rp": { "id": party.id, "name": company },
            "user": { "id": handle(user), "name": person.email, "displayName": person.name },
            "challenge": challenge,
            "pubKeyCredParams": kinds,
            "timeout": PATIENCE,
            "excludeCredentials": exclude,
            "authenticatorSelection": { "residentKey": "required", "requireResidentKey": true, "userVerification": "required" },
            "attestation": "none",
        }))
    }

    /// Keeps the passkey a browser has made, and tells its owner by mail.
    ///
    /// # Errors
    /// `passkey_refused` for an answer to nobody's question; `passkey_taken`; `invalid` at `name`.
    pub async fn passkey_add(&self, ctx: &Ctx, party: &Party, browser: &str, answer: &str, name: &str) -> Result<()> {
        let user = ctx.user_id().ok_or_else(Problem::forbidden)?;
        let name = name.trim().to_string();
        if name.is_empty() {
            return Err(Problem::invalid(vec![FieldProblem::new("name", "required")]));
        }
        if name.chars().count() > NAME || name.chars().any(char::is_control) {
            return Err(Problem::invalid(vec![FieldProblem::new("name", "too_long").with("max", NAME)]));
        }
        let wrong = || refused("passkey_refused");
        let answer = Answer::read(answer).ok_or_else(wrong)?;
        let question = answer.question("webauthn.create", party).ok_or_else(wrong)?;
        let (asked, own) = (digest(&question), digest(browser));
        let now = self.micros();
        if !self.store().write(move |conn| conn.passkey_asked(&asked, Some(user), &own, now)).await? {
            return Err(refused("passkey_late"));
        }
        let data = answer.response.attestation_object.as_deref().and_then(attested).ok_or_else(wrong)?;
        let device = Device::read(&data, party, true).ok_or_else(wrong)?;
        let (id, key) = device.key().filter(|(id, _)| encode(id) == answer.id.trim_end_matches('=')).ok_or_else(wrong)?;
        let row = PasskeyRow {
            id: encode(&id),
            user,
            name,
            kind: key.kind,
            public: encode(&key.public),
            counter: device.counter,
            created_at: now,
            used_at: None,
        };
        self.write(ctx, move |tx| tx.passkey_keep(&row)).await
    }

    /// Whether somebody has come in lately or knows his password: what guards his account is changed by himself alone.
    ///
    /// # Errors
    /// `wrong_password`, `fresh_sign_in`, `too_many_tries`.
    pub async fn confirm_presence(&self, user: i64, password: &str, since: i64) -> Result<()> {
        let known = self.store().read(move |conn| conn.credential(user)).await?.is_some();
        match known {
            true => self.confirm_password(user, password).await,
            // whoever signs in elsewhere has no password
            false if self.micros() - since < 15 * MINUTE => Ok(()),
            false => Err(Problem::invalid(vec![FieldProblem::new("current", "fresh_sign_in")])),
        }
    }
}

impl Tx<'_> {
    fn passkey_keep(&mut self, row: &PasskeyRow) -> Result<()> {
        if self.conn.passkey(&row.id)?.is_some() {
            return Err(refused("passkey_taken"));
        }
        self.conn.passkey_add(row)?;
        self.passkey_told("passkey_added", row.user, &row.name, true)
    }

    fn passkey_told(&mut self, kind: &str, user: i64, name: &str, added: bool) -> Result<()> {
        self.audit(kind, Some(("user", user)), json!({ "title": name }))?;
        let mail = PasskeyMail { user, name: name.into(), added, at: self.ctx.micros() };
        self.as_system("whoever a passkey belongs to is told of it").enqueue(&mail).map(|_| ())
    }

    /// Passkeys of the actor, the oldest first.
    ///
    /// # Errors
    /// What the database answers.
    pub fn passkeys(&mut self) -> Result<Vec<PasskeyView>> {
        let Some(user) = self.ctx.user_id() else { return Ok(Vec::new()) };
        let view =
            |row: PasskeyRow| PasskeyView { id: row.id, name: row.name, created_at: time(row.created_at), used_at: row.used_at.map(time) };
        Ok(self.conn.passkeys(user)?.into_iter().map(view).collect())
    }

    /// Removes a passkey of the actor.
    ///
    /// # Errors
    /// `not_found`.
    pub fn passkey_remove(&mut self, id: &str) -> Result<()> {
        let user = self.ctx.user_id().ok_or_else(Problem::forbidden)?;
        if self.ctx.read_only || self.ctx.scopes.is_some() {
            return Err(Problem::forbidden());
        }
        let name = self.conn.passkey_end(user, id)?.ok_or_else(Problem::not_found)?;
        self.passkey_told("passkey_removed", user, &name, false)
    }
}
