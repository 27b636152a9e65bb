//! One field of all records, small enough to keep a million of them in memory.

use crate::text::{MUHAMMAD, spelling, words};
use crate::vocab::Vocab;
use crate::{Given, Kind, Spec};
use std::fmt::Write;

/// An empty part of an address.
pub(crate) const NOTHING: u32 = u32::MAX;
/// Most words of a name that are looked at.
pub(crate) const WORDS: usize = 6;
/// Most numbers or addresses of one record.
const SEVERAL: usize = 4;

/// The values of one field, by record. What the numbers of a record mean depends on the kind:
///
/// | kind | numbers |
/// |---|---|
/// | person | its words |
/// | company | the whole name, then its words |
/// | phone, date, exact | each value |
/// | e-mail | local part and domain of each |
/// | address | street with number, city, postcode |
pub(crate) struct Column {
    pub spec: Spec,
    /// Words of names; domains; cities.
    pub words: Vocab,
    /// Whole values; local parts; streets.
    pub whole: Vocab,
    /// Postcodes.
    pub codes: Vocab,
    /// How often each first letter begins a word.
    pub initials: [u32; 256],
    /// Mail addresses made of letters alone, which are names and nothing more, and all of them.
    plain: (u32, u32),
    ends: Vec<u32>,
    numbers: Vec<u32>,
    scratch: String,
}

impl Column {
    pub fn new(spec: Spec) -> Self {
        Column {
            spec,
            words: Vocab::default(),
            whole: Vocab::default(),
            codes: Vocab::default(),
            initials: [0; 256],
            plain: (0, 0),
            ends: Vec::new(),
            numbers: Vec::new(),
            scratch: String::new(),
        }
    }

    /// The numbers of a record; none when it says nothing.
    pub fn of(&self, record: u32) -> &[u32] {
        let n = record as usize;
        let from = if n == 0 { 0 } else { self.ends[n - 1] as usize };
        &self.numbers[from..self.ends[n] as usize]
    }

    /// How often a value stands in the file, as a part of all records.
    pub fn share(&self, vocab: &Vocab, id: u32) -> f32 {
        let (count, records) = (vocab.count(id) as f32, self.ends.len() as f32);
        // few records tell little: what two or three of them say may be one who is there so often
        (count / records.max(crate::learn::FEW as f32)).max((count - 3.0) / records)
    }

    /// How many mail addresses are made of a name alone.
    pub fn plain(&self) -> f32 {
        self.plain.0 as f32 / self.plain.1.max(1) as f32
    }

    pub fn push(&mut self, given: Given) {
        match given {
            Given::None => {}
            Given::Address { street, city, postcode } => self.address(street, city, postcode),
            Given::Texts(texts) => match self.spec.kind {
                Kind::Person => texts.iter().take(1).for_each(|t| self.name(t, false)),
                Kind::Company => texts.iter().take(1).for_each(|t| self.name(t, true)),
                Kind::Email => texts.iter().take(SEVERAL).for_each(|t| self.email(t)),
                Kind::Address => texts.iter().take(1).for_each(|t| self.address(t, "", "")),
                Kind::Phone => {
                    for text in texts.iter().take(SEVERAL) {
                        self.number(text);
                    }
                }
                Kind::Date | Kind::Exact => texts.iter().take(1).filter(|t| !t.is_empty()).for_each(|t| {
                    let id = self.whole.take(t);
                    self.numbers.push(id);
                }),
            },
        }
        self.ends.push(self.numbers.len() as u32);
    }

    /// No more records come.
    pub fn finish(&mut self) {
        for vocab in [&mut self.words, &mut self.whole, &mut self.codes] {
            vocab.close();
        }
        self.ends.shrink_to_fit();
        self.numbers.shrink_to_fit();
    }

    fn name(&mut self, text: &str, firm: bool) {
        let mut ids = [0; WORDS];
        let mut n = 0;
        self.scratch.clear();
        for word in words(text) {
            if n == WORDS {
                break;
            }
            let word = if n == 0 && word == "m" && !firm { MUHAMMAD.into() } else { spelling(&word.replace('\'', "")) };
            if word.is_empty() {
                continue;
            }
            ids[n] = self.words.take(&word);
            self.initials[usize::from(word.as_bytes()[0])] += 1;
            n += 1;
            self.scratch.push_str(&word);
            self.scratch.push(' ');
        }
        if n > 0 && firm {
            let whole = self.whole.take(&self.scratch);
            self.numbers.push(whole);
        }
        self.numbers.extend_from_slice(&ids[..n]);
    }

    fn number(&mut self, text: &str) {
        self.scratch.clear();
        self.scratch.extend(text.chars().filter(char::is_ascii_digit));
        if self.scratch.len() >= 5 {
            let id = self.whole.take(&self.scratch);
            self.numbers.push(id);
        }
    }

    fn email(&mut self, text: &str) {
        let Some((local, domain)) = text.rsplit_once('@').filter(|(local, domain)| !local.is_empty() && !domain.is_empty()) else { return };
        self.plain = (self.plain.0 + u32::from(tail(local).1.is_empty()), self.plain.1 + 1);
        let local = self.whole.take(local);
        let domain = self.words.take(domain);
        self.numbers.extend([local, domain]);
    }

    fn address(&mut self, street: &str, city: &str, postcode: &str) {
        self.scratch.clear();
        let mut number = "";
        for word in words(street) {
            match word {
                "jl" | "jln" | "jalan" | "no" | "nomor" | "nr" => {}
                "rt" | "rw" => break,
                // the first number is the house's; what comes behind it tells where in the house
                _ if word.as_bytes()[0].is_ascii_digit() => {
                    number = word;
                    break;
                }
                _ => self.scratch.push_str(&spelling(word)),
            }
        }
        let street = if self.scratch.is_empty() {
            NOTHING
        } else {
            let _ = write!(self.scratch, "#{number}");
            self.whole.take(&self.scratch)
        };
        self.scratch.clear();
        for word in words(city) {
            if !matches!(word, "kota" | "kab" | "kabupaten") {
                self.scratch.push_str(&spelling(word));
            }
        }
        let city = if self.scratch.is_empty() { NOTHING } else { self.words.take(&self.scratch) };
        let code = if postcode.is_empty() { NOTHING } else { self.codes.take(postcode) };
        if street != NOTHING || city != NOTHING || code != NOTHING {
            self.numbers.extend([street, city, code]);
        }
    }
}

/// A street and the number of the house; the number may be empty.
pub(crate) fn parts(street: &str) -> (&str, &str) {
    street.split_once('#').unwrap_or((street, ""))
}

/// Letters of a local part, and the digits it ends with.
pub(crate) fn tail(local: &str) -> (&str, &str) {
    local.split_at(local.trim_end_matches(|c: char| c.is_ascii_digit()).len())
}
