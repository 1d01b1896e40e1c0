//! People whose DIDs go through a whole life.

use realdid_client::{Draft, Holder, sign};
use realdid_crypto::{Context, Digest, SecretKey, digest};
use realdid_identity::commitment;
use realdid_testnet::now_ms;
use realdid_types::{
    Controllers, CreateDid, Did, DidKey, GenesisDigest, Operation, Purposes, RecoverDid, Sequence,
    SignedTransaction, Timestamp,
};

/// As long as the network allows.
pub(crate) const EXPIRY_MS: u64 = 590_000;
const EVERYTHING: Purposes = Purposes { authentication: true, invocation: true, assertion: true };

/// So many people, whose keys are drawn from a seed.
#[derive(Clone, Copy)]
pub(crate) struct People {
    pub(crate) genesis: GenesisDigest,
    pub(crate) seed: u64,
    pub(crate) count: usize,
}

impl People {
    /// Somebody's key, by the number of those that came before it.
    pub(crate) fn key(&self, number: usize, turn: usize) -> SecretKey {
        self.secret(&format!("key {number} {turn}"))
    }

    fn recovery(&self, number: usize, turn: usize) -> SecretKey {
        self.secret(&format!("recovery {number} {turn}"))
    }

    fn secret(&self, what: &str) -> SecretKey {
        SecretKey::ed25519(digest(Context::Random, format!("{} {what}", self.seed).as_bytes()).as_bytes())
    }

    fn held(&self, number: usize, turn: usize) -> DidKey {
        DidKey { key: self.key(number, turn).public_key(), purposes: EVERYTHING }
    }

    fn creation(&self, number: usize) -> CreateDid {
        let recovery = commitment(&self.recovery(number, 0).public_key());
        CreateDid::of_keys(vec![self.held(number, 0)], recovery, Digest::ZERO)
    }

    /// Somebody's DID.
    pub(crate) fn did(&self, number: usize) -> Did {
        Did(Operation::CreateDid(self.creation(number)).digest())
    }

    pub(crate) fn create(&self, number: usize) -> SignedTransaction {
        let (_, draft) = Draft::create(self.genesis, self.creation(number), expiry());
        sign(draft, &[&self.key(number, 0)])
    }

    pub(crate) fn rotate(&self, number: usize) -> SignedTransaction {
        let (old, new) = (self.key(number, 0), self.key(number, 1));
        self.holder(number, 1).rotate(&old, &new, EVERYTHING, Digest::ZERO)
    }

    pub(crate) fn recover(&self, number: usize) -> SignedTransaction {
        let recover = RecoverDid {
            did: self.did(number),
            keys: vec![self.held(number, 2)],
            recovery: commitment(&self.recovery(number, 1).public_key()),
            next_key: Digest::ZERO,
            controllers: None::<Controllers>,
            compromised: Vec::new(),
        };
        self.holder(number, 2).recover(recover, &[&self.recovery(number, 0), &self.key(number, 2)])
    }

    pub(crate) fn deactivate(&self, number: usize) -> SignedTransaction {
        self.holder(number, 3).deactivate(&self.recovery(number, 1), [])
    }

    fn holder(&self, number: usize, sequence: u64) -> Holder {
        Holder {
            genesis: self.genesis,
            did: self.did(number),
            sequence: Sequence(sequence),
            expires: expiry(),
        }
    }
}

fn expiry() -> Timestamp {
    Timestamp(now_ms() + EXPIRY_MS)
}
