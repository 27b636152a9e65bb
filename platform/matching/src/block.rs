//! Which pairs are worth comparing: those that agree in some key. Never all with all.

use crate::Kind;
use crate::column::{Column, NOTHING, parts};
use crate::text::{MUHAMMAD, skeleton};
use crate::vocab::{hash, mix};
use std::sync::atomic::{AtomicUsize, Ordering};

/// A key that more records have tells nothing and costs much.
const CROWD: usize = 48;
/// So many pairs of one thread are sorted at a time.
const HEAP: usize = 8 << 20;

/// What of a value goes into a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    /// The whole value.
    Whole,
    /// The sounds of each word of a name.
    Word,
    /// The beginning and the end of a number, so that a slip in either leaves the other.
    Head,
    Tail,
    Street,
    City,
    Code,
}

/// Part of a column.
type Atom = (usize, Part);

/// Two records with the same key in a pass are compared.
#[derive(Debug, Clone, Copy)]
enum Pass {
    One(Atom),
    Both(Atom, Atom),
}

fn passes(columns: &[Column]) -> Vec<Pass> {
    let (mut one, mut telling, mut weak) = (Vec::new(), Vec::new(), Vec::new());
    for (n, column) in columns.iter().enumerate() {
        let at = |part| (n, part);
        match column.spec.kind {
            Kind::Person => {
                one.push(at(Part::Whole));
                telling.push(at(Part::Word));
            }
            Kind::Company if column.spec.shared => weak.push(at(Part::Whole)),
            Kind::Company => {
                one.push(at(Part::Whole));
                telling.push(at(Part::Word));
            }
            Kind::Phone => {
                one.push(at(Part::Whole));
                weak.extend([at(Part::Head), at(Part::Tail)]);
            }
            Kind::Email | Kind::Exact => one.push(at(Part::Whole)),
            Kind::Date => telling.push(at(Part::Whole)),
            Kind::Address => weak.extend([at(Part::Street), at(Part::City), at(Part::Code)]),
        }
    }
    let mut all: Vec<Pass> = one.into_iter().map(Pass::One).collect();
    for (n, first) in telling.iter().enumerate() {
        all.extend(telling[n + 1..].iter().chain(&weak).map(|second| Pass::Both(*first, *second)));
    }
    for (n, column) in columns.iter().enumerate().filter(|(_, column)| column.spec.kind == Kind::Address) {
        let _ = column;
        all.extend([Part::City, Part::Code].map(|place| Pass::Both((n, Part::Street), (n, place))));
    }
    all
}

fn atoms(column: &Column, part: Part, record: u32, out: &mut Vec<u64>) {
    out.clear();
    let ids = column.of(record);
    if ids.is_empty() {
        return;
    }
    let number = |id: u32| mix(u64::from(id) + 1, 7);
    match (column.spec.kind, part) {
        (Kind::Person, Part::Word) => words(column, ids, out),
        (Kind::Company, Part::Word) => words(column, &ids[1..], out),
        // a single word is no full name
        (Kind::Person, _) if ids.len() > 1 => {
            let mut sorted = [0; crate::column::WORDS];
            let sorted = &mut sorted[..ids.len()];
            sorted.copy_from_slice(ids);
            sorted.sort_unstable();
            out.push(sorted.iter().fold(1, |h, id| mix(h, u64::from(*id))));
        }
        (Kind::Person, _) => {}
        (Kind::Email, _) => out.extend(ids.iter().step_by(2).map(|id| number(*id))),
        (Kind::Phone, Part::Head | Part::Tail) => {
            for text in ids.iter().map(|id| column.whole.text(*id)).filter(|text| text.len() >= 8) {
                let half = if part == Part::Head { &text[..7] } else { &text[text.len() - 5..] };
                out.push(hash(half.as_bytes()));
            }
        }
        (Kind::Address, part) => {
            let id = ids[match part {
                Part::Street => 0,
                Part::City => 1,
                _ => 2,
            }];
            // a street without a number is long
            let short = part != Part::Street || (id != NOTHING && !parts(column.whole.text(id)).1.is_empty());
            if id != NOTHING && short {
                out.push(number(id));
            }
        }
        (Kind::Phone, _) => out.extend(ids.iter().map(|id| number(*id))),
        _ => out.push(number(ids[0])),
    }
}

fn words(column: &Column, ids: &[u32], out: &mut Vec<u64>) {
    for text in ids.iter().map(|id| column.words.text(*id)).filter(|text| text.len() > 2 && *text != MUHAMMAD) {
        let (letters, n) = skeleton(text);
        out.push(hash(&letters[..n]));
    }
}

/// Pairs to compare, each once, the earlier record in the upper half; in order.
pub(crate) fn candidates(columns: &[Column], records: u32, threads: usize) -> Vec<u64> {
    let passes = passes(columns);
    let next = AtomicUsize::new(0);
    let work = || {
        let mut pairs = Vec::new();
        let mut sorted = 0;
        while let Some(pass) = passes.get(next.fetch_add(1, Ordering::Relaxed)) {
            let mut keys = keys(columns, *pass, records);
            keys.sort_unstable();
            for run in keys.chunk_by(|x, y| x.0 == y.0).filter(|run| (2..=CROWD).contains(&run.len())) {
                for (n, (_, a)) in run.iter().enumerate() {
                    pairs.extend(run[n + 1..].iter().filter(|(_, b)| a != b).map(|(_, b)| u64::from(*a) << 32 | u64::from(*b)));
                }
            }
            if pairs.len() - sorted > HEAP {
                pairs.sort_unstable();
                pairs.dedup();
                sorted = pairs.len();
            }
        }
        pairs.sort_unstable();
        pairs.dedup();
        pairs
    };
    let mut parts: Vec<Vec<u64>> = std::thread::scope(|scope| {
        let running: Vec<_> = (1..threads).map(|_| scope.spawn(work)).collect();
        let mut parts = vec![work()];
        parts.extend(running.into_iter().filter_map(|thread| thread.join().ok()));
        parts
    });
    let mut all = parts.pop().unwrap_or_default();
    for part in parts {
        all = merged(&all, &part);
    }
    all
}

fn merged(a: &[u64], b: &[u64]) -> Vec<u64> {
    let mut out = Vec::with_capacity(a.len() + b.len());
    let (mut i, mut j) = (0, 0);
    while let (Some(x), Some(y)) = (a.get(i), b.get(j)) {
        i += usize::from(x <= y);
        j += usize::from(y <= x);
        out.push(*x.min(y));
    }
    out.extend_from_slice(&a[i..]);
    out.extend_from_slice(&b[j..]);
    out
}

fn keys(columns: &[Column], pass: Pass, records: u32) -> Vec<(u64, u32)> {
    let mut keys = Vec::with_capacity(records as usize);
    let (mut first, mut second) = (Vec::new(), Vec::new());
    for record in 0..records {
        match pass {
            Pass::One((n, part)) => {
                atoms(&columns[n], part, record, &mut first);
                keys.extend(first.iter().map(|key| (*key, record)));
            }
            Pass::Both((n, part), (m, other)) => {
                atoms(&columns[n], part, record, &mut first);
                if first.is_empty() {
                    continue;
                }
                atoms(&columns[m], other, record, &mut second);
                keys.extend(first.iter().flat_map(|x| second.iter().map(move |y| (mix(*x, *y), record))));
            }
        }
    }
    keys
}
