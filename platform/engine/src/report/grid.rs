//! The figures of all groups, put together for lines, columns and totals.

use super::order::{Ranks, Slot};
use super::question::{Figures, Question, needed};
use akrab_model::Raw;
use akrab_model::report::{Bound, Part};
use std::collections::{BTreeSet, HashMap};

/// Figures of a group; none where they are not known.
type Parts = Vec<Option<Part>>;

/// Figures by keys, for each set of keys.
pub(super) struct Grid<'a> {
    bound: &'a Bound,
    levels: HashMap<u8, HashMap<Vec<Raw>, Parts>>,
    /// With all that has no line of its own put together.
    settled: HashMap<u8, HashMap<Vec<Slot>, Parts>>,
    /// Only the largest groups are here.
    cut: bool,
    rows: i64,
    /// What was lost at the steps of a funnel.
    lost: HashMap<u8, HashMap<Vec<Raw>, Parts>>,
}

/// The keys of a set, as their places among all keys.
fn members(mask: u8) -> impl Iterator<Item = usize> {
    (0..8).filter(move |n| mask & (1 << n) != 0)
}

impl<'a> Grid<'a> {
    pub fn new(question: &'a Question, figures: Figures) -> Grid<'a> {
        let bound = &question.bound;
        let counted = figures.levels.iter().find(|(mask, _)| *mask == 0).or(figures.levels.first());
        let rows = counted.map_or(0, |(_, cells)| cells.iter().map(|c| c.count).sum());
        let mut levels: HashMap<u8, HashMap<Vec<Raw>, Parts>> = HashMap::new();
        for (mask, cells) in figures.levels {
            let parts = cells.into_iter().map(|cell| (cell.keys, cell.parts.into_iter().map(Some).collect()));
            levels.insert(mask, parts.collect());
        }
        let whole = (1_u8 << bound.keys.len()) - 1;
        let mut grid = Grid { bound, levels, settled: HashMap::new(), cut: figures.cut, rows, lost: HashMap::new() };
        for mask in needed(bound.groups, bound.keys.len()).into_iter().chain((0..bound.keys.len()).map(|n| 1_u8 << n)) {
            if !grid.levels.contains_key(&mask) {
                let level = grid.joined(whole, mask);
                grid.levels.insert(mask, level);
            }
        }
        for (mask, cells) in figures.lost {
            let parts = cells.into_iter().map(|cell| (cell.keys, cell.parts.into_iter().map(Some).collect()));
            let lost: HashMap<Vec<Raw>, Parts> = parts.collect();
            // whoever was lost at a step had reached it
            let mut level = grid.levels.remove(&mask).unwrap_or_default();
            for (keys, parts) in &lost {
                grid.take_in(level.entry(keys.clone()), parts);
            }
            grid.levels.insert(mask, level);
            grid.lost.insert(mask, lost);
        }
        grid
    }

    /// What was lost at a step: of nothing, nothing.
    pub fn lost(&self, slots: &[Slot]) -> Option<Parts> {
        let level = self.lost.get(&1)?;
        let keys: Option<Vec<Raw>> = slots.iter().map(|slot| if let Slot::Key(key) = slot { Some(key.clone()) } else { None }).collect();
        Some(level.get(&keys?).cloned().unwrap_or_else(|| self.nothing()))
    }

    /// Records behind it.
    pub fn rows(&self) -> i64 {
        self.rows
    }

    /// A level from a finer one.
    fn joined(&self, from: u8, to: u8) -> HashMap<Vec<Raw>, Parts> {
        let places: Vec<usize> = members(from).enumerate().filter(|(_, key)| to & (1 << key) != 0).map(|(place, _)| place).collect();
        let mut level: HashMap<Vec<Raw>, Parts> = HashMap::new();
        for (keys, parts) in self.levels.get(&from).into_iter().flatten() {
            let own: Vec<Raw> = places.iter().map(|place| keys[*place].clone()).collect();
            self.take_in(level.entry(own), parts);
        }
        level
    }

    fn take_in<K: std::hash::Hash + Eq>(&self, entry: std::collections::hash_map::Entry<'_, K, Parts>, parts: &Parts) {
        use std::collections::hash_map::Entry;
        match entry {
            Entry::Vacant(place) => drop(place.insert(parts.clone())),
            Entry::Occupied(mut place) => {
                for ((own, other), figure) in place.get_mut().iter_mut().zip(parts).zip(&self.bound.figures) {
                    match (own.as_mut().filter(|_| figure.function.adds_up()), other) {
                        (Some(own), Some(other)) => own.take_in(figure.function, other),
                        _ => *own = None,
                    }
                }
            }
        }
    }

    /// Every value of a key.
    pub fn keys(&self, n: usize) -> BTreeSet<Raw> {
        self.levels.get(&(1 << n)).into_iter().flatten().filter_map(|(keys, _)| keys.first().cloned()).collect()
    }

    /// Whether a calendar key has begun by this group.
    pub fn began(&self, n: usize, group: i64) -> bool {
        self.keys(n).iter().filter_map(Raw::int).min().is_some_and(|first| group >= first)
    }

    /// The figures of a group; those of nothing when there is none.
    pub fn parts(&self, mask: u8, keys: &[Raw]) -> Parts {
        self.levels.get(&mask).and_then(|level| level.get(keys)).cloned().unwrap_or_else(|| self.nothing())
    }

    /// As [`Grid::parts`], once lines are settled.
    pub fn settled(&self, mask: u8, slots: &[Slot]) -> Parts {
        self.settled.get(&mask).and_then(|level| level.get(slots)).cloned().unwrap_or_else(|| self.nothing())
    }

    pub fn holds(&self, mask: u8, slots: &[Slot]) -> bool {
        self.settled.get(&mask).is_some_and(|level| level.contains_key(slots))
    }

    fn nothing(&self) -> Parts {
        self.bound.figures.iter().map(|figure| Some(Part::none(figure.function))).collect()
    }

    /// Puts what has no line of its own together.
    pub fn settle(&mut self, ranks: &[Ranks]) {
        let mut settled = HashMap::new();
        for (mask, level) in &self.levels {
            let places: Vec<usize> = members(*mask).collect();
            let mut own: HashMap<Vec<Slot>, Parts> = HashMap::new();
            for (keys, parts) in level {
                let slots: Vec<Slot> = keys.iter().zip(&places).map(|(key, n)| ranks[*n].slot(key)).collect();
                // a record of several groups would be counted several times among the others
                let twice = slots.iter().zip(&places).any(|(slot, n)| *slot == Slot::Others && self.bound.keys[*n].many);
                match own.get_mut(&slots).filter(|_| twice) {
                    Some(others) => others.iter_mut().for_each(|part| *part = None),
                    None => self.take_in(own.entry(slots), parts),
                }
            }
            settled.insert(*mask, own);
        }
        self.settled = settled;
        if self.cut {
            self.rest();
        }
    }

    /// What the largest groups leave of the whole.
    fn rest(&mut self) {
        let total = self.parts(0, &[]);
        let many = self.bound.keys.iter().any(|key| key.many);
        let Some(level) = self.settled.get_mut(&1).filter(|_| !many) else { return };
        let kept: Vec<Parts> = level.iter().filter(|(slots, _)| **slots != [Slot::Others]).map(|(_, parts)| parts.clone()).collect();
        let rest = total.iter().enumerate().map(|(n, whole)| {
            let mut own = whole.clone()?;
            for parts in &kept {
                match (&mut own, parts.get(n)?.as_ref()?) {
                    (Part::Count(a), Part::Count(b)) if self.bound.figures[n].function.adds_up() => *a -= b,
                    (Part::Sum(a, filled), Part::Sum(b, less)) => {
                        *a = a.zip(*b).map(|(a, b)| a - b);
                        *filled -= less;
                    }
                    _ => return None,
                }
            }
            Some(own)
        });
        let rest: Parts = rest.collect();
        level.insert(vec![Slot::Others], rest);
    }

    /// Each step of a funnel takes in all behind it; what is on no step is left out.
    pub fn accumulate(&mut self, steps: &[Vec<Raw>]) {
        let masks: Vec<u8> = self.levels.keys().copied().filter(|mask| mask & 1 != 0).collect();
        for mask in masks {
            let Some(level) = self.levels.remove(&mask) else { continue };
            let heads: BTreeSet<Vec<Raw>> = level.keys().map(|keys| keys[1..].to_vec()).collect();
            let mut own = HashMap::new();
            for head in &heads {
                for list in steps {
                    let mut sum: Option<Parts> = None;
                    for step in list.iter().rev() {
                        let keys: Vec<Raw> = std::iter::once(step.clone()).chain(head.iter().cloned()).collect();
                        let parts = level.get(&keys).cloned().unwrap_or_else(|| self.nothing());
                        let mut behind = HashMap::from([((), sum.take().unwrap_or_else(|| self.nothing()))]);
                        self.take_in(behind.entry(()), &parts);
                        let reached = behind.remove(&()).unwrap_or(parts);
                        own.insert(keys, reached.clone());
                        sum = Some(reached);
                    }
                }
            }
            self.levels.insert(mask, own);
        }
    }

    /// The second key of a cohort becomes the number of units after the first; what never followed, or came before,
    /// counts in the lines alone.
    pub fn elapse(&mut self) {
        let both = 0b11;
        let Some(level) = self.levels.remove(&both) else { return };
        let mut own = HashMap::new();
        let mut heads: HashMap<Vec<Raw>, Parts> = HashMap::new();
        for (keys, parts) in level {
            let [Raw::Int(began), Raw::Int(followed)] = keys.as_slice() else { continue };
            if followed < began {
                continue;
            }
            let elapsed = Raw::Int(followed - began);
            self.take_in(heads.entry(vec![elapsed.clone()]), &parts);
            own.insert(vec![Raw::Int(*began), elapsed], parts);
        }
        self.levels.insert(both, own);
        self.levels.insert(0b10, heads);
    }
}
