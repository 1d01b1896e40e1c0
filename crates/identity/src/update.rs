//! `update`: adds, removes and rotates the keys of a DID, and changes its services and controllers.
//!
//! A commitment to the next key protects against a stolen one: as long as it stands, no other key may be added for
//! invocation, and only the update that adds the committed key may replace or drop the commitment.

use realdid_crypto::{Digest, PublicKey};
use realdid_types::{Did, DidKey, Service, SignedTransaction, UpdateDid, limits};

use crate::{
    DidRecord, HeldKey, Moment, Refusal, ReplacedKey, Signers, commitment, record::is_one, services,
};

/// An `update` that may be applied to the record that it was checked against.
#[derive(Clone, Debug)]
pub struct Checked<'a> {
    operation: &'a UpdateDid,
    record: &'a DidRecord,
    services: Vec<Service>,
}

/// Whether those signed who may ask for it: who controls a DID is for its controllers alone to say, or a stolen
/// invocation key could put itself above the recovery key.
#[must_use]
pub const fn is_authorised(operation: &UpdateDid, signers: Signers) -> bool {
    signers.controllers || signers.invocation && operation.controllers.is_none()
}

/// Whether every key to add signed.
#[must_use]
pub fn is_possessed(operation: &UpdateDid, signed: &SignedTransaction) -> bool {
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
    if changes_nothing(operation, record) {
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
    if operation.controllers.as_ref().is_some_and(|controllers| controllers.dids.contains(&did)) {
        return Err(Refusal::OwnController);
    }
    let services = services::changed(&record.services, &operation.add_services, &operation.remove_services)?;
    Ok(Checked { operation, record, services })
}

/// Refuses to make a key of another kind of the recovery key, now or as the next one: whoever steals that one would
/// own the DID. Asked on networks that know `recover`.
///
/// # Errors
/// [`Refusal::CommitmentKnown`].
pub fn check_recovery(operation: &UpdateDid, record: &DidRecord) -> Result<(), Refusal> {
    let is_added = operation.add.iter().any(|added| commitment(&added.key) == record.recovery);
    if is_added || is_one(operation.next_key, record.recovery) {
        Err(Refusal::CommitmentKnown)
    } else {
        Ok(())
    }
}

fn changes_nothing(operation: &UpdateDid, record: &DidRecord) -> bool {
    operation.add.is_empty()
        && operation.remove.is_empty()
        && operation.next_key == record.next_key
        && operation.add_services.iter().all(|added| record.services.contains(added))
        && operation.remove_services.is_empty()
        && operation.controllers.is_none()
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
    let Checked { operation, record, services } = checked;
    let removed = record.keys.iter().filter(|held| operation.remove.contains(&held.key.key));
    let replaced = removed.map(|held| ReplacedKey::of(held, now)).collect();
    let controllers = operation.controllers.clone().or_else(|| record.controllers.clone());
    let added = operation.add.iter().map(|key| HeldKey { key: key.clone(), since: now });
    let mut keys: Vec<HeldKey> = kept(operation, record).cloned().chain(added).collect();
    keys.sort_unstable();
    let changed = DidRecord {
        version: record.version.saturating_add(1),
        keys,
        next_key: operation.next_key,
        updated: now,
        controllers: controllers.filter(|controllers| controllers.threshold > 0),
        services,
        ..record.clone()
    };
    (changed, replaced)
}

fn kept<'a>(operation: &'a UpdateDid, record: &'a DidRecord) -> impl Iterator<Item = &'a HeldKey> {
    record.keys.iter().filter(|held| !operation.remove.contains(&held.key.key))
}

#[cfg(test)]
mod tests;
