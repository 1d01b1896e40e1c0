//! Whose attestations end at one moment, began perhaps at one moment.

use crate::unlinkability::ledger::{Ledger, Pair, pairs_alike};

pub fn equal(ledger: &Ledger) -> Vec<Pair> {
    pairs_alike(ledger.batches.iter().flat_map(|batch| batch.dids.iter().map(|did| (batch.expires, *did))))
}
