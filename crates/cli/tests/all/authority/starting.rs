//! What keeps a service from starting, with the remedy.

use std::{fs, io::Write, os::unix::fs::PermissionsExt};

use super::town::{Town, secret_file};
use crate::program::{Testnet, realdid};

/// The service must not start; what it says.
fn refusal(town: &Town, more: &[&str]) -> String {
    let ended = town.command(more).stdin(std::process::Stdio::null()).output().unwrap();
    let told = String::from_utf8(ended.stderr).unwrap();
    assert_eq!(ended.status.code(), Some(1), "{told}");
    told
}

fn assert_told(told: &str, words: &[&str]) {
    for word in words {
        assert!(told.contains(word), "{word:?} is not in: {told}");
    }
}

#[test]
fn a_folder_is_made_once_and_stays_as_it_is() {
    let town = Town::new("241");
    let read =
        || ["secret.key", "registry.json"].map(|name| fs::read(town.path("attest").join(name)).unwrap());
    let before = read();
    let again = town.run(&["authority", "init", "--folder", "@attest", "--development"]).ok();
    assert!(again.contains("was there") && again.contains("realdid authority start"), "{again}");
    assert_eq!(read(), before);
    for name in ["attest/secret.key", "attest/registry.json"] {
        assert_eq!(fs::metadata(town.path(name)).unwrap().permissions().mode() & 0o777, 0o600, "{name}");
    }
    town.run(&["authority", "init", "--folder", "@real"]).ok();
    assert!(!town.path("real/registry.json").exists(), "nobody invented is in a real one");
}

#[test]
fn a_secret_that_is_missing_open_to_others_or_another_one() {
    let mut town = Town::open("242", &[]);
    town.stop();
    let secret = town.path("attest/secret.key");
    fs::set_permissions(&secret, fs::Permissions::from_mode(0o644)).unwrap();
    assert_told(&refusal(&town, &[]), &["secret.key", "may be read by others", "chmod 600"]);
    fs::remove_file(&secret).unwrap();
    assert_told(&refusal(&town, &[]), &["secret.key is missing", "backup", "realdid authority init"]);
    writeln!(secret_file(secret), "{}", "7".repeat(64)).unwrap();
    assert_told(&refusal(&town, &[]), &["vault.redb", "another secret", "one backup"]);
}

#[test]
fn a_second_process_and_a_damaged_vault() {
    let mut town = Town::open("243", &[]);
    assert_told(&refusal(&town, &[]), &["vault.redb is in use by another process"]);
    town.stop();
    fs::write(town.path("attest/vault.redb"), "something else").unwrap();
    assert_told(&refusal(&town, &[]), &["vault.redb is damaged", "backup"]);
}

#[test]
fn a_member_that_is_none_or_may_not_attest() {
    let testnet = Testnet::up(&["-n", "2", "--gateways", "0", "--seed", "244"]);
    let path = |name: &str| testnet.0.path().join(name).to_str().unwrap().to_owned();
    let folder = path("attest");
    testnet.run(["authority", "init", "--folder", &folder, "--development"]).ok();
    let start = |key: &str| {
        realdid(
            &testnet.folder(),
            ["authority", "start", "--end-with-input", "--folder", &folder, "--development", "--key", key],
        )
    };
    let operator = testnet.folder().join("nodes/operator-1/keys/member.key");
    let told = start(operator.to_str().unwrap());
    assert_eq!(told.status, 1);
    assert_told(
        &told.err,
        &["operator-1", "without the role authority", "realdid members propose put operator-1"],
    );
    testnet.run(["keys", "generate", &path("nobody.key")]).ok();
    let told = start(&path("nobody.key"));
    assert!(told.status == 1 && told.err.contains("no member's"), "{}", told.err);
}

#[test]
fn what_would_expose_people() {
    let town = Town::new("245");
    assert_told(&refusal(&town, &["--listen", "0.0.0.0:0"]), &["not a loopback address", "--tls-cert"]);
    assert_told(&refusal(&town, &["--wallet-origin", "https://wallet.example/path"]), &["--wallet-origin"]);
    let registry = town.path("attest/registry.json");
    fs::set_permissions(&registry, fs::Permissions::from_mode(0o644)).unwrap();
    assert_told(&refusal(&town, &[]), &["registry.json", "chmod 600"]);

    let (key, home) = (town.member_key(), town.path("attest"));
    let start = |more: &[&str]| {
        let usual =
            ["authority", "start", "--end-with-input", "--folder", home.to_str().unwrap(), "--key", &key];
        town.run(&[&usual[..], more].concat())
    };
    let neither = start(&[]);
    assert!(neither.status == 2 && neither.err.contains("--registry"), "{}", neither.err);
    let few = start(&["--registry", "https://registry.example/", "--minimum", "9"]);
    assert!(few.status == 1 && few.err.contains("fewer than 10 people hide nobody"), "{}", few.err);
    let open = start(&["--registry", "http://registry.example/"]);
    assert!(open.status == 1 && open.err.contains("https://"), "{}", open.err);
}
