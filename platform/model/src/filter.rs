//! The one filter tree: written as JSON, checked against the registry, bound to a moment and a
//! person, then compiled to SQL by the store or evaluated in memory here. All three agree.
//!
//! Every test is two-valued: an empty field fails each positive test and passes each negative one
//! (`is_not`, `not_in`, `not_contains`, `empty`). Text compares without regard to case: folded
//! fields also without accents, other text by its ASCII letters.

mod bind;
mod eval;
mod json;
mod mentions;
mod relative;

pub use bind::{Env, Rights};
pub use eval::Facts;
pub use mentions::{Mention, leads_to};
pub use relative::{Range, Recurring};

use crate::object::{FieldIx, ObjectIx};
use crate::query::AggregateFn;
use crate::report::Slice;
use crate::value::Raw;
use serde::{Deserialize, Serialize};

/// A filter as people write it. JSON: `{"all":[…]}`, `{"any":[…]}`, `{"not":…}`,
/// `{"field":"account.industry","op":"in","value":["hotel"]}`,
/// `{"child":"opportunity.account","where":…,"agg":"sum","of":"amount","op":"gt","value":10}`.
#[derive(Debug, Clone, PartialEq)]
pub enum Filter {
    All(Vec<Filter>),
    Any(Vec<Filter>),
    Not(Box<Filter>),
    Test {
        field: String,
        op: Op,
        value: serde_json::Value,
    },
    /// Over records of `object` whose link `via` points here.
    Child {
        object: String,
        via: String,
        filter: Option<Box<Filter>>,
        agg: AggregateFn,
        of: Option<String>,
        op: Op,
        value: serde_json::Value,
    },
}

/// How a field is tested.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Op {
    Is,
    IsNot,
    In,
    NotIn,
    Contains,
    NotContains,
    StartsWith,
    Gt,
    Gte,
    Lt,
    Lte,
    /// `[from, to]`, both included.
    Between,
    Empty,
    NotEmpty,
    /// Relative range: `today`, `last_30_days` …
    Within,
    NotWithin,
    /// Of a stage: the stage it stood in before the present one.
    CameFrom,
}

/// A bound condition: fields resolved, values stored form, relative dates and people made concrete.
#[derive(Debug, Clone, PartialEq)]
pub enum Cond {
    True,
    False,
    All(Vec<Cond>),
    Any(Vec<Cond>),
    Not(Box<Cond>),
    Test(Test),
    Child(Child),
    /// The record itself is one of these.
    Ids(Vec<i64>),
    /// The search index finds the record.
    Found(Found),
    /// Somebody was given this one record.
    Shared(Shared),
}

/// Records given to one person alone, or to a team of his.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shared {
    /// Key of the object.
    pub object: String,
    pub user: i64,
    pub team: Option<i64>,
    /// Only those he may change.
    pub edit: bool,
    /// Microseconds UTC, a whole minute: what ended by then gives nothing.
    pub at: i64,
}

/// What the search index is asked, in the form of the store that made it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// The index's number of the kind of record.
    pub kind: i64,
    /// Each by one of its alternatives, of which all words must be found.
    pub terms: Vec<Vec<Vec<String>>>,
}

/// A positive test on a field, reached over links. False when the path or the field is empty.
#[derive(Debug, Clone, PartialEq)]
pub struct Test {
    /// Link fields to walk, from the object asked for.
    pub path: Vec<Step>,
    /// Object that holds `field` (the end of the path).
    pub object: ObjectIx,
    pub field: FieldIx,
    pub is: Is,
}

/// A link walked: from `object` over its link `field`.
#[derive(Debug, Clone, PartialEq)]
pub struct Step {
    pub object: ObjectIx,
    pub field: FieldIx,
    /// The target must match this too: what the asker may read of it.
    pub guard: Cond,
}

/// The positive tests. Text values are prepared: folded for folded fields, ASCII-lowered for
/// `Ascii` comparison, as they are otherwise.
#[derive(Debug, Clone, PartialEq)]
pub enum Is {
    Filled,
    Eq(Raw),
    In(Vec<Raw>),
    /// Half-open or closed ends of the stored value.
    Range {
        from: Option<Raw>,
        from_open: bool,
        to: Option<Raw>,
        to_open: bool,
    },
    /// The group a date falls into, such as a day of the week.
    Group(Slice, i64),
    /// The record stood in one of these stages before it came to where it is.
    From(Vec<i64>),
    /// Substring of the comparable text.
    Contains(String),
    StartsWith(String),
    /// A `choices` field holds this key.
    HasKey(String),
    /// A `links` field has a row to one of these targets.
    LinksTo(Vec<i64>),
}

/// How a text field's stored form compares.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TextMode {
    /// Already in one form when stored: e-mail, phone, number, choice keys.
    Exact,
    /// By the folded companion column.
    Folded,
    /// By its ASCII letters in lower case.
    Ascii,
}

/// Compares an aggregate over child records.
#[derive(Debug, Clone, PartialEq)]
pub struct Child {
    pub object: ObjectIx,
    pub via: FieldIx,
    pub cond: Box<Cond>,
    pub agg: AggregateFn,
    pub of: Option<FieldIx>,
    pub cmp: Cmp,
    pub value: i64,
    /// Upper end for `Between`.
    pub upper: Option<i64>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cmp {
    Eq,
    Gt,
    Gte,
    Lt,
    Lte,
    Between,
}

impl Cond {
    /// Conjunction that drops what is always true.
    pub fn and(self, other: Cond) -> Cond {
        match (self, other) {
            (Cond::True, c) | (c, Cond::True) => c,
            (Cond::False, _) | (_, Cond::False) => Cond::False,
            (Cond::All(mut a), b) => {
                a.push(b);
                Cond::All(a)
            }
            (a, b) => Cond::All(vec![a, b]),
        }
    }
    /// Disjunction that drops what is never true.
    pub fn or(self, other: Cond) -> Cond {
        match (self, other) {
            (Cond::False, c) | (c, Cond::False) => c,
            (Cond::True, _) | (_, Cond::True) => Cond::True,
            (Cond::Any(mut a), b) => {
                a.push(b);
                Cond::Any(a)
            }
            (a, b) => Cond::Any(vec![a, b]),
        }
    }
    /// The opposite. Every condition is two-valued, so this is exact.
    pub fn negate(self) -> Cond {
        match self {
            Cond::True => Cond::False,
            Cond::False => Cond::True,
            Cond::Not(inner) => *inner,
            other => Cond::Not(Box::new(other)),
        }
    }
}

impl crate::object::Field {
    /// A stored value in the form tests compare it.
    pub fn comparable(&self, raw: Raw) -> Raw {
        match (raw, self.text_mode()) {
            (Raw::Text(text), TextMode::Folded) => Raw::Text(crate::text::fold(&text)),
            (Raw::Text(text), TextMode::Ascii) => Raw::Text(text.to_ascii_lowercase()),
            (raw, _) => raw,
        }
    }
    /// How this field's text compares.
    pub fn text_mode(&self) -> TextMode {
        use crate::object::FieldType::*;
        match self.kind {
            Text | PersonName if self.folded => TextMode::Folded,
            Text | LongText | PersonName | Url | Json => TextMode::Ascii,
            _ => TextMode::Exact,
        }
    }
}
