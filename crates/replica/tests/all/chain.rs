//! What a replica reads of its disk.

use std::{collections::BTreeMap, sync::Arc};

use realdid_merkle::{Page, PageId, Pages};
use realdid_state::{MemoryStore, StateRead};
use realdid_sync::ChainStore;
use realdid_types::{BatchDigest, Block, BlockDigest, Certificate, Epoch, EpochEnd, Height, SignedBatch};

/// The final chain in memory, without certificates; and every stored batch.
pub struct Chain {
    pub state: MemoryStore,
    pub blocks: Vec<Block>,
    pub batches: BTreeMap<BatchDigest, Arc<SignedBatch>>,
}

impl Pages for Chain {
    fn page(&self, id: &PageId) -> Option<Page> {
        self.state.page(id)
    }
}

impl StateRead for Chain {
    fn value(&self, key: &[u8]) -> Option<Vec<u8>> {
        self.state.value(key)
    }
}

impl ChainStore for Chain {
    fn block_at(&self, height: Height) -> Option<Block> {
        self.blocks.get(usize::try_from(height.0).ok()?).cloned()
    }

    fn block(&self, digest: BlockDigest) -> Option<Block> {
        self.blocks.iter().find(|block| block.digest() == digest).cloned()
    }

    fn batch(&self, digest: BatchDigest) -> Option<Arc<SignedBatch>> {
        self.batches.get(&digest).cloned()
    }

    fn commit_at_or_below(&self, _height: Height) -> Option<(Height, Certificate)> {
        None
    }

    fn commit_at_or_above(&self, _height: Height) -> Option<(Height, Certificate)> {
        None
    }

    fn epoch_end(&self, _epoch: Epoch) -> Option<EpochEnd> {
        None
    }
}
