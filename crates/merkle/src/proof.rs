//! Proofs of presence and absence.

use realdid_crypto::Digest;

use crate::{
    Leaf, PageId, Pages,
    fold::{Fold, Kind, leaf_digest, node_digest},
    page::{LEVELS, Page, Slot, SlotRef, WIDTH},
    update::read,
};

/// Levels of the tree at most: the bits of a key.
pub(crate) const DEPTH_MAX: usize = 256;

/// Shows what a map holds under one key.
///
/// It repeats neither the key nor the value that it is asked about; with [`encode`](Self::encode) it has one form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proof {
    /// What stands where the key's path ends.
    pub(crate) end: End,
    /// The digests beside the path, from the root down; zero where a side is empty. There are at most
    /// [`DEPTH_MAX`], and the last is not zero, for a lone leaf would have moved up.
    pub(crate) siblings: Vec<Digest>,
}

/// Where a key's path ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum End {
    /// In nothing: the key is absent.
    Empty,
    /// In the key's own leaf.
    Own,
    /// In the leaf of another key: this one is absent.
    Other(Leaf),
}

/// Why a proof does not show what it should.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ProofError {
    /// It shows that the key is absent, and it should be present.
    #[error("the proof shows that the key is absent")]
    Absent,
    /// It shows that the key is present, and it should be absent.
    #[error("the proof shows that the key is present")]
    Present,
    /// The leaf that shows the absence of a key is that key's own.
    #[error("the key is shown absent by its own leaf")]
    OwnLeaf,
    /// The leaf that shows the absence of a key is somewhere else.
    #[error("the leaf does not lie on the key's path: they part at level {0}")]
    OtherPath(usize),
    /// It is of another key, value or root.
    #[error("the proof leads to the root {0}")]
    OtherRoot(Digest),
}

impl Proof {
    /// Whether the map with this root holds exactly `value` (or nothing) under `key`.
    ///
    /// # Errors
    /// Says why it is not shown.
    pub fn verify(&self, root: &Digest, key: &Digest, value: Option<&Digest>) -> Result<(), ProofError> {
        let end = self.end_digest(key, value)?;
        let levels = self.siblings.iter().enumerate().rev();
        let top = levels.fold(end, |below, (level, beside)| {
            if bit(key, level) { node_digest(beside, &below) } else { node_digest(&below, beside) }
        });
        if top == *root { Ok(()) } else { Err(ProofError::OtherRoot(top)) }
    }

    fn end_digest(&self, key: &Digest, value: Option<&Digest>) -> Result<Digest, ProofError> {
        match (&self.end, value) {
            (End::Own, Some(value)) => Ok(leaf_digest(key, value)),
            (End::Own, None) => Err(ProofError::Present),
            (End::Empty | End::Other(_), Some(_)) => Err(ProofError::Absent),
            (End::Empty, None) => Ok(Digest::ZERO),
            (End::Other(leaf), None) if leaf.key == *key => Err(ProofError::OwnLeaf),
            (End::Other(leaf), None) => {
                let parting =
                    (0..self.siblings.len()).find(|level| bit(&leaf.key, *level) != bit(key, *level));
                parting.map_or_else(
                    || Ok(leaf_digest(&leaf.key, &leaf.value)),
                    |level| Err(ProofError::OtherPath(level)),
                )
            }
        }
    }
}

/// Bit `level` of a key, the most significant first.
fn bit(key: &Digest, level: usize) -> bool {
    key.as_bytes().get(level / 8).is_some_and(|byte| byte << (level % 8) & 0x80 != 0)
}

/// Proves what the map in `pages` holds under `key`.
///
/// # Panics
/// If a page is missing: the store is damaged, and nothing may be built on it.
#[must_use]
pub fn prove(pages: &dyn Pages, key: &Digest) -> Proof {
    let mut siblings = Vec::new();
    let mut id = PageId::ROOT;
    let mut page = pages.page(&id);
    while let Some(here) = page {
        let nibble = id.slot_of(key);
        match descend(&here, usize::from(nibble), &mut siblings) {
            Slot::Empty => break,
            Slot::Leaf(leaf) if leaf.key == *key => return Proof { end: End::Own, siblings },
            Slot::Leaf(leaf) => return Proof { end: End::Other(leaf), siblings },
            Slot::Inner(_) => {
                id = id.child(nibble);
                page = Some(read(pages, &id));
            }
        }
    }
    Proof { end: End::Empty, siblings }
}

/// Walks down one page towards a slot: to the slot, or to the lone leaf or gap above it.
fn descend(page: &Page, slot: usize, siblings: &mut Vec<Digest>) -> Slot {
    let slots = page.slots();
    let fold = Fold::of(&slots);
    let is_inner = |height: &usize| fold.node(*height, slot >> height).0 == Kind::Inner;
    let end = (0..=LEVELS).rev().find(|height| !is_inner(height)).unwrap_or(0);
    siblings.extend((end..LEVELS).rev().map(|height| fold.node(height, slot >> height ^ 1).1));

    let width = WIDTH >> LEVELS.saturating_sub(end);
    let below = slots.chunks(width).nth(slot >> end).unwrap_or_default();
    below.iter().find(|slot| **slot != SlotRef::Empty).map_or(Slot::Empty, |slot| slot.to_slot())
}
