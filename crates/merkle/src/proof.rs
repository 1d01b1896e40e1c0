//! Proofs of presence and absence.

use realdid_crypto::Digest;

use crate::{
    Leaf, Page, PageId, Pages, Slot,
    hash::{self, bit},
    page::{LEVELS, Node, WIDTH, fold},
};

/// Levels of the tree at most: the bits of a key.
pub const DEPTH_MAX: usize = 256;

/// Shows what a map holds under one key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proof {
    /// What stands where the key's path ends.
    pub terminal: Terminal,
    /// The digests beside the path, from the root down; zero where a side is empty.
    pub siblings: Vec<Digest>,
}

/// Where a key's path ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Terminal {
    /// Nothing: the key is absent.
    Empty,
    /// A leaf: the key's own, or another one, and then the key is absent.
    Leaf(Leaf),
}

/// Why a proof does not show what it should.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ProofError {
    /// The path is longer than a key.
    #[error("the path has {0} levels where at most 256 are possible")]
    TooDeep(usize),
    /// It leads to another root.
    #[error("the proof leads to another root")]
    OtherRoot,
    /// It shows another value, or none, or one where none should be.
    #[error("the proof shows another value")]
    OtherValue,
    /// The leaf at the path's end does not lie on the path.
    #[error("the leaf does not lie on the key's path")]
    OtherPath,
}

impl Proof {
    /// Whether the map with this root holds exactly `value` (or nothing) under `key`.
    ///
    /// # Errors
    /// Says why it is not shown.
    pub fn verify(&self, root: &Digest, key: &Digest, value: Option<&Digest>) -> Result<(), ProofError> {
        let depth = self.siblings.len();
        if depth > DEPTH_MAX {
            return Err(ProofError::TooDeep(depth));
        }
        let (shown, digest) = match &self.terminal {
            Terminal::Empty => (None, Digest::ZERO),
            Terminal::Leaf(leaf) if leaf.key == *key => (Some(&leaf.value), hash::leaf(leaf)),
            Terminal::Leaf(leaf) if (0..depth).all(|level| bit(&leaf.key, level) == bit(key, level)) => {
                (None, hash::leaf(leaf))
            }
            Terminal::Leaf(_) => return Err(ProofError::OtherPath),
        };
        if shown != value {
            return Err(ProofError::OtherValue);
        }
        let levels = self.siblings.iter().enumerate().rev();
        let top = levels.fold(digest, |below, (level, beside)| {
            if bit(key, level) { hash::node(beside, &below) } else { hash::node(&below, beside) }
        });
        if top == *root { Ok(()) } else { Err(ProofError::OtherRoot) }
    }
}

/// Proves what the map in `pages` holds under `key`.
#[must_use]
pub fn prove(pages: &dyn Pages, key: &Digest) -> Proof {
    let mut siblings = Vec::new();
    let mut id = PageId::ROOT;
    loop {
        let page = pages.page(&id).unwrap_or_default();
        let nibble = Page::slot_of(key, id.depth());
        match descend(&page, nibble, &mut siblings) {
            Node::Empty => return Proof { terminal: Terminal::Empty, siblings },
            Node::Leaf(leaf) => return Proof { terminal: Terminal::Leaf(leaf), siblings },
            Node::Inner(_) => id = id.child(nibble),
        }
    }
}

/// Walks down one page to the slot of `nibble`, or to the lone leaf or gap above it.
fn descend(page: &Page, nibble: u8, siblings: &mut Vec<Digest>) -> Node {
    let mut slots: &[Slot] = &page.slots;
    for level in 0..LEVELS {
        let node = fold(slots);
        if !matches!(node, Node::Inner(_)) {
            return node;
        }
        let (left, right) = slots.split_at((WIDTH >> level) / 2);
        let goes_right = usize::from(nibble) >> (LEVELS - 1 - level) & 1 == 1;
        let (below, beside) = if goes_right { (right, left) } else { (left, right) };
        siblings.push(fold(beside).digest());
        slots = below;
    }
    fold(slots)
}
