//! Where a run stands.

use super::{Deed, Flow, Step};
use serde::{Deserialize, Serialize};

/// From the outermost list of steps to the innermost, the step a run is at. Stored with the run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Place(Vec<Level>);

/// A place in one list of steps.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Level {
    /// The step.
    pub at: usize,
    /// Of a branch that was entered: the arm.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub arm: Option<usize>,
    /// Of steps taken for each of several records: the one they are taken for now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub child: Option<i64>,
    /// How many of them there were up to now.
    #[serde(default, skip_serializing_if = "none")]
    pub count: u32,
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde hands a reference")]
fn none(count: &u32) -> bool {
    *count == 0
}

/// What comes next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Go {
    /// The step the place now names.
    On,
    /// There is none: the run is over.
    Over,
}

impl Default for Place {
    fn default() -> Self {
        Place(vec![Level::default()])
    }
}

impl Place {
    /// The list of steps the place is in.
    fn list<'f>(&self, flow: &'f Flow) -> Option<&'f [Step]> {
        let mut list = flow.steps.as_slice();
        for level in self.0.iter().take(self.0.len().saturating_sub(1)) {
            list = match &list.get(level.at)?.deed {
                Deed::Branch { arms } => &arms.get(level.arm?)?.steps,
                Deed::Each { steps, .. } => steps,
                _ => return None,
            };
        }
        Some(list)
    }

    /// The step a run is at.
    pub fn step<'f>(&self, flow: &'f Flow) -> Option<&'f Step> {
        self.list(flow)?.get(self.0.last()?.at)
    }

    /// The level the run is at.
    pub fn level(&self) -> Level {
        self.0.last().copied().unwrap_or_default()
    }

    /// The record steps are taken for, where that is not the run's own: (object, id).
    pub fn child<'f>(&self, flow: &'f Flow) -> Option<(&'f str, i64)> {
        (1..self.0.len()).rev().find_map(|depth| {
            let above = Place(self.0[..depth].to_vec());
            match (&above.step(flow)?.deed, above.level().child) {
                (Deed::Each { object, .. }, Some(child)) => Some((object.as_str(), child)),
                _ => None,
            }
        })
    }

    /// Into an arm of the branch it is at.
    pub fn enter(&mut self, flow: &Flow, arm: usize) -> Go {
        if let Some(level) = self.0.last_mut() {
            level.arm = Some(arm);
        }
        self.0.push(Level::default());
        self.settle(flow)
    }

    /// Takes the inner steps for one more record.
    pub fn repeat(&mut self, flow: &Flow, child: i64) -> Go {
        if let Some(level) = self.0.last_mut() {
            level.child = Some(child);
            level.count += 1;
        }
        self.0.push(Level::default());
        self.settle(flow)
    }

    /// Past the step it is at.
    pub fn pass(&mut self, flow: &Flow) -> Go {
        if let Some(level) = self.0.last_mut() {
            *level = Level { at: level.at + 1, ..Level::default() };
        }
        self.settle(flow)
    }

    /// Out of the lists that are at their end. Steps taken for each of several records come back to where the next
    /// record is looked for.
    fn settle(&mut self, flow: &Flow) -> Go {
        while self.step(flow).is_none() {
            self.0.pop();
            if self.0.is_empty() {
                return Go::Over;
            }
            if let Some(Step { deed: Deed::Each { steps, .. }, .. }) = self.step(flow)
                && !steps.is_empty()
            {
                return Go::On;
            }
            if let Some(level) = self.0.last_mut() {
                *level = Level { at: level.at + 1, ..Level::default() };
            }
        }
        Go::On
    }
}

impl Place {
    /// Away from the record steps are taken for: to where the next one is looked for.
    pub fn drop_child(&mut self, flow: &Flow) -> Go {
        while self.0.len() > 1 {
            self.0.pop();
            if matches!(self.step(flow), Some(Step { deed: Deed::Each { .. }, .. })) {
                return Go::On;
            }
        }
        self.pass(flow)
    }
}
