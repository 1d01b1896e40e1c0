//! Building and signing transactions.

use realdid_crypto::{Digest, SecretKey};
use realdid_types::{
    CreateDid, Did, DidKey, GenesisDigest, KeySignature, Purposes, SignedTransaction, Timestamp, Transaction,
};

use crate::Draft;

/// Signs a transaction with these keys.
#[must_use]
pub fn sign(transaction: Transaction, keys: &[&SecretKey]) -> SignedTransaction {
    let id = transaction.id();
    let mut signatures: Vec<KeySignature> = keys
        .iter()
        .map(|key| KeySignature { key: key.public_key(), signature: key.sign(id.0.as_bytes()) })
        .collect();
    signatures.sort();
    signatures.dedup_by(|a, b| a.key == b.key);
    SignedTransaction { transaction, signatures }
}

/// Adds these keys' signatures to a transaction; one that is there is not made again.
#[must_use]
pub fn sign_too(signed: SignedTransaction, keys: &[&SecretKey]) -> SignedTransaction {
    let SignedTransaction { transaction, mut signatures } = signed;
    let added = sign(transaction, keys);
    signatures.extend(added.signatures);
    signatures.sort();
    signatures.dedup_by(|a, b| a.key == b.key);
    SignedTransaction { transaction: added.transaction, signatures }
}

/// A DID with one key for everything, and the signed transaction that creates it. `recovery` is the commitment to a
/// key that nobody has seen.
#[must_use]
pub fn create_did(
    genesis: GenesisDigest,
    key: &SecretKey,
    recovery: Digest,
    expires: Timestamp,
) -> (Did, SignedTransaction) {
    let purposes = Purposes { authentication: true, invocation: true, assertion: true };
    let keys = vec![DidKey { key: key.public_key(), purposes }];
    let create = CreateDid::of_keys(keys, recovery, Digest::ZERO);
    let (did, transaction) = Draft::create(genesis, create, expires);
    (did, sign(transaction, &[key]))
}
