//! A map in memory, and the root of its content made the slow and obvious way.

use std::collections::BTreeMap;

use proptest::prelude::*;
use realdid_crypto::{Context, Digest, digest};
use realdid_merkle::{Page, PageId, Pages, Proof, prove, root_of, update};

pub type Content = BTreeMap<Digest, Digest>;
pub type Changes = BTreeMap<Digest, Option<Digest>>;

/// A map that is held against its content at every step.
#[derive(Default)]
pub struct Store {
    pub pages: BTreeMap<PageId, Page>,
    pub content: Content,
}

impl Pages for Store {
    fn page(&self, id: &PageId) -> Option<Page> {
        self.pages.get(id).cloned()
    }
}

impl Store {
    pub fn of(content: &Content) -> Self {
        let mut store = Self::default();
        store.change(&content.iter().map(|(key, value)| (*key, Some(*value))).collect());
        store
    }

    pub fn with(keys: &[Digest]) -> Self {
        Self::of(&keys.iter().map(|key| (*key, value(7))).collect())
    }

    /// Applies changes and compares the root with the one made from all content.
    pub fn change(&mut self, changes: &Changes) {
        let update = update(self, changes);
        for (id, page) in update.pages {
            let before = self.pages.get(&id).cloned();
            assert_ne!(before, page, "{id:?} is written though it stays as it is");
            match page {
                Some(page) => self.pages.insert(id, page),
                None => self.pages.remove(&id),
            };
        }
        for (key, value) in changes {
            match value {
                Some(value) => self.content.insert(*key, *value),
                None => self.content.remove(key),
            };
        }
        assert_eq!(update.root, naive_root(&self.content));
        assert_eq!(root_of(self), update.root);
    }

    pub fn root(&self) -> Digest {
        root_of(self)
    }

    pub fn prove(&self, key: &Digest) -> Proof {
        prove(self, key)
    }
}

pub fn naive_root(content: &Content) -> Digest {
    let leaves: Vec<_> = content.iter().map(|(key, value)| (*key, *value)).collect();
    subtree(&leaves, 0)
}

fn subtree(leaves: &[(Digest, Digest)], level: usize) -> Digest {
    match leaves {
        [] => Digest::ZERO,
        [(key, value)] => pair(Context::StateLeaf, key, value),
        _ => {
            let (left, right): (Vec<_>, Vec<_>) = leaves.iter().partition(|(key, _)| !bit(key, level));
            pair(Context::StateNode, &subtree(&left, level + 1), &subtree(&right, level + 1))
        }
    }
}

pub fn pair(context: Context, first: &Digest, second: &Digest) -> Digest {
    digest(context, &[*first.as_bytes(), *second.as_bytes()].concat())
}

pub fn bit(key: &Digest, level: usize) -> bool {
    key.as_bytes()[level / 8] >> (7 - level % 8) & 1 == 1
}

/// A key with its last bits, from `level` on, from another.
pub fn parting(key: &Digest, level: usize) -> Digest {
    let mut bytes = *key.as_bytes();
    bytes[level / 8] ^= 0x80 >> (level % 8);
    Digest::from_bytes(bytes)
}

pub fn key(number: u64) -> Digest {
    digest(Context::StateKey, &number.to_be_bytes())
}

pub fn value(number: u64) -> Digest {
    digest(Context::StateValue, &number.to_be_bytes())
}

/// Keys of which many share long beginnings: zero bytes, but for up to three bits somewhere.
pub fn close_key() -> impl Strategy<Value = Digest> {
    prop::collection::vec(prop_oneof![0..256_usize, 0..12_usize, 250..256_usize], 0..4)
        .prop_map(|levels| levels.iter().fold(Digest::ZERO, |key, level| parting(&key, *level)))
}

/// Keys that spread as digests do, few enough to meet again.
pub fn spread_key() -> impl Strategy<Value = Digest> {
    (0..300_u64).prop_map(key)
}

pub fn any_key() -> impl Strategy<Value = Digest> {
    prop_oneof![close_key(), spread_key()]
}

pub fn changes(count: usize) -> impl Strategy<Value = Changes> {
    let change = prop_oneof![2 => (0..5_u64).prop_map(|number| Some(value(number))), 1 => Just(None)];
    prop::collection::btree_map(any_key(), change, 0..count)
}

pub fn content(count: usize) -> impl Strategy<Value = Content> {
    prop::collection::btree_map(any_key(), (0..5_u64).prop_map(value), 0..count)
}
