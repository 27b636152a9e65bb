//! What agreement is worth, learned from the pairs themselves by expectation maximisation, and what follows for each pair.

use crate::MOST;
use crate::column::Column;
use crate::compare::compare;

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

/// What was learned. Probabilities are natural logarithms.
#[derive(Debug, Clone)]
pub(crate) struct Model {
    /// How often pairs that are the same are at each level, by field.
    same: [[f64; LEVELS]; MOST],
    /// The same of pairs that live or work together; only for fields that are shared.
    together: [[f64; LEVELS]; MOST],
    /// How many pairs of all are the same, and live or work together.
    share: f64,
    share_together: f64,
}

/// What is seen of a pair.
#[derive(Debug, Clone, Copy)]
struct Seen {
    levels: [u8; MOST],
    /// Logarithms of the chance of it between strangers: all fields, and those that are not shared.
    chance: f64,
    personal: f64,
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
    let mut seen = Seen { levels: [SILENT; MOST], chance: 0.0, personal: 0.0 };
    for (n, column) in columns.iter().enumerate() {
        let Some(likeness) = compare(column, a, b) else { continue };
        seen.levels[n] = likeness.level;
        let chance = f64::from(likeness.chance).ln();
        seen.chance += chance;
        seen.personal += if column.spec.shared { 0.0 } else { chance };
    }
    seen
}

pub(crate) const fn split(pair: u64) -> (u32, u32) {
    ((pair >> 32) as u32, pair as u32)
}

impl Model {
    fn begin(columns: &[Column], records: u32) -> Model {
        let all = pairs_of(records);
        let few = (f64::from(records) * 0.1 / all).min(0.3);
        let mut model =
            Model { same: [[0.0; LEVELS]; MOST], together: [[0.0; LEVELS]; MOST], share: few.ln(), share_together: (few * 0.2).ln() };
        for (n, column) in columns.iter().enumerate() {
            let top = column.spec.kind.levels() - 1;
            for level in 0..=top {
                // mostly the same, seldom different
                let part: f64 = if level == top {
                    0.7
                } else if level == 0 {
                    0.1
                } else {
                    0.2 / (top - 1).max(1) as f64
                };
                model.same[n][level] = part.ln();
                model.together[n][level] = part.ln();
            }
        }
        model
    }

    /// Probabilities that a pair is the same, and that it lives or works together.
    fn judge(&self, columns: &[Column], seen: &Seen) -> (f64, f64) {
        let (mut same, mut together) = (self.share, self.share_together + seen.personal);
        for (n, column) in columns.iter().enumerate() {
            let level = seen.levels[n];
            if level != SILENT {
                same += self.same[n][usize::from(level)];
                together += if column.spec.shared { self.together[n][usize::from(level)] } else { 0.0 };
            }
        }
        let top = same.max(together).max(seen.chance);
        let (s, t, u) = ((same - top).exp(), (together - top).exp(), (seen.chance - top).exp());
        let all = s + t + u;
        (s / all, t / all)
    }

    /// Whether what two records say speaks for their being the same: the logarithm of the quotient, before it is weighed how
    /// seldom records are.
    pub fn evidence(&self, columns: &[Column], a: u32, b: u32) -> f64 {
        let seen = see(columns, a, b);
        let (mut same, mut together) = (0.0, seen.personal);
        for (n, column) in columns.iter().enumerate() {
            let level = seen.levels[n];
            if level != SILENT {
                same += self.same[n][usize::from(level)];
                together += if column.spec.shared { self.together[n][usize::from(level)] } else { 0.0 };
            }
        }
        same - seen.chance.max(together + self.share_together - self.share)
    }

    pub fn score(&self, columns: &[Column], a: u32, b: u32) -> (f64, [Option<u8>; MOST]) {
        let seen = see(columns, a, b);
        (self.judge(columns, &seen).0, seen.levels.map(|level| (level != SILENT).then_some(level)))
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
    same: [[f64; LEVELS]; MOST],
    together: [[f64; LEVELS]; MOST],
    all: (f64, f64),
}

impl Counts {
    fn add(mut self, columns: &[Column], model: &Model, seen: &Seen) -> Self {
        let (same, together) = model.judge(columns, seen);
        self.all.0 += same;
        self.all.1 += together;
        for (n, level) in seen.levels.iter().enumerate().filter(|(_, level)| **level != SILENT) {
            self.same[n][usize::from(*level)] += same;
            self.together[n][usize::from(*level)] += together;
        }
        self
    }

    fn plus(mut self, other: Counts) -> Counts {
        for n in 0..MOST {
            for level in 0..LEVELS {
                self.same[n][level] += other.same[n][level];
                self.together[n][level] += other.together[n][level];
            }
        }
        self.all = (self.all.0 + other.all.0, self.all.1 + other.all.1);
        self
    }

    fn model(&self, columns: &[Column], begun: &Model, all: f64, stands_for: f64) -> Model {
        let share = |n: f64| ((n * stands_for + 0.5) / (all + 1.0)).min(0.5).ln();
        let mut model = Model {
            same: [[0.0; LEVELS]; MOST],
            together: [[0.0; LEVELS]; MOST],
            share: share(self.all.0),
            share_together: share(self.all.1),
        };
        for (n, column) in columns.iter().enumerate() {
            let levels = column.spec.kind.levels();
            let both =
                [(&self.same[n], &begun.same[n], &mut model.same[n]), (&self.together[n], &begun.together[n], &mut model.together[n])];
            for (counts, supposed, out) in both {
                let sum: f64 = counts[..levels].iter().sum::<f64>() + DOUBT;
                for level in 0..levels {
                    out[level] = ((counts[level] + DOUBT * supposed[level].exp()) / sum).ln();
                }
            }
        }
        model
    }
}

impl Model {
    fn far(&self, other: &Model) -> f64 {
        let rows = self.same.iter().zip(&other.same).flat_map(|(x, y)| x.iter().zip(y));
        rows.map(|(x, y)| (x.exp() - y.exp()).abs()).fold((self.share - other.share).abs(), f64::max)
    }
}

/// The pairs that may be the same.
pub(crate) fn likely(columns: &[Column], model: &Model, pairs: &[u64], threads: usize) -> Vec<Likely> {
    let parts = parted(pairs, threads, &|chunk| {
        let judged = chunk.iter().map(|pair| {
            let (a, b) = split(*pair);
            Likely { a, b, score: model.judge(columns, &see(columns, a, b)).0 }
        });
        judged.filter(|pair| pair.score >= KEEP).collect::<Vec<_>>()
    });
    parts.into_iter().flatten().collect()
}
