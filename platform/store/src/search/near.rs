//! Words that differ from a given one by a single slip of the finger.
//!
//! One slip leaves the first or the last half of a word as it was; so candidates are those that
//! begin or end with that half, two short range scans.

use crate::cells::Cells;
use crate::cond::prefix_end;
use crate::conn::Conn;
use crate::error::StoreError;
use akrab_model::Raw;

pub(super) const TABLES: &[&str] = &[
    "CREATE TABLE IF NOT EXISTS search_word (word TEXT PRIMARY KEY, rev TEXT NOT NULL) {clustered}",
    "CREATE INDEX IF NOT EXISTS search_word_rev ON search_word (rev)",
];

/// Shorter words differ from too many others by one letter.
const SHORTEST: usize = 4;
const LONGEST: usize = 40;
/// Words looked at per half.
const CANDIDATES: i64 = 20_000;

impl Conn {
    /// Words of the workspace within one slip of `word` (a letter more, less, other, or two
    /// swapped), the word itself left out.
    ///
    /// # Errors
    /// Those of the database.
    pub fn search_near(&mut self, word: &str) -> Result<Vec<String>, StoreError> {
        let letters: Vec<char> = word.chars().collect();
        if letters.len() < SHORTEST || letters.len() > LONGEST || !letters.iter().all(|c| c.is_alphabetic()) {
            return Ok(Vec::new());
        }
        let half = letters.len() / 2;
        let first: String = letters[..half].iter().collect();
        let last: String = letters[letters.len() - half..].iter().rev().collect();
        let mut near = Vec::new();
        for (column, start) in [("word", first), ("rev", last)] {
            let sql = format!(
                "SELECT word FROM search_word WHERE {column} >= $1 AND {column} < $2 AND length(word) BETWEEN $3 AND $4 LIMIT {CANDIDATES}"
            );
            let Some(end) = prefix_end(&start) else { continue };
            let size = letters.len() as i64;
            let params = [start.into(), end.into(), Raw::Int(size - 1), Raw::Int(size + 1)];
            for row in self.query(&sql, &params)? {
                let candidate = Cells::new(row).text();
                if candidate != word && one_slip(&letters, &candidate.chars().collect::<Vec<_>>()) {
                    near.push(candidate);
                }
            }
        }
        near.sort_unstable();
        near.dedup();
        Ok(near)
    }

    /// Adds words that the vocabulary does not have. Numbers are left out: nobody misspells them
    /// in a way that another number would mend.
    pub(super) fn learn_words<'a>(&mut self, words: impl Iterator<Item = &'a str>) -> Result<(), StoreError> {
        let mut fresh: Vec<&str> = {
            let known = self.shared.known.lock().map_err(StoreError::other)?;
            words
                .filter(|w| w.chars().count() >= SHORTEST - 1 && w.chars().all(char::is_alphabetic))
                .filter(|w| !known.words.contains(*w) && !self.fresh.words.contains(*w))
                .collect()
        };
        // in one order everywhere, so that two transactions cannot wait for each other
        fresh.sort_unstable();
        fresh.dedup();
        let rows: Vec<_> = fresh.iter().map(|w| vec![Raw::from(*w), w.chars().rev().collect::<String>().into()]).collect();
        self.execute_later("INSERT INTO search_word (word, rev) VALUES ($1, $2) ON CONFLICT (word) DO NOTHING", rows)?;
        self.fresh.words.extend(fresh.into_iter().map(Into::into));
        Ok(())
    }
}

/// Whether one letter more, less or other, or two neighbours swapped, makes `a` into `b`.
fn one_slip(a: &[char], b: &[char]) -> bool {
    let start = a.iter().zip(b).take_while(|(x, y)| x == y).count();
    let (a, b) = (&a[start..], &b[start..]);
    match (a, b) {
        ([], []) => true,
        _ if a.len() == b.len() + 1 => a[1..] == *b,
        _ if a.len() + 1 == b.len() => *a == b[1..],
        ([x, y, ..], [p, q, ..]) if a.len() == b.len() && x == q && y == p && a[2..] == b[2..] => true,
        _ => a.len() == b.len() && a[1..] == b[1..],
    }
}

#[cfg(test)]
mod tests {
    use super::one_slip;

    #[test]
    fn one_slip_is_one_letter() {
        let near = |a: &str, b: &str| one_slip(&a.chars().collect::<Vec<_>>(), &b.chars().collect::<Vec<_>>());
        for (a, b) in [("santoso", "santosa"), ("santoso", "santos"), ("budi", "bdui"), ("budi", "buddi"), ("udi", "budi")] {
            assert!(near(a, b) && near(b, a), "{a} {b}");
        }
        for (a, b) in [("santoso", "sentosa"), ("budi", "bu"), ("budi", "idub"), ("", "ab")] {
            assert!(!near(a, b), "{a} {b}");
        }
    }
}
