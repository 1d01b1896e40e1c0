//! Changing a DID, and handing in what was signed elsewhere.

use std::io::Write;

use serde_json::Value;

use crate::program::{Ran, Testnet};

/// A network of one validator and a DID on it.
struct Owner {
    testnet: Testnet,
    did: String,
}

impl Owner {
    fn new(seed: &str) -> Self {
        let testnet = Testnet::up(&["-n", "1", "--gateways", "0", "--seed", seed]);
        let key = testnet.0.path().join("my.key");
        let made = testnet.run(["did", "create", "--key", key.to_str().unwrap(), "--output", "json"]).ok();
        let did = json(&made)["did"].as_str().unwrap().to_owned();
        Self { testnet, did }
    }

    fn path(&self, name: &str) -> String {
        self.testnet.0.path().join(name).to_str().unwrap().to_owned()
    }

    /// `--key=my.key` stands for the file of that name in the test's folder.
    fn update(&self, arguments: &[&str]) -> Ran {
        let in_folder = |argument: &&str| match argument.split_once('=') {
            Some((option, file)) => format!("{option}={}", self.path(file)),
            None => (*argument).to_owned(),
        };
        let arguments: Vec<String> = arguments.iter().map(in_folder).collect();
        let command = ["did", "update", &self.did].map(str::to_owned);
        self.testnet.run(command.into_iter().chain(arguments))
    }

    /// The purposes of each key, once the record has a version.
    fn keys_of_version(&self, version: u64) -> Vec<usize> {
        for _ in 0..200 {
            let shown = json(&self.testnet.run(["did", "resolve", &self.did, "--output", "json"]).ok());
            if shown["record"]["version"] == version {
                let keys = shown["record"]["keys"].as_array().unwrap();
                let mut counts: Vec<usize> =
                    keys.iter().map(|key| key["purposes"].as_array().unwrap().len()).collect();
                counts.sort_unstable();
                return counts;
            }
            std::thread::sleep(std::time::Duration::from_millis(50));
        }
        panic!("version {version} never shows");
    }
}

fn json(text: &str) -> Value {
    serde_json::from_str(text).expect("JSON")
}

#[test]
fn keys_are_added_replaced_and_removed_and_repeating_it_changes_nothing() {
    let owner = Owner::new("41");
    let add = ["--key=my.key", "--add=phone.key", "--purposes", "authentication"];
    owner.update(&add).ok();
    assert!(owner.update(&add).ok().contains("nothing is to change"));
    assert_eq!(owner.keys_of_version(2), [1, 3]);
    let replace = ["--key=my.key", "--replace-by=new.key"];
    owner.update(&replace).ok();
    assert!(owner.update(&replace).ok().contains("nothing is to change"));
    owner.update(&["--key=new.key", "--remove=phone.key"]).ok();
    assert_eq!(owner.keys_of_version(4), [3]);
    // a key that was replaced never returns
    let returned = owner.update(&["--key=new.key", "--add=my.key"]);
    assert_eq!(returned.status, 4, "{}", returned.err);
    assert!(returned.err.contains("was replaced before"), "{}", returned.err);
}

#[test]
fn nobody_locks_themselves_out_without_being_told() {
    let owner = Owner::new("42");
    let none = owner.update(&["--key=my.key", "--remove=my.key"]);
    assert!(none.status == 1 && none.err.contains("no key would be left"), "{}", none.err);
    owner.update(&["--key=my.key", "--add=other.key"]).ok();
    let last = ["--key=my.key", "--remove=my.key"];
    let unsure = owner.update(&last);
    assert!(unsure.status == 1 && unsure.err.contains("lock yourself out"), "{}", unsure.err);
    assert_eq!(owner.keys_of_version(2), [3, 3]);
    owner.update(&[&last[..], &["--yes"]].concat()).ok();
    assert_eq!(owner.keys_of_version(3), [3]);
    let former = owner.update(&["--key=my.key", "--add=third.key"]);
    assert!(former.status == 1 && former.err.contains("may not change"), "{}", former.err);
}

#[test]
fn a_committed_key_is_the_only_one_that_may_come_next() {
    let owner = Owner::new("43");
    owner.update(&["--key=my.key", "--next=next.key"]).ok();
    let other = owner.update(&["--key=my.key", "--replace-by=other.key"]);
    assert!(other.status == 1 && other.err.contains("only the committed key"), "{}", other.err);
    owner.update(&["--key=my.key", "--replace-by=next.key"]).ok();
    // that fulfilled the commitment
    owner.update(&["--key=next.key", "--add=other.key"]).ok();
    assert_eq!(owner.keys_of_version(4), [3, 3]);
}

#[test]
fn what_was_signed_is_handed_in_as_base64_or_bytes_and_from_the_standard_input_and_done_once() {
    let owner = Owner::new("44");
    owner.update(&["--key=my.key", "--add=phone.key", "--write=change.tx"]).ok();
    let base64 = std::fs::read_to_string(owner.path("change.tx")).unwrap();
    let first = json(&owner.testnet.run(["tx", "submit", &owner.path("change.tx"), "--output", "json"]).ok());
    assert_eq!((&first[0]["status"], &first[0]["outcome"]), (&"final".into(), &"applied".into()));

    let bytes = base64::Engine::decode(&base64::engine::general_purpose::STANDARD, base64.trim()).unwrap();
    std::fs::write(owner.path("change.bin"), bytes).unwrap();
    let again =
        json(&owner.testnet.run(["tx", "submit", &owner.path("change.bin"), "--output", "json"]).ok());
    assert_eq!(again, first);

    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_realdid"));
    command.env("REALDID_TESTNET", owner.testnet.folder()).args(["tx", "submit", "-", "--wait", "accepted"]);
    let piped = std::process::Stdio::piped;
    let mut child = command.stdin(piped()).stdout(piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(base64.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success() && String::from_utf8(output.stdout).unwrap().contains("applied"));
}

#[test]
fn what_is_no_transaction_or_one_of_another_network_is_refused() {
    let owner = Owner::new("45");
    for (name, content) in [("empty.tx", ""), ("words.tx", "not base64!"), ("noise.tx", "AAECAwQ=")] {
        std::fs::write(owner.path(name), content).unwrap();
        let ran = owner.testnet.run(["tx", "submit", &owner.path(name)]);
        assert!(ran.status == 1 && ran.err.contains(name), "{}", ran.err);
    }
    let missing = owner.testnet.run(["tx", "submit", &owner.path("none.tx")]);
    assert!(missing.status == 1 && missing.err.contains("cannot be read"), "{}", missing.err);
    owner.update(&["--key=my.key", "--add=phone.key", "--write=change.tx"]).ok();
    let other = Testnet::up(&["-n", "1", "--gateways", "0", "--seed", "46"]);
    let strange = other.run(["tx", "submit", &owner.path("change.tx")]);
    assert!(strange.status == 4 && strange.err.contains("another network"), "{}", strange.err);
}
