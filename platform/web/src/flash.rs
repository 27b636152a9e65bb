//! A toast that survives a redirect, in a cookie of one minute.

use crate::cookie::{self, Keep};
use crate::state::Config;
use crate::ui::tag::Tone;
use crate::ui::toast::Toast;
use axum::http::{HeaderMap, HeaderValue};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};

/// What happened, in one sentence, and how to take it back.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Flash {
    message: String,
    bad: bool,
    /// Address that undoes it by POST.
    undo: Option<String>,
    link: Option<(String, String)>,
}

impl Flash {
    /// It worked.
    pub fn ok(message: impl Into<String>) -> Self {
        Self { message: message.into(), bad: false, undo: None, link: None }
    }
    /// It did not.
    pub fn bad(message: impl Into<String>) -> Self {
        Self { bad: true, ..Self::ok(message) }
    }
    /// With Undo of this change of the history.
    #[must_use]
    pub fn undo_change(self, change: i64) -> Self {
        self.undo(format!("/changes/{change}/undo"))
    }
    /// With Undo through a POST to `address`.
    #[must_use]
    pub fn undo(mut self, address: impl Into<String>) -> Self {
        self.undo = Some(address.into());
        self
    }
    /// With a link.
    #[must_use]
    pub fn link(mut self, words: impl Into<String>, href: impl Into<String>) -> Self {
        self.link = Some((words.into(), href.into()));
        self
    }

    /// As the kit draws it.
    pub fn toast(&self) -> Toast {
        Toast {
            message: self.message.clone(),
            tone: if self.bad { Tone::Bad } else { Tone::Ok },
            undo: self.undo.clone(),
            link: self.link.clone(),
        }
    }

    pub(crate) fn cookie(&self, config: &Config) -> HeaderValue {
        let json = serde_json::to_vec(self).unwrap_or_default();
        cookie::set(config, cookie::FLASH, &URL_SAFE_NO_PAD.encode(json), Keep::For(60))
    }

    pub(crate) fn read(config: &Config, headers: &HeaderMap) -> Option<Flash> {
        let bytes = URL_SAFE_NO_PAD.decode(cookie::get(config, headers, cookie::FLASH)?).ok()?;
        let flash: Flash = serde_json::from_slice(&bytes).ok()?;
        // an address from a cookie must not lead elsewhere
        let own = |address: &String| crate::guard::is_own(address);
        let safe = flash.undo.iter().all(own) && flash.link.iter().all(|(_, href)| own(href));
        safe.then_some(flash)
    }
}
