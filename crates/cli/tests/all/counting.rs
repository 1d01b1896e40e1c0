//! Which signatures count: under files, and under transactions.

use realdid_crypto::{Digest, PublicKey};
use realdid_types::{HttpsUrl, Service, ServiceKind, ServiceName, UpdateDid};

use crate::{
    liar::{liar, remembering},
    life::Life,
};

#[test]
fn what_a_replaced_key_signed_counts_and_what_a_compromised_one_signed_does_not() {
    let life = Life::new("86");
    let did = life.create("@my.key", &[]);
    std::fs::write(life.path("deed"), "a deed").unwrap();
    life.json(&["did", "sign", "@deed", "--did", &did, "--key", "@my.key"]);
    assert_eq!(life.json(&["did", "verify", "@deed"])["counts"], true);
    let record = life.json(&["did", "resolve", &did])["record"].clone();
    let first_moment = record["updated_at"].as_str().unwrap().to_owned();
    let rotated = life.json(&["did", "rotate", &did, "--key", "@my.key", "--to", "@new.key"]);
    let transaction = rotated["transaction"].as_str().unwrap();

    life.assert_refused(&["did", "verify", "@deed"], 4, &["had been replaced"]);
    let at = ["did", "verify", "@deed", "--at", &first_moment];
    assert_eq!(life.json(&at)["counts"], true);
    // the old key signed its own replacement, and the new one that it is held
    let report = life.json(&["did", "verify", "--transaction", transaction]);
    assert_eq!((&report["counts"], report["signatures"].as_array().unwrap().len()), (&true.into(), 2));

    let old = life.public("@my.key");
    life.json(&[
        "did",
        "recover",
        &did,
        "--recovery",
        "@my.recovery",
        "--key",
        "@third.key",
        "--compromised-since",
        "2020-01-01",
        "--compromised",
        &old,
    ]);
    life.assert_refused(&at, 4, &["declared compromised since 2020-01-01"]);
    life.assert_refused(&["did", "verify", "--transaction", transaction], 4, &["1 of 2", "compromised"]);
}

#[test]
fn another_file_or_signature_or_key_does_not_count() {
    let life = Life::new("87");
    let did = life.create("@my.key", &[]);
    life.json(&[
        "did",
        "update",
        &did,
        "--key",
        "@my.key",
        "--add",
        "@login.key",
        "--purposes",
        "authentication",
    ]);
    std::fs::write(life.path("deed"), "a deed").unwrap();
    let login = ["did", "sign", "@deed", "--did", &did, "--key", "@login.key"];
    life.assert_refused(&login, 1, &["assertionMethod", "did resolve"]);
    life.assert_refused(&["did", "verify", "@deed"], 1, &["deed.sig", "did sign"]);
    life.json(&["did", "sign", "@deed", "--did", &did, "--key", "@my.key"]);
    life.assert_refused(&["did", "sign", "@deed", "--did", &did, "--key", "@my.key"], 1, &["deed.sig"]);
    assert_eq!(life.json(&["did", "verify", "@deed"])["counts"], true);
    life.assert_refused(
        &["did", "verify", "@deed", "--at", "2100-01-01"],
        1,
        &["later than the newest block"],
    );
    std::fs::write(life.path("deed"), "a deal").unwrap();
    life.assert_refused(&["did", "verify", "@deed"], 4, &["no signature of that key under this file"]);
    std::fs::write(life.path("deed.sig"), "{}").unwrap();
    life.assert_refused(&["did", "verify", "@deed"], 1, &["no signature of `realdid did sign`"]);
}

fn key(life: &Life, file: &str) -> PublicKey {
    realdid_node::keys::public_key(&life.public(&format!("@{file}"))).unwrap()
}

/// A DID whose key was rotated, and is in a thief's hands.
fn rotated(seed: &str) -> (Life, String) {
    let life = Life::new(seed);
    let did = life.create("@my.key", &[]);
    life.json(&["did", "rotate", &did, "--key", "@my.key", "--to", "@new.key"]);
    (life, did)
}

