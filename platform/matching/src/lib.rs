//! Which records are the same, without ever having been told.
//!
//! Record linkage after Fellegi and Sunter ("A theory for record linkage", JASA 1969): each field of two records is
//! compared to a level, and each level speaks for or against the two being the same by the quotient of how often it is
//! seen in pairs that are (`m`) and in pairs that are not (`u`).
//!
//! - `u` is no guess and wants no labels: what two strangers have in common by chance follows from how often each value
//!   stands in the file itself, so that a shared *Batriti* weighs more than a shared *Sari* (Winkler, "Frequency-based
//!   matching in Fellegi–Sunter model", 1989).
//! - `m` is learned by expectation maximisation (Winkler 1988; Jaro, JASA 1989) over the pairs that are compared. What is
//!   not compared counts as different, so the share of duplicates is learned for the whole file. How often the same differ
//!   is bounded for each kind (as Winkler advises against classes that drift, 1993), so that it shrinks to nothing in a file
//!   without duplicates.
//! - People who live or work together share a phone, an address, a firm, and are not the same. A third class of pairs
//!   stands for them: in it, what is shared agrees, what is personal agrees by chance only. A fourth stands for namesakes,
//!   of whom there are more than the frequencies of single words say, as given names and families go by region: in it,
//!   names agree and all else by chance.
//! - Only pairs that agree in some key are compared (`block`), never all with all; keys that too many records have
//!   are left out.
//! - Duplicates of duplicates are joined as long as all that is known of the two groups together speaks for it
//!   (`cluster`), so a chain of likenesses does not make one person of a family.
//! - The score is the probability that two records are the same. The threshold to merge at is where the model expects
//!   ninety-nine of a hundred pairs above it to be right, and each of them at four to one.
//!
//! Never here: databases, clocks, threads that outlive a call, or a business object's name. Values come folded
//! (lower case, without accents) and without titles and legal forms; the caller knows those. To compare a further kind
//! of field: a [`Kind`], how it is taken in (`column.rs`), compared (`compare.rs`) and found (`block.rs`).

mod block;
mod cluster;
mod column;
mod compare;
mod learn;
mod text;
mod vocab;

pub use text::{distance, spelling};
pub use vocab::hash;

use column::Column;

/// What a field holds, which says how two values are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// A name of a person: words in any order, initials, misspellings, old spellings.
    Person,
    /// A name of a firm.
    Company,
    /// Telephone numbers, each as digits.
    Phone,
    /// E-mail addresses.
    Email,
    /// Street, city and postcode together.
    Address,
    /// A day: `1990-12-31`.
    Date,
    /// A number that nobody else has.
    Exact,
}

impl Kind {
    /// How many levels a comparison has, the lowest being "different".
    pub const fn levels(self) -> usize {
        match self {
            Kind::Person | Kind::Email => 5,
            Kind::Address => 6,
            Kind::Phone => 4,
            Kind::Company | Kind::Date => 3,
            Kind::Exact => 2,
        }
    }

    /// The levels that speak against, counted from the lowest, and how often two that are the same are there at most: people
    /// change their number, seldom their name and never their birthday. Without it a list that holds no duplicates teaches
    /// that the same are those who have next to nothing in common.
    pub(crate) const fn against(self) -> (usize, f64) {
        match self {
            Kind::Person => (2, 0.1),
            Kind::Date | Kind::Exact => (1, 0.1),
            Kind::Phone | Kind::Company => (1, 0.4),
            Kind::Email => (2, 0.4),
            Kind::Address => (2, 0.6),
        }
    }

