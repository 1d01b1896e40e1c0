//! `create`: makes a DID whose identifier is the digest of this operation.

use realdid_types::{CreateDid, Sequence, SignedTransaction};

use crate::{DidRecord, Moment, Refusal};

/// Refuses a record that nobody could change, and keys that did not sign.
///
/// # Errors
/// [`Refusal::NoInvocationKey`], [`Refusal::NoPossession`].
pub fn check(operation: &CreateDid, signed: &SignedTransaction) -> Result<(), Refusal> {
    if !operation.keys.iter().any(|key| key.purposes.invocation) {
        return Err(Refusal::NoInvocationKey);
    }
    if !operation.keys.iter().all(|key| signed.is_signed_by(&key.key)) {
        return Err(Refusal::NoPossession);
    }
    Ok(())
}

/// The new record.
#[must_use]
pub fn apply(operation: &CreateDid, now: Moment) -> DidRecord {
    DidRecord {
        next_sequence: Sequence(1),
        version: 1,
        keys: operation.keys.clone(),
        recovery: operation.recovery,
        next_key: operation.next_key,
        created: now,
        updated: now,
    }
}
