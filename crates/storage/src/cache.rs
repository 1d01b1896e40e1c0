//! What was read or written lately, in memory: the top of the tree is read with every block.

use std::{collections::HashMap, hash::Hash};

/// A bounded table of two generations: what is used moves to the younger one, and when that is full the elder goes.
pub(crate) struct Cache<K, V> {
    young: HashMap<K, V>,
    old: HashMap<K, V>,
    generation_max: usize,
}

impl<K: Eq + Hash, V: Clone> Cache<K, V> {
    /// Holds up to twice `generation_max` entries.
    pub(crate) fn new(generation_max: usize) -> Self {
        Self { young: HashMap::new(), old: HashMap::new(), generation_max }
    }

    pub(crate) fn get(&mut self, key: &K) -> Option<V>
    where
        K: Clone,
    {
        if let Some(value) = self.young.get(key) {
            return Some(value.clone());
        }
        let value = self.old.remove(key)?;
        self.insert(key.clone(), value.clone());
        Some(value)
    }

    pub(crate) fn insert(&mut self, key: K, value: V) {
        if self.young.len() >= self.generation_max {
            self.old = std::mem::take(&mut self.young);
        }
        self.old.remove(&key);
        self.young.insert(key, value);
    }

    pub(crate) fn remove(&mut self, key: &K) {
        self.young.remove(key);
        self.old.remove(key);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_used_stays_and_what_is_not_goes() {
        let mut cache = Cache::new(2);
        for number in 0..100 {
            cache.insert(number, number);
            assert_eq!(cache.get(&0), Some(0), "it was used a moment ago");
            assert!(cache.young.len() + cache.old.len() <= 4);
        }
        assert_eq!(cache.get(&1), None);
    }

    #[test]
    fn the_newest_value_counts_and_what_is_removed_is_gone() {
        let mut cache = Cache::new(1);
        for value in [1, 2] {
            cache.insert("a", value);
            cache.insert("b", value);
        }
        assert_eq!(cache.get(&"a"), Some(2));
        cache.insert("c", 1);
        cache.remove(&"a");
        assert_eq!(cache.get(&"a"), None);
    }
}
