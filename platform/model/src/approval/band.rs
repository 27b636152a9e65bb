//! Bands over a number: half-open, from 0, without gap or overlap.

use super::BandDecl;
use crate::FieldProblem;
use rust_decimal::Decimal;

/// Numbers from `from` up to, but not including, `to`, and the steps they need by their place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Band {
    pub from: Decimal,
    pub to: Option<Decimal>,
    pub steps: Vec<usize>,
}

/// Reads bands; `step` gives the place of a step by its key. Every fault stands at its line.
pub(super) fn read(decls: &[BandDecl], step: impl Fn(&str) -> Option<usize>) -> Result<Vec<Band>, Vec<FieldProblem>> {
    let (mut bands, mut faults) = (Vec::new(), Vec::new());
    for (n, decl) in decls.iter().enumerate() {
        let at = |part: &str| format!("/bands/{n}/{part}");
        let number = |part: &str, text: &str| text.trim().parse::<Decimal>().map_err(|_| FieldProblem::new(&at(part), "not_a_number"));
        let from = number("from", &decl.from).map_err(|fault| faults.push(fault));
        let to = decl.to.as_deref().map(|to| number("to", to)).transpose().map_err(|fault| faults.push(fault));
        let mut steps: Vec<usize> = Vec::new();
        for key in &decl.steps {
            match step(key) {
                Some(place) => steps.push(place),
                None => faults.push(FieldProblem::new(&at("steps"), "approval_step_unknown").with("step", key)),
            }
        }
        steps.sort_unstable();
        steps.dedup();
        if let (Ok(from), Ok(to)) = (from, to) {
            bands.push(Band { from, to, steps });
        }
    }
    if faults.is_empty() {
        faults = faults_between(&bands);
    }
    if faults.is_empty() { Ok(bands) } else { Err(faults) }
}

/// Every number from 0 on has to fall into exactly one band.
fn faults_between(bands: &[Band]) -> Vec<FieldProblem> {
    let mut faults = Vec::new();
    let Some(first) = bands.first() else { return vec![FieldProblem::new("/bands", "required")] };
    if !first.from.is_zero() {
        faults.push(FieldProblem::new("/bands/0/from", "approval_from_zero").with("from", first.from.normalize()));
    }
    for (n, band) in bands.iter().enumerate() {
        let at = |part: &str| format!("/bands/{n}/{part}");
        if band.to.is_some_and(|to| to <= band.from) {
            faults.push(FieldProblem::new(&at("to"), "approval_band_empty"));
        }
        let between = |at: &str, code: &str, from: Decimal, to: Decimal| {
            FieldProblem::new(at, code).with("from", from.normalize()).with("to", to.normalize())
        };
        match (band.to, bands.get(n + 1)) {
            (Some(to), Some(next)) if to < next.from => faults.push(between(&at("to"), "approval_gap", to, next.from)),
            (Some(to), Some(next)) if to > next.from => faults.push(between(&at("to"), "approval_overlap", next.from, to)),
            (None, Some(next)) => {
                faults.push(FieldProblem::new(&at("to"), "approval_open_end").with("from", next.from.normalize()));
            }
            // what lies above would need nobody's yes
            (Some(to), None) => faults.push(FieldProblem::new(&at("to"), "approval_no_end").with("to", to.normalize())),
            _ => {}
        }
    }
    faults
}
