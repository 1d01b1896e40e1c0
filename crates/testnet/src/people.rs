//! People of a seed whose DIDs go through a whole life: made, rotated, recovered, ended.

use realdid_client::{Draft, Holder, sign};
use realdid_crypto::{Context, Digest, SecretKey, digest};
use realdid_identity::commitment;
use realdid_types::{
    Controllers, CreateDid, Did, DidKey, GenesisDigest, Operation, Origin, Purposes, RecoverDid,
    ReturnAddress, Sequence, SignedTransaction, Site, SiteName, Timestamp,
};

use crate::now_ms;

/// As long as a test network allows.
const EXPIRY_MS: u64 = 590_000;
const EVERYTHING: Purposes = Purposes { authentication: true, invocation: true, assertion: true };

/// People by their numbers, with all their keys.
#[derive(Clone, Copy, Debug)]
pub struct People {
    genesis: GenesisDigest,
    seed: u64,
}

/// What somebody does with a DID, in this order.
pub const LIFE: [fn(&People, usize) -> SignedTransaction; 4] =
    [People::create, People::rotate, People::recover, People::deactivate];

impl People {
    /// Those of a seed on a network.
    #[must_use]
    pub const fn new(genesis: GenesisDigest, seed: u64) -> Self {
        Self { genesis, seed }
    }

    /// Somebody's key, by the number of those that came before it.
    #[must_use]
    pub fn key(&self, number: usize, turn: usize) -> SecretKey {
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
    #[must_use]
    pub fn did(&self, number: usize) -> Did {
        Did(Operation::CreateDid(self.creation(number)).digest())
    }

    /// Makes the DID.
    #[must_use]
    pub fn create(&self, number: usize) -> SignedTransaction {
        let (_, draft) = Draft::create(self.genesis, self.creation(number), expiry());
        sign(draft, &[&self.key(number, 0)])
    }

    /// Puts a second key into the place of the first.
    #[must_use]
    pub fn rotate(&self, number: usize) -> SignedTransaction {
        let (old, new) = (self.key(number, 0), self.key(number, 1));
        self.holder(number, 1).rotate(&old, &new, EVERYTHING, Digest::ZERO)
    }

    /// Puts a third key into its place by the recovery key.
    #[must_use]
    pub fn recover(&self, number: usize) -> SignedTransaction {
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

    /// Ends it.
    #[must_use]
    pub fn deactivate(&self, number: usize) -> SignedTransaction {
        self.holder(number, 3).deactivate(&self.recovery(number, 1), [])
    }

    /// A site of somebody's, with a place of its own.
    #[must_use]
    pub fn site(&self, number: usize, name: SiteName) -> Option<Site> {
        let origin = format!("https://shop-{}-{number}.example", self.seed);
        Some(Site {
            did: self.did(number),
            name,
            return_addresses: vec![ReturnAddress::new(&format!("{origin}/back")).ok()?],
            origins: vec![Origin::new(&origin).ok()?],
            may_ask_real_name: true,
            closed: false,
        })
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

/// The time until which what is signed now can be carried out.
#[must_use]
pub fn expiry() -> Timestamp {
    Timestamp(now_ms() + EXPIRY_MS)
}
