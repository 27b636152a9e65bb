//! The address that links in mails begin with, for whatever is sent without a request at hand.

use crate::{Engine, Result};

/// Where it is kept.
const BASE: &str = "link_base";

impl Engine {
    /// Keeps the address this workspace is served at.
    ///
    /// # Errors
    /// What the database answers.
    pub async fn keep_link_base(&self, base: &str) -> Result<()> {
        let base = base.trim_end_matches('/').to_string();
        let known = self.store().read(|conn| conn.setting_get(BASE)).await?;
        if known.as_deref() == Some(base.as_str()) {
            return Ok(());
        }
        Ok(self.store().write(move |conn| conn.setting_set(BASE, &base)).await?)
    }

    /// What links begin with; empty before the program was served anywhere.
    ///
    /// # Errors
    /// What the database answers.
    pub async fn link_base(&self) -> Result<String> {
        Ok(self.store().read(|conn| conn.setting_get(BASE)).await?.unwrap_or_default())
    }
}
