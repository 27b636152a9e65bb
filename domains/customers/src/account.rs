//! Accounts: names that compare without their legal form.

use crate::keys::{self, account as f};
use akrab_engine::{Behaviour, Draft, Result, Tx};
use akrab_model::text::company;
use akrab_model::value::Input;
use akrab_model::{RecordId, Value};
use serde_json::json;

/// Rules of accounts.
pub struct Accounts;

impl Behaviour for Accounts {
    fn object(&self) -> &'static str {
        keys::ACCOUNT
    }

    fn before_save(&self, draft: &mut Draft, tx: &mut Tx) -> Result<()> {
        // a customer of whom only the number in another system is known is called by it
        if let (true, true, Some(number)) = (draft.is_new(), draft.get(f::NAME).is_null(), draft.get(f::EXTERNAL_KEY).text()) {
            let name = format!("{} {number}", tx.engine.settings().lang.pick("Pelanggan", "Customer"));
            draft.set(f::NAME, Value::Text(name));
        }
        if draft.changed(f::NAME) {
            complete_name(draft);
        }
        if let Some(code) = draft.get(f::CURRENCY).text().map(str::to_ascii_uppercase) {
            if code.len() != 3 || !code.bytes().all(|b| b.is_ascii_uppercase()) {
                return Err(draft.fault(f::CURRENCY, "unknown_choice"));
            }
            draft.set(f::CURRENCY, Value::Text(code));
        }
        Ok(())
    }

    fn after_save(&self, draft: &Draft, _id: RecordId, tx: &mut Tx) -> Result<()> {
        crate::contact_point::follow(draft, "account", tx)
    }
}

/// The key to compare by, and the legal form where the name tells it: `P.T. ANEKA` and `ANEKA, PT` are `PT ANEKA`, the
/// rest of the name stays as it was typed.
fn complete_name(draft: &mut Draft) {
    let Some(name) = draft.get(f::NAME).text().map(str::to_string) else { return };
    draft.set(f::NAME_KEY, Value::Text(name_key(&name)));
    let company = company::parse(&name);
    if company.form.is_some_and(is_mark) {
        draft.set(f::NAME, Value::Text(company::display(&company)));
    }
    let chosen = draft.given.contains(f::LEGAL_FORM) && !(draft.is_new() && draft.get(f::LEGAL_FORM).is_blank());
    if !chosen && let Some(form) = company.form.and_then(legal_form) {
        draft.set(f::LEGAL_FORM, Value::Text(form.into()));
    }
}

/// The key under which the same name is found however it is written. Keys are short enough to index.
fn name_key(name: &str) -> String {
    company::key(name).chars().take(200).collect()
}

/// A form written in one way only; "Tk." may be a shop or a kindergarten.
fn is_mark(form: &str) -> bool {
    form.starts_with("PT") || matches!(form, "CV" | "UD")
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
