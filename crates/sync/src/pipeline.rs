//! Certified blocks on their way up: waiting, open for batches, delivered, executed.

use std::{collections::VecDeque, sync::Arc};

use realdid_types::{Block, Certificate, SignedBatch};

use crate::{
    batches::Batches,
    descent::Position,
    limits::{WINDOW_BLOCKS_MAX, WINDOW_BYTES_MAX},
};

/// A chain of certified blocks that stands on the tip, lowest first.
#[derive(Debug)]
pub(crate) struct Pipeline {
    tip: Position,
    // given out and not yet the tip, with the bytes of their batches
    delivered: VecDeque<(Position, u64)>,
    ready: VecDeque<Ready>,
    // how many of the ready blocks are open, from the lowest on
    open: usize,
    // of the batches of delivered and open blocks
    bytes: u64,
    pub(crate) batches: Batches,
}

#[derive(Debug)]
struct Ready {
    position: Position,
    bytes: u64,
    block: Block,
    certificate: Option<Certificate>,
}

/// A block with everything that belongs to it.
pub(crate) type Complete = (Block, Vec<Arc<SignedBatch>>, Option<Certificate>);

impl Pipeline {
    pub(crate) fn new(tip: Position) -> Self {
        let (delivered, ready, batches) = (VecDeque::new(), VecDeque::new(), Batches::default());
        Self { tip, delivered, ready, open: 0, bytes: 0, batches }
    }

    /// The highest block that is certified here.
    pub(crate) fn top(&self) -> Position {
        let delivered = self.delivered.back().map_or(self.tip, |(position, _)| *position);
        self.ready.back().map_or(delivered, |ready| ready.position)
    }

    /// How many blocks are not delivered.
    pub(crate) fn waiting(&self) -> usize {
        self.ready.len()
    }

    /// Adds the child of the top.
    pub(crate) fn push(&mut self, block: Block, certificate: Option<Certificate>) {
        let header = &block.header;
        let position = Position { height: header.height, digest: header.digest(), at: header.at };
        let bytes = block.batches.iter().map(|reference| u64::from(reference.bytes)).sum();
        self.ready.push_back(Ready { position, bytes, block, certificate });
    }

    /// Opens as many blocks as the window has room for.
    pub(crate) fn fill_window(&mut self) {
        while let Some(next) = self.ready.get(self.open).filter(|next| self.has_room(next.bytes)) {
            self.bytes = self.bytes.saturating_add(next.bytes);
            self.open = self.open.saturating_add(1);
            self.batches.open(&next.block);
        }
    }

    fn has_room(&self, bytes: u64) -> bool {
        let blocks = self.open.saturating_add(self.delivered.len());
        blocks < WINDOW_BLOCKS_MAX && self.bytes.saturating_add(bytes) <= WINDOW_BYTES_MAX
    }

    /// Gives out the lowest block if it is complete.
    pub(crate) fn deliver_next(&mut self) -> Option<Complete> {
        let next = self.ready.front().filter(|_| self.open > 0)?;
        if !self.batches.is_complete(&next.block) {
            return None;
        }
        let Ready { position, bytes, block, certificate } = self.ready.pop_front()?;
        self.open = self.open.saturating_sub(1);
        self.delivered.push_back((position, bytes));
        let batches = self.batches.close(&block);
        Some((block, batches, certificate))
    }

