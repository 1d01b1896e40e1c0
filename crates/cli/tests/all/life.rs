//! A DID on a network of its own.

use realdid_client::Holder;
use realdid_crypto::SecretKey;
use realdid_node::{GenesisFile, keys::load};
use realdid_types::{Did, Sequence, Timestamp, UpdateDid, Wire};
use serde_json::Value;

use crate::{
    network::json,
    program::{Ran, Testnet},
};

/// A network of one validator.
pub struct Life(pub Testnet);

impl Life {
    pub fn new(seed: &str) -> Self {
        Self(Testnet::up(&["-n", "1", "--gateways", "0", "--seed", seed]))
    }

    pub fn path(&self, name: &str) -> String {
        self.0.0.path().join(name).to_str().unwrap().to_owned()
    }

    /// `@my.key` stands for the file of that name in the test's folder.
    pub fn run(&self, arguments: &[&str]) -> Ran {
        let in_folder = |argument: &&str| match argument.strip_prefix('@') {
            Some(file) => self.path(file),
            None => (*argument).to_owned(),
        };
        self.0.run(arguments.iter().map(in_folder))
    }

    pub fn json(&self, arguments: &[&str]) -> Value {
        json(&self.run(&[arguments, &["--output", "json"]].concat()).ok())
    }

    pub fn create(&self, key: &str, more: &[&str]) -> String {
        let made = self.json(&[&["did", "create", "--key", key], more].concat());
        made["did"].as_str().unwrap().to_owned()
    }

    pub fn assert_refused(&self, arguments: &[&str], status: i32, words: &[&str]) {
        let ran = self.run(arguments);
        assert_eq!(ran.status, status, "{arguments:?}: {}{}", ran.out, ran.err);
        for word in words {
            assert!(ran.err.contains(word), "{arguments:?}: {word:?} is not in: {}", ran.err);
        }
    }

    pub fn public(&self, key: &str) -> String {
        self.json(&["keys", "show", key])["public_key"].as_str().unwrap().to_owned()
    }

    /// The address of the network's node.
    pub fn url(&self) -> String {
        let status = json(&self.0.run(["testnet", "status", "--output", "json"]).ok());
        status[0]["url"].as_str().unwrap().to_owned()
    }

    /// The key in a file of the test's folder.
    pub fn secret(&self, key: &str) -> SecretKey {
        SecretKey::ed25519(&load(self.path(key).as_ref()).unwrap())
    }

    /// Signs a change of the DID with its next number by these keys, and hands it in as it is.
    pub fn hand_in(&self, did: &str, update: impl FnOnce(Did) -> UpdateDid, keys: &[&str]) -> (String, Ran) {
        let genesis = GenesisFile::read(&self.0.folder().join("nodes/ministry/genesis.json"));
        let genesis = genesis.unwrap().genesis().unwrap();
        let did = Did::from_text(did, &genesis.network).unwrap();
        let record = self.json(&["did", "resolve", &did.to_text(&genesis.network)])["record"].clone();
        let holder = Holder {
            genesis: genesis.digest(),
            did,
            sequence: Sequence(record["next_sequence"].as_u64().unwrap()),
            expires: Timestamp(realdid_testnet::now_ms() + 60_000),
        };
        let keys: Vec<SecretKey> = keys.iter().map(|key| self.secret(key)).collect();
        let signed = holder.update(update(did), &keys.iter().collect::<Vec<_>>());
        std::fs::write(self.path("by_hand.tx"), signed.encode()).unwrap();
        (signed.id().to_string(), self.run(&["tx", "submit", "@by_hand.tx"]))
    }
}
