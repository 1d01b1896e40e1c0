//! Who has one key, or committed to one, is one.

use std::collections::BTreeSet;

use crate::unlinkability::ledger::{Ledger, Pair, pairs_alike};

pub fn shared(ledger: &Ledger) -> Vec<Pair> {
    let by = |value: fn(&crate::unlinkability::ledger::Made) -> u64| {
        pairs_alike(ledger.dids.iter().enumerate().map(move |(did, made)| (value(made), did)))
    };
    let pairs: BTreeSet<Pair> = by(|made| made.key).into_iter().chain(by(|made| made.recovery)).collect();
    pairs.into_iter().collect()
}
