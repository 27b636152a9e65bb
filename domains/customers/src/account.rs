//! Accounts: names that compare without their legal form, trees without circles.

use crate::keys::{self, account as f};
use akrab_engine::{Behaviour, Draft, Result, Tx};
use akrab_model::text::{company, identity};
use akrab_model::value::Input;
use akrab_model::{RecordId, Value};
use serde_json::json;

/// Deepest tree of companies that is followed.
const DEEPEST: usize = 64;

/// Rules of accounts.
pub struct Accounts;

impl Behaviour for Accounts {
    fn object(&self) -> &'static str {
        keys::ACCOUNT
    }

    fn before_save(&self, draft: &mut Draft, tx: &mut Tx) -> Result<()> {
        if draft.changed(f::NAME) {
            complete_name(draft);
        }
        if draft.changed(f::NPWP)
            && let Some(typed) = draft.get(f::NPWP).text()
        {
            let number = identity::npwp(typed).map_err(|e| draft.fault(f::NPWP, e.code))?;
            draft.set(f::NPWP, Value::Text(number));
        }
        if let Some(code) = draft.get(f::CURRENCY).text().map(str::to_ascii_uppercase) {
            if code.len() != 3 || !code.bytes().all(|b| b.is_ascii_uppercase()) {
                return Err(draft.fault(f::CURRENCY, "unknown_choice"));
            }
            draft.set(f::CURRENCY, Value::Text(code));
        }
        if draft.changed(f::PARENT) { refuse_circle(draft, tx) } else { Ok(()) }
    }
}

/// The key to compare by, and the legal form where the name tells it.
fn complete_name(draft: &mut Draft) {
    let Some(name) = draft.get(f::NAME).text().map(str::to_string) else { return };
    draft.set(f::NAME_KEY, Value::Text(name_key(&name)));
    if !draft.given.contains(f::LEGAL_FORM)
        && let Some(form) = company::parse(&name).form.and_then(legal_form)
    {
        draft.set(f::LEGAL_FORM, Value::Text(form.into()));
    }
}

/// The key under which the same name is found however it is written. Keys are short enough to index.
fn name_key(name: &str) -> String {
    company::key(name).chars().take(200).collect()
}

fn legal_form(form: &str) -> Option<&'static str> {
    Some(match form {
        form if form.starts_with("PT") => "pt",
        "CV" => "cv",
        "UD" | "PD" => "ud",
        "Fa" => "firma",
        "Koperasi" => "cooperative",
        "Yayasan" | "Perkumpulan" => "foundation",
        "Perum" | "Perumda" | "BUMDes" => "state",
        "Ltd" | "Pte Ltd" | "Sdn Bhd" | "Inc" | "LLC" | "GmbH" | "B.V." | "Corp" => "foreign",
        _ => return None,
    })
}

/// Parents form a tree.
fn refuse_circle(draft: &Draft, tx: &mut Tx) -> Result<()> {
    // two changes at once could each find the other's circle still open
    tx.alone("account parents")?;
    let own = draft.before.as_ref().map(|before| before.id);
    let mut above = draft.after.link(f::PARENT);
    for _ in 0..DEEPEST {
        match above {
            None => return Ok(()),
            Some(id) if Some(id) == own => return Err(draft.fault(f::PARENT, "cycle")),
            Some(id) => above = tx.find(keys::ACCOUNT, id)?.and_then(|record| record.link(f::PARENT)),
        }
    }
    Err(draft.fault(f::PARENT, "cycle"))
}

/// The account of this name among those the actor may see; legal form, case and word order do not matter.
///
/// # Errors
/// What the database answers; `forbidden` for roles that see no account.
pub fn find_account(tx: &mut Tx, name: &str) -> Result<Option<RecordId>> {
    let key = name_key(name);
    if key.is_empty() {
        return Ok(None);
    }
    tx.find_by(keys::ACCOUNT, f::NAME_KEY, &Value::Text(key))
}

/// Asks at once what [`find_account`] will be asked for each of these names.
///
/// # Errors
/// As [`find_account`].
pub fn foresee_accounts<'n>(tx: &mut Tx, names: impl Iterator<Item = &'n str>) -> Result<()> {
    let keys = names.map(name_key).filter(|key| !key.is_empty());
    tx.foresee(keys::ACCOUNT, f::NAME_KEY, keys.map(Value::Text))
}

/// The account of this name, made with `more` fields when there is none.
///
/// # Errors
/// As [`find_account`], and as creating an account.
pub fn find_or_make_account(tx: &mut Tx, name: &str, more: Input) -> Result<RecordId> {
    if let Some(id) = find_account(tx, name)? {
        return Ok(id);
    }
    // somebody may be making it at this moment
    tx.alone(&format!("account {}", name_key(name)))?;
    if let Some(id) = find_account(tx, name)? {
        return Ok(id);
    }
    let mut input = more;
    input.insert(f::NAME.into(), json!(name));
    tx.create(keys::ACCOUNT, &input)
}
