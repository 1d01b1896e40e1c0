//! `update`: adds, removes and rotates the keys of a DID.
//!
//! A commitment to the next key protects against a stolen one: as long as it stands, no other key may be added for
//! invocation, and only the update that adds the committed key may replace or drop the commitment.

use realdid_crypto::{Digest, PublicKey};
use realdid_types::{Did, DidKey, SignedTransaction, UpdateDid, limits};

use crate::{DidRecord, HeldKey, Moment, Refusal, ReplacedKey, commitment};

/// An `update` that may be applied to the record that it was checked against.
#[derive(Clone, Debug)]
pub struct Checked<'a> {
    operation: &'a UpdateDid,
    record: &'a DidRecord,
}

/// Whether every key to add signed; that a key of the record did is asked of any operation of a DID.
#[must_use]
pub fn is_authorised(operation: &UpdateDid, signed: &SignedTransaction) -> bool {
    operation.add.iter().all(|added| signed.is_signed_by(&added.key))
}

/// Refuses what would leave `did` without an owner, too large, or with keys that may not stand there.
/// `was_replaced` tells whether the DID had a key before and has it no longer.
///
/// # Errors
/// Every [`Refusal`].
pub fn check<'a>(
    operation: &'a UpdateDid,
    did: Did,
    record: &'a DidRecord,
    was_replaced: &dyn Fn(&PublicKey) -> bool,
) -> Result<Checked<'a>, Refusal> {
    if operation.did != did {
        return Err(Refusal::OtherDid);
    }
    if operation.add.is_empty() && operation.remove.is_empty() && operation.next_key == record.next_key {
        return Err(Refusal::NoChange);
    }
    if operation.add.iter().any(|added| record.holds(&added.key)) {
        return Err(Refusal::KeyExists);
    }
    if operation.add.iter().any(|added| was_replaced(&added.key)) {
        return Err(Refusal::KeyReplaced);
    }
    if !operation.remove.iter().all(|removed| record.holds(removed)) {
        return Err(Refusal::NoSuchKey);
    }
    check_commitment(operation, record)?;
    check_keys(operation, record)?;
    Ok(Checked { operation, record })
}

fn check_commitment(operation: &UpdateDid, record: &DidRecord) -> Result<(), Refusal> {
    let is_committed = |added: &DidKey| commitment(&added.key) == record.next_key;
    let mut invoking = operation.add.iter().filter(|added| added.purposes.invocation);
    let brings_committed = invoking.clone().any(is_committed);
    let replaces_commitment = operation.next_key != record.next_key;
    let bound = record.next_key != Digest::ZERO;
    if bound && (!invoking.all(is_committed) || replaces_commitment && !brings_committed) {
        return Err(Refusal::NotCommitted);
    }
    Ok(())
}

fn check_keys(operation: &UpdateDid, record: &DidRecord) -> Result<(), Refusal> {
    let kept = kept(operation, record).map(|held| &held.key);
    let keys: Vec<&DidKey> = kept.chain(&operation.add).collect();
    if keys.len() > limits::DID_KEYS_MAX {
        return Err(Refusal::TooManyKeys);
    }
    if !keys.iter().any(|key| key.purposes.invocation) {
        return Err(Refusal::NoInvocationKey);
    }
    if keys.iter().any(|key| commitment(&key.key) == operation.next_key) {
        return Err(Refusal::CommitmentKnown);
    }
    Ok(())
}

/// The changed record, and the keys that it no longer has.
#[must_use]
pub fn apply(checked: Checked<'_>, now: Moment) -> (DidRecord, Vec<ReplacedKey>) {
    let Checked { operation, record } = checked;
    let replaced = record
        .keys
        .iter()
        .filter(|held| operation.remove.contains(&held.key.key))
        .map(|held| ReplacedKey { key: held.key.clone(), since: held.since, until: now })
        .collect();
    let added = operation.add.iter().map(|key| HeldKey { key: key.clone(), since: now });
    let mut keys: Vec<HeldKey> = kept(operation, record).cloned().chain(added).collect();
    keys.sort_unstable();
    let changed = DidRecord {
        version: record.version.saturating_add(1),
        keys,
        next_key: operation.next_key,
        updated: now,
        ..record.clone()
    };
    (changed, replaced)
}

fn kept<'a>(operation: &'a UpdateDid, record: &'a DidRecord) -> impl Iterator<Item = &'a HeldKey> {
    record.keys.iter().filter(|held| !operation.remove.contains(&held.key.key))
}

#[cfg(test)]
mod tests;
