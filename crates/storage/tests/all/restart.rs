//! What was final is there after a restart, and can be proven.

use realdid_crypto::Digest;
use realdid_identity::DidRecord;
use realdid_merkle::{prove, root_of};
use realdid_state::{StateKey, StateRead, read, value_digest};
use realdid_sync::ChainStore;
use realdid_types::Height;

use crate::solo::{Solo, create, create_did, open};

#[test]
fn a_restart_at_every_block_goes_on_from_the_same_state() {
    let folder = tempfile::tempdir().unwrap();
    let mut solo = Solo::start(create(folder.path()));
    for number in 0..12 {
        let (did, signed) = create_did(number);
        let id = signed.id();
        solo.submit(signed);
        let height = solo.store.tip().next();
        solo.run_to(height.next());
        let root = solo.roots[&solo.store.tip()];
        let tip = solo.store.tip();
        drop(solo);

        solo = Solo::start(open(folder.path()));

        assert_eq!(solo.store.tip(), tip);
        assert_eq!(realdid_types::StateRoot(root_of(&solo.store)), root);
        assert!(read::<DidRecord>(&solo.store, &StateKey::Record(did)).is_some());
        let located = solo.store.locate(id).expect("it was decided");
        let receipts = solo.store.receipts(located.height).unwrap();
        assert_eq!(receipts[located.place as usize].transaction, id);
    }
}

#[test]
fn every_header_shows_the_root_of_the_state_that_can_be_proven() {
    let folder = tempfile::tempdir().unwrap();
    let mut solo = Solo::start(create(folder.path()));
    for number in 0..6 {
        let (did, signed) = create_did(number);
        solo.submit(signed);
        solo.run_to(Height(2 * number + 2));

        let snapshot = solo.store.provable().expect("a block is final");
        let header = solo.store.block_at(snapshot.height().next()).unwrap().header;
        assert_eq!(header.state_root.0, root_of(&*snapshot));
        let key = StateKey::Record(did);
        if let Some(value) = snapshot.value(&key.to_bytes()) {
            let proof = prove(&*snapshot, &key.hashed());
            assert_eq!(
                proof.verify(&header.state_root.0, &key.hashed(), Some(&value_digest(&value))),
                Ok(())
            );
        }
    }
}

#[test]
fn the_number_of_an_own_batch_is_never_given_out_again() {
    let folder = tempfile::tempdir().unwrap();
    let mut solo = Solo::start(create(folder.path()));
    solo.submit(create_did(1).1);
    solo.run_to(Height(2));
    drop(solo);

    let recovered = open(folder.path()).recover(Digest::ZERO).unwrap();

    assert!(recovered.next_batch >= 1);
    assert_eq!(recovered.batches, []);
}

#[test]
fn numbers_of_batches_that_were_reserved_are_not_given_out_after_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let store = create(folder.path());
    store.reserve_numbers(7).unwrap();
    store.reserve_numbers(3).unwrap();
    store.sync().unwrap();
    drop(store);

    assert_eq!(open(folder.path()).recover(Digest::ZERO).unwrap().next_batch, 7);
}
