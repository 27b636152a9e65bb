//! The languages of the product.

use serde::{Deserialize, Serialize};

/// The language and the writing of numbers and dates a reader has chosen.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Lang {
    /// Bahasa Indonesia.
    #[default]
    Id,
    /// English.
    En,
}

impl Lang {
    /// Both languages, the default first.
    pub const ALL: [Lang; 2] = [Lang::Id, Lang::En];

    /// The tag used in HTML and in stored preferences: `id` or `en`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Lang::Id => "id",
            Lang::En => "en",
        }
    }

    /// One of two texts, by language.
    #[must_use]
    pub fn pick<T>(self, id: T, en: T) -> T {
        match self {
            Lang::Id => id,
            Lang::En => en,
        }
    }
}

impl std::fmt::Display for Lang {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The text names neither Indonesian nor English.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("unknown language")]
pub struct UnknownLang;

impl std::str::FromStr for Lang {
    type Err = UnknownLang;

    /// Takes the language of a tag: `id`, `id-ID`, `in`, `en`, `en_US`.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let language = text.split(['-', '_']).next().unwrap_or(text).trim();
        if language.eq_ignore_ascii_case("id") || language.eq_ignore_ascii_case("in") {
            Ok(Lang::Id)
        } else if language.eq_ignore_ascii_case("en") {
            Ok(Lang::En)
        } else {
            Err(UnknownLang)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags() {
        assert_eq!("id-ID".parse(), Ok(Lang::Id));
        assert_eq!("en_US".parse(), Ok(Lang::En));
        assert_eq!("fr".parse::<Lang>(), Err(UnknownLang));
        assert_eq!(serde_json::to_string(&Lang::En).unwrap(), "\"en\"");
        assert_eq!(Lang::Id.to_string(), "id");
    }
}