    /// Moves the tip to a block of this chain and lets go of what is below; false if it is not in this chain, which
    /// is then let go as a whole.
    pub(crate) fn advance_tip(&mut self, tip: Position) -> bool {
        self.tip = tip;
        if let Some(index) = self.delivered.iter().position(|(position, _)| *position == tip) {
            for (_, bytes) in self.delivered.drain(..=index) {
                self.bytes = self.bytes.saturating_sub(bytes);
            }
            return true;
        }
        let Some(index) = self.ready.iter().position(|ready| ready.position == tip) else {
            *self = Self::new(tip);
            return false;
        };
        for (_, bytes) in self.delivered.drain(..) {
            self.bytes = self.bytes.saturating_sub(bytes);
        }
        for (place, passed) in self.ready.drain(..=index).enumerate() {
            if place < self.open {
                self.bytes = self.bytes.saturating_sub(passed.bytes);
                self.batches.close(&passed.block);
            }
        }
        self.open = self.open.saturating_sub(index.saturating_add(1));
        true
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.delivered.is_empty() && self.ready.is_empty() && self.batches.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use realdid_crypto::{Digest, PublicKey};
    use realdid_types::{
        BatchDigest, BatchReference, Block, BlockDigest, EpochView, Header, Height, StateRoot, Timestamp,
        ValidatorIndex, ValidatorsDigest, View, limits,
    };

    use super::{Pipeline, Position};
    use crate::limits::WINDOW_BYTES_MAX;

    fn position(height: u64) -> Position {
        Position { height: Height(height), digest: BlockDigest::ZERO, at: EpochView::default() }
    }

    /// A block with as many bytes of batches as there may be.
    fn full_block(height: u64) -> Block {
        let reference = |number: usize| {
            let mut digest = [height as u8; 32];
            digest[0] = number as u8;
            BatchReference {
                digest: BatchDigest(Digest::from_bytes(digest)),
                author: PublicKey::ed25519([1; 32]),
                bytes: limits::BATCH_BYTES_MAX as u32,
                transactions: 1,
            }
        };
        let batches: Vec<_> = (0..limits::BLOCK_BATCHES_MAX).map(reference).collect();
        let header = Header {
            at: EpochView::default(),
            height: Height(height),
            parent: BlockDigest::ZERO,
            parent_view: View(0),
            validators: ValidatorsDigest::ZERO,
            next_validators: ValidatorsDigest::ZERO,
            state_root: StateRoot::ZERO,
            batches: Block::batches_root(&batches),
            transactions: 64,
            time: Timestamp(height),
            proposer: ValidatorIndex(0),
        };
        Block { header, batches }
    }

    fn store_all(pipeline: &mut Pipeline, block: &Block) {
        block.batches.iter().for_each(|reference| pipeline.batches.on_stored(&reference.digest));
    }

    #[test]
    fn the_window_holds_four_full_blocks_until_the_lowest_is_executed() {
        let mut pipeline = Pipeline::new(position(0));
        let blocks: Vec<Block> = (1..=6).map(full_block).collect();
        blocks.iter().for_each(|block| pipeline.push(block.clone(), None));

        pipeline.fill_window();
        assert_eq!((pipeline.open, pipeline.bytes), (4, WINDOW_BYTES_MAX));

        store_all(&mut pipeline, &blocks[0]);
        assert!(pipeline.deliver_next().is_some());
        pipeline.fill_window();
        assert_eq!(pipeline.open, 3, "what is delivered and not executed still counts");

        let header = &blocks[0].header;
        let tip = Position { height: header.height, digest: header.digest(), at: header.at };
        assert!(pipeline.advance_tip(tip));
        pipeline.fill_window();
        assert_eq!((pipeline.open, pipeline.bytes), (4, WINDOW_BYTES_MAX));
    }

    #[test]
    fn blocks_leave_in_height_order_though_their_batches_come_in_any() {
        let mut pipeline = Pipeline::new(position(0));
        let blocks: Vec<Block> = (1..=2).map(full_block).collect();
        blocks.iter().for_each(|block| pipeline.push(block.clone(), None));
        pipeline.fill_window();

        store_all(&mut pipeline, &blocks[1]);
        assert!(pipeline.deliver_next().is_none());

        store_all(&mut pipeline, &blocks[0]);
        let given: Vec<_> = std::iter::from_fn(|| pipeline.deliver_next()).map(|(block, ..)| block).collect();
        assert_eq!(given, blocks);
    }

    #[test]
    fn a_tip_inside_the_chain_drops_what_is_below_and_one_outside_drops_all() {
        let mut pipeline = Pipeline::new(position(0));
        let blocks: Vec<Block> = (1..=6).map(full_block).collect();
        blocks.iter().for_each(|block| pipeline.push(block.clone(), None));
        pipeline.fill_window();
        let header = &blocks[4].header;
        let fifth = Position { height: header.height, digest: header.digest(), at: header.at };

        assert!(pipeline.advance_tip(fifth));
        assert_eq!((pipeline.waiting(), pipeline.open, pipeline.bytes), (1, 0, 0));

        assert!(!pipeline.advance_tip(position(9)));
        assert!(pipeline.is_empty());
        assert_eq!(pipeline.top(), position(9));
    }
}
