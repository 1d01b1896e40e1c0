//! What a state root proves.

use realdid_merkle::prove;
use realdid_state::{BlockReceipts, Receipt, StateKey, StateRead, value_digest};
use realdid_types::Wire;

use crate::ledger::{Ledger, create_with, did_of};

/// Shows that under `key` the state has this value, or none.
fn assert_proven(ledger: &Ledger, key: &StateKey) {
    let root = realdid_merkle::root_of(&ledger.store);
    let value = ledger.store.value(&key.to_bytes()).map(|value| value_digest(&value));
    let proof = prove(&ledger.store, &key.hashed());

    assert_eq!(proof.verify(&root, &key.hashed(), value.as_ref()), Ok(()));
    let other = value_digest(b"another value");
    assert!(proof.verify(&root, &key.hashed(), Some(&other)).is_err());
    assert_eq!(proof.verify(&root, &key.hashed(), None).is_ok(), value.is_none());
}

#[test]
fn a_record_and_its_absence_are_proven_under_the_root() {
    let mut ledger = Ledger::new();
    ledger.apply((0..50).map(|number| ledger.create(&[&format!("p{number}")])).collect());

    assert_proven(&ledger, &StateKey::Record(did_of(&create_with(&["p7"]))));
    assert_proven(&ledger, &StateKey::Record(did_of(&create_with(&["nobody"]))));
}

#[test]
fn the_outcomes_of_a_block_are_proven_under_the_root_after_it() {
    let mut ledger = Ledger::new();
    let batch = ledger.batch("alpha", vec![ledger.create(&["ann"]), ledger.create(&["ann"])]);
    let (execution, _) = ledger.run(vec![batch]);

    assert_proven(&ledger, &StateKey::Receipts);
    let bytes = ledger.store.value(&StateKey::Receipts.to_bytes()).expect("always there");
    let expected =
        BlockReceipts { height: ledger.tip.height, receipts: Receipt::digest_all(&execution.receipts) };
    assert_eq!(BlockReceipts::decode(&bytes), Ok(expected));
}
