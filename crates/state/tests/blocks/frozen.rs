//! A chain of format 1, made before there was another: its roots and receipts never change.

use realdid_state::{Outcome, Receipt, Refused};
use realdid_types::Height;

use crate::{
    governance::{decide, joining},
    ledger::{Ledger, create_with, did_of, genesis_of_format_1, update_of},
};

/// By height: the digest of the receipts, and the state's root after the block.
const FROZEN: [(&str, &str); 6] = [
    (
        "6bd0606ba0b04c5a81128420716038f3315702e7a4d99d636af7bd3b09b18526",
        "0c45352a75bbbb03ce0abb204bb4797f3d5fbc27b0da24df8a9f1299c8d015cb",
    ),
    (
        "9f84b6b037a058eb436cfe62dbd1222840c08b0c76696ecf272c271b211e0f60",
        "cdf2238fc05289ca7a6878d85ba2e5ad7ac51dba8b098852dac9a4931789978a",
    ),
    (
        "ab614d6527a8aa10fbc50d26a97897870b623e96222340946dc9ce01050cb92e",
        "ffc70bb968dd512ae24c9cc5424b5c419424334893ddcbe3e5efcdae6d7f0921",
    ),
    (
        "9a637da2f2b5b43f2e1d1e9b95f5e9890a3d78f5b1b653d400072e47ea24c1e5",
        "df87318b97f80ada54a3940e4b29c8cd8032f20ad02b9d0a304ae7d8bc6f806f",
    ),
    (
        "19170042ec98395719169f9462ca3c562c07274f76d7d0c2c594cd3597a9acf3",
        "5d773d79931e755b8aa69cd392e698c841c03f146414eb46a2e105892cd09628",
    ),
    (
        "13a8e88907608aec279258f1053850bdeeec6f68966ff7273225e9a21dceb0c4",
        "3c1d823378b0e1cfb46ad6cde95be9d3bdf2e430bf36cedd0ceb87530721c192",
    ),
];

fn scripted() -> Vec<(String, String)> {
    let mut ledger = Ledger::of(genesis_of_format_1());
    let (ann, bob) = (did_of(&create_with(&["ann"])), did_of(&create_with(&["bob", "bob.2"])));
    let mut frozen = Vec::new();
    for height in 1..=6 {
        let transactions = match height {
            1 => vec![ledger.create(&["ann"]), ledger.create(&["bob", "bob.2"])],
            2 => vec![ledger.update(update_of(ann, &["ann.2"], &["ann"]), &["ann", "ann.2"])],
            3 => vec![ledger.update(update_of(bob, &["bob.3"], &["bob", "bob.2"]), &["bob", "bob.3"])],
            4 => {
                let change = joining(&ledger, "omega");
                decide(&mut ledger, change);
                vec![ledger.update(update_of(ann, &[], &["ann.3"]), &["ann.2"])]
            }
            5 => vec![ledger.create(&["eve"]), ledger.create(&["eve"])],
            _ => Vec::new(),
        };
        let batch = ledger.batch("beta", transactions);
        let (execution, outcomes) = ledger.run(vec![batch]);
        if height == 4 {
            assert_eq!(outcomes, [Outcome::Refused(Refused::NoSuchKey)]);
        }
        frozen.push((Receipt::digest_all(&execution.receipts).to_string(), execution.root.to_string()));
    }
    assert_eq!(ledger.tip.height, Height(7));
    frozen
}

#[test]
fn roots_and_receipts_of_a_chain_of_format_1_never_change() {
    let frozen = FROZEN.map(|(receipts, root)| (receipts.to_owned(), root.to_owned()));
    assert_eq!(scripted(), frozen);
}
