//! How far two values agree, and how likely strangers would agree as far.

use crate::Kind;
use crate::column::{Column, NOTHING, WORDS, parts, tail};
use crate::text::{MUHAMMAD, distance};
use crate::vocab::Vocab;

/// Two values compared.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Likeness {
    /// 0 is different.
    pub level: u8,
    /// Probability that a stranger agrees as far with these values.
    pub chance: f32,
}

const DIFFERENT: Likeness = Likeness { level: 0, chance: 1.0 };

/// A misspelling of a word may be one of about so many others.
const NEAR: f32 = 3.0;

/// Compares one field of two records; `None` when one of them says nothing.
pub(crate) fn compare(column: &Column, a: u32, b: u32) -> Option<Likeness> {
    let (a, b) = (column.of(a), column.of(b));
    if a.is_empty() || b.is_empty() {
        return None;
    }
    match column.spec.kind {
        Kind::Person => Some(person(column, a, b)),
        Kind::Company => Some(company(column, a, b)),
        Kind::Phone => best(a.iter().flat_map(|a| b.iter().map(|b| phone(column, *a, *b)))),
        Kind::Email => best(a.chunks(2).flat_map(|a| b.chunks(2).map(|b| email(column, a, b)))),
        Kind::Address => address(column, a, b),
        Kind::Date => Some(date(column, a[0], b[0])),
        Kind::Exact if a[0] == b[0] => Some(Likeness { level: 1, chance: column.share(&column.whole, a[0]) }),
        Kind::Exact => Some(DIFFERENT),
    }
}

fn best(all: impl Iterator<Item = Likeness>) -> Option<Likeness> {
    all.max_by_key(|likeness| likeness.level)
}

/// What words have in common.
struct Aligned {
    matched: u32,
    /// Of the matched, those not letter for letter.
    loose: u32,
    left: (u32, u32),
    /// Probability that a stranger has the matched words.
    chance: f32,
}

/// Finds for each word its counterpart, in any order: the same, then a misspelling, then an initial.
fn align(column: &Column, a: &[u32], b: &[u32]) -> Aligned {
    let mut taken = ([false; WORDS], [false; WORDS]);
    let mut found = Aligned { matched: 0, loose: 0, left: (0, 0), chance: 1.0 };
    let share = |id: u32| column.share(&column.words, id);
    for pass in 0..3 {
        for (i, x) in a.iter().enumerate() {
            if taken.0[i] {
                continue;
            }
            for (j, y) in b.iter().enumerate() {
                if taken.1[j] {
                    continue;
                }
                let chance = match pass {
                    0 if x == y => Some(share(*x)),
                    1 if x != y && is_near(&column.words, *x, *y) => Some((NEAR * share(*x).max(share(*y))).min(0.5)),
                    2 => initial(column, *x, *y),
                    _ => None,
                };
                if let Some(chance) = chance {
                    (taken.0[i], taken.1[j]) = (true, true);
                    found.matched += 1;
                    found.loose += u32::from(pass > 0);
                    found.chance *= chance;
                    break;
                }
            }
        }
        if (found.matched as usize) == a.len().min(b.len()) {
            break;
        }
    }
    // said of many and left out by as many
    let told = |taken: &[bool], ids: &[u32]| {
        ids.iter().zip(taken).filter(|(id, taken)| !**taken && column.words.text(**id) != MUHAMMAD).count() as u32
    };
    found.left = (told(&taken.0, a), told(&taken.1, b));
    found
}

fn is_near(words: &Vocab, x: u32, y: u32) -> bool {
    let (x, y) = (words.text(x), words.text(y));
    // the second branch is no misspelling of the third
    let digits = |text: &str| text.bytes().filter(u8::is_ascii_digit).collect::<Vec<u8>>();
    if x.bytes().chain(y.bytes()).any(|c| c.is_ascii_digit()) && digits(x) != digits(y) {
        return false;
    }
    let short = x.len().min(y.len());
    match short {
        0..=2 => false,
        3 => x.len() != y.len() && distance(x, y, 1) <= 1,
        4..=6 => distance(x, y, 1) <= 1,
        _ => distance(x, y, 2) <= 2,
    }
}

