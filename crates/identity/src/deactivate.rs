//! `deactivate`: ends a DID for good. Its history stays.

use realdid_crypto::{Digest, PublicKey};
use realdid_types::{DeactivateDid, Did};

use crate::{DidRecord, Moment, Refusal, ReplacedKey, Signers, compromise};

/// A `deactivate` that may be applied to the record that it was checked against.
#[derive(Clone, Debug)]
pub struct Checked<'a> {
    record: &'a DidRecord,
    retired: Vec<ReplacedKey>,
}

/// Whether the recovery key signed, or enough controllers: a stolen key of another kind destroys nothing.
#[must_use]
pub const fn is_authorised(signers: Signers) -> bool {
    signers.recovery || signers.controllers
}

/// Refuses what is meant for another DID, and declarations about keys that it never had.
///
/// # Errors
/// [`Refusal::OtherDid`], [`Refusal::NoSuchKey`], [`Refusal::CompromisedLater`].
pub fn check<'a>(
    operation: &DeactivateDid,
    did: Did,
    record: &'a DidRecord,
    replaced: &dyn Fn(&PublicKey) -> Option<ReplacedKey>,
    now: Moment,
) -> Result<Checked<'a>, Refusal> {
    if operation.did != did {
        return Err(Refusal::OtherDid);
    }
    compromise::check(&operation.compromised, record, replaced, now)?;
    Ok(Checked { record, retired: compromise::retire_all(record, &operation.compromised, replaced, now) })
}

/// The last version of the record, and the entries of the keys that it had.
#[must_use]
pub fn apply(checked: Checked<'_>, now: Moment) -> (DidRecord, Vec<ReplacedKey>) {
    let Checked { record, retired } = checked;
    let ended = DidRecord {
        version: record.version.saturating_add(1),
        keys: Vec::new(),
        recovery: Digest::ZERO,
        next_key: Digest::ZERO,
        controllers: None,
        services: Vec::new(),
        deactivated: true,
        updated: now,
        ..record.clone()
    };
    (ended, retired)
}
