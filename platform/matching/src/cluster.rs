//! From likely pairs to groups: who is the same as whom, all told.

use crate::column::Column;
use crate::learn::{Likely, Model};
use crate::{MOST, Pair};
use std::collections::{BTreeMap, HashMap};

/// Pairs below are not joined, and not told of.
const LIKELY: f64 = 0.5;
/// Of a hundred pairs that are merged unseen, the model expects as many to be right.
const RIGHT: f64 = 0.99;
/// A wrong merge costs four times as much as one that was missed, so below this nothing is merged unseen.
const SURE: f64 = 0.8;
/// A group so large is not joined any further by itself.
const LARGE: usize = 24;

/// Groups of records, each with what joined it.
struct Groups {
    of: HashMap<u32, usize>,
    members: Vec<Vec<u32>>,
}

impl Groups {
    fn group(&mut self, record: u32) -> usize {
        let next = self.members.len();
        let group = *self.of.entry(record).or_insert(next);
        if group == next {
            self.members.push(vec![record]);
        }
        group
    }

    fn join(&mut self, into: usize, from: usize) {
        let moved = std::mem::take(&mut self.members[from]);
        for record in &moved {
            self.of.insert(*record, into);
        }
        self.members[into].extend(moved);
    }
}

/// Joins the likeliest first, and no two groups of which some members speak against each other more than those that join
/// them speak for it. Gives the pairs and the threshold to merge at.
pub(crate) fn settle(columns: &[Column], model: &Model, mut likely: Vec<Likely>) -> (Vec<Pair>, f32) {
    likely.sort_by(|x, y| y.score.total_cmp(&x.score).then((x.a, x.b).cmp(&(y.a, y.b))));
    let mut groups = Groups { of: HashMap::new(), members: Vec::new() };
    let mut told: BTreeMap<(u32, u32), Pair> = BTreeMap::new();
    for pair in likely.iter().filter(|pair| pair.score >= LIKELY) {
        let (a, b) = (groups.group(pair.a), groups.group(pair.b));
        let whole = a == b || groups.members[a].len() + groups.members[b].len() <= LARGE && agree(columns, model, &groups, pair, (a, b));
        if !whole {
            // a person has to look at it
            told.insert((pair.a, pair.b), of(columns, model, pair.a, pair.b, LIKELY, None));
        } else if a != b {
            for x in &groups.members[a] {
                for y in &groups.members[b] {
                    let (first, second) = (*x.min(y), *x.max(y));
                    let direct = (first, second) == (pair.a, pair.b);
                    let third = [pair.a, pair.b].into_iter().find(|third| *third != first && *third != second);
                    told.insert((first, second), of(columns, model, first, second, pair.score, third.filter(|_| !direct)));
                }
            }
            let (into, from) = if groups.members[a].len() >= groups.members[b].len() { (a, b) } else { (b, a) };
            groups.join(into, from);
        }
    }
    let pairs: Vec<Pair> = told.into_values().collect();
    let threshold = threshold(&pairs);
    (pairs, threshold)
}

/// A pair; if the two alone are less likely to be the same than `joined`, a third has told.
fn of(columns: &[Column], model: &Model, a: u32, b: u32, joined: f64, third: Option<u32>) -> Pair {
    let (own, levels): (f64, [Option<u8>; MOST]) = model.score(columns, a, b);
    let through = third.filter(|_| own < LIKELY);
    let score = if third.is_none() && joined <= LIKELY { LIKELY } else { own.max(joined) };
    Pair { a, b, score: score as f32, levels, through }
}

fn agree(columns: &[Column], model: &Model, groups: &Groups, pair: &Likely, (a, b): (usize, usize)) -> bool {
    let mut sum = (pair.score / (1.0 - pair.score).max(1e-9)).ln();
    for x in &groups.members[a] {
        for y in &groups.members[b] {
            if (*x, *y) != (pair.a, pair.b) && (*y, *x) != (pair.a, pair.b) {
                sum += model.evidence(columns, *x.min(y), *x.max(y)).min(0.0);
            }
        }
    }
    sum > 0.0
}

/// The lowest score at which all pairs from there on are, as the model expects, right but for one in a hundred.
fn threshold(pairs: &[Pair]) -> f32 {
    let mut scores: Vec<f32> = pairs.iter().map(|pair| pair.score).collect();
    scores.sort_by(|x, y| y.total_cmp(x));
    let mut sum = 0.0;
    let mut lowest = 1.0;
    for (n, score) in scores.iter().enumerate() {
        sum += f64::from(*score);
        if sum / (n + 1) as f64 >= RIGHT && f64::from(*score) >= SURE {
            lowest = *score;
        }
    }
    lowest
}
