//! The workspace's own facts: company, language, currency, time zone.

use crate::Result;
use akrab_model::format::Lang;
use akrab_model::{FieldProblem, Problem};
use akrab_store::Conn;
use serde::{Deserialize, Serialize};

const KEY: &str = "workspace";

/// Set at first set-up, changed in the settings.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Settings {
    pub company: String,
    pub lang: Lang,
    /// ISO 4217 code; money without a currency of its own is in this one.
    pub currency: String,
    /// IANA name.
    pub time_zone: String,
    /// Country of phone numbers written without a country code.
    pub country: String,
    /// First set-up is done.
    pub ready: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            company: String::new(),
            lang: Lang::Id,
            currency: "IDR".into(),
            time_zone: "Asia/Jakarta".into(),
            country: "ID".into(),
            ready: false,
        }
    }
}

impl Settings {
    /// # Errors
    /// `invalid` without a company, or when zone or currency are unknown.
    pub fn judge(&self) -> Result<()> {
        let fault = |field: &str, code: &str| Err(Problem::invalid(vec![FieldProblem::new(field, code)]));
        if self.company.trim().is_empty() {
            return fault("company", "required");
        }
        if jiff::tz::TimeZone::get(&self.time_zone).is_err() {
            return fault("time_zone", "unknown_choice");
        }
        if self.currency.len() != 3 || !self.currency.bytes().all(|b| b.is_ascii_uppercase()) {
            return fault("currency", "unknown_choice");
        }
        Ok(())
    }
    pub fn load(conn: &mut Conn) -> Result<Settings> {
        match conn.setting_get(KEY)? {
            Some(text) => serde_json::from_str(&text).map_err(Problem::internal),
            None => Ok(Settings::default()),
        }
    }
    pub fn save(&self, conn: &mut Conn) -> Result<()> {
        let text = serde_json::to_string(self).map_err(Problem::internal)?;
        Ok(conn.setting_set(KEY, &text)?)
    }
    /// The workspace's zone; UTC when the stored name is unknown on this machine.
    pub fn zone(&self) -> jiff::tz::TimeZone {
        jiff::tz::TimeZone::get(&self.time_zone).unwrap_or(jiff::tz::TimeZone::UTC)
    }
}
