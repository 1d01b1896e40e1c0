//! What consensus sees of batches: the pool, and behind it those that are final already.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use realdid_consensus::{BatchStatus, Batches};
use realdid_mempool::BatchPool;
use realdid_types::{BatchDigest, BatchReference, SignedBatch};

use crate::Ledger;

pub(crate) struct PoolView<'a> {
    pub(crate) pool: &'a BatchPool,
    pub(crate) ledger: &'a dyn Ledger,
    pub(crate) fresh: &'a BTreeMap<BatchDigest, Arc<SignedBatch>>,
    pub(crate) wrong: &'a BTreeSet<BatchDigest>,
}

impl Batches for PoolView<'_> {
    fn status(&self, reference: &BatchReference) -> BatchStatus {
        let pending = self.pool.reference(&reference.digest).cloned();
        let stored =
            || self.fresh.get(&reference.digest).cloned().or_else(|| self.ledger.batch(reference.digest));
        let known = pending.or_else(|| stored().map(|batch| batch.reference_under(reference.digest)));
        match known {
            Some(known) if known == *reference => BatchStatus::Held,
            Some(_) => BatchStatus::Contradicted,
            None if self.wrong.contains(&reference.digest) => BatchStatus::Contradicted,
            None => BatchStatus::Missing,
        }
    }

    fn select(&self, in_chain: &BTreeSet<BatchDigest>) -> Vec<BatchReference> {
        self.pool.select(in_chain)
    }

    fn heard_pending(&self, in_chain: &BTreeSet<BatchDigest>) -> bool {
        self.pool.heard_pending(in_chain)
    }

    fn announced_pending(&self, in_chain: &BTreeSet<BatchDigest>) -> bool {
        self.pool.announced_pending(in_chain)
    }
}
