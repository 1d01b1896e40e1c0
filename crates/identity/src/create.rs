//! `create`: makes a DID whose identifier is the digest of this operation.

use realdid_types::{CreateDid, Sequence, SignedTransaction};

use crate::{DidRecord, HeldKey, Moment, Refusal, commitment, record::is_one, services};

/// A `create` that may be applied.
#[derive(Clone, Copy, Debug)]
pub struct Checked<'a> {
    operation: &'a CreateDid,
}

/// Whether every key of the new record signed, so that nobody claims a key that is not theirs.
#[must_use]
pub fn is_authorised(operation: &CreateDid, signed: &SignedTransaction) -> bool {
    operation.keys.iter().all(|key| signed.is_signed_by(&key.key))
}

/// Refuses a record that nobody could ever change, or whose keys could never be rotated.
///
/// # Errors
/// [`Refusal::NoInvocationKey`], [`Refusal::CommitmentKnown`], [`Refusal::PersonalData`].
pub fn check(operation: &CreateDid) -> Result<Checked<'_>, Refusal> {
    if !operation.keys.iter().any(|key| key.purposes.invocation) {
        return Err(Refusal::NoInvocationKey);
    }
    if operation.keys.iter().any(|key| commitment(&key.key) == operation.next_key) {
        return Err(Refusal::CommitmentKnown);
    }
    services::check_texts(&operation.services)?;
    Ok(Checked { operation })
}

/// Refuses a recovery key that is, or is to be, a key of another kind: whoever steals that one would own the DID.
/// Asked on networks that know `recover`.
///
/// # Errors
/// [`Refusal::CommitmentKnown`].
pub fn check_recovery(operation: &CreateDid) -> Result<(), Refusal> {
    let is_known = operation.keys.iter().any(|key| commitment(&key.key) == operation.recovery);
    if is_known || is_one(operation.recovery, operation.next_key) {
        Err(Refusal::CommitmentKnown)
    } else {
        Ok(())
    }
}

/// The new record, after its first transaction.
#[must_use]
pub fn apply(checked: Checked<'_>, now: Moment) -> DidRecord {
    let CreateDid { keys, recovery, next_key, controllers, services } = checked.operation;
    DidRecord {
        next_sequence: Sequence(1),
        version: 1,
        keys: keys.iter().map(|key| HeldKey { key: key.clone(), since: now }).collect(),
        recovery: *recovery,
        next_key: *next_key,
        created: now,
        updated: now,
        controllers: controllers.clone().filter(|controllers| controllers.threshold > 0),
        services: services.clone(),
        deactivated: false,
        previous: None,
    }
}

#[cfg(test)]
mod tests {
    use realdid_crypto::{Digest, PublicKey};
    use realdid_types::{DidKey, Height, Purposes, Timestamp};

    use super::*;

    fn key(number: u8, invocation: bool) -> DidKey {
        let purposes = Purposes { authentication: !invocation, invocation, assertion: false };
        DidKey { key: PublicKey::ed25519([number; 32]), purposes }
    }

    fn create(keys: Vec<DidKey>) -> CreateDid {
        CreateDid::of_keys(keys, Digest::from_bytes([7; 32]), Digest::ZERO)
    }

    #[test]
    fn a_record_begins_at_version_one_with_its_keys_valid_from_now() {
        let now = Moment { height: Height(4), time: Timestamp(400) };
        let operation = create(vec![key(1, true), key(2, false)]);

        let record = apply(check(&operation).expect("may be applied"), now);

        assert_eq!((record.version, record.next_sequence), (1, Sequence(1)));
        assert_eq!((record.created, record.updated), (now, now));
        assert!(record.keys.iter().all(|held| held.since == now));
        assert!(record.may_invoke(&key(1, true).key));
        assert!(!record.may_invoke(&key(2, false).key));
    }

    #[test]
    fn a_record_without_an_invocation_key_is_refused() {
        assert_eq!(check(&create(Vec::new())).err(), Some(Refusal::NoInvocationKey));
        assert_eq!(check(&create(vec![key(1, false)])).err(), Some(Refusal::NoInvocationKey));
    }

    #[test]
    fn a_commitment_to_a_key_that_is_shown_is_refused() {
        let committed = CreateDid { next_key: commitment(&key(1, true).key), ..create(vec![key(1, true)]) };

        assert_eq!(check(&committed).err(), Some(Refusal::CommitmentKnown));
    }
}
