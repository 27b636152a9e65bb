//! How words are brought to one spelling, and how far two are apart.

/// Longest text of which the distance is worked out, in bytes.
const LONGEST: usize = 40;

/// A word of an Indonesian name in one spelling: `Soeharto` and `Suharto`, `Djoko` and `Joko`, `Tjahja` and `Cahya`,
/// `Harianto` and `Haryanto`, `Yogya` and `Jogja` are written alike. Letters said twice count once. All else is as it was.
///
/// The reforms of 1947 (oe → u) and 1972 (tj → c, dj → j, j → y, nj → ny, sj → sy, ch → kh) are undone as far as it can be
/// told; as a `j` may be of either time, `j` and `y` fall together after a vowel only.
pub fn spelling(word: &str) -> String {
    let bytes = word.as_bytes();
    if matches!(word, "moh" | "muh" | "moch" | "much" | "mohd" | "muhd" | "mhd") {
        return MUHAMMAD.into();
    }
    let mut out = String::with_capacity(word.len());
    let mut n = 0;
    while n < bytes.len() {
        let at = |k: usize| bytes.get(n + k).copied().unwrap_or(0);
        let (letter, used) = match (at(0), at(1)) {
            (b'o', b'e') => ('u', 2),
            (b't', b'j') => ('c', 2),
            (b'd', b'j') => ('j', 2),
            (b'n', b'j') if is_vowel(at(2)) && at(2) != b'i' => {
                out.push('n');
                ('i', 2)
            }
            (b's', b'j') => {
                out.push('s');
                ('i', 2)
            }
            (b'c' | b'k', b'h') => ('h', 2),
            (b't' | b'd' | b'b' | b'g', b'h') => (at(0) as char, 2),
            (b'p', b'h') | (b'v', _) => ('f', if at(0) == b'p' { 2 } else { 1 }),
            (b'q', _) => ('k', 1),
            (b'z', _) => ('s', 1),
            (b'y', _) => ('i', 1),
            (b'x', _) => {
                out.push('k');
                ('s', 1)
            }
            (b, _) if b < 0x80 => (b as char, 1),
            _ => {
                let c = word[n..].chars().next().unwrap_or(' ');
                (c, c.len_utf8())
            }
        };
        n += used;
        if !out.ends_with(letter) {
            out.push(letter);
        }
    }
    if is_muhammad(&out) { MUHAMMAD.into() } else { out }
}

/// Said of so many that it tells nobody from another.
pub(crate) const MUHAMMAD: &str = "muhamad";

fn is_muhammad(word: &str) -> bool {
    matches!(word, "muhamad" | "mohamad" | "muhamed" | "mohamed" | "muhamat" | "mohamat" | "mahomad" | "muhammad" | "mohammad")
}

fn is_vowel(b: u8) -> bool {
    matches!(b, b'a' | b'e' | b'i' | b'o' | b'u')
}

/// The sounds that misspellings leave alone: first letter, then consonants, at most five.
pub(crate) fn skeleton(word: &str) -> ([u8; 5], usize) {
    let mut out = [0; 5];
    let mut n = 0;
    for (place, b) in word.bytes().enumerate() {
        if n == out.len() {
            break;
        }
        if (place == 0 || !(is_vowel(b) || b == b'h')) && (n == 0 || out[n - 1] != b) {
            out[n] = b;
            n += 1;
        }
    }
    (out, n)
}

/// Words of a text: letters and digits, an apostrophe joins.
pub(crate) fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !(c.is_alphanumeric() || c == '\'')).filter(|w| !w.is_empty())
}

/// Letters to change, leave out, put in or swap with their neighbour to make `b` of `a` (Damerau, CACM 1964, no part changed
/// twice), if at most `most`; otherwise `most + 1`.
pub fn distance(a: &str, b: &str, most: usize) -> usize {
    let (mut a, mut b) = (a.as_bytes(), b.as_bytes());
    while let ([x, r @ ..], [y, s @ ..]) = (a, b)
        && x == y
    {
        (a, b) = (r, s);
    }
    while let ([r @ .., x], [s @ .., y]) = (a, b)
        && x == y
    {
        (a, b) = (r, s);
    }
    if a.len() > b.len() {
        std::mem::swap(&mut a, &mut b);
    }
    if b.len() - a.len() > most || b.len() > LONGEST {
        return most + 1;
    }
    if a.is_empty() {
        return b.len();
    }
    let mut before = [0_u8; LONGEST + 1];
    let mut above = [0_u8; LONGEST + 1];
    let mut row = [0_u8; LONGEST + 1];
    for (n, cell) in above.iter_mut().enumerate() {
        *cell = n as u8;
    }
    for i in 1..=a.len() {
        row[0] = i as u8;
        let mut least = row[0];
        for j in 1..=b.len() {
            let change = above[j - 1] + u8::from(a[i - 1] != b[j - 1]);
            let mut cell = change.min(above[j] + 1).min(row[j - 1] + 1);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                cell = cell.min(before[j - 2] + 1);
            }
            row[j] = cell;
            least = least.min(cell);
        }
        if usize::from(least) > most {
            return most + 1;
        }
        std::mem::swap(&mut before, &mut above);
        std::mem::swap(&mut above, &mut row);
    }
    usize::from(above[b.len()]).min(most + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn old_and_new_spellings_are_one() {
        for (a, b) in [
            ("soeharto", "suharto"),
            ("djoko", "joko"),
            ("tjahja", "cahja"),
            ("harianto", "haryanto"),
            ("tortodhani", "tortodani"),
            ("muhammad", "moh"),
            ("mochamad", "muhammad"),
            ("rizky", "riski"),
            ("achmad", "ahmad"),
            ("jusuf", "jusuf"),
            ("sjahrir", "syahrir"),
            ("philip", "filip"),
        ] {
            assert_eq!(spelling(a), spelling(b), "{a} / {b}");
        }
        for (a, b) in [("budi", "rudi"), ("sari", "sarah"), ("dewi", "dwi")] {
            assert_ne!(spelling(a), spelling(b), "{a} / {b}");
        }
    }

    #[test]
    fn distances_count_swaps_as_one() {
        for (a, b, want) in [
            ("budi", "budi", 0),
            ("siwarto", "siwrato", 1),
            ("kusuma", "kusuam", 1),
            ("", "ab", 2),
            ("abcd", "wxyz", 3),
            ("lubis", "lubs", 1),
        ] {
            assert_eq!(distance(a, b, 2), want, "{a} / {b}");
            assert_eq!(distance(b, a, 2), want, "{b} / {a}");
        }
        assert_eq!(distance(&"x".repeat(90), &"y".repeat(90), 2), 3);
    }
}
