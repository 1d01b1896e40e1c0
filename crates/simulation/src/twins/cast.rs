//! Who takes part: the copies of each doubled key, then one node for every other key.

/// Letters of the doubled keys; a second copy has the small one.
const DOUBLED: [char; 6] = ['T', 'U', 'V', 'W', 'X', 'Y'];

/// The nodes of a search. Key `k` is validator `k`; keys below `doubled` have two nodes each.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cast {
    /// How many validators the network has.
    pub validators: usize,
    /// How many of them run twice with one key.
    pub doubled: usize,
}

impl Cast {
    /// As many doubled validators as may be faulty.
    #[must_use]
    pub fn with_twins(validators: usize) -> Self {
        Self { validators, doubled: realdid_types::Quorum { n: validators }.faulty() }
    }

    /// How many nodes run.
    #[must_use]
    pub fn nodes(self) -> usize {
        self.validators + self.doubled
    }

    /// The key of a node.
    #[must_use]
    pub fn key(self, node: usize) -> usize {
        if node < 2 * self.doubled { node / 2 } else { node - self.doubled }
    }

    /// Whether nobody else runs with this key.
    #[must_use]
    pub fn is_honest_key(self, key: usize) -> bool {
        key >= self.doubled
    }

    /// Whether nobody else runs with this node's key.
    #[must_use]
    pub fn is_honest(self, node: usize) -> bool {
        node >= 2 * self.doubled
    }

    /// The nodes whose key nobody else has.
    pub fn honest(self) -> impl Iterator<Item = usize> {
        2 * self.doubled..self.nodes()
    }

    /// The letter of a node.
    #[must_use]
    pub fn name(self, node: usize) -> char {
        let key = self.key(node);
        match DOUBLED.get(key).filter(|_| !self.is_honest(node)) {
            Some(letter) if node.is_multiple_of(2) => *letter,
            Some(letter) => letter.to_ascii_lowercase(),
            None => ('a'..='s').nth(key - self.doubled).unwrap_or('?'),
        }
    }

    /// The letter of a key: that of its first node.
    #[must_use]
    pub fn key_name(self, key: usize) -> char {
        self.name(if self.is_honest_key(key) { key + self.doubled } else { 2 * key })
    }
}
