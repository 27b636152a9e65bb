//! Who was erased does not come back by himself: by an import, a form, a program or a slip of the finger. A person decides.

use crate::behaviour::Draft;
use crate::identity::digest;
use crate::{Result, Tx};
use akrab_model::{FieldProblem, Problem};
use serde_json::json;

/// Where what is mixed into the checksums is kept.
pub(super) const SALT: &str = "erased.salt";

impl Tx<'_> {
    /// The checksum by which an address or number is recognised.
    pub(super) fn recognised(&mut self, text: &str) -> Result<String> {
        let salt = match self.conn.setting_get(SALT)? {
            Some(salt) => salt,
            None => {
                let salt = self.engine.secret();
                self.conn.setting_set(SALT, &salt)?;
                salt
            }
        };
        Ok(digest(&format!("{salt} {}", text.trim().to_lowercase())))
    }

    /// Refuses addresses and numbers of somebody who was erased.
    pub(crate) fn check_erased(&mut self, draft: &Draft, faults: &mut Vec<FieldProblem>) -> Result<()> {
        let object = draft.object.clone();
        for (field, text) in super::erase::reached(&object, &draft.after) {
            if !draft.changed(&field.key) {
                continue;
            }
            if !self.has_erased()? {
                return Ok(());
            }
            let hash = self.recognised(&text)?;
            if self.conn.erased_key(&hash)?.is_some() {
                faults.push(FieldProblem::new(&field.key, "erased_person"));
            }
        }
        Ok(())
    }

    /// Whether this record is what is left of somebody who was erased.
    pub(crate) fn is_erased(&mut self, object: &str, id: akrab_model::RecordId) -> Result<bool> {
        let known = self.known().gone;
        let any = match known {
            Some(any) => any,
            None => self.conn.erased_one()?,
        };
        self.known().gone = Some(any);
        Ok(any && self.conn.erased_of(object, id)?.is_some())
    }

    fn has_erased(&mut self) -> Result<bool> {
        if let Some(any) = self.known().erased {
            return Ok(any);
        }
        let any = self.conn.erased_any()?;
        self.known().erased = Some(any);
        Ok(any)
    }

    /// Whose address or number this was: the number of the erasure.
    ///
    /// # Errors
    /// `forbidden` for anybody but administrators.
    pub fn erased_by(&mut self, text: &str) -> Result<Option<i64>> {
        self.may_declare()?;
        for form in self.forms_of(text) {
            let hash = self.recognised_if(&form)?;
            if let Some(hash) = hash
                && let Some(erased) = self.conn.erased_key(&hash)?
            {
                return Ok(Some(erased));
            }
        }
        Ok(None)
    }

    /// Somebody decided that whoever has this address or number may come back.
    ///
    /// # Errors
    /// `forbidden` for anybody but administrators; `not_found` for one that is not refused.
    pub fn erased_allow(&mut self, text: &str) -> Result<()> {
        let erased = self.erased_by(text)?.ok_or_else(Problem::not_found)?;
        for form in self.forms_of(text) {
            if let Some(hash) = self.recognised_if(&form)? {
                self.conn.erased_key_drop(&hash)?;
            }
        }
        self.audit("erasure_lifted", None, json!({ "erasure": erased }))
    }

    fn recognised_if(&mut self, text: &str) -> Result<Option<String>> {
        let salt = self.conn.setting_get(SALT)?;
        Ok(salt.map(|salt| digest(&format!("{salt} {}", text.trim().to_lowercase()))))
    }

    /// As it was typed, and as a telephone number.
    fn forms_of(&self, text: &str) -> Vec<String> {
        let country = self.engine.settings().country.clone();
        let phone = akrab_model::text::phone::parse(text, &country).ok().map(|phone| phone.e164);
        std::iter::once(text.to_string()).chain(phone).collect()
    }
}
