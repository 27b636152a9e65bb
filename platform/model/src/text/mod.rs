//! Reading what people type: names, numbers, money, dates, phones, addresses of mail and web.
//!
//! Everything here is a pure function. A refusal is a [`ParseError`] with a stable code; the words
//! for the code belong to the pages and files that show it.

pub mod business_card;
pub mod company;
pub mod date;
pub mod datetime;
pub mod duration;
pub mod email;
mod fold;
pub mod identity;
pub mod money;
pub mod number;
pub mod percent;
pub mod person;
pub mod phone;
pub mod url;

#[cfg(test)]
mod tests;

pub use fold::{fold, words};

/// Why a typed text could not be understood.
///
/// ```
/// use akrab_model::text::{ParseError, phone};
/// assert_eq!(phone::parse("0812 34", "ID").unwrap_err(), ParseError::new("phone_too_short"));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{code}")]
pub struct ParseError {
    /// One of [`ParseError::CODES`]: stable, for looking up the words in the reader's language.
    pub code: &'static str,
    /// The longest text taken, where it was too long.
    pub max: Option<usize>,
}

impl ParseError {
    /// Every code this module can answer with, so that a catalogue of words can be checked whole.
    pub const CODES: &'static [&'static str] = &[
        "empty",
        "too_long",
        "not_a_number",
        "number_grouping",
        "number_too_large",
        "money_currency",
        "not_a_percent",
        "not_a_duration",
        "not_a_date",
        "no_such_day",
        "not_a_time",
        "phone_letters",
        "phone_too_short",
        "phone_too_long",
        "phone_extension",
        "phone_several",
        "phone_prefix",
        "phone_no_area",
        "phone_country",
        "email_no_at",
        "email_several_at",
        "email_several",
        "email_space",
        "email_no_local",
        "email_no_domain",
        "email_local_too_long",
        "email_dots",
        "email_character",
        "email_domain",
        "url_scheme",
        "url_space",
        "url_host",
        "url_credentials",
        "nik_letters",
        "nik_length",
        "nik_place",
        "nik_day",
        "nitku_letters",
        "nitku_length",
        "npwp_letters",
        "npwp_length",
        "npwp_check",
        "npwp_start",
    ];

    /// An error with this code.
    #[must_use]
    pub const fn new(code: &'static str) -> Self {
        Self { code, max: None }
    }

    /// A text longer than `max`.
    #[must_use]
    pub const fn too_long(max: usize) -> Self {
        Self { code: "too_long", max: Some(max) }
    }
}

/// The longest text the short readers (numbers, dates, phones) look at, in bytes.
const SHORT: usize = 100;

/// Trims every kind of blank and refuses the empty and the absurdly long.
fn short(text: &str) -> Result<&str, ParseError> {
    let text = text.trim_matches(|c: char| c.is_whitespace() || is_invisible(c));
    if text.is_empty() {
        Err(ParseError::new("empty"))
    } else if text.len() > SHORT {
        Err(ParseError::too_long(SHORT))
    } else {
        Ok(text)
    }
}

/// Whether nobody would see anything of this text.
pub fn is_blank(text: &str) -> bool {
    text.chars().all(|c| c.is_whitespace() || is_invisible(c))
}

/// Marks that come along when text is copied from pages and chats and show nothing.
pub fn is_invisible(c: char) -> bool {
    matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}
