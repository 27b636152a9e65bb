//! A link by which a customer confirms or corrects what is known of him. It is for one record and some of its fields, works
//! once, ends by itself, and tells a stranger nothing. Of the secret only a checksum is kept.

use crate::identity::digest;
use crate::rights::Access;
use crate::{Ctx, Door, Engine, Result, Tx};
use akrab_model::problem::ProblemKind;
use akrab_model::value::Input;
use akrab_model::{FieldProblem, Object, Problem, Record, RecordId};
use akrab_store::{ConfirmationRow, ScopedLinkRow};
use jiff::Timestamp;
use serde_json::{Map, Value as Json, json};
use std::collections::BTreeSet;
use std::net::IpAddr;
use std::sync::Arc;

pub use akrab_store::ConfirmationState;

/// What these links are kept under.
pub(crate) const KIND: &str = "confirmation";
/// Days a link works.
const DAYS: i64 = 14;
const DAY: i64 = 24 * 3_600 * 1_000_000;

/// A request to confirm, as staff see it.
#[derive(Debug, Clone, PartialEq)]
pub struct Confirmation {
    pub id: i64,
    /// Keys of the fields and addresses asked about.
    pub fields: Vec<String>,
    pub state: ConfirmationState,
    pub made_at: Timestamp,
    pub made_by: Option<RecordId>,
    pub until: Timestamp,
    pub done_at: Option<Timestamp>,
    /// What the customer wrote and one of us has to accept: field and value.
    pub waiting: Map<String, Json>,
}

/// What the customer sees.
#[derive(Debug, Clone)]
pub struct ConfirmationPage {
    pub object: Arc<Object>,
    /// With nothing but what is asked about.
    pub record: Record,
    /// Keys of the fields asked about, parts of an address one by one.
    pub fields: Vec<String>,
    pub until: Timestamp,
    pub ctx: Ctx,
}

impl Tx<'_> {
    /// Asks the customer behind a record about some of its fields. Gives the secret of the link, which nobody can be told again;
    /// links he had before end.
    ///
    /// # Errors
    /// `not_found`, `forbidden`; `invalid` when nothing is asked, or something nobody is asked about.
    pub fn confirmation_ask(&mut self, object: &str, id: RecordId, fields: &[String]) -> Result<(i64, String)> {
        let object = self.object(object)?;
        self.get(&object.key, id)?;
        if self.ctx.read_only || !self.may(&object, Access::Edit, id)? {
            return Err(Problem::forbidden());
        }
        let known = self.fresh_fields(&object)?;
        if fields.is_empty() || fields.iter().any(|key| !known.iter().any(|field| field.key == *key)) {
            return Err(Problem::invalid(vec![FieldProblem::new("fields", "required")]));
        }
        let now = self.ctx.micros();
        for open in self.conn.confirmations(&object.key, id)?.into_iter().filter(|row| row.state.is_open()) {
            self.conn.scoped_links_revoke(KIND, open.id, None, now)?;
            self.conn.confirmation_set(open.id, ConfirmationState::Ended, &open.said, Some(now))?;
        }
        let row = ConfirmationRow {
            id: 0,
            object: object.key.clone(),
            record: id,
            fields: fields.join(" "),
            state: ConfirmationState::Sent,
            made_at: now,
            made_by: self.ctx.author(),
            until_at: now + DAYS * DAY,
            done_at: None,
            said: String::new(),
        };
        let request = self.conn.confirmation_add(&row)?;
        let secret = self.engine.secret();
        self.conn.scoped_link_add(&ScopedLinkRow {
            hash: digest(&secret),
            kind: KIND.into(),
            deed: "confirm".into(),
            subject: request,
            part: 0,
            person: self.ctx.author().unwrap_or_default(),
            until_at: row.until_at,
            used_at: None,
            revoked_at: None,
            made_at: now,
        })?;
        self.audit("confirmation", Some((&object.key, id)), json!({ "fields": fields }))?;
        Ok((request, secret))
    }

    /// What the customer behind a record was asked lately, the latest first; what waits for one of us among it.
    ///
    /// # Errors
    /// `not_found` for a record out of sight.
    pub fn confirmations(&mut self, object: &str, id: RecordId) -> Result<Vec<Confirmation>> {
        let object = self.object(object)?;
        self.get(&object.key, id)?;
        let now = self.ctx.micros();
        let rows = self.conn.confirmations(&object.key, id)?;
        let mut found: Vec<Confirmation> = rows.into_iter().map(|row| view(row, now)).collect();
        for one in &mut found {
            one.waiting.retain(|key, _| {
                object.field_ix(key).is_some_and(|ix| self.rights.field(&object, ix) > akrab_model::object::FieldRight::Hidden)
            });
        }
        Ok(found)
    }

    /// Takes over what a customer wrote and waits for one of us, or leaves things as they are.
    ///
    /// # Errors
    /// `not_found`; as [`Tx::update`].
    pub fn confirmation_settle(&mut self, object: &str, id: RecordId, request: i64, accept: bool) -> Result<()> {
        let object = self.object(object)?;
        let row = self.conn.confirmations(&object.key, id)?.into_iter().find(|row| row.id == request).ok_or_else(Problem::not_found)?;
        let said: Map<String, Json> = serde_json::from_str(&row.said).unwrap_or_default();
        if said.is_empty() {
            return Err(Problem::new(ProblemKind::Conflict, "changed_since"));
        }
        if !self.may(&object, Access::Edit, id)? {
            return Err(Problem::forbidden());
        }
        if accept {
            let input: Input = said.into_iter().collect();
            self.update(&object.key, id, &input, None)?;
        }
        Ok(self.conn.confirmation_set(request, row.state, "", row.done_at)?)
    }
}

