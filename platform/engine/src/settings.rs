//! The workspace's own facts: company, language, currency, time zone.

use crate::Result;
use akrab_model::format::Lang;
use akrab_model::text::identity::{NumberRule, NumberRules};
use akrab_model::{FieldProblem, Problem};
use akrab_store::Conn;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

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
    /// Largest file people may add, in MB.
    pub file_mb: u32,
    /// Room for all files together, in MB; none means as much as the disk has.
    pub files_mb: Option<u32>,
    /// What numbers of authorities look like.
    pub numbers: Arc<NumberRules>,
    /// First set-up is done.
    pub ready: bool,
}

/// Largest file that may be allowed, in MB.
pub const FILE_MB: u32 = 1024;

impl Default for Settings {
    fn default() -> Self {
        Self {
            company: String::new(),
            lang: Lang::Id,
            currency: "IDR".into(),
            time_zone: "Asia/Jakarta".into(),
            country: "ID".into(),
            file_mb: 25,
            files_mb: None,
            numbers: Arc::default(),
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
        if !(1..=FILE_MB).contains(&self.file_mb) {
            return Err(Problem::invalid(vec![FieldProblem::new("file_mb", "out_of_range").with("min", 1).with("max", FILE_MB)]));
        }
        if self.files_mb == Some(0) {
            return Err(Problem::invalid(vec![FieldProblem::new("files_mb", "out_of_range").with("min", 1).with("max", u32::MAX)]));
        }
        for (field, rule) in [("npwp", &self.numbers.npwp), ("nik", &self.numbers.nik), ("nitku", &self.numbers.nitku)] {
            if rule.lengths.iter().any(|length| !(1..=NumberRule::MOST).contains(length)) {
                let fault = FieldProblem::new(field, "out_of_range").with("min", 1).with("max", NumberRule::MOST);
                return Err(Problem::invalid(vec![fault]));
            }
        }
        Ok(())
    }
    /// Largest file people may add, in bytes.
    pub fn file_bytes(&self) -> u64 {
        u64::from(self.file_mb) << 20
    }
    /// Room for all files together, in bytes.
    pub fn files_bytes(&self) -> Option<i64> {
        self.files_mb.map(|mb| i64::from(mb) << 20)
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