#[test]
fn no_signature_counts_under_a_transaction_that_the_ledger_did_not_apply() {
    let (life, did) = rotated("126");
    let old = key(&life, "my.key");
    // it asks to remove what is gone, and would seem to be the one that replaced it
    let update = |did| UpdateDid::of_keys(did, Vec::new(), vec![old], Digest::ZERO);
    let (id, handed_in) = life.hand_in(&did, update, &["new.key", "my.key"]);
    assert_eq!(handed_in.status, 4, "{}{}", handed_in.out, handed_in.err);
    let verify = ["did", "verify", "--transaction", &id];
    life.assert_refused(&verify, 4, &["2 of 2 signatures do not count", "did not apply the transaction"]);

    // a node that says that it was applied can show no version that it made
    let node = liar(life.url(), "\"outcome\":\"refused\"", "\"outcome\":\"applied\"");
    let lied_to = [&verify[..], &["--node", &node]].concat();
    life.assert_refused(&lied_to, 5, &["no version of its DID was made by it", "ask another node"]);
}

#[test]
fn a_stolen_key_that_signs_what_another_key_may_ask_for_does_not_count() {
    let (life, did) = rotated("127");
    let service = Service {
        name: ServiceName::new("web").unwrap(),
        kind: ServiceKind::new("Site").unwrap(),
        endpoint: HttpsUrl::new("https://a.example").unwrap(),
    };
    let update = |did| UpdateDid {
        add_services: vec![service],
        ..UpdateDid::of_keys(did, Vec::new(), Vec::new(), Digest::ZERO)
    };
    let (id, handed_in) = life.hand_in(&did, update, &["new.key", "my.key"]);
    handed_in.ok();
    let verify = ["did", "verify", "--transaction", &id];
    life.assert_refused(&verify, 4, &["1 of 2 signatures do not count", "had been replaced by then"]);
}

#[test]
fn a_recovery_counts_by_the_key_that_was_the_recovery_key_and_an_end_by_the_next_one() {
    let life = Life::new("128");
    let did = life.create("@my.key", &[]);
    let recovered = life.json(&["did", "recover", &did, "--recovery", "@my.recovery", "--key", "@third.key"]);
    let ended = life.json(&["did", "deactivate", &did, "--key", "@third.recovery", "--yes"]);
    for (done, signatures, word) in [(recovered, 2, "up to version 1"), (ended, 1, "up to version 2")] {
        let verify = ["did", "verify", "--transaction", done["transaction"].as_str().unwrap()];
        let report = life.json(&verify);
        assert_eq!(report["signatures"].as_array().unwrap().len(), signatures);
        assert!(report["counts"] == true && report.to_string().contains(word), "{report}");
    }
}

#[test]
fn controllers_keys_are_told_from_keys_that_the_did_never_had() {
    let life = Life::new("129");
    let controller = life.create("@one.key", &[]);
    let did = life.create("@org.key", &["--controller", &controller]);
    let changed = life.json(&["did", "update", &did, "--key", "@one.key", "--no-controllers"]);
    let verify = ["did", "verify", "--transaction", changed["transaction"].as_str().unwrap()];
    let report = life.json(&verify);
    let why = report["signatures"][0]["why"].as_str().unwrap();
    assert!(
        report["counts"] == true && why.contains(&controller) && why.contains("controls the DID"),
        "{why}"
    );

    // under a file a controller signs in its own name
    std::fs::write(life.path("deed"), "a deed").unwrap();
    life.json(&["did", "sign", "@deed", "--did", &controller, "--key", "@one.key"]);
    let kept = std::fs::read_to_string(life.path("deed.sig")).unwrap().replace(&controller, &did);
    std::fs::write(life.path("deed.sig"), kept).unwrap();
    life.assert_refused(&["did", "verify", "@deed"], 4, &["no signature of that key under this file"]);
}

#[test]
fn a_record_is_not_put_together_with_an_older_entry() {
    let life = Life::new("130");
    let did = life.create("@my.key", &[]);
    std::fs::write(life.path("deed"), "a deed").unwrap();
    life.json(&["did", "sign", "@deed", "--did", &did, "--key", "@my.key"]);
    let node = remembering(life.url(), "/v1/entries/");
    let verify = ["did", "verify", "@deed", "--node", &node];
    life.run(&verify).ok();
    life.json(&["did", "rotate", &did, "--key", "@my.key", "--to", "@new.key"]);
    // the entry says still that the key was not replaced, and the record does not hold it any more
    life.assert_refused(&verify, 5, &["shows an entry as of block", "ask another node"]);
}

#[test]
fn no_more_is_read_of_a_signature_than_one_has() {
    let life = Life::new("131");
    std::fs::write(life.path("deed"), "a deed").unwrap();
    let endless = ["did", "verify", "@deed", "--signature", "/dev/zero"];
    life.assert_refused(&endless, 1, &["/dev/zero has more than 4096 bytes"]);
}
