//! Looking into a folder.

use realdid_storage::{Column, Error, Store};

use crate::solo::{create, genesis, open};

fn look(folder: &std::path::Path) -> Result<Store, Error> {
    Store::open_read_only(folder, &genesis())
}

#[test]
fn a_fresh_folder_reads_back_whole_and_one_that_is_not_there_is_missing() {
    let folder = tempfile::tempdir().unwrap();
    drop(create(folder.path()));
    let looking = look(folder.path()).unwrap();
    assert!(looking.check_entries(|_| ()).unwrap() > 0);
    drop(looking);
    drop(open(folder.path()));
    assert!(matches!(look(&folder.path().join("none")), Err(Error::Missing(_))));
}

/// A version that knew fewer columns wrote it, and whoever audits a copy may not change it.
#[test]
fn a_folder_without_a_newer_column_is_read_as_if_nothing_were_in_it() {
    let folder = tempfile::tempdir().unwrap();
    drop(create(folder.path()));
    let options = rocksdb::Options::default();
    let columns = rocksdb::DB::list_cf(&options, folder.path()).unwrap();
    let mut database = rocksdb::DB::open_cf(&options, folder.path(), &columns).unwrap();
    database.drop_cf(Column::Past.name()).unwrap();
    drop(database);

    let looking = look(folder.path()).unwrap();
    assert!(looking.check_entries(|_| ()).unwrap() > 0);
    let did = realdid_types::Did(realdid_crypto::Digest::ZERO);
    assert_eq!(looking.version(did, 1), None);
    drop(looking);
    // a node that starts on it makes the column
    drop(open(folder.path()));
    let columns = rocksdb::DB::list_cf(&options, folder.path()).unwrap();
    assert!(columns.iter().any(|name| name == Column::Past.name()));
}

#[test]
fn nothing_can_be_written_to_a_folder_that_is_only_looked_at() {
    let folder = tempfile::tempdir().unwrap();
    drop(create(folder.path()));
    let looking = look(folder.path()).unwrap();
    assert!(looking.clear_alarm().is_err());
}

#[test]
fn ledgers_with_the_same_blocks_hold_the_same_and_others_differ_in_a_key_that_is_named() {
    let (one, two) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let (one, two) = (create(one.path()), create(two.path()));
    for column in Column::ALL {
        assert_eq!(one.first_difference(&two, *column).unwrap(), None, "{}", column.name());
    }
    let mut other = genesis();
    other.time = realdid_types::Timestamp(other.time.0 + 1);
    let folder = tempfile::tempdir().unwrap();
    let other = Store::create(folder.path(), &other, realdid_storage::KeyHistory::NeverVoted);
    assert_eq!(one.first_difference(&other.unwrap(), Column::Blocks).unwrap().as_deref(), Some("0"));
}
