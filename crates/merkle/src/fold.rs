//! Hashing pages from their slots up, many at a time.

use realdid_crypto::{Context, Digest, Pair, digest, digest_pairs};

use crate::page::{LEVELS, SlotRef, Slots};

/// What a node is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Empty,
    Leaf,
    Inner,
}

/// Nodes side by side, each with the digest that the node above hashes: zero of an empty one.
#[derive(Debug, Default)]
struct Row {
    kinds: Vec<Kind>,
    digests: Vec<[u8; 32]>,
}

/// All nodes of some pages: the slots of all of them in a row, above that half as many, and so on to the top node of
/// each. It keeps its memory from one use to the next.
#[derive(Debug, Default)]
pub(crate) struct Fold {
    slots: Row,
    above: [Row; LEVELS],
    leaves: Vec<Pair>,
    digests: Vec<Digest>,
}

impl Fold {
    /// Of one page.
    pub(crate) fn of(slots: &Slots<'_>) -> Self {
        let mut fold = Self::default();
        fold.hash([slots]);
        fold
    }

    /// Forgets what was there and hashes these pages.
    pub(crate) fn hash<'a>(&mut self, pages: impl IntoIterator<Item = &'a Slots<'a>>) {
        self.slots.clear();
        self.leaves.clear();
        for slot in pages.into_iter().flatten() {
            match slot {
                SlotRef::Empty => self.slots.push(Kind::Empty, [0; 32]),
                SlotRef::Leaf(key, value) => {
                    self.leaves.push(pair(key, value));
                    self.slots.push(Kind::Leaf, [0; 32]);
                }
                SlotRef::Inner(digest) => self.slots.push(Kind::Inner, **digest),
            }
        }
        self.hash_leaves();
        let mut below = &self.slots;
        for row in &mut self.above {
            row.hash(below, &mut self.digests);
            below = row;
        }
    }

    fn hash_leaves(&mut self) {
        self.digests.clear();
        digest_pairs(Context::StateLeaf, self.leaves.iter(), &mut self.digests);
        let nodes = self.slots.kinds.iter().zip(&mut self.slots.digests);
        let leaves = nodes.filter(|(kind, _)| **kind == Kind::Leaf);
        leaves.zip(&self.digests).for_each(|((_, place), digest)| *place = *digest.as_bytes());
    }

    /// The top node of each page.
    pub(crate) fn tops(&self) -> impl Iterator<Item = (Kind, Digest)> {
        let [.., tops] = &self.above;
        tops.kinds.iter().zip(&tops.digests).map(|(kind, digest)| (*kind, Digest::from_bytes(*digest)))
    }

    /// Of one page, the node `height` levels above its slots that has so many nodes to its left.
    pub(crate) fn node(&self, height: usize, place: usize) -> (Kind, Digest) {
        let mut rows = std::iter::once(&self.slots).chain(&self.above);
        let node = rows.nth(height).and_then(|row| row.kinds.get(place).zip(row.digests.get(place)));
        node.map_or((Kind::Empty, Digest::ZERO), |(kind, digest)| (*kind, Digest::from_bytes(*digest)))
    }
}

impl Row {
    fn clear(&mut self) {
        self.kinds.clear();
        self.digests.clear();
    }

    fn push(&mut self, kind: Kind, digest: [u8; 32]) {
        self.kinds.push(kind);
        self.digests.push(digest);
    }

    /// Siblings: their kinds and their digests.
    fn pairs(&self) -> impl Iterator<Item = (&[Kind; 2], &[[u8; 32]; 2])> {
        let ((kinds, _), (digests, _)) = (self.kinds.as_chunks(), self.digests.as_chunks());
        kinds.iter().zip(digests)
    }

    /// Becomes the row above another: a lone leaf moves up.
    fn hash(&mut self, below: &Self, digests: &mut Vec<Digest>) {
        let joined = below.pairs().filter(|(kinds, _)| is_joined(kinds));
        digests.clear();
        let joined = joined.filter_map(|(_, digests)| digests.as_flattened().first_chunk());
        digest_pairs(Context::StateNode, joined, digests);

        let mut digests = digests.iter();
        self.clear();
        for (kinds, [left, right]) in below.pairs() {
            match kinds {
                [Kind::Empty, Kind::Empty] => self.push(Kind::Empty, [0; 32]),
                [Kind::Leaf, Kind::Empty] => self.push(Kind::Leaf, *left),
                [Kind::Empty, Kind::Leaf] => self.push(Kind::Leaf, *right),
                _ => self.push(Kind::Inner, *digests.next().unwrap_or(&Digest::ZERO).as_bytes()),
            }
        }
    }
}

/// Whether siblings have two keys or more.
fn is_joined(kinds: &[Kind; 2]) -> bool {
    !matches!(kinds, [Kind::Empty, Kind::Empty | Kind::Leaf] | [Kind::Leaf, Kind::Empty])
}

/// The digest of a leaf.
pub(crate) fn leaf_digest(key: &Digest, value: &Digest) -> Digest {
    digest(Context::StateLeaf, &pair(key.as_bytes(), value.as_bytes()))
}

/// The digest of an inner node.
pub(crate) fn node_digest(left: &Digest, right: &Digest) -> Digest {
    digest(Context::StateNode, &pair(left.as_bytes(), right.as_bytes()))
}

fn pair(first: &[u8; 32], second: &[u8; 32]) -> Pair {
    let mut pair = [0; 64];
    let (left, right) = pair.split_at_mut(32);
    left.copy_from_slice(first);
    right.copy_from_slice(second);
    pair
}
