//! So many things by name, the oldest of which are forgotten.

use std::collections::{BTreeMap, VecDeque};

#[derive(Debug)]
pub(crate) struct Kept<K, V> {
    things: BTreeMap<K, V>,
    order: VecDeque<K>,
    max: usize,
}

impl<K: Ord + Clone, V> Kept<K, V> {
    pub(crate) const fn new(max: usize) -> Self {
        Self { things: BTreeMap::new(), order: VecDeque::new(), max }
    }

    pub(crate) fn put(&mut self, name: K, thing: V) {
        if self.things.insert(name.clone(), thing).is_none() {
            self.order.push_back(name);
        }
        while self.order.len() > self.max {
            self.order.pop_front().map(|oldest| self.things.remove(&oldest));
        }
    }

    pub(crate) fn get(&self, name: &K) -> Option<&V> {
        self.things.get(name)
    }

    pub(crate) fn take(&mut self, name: &K) -> Option<V> {
        let taken = self.things.remove(name)?;
        self.order.retain(|other| other != name);
        Some(taken)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_is_forgotten_and_what_is_taken_is_gone() {
        let mut kept = Kept::new(2);
        [1, 2, 1, 3].into_iter().for_each(|name| kept.put(name, name * 10));
        assert_eq!([1, 2, 3].map(|name| kept.get(&name).copied()), [None, Some(20), Some(30)]);
        assert_eq!((kept.take(&3), kept.take(&3)), (Some(30), None));
        kept.put(4, 40);
        assert_eq!(kept.get(&2), Some(&20));
    }
}