fn initial(column: &Column, x: u32, y: u32) -> Option<f32> {
    let (x, y) = (column.words.text(x), column.words.text(y));
    let fits = (x.len() == 1 || y.len() == 1) && x.as_bytes()[0] == y.as_bytes()[0];
    fits.then(|| {
        let all: u32 = column.initials.iter().sum();
        column.initials[usize::from(x.as_bytes()[0])] as f32 / all as f32
    })
}

fn person(column: &Column, a: &[u32], b: &[u32]) -> Likeness {
    let found = align(column, a, b);
    let ways = (a.len().max(b.len())) as f32;
    if found.matched > 0 && found.left == (0, 0) {
        return Likeness { level: if found.loose == 0 { 4 } else { 3 }, chance: found.chance };
    }
    if found.left.0 > 0
        && found.left.1 > 0
        && let Some(chance) = run_together(column, a, b)
    {
        return Likeness { level: 3, chance };
    }
    match found.matched {
        0 => DIFFERENT,
        _ if found.left.0 == 0 || found.left.1 == 0 => Likeness { level: 2, chance: (found.chance * ways).min(0.5) },
        _ => Likeness { level: 1, chance: (found.chance * ways * ways).min(0.5) },
    }
}

/// Names whose blanks stand elsewhere: `Sri Kusuma` and `Srik usuma`.
fn run_together(column: &Column, a: &[u32], b: &[u32]) -> Option<f32> {
    let joined = |ids: &[u32], out: &mut [u8; 64]| {
        let mut n = 0;
        for id in ids {
            for byte in column.words.text(*id).bytes() {
                if n < out.len() {
                    out[n] = byte;
                    n += 1;
                }
            }
        }
        n
    };
    let (mut x, mut y) = ([0; 64], [0; 64]);
    let (n, m) = (joined(a, &mut x), joined(b, &mut y));
    if n.abs_diff(m) > 2 || n.min(m) < 7 {
        return None;
    }
    let (x, y) = (std::str::from_utf8(&x[..n]).ok()?, std::str::from_utf8(&y[..m]).ok()?);
    (distance(x, y, 2) <= 2).then(|| {
        let rare = a.iter().chain(b).map(|id| column.share(&column.words, *id)).fold(1.0_f32, f32::min);
        NEAR * rare
    })
}

fn company(column: &Column, a: &[u32], b: &[u32]) -> Likeness {
    if a[0] == b[0] {
        return Likeness { level: 2, chance: column.share(&column.whole, a[0]) };
    }
    let found = align(column, &a[1..], &b[1..]);
    let whole = found.left.0 == 0 || found.left.1 == 0;
    let rare = column.share(&column.whole, a[0]).max(column.share(&column.whole, b[0]));
    match found.matched {
        0 => DIFFERENT,
        _ if whole && found.left == (0, 0) => Likeness { level: 2, chance: (found.chance * NEAR).max(rare).min(0.5) },
        // one word of several
        1 if a.len().max(b.len()) > 3 || !whole => DIFFERENT,
        _ if whole => Likeness { level: 1, chance: (found.chance * NEAR * NEAR).max(rare).min(0.5) },
        _ => DIFFERENT,
    }
}

fn phone(column: &Column, a: u32, b: u32) -> Likeness {
    if a == b {
        return Likeness { level: 3, chance: column.share(&column.whole, a) };
    }
    let (x, y) = (column.whole.text(a), column.whole.text(b));
    if x.len().min(y.len()) < 8 {
        return DIFFERENT;
    }
    match distance(x, y, 2) {
        1 => Likeness { level: 2, chance: 1e-5 },
        2 => Likeness { level: 1, chance: 3e-4 },
        _ => DIFFERENT,
    }
}

