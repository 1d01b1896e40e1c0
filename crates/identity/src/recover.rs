//! `recover`: whoever holds the recovery key takes a DID back.
//!
//! All that a thief of other keys could have changed goes: keys, commitments, controllers, and services, which the
//! next update may bring again.

use realdid_crypto::PublicKey;
use realdid_types::{Did, RecoverDid, SignedTransaction};

use crate::{
    DidRecord, HeldKey, Moment, Refusal, ReplacedKey, Signers, commitment, compromise, record::is_one,
};

/// A `recover` that may be applied to the record that it was checked against.
#[derive(Clone, Debug)]
pub struct Checked<'a> {
    operation: &'a RecoverDid,
    record: &'a DidRecord,
    retired: Vec<ReplacedKey>,
}

/// Whether the recovery key signed.
#[must_use]
pub const fn is_authorised(signers: Signers) -> bool {
    signers.recovery
}

/// Whether every new key signed.
#[must_use]
pub fn is_possessed(operation: &RecoverDid, signed: &SignedTransaction) -> bool {
    operation.keys.iter().all(|key| signed.is_signed_by(&key.key))
}

/// Refuses what would leave `did` without an owner, or with keys that may not stand there. `replaced` looks up a key
/// that the DID had before.
///
/// # Errors
/// Every [`Refusal`] about keys, commitments and declarations.
pub fn check<'a>(
    operation: &'a RecoverDid,
    did: Did,
    record: &'a DidRecord,
    replaced: &dyn Fn(&PublicKey) -> Option<ReplacedKey>,
    now: Moment,
) -> Result<Checked<'a>, Refusal> {
    if operation.did != did {
        return Err(Refusal::OtherDid);
    }
    if !operation.keys.iter().any(|key| key.purposes.invocation) {
        return Err(Refusal::NoInvocationKey);
    }
    if operation.keys.iter().any(|key| record.holds(&key.key)) {
        return Err(Refusal::KeyExists);
    }
    if operation.keys.iter().any(|key| replaced(&key.key).is_some()) {
        return Err(Refusal::KeyReplaced);
    }
    check_commitments(operation, record)?;
    if operation.controllers.as_ref().is_some_and(|controllers| controllers.dids.contains(&did)) {
        return Err(Refusal::OwnController);
    }
    compromise::check(&operation.compromised, record, replaced, now)?;
    let retired = compromise::retire_all(record, &operation.compromised, replaced, now);
    Ok(Checked { operation, record, retired })
}

/// The recovery key has been seen now: it may neither stay nor become a key of another kind.
fn check_commitments(operation: &RecoverDid, record: &DidRecord) -> Result<(), Refusal> {
    let known = |commitment_to: realdid_crypto::Digest| {
        commitment_to == record.recovery
            || operation.keys.iter().any(|key| commitment(&key.key) == commitment_to)
    };
    let reused = operation.keys.iter().any(|key| commitment(&key.key) == record.recovery);
    let one_for_both = is_one(operation.recovery, operation.next_key);
    if reused || one_for_both || known(operation.recovery) || known(operation.next_key) {
        return Err(Refusal::CommitmentKnown);
    }
    Ok(())
}

/// The record after it, and the entries of the keys that it had.
#[must_use]
pub fn apply(checked: Checked<'_>, now: Moment) -> (DidRecord, Vec<ReplacedKey>) {
    let Checked { operation, record, retired } = checked;
    let keys = operation.keys.iter().map(|key| HeldKey { key: key.clone(), since: now });
    let changed = DidRecord {
        version: record.version.saturating_add(1),
        keys: keys.collect(),
        recovery: operation.recovery,
        next_key: operation.next_key,
        controllers: operation.controllers.clone().filter(|controllers| controllers.threshold > 0),
        services: Vec::new(),
        updated: now,
        ..record.clone()
    };
    (changed, retired)
}