impl Engine {
    /// What a link asks about; opening it changes nothing.
    ///
    /// # Errors
    /// `link_unknown`, `link_used`, `link_expired`: none tells anything of the record.
    pub async fn confirmation_open(&self, secret: &str, place: Option<IpAddr>) -> Result<ConfirmationPage> {
        let (_, row) = self.confirmation_of(secret).await?;
        let ctx = self.customer(place);
        self.read(&ctx, move |tx| tx.confirmation_page(&row)).await
    }

    /// Takes what the customer confirms or corrects, and uses the link up. What has to be vouched for waits; all else counts
    /// at once.
    ///
    /// # Errors
    /// As [`Engine::confirmation_open`]; `invalid` with the faults of what was written, then the link still works.
    pub async fn confirmation_take(&self, secret: &str, input: Input, place: Option<IpAddr>) -> Result<ConfirmationState> {
        let (link, row) = self.confirmation_of(secret).await?;
        let ctx = self.customer(place);
        self.write(&ctx, move |tx| {
            let now = tx.ctx.micros();
            // of two at once only one finds it
            if !tx.conn.scoped_link_use(&link.hash, now)? {
                return Err(gone("link_used"));
            }
            tx.confirmation_said(&row, &input)
        })
        .await
    }

    fn customer(&self, place: Option<IpAddr>) -> Ctx {
        Ctx { place, ..self.system("a customer confirms what is known of him", Door::Link) }
    }

    async fn confirmation_of(&self, secret: &str) -> Result<(ScopedLinkRow, ConfirmationRow)> {
        let (hash, now) = (digest(secret), self.micros());
        let found = self.store().read(move |conn| {
            let link = conn.scoped_link(&hash)?.filter(|link| link.kind == KIND);
            let row = link.as_ref().map(|link| conn.confirmation(link.subject)).transpose()?.flatten();
            Ok::<_, akrab_store::StoreError>(link.zip(row))
        });
        let (link, row) = found.await?.ok_or_else(|| gone("link_unknown"))?;
        if link.used_at.is_some() {
            return Err(gone("link_used"));
        }
        if link.until_at <= now || link.revoked_at.is_some() {
            return Err(gone("link_expired"));
        }
        Ok((link, row))
    }
}

