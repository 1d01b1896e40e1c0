//! From a certified digest down, parent by parent, to what is certified here already.

use std::collections::{BTreeSet, VecDeque};

use realdid_types::{
    BatchReference, Block, BlockDigest, Certificate, Epoch, EpochView, Header, Height, limits,
};

use crate::{
    Lie, Peer, Tip,
    limits::{DESCENT_BLOCKS_MAX, DESCENT_FAR},
};

/// A block that is certified here: the tip, or one on its way there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Position {
    pub(crate) height: Height,
    pub(crate) digest: BlockDigest,
    pub(crate) at: EpochView,
}

impl From<&Tip> for Position {
    fn from(tip: &Tip) -> Self {
        Self { height: tip.height, digest: tip.digest, at: tip.at }
    }
}

/// Blocks below a verified certificate, each named by the one above it: all of them are final.
#[derive(Debug)]
pub(crate) struct Descent {
    /// Of the block from which it came down.
    pub(crate) certificate: Certificate,
    /// Ascending, each the parent of the next; never empty.
    pub(crate) blocks: VecDeque<Block>,
    /// Questions about it in a row that led to nothing.
    pub(crate) misses: usize,
    offers: BTreeSet<Peer>,
}

/// How a descent stands to a certified block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// Its lowest block is that block's child.
    OnTop,
    /// It has not come down that far.
    Above,
    /// It passes by: both cannot be final.
    Beside,
}

impl Descent {
    /// Begins with blocks that [`check`] has found to end in the one that the certificate names.
    pub(crate) fn new(certificate: Certificate, blocks: Vec<Block>) -> Self {
        Self { certificate, blocks: blocks.into(), misses: 0, offers: BTreeSet::new() }
    }

    /// Adds blocks below. When they become too many, the upper ones are let go: what is below stays certified.
    pub(crate) fn extend_down(&mut self, blocks: Vec<Block>) {
        for block in blocks.into_iter().rev() {
            self.blocks.push_front(block);
        }
        self.blocks.truncate(DESCENT_BLOCKS_MAX);
        self.misses = 0;
    }

    /// The lowest block's header.
    pub(crate) fn lowest(&self) -> Option<&Header> {
        self.blocks.front().map(|block| &block.header)
    }

    /// The digest that the next block down must have.
    pub(crate) fn next_down(&self) -> Option<BlockDigest> {
        self.lowest().map(|header| header.parent)
    }

    pub(crate) fn is_nearer_than(&self, other: &Self) -> bool {
        self.lowest().map(|header| header.height) < other.lowest().map(|header| header.height)
    }

    /// Lets go of what is at or below `base`, and tells where the rest stands.
    pub(crate) fn place(&mut self, base: &Position) -> Place {
        let covered = |block: &Block| block.header.height == base.height && block.digest() == base.digest;
        if let Some(index) = self.blocks.iter().position(covered) {
            self.blocks.drain(..=index);
            return Place::OnTop;
        }
        match self.lowest() {
            Some(lowest) if lowest.parent != base.digest => {
                let above = lowest.is_closing() || lowest.height > base.height.next();
                if above { Place::Above } else { Place::Beside }
            }
            _ => Place::OnTop,
        }
    }

    /// Whether `peer` should first be asked for a certificate nearer to `base`: a liar can offer a true one so high
    /// up that walking down from it takes for ever. Once for each peer.
    pub(crate) fn may_be_offered_nearer(&mut self, base: &Position, peer: Peer) -> bool {
        let left = self.lowest().map_or(0, |lowest| lowest.height.0.saturating_sub(base.height.0));
        left > DESCENT_FAR && self.offers.insert(peer)
    }
}

/// Checks that `blocks` ascend to the one named `top`, in this epoch, and fit below `child`, whose parent it is.
pub(crate) fn check(
    blocks: &[Block],
    top: BlockDigest,
    child: Option<&Header>,
    epoch: Epoch,
) -> Result<(), Lie> {
    if blocks.len() > limits::CATCH_UP_BLOCKS_MAX {
        return Err(Lie::TooManyBlocks(blocks.len()));
    }
    let (mut expected, mut child) = (top, child);
    for Block { header, batches } in blocks.iter().rev() {
        let found = header.digest();
        if found != expected {
            return Err(Lie::OtherBlock { expected, found });
        }
        if header.at.epoch != epoch || child.is_some_and(|child| !fits_below(header, child)) {
            return Err(Lie::OtherPlace(header.height));
        }
        if Block::batches_root(batches) != header.batches || !are_in_limits(header, batches) {
            return Err(Lie::References(header.height));
        }
        (expected, child) = (header.parent, Some(header));
    }
    Ok(())
}

fn are_in_limits(header: &Header, batches: &[BatchReference]) -> bool {
    let most = if header.is_closing() { 0 } else { limits::BLOCK_BATCHES_MAX };
    let is_small = |reference: &BatchReference| reference.bytes as usize <= limits::BATCH_BYTES_MAX;
    batches.len() <= most && batches.iter().all(is_small)
}

/// All closing blocks of an epoch keep the height after the barrier's, and nothing follows them in it.
fn fits_below(header: &Header, child: &Header) -> bool {
    let height = match (header.is_closing(), child.is_closing()) {
        (true, true) => header.height,
        (true, false) => return false,
        (false, _) => header.height.next(),
    };
    child.height == height && child.parent_view == header.at.view && header.at < child.at
}
