//! Which signatures count: under files, and under transactions.

use crate::life::Life;

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
