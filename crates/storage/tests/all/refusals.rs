//! A folder that cannot be used is refused, with what to do about it, and left as it is.

use std::fs;

use realdid_crypto::Digest;
use realdid_storage::{Error, KeyHistory, Store};
use realdid_types::{Genesis, Height};

use crate::solo::{Solo, create, create_did, genesis};

fn try_open(folder: &std::path::Path, genesis: &Genesis) -> Error {
    match Store::open(folder, genesis) {
        Ok(_) => panic!("it opens"),
        Err(error) => error,
    }
}

#[test]
fn a_second_process_on_a_folder_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let _store = create(folder.path());
    let error = try_open(folder.path(), &genesis());
    assert!(matches!(error, Error::InUse(_)), "{error}");
}

#[test]
fn a_folder_without_a_ledger_and_one_that_has_one_already_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    assert!(matches!(try_open(folder.path(), &genesis()), Error::Missing(_)));
    drop(create(folder.path()));
    let again = Store::create(folder.path(), &genesis(), KeyHistory::NeverVoted);
    assert!(matches!(again, Err(Error::Exists(_))));
}

#[test]
fn the_ledger_of_another_network_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    drop(create(folder.path()));
    let other = Genesis { random: Digest::from_bytes([7; 32]), ..genesis() };
    let error = try_open(folder.path(), &other);
    assert!(matches!(error, Error::OtherNetwork { .. }), "{error}");
}

#[test]
fn a_damaged_file_is_named_as_damage() {
    let folder = tempfile::tempdir().unwrap();
    let mut solo = Solo::start(create(folder.path()));
    solo.submit(create_did(1).1);
    solo.run_to(Height(2));
    drop(solo);
    let manifest = fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().path());
    let manifest = manifest.filter(|path| path.to_string_lossy().contains("MANIFEST")).max().unwrap();
    let mut bytes = fs::read(&manifest).unwrap();
    bytes.iter_mut().skip(10).for_each(|byte| *byte ^= 0xff);
    fs::write(&manifest, bytes).unwrap();

    let error = try_open(folder.path(), &genesis());

    assert!(matches!(error, Error::Damaged { .. }), "{error}");
    assert!(error.to_string().contains("realdid node join"), "{error}");
}
