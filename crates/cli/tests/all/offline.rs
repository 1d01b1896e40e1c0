//! Signing where there is no network.

use serde_json::Value;

use crate::{
    network::json,
    program::{Ran, Testnet, realdid},
};

/// A network, and a machine that cannot reach it but for files.
struct Apart {
    testnet: Testnet,
    nowhere: tempfile::TempDir,
}

impl Apart {
    fn new(seed: &str) -> Self {
        let testnet = Testnet::up(&["-n", "1", "--gateways", "0", "--seed", seed]);
        Self { testnet, nowhere: tempfile::tempdir().unwrap() }
    }

    fn in_folder(&self, arguments: &[&str]) -> Vec<String> {
        let folder = self.testnet.0.path();
        let named = |argument: &&str| match argument.strip_prefix('@') {
            Some(file) => folder.join(file).to_str().unwrap().to_owned(),
            None => (*argument).to_owned(),
        };
        arguments.iter().map(named).collect()
    }

    fn online(&self, arguments: &[&str]) -> Ran {
        self.testnet.run(self.in_folder(arguments))
    }

    fn offline(&self, arguments: &[&str]) -> Ran {
        realdid(self.nowhere.path(), self.in_folder(arguments))
    }

    /// A key of the machine without a network; the digits of its public half.
    fn key(&self, file: &str) -> String {
        let made = self.offline(&["keys", "generate", file, "--output", "json"]).ok();
        json(&made)["public_key"].as_str().unwrap().to_owned()
    }

    fn sign(&self, file: &str, key: &str, out: &str) -> Value {
        let command = ["tx", "sign", file, "--key", key, "--out", out, "--yes", "--output", "json"];
        json(&self.offline(&command).ok())
    }

    /// A DID whose keys never met the network.
    fn create(&self) -> (String, String) {
        let [key, recovery] = ["@my.key", "@my.recovery"].map(|file| self.key(file));
        let create = ["did", "create", "--key", &key, "--recovery", &recovery, "--unsigned-out", "@make.tx"];
        let made = json(&self.online(&[&create[..], &["--output", "json"]].concat()).ok());
        assert_eq!(made["signed"], false);
        self.sign("@make.tx", "@my.key", "@make.signed");
        self.online(&["tx", "submit", "@make.signed"]).ok();
        (made["did"].as_str().unwrap().to_owned(), key)
    }

    fn assert_refused(ran: &Ran, status: i32, words: &[&str]) {
        assert_eq!(ran.status, status, "{}{}", ran.out, ran.err);
        for word in words {
            assert!(ran.err.contains(word), "{word:?} is not in: {}", ran.err);
        }
    }
}

#[test]
fn a_did_is_made_and_rotated_by_keys_that_never_meet_the_network() {
    let apart = Apart::new("101");
    let (did, key) = apart.create();
    let new = apart.key("@new.key");
    let rotate = ["did", "rotate", &did, "--key", &key, "--to", &new, "--unsigned-out", "@rotate.tx"];
    apart.online(&rotate).ok();

    let first = apart.sign("@rotate.tx", "@my.key", "@rotate.1");
    assert_eq!(first["still_to_sign"][0], *new);
    // half signed it would keep the DID's number until it is void
    let half = apart.online(&["tx", "submit", "@rotate.1"]);
    Apart::assert_refused(&half, 1, &[&new, "has not signed", "tx sign", "nothing was handed in"]);
    let second = apart.sign("@rotate.1", "@new.key", "@rotate.2");
    assert!(second["still_to_sign"].as_array().unwrap().is_empty());
    apart.online(&["tx", "submit", "@rotate.2"]).ok();

    let shown = json(&apart.online(&["did", "resolve", &did, "--output", "json"]).ok());
    assert_eq!(shown["record"]["keys"][0]["key"], *new);
}

#[test]
fn what_is_signed_is_shown_in_words_first() {
    let apart = Apart::new("102");
    let (did, key) = apart.create();
    let new = apart.key("@new.key");
    let genesis = apart.testnet.folder().join("nodes/ministry/genesis.json");
    let genesis = genesis.to_str().unwrap();
    let update = [
        "did",
        "update",
        &did,
        "--key",
        &key,
        "--add",
        &new,
        "--purposes",
        "authentication",
        "--service",
        "web,LinkedDomains,https://shop.example",
        "--unsigned-out",
        "@change.tx",
    ];
    apart.online(&update).ok();

    let sign = ["tx", "sign", "@change.tx", "--key", "@my.key", "--out", "@signed.tx", "--genesis", genesis];
    let unasked = apart.offline(&sign);
    let words = [&did, &new, "for logging in", "https://shop.example", "testnet, genesis", "--yes"];
    Apart::assert_refused(&unasked, 1, &words);
    assert!(!apart.testnet.0.path().join("signed.tx").exists());
    let explained = apart.offline(&["tx", "explain", "@change.tx", "--genesis", genesis]).ok();
    assert!(explained.contains("still to sign") && explained.contains(&did), "{explained}");
}

