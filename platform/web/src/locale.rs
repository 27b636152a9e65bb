//! Words: Fluent messages in Indonesian and English. Each crate brings its own `.ftl` sources and
//! hands them over with [`add_source`]; this crate's are loaded by themselves.

use akrab_model::format;
use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource};
use fluent_syntax::ast::PatternElement;
use rust_decimal::Decimal;
use std::sync::{LazyLock, PoisonError, RwLock};
use unic_langid::LanguageIdentifier;

/// The two languages of the program.
pub use akrab_model::format::Lang;

/// An argument of a message; numbers choose the plural form and are grouped as the language does.
pub use fluent_bundle::FluentValue as Value;

/// This crate's own messages: every file in `locales/`.
const SOURCES: &[(Lang, &str)] = include!(concat!(env!("OUT_DIR"), "/locales.rs"));

type Bundle = FluentBundle<FluentResource>;

struct Catalogue {
    id: Bundle,
    en: Bundle,
}

static CATALOGUE: LazyLock<RwLock<Catalogue>> = LazyLock::new(|| {
    let mut catalogue = Catalogue { id: empty_bundle(Lang::Id), en: empty_bundle(Lang::En) };
    for (lang, source) in SOURCES {
        catalogue.add(*lang, source);
    }
    RwLock::new(catalogue)
});

impl Catalogue {
    fn bundle(&self, lang: Lang) -> &Bundle {
        match lang {
            Lang::Id => &self.id,
            Lang::En => &self.en,
        }
    }

    /// Later sources win, so a domain may rename a word of the platform.
    fn add(&mut self, lang: Lang, source: &str) {
        let resource = match FluentResource::try_new(source.to_owned()) {
            Ok(resource) => resource,
            Err((resource, errors)) => {
                tracing::error!(lang = lang.as_str(), ?errors, "a locale file has mistakes; the messages around them are left out");
                resource
            }
        };
        match lang {
            Lang::Id => self.id.add_resource_overriding(resource),
            Lang::En => self.en.add_resource_overriding(resource),
        }
    }
}

fn empty_bundle(lang: Lang) -> Bundle {
    let language: LanguageIdentifier = lang.as_str().parse().unwrap_or_default();
    let mut bundle = FluentBundle::new_concurrent(vec![language]);
    // Isolation marks would end up in attributes and copied text.
    bundle.set_use_isolating(false);
    bundle.set_formatter(Some(match lang {
        Lang::Id => |value, _| number(value, Lang::Id),
        Lang::En => |value, _| number(value, Lang::En),
    }));
    if let Err(fault) = bundle.add_function("AN", |words, _| match words.first() {
        Some(Value::String(noun)) => format!("{} {noun}", article(noun)).into(),
        _ => Value::Error,
    }) {
        tracing::error!(%fault, "a word of the messages is taken");
    }
    bundle
}

/// The English article before a noun, by the sound of its beginning: an account, a user.
fn article(noun: &str) -> &'static str {
    let noun = noun.to_lowercase();
    let consonant = ["uni", "use", "usa", "uti", "eu", "one", "once"].iter().any(|start| noun.starts_with(start));
    if noun.starts_with(['a', 'e', 'i', 'o', 'u']) && !consonant { "an" } else { "a" }
}

fn number(value: &Value<'_>, lang: Lang) -> Option<String> {
    let Value::Number(number) = value else { return None };
    Some(format::number(Decimal::try_from(number.value).ok()?, lang))
}

/// Adds messages of another crate. Call it while the program starts.
pub fn add_source(lang: Lang, ftl: &str) {
    CATALOGUE.write().unwrap_or_else(PoisonError::into_inner).add(lang, ftl);
}

/// The words of one language. Small and `Copy`: pass it by value.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Text {
    /// The language.
    pub lang: Lang,
}

impl Text {
    /// Words in `lang`.
    pub fn new(lang: Lang) -> Self {
        Self { lang }
    }

    /// The message `key`.
    pub fn get(self, key: &str) -> String {
        self.with(key, &[])
    }

    /// The message `key` with its arguments: `t.with("rows", &[("n", 3.into())])`.
    pub fn with(self, key: &str, args: &[(&str, Value<'_>)]) -> String {
        self.find(key, args).unwrap_or_else(|| {
            tracing::error!(key, lang = self.lang.as_str(), "a message is missing");
            key.replace(['-', '_'], " ")
        })
    }

    /// The message `key`, or nothing when nobody declared it.
    pub fn find(self, key: &str, args: &[(&str, Value<'_>)]) -> Option<String> {
        let catalogue = CATALOGUE.read().unwrap_or_else(PoisonError::into_inner);
        let bundle = catalogue.bundle(self.lang);
        let pattern = bundle.get_message(key)?.value()?;
        // most messages are plain words
        if let [PatternElement::TextElement { value }] = pattern.elements.as_slice() {
            return Some((*value).to_string());
        }
        let args: Option<FluentArgs<'_>> = (!args.is_empty()).then(|| args.iter().map(|(name, value)| (*name, value.clone())).collect());
        let mut errors = Vec::new();
        let text = bundle.format_pattern(pattern, args.as_ref(), &mut errors).into_owned();
        if !errors.is_empty() {
            tracing::error!(key, ?errors, "a message lacks an argument");
        }
        Some(text)
    }

    /// A whole number grouped as the language does: 1.284 or 1,284.
    pub fn number(self, value: i64) -> String {
        format::number(value.into(), self.lang)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_grouped_and_plurals_chosen() {
        let en = Text::new(Lang::En);
        assert_eq!(en.with("selected-count", &[("n", 1284.into())]), "1,284 selected");
        assert_eq!(Text::new(Lang::Id).number(-1_284_000), "-1.284.000");
    }

    #[test]
    fn a_noun_has_its_article() {
        let create = |noun: &str| Text::new(Lang::En).with("flow-do-create", &[("object", noun.into())]);
        assert_eq!(["opportunity", "task", "user"].map(create), ["create an opportunity", "create a task", "create a user"]);
    }
}
