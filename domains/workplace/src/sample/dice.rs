//! Chance that can be repeated: every record draws from its own stream, so that the millionth is
//! as quick to make as the first and does not depend on the others.

use rand::rngs::SmallRng;
use rand::{Rng, SeedableRng};

/// A stream of draws.
#[derive(Debug)]
pub(super) struct Dice(SmallRng);

/// The kinds of streams; each record has one of its own for each kind.
#[derive(Debug, Clone, Copy)]
pub(super) enum Stream {
    Account = 1,
    AccountDetail,
    Contact,
    ContactDetail,
    Lead,
    Opportunity,
    OpportunityDetail,
    Interaction,
    Task,
    Order,
}

impl Dice {
    pub(super) fn new(seed: u64, stream: Stream, index: usize) -> Self {
        let mixed = seed
            .wrapping_mul(0x9e37_79b9_7f4a_7c15)
            .wrapping_add((stream as u64).wrapping_mul(0xbf58_476d_1ce4_e5b9))
            .wrapping_add((index as u64).wrapping_mul(0x94d0_49bb_1331_11eb));
        Self(SmallRng::seed_from_u64(mixed ^ (mixed >> 31)))
    }

    /// A number from 0 up to but not `limit`.
    pub(super) fn below(&mut self, limit: u32) -> u32 {
        self.0.random_range(0..limit.max(1))
    }

    pub(super) fn between(&mut self, low: i64, high: i64) -> i64 {
        self.0.random_range(low..=high.max(low))
    }

    pub(super) fn chance(&mut self, percent: u32) -> bool {
        self.below(100) < percent
    }

    /// A fraction from 0 up to but not 1.
    pub(super) fn unit(&mut self) -> f64 {
        self.0.random()
    }

    /// About a bell curve around 0 with a spread of 1.
    pub(super) fn bell(&mut self) -> f64 {
        (0..6).map(|_| self.unit()).sum::<f64>() * std::f64::consts::SQRT_2 - 3.0 * std::f64::consts::SQRT_2
    }

    pub(super) fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.0.random_range(0..from.len())]
    }

    /// Picks by weight.
    pub(super) fn weighted<T: Copy>(&mut self, from: &[(u32, T)]) -> T {
        let total: u32 = from.iter().map(|(weight, _)| weight).sum();
        let mut left = self.below(total);
        for (weight, item) in from {
            if left < *weight {
                return *item;
            }
            left -= weight;
        }
        from[from.len() - 1].1
    }

    pub(super) fn digits(&mut self, count: usize) -> String {
        (0..count).map(|_| char::from(b'0' + self.below(10) as u8)).collect()
    }
}
