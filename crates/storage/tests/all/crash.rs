//! Whatever a crash cuts off the log, what is left is a beginning of what was written.

use std::{
    fs,
    path::{Path, PathBuf},
};

use realdid_crypto::Digest;
use realdid_merkle::root_of;
use realdid_sync::ChainStore;
use realdid_types::{Height, StateRoot};

use crate::solo::{Solo, create, create_did, open};

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        if entry.file_name() != "LOCK" {
            fs::copy(entry.path(), to.join(entry.file_name())).unwrap();
        }
    }
}

/// The log that is written to.
fn newest_log(folder: &Path) -> PathBuf {
    let files = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    files.filter(|path| path.extension().is_some_and(|extension| extension == "log")).max().unwrap()
}

#[test]
fn the_chain_stands_at_one_block_and_never_between_two() {
    let folder = tempfile::tempdir().unwrap();
    let ledger = folder.path().join("ledger");
    let mut solo = Solo::start(create(&ledger));
    for number in 0..20 {
        solo.submit(create_did(number).1);
        solo.run_to(Height(number + 1));
    }
    let log = newest_log(&ledger);
    let length = fs::metadata(&log).unwrap().len();
    let mut heights = Vec::new();
    for cut in 0..60_u64 {
        let kept = length * cut / 60 + cut * 7 % 5;
        let torn = folder.path().join(format!("torn-{cut}"));
        copy(&ledger, &torn);
        let file = fs::OpenOptions::new().write(true).open(newest_log(&torn)).unwrap();
        file.set_len(kept.min(length)).unwrap();
        let Ok(store) = realdid_storage::Store::open(&torn, &crate::solo::genesis()) else {
            // cut off before the genesis was synced: such a folder was never handed out
            assert!(heights.is_empty(), "what was there once cannot be missing later");
            continue;
        };
        let tip = store.tip();
        assert_eq!(StateRoot(root_of(&store)), solo.roots[&tip], "the state is that after block {tip}");
        for height in 0..=tip.0 {
            let block = store.block_at(Height(height)).expect("every block up to the tip");
            assert!(block.batches.iter().all(|batch| store.batch(batch.digest).is_some()));
            assert!(store.receipts(Height(height)).is_some());
        }
        assert_eq!(store.block_at(tip.next()), None);
        heights.push(tip);
        // and it goes on from there
        let mut again = Solo::start(store);
        again.run_to(tip.next());
    }
    assert!(heights.is_sorted() && heights.first() < heights.last(), "{heights:?}");
}

#[test]
fn a_process_that_is_killed_loses_nothing_that_it_wrote() {
    let folder = tempfile::tempdir().unwrap();
    let ledger = folder.path().join("ledger");
    let mut solo = Solo::start(create(&ledger));
    for number in 0..5 {
        solo.submit(create_did(number).1);
        solo.run_to(Height(number + 1));
        let killed = folder.path().join(format!("killed-{number}"));
        copy(&ledger, &killed);

        let store = open(&killed);

        assert_eq!(store.tip(), solo.store.tip());
        let (there, here) = (store.recover(Digest::ZERO).unwrap(), solo.store.recover(Digest::ZERO).unwrap());
        assert_eq!(there.consensus.votes, here.consensus.votes);
        assert_eq!(there.consensus.certificates, here.consensus.certificates);
        assert_eq!(there.consensus.lead_mark, here.consensus.lead_mark);
    }
}
