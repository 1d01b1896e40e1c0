//! Who always goes to one member's node can be told from those who go elsewhere.

use crate::unlinkability::ledger::{Ledger, Pair, pairs_alike};

pub fn same(ledger: &Ledger) -> Vec<Pair> {
    pairs_alike(ledger.dids.iter().enumerate().map(|(did, made)| (made.member, did)))
}
