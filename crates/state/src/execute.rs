//! Executing a block.

use std::{collections::BTreeMap, sync::Arc};

use realdid_crypto::Verifier;
use realdid_merkle::{Page, PageId};
use realdid_types::{GenesisDigest, Header, SignedBatch, StateRoot, ValidatorSet};

use crate::{
    Receipt, StateKey, StateRead, ValidatorSets, block::BlockExecution, keys, overlay::Draft,
    store::read_always,
};

/// What executing a block makes of the state before it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Execution {
    /// The root after it.
    pub root: StateRoot,
    /// What became of its transactions, in order.
    pub receipts: Vec<Receipt>,
    /// The validators of the block's own epoch.
    pub validators: Arc<ValidatorSet>,
    /// The validators of the next epoch; those of this one while nothing changes.
    pub next_validators: Arc<ValidatorSet>,
    /// Values to write, by their keys' bytes; none where one goes.
    pub values: BTreeMap<Vec<u8>, Option<Vec<u8>>>,
    /// Pages of the tree to write; none where one goes.
    pub pages: BTreeMap<PageId, Option<Page>>,
    /// Versions of records that this block replaced, by [`crate::past_key`]. They are not part of the state: each
    /// version names the digest of the one before.
    pub past: BTreeMap<Vec<u8>, Vec<u8>>,
}

/// What a block is executed with besides the state.
pub struct Inputs<'a> {
    /// The network.
    pub genesis: GenesisDigest,
    /// The block's header; its root and sets were compared with the state before.
    pub header: &'a Header,
    /// Its batches in order, each of this network and with all its signatures verified ([`SignedBatch::verify`]).
    pub batches: &'a [&'a SignedBatch],
    /// Checks proofs of possession and evidence.
    pub verifier: &'a dyn Verifier,
}

/// Executes a block on the state after its parent.
///
/// A closing block changes nothing. The first block of an epoch begins by putting the next validators in office.
///
/// # Panics
/// If the state was not made from a genesis, or is damaged.
#[must_use]
pub fn execute(inputs: &Inputs<'_>, before: &dyn StateRead) -> Execution {
    if inputs.header.is_closing() {
        return Execution::of_nothing(before);
    }
    let mut block = BlockExecution::begin(inputs, before);
    let receipts: Vec<Receipt> = inputs.batches.iter().flat_map(|batch| block.run_batch(batch)).collect();
    block.finish(before, receipts)
}

impl Execution {
    /// The execution that writes these values.
    pub(crate) fn seal(
        before: &dyn StateRead,
        draft: Draft<'_>,
        receipts: Vec<Receipt>,
        sets: ValidatorSets,
    ) -> Self {
        let Draft { written: values, past, .. } = draft;
        let changes = values
            .iter()
            .map(|(key, value)| (keys::hashed(key), value.as_deref().map(keys::value_digest)))
            .collect();
        let update = realdid_merkle::update(before, &changes);
        Self {
            root: StateRoot(update.root),
            receipts,
            validators: Arc::new(sets.current),
            next_validators: Arc::new(sets.next),
            values,
            pages: update.pages,
            past,
        }
    }

    fn of_nothing(before: &dyn StateRead) -> Self {
        Self::seal(before, Draft::new(before), Vec::new(), validator_sets(before))
    }
}

pub(crate) fn validator_sets(state: &dyn StateRead) -> ValidatorSets {
    read_always(state, &StateKey::ValidatorSets)
}
