//! How one person reads: language, currency, the present moment, the objects links lead to.

use crate::locale::Text;
use crate::visit::Visit;
use akrab_engine::{Ctx, Engine, People, Rights};
use akrab_model::format::{self, Lang};
use akrab_model::text::identity::NumberRules;
use akrab_model::value::ParseEnv;
use akrab_model::{Field, Object, Record, Registry};
use jiff::{Timestamp, Zoned, civil::Date};
use std::sync::Arc;

/// Everything needed to write values for one person. Cheap to clone.
#[derive(Clone)]
pub struct Look {
    pub t: Text,
    pub lang: Lang,
    pub currency: Arc<str>,
    /// Country of phone numbers without a country code.
    pub country: Arc<str>,
    /// What numbers of authorities look like.
    pub numbers: Arc<NumberRules>,
    /// Now, in the workspace's time zone.
    pub now: Zoned,
    pub registry: Arc<Registry>,
    pub people: Arc<People>,
    /// What the person may do.
    pub rights: Rights,
    /// Who looks: id and name.
    pub me: Option<(i64, String)>,
}

impl Look {
    pub fn new(engine: &Engine, ctx: &Ctx) -> Self {
        Self {
            t: Text::new(ctx.lang),
            lang: ctx.lang,
            currency: engine.settings().currency.as_str().into(),
            country: engine.settings().country.as_str().into(),
            numbers: engine.settings().numbers.clone(),
            now: ctx.now.clone(),
            registry: ctx.registry().clone(),
            people: engine.people(),
            rights: Rights::new(ctx.registry().clone(), ctx),
            me: ctx.person().map(|person| (person.id, person.name.clone())),
        }
    }

    /// What reading typed texts depends on.
    pub fn parse_env(&self) -> ParseEnv {
        ParseEnv {
            lang: self.lang,
            now: self.now.clone(),
            country: self.country.to_string(),
            numbers: self.numbers.clone(),
            round: false,
            canonical: false,
        }
    }

    /// `id` or `en`, as labels want it.
    pub fn key(&self) -> &'static str {
        self.lang.pick("id", "en")
    }
    pub fn label<'o>(&self, object: &'o Object) -> &'o str {
        object.label(self.key())
    }
    pub fn plural<'o>(&self, object: &'o Object) -> &'o str {
        object.plural_label(self.key())
    }
    /// Label of a field.
    pub fn name<'f>(&self, field: &'f Field) -> &'f str {
        field.label.get(self.key())
    }
    pub fn today(&self) -> Date {
        self.now.date()
    }
    /// A moment in the workspace's time zone.
    pub fn local(&self, moment: Timestamp) -> Zoned {
        moment.to_zoned(self.now.time_zone().clone())
    }
    /// A moment as it stands in a form, whatever the language of the browser: `25/12/2026 14.30`.
    pub fn typed_moment(&self, at: &Zoned) -> String {
        at.strftime(self.lang.pick("%d/%m/%Y %H.%M", "%d/%m/%Y %H:%M")).to_string()
    }
    /// A moment kept in microseconds.
    pub fn local_micros(&self, micros: i64) -> Zoned {
        self.local(Timestamp::from_microsecond(micros).unwrap_or(Timestamp::UNIX_EPOCH))
    }

    /// `Kamis 19 November`: the year only when it is another one.
    pub fn day_words(&self, day: Date) -> String {
        let long = format::date_long(day, self.lang).replace(',', "");
        if day.year() == self.today().year() { long.trim_end_matches(&format!(" {}", day.year())).to_string() } else { long }
    }

    /// `14.00` today, `Besok 10.00`, `30 Nov 10.00`, with the year when it is another one.
    pub fn moment_words(&self, moment: &Zoned) -> String {
        let time = format::time(moment.time(), self.lang);
        format!("{} {time}", self.short_day(moment.date()))
    }

    /// The same within a sentence: `besok 10.00`.
    pub fn moment_within(&self, moment: &Zoned) -> String {
        within(&self.moment_words(moment))
    }

    /// The same within a sentence: `besok`, `30 Nov`.
    pub fn day_within(&self, day: Date) -> String {
        within(&self.short_day(day))
    }

    /// `Hari ini`, `Besok`, `Kemarin`, `30 Nov`, `30 Nov 2025`.
    pub fn short_day(&self, day: Date) -> String {
        let near = format::date_short(day, self.today(), self.lang);
        if near.contains('/') {
            let short = format::day_month(day, self.lang);
            if day.year() == self.today().year() { short } else { format!("{short} {}", day.year()) }
        } else {
            near
        }
    }

    /// A day by the calendar, never as "today": `1 Feb 2025`.
    pub fn calendar_day(&self, day: Date) -> String {
        format!("{} {}", format::day_month(day, self.lang), day.year())
    }

    /// The page of a record.
    pub fn href(&self, object: &Object, id: i64) -> String {
        format!("/{}/{id}", object.plural)
    }

    /// The second line that tells records of one title apart: at most two filled fields.
    pub fn subtitle(&self, record: &Record) -> String {
        let object = &record.object;
        let parts: Vec<String> =
            object.subtitle.iter().map(|ix| self.words(object.at(*ix), record)).filter(|words| !words.is_empty()).take(2).collect();
        parts.join(" · ")
    }
}

impl Visit {
    /// How this person reads and types.
    pub fn look(&self) -> Look {
        Look::new(self.engine(), &self.ctx)
    }
}

/// Whether an address leads to a page of this program and nowhere else.
pub fn local_path(address: &str) -> Option<&str> {
    crate::guard::is_own(address).then_some(address)
}

/// Words that begin a line, without their capital.
fn within(words: &str) -> String {
    let mut letters = words.chars();
    letters.next().into_iter().flat_map(char::to_lowercase).chain(letters).collect()
}
