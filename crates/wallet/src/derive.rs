//! The keys of a person at a site.
//!
//! The seed of every key is what HKDF-SHA-256 (RFC 5869) makes of the recovery code's 20 bytes, without salt, with the information
//!
//! | bytes | |
//! | --- | --- |
//! | 21 | `realdid/v1/wallet-key` |
//! | 32 | the digest of the network's genesis |
//! | 32 | the site's DID |
//! | 1 | the purpose: 1 authentication, 2 invocation, 3 recovery |
//! | 4 | the generation, big-endian |
//!
//! and is an Ed25519 seed (RFC 8032). Nothing leads from one seed to another or back to the code. It is HKDF and not BLAKE3, as
//! elsewhere, because browsers have it: there the code is a key that no script can read.

use hkdf::Hkdf;
use realdid_crypto::{Digest, SecretKey};
use realdid_identity::commitment;
use realdid_types::{CreateDid, Did, DidKey, GenesisDigest, Operation, Purposes};
use sha2::Sha256;
use zeroize::Zeroizing;

use crate::RecoveryCode;

const CONTEXT: &[u8] = b"realdid/v1/wallet-key";
/// Logs in, and nothing else: whoever steals it can change nothing.
const LOGIN: Purposes = Purposes { authentication: true, invocation: false, assertion: false };
/// Changes the record, and nothing else.
const CHANGE: Purposes = Purposes { authentication: false, invocation: true, assertion: false };

/// What a key is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Purpose {
    /// Logs in.
    Authentication = 1,
    /// Changes the DID's record.
    Invocation = 2,
    /// Takes the DID back.
    Recovery = 3,
}

/// All that a person has at one site: the keys of every generation, and the DID.
#[derive(Clone, Debug)]
pub struct Branch {
    code: RecoveryCode,
    genesis: GenesisDigest,
    site: Did,
}

impl Branch {
    /// What the holder of a recovery code has at a site of a network.
    #[must_use]
    pub fn new(code: &RecoveryCode, genesis: GenesisDigest, site: Did) -> Self {
        Self { code: code.clone(), genesis, site }
    }

    /// The network.
    #[must_use]
    pub const fn genesis(&self) -> GenesisDigest {
        self.genesis
    }

    /// The seed of a key.
    #[must_use]
    pub fn seed(&self, purpose: Purpose, generation: u32) -> Zeroizing<[u8; 32]> {
        let (genesis, site) = (self.genesis.0.as_bytes(), self.site.0.as_bytes());
        let info: [&[u8]; 5] = [CONTEXT, genesis, site, &[purpose as u8], &generation.to_be_bytes()];
        let mut seed = Zeroizing::new([0; 32]);
        let derived = Hkdf::<Sha256>::new(None, self.code.as_bytes()).expand_multi_info(&info, &mut seed[..]);
        assert!(derived.is_ok(), "HKDF gives up to 8,160 bytes");
        seed
    }

    /// A key.
    #[must_use]
    pub fn key(&self, purpose: Purpose, generation: u32) -> SecretKey {
        SecretKey::ed25519(&self.seed(purpose, generation))
    }

    /// What stands in a record for a key that nobody has seen.
    #[must_use]
    pub fn commitment(&self, purpose: Purpose, generation: u32) -> Digest {
        commitment(&self.key(purpose, generation).public_key())
    }

    /// The keys of a generation as they stand in a record: one to log in, another to change it.
    #[must_use]
    pub fn record_keys(&self, generation: u32) -> Vec<DidKey> {
        let held = |purpose, purposes| DidKey { key: self.key(purpose, generation).public_key(), purposes };
        let mut keys = vec![held(Purpose::Authentication, LOGIN), held(Purpose::Invocation, CHANGE)];
        keys.sort();
        keys
    }

    /// What makes the DID. It depends on nothing but the code, the network and the site.
    #[must_use]
    pub fn create(&self) -> CreateDid {
        CreateDid::of_keys(
            self.record_keys(0),
            self.commitment(Purpose::Recovery, 0),
            self.commitment(Purpose::Invocation, 1),
        )
    }

    /// The person's DID at the site, whether or not it is on the ledger.
    #[must_use]
    pub fn did(&self) -> Did {
        Did(Operation::CreateDid(self.create()).digest())
    }
}
