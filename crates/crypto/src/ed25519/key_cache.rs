//! Decompressed keys, so that a key that comes again need not be decompressed again.

use std::{collections::BTreeMap, mem};

use curve25519_dalek::edwards::EdwardsPoint;

use crate::PublicKey;

/// Remembers the points of the keys used last, up to a bound.
///
/// It keeps two generations. Whatever is used is in the recent one; when that is full it becomes the older one,
/// and what was in the older one until then, unused for a whole generation, is forgotten.
#[derive(Debug)]
pub struct KeyCache {
    generation_max: usize,
    recent: BTreeMap<PublicKey, EdwardsPoint>,
    older: BTreeMap<PublicKey, EdwardsPoint>,
}

impl KeyCache {
    /// An empty cache for up to `keys_max` keys, rounded down to an even number.
    pub fn new(keys_max: usize) -> Self {
        Self { generation_max: keys_max / 2, recent: BTreeMap::new(), older: BTreeMap::new() }
    }

    /// The point of `key`, if remembered.
    pub fn get(&mut self, key: &PublicKey) -> Option<EdwardsPoint> {
        if let Some(point) = self.recent.get(key) {
            return Some(*point);
        }
        let point = self.older.remove(key)?;
        self.insert(*key, point);
        Some(point)
    }

    /// Remembers the point of `key`.
    pub fn insert(&mut self, key: PublicKey, point: EdwardsPoint) {
        if self.generation_max == 0 {
            return;
        }
        if self.recent.len() >= self.generation_max {
            self.older = mem::take(&mut self.recent);
        }
        self.recent.insert(key, point);
    }
}

#[cfg(test)]
mod tests {
    use curve25519_dalek::scalar::Scalar;

    use super::*;

    fn key(number: u8) -> PublicKey {
        PublicKey::ed25519([number; 32])
    }

    fn point(number: u8) -> EdwardsPoint {
        EdwardsPoint::mul_base(&Scalar::from(number))
    }

    fn cache_after(keys_max: usize, numbers: impl IntoIterator<Item = u8>) -> KeyCache {
        let mut cache = KeyCache::new(keys_max);
        for number in numbers {
            if cache.get(&key(number)).is_none() {
                cache.insert(key(number), point(number));
            }
        }
        cache
    }

    #[test]
    fn each_key_has_its_own_point() {
        let mut cache = cache_after(8, 1..=4);
        for number in 1..=4 {
            assert_eq!(cache.get(&key(number)), Some(point(number)));
        }
        assert_eq!(cache.get(&key(5)), None);
    }

    #[test]
    fn it_never_holds_more_than_its_bound() {
        for keys_max in [0, 1, 2, 3, 8, 9] {
            let cache = cache_after(keys_max, (0..200).chain(0..50));
            assert!(cache.recent.len() + cache.older.len() <= keys_max);
        }
    }

    #[test]
    fn a_key_in_use_outlives_any_number_of_others() {
        let mut cache = cache_after(8, [0]);
        for other in 1..=100 {
            assert_eq!(cache.get(&key(0)), Some(point(0)));
            cache.insert(key(other), point(other));
        }
        assert_eq!(cache.get(&key(1)), None);
    }
}