    /// A word for a level, stable: `same`, `near` … None for the lowest.
    pub const fn level(self, level: u8) -> Option<&'static str> {
        Some(match (self, level) {
            (_, 0) => return None,
            (Kind::Person, 4) | (Kind::Email, 4) | (Kind::Phone, 3) | (Kind::Company | Kind::Date, 2) | (Kind::Exact, _) => "same",
            (Kind::Person, 3) | (Kind::Email, 2) | (Kind::Phone, 1..=2) | (Kind::Company, _) => "near",
            (Kind::Person, 2) => "part",
            (Kind::Person, _) => "word",
            (Kind::Email, 3) => "local",
            (Kind::Email, _) => "alike",
            (Kind::Date, _) => "near",
            (Kind::Address, 5) => "same",
            (Kind::Address, 4) => "near",
            (Kind::Address, 3) => "postcode",
            (Kind::Address, 2) => "street",
            (Kind::Address, _) => "city",
            (Kind::Phone, _) => "near",
        })
    }
}

/// A field to compare.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Spec {
    pub kind: Kind,
    /// People who live or work together have it together.
    pub shared: bool,
}

/// A value of one record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Given<'v> {
    None,
    /// Any of these; one for most kinds.
    Texts(&'v [&'v str]),
    /// Each may be empty.
    Address {
        street: &'v str,
        city: &'v str,
        postcode: &'v str,
    },
}

/// Two records that may be the same. `a` came before `b`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Pair {
    pub a: u32,
    pub b: u32,
    /// Probability that they are the same.
    pub score: f32,
    /// The level of each field, as [`Kind::level`] names them; `None` where one of the two says nothing.
    pub levels: [Option<u8>; MOST],
    /// The two are held to be the same for what a third has in common with each.
    pub through: Option<u32>,
}

/// Most fields that are compared.
pub const MOST: usize = 12;

/// What was found.
#[derive(Debug, Clone, Default)]
pub struct Found {
    /// Pairs that are more likely the same than not, by `a` and `b`.
    pub pairs: Vec<Pair>,
    /// The score from which on pairs may be merged unseen.
    pub threshold: f32,
    /// How many pairs were compared.
    pub compared: u64,
}

/// Takes records in, one after the other, and then says which are the same.
pub struct Matcher {
    columns: Vec<Column>,
    records: u32,
}

impl Matcher {
    /// For records with these fields, at most [`MOST`].
    pub fn new(specs: &[Spec]) -> Self {
        Matcher { columns: specs.iter().take(MOST).map(|spec| Column::new(*spec)).collect(), records: 0 }
    }

    /// Takes the next record in and gives its number.
    pub fn push(&mut self, values: &[Given]) -> u32 {
        for (n, column) in self.columns.iter_mut().enumerate() {
            column.push(values.get(n).copied().unwrap_or(Given::None));
        }
        self.records += 1;
        self.records - 1
    }

    /// How many records were taken in.
    pub fn len(&self) -> usize {
        self.records as usize
    }

    pub fn is_empty(&self) -> bool {
        self.records == 0
    }

    /// How far two records agree, by field; without knowing how much that says.
    pub fn levels(&self, a: u32, b: u32) -> [Option<u8>; MOST] {
        let mut levels = [None; MOST];
        for (column, level) in self.columns.iter().zip(&mut levels) {
            *level = compare::compare(column, a, b).map(|likeness| likeness.level);
        }
        levels
    }

    /// Finds the pairs, on this many threads. `go_on` is asked now and then; `false` ends early with nothing found.
    pub fn find(mut self, threads: usize, go_on: &(dyn Fn() -> bool + Sync)) -> Found {
        let threads = threads.clamp(1, 16);
        for column in &mut self.columns {
            column.finish();
        }
        let pairs = block::candidates(&self.columns, self.records, threads);
        if pairs.is_empty() || !go_on() {
            return Found { threshold: 1.0, ..Found::default() };
        }
        let model = learn::learn(&self.columns, self.records, &pairs, threads);
        if !go_on() {
            return Found { threshold: 1.0, ..Found::default() };
        }
        let likely = learn::likely(&self.columns, &model, &pairs, threads);
        let compared = pairs.len() as u64;
        drop(pairs);
        let (pairs, threshold) = cluster::settle(&self.columns, &model, likely);
        Found { pairs, threshold, compared }
    }
}
