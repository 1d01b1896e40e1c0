//! A pool of batches that says what a test tells it to.

use std::collections::BTreeSet;

use realdid_consensus::{BatchStatus, Batches};
use realdid_crypto::{Context, digest};
use realdid_types::{BatchDigest, BatchReference, Block};

use crate::network::consensus_key;

/// Holds every batch, as its reference says, but for those that a test names.
#[derive(Clone, Debug, Default)]
pub struct Pool {
    pub missing: BTreeSet<BatchDigest>,
    pub contradicted: BTreeSet<BatchDigest>,
    pub to_propose: Vec<BatchReference>,
    pub heard_pending: bool,
    pub announced_pending: bool,
}

impl Batches for Pool {
    fn status(&self, reference: &BatchReference) -> BatchStatus {
        if self.contradicted.contains(&reference.digest) {
            BatchStatus::Contradicted
        } else if self.missing.contains(&reference.digest) {
            BatchStatus::Missing
        } else {
            BatchStatus::Held
        }
    }

    fn select(&self, in_chain: &BTreeSet<BatchDigest>) -> Vec<BatchReference> {
        self.to_propose.iter().filter(|reference| !in_chain.contains(&reference.digest)).cloned().collect()
    }

    fn heard_pending(&self, _in_chain: &BTreeSet<BatchDigest>) -> bool {
        self.heard_pending
    }

    fn announced_pending(&self, _in_chain: &BTreeSet<BatchDigest>) -> bool {
        self.announced_pending
    }
}

/// A reference to a batch of one transaction.
pub fn batch(number: u8) -> BatchReference {
    BatchReference {
        digest: BatchDigest(digest(Context::Batch, &[number])),
        author: consensus_key(0),
        bytes: 300,
        transactions: 1,
    }
}

/// The block with these batches, and a header that says so.
pub fn with_batches(mut block: Block, batches: Vec<BatchReference>) -> Block {
    block.header.batches = Block::batches_root(&batches);
    block.header.transactions = batches.iter().map(|reference| reference.transactions).sum();
    block.batches = batches;
    block
}