impl Tx<'_> {
    fn confirmation_page(&mut self, row: &ConfirmationRow) -> Result<ConfirmationPage> {
        let object = self.object(&row.object)?;
        let known = self.fresh_fields(&object)?;
        let asked = row.fields.split(' ').filter_map(|key| known.iter().find(|field| field.key == key));
        let fields: Vec<String> = asked.flat_map(|field| field.parts.clone()).collect();
        let found = self.find(&object.key, row.record)?.ok_or_else(|| gone("link_unknown"))?;
        let mut record = Record::new(object.clone(), found.id, found.version);
        for key in &fields {
            record.set(key, found.get(key).clone());
        }
        let until = Timestamp::from_microsecond(row.until_at).map_err(Problem::internal)?;
        Ok(ConfirmationPage { object, record, fields, until, ctx: self.ctx.clone() })
    }

    fn confirmation_said(&mut self, row: &ConfirmationRow, input: &Input) -> Result<ConfirmationState> {
        let page = self.confirmation_page(row)?;
        let object = page.object.clone();
        let vouched = |key: &str| object.field(key).is_some_and(|field| field.vouched);
        let asked = |waits: bool| -> Input {
            let own = page.fields.iter().filter(|key| vouched(key) == waits);
            own.filter_map(|key| Some((key.clone(), input.get(key)?.clone()))).collect()
        };
        let before = self.find(&object.key, row.record)?.ok_or_else(|| gone("link_unknown"))?;
        let held = self.prepare_change(&object, before.clone(), &asked(true))?;
        let changed = page.fields.iter().filter(|key| vouched(key) && held.changed(key));
        let waiting: Map<String, Json> = changed.map(|key| (key.clone(), held.get(key).to_json())).collect();
        let after = self.update(&object.key, row.record, &asked(false), None)?;
        let same = |parts: &[String]| parts.iter().all(|key| before.get(key) == after.get(key) && !waiting.contains_key(key));
        let known = self.fresh_fields(&object)?;
        let confirmed: Vec<String> = known
            .iter()
            .filter(|field| row.fields.split(' ').any(|key| key == field.key) && same(&field.parts))
            .filter(|field| crate::write::fresh::is_filled(object.at(field.at), &after))
            .map(|field| field.key.clone())
            .collect();
        self.confirm(&object.key, row.record, &confirmed)?;
        let all_same = waiting.is_empty() && page.fields.iter().all(|key| before.get(key) == after.get(key));
        let state = if all_same { ConfirmationState::Confirmed } else { ConfirmationState::Changed };
        let said = if waiting.is_empty() { String::new() } else { Json::Object(waiting).to_string() };
        let now = self.ctx.micros();
        self.conn.confirmation_set(row.id, state, &said, Some(now))?;
        if !all_same {
            // its owner, and who asked
            let owner = object.owner.and_then(|ix| after.link(&object.at(ix).key));
            let told: BTreeSet<RecordId> = owner.into_iter().chain(row.made_by).collect();
            self.tell_of("written", &told.into_iter().collect::<Vec<_>>(), &object.key, row.record)?;
        }
        Ok(state)
    }
}

fn gone(code: &'static str) -> Problem {
    Problem::new(ProblemKind::NotFound, code)
}

fn view(row: ConfirmationRow, now: i64) -> Confirmation {
    let moment = |micros: i64| Timestamp::from_microsecond(micros).unwrap_or(Timestamp::UNIX_EPOCH);
    let over = row.state.is_open() && row.until_at <= now;
    Confirmation {
        id: row.id,
        fields: row.fields.split(' ').map(str::to_string).collect(),
        state: if over { ConfirmationState::Ended } else { row.state },
        made_at: moment(row.made_at),
        made_by: row.made_by,
        until: moment(row.until_at),
        done_at: row.done_at.map(moment),
        waiting: serde_json::from_str(&row.said).unwrap_or_default(),
    }
}
