//! What agreement is worth, learned from the pairs themselves by expectation maximisation, and what follows for each pair.

use crate::column::Column;
use crate::compare::compare;
use crate::{Kind, MOST, Spec};

/// Highest number of levels of a kind.
const LEVELS: usize = 6;
/// Where one of two records says nothing.
const SILENT: u8 = 15;
/// Pairs that are learned from, at most.
const LESSONS: usize = 1 << 18;
/// Rounds of learning, at most.
const ROUNDS: usize = 40;
/// Pairs less likely than this are not kept.
const KEEP: f64 = 0.02;
/// So many pairs speak for what was supposed at the beginning: few records teach little.
const DOUBT: f64 = 20.0;
/// A value stands in a file of strangers as often as if it had at least so many records.
pub(crate) const FEW: u32 = 2_000;

/// The classes a pair may belong to, besides that of strangers, in which everything agrees by chance only.
const CLASSES: usize = 3;
const SAME: usize = 0;
/// They live or work together: what is shared agrees.
const TOGETHER: usize = 1;
/// Names go by region and fashion, so more people are called alike than their words' frequencies say.
const NAMESAKES: usize = 2;

/// Whether a field says more of a class than chance would.
fn tells(class: usize, spec: Spec) -> bool {
    match class {
        SAME => true,
        TOGETHER => spec.shared,
        _ => spec.kind == Kind::Person || spec.kind == Kind::Company && !spec.shared,
    }
}

/// What was learned. Probabilities are natural logarithms.
#[derive(Debug, Clone)]
pub(crate) struct Model {
    /// How often pairs of a class are at each level, by field; only for fields that tell of the class.
    levels: [[[f64; LEVELS]; MOST]; CLASSES],
    /// How many pairs of all belong to it.
    shares: [f64; CLASSES],
}

/// What is seen of a pair.
#[derive(Debug, Clone, Copy)]
struct Seen {
    levels: [u8; MOST],
    /// Logarithm of the chance of it between strangers.
    chance: f64,
    /// The same of the fields that do not tell of a class.
    untold: [f64; CLASSES],
}

/// A pair that may be the same.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Likely {
    pub a: u32,
    pub b: u32,
    /// Probability that the two are the same.
    pub score: f64,
}

fn see(columns: &[Column], a: u32, b: u32) -> Seen {
    let mut seen = Seen { levels: [SILENT; MOST], chance: 0.0, untold: [0.0; CLASSES] };
    for (n, column) in columns.iter().enumerate() {
        let Some(likeness) = compare(column, a, b) else { continue };
        seen.levels[n] = likeness.level;
        let chance = f64::from(likeness.chance).ln();
        seen.chance += chance;
        for (class, untold) in seen.untold.iter_mut().enumerate() {
            *untold += if tells(class, column.spec) { 0.0 } else { chance };
        }
    }
    seen
}

pub(crate) const fn split(pair: u64) -> (u32, u32) {
    ((pair >> 32) as u32, pair as u32)
}

impl Model {
    fn begin(columns: &[Column], records: u32) -> Model {
        let few = (f64::from(records) * 0.1 / pairs_of(records)).min(0.3);
        let shares = [few.ln(), (few * 0.2).ln(), (few * 0.2).ln()];
        let mut levels = [[0.0; LEVELS]; MOST];
        for (column, levels) in columns.iter().zip(&mut levels) {
            let top = column.spec.kind.levels() - 1;
            for (level, part) in levels.iter_mut().enumerate().take(top + 1) {
                // mostly the same, seldom different
                let supposed: f64 = if level == top {
                    0.7
                } else if level == 0 {
                    0.1
                } else {
                    0.2 / (top - 1).max(1) as f64
                };
                *part = supposed.ln();
            }
        }
        Model { levels: [levels; CLASSES], shares }
    }

    /// Logarithms of how likely what is seen is in each class.
    fn likelihoods(&self, columns: &[Column], seen: &Seen) -> [f64; CLASSES] {
        let mut sums = seen.untold;
        for (n, column) in columns.iter().enumerate() {
            let level = seen.levels[n];
            if level != SILENT {
                for (class, sum) in sums.iter_mut().enumerate() {
                    *sum += if tells(class, column.spec) { self.levels[class][n][usize::from(level)] } else { 0.0 };
                }
            }
        }
        sums
    }

    /// Probability that a pair belongs to each class.
    fn judge(&self, columns: &[Column], seen: &Seen) -> [f64; CLASSES] {
        let mut parts = self.likelihoods(columns, seen);
        parts.iter_mut().zip(&self.shares).for_each(|(part, share)| *part += share);
        let top = parts.iter().copied().fold(seen.chance, f64::max);
        let parts = parts.map(|part| (part - top).exp());
        let all = parts.iter().sum::<f64>() + (seen.chance - top).exp();
        parts.map(|part| part / all)
    }

    /// Whether what two records say speaks for their being the same: the logarithm of the quotient, before it is weighed how
    /// seldom records are.
    pub fn evidence(&self, columns: &[Column], a: u32, b: u32) -> f64 {
        let seen = see(columns, a, b);
        let likely = self.likelihoods(columns, &seen);
        let else_than = |class: usize| likely[class] + self.shares[class] - self.shares[SAME];
        likely[SAME] - seen.chance.max(else_than(TOGETHER)).max(else_than(NAMESAKES))
    }