#[test]
fn what_is_for_another_network_or_was_tampered_with_is_not_signed() {
    let apart = Apart::new("103");
    let (did, key) = apart.create();
    let update =
        ["did", "update", &did, "--key", &key, "--next", "@next.key", "--unsigned-out", "@change.tx"];
    apart.online(&update).ok();
    let genesis = apart.testnet.folder().join("nodes/ministry/genesis.json");
    let other = apart.testnet.0.path().join("other.json");
    let text = std::fs::read_to_string(genesis).unwrap().replace("\"testnet\"", "\"another\"");
    std::fs::write(&other, text).unwrap();
    let sign = ["tx", "sign", "@change.tx", "--key", "@my.key", "--out", "@signed.tx", "--yes"];
    let strange = apart.offline(&[&sign[..], &["--genesis", "@other.json"]].concat());
    Apart::assert_refused(&strange, 5, &["another", "sign nothing"]);

    apart.sign("@change.tx", "@my.key", "@good.tx");
    let engine = &base64::engine::general_purpose::STANDARD;
    let good = std::fs::read_to_string(apart.testnet.0.path().join("good.tx")).unwrap();
    let mut bytes = base64::Engine::decode(engine, good.trim()).unwrap();
    *bytes.last_mut().unwrap() ^= 1;
    std::fs::write(apart.testnet.0.path().join("bad.tx"), base64::Engine::encode(engine, bytes)).unwrap();
    let bad = apart.offline(&["tx", "explain", "@bad.tx"]);
    Apart::assert_refused(&bad, 5, &["does not hold", "sign it again"]);
}

#[test]
fn what_nobody_signed_or_is_no_transaction_is_told() {
    let apart = Apart::new("104");
    let [key, recovery] = ["@my.key", "@my.recovery"].map(|file| apart.key(file));
    let by_digits = ["did", "create", "--key", &key, "--recovery", &recovery];
    Apart::assert_refused(&apart.online(&by_digits), 1, &[&key, "--unsigned-out", "tx sign"]);
    Apart::assert_refused(&apart.online(&["did", "create", "--key", &key]), 1, &["--recovery"]);
    apart.online(&[&by_digits[..], &["--unsigned-out", "@make.tx"]].concat()).ok();
    let unsigned = apart.online(&["tx", "submit", "@make.tx"]);
    Apart::assert_refused(&unsigned, 1, &["nobody has signed", "tx sign"]);
    let again = apart.online(&[&by_digits[..], &["--unsigned-out", "@make.tx"]].concat());
    Apart::assert_refused(&again, 1, &["make.tx cannot be written"]);
    let both = [&by_digits[..], &["--unsigned-out", "@a.tx", "--write", "@b.tx"]].concat();
    Apart::assert_refused(&apart.online(&both), 2, &["--write"]);

    let sign = |file: &str, key: &str| {
        apart.offline(&["tx", "sign", file, "--key", key, "--out", "@out.tx", "--yes"])
    };
    std::fs::write(apart.testnet.0.path().join("words.tx"), "not base64!").unwrap();
    Apart::assert_refused(&sign("@words.tx", "@my.key"), 1, &["words.tx", "base64"]);
    std::fs::write(apart.testnet.0.path().join("empty.tx"), "").unwrap();
    Apart::assert_refused(&sign("@empty.tx", "@my.key"), 1, &["no transaction"]);
    Apart::assert_refused(&sign("@none.tx", "@my.key"), 1, &["cannot be read"]);
    Apart::assert_refused(&sign("@make.tx", "@none.key"), 1, &["none.key is missing"]);
    let two = std::fs::read_to_string(apart.testnet.0.path().join("make.tx")).unwrap().repeat(2);
    std::fs::write(apart.testnet.0.path().join("two.tx"), two).unwrap();
    Apart::assert_refused(&sign("@two.tx", "@my.key"), 1, &["holds 2 transactions"]);
}
