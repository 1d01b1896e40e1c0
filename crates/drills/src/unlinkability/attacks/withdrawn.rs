//! Who leaves takes everything back at once.

use crate::unlinkability::ledger::{Ledger, Pair, pairs_close};

pub fn within(ledger: &Ledger, time: u64) -> Vec<Pair> {
    let all = ledger.withdrawals.iter().flat_map(|batch| batch.dids.iter().map(|did| (batch.time, *did)));
    pairs_close(all.collect(), time)
}
