//! 128-bit fingerprints, and a table for keys that are spread evenly already.

use std::hash::{BuildHasherDefault, Hasher};

use realdid_crypto::{Context, digest};

/// Gathers what is hashed and digests it in one go.
#[derive(Default)]
pub struct Print(Vec<u8>);

impl Print {
    /// The fingerprint of one thing.
    pub fn of(hash: impl FnOnce(&mut Self)) -> u128 {
        let mut print = Self(Vec::with_capacity(4096));
        hash(&mut print);
        print.wide()
    }

    fn wide(&self) -> u128 {
        let digest = digest(Context::Random, &self.0);
        let mut bytes = [0_u8; 16];
        bytes.copy_from_slice(&digest.as_bytes()[..16]);
        u128::from_le_bytes(bytes)
    }
}

impl Hasher for Print {
    fn write(&mut self, bytes: &[u8]) {
        self.0.extend_from_slice(bytes);
    }

    fn finish(&self) -> u64 {
        self.wide() as u64
    }
}

/// A quick hasher for small keys that no adversary chooses.
#[derive(Clone, Copy, Default)]
pub struct Quick(u64);

impl Hasher for Quick {
    fn write(&mut self, bytes: &[u8]) {
        for chunk in bytes.chunks(8) {
            self.write_u64(chunk.iter().rev().fold(0, |word, byte| word << 8 | u64::from(*byte)));
        }
    }

    fn write_u32(&mut self, word: u32) {
        self.write_u64(u64::from(word));
    }

    fn write_u64(&mut self, word: u64) {
        let mixed = (self.0.rotate_left(25) ^ word).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        self.0 = mixed ^ mixed >> 32;
    }

    fn finish(&self) -> u64 {
        self.0
    }
}

/// A table that is looked things up in and never iterated, so that its order reaches nothing.
#[allow(clippy::disallowed_types, reason = "millions of keys; looked up only, never iterated")]
pub type Table<K, V> = std::collections::HashMap<K, V, BuildHasherDefault<Quick>>;

/// Things by what they say, each with a small number.
pub struct Interner<T> {
    numbers: Table<u128, u32>,
    things: Vec<T>,
}

impl<T> Interner<T> {
    pub fn new() -> Self {
        Self { numbers: Table::default(), things: Vec::new() }
    }

    /// The number of the thing with this fingerprint; the first one that came stands for all.
    pub fn number(&mut self, print: u128, thing: impl FnOnce() -> T) -> u32 {
        if let Some(number) = self.numbers.get(&print) {
            return *number;
        }
        let number = u32::try_from(self.things.len()).expect("fewer than four billion");
        self.numbers.insert(print, number);
        self.things.push(thing());
        number
    }

    /// The number of the thing with this fingerprint, if one came.
    pub fn find(&self, print: u128) -> Option<u32> {
        self.numbers.get(&print).copied()
    }

    pub fn get(&self, number: u32) -> &T {
        &self.things[number as usize]
    }

    pub fn len(&self) -> usize {
        self.things.len()
    }
}
