//! A validator that contradicted itself is put on record by a member.

use realdid_crypto::{Digest, SecretKey};
use realdid_node::keys::load;
use realdid_types::{
    BlockDigest, Epoch, EpochView, Evidence, GenesisDigest, ValidatorIndex, View, Vote, VoteStatement, Wire,
};
use serde_json::Value;

use crate::program::Testnet;

struct Accused {
    testnet: Testnet,
    genesis: GenesisDigest,
    key: SecretKey,
    index: ValidatorIndex,
}

impl Accused {
    /// A network of four, of whom `operator-1` will be found to contradict itself.
    fn new(seed: &str) -> Self {
        let testnet = Testnet::up(&["--gateways", "0", "--seed", seed]);
        let home = testnet.folder().join("nodes/operator-1");
        let genesis = realdid_node::GenesisFile::read(&home.join("genesis.json")).unwrap().genesis().unwrap();
        let key = SecretKey::ed25519(&load(&home.join("keys/consensus.key")).unwrap());
        let index = genesis.validator_set().unwrap().index_of(&key.public_key()).unwrap();
        Self { testnet, genesis: genesis.digest(), key, index }
    }

    fn vote(&self, view: u64, block: u8, signer: &SecretKey) -> Vote {
        let at = EpochView { epoch: Epoch(0), view: View(view) };
        let statement = VoteStatement::prepare(at, BlockDigest(Digest::from_bytes([block; 32])));
        let signature = signer.sign(statement.signing_digest(self.genesis).as_bytes());
        Vote { statement, signer: self.index, signature }
    }

    /// A file as a node writes it.
    fn file(&self, name: &str, evidence: &Evidence) -> String {
        let path = self.testnet.0.path().join(name);
        std::fs::write(&path, evidence.encode()).unwrap();
        path.to_str().unwrap().to_owned()
    }

    fn report(&self, file: &str) -> crate::program::Ran {
        let member = self.testnet.folder().join("nodes/ministry/keys/member.key");
        self.testnet.run([
            "validators",
            "report",
            file,
            "--key",
            member.to_str().unwrap(),
            "--output",
            "json",
        ])
    }
}

#[test]
fn two_votes_in_one_view_are_put_on_record_once() {
    let accused = Accused::new("51");
    let votes = |view| {
        Evidence::votes(accused.vote(view, 1, &accused.key), accused.vote(view, 2, &accused.key)).unwrap()
    };
    let first = accused.report(&accused.file("first", &votes(900))).ok();
    let told: Value = serde_json::from_str(&first).unwrap();
    assert_eq!(told["accused"], "operator-1");
    assert!(told["height"].as_u64().unwrap() > 0);
    let again = accused.report(&accused.file("again", &votes(901)));
    assert!(again.status == 4 && again.err.contains("the ledger refused it"), "{}", again.err);
}

#[test]
fn what_proves_nothing_is_refused_before_it_is_handed_in() {
    let accused = Accused::new("52");
    let other = SecretKey::ed25519(&[9; 32]);
    let forged = Evidence::votes(accused.vote(900, 1, &other), accused.vote(900, 2, &other)).unwrap();
    let ran = accused.report(&accused.file("forged", &forged));
    assert!(ran.status != 0 && ran.err.contains("proves nothing"), "{}", ran.err);
    let path = accused.testnet.0.path().join("text");
    std::fs::write(&path, "not evidence at all").unwrap();
    let ran = accused.report(path.to_str().unwrap());
    assert!(ran.status != 0 && ran.err.contains("is no evidence"), "{}", ran.err);
}
