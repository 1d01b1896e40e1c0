//! Who makes a wallet's DIDs at once makes them within minutes.

use crate::unlinkability::ledger::{Ledger, Pair, pairs_close};

pub fn within(ledger: &Ledger, time: u64) -> Vec<Pair> {
    pairs_close(ledger.dids.iter().enumerate().map(|(did, made)| (made.time, did)).collect(), time)
}
