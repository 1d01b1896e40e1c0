//! Where validators listen. Each says it of itself and signs it; it stands beside the validator set and not in it, so that a host
//! can move without a vote.

use std::net::SocketAddr;

use realdid_crypto::{Context, Digest, Hasher, PublicKey, SecretKey, Signature, Verifier, verify_one};

use crate::{GenesisDigest, Timestamp, Wire, limits};

/// What a validator says of itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AddressStatement {
    /// Its consensus key.
    pub validator: PublicKey,
    /// Of two statements of one validator the later one counts.
    pub issued: Timestamp,
    /// Addresses and ports on the validators' plane, the best first; at most [`limits::ADDRESSES_MAX`].
    pub addresses: Vec<SocketAddr>,
}

/// The statement with its validator's signature.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AddressRecord {
    /// What is said.
    pub statement: AddressStatement,
    /// By the consensus key, over [`AddressStatement::signing_digest`].
    pub signature: Signature,
}

/// Records of different validators.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AddressRecords {
    /// At most [`limits::ADDRESS_RECORDS_MAX`].
    pub records: Vec<AddressRecord>,
}

impl AddressStatement {
    /// What is signed: the statement, for one network.
    #[must_use]
    pub fn signing_digest(&self, genesis: GenesisDigest) -> Digest {
        Hasher::new(Context::Address).update(genesis.0.as_bytes()).update(&self.encode()).finish()
    }

    /// Signs it with the validator's key.
    #[must_use]
    pub fn sign(self, key: &SecretKey, genesis: GenesisDigest) -> AddressRecord {
        let signature = key.sign(self.signing_digest(genesis).as_bytes());
        AddressRecord { statement: self, signature }
    }
}

impl AddressRecord {
    /// Whether the validator signed it for this network.
    #[must_use]
    pub fn verify(&self, genesis: GenesisDigest, verifier: &dyn Verifier) -> bool {
        let message = self.statement.signing_digest(genesis);
        verify_one(verifier, &self.statement.validator, message.as_bytes(), &self.signature)
    }
}

codec! {
    #[versioned]
    AddressStatement[limits::ADDRESS_STATEMENT_BYTES_MAX] {
        2: validator,
        3: issued,
        4: addresses up to limits::ADDRESSES_MAX,
    }
}
codec! { AddressRecord { 1: statement, 2: signature, } }
codec! { AddressRecords[limits::ADDRESS_RECORDS_BYTES_MAX] { 1: records up to limits::ADDRESS_RECORDS_MAX, } }
