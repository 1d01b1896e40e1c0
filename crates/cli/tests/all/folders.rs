//! Looking into a node's folder while it does not run.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use realdid_consensus::{Alarm, Record};
use realdid_crypto::Digest;
use realdid_node::GenesisFile;
use realdid_storage::Store;
use realdid_types::BlockDigest;
use serde_json::Value;

use crate::program::{Ran, Testnet};

/// A network of one validator with some DIDs, that is down, and the validator's folder.
fn resting(seed: &str) -> (Testnet, PathBuf) {
    let testnet = Testnet::up(&["-n", "1", "--gateways", "0", "--seed", seed]);
    testnet.run(["testnet", "register", "--dids", "20", "--seed", seed]).ok();
    testnet.run(["testnet", "down"]).ok();
    let home = testnet.folder().join("nodes/ministry");
    (testnet, home)
}

fn check(testnet: &Testnet, home: &Path) -> Ran {
    testnet.run(["db", "check", "--home", home.to_str().unwrap(), "--output", "json"])
}

fn files(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.map(|path| (path.clone(), fs::read(path).unwrap())).collect()
}

/// What happens to a value.
type Damage = fn(&mut Vec<u8>);

/// Changes the newest value of a column that is not empty, as RocksDB stores it.
fn tamper(home: &Path, column: &str, change: Damage) {
    let ledger = home.join("ledger");
    let options = rocksdb::Options::default();
    let names = rocksdb::DB::list_cf(&options, &ledger).unwrap();
    let db = rocksdb::DB::open_cf(&options, &ledger, names).unwrap();
    let family = db.cf_handle(column).unwrap();
    let mut newest = db.iterator_cf(family, rocksdb::IteratorMode::End).map(Result::unwrap);
    let (key, value) = newest.find(|(_, value)| !value.is_empty()).unwrap();
    let mut value = value.to_vec();
    change(&mut value);
    db.put_cf(family, key, value).unwrap();
}

#[test]
fn a_whole_folder_is_found_whole_and_nothing_in_it_changes() {
    let (testnet, home) = resting("51");
    let before = files(&home.join("ledger"));
    let found: Value = serde_json::from_str(&check(&testnet, &home).ok()).unwrap();
    assert!(found["transactions"].as_u64().unwrap() >= 20 && found["alarm"].is_null(), "{found}");
    assert!(files(&home.join("ledger")) == before, "the check changed the folder");
    testnet.run(["testnet", "up", "--detach"]).ok();
    let busy = check(&testnet, &home);
    assert!(busy.status == 1 && busy.err.contains("in use by another process"), "{}", busy.err);
}

#[test]
fn every_kind_of_damage_is_named_with_the_remedy() {
    let last = |value: &mut Vec<u8>| *value.last_mut().unwrap() ^= 1;
    let cut = |value: &mut Vec<u8>| value.truncate(value.len() - 1);
    let cases: [(&str, Damage, &str); 8] = [
        ("state", last, "state differ"),
        ("pages", last, "pages differ"),
        ("blocks", last, "names another block"),
        ("batches", last, "a signature in batch"),
        ("commits", cut, "cannot be decoded"),
        ("receipts", cut, "holds no receipts"),
        ("certificates", cut, "cannot be decoded"),
        ("transactions", cut, "11 bytes for 12"),
    ];
    let (testnet, home) = resting("52");
    let ledger = home.join("ledger");
    let whole = files(&ledger);
    for (column, change, words) in cases {
        tamper(&home, column, change);
        let ran = check(&testnet, &home);
        assert!(ran.status == 1 || ran.status == 5, "{column}: {} {}", ran.status, ran.err);
        assert!(ran.err.contains(words) && ran.err.contains("realdid node join"), "{column}: {}", ran.err);
        fs::remove_dir_all(&ledger).unwrap();
        fs::create_dir(&ledger).unwrap();
        whole.iter().for_each(|(path, bytes)| fs::write(path, bytes).unwrap());
    }
    check(&testnet, &home).ok();
}

#[test]
fn a_flipped_bit_on_the_disk_is_found() {
    let (testnet, home) = resting("53");
    // opening it once more moves what is in the log to files
    testnet.run(["testnet", "up", "--detach"]).ok();
    testnet.run(["testnet", "down"]).ok();
    let tables = files(&home.join("ledger"))
        .into_iter()
        .filter(|(path, _)| path.extension().is_some_and(|it| it == "sst"));
    let (path, mut bytes) = tables.max_by_key(|(_, bytes)| bytes.len()).unwrap();
    let middle = bytes.len() / 4;
    bytes[middle] ^= 1;
    fs::write(path, bytes).unwrap();
    let ran = check(&testnet, &home);
    assert!(
        ran.status == 1 && ran.err.contains("damaged") && ran.err.contains("realdid node join"),
        "{}",
        ran.err
    );
}

#[test]
fn an_alarm_is_told_in_words_and_cleared_only_on_purpose() {
    let (testnet, home) = resting("54");
    let clear = |more: &[&str]| {
        testnet.run([&["node", "clear-alarm", "--home", home.to_str().unwrap()], more].concat())
    };
    assert!(clear(&[]).ok().contains("there is no alarm"));
    let genesis = GenesisFile::read(&home.join("genesis.json")).unwrap().genesis().unwrap();
    let store = Store::open(&home.join("ledger"), &genesis).unwrap();
    let alarm = Alarm::Root(BlockDigest(Digest::from_bytes([7; 32])));
    store.write(&[], &[Record::Alarm(alarm)]).unwrap();
    store.sync().unwrap();
    drop(store);

    let seen: Value = serde_json::from_str(&check(&testnet, &home).ok()).unwrap();
    assert!(seen["alarm"].as_str().unwrap().contains("not what this node computes"), "{seen}");
    let unsure = clear(&[]);
    assert!(unsure.status == 1 && unsure.err.contains("run this again with --yes"), "{}", unsure.err);
    let shown = clear(&[]);
    assert_eq!(shown.err, unsure.err, "looking at it changes nothing");

    testnet.run(["testnet", "start", "ministry"]).ok();
    let status = until(&testnet, |status| status.contains("voting has stopped"));
    assert!(status.contains("realdid node clear-alarm") && !status.contains("Root("), "{status}");
    testnet.run(["testnet", "down"]).ok();
    assert!(clear(&["--yes"]).ok().contains("cleared"));
    testnet.run(["testnet", "up", "--detach"]).ok();
    testnet.run(["did", "create", "--key", testnet.0.path().join("me.key").to_str().unwrap()]).ok();
}

fn until(testnet: &Testnet, is_so: impl Fn(&str) -> bool) -> String {
    let mut last = String::new();
    for _ in 0..200 {
        last = testnet.run(["status"]).out;
        if is_so(&last) {
            return last;
        }
        std::thread::sleep(std::time::Duration::from_millis(50));
    }
    panic!("{last}");
}
