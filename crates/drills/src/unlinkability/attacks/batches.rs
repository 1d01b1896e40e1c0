//! Who is attested together, or shortly after each other, was perhaps at the counter together.

use crate::unlinkability::ledger::{Ledger, Pair, pairs_within};

pub fn same(ledger: &Ledger) -> Vec<Pair> {
    ledger.batches.iter().flat_map(|batch| pairs_within(&batch.dids)).collect()
}

/// In batches of which one follows the other within so many.
pub fn near(ledger: &Ledger, within: usize) -> Vec<Pair> {
    let mut pairs = Vec::new();
    for (place, batch) in ledger.batches.iter().enumerate() {
        for other in ledger.batches.iter().skip(place + 1).take(within) {
            pairs.extend(batch.dids.iter().flat_map(|one| other.dids.iter().map(|two| (*one, *two))));
        }
    }
    pairs
}
