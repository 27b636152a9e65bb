//! Texts by number, each kept once, with how often it stands in the file.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

/// Numbers that are hashes already.
#[derive(Default)]
pub(crate) struct Plain(u64);

impl Hasher for Plain {
    fn finish(&self) -> u64 {
        self.0
    }
    fn write(&mut self, bytes: &[u8]) {
        self.0 = hash(bytes);
    }
    fn write_u64(&mut self, n: u64) {
        self.0 = n;
    }
}

pub(crate) type Map<V> = HashMap<u64, V, BuildHasherDefault<Plain>>;

/// A 64-bit hash that is the same on every machine.
pub fn hash(bytes: &[u8]) -> u64 {
    let mut h = 0xcbf2_9ce4_8422_2325_u64 ^ bytes.len() as u64;
    for chunk in bytes.chunks(8) {
        let mut word = [0; 8];
        word[..chunk.len()].copy_from_slice(chunk);
        h = mix(h, u64::from_le_bytes(word));
    }
    h
}

/// Two hashes as one.
pub(crate) fn mix(h: u64, more: u64) -> u64 {
    let x = (h ^ more).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    (x ^ (x >> 29)).wrapping_mul(0xBF58_476D_1CE4_E5B9) ^ (x >> 32)
}

/// Texts and their numbers.
#[derive(Default)]
pub(crate) struct Vocab {
    known: Map<u32>,
    text: String,
    ends: Vec<u32>,
    count: Vec<u32>,
}

impl Vocab {
    /// The number of `text`, counted once more.
    pub fn take(&mut self, text: &str) -> u32 {
        let next = self.ends.len() as u32;
        let id = *self.known.entry(hash(text.as_bytes())).or_insert(next);
        if id == next {
            self.text.push_str(text);
            self.ends.push(self.text.len() as u32);
            self.count.push(0);
        }
        self.count[id as usize] += 1;
        id
    }

    pub fn text(&self, id: u32) -> &str {
        let id = id as usize;
        let from = if id == 0 { 0 } else { self.ends[id - 1] as usize };
        &self.text[from..self.ends[id] as usize]
    }

    pub fn count(&self, id: u32) -> u32 {
        self.count[id as usize]
    }

    /// No more texts come.
    pub fn close(&mut self) {
        self.known = Map::default();
        self.text.shrink_to_fit();
        self.ends.shrink_to_fit();
        self.count.shrink_to_fit();
    }
}