    pub fn score(&self, columns: &[Column], a: u32, b: u32) -> (f64, [Option<u8>; MOST]) {
        let seen = see(columns, a, b);
        (self.judge(columns, &seen)[SAME], seen.levels.map(|level| (level != SILENT).then_some(level)))
    }
}

fn pairs_of(records: u32) -> f64 {
    f64::from(records) * f64::from(records.saturating_sub(1)) / 2.0
}

/// Does the parts of a slice on several threads and gives what each made, in order.
fn parted<T: Sync, R: Send>(all: &[T], threads: usize, work: &(dyn Fn(&[T]) -> R + Sync)) -> Vec<R> {
    let size = all.len().div_ceil(threads).max(1);
    std::thread::scope(|scope| {
        let running: Vec<_> = all.chunks(size).map(|chunk| scope.spawn(move || work(chunk))).collect();
        running.into_iter().filter_map(|thread| thread.join().ok()).collect()
    })
}

/// What agreement is worth in this file.
pub(crate) fn learn(columns: &[Column], records: u32, pairs: &[u64], threads: usize) -> Model {
    let step = pairs.len().div_ceil(LESSONS);
    let lessons: Vec<u64> = pairs.iter().step_by(step).copied().collect();
    let seen =
        parted(&lessons, threads, &|chunk| chunk.iter().map(|pair| split(*pair)).map(|(a, b)| see(columns, a, b)).collect::<Vec<_>>());
    let stands_for = pairs.len() as f64 / lessons.len() as f64;
    let begun = Model::begin(columns, records);
    let mut model = begun.clone();
    for _ in 0..ROUNDS {
        let counts = parted(&seen, threads, &|chunk| {
            chunk.iter().flatten().fold(Counts::default(), |counts, seen| counts.add(columns, &model, seen))
        });
        let counts = counts.into_iter().reduce(Counts::plus).unwrap_or_default();
        let next = counts.model(columns, &begun, pairs_of(records), stands_for);
        let moved = next.far(&model);
        model = next;
        if moved < 1e-3 {
            break;
        }
    }
    model
}

/// What a round of learning counted.
#[derive(Default)]
struct Counts {
    levels: [[[f64; LEVELS]; MOST]; CLASSES],
    all: [f64; CLASSES],
}

impl Counts {
    fn add(mut self, columns: &[Column], model: &Model, seen: &Seen) -> Self {
        for (class, part) in model.judge(columns, seen).into_iter().enumerate() {
            self.all[class] += part;
            for (n, level) in seen.levels.iter().enumerate().filter(|(_, level)| **level != SILENT) {
                self.levels[class][n][usize::from(*level)] += part;
            }
        }
        self
    }

    fn plus(mut self, other: Counts) -> Counts {
        let all = self.levels.as_flattened_mut().as_flattened_mut();
        all.iter_mut().zip(other.levels.as_flattened().as_flattened()).for_each(|(mine, more)| *mine += more);
        self.all.iter_mut().zip(other.all).for_each(|(mine, more)| *mine += more);
        self
    }

    fn model(&self, columns: &[Column], begun: &Model, all: f64, stands_for: f64) -> Model {
        let mut model = begun.clone();
        model.shares = self.all.map(|n| ((n * stands_for + 0.5) / (all + 1.0)).min(0.5).ln());
        for class in 0..CLASSES {
            for (n, column) in columns.iter().enumerate() {
                let levels = column.spec.kind.levels();
                let (counts, out) = (&self.levels[class][n][..levels], &mut model.levels[class][n][..levels]);
                let sum: f64 = counts.iter().sum::<f64>() + DOUBT;
                for (count, part) in counts.iter().zip(out.iter_mut()) {
                    *part = ((count + DOUBT * part.exp()) / sum).ln();
                }
                if class == SAME {
                    bound(out, column.spec.kind.against());
                }
            }
        }
        model
    }
}

/// Takes from the levels that speak against what they have too much, and gives it to the others as they stand to each other.
fn bound(levels: &mut [f64], (against, most): (usize, f64)) {
    let (low, high) = levels.split_at_mut(against);
    let part = |levels: &[f64]| levels.iter().map(|level| level.exp()).sum::<f64>();
    let (much, rest) = (part(low), part(high));
    if much > most {
        low.iter_mut().for_each(|level| *level += (most / much).ln());
        high.iter_mut().for_each(|level| *level += ((1.0 - most) / rest).ln());
    }
}

impl Model {
    fn far(&self, other: &Model) -> f64 {
        let rows = self.levels[SAME].as_flattened().iter().zip(other.levels[SAME].as_flattened());
        rows.map(|(x, y)| (x.exp() - y.exp()).abs()).fold((self.shares[SAME] - other.shares[SAME]).abs(), f64::max)
    }
}

/// The pairs that may be the same.
pub(crate) fn likely(columns: &[Column], model: &Model, pairs: &[u64], threads: usize) -> Vec<Likely> {
    let parts = parted(pairs, threads, &|chunk| {
        let judged = chunk.iter().map(|pair| {
            let (a, b) = split(*pair);
            Likely { a, b, score: model.judge(columns, &see(columns, a, b))[SAME] }
        });
        judged.filter(|pair| pair.score >= KEEP).collect::<Vec<_>>()
    });
    parts.into_iter().flatten().collect()
}
