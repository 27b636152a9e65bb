//! Words: Fluent messages in Indonesian and English. Each crate brings its own `.ftl` sources and
//! hands them over with [`add_source`]; this crate's are loaded by themselves.

use akrab_model::format;
use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource};
use rust_decimal::Decimal;
use rustc_hash::FxHashMap as HashMap;
use std::sync::{LazyLock, PoisonError, RwLock};
use unic_langid::LanguageIdentifier;

/// The two languages of the program.
pub use akrab_model::format::Lang;

/// An argument of a message; numbers choose the plural form and are grouped as the language does.
pub use fluent_bundle::FluentValue as Value;

/// This crate's own messages: every file in `locales/`.
const SOURCES: &[(Lang, &str)] = include!(concat!(env!("OUT_DIR"), "/locales.rs"));

/// The messages of one language. Four of five are plain words: those are kept as they stand in the program, and only the others
/// are made into a tree, which would take some 400 bytes for each.
struct Words {
    plain: HashMap<&'static str, &'static str>,
    formed: FluentBundle<FluentResource>,
}

impl Words {
    fn of(lang: Lang) -> Self {
        let mut words = Self { plain: HashMap::default(), formed: empty_bundle(lang) };
        for (_, source) in SOURCES.iter().filter(|(of, _)| *of == lang) {
            words.add(lang, source);
        }
        words
    }

    /// Later sources win, so a domain may rename a word of the platform.
    fn add(&mut self, lang: Lang, source: &'static str) {
        let (plain, formed) = sorted(source);
        for key in formed.lines().filter_map(key) {
            self.plain.remove(key);
        }
        self.plain.extend(plain);
        let resource = match FluentResource::try_new(formed) {
            Ok(resource) => resource,
            Err((resource, errors)) => {
                tracing::error!(lang = lang.as_str(), ?errors, "a locale file has mistakes; the messages around them are left out");
                resource
            }
        };
        self.formed.add_resource_overriding(resource);
    }
}

struct Catalogue {
    id: Words,
    en: Words,
}

static CATALOGUE: LazyLock<RwLock<Catalogue>> =
    LazyLock::new(|| RwLock::new(Catalogue { id: Words::of(Lang::Id), en: Words::of(Lang::En) }));

/// The messages of a source that are one line of plain words, by key, and the text of all others.
fn sorted(source: &'static str) -> (Vec<(&'static str, &'static str)>, String) {
    let (mut plain, mut formed) = (Vec::new(), String::new());
    let mut lines = source.lines().peekable();
    while let Some(line) = lines.next() {
        let goes_on = lines.peek().is_some_and(|next| next.starts_with(' ') || next.trim().is_empty());
        let words = line.split_once('=').map(|(_, words)| words.trim()).filter(|words| !words.is_empty() && !words.contains(['{', '}']));
        match (key(line), words) {
            (Some(key), Some(words)) if !goes_on => plain.push((key, words)),
            _ => {
                formed.push_str(line);
                formed.push('\n');
            }
        }
    }
    (plain, formed)
}

/// The key of a message that begins in this line.
fn key(line: &str) -> Option<&str> {
    line.starts_with(|c: char| c.is_ascii_alphabetic()).then(|| line.split_once('=').map(|(key, _)| key.trim_end()))?
}

fn empty_bundle(lang: Lang) -> FluentBundle<FluentResource> {
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
pub fn add_source(lang: Lang, ftl: &'static str) {
    let mut catalogue = CATALOGUE.write().unwrap_or_else(PoisonError::into_inner);
    match lang {
        Lang::Id => catalogue.id.add(lang, ftl),
        Lang::En => catalogue.en.add(lang, ftl),
    }
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
        let words = match self.lang {
            Lang::Id => &catalogue.id,
            Lang::En => &catalogue.en,
        };
        if let Some(plain) = words.plain.get(key) {
            return Some((*plain).to_string());
        }
        let pattern = words.formed.get_message(key)?.value()?;
        let args: Option<FluentArgs<'_>> = (!args.is_empty()).then(|| args.iter().map(|(name, value)| (*name, value.clone())).collect());
        let mut errors = Vec::new();
        let text = words.formed.format_pattern(pattern, args.as_ref(), &mut errors).into_owned();
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
    fn plain_words_are_told_from_formed_ones() {
        let source = "# about\na = Satu  \nb = { $n } dua\nc =\n    tiga\n    baris\nd = lima = 5\ne = enam\n\n    tujuh\nf = akhir";
        let (plain, formed) = sorted(source);
        assert_eq!(plain, [("a", "Satu"), ("d", "lima = 5"), ("f", "akhir")]);
        assert_eq!(formed, "# about\nb = { $n } dua\nc =\n    tiga\n    baris\ne = enam\n\n    tujuh\n");
        let mut words = Words { plain: HashMap::default(), formed: empty_bundle(Lang::Id) };
        words.add(Lang::Id, source);
        words.add(Lang::Id, "b = empat");
        words.add(Lang::Id, "a = { $n } lagi");
        assert_eq!((words.plain.get("a"), words.plain.get("b")), (None, Some(&"empat")));
    }

    #[test]
    fn a_noun_has_its_article() {
        let create = |noun: &str| Text::new(Lang::En).with("flow-do-create", &[("object", noun.into())]);
        assert_eq!(["opportunity", "task", "user"].map(create), ["create an opportunity", "create a task", "create a user"]);
    }
}
