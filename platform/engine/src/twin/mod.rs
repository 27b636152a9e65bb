//! Records that are the same: found, looked at, merged, and taken apart again.
//!
//! An object says by `[[compare]]` which of its fields tell (`gather.rs` reads them); how much each tells is learned by
//! `akrab_matching` anew each time, so nothing here knows an object. Pairs are kept with what a person decided (`pair.rs`).
//! A merge moves everything that hangs on one record to another in one transaction and writes down what it moved
//! (`merge.rs`, `moves.rs`), which is all its undoing needs (`unmerge.rs`); what both say is said once then (`double.rs`).

mod bulk;
mod double;
mod find;
mod former;
mod gather;
mod merge;
mod moves;
mod pair;
mod unmerge;

pub use bulk::{MergeMany, MergedMany};
pub(crate) use find::schedule;
pub use find::{FindTwins, TwinFile, TwinLine};
pub(crate) use former::names_one;
pub use merge::{Choice, MergeAsk, MergeField, MergeMove, MergePlan, MergeTold, MergeView};
pub(crate) use moves::linking;
pub use pair::{Twin, TwinPage, TwinSide};
pub use unmerge::Unmerged;

pub use akrab_store::TwinState;

use akrab_matching::{Kind, Pair};
use akrab_model::Object;
use akrab_model::object::{CompareAs, CompareDecl};
use serde::{Deserialize, Serialize};

/// Why two records may be the same: a field, what kind of value it is, and how far the two agree in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reason {
    /// Key of the first field compared; empty for what a third record tells.
    pub field: String,
    /// `person`, `phone` …; `through`: both are the same as a third.
    pub kind: String,
    /// `same`, `near` …; `other`: they differ. Of `through` the id of the third record.
    pub level: String,
}

impl Reason {
    /// Whether it speaks for the two being one.
    pub fn speaks_for(&self) -> bool {
        self.level != "other"
    }
}

/// Whether duplicates of an object can be looked for.
pub fn can_match(object: &Object) -> bool {
    !object.decl.compare.is_empty() && !object.is_system() && !object.decl.hidden
}

/// How the values of a declared comparison are compared.
fn kind_of(object: &Object, compared: &CompareDecl) -> Option<Kind> {
    let declared = compared.fields.first().and_then(|key| object.decl.fields.get(key));
    Some(match compared.kind.or_else(|| CompareAs::of(declared?.kind))? {
        CompareAs::Person => Kind::Person,
        CompareAs::Company => Kind::Company,
        CompareAs::Phone => Kind::Phone,
        CompareAs::Email => Kind::Email,
        CompareAs::Address => Kind::Address,
        CompareAs::Date => Kind::Date,
        CompareAs::Exact => Kind::Exact,
    })
}

fn word(kind: Kind) -> &'static str {
    match kind {
        Kind::Person => "person",
        Kind::Company => "company",
        Kind::Phone => "phone",
        Kind::Email => "email",
        Kind::Address => "address",
        Kind::Date => "date",
        Kind::Exact => "exact",
    }
}

/// What a pair has in common and what not, in the order of the declaration; `third` is the id of the record that told.
fn reasons(fields: &[gather::Compared], pair: &Pair, third: Option<i64>) -> Vec<Reason> {
    let said = fields.iter().zip(&pair.levels).filter_map(|(field, level)| {
        let level = field.spec.kind.level((*level)?).unwrap_or("other");
        Some(Reason { field: field.key.clone(), kind: word(field.spec.kind).into(), level: level.into() })
    });
    let told = third.map(|id| Reason { field: String::new(), kind: "through".into(), level: id.to_string() });
    let mut all: Vec<Reason> = said.chain(told).collect();
    all.sort_by_key(|reason| !reason.speaks_for());
    all
}

/// A score as it is kept.
fn kept_score(score: f32) -> i64 {
    (f64::from(score) * 10_000.0).floor() as i64
}
