//! A backup holds the chain, and nothing by which a validator could think that it has all its votes.

use realdid_consensus::Folder;
use realdid_crypto::Digest;
use realdid_storage::Error;
use realdid_types::{EpochView, Height};

use crate::solo::{Solo, create, create_did, open};

#[test]
fn a_copy_has_the_same_chain_and_state_and_no_votes_no_mark_and_no_numbers() {
    let folder = tempfile::tempdir().unwrap();
    let (ledger, copy) = (folder.path().join("ledger"), folder.path().join("copy"));
    let mut solo = Solo::start(create(&ledger));
    solo.submit(create_did(1).1);
    solo.run_to(Height(3));

    solo.store.checkpoint(&copy).unwrap();

    let store = open(&copy);
    assert_eq!((store.tip(), store.state_root()), (solo.store.tip(), solo.store.state_root()));
    let recovered = store.recover(Digest::ZERO).unwrap();
    assert_eq!(recovered.next_batch, 0);
    let recovered = recovered.consensus;
    assert_eq!((recovered.folder, recovered.votes), (Folder::Wiped, Vec::new()));
    assert_eq!((recovered.lead_mark, recovered.wiped_bound), (EpochView::default(), EpochView::default()));
    let original = solo.store.recover(Digest::ZERO).unwrap();
    assert!(original.next_batch > 0 && original.consensus.folder == Folder::Voted);
    assert!(matches!(solo.store.checkpoint(&copy), Err(Error::Exists(_))));
}
