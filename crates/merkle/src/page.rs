//! Pages: four levels of the tree, stored as their sixteen lower ends.

use realdid_crypto::Digest;

use crate::hash;

/// Levels in a page.
pub(crate) const LEVELS: usize = 4;
/// Lower ends of a page.
pub(crate) const WIDTH: usize = 1 << LEVELS;

/// Where pages are kept between blocks.
pub trait Pages {
    /// The page of this name, if there is one.
    fn page(&self, id: &PageId) -> Option<Page>;
}

/// Names a page by the nibbles that lead to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PageId {
    depth: u8,
    path: [u8; 32],
}

impl PageId {
    /// The page at the root.
    pub const ROOT: Self = Self { depth: 0, path: [0; 32] };

    /// The page below slot `nibble` of this one. Keys have 64 nibbles, so the deepest page is at depth 63.
    pub(crate) fn child(mut self, nibble: u8) -> Self {
        if let Some(byte) = self.path.get_mut(usize::from(self.depth / 2)) {
            *byte |= if self.depth.is_multiple_of(2) { nibble << 4 } else { nibble };
        }
        self.depth += 1;
        self
    }

    /// How many nibbles lead to it: 0 to 63.
    #[must_use]
    pub const fn depth(&self) -> u8 {
        self.depth
    }

    /// 33 bytes that name it in a store, in the order of the tree.
    #[must_use]
    pub fn to_bytes(&self) -> [u8; 33] {
        let mut bytes = [self.depth; 33];
        if let Some((_, rest)) = bytes.split_first_mut() {
            rest.copy_from_slice(&self.path);
        }
        bytes
    }
}

/// A key with the digest of its value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Leaf {
    /// The key.
    pub key: Digest,
    /// The digest of its value.
    pub value: Digest,
}

/// What stands at a lower end of a page.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Slot {
    /// No key.
    #[default]
    Empty,
    /// One key.
    Leaf(Leaf),
    /// Two keys or more: the digest of the page below.
    Inner(Digest),
}

/// Four levels of the tree.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Page {
    pub(crate) slots: [Slot; WIDTH],
}

/// A node inside a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Node {
    Empty,
    Leaf(Leaf),
    Inner(Digest),
}

impl Node {
    pub(crate) fn digest(&self) -> Digest {
        match self {
            Self::Empty => Digest::ZERO,
            Self::Leaf(leaf) => hash::leaf(leaf),
            Self::Inner(digest) => *digest,
        }
    }

    /// The node above two: a lone leaf moves up.
    fn above(left: Self, right: Self) -> Self {
        match (left, right) {
            (Self::Empty, Self::Empty) => Self::Empty,
            (leaf @ Self::Leaf(_), Self::Empty) | (Self::Empty, leaf @ Self::Leaf(_)) => leaf,
            (left, right) => Self::Inner(hash::node(&left.digest(), &right.digest())),
        }
    }
}

impl From<Slot> for Node {
    fn from(slot: Slot) -> Self {
        match slot {
            Slot::Empty => Self::Empty,
            Slot::Leaf(leaf) => Self::Leaf(leaf),
            Slot::Inner(digest) => Self::Inner(digest),
        }
    }
}

/// The node above some slots: all sixteen, or an aligned half of them, and so on.
pub(crate) fn fold(slots: &[Slot]) -> Node {
    match slots {
        [] => Node::Empty,
        [slot] => (*slot).into(),
        _ => {
            let (left, right) = slots.split_at(slots.len() / 2);
            Node::above(fold(left), fold(right))
        }
    }
}

impl Page {
    /// The slot that a key belongs to, in a page at this depth.
    pub(crate) fn slot_of(key: &Digest, depth: u8) -> u8 {
        let byte = key.as_bytes().get(usize::from(depth / 2)).copied().unwrap_or(0);
        if depth.is_multiple_of(2) { byte >> 4 } else { byte & 0x0f }
    }

    pub(crate) fn slot(&self, nibble: u8) -> Slot {
        self.slots.get(usize::from(nibble)).copied().unwrap_or_default()
    }

    pub(crate) fn set(&mut self, nibble: u8, slot: Slot) {
        if let Some(place) = self.slots.get_mut(usize::from(nibble)) {
            *place = slot;
        }
    }

    /// Its bytes in a store: for each slot that is not empty its place and kind, then one or two digests.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        for (place, slot) in (0_u8..).zip(&self.slots) {
            match slot {
                Slot::Empty => {}
                Slot::Leaf(leaf) => {
                    bytes.push(place);
                    bytes.extend_from_slice(leaf.key.as_bytes());
                    bytes.extend_from_slice(leaf.value.as_bytes());
                }
                Slot::Inner(digest) => {
                    bytes.push(place | 0x10);
                    bytes.extend_from_slice(digest.as_bytes());
                }
            }
        }
        bytes
    }

    /// The page of these bytes, or `None` if they are no page's.
    #[must_use]
    pub fn decode(mut bytes: &[u8]) -> Option<Self> {
        let mut page = Self::default();
        while let Some((head, rest)) = bytes.split_first() {
            let (first, rest) = rest.split_first_chunk::<32>()?;
            bytes = rest;
            let slot = match head >> 4 {
                0 => {
                    let (second, rest) = bytes.split_first_chunk::<32>()?;
                    bytes = rest;
                    Slot::Leaf(Leaf { key: Digest::from_bytes(*first), value: Digest::from_bytes(*second) })
                }
                1 => Slot::Inner(Digest::from_bytes(*first)),
                _ => return None,
            };
            page.set(head & 0x0f, slot);
        }
        Some(page)
    }
}