fn email(column: &Column, a: &[u32], b: &[u32]) -> Likeness {
    let ([local_a, domain_a], [local_b, domain_b]) = (a, b) else { return DIFFERENT };
    let share = |id: u32| column.share(&column.whole, id);
    let (x, y) = (column.whole.text(*local_a), column.whole.text(*local_b));
    if local_a == local_b {
        if domain_a == domain_b {
            return Likeness { level: 4, chance: share(*local_a) };
        }
        // elsewhere another of the same name may have taken the same address
        let named = if tail(x).1.is_empty() { column.plain() } else { 0.0 };
        return Likeness { level: 3, chance: named.clamp(share(*local_a), 0.5) };
    }
    let ((letters_x, digits_x), (letters_y, digits_y)) = (tail(x), tail(y));
    let loose = if letters_x.len().min(letters_y.len()) < 6 { 1 } else { 2 };
    if distance(letters_x, letters_y, loose) > loose {
        return DIFFERENT;
    }
    let telling = if digits_x.is_empty() { domain_a == domain_b } else { digits_x.len() > 1 };
    if digits_x == digits_y && telling {
        return Likeness { level: 2, chance: (NEAR * share(*local_a).max(share(*local_b))).min(0.5) };
    }
    // two addresses: who has the same name has such a one too
    Likeness { level: 1, chance: 1.0 }
}

fn address(column: &Column, a: &[u32], b: &[u32]) -> Option<Likeness> {
    let ([street_a, city_a, code_a], [street_b, city_b, code_b]) = (a, b) else { return None };
    let same = |x: u32, y: u32| (x != NOTHING && y != NOTHING).then_some(x == y);
    let (city, code) = (same(*city_a, *city_b), same(*code_a, *code_b));
    let street = (*street_a != NOTHING && *street_b != NOTHING).then(|| street(column, *street_a, *street_b));
    if street.is_none() && city.is_none() && code.is_none() {
        return None;
    }
    let place = match (city, code) {
        (_, Some(true)) => column.share(&column.codes, *code_a).max(0.01),
        (Some(true), _) => column.share(&column.words, *city_a),
        _ => 1.0,
    };
    let here = city == Some(true) || code == Some(true) || (city.is_none() && code.is_none());
    Some(match street {
        Some((level, chance)) if level > 0 && here => Likeness { level: 3 + level, chance: chance * place },
        Some((2, chance)) => Likeness { level: 2, chance },
        _ if code == Some(true) => Likeness { level: 3, chance: column.share(&column.codes, *code_a) },
        _ if city == Some(true) => Likeness { level: 1, chance: place },
        _ => DIFFERENT,
    })
}

/// 2 for the same street and number, 1 for one that may be meant.
fn street(column: &Column, a: u32, b: u32) -> (u8, f32) {
    let share = |id: u32| column.share(&column.whole, id);
    if a == b {
        return (2, share(a));
    }
    let ((x, number_x), (y, number_y)) = (parts(column.whole.text(a)), parts(column.whole.text(b)));
    let near = (NEAR * share(a).max(share(b))).min(0.5);
    if number_x == number_y && !number_x.is_empty() && distance(x, y, 2) <= 2 {
        return (2, near);
    }
    let unlike = number_x.len().min(number_y.len()) > 1 && distance(number_x, number_y, 1) > 1;
    if x == y && !unlike { (1, (20.0 * near).min(0.5)) } else { (0, 1.0) }
}

fn date(column: &Column, a: u32, b: u32) -> Likeness {
    if a == b {
        return Likeness { level: 2, chance: column.share(&column.whole, a) };
    }
    let parts = |id: u32| {
        let mut parts = column.whole.text(id).split('-');
        (parts.next().unwrap_or(""), parts.next().unwrap_or(""), parts.next().unwrap_or(""))
    };
    let ((y1, m1, d1), (y2, m2, d2)) = (parts(a), parts(b));
    let agree = [y1 == y2, m1 == m2, d1 == d2].iter().filter(|same| **same).count();
    let swapped = y1 == y2 && m1 == d2 && d1 == m2;
    if agree == 2 || swapped { Likeness { level: 1, chance: 0.006 } } else { DIFFERENT }
}
