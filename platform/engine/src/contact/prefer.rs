//! A link by which somebody says himself what he wants to be contacted for, and on which channel. It is for one person, works
//! once, ends by itself and tells a stranger nothing.

use super::{Consent, PurposeState, Saying};
use crate::identity::digest;
use crate::rights::Access;
use crate::{Ctx, Door, Engine, Result, Tx};
use akrab_model::problem::ProblemKind;
use akrab_model::{Problem, RecordId};
use akrab_store::ScopedLinkRow;
use jiff::Timestamp;
use serde_json::json;
use std::net::IpAddr;

/// What these links are kept under; what they do is the key of the person's object.
pub(crate) const KIND: &str = "preferences";
/// Days a link works.
const DAYS: i64 = 30;
const DAY: i64 = 24 * 3_600 * 1_000_000;

/// What somebody sees who opens his link.
#[derive(Debug, Clone)]
pub struct PreferencesPage {
    pub purposes: Vec<PurposeState>,
    pub until: Timestamp,
    pub ctx: Ctx,
}

/// What he says: purpose, channel, yes or no.
pub type Preference = (String, String, bool);

impl Tx<'_> {
    /// Makes a link for somebody; those he had end. Gives its secret, which nobody can be told again.
    ///
    /// # Errors
    /// `not_found`; `forbidden` for whoever may not change the record; `contact_no_purpose` where nothing is asked of anybody.
    pub fn preferences_link(&mut self, object: &str, id: RecordId) -> Result<String> {
        let object = self.object(object)?;
        let view = self.consent_view(&object.key, id, false)?;
        if self.ctx.read_only || !self.may(&object, Access::Edit, id)? {
            return Err(Problem::forbidden());
        }
        if view.is_none_or(|view| view.purposes.is_empty()) {
            return Err(Problem::new(ProblemKind::Conflict, "contact_no_purpose"));
        }
        let now = self.ctx.micros();
        self.conn.scoped_links_end(KIND, &object.key, id, now)?;
        let secret = self.engine.secret();
        self.conn.scoped_link_add(&ScopedLinkRow {
            hash: digest(&secret),
            kind: KIND.into(),
            deed: object.key.clone(),
            subject: id,
            part: 0,
            person: self.ctx.author().unwrap_or_default(),
            until_at: now + DAYS * DAY,
            used_at: None,
            revoked_at: None,
            made_at: now,
        })?;
        self.audit("confirmation", Some((&object.key, id)), json!({ "preferences": true }))?;
        Ok(secret)
    }

    /// Keeps what differs from what he has said before.
    fn prefer(&mut self, object: &str, id: RecordId, said: &[Preference]) -> Result<()> {
        let view = self.consent_view(object, id, false)?.ok_or_else(|| gone("link_unknown"))?;
        for purpose in &view.purposes {
            for one in &purpose.channels {
                let known = |(key, channel, _): &&Preference| *key == purpose.key && *channel == one.channel;
                let Some((.., given)) = said.iter().find(known) else { continue };
                let was = match one.state {
                    Consent::Given => true,
                    Consent::Withdrawn => false,
                    // nobody has to say yes to what needs no yes
                    Consent::Unsaid => !one.needs_consent,
                };
                if was == *given {
                    continue;
                }
                self.consent_say(&Saying {
                    person: (object.into(), id),
                    purpose: purpose.key.clone(),
                    channel: one.channel.clone(),
                    given: *given,
                    evidence: json!({ "link": true }),
                    source: "preference_page".into(),
                })?;
            }
        }
        Ok(())
    }
}

impl Engine {
    /// What somebody's link asks; opening it changes nothing.
    ///
    /// # Errors
    /// `link_unknown`, `link_used`, `link_expired`: none tells anything of the person.
    pub async fn preferences_open(&self, secret: &str, place: Option<IpAddr>) -> Result<PreferencesPage> {
        let link = self.preferences_of(secret).await?;
        let ctx = self.prefers(place);
        let until = Timestamp::from_microsecond(link.until_at).map_err(Problem::internal)?;
        let view = self.read(&ctx, move |tx| tx.consent_view(&link.deed, link.subject, false)).await;
        let view = view.ok().flatten().filter(|view| !view.purposes.is_empty()).ok_or_else(|| gone("link_unknown"))?;
        Ok(PreferencesPage { purposes: view.purposes, until, ctx })
    }

    /// Keeps what he says, with its proof, and uses the link up.
    ///
    /// # Errors
    /// As [`Engine::preferences_open`].
    pub async fn preferences_take(&self, secret: &str, said: Vec<Preference>, place: Option<IpAddr>) -> Result<()> {
        let link = self.preferences_of(secret).await?;
        let ctx = self.prefers(place);
        self.write(&ctx, move |tx| {
            let now = tx.ctx.micros();
            // of two at once only one finds it
            if !tx.conn.scoped_link_use(&link.hash, now)? {
                return Err(gone("link_used"));
            }
            tx.prefer(&link.deed, link.subject, &said)
        })
        .await
    }

    fn prefers(&self, place: Option<IpAddr>) -> Ctx {
        Ctx { place, ..self.system("a person says what he wants to be contacted for", Door::Link) }
    }

    async fn preferences_of(&self, secret: &str) -> Result<ScopedLinkRow> {
        let (hash, now) = (digest(secret), self.micros());
        let link = self.store().read(move |conn| conn.scoped_link(&hash)).await?;
        let link = link.filter(|link| link.kind == KIND).ok_or_else(|| gone("link_unknown"))?;
        if link.used_at.is_some() {
            return Err(gone("link_used"));
        }
        if link.until_at <= now || link.revoked_at.is_some() {
            return Err(gone("link_expired"));
        }
        Ok(link)
    }
}

fn gone(code: &'static str) -> Problem {
    Problem::new(ProblemKind::NotFound, code)
}
