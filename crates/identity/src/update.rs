//! `update`: adds, removes and rotates the keys of a DID.

use realdid_crypto::Digest;
use realdid_types::{DidKey, SignedTransaction, UpdateDid, limits};

use crate::{DidRecord, Moment, Refusal, ReplacedKey, record::commitment};

/// Refuses what would leave the record without an owner, too large, or with a key that nobody holds.
///
/// # Errors
/// Every [`Refusal`].
pub fn check(operation: &UpdateDid, record: &DidRecord, signed: &SignedTransaction) -> Result<(), Refusal> {
    let holds = |key: &realdid_crypto::PublicKey| record.keys.iter().any(|held| held.key == *key);
    if operation.add.is_empty() && operation.remove.is_empty() && operation.next_key == record.next_key {
        return Err(Refusal::NoChange);
    }
    if operation.add.iter().any(|added| holds(&added.key)) {
        return Err(Refusal::KeyExists);
    }
    if !operation.remove.iter().all(holds) {
        return Err(Refusal::NoSuchKey);
    }
    if !operation.add.iter().all(|added| signed.is_signed_by(&added.key)) {
        return Err(Refusal::NoPossession);
    }
    let committed =
        |added: &DidKey| record.next_key == Digest::ZERO || commitment(&added.key) == record.next_key;
    if !operation.add.iter().filter(|added| added.purposes.invocation).all(committed) {
        return Err(Refusal::NotCommitted);
    }
    let keys = keys_after(operation, record);
    if keys.len() > limits::DID_KEYS_MAX {
        return Err(Refusal::TooManyKeys);
    }
    if !keys.iter().any(|key| key.purposes.invocation) {
        return Err(Refusal::NoInvocationKey);
    }
    Ok(())
}

/// The changed record, and the keys that it no longer has.
#[must_use]
pub fn apply(operation: &UpdateDid, record: &DidRecord, now: Moment) -> (DidRecord, Vec<ReplacedKey>) {
    let removed = record.keys.iter().filter(|held| operation.remove.contains(&held.key));
    let replaced = removed.map(|key| ReplacedKey { key: key.clone(), until: now }).collect();
    let changed = DidRecord {
        version: record.version.saturating_add(1),
        keys: keys_after(operation, record),
        next_key: operation.next_key,
        updated: now,
        ..record.clone()
    };
    (changed, replaced)
}

fn keys_after(operation: &UpdateDid, record: &DidRecord) -> Vec<DidKey> {
    let kept = record.keys.iter().filter(|held| !operation.remove.contains(&held.key));
    let mut keys: Vec<DidKey> = kept.chain(&operation.add).cloned().collect();
    keys.sort_unstable();
    keys
}
