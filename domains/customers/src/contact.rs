//! Contacts: a company given by name becomes a link to its account.

use crate::account::{find_or_make_account, foresee_accounts};
use crate::keys::{self, contact as f};
use akrab_activities::keys::{TASK, task};
use akrab_engine::{Behaviour, Draft, ListRequest, Result, Tx};
use akrab_model::filter::Op;
use akrab_model::value::Input;
use akrab_model::{Filter, RecordId, Value};
use jiff::Timestamp;
use serde_json::json;

/// Rules of contacts.
pub struct Contacts;

impl Behaviour for Contacts {
    fn object(&self) -> &'static str {
        keys::CONTACT
    }

    fn before_many(&self, inputs: &[&Input], tx: &mut Tx) -> Result<()> {
        foresee_accounts(tx, inputs.iter().filter_map(|input| input.get(f::COMPANY)?.as_str()))
    }

    fn before_save(&self, draft: &mut Draft, tx: &mut Tx) -> Result<()> {
        out_of_reach(draft, tx)?;
        // that somebody was erased is for the erasure to say
        if draft.changed(f::STATUS) && draft.get(f::STATUS).text() == Some("erased") && tx.ctx.is_said_now() {
            return Err(draft.fault(f::STATUS, "status_by_erasure"));
        }
        let Some(company) = draft.get(f::COMPANY).text().map(str::to_string) else { return Ok(()) };
        draft.set(f::COMPANY, Value::Null);
        // a contact without a name is refused later; its company shall not stay behind alone
        if draft.get(f::NAME).is_null() || (draft.given.contains(f::ACCOUNT) && !draft.get(f::ACCOUNT).is_null()) {
            return Ok(());
        }
        let mut more = Input::new();
        for (from, to) in [("address_city", "address_city"), (f::OWNER, "owner"), (f::SOURCE, "source")] {
            if !draft.get(from).is_null() {
                more.insert(to.into(), draft.get(from).to_json());
            }
        }
        let account = find_or_make_account(tx, &company, more).map_err(|problem| match problem.fields.is_empty() {
            true => problem,
            false => draft.fault(f::COMPANY, "company_refused"),
        })?;
        draft.set(f::ACCOUNT, Value::Link(account));
        Ok(())
    }

    fn after_save(&self, draft: &Draft, _id: RecordId, tx: &mut Tx) -> Result<()> {
        if draft.is_new() {
            return Ok(());
        }
        crate::position::follow(draft, tx)?;
        crate::contact_point::follow(draft, "contact", tx)?;
        crate::dates::birthdays(std::slice::from_ref(draft), tx)
    }

    fn after_insert(&self, drafts: &[Draft], tx: &mut Tx) -> Result<()> {
        crate::position::begin(drafts, tx)?;
        crate::dates::birthdays(drafts, tx)
    }

    /// Somebody has to see to it that data kept for the purpose alone goes.
    fn after_withdrawal(&self, id: RecordId, purpose: &str, due: Timestamp, tx: &mut Tx) -> Result<()> {
        let Some(contact) = tx.find(keys::CONTACT, id)? else { return Ok(()) };
        let lang = tx.engine.settings().lang;
        let wording =
            tx.purposes()?.into_iter().find(|kept| kept.key == purpose).map(|kept| kept.decl.wording.get(lang.as_str()).to_string());
        let subject = lang.pick("Persetujuan ditarik", "Consent withdrawn");
        let input = json!({
            (task::SUBJECT): format!("{subject}: {}", contact.title()),
            (task::BODY): wording.unwrap_or_else(|| purpose.to_string()),
            (task::DUE_AT): due.to_string(),
            (task::PRIORITY): "high",
            (task::CONTACT): id,
            "owner": contact.link(f::OWNER),
        });
        // whoever takes down the withdrawal need not be allowed to make work for the contact's owner
        tx.as_system("a withdrawal of consent has to be dealt with").create(TASK, input.as_object().unwrap_or(&Input::new()))?;
        Ok(())
    }
}

/// Who is not to be contacted has a reason for it, and it stands there who wrote that down and when. Empty is the same as no,
/// so that of two records that become one the stricter word stays.
fn out_of_reach(draft: &mut Draft, tx: &Tx) -> Result<()> {
    let barred = draft.get(f::DO_NOT_CONTACT).bool();
    if !barred {
        draft.set(f::DO_NOT_CONTACT, Value::Null);
    }
    if !draft.changed(f::DO_NOT_CONTACT) {
        return Ok(());
    }
    if !barred {
        for key in [f::DO_NOT_CONTACT_REASON, f::DO_NOT_CONTACT_BY, f::DO_NOT_CONTACT_AT] {
            draft.set(key, Value::Null);
        }
        return Ok(());
    }
    // what other programs hand over may lack it
    if draft.get(f::DO_NOT_CONTACT_REASON).is_blank() && tx.ctx.is_said_now() {
        return Err(draft.fault(f::DO_NOT_CONTACT_REASON, "required"));
    }
    draft.set(f::DO_NOT_CONTACT_BY, tx.ctx.author().map_or(Value::Null, Value::Link));
    draft.set(f::DO_NOT_CONTACT_AT, Value::Time(tx.ctx.now.timestamp()));
    Ok(())
}

/// A contact with this e-mail or phone among those the actor may see.
///
/// # Errors
/// What the database answers; `forbidden` for roles that see no contact.
pub fn find_contact(tx: &mut Tx, email: Option<&str>, phone: Option<&str>) -> Result<Option<RecordId>> {
    for (field, value) in [(f::EMAIL, email), (f::PHONE, phone), (f::WHATSAPP, phone)] {
        let Some(value) = value.filter(|value| !value.is_empty()) else { continue };
        let request = ListRequest {
            object: keys::CONTACT.into(),
            filter: Some(Filter::test(field, Op::Is, json!(value))),
            columns: vec![f::NAME.into()],
            limit: 1,
            ..ListRequest::default()
        };
        if let Some(found) = tx.list(&request)?.records.first() {
            return Ok(Some(found.id));
        }
    }
    Ok(None)
}
