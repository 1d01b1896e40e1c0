//! An alarm stays until an operator clears it.

use realdid_consensus::{Alarm, Folder, Record};
use realdid_crypto::Digest;
use realdid_types::{BlockDigest, Epoch, EpochView, ValidatorIndex, View, Vote, VoteStatement};

use crate::solo::{consensus_key, create, open};

/// A folder whose key voted, and that holds an alarm.
fn alarmed(alarm: Alarm) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let store = create(folder.path());
    let statement = VoteStatement::skip(EpochView::new(Epoch(0), View(1)));
    let vote = Vote { statement, signer: ValidatorIndex(0), signature: consensus_key().sign(b"whatever") };
    store.write(&[vote], &[Record::Alarm(alarm)]).unwrap();
    folder
}

#[test]
fn an_alarm_is_gone_once_it_is_cleared_and_own_votes_stay() {
    let folder = alarmed(Alarm::Root(BlockDigest(Digest::ZERO)));
    open(folder.path()).clear_alarm().unwrap();
    let recovered = open(folder.path()).recover(Digest::ZERO).unwrap().consensus;
    assert_eq!((recovered.alarm, recovered.folder, recovered.votes.len()), (None, Folder::Voted, 1));
}

#[test]
fn a_key_that_voted_elsewhere_votes_again_only_after_asking_the_others() {
    let elsewhere = VoteStatement::skip(EpochView::new(Epoch(0), View(9)));
    let folder = alarmed(Alarm::ForeignVote(elsewhere));
    let store = open(folder.path());
    assert_eq!(store.alarm().unwrap(), Some(Alarm::ForeignVote(elsewhere)));
    store.clear_alarm().unwrap();
    drop(store);
    let recovered = open(folder.path()).recover(Digest::ZERO).unwrap().consensus;
    assert_eq!((recovered.alarm, recovered.folder, recovered.votes.len()), (None, Folder::Wiped, 0));
}
